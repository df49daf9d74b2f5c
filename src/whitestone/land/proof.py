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

from whitestone.land.book import CENTS, COLUMN_NAMES, Book, Entry, to_cents
from whitestone.land.bookings import Bookings, EntryColumns
from whitestone.land.claims import CROWDED, OUTSIDE, TWICE, chosen_claims, claimed_by
from whitestone.land.elsewhere import elsewhere_by_hazard
from whitestone.land.inputs import OUTCOMES, UNDATED
from whitestone.land.marks import OWN_IN
from whitestone.land.roster import Roster
from whitestone.land.shapes import NOISE_M2, ground, intersect, pack, subtract, union, union_by_group

__all__ = [
    "Disagreement",
    "Proof",
    "claim_shares",
    "crowded_m2",
    "disagreement_m2",
    "disagreement_shares",
    "measure_older",
    "older_by_release",
    "order_unknown",
    "prove",
    "undated",
]


ROUNDED_M2 = 0.005
"""How much rounding to hundredths may move in one unit of ground, for each of its bookings and once more."""
ROUNDED_SHARE = 1e-9
"""And how far two sums over the same ground may lie apart by the arithmetic of floats."""
_STOCK_SIGNS = np.array([1, 1, -1, 0, -1, -1, -1, 1])
"""How the columns of bookings move the stock of a unit; what passes from hazard to hazard stays in it."""


class Disagreement(NamedTuple):
    """Two statements of the ground of one record (shapes in the plane, None: no ground), and whose record it is."""

    left: Any
    right: Any
    kind: str
    record_id: uuid.UUID
    revisions: tuple[uuid.UUID, ...] = ()
    """The two that disagree, or those that await approval."""
    other_id: uuid.UUID | None = None
    """The record of the left one, where that is another: one declared the same."""


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

    >>> from whitestone.land.book import simulate
    >>> prove(simulate([], []), 0, places={}).residual_m2
    0.0
    """
    line, live = book.line, book.live
    measured = line.is_drawn
    period = line.counts & (line.days >= first_day) & (line.days <= book.last_day)
    return Proof(
        outside_any_hazard_m2=claimed_m2(book, OUTSIDE, first_day),
        claimed_twice_m2=claimed_m2(book, TWICE, first_day),
        hazards_overlap_m2=max(0, int(book.own_stock.sum() - book.stock.sum())) / CENTS,
        no_geometry=int((~line.has_position[book.now[live]]).sum()),
        size_unknown=int((~line.has_ground[book.now[live]]).sum()),
        reported_minus_computed_m2=_rounded(_reported_minus_computed_m2(book, measured & period)),
        elsewhere_m2=_rounded(float(elsewhere_by_hazard(book, places).sum())),
        in_conflict_m2=_rounded(in_conflict_m2),
        not_approved_m2=_rounded(not_approved_m2),
        residual_m2=_residual_m2(book),
        releases_no_geometry=int((period & ~measured).sum()),
        releases_older_than_hazard=len(_older(book, first_day)),
        order_unknown_m2=int(_undated_cents(book)[4]) / CENTS,
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


def claimed_m2(book: Book, kind: int, first_day: int) -> float:
    """Measure ground, each square metre once, claimed by a release of the period: OUTSIDE any hazard, or TWICE.

    >>> from whitestone.land.book import simulate
    >>> claimed_m2(simulate([], []), TWICE, 0)
    0.0
    """
    line, last = book.line, book.last_day

    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum the claims of some units that count in the period."""
        if first_day == UNDATED:
            return np.array([claimed_by(bookings.claim_steps(line.days), kind, last, line.days)], dtype=np.int64)
        sets, members = bookings.pieces.sets, bookings.pieces.members
        chosen = chosen_claims(sets, members, line.days, kind, first_day, last)
        return np.array([sets[chosen, 2].sum()], dtype=np.int64)

    return int(book.shelf.sum(("claims", kind, first_day, last), answer)[0]) / CENTS


