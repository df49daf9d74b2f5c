"""What is left when the machine dies in the middle of keeping a programme safe?

A process is killed at points drawn with a fixed seed: a handful in CI, hundreds in `make soak`.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import Erased, NotAProgramme
from whitestone.journal import Journal, create, open_journal
from whitestone.journal.backup import backup
from whitestone.journal.restore import restore

ANNA = Act(author="anna")
KILLS = [3, pytest.param(100, marks=pytest.mark.soak)]


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITESTONE_DATA", str(tmp_path / "data"))


def killed_within(code: str, arguments: list[str], seconds: float) -> bool:
    """Run code in a process of its own and kill it so many seconds after it said "begin"; say whether it died."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begin\n"
        time.sleep(seconds)
        process.kill()
        return process.wait() == -signal.SIGKILL


def duration(code: str, arguments: list[str]) -> float:
    """Measure how long the same code takes when nobody kills it."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        start = time.monotonic()
        assert process.wait() == 0
        return time.monotonic() - start


def filled(target: str) -> Journal:
    """Make a programme with some thousand entries, sealed values and attachments."""
    journal = create(target, name="Faults")
    drafts = [Draft(kind="casualty", record_id=new_id(), body={"outcome": "injured", "n": number},
                    sealed={"person_name": f"Kanarinac {number}"}) for number in range(1_000)]
    journal.append(ANNA, drafts)
    for number in range(5):
        content = str(number).encode() * 200_000
        journal.attachments.add(content, name=f"{number}", media_type="text/plain", by="anna", sealed=number % 2 == 0)
    return journal


BACKUP = """
    import sys
    from pathlib import Path
    from whitestone.journal import open_journal
    from whitestone.journal.backup import backup
    with open_journal(sys.argv[1]) as journal:
        print("begin", flush=True)
        backup(journal, Path(sys.argv[2]))
"""

RESTORE = """
    import sys
    from pathlib import Path
    from whitestone.journal.restore import restore
    import whitestone.journal.verifying, whitestone.journal.rebuilding, whitestone.journal.schema, alembic.command
    print("begin", flush=True)
    restore(Path(sys.argv[1]), sys.argv[2]).close()
"""

ADD = """
    import io, sys
    from whitestone.journal import open_journal
    with open_journal(sys.argv[1]) as journal:
        print("begin", flush=True)
        for number in range(40):
            journal.attachments.add(f"{number}".encode() * 50_000, name=str(number), media_type="x", by="anna",
                                    sealed=number % 2 == 0)
"""

ERASE = """
    import sys, uuid
    from whitestone.journal import open_journal
    with open_journal(sys.argv[1]) as journal:
        print("begin", flush=True)
        journal.seals.erase(uuid.UUID(sys.argv[2]), "anna", "asked")
"""


@pytest.mark.parametrize("kills", KILLS)
def test_a_killed_backup_leaves_nothing_that_looks_whole(target: str, tmp_path: Path, kills: int) -> None:
    """Either there is no file of that name, or it restores."""
    journal = filled(target)
    draw = random.Random(17)
    whole = duration(BACKUP, [target, str(tmp_path / "whole.wsb")])
    for number in range(kills):
        path = tmp_path / f"{number}.wsb"
        killed_within(BACKUP, [target, str(path)], draw.uniform(0, 1.1 * whole))
        if path.exists():
            with restore(path, tmp_path / f"copy{number}") as copy:
                assert copy.head() == journal.head()
    assert journal.verify().ok
    journal.close()


@pytest.mark.parametrize("kills", KILLS)
def test_a_killed_restore_leaves_no_programme_and_can_be_called_again(target: str, tmp_path: Path, kills: int) -> None:
    """The target is not a programme until everything is there and verified."""
    journal = filled(str(tmp_path / "origin"))
    backup(journal, tmp_path / "b.wsb")
    draw = random.Random(18)
    whole = duration(RESTORE, [str(tmp_path / "b.wsb"), str(tmp_path / "measured")])
    for _ in range(kills):
        killed_within(RESTORE, [str(tmp_path / "b.wsb"), target], draw.uniform(0, 0.95 * whole))
        try:
            found = open_journal(target)
        except NotAProgramme:
            continue
        with found:
            assert found.head() == journal.head()
            assert found.verify().ok
            assert found.projection_hash() == journal.projection_hash()
        return
    with restore(tmp_path / "b.wsb", target) as copy:
        assert copy.head() == journal.head()
        assert copy.attachments.check(by="anna") == []


@pytest.mark.parametrize("kills", KILLS)
def test_attachments_acknowledged_before_a_kill_are_whole_after_it(tmp_path: Path, kills: int) -> None:
    """Every entry has its file, every sealed file its key."""
    target = str(tmp_path / "p")
    draw = random.Random(19)
    with create(target, name="Faults") as journal:
        for _ in range(kills):
            killed_within(ADD, [target], draw.uniform(0, 0.4))
            assert journal.attachments.check(by="anna") == []
        journal.seals.unlock()
        for each in journal.attachments.list():
            with journal.attachments.open(each.sha256, by="anna", purpose="test") as stream:
                assert len(stream.read()) == each.size
        assert journal.verify().ok


@pytest.mark.parametrize("kills", KILLS)
def test_an_erasure_that_was_killed_is_done_or_done_again(tmp_path: Path, kills: int) -> None:
    """The list beside the key comes first; the chain verifies at every moment; a second call finishes."""
    target = str(tmp_path / "p")
    draw = random.Random(20)
    with create(target, name="Faults") as journal:
        for _ in range(kills):
            record = new_id()
            journal.append(ANNA, [Draft(kind="casualty", record_id=record, sealed={"person_name": "x"})])
            killed_within(ERASE, [target, str(record)], draw.uniform(0, 0.03))
            assert journal.verify().ok
            journal.seals.erase(record, "anna", "asked")
            journal.seals.unlock()
            with pytest.raises(Erased):
                journal.seals.open_record(record, "x", "anna")
        assert journal.verify().ok
