"""What does a file of minefield records hold, and where in it does each finding lie: JSON or workbook?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from whitestone.exchange.sheet_book import read_sheet_book, write_sheet_book
from whitestone.minefields.batch_checks import check_batch
from whitestone.minefields.sheets import Batch, SheetFinding, read_batch, read_sheets

__all__ = ["RecordsFile", "check_file", "read_records_file", "where", "write_template"]

_LAST = re.compile(r"(\.[^.\[]+|\[\d+\])$")


class RecordsFile(msgspec.Struct, frozen=True):
    """A file as read: its batch, and for a workbook the sheet and row behind each path."""

    name: str
    batch: Batch
    places: Mapping[str, tuple[str, int]] = {}


def read_records_file(path: Path) -> RecordsFile:
    """Read a file of records, finds and searched ground; a workbook is known by its first bytes, all else is JSON.

    Refuses what is neither with UnreadableFile, a file that is not there with FileTrouble (at the edge).
    """
    content = path.read_bytes()
    if not content.startswith(b"PK"):
        return RecordsFile(path.name, read_batch(content, path.name))
    taken = read_sheet_book(content, path.name)
    batch = read_sheets(taken.held)
    odd = tuple(
        SheetFinding(code="workbook-odd", path=f"{sheet} row {row}", sentence=words) for sheet, row, words in taken.odd
    )
    return RecordsFile(path.name, msgspec.structs.replace(batch, findings=(*odd, *batch.findings)), taken.places)


def check_file(path: Path) -> dict[str, Any]:
    """Check a file: its counts and all findings, each with its place; nothing is written and every record is kept.

    Refuses as `read_records_file`.
    """
    read = read_records_file(path)
    found = check_batch(read.batch)
    return {
        "file": read.name,
        "records": len(read.batch.records),
        "finds": len(read.batch.finds),
        "searched": len(read.batch.searched),
        "held": len(read.batch.held),
        "findings": [as_told(each, read.places) for each in found],
    }


def as_told(finding: SheetFinding, places: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Return a finding as it is printed and kept, with its place in the file."""
    return {**msgspec.structs.asdict(finding), "where": where(finding.path, places)}


def where(path: str, places: Mapping[str, tuple[str, int]]) -> str:
    """Say where in the file a path lies: the sheet and row of a workbook, else the path itself.

    >>> where("records[0].legs[2].bearing", {"records[0].legs[2]": ("Legs", 4)}), where("finds[3]", {})
    ('Legs row 4, bearing', 'finds[3]')
    """
    rest, here = "", path
    while here not in places:
        shorter = _LAST.sub("", here)
        if shorter == here:
            return path
        rest, here = here[len(shorter) :] + rest, shorter
    sheet, row = places[here]
    return f"{sheet} row {row}" + (f", {rest.lstrip('.')}" if rest else "")


def write_template(path: Path) -> None:
    """Write the empty workbook, with a note on every column and drop-downs."""
    write_sheet_book({}, path)
