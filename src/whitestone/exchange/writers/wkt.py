"""How is a geometry written as text without rounding? GEOS cuts doubles at a number of decimals; this does not."""

from __future__ import annotations

from typing import Any

import shapely

__all__ = ["exact_wkt"]


def exact_wkt(shape: Any) -> str:
    """Write a shape as well-known text, each number as the shortest text of the same double.

    >>> exact_wkt(shapely.Point(18.1, 1e-7)), exact_wkt(shapely.Point(1, 2, 3)), exact_wkt(shapely.Polygon())
    ('POINT (18.1 1e-07)', 'POINT Z (1.0 2.0 3.0)', 'POLYGON EMPTY')
    """
    name = shape.geom_type.upper()
    if shape.is_empty:
        return f"{name} EMPTY"
    return f"{name}{' Z' if shape.has_z else ''} {_inner(shape)}"


def _inner(shape: Any) -> str:
    kind = shape.geom_type
    if kind == "Polygon":
        return "(" + ", ".join(map(_line, (shape.exterior, *shape.interiors))) + ")"
    if kind == "GeometryCollection":
        return "(" + ", ".join(map(exact_wkt, shape.geoms)) + ")"
    if kind.startswith("Multi"):
        return "(" + ", ".join("EMPTY" if part.is_empty else _inner(part) for part in shape.geoms) + ")"
    return _line(shape)


def _line(shape: Any) -> str:
    points = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    return "(" + ", ".join(" ".join(map(repr, point)) for point in points) + ")"
