"""Does paper that comes late land in its place, whatever the order in which it arrives?"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.domain.revision import Act, Draft, State
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme.checking import check
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.importing_runs import take_back
from whitestone.programme.opening import Programme, init_programme

HEAD = ["ID", "kind", "status", "name", "since", "x", "y", "note"]
MAPPING = """
[dataset]
name = "late"
edition = "%s"
[position]
x = "x"
y = "y"
crs = "EPSG:4326"
[[record]]
kind = "hazard"
date = "status_changed_on"
[record.fields]
local_id = "ID"
classification = "kind"
status = "status"
name = "name"
status_changed_on = "since"
"""
Row = tuple[str, str, str, str, str, str, str, str]


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    """Open a new programme, on each engine in turn."""
    with init_programme(target, name="Test") as made:
        yield made


def bring(programme: Programme, path: Path, rows: list[Row], edition: str = "increment") -> Report:
    """Import an edition; its counts close."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows])
    text = MAPPING % edition
    if edition == "snapshot":
        text = text.replace('edition = "snapshot"', 'edition = "snapshot"\ncoverage = "all"')
    report = import_file(programme, path, parse_mapping(text))
    assert report.held == 0
    assert report.new + report.changed + report.unchanged == report.input
    return report


def row(kind: str, since: str, **more: str) -> Row:
    """Write a row of hazard A."""
    cells = {**dict.fromkeys(HEAD, ""), "ID": "A", "kind": kind, "status": "open", "since": since, **more}
    return tuple(cells[name] for name in HEAD)  # type: ignore[return-value]


def said(state: State | None) -> Any:
    """Read a state as rows say it: what is unknown is not there."""
    if state is None:
        return None
    body = {name: value for name, value in state.body.items() if value is not None}
    return body, {k: v for k, v in state.extra.items() if v is not None}, _point(state.geometry)


def _point(geometry: bytes | None) -> Any:
    return None if geometry is None else shapely.from_wkb(geometry).coords[0]


def folded(rows: list[Row], day: dt.date) -> Any:
    """Fold the rows of one record plainly: the last one by (date, arrival) says all, but for a position it lacks."""
    dated = sorted(
        (each for each in rows if not each[4] or each[4] <= day.isoformat()), key=lambda each: each[4] or ""
    )
    if not dated:
        return None
    last = dict(zip(HEAD, dated[-1], strict=True))
    names = {"ID": "local_id", "kind": "classification", "status": "status", "name": "name"}
    names["since"] = "status_changed_on"
    body = {attribute: last[column] for column, attribute in names.items() if last[column]}
    points = [(float(each[5]), float(each[6])) for each in dated if each[5]]
    return body, {"note": last["note"]} if last["note"] else {}, points[-1] if points else None


def record_of(programme: Programme, local_id: str) -> Any:
    """Find a hazard by its id."""
    from whitestone.programme.importing_links import dataset_id

    owner = dataset_id(programme.journal.programme_id, "late")
    return programme.journal.find_external(owner, "hazard", [local_id]).get(local_id)


YEARS = ["", "2010-03-01", "2012-03-01", "2015-03-01", "2019-03-01"]
DAYS = [dt.date(year, month, 1) for year in (2009, 2010, 2012, 2015, 2019) for month in (2, 4)]
ROWS = st.tuples(
    st.sampled_from("AB"), st.sampled_from(["sha", "cha", ""]), st.sampled_from(["open", "closed", ""]),
    st.sampled_from(["", "hill", "river"]), st.sampled_from(YEARS), st.sampled_from(["", "1.5", "2.5"]),
    st.sampled_from(["", "seen"]),
).map(lambda each: (*each[:6], each[5], each[6]))  # fmt: skip
EDITIONS = st.lists(st.lists(ROWS, min_size=1, max_size=2, unique_by=lambda each: each[0]), min_size=1, max_size=6)


