"""Which settings does a programme run by, what does each default to, and what is refused?

One typed table. A setting is a record of kind `setting` whose `local_id` is a key here and whose body holds `value`;
what no record states has the default. Safe when empty: nothing is guessed from a machine's locale or clock.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.domain.catalogue import NationalType, check_national
from whitestone.domain.extensions import ExtraField, NationalCode, lists
from whitestone.domain.record_errors import RECORD_ERRORS, RecordErrors
from whitestone.errors import InvalidValue

__all__ = ["SETTINGS", "Setting", "Settings", "read_settings"]


class Setting(msgspec.Struct, frozen=True):
    """One row of the table: key, type word, default, help, and the check that refuses a value."""

    key: str
    type: str
    default: Any
    help: str
    refuse: Callable[[Any], str | None] | None = None


class Settings(RecordErrors, frozen=True, kw_only=True):
    """The settings of a programme, typed; every default is that of the table.

    >>> Settings().reporting_year_start, Settings().repair_policy
    ('01-01', 'linework')
    """

    name: str = ""
    time_zone: str = "UTC"
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    reporting_year_start: str = "01-01"
    equal_area_lon: float | None = None
    equal_area_lat: float | None = None
    repair_policy: str = "linework"
    boundary_geojson: dict[str, Any] | None = None
    country: str | None = None
    default_crs: str = "EPSG:4326"
    default_operation: int | None = None
    approval_rule: str = "later_of_completed_and_approved"
    long_leg_m: float = 5000.0
    area_mismatch_m2: float = 100.0
    area_mismatch_share: float = 0.02
    sliver_width_m: float = 1.0
    min_decimals: int = 4
    place_share_limit: float = 0.05
    place_share_min_records: int = 50
    released_m2_per_person_day: float = 1000.0
    closing_tolerance_m2: float = 1.0
    counting_minutes: float = 10.0
    dating_after: str | None = None
    dating_misreading_rate: float = 0.01
    dating_missed_per_km2_year: float = 0.5
    dating_cluster_m: float = 50.0
    dating_alpha: float = 0.05
    approval_days: float = 7.0
    retention_years: float | None = None
    retention_alone: bool = False
    simulated: bool = False
    extra_fields: dict[str, list[ExtraField]] = {}
    national_codes: dict[str, dict[str, NationalCode]] = {}
    national_ordnance: dict[str, NationalType] = {}


def _one_of(*allowed: str) -> Callable[[Any], str | None]:
    return lambda value: None if value in allowed else f"one of {', '.join(allowed)}"


def _between(low: float, high: float) -> Callable[[Any], str | None]:
    return lambda value: None if value is None or low <= value <= high else f"between {low:g} and {high:g}"


def _zone(value: Any) -> str | None:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return "a name of the IANA time zone database, such as Asia/Baku"
    return None


def _year_start(value: Any) -> str | None:
    return None if re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", value) else "MM-DD, up to day 28"


def _day(value: Any) -> str | None:
    return None if value is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else "a day, YYYY-MM-DD"


def _crs(value: Any) -> str | None:
    return None if re.fullmatch(r"EPSG:\d{4,6}", value) else "EPSG: and a number, such as EPSG:28408"


def _national(value: Any) -> str | None:
    try:
        lists(msgspec.convert(value, dict[str, dict[str, NationalCode]]))
    except InvalidValue as problem:
        return f"children of core codes with an English label ({problem})"
    return None


def _ordnance(value: Any) -> str | None:
    why = check_national(msgspec.convert(value, dict[str, NationalType]))
    return f"types under a core row or a category, with a source ({why})" if why else None


_ROWS = (
    Setting("name", "text", "", "What the programme is called on every page and print."),
    Setting("time_zone", "text", "UTC", "Dates D and K end at midnight in this IANA time zone.", _zone),
    Setting("languages", "texts", ["en"], "Languages of labels, the preferred one first."),
    Setting("reporting_year_start", "text", "01-01", "First day (MM-DD) of the reporting year.", _year_start),
    Setting("equal_area_lon", "number", None, "Centre of the equal-area plane, degrees east; fixed once, never moved.",
            _between(-180, 180)),
    Setting("equal_area_lat", "number", None, "Centre of the equal-area plane, degrees north; fixed once, never moved.",
            _between(-90, 90)),
    Setting("repair_policy", "text", "linework", "How an invalid polygon is read: its lines, or its rings as drawn.",
            _one_of("linework", "structure")),
    Setting("boundary_geojson", "geometry", None, "Outline of the programme's area, as a GeoJSON geometry (WGS 84)."),
    Setting("country", "text", None, "Code of the country for place codes; where lines run is for `boundary_geojson`."),
    Setting("default_crs", "text", "EPSG:4326", "Reference system of files that declare none, said in each run.", _crs),
    Setting("default_operation", "count", None, "EPSG code of the transformation to WGS 84 that the programme means."),
    Setting("approval_rule", "text", "later_of_completed_and_approved", "The day on which released ground is booked.",
            _one_of("later_of_completed_and_approved", "completed", "approved")),
    Setting("long_leg_m", "number", 5000.0, "Legs longer than this are a finding, metres.", _between(1, 1e6)),
    Setting("area_mismatch_m2", "number", 100.0, "Reported against computed area: smallest difference that counts, m2.",
            _between(0, 1e9)),
    Setting("area_mismatch_share", "number", 0.02, "Reported against computed: share that counts.", _between(0, 1)),
    Setting("sliver_width_m", "number", 1.0, "Polygons narrower than this are slivers, metres.", _between(0, 1000)),
    Setting("min_decimals", "count", 4, "Fewer decimals of a degree are a finding; 4 are about 11 m.", _between(0, 9)),
    Setting("place_share_limit", "share", 0.05, "Share of all records at one position above which it is a finding.",
            _between(0, 1)),
    Setting("place_share_min_records", "count", 50, "Records at one position below which its share is no finding.",
            _between(1, 1e9)),
    Setting("released_m2_per_person_day", "number", 1000.0, "Faster clearance is a finding, m2 a person a day.",
            _between(1, 1e9)),
    Setting("closing_tolerance_m2", "number", 1.0, "Remaining area that counts as nothing when a hazard closes, m2.",
            _between(0, 1e4)),
    Setting("counting_minutes", "number", 10.0, "Work that counting a ledger may take where very many shapes lie on "
            "one spot, as minutes of one processor; more is refused with where it lies.", _between(1, 1e4)),
    Setting("dating_after", "date", None, "Day D of the dating table: which finds speak for laying after it.", _day),
    Setting("dating_misreading_rate", "share", 0.01, "Marks that two readers read alike and later than they are: the "
            "share; an assumption until two readings are counted.", _between(1e-6, 0.5)),
    Setting("dating_missed_per_km2_year", "number", 0.5, "Missed items that come to light on released land, a km2 and "
            "year; an assumption until fitted to quality control.", _between(1e-6, 1e4)),
    Setting("dating_cluster_m", "number", 50.0, "Finds nearer than this to an earlier find are one event, metres.",
            _between(0, 1e5)),
    Setting("dating_alpha", "share", 0.05, "False alarms of the dating table: share of districts, over all looks.",
            _between(1e-6, 0.5)),
    Setting("approval_days", "number", 7.0, "Days after which a request for a second person's approval is void.",
            _between(0.01, 365)),
    Setting("retention_years", "number", None, "Years after which what identifies a person is due for erasure, counted "
            "from when it was last sealed; none: no rule.", _between(0, 200)),
    Setting("retention_alone", "flag", False, "True: what is due is erased by the rule alone; false: a second person "
            "approves."),
    Setting("simulated", "flag", False, "True when the data are invented; every page and print then says so."),
    Setting("extra_fields", "fields", {}, "National fields of each kind of record: see domain.extensions."),
    Setting("national_codes", "codes", {}, "National codes of each code list, children of core codes: see `codes`.",
            _national),
    Setting("national_ordnance", "types", {}, "Types of ordnance that a country adds: see `catalogue`.", _ordnance),
    *(Setting(key, "share" if key.endswith("_share") else "number", getattr(RecordErrors(), key), why,
              _between(low, high)) for key, low, high, why in RECORD_ERRORS),
)

SETTINGS: Mapping[str, Setting] = MappingProxyType({row.key: row for row in _ROWS})


def read_settings(values: Mapping[str, Any]) -> Settings:
    """Make the typed settings out of stated values, the rest at their defaults.

    Refuses an unknown key, a wrong type, a value out of bounds, or shares of north that sum to more than 1, with
    InvalidValue that names the setting.

    >>> read_settings({"time_zone": "Asia/Baku"}).time_zone, read_settings({}) == Settings()
    ('Asia/Baku', True)
    """
    for key, value in values.items():
        if key not in SETTINGS:
            raise InvalidValue(field="setting", value=key, why=f"one of {', '.join(SETTINGS)}")
        try:
            msgspec.convert({key: value}, Settings)
        except msgspec.ValidationError as error:
            raise InvalidValue(field=f"setting {key}", value=value, why=str(error)) from None
        why = (check := SETTINGS[key].refuse) and check(value)
        if why:
            raise InvalidValue(field=f"setting {key}", value=value, why=f"expected {why}")
    if (values.get("equal_area_lon") is None) != (values.get("equal_area_lat") is None):
        raise InvalidValue(field="setting equal_area_lon", value=values.get("equal_area_lon"), why="both or neither")
    made = msgspec.convert(dict(values), Settings)
    north = made.minefield_north_magnetic_share + made.minefield_north_grid_share
    if north > 1.0 + 1e-9:
        why = "together with minefield_north_grid_share at most 1: the rest is true north"
        raise InvalidValue(
            field="setting minefield_north_magnetic_share", value=made.minefield_north_magnetic_share, why=why
        )
    return made
