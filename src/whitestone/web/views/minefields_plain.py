"""What shape has a sheet that lies nowhere yet: legs, rows and field on plain ground, with north, scale and misclosure?

Of a sheet whose reference points have no position that is understood, the legs still say how the field lies from its
landmark. That shape is drawn in a plane of its own around the landmark, and said to have no place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from django.utils.translation import gettext as _

from whitestone.minefields.sheet_parts import Sheet
from whitestone.minefields.traverse import Closure, SheetGeometry
from whitestone.web import words

__all__ = ["PlainGround", "plain_ground"]

WIDTH, HEIGHT = 360, 300
ROOM = {"left": 30, "right": 44, "top": 26, "bottom": 44}
"""What is kept free around the shape, in units of the drawing, for names, north arrow and scale bar."""
MOST_NAMES = 30
"""More stations than these are drawn without their names: nobody could read them."""
FARTHEST_M = 1_000_000.0
"""A shape that is wider, or a leg that is longer, is a digit that went wrong, and no drawing of it says anything."""
Point = tuple[float, float]


class Station(msgspec.Struct, frozen=True):
    """A point of the drawing: where it lies, its name (blank: left out), where the name stands, and what it is."""

    x: str
    y: str
    name: str
    name_x: str
    name_y: str
    anchor: str
    role: str


class PlainGround(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing, its numbers written out for SVG: lines are x1, y1, x2, y2; `says` are sentences below it."""

    width: int = WIDTH
    height: int = HEIGHT
    field: str
    lines: list[tuple[str, tuple[str, str, str, str]]]
    stations: list[Station]
    origin: tuple[str, str]
    bar_width: str
    bar_label: str
    says: list[str]


def plain_ground(sheet: Sheet, laid: SheetGeometry) -> PlainGround | None:
    """Draw a sheet without a place around its first reference point; None where it has a place, or no shape.

    `laid` is the sheet laid out as written. Up is the north of its bearings, which nothing turns without a place.

    >>> from whitestone.minefields.traverse import lay_out
    >>> empty = Sheet(id="A", key="A")
    >>> plain_ground(empty, lay_out(empty)) is None
    True
    """
    known = np.isfinite(laid.east_m) & np.isfinite(laid.north_m)
    if laid.anchor_lonlat is not None or known.sum() < 2 or (laid.length_m > FARTHEST_M).any():
        return None
    at = np.column_stack([laid.east_m, laid.north_m])
    centre = _centre(sheet, laid, known)
    gaps = [(each, (laid.leg_start[each.leg], laid.leg_end[each.leg])) for each in laid.closures if each.leg >= 0]
    ends = [at[end] + (each.east_m, each.north_m) for each, (_start, end) in gaps]
    every = np.vstack([at[known], *ends])
    low, high = every.min(axis=0), every.max(axis=0)
    if not 0.0 < float((high - low).max()) <= FARTHEST_M:
        return None
    frame = _Frame(low, high)
    ring = [at[station] for station in laid.perimeter if station >= 0 and known[station]]
    whole = len(ring) > 2 and len(ring) == len(laid.perimeter)
    spare = {each.leg for each, _ends in gaps}
    lines = [("leg", at[one], at[two]) for leg, (one, two) in enumerate(zip(laid.leg_start, laid.leg_end, strict=True))
             if leg not in spare and known[one] and known[two]]  # fmt: skip
    lines += [("row", at[one], at[two]) for one, two in laid.rows if min(one, two) >= 0 and known[one] and known[two]]
    for (_each, (start, end)), missed in zip(gaps, ends, strict=True):
        lines += [("leg", at[start], missed), ("gap", missed, at[end])]
    bar_m = _round_length(70.0 / frame.scale)
    return PlainGround(
        field=" ".join(",".join(frame.at(point)) for point in ring) if whole else "",
        lines=[(role, (*frame.at(one), *frame.at(two))) for role, one, two in lines],
        stations=list(_stations(sheet, laid, known, frame, at[known].mean(axis=0))),
        origin=frame.at(at[centre]),
        bar_width=_number(bar_m * frame.scale),
        bar_label=f"{words.figure(bar_m, max(0, math.ceil(-math.log10(bar_m))))} m",
        says=list(_says(sheet, laid, laid.stations[centre], int(known.sum()))),
    )


