"""What does the sum not say? The lines under every ledger.

Work outside any hazard, ground claimed twice, hazards that overlap, what has no size, what is reported and not drawn,
what is disputed or not yet approved, and the difference between the telescoped closing and one computed in one shot.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import shapely

from whitestone.land.book import Book, Entry, to_cents
from whitestone.land.inputs import OUTCOMES, UNDATED
from whitestone.land.places import elsewhere_shares
from whitestone.land.shapes import distinct, ground, intersect, pack, subtract, union, union_by_group

__all__ = [
    "Disagreement",
    "Proof",
    "disagreement_m2",
    "disagreement_shares",
    "elsewhere_by_hazard",
    "older_by_release",
    "order_unknown",
    "prove",
    "undated",
]


class Disagreement(NamedTuple):
    """Two statements of the ground of one record (shapes in the plane, None: no ground), and whose record it is."""

    left: Any
    right: Any
    kind: str
    record_id: uuid.UUID


class Proof(msgspec.Struct, frozen=True):
    """The proof lines: areas in m2 at 0.01, counts of records.

    `outside_any_hazard_m2` and `claimed_twice_m2` are ground, each square metre once, of releases of the period;
    `hazards_overlap_m2` is what the hazards' own figures hold more than the counted closing.
    """

    outside_any_hazard_m2: float
    claimed_twice_m2: float
    hazards_overlap_m2: float
    no_geometry: int
    size_unknown: int
    reported_minus_computed_m2: float
    elsewhere_m2: float
    in_conflict_m2: float
    not_approved_m2: float
    residual_m2: float
    releases_no_geometry: int = 0
    releases_older_than_hazard: int = 0
    order_unknown_m2: float = 0.0
    """Ground that a hazard and a release both claim, neither with a date: which of them is older cannot be known."""


def prove(
    book: Book,
    first_day: int,
    *,
    places: Mapping[str, Any],
    in_conflict_m2: float = 0.0,
    not_approved_m2: float = 0.0,
) -> Proof:
    """Compute the proof lines of a book for releases on or after `first_day` (0: undated ones too).

    >>> from whitestone.land.flows import simulate
    >>> prove(simulate([], []), 0, places={}).residual_m2
    0.0
    """
    line = book.line
    live = [hazard for hazard, now in enumerate(book.now) if now >= 0 and not line.slices[now].void]
    measured = line.is_drawn
    period = line.days >= first_day
    return Proof(
        outside_any_hazard_m2=_rounded(_outside_m2(book, measured & period)),
        claimed_twice_m2=_rounded(_claimed_twice_m2(book, measured, period)),
        hazards_overlap_m2=max(0, sum(book.own_stock) - sum(book.stock)) / 100,
        no_geometry=sum(_is_nowhere(line.slices[book.now[hazard]].geometry) for hazard in live),
        size_unknown=sum(not book.has_ground(hazard) for hazard in live),
        reported_minus_computed_m2=_rounded(_reported_minus_computed_m2(book, measured & period)),
        elsewhere_m2=_rounded(float(elsewhere_by_hazard(book, places).sum())),
        in_conflict_m2=_rounded(in_conflict_m2),
        not_approved_m2=_rounded(not_approved_m2),
        residual_m2=_rounded(_one_shot_m2(book) - float(book.area.sum())),
        releases_no_geometry=int((period & ~measured).sum()),
        releases_older_than_hazard=len(_older(book, first_day)),
        order_unknown_m2=sum(entry.cents for entry in order_unknown(book)) / 100,
    )


def disagreement_m2(pairs: Sequence[Any]) -> float:
    """Measure the ground (m2, plane) that one statement of each pair claims and the other does not, each once.

    A pair begins with its two shapes, as a Disagreement does.

    >>> disagreement_m2([(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1))]), disagreement_m2([])
    (2.0, 0.0)
    """
    if not pairs:
        return 0.0
    left, right = (ground(pack([pair[side] for pair in pairs])) for side in (0, 1))
    only = np.concatenate([subtract(left, right), subtract(right, left)])
    return float(shapely.area(union(only[~shapely.is_empty(only)])))


def disagreement_shares(pairs: Sequence[Any]) -> np.ndarray[Any, Any]:
    """Divide `disagreement_m2` among the pairs: ground that several dispute stands with the first of them.

    >>> one, far = (shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)), (shapely.box(0, 0, 1, 2), None)
    >>> disagreement_shares([one, far]).tolist(), disagreement_shares([]).tolist()
    ([2.0, 1.0], [])
    """
    if not pairs:
        return np.zeros(0)
    left, right = (ground(pack([pair[side] for pair in pairs])) for side in (0, 1))
    number = np.arange(len(pairs))
    only = union_by_group(
        np.concatenate([subtract(left, right), subtract(right, left)]), np.concatenate([number, number]), len(pairs)
    )
    later, earlier = shapely.STRtree(only).query(only, predicate="intersects")
    before = earlier < later
    taken = union_by_group(only[earlier[before]], later[before], len(pairs))
    areas: np.ndarray[Any, Any] = shapely.area(subtract(only, taken))
    return areas


def elsewhere_by_hazard(book: Book, places: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """Measure for each hazard of the book (in the order of `book.line.ids`) its m2 outside the place it is booked to.

    >>> from whitestone.land.flows import simulate
    >>> elsewhere_by_hazard(simulate([], []), {}).tolist()
    []
    """
    return elsewhere_shares(book.left, [_place_of(book, hazard) for hazard in range(len(book.line.ids))], places)


def older_by_release(book: Book, first_day: int) -> dict[int, float]:
    """Measure for each release that is older than a hazard on which it acts its m2 in such hazards, by its number.

    >>> from whitestone.land.flows import simulate
    >>> older_by_release(simulate([], []), 0)
    {}
    """
    line, met = book.line, _older(book, first_day)
    index = sorted(met)
    shapes, owner = [], []
    for place, release in enumerate(index):
        for hazard, day in met[release]:
            holding = line.slice_on(hazard, day)
            if holding >= 0:
                shapes.append(line.shapes[holding])
                owner.append(place)
    inside = union_by_group(pack(shapes), np.array(owner, dtype=np.int64), len(index))
    areas = shapely.area(intersect(line.release_shapes[index], inside)) if index else []
    return {release: float(area) for release, area in zip(index, areas, strict=True)}


def order_unknown(book: Book) -> list[Entry]:
    """List the bookings of ground that an undated release took from an undated hazard.

    >>> from whitestone.land.flows import simulate
    >>> order_unknown(simulate([], []))
    []
    """
    line = book.line
    return [
        entry
        for entry in book.entries
        if entry.column in OUTCOMES
        and entry.release >= 0
        and line.days[entry.release] == UNDATED
        and line.known[entry.hazard] == UNDATED
    ]


def undated(book: Book) -> dict[str, Any]:
    """Say what has no date and therefore acted on everything: counts, and the m2 that hang on it.

    >>> from whitestone.land.flows import simulate
    >>> undated(simulate([], []))["hazards"]
    0
    """
    line = book.line
    hazards = [each for each in range(len(line.ids)) if line.known[each] == UNDATED]
    releases = set(np.flatnonzero(line.days == UNDATED).tolist())
    found = sum(entry.cents for entry in book.entries if entry.column == "discovered" and entry.day == UNDATED)
    gone = dict.fromkeys(OUTCOMES, 0)
    for entry in book.entries:
        if entry.release in releases and entry.column in gone:
            gone[entry.column] += entry.cents
    answer: dict[str, Any] = {"hazards": len(hazards), "hazards_m2": found / 100, "releases": len(releases)}
    answer |= {f"{outcome}_m2": cents / 100 for outcome, cents in gone.items()}
    answer["could_not_be_known"] = _cannot_be_known(len(hazards), len(releases))
    return answer


def _cannot_be_known(hazards: int, releases: int) -> list[str]:
    said = []
    if hazards:
        said.append(f"{hazards} hazards have no date: in which year they were discovered is not known; "
                    "they stand in the account from before the first dated day.")
    if releases:
        said.append(f"{releases} releases have no date: they act on every hazard, also on one found after the work, "
                    "and in which year the ground left is not known.")
    if hazards and releases:
        said.append("Whether a hazard without a date is older than a release without a date is not known.")
    return said


def _rounded(area_m2: float) -> float:
    return to_cents(area_m2) / 100 + 0.0


def _is_nowhere(shape: Any) -> bool:
    return shape is None or bool(shapely.is_empty(shape))


def _place_of(book: Book, hazard: int) -> str | None:
    now = book.now[hazard]
    place = book.line.slices[now].keys.get("place") if now >= 0 else None
    return place if isinstance(place, str) else None


def _outside_m2(book: Book, chosen: np.ndarray[Any, Any]) -> float:
    """Measure the ground of releases that lay in no hazard on which they act, as recorded on the day they acted."""
    line = book.line
    shapes, owner = [], []
    for day, pairs in line.acting.items():
        for hazard, release in pairs:
            holding = line.slice_on(hazard, day)
            if chosen[release] and holding >= 0:
                shapes.append(line.shapes[holding])
                owner.append(release)
    index = np.flatnonzero(chosen)
    position = np.searchsorted(index, np.array(owner, dtype=np.int64))
    inside = union_by_group(pack(shapes), position, len(index))
    work = line.release_shapes[index]
    met = ~shapely.is_empty(inside)
    work[met] = subtract(work[met], inside[met])
    return float(shapely.area(union(work[~shapely.is_empty(work)])))


def _claimed_twice_m2(book: Book, measured: np.ndarray[Any, Any], period: np.ndarray[Any, Any]) -> float:
    index = np.flatnonzero(measured)
    if not len(index):
        return 0.0
    shapes, shape_of = distinct(book.line.release_shapes[index])
    now = np.bincount(shape_of, weights=period[index]) > 0
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = (left < right) & (now[left] | now[right])
    left, right = left[once], right[once]
    share = ~shapely.touches(shapes[left], shapes[right])
    common = intersect(shapes[left[share]], shapes[right[share]])
    # A shape released twice over is claimed twice as a whole.
    common = np.concatenate([common, shapes[(np.bincount(shape_of) > 1) & now]])
    return float(shapely.area(union(common[~shapely.is_empty(common)])))


def _reported_minus_computed_m2(book: Book, chosen: np.ndarray[Any, Any]) -> float:
    line = book.line
    index = [each for each in np.flatnonzero(chosen).tolist() if line.releases[each].area_reported_m2 is not None]
    reported = sum(line.releases[each].area_reported_m2 or 0.0 for each in index)
    return float(reported - shapely.area(line.release_shapes[index]).sum()) if index else 0.0


def _older(book: Book, first_day: int) -> dict[int, list[tuple[int, int]]]:
    """Find the releases older than a hazard on which they act: each with its (hazard, day on which it acted)."""
    line = book.line
    older: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for day, pairs in line.acting.items():
        for hazard, release in pairs:
            if UNDATED < line.days[release] < line.known[hazard] and line.days[release] >= first_day:
                older[release].append((hazard, day))
    return older


def _one_shot_m2(book: Book) -> float:
    """Compute the closing again from the end alone: shapes less the union of their releases, dissolved once."""
    line = book.line
    met: dict[int, list[int]] = defaultdict(list)
    for pairs in line.acting.values():
        for hazard, release in pairs:
            met[hazard].append(release)
    shapes = pack([book.shape_now(hazard) for hazard in range(len(line.ids))])
    index = sorted(met)
    if index:
        owner = np.repeat(np.arange(len(index)), [len(met[hazard]) for hazard in index])
        taken = line.release_shapes[[release for hazard in index for release in met[hazard]]]
        shapes[index] = subtract(shapes[index], union_by_group(taken, owner, len(index)))
    crowded = np.array([bool(each) for each in line.neighbours], dtype=bool)
    crowd = shapes[crowded] if len(shapes) else shapes
    # Hazards without a neighbour cannot share ground: only the others need to be dissolved.
    alone = float(shapely.area(shapes[~crowded]).sum()) if len(shapes) else 0.0
    return alone + float(shapely.area(union(crowd[~shapely.is_empty(crowd)])))
