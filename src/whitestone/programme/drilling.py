"""Which records stand behind a figure of the ledger or behind one of its proof lines?"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.land.book import CENTS
from whitestone.land.claims import OUTSIDE, TWICE
from whitestone.land.elsewhere import elsewhere_by_hazard
from whitestone.land.grouping import (
    CLOSED,
    RELEASE_DIMENSIONS,
    SIGNS,
    account_key,
    reported_by_hazard,
    reported_only,
)
from whitestone.land.inputs import UNDATED
from whitestone.land.ledger import Ledger
from whitestone.land.proof import (
    Disagreement,
    claim_shares,
    disagreement_shares,
    older_by_release,
    order_unknown,
)
from whitestone.programme.accounts_inputs import Inputs

__all__ = ["COUNT_COLUMNS", "PROOF_LINES", "Behind", "behind", "behind_proof"]

COUNT_COLUMNS = ("hazards", "size_unknown")
STANDING_COLUMNS = ("own_closing", "closed_unproven", "closing_reported")
_DUST_M2 = 0.005
"""Below half a booked hundredth of a square metre nothing is listed."""


class Behind(msgspec.Struct, frozen=True):
    """One record behind a figure: its kind, its share in m2 (None: it is counted, not measured), and a word why."""

    kind: str
    record_id: uuid.UUID
    m2: float | None = None
    why: str = ""


def behind(ledger: Ledger, key: str | None, column: str, inputs: Inputs | None = None) -> list[Behind]:
    """List the records behind the figure in a row (None: the total) and a column, largest share first.

    Columns are those of the rows without `_m2`. A hazard stands with its own share; the releases that moved it follow.
    `inputs` tell activities that only report from releases. Refuses an unknown column with InvalidValue.

    >>> import datetime as dt
    >>> from whitestone.land.ledger import compute
    >>> behind(compute([], [], start=None, end=dt.date(2020, 1, 1), by="class"), None, "closing")
    []
    """
    if column in COUNT_COLUMNS:
        return _standing(ledger, key, column)
    if f"{column}_m2" not in ledger.total:
        raise InvalidValue(field="column", value=column, why="a column of the ledger")
    if column == "reported_only":
        return _largest(_reported_only(ledger, key, inputs))
    if column in STANDING_COLUMNS:
        return _largest(_own_figures(ledger, key, column))
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for booking in ledger.explain(key, column):
        signed = booking["m2"]
        if column in ("opening", "closing"):
            signed *= SIGNS[booking["column"]]
        sums["hazard", booking["hazard"]] += signed
        if booking["release"]:
            sums["release", booking["release"]] += signed
    found = [Behind(kind, uuid.UUID(own), round(m2, 2)) for (kind, own), m2 in sums.items() if abs(m2) > _DUST_M2]
    return _largest(found)


def _largest(found: list[Behind]) -> list[Behind]:
    return sorted(found, key=lambda each: (each.kind, -abs(each.m2 or 0.0)))


def _own_figures(ledger: Ledger, key: str | None, column: str) -> list[Behind]:
    """List what each standing hazard says by itself: its own figure, what is closed unproven, closing as reported."""
    book, number = ledger.book, ledger.book.line.number
    reported = reported_by_hazard(book)
    found = []
    for own in (each.record_id for each in _standing(ledger, key, "hazards")):
        at = number[own]
        is_closed = book.line.slices[book.now[at]].status in CLOSED
        stock = book.stock[at] / CENTS
        figures = {
            "own_closing": book.own_stock[at] / CENTS,
            "closed_unproven": stock if is_closed else 0.0,
            "closing_reported": 0.0 if is_closed else max(0.0, stock - reported.get(at, 0) / CENTS),
        }
        if figures[column] > _DUST_M2:
            found.append(Behind("hazard", own, round(figures[column], 2)))
    return found


def _standing(ledger: Ledger, key: str | None, column: str) -> list[Behind]:
    """List the hazards that stand at the end of the period; of a dimension that hazards do not have, all of them."""
    book = ledger.book
    has_hazards = ledger.by not in ("year", *RELEASE_DIMENSIONS)
    name = account_key(book, ledger.by) if has_hazards else None
    found = []
    for hazard in book.live.tolist():
        now = book.now[hazard]
        if column == "size_unknown" and book.has_ground(hazard):
            continue
        if key is None or name is None or name(hazard, book.line.account[now]) == key:
            found.append(Behind("hazard", book.line.ids[hazard]))
    return found


def _nowhere(ledger: Ledger) -> list[Behind]:
    """List the standing hazards that have no geometry at all: one with a point has a place, and no size."""
    line, now = ledger.book.line, ledger.book.now
    return [Behind("hazard", line.ids[at]) for at in ledger.book.live.tolist() if not line.has_position[now[at]]]


def behind_proof(ledger: Ledger, line: str, inputs: Inputs | None = None) -> list[Behind]:
    """List the records behind a proof line, largest share first; refuses a line that has none with InvalidValue.

    `inputs` hold the places, the disputed and the unapproved ground; without them these lines have no records, as
    their figures are 0 then.

    >>> import datetime as dt
    >>> from whitestone.land.ledger import compute
    >>> behind_proof(compute([], [], start=None, end=dt.date(2020, 1, 1), by="class"), "no_geometry")
    []
    """
    if line not in PROOF_LINES:
        raise InvalidValue(field="line", value=line, why=f"one of {', '.join(PROOF_LINES)}")
    return sorted(PROOF_LINES[line](ledger, inputs), key=lambda each: -abs(each.m2 or 0.0))


def _first_day(ledger: Ledger) -> int:
    return UNDATED if ledger.start is None else ledger.start.toordinal()


def _of_period(ledger: Ledger) -> np.ndarray:
    days = ledger.book.line.days
    chosen: np.ndarray = (
        ledger.book.line.counts & (days >= _first_day(ledger)) & (days <= ledger.book.last_day)
    )
    return chosen


def _in_period(ledger: Ledger) -> np.ndarray:
    drawn: np.ndarray = ledger.book.line.is_drawn & _of_period(ledger)
    return drawn


def _claims(ledger: Ledger, kind: int) -> list[Behind]:
    """Give each release the ground that it claims OUTSIDE every hazard, or that others claim too (TWICE)."""
    line, sums = ledger.book.line, claim_shares(ledger.book, kind, _first_day(ledger))
    return _measured("release", [line.releases[own].record_id for own in sums], np.array(list(sums.values())) / CENTS)


def _overlap(ledger: Ledger) -> list[Behind]:
    book = ledger.book
    more = (book.own_stock - book.stock) / CENTS
    return _measured("hazard", book.line.ids, more)


def _mismatch(ledger: Ledger) -> list[Behind]:
    line = ledger.book.line
    index = np.flatnonzero(_in_period(ledger) & ~np.isnan(line.reported_m2)).tolist()
    more = line.reported_m2[index] - line.area_m2[index]
    return _measured("release", [line.releases[own].record_id for own in index], more)


def _undrawn(ledger: Ledger, inputs: Inputs | None) -> list[Behind]:
    line = ledger.book.line
    found = [line.releases[own] for own in np.flatnonzero(_of_period(ledger) & ~line.is_drawn).tolist()]
    return [Behind(_kind(each.record_id, inputs), each.record_id, each.area_reported_m2) for each in found]


def _reported_only(ledger: Ledger, key: str | None, inputs: Inputs | None) -> list[Behind]:
    """Sum for each record of a row (None: of all) what it states and does not draw."""
    sums: dict[uuid.UUID, int] = defaultdict(int)
    for release, row, cents in reported_only(ledger.book, _first_day(ledger), ledger.by, ledger.year_start):
        if key in (None, row):
            sums[ledger.book.line.releases[release].record_id] += cents
    return [Behind(_kind(own, inputs), own, cents / CENTS) for own, cents in sums.items()]


def _kind(record_id: uuid.UUID, inputs: Inputs | None) -> str:
    return "activity" if inputs is not None and record_id in inputs.reporting else "release"


def _elsewhere(ledger: Ledger, inputs: Inputs | None) -> list[Behind]:
    places = inputs.places if inputs is not None else {}
    return _measured("hazard", ledger.book.line.ids, elsewhere_by_hazard(ledger.book, places))


def _disagreeing(pairs: list[Disagreement]) -> list[Behind]:
    """Give each record the disputed ground that no record before it has, so that the shares sum to the line."""
    sums: dict[tuple[str, uuid.UUID], float] = defaultdict(float)
    for pair, area in zip(pairs, disagreement_shares(pairs), strict=True):
        sums[pair.kind, pair.record_id] += float(area)
    # A record whose ground stands with another is disputed all the same: it is listed with 0.
    return [Behind(kind, own, round(m2, 2)) for (kind, own), m2 in sums.items()]


def _older(ledger: Ledger) -> list[Behind]:
    releases = ledger.book.line.releases
    return [
        Behind("release", releases[own].record_id, round(m2, 2))
        for own, m2 in older_by_release(ledger.book, _first_day(ledger)).items()
    ]


def _order_unknown(ledger: Ledger) -> list[Behind]:
    line = ledger.book.line
    sums: dict[tuple[str, uuid.UUID], int] = defaultdict(int)
    for entry in order_unknown(ledger.book):
        sums["hazard", line.ids[entry.hazard]] += entry.cents
        sums["release", line.releases[entry.release].record_id] += entry.cents
    return [Behind(kind, own, cents / CENTS) for (kind, own), cents in sums.items()]


def _measured(kind: str, ids: Sequence[uuid.UUID], areas: np.ndarray) -> list[Behind]:
    return [
        Behind(kind, own, round(float(area), 2)) for own, area in zip(ids, areas, strict=True) if abs(area) > _DUST_M2
    ]


PROOF_LINES: dict[str, Callable[[Ledger, Inputs | None], list[Behind]]] = {
    "outside_any_hazard_m2": lambda ledger, _: _claims(ledger, OUTSIDE),
    "claimed_twice_m2": lambda ledger, _: _claims(ledger, TWICE),
    "hazards_overlap_m2": lambda ledger, _: _overlap(ledger),
    "no_geometry": lambda ledger, _: _nowhere(ledger),
    "size_unknown": lambda ledger, _: _standing(ledger, None, "size_unknown"),
    "reported_minus_computed_m2": lambda ledger, _: _mismatch(ledger),
    "releases_no_geometry": _undrawn,
    "releases_older_than_hazard": lambda ledger, _: _older(ledger),
    "elsewhere_m2": _elsewhere,
    "in_conflict_m2": lambda _, inputs: _disagreeing(inputs.disputed if inputs is not None else []),
    "not_approved_m2": lambda _, inputs: _disagreeing(inputs.awaiting if inputs is not None else []),
    "order_unknown_m2": lambda ledger, _: _order_unknown(ledger),
}
"""Proof line -> the question that lists its records."""
