"""Do the commands that keep a programme safe keep their contract: one object, exit codes, a next step, no traceback?"""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from own_process import run_whitestone
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.journal import open_journal
from whitestone.programme.opening import init_programme

CANARY = "Kanarinac-Safety"


def call(target: object, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return run_whitestone("-C", target, "--who", "anna", *words)


def answer(target: object, *words: str) -> dict[str, Any]:
    """Run a command with --json and read its one object."""
    done = call(target, *words, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    value: dict[str, Any] = json.loads(done.stdout)
    return value


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, uuid.UUID]:
    """Make a programme with one sealed person and one hazard that changed."""
    monkeypatch.setenv("WHITESTONE_DATA", str(tmp_path / "data"))
    record = new_id()
    with init_programme(str(tmp_path / "p"), name="Safety", who="anna") as programme:
        act = Act(author="anna", reason="survey", source="paper 7")
        for name, day in (("Lane", "2019-05"), ("Lane 1", "2020-01-01")):
            body = {"name": name, "local_id": "HA-1"}
            draft = Draft(kind="hazard", record_id=record, body=body, information_date=day, sealed={"contact": CANARY})
            programme.journal.append(act, [draft])
    return tmp_path / "p", record


def test_backup_restore_and_verify_tell_what_they_did(place: tuple[Path, uuid.UUID], tmp_path: Path) -> None:
    """The three commands in their usual order; the copy is another node with the same head."""
    target, _ = place
    made = answer(target, "backup", str(tmp_path / "b.wsb"))
    proved = answer(target, "verify")
    assert (proved["ok"], proved["head"], proved["entries"]) == (True, made["head"], made["entries"])
    copied = answer(tmp_path / "copy", "restore", str(tmp_path / "b.wsb"))
    assert (copied["entries"], copied["head"], copied["same_node"]) == (made["entries"], made["head"], False)
    same = answer(tmp_path / "same", "restore", str(tmp_path / "b.wsb"), "--same-node")
    assert same["node_id"] != copied["node_id"]
    assert answer(tmp_path / "copy", "verify", "--against", f"{made['entries']}:{made['head']}")["ok"]
    assert "never overwrites" in call(target, "backup", str(tmp_path / "b.wsb")).stderr


def test_verify_exits_1_and_names_the_first_broken_entry(place: tuple[Path, uuid.UUID]) -> None:
    """A changed word is found; so is a head that this journal does not contain."""
    target, _ = place
    assert call(target, "verify", "--against", f"1:{'ab' * 32}").returncode == 1
    assert call(target, "verify", "--against", "nonsense").returncode == 2
    with open_journal(target) as journal, journal.store.writing() as session:
        session.run("UPDATE act SET author = 'nobody' WHERE author = 'anna'")
    done = call(target, "verify", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["ok"], told["first_broken"]) == (False, 1)
    assert "Broken at entry 1" in call(target, "verify").stdout


def test_a_tail_that_was_cut_off_with_its_signatures_shows(place: tuple[Path, uuid.UUID], tmp_path: Path) -> None:
    """The head that was proved or backed up here before must still be there; a restore may begin again."""
    target, _ = place
    made = answer(target, "backup", str(tmp_path / "b.wsb"))
    with open_journal(target) as journal, journal.store.writing() as session:
        last = made["entries"]
        for statement in ("DELETE FROM checkpoint WHERE seq >= ?", "DELETE FROM revision WHERE seq >= ?"):
            session.run(statement, [last])
    done = call(target, "verify")
    assert done.returncode == 1
    assert f"entry {last}" in done.stdout
    answer(tmp_path / "newer", "restore", str(tmp_path / "b.wsb"))
    answer(tmp_path / "again", "restore", str(tmp_path / "b.wsb"), "--same-node")
    assert answer(tmp_path / "again", "verify")["ok"]


def test_an_older_backup_restores_although_a_later_head_was_proved_here(
        place: tuple[Path, uuid.UUID], tmp_path: Path) -> None:
    """Going back to last week's copy is what backups are for."""
    target, record = place
    answer(target, "backup", str(tmp_path / "b.wsb"))
    with open_journal(target) as journal:
        journal.append(Act(author="anna"), [Draft(kind="hazard", record_id=record, body={"name": "later"})])
    assert answer(target, "verify")["ok"]
    for words in ([], ["--same-node"]):
        copy = tmp_path / f"copy{len(words)}"
        answer(copy, "restore", str(tmp_path / "b.wsb"), *words)
        assert answer(copy, "verify")["ok"]


def test_rebuild_exits_1_when_a_projection_had_been_changed(place: tuple[Path, uuid.UUID]) -> None:
    """And 0 when it is the same again."""
    target, _ = place
    assert answer(target, "rebuild")["same"]
    with open_journal(target) as journal, journal.store.writing() as session:
        session.run("UPDATE state SET workflow = 5")
    assert call(target, "rebuild").returncode == 1
    assert call(target, "rebuild").returncode == 0


def test_unseal_needs_a_purpose_and_leaves_a_line(place: tuple[Path, uuid.UUID], keys_dir: Path) -> None:
    """Without a purpose it is a wrong call; without the key it says where the key is looked for."""
    target, record = place
    assert call(target, "unseal", str(record)).returncode == 2
    opened = answer(target, "unseal", str(record), "--purpose", "tracing")
    assert opened["values"] == {"contact": CANARY}
    with open_journal(target) as journal:
        assert [(line.by, line.purpose) for line in journal.seals.access_log()] == [("anna", "tracing")]
    (key,) = keys_dir.glob("*.key")
    key.rename(keys_dir / "moved")
    done = call(target, "unseal", str(record), "--purpose", "tracing")
    assert done.returncode == 2
    assert "key-missing" in done.stderr
    assert "Next:" in done.stderr
    assert CANARY not in done.stdout + done.stderr
    assert answer(target, "unseal", str(record), "--purpose", "x", "--key", str(keys_dir / "moved"))["values"]


def test_erase_is_final_and_says_so(place: tuple[Path, uuid.UUID]) -> None:
    """The history keeps the statistical part and the word erased."""
    target, record = place
    done = answer(target, "erase", str(record), "--reason", "asked")
    assert (done["keys"], done["parts"], done["pages_remain"]) == (2, 2, False)
    refused = call(target, "unseal", str(record), "--purpose", "x", "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stderr)["error"]["code"] == "erased"
    told = answer(target, "history", str(record))
    assert [each["erased"] for each in told["revisions"]] == [["sealed"], ["sealed"]]
    assert answer(target, "verify")["ok"]


def test_history_tells_who_said_what_when_and_what_it_changed(place: tuple[Path, uuid.UUID]) -> None:
    """Oldest first, attribute by attribute; of what is sealed only the name."""
    target, record = place
    told = answer(target, "history", str(record))
    assert [each["changed"].get("name") for each in told["revisions"]] == [
        {"before": None, "after": "Lane"}, {"before": "Lane", "after": "Lane 1"}]
    assert [each["sealed"] for each in told["revisions"]] == [["contact"], ["contact"]]
    text = call(target, "history", str(record)).stdout
    assert "Lane -> Lane 1" in text
    assert CANARY not in text + json.dumps(told)
    assert call(target, "history", str(new_id())).returncode == 2


def test_the_history_of_a_casualty_says_why_it_shows_no_value(place: tuple[Path, uuid.UUID]) -> None:
    """A list without changes is not mistaken for a record that never changed; other records carry no such line."""
    target, record = place
    hurt = new_id()
    with open_journal(target) as journal:
        journal.append(Act(author="anna"), [Draft(kind="casualty", record_id=hurt, body={"outcome": "injured"})])
    text = call(target, "history", str(hurt)).stdout
    assert "counts only" in text
    assert "injured" not in text
    assert "counts only" not in call(target, "history", str(record)).stdout


def test_a_damaged_backup_is_refused_without_a_traceback(place: tuple[Path, uuid.UUID], tmp_path: Path) -> None:
    """Exit 2, the code, the next step; nothing is left at the target."""
    target, _ = place
    answer(target, "backup", str(tmp_path / "b.wsb"))
    whole = (tmp_path / "b.wsb").read_bytes()
    (tmp_path / "cut.wsb").write_bytes(whole[: len(whole) // 2])
    done = call(tmp_path / "copy", "restore", str(tmp_path / "cut.wsb"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("backup-invalid: ")
    assert "Next:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "copy").exists()
