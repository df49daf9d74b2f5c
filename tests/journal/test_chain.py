"""Does `verify` name the first entry that was changed, deleted, swapped or cut off, and bear with erased parts?"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from whitestone.domain.ids import new_id, new_ids
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.journal import EncodedBatch, Journal, create, open_journal
from whitestone.journal.verifying import Verdict, verify_session


@pytest.fixture
def journal(target: str) -> Iterator[Journal]:
    with create(target, name="A programme") as made:
        for number in range(3):
            made.append(Act(author=f"author {number}"), [
                Draft(kind="item", record_id=new_id(), body={"name": f"{number} {at}"}, extra={"n": at},
                      as_entered={"name": "typed"}, information_date="2014-05", workflow=Workflow.SUBMITTED)
                for at in range(3)])
        yield made


def run(journal: Journal, sql: str, values: Any = ()) -> None:
    with journal.store.writing() as session:
        session.run(sql, values)


def test_a_whole_chain_verifies_and_its_head_is_signed(journal: Journal) -> None:
    verdict = journal.verify()
    assert (verdict.ok, verdict.entries, verdict.signed_through, verdict.first_broken) == (True, 9, 9, None)
    assert verdict.head == journal.head()


def test_an_empty_journal_verifies(target: str) -> None:
    with create(target, name="empty") as journal:
        assert journal.verify().ok
        assert journal.head() == (0, bytes(32).hex())
        assert list(journal.states()) == []
        assert journal.count() == {}


TAMPERED: list[tuple[str, list[Any], int]] = [
    ("UPDATE revision SET body = ? WHERE seq = 4", [b'{"name":"other"}'], 4),
    ("UPDATE revision SET extra = NULL WHERE seq = 4", [], 4),
    ("UPDATE revision SET extra = body, body = extra WHERE seq = 4", [], 4),
    ("UPDATE revision SET workflow = 3 WHERE seq = 5", [], 5),
    ("UPDATE revision SET information_date = '2015' WHERE seq = 5", [], 5),
    ("UPDATE revision SET acts_on = 1 WHERE seq = 5", [], 5),
    ("UPDATE revision SET act_id = 1 WHERE seq = 6", [], 6),
    ("UPDATE revision SET external_id = 'x' WHERE seq = 6", [], 6),
    ("UPDATE revision SET salts = ? WHERE seq = 2", [bytes(48)], 2),
    ("UPDATE revision SET hash = ? WHERE seq = 2", [bytes(32)], 2),
    ("UPDATE act SET author = 'nobody' WHERE act_id = 2", [], 4),
    ("UPDATE act SET recorded_at = 1 WHERE act_id = 3", [], 7),
    ("UPDATE kind SET name = 'hazard2' WHERE name = 'item'", [], 1),
    ("DELETE FROM revision WHERE seq = 1", [], 1),
    ("DELETE FROM revision WHERE seq = 5", [], 5),
    ("DELETE FROM revision WHERE seq > 7", [], 8),
    ("DELETE FROM revision", [], 1),
    ("DELETE FROM act WHERE act_id = 2", [], 4),
    ("UPDATE checkpoint SET signature = ? WHERE seq = 6", [bytes(64)], 6),
    ("UPDATE checkpoint SET hash = ? WHERE seq = 6", [bytes(32)], 6),
]


def verdict_after(journal: Journal, statements: list[tuple[str, list[Any]]]) -> Verdict:
    """Tamper, verify, and roll back, so that one journal serves many attempts."""
    found: list[Verdict] = []
    with contextlib.suppress(ZeroDivisionError), journal.store.writing() as session:
        for sql, values in statements:
            session.run(sql, values)
        found.append(verify_session(session))
        raise ZeroDivisionError
    return found[0]


def test_verify_names_the_first_broken_entry(journal: Journal) -> None:
    for sql, values, broken in TAMPERED:
        verdict = verdict_after(journal, [(sql, values)])
        assert (verdict.ok, verdict.first_broken) == (False, broken), sql
        assert verdict.why
    assert journal.verify().ok


def test_two_swapped_entries_are_found(journal: Journal) -> None:
    steps = [("UPDATE revision SET seq = ? WHERE seq = ?", [new, old]) for old, new in ((2, 100), (3, 2), (100, 3))]
    assert verdict_after(journal, steps).first_broken == 2


def test_a_changed_act_whose_digest_was_made_again_is_found(journal: Journal) -> None:
    from whitestone.journal.entries import act_digest
    from whitestone.journal.layout import ACT_COLUMNS

    with journal.store.reading() as session:
        row = session.one(f"SELECT {', '.join(ACT_COLUMNS)} FROM act WHERE act_id = 2")  # noqa: S608
    assert row
    forged = ("forger" if name == "author" else value for name, value in zip(ACT_COLUMNS[:-1], row[:-1], strict=True))
    run(journal, "UPDATE act SET author = 'forger', digest = ? WHERE act_id = 2", [act_digest(tuple(forged))])
    assert journal.verify().first_broken == 4


def test_a_chain_made_again_to_its_end_is_found_by_the_signature(journal: Journal) -> None:
    """Whoever changes the last entry and its hash consistently still lacks the node's key."""
    from whitestone.journal import entries

    with journal.store.reading() as session:
        row = session.one("SELECT revision_id, record_id, salts, (SELECT hash FROM revision WHERE seq = 8), extra, "
                          "as_entered, act_id, acts_on FROM revision WHERE seq = 9")
        assert row
        act = session.one("SELECT digest FROM act WHERE act_id = ?", [row[6]])
    assert act
    head = entries.header((9, row[0], row[1], "item", 0, 1, None, None, "2014-05", row[7], None, None))
    salts = [row[2][at : at + 16] for at in (0, 16, 32)]
    digests = b"".join(entries.part_digest(place, salt, part) for place, salt, part in
                       ((0, salts[0], b"{}"), (1, salts[1], row[4]), (3, salts[2], row[5])))
    run(journal, "UPDATE revision SET body = ?, hash = ? WHERE seq = 9",
        [b"{}", entries.entry_hash(row[3], act[0], head, digests)])
    verdict = journal.verify()
    assert (verdict.first_broken, verdict.ok) == (9, False)
    assert "signed" in (verdict.why or "")


