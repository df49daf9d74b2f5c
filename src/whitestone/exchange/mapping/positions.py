"""Where does each row lie in WGS 84, what was typed for it, and which rows have no position that can be used?"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from whitestone.exchange.mapping.columns import View, json_text, member
from whitestone.exchange.mapping.model import PositionSpec

if TYPE_CHECKING:
    from whitestone.geodesy.crs import Operation

__all__ = ["Positions", "Reference", "from_columns", "from_geometry", "point_wkb", "split_pair"]

Floats = npt.NDArray[np.float64]
_WGS84 = "EPSG:4326"
_LETTERS_AFTER = r"^([^NSEWOСЮВЗ]*\d[^NSEWOСЮВЗ]*[NSEWOСЮВЗ])[\s,;/|]+(.*\d.*[NSEWOСЮВЗ])$"
_LETTERS_BEFORE = r"^([NSEWOСЮВЗ][^NSEWOСЮВЗ]*\d.*?)[\s,;/|]+([NSEWOСЮВЗ].*\d.*)$"
"""Two angles in one cell, told apart by their hemispheres whatever stands between them."""
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])


class Reference(msgspec.Struct, frozen=True):
    """The reference system of a file's positions, how it was decided, and the transformation that is meant."""

    crs: str = _WGS84
    basis: str = "stated"
    operation: int | None = None


class Positions(msgspec.Struct):
    """What is known of each row's place: WKB in WGS 84, bounds, what was typed (JSON), what is wrong with it.

    `bounds` is (n, 4) west, south, east, north with NaN where there is no position; `shapes` are the geometries before
    any repair, for the rules at entry; `entered` is JSON text or null; `faults` are by row: code and sentence.
    """

    wkb: list[bytes | None]
    bounds: Floats
    shapes: npt.NDArray[np.object_] | None
    entered: pl.Series
    faults: dict[int, tuple[str, str]]


def point_wkb(lon: Floats, lat: Floats) -> list[bytes | None]:
    """Write points as little-endian WKB; NaN gives None.

    >>> [shapely.from_wkb(each).wkt for each in point_wkb(np.array([1.0]), np.array([2.0]))]
    ['POINT (1 2)']
    >>> point_wkb(np.array([np.nan]), np.array([0.0])), point_wkb(np.array([]), np.array([]))
    ([None], [])
    """
    cells = np.empty(len(lon), dtype=_POINT)
    cells["order"], cells["type"], cells["x"], cells["y"] = 1, 1, lon, lat
    data = cells.tobytes()
    known = np.isfinite(lon) & np.isfinite(lat)
    if known.all():
        return [data[at : at + 21] for at in range(0, len(data), 21)]
    return [data[21 * row : 21 * row + 21] if there else None for row, there in enumerate(known.tolist())]


def from_columns(view: View, spec: PositionSpec, reference: Reference) -> Positions:
    """Read positions out of coordinate columns.

    Decimal degrees in WGS 84 are taken by column; every other notation goes through geodesy.coordinates. A row with
    no coordinates has no position and no fault; one that is not understood has a fault and keeps what was typed.
    """
    x, y = _typed(view, spec)
    said = (x.is_not_null() | y.is_not_null()).to_numpy()
    faults: dict[int, tuple[str, str]] = {}
    lon, lat = np.full(view.height, np.nan), np.full(view.height, np.nan)
    todo = said
    if spec.notation == "dd" and reference.crs == _WGS84:
        lon, lat, todo = _degrees(x, y, said)
    rows = np.flatnonzero(todo)
    understood: dict[str, Any] = {}
    resolution = _resolution(x, y, lon)
    if len(rows):
        understood = _parse(x, y, rows, spec, reference, (lon, lat, resolution), faults)
    bounds = np.column_stack([lon, lat, lon, lat])
    entered = _entered_points(view, spec, reference, said, understood, resolution)
    return Positions(point_wkb(lon, lat), bounds, None, entered, faults)


def _typed(view: View, spec: PositionSpec) -> tuple[pl.Series, pl.Series]:
    """Return the typed x and y, empty cells as null."""
    if spec.pair is not None:
        first, second = split_pair(view.series(spec.pair), spec.decimal)
        x, y = (second, first) if spec.pair_order == "yx" else (first, second)
    else:
        x = view.series(spec.x or "")
        y = view.series(spec.y) if spec.y else pl.Series([None] * view.height, dtype=pl.String)
    return _cell(x, spec.decimal), _cell(y, spec.decimal)


