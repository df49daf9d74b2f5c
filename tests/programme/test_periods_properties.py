"""Whatever is learned after a closing: do frozen figures stand, and do lines explain every hundredth?"""

from __future__ import annotations

import random
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from period_maker import Desk, make, wkb

from whitestone.domain.revision import Nature, Workflow
from whitestone.land.ledger import DIMENSIONS
from whitestone.programme.periods import close_period, list_periods
from whitestone.programme.periods_stored import closed_ledger
from whitestone.programme.restatements import restatements
from whitestone.programme.revising import decide
from whitestone.programme.sameness import declare_same

Pick = Callable[[int], int]
CLASSES = ("sha", "cha")
OUTCOMES = ("cancelled", "reduced", "cleared")
EARLY = ("2022-03-01", "2023-05-01", "2024-02-01", "2024-06-01", "2024-11-30")
LATE = (*EARLY, "2024", None, "2025-04-01")


class Play:
    """One programme and what happens in it; `pick(n)` chooses a number below n."""

    def __init__(self, desk: Desk, pick: Pick) -> None:
        self.desk, self.pick = desk, pick
        self.hazards: list[uuid.UUID] = []
        self.releases: list[uuid.UUID] = []
        self.places: list[uuid.UUID] = []
        self.organisations: list[uuid.UUID] = []

    def shape(self) -> bytes:
        return wkb(30 * self.pick(5), 30 * self.pick(5), 30 + 30 * self.pick(3), 30 + 30 * self.pick(3))

    def one(self, things: Any) -> Any:
        return things[self.pick(len(things))]

    def place(self, **more: Any) -> None:
        body = {"name": f"District {len(self.places)}", "admin_level": 2}
        found = self.desk.say("place", body, wkb(-200 + 100 * self.pick(4), -200, 400, 600), **more)
        if "record_id" not in more:
            self.places.append(found)

    def organisation(self) -> None:
        self.organisations.append(self.desk.say("organisation", {"name": f"Operator {len(self.organisations)}"}))

    def hazard(self, dates: Any = EARLY) -> None:
        body: dict[str, Any] = {"classification": self.one(CLASSES), "contamination": [self.one(("uxo", "ap_mine"))]}
        if self.pick(2):
            body["place_id"] = str(self.one(self.places))
        shape = self.shape() if self.pick(5) else None
        self.hazards.append(self.desk.say("hazard", body, shape, information_date=self.one(dates)))

    def release(self, dates: Any = EARLY, workflow: Workflow = Workflow.APPROVED) -> None:
        day = self.one(dates)
        body: dict[str, Any] = {"outcome": self.one(OUTCOMES), "hazard_ids": [str(self.one(self.hazards))]}
        body |= {"completed_on": day} if day else {}
        body |= {"organisation_id": str(self.one(self.organisations))} if self.pick(2) else {"donor": "A donor"}
        shape = self.shape() if self.pick(5) else None
        body |= {} if shape else {"area_reported_m2": 100.0 * (1 + self.pick(9))}
        self.releases.append(self.desk.say("release", body, shape, information_date=day, workflow=workflow))

    def before(self) -> None:
        for make_one in (self.place, self.place, self.organisation, self.organisation, self.hazard, self.hazard):
            make_one()
        for _ in range(self.pick(4)):
            self.hazard()
        for _ in range(1 + self.pick(5)):
            self.release()
        self.release(workflow=Workflow.SUBMITTED)

    def after(self) -> None:
        acts = (self.late_release, self.late_hazard, self.outline, self.outline, self.reclass, self.closed,
                self.withdraw, self.approve, self.same, self.moved_place, self.renamed, self.redrawn, self.sized)
        for _ in range(1 + self.pick(4)):
            self.one(acts)()

    def late_release(self) -> None:
        self.release(LATE)

    def late_hazard(self) -> None:
        self.hazard(LATE)

    def outline(self) -> None:
        own = self.one(self.hazards)
        first = self.desk.programme.journal.history(own)[0]
        self.desk.say("hazard", first.body, self.shape(), record_id=own, information_date=first.information_date,
                      nature=Nature.CORRECTION, corrects=first.revision_id)

    def reclass(self) -> None:
        self.desk.say("hazard", {"classification": self.one(CLASSES)}, record_id=self.one(self.hazards),
                      information_date=self.one(LATE))

    def closed(self) -> None:
        reason = self.one(("cleared", "duplicate"))
        self.desk.say("hazard", {"status": "closed", "closure_reason": reason}, record_id=self.one(self.hazards),
                      information_date=self.one(LATE))

    def withdraw(self) -> None:
        decide(self.desk.programme, self.one(self.releases), "withdrawn", reason="an error")

    def approve(self) -> None:
        decide(self.desk.programme, self.one(self.releases), "approved", reason="checked")

    def same(self) -> None:
        one, two = self.one(self.hazards), self.one(self.hazards)
        groups = [each.body for each in self.desk.programme.journal.states("decision")]
        if one != two and not groups:
            declare_same(self.desk.programme, one, two, reason="one field")

    def moved_place(self) -> None:
        self.place(record_id=self.one(self.places))

    def renamed(self) -> None:
        self.desk.say("organisation", {"name": "Another name"}, record_id=self.one(self.organisations))

    def redrawn(self) -> None:
        self.desk.say("release", {"outcome": self.one(OUTCOMES)}, self.shape(), record_id=self.one(self.releases),
                      information_date=self.one(LATE))

    def sized(self) -> None:
        self.desk.say("release", {"area_reported_m2": 12.5}, record_id=self.one(self.releases),
                      information_date=self.one(LATE))


