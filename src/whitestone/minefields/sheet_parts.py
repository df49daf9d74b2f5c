"""What does one sheet of paper hold, once it has been understood, and what is found and searched around it?

These are interpretations. What was written stays beside them, whole, in `as_written`; no value here replaces it. The
names follow the published JSON format; a sheet is evidence for hazards, never a hazard (house law 10).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from whitestone.domain.dates import PartialDate
from whitestone.minefields.readings import UNKNOWN, Reading

__all__ = [
    "NORTHS",
    "UNITS",
    "Batch",
    "Crs",
    "Event",
    "Find",
    "Lane",
    "Leg",
    "ReferencePoint",
    "Resolved",
    "Row",
    "Searched",
    "Sheet",
    "SheetFinding",
    "SheetItem",
    "Transfer",
    "Verification",
]

UNITS = ("degrees", "gon", "mil6400", "mil6000", "unknown")
NORTHS = ("true", "grid", "magnetic", "unknown")


class SheetFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong or in doubt, and where in the file: a JSON path, the sheet's key and a sentence."""

    code: str
    path: str
    sentence: str
    sheet: str | None = None
    severity: str = "warning"
    written: str | None = None


class Crs(msgspec.Struct, frozen=True, kw_only=True):
    """Reference system: EPSG code (None: unknown), EPSG operation to WGS 84, and how that was decided."""

    epsg: int | None = None
    operation: int | None = None
    basis: str = "unknown"
    """`stated`, `guessed`, `assumed` or `unknown`."""
    written: str | None = None


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A landmark as a person found it again on the map or on the ground: WGS 84 degrees, accuracy in metres."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    by: str | None = None
    on: str | None = None
    method: str | None = None


class ReferencePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A landmark from which the sheet measures; x east (or longitude), y north (or latitude)."""

    no: str
    description: str | None = None
    x: Reading = UNKNOWN
    y: Reading = UNKNOWN
    coordinate: str | None = None
    """The position as one text, such as a grid reference."""
    accuracy_m: float | None = None
    crs: Crs | None = None
    """Its own reference system, where it differs from the sheet's."""
    resolved: Resolved | None = None
    exists: bool | None = None


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One measured line between two stations."""

    start: str
    end: str
    bearing: Reading = UNKNOWN
    hundreds: bool = False
    """Written in hundreds of thousandths: 12-45."""
    unit: str = "unknown"
    clockwise: bool | None = None
    """Which way the scale runs; None: not stated."""
    north: str = "unknown"
    distance: Reading = UNKNOWN
    distance_unit: str = "m"
    """`m`, `pace`, `step_pair`, `yard`, `foot`, `km` or `unknown`."""
    method: str = "unknown"
    """`pace`, `tape`, `instrument`, `gnss`, `map`, `estimate` or `unknown`."""
    pace_m: float | None = None
    declination_deg: float | None = None
    """What the sheet says it applied or what its map states; positive east."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the field: between which stations, how long, how many of each type."""

    no: str
    start: str | None = None
    end: str | None = None
    count: dict[str, Reading] = {}
    length_m: float | None = None
    remark: str | None = None


class SheetItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that the sheet places by itself: at a station, or at a bearing and distance from one."""

    type: str | None = None
    at: str | None = None
    bearing: Reading = UNKNOWN
    distance: Reading = UNKNOWN
    x: Reading = UNKNOWN
    y: Reading = UNKNOWN
    count: Reading = UNKNOWN
    remark: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to the field later: altered, lifted, flooded, handed over … (`kind` as far as understood)."""

    kind: str
    on: PartialDate | None = None
    by: str | None = None
    quantity: dict[str, Reading] = {}
    source: str | None = None


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A lane or gap through the field, as the sheet places it; never taken for ground without items."""

    no: str
    start: str | None = None
    end: str | None = None
    width_m: float | None = None
    marking: str | None = None


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """How the sheet came into these hands, and what was claimed about it, by whom: a claim stays a claim."""

    from_party: str | None = None
    to_party: str | None = None
    on: PartialDate | None = None
    channel: str | None = None
    legal_basis: str | None = None
    form: str | None = None
    item_count_claimed: Reading = UNKNOWN
    claim: str | None = None
    claimed_by: str | None = None
    conditions_of_use: str | None = None


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What came of comparing the sheet with the ground: result, offset, items found by type."""

    on: PartialDate | None = None
    organisation: str | None = None
    method: str | None = None
    result: str | None = None
    offset_m: float | None = None
    offset_azimuth_deg: float | None = None
    found: dict[str, Reading] = {}
    remark: str | None = None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One minefield record as understood; `as_written` is the transcription, whole."""

    id: str
    key: str
    """Unique in the batch, also where two sheets bear one id (`A-17`, `A-17#2`)."""
    at: int = 0
    """Its place in the file, from 0."""
    batch: str | None = None
    standard: str | None = None
    district: str | None = None
    unit_as_written: str | None = None
    laid_from: PartialDate | None = None
    laid_to: PartialDate | None = None
    recorded_on: PartialDate | None = None
    crs: Crs = Crs()
    reference_points: tuple[ReferencePoint, ...] = ()
    legs: tuple[Leg, ...] = ()
    perimeter: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    items: tuple[SheetItem, ...] = ()
    events: tuple[Event, ...] = ()
    lanes: tuple[Lane, ...] = ()
    transfer: Transfer | None = None
    verifications: tuple[Verification, ...] = ()
    quantities: dict[str, Reading] = {}
    total: Reading = UNKNOWN
    front_m: float | None = None
    depth_m: float | None = None
    pace_m: float | None = None
    clockwise: bool | None = None
    remarks: str | None = None
    as_written: dict[str, Any] = {}
    places: dict[str, tuple[int, ...]] = {}
    """Where the members of a list stand on the sheet, from 0, of lists that hold something else between them."""

    @property
    def measured_on(self) -> dt.date | None:
        """Return the day for the declination: when it was recorded, else laid; the middle of a span; None if undated.

        >>> Sheet(id="A", key="A").measured_on, Sheet(id="A", key="A", laid_to=PartialDate(1993)).measured_on
        (None, datetime.date(1993, 7, 2))
        """
        dated = self.recorded_on or self.laid_to or self.laid_from
        if dated is None:
            return None
        return dated.first_day + (dated.last_day - dated.first_day) / 2


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """One item that was found on the ground: WGS 84 degrees (NaN: no position), accuracy in metres (None: unknown)."""

    id: str
    key: str
    at: int = 0
    lon: float
    lat: float
    found_on: PartialDate | None = None
    accuracy_m: float | None = None
    type: str | None = None
    as_written: dict[str, Any] = {}


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """Ground that was searched: shapely geometry in WGS 84 (may be empty), share of items that a search there finds."""

    id: str
    key: str
    at: int = 0
    geometry: Any
    searched_on: PartialDate | None = None
    p_detect: float | None = None
    as_written: dict[str, Any] = {}


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one file holds: sheets, finds, searched ground, all findings about them, and what could not be read."""

    records: tuple[Sheet, ...] = ()
    finds: tuple[Find, ...] = ()
    searched: tuple[Searched, ...] = ()
    findings: tuple[SheetFinding, ...] = ()
    held: tuple[tuple[str, Any], ...] = ()
    """Path and value of what is no record, find or search at all."""
    extra: dict[str, Any] = {}
    """Top-level members that the format does not know, as written."""
