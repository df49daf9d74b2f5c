"""What is wrong with a batch as a whole: one sheet under two numbers, finds far from everything, finds in a heap?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from whitestone.minefields.sheet_checks import check_sheet
from whitestone.minefields.sheet_parts import Batch, Find, Sheet, SheetFinding
from whitestone.minefields.traverse import Hypothesis, SheetGeometry, lay_out_many, to_plane

__all__ = ["FAR_M", "HEAP", "NEAR_SHAPE_M", "check_batch", "sheets_twice"]

FAR_M = 10_000.0
"""A find farther than this from every station of every sheet is far from everything: no error model reaches it."""
HEAP = 20
"""So many finds at one position are a heap: one entry typed again, a depot, or a place to which all were booked."""
NEAR_SHAPE_M = 40.0
"""Two sheets whose stations lie this close together, one by one, may be one: about two landmark errors."""


def check_batch(batch: Batch) -> tuple[SheetFinding, ...]:
    """Return all findings about a batch: those of its reading, of each sheet, and of all together, in that order.

    Sheets, finds and searches are kept whatever is found. An empty batch has no findings.

    >>> check_batch(Batch())
    ()
    """
    laid = lay_out_many((sheet, Hypothesis()) for sheet in batch.records)
    found = list(batch.findings)
    for sheet, geometry in zip(batch.records, laid, strict=True):
        found += check_sheet(sheet, geometry)
    found += [_duplicate(batch.records[at], batch.records[earlier], words)
              for at, earlier, words in _twice(batch.records, laid)]  # fmt: skip
    found += _heaps(batch.finds)
    found += _far(batch.finds, laid)
    return tuple(found)


def sheets_twice(sheets: Sequence[Sheet], known: Sequence[Sheet]) -> tuple[SheetFinding, ...]:
    """Return which of some sheets are drawn as one of `known` under another number; both are kept.

    >>> sheets_twice([], [Sheet(id="A", key="A")])
    ()
    """
    every = [*known, *sheets]
    laid = lay_out_many((sheet, Hypothesis()) for sheet in every)
    return tuple(
        _duplicate(every[at], every[earlier], words)
        for at, earlier, words in _twice(every, laid)
        if earlier < len(known) <= at
    )


def _twice(sheets: Sequence[Sheet], laid: Sequence[SheetGeometry]) -> Iterator[tuple[int, int, str]]:
    """Tell sheets with the same inside, and sheets whose stations lie at the same places: later, earlier, words."""
    first: dict[Any, int] = {}
    same: set[int] = set()
    for at, sheet in enumerate(sheets):
        inside = _inside(sheet)
        if inside is None:
            continue
        earlier = first.setdefault(inside, at)
        if earlier != at:
            same.add(at)
            yield at, earlier, "holds the same legs and reference points as"
    yield from _alike([(at, each) for at, each in enumerate(laid) if at not in same])


def _alike(laid: Sequence[tuple[int, SheetGeometry]]) -> Iterator[tuple[int, int, str]]:
    rings = [(at, made.ring_lonlat) for at, made in laid]
    placed = [(at, ring) for at, ring in rings if len(ring) >= 3 and np.isfinite(ring).all()]
    if len(placed) < 2:
        return
    middles = np.array([ring.mean(axis=0) for _, ring in placed])
    near = cKDTree(np.column_stack(_metres(middles))).query_pairs(NEAR_SHAPE_M)
    for one, other in sorted(near):
        (here, ring), (there, second) = placed[one], placed[other]
        if len(ring) == len(second) and _fits(ring, second):
            yield there, here, "draws the same outline at the same place as"


def _fits(ring: Any, other: Any) -> bool:
    """Say whether two rings agree station by station, wherever the second starts and whichever way it runs."""
    centre = (float(ring[0, 0]), float(ring[0, 1]))
    here = np.column_stack(to_plane(ring[:, 0], ring[:, 1], centre))
    there = np.column_stack(to_plane(other[:, 0], other[:, 1], centre))
    turns = [np.roll(way, turn, axis=0) for way in (there, there[::-1]) for turn in range(len(there))]
    return any(float(np.hypot(*(here - turned).T).max()) <= NEAR_SHAPE_M for turned in turns)


def _inside(sheet: Sheet) -> Any:
    """Return what a sheet measures, without its number; None where it measures nothing that could be compared."""
    if not sheet.legs:
        return None
    points = tuple((point.x.readings, point.y.readings, point.coordinate) for point in sheet.reference_points)
    legs = tuple((leg.bearing.readings, leg.unit, leg.distance.readings, leg.distance_unit) for leg in sheet.legs)
    return points, legs, sheet.crs.epsg, len(sheet.perimeter)


def _duplicate(sheet: Sheet, other: Sheet, words: str) -> SheetFinding:
    return SheetFinding(
        code="sheet-twice",
        path=f"records[{sheet.at}]",
        sheet=sheet.key,
        severity="warning",
        sentence=f"sheet {sheet.key} {words} sheet {other.key}: are they one? Both are kept",
    )


def _heaps(finds: Sequence[Find]) -> Iterator[SheetFinding]:
    """Tell positions at which many finds lie, once each, with the number."""
    heaps: dict[tuple[float, float], list[Find]] = defaultdict(list)
    for find in finds:
        if np.isfinite(find.lon):
            heaps[round(find.lon, 6), round(find.lat, 6)].append(find)
    for (lon, lat), heap in heaps.items():
        if len(heap) >= HEAP:
            yield SheetFinding(
                code="finds-heaped",
                path=f"finds[{heap[0].at}]",
                severity="warning",
                written=f"{lon}, {lat}",
                sentence=f"{len(heap):,} finds lie at one spot (from "
                f"{heap[0].key} on): one entry many times, a depot, or a place to which all were booked?",
            )


def _far(finds: Sequence[Find], laid: Sequence[SheetGeometry]) -> Iterator[SheetFinding]:
    """Tell finds that lie far from every station of every sheet."""
    stations = [np.column_stack([made.lon, made.lat]) for made in laid]
    known = np.concatenate(stations) if stations else np.zeros((0, 2))
    known = known[np.isfinite(known).all(axis=1)]
    placed = [find for find in finds if np.isfinite(find.lon)]
    if not len(known) or not placed:
        return
    away, _ = cKDTree(_space(known)).query(_space(np.array([[find.lon, find.lat] for find in placed])))
    for find, distance in zip(placed, away.tolist(), strict=True):
        if distance > FAR_M:
            yield SheetFinding(
                code="find-far",
                path=f"finds[{find.at}]",
                severity="warning",
                written=f"{find.lon}, {find.lat}",
                sentence=f"find {find.key} lies {distance / 1000:.0f} km from every sheet: is it placed right?",
            )


def _space(lonlat: Any) -> Any:
    """Turn degrees into metres of a sphere in space: good to a third of a per cent."""
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    return 6_371_000.0 * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _metres(lonlat: Any) -> tuple[Any, Any]:
    """Turn degrees into metres that serve to look for neighbours only."""
    return 111_320.0 * lonlat[:, 0] * np.cos(np.radians(lonlat[:, 1])), 111_320.0 * lonlat[:, 1]
