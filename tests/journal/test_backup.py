"""Is a backup everything that is true, whole or refused, and the same programme again on either engine?"""

from __future__ import annotations

import datetime as dt
import random
import threading
from pathlib import Path

import pytest
import shapely
from canary import places
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import BackupInvalid, KeyMissing, NotAProgramme, ProgrammeExists, StoreFull, WrongCall
from whitestone.journal import HeldRow, Journal, RunBatch, create, open_journal
from whitestone.journal.backup import backup, canonical_dump
from whitestone.journal.keys import key_path
from whitestone.journal.restore import restore

ANNA = Act(author="anna", organisation="operator", reason="survey", source="paper", dataset=new_id(), run=new_id())


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITESTONE_DATA", str(tmp_path / "data"))


def filled(journal: Journal, records: int = 30) -> Journal:
    """Tell a journal something of everything: shapes, sealed values, held rows, attachments, an erasure."""
    ids = [new_id() for _ in range(records)]
    square = shapely.box(17, 44, 17.01, 44.01).wkb
    journal.append(ANNA, [
        Draft(kind="hazard", record_id=each, body={"local_id": f"HA-{number}", "name": "Брдо ž", "area": number / 3},
              extra={"note": None}, geometry=square if number % 2 else None, information_date="2019-05",
              as_entered={"x": "17°"}, workflow=Workflow(number % 4))
        for number, each in enumerate(ids)
    ])
    person = Draft(kind="casualty", record_id=new_id(), body={"outcome": "killed"}, sealed={"person_name": "Kanarinac"})
    receipt = journal.append(Act(author="boris"), [person, Draft(kind="hazard", record_id=ids[0], body={"name": "B"})])
    with journal.writing(ANNA) as batch:
        run = ANNA.run or new_id()
        batch.put_rows(RunBatch(run=run, first_row=1, count=1, outcomes=b"\0", changes=b"\0", digests=bytes(16),
                                record_ids=bytes(16), findings=[{"code": "x"}]))
        batch.hold([HeldRow(run=run, row=2, digest=bytes(16), raw=b"raw", reasons=[{"code": "no-date"}])])
    journal.attachments.add(b"plain" * 1000, name="../p\x00.txt", media_type="text/plain", by="anna")
    journal.attachments.add(b"Kanarinac" * 1000, name="s.txt", media_type="text/plain", by="anna", sealed=True)
    journal.seals.unlock()
    journal.seals.open_sealed(receipt.revision_ids[0], "test", "anna")
    journal.seals.lock()
    return journal


def dump(journal: Journal) -> dict[str, tuple[int, str]]:
    """Sum up the truth of a journal."""
    with journal.store.reading() as session:
        return canonical_dump(session)


def test_a_restored_copy_holds_the_same_truth_and_is_a_new_node_that_cites_its_origin(
        target: str, tmp_path: Path) -> None:
    """Same ids, same hashes, same states; another node; the old head is cited."""
    journal = filled(create(target, name="Origin"))
    made = backup(journal, tmp_path / "b.wsb")
    assert (made.entries, made.head) == journal.head()
    assert made.faults == ()
    copy = restore(tmp_path / "b.wsb", tmp_path / "copy")
    assert copy.head() == journal.head()
    assert copy.projection_hash() == journal.projection_hash()
    assert copy.programme_id == journal.programme_id
    assert copy.node_id != journal.node_id
    assert str(journal.node_id) in copy.meta["restored_from"]
    assert journal.head()[1] in copy.meta["restored_from"]
    before, after = dump(journal), dump(copy)
    assert {table for table in before if before[table] != after[table]} == {"meta"}
    assert copy.verify().ok
    assert copy.attachments.check(by="anna") == []
    copy.append(ANNA, [Draft(kind="hazard", record_id=new_id(), body={"name": "later"})])
    assert copy.verify().ok
    assert copy.verify().signed_through == copy.head()[0]


def test_moving_between_engines_and_back_changes_nothing(tmp_path: Path, database_url: str) -> None:
    """SQLite to PostgreSQL to SQLite as the same node: the canonical dumps are equal, table by table."""
    first = filled(create(tmp_path / "one", name="Mover"))
    backup(first, tmp_path / "1.wsb")
    second = restore(tmp_path / "1.wsb", database_url, same_node=True)
    backup(second, tmp_path / "2.wsb")
    third = restore(tmp_path / "2.wsb", tmp_path / "three", same_node=True)
    assert dump(first) == dump(second) == dump(third)
    assert first.projection_hash() == second.projection_hash() == third.projection_hash()
    third.seals.unlock()
    (sealed,) = [each for each in third.attachments.list() if each.sealed]
    assert third.attachments.open(sealed.sha256, by="anna", purpose="x").read() == b"Kanarinac" * 1000
    second.close()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers(-2**53, 2**53)
                                       | st.floats(allow_nan=False, allow_infinity=False) | st.none(), max_size=3),
                       max_size=5))
