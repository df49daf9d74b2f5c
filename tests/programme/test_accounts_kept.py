"""Does a kept book say, after any sequence of records, what one counted anew says, from memory and from the disk?"""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
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
from whitestone.programme import accounts_kept, accounts_shapes
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
            assert parts(here)[-1] == here.journal.head()[0]
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


class Clock:
    """A clock of the journal that is set forward by hand."""

    def __init__(self, programme: Programme) -> None:
        self.now = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)
        programme.journal.clock = lambda: int(self.now.timestamp() * 1e6)

    def forward(self) -> str:
        """Let ten days pass; name a day among them."""
        self.now += dt.timedelta(days=10)
        return (self.now - dt.timedelta(days=5)).date().isoformat()


def as_known(programme: Programme, on: str, known: str) -> list[dict[str, Any]]:
    said = [ledger(programme, programme.clocks(on, known), by=by) for by in BY]
    for each in said:
        each["undated"]["less_precise"]["records"].sort()
        each["proof"]["in_conflict_m2"] = round(each["proof"]["in_conflict_m2"], 1)
    return said


@pytest.mark.parametrize("seed", range(4))
def test_an_earlier_moment_is_made_of_now_as_counting_it_anew_would(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(accounts_kept, "MOST_UNDONE", 10.0)
    monkeypatch.setattr(accounts_shapes, "MANY", -1 if seed % 2 else 2_000)  # shapes beside the book, or with records
    clock, teller, moments = Clock(programme), Teller(programme, 20 + seed), []
    for _ in range(5):
        for _ in range(teller.rng.randrange(1, 5)):
            teller.tell()
        moments.append(clock.forward())
        answers(programme, "2020-12-31")
    counted = []
    count = accounts_kept._count
    monkeypatch.setattr(accounts_kept, "_count", lambda *given: counted.append(given) or count(*given))
    days = ("2020-12-31", "2014-06-30")
    undone = [as_known(programme, on, known) for known in moments for on in days]
    assert not counted
    forget()
    with programme.journal.store.writing() as session:
        books.drop_books(session)
    assert undone == [as_known(programme, on, known) for known in moments for on in days]
    assert len(counted) == len(moments)
    for now, then in zip(answers(programme, "2020-12-31"), as_known(programme, "2020-12-31", clock.forward()),
                         strict=True):
        assert {**now, "as_known_on": None} == {**then, "as_known_on": None}


def test_an_earlier_moment_leaves_the_book_of_now_alone_and_both_follow_on(programme: Programme) -> None:
    clock, teller = Clock(programme), Teller(programme, 31)
    for _ in range(10):
        teller.tell()
    then = clock.forward()
    before = answers(programme, "2020-12-31")
    for _ in range(4):
        teller.tell()
        now = answers(programme, "2020-12-31")
        assert as_known(programme, "2020-12-31", then)[0]["total"] == before[0]["total"]
        assert answers(programme, "2020-12-31") == now
    forget()
    with programme.journal.store.writing() as session:
        books.drop_books(session)
    assert answers(programme, "2020-12-31") == now


def test_what_was_learned_about_sameness_since_is_not_undone_but_counted(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, teller, records = Clock(programme), Teller(programme, 3), [new_id(), new_id()]
    for record in records:
        teller.say("hazard", record, {"classification": "sha"}, geometry=wkb(random.Random(1)),
                   information_date="2015-01-01")
    then = clock.forward()
    declare_same(programme, *records, reason="one and the same field")
    assert answers(programme, "2020-12-31")[0]["total"]["hazards"] == 1
    assert as_known(programme, "2020-12-31", then)[0]["total"]["hazards"] == 2


def test_after_an_append_that_failed_numbers_are_taken_again_without_a_trace(programme: Programme) -> None:
    teller = Teller(programme, 12)
    for _ in range(8):
        teller.tell()
    answers(programme, "2020-12-31")
    for turn in range(3):
        programme.journal.followers.append(lambda batch: 1 / 0)
        failed = Draft(kind="hazard", record_id=new_id(), body={"classification": "cha"}, geometry=wkb(teller.rng),
                       information_date=f"201{turn}-01-01")
        with pytest.raises(ZeroDivisionError):
            programme.journal.append(Act(author="anna"), [failed])
        programme.journal.followers.pop()
        teller.tell()
        followed = answers(programme, "2020-12-31")
    forget()
    with programme.journal.store.writing() as session:
        books.drop_books(session)
    assert followed == answers(programme, "2020-12-31")


def test_many_changes_become_one_whole_when_somebody_asks(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_kept, "MOST_PARTS", 3)
    teller = Teller(programme, 8)
    for _ in range(6):
        teller.tell()
    answers(programme, "2020-12-31")
    for _ in range(12):
        teller.tell()
    assert len(parts(programme)) > 3
    before = answers(programme, "2020-12-31")
    assert len(parts(programme)) == 1
    teller.tell()
    followed = answers(programme, "2020-12-31")
    assert followed != before
    forget()
    assert answers(programme, "2020-12-31") == followed


@pytest.mark.parametrize("target", ["sqlite"], indirect=True)
def test_a_kept_ledger_is_read_without_the_compiler(programme: Programme, target: str, tmp_path: Any) -> None:
    """One engine is enough: which rooms are opened does not depend on it."""
    teller = Teller(programme, 7)
    for _ in range(8):
        teller.tell()
    answers(programme, "2020-12-31")
    code = ("import sys\nfrom whitestone.programme.accounts import ledger\n"
            "from whitestone.programme.opening import open_programme\n"
            f"with open_programme({target!r}) as programme:\n"
            "    print(len(ledger(programme, programme.clocks('2016-12-31'), by='hazard')['rows']))\n"
            "print('numba' in sys.modules)\n")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said[-1] == "False"
