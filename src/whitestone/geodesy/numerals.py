"""Which number does a cell of a coordinate column hold, and how fine is it written?

Columns of a million plain numbers are read at once; only cells that are not plain are looked at one by one. Decimal
commas and thousands separators are understood where they can mean one thing, else they are a fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["blank", "decimals", "metres", "plain_numbers"]

Floats = npt.NDArray[np.float64]
Cells = Sequence[str | None]
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']+")
_PLAIN = re.compile(r"^[+-]?\d+(?:\.\d*)?$|^[+-]?\.\d+$")
_UNIT = re.compile(r"\s*m\.?$", re.IGNORECASE)


def blank(text: str | None) -> bool:
    """Say whether a cell holds nothing.

    >>> blank(None), blank("  "), blank("0")
    (True, True, False)
    """
    return text is None or not text.strip()


def plain_numbers(texts: Cells) -> tuple[Floats, list[int]]:
    """Read a column of plain numbers; return the values and the indexes of the cells that are not plain or blank.

    >>> values, rest = plain_numbers(["1.5", "", None, "1,5", "1_0", "nan"])
    >>> values.tolist()[0], rest, plain_numbers([])[1]
    (1.5, [3, 4, 5], [])
    """
    try:
        values: Floats = np.fromiter(map(float, texts), dtype=np.float64, count=len(texts))  # type: ignore[arg-type]
        rest: list[int] = []
    except (TypeError, ValueError):
        values, rest = _one_by_one(texts)
    strange = np.flatnonzero(~np.isfinite(values)).tolist()
    if strange:
        rest += [at for at in strange if not blank(texts[at])]
    # float() takes 1_000 for a number; nobody writes coordinates so.
    if "_" in "".join(text for text in texts if text):
        rest += [at for at, text in enumerate(texts) if text and "_" in text]
    rest = sorted(set(rest))
    values[rest] = np.nan
    return values, rest


def _one_by_one(texts: Cells) -> tuple[Floats, list[int]]:
    values = np.full(len(texts), np.nan)
    rest = []
    for at, text in enumerate(texts):
        try:
            values[at] = float(text)  # type: ignore[arg-type]
        except TypeError:
            continue
        except ValueError:
            if not blank(text):
                rest.append(at)
    return values, rest


def decimals(texts: Cells) -> npt.NDArray[np.int64]:
    """Count the digits after the decimal point of plain numbers; 0 where there is no point.

    >>> decimals(["1.50", "2", None]).tolist(), decimals([]).tolist()
    ([2, 0, 0], [])
    """
    counted = [len(text) - point - 1 if text and (point := text.find(".")) >= 0 else 0 for text in texts]
    return np.array(counted, dtype=np.int64)


def metres(text: str) -> tuple[float, float]:
    """Read one easting or northing in metres; return it with what its last digit is worth.

    Understands spaces and apostrophes between thousands, points and commas where they can mean one thing. Refuses
    with ValueError what is no number and what could be two: `430,282`.

    >>> metres("8 664 842,5"), metres("8,664,842.25 m"), metres("4430282")
    ((8664842.5, 0.1), (8664842.25, 0.01), (4430282.0, 1.0))
    >>> metres("430,282")
    Traceback (most recent call last):
    ...
    ValueError: '430,282' could be two numbers: is the comma a decimal one?
    """
    written = _UNIT.sub("", _SPACES.sub("", text.replace("−", "-").replace("–", "-")))
    comma, point = written.rfind(","), written.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        written = written.replace(thousands, "").replace(decimal, ".")
    elif written.count(",") > 1 or written.count(".") > 1:
        written = _without_thousands(written, "," if comma >= 0 else ".")
    elif comma >= 0:
        if re.fullmatch(r"[+-]?\d{1,3},\d{3}", written):
            raise ValueError(f"{text!r} could be two numbers: is the comma a decimal one?")
        written = written.replace(",", ".")
    if not _PLAIN.match(written):
        raise ValueError(f"{text!r} is not a number of metres")
    return float(written), 10.0 ** -len(written.partition(".")[2])


def _without_thousands(written: str, separator: str) -> str:
    groups = written.lstrip("+-").split(separator)
    if len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:]):
        return written
    return written.replace(separator, "")