def claimed(book: Book, kind: int, first_day: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Choose among the sets of claims of the pieces those that count in the period: a mask, and their hundredths."""
    sets, members = book.pieces.sets, book.pieces.members
    return chosen_claims(sets, members, book.line.days, kind, first_day, book.last_day), sets[:, 2]


def crowded_m2(book: Book) -> float:
    """Measure ground under more releases than all claims are kept of, over all days.

    >>> from whitestone.land.book import simulate
    >>> crowded_m2(simulate([], []))
    0.0
    """
    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum the ground of some units on which claims are told in part only."""
        sets = bookings.pieces.sets
        return np.array([sets[sets[:, 1] == CROWDED, 2].sum()], dtype=np.int64)

    return int(book.shelf.sum("crowded", answer)[0]) / CENTS


def claim_shares(book: Book, kind: int, first_day: int) -> dict[int, int]:
    """Sum for each release what it claims OUTSIDE every hazard, or that others claim too (TWICE), in hundredths of m2.

    >>> from whitestone.land.book import simulate
    >>> claim_shares(simulate([], []), TWICE, 0)
    {}
    """
    pieces, days = book.pieces, book.line.days
    chosen, cents = claimed(book, kind, first_day)
    ends = np.append(pieces.sets[1:, 3], len(pieces.members))
    sums: dict[int, int] = defaultdict(int)
    for at in np.flatnonzero(chosen).tolist():
        for release, until in pieces.members[pieces.sets[at, 3] : ends[at]].tolist():
            is_within = days[release] <= book.last_day
            if kind == OUTSIDE:
                is_within &= days[release] >= first_day and until > book.last_day
            sums[release] += int(cents[at]) if is_within else 0
    return dict(sorted(sums.items()))


def older_by_release(book: Book, first_day: int) -> dict[int, float]:
    """Measure for each release that is older than a hazard on which it acts its m2 in such hazards, by its number.

    >>> from whitestone.land.book import simulate
    >>> older_by_release(simulate([], []), 0)
    {}
    """
    line, met = book.line, _older(book, first_day)
    areas: dict[int, float] = {}
    for release, holding in met.items():
        inside = union(line.shapes_of(np.array(holding)))
        areas[release] = float(shapely.area(intersect(line.release_shapes_of(np.array([release])), pack([inside])))[0])
    return {release: area for release, area in areas.items() if area >= NOISE_M2}


def order_unknown(book: Book) -> list[Entry]:
    """List the bookings of ground that an undated release took from an undated hazard.

    >>> from whitestone.land.book import simulate
    >>> order_unknown(simulate([], []))
    []
    """
    return list(book.entries(_order_unknown(book.columns, book.line)))


def _order_unknown(columns: EntryColumns, line: Roster) -> np.ndarray[Any, Any]:
    if not line.slices or not line.releases:
        return np.zeros(len(columns.day), dtype=bool)
    outcomes = [COLUMN_NAMES.index(each) for each in OUTCOMES]
    of_undated = (columns.release >= 0) & (line.days[columns.release] == UNDATED)
    chosen: np.ndarray[Any, Any] = (
        np.isin(columns.column, outcomes) & (line.slice_known[columns.account] == UNDATED) & of_undated
    )
    return chosen


def _undated_cents(book: Book) -> np.ndarray[Any, Any]:
    """Sum what hangs on what has no date: discovered then, gone by undated work by outcome, and order unknown."""
    line, last = book.line, book.last_day

    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum what of some bookings hangs on what has no date."""
        columns = bookings.columns
        known = columns.day <= last
        sums = np.zeros(5, dtype=np.int64)
        sums[0] = columns.cents[(columns.column == COLUMN_NAMES.index("discovered")) & (columns.day == UNDATED)].sum()
        sums[4] = columns.cents[known & _order_unknown(columns, line)].sum()
        if line.releases:
            of_undated = known & (columns.release >= 0) & (line.days[columns.release] == UNDATED)
            for at, outcome in enumerate(OUTCOMES):
                sums[1 + at] = columns.cents[of_undated & (columns.column == COLUMN_NAMES.index(outcome))].sum()
        return sums

    return book.shelf.sum(("undated", last), answer)


def undated(book: Book) -> dict[str, Any]:
    """Say what has no date and therefore acted on everything: counts, and the m2 that hang on it.

    >>> from whitestone.land.book import simulate
    >>> undated(simulate([], []))["hazards"]
    0
    """
    line, sums = book.line, _undated_cents(book)
    hazards = np.flatnonzero(line.known == UNDATED)
    releases = np.flatnonzero(line.counts & (line.days == UNDATED))
    found = int(sums[0])
    gone = {outcome: int(sums[1 + at]) for at, outcome in enumerate(OUTCOMES)}
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


def _reported_minus_computed_m2(book: Book, chosen: np.ndarray[Any, Any]) -> float:
    line = book.line
    index = np.flatnonzero(chosen & ~np.isnan(line.reported_m2))
    return float(line.reported_m2[index].sum() - line.area_m2[index].sum())


def _older(book: Book, first_day: int) -> dict[int, list[int]]:
    """Find the releases older than a hazard on which they act, because they name it: the slices that held then."""
    line = book.line
    is_here = line.names_hazard >= 0
    hazard, release = line.names_hazard[is_here], line.done.namer[is_here]
    days = line.days[release]
    chosen = np.flatnonzero((days > UNDATED) & (days >= first_day) & (days < line.known[hazard])
                            & (line.known[hazard] <= book.last_day) & line.counts[release] & line.is_drawn[release])
    works, holdings = release[chosen], line.first_slices()[hazard[chosen]]
    held = np.flatnonzero(holdings >= 0)
    held = held[_boxes_meet(line.release_boxes[works[held]], line.boxes[holdings[held]])]
    pairs = list(zip(works[held].tolist(), holdings[held].tolist(), strict=True))
    _meet(book, [pair for pair in pairs if pair not in book.shelf.met])
    older: dict[int, list[int]] = defaultdict(list)
    for pair in pairs:
        if book.shelf.met[pair]:
            older[pair[0]].append(pair[1])
    return older


def _meet(book: Book, pairs: list[tuple[int, int]]) -> None:
    """Measure whether releases and slices share ground. Outlines that only touch share none: such work is not on it."""
    if pairs:
        work, held = (np.array(each, dtype=np.int64) for each in zip(*pairs, strict=True))
        common = intersect(book.line.release_shapes_of(work), book.line.shapes_of(held))
        shared = shapely.area(common) >= NOISE_M2
        book.shelf.met.update(zip(pairs, shared.tolist(), strict=True))


def measure_older(book: Book) -> None:
    """Measure once, for all days, which releases share ground with hazards that they name and are older than.

    >>> from whitestone.land.book import simulate
    >>> measure_older(simulate([], []))
    """
    _older(book, UNDATED)


def _boxes_meet(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = np.all((left[:, :2] <= right[:, 2:]) & (right[:, :2] <= left[:, 2:]), axis=1)
    return found


def _residual_m2(book: Book) -> float:
    """Add up by how much units tell another stock in the other way than rounding explains: nothing cancels out."""
    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum the unexplained hundredths of some units."""
        lines, shots = bookings.pieces.lines, bookings.pieces.shots
        lines, cents = lines[lines[:, 2] < OWN_IN], bookings.pieces.cents[lines[:, 2] < OWN_IN]
        units = 1 + max(int(lines[:, 0].max(initial=-1)), int(shots[:, 0].max(initial=-1)))
        stock = np.zeros(units, dtype=np.int64)
        within = lines[:, 1] <= book.last_day
        np.add.at(stock, lines[within, 0], (cents * _STOCK_SIGNS[lines[:, 2]])[within])
        told = np.bincount(shots[:, 0], np.where(shots[:, 1] <= book.last_day, bookings.pieces.shot_m2, 0.0), units)
        apart = np.abs(told - stock / CENTS)
        rounded = ROUNDED_M2 * (1 + np.bincount(lines[:, 0], minlength=units)) + ROUNDED_SHARE * told
        return np.array([np.rint(CENTS * apart[apart > rounded]).sum()], dtype=np.int64)

    return int(book.shelf.sum(("residual", book.last_day), answer)[0]) / CENTS
