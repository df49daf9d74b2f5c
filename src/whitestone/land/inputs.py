"""What does the ledger need to know of a hazard and of a release?

Plain values: shapes in an equal-area plane (square metres are then planar areas), days, codes. No I/O, no journal.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import msgspec

__all__ = ["OUTCOMES", "STRENGTH", "UNDATED", "HazardSlice", "RecordedSlice", "ReleasePiece", "day_number"]

OUTCOMES = ("cleared", "reduced", "cancelled")
"""Outcomes from the strongest to the weakest: the precedence where dates are equal or absent."""

STRENGTH = {"cleared": 3, "reduced": 2, "cancelled": 1}

UNDATED = 0
"""The day number of what has no date: before every calendar day, so that it acts on everything."""


class HazardSlice(msgspec.Struct, frozen=True):
    """One hazard as it was from `true_from` (None: since ever) until `true_to` (None: until further notice).

    `geometry` lies in an equal-area plane; only its polygon parts have an area, a point says where and not how much.
    `information_date` decides, after the class, to which of two overlapping hazards ground belongs. `keys` names the
    row of each further dimension (`place`, `contamination`, `treaty`, ...): a text, or a tuple of codes that become
    one joined key. `void` marks a record withdrawn as a data error, a duplicate or merged into another: its ground
    leaves as a boundary correction or a transfer, never as a release. `parents` are the hazards out of which this one
    was split or merged; `closure` says why it was closed or withdrawn.
    """

    record_id: uuid.UUID
    true_from: dt.date | None
    true_to: dt.date | None
    classification: str | None
    status: str | None
    geometry: Any
    information_date: dt.date | None = None
    keys: dict[str, str | tuple[str, ...] | None] = {}
    area_reported_m2: float | None = None
    void: bool = False
    parents: tuple[uuid.UUID, ...] = ()
    closure: str | None = None


class RecordedSlice(HazardSlice, frozen=True):
    """A slice as a programme records it, with what counts of records need beside the ledger.

    `access` says whether the hazard can be reached; `discovered`, that it begins on the day of its discovery for want
    of an information date.
    """

    access: str | None = None
    discovered: bool = False


class ReleasePiece(msgspec.Struct, frozen=True):
    """One approved release: a polygon (or none) with one outcome, acting on the day `on` (None: undated).

    `hazard_ids` are the hazards that it names; `keys` its organisation, donor and method, and the
    place that it reports, which counts where it names no hazard.
    """

    record_id: uuid.UUID
    outcome: str
    on: dt.date | None
    hazard_ids: tuple[uuid.UUID, ...]
    geometry: Any
    area_reported_m2: float | None = None
    keys: dict[str, str | tuple[str, ...] | None] = {}


def day_number(day: dt.date | None) -> int:
    """Number a day so that days compare as integers and undated comes first.

    >>> day_number(None), day_number(dt.date(1, 1, 1))
    (0, 1)
    """
    return UNDATED if day is None else day.toordinal()
