"""Do opening, flows and closing of each class hold from the journal to the command, in time and by lineage?"""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import shapely

from own_process import run_whitestone
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature
from whitestone.errors import InvalidValue
from whitestone.geodesy.areas import Plane
from whitestone.programme.accounts import ledger
from whitestone.programme.checking import check
from whitestone.programme.opening import Clocks, Programme, init_programme
from whitestone.quality.lineage_rules import MIN_CHANGE_M2

PLANE = Plane(45.0, 40.0)
SHA, CHA = {"classification": "sha", "status": "open"}, {"classification": "cha", "status": "open"}
MERGED = {"status": "closed", "closure_reason": "merged"}


class Desk:
    """A programme with short words for what the tests state."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme

    def say(self, kind: str, body: dict[str, Any], box: tuple[float, ...] | None, on: str | None, **more: Any
            ) -> uuid.UUID:  # fmt: skip
        record_id, shape = more.pop("record_id", None) or new_id(), None
        if box is not None:
            x, y, width, height = box
            drawn = np.array([shapely.box(x, y, x + width, y + height)], dtype=object)
            shape = bytes(shapely.to_wkb(PLANE.unproject(drawn)[0]))
        draft = Draft(kind=kind, record_id=record_id, body=body, geometry=shape, information_date=on, **more)
        self.programme.journal.append(Act(author="anna"), [draft])
        return record_id

    def clear(self, box: tuple[float, ...], on: str, outcome: str = "cleared", **more: Any) -> uuid.UUID:
        return self.say("release", {"outcome": outcome, "completed_on": on, **more}, box, on)

    def matrix(self, on: str = "2020-12-31", by: str = "class", start: str | None = None,
               known: dt.datetime | None = None) -> dict[str, Any]:  # fmt: skip
        clocks = self.programme.clocks(on, None)
        if known is not None:
            clocks = Clocks(clocks.on, known.date(), known)
        begin = dt.date.fromisoformat(start) if start else None
        return ledger(self.programme, clocks, by=by, start=begin, matrix=True)["matrix"]


@pytest.fixture
def desk(target: str) -> Iterator[Desk]:
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(target, name="Test", who="anna", settings=settings) as programme:
        yield Desk(programme)


def metres(part: dict[str, float], *flows: str) -> tuple[int, ...]:
    """Round to square metres: shapes went to degrees and back."""
    return tuple(round(part[flow]) for flow in flows)


def split(desk: Desk) -> tuple[uuid.UUID, uuid.UUID]:
    """Record a suspected field of 100 x 100 m in 2015, half of which becomes a confirmed part in 2017."""
    whole = desk.say("hazard", {**SHA, "local_id": "H-1"}, (0, 0, 100, 100), "2015-01-01")
    desk.say("hazard", {}, (0, 0, 50, 100), "2017-06-01", record_id=whole)
    part = desk.say("hazard", {**CHA, "local_id": "H-2", "parent_ids": [str(whole)]}, (50, 0, 50, 100), "2017-06-01")
    return whole, part


def test_a_part_confirmed_out_of_a_suspected_hazard_passes_from_class_to_class(desk: Desk) -> None:
    split(desk)
    found = desk.matrix(by="year")
    areas, counts = found["total"]["areas"], found["total"]["counts"]
    assert metres(areas["sha"], "newly_identified", "to_cha", "boundary_decrease", "closing") == (10000, 5000, 0, 5000)
    assert metres(areas["cha"], "newly_identified", "from_sha", "closing") == (0, 5000, 5000)
    assert (counts["sha"]["newly_identified"], counts["cha"]["split_from"], counts["all"]["closing"]) == (1, 1, 2)
    year = next(row for row in found["rows"] if row["key"] == "2017")
    assert metres(year["areas"]["sha"], "opening", "to_cha", "closing") == (10000, 5000, 5000)
    assert found["lineage"]["gained_m2"] < MIN_CHANGE_M2


def test_confirmed_and_back_is_two_flows_and_closes(desk: Desk) -> None:
    field = desk.say("hazard", SHA, (0, 0, 100, 100), "2015-01-01")
    desk.say("hazard", {"classification": "cha"}, None, "2016-01-01", record_id=field)
    desk.say("hazard", {"classification": "sha"}, None, "2018-01-01", record_id=field)
    found = desk.matrix(start="2016-01-01")["total"]
    assert metres(found["areas"]["sha"], "opening", "to_cha", "from_cha", "closing") == (10000, 10000, 10000, 10000)
    assert (found["counts"]["cha"]["from_sha"], found["counts"]["cha"]["to_sha"]) == (1, 1)


def test_part_of_a_hazard_is_released_in_its_own_year_and_a_stronger_outcome_is_a_pair_of_the_later_one(desk: Desk
                                                                                                        ) -> None:
    desk.say("hazard", CHA, (0, 0, 100, 100), "2015-01-01")
    desk.clear((0, 0, 50, 100), "2016-05-01", "cancelled")
    desk.clear((0, 0, 20, 100), "2018-05-01")
    rows = {row["key"]: row["areas"]["cha"] for row in desk.matrix(by="year")["rows"]}
    assert metres(rows["2016"], "cancelled", "closing") == (5000, 5000)
    assert metres(rows["2018"], "cleared", "reclassified", "cancelled", "closing") == (2000, 2000, 0, 5000)


def test_late_paper_lands_in_its_place_also_in_a_hazard_that_was_split_since(desk: Desk) -> None:
    whole, _ = split(desk)
    before = dt.datetime.now(dt.UTC)
    desk.clear((40, 0, 20, 100), "2016-03-01", "reduced", hazard_ids=[str(whole)])
    rows = {row["key"]: row["areas"] for row in desk.matrix(by="year")["rows"]}
    assert metres(rows["2016"]["sha"], "reduced", "closing") == (2000, 8000)
    assert metres(rows["2017"]["sha"], "to_cha", "closing") == (4000, 4000)
    assert metres(rows["2017"]["cha"], "from_sha", "newly_identified", "closing") == (4000, 0, 4000)
    earlier = desk.matrix(by="year", known=before)
    assert metres(earlier["total"]["areas"]["all"], "reduced", "closing") == (0, 10000)


def test_a_correction_of_the_split_moves_no_figure_into_another_year(desk: Desk) -> None:
    _, part = split(desk)
    first = desk.programme.journal.history(part)[0].revision_id
    desk.say("hazard", {**SHA, "parent_ids": desk.programme.journal.history(part)[0].body["parent_ids"]},
             (50, 0, 50, 100), "2017-06-01", record_id=part, nature=Nature.CORRECTION, corrects=first)
    areas = desk.matrix()["total"]["areas"]
    assert metres(areas["sha"], "lineage_in", "lineage_out", "to_cha", "closing") == (5000, 5000, 0, 10000)


def test_a_merge_passes_the_ground_and_counts_one_for_two(desk: Desk) -> None:
    one = desk.say("hazard", SHA, (0, 0, 50, 100), "2015-01-01")
    two = desk.say("hazard", SHA, (50, 0, 50, 100), "2015-01-01")
    for each in (one, two):
        desk.say("hazard", MERGED, None, "2017-01-01", record_id=each)
    desk.say("hazard", {**SHA, "parent_ids": [str(one), str(two)]}, (0, 0, 100, 100), "2017-01-01")
    found = desk.matrix()
    counts = found["total"]["counts"]["sha"]
    assert (counts["newly_identified"], counts["merged_from"], counts["merged_away"], counts["closing"]) == (2, 1, 2, 1)
    assert round(found["lineage"]["merged_m2"]) == 10000
    assert round(found["total"]["areas"]["sha"]["newly_identified"]) == 10000


def test_ground_gained_and_lost_by_lineage_is_a_figure_and_a_finding(desk: Desk) -> None:
    whole = desk.say("hazard", {**SHA, "local_id": "H-1"}, (0, 0, 100, 100), "2015-01-01")
    desk.say("hazard", {}, (0, 0, 50, 90), "2017-06-01", record_id=whole)
    part = desk.say("hazard", {**SHA, "local_id": "H-2", "parent_ids": [str(whole)]}, (50, 0, 80, 100), "2017-06-01")
    told = desk.matrix()["lineage"]
    assert (round(told["gained_m2"]), round(told["lost_m2"])) == (3000, 500)
    assert {each["label"] for each in told["hazards"]} == {"H-1", "H-2"}
    checked = check(desk.programme, ["lineage-gained", "lineage-lost"])
    found = {each.finding.rule: each.finding for each in checked.findings}
    assert found["lineage-gained"].record_ids == (part,)
    assert found["lineage-lost"].record_ids == (whole,)
    assert "3,000 m2" in found["lineage-gained"].sentence
    clean = check(desk.programme, ["lineage-lost"], desk.programme.clocks("2016-12-31", None))
    assert clean.findings == []


def test_a_split_that_keeps_its_ground_is_no_finding(desk: Desk) -> None:
    split(desk)
    assert check(desk.programme, ["lineage-gained", "lineage-lost"]).findings == []


@pytest.mark.parametrize("seed", range(6))
def test_random_lineages_conserve_ground_through_the_whole_programme(desk: Desk, seed: int) -> None:
    """Strips of one field are split, merged, confirmed and cleared at random; ground is made and lost by none of it."""
    rng = random.Random(seed)
    alive: dict[uuid.UUID, tuple[int, int]] = {desk.say("hazard", SHA, (0, 0, 80, 50), "2010-01-01"): (0, 8)}
    cleared: set[int] = set()
    for year in range(2011, 2020):
        on, after = f"{year}-03-01", f"{year}-09-01"
        record = rng.choice(sorted(alive))
        begin, end = alive[record]
        if end - begin > 1:
            cut = rng.randint(begin + 1, end - 1)
            alive[record] = (begin, cut)
            desk.say("hazard", {}, (10 * begin, 0, 10 * (cut - begin), 50), on, record_id=record)
            part = desk.say("hazard", {**rng.choice([SHA, CHA]), "parent_ids": [str(record)]},
                            (10 * cut, 0, 10 * (end - cut), 50), on)  # fmt: skip
            alive[part] = (cut, end)
        if rng.random() < 0.5:
            strip = rng.randrange(8)
            cleared.add(strip)
            # The work is done any time since the field was known: half of this paper comes late.
            desk.clear((10 * strip, 0, 10, 50), rng.choice([after, f"{rng.randint(2010, year)}-06-01"]))
    found = desk.matrix(by="year")
    areas = found["total"]["areas"]
    assert abs(areas["all"]["newly_identified"] - 4000) < 0.05
    assert abs(areas["all"]["closing"] - 500 * (8 - len(cleared))) < 0.05
    assert areas["sha"]["to_cha"] == areas["cha"]["from_sha"]
    assert areas["all"]["lineage_in"] == areas["all"]["lineage_out"]
    assert found["lineage"]["gained_m2"] < 0.05
    assert found["lineage"]["lost_m2"] < 0.05
    for earlier, later in zip(found["rows"], found["rows"][1:], strict=False):
        for name in ("sha", "cha", "other", "all"):
            assert earlier["areas"][name]["closing"] == later["areas"][name]["opening"]
            assert earlier["counts"][name]["closing"] == later["counts"][name]["opening"]


def test_a_cell_opens_its_records_and_a_cell_that_is_not_there_is_refused(desk: Desk) -> None:
    whole, part = split(desk)
    work = desk.clear((50, 0, 10, 100), "2018-05-01")
    clocks = desk.programme.clocks("2020-12-31", None)
    cell = ledger(desk.programme, clocks, by="class", cell="cha:cleared")["cell"]
    assert {(each["kind"], each["record"]): round(each["m2"]) for each in cell["records"]} == {
        ("hazard", str(part)): 1000, ("release", str(work)): 1000}  # fmt: skip
    cell = ledger(desk.programme, clocks, by="hazard", explain="H-1", cell="sha:opening:count")["cell"]
    assert cell["records"] == []
    cell = ledger(desk.programme, clocks, by="hazard", explain="H-1", cell="all:closing:count")["cell"]
    assert cell["records"] == [{"kind": "hazard", "record": str(whole), "m2": None, "label": "H-1"}]
    for wrong in ("cha", "cha:nothing", "red:cleared", "cha:cleared:weight", "cha:closed"):
        with pytest.raises(InvalidValue):
            ledger(desk.programme, clocks, by="class", cell=wrong)


def test_the_command_answers_the_matrix_under_both_clocks(tmp_path: Path) -> None:
    target = str(tmp_path / "p")
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(target, name="T", who="anna", settings=settings) as made:
        split(Desk(made))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return run_whitestone("-C", target, "ledger", *words)

    told = json.loads(run("--matrix", "--situation-on", "2018-12-31", "--from", "2017", "--json").stdout)
    areas = told["matrix"]["total"]["areas"]
    assert round(areas["sha"]["to_cha"]) == round(areas["cha"]["from_sha"]) == 5000
    assert told["situation_on"] == "2018-12-31"
    before = json.loads(run("--matrix", "--situation-on", "2016-12-31", "--json").stdout)
    assert round(before["matrix"]["total"]["areas"]["sha"]["closing"]) == 10000
    unknown = json.loads(run("--matrix", "--as-known-on", "2001-01-01", "--json").stdout)
    assert unknown["matrix"]["total"]["counts"]["all"]["closing"] == 0
    page = run("--matrix", "--by", "hazard", "--cell", "sha:to_cha").stdout
    assert "To CHA" in page
    assert "Splits and merges" in page
    assert "Behind to cha of SHA" in page
    refused = run("--cell", "sha:nothing", "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stderr)["error"]["next"]


def test_the_matrix_of_nothing_closes(desk: Desk) -> None:
    found = desk.matrix(by="year")
    assert found["rows"] == []
    assert set(found["total"]["areas"]["all"].values()) == {0.0}
    assert msgspec.json.encode(found)