class _Frame:
    """Turns metres east and north into units of the drawing, y downwards."""

    def __init__(self, low: np.ndarray, high: np.ndarray) -> None:
        room = (WIDTH - ROOM["left"] - ROOM["right"], HEIGHT - ROOM["top"] - ROOM["bottom"])
        span = np.maximum(high - low, 1e-6)
        self.scale = float(min(room[0] / span[0], room[1] / span[1]))
        middle = (low + high) / 2
        self._east, self._north = float(middle[0]), float(middle[1])
        self._x, self._y = ROOM["left"] + room[0] / 2, ROOM["top"] + room[1] / 2

    def at(self, point: Sequence[float]) -> tuple[str, str]:
        """Give x and y of a point in metres, as SVG writes them."""
        x = self._x + (float(point[0]) - self._east) * self.scale
        return _number(x), _number(self._y - (float(point[1]) - self._north) * self.scale)


def _number(value: float) -> str:
    """Write a number for SVG, in whichever language the page speaks."""
    return f"{value:.1f}"


def _centre(sheet: Sheet, laid: SheetGeometry, known: np.ndarray) -> int:
    """Choose the station around which the sheet is drawn: the first reference point that the legs reach, else their
    start."""
    named = [laid.stations.index(point.no) for point in sheet.reference_points]
    return next((at for at in (*named, *laid.order.tolist()) if known[at]), 0)


def _round_length(metres: float) -> float:
    """Round a length down to 1, 2 or 5 of a power of ten.

    >>> [_round_length(each) for each in (0.7, 87.0, 230.0)]
    [0.5, 50.0, 200.0]
    """
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= metres)


def _stations(
    sheet: Sheet, laid: SheetGeometry, known: np.ndarray, frame: _Frame, middle: np.ndarray
) -> Iterable[Station]:
    """Name each station on the side that looks away from the middle of the shape, where fewest lines run."""
    references = {point.no for point in sheet.reference_points}
    few = int(known.sum()) <= MOST_NAMES
    for number in np.flatnonzero(known).tolist():
        name = laid.stations[number]
        east, north = laid.east_m[number], laid.north_m[number]
        x, y = frame.at((east, north))
        right, above = east >= middle[0], north >= middle[1]
        yield Station(
            x=x, y=y, name=name if few or name in references else "",
            name_x=_number(float(x) + (7 if right else -7)), name_y=_number(float(y) + (-5 if above else 13)),
            anchor="start" if right else "end", role="reference" if name in references else "station",
        )  # fmt: skip


def _says(sheet: Sheet, laid: SheetGeometry, centre: str, drawn: int) -> Iterable[str]:
    yield _("Drawn around %(station)s, on plain ground.") % {"station": centre}
    yield _up({leg.north for leg in sheet.legs})
    yield from (_closes(laid, each) for each in laid.closures if each.leg >= 0)
    if not laid.closures:
        yield _("No leg closes a loop, so nothing of this shape can be checked by itself.")
    if drawn < len(laid.stations):
        yield _("Stations that no leg reaches are not drawn: %(missing)s of %(all)s.") % {
            "missing": len(laid.stations) - drawn, "all": len(laid.stations)}  # fmt: skip
    if drawn > MOST_NAMES:
        yield _("It has %(drawn)s stations; only reference points are named.") % {"drawn": drawn}


def _up(norths: set[str]) -> str:
    """Say which north is up: without a place, no bearing can be turned to another one."""
    if len(norths) > 1:
        return _("Up is the north of each leg as the sheet states it. They differ, so parts of the shape may be turned "
                 "against each other by some degrees.")  # fmt: skip
    return {
        "true": _("Up is true north."),
        "grid": _("Up is the north of the grid; how far that is from true north is known once the sheet has a place."),
        "magnetic": _("Up is the north of the compass; how far that is from true north is known once the sheet has a "
                      "place."),
    }.get("".join(norths), _("Up is the north of the bearings; the sheet does not say which one that is."))  # fmt: skip


def _closes(laid: SheetGeometry, closure: Closure) -> str:
    told = {"station": laid.stations[closure.station], "off": words.figure(closure.misclosure_m, 1),
            "walked": words.figure(closure.length_m)}  # fmt: skip
    if closure.one_in is None:
        return _("It closes at %(station)s after %(walked)s m.") % told
    return _("It misses %(station)s by %(off)s m after %(walked)s m, 1:%(one_in)s.") % {
        **told, "one_in": words.figure(closure.one_in)}  # fmt: skip
