"""How would a traverse lie if its misclosure were shared out over its legs? Another version, never the sheet itself.

The compass rule (Bowditch) gives each leg of a loop a share of the misclosure by its length. It is a convention, not
knowledge: a gross leg spoils all the others by it. So an adjusted version bears its label, and placing never uses it.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.errors import Refused
from whitestone.minefields.traverse import SheetGeometry, to_lonlat

__all__ = ["Adjusted", "adjust"]

Floats = npt.NDArray[np.float64]


class Adjusted(msgspec.Struct, frozen=True):
    """An adjusted version: its label, metres east and north of the anchor, degrees, and how far each station moved."""

    label: str
    east_m: Floats
    north_m: Floats
    lon: Floats
    lat: Floats
    moved_m: Floats
    misclosure_m: float


def adjust(geometry: SheetGeometry) -> Adjusted:
    """Share the misclosure of the first loop (or of the second reference point) out over its legs by the compass rule.

    Only stations behind the start of the loop move, each by the share of the way walked to it. Refuses a sheet that
    nothing closes with Refused: there is nothing to share out.

    >>> from whitestone.minefields.sheet_parts import Sheet
    >>> from whitestone.minefields.traverse import lay_out
    >>> adjust(lay_out(Sheet(id="A", key="A")))
    Traceback (most recent call last):
    ...
    whitestone.errors.Refused: Adjusting sheet A is refused: no leg closes a loop, so nothing is known of its error.
    """
    if not geometry.closures:
        rule = "no leg closes a loop, so nothing is known of its error"
        raise Refused(
            what=f"Adjusting sheet {geometry.key}",
            rule=rule,
            remedy="Measure a second reference point, or use the sheet as written.",
        )
    closure = geometry.closures[0]
    known = closure.station
    # A loop ends where its last leg starts; a reference point is itself the end of the way.
    last = known if closure.leg < 0 else int(geometry.leg_start[closure.leg])
    fixed = set() if closure.leg < 0 else {known, *_way(geometry, known)}
    total = closure.length_m
    walked = _walked(geometry, fixed)
    on_loop = {last, *_way(geometry, last)} - fixed
    share = np.array([_share(geometry, at, on_loop, walked, total) for at in range(len(geometry.stations))])
    east = geometry.east_m - share * closure.east_m
    north = geometry.north_m - share * closure.north_m
    lon, lat = (np.full(len(east), np.nan),) * 2
    if geometry.anchor_lonlat is not None:
        lon, lat = to_lonlat(east, north, geometry.anchor_lonlat)
    label = f"adjusted by the compass rule: {closure.misclosure_m:.1f} m shared out over {total:.0f} m; not as written"
    return Adjusted(
        label, east, north, lon, lat, np.hypot(east - geometry.east_m, north - geometry.north_m), closure.misclosure_m
    )


def _way(geometry: SheetGeometry, station: int) -> list[int]:
    found = []
    while geometry.tree_leg[station] >= 0:
        station = int(geometry.parent[station])
        found.append(station)
    return found


def _walked(geometry: SheetGeometry, fixed: set[int]) -> Floats:
    """Return the metres walked to each station from where the loop starts."""
    walked = np.zeros(len(geometry.stations))
    for at in geometry.order.tolist():
        if geometry.tree_leg[at] >= 0 and at not in fixed:
            walked[at] = walked[geometry.parent[at]] + geometry.length_m[geometry.tree_leg[at]]
    return walked


def _share(geometry: SheetGeometry, station: int, on_loop: set[int], walked: Floats, total: float) -> float:
    """Return the share of the misclosure that a station takes: that of the last station of the loop on its way."""
    for at in (station, *_way(geometry, station)):
        if at in on_loop:
            return float(walked[at]) / total if total else 0.0
    return 0.0
