"""When did the database that a row comes from record it, by its own clock?

A migration brings twenty years in one night; asked by the source's clock, each statement counts from the moment at
which the old system took it in. What stands there is kept as it is written, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["UNCLEAR", "read_instant", "read_instants"]

UNCLEAR = ("source-clock-unclear", "no moment that the mapping's formats or ISO 8601 describe")
"""The finding on a cell that is not understood."""

_DAY_ENDS = dt.timedelta(days=1) - dt.timedelta(microseconds=1)


def read_instant(text: str, formats: Sequence[str], zone: ZoneInfo) -> dt.datetime | None:
    """Read a moment: by the formats of strptime, else ISO 8601; None when it is not understood.

    A moment without an offset is meant in the programme's time zone; a day without a time of day ends at its midnight.

    >>> read_instant("2014-05-03", [], ZoneInfo("Asia/Baku")).isoformat()
    '2014-05-03T18:59:59.999999+00:00'
    >>> read_instant("03.05.2014 10:15", ["%d.%m.%Y %H:%M"], ZoneInfo("UTC")).isoformat()
    '2014-05-03T10:15:00+00:00'
    >>> read_instant("", [], ZoneInfo("UTC")), read_instant("in May", [], ZoneInfo("UTC"))
    (None, None)
    """
    for form in formats:
        try:
            return _placed(dt.datetime.strptime(text.strip(), form), zone, has_time="%H" in form or "%I" in form)
        except ValueError:
            continue
    try:
        return _placed(dt.datetime.fromisoformat(text.strip()), zone, has_time=len(text.strip()) > len("2014-05-03"))
    except ValueError:
        return None


def read_instants(
    texts: Sequence[str], formats: Sequence[str], zone: ZoneInfo
) -> tuple[pl.Series, npt.NDArray[np.bool_]]:
    """Read moments as microseconds since 1970 (UTC); the mask marks texts that say something not understood.

    >>> read_instants(["1970-01-01T00:00:01", "", "?"], [], ZoneInfo("UTC"))[0].to_list()
    [1000000, None, None]
    >>> len(read_instants([], [], ZoneInfo("UTC"))[1])
    0
    """
    found = [read_instant(text, formats, zone) for text in texts]
    zero = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    steps = [None if each is None else (each - zero) // dt.timedelta(microseconds=1) for each in found]
    bad = [bool(text.strip()) and each is None for text, each in zip(texts, found, strict=True)]
    return pl.Series(steps, dtype=pl.Int64), np.array(bad, dtype=bool)


def _placed(moment: dt.datetime, zone: ZoneInfo, *, has_time: bool) -> dt.datetime:
    moment = moment if has_time else moment + _DAY_ENDS
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
