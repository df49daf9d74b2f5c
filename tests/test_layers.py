"""Do arrows point down only? (design: the floors)"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "whitestone"
FLOORS = {
    "errors": 0, "domain": 0, "geodesy": 0, "kernels": 0,
    "land": 1, "minefields": 1, "casualties": 1, "evidence": 1, "quality": 1,
    "journal": 2, "exchange": 3, "reports": 3, "programme": 4, "web": 5, "cli": 5,
}  # fmt: skip
BESIDE = {("geodesy", "domain"), ("cli", "web")}
"""Rooms of one floor that may know each other: positions are words too, and `serve` is a verb of the command line."""


def room(path: Path) -> str:
    """Name the room that a file lies in."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """List the rooms whose modules a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        if isinstance(node, ast.ImportFrom) and node.module == "whitestone":
            names = [f"whitestone.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("whitestone.")}
    return found & FLOORS.keys()


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_arrows_point_down_only(path: Path) -> None:
    """A room imports lower floors and itself; `errors` serves all."""
    here = room(path)
    if here == "__init__":
        return
    assert here in FLOORS, f"{here} stands on no floor"
    for other in imported_rooms(path) - {here, "errors"}:
        allowed = FLOORS[other] < FLOORS[here] or (here, other) in BESIDE
        assert allowed, f"{path.name}: {here} (floor {FLOORS[here]}) imports {other} (floor {FLOORS[other]})"


def test_sql_is_written_in_the_journal_only() -> None:
    """All SQL of the product lies in one room (accounts and sessions are Django's own)."""
    for path in SOURCE.rglob("*.py"):
        if room(path) == "journal":
            continue
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
        assert not names & {"sqlite3", "sqlalchemy", "psycopg", "alembic"}, f"{path} talks to a database"
