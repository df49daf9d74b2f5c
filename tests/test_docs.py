"""Is everything public said in words, and does every file that is named exist?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "whitestone"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def public(node: ast.AST) -> bool:
    """Say whether a definition is part of the room's surface."""
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_opens_with_a_question_and_every_public_name_is_documented(path: Path) -> None:
    """A module says which question it answers; a public function says what it does."""
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path.name} opens without saying what it answers"
    for node in tree.body:
        if public(node):
            assert ast.get_docstring(node), f"{path.name}: {node.name} is undocumented"  # type: ignore[arg-type]
        if isinstance(node, ast.ClassDef) and public(node):
            for member in node.body:
                if public(member) and not isinstance(member, ast.ClassDef):
                    assert ast.get_docstring(member), f"{path.name}: {node.name}.{member.name} is undocumented"  # type: ignore[attr-defined,arg-type]


def test_broad_handlers_stand_only_at_a_process_edge() -> None:
    """`except Exception` is allowed where a process meets the world: command line, server, worker."""
    allowed = {"cli/__init__.py", "web/server.py"}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                name = getattr(node.type, "id", None) if node.type else "bare"
                if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
                    continue  # undoes and passes on: nothing is swallowed
                assert name not in {"bare", "Exception", "BaseException"} or str(path.relative_to(SOURCE)) in allowed, (
                    f"{path.name}:{node.lineno} catches everything"
                )


def test_every_command_is_in_the_guide() -> None:
    """A command that nobody can read about does not exist."""
    from whitestone.cli import app, collect

    collect()
    guide = (ROOT / "docs" / "guides" / "commands.md").read_text()
    names = [command.name or command.callback.__name__.replace("_", "-") for command in app.registered_commands]  # type: ignore[union-attr]
    names += [group.name for group in app.registered_groups if group.name]
    for name in names:
        assert f"`{name}" in guide or f"whitestone {name}" in guide, f"docs/guides/commands.md does not describe {name}"


def test_links_between_documents_lead_somewhere() -> None:
    """Relative links in README and docs name files that exist."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if "://" not in link and not link.startswith("mailto:"):
                assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_modules_that_documents_name_exist() -> None:
    """A path in backticks leads a reader to code that is there, from the top or from the package."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for path in re.findall(r"`([\w./-]+\.py)`", page.read_text()):
            assert (ROOT / path).exists() or (SOURCE / path).exists(), f"{page.name} names {path}"


def test_committed_files_name_no_package_registry() -> None:
    """Locks carry hashes, never hosts: a mirror must serve as well."""
    hosts = ("py" + "pi.org", "pythonhosted" + ".org", "registry." + "npmjs")
    for path in ROOT.glob("requirements*.txt"):
        assert "://" not in path.read_text(), f"{path.name} names a host"
    patterns = ("*.toml", "Makefile", "src/whitestone/web/assets/*.json", ".ci/*")
    for path in [found for pattern in patterns for found in ROOT.glob(pattern)]:
        assert not any(host in path.read_text() for host in hosts), f"{path.name} names a registry"


def test_pages_that_the_code_cites_exist() -> None:
    """A source that a reader cannot open is no source."""
    written = {path.name for path in ROOT.rglob("*.md") if ".venv" not in path.parts}
    for path in sorted(SOURCE.rglob("*.py")) + sorted(SOURCE.rglob("*.toml")):
        for cited in re.findall(r"[\w/-]+\.md\b", path.read_text(encoding="utf-8")):
            assert (ROOT / cited).exists() or cited in written, f"{path.name} cites {cited}"
