"""Can disputes, waiting statements, places and missing dates be worked off at the desk, and all of it taken back?"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import numpy as np
import pytest
import shapely
from test_repairing import FOUND, PLANE, WORKED, Desk, desk  # noqa: F401

from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.land.repairs import LINES
from whitestone.programme import accounts_kept
from whitestone.programme import repairing as repairs_desk
from whitestone.programme.repairing import as_dict, find, leave, preview, undo, worklist
from whitestone.programme.sameness import declare_same


def disputed(desk: Desk) -> uuid.UUID:  # noqa: F811
    """State an outline, and then two others that both know the first and not each other."""
    hazard = desk.say("hazard", {"local_id": "H-1", "classification": "cha", "status": "open"}, 0, 0, 100, 100, **FOUND)
    first = desk.programme.journal.history(hazard)[-1].revision_id
    for width, day in ((90, "2016-01-01"), (60, "2018-01-01")):
        desk.say("hazard", {}, 0, 0, width, 100, record_id=hazard, information_date=day, parents=(first,))
    return hazard


@pytest.mark.parametrize(("kind", "left"), [("keep_counted", 9_000), ("take_other", 6_000)])
def test_a_dispute_is_decided_for_a_side_and_opened_again(desk: Desk, kind: str, left: float) -> None:  # noqa: F811
    hazard = disputed(desk)
    before = desk.figures()
    assert before["in_conflict_m2"] == pytest.approx(3_000, abs=0.1)
    done = desk.accept("in_conflict_m2", kind)
    assert desk.figures()["closing_m2"] == pytest.approx(left, abs=0.1)
    assert desk.figures("2017-06-01")["closing_m2"] == pytest.approx(9_000, abs=0.1)
    last = desk.programme.journal.history(hazard)[-1]
    sides = {each.revision_id for each in desk.programme.journal.history(hazard)[1:3]}
    assert sides <= set(last.parents)  # the decision names both
    assert last.reason == "looked at the paper"
    assert desk.programme.journal.conflicts() == []
    undo(desk.programme, done["case"], reason="look again")
    assert desk.figures() == before
    assert desk.programme.journal.verify().ok


def test_a_dispute_may_stay(desk: Desk) -> None:  # noqa: F811
    disputed(desk)
    case = next(worklist(desk.programme, desk.programme.clocks()).cases("in_conflict_m2"))
    leave(desk.programme, str(case.case_id), reason="both maps are old")
    work = worklist(desk.programme, desk.programme.clocks())
    assert list(work.cases("in_conflict_m2")) == []
    assert [each["reason"] for each in work.left.values()] == ["both maps are old"]
    assert work.count("in_conflict_m2") == 1


def test_two_records_that_are_one_get_one_outline(desk: Desk) -> None:  # noqa: F811
    kept = desk.say("hazard", {"local_id": "H-1", "classification": "cha"}, 0, 0, 100, 100, **FOUND)
    other = desk.say("hazard", {"local_id": "H-2", "classification": "cha"}, 50, 0, 150, 100, **FOUND)
    declare_same(desk.programme, kept, other, reason="one field")
    assert desk.figures()["in_conflict_m2"] == pytest.approx(10_000, abs=0.1)
    assert {each["kind"] for each in desk.proposals("in_conflict_m2")} == {"keep_counted", "take_other"}
    done = desk.accept("in_conflict_m2", "keep_counted")
    assert desk.figures()["closing_m2"] == pytest.approx(10_000, abs=0.1)
    undo(desk.programme, done["case"], reason="no")
    assert desk.figures()["in_conflict_m2"] == pytest.approx(10_000, abs=0.1)


def waiting(desk: Desk) -> tuple[uuid.UUID, uuid.UUID]:  # noqa: F811
    hazard = desk.say("hazard", {"local_id": "H-1", "classification": "cha", "status": "open"}, 0, 0, 100, 100, **FOUND)
    first = desk.programme.journal.history(hazard)[-1].revision_id
    desk.say("hazard", {}, 0, 0, 100, 70, record_id=hazard, information_date="2018-01-01", parents=(first,),
             workflow=Workflow.SUBMITTED)
    work = desk.say("release", {**WORKED, "local_id": "R-1"}, 200, 0, 250, 50, information_date="2016-06-01",
                    workflow=Workflow.VERIFIED)
    return hazard, work


def choose(desk: Desk, kind: str, record: uuid.UUID) -> Any:  # noqa: F811
    for case in worklist(desk.programme, desk.programme.clocks()).cases("not_approved_m2"):
        for at, each in enumerate(case.proposals):
            if each.kind == kind and case.parties[0].record_id == record:
                said = preview(worklist(desk.programme, desk.programme.clocks()), case, each)
                return repairs_desk.accept(desk.programme, str(case.proposal_id(at)), reason="checked"), said
    raise AssertionError(kind)


def test_what_waits_is_approved_and_waits_again_when_that_is_taken_back(desk: Desk) -> None:  # noqa: F811
    hazard, work = waiting(desk)
    before = desk.figures()
    assert before["not_approved_m2"] == pytest.approx(5_500, abs=0.1)
    done, said = choose(desk, "approve", hazard)
    after = desk.figures()
    assert after["closing_m2"] == pytest.approx(7_000, abs=0.1)
    assert after["not_approved_m2"] == pytest.approx(2_500, abs=0.1)
    for name, (_, expected) in said["moved"].items():
        assert after[name] == pytest.approx(expected, abs=0.1), name
    assert {name for name in after if abs(after[name] - before[name]) > 0.05} <= said["moved"].keys()
    second, _ = choose(desk, "approve", work)
    assert desk.figures()["outside_any_hazard_m2"] == pytest.approx(2_500, abs=0.1)
    for each in (second, done):
        undo(desk.programme, each["case"], reason="too early")
    assert desk.figures() == before
    state = desk.programme.journal.state(work, approved_only=False)
    assert state.workflow == Workflow.VERIFIED


def test_what_waits_is_returned_and_what_was_approved_stays(desk: Desk) -> None:  # noqa: F811
    hazard, _ = waiting(desk)
    before = desk.figures()
    done, _ = choose(desk, "return", hazard)
    after = desk.figures()
    assert after["closing_m2"] == before["closing_m2"]
    assert after["not_approved_m2"] == pytest.approx(2_500, abs=0.1)
    undo(desk.programme, done["case"], reason="it was right")
    assert desk.figures() == before


def test_a_hazard_is_booked_to_the_place_in_which_it_lies(desk: Desk) -> None:  # noqa: F811
    west = desk.say("place", {"name": "Kelith", "admin_level": 1}, 0, 0, 100, 100)
    east = desk.say("place", {"name": "Ulden", "admin_level": 1}, 100, 0, 200, 100)
    hazard = desk.say("hazard", {"local_id": "H-1", "classification": "cha", "place_id": str(west)}, 80, 0, 180, 100,
                      **FOUND)  # fmt: skip
    (case,) = worklist(desk.programme, desk.programme.clocks()).cases("elsewhere_m2")
    assert "Kelith" in case.sentence
    desk.accept("elsewhere_m2", "rebook")
    state = desk.programme.journal.state(hazard)
    assert state.body["place_id"] == str(east)
    assert desk.figures()["elsewhere_m2"] == pytest.approx(2_000, abs=0.1)


def undated(desk: Desk) -> tuple[uuid.UUID, uuid.UUID]:  # noqa: F811
    hazard = desk.say("hazard", {"local_id": "H-1", "classification": "cha", "status": "open"}, 0, 0, 100, 100)
    work = desk.say("release", {"local_id": "R-1", "outcome": "cleared", "activity_id": str(uuid.UUID(int=7))},
                    0, 0, 50, 50)  # fmt: skip
    return hazard, work


def test_undated_ground_gets_a_date_from_work_that_names_it(desk: Desk) -> None:  # noqa: F811
    hazard, _ = undated(desk)
    assert desk.figures()["order_unknown_m2"] == pytest.approx(2_500, abs=0.1)
    assert desk.proposals("order_unknown_m2") == []  # nothing gives a date, and none is made up
    desk.say("release", {**WORKED, "local_id": "R-2", "hazard_ids": [str(hazard)]}, 60, 0, 80, 50,
             information_date="2016-06-01")
    (mine,) = desk.proposals("order_unknown_m2")
    assert "R-2 names it" in mine["evidence"][0]
    desk.accept("order_unknown_m2", "date_hazard")
    assert desk.figures("2016-05-31")["closing_m2"] == 0
    assert desk.figures()["closing_m2"] == pytest.approx(6_500, abs=0.1)


def test_undated_work_gets_the_date_of_its_activity_or_of_its_source(desk: Desk) -> None:  # noqa: F811
    _, work = undated(desk)
    desk.say("release", {**WORKED, "local_id": "R-3", "activity_id": str(uuid.UUID(int=7))}, 300, 0, 320, 50,
             information_date="2016-06-01")
    (mine,) = [each for each in desk.proposals("order_unknown_m2") if each["kind"] == "date_release"]
    assert "R-3 is of the same activity" in mine["evidence"][0]
    desk.accept("order_unknown_m2", "date_release")
    state = desk.programme.journal.state(work)
    assert state.body["completed_on"] == "2016-06-01"


def test_what_a_migrated_database_said_dates_a_record_at_the_latest(desk: Desk) -> None:  # noqa: F811
    shape = bytes(shapely.to_wkb(PLANE.unproject(np.array([shapely.box(0, 0, 100, 100)], dtype=object))[0]))
    body = {"classification": "sha", "local_id": "H-7"}
    draft = Draft(kind="hazard", record_id=uuid.UUID(int=70), body=body, geometry=shape,
                  source_recorded_at=dt.datetime(2013, 4, 5, 12, tzinfo=dt.UTC))  # fmt: skip
    desk.programme.journal.append(Act(author="anna"), [draft])
    desk.say("release", {"local_id": "R-1", "outcome": "cleared"}, 0, 0, 50, 50)
    (mine,) = desk.proposals("order_unknown_m2")
    assert mine["basis"] == "stated"
    assert "2013-04-05" in mine["sentence"]


def test_every_line_of_the_ledger_that_can_be_worked_on_is_work() -> None:
    from whitestone.programme.drilling import PROOF_LINES

    assert set(PROOF_LINES) <= set(LINES)


def test_a_preview_counts_only_what_the_proposal_touches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    for at in range(30):
        desk.say("hazard", {"local_id": f"H-{at}", "classification": "sha", "status": "open"},
                 1000 * at, 0, 1000 * at + 100, 100, **FOUND)
    desk.say("hazard", {"local_id": "X", "classification": "cha", "status": "open"}, 50, 0, 150, 100, **FOUND)
    work = worklist(desk.programme, desk.programme.clocks())
    (case,) = work.cases("hazards_overlap_m2")
    from whitestone.land import renewing

    counted: list[int] = []
    measure = renewing.measure

    def measuring(ground: Any, chosen: Any = None, **more: Any) -> Any:
        counted.append(len(chosen))
        return measure(ground, chosen, **more)

    monkeypatch.setattr(renewing, "measure", measuring)
    moved = preview(work, case, case.proposals[0])
    assert moved["after"] == pytest.approx(0, abs=0.1)
    assert sum(counted) <= 4
    assert as_dict(work, find(work, str(case.case_id))[0])["records"][0]["label"]


def test_a_work_list_from_what_is_kept_is_the_one_from_all_records(desk: Desk) -> None:  # noqa: F811
    disputed(desk)
    waiting(desk)
    undated(desk)
    desk.say("hazard", {"local_id": "H-9"}, **FOUND)

    def faces() -> Any:
        repairs_desk._lists.clear()
        work = worklist(desk.programme, desk.programme.clocks())
        return [as_dict(work, case) for line in LINES for case in work.cases(line)]

    first = faces()
    accounts_kept._kept.clear()
    from whitestone.programme import accounts

    accounts._books.clear()
    assert faces() == first
    assert {each["line"] for each in first} >= {"in_conflict_m2", "not_approved_m2", "order_unknown_m2", "no_geometry"}