def test_whatever_was_said_survives_backup_and_restore(tmp_path: Path, bodies: list[dict[str, object]]) -> None:
    """Any JSON that a source may state."""
    place = tmp_path / str(new_id())
    journal = create(place / "p", name="Any")
    journal.append(ANNA, [Draft(kind="hazard", record_id=new_id(), body=body, sealed=body) for body in bodies])
    backup(journal, place / "b.wsb")
    copy = restore(place / "b.wsb", place / "copy", same_node=True)
    assert dump(copy) == dump(journal)
    assert [each.body for each in copy.revisions()] == bodies


def test_a_backup_says_nothing_to_who_has_no_key(tmp_path: Path) -> None:
    """Not the sealed name, not even a plain attribute; and it cannot be made without the key."""
    journal = filled(create(tmp_path / "p", name="Origin"))
    with pytest.raises(WrongCall, match="no folder"):
        backup(journal, tmp_path / "nowhere" / "b.wsb")
    backup(journal, tmp_path / "b.wsb")
    assert places("Kanarinac", tmp_path / "b.wsb") == []
    assert places("HA-1", tmp_path / "b.wsb") == []
    key_path(journal.programme_id).rename(tmp_path / "kept.key")
    with pytest.raises(KeyMissing):
        backup(journal, tmp_path / "c.wsb")
    assert list(tmp_path.glob("c.wsb*")) == []
    with pytest.raises(KeyMissing):
        restore(tmp_path / "b.wsb", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert restore(tmp_path / "b.wsb", tmp_path / "copy", key=tmp_path / "kept.key").verify().ok


def test_the_wrong_key_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """It says that the key belongs to another programme."""
    backup(filled(create(tmp_path / "p", name="A")), tmp_path / "b.wsb")
    other = create(tmp_path / "q", name="B")
    with pytest.raises(BackupInvalid, match="another programme"):
        restore(tmp_path / "b.wsb", tmp_path / "copy", key=key_path(other.programme_id))
    assert not (tmp_path / "copy").exists()


def damages(whole: bytes, count: int) -> list[bytes]:
    """Cut a file or flip one bit of it, at places drawn with a fixed seed; its borders and joints included."""
    draw = random.Random(20240601)
    cuts = [0, 1, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(count))]
    flips = [0, len(whole) - 1, *(draw.randrange(300) for _ in range(count)),
             *(draw.randrange(len(whole)) for _ in range(count))]
    broken = [whole[:cut] for cut in cuts] + [whole + b"\0", whole * 2]
    for at in flips:
        changed = bytearray(whole)
        changed[at] ^= 1 << draw.randrange(8)
        broken.append(bytes(changed))
    return broken