def split_pair(texts: pl.Series, decimal: str = ".") -> tuple[pl.Series, pl.Series]:
    """Split cells that hold two coordinates: after a hemisphere, else at the comma (semicolon with decimal commas).

    >>> first, second = split_pair(pl.Series(["44°10'N 17°30'E", "N 44 10,5; E 17 30", "(6.1, -75.2)", ""]))
    >>> [each.strip() if each else each for each in second.to_list()]
    ["17°30'E", 'E 17 30', '-75.2', None]
    >>> split_pair(pl.Series([], dtype=pl.String))[0].len()
    0
    """
    text = texts.str.strip_chars(" ()[]\t")
    parts = text.str.splitn("," if decimal == "." else ";", 2).struct.unnest()
    halves = parts.to_series(0), parts.to_series(1)
    for pattern in (_LETTERS_AFTER, _LETTERS_BEFORE):
        found = text.str.extract_groups(pattern).struct.unnest()
        there = found.to_series(0).is_not_null()
        if there.any():
            halves = (found.to_series(0).zip_with(there, halves[0]), found.to_series(1).zip_with(there, halves[1]))
    return halves


def _cell(series: pl.Series, decimal: str) -> pl.Series:
    text = series.str.strip_chars()
    text = text.set(text == "", None)
    return text if decimal == "." else text.str.replace(decimal, ".", literal=True)


