"""Is what was committed moved out of the write-ahead log in the background, and does the log stay bounded?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from whitestone.domain.ids import new_ids
from whitestone.domain.revision import Act
from whitestone.journal import EncodedBatch, Journal, create, logmoving, open_journal
from whitestone.journal.dialect import SqliteStore

BODY = b'{"remarks":"' + b"x" * 400 + b'"}'


def append(journal: Journal, count: int = 3_000) -> None:
    """Append records in one act."""
    with journal.writing(Act(author="anna")) as batch:
        batch.append_encoded(EncodedBatch(kind="item", record_ids=new_ids(count), body=[BODY] * count))


def store_of(journal: Journal) -> SqliteStore:
    """Return the store, which lies in a file here."""
    assert isinstance(journal.store, SqliteStore)
    return journal.store


def log_bytes(journal: Journal) -> int:
    """Measure the log."""
    return Path(f"{store_of(journal).path}-wal").stat().st_size


def test_what_was_committed_is_moved_beside_the_writing(tmp_path: Path) -> None:
    with create(tmp_path / "p", name="p") as journal:
        append(journal)
        store_of(journal)._mover.wait()
        # what lies in the file itself, seen without its log
        copy = tmp_path / "alone.db"
        copy.write_bytes(store_of(journal).path.read_bytes())
        alone = sqlite3.connect(copy)
        assert alone.execute("SELECT count(*) FROM revision").fetchone() == (3_000,)
        alone.close()
        assert journal.verify().ok


def test_the_log_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logmoving, "LIMIT_BYTES", 1 << 20)
    with create(tmp_path / "p", name="p") as journal:
        append(journal)
        largest = one = log_bytes(journal)
        for _ in range(6):
            append(journal)
            largest = max(largest, log_bytes(journal))
        assert largest <= 3 * one + (1 << 20)
        assert journal.verify().entries == 21_000


@pytest.mark.parametrize("failure", [sqlite3.OperationalError("database or disk is full"), RuntimeError("no thread")])
def test_where_it_cannot_be_moved_commits_do_it_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: object) -> None:
        raise failure

    with create(tmp_path / "p", name="p") as journal:
        mover = store_of(journal)._mover
        if isinstance(failure, RuntimeError):
            monkeypatch.setattr(logmoving.threading.Thread, "start", fail)
        else:
            monkeypatch.setattr(mover, "_connect", fail)
        append(journal)
        mover.wait()
        assert not mover.trusted
        append(journal)
        assert journal.verify().entries == 6_000
    with open_journal(tmp_path / "p") as journal:
        assert journal.verify().entries == 6_000
