"""What is exported, and what does every export say about itself?"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from whitestone.domain.kinds import kind as kind_named
from whitestone.exchange.cells import BACK_COLUMNS, cell_of

__all__ = ["About", "ExportRecord", "Table", "Written", "Writer", "file_sha256", "table_of"]

Cell = str | int | float | bool | None


class ExportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is exported: what it states, never what is sealed. `geometry` is WKB in EPSG:4326."""

    record_id: uuid.UUID
    kind: str
    body: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    geometry: bytes | None = None
    information_date: str | None = None
    workflow: str = "approved"
    revisions: tuple[uuid.UUID, ...] = ()


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What an export says about itself: id, programme, time, question asked, code lists, handling."""

    export_id: str
    programme: str
    kind: str
    exported_at: str
    filter: str
    code_lists: str
    caveat: str
    licence: str = "not stated"
    simulated: bool = False
    crs: str = "EPSG:4326"

    def lines(self) -> dict[str, str]:
        """Give what is said as words, for sheets and descriptions."""
        words = {name.replace("_", " "): str(value) for name, value in msgspec.to_builtins(self).items()}
        words["simulated"] = "yes: invented data" if self.simulated else "no"
        words["blank"] = "Blank is not clear: what is not recorded here may still be dangerous."
        return words


class Written(msgspec.Struct, frozen=True):
    """What was written: records, records that the format cannot hold, the file's hash and that of its records."""

    count: int
    sha256: str
    left_out: int = 0
    records_sha256: str = ""


class Table(msgspec.Struct):
    """The neutral table: its columns (attributes, then those by which it can be read back) and its rows."""

    kind: str
    attributes: list[str]
    about: About
    records: Iterable[ExportRecord]
    digest: Any = None
    count: int = 0

    @property
    def columns(self) -> list[str]:
        """List the columns in order."""
        return ["record_id", "kind", *self.attributes, *BACK_COLUMNS]

    def rows(self) -> Iterator[tuple[dict[str, Cell], ExportRecord]]:
        """Yield each record with its cells by column (empty ones left out), and add it to the records' hash."""
        self.digest, self.count = hashlib.sha256(), 0
        attributes = kind_named(self.kind).attributes
        for record in self.records:
            cells: dict[str, Cell] = {"record_id": str(record.record_id), "kind": record.kind}
            unknown = []
            other = dict(record.extra)
            for name in record.body:
                if name not in attributes:
                    other[f"body:{name}"] = record.body[name]
            for name in self.attributes:
                if name in record.body:
                    cells[name] = cell_of(record.body[name], attributes[name])
                    if record.body[name] is None:
                        unknown.append(name)
            cells |= {"stated_unknown": "; ".join(unknown) or None, "extra": _packed(other),
                      "information_date": record.information_date, "workflow": record.workflow,
                      "revision_ids": "; ".join(map(str, record.revisions)) or None,
                      BACK_COLUMNS[-1]: self.about.export_id}
            self.digest.update(msgspec.json.encode(record, order="deterministic"))
            self.count += 1
            yield {name: cell for name, cell in cells.items() if cell is not None}, record


def _packed(extra: dict[str, Any]) -> str | None:
    return json.dumps(extra, ensure_ascii=True, sort_keys=True, default=str) if extra else None


def table_of(kind: str, records: Iterable[ExportRecord], about: About) -> Table:
    """Make the neutral table of a kind: every attribute that is not personal is a column.

    >>> about = About(export_id="x", programme="p", kind="item", exported_at="", filter="", code_lists="", caveat="")
    >>> "person_name" in table_of("casualty", [], about).columns, list(table_of("item", [], about).rows())
    (False, [])
    """
    attributes = [name for name, attribute in kind_named(kind).attributes.items() if not attribute.personal]
    return Table(kind, attributes, about, records)


class Writer(Protocol):
    """What every format gives: it writes the table and returns how many records it could not hold."""

    def __call__(self, table: Table, path: Path, *, hxl: bool) -> int:
        """Write the table to the path."""


def file_sha256(path: Path) -> str:
    """Hash a file as it lies on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
