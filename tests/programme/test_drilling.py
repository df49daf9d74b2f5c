"""Do the records behind a figure or a proof line add up to it, and are they the row's own?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.geodesy.areas import Plane
from whitestone.land.proof import Disagreement, disagreement_m2, disagreement_shares
from whitestone.programme.accounts import Accounts, accounts
from whitestone.programme.drilling import PROOF_LINES, behind, behind_proof
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.sameness import declare_same

PLANE = Plane(45.0, 40.0)
FOUND = {"information_date": "2015-01-01"}


class Desk:
    """A programme with short words for what the tests state."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme

    def say(self, kind: str, body: dict[str, Any], *box: float, **more: Any) -> uuid.UUID:
        record_id, shape = more.pop("record_id", None) or new_id(), None
        if box:
            x, y, width, height = box
            drawn = np.array([shapely.box(x, y, x + width, y + height)], dtype=object)
            shape = bytes(shapely.to_wkb(PLANE.unproject(drawn)[0]))
        draft = Draft(kind=kind, record_id=record_id, body=body, geometry=shape, **more)
        self.programme.journal.append(Act(author="anna"), [draft])
        return record_id

    def accounts(self) -> Accounts:
        return accounts(self.programme, self.programme.clocks("2020-12-31", None))


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[Desk]:
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(str(tmp_path / "p"), name="Test", who="anna", settings=settings) as programme:
        yield Desk(programme)


def shares(opened: Accounts, line: str) -> tuple[dict[uuid.UUID, float], float]:
    """Return the share of each record behind a proof line, and the line."""
    ledger = opened.table(by="class")
    found = {each.record_id: each.m2 or 0.0 for each in behind_proof(ledger, line, opened.inputs)}
    return found, getattr(ledger.proof, line)


def test_ground_booked_elsewhere_lists_its_hazards(desk: Desk) -> None:
    west = str(desk.say("place", {"name": "West", "admin_level": 1}, -1000, -1000, 1000, 3000))
    across = desk.say("hazard", {"classification": "sha", "place_id": west}, -50, 0, 100, 100)
    beyond = desk.say("hazard", {"classification": "sha", "place_id": west}, 300, 0, 100, 100)
    desk.say("hazard", {"classification": "sha", "place_id": west}, -500, 0, 100, 100)
    found, line = shares(desk.accounts(), "elsewhere_m2")
    assert {own: round(m2) for own, m2 in found.items()} == {across: 5_000, beyond: 10_000}
    assert sum(found.values()) == pytest.approx(line, abs=0.02)


def test_ground_in_conflict_and_not_approved_lists_its_records(desk: Desk) -> None:
    one = desk.say("hazard", {"classification": "sha"}, 0, 0, 100, 100, **FOUND)
    two = desk.say("hazard", {"classification": "sha"}, 10, 0, 100, 100, **FOUND)
    declare_same(desk.programme, one, two, reason="one field, two operators")
    waiting = {
        desk.say("release", {"outcome": "cleared", "completed_on": "2016-01-01"}, x, 0, 40, 100,
                 information_date="2016-01-01", workflow=Workflow.SUBMITTED)
        for x in (0, 30)
    }  # fmt: skip
    opened = desk.accounts()
    found, line = shares(opened, "in_conflict_m2")
    assert len(found) == 1
    assert set(found) <= {one, two}
    assert round(line) == 2_000
    assert sum(found.values()) == pytest.approx(line, abs=0.02)
    found, line = shares(opened, "not_approved_m2")
    assert set(found) == waiting
    assert round(line) == 7_000  # the two releases share 10 m: the line counts that ground once, and so do the shares
    assert sum(found.values()) == pytest.approx(line, abs=0.02)


def test_a_release_older_than_its_hazard_is_listed_with_the_ground_it_crosses(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "cha"}, 0, 0, 100, 100, **FOUND)
    release = desk.say("release", {"outcome": "cleared", "completed_on": "2012-01-01", "hazard_ids": [str(hazard)]},
                       -20, 0, 50, 100, information_date="2012-01-01")
    found, line = shares(desk.accounts(), "releases_older_than_hazard")
    assert line == len(found) == 1
    assert found[release] == pytest.approx(3_000, abs=1)


def test_undated_ground_lists_the_hazard_and_the_release(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "cha"}, 0, 0, 100, 100)
    release = desk.say("release", {"outcome": "cleared"}, 0, 0, 50, 100)
    found, line = shares(desk.accounts(), "order_unknown_m2")
    assert found == {hazard: line, release: line}
    assert round(line) == 5_000


def test_reported_only_lists_the_records_of_its_row(desk: Desk) -> None:
    one, two = ({"area_cleared_m2": area, "ended_on": "2016-05", "organisation_name": name}
                for area, name in ((700.0, "Alpha"), (300.0, "Beta")))  # fmt: skip
    alpha, beta = desk.say("activity", one), desk.say("activity", two)
    release = desk.say("release", {"outcome": "reduced", "area_reported_m2": 50.0, "organisation_name": "Beta"})
    opened = desk.accounts()
    ledger = opened.table(by="organisation")
    for row in ledger.rows:
        listed = behind(ledger, row["key"], "reported_only", opened.inputs)
        assert sum(each.m2 or 0.0 for each in listed) == pytest.approx(row["reported_only_m2"])
        wanted = {"Alpha": {("activity", alpha)}, "Beta": {("activity", beta), ("release", release)}}
        assert {(each.kind, each.record_id) for each in listed} == wanted.get(row["key"], set())
    assert len(behind(ledger, None, "reported_only", opened.inputs)) == 3


def test_a_hazard_with_a_point_has_a_place_and_no_size(desk: Desk) -> None:
    nowhere = desk.say("hazard", {"classification": "sha"}, **FOUND)
    spot = bytes(shapely.to_wkb(shapely.Point(45.0, 40.0)))
    draft = Draft(kind="hazard", record_id=new_id(), body={"classification": "eod_spot"}, geometry=spot, **FOUND)
    desk.programme.journal.append(Act(author="anna"), [draft])
    opened = desk.accounts()
    found, line = shares(opened, "no_geometry")
    assert (set(found), line) == ({nowhere}, 1)
    found, line = shares(opened, "size_unknown")
    assert len(found) == line == 2


def test_every_proof_line_but_the_residual_opens(desk: Desk) -> None:
    opened = desk.accounts()
    ledger = opened.table(by="class")
    assert set(PROOF_LINES) == set(ledger.proof.__struct_fields__) - {"residual_m2"}
    assert all(behind_proof(ledger, line, opened.inputs) == [] for line in PROOF_LINES)


def test_shares_of_disputes_sum_to_the_ground_in_dispute() -> None:
    random = np.random.default_rng(7)
    boxes = [shapely.box(x, y, x + 4, y + 3) for x, y in random.uniform(0, 10, (40, 2))]
    pairs = [Disagreement(a, b, "hazard", new_id()) for a, b in zip(boxes[::2], boxes[1::2], strict=True)]
    assert disagreement_shares(pairs).sum() == pytest.approx(disagreement_m2(pairs))
