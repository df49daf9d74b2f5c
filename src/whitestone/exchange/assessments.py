"""What does a file of `records assess` or `records place` say of one sheet: chance, outlines, what stands for them?

Only the form that is published: further keys are left alone. A sheet whose outlines do not lie in one another is
refused, because whoever holds the outer one must know that the inner ones are inside it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import shapely

from whitestone.errors import InvalidValue, UnreadableFile
from whitestone.geodesy.areas import geodesic_area_m2

__all__ = ["LEVELS", "Placed", "read_placed", "read_searched", "without_small_holes"]

LEVELS = ("50", "90", "99")
"""The outlines of a sheet, inner first, by how much of the chance they hold in percent."""

_FIGURES = ("p_field", "centroid", "shift_m", "finds_explained", "searched_share")
_NESTED_SHARE = 0.01
"""How much of an inner outline may lie outside the next one: outlines of a 10 m raster are cut and rounded."""


_HOLE_M2 = 400.0
"""Holes smaller than this, 20 m square, are filled where a team is sent along: nobody searches around them."""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet as it was placed: outlines as shapes in WGS 84 degrees, chance that its field is or was there."""

    id: str
    outlines: dict[str, Any]
    p_field: float | None = None
    centroid: tuple[float, float] | None = None
    shift_m: float | None = None
    finds_explained: float | None = None
    searched_share: float | None = None
    seed: int | None = None


class _Detail(msgspec.Struct, kw_only=True):
    id: str
    outlines: dict[str, dict[str, Any] | None] = {}
    p_field: float | None = None
    centroid: tuple[float, float] | None = None
    shift_m: float | None = None
    finds_explained: float | None = None
    searched_share: float | None = None


class _File(msgspec.Struct):
    records_detail: list[_Detail]
    seed: int | None = None


def read_placed(path: Path, sheets: Iterable[str]) -> list[Placed]:
    """Read what a file says of some sheets, in the order asked; holes of outlines under 400 m2 are filled.

    Refuses with UnreadableFile what is not such a file, and with InvalidValue a sheet that is not in it (or twice),
    one without a 99 % outline, and outlines that are broken or do not lie in one another.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError) as error:
        raise UnreadableFile(
            path=path.name,
            why=f"it is not the answer of an assessment ({error})",
            fix="Give the JSON that 'records assess --json' or 'records place' wrote.",
        ) from None
    named: dict[str, list[_Detail]] = {}
    for detail in found.records_detail:
        named.setdefault(detail.id, []).append(detail)
    return [_placed(name, named.get(name, []), found.seed) for name in sheets]


def read_searched(path: Path) -> list[shapely.Geometry]:
    """Read the searched polygons of a batch file (degrees); refuses what is no batch with UnreadableFile."""
    try:
        given = json.loads(path.read_bytes())
        return [_shape(each["geometry"], "searched") for each in given.get("searched", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(
            path=path.name,
            why=f"it holds no searched ground ({error})",
            fix="Give a batch file as 'records assess' reads it.",
        ) from None


def _placed(name: str, details: list[_Detail], seed: int | None) -> Placed:
    if len(details) != 1:
        why = "the file does not hold it" if not details else "the file holds it more than once"
        raise InvalidValue(field="sheet", value=name, why=why)
    detail = details[0]
    outlines = {level: _shape(given, name) for level in LEVELS if (given := detail.outlines.get(level))}
    if "99" not in outlines:
        raise InvalidValue(
            field="outlines", value=name, why="it has no 99 % outline, without which no inner one leaves"
        )
    kept = [level for level in LEVELS if level in outlines]
    for inner, outer in itertools.pairwise(kept):
        outside = shapely.difference(outlines[inner], outlines[outer]).area
        if outside > _NESTED_SHARE * outlines[inner].area:
            raise InvalidValue(field="outlines", value=name, why=f"the {inner} % outline leaves the {outer} % one")
    outlines = {level: without_small_holes(shape) for level, shape in outlines.items()}
    return Placed(id=name, outlines=outlines, seed=seed, **{key: getattr(detail, key) for key in _FIGURES})


def without_small_holes(shape: shapely.Geometry) -> shapely.Geometry:
    """Fill the holes of an outline (WGS 84 degrees) that are smaller than 400 m2; it then holds no less of the field.

    >>> hole = [(0.0, 0.0), (0.0, 0.0001), (0.0001, 0.0001), (0.0001, 0.0)]
    >>> around = shapely.Polygon([(-1, -1), (-1, 1), (1, 1), (1, -1)], [hole])
    >>> without_small_holes(around).interiors[:], without_small_holes(shapely.Polygon()).is_empty
    ([], True)
    """
    if shape.geom_type == "MultiPolygon":
        return shapely.union_all([without_small_holes(part) for part in shape.geoms])
    if shape.geom_type != "Polygon" or shape.is_empty:
        return shape
    large = [ring for ring in shape.interiors if geodesic_area_m2(shapely.Polygon(ring)) >= _HOLE_M2]
    return shapely.Polygon(shape.exterior, large)


def _shape(geometry: dict[str, Any], name: str) -> shapely.Geometry:
    """Turn GeoJSON into a sound polygon in degrees; refuses what is none with InvalidValue."""
    try:
        shape = shapely.make_valid(shapely.geometry.shape(geometry))
    except (shapely.errors.ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InvalidValue(field="outlines", value=name, why=f"a geometry is broken: {error}") from None
    west, south, east, north = shape.bounds if not shape.is_empty else (999.0,) * 4
    if not shape.area or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidValue(field="outlines", value=name, why="a geometry is no area in degrees of WGS 84")
    return shape