@given(editions=EDITIONS, snapshot=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_state_is_the_plain_fold_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, editions: list[list[Row]], snapshot: bool
) -> None:
    """On every day, as known after every arrival; and a file that comes twice says nothing new."""
    home = tmp_path_factory.mktemp("late")
    with init_programme(str(home / "programme"), name="Test") as programme:
        arrived: dict[str, list[Row]] = {"A": [], "B": []}
        moments = []
        for number, rows in enumerate(editions):
            for _ in range(2):
                report = bring(programme, home / f"{number}.csv", rows, "snapshot" if snapshot else "increment")
            assert (report.new, report.changed) == (0, 0)
            for each in rows:
                arrived[each[0]].append(each)
            moments.append((programme.journal.conflicts() == [], dt.datetime.now(dt.UTC),
                            {key: list(value) for key, value in arrived.items()}))
        for calm, moment, known in moments:
            assert calm
            for local_id, rows in known.items():
                record = record_of(programme, local_id)
                for day in DAYS if record else ():
                    found = said(programme.journal.state(record, on=day, known=moment))
                    assert found == folded(rows, day), (local_id, day)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_makes_no_difference(tmp_path: Path, seed: int) -> None:
    """Editions of different dates, shuffled: the same states, day by day."""
    dice = random.Random(seed)
    words = {"kind": ["sha", "cha"], "status": ["open", "closed"], "name": ["", "hill"], "x": ["", "1.5", "2.5"]}
    rows = []
    for year in range(2010, 2016):
        cells = {name: dice.choice(choices) for name, choices in words.items()}
        rows.append(row(cells.pop("kind"), f"{year}-06-30", **cells, y=cells["x"]))
    seen = []
    for turn in range(3):
        with init_programme(str(tmp_path / f"p{turn}"), name="Test") as programme:
            for number, each in enumerate(rows):
                bring(programme, tmp_path / f"{turn}-{number}.csv", [each])
            record = record_of(programme, "A")
            seen.append([said(programme.journal.state(record, on=dt.date(year, 12, 31))) for year in range(2009, 2016)])
        dice.shuffle(rows)
    assert seen[0] == seen[1] == seen[2]
    assert seen[0] == [folded(sorted(rows, key=lambda each: each[4]), dt.date(y, 12, 31)) for y in range(2009, 2016)]


def test_late_paper_that_says_what_was_said_last_lands_in_its_place(programme: Programme, tmp_path: Path) -> None:
    """As it was lost before: what a later row says is no reason to leave it out of the years between."""
    for number, each in enumerate([row("sha", "2010"), row("cha", "2015"), row("cha", "2012")]):
        bring(programme, tmp_path / f"{number}.csv", [each])
    record = record_of(programme, "A")
    found = [programme.journal.state(record, on=dt.date(year, 12, 31)).body["classification"] for year in (2010, 2012)]
    assert found == ["sha", "cha"]


def test_a_correction_of_an_earlier_day_is_kept_and_changes_no_later_one(programme: Programme, tmp_path: Path) -> None:
    """Of the same date, later: it counts for its day until the next; what was said of that one is said again."""
    runs = [
        bring(programme, tmp_path / f"{number}.csv", [each]).run
        for number, each in enumerate(
            [row("sha", "2010"), row("sha", "2015", status="closed"), row("cha", "2010", name="hill")]
        )
    ]
    record = record_of(programme, "A")
    journal = programme.journal
    early, late = (journal.state(record, on=dt.date(year, 12, 31)) for year in (2010, 2015))
    assert (early.body["classification"], early.body["name"]) == ("cha", "hill")
    assert (late.body["classification"], late.body["status"], late.body["name"]) == ("sha", "closed", None)
    again = journal.history(record)[-1]
    assert (again.body, str(again.run), again.information_date) == ({"classification": "sha", "name": None}, runs[1],
                                                                    "2015")
    assert runs[2] in (again.reason or "")
    assert journal.conflicts() == []
    take_back(programme, runs[2])
    assert [journal.state(record, on=dt.date(y, 12, 31)).body["classification"] for y in (2010, 2015)] == ["sha"] * 2
    take_back(programme, runs[2], undo=True)
    take_back(programme, runs[1])
    assert journal.state(record, on=dt.date(2015, 12, 31)).body["classification"] == "cha"
    assert len(list(journal.dated_states("hazard"))) == 1


