"""Where do the positions of a file stand, how written and in which system, and do the headings contradict them?"""

from __future__ import annotations

import re

import msgspec
import numpy as np
import polars as pl
import shapely

from whitestone.exchange.mapping.model import PositionSpec
from whitestone.exchange.mapping.positions import split_pair
from whitestone.exchange.mapping.suggest_profile import Profile, is_headed, numbers_of, words
from whitestone.exchange.readers import Reading

__all__ = ["Box", "draft_position"]

Box = tuple[float, float, float, float]
_PAIR = re.compile(r"^[\s(\[]*[+-]?\d{1,3}[.,]\d+\s*[,;]\s*[+-]?\d{1,3}[.,]\d+[\s)\]]*$")

_ZONE = re.compile(r"(\d{1,2})\s*([A-Za-z]?)")


def draft_position(
    columns: list[Profile], frame: pl.DataFrame, reading: Reading, geometry: np.ndarray | None, boundary: Box | None,
    reasons: dict[str, str],
) -> tuple[PositionSpec | None, set[str]]:  # fmt: skip
    """Draft the position of a file; returns it with the columns that it takes."""
    if geometry is not None:
        return _of_geometry(reading, geometry, boundary, reasons), set()
    tags = {name: words().hxl.get(tag) for name, tag in (reading.hxl or {}).items()}
    x = _headed(columns, "x", tags)
    y = _headed(columns, "y", tags)
    pair = next((each for each in columns if each.values and all(_PAIR.match(text) for text in each.values[:50])), None)
    if x is not None and y is not None and x.numeric and y.numeric and (pair is None or _are_degrees(x, y)):
        made = _of_zone(x, y, columns, reasons) or _of_numbers(x, y, frame, boundary, reasons)
        if made is not None:
            return made, {x.name, y.name}
        reasons["position"] = (
            f"{x.name!r} and {y.name!r} look like coordinates, but the numbers do not say of which system: add "
            f"[position] with x = {x.name!r}, y = {y.name!r}, crs = the EPSG code that the source uses and notation = "
            "'projected'"
        )
    if pair is not None:
        reasons["position.pair"] = f"every cell holds two coordinates, as {pair.values[0]!r}"
        if x is not None and y is not None:
            reasons["position.pair"] += f"; {x.name!r} and {y.name!r} are no degrees (lost decimal points?)"
        first = [abs(float(re.findall(r"[+-]?\d+[.,]?\d*", text)[0].replace(",", "."))) for text in pair.values[:200]]
        reasons["position.basis"] = "the file does not say; the numbers are degrees"
        order = "xy" if max(first) > 90 else "yx"
        raw = {"pair": pair.name, "pair_order": order, "crs": "EPSG:4326", "basis": "assumed"}
        return msgspec.convert(raw, PositionSpec), {pair.name}
    return _of_notation(columns, x, y, tags, reasons)


def _are_degrees(x: Profile, y: Profile) -> bool:
    return max(abs(x.low), abs(x.high), abs(y.low), abs(y.high)) <= 180


def _headed(columns: list[Profile], axis: str, tags: dict[str, str | None]) -> Profile | None:
    tagged = next((each for each in columns if tags.get(each.name) == axis), None)
    if tagged is not None:
        return tagged
    known = words().position[axis]
    exact = next((each for each in columns if is_headed(each.head, known) and each.filled), None)
    if exact is not None:
        return exact
    long_words = [word for word in known if len(word) >= 3]
    alike = (each for each in columns if each.filled and any(each.head.startswith(word) for word in long_words))
    return next(alike, None)


def _of_numbers(
    x: Profile, y: Profile, frame: pl.DataFrame, boundary: Box | None, reasons: dict[str, str]
) -> PositionSpec | None:
    east = numbers_of(frame.get_column(x.name), x.decimal, x.thousands)
    north = numbers_of(frame.get_column(y.name), y.decimal, y.thousands)
    decimal = x.decimal
    if max(abs(x.low), abs(x.high)) <= 180 and max(abs(y.low), abs(y.high)) <= 90 and boundary is None:
        reasons["position.x"] = f"by its heading; from {x.low:g} to {x.high:g}"
        reasons["position.y"] = f"by its heading; from {y.low:g} to {y.high:g}"
        reasons["position.basis"] = "the file does not say; the numbers are degrees, taken for WGS 84"
        return PositionSpec(x=x.name, y=y.name, crs="EPSG:4326", basis="assumed", decimal=decimal)
    if max(abs(y.low), abs(y.high)) > 90 and max(abs(x.low), abs(x.high)) <= 90 and abs(y.high) <= 180:
        span = f"from {y.low:g} to {y.high:g}"
        reasons["position.x"] = f"headed {y.name!r}, yet {span}: no latitude; the headings are swapped"
        reasons["position.y"] = f"headed {x.name!r}: the other half of the swapped headings"
        return PositionSpec(x=y.name, y=x.name, crs="EPSG:4326", basis="assumed", decimal=decimal)
    return _of_grid(x, y, east, north, boundary, decimal, reasons)


