"""What number stands on the paper, and what else could it be?

A digit that nobody can read stays in doubt: "4?7" is 407 or 417 … or 497, each as good as the other, until a person
looks again. A number is never repaired; what was written stands beside what it may mean.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import msgspec

from whitestone.geodesy.angles import AngleError, parse_angle
from whitestone.geodesy.numerals import metres

__all__ = ["MOST_READINGS", "UNKNOWN", "Reading", "read_bearing", "read_number"]

MOST_READINGS = 1_000
"""More readings than this (three unreadable digits) say nothing: the number is unknown, and the finding says so."""

_WORDS_FOR_UNKNOWN = frozenset(
    {"", "?", "-", "—", "unknown", "unreadable", "illegible", "n/a", "na", "none", "null", "неизвестно", "нрзб", "nan"}
)
_DOUBT = re.compile(r"\[[0-9]+\]|[?*_□�]")
_HUNDREDS = re.compile(r"^(\d{1,2})\s*[-–—‑−]\s*(\d{2})$")


class Reading(msgspec.Struct, frozen=True):
    """One number as written, the value where it is beyond doubt, else all that it may be (empty: unknown)."""

    written: str | None = None
    value: float | None = None
    readings: tuple[float, ...] = ()

    @property
    def unknown(self) -> bool:
        """Say whether nothing is known of it.

        >>> Reading().unknown, Reading("40", 40.0, (40.0,)).unknown
        (True, False)
        """
        return not self.readings

    @property
    def doubtful(self) -> bool:
        """Say whether several readings are possible.

        >>> Reading("4?", None, (40.0, 41.0)).doubtful, Reading().doubtful
        (True, False)
        """
        return len(self.readings) > 1

    @property
    def middle(self) -> float | None:
        """Return the value, else the middle one of the readings, else None: to draw with, never to count with.

        >>> Reading("4?", None, (40.0, 41.0, 42.0)).middle, Reading().middle
        (41.0, None)
        """
        return self.readings[len(self.readings) // 2] if self.readings else None


UNKNOWN = Reading()


def read_number(raw: Any) -> tuple[Reading, str | None]:
    """Read a number, or a text that holds one, with its doubts; return it with what is wrong (None: nothing).

    Unreadable digits are `?`, `*`, `_` or `□`; `[17]` is a digit that is 1 or 7. Blank, null and words for unknown
    are unknown and nothing is wrong with them.

    >>> read_number("4?7")[0].readings[:2], read_number("8 664 842,5")[0].value, read_number(None)
    ((407.0, 417.0), 8664842.5, (Reading(written=None, value=None, readings=()), None))
    >>> read_number("forty")[1]
    "'forty' is not a number"
    """
    return _read(raw, _plain)


def read_bearing(raw: Any) -> tuple[Reading, bool, str | None]:
    """Read a bearing in its unit's own numbers; return it, whether it is written in hundreds, and what is wrong.

    `12-45` is 1245 thousandths; degrees with minutes (`44°30'`) are decimal degrees. The unit is not judged here.

    >>> read_bearing("12-45"), read_bearing("44°30'")[0].value, read_bearing("1?-00")[0].readings[1]
    ((Reading(written='12-45', value=1245.0, readings=(1245.0,)), True, None), 44.5, 1100.0)
    >>> read_bearing("")
    (Reading(written='', value=None, readings=()), False, None)
    """
    hundreds = isinstance(raw, str) and bool(_HUNDREDS.match(_DOUBT.sub("0", raw.strip())))
    reading, wrong = _read(raw, _angle)
    return reading, hundreds, wrong


def _read(raw: Any, plain: Any) -> tuple[Reading, str | None]:
    if raw is None:
        return UNKNOWN, None
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        return Reading(str(raw)), f"{raw!r} is not a number"
    if not isinstance(raw, str):
        return _number(raw)
    text = raw.strip()
    if text.casefold() in _WORDS_FOR_UNKNOWN:
        return Reading(raw), None
    doubts = [_choices(found[0]) for found in _DOUBT.finditer(text)]
    if math.prod(map(len, doubts)) > MOST_READINGS:
        return Reading(raw), f"{raw!r} has too many digits in doubt to say anything"
    pieces = _DOUBT.split(text)
    found = [plain(_joined(pieces, digits)) for digits in itertools.product(*doubts)]
    values = tuple(sorted({value for value in found if value is not None}))
    if not values:
        return Reading(raw), f"{raw!r} is not a number"
    return Reading(raw, values[0] if len(values) == 1 else None, values), None


def _number(raw: float) -> tuple[Reading, str | None]:
    try:
        value = float(raw)
    except OverflowError:
        return Reading(str(raw)[:40]), "the number is beyond all measure"
    if not math.isfinite(value):
        return Reading(str(raw)), f"{raw!r} is not a number"
    return Reading(f"{raw:.15g}" if isinstance(raw, float) else str(raw), value, (value,)), None


def _choices(mark: str) -> str:
    return mark[1:-1] if mark.startswith("[") else "0123456789"


def _joined(pieces: list[str], digits: tuple[str, ...]) -> str:
    return "".join(itertools.chain.from_iterable(itertools.zip_longest(pieces, digits, fillvalue="")))


def _plain(text: str) -> float | None:
    try:
        value = float(text) if "_" not in text else metres(text)[0]
    except ValueError:
        try:
            value = metres(text)[0]
        except ValueError:
            return _sexagesimal(text)
    return value if math.isfinite(value) else None


def _angle(text: str) -> float | None:
    pair = _HUNDREDS.match(text)
    return int(pair[1]) * 100.0 + int(pair[2]) if pair else _plain(text)


def _sexagesimal(text: str) -> float | None:
    try:
        return parse_angle(text).degrees
    except AngleError:
        return None
