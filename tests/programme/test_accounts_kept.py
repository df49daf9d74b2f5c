"""Does a kept book say, after any sequence of records, what one counted anew says, from memory and from the disk?"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature, Workflow
from whitestone.geodesy.areas import Plane
from whitestone.journal import books
from whitestone.programme import accounts as desk
from whitestone.programme import accounts_kept
from whitestone.programme.accounts import ledger
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.sameness import declare_same

PLANE = Plane(45.0, 40.0)
BY = ("hazard", "class", "year", "organisation", "place")


def wkb(rng: random.Random) -> bytes:
    x, y = rng.randrange(0, 900, 10), rng.randrange(0, 900, 10)
    box = shapely.box(x, y, x + rng.randrange(20, 300, 10), y + rng.randrange(20, 300, 10))
    return bytes(shapely.to_wkb(PLANE.unproject(np.array([box], dtype=object))[0]))


def day(rng: random.Random) -> str:
    return f"{rng.randrange(2010, 2020)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 28):02}"


def forget() -> None:
    accounts_kept._kept.clear()
    desk._books.clear()


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(target, name="Test", who="anna", settings=settings) as made:
        forget()
        yield made


class Teller:
    """Tells a programme random things: hazards and releases, new and again, late, withdrawn, corrected, of work."""

    def __init__(self, programme: Programme, seed: int) -> None:
        self.programme, self.rng = programme, random.Random(seed)
        self.heads: dict[tuple[str, uuid.UUID], uuid.UUID] = {}

    def say(self, kind: str, record: uuid.UUID, body: dict[str, Any], **more: Any) -> None:
        parents = (self.heads[kind, record],) if (kind, record) in self.heads else ()
        draft = Draft(kind=kind, record_id=record, body=body, parents=parents, **more)
        told = self.programme.journal.append(Act(author="anna", reason="test"), [draft])
        self.heads[kind, record] = told.revision_ids[0]

    def some(self, kind: str) -> uuid.UUID:
        known = [record for own, record in self.heads if own == kind]
        return self.rng.choice(known) if known and self.rng.random() < 0.6 else new_id()

    def tell(self) -> None:
        rng = self.rng
        kind = rng.choice(["hazard", "hazard", "release", "release", "activity"])
        record = self.some(kind)
        workflow = rng.choice([Workflow.APPROVED, Workflow.APPROVED, Workflow.APPROVED, Workflow.SUBMITTED])
        more: dict[str, Any] = {"information_date": day(rng), "workflow": workflow}
        if rng.random() < 0.15 and (kind, record) in self.heads:
            more |= {"nature": Nature.CORRECTION, "corrects": self.heads[kind, record]}
        shape = wkb(rng) if rng.random() < 0.85 else None
        if kind == "hazard":
            body = {"classification": rng.choice(["sha", "cha"]), "status": rng.choice(["open", "closed"]),
                    "place_name": rng.choice(["Kelith", "Ulden"])}
            self.say(kind, record, body, geometry=shape, **more)
        elif kind == "release":
            body = {"outcome": rng.choice(["cleared", "reduced", "cancelled"]), "completed_on": day(rng),
                    "hazard_ids": [str(self.some("hazard"))], "activity_id": str(self.some("activity")),
                    "area_reported_m2": 5000.0}
            self.say(kind, record, body, geometry=shape, **more)
        else:
            body = {"activity_type": "clearance", "organisation_name": rng.choice(["X", "Y"]), "ended_on": day(rng),
                    "area_cleared_m2": 700.0}
            self.say(kind, record, body, **more)


def answers(programme: Programme, on: str) -> list[dict[str, Any]]:
    said = [ledger(programme, programme.clocks(on), by=by) for by in BY]
    for each in said:
        # Of what is listed in any order, the order is no matter.
        each["undated"]["less_precise"]["records"].sort()
        each["proof"]["in_conflict_m2"] = round(each["proof"]["in_conflict_m2"], 1)
    return said


@pytest.mark.parametrize("seed", range(4))
def test_the_kept_book_follows_any_sequence_of_records(programme: Programme, target: str, seed: int) -> None:
    teller = Teller(programme, seed)
    for _ in range(6):
        teller.tell()
    answers(programme, "2020-12-31")
    for _ in range(5):
        for _ in range(teller.rng.randrange(1, 4)):
            teller.tell()
        days = ("2020-12-31", "2014-06-30")
        followed = [answers(programme, each) for each in days]
        forget()
        with open_programme(target, who="anna") as other:
            from_disk = [answers(other, each) for each in days]
        forget()
        with programme.journal.store.writing() as session:
            books.drop_books(session)
        anew = [answers(programme, each) for each in days]
        assert followed == anew
        assert from_disk == anew


def test_a_change_is_kept_in_the_transaction_that_records_it(programme: Programme) -> None:
    teller = Teller(programme, 9)
    for _ in range(8):
        teller.tell()
    answers(programme, "2020-12-31")
    before = parts(programme)
    while len(parts(programme)) == len(before):
        teller.say("hazard", new_id(), {"classification": "sha"}, geometry=wkb(teller.rng),
                   information_date="2015-01-01")
    assert parts(programme)[-1] == programme.journal.head()[0]


def test_what_is_not_acknowledged_is_in_no_book(programme: Programme) -> None:
    teller = Teller(programme, 5)
    for _ in range(8):
        teller.tell()
    before, kept = answers(programme, "2020-12-31"), parts(programme)
    draft = Draft(kind="hazard", record_id=new_id(), body={"classification": "cha"}, geometry=wkb(teller.rng))
    programme.journal.followers.append(lambda batch: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        programme.journal.append(Act(author="anna"), [draft])
    programme.journal.followers.pop()
    assert parts(programme) == kept
    assert answers(programme, "2020-12-31") == before


def test_a_decision_that_two_are_one_lets_the_book_be_counted_anew(programme: Programme) -> None:
    teller = Teller(programme, 3)
    records = [new_id(), new_id()]
    for record in records:
        teller.say("hazard", record, {"classification": "sha"}, geometry=wkb(random.Random(1)),
                   information_date="2015-01-01")
    assert answers(programme, "2020-12-31")[0]["total"]["hazards"] == 2
    declare_same(programme, *records, reason="one and the same field")
    assert answers(programme, "2020-12-31")[0]["total"]["hazards"] == 1


def test_a_decision_that_is_withdrawn_lets_the_book_be_counted_anew(programme: Programme) -> None:
    """It states nothing any more, and the two that it joined count twice again."""
    teller = Teller(programme, 7)
    first, second = new_id(), new_id()
    for record in (first, second):
        teller.say("hazard", record, {"classification": "sha", "status": "open"}, geometry=wkb(teller.rng))
    apart = ledger(programme, programme.clocks(), by="class")["total"]
    decision = declare_same(programme, first, second, reason="test")
    assert ledger(programme, programme.clocks(), by="class")["total"]["hazards"] == 1
    (said,) = programme.journal.history(decision)
    withdrawn = Draft(kind="decision", record_id=decision, nature=Nature.DECISION, workflow=Workflow.WITHDRAWN,
                      parents=(said.revision_id,))  # fmt: skip
    programme.journal.append(Act(author="anna", reason="test"), [withdrawn])
    assert ledger(programme, programme.clocks(), by="class")["total"] == apart


def test_rebuild_and_erasure_leave_no_book(programme: Programme) -> None:
    teller = Teller(programme, 2)
    for _ in range(8):
        teller.tell()
    before = answers(programme, "2020-12-31")
    assert parts(programme)
    programme.journal.rebuild()
    assert not parts(programme)
    assert answers(programme, "2020-12-31") == before


def test_a_fault_of_what_is_kept_stands_in_the_way_of_no_record(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = Teller(programme, 4)
    for _ in range(6):
        teller.tell()
    before = answers(programme, "2020-12-31")[0]["total"]["hazards"]
    with monkeypatch.context() as patched:
        patched.setattr(accounts_kept, "_renewed", lambda *_: 1 / 0)
        teller.say("hazard", new_id(), {"classification": "sha"}, geometry=wkb(teller.rng),
                   information_date="2015-01-01")
    assert not parts(programme)
    assert answers(programme, "2020-12-31")[0]["total"]["hazards"] == before + 1


def test_two_that_hold_the_same_book_and_both_record_leave_one_that_is_right(programme: Programme, target: str) -> None:
    """Each in memory of its own: the one that is behind follows, and adds nothing to what the other wrote."""
    teller = Teller(programme, 6)
    for _ in range(8):
        teller.tell()
    answers(programme, "2020-12-31")
    with open_programme(target, who="ben") as other:
        for turn in range(6):
            here, there = (programme, other) if turn % 2 else (other, programme)
            mine = dict(accounts_kept._kept)
            answers(here, "2020-12-31")
            teller.programme = there
            teller.tell()
            accounts_kept._kept.clear()
            accounts_kept._kept.update(mine)  # what this process held before the other one recorded
            desk._books.clear()
            teller.programme = here
            teller.tell()
        followed = answers(other, "2020-12-31")
        forget()
        from_disk = answers(other, "2020-12-31")
    with programme.journal.store.writing() as session:
        books.drop_books(session)
    forget()
    assert followed == from_disk == answers(programme, "2020-12-31")


def parts(programme: Programme) -> list[int]:
    with programme.journal.store.reading() as session:
        return books.read_chain(session, "now")[1]
