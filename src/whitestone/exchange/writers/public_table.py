"""How is a public table of casualties written as CSV or as a workbook, with its rule and its clocks beside it?"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whitestone.errors import FileTrouble, WrongCall
from whitestone.exchange.cells import guard

__all__ = ["SUPPRESSED", "check_public_name", "write_public_table"]

SUPPRESSED = "suppressed"
"""What a cell says that is not published; it is neither 0 nor unknown."""
_ALL = "all"
_MEASURES = ("killed", "injured", "unknown", "casualties")
_HEADS = {"unknown": "outcome_unknown"}


def write_public_table(answer: Mapping[str, Any], path: Path) -> list[Path]:
    """Write a public table as the name of the file says (.csv or .xlsx); return the files that were written.

    Beside a CSV stands NAME.about.json with rule, clocks and what was suppressed; a workbook has a sheet for it.
    Refuses another ending with WrongCall.
    """
    check_public_name(path)
    return _write_csv(answer, path) if path.suffix.lower() == ".csv" else _write_xlsx(answer, path)


def check_public_name(path: Path) -> None:
    """Refuse, before anything is made, an ending that is not .csv or .xlsx (WrongCall) and no folder (FileTrouble).

    >>> check_public_name(Path("x.csv"))
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise WrongCall(why=f"A public table is .csv or .xlsx, not {path.suffix or 'a file without ending'}.",
                        fix="Name a file that ends in .csv or .xlsx.")
    if not path.parent.is_dir():
        raise FileTrouble(path=path, why="there is no such folder")


def _rows(answer: Mapping[str, Any]) -> Iterator[list[Any]]:
    names = _dimensions(answer)
    yield [*names, *(_HEADS.get(name, name) for name in _MEASURES)]
    total = {"key": {}, **answer["total"]}
    for row in (*answer["rows"], *answer["margins"], total):
        if row is total and not names and answer["rows"]:
            continue
        words = [guard(str(row["key"].get(name, _ALL))) for name in names]
        yield [*words, *(SUPPRESSED if row[name] is None else row[name] for name in _MEASURES)]


def _dimensions(answer: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for row in answer["rows"] for name in row["key"]))


def _about(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("rows", "margins", "total")}


def _write_csv(answer: Mapping[str, Any], path: Path) -> list[Path]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(_rows(answer))
    about = path.with_suffix(".about.json")
    about.write_text(json.dumps(_about(answer), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [path, about]


def _write_xlsx(answer: Mapping[str, Any], path: Path) -> list[Path]:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("casualties")
    for row in _rows(answer):
        sheet.append(row)
    about = book.create_sheet("about")
    for name, value in _about(answer).items():
        about.append([name, value if isinstance(value, (str, int, bool)) else json.dumps(value, ensure_ascii=False)])
    book.save(path)
    return [path]