def test_a_head_kept_elsewhere_shows_that_the_tail_was_cut_off(journal: Journal) -> None:
    kept = journal.head()
    assert journal.verify(against=kept).ok
    run(journal, "DELETE FROM revision WHERE seq > 6")
    run(journal, "DELETE FROM checkpoint WHERE seq > 6")
    assert journal.verify().ok
    assert journal.verify(against=kept).first_broken == 9


def test_an_erased_part_verifies_by_its_tomb(journal: Journal) -> None:
    fifth = next(each for each in journal.revisions(4))
    journal.seals.erase(fifth.record_id, "anna", "asked to", parts=("as_entered",))
    assert journal.verify().ok
    assert journal.revision(fifth.revision_id).erased == ("as_entered",)
    assert journal.revision(fifth.revision_id).body == fifth.body
    run(journal, "UPDATE revision SET tombs = ? WHERE seq = 5", [b"\x03" + bytes(32)])
    assert journal.verify().first_broken == 5


def test_the_chain_is_the_one_that_the_documentation_describes(journal: Journal) -> None:
    """Recomputed with nothing but hashlib and MessagePack, as an auditor would."""
    import msgspec

    previous = bytes(32)
    with journal.store.reading() as session:
        for row in session.all("SELECT r.seq, r.revision_id, r.record_id, r.body, r.extra, r.as_entered, r.salts, "
                               "r.hash, a.digest, r.acts_on FROM revision r JOIN act a ON a.act_id = r.act_id "
                               "ORDER BY r.seq"):
            head = msgspec.msgpack.encode((*row[:3], "item", 0, 1, None, None, "2014-05", row[9], None, None))
            parts = b"".join(bytes([place]) + hashlib.sha256(row[6][at * 16 : at * 16 + 16] + part).digest()
                             for at, (place, part) in enumerate(((0, row[3]), (1, row[4]), (3, row[5]))))
            previous = hashlib.sha256(previous + row[8] + head + parts).digest()
            assert previous == row[7]


def test_fast_path_and_drafts_make_the_same_kind_of_entries(target: str) -> None:
    dataset = uuid.uuid4()
    with create(target, name="p") as journal:
        ids = new_ids(2500)
        with journal.writing(Act(author="anna", dataset=dataset)) as batch:
            batch.append_encoded(EncodedBatch(
                kind="item", record_ids=ids, body=[b'{"local_id":"%d"}' % at for at in range(2500)],
                as_entered=[b'{"a":1}' if at % 2 else None for at in range(2500)],
                information_date=["2014" if at % 3 else None for at in range(2500)],
                external_ids=[str(at) for at in range(2500)]))
        assert journal.verify().ok
        assert journal.count() == {"item": 2500}
        found = journal.find_external(dataset, "item", ["7", "2499", "x"])
        assert found == {"7": uuid.UUID(bytes=ids[7]), "2499": uuid.UUID(bytes=ids[2499])}
        last = journal.last_said(dataset, "item", found.values())
        assert last[found["7"]].body == {"local_id": "7"}
        state = journal.state(found["7"])
        assert state
        assert str(state.true_from) == "2014-12-31"
        rebuilt = journal.rebuild()
        assert rebuilt.hash_before == rebuilt.hash_after


def test_an_opened_journal_goes_on_where_it_was(target: str) -> None:
    with create(target, name="A programme", meta={"note": "kept"}) as journal:
        journal.append(Act(author="anna"), [Draft(kind="place", record_id=new_id(), body={"name": "x"})])
        head, programme = journal.head(), journal.programme_id
    with open_journal(target) as again:
        assert (again.head(), again.programme_id, again.name, again.meta["note"]) == (
            head, programme, "A programme", "kept")
        again.append(Act(author="bob"), [Draft(kind="place", record_id=new_id(), body={"name": "y"})])
        assert again.verify().entries == 2


def test_the_clock_of_a_node_never_goes_back(target: str) -> None:
    with create(target, name="p") as journal:
        journal.clock = lambda: 2_000_000
        first = journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
        journal.clock = lambda: 1_000_000
        second = journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
        assert second.recorded_at == first.recorded_at + 1
