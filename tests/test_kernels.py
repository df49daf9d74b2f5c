"""Does compiled code lie under a name that says of which files it was made, and can it always be kept somewhere?"""

from __future__ import annotations

from pathlib import Path

import pytest

from whitestone.kernels import compiled_into, folder_of


def test_a_change_of_any_file_gives_another_folder_and_drops_the_older(tmp_path: Path) -> None:
    """Numba would not see a change in the file of a function that a kernel calls."""
    files = [tmp_path / name for name in ("a.py", "b.py")]
    for path in files:
        path.write_text("one")
    before = folder_of(tmp_path, files)
    assert before.is_dir()
    assert folder_of(tmp_path, reversed(files)) == before
    files[1].write_text("two")
    after = folder_of(tmp_path, files)
    assert after.name != before.name
    assert after.is_dir()
    assert not before.exists()


def test_rooms_do_not_drop_each_others_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a user's cache they lie side by side."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("land", "minefields"):
        room = tmp_path / name
        room.mkdir()
        (room / "__pycache__").write_text("a file stands where the folder should be made")
    folders = [folder_of(tmp_path / name, []) for name in ("land", "minefields")]
    assert [folder.parent for folder in folders] == [tmp_path / "whitestone"] * 2
    assert all(folder.is_dir() for folder in folders)


def test_where_nothing_can_be_kept_a_folder_for_this_run_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that nobody may write to still runs."""
    (tmp_path / "__pycache__").write_text("")
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert folder_of(tmp_path, []).is_dir()


def twice(x: float) -> float:
    """Return the double."""
    return 2.0 * x


def test_a_compiled_function_answers_the_same_and_leaves_its_code_in_the_folder(tmp_path: Path) -> None:
    """The code is found there by the next process."""
    made = compiled_into(tmp_path, twice)
    assert made(2.5) == twice(2.5) == 5.0
    assert list(tmp_path.rglob("*.nbi"))
