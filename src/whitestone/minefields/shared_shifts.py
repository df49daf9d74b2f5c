"""Which sheets are off together: all of a batch, those of a district, those of a unit; and by how much?

A reference system that was read with the wrong operation shifts every sheet of a region; who always stood at the same
corner of a bridge shifts every sheet of a unit. What is learned of some sheets, the others of the group are moved by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint import Draws
from whitestone.minefields.sheet_parts import Sheet

__all__ = ["Shared", "shared_by", "shift_of", "shifts_told"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_SHEETS = 3
"""So many sheets make a group: fewer cannot tell what they share from what each has of its own."""
_MATCHED = 6.0
"""A sheet whose field explains so many finds is matched."""


class Shared(msgspec.Struct, frozen=True):
    """Groups of sheets that share a shift; the first is that of all."""

    names: tuple[tuple[str, str | None], ...]
    """(groups) what its sheets have in common (`batch`, `district`, `unit`), and which."""
    group: Ints
    """(sheets, 3) number of the group of all, of the district and of the unit; -1 none."""
    spread_m: Floats
    """(groups,) standard deviation of the shift, each axis, before anything is found."""


def shared_by(sheets: Sequence[Sheet], model: ErrorModel) -> Shared:
    """Group sheets by district and by unit, as written but for case and spaces.

    A group of fewer than three sheets, or of all of them, is none of its own.

    >>> shared = shared_by([Sheet(id="A", key="A", district="North")] * 3 + [Sheet(id="B", key="B")], ErrorModel())
    >>> shared.names, shared.group[:, 1].tolist()
    ((('batch', None), ('district', 'North')), [1, 1, 1, -1])
    >>> shared_by([], ErrorModel()).group.shape
    (0, 3)
    """
    names: list[tuple[str, str | None]] = [("batch", None)]
    group = np.full((len(sheets), 3), -1, dtype=np.int64)
    group[:, 0] = 0
    for column, (of, words) in enumerate(
        (("district", [sheet.district for sheet in sheets]), ("unit", [sheet.unit_as_written for sheet in sheets])), 1
    ):
        keys = [" ".join((word or "").casefold().split()) for word in words]
        for key in sorted(set(keys) - {""}):
            members = [at for at, each in enumerate(keys) if each == key]
            if _LEAST_SHEETS <= len(members) < len(sheets):
                group[members, column] = len(names)
                names.append((of, words[members[0]]))
    size = {"batch": model.datum_m, "district": model.datum_m, "unit": model.unit_shift_m}
    return Shared(tuple(names), group, np.array([size[of] for of, _ in names]))


def shift_of(sheet: int, shared: Shared, draws: Draws) -> Floats:
    """Return (2,) how far east and north a sheet is off together with others, metres: the median of the draws.

    Nought where nothing was drawn.
    """
    own = shared.group[sheet][shared.group[sheet] >= 0]
    return np.median(draws.shift[:, own].sum(axis=1), axis=0) if len(draws.shift) else np.zeros(2)


def shifts_told(shared: Shared, draws: Draws) -> list[dict[str, Any]]:
    """Return the shift of each group, with how many of its sheets were matched and a 90 % interval, metres.

    Groups of fewer than three matched sheets are left out; `clear` says whether an interval leaves out nought. Shifts
    add up: a sheet is off by that of its batch, of its district and of its unit together.
    """
    finds = np.array([(draws.owner == sheet).sum(axis=1).mean() for sheet in range(len(shared.group))])
    held = []
    for number, (of, name) in enumerate(shared.names):
        members = (shared.group == number).any(axis=1)
        matched = int((finds[members] >= _MATCHED).sum()) if len(draws.shift) else 0
        if matched >= _LEAST_SHEETS:
            low, value, high = np.quantile(draws.shift[:, number], [0.05, 0.5, 0.95], axis=0).round(1).tolist()
            sides = {
                side: {"value": value[at], "low": low[at], "high": high[at]}
                for at, side in enumerate(("east_m", "north_m"))
            }
            clear = any(each["low"] > 0.0 or each["high"] < 0.0 for each in sides.values())
            told = {"of": of, "name": name, "sheets": int(members.sum()), "matched_records": matched, "clear": clear}
            held.append(told | sides)
    return held
