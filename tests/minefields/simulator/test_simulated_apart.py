"""Does the marker of the work share no code with the worker?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOM = Path(__file__).resolve().parents[3] / "src" / "whitestone" / "minefields" / "simulator"
ALLOWED = ("whitestone.errors", "whitestone.minefields.simulator")


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_simulator_and_scorer_import_neither_estimator_nor_reader(path: Path) -> None:
    """They may know their own folder and the errors; a slip of the estimator is then not theirs as well."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module or ""]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            assert not name.startswith("whitestone") or name.startswith(ALLOWED), f"{path.name} imports {name}"
