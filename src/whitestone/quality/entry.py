"""Which rows of a batch deserve a finding as they enter?

Vectorised: a rule looks at whole columns and makes words only for the rows that fail. Nothing is refused here; what
cannot be understood at all was held before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.domain.kinds import KINDS
from whitestone.domain.settings import Settings
from whitestone.geodesy.areas import Plane
from whitestone.quality import positions, shapes
from whitestone.quality.area_rules import mismatch
from whitestone.quality.date_rules import EARLIEST_YEAR, MAY_LIE_AHEAD, ORDER, backwards, read
from whitestone.quality.geometry_rules import AREA_KINDS, EXPECTED
from whitestone.quality.link_rules import folded
from whitestone.quality.model import ERROR, NOTICE, WARNING

__all__ = ["ENTRY_RULES", "EntryBatch", "EntryFinding", "EntryRule", "screen"]

Column = Sequence[Any] | npt.NDArray[Any]


class EntryBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one kind, understood but not yet written; all columns have one length, None where nothing is stated.

    `geometry` is as it came (before repair), EPSG:4326; `lon` and `lat` may be given instead for points.
    """

    kind: str
    columns: Mapping[str, Column]
    today: dt.date
    dates: Sequence[str | None] | None = None
    """Information dates, where a mapping gives one apart from the attributes."""
    geometry: Any = None
    lon: Any = None
    lat: Any = None


class EntryFinding(msgspec.Struct, frozen=True):
    """What is odd about one row; `proposal` and `where` (lon, lat) where there are any."""

    index: int
    column: str | None
    value: str | None
    code: str
    message: str
    severity: str
    where: tuple[float, float] | None = None
    proposal: dict[str, Any] | None = None


class EntryRule(msgspec.Struct, frozen=True):
    """One rule for rows as they enter; its name is that of the rule over the whole programme where there is one."""

    name: str
    severity: str
    question: str
    check: Callable[[EntryBatch, Settings], Iterator[EntryFinding]]


def screen(batch: EntryBatch, settings: Settings) -> list[EntryFinding]:
    """Run all entry rules over a batch and return the findings by row.

    >>> rows = EntryBatch(kind="casualty", columns={"occurred_on": ["2014", "2999-01-01", None]},
    ...                   today=dt.date(2024, 1, 1))
    >>> [(found.index, found.code) for found in screen(rows, Settings())]
    [(1, 'date-future')]
    >>> screen(EntryBatch(kind="casualty", columns={}, today=dt.date(2024, 1, 1)), Settings())
    []
    """
    found = [each for rule in ENTRY_RULES.values() for each in rule.check(batch, settings)]
    return sorted(found, key=lambda each: each.index)


def _points(batch: EntryBatch) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    if batch.lon is not None and batch.lat is not None:
        return np.asarray(batch.lon, dtype=np.float64), np.asarray(batch.lat, dtype=np.float64)
    if batch.geometry is None or not len(batch.geometry):
        return None
    west, south, east, north = shapely.bounds(batch.geometry).T
    return (west + east) / 2, (south + north) / 2


def _geometry(batch: EntryBatch) -> npt.NDArray[np.object_] | None:
    if batch.geometry is None or batch.kind not in AREA_KINDS or not len(batch.geometry):
        return None
    return np.asarray(batch.geometry, dtype=object)


