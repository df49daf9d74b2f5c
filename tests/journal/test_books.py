"""Does the journal tell what a kept book has to look at again: what changed, is disputed, was learned since?"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.journal import Journal, books, create

ANNA = Act(author="anna")


@pytest.fixture
def journal(target: str) -> Iterator[Journal]:
    with create(target, name="p") as made:
        yield made


def say(journal: Journal, record: uuid.UUID, name: str, kind: str = "hazard", **more: object) -> uuid.UUID:
    draft = Draft(kind=kind, record_id=record, body={"name": name}, **more)  # type: ignore[arg-type]
    return journal.append(ANNA, [draft]).revision_ids[0]


def moot(journal: Journal, known: int | None = None, ids: list[uuid.UUID] | None = None) -> set[uuid.UUID]:
    with journal.store.reading() as session:
        return set(books.moot(journal, session, known, ids))


def test_what_is_disputed_or_waits_is_found_among_all_and_among_some(journal: Journal) -> None:
    plain, disputed, waiting, other = new_id(), new_id(), new_id(), new_id()
    for record in (plain, disputed, waiting):
        say(journal, record, "a")
    first = journal.history(disputed)[0].revision_id
    say(journal, disputed, "b", parents=(first,))
    say(journal, disputed, "c", parents=(first,))
    say(journal, waiting, "b", workflow=Workflow.SUBMITTED, parents=(journal.history(waiting)[0].revision_id,))
    say(journal, other, "i", kind="item", workflow=Workflow.SUBMITTED)
    assert moot(journal) == {disputed, waiting}
    assert moot(journal, ids=[plain, waiting, other]) == {waiting}
    assert moot(journal, ids=[]) == set()
    assert [each.record_id for each in journal.conflicts(ids=[disputed, plain])] == [disputed]
    assert journal.conflicts(ids=[plain]) == journal.conflicts(ids=[]) == []
    assert journal.mixed("hazard") == journal.mixed("hazard", ids=[plain, waiting]) == [waiting]
    assert journal.mixed("hazard", ids=[plain]) == journal.mixed("hazard", ids=[]) == []


def test_what_was_learned_since_a_moment_is_told_once_for_each_record(journal: Journal) -> None:
    now = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    journal.clock = lambda: int(now.timestamp() * 1e6)
    before, changed, later = new_id(), new_id(), new_id()
    say(journal, before, "a")
    say(journal, changed, "a")
    moment = int(now.timestamp() * 1e6)
    now += dt.timedelta(days=1)
    for name in ("b", "c"):
        say(journal, changed, name, parents=(journal.history(changed)[-1].revision_id,))
    say(journal, later, "i", kind="item")
    with journal.store.reading() as session:
        assert sorted(books.learned_since(journal, session, moment)) == sorted([("hazard", changed), ("item", later)])
        assert books.learned_since(journal, session, moment + 10**12) == []


def test_many_records_asked_for_by_id_are_read_piece_by_piece(journal: Journal) -> None:
    records = [new_id() for _ in range(1200)]
    journal.append(ANNA, [Draft(kind="hazard", record_id=each, body={"name": "a"}, workflow=Workflow.SUBMITTED)
                          for each in records])
    assert moot(journal, ids=records) == set(records)
    assert journal.mixed("hazard", ids=records) == sorted(records)
