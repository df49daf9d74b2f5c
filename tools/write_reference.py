"""Write the data dictionary, the catalogue of errors and the format of minefield records, from the code itself."""

from __future__ import annotations

import json
import string
from pathlib import Path

from whitestone.domain.dictionary import dictionary
from whitestone.errors import CATALOGUE
from whitestone.minefields.sheet_format import sheet_schema
from whitestone.quality.rules import RULES

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    (REFERENCE / "dictionary.md").write_text(dictionary(), encoding="utf-8")
    (REFERENCE / "errors.md").write_text(errors(), encoding="utf-8")
    (REFERENCE / "rules.md").write_text(rules(), encoding="utf-8")
    schema = json.dumps(sheet_schema(), indent=1, ensure_ascii=False)
    (REFERENCE / "minefield_sheet.schema.json").write_text(schema + "\n", encoding="utf-8")


def errors() -> str:
    """List every failure that a person can meet."""
    lines = ["# Errors", "", "| code | HTTP | exit | what it says | what to do next |", "|---|---|---|---|---|"]
    for code, problem in sorted(CATALOGUE.items()):
        said, then = plain(problem.sentence), plain(problem.next_step)
        lines.append(f"| `{code}` | {problem.status} | {problem.exit_code} | {said} | {then} |")
    return "\n".join(lines) + "\n"


def rules() -> str:
    """List every quality rule with its question."""
    lines = ["# Quality rules", "", "| rule | severity | question |", "|---|---|---|"]
    lines += [f"| `{name}` | {rule.severity} | {rule.question} |" for name, rule in RULES.items()]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Write `{name!r}` as *name*."""
    parts = []
    for words, name, _, _ in string.Formatter().parse(text):
        parts += [words, f"*{name}*" if name else ""]
    return "".join(parts).replace("|", "\\|")


if __name__ == "__main__":
    main()