@pytest.mark.parametrize("count", [8, pytest.param(300, marks=pytest.mark.soak)])
def test_a_cut_or_changed_file_is_refused_and_leaves_nothing(tmp_path: Path, count: int) -> None:
    """Truncated at any byte, any bit flipped, anything appended."""
    backup(filled(create(tmp_path / "p", name="A"), 5), tmp_path / "b.wsb")
    bad = tmp_path / "bad.wsb"
    for broken in damages((tmp_path / "b.wsb").read_bytes(), count):
        bad.write_bytes(broken)
        with pytest.raises((BackupInvalid, KeyMissing)):
            restore(bad, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()


def test_a_refused_restore_leaves_the_server_as_empty_as_it_was(tmp_path: Path, database_url: str) -> None:
    """All tables go again; the next restore into the same database succeeds."""
    import psycopg

    backup(filled(create(tmp_path / "p", name="A")), tmp_path / "b.wsb")
    whole = (tmp_path / "b.wsb").read_bytes()
    (tmp_path / "bad.wsb").write_bytes(whole[:-1])
    with pytest.raises(BackupInvalid):
        restore(tmp_path / "bad.wsb", database_url)
    with pytest.raises(NotAProgramme):
        open_journal(database_url)
    with psycopg.connect(database_url) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert left in ([], [("spatial_ref_sys",)])
    assert not list((tmp_path / "data").rglob("*/attachments/*"))
    again = restore(tmp_path / "b.wsb", database_url)
    assert again.verify().ok
    again.close()


def test_neither_backup_nor_restore_overwrites(tmp_path: Path) -> None:
    """A file that is there, a programme that is there, a folder with other things."""
    journal = create(tmp_path / "p", name="A")
    backup(journal, tmp_path / "b.wsb")
    with pytest.raises(WrongCall, match="never overwrites"):
        backup(journal, tmp_path / "b.wsb")
    with pytest.raises(ProgrammeExists):
        restore(tmp_path / "b.wsb", tmp_path / "p")
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy" / "thesis.doc").write_text("mine")
    with pytest.raises(WrongCall, match=r"thesis\.doc"):
        restore(tmp_path / "b.wsb", tmp_path / "busy")
    assert [path.name for path in (tmp_path / "busy").iterdir()] == ["thesis.doc"]
    (tmp_path / "empty").mkdir()
    assert restore(tmp_path / "b.wsb", tmp_path / "empty").verify().ok
    with pytest.raises(BackupInvalid, match="not there"):
        restore(tmp_path / "none.wsb", tmp_path / "x")


def test_a_backup_is_one_moment_while_others_write(target: str, tmp_path: Path) -> None:
    """Writers go on; the backup holds whole acts up to one head and verifies."""
    journal = filled(create(target, name="Busy"))
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        with open_journal(target) as mine:
            while not stop.is_set():
                drafts = [Draft(kind="item", record_id=new_id(), body={"name": "x"}) for _ in range(7)]
                written.append(mine.append(Act(author="writer"), drafts).last_seq)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            pass
        seen = len(written)
        made = backup(journal, tmp_path / "b.wsb", progress=lambda what, done, every: stop.wait(0.02) and None)
        assert len(written) > seen
    finally:
        stop.set()
        writer.join()
    copy = restore(tmp_path / "b.wsb", tmp_path / "copy")
    assert copy.head() == (made.entries, made.head)
    assert made.entries < journal.head()[0]
    assert copy.count("item")["item"] % 7 == 0
    assert copy.verify().ok


def test_a_lost_attachment_does_not_stop_a_backup_and_is_named(tmp_path: Path) -> None:
    """The rest is carried away; the loss is said now and found by the check of the copy."""
    journal = filled(create(tmp_path / "p", name="A"))
    lost, changed = journal.attachments.list()
    journal.attachments.files.path(bytes.fromhex(lost.sha256), sealed=lost.sealed).unlink()
    journal.attachments.files.path(bytes.fromhex(changed.sha256), sealed=changed.sealed).write_bytes(b"forged")
    made = backup(journal, tmp_path / "b.wsb")
    assert len(made.faults) == 2
    assert made.attachments == 1


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """StoreFull, and nothing that looks like a backup."""
    journal = filled(create(tmp_path / "p", name="A"))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("whitestone.journal.backup.os.fsync", full)
    with pytest.raises(StoreFull):
        backup(journal, tmp_path / "b.wsb")
    assert list(tmp_path.glob("b.wsb*")) == []


def test_a_backup_also_comes_to_be_where_links_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory sticks: the file is renamed instead."""
    journal = filled(create(tmp_path / "p", name="A"))

    def refuse(source: Path, place: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("whitestone.journal.keys.os.link", refuse)
    backup(journal, tmp_path / "b.wsb")
    assert [path.name for path in tmp_path.glob("b.wsb*")] == ["b.wsb"]
    assert restore(tmp_path / "b.wsb", tmp_path / "copy").verify().ok


def test_a_broken_chain_is_not_restored(tmp_path: Path) -> None:
    """What was tampered with before the backup does not become a programme."""
    journal = filled(create(tmp_path / "p", name="A"))
    with journal.store.writing() as session:
        session.run("UPDATE revision SET information_date = '2001-01-01' WHERE seq = 3")
    backup(journal, tmp_path / "b.wsb")
    with pytest.raises(BackupInvalid, match="broken at entry 3"):
        restore(tmp_path / "b.wsb", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_as_known_before_the_restore_is_still_known(tmp_path: Path) -> None:
    """Both clocks survive: an older question has its older answer on the copy."""
    journal = create(tmp_path / "p", name="A")
    record = new_id()
    journal.append(ANNA, [Draft(kind="hazard", record_id=record, body={"name": "first"})])
    between = dt.datetime.now(dt.UTC)
    journal.append(ANNA, [Draft(kind="hazard", record_id=record, body={"name": "second"})])
    backup(journal, tmp_path / "b.wsb")
    copy = restore(tmp_path / "b.wsb", tmp_path / "copy")
    for known, name in ((between, "first"), (None, "second")):
        state = copy.state(record, known=known)
        assert state.body["name"] == name