def test_where_somebody_else_moved_as_well_late_paper_is_a_conflict(programme: Programme, tmp_path: Path) -> None:
    """And where only one moved, it is none, before and after."""
    journal = programme.journal
    for number, each in enumerate([row("sha", "2010", name="hill"), row("sha", "2015", name="hill", status="closed")]):
        bring(programme, tmp_path / f"{number}.csv", [each])
    record = record_of(programme, "A")
    known = journal.state(record)
    journal.append(Act(author="Zed"), [Draft(kind="hazard", record_id=record, body={"name": "river"},
                                             information_date="2016", parents=known.revisions)])  # fmt: skip
    report = bring(programme, tmp_path / "2.csv", [row("cha", "2012", name="hill")])
    assert (report.changed, report.conflicts) == (1, 0)
    assert journal.state(record).body["name"] == "river"
    assert journal.state(record).body["classification"] == "sha"
    assert bring(programme, tmp_path / "3.csv", [row("cha", "2013", name="road")]).conflicts == 1
    assert journal.state(record).body["name"] == "river"
    assert journal.state(record, on=dt.date(2013, 12, 31)).body["name"] == "road"
    assert journal.state(record, on=dt.date(2015, 12, 31)).body["name"] == "hill"


def test_an_edition_between_is_taken_back_and_the_later_one_still_says_what_it_said(
    programme: Programme, tmp_path: Path
) -> None:
    """A later edition rests on what was said before it; taken back and brought back, its own day stays as it was."""
    rows = [row("sha", "2010"), row("sha", "2012", status="closed"), row("cha", "2015", status="closed")]
    runs = [bring(programme, tmp_path / f"{number}.csv", [each]).run for number, each in enumerate(rows)]
    record = record_of(programme, "A")

    def states() -> list[Any]:
        found = [programme.journal.state(record, on=dt.date(year, 12, 31)) for year in (2010, 2012, 2015)]
        return [(state.body["classification"], state.body["status"]) for state in found if state]

    every = [("sha", "open"), ("sha", "closed"), ("cha", "closed")]
    assert states() == every
    take_back(programme, runs[1])
    assert states() == [("sha", "open"), ("sha", "open"), ("cha", "closed")]
    between = bring(programme, tmp_path / "3.csv", [row("sha", "2014")])
    assert states()[2] == ("cha", "closed")
    take_back(programme, runs[1], undo=True)
    assert states() == every
    assert programme.journal.state(record, on=dt.date(2014, 12, 31)).body["status"] == "open"
    assert between.changed == 1
    assert programme.journal.conflicts() == []


LINKED = """
[dataset]
name = "works"
edition = "increment"
[[record]]
kind = "release"
[record.fields]
local_id = "ID"
outcome = "outcome"
completed_on = "done"
[[record.links]]
attribute = "hazard_ids"
dataset = "late"
column = "hazards"
split = "|"
"""