def _of_zone(x: Profile, y: Profile, columns: list[Profile], reasons: dict[str, str]) -> PositionSpec | None:
    """Take metres as UTM where a column gives one zone throughout, as `38N` or `38S` (a band, which is north)."""
    if _are_degrees(x, y):
        return None
    for column in columns:
        found = _ZONE.fullmatch(column.values[0]) if column.distinct == 1 and column.values else None
        if found is None or not is_headed(column.head, words().position["zone"]) or not 1 <= int(found[1]) <= 60:
            continue
        band = (found[2] or "").upper()
        if not band or (band == "S" and not (y.low >= 3_540_000 and y.high <= 4_430_000)):
            return None  # no letter; or S for the south, which is told from the band S by where that band lies
        south = band < "N"
        reasons["position.x"] = "by its heading"
        reasons["position.crs"] = f"UTM zone {column.values[0]!r} throughout ({column.name}), taken for WGS 84: check"
        crs = f"EPSG:{32700 if south else 32600}".replace("00", f"{int(found[1]):02d}", 1)
        return PositionSpec(x=x.name, y=y.name, crs=crs, basis="guessed", decimal=x.decimal, notation="projected")
    return None


def _of_grid(
    x: Profile, y: Profile, east: np.ndarray, north: np.ndarray, boundary: Box | None, decimal: str,
    reasons: dict[str, str],
) -> PositionSpec | None:  # fmt: skip
    from whitestone.geodesy.plausibility import guess_system

    found = guess_system(east, north, boundary)
    if not found:
        return None
    best = found[0]
    first, second = (y, x) if best.swapped else (x, y)
    reasons["position.x"] = "the headings are swapped" if best.swapped else "by its heading"
    reasons["position.crs"] = best.reason + "".join(f"; or {other.system}: {other.reason}" for other in found[1:3])
    if best.operations:
        listed = ", ".join(f"{each.code} ({each.accuracy_m} m)" for each in best.operations[:4])
        reasons["position.crs"] += f"; choose operation = one of {listed}"
    return PositionSpec(x=first.name, y=second.name, crs=best.system, basis="guessed", decimal=decimal,
                        notation=best.notation)  # type: ignore[arg-type]


def _of_notation(
    columns: list[Profile], x: Profile | None, y: Profile | None, tags: dict[str, str | None], reasons: dict[str, str]
) -> tuple[PositionSpec | None, set[str]]:
    """Look for degrees with minutes, and for grid references in one column."""
    from whitestone.geodesy.coordinates import guess_notation

    if x is not None and y is not None:
        notation = guess_notation(list(x.values[:100]), list(y.values[:100]))
        if notation in ("dms", "ddm", "dd"):
            reasons["position.notation"] = f"as in {x.values[0]!r}"
            return _noted(x.name, y.name, notation), {x.name, y.name}
    for column in columns:
        made = _of_angles(column, reasons)
        if made is not None:
            return made, {column.name}
        if is_headed(column.head, words().position["pair"]) or tags.get(column.name) == "pair":
            notation = guess_notation(list(column.values[:100]))
            if notation in ("mgrs", "utm"):
                reasons["position.x"] = f"grid references, as {column.values[0]!r}"
                return _noted(column.name, None, notation), {column.name}
    return None, set()


def _of_angles(column: Profile, reasons: dict[str, str]) -> PositionSpec | None:
    """Take a column in which most cells hold a latitude and a longitude with their hemispheres."""
    from whitestone.geodesy.coordinates import guess_notation

    sample = pl.Series(column.values[:100], dtype=pl.String)
    first, second = split_pair(sample)
    both = first.is_not_null() & second.is_not_null()
    if not len(sample) or int(both.sum()) < 0.8 * len(sample):
        return None
    notation = guess_notation(first.to_list(), second.to_list())
    if notation not in ("dd", "dms", "ddm") or (notation == "dd" and not re.search(r"[^\W\d_]", sample[0])):
        return None
    order = "xy" if re.search(r"[EWOВЗ]", first[0] or "") else "yx"
    reasons["position.pair"] = f"every cell holds two coordinates, as {sample[0]!r}"
    reasons["position.basis"] = "the file does not say; the numbers are degrees"
    raw = {"pair": column.name, "pair_order": order, "crs": "EPSG:4326", "basis": "assumed", "notation": notation}
    return msgspec.convert(raw, PositionSpec)


def _noted(x: str, y: str | None, notation: str) -> PositionSpec:
    raw = {"x": x, "y": y, "crs": "EPSG:4326", "basis": "assumed", "notation": notation}
    return msgspec.convert(raw, PositionSpec)


def _of_geometry(
    reading: Reading, geometry: np.ndarray, boundary: Box | None, reasons: dict[str, str]
) -> PositionSpec | None:
    if reading.crs is not None:
        reasons["position.crs"] = "declared in the file"
        return PositionSpec(crs=reading.crs)
    seen = geometry[~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)]
    if not len(seen):
        return None  # no shape in the whole file: nothing is known of where it lies, and that is no fault
    west, south, east, north = shapely.total_bounds(seen).tolist()
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        standard = reading.format in ("geojson", "topojson", "kml", "kmz", "gpx")
        told = "WGS 84 by the format's standard" if standard else "not declared; the numbers are degrees"
        reasons["position.crs"] = told
        return PositionSpec(crs="EPSG:4326", basis="stated" if standard else "assumed")
    from whitestone.geodesy.plausibility import guess_system

    points = shapely.get_coordinates(shapely.centroid(geometry[~shapely.is_missing(geometry)]))
    found = guess_system(points[:, 0], points[:, 1], boundary)
    if not found:
        reasons["position.basis"] = "not declared, and no system could be told from the numbers: write the right one"
        return PositionSpec(crs="EPSG:4326", basis="assumed")
    reasons["position.crs"] = found[0].reason
    return PositionSpec(crs=found[0].system, basis="guessed")
