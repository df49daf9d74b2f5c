"""How are whole columns of raw text turned into JSON text, each different value understood once?

Values repeat: a million rows hold a few dozen outcomes and some hundred dates. A column is reduced to its different
values and a code per row; every rule runs on the values only and the results are spread over the rows again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Column", "View", "json_text", "member"]

T = TypeVar("T")
_CONTROL = r"[\x00-\x1f\x7f]"
_PLAIN = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"'}


class Column:
    """A text column as its different values and the place of each row's value among them (-1: no cell)."""

    def __init__(self, series: pl.Series) -> None:
        self.uniques = series.drop_nulls().unique(maintain_order=True)
        self.codes = series.cast(pl.Enum(self.uniques)).to_physical() if len(self.uniques) else _nothing(len(series))

    def spread(self, values: pl.Series) -> pl.Series:
        """Give every row the value that stands at its code; rows without a cell get null."""
        if not len(self.uniques):
            return pl.Series(values.name, [None] * len(self.codes), dtype=values.dtype)
        return values.gather(self.codes)

    def pick(self, values: Sequence[T], otherwise: T) -> list[T]:
        """Give every row the very object that stands at its code; rows without a cell get `otherwise`."""
        table = [*values, otherwise]
        return [table[code] for code in self.codes.cast(pl.Int64).fill_null(len(values)).to_list()]

    def rows_with(self, bad: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        """List the rows whose value is marked in `bad` (a mask over the different values)."""
        if not bad.any():
            return np.empty(0, dtype=np.intp)
        marks = np.append(bad, False)
        codes = self.codes.cast(pl.Int64).fill_null(len(bad)).to_numpy()
        return np.flatnonzero(marks[codes])


class View:
    """The rows of a chunk that make one kind of record; each column is reduced once and kept."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._columns: dict[tuple[str, ...], Column] = {}

    @property
    def height(self) -> int:
        """Count the rows."""
        return self.frame.height

    def column(self, *names: str) -> Column:
        """Reduce one column, or several joined by the unit separator (absent cells are empty there)."""
        if names not in self._columns:
            self._columns[names] = Column(self.series(*names))
        return self._columns[names]

    def series(self, *names: str) -> pl.Series:
        """Return one column's text, or several joined by the unit separator."""
        if len(names) == 1:
            return self.frame.get_column(names[0])
        joined = pl.concat_str([pl.col(name).fill_null("") for name in names], separator="\x1f")
        return self.frame.select(joined).to_series()


def json_text(series: pl.Series) -> pl.Series:
    """Write each text as a JSON string; null stays null.

    >>> json_text(pl.Series(['say "no"', None, "a\\nb"])).to_list()
    ['"say \\\\"no\\\\""', None, '"a\\\\nb"']
    >>> json_text(pl.Series([], dtype=pl.String)).to_list()
    []
    """
    frame = series.to_frame("text")
    text = pl.col("text")
    if series.str.contains("\\", literal=True).any():
        text = text.str.replace_all("\\", "\\\\", literal=True)
    for char, escaped in _PLAIN.items():
        if series.str.contains(char, literal=True).any():
            text = text.str.replace_all(char, escaped, literal=True)
    plain = frame.select(pl.concat_str([pl.lit('"'), text, pl.lit('"')]).alias(series.name)).to_series()
    odd = frame.select(pl.col("text").str.contains(_CONTROL)).to_series()
    if not odd.any():
        return plain
    # The rare control characters are escaped one value at a time.
    rows = np.flatnonzero(odd.fill_null(value=False).to_numpy())
    return plain.scatter(rows, [json.dumps(series[int(row)], ensure_ascii=False) for row in rows])


def member(name: str, values: pl.Series) -> pl.Series:
    """Write `,"name":value` for every JSON value, and nothing where there is none.

    >>> member("sex", pl.Series(['"male"', None])).to_list()
    [',"sex":"male"', '']
    """
    head = "," + json.dumps(name, ensure_ascii=False) + ":"
    return (pl.lit(head) + pl.Series("value", values)).pipe(_select).fill_null("")


def without_separator(text: str) -> str:
    """Show a value that was joined out of several cells as a person would read it.

    >>> without_separator("2014\\x1f5")
    '2014 5'
    """
    return re.sub("\x1f+", " ", text).strip()


def _select(expression: pl.Expr) -> pl.Series:
    return pl.select(expression).to_series()


def _nothing(length: int) -> pl.Series:
    return pl.Series([None] * length, dtype=pl.UInt32)