def cents(value: float) -> int:
    return round(value * 100)


def check(play: Play) -> None:
    desk = play.desk
    play.before()
    close_period(desk.programme, "2024")
    frozen = {by: closed_ledger(desk.programme, "2024", by=by) for by in DIMENSIONS}
    play.after()
    answer = restatements(desk.programme, "2024")
    assert {by: closed_ledger(desk.programme, "2024", by=by) for by in DIMENSIONS} == frozen
    assert list_periods(desk.programme)["ok"]
    restated = {(each["by"], each["row"], each["column"]): each for each in answer["figures"]}
    for each in answer["figures"]:
        parts = [line.get("difference_m2", line.get("difference")) for line in each["lines"]]
        assert sum(map(cents, parts)) == cents(each["new"]) - cents(each["old"]) == cents(each["difference"])
        assert all(line["moved_by"] for line in each["lines"]), each
    for by in DIMENSIONS:
        live = desk.ledger("2024-12-31", "2024-01-01", by=by)
        sides = [{row["key"]: row for row in found["rows"]} for found in (frozen[by], live)]
        rows = [("total", key, [side["total"] for side in (frozen[by], live)]) for key in ("total",)]
        if by != "year":
            rows += [(by, key, [side.get(key, {}) for side in sides]) for key in {*sides[0], *sides[1]}]
        for dimension, key, (old, new) in rows:
            for column in frozen[by]["total"]:
                was, now = old.get(column, 0), new.get(column, 0)
                found = restated.get((dimension, key, column))
                assert (was, now) == ((found["old"], found["new"]) if found else (was, was)), (by, key, column)
    opened = desk.ledger("2025-12-31", "2025-01-01")
    last = opened["last_closing"]
    assert last["opening_m2"] == opened["total"]["opening_m2"]
    assert last["closing_m2"] == frozen["class"]["total"]["closing_m2"]
    assert sum(cents(line["difference_m2"]) for line in last["explained"]) == cents(last["difference_m2"])
    assert cents(last["closing_m2"]) + cents(last["difference_m2"]) == cents(last["opening_m2"])
    assert opened["proof"]["difference_to_last_closing_m2"] == last["difference_m2"]
    assert all(line["moved_by"] for line in last["explained"]), last


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse,
                                                                                           Phase.generate))
@given(st.data())
def test_closing_and_restatements_give_todays_opening(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = make(str(Path(folder) / "programme"))
        with desk.programme:
            check(Play(desk, lambda count: data.draw(st.integers(0, count - 1))))


@pytest.mark.parametrize("seed", range(3))
def test_the_same_holds_on_both_engines(target: str, seed: int) -> None:
    chosen = random.Random(seed)
    desk = make(target)
    with desk.programme:
        check(Play(desk, chosen.randrange))
