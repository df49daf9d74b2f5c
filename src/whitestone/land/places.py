"""Where does ground lie: in the place that a record names, or elsewhere?

A hazard is booked to its assigned place, whole; the part that lies elsewhere is a proof line. A hazard without an
assigned place is booked to the one that holds most of it, and the ledger says for how many that was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.land.inputs import HazardSlice
from whitestone.land.shapes import EMPTY, ground, intersect, pack, subtract

__all__ = ["assign", "elsewhere_m2", "elsewhere_shares", "locate"]

Array = np.ndarray[Any, Any]


def locate(shapes: Sequence[Any], places: Mapping[str, Any]) -> list[str | None]:
    """Name for each shape (plane, m) the place that holds most of it; None where it lies in none or has no position.

    Points count where they lie; where two places hold the same, the first key in order wins.

    >>> places = {"east": shapely.box(5, 0, 10, 10), "west": shapely.box(0, 0, 5, 10)}
    >>> locate([shapely.box(4, 1, 7, 2), shapely.Point(1, 1), None], places), locate([], {})
    (['east', 'west', None], [])
    """
    found: list[str | None] = [None] * len(shapes)
    names = sorted(places)
    if not names or not len(shapes):
        return found
    bounds = ground(pack([places[name] for name in names]))
    sites = pack([EMPTY if shape is None else shape for shape in shapes])
    where, which = shapely.STRtree(bounds).query(sites, predicate="intersects")
    share = np.full(where.size, np.inf)
    contested = np.flatnonzero(np.bincount(where, minlength=len(sites))[where] > 1)
    measured = ground(sites)[where[contested]]
    share[contested] = shapely.area(intersect(measured, bounds[which[contested]]))
    order = np.lexsort((which, -share, where))
    first = np.unique(where[order], return_index=True)[1]
    for index in order[first].tolist():
        found[int(where[index])] = names[int(which[index])]
    return found


def assign(hazards: Sequence[HazardSlice], places: Mapping[str, Any]) -> tuple[list[HazardSlice], int]:
    """Give each slice without a place the one in which it lies; return the slices and how many hazards that was.

    >>> assign([], {})
    ([], 0)
    """
    lost = [index for index, each in enumerate(hazards) if not each.keys.get("place")]
    named = list(hazards)
    found = locate([hazards[index].geometry for index in lost], places)
    located = set()
    for index, place in zip(lost, found, strict=True):
        if place is not None:
            named[index] = msgspec.structs.replace(named[index], keys={**named[index].keys, "place": place})
            located.add(named[index].record_id)
    return named, len(located)


def elsewhere_m2(shapes: Array, booked_to: Sequence[str | None], places: Mapping[str, Any]) -> float:
    """Sum the ground (m2) that lies outside the place to which it is booked.

    >>> elsewhere_m2(pack([shapely.box(4, 0, 6, 1)]), ["west"], {"west": shapely.box(0, 0, 5, 10)})
    1.0
    >>> elsewhere_m2(pack([]), [], {})
    0.0
    """
    return float(elsewhere_shares(shapes, booked_to, places).sum())


def elsewhere_shares(shapes: Array, booked_to: Sequence[str | None], places: Mapping[str, Any]) -> Array:
    """Measure for each shape (plane, m) its m2 outside the place it is booked to.

    A place without a shape proves nothing: what is booked to it has the share 0.

    >>> west = {"west": shapely.box(0, 0, 5, 10)}
    >>> elsewhere_shares(pack([shapely.box(4, 0, 6, 1), shapely.box(7, 0, 8, 1)]), ["west", None], west).tolist()
    [1.0, 0.0]
    >>> elsewhere_shares(pack([]), [], {}).tolist()
    []
    """
    shares = np.zeros(len(shapes))
    index = [
        position
        for position, name in enumerate(booked_to)
        if name in places and not shapely.is_empty(shapes[position])
    ]
    if not index:
        return shares
    used = sorted({str(booked_to[position]) for position in index})
    bounds = dict(zip(used, ground(pack([places[name] for name in used])), strict=True))
    for shape in bounds.values():
        shapely.prepare(shape)
    home = pack([bounds[str(booked_to[position])] for position in index])
    crosses = ~shapely.contains_properly(home, shapes[index])
    chosen = np.array(index)[crosses]
    shares[chosen] = shapely.area(subtract(shapes[chosen], home[crosses]))
    return shares