def works(programme: Programme, path: Path, rows: list[list[str]]) -> Report:
    """Import releases that name hazards."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["ID", "outcome", "done", "hazards"], *rows])
    return import_file(programme, path, parse_mapping(LINKED))


def links(programme: Programme) -> Any:
    """Read the hazards that each release names."""
    return {state.body["local_id"]: state.body.get("hazard_ids") for state in programme.journal.states("release")}


def broken(programme: Programme) -> int:
    """Count the findings of broken links."""
    return sum(each.finding.rule == "link-broken" for each in check(programme).findings)


def test_a_link_is_made_when_the_record_that_it_names_comes_in(programme: Programme, tmp_path: Path) -> None:
    """In part and in whole; in the name of the run that named it, and nothing is new when a file comes twice."""
    rows = [["R1", "cleared", "2016-01-01", "A|B"], ["R2", "cancelled", "2016-02-01", "Z"]]
    first = works(programme, tmp_path / "works.csv", rows)
    assert first.findings_by_code == {"link-broken": 2}
    assert links(programme) == {"R1": None, "R2": None}
    one = bring(programme, tmp_path / "a.csv", [row("sha", "2010")])
    assert one.findings_by_code["links-made"] == 1
    two = bring(programme, tmp_path / "b.csv", [row("sha", "2010", ID="B")])
    a, b = record_of(programme, "A"), record_of(programme, "B")
    assert links(programme) == {"R1": [str(a), str(b)], "R2": None}
    made = [each for each in programme.journal.revisions(kind="release") if each.body.keys() == {"hazard_ids"}]
    assert {str(each.run) for each in made} == {first.run}
    assert [one.run in (made[0].reason or ""), two.run in (made[1].reason or "")] == [True, True]
    again = works(programme, tmp_path / "works.csv", rows)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    last = bring(programme, tmp_path / "b.csv", [row("sha", "2010", ID="B")])
    assert last.findings_by_code.keys() == {"geometry-missing"}
    assert (broken(programme), programme.journal.conflicts()) == (0, [])


def test_both_directions_break_alike_when_the_named_record_is_taken_back(tmp_path: Path) -> None:
    """The link stays as it was stated, and leads nowhere; when the run comes back it stands again."""
    for turn in range(2):
        with init_programme(str(tmp_path / f"p{turn}"), name="Test") as programme:
            steps = [
                lambda made=programme: works(made, tmp_path / "w.csv", [["R1", "cleared", "2016-01-01", "A"]]),
                lambda made=programme: bring(made, tmp_path / "a.csv", [row("sha", "2010")]),
            ]
            runs = [step().run for step in (steps if turn else reversed(steps))]
            release, hazard = runs if turn else reversed(runs)
            assert links(programme) == {"R1": [str(record_of(programme, "A"))]}
            assert broken(programme) == 0
            take_back(programme, hazard)
            assert broken(programme) == 1
            take_back(programme, hazard, undo=True)
            assert broken(programme) == 0
            take_back(programme, release)
            assert links(programme) == {}


def test_what_was_found_later_is_not_gone_from_a_late_edition_of_an_earlier_day(
    programme: Programme, tmp_path: Path
) -> None:
    """Editions that say for which day they speak are compared with the one before that day, whenever they come."""
    gone = []
    for number, (year, ids) in enumerate([(2010, "AB"), (2015, "ABC"), (2012, "A"), (2016, "AB")]):
        text = (MAPPING % "snapshot").replace("[position]", f'coverage = "all"\nas_of = "{year}"\n[position]')
        with (tmp_path / f"{number}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEAD, *(row("sha", "", ID=each) for each in ids)])
        gone.append(import_file(programme, tmp_path / f"{number}.csv", parse_mapping(text)).gone)
    assert gone == [0, 0, 1, 1]


def test_late_paper_settles_no_conflict_about_a_later_day(programme: Programme, tmp_path: Path) -> None:
    """Nor does it hide one: what the dataset said of the later day still differs from what somebody else said."""
    journal = programme.journal
    bring(programme, tmp_path / "0.csv", [row("sha", "2010", name="hill")])
    record = record_of(programme, "A")
    journal.append(Act(author="Zed"), [Draft(kind="hazard", record_id=record, body={"name": "river"},
                                             information_date="2016", parents=journal.state(record).revisions)])
    assert bring(programme, tmp_path / "1.csv", [row("sha", "2015", name="road")]).conflicts == 1
    bring(programme, tmp_path / "2.csv", [row("sha", "2012", name="river")])
    assert [each.attribute for each in journal.conflicts()] == ["name"]
    assert journal.state(record).conflicts == ("name",)


def test_a_position_that_came_late_stays_where_no_row_speaks_of_one(programme: Programme, tmp_path: Path) -> None:
    """What is said again of a later day says nothing of a position, as the row of that day did not."""
    late = [row("sha", "2019", status=""), row("sha", "", x="1.5", y="1.5"), row("sha", "", x="2.5", y="2.5")]
    for number, each in enumerate(late):
        bring(programme, tmp_path / f"{number}.csv", [each])
    state = programme.journal.state(record_of(programme, "A"))
    assert (_point(state.geometry), state.body["status"]) == ((2.5, 2.5), None)
