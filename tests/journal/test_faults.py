"""Is nothing acknowledged lost when a process is killed, two write at once, or the disk is full?"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from whitestone.domain.ids import new_id, new_ids
from whitestone.domain.revision import Act, Draft
from whitestone.errors import (
    Busy,
    InvalidValue,
    NotAProgramme,
    ProgrammeExists,
    StoreFull,
    UnknownRecord,
    WrongCall,
)
from whitestone.journal import EncodedBatch, create, open_journal
from whitestone.journal.layout import SCHEMA_VERSION

WRITER = """
import sys
from whitestone.domain.ids import new_ids
from whitestone.domain.revision import Act
from whitestone.journal import EncodedBatch, open_journal
journal = open_journal(sys.argv[1])
kept = []
for number in range(10_000):
    ids = new_ids(40)
    again = kept[-20:]
    with journal.writing(Act(author="writer")) as batch:
        body = [b'{"name":"%d"}' % number] * (40 + len(again))
        batch.append_encoded(EncodedBatch(kind="item", record_ids=ids + again, body=body))
    kept = (kept + ids)[-100:]
    print(journal.head()[0], flush=True)
"""


def killed_after(target: str, seconds: float) -> int:
    """Write until killed; return the last entry that was acknowledged."""
    with subprocess.Popen([sys.executable, "-c", WRITER, target], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        lines = process.stdout.read().split()
    return int(lines[-1]) if lines else 0


def whole_after(target: str, acknowledged: int) -> None:
    with open_journal(target) as journal:
        verdict = journal.verify()
        assert verdict.ok, verdict
        assert verdict.entries >= acknowledged
        rebuilt = journal.rebuild()
        assert rebuilt.hash_before == rebuilt.hash_after
        journal.append(Act(author="after"), [Draft(kind="item", record_id=new_id())])
        assert journal.verify().ok


def test_a_kill_loses_nothing_acknowledged(target: str) -> None:
    chance = random.Random(20)
    create(target, name="p").close()
    for _ in range(3):
        whole_after(target, killed_after(target, chance.uniform(0.0, 0.3)))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("series", range(10))
def test_hundreds_of_kills_lose_nothing_acknowledged(target: str, series: int) -> None:
    """Twenty in each of ten programmes: a journal that grew through all of them would be proved again each time."""
    chance = random.Random(f"{series} {time.time_ns()}")
    create(target, name="p").close()
    for _ in range(20):
        whole_after(target, killed_after(target, chance.uniform(0.0, 0.5)))


@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.soak)])
def test_a_kill_during_rebuild_leaves_the_old_projection(tmp_path: Path, kills: int) -> None:
    target = str(tmp_path / "p")
    with create(target, name="p") as journal:
        ids = new_ids(3000)
        for said in (b'{"name":"a"}', b'{"remarks":"b"}'):
            with journal.writing(Act(author="a")) as batch:
                batch.append_encoded(EncodedBatch(kind="item", record_ids=ids, body=[said] * 3000))
        before = journal.projection_hash()
    code = ("import sys; from whitestone.journal import open_journal; journal = open_journal(sys.argv[1]); "
            "print(1, flush=True); journal.rebuild()")
    for seconds in (0.02, 0.1, *(0.2 * step / kills for step in range(3, kills + 1))):
        with subprocess.Popen([sys.executable, "-c", code, target], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(seconds)
            process.kill()
        with open_journal(target) as journal:
            assert journal.projection_hash() == before
            assert journal.verify().ok


def test_a_second_writer_is_told_and_reads_go_on(target: str) -> None:
    with create(target, name="p") as first, open_journal(target) as second:
        first.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
        second.store.busy_seconds = 0.2
        with first.writing(Act(author="a")) as batch:
            batch.append([Draft(kind="item", record_id=new_id())])
            with pytest.raises(Busy):
                second.append(Act(author="b"), [Draft(kind="item", record_id=new_id())])
            assert second.count() == {"item": 1}
            assert len(list(second.states("item"))) == 1
        assert second.count() == {"item": 2}
        second.append(Act(author="b"), [Draft(kind="item", record_id=new_id())])
        assert first.verify().entries == 3


def test_two_writers_take_turns(target: str) -> None:
    create(target, name="p").close()

    def write() -> None:
        with open_journal(target) as journal:
            for _ in range(10):
                journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_journal(target) as journal:
        verdict = journal.verify()
        assert (verdict.ok, verdict.entries) == (True, 30)


def test_a_reader_keeps_its_snapshot_while_others_write(target: str) -> None:
    with create(target, name="p") as journal:
        journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id()) for _ in range(20)])
        reading = journal.states("item")
        next(reading)
        journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
        assert len(list(reading)) == 19
        assert journal.count() == {"item": 21}


def test_an_error_in_a_batch_leaves_nothing(target: str) -> None:
    with create(target, name="p") as journal:
        with pytest.raises(InvalidValue), journal.writing(Act(author="a")) as batch:  # noqa: PT012 - both belong to it
            batch.append([Draft(kind="item", record_id=new_id())])
            batch.append([Draft(kind="item", record_id=new_id(), information_date="3 May")])
        assert journal.head()[0] == 0
        with pytest.raises(InvalidValue):
            journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id(), geometry=b"no WKB")])
        with pytest.raises(InvalidValue):
            journal.append(Act(author="a"), [Draft(kind="no such kind", record_id=new_id())])
        with pytest.raises(WrongCall):
            journal.append(Act(author=""), [Draft(kind="item", record_id=new_id())])
        assert journal.head()[0] == 0
        assert journal.projection_hash() == journal.rebuild().hash_after


def test_a_revision_enters_once(target: str) -> None:
    ids = new_ids(1)
    said = EncodedBatch(kind="item", record_ids=new_ids(1), body=[b"{}"], revision_ids=ids)
    with create(target, name="p") as journal:
        with journal.writing(Act(author="a")) as batch:
            batch.append_encoded(said)
        with pytest.raises(WrongCall), journal.writing(Act(author="a")) as batch:
            batch.append_encoded(said)
        assert journal.verify().entries == 1


def test_a_full_disk_is_told_and_what_was_acknowledged_stands(tmp_path: Path) -> None:
    with create(tmp_path / "p", name="p") as journal:
        journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
        head = journal.head()
        with journal.store.reading() as session:
            pages = session.one("PRAGMA page_count")
            assert pages
            session.all(f"PRAGMA max_page_count = {pages[0] + 5}")
        with pytest.raises(StoreFull), journal.writing(Act(author="a")) as batch:
            batch.append_encoded(EncodedBatch(kind="item", record_ids=new_ids(5000), body=[b"{}" * 200] * 5000))
        assert journal.head() == head
        assert journal.verify().ok
        journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])


def test_places_without_or_with_a_programme_are_told_apart(target: str, tmp_path: Path) -> None:
    with pytest.raises(NotAProgramme):
        open_journal(target)
    create(target, name="p").close()
    with pytest.raises(ProgrammeExists):
        create(target, name="p")
    with pytest.raises(NotAProgramme):
        open_journal(tmp_path / "nowhere")


def test_reading_only_refuses_to_write(target: str) -> None:
    with create(target, name="p") as journal:
        journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
    with open_journal(target, readonly=True) as journal:
        assert journal.count() == {"item": 1}
        with pytest.raises(WrongCall):
            journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])


def test_a_record_that_is_not_there(target: str) -> None:
    with create(target, name="p") as journal:
        assert journal.state(new_id()) is None
        with pytest.raises(UnknownRecord):
            journal.history(new_id())
        with pytest.raises(UnknownRecord):
            journal.revision(new_id())


def test_older_tables_are_brought_up_to_date_and_newer_ones_refused(target: str) -> None:
    with create(target, name="p") as journal:
        journal.append(Act(author="a"), [Draft(kind="item", record_id=new_id())])
        with journal.store.writing() as session:
            session.run("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
            session.run("UPDATE alembic_version SET version_num = '0001'")
            session.run("DROP TABLE book")  # what the second version brought
    with open_journal(target) as journal:
        assert journal.verify().entries == 1
        with journal.store.writing() as session:
            assert session.one("SELECT value FROM meta WHERE key = 'schema_version'") == (str(SCHEMA_VERSION),)
            assert session.one("SELECT count(*) FROM book") == (0,)
            session.run("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(WrongCall):
        open_journal(target)


def test_a_creation_that_was_killed_can_be_made_again(target: str) -> None:
    with create(target, name="p") as journal, journal.store.writing() as session:
        session.run("DELETE FROM meta WHERE key = 'schema_version'")
    with pytest.raises(NotAProgramme):
        open_journal(target)
    with create(target, name="again") as journal:
        assert journal.name == "again"


def test_opening_needs_neither_sqlalchemy_nor_alembic(tmp_path: Path) -> None:
    create(tmp_path / "p", name="p").close()
    code = ("import sys; from whitestone.journal import open_journal; open_journal(sys.argv[1]).count(); "
            "sys.exit(any(name in sys.modules for name in ('sqlalchemy', 'alembic')))")
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "p")], check=False).returncode == 0