def _invalid(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    geometry = _geometry(batch)
    for at, reason, lon, lat in shapes.fault_places(geometry) if geometry is not None else ():
        where = (lon, lat) if np.isfinite(lon) else None
        text = f"The polygon is invalid: {reason}" + (f" at {lon:.6f}, {lat:.6f}." if where else ".")
        yield EntryFinding(at, "geometry", reason, "polygon-invalid", text, ERROR, where)


def _few_vertices(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    geometry = _geometry(batch)
    if geometry is None:
        return
    counts = shapes.fewest_vertices(geometry)
    for at in np.flatnonzero(counts < 3):
        text = f"A ring has {counts[at]} different vertices; it encloses nothing."
        yield EntryFinding(int(at), "geometry", str(counts[at]), "polygon-too-few-vertices", text, ERROR)


def _repeated(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    geometry = _geometry(batch)
    for at, count, lon, lat in shapes.repeated_vertices(geometry) if geometry is not None else ():
        text = f"{count} vertices repeat the vertex before."
        yield EntryFinding(at, "geometry", str(count), "vertices-repeated", text, NOTICE, (lon, lat))


def _long_legs(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    geometry = _geometry(batch)
    if geometry is None:
        return
    metres, start = shapes.longest_leg(geometry)
    for at in np.flatnonzero(metres > settings.long_leg_m):
        text = f"A leg is {metres[at]:,.0f} m long (limit {settings.long_leg_m:,.0f} m)."
        where = (float(start[at, 0]), float(start[at, 1]))
        yield EntryFinding(int(at), "geometry", f"{metres[at]:.0f}", "leg-too-long", text, WARNING, where)


def _areas(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    """Compare areas and look for slivers, where the plane is fixed and there are polygons."""
    geometry = _geometry(batch)
    if geometry is None or settings.equal_area_lon is None or settings.equal_area_lat is None:
        return
    polygons = np.flatnonzero(shapes.is_polygon(geometry) & np.asarray(shapely.is_valid(geometry)))
    planar = Plane(settings.equal_area_lon, settings.equal_area_lat).project(geometry[polygons])
    area = np.asarray(shapely.area(planar))
    width = shapes.mean_width_m(area, np.asarray(shapely.length(planar)))
    for at in np.flatnonzero(width < settings.sliver_width_m):
        text = f"The polygon is {width[at]:.2f} m wide on average: a sliver."
        yield EntryFinding(int(polygons[at]), "geometry", f"{width[at]:.3f}", "sliver", text, NOTICE)
    stated = batch.columns.get("area_reported_m2")
    if stated is None:
        return
    reported = _numbers(stated)[polygons]
    for at in np.flatnonzero(mismatch(reported, area, settings.area_mismatch_m2, settings.area_mismatch_share)):
        text = f"The reported area is {reported[at]:,.0f} m2, the polygon's {area[at]:,.0f} m2."
        proposal = {"area_reported_m2": round(float(area[at]), 1)}
        value = f"{reported[at]:.1f}"
        yield EntryFinding(int(polygons[at]), "area_reported_m2", value, "area-mismatch", text, WARNING, None, proposal)


def _missing(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    if batch.kind not in EXPECTED:
        return
    if batch.lon is not None:
        gone = ~np.isfinite(np.asarray(batch.lon, dtype=np.float64))
    elif batch.geometry is not None and len(batch.geometry):
        gone = shapely.is_missing(batch.geometry) | shapely.is_empty(batch.geometry)
    else:
        return  # a table without any geometry column is said once, by the run, not once a row
    for at in np.flatnonzero(gone):
        text = "No geometry: where and how large it is, is unknown."
        yield EntryFinding(int(at), "geometry", None, "geometry-missing", text, WARNING)


_SLIPS = {
    positions.OUTSIDE: ("outside-programme", "outside the programme's area"),
    positions.SWAPPED: ("axes-swapped", "it fits when longitude and latitude are exchanged"),
    positions.SIGN: ("sign-wrong", "it fits with the other sign"),
    positions.ZERO: ("coordinates-zero", "zero is not a position"),
}


def _positions(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    """Judge positions against the boundary setting, else against where most of the batch lies."""
    points = _points(batch)
    if points is None or batch.kind == "place":
        return
    lon, lat = points
    extent = positions.boundary_extent(settings.boundary_geojson, []) or positions.guessed_extent(lon, lat)
    judged = positions.judge(lon, lat, extent)
    for at in np.flatnonzero(np.isin(judged.verdict, list(_SLIPS))):
        code, why = _SLIPS[int(judged.verdict[at])]
        new = (float(judged.lon[at]), float(judged.lat[at]))
        proposal = {"lon": new[0], "lat": new[1]} if np.isfinite(new[0]) else None
        fitting = f" ({new[0]:.5f}, {new[1]:.5f})" if proposal else ""
        text = f"Position {lon[at]:.5f}, {lat[at]:.5f}: {why}{fitting}."
        here = (float(lon[at]), float(lat[at]))
        yield EntryFinding(int(at), "geometry", f"{lon[at]:.6f}, {lat[at]:.6f}", code, text, ERROR, here, proposal)


def _coarse(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    if batch.kind == "place":
        return
    decimals = settings.min_decimals
    if batch.geometry is not None and len(batch.geometry):
        coarse = shapes.is_coarse(np.asarray(batch.geometry, dtype=object), decimals)
    elif batch.lon is not None and batch.lat is not None:
        both = np.stack([np.asarray(batch.lon, dtype=np.float64), np.asarray(batch.lat, dtype=np.float64)])
        coarse = (np.abs(both - np.round(both, decimals - 1)) <= 1e-9).all(axis=0) & (both != 0).any(axis=0)
    else:
        return
    for at in np.flatnonzero(coarse):
        text = f"Coordinates have fewer than {decimals} decimals (3 decimals are 111 m)."
        yield EntryFinding(int(at), "geometry", None, "precision-too-low", text, WARNING)


def _date_columns(batch: EntryBatch) -> Iterator[tuple[str, Column]]:
    for name, attribute in KINDS[batch.kind].attributes.items():
        if attribute.type == "date" and not attribute.personal and name in batch.columns:
            yield name, batch.columns[name]
    if batch.dates is not None:
        yield "information_date", batch.dates


def _dates(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    """Look at each different date once: a column of a million rows has a few thousand."""
    for name, column in _date_columns(batch):
        odd = {text: why for text in set(column) if text and (why := _odd_date(str(text), name, batch.today))}
        if odd:
            for at, text in enumerate(column):
                if text in odd:
                    code, words = odd[text]
                    yield EntryFinding(at, name, str(text), code, words, ERROR)


def _odd_date(text: str, name: str, today: dt.date) -> tuple[str, str] | None:
    parsed = read(text)
    if parsed is None or parsed.year < EARLIEST_YEAR:
        return "date-impossible", f"{name} is {text!r}, which cannot be."
    if parsed.first_day > today and name not in MAY_LIE_AHEAD:
        return "date-future", f"{name} is {text}, after the day of import ({today})."
    return None


def _order(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    for earlier, later in ORDER.get(batch.kind, ()):
        if earlier not in batch.columns or later not in batch.columns:
            continue
        pairs = zip(batch.columns[earlier], batch.columns[later], strict=True)
        for at, (one, two) in enumerate(pairs):
            # ISO text sorts as time does; only the rest is read as dates.
            if one and two and one > two and (text := backwards(batch.kind, (earlier, str(one)), (later, str(two)))):
                yield EntryFinding(at, later, str(two), "dates-out-of-order", text, ERROR)


def _ids(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    """Find ids repeated within the batch after trimming and case folding; the programme-wide rule sees the rest."""
    column = batch.columns.get("local_id")
    seen: dict[str, int] = {}
    for at, text in enumerate(column if column is not None else ()):
        first = seen.setdefault(folded(str(text)), at) if text else at
        if first != at and column is not None:
            same = column[first] == text
            code, severity = ("id-duplicated", ERROR) if same else ("id-duplicated-folded", WARNING)
            how = "is that of" if same else "differs only by blanks or case from that of"
            words = f"The id {how} an earlier row ({column[first]!r})."
            yield EntryFinding(at, "local_id", str(text), code, words, severity)


def _counts(batch: EntryBatch, settings: Settings) -> Iterator[EntryFinding]:
    if batch.kind == "item" and {"quantity", "quantity_destroyed"} <= batch.columns.keys():
        found, destroyed = _numbers(batch.columns["quantity"]), _numbers(batch.columns["quantity_destroyed"])
        for at in np.flatnonzero(destroyed > found):
            text = f"{destroyed[at]:.0f} destroyed of {found[at]:.0f} found."
            value = f"{destroyed[at]:.0f}"
            yield EntryFinding(int(at), "quantity_destroyed", value, "destroyed-exceeds-found", text, ERROR)
    if batch.kind == "accident" and "casualties" in batch.columns:
        total = _numbers(batch.columns["casualties"])
        parts = [batch.columns.get(name) for name in ("killed", "injured", "outcome_unknown")]
        known = np.nansum([_numbers(part) for part in parts if part is not None] or [np.zeros(len(total))], axis=0)
        for at in np.flatnonzero(known > total):
            text = f"Killed, injured and unknown sum to {known[at]:.0f}, casualties are {total[at]:.0f}."
            yield EntryFinding(int(at), "casualties", f"{total[at]:.0f}", "accident-sum", text, ERROR)


def _numbers(column: Column) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in column], dtype=np.float64)


_ALL = (
    EntryRule("polygon-invalid", ERROR, "Does a ring cross or touch itself, and where?", _invalid),
    EntryRule("polygon-too-few-vertices", ERROR, "Has a ring fewer than three different vertices?", _few_vertices),
    EntryRule("vertices-repeated", NOTICE, "Is a vertex stated twice in a row?", _repeated),
    EntryRule("leg-too-long", WARNING, "Is a leg longer than the setting long_leg_m?", _long_legs),
    EntryRule("areas", WARNING, "Is it a sliver, and does the reported area fit the polygon?", _areas),
    EntryRule("geometry-missing", WARNING, "Has a record about ground no geometry?", _missing),
    EntryRule("positions", ERROR, "Zero, swapped, wrong sign, or outside the boundary?", _positions),
    EntryRule("precision-too-low", WARNING, "Are there fewer decimals than min_decimals?", _coarse),
    EntryRule("dates", ERROR, "Is a date impossible or still to come?", _dates),
    EntryRule("dates-out-of-order", ERROR, "Does something end before it begins?", _order),
    EntryRule("ids", WARNING, "Is an id repeated within the batch, as written or after folding?", _ids),
    EntryRule("counts", ERROR, "Do the figures of a row contradict each other?", _counts),
)

ENTRY_RULES: Mapping[str, EntryRule] = MappingProxyType({each.name: each for each in _ALL})
