"""What is wrong with a polygon, where, and how is it read by the programme's stated policy?

Repair is a policy, not a fact: reading a self-crossing outline by its lines or by its rings gives different ground (up
to 2,471 m2 on one hazard, stack notes). A programme states one policy; what was done is said with every repair, and
the geometry as entered is kept beside it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.errors import InvalidValue

__all__ = ["POLICIES", "Fault", "faults", "polygons_only", "repair"]

POLICIES = ("linework", "structure")
"""`linework`: every line of the outline counts, crossings cut it into faces; `structure`: rings as drawn, holes as
holes, overlapping parts merged."""

Geometries = npt.NDArray[np.object_]
_REASON = re.compile(r"^(?P<what>[^\[]+?)(?:\[(?P<lon>\S+) (?P<lat>[^\s\]]+)[^\]]*\])?$")
_POLYGONAL = (3, 6)
_COLLECTION = 7


class Fault(msgspec.Struct, frozen=True):
    """One fault of a geometry: what it is, in GEOS' words, and where (degrees; None when it has no place)."""

    what: str
    lon: float | None = None
    lat: float | None = None

    def __str__(self) -> str:
        if self.lon is None or self.lat is None:
            return self.what
        return f"{self.what} at longitude {self.lon:.7f}, latitude {self.lat:.7f}"


def faults(geoms: Any) -> list[Fault | None]:
    """Say for each geometry what is wrong and where; None where nothing is, or where there is no geometry.

    >>> bowtie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> print(faults([bowtie, None, shapely.box(0, 0, 1, 1)])[0])
    Self-intersection at longitude 1.0000000, latitude 1.0000000
    >>> faults([])
    []
    """
    array = np.atleast_1d(np.asarray(geoms, dtype=object))
    found: list[Fault | None] = [None] * len(array)
    bad = np.flatnonzero(~shapely.is_missing(array) & ~shapely.is_valid(array))
    for at, text in zip(bad, shapely.is_valid_reason(array[bad]), strict=True):
        found[at] = _fault(text)
    return found


def repair(geoms: Any, policy: str) -> tuple[Geometries, list[str | None]]:
    """Make geometries valid by `policy`; return them with what was wrong and done (None: nothing).

    Polygons keep their polygon parts only; one that holds no ground at all (collapsed to a line, coordinates that are
    not numbers) becomes None with the reason. Valid geometries and None come back as they are. Refuses an unknown
    policy with InvalidValue.

    >>> made, reasons = repair([shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])], "linework")
    >>> made[0].geom_type, reasons[0]
    ('MultiPolygon', 'Self-intersection at longitude 1.0000000, latitude 1.0000000; read by linework as 2 parts')
    >>> repair([], "structure")[1]
    []
    """
    if policy not in POLICIES:
        raise InvalidValue(field="repair policy", value=policy, why=f"one of {', '.join(POLICIES)}")
    made = np.atleast_1d(np.array(geoms, dtype=object))
    found = faults(made)
    reasons: list[str | None] = [None] * len(made)
    bad = np.array([at for at, fault in enumerate(found) if fault is not None], dtype=int)
    if not len(bad):
        return made, reasons
    finite = _all_finite(made[bad])
    areal = np.isin(shapely.get_type_id(made[bad]), _POLYGONAL)
    fixed = np.full(len(bad), None, dtype=object)
    fixed[finite] = _make_valid(made[bad][finite], policy)
    fixed[areal] = polygons_only(fixed[areal])
    made[bad] = fixed
    for at, number in zip(bad, finite, strict=True):
        reasons[at] = f"{found[at]}; {_done(made[at], bool(number), policy)}"
    return made, reasons


def polygons_only(geoms: Geometries) -> Geometries:
    """Keep the polygon parts of each geometry; None where there are none.

    Overlays and repairs return collections with stray lines and points: they hold no ground.

    >>> mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    >>> polygons_only(np.array([mixed, shapely.Point(0, 0), None], dtype=object)).tolist()
    [<POLYGON ((1 0, 1 1, 0 1, 0 0, 1 0))>, None, None]
    """
    kept = geoms.copy()
    other = ~np.isin(shapely.get_type_id(kept), _POLYGONAL) | shapely.is_empty(kept)
    for at in np.flatnonzero(other & ~shapely.is_missing(kept)):
        kept[at] = _polygon_parts(kept[at])
    kept[shapely.is_missing(kept)] = None
    return kept


def _polygon_parts(geometry: shapely.Geometry) -> shapely.Geometry | None:
    parts = shapely.get_parts(geometry)
    if shapely.get_type_id(geometry) == _COLLECTION:
        parts = shapely.get_parts(parts)
    parts = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
    if len(parts) == 0:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def _make_valid(geoms: Geometries, policy: str) -> Geometries:
    if policy == "structure":
        made: Geometries = shapely.make_valid(geoms, method="structure", keep_collapsed=False)
        # GEOS leaves parts that share an edge as they are when an outline runs along itself: join them.
        for at in np.flatnonzero(~shapely.is_valid(made)):
            made[at] = shapely.union_all(shapely.make_valid(shapely.get_parts(made[at])))
    else:
        made = shapely.make_valid(geoms, method="linework")
    return made


def _all_finite(geoms: Geometries) -> npt.NDArray[np.bool_]:
    xy, owner = shapely.get_coordinates(geoms, return_index=True)
    finite = np.ones(len(geoms), dtype=bool)
    finite[owner[~np.isfinite(xy).all(axis=1)]] = False
    return finite


def _fault(text: str) -> Fault:
    match = _REASON.match(text)
    if match is None or match["lon"] is None:
        return Fault(text if match is None else match["what"])
    lon, lat = float(match["lon"]), float(match["lat"])
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return Fault(match["what"])
    return Fault(match["what"], lon, lat)


def _done(made: shapely.Geometry | None, finite: bool, policy: str) -> str:
    if not finite:
        return "left out, because a coordinate is not a number"
    if made is None:
        return f"read by {policy} it holds no ground"
    parts = shapely.get_num_geometries(made)
    return f"read by {policy} as {parts} part{'s' if parts != 1 else ''}"
