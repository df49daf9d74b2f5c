"""How is a large delimited text read block by block, at polars' speed where it is regular and with care where not?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec
import numpy as np
import polars as pl

from whitestone.exchange.readers.chunking import frame_of
from whitestone.exchange.readers.encodings import Encoding, transcode
from whitestone.exchange.readers.model import Reading, RowFault, clip_raw
from whitestone.exchange.readers.rows import Dialect, Row, RowTable, careful_rows, row_table
from whitestone.exchange.readers.tables import TOTAL_ROW, TOTALS, adds_up

__all__ = ["ROW_LIMIT_BYTES", "BlockReader", "Plan"]

ROW_LIMIT_BYTES = 16 << 20
"""No row may be longer, line ends inside quotes included; a longer one is a fault."""

_TOTALS = pl.Series(sorted(TOTALS), dtype=pl.String)

_Texts = TypeVar("_Texts", pl.Series, pl.Expr)
Block = tuple[pl.DataFrame, np.ndarray, list[RowFault]]


class Plan(msgspec.Struct, frozen=True):
    """All that reading the rows needs, settled when the file was opened."""

    encoding: Encoding
    dialect: Dialect
    names: list[str]
    header: list[str | None]
    skip_bytes: int


class BlockReader:
    """Read the data rows of one file from the start; each block of rows carries its numbers and its faults."""

    def __init__(self, reading: Reading, plan: Plan) -> None:
        self.reading, self.plan = reading, plan
        self._next_row = 1
        self._newline = plan.dialect.newline.encode()
        self._schema = dict.fromkeys(plan.names, pl.String)

    def blocks(self) -> Iterator[Block]:
        """Yield (frame, row numbers, faults) until the file ends."""
        buffer, dropping = b"", False
        for block, final in self._stream():
            if dropping:
                cut = block.find(self._newline)
                if cut < 0:
                    continue
                block, dropping = block[cut + 1:], False
            buffer += block
            if final and buffer and not buffer.endswith(self._newline):
                buffer += self._newline
                self.reading.note("last-line-open", "The last line has no line end: if the file was cut off there, its "
                                                    "last row may lack something.")
            while buffer:
                made, consumed = self._take(buffer, final)
                if made:
                    yield made
                buffer = buffer[consumed:]
                if not consumed or not (final or len(buffer) > ROW_LIMIT_BYTES):
                    break
            if len(buffer) > ROW_LIMIT_BYTES:
                yield self._too_long(buffer)
                buffer, dropping = b"", True

    def _stream(self) -> Iterator[tuple[bytes, bool]]:
        skip = self.plan.skip_bytes
        for block in transcode(self.reading.path, self.plan.encoding, self._met):
            if skip:
                block, skip = block[skip:], max(0, skip - len(block))
            yield block, False
        yield b"", True

    def _met(self, _lines: int) -> None:
        self.reading.note("odd-bytes", f"Some bytes are not {self.plan.encoding.name}; they were read as "
                          f"{self.plan.encoding.fallback or 'control or replacement characters'}.")

    def _too_long(self, buffer: bytes) -> Block:
        text = clip_raw(buffer.decode("utf-8", "replace"))
        fault = RowFault(self._next_row, "row-too-long", f"A line of more than {ROW_LIMIT_BYTES} bytes.", text)
        self._next_row += 1
        return frame_of(self.plan.names, []), np.empty(0, np.int64), [fault]

    def _take(self, buffer: bytes, final: bool) -> tuple[Block | None, int]:
        """Read what whole rows the buffer holds; return them and the bytes used."""
        table = row_table(buffer, self.plan.dialect)
        if table is not None and table.consumed:
            fast = self._fast(buffer, table)
            if fast is not None:
                return fast, table.consumed
        elif table is not None and not final and len(buffer) <= ROW_LIMIT_BYTES:
            return None, 0
        rows = list(careful_rows(buffer, self.plan.dialect, final, give_up=len(buffer) > ROW_LIMIT_BYTES))
        if not rows:
            return None, 0
        return self._careful(buffer, rows), min(rows[-1].end + 1, len(buffer))

    def _fast(self, buffer: bytes, table: RowTable) -> Block | None:
        width, starts, ends = len(self.plan.names), table.starts, table.ends
        size = ends - starts
        blank = (size == 0) | ((size == 1) & (np.frombuffer(buffer, np.uint8)[starts] == 13))
        good = (table.widths == width) & ~blank
        if good.all():
            body = buffer if table.consumed == len(buffer) else buffer[: table.consumed]
        else:
            body = _kept(buffer, starts, ends, good)
        frame = self._parse(body)
        if frame is None or frame.height != int(good.sum()):
            return None  # polars reads this block in another way: the careful reader settles it
        numbers = self._next_row + np.cumsum(~blank) - 1
        faults = [self._ragged(int(numbers[index]), int(table.widths[index]), buffer[starts[index]:ends[index]])
                  for index in np.flatnonzero(~good & ~blank)]
        return self._finish(frame, numbers[good], faults, bool(blank.any()))

    def _parse(self, body: bytes) -> pl.DataFrame | None:
        if not body:
            return pl.DataFrame(schema=self._schema)
        try:
            return pl.read_csv(body, has_header=False, schema=self._schema, separator=self.plan.dialect.delimiter,
                               eol_char=self.plan.dialect.newline, infer_schema=False, low_memory=False)
        except pl.exceptions.PolarsError:
            return None

    def _careful(self, buffer: bytes, rows: list[Row]) -> Block:
        width, number = len(self.plan.names), self._next_row
        cells, numbers, faults, blanks = [], [], [], False
        for row in rows:
            raw = buffer[row.start:row.end]
            if not row.fault and raw in (b"", b"\r"):
                blanks = True
                continue
            if row.fault:
                faults.append(RowFault(number, *row.fault, clip_raw(raw.decode("utf-8", "replace"))))
            elif len(row.cells) != width:
                faults.append(self._ragged(number, len(row.cells), raw))
            else:
                cells.append(row.cells)
                numbers.append(number)
            number += 1
        frame = frame_of(self.plan.names, cells)
        return self._finish(frame, np.array(numbers, np.int64), faults, blanks)

    def _ragged(self, number: int, cells: int, raw: bytes) -> RowFault:
        width = len(self.plan.names)
        code = "too-few-cells" if cells < width else "too-many-cells"
        return RowFault(number, code, f"The row has {cells} cells, the table {width} columns.",
                        clip_raw(raw.decode("utf-8", "replace").removesuffix("\r")))

    def _finish(self, frame: pl.DataFrame, numbers: np.ndarray, faults: list[RowFault], blanks: bool) -> Block:
        if blanks:
            self.reading.note("blank-lines", "Lines with nothing in them are skipped and not counted.")
        self._next_row += frame.height + len(faults)
        repeated = self._repeated_headers(frame)
        if repeated is not None:
            joined = self.plan.dialect.delimiter.join
            faults += [RowFault(int(numbers[at]), "repeated-header", "The header row is repeated here.",
                                clip_raw(joined(cell or "" for cell in frame.row(int(at)))))
                       for at in np.flatnonzero(repeated)]
            faults.sort(key=lambda fault: fault.row)
            frame, numbers = frame.filter(pl.Series(~repeated)), numbers[~repeated]
        return self._without_totals(frame, numbers, faults)

    def _without_totals(self, frame: pl.DataFrame, numbers: np.ndarray, faults: list[RowFault]) -> Block:
        found = np.zeros(frame.height, dtype=bool)
        for name in self.plan.names[:2]:
            found |= frame[name].is_in(_TOTALS.implode()).fill_null(value=False).to_numpy()
        for at in np.flatnonzero(found):
            cells = frame.row(int(at))
            found[at] = adds_up(cells)
            if found[at]:
                raw = self.plan.dialect.delimiter.join(cell or "" for cell in cells)
                faults.append(RowFault(int(numbers[at]), *TOTAL_ROW, clip_raw(raw)))
        if not found.any():
            return frame, numbers, faults
        return frame.filter(pl.Series(~found)), numbers[~found], sorted(faults, key=lambda fault: fault.row)

    def _repeated_headers(self, frame: pl.DataFrame) -> np.ndarray | None:
        named = [(name, cell) for name, cell in zip(self.plan.names, self.plan.header, strict=False) if cell]
        if not named or not frame.height:
            return None
        if len(named) == 1:  # a column called "name" may hold a "Name": only the exact word is the header
            found = (frame[named[0][0]] == named[0][1]).fill_null(value=False).to_numpy()
            return found if found.any() else None
        if not (_plain(frame[named[0][0]]) == named[0][1].strip().lower()).any():
            return None
        same = frame.select(pl.all_horizontal(
            [_plain(pl.col(name)).eq_missing(pl.lit(cell.strip().lower())) for name, cell in named]))
        found = same.to_series().to_numpy()
        return found if found.any() else None


def _plain(texts: _Texts) -> _Texts:
    """Take away case and outer spaces: whoever pastes sheets together types the header anew."""
    return texts.str.strip_chars().str.to_lowercase()


def _kept(buffer: bytes, starts: np.ndarray, ends: np.ndarray, good: np.ndarray) -> bytes:
    """Join the bytes of the good rows, run by run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return b"".join(buffer[int(starts[low]):int(ends[high - 1]) + 1]
                    for low, high in zip(edges[0::2], edges[1::2], strict=True))
