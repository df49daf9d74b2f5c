"""What do the rows of a delimited text say: CSV, TSV, semicolons or pipes, in any encoding, with or without a header?

Blocks with regular quoting go to polars after every row's cells were counted, so that no short row is filled up and no
long one cut unseen; other blocks are read a row at a time. Rows with too few or too many cells become faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from whitestone.errors import UnreadableFile, WrongCall
from whitestone.exchange.readers.chunking import cut
from whitestone.exchange.readers.encodings import Encoding, detect_encoding, transcode, undo_mojibake
from whitestone.exchange.readers.model import Chunk, Reading
from whitestone.exchange.readers.rows import Dialect, careful_rows
from whitestone.exchange.readers.tables import guess_layout
from whitestone.exchange.readers.text_blocks import BlockReader, Plan

__all__ = ["open_text"]

_HEAD_BYTES = 1 << 20
_HEAD_ROWS = 200
_DELIMITERS = ",;\t|"


def open_text(path: Path, *, encoding: str | None = None, header_row: int | None = None,
              delimiter: str | None = None) -> Reading:
    """Open a delimited text; what is not stated is detected and noted.

    `header_row` counts from 1, 0 says that there is none. Refuses, with UnreadableFile, a file that holds no text, and
    with WrongCall an encoding or delimiter that cannot be.
    """
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n'):
        raise WrongCall(why=f"A delimiter is one ASCII character other than a quote, not {delimiter!r}.")
    try:
        found = detect_encoding(path, encoding)
    except LookupError:
        raise WrongCall(why=f"There is no encoding called {encoding!r}.") from None
    head = _head(path, found)
    _refuse_binary(path, head)
    newline = "\r" if b"\n" not in head and b"\r" in head else "\n"
    dialect = Dialect(delimiter or _guess_delimiter(head, newline), newline)
    whole = len(head) < _HEAD_BYTES
    rows: list[list[str | None]] = []
    offsets = [0]
    for row in careful_rows(head, dialect, final=whole, give_up=True):
        rows.append([head[row.start:row.end].decode("utf-8", "replace")] if row.fault else row.cells)
        offsets.append(min(row.end + 1, len(head)))
        if len(rows) >= _HEAD_ROWS:
            break
    layout = guess_layout(rows, header_row)
    if not layout.names:
        raise UnreadableFile(path=path.name, why="it holds no rows", fix="Check that it was exported with content.")
    header = [] if layout.header is None else [*rows[layout.header]]
    plan = Plan(found, dialect, layout.names, _padded(header, len(layout.names)),
                offsets[min(layout.data, len(offsets) - 1)] if layout.data else 0)
    reading = Reading(path, "tsv" if dialect.delimiter == "\t" else "csv", partial(_chunks, plan), encoding=found.name,
                      columns=layout.names, hxl=layout.hxl, preamble=layout.preamble)
    _note(reading, plan, layout.notes, rows)
    return reading


def _head(path: Path, encoding: Encoding) -> bytes:
    for block in transcode(path, encoding):
        if block:
            return block[:_HEAD_BYTES]
    return b""


def _refuse_binary(path: Path, head: bytes) -> None:
    sample = head[: 1 << 16]
    control = sum(sample.count(byte) for byte in range(32) if byte not in (9, 10, 12, 13))
    if control > len(sample) * 0.05 + 3:
        raise UnreadableFile(path=path.name, why="it is neither text nor a format that is known here",
                             fix="Export it from its program as CSV, XLSX, GeoJSON, GeoPackage, Shapefile, KML or GPX.")


def _guess_delimiter(head: bytes, newline: str) -> str:
    """Choose the delimiter that cuts most rows into the same number of cells, more than one."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        for row in careful_rows(head[: 1 << 17], Dialect(delimiter, newline), final=True):
            widths[len(row.cells)] += not row.fault
            if widths.total() >= _HEAD_ROWS:
                break
        width, agreeing = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0), default=(1, 0))
        score = agreeing / max(1, widths.total()) + min(width, 50) / 1000 if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _padded(cells: list[str | None], width: int) -> list[str | None]:
    return cells + [None] * (width - len(cells)) if cells else []


def _note(reading: Reading, plan: Plan, said: list[tuple[str, str]], rows: list[list[str | None]]) -> None:
    for code, message in said:
        reading.note(code, message)
    if plan.encoding.fallback:
        reading.note("mixed-encodings", "Most lines are UTF-8, some are not: those are read as "
                                        f"{plan.encoding.fallback}.")
    elif plan.encoding.name != "utf-8":
        reading.note("encoding-detected", f"The text is read as {plan.encoding.name}; state it if letters look wrong.")
    for cell in (cell for row in rows for cell in row if cell):
        mended = undo_mojibake(cell)
        if mended:
            reading.note("mojibake", f"Some letters were spoilt before this file was made ({cell.strip()!r} was "
                                     f"{mended[0].strip()!r}, UTF-8 read as {mended[1]}); they are kept as written.")
            break


def _chunks(plan: Plan, reading: Reading, limit: int) -> Iterator[Chunk]:
    for frame, numbers, faults in BlockReader(reading, plan).blocks():
        yield from cut(frame, numbers, faults, limit)
