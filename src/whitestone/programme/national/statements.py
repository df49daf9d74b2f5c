"""What is a thing that somebody said of a hazard or of work, before anything is drawn?

Ground is a set of cells of a site. Each statement has both clocks: when it was true, and from which day to which day it
was what the programme knew.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Literal

import msgspec

from whitestone.programme.national.lattice import Cells

__all__ = ["Fault", "Look", "Statement", "Work", "count", "is_known", "numbered"]

Look = Literal["drawn", "point", "nothing", "bow-tie", "spike", "repeated"]
"""How ground is written: a sound outline, a point, nothing, or one of three invalid rings over the same ground."""


class Statement(msgspec.Struct, frozen=True):
    """What was said of a hazard: it was so from `begins` (None: since ever) until the next statement of it begins.

    `informed` is the day of its first information, `void` a record withdrawn. It was known from `known_from` on, and
    no longer from `known_to` on, where a correction took its place.
    """

    record_id: uuid.UUID
    local_id: str
    operator: str
    site: int
    begins: dt.date | None
    known_from: dt.date
    cells: Cells
    classification: str
    place: str
    contamination: tuple[str, ...]
    status: str = "open"
    closure_reason: str | None = None
    informed: dt.date | None = None
    void: bool = False
    area_reported_m2: float | None = None
    look: Look = "drawn"
    known_to: dt.date | None = None
    parent: str | None = None


class Work(msgspec.Struct, frozen=True):
    """What was said of a release: ground, outcome, day (None: undated) and the hazards that it names."""

    record_id: uuid.UUID
    local_id: str
    operator: str
    site: int
    on: dt.date | None
    known_from: dt.date
    cells: Cells
    outcome: str
    place: str
    names: tuple[uuid.UUID, ...] = ()
    area_reported_m2: float | None = None
    look: Look = "drawn"
    known_to: dt.date | None = None
    precision: Literal["day", "month"] = "day"


class Fault(msgspec.Struct, frozen=True):
    """One planted fault: what it is, on which records, and what a good system says of it.

    `rule` is the rule of `check` that must find one of the records, of kind `rule_kind` (None: the accounts alone show
    it); `proof` the proof line or column of the ledger in which it must stand (None: none), with `m2` of ground, or
    `count` where it is counted. The first of `records` (and `local_ids`) is the one at fault.
    """

    kind: str
    records: tuple[uuid.UUID, ...]
    local_ids: tuple[str, ...]
    says: str
    rule: str | None = None
    rule_kind: str = "hazard"
    proof: str | None = None
    m2: float | None = None
    count: int = 0


def is_known(statement: Statement | Work, known: dt.date | None) -> bool:
    """Say whether a statement was what the programme knew at the end of a day (None: everything that ever came)."""
    if known is None:
        return statement.known_to is None
    return statement.known_from <= known and (statement.known_to is None or known < statement.known_to)


def count(said: Iterable[Statement | Work]) -> int:
    """Count the records of which something was said.

    >>> count([])
    0
    """
    return len({each.record_id for each in said})


def numbered(day: dt.date | None) -> int:
    """Number a day; what has no date comes before every day.

    >>> numbered(None), numbered(dt.date(1, 1, 2))
    (0, 2)
    """
    return 0 if day is None else day.toordinal()