def _degrees(x: pl.Series, y: pl.Series, said: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Take plain decimal degrees by column; what is not plain, or lies off the globe, is left to do."""
    lon = x.cast(pl.Float64, strict=False).to_numpy().astype(np.float64)
    lat = y.cast(pl.Float64, strict=False).to_numpy().astype(np.float64)
    with np.errstate(invalid="ignore"):
        good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan), said & ~good


def _resolution(x: pl.Series, y: pl.Series, lon: Floats) -> Floats:
    """Say what the last digit of decimal degrees is worth, in metres on a meridian; NaN where `lon` is NaN."""
    from whitestone.geodesy.angles import METRES_A_DEGREE

    frame = pl.DataFrame({"x": x, "y": y})
    point = [pl.col(name).str.find(".", literal=True) for name in ("x", "y")]
    written = [pl.col(name).str.len_bytes() for name in ("x", "y")]
    decimals = [(long.cast(pl.Int64) - at - 1).fill_null(0) for long, at in zip(written, point, strict=True)]
    fewest = frame.select(pl.min_horizontal(*decimals).clip(0, 15)).to_series().to_numpy()
    found: Floats = np.where(np.isfinite(lon), METRES_A_DEGREE * 10.0 ** -fewest.astype(np.float64), np.nan)
    return found


def _parse(
    x: pl.Series, y: pl.Series, rows: npt.NDArray[np.intp], spec: PositionSpec, reference: Reference,
    into: tuple[Floats, Floats, Floats], faults: dict[int, tuple[str, str]],
) -> dict[str, Any]:  # fmt: skip
    """Place some rows through geodesy; return which transformation was used, as it is kept beside what was typed."""
    from whitestone.geodesy.coordinates import parse_positions

    xs = [text or "" for text in x.gather(rows).to_list()]
    ys = [text or "" for text in y.gather(rows).to_list()]
    found = parse_positions(xs, ys, spec.notation, reference.crs, reference.operation)
    into[0][rows], into[1][rows], into[2][rows] = found.lon, found.lat, found.resolution_m
    for index, (code, message) in found.faults.items():
        row = int(rows[index])
        faults[row] = (code, message)
        into[0][row] = into[1][row] = np.nan
    return _used(found.operation, found.assumed)


def _used(operation: Operation | None, assumed: bool) -> dict[str, Any]:
    if operation is None:
        return {}
    return {"operation": operation.code, "operation_assumed": assumed, "operation_accuracy_m": operation.accuracy_m}


def _entered_points(
    view: View, spec: PositionSpec, reference: Reference, said: npt.NDArray[np.bool_], understood: dict[str, Any],
    resolution: Floats,
) -> pl.Series:  # fmt: skip
    """Write what was typed with its reference system, as JSON; a column's text is repeated exactly.

    `accuracy_m` is the root of the squares of the parts beside it: what the last typed digit is worth
    (`resolution_m`), the transformation (`operation_accuracy_m`) and what the mapping states (`stated_accuracy_m`).
    It is left out where a part is not known.
    """
    columns = {"pair": spec.pair} if spec.pair else {"x": spec.x, "y": spec.y}
    tail: dict[str, Any] = {"notation": spec.notation, "crs": reference.crs, "basis": reference.basis}
    tail |= understood
    if spec.accuracy_m is not None:
        tail["stated_accuracy_m"] = spec.accuracy_m
    whole = np.hypot(resolution, spec.accuracy_m or 0.0)
    if understood:
        shift = understood["operation_accuracy_m"]
        whole = np.hypot(whole, np.nan if shift is None else shift)
    parts = [member(key, json_text(view.series(column))) for key, column in columns.items() if column]
    parts += [member("accuracy_m", _metres(whole)), member("resolution_m", _metres(resolution))]
    frame = pl.DataFrame({str(number): part.fill_null("") for number, part in enumerate(parts)})
    text = pl.concat_str(
        [pl.lit("{"), pl.concat_str(frame.columns).str.slice(1), pl.lit("," + _inner(tail) + "}")]
    )
    return frame.select(text.alias("position")).to_series().set(pl.Series(~said), None)


def _metres(values: Floats) -> pl.Series:
    """Write metres to the millimetre; null where they are not known."""
    rounded = pl.Series(values).round(3)
    return rounded.cast(pl.String).set(~rounded.is_finite(), None)


def _inner(table: dict[str, Any]) -> str:
    return json.dumps(table, ensure_ascii=False, separators=(",", ":"))[1:-1]


def from_geometry(wkbs: list[bytes | None], reference: Reference, policy: str) -> Positions:
    """Read the file's own geometries: into WGS 84, repaired once by the programme's policy.

    What is empty counts as absent. Coordinates that are not finite or lie off the globe are faults: the geometry is
    not used and stays in what was entered, as does every original that was transformed or repaired.
    """
    raw = np.array(wkbs, dtype=object)
    shapes = shapely.from_wkb(raw, on_invalid="ignore")
    faults: dict[int, tuple[str, str]] = {}
    there = np.array([text is not None for text in wkbs], dtype=bool)
    for lost in np.flatnonzero(there & shapely.is_missing(shapes)):
        faults[int(lost)] = ("geometry-unreadable", "the geometry's binary form cannot be read")
    shapes = np.array(np.where(shapely.is_empty(shapes), None, shapes), dtype=object)
    moved, used = _transformed(shapes, reference)
    placed = shapely.force_2d(moved)
    _refuse_off_globe(placed, faults)
    repaired, reasons = _repaired(placed, policy)
    changed: dict[int, str] = {row: reason for row, reason in enumerate(reasons) if reason}
    three_d = shapely.has_z(shapes)
    bounds = shapely.bounds(repaired) if len(repaired) else np.empty((0, 4))
    plain = reference.crs == _WGS84
    written = [None if shape is None else shape for shape in shapely.to_wkb(repaired, byte_order=1).tolist()]
    entered: list[str | None] = []
    for row, original in enumerate(wkbs):
        keep = original is not None and (row in changed or row in faults or not plain or bool(three_d[row]))
        entered.append(_entered_shape(original, reference, changed.get(row), used) if keep else None)
    return Positions(written, bounds, placed, pl.Series("position", entered, dtype=pl.String), faults)


def _transformed(
    shapes: npt.NDArray[np.object_], reference: Reference
) -> tuple[npt.NDArray[np.object_], dict[str, Any]]:
    if reference.crs == _WGS84:
        return shapes, {}
    from whitestone.geodesy.crs import transformer

    transform = transformer(reference.crs, reference.operation)
    return transform.geometries(shapes), _used(transform.operation, transform.assumed)


def _refuse_off_globe(shapes: npt.NDArray[np.object_], faults: dict[int, tuple[str, str]]) -> None:
    """Take out, in place, geometries with coordinates that are not finite or not on the globe."""
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(coordinates).all(axis=1) | (np.abs(coordinates) > (180.0, 90.0)).any(axis=1)
    for row in np.unique(owners[bad]).tolist():
        first = coordinates[bad & (owners == row)][0]
        faults[row] = ("coordinates-impossible", f"coordinates {first[0]:g}, {first[1]:g} are not on the globe")
        shapes[row] = None


def _repaired(shapes: npt.NDArray[np.object_], policy: str) -> tuple[npt.NDArray[np.object_], list[str | None]]:
    areal = np.isin(shapely.get_type_id(shapes), (3, 6))
    if not areal.any() or bool(shapely.is_valid(shapes[areal]).all()):
        return shapes, [None] * len(shapes)
    from whitestone.geodesy.repair import repair

    return repair(shapes, policy)


def _entered_shape(original: bytes | None, reference: Reference, repair: str | None, used: dict[str, Any]) -> str:
    """Keep the original geometry with its reference system, the transformation and the reason of its repair."""
    kept: dict[str, Any] = {"crs": reference.crs, "basis": reference.basis, **used}
    if repair is not None:
        kept["repair"] = repair
    if original is not None:
        kept["wkb"] = base64.b64encode(original).decode("ascii")
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
