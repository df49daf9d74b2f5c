"""Does a planted name show anywhere after a list of people was drafted, imported, checked, reported and backed up?

The programme stays locked all the way, as on an ordinary day; every byte of every file is searched afterwards.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = ["Kanarinac Marko", "Kanarinac Ana", "Kanarinac Ivo"]
TRACES = ["Kanarinac", "061555", "1975-02-03"]
LIST = """id,victim name,birth date,phone,date,outcome,sex,age,latitude,longitude
1,Kanarinac Marko,1975-02-03,061555123,2019-05-06,injured,male,38,44.1234,17.2234
2,Kanarinac Ana,1975-02-03,061555124,2019-05-07,killed,female,28,44.2234,17.3234
3,Kanarinac Ivo,1975-02-03,061555125,2019-13-45,injured,male,abc,99.2234,17.3234
4,Kanarinac Short
"""


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person would, in a folder of her own."""
    command = [sys.executable, "-m", "whitestone.cli", "-C", str(folder / "p"), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
                          env=dict(os.environ))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with temporary files of its own, so that those are searched too."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path


def test_a_planted_name_shows_nowhere_while_the_programme_is_locked(folder: Path) -> None:
    """Draft, mapping, database, write-ahead log, attachments, findings, run lists, report, backup, all output."""
    source = folder / "victims.csv"
    source.write_text(LIST)
    steps = [
        ("init", "--name", "Canary"),
        ("import", "victims.csv", "--suggest", "--out", "m.toml"),
        ("import", "victims.csv", "--mapping", "m.toml", "--json"),
        ("import", "victims.csv", "--mapping", "m.toml"),
        ("runs", "list", "--json"),
        ("check", "--json"),
        ("report", "situation", "--format", "html", "--out", "report"),
        ("backup", "b.wsb"),
        ("verify",),
    ]
    printed = ""
    for step in steps:
        done = call(folder, *step)
        assert done.returncode == 0 or step[0] == "check", f"{step}: {done.stdout} {done.stderr}"
        printed += done.stdout + done.stderr
    source.unlink()
    for trace in TRACES:
        assert trace not in printed
        holding = [path for path in folder.rglob("*") if path.is_file() and trace.encode() in path.read_bytes()]
        assert holding == [], trace


def test_a_held_row_that_somebody_deleted_is_missed_by_verify(folder: Path) -> None:
    """Nothing that came in is dropped, and the run's own count, which the chain covers, says so."""
    from whitestone.journal import open_journal

    (folder / "victims.csv").write_text(LIST)
    for step in (("init",), ("import", "victims.csv", "--suggest", "--out", "m.toml"),
                 ("import", "victims.csv", "--mapping", "m.toml")):
        assert call(folder, *step).returncode == 0
    assert call(folder, "verify").returncode == 0
    with open_journal(folder / "p") as journal, journal.store.writing() as session:
        session.run("DELETE FROM held")
    done = call(folder, "verify")
    assert done.returncode == 1
    assert "1 were held and 0 are kept" in done.stdout
