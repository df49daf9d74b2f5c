"""In which reference system were the numbers written, and by which operation do they become WGS 84?

The wrong one of the published Pulkovo 1942 operations is 3 to 19 m off and nothing looks wrong, so an operation is
named by its EPSG code, and its stated accuracy goes with every position. Where nobody named one, the most accurate
that covers the ground is taken and said to be assumed: PROJ's own order is not by fitness.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.crs import CoordinateOperation
from pyproj.transformer import TransformerGroup

from whitestone.errors import InvalidValue

__all__ = ["WGS84", "Operation", "ReferenceSystem", "Transform", "fits", "identify", "is_projected", "operations",
           "transformer"]

WGS84 = "EPSG:4326"
BASES = ("stated", "guessed", "assumed")
"""How it was decided: the source says so, its numbers show it, or nobody knows and a default was taken."""

Box = tuple[float, float, float, float]
Floats = npt.NDArray[np.float64]
_SAME = frozenset({"EPSG:4326", "OGC:CRS84", "EPSG:4979"})
_SAME_GRID = {"EPSG:31275": "EPSG:3907", "EPSG:31276": "EPSG:3908", "EPSG:31277": "EPSG:3909",
              "EPSG:31279": "EPSG:3910"}  # fmt: skip
"""Balkans zones 5 to 8 as EPSG first had them -> the same grids on MGI 1901, for which there are operations."""
_UNKNOWN_ACCURACY_M = 900.0
"""EPSG writes 999 m where nobody knows."""


class ReferenceSystem(msgspec.Struct, frozen=True):
    """A reference system by its EPSG code, and how that was decided (`BASES`)."""

    code: str
    basis: str = "stated"

    @property
    def name(self) -> str:
        """Say its name as EPSG writes it.

        >>> ReferenceSystem("EPSG:28408").name
        'Pulkovo 1942 / Gauss-Kruger zone 8'
        """
        return str(_crs(self.code).name)


class Operation(msgspec.Struct, frozen=True):
    """A transformation to WGS 84: EPSG code, name, stated accuracy (None: unknown), area for which it was made."""

    code: int | None
    name: str
    accuracy_m: float | None
    area: str | None = None
    bounds: Box | None = None
    steps: tuple[int, ...] = ()
    covers: bool = True
    """Whether it was made for all of the ground in question."""


class Transform:
    """A way from one reference system to WGS 84 degrees: call it with arrays, first coordinate east.

    `operation` says which transformation is in it (None: the system is on WGS 84 already), `assumed` that nobody
    named it, `candidates` what else could have been meant. Positions outside of its mathematics become NaN.
    """

    def __init__(self, code: str, steps: tuple[Any, ...], operation: Operation | None, assumed: bool,
                 candidates: tuple[Operation, ...] = ()) -> None:
        self.code = code
        self.operation = operation
        self.assumed = assumed
        self.candidates = candidates
        self.accuracy_m = operation.accuracy_m if operation else 0.0
        self._steps = steps

    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Transform eastings (or longitudes) and northings (or latitudes) to longitude and latitude, degrees."""
        lon, lat = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        for step in self._steps:
            lon, lat = step(lon, lat)
        good = np.isfinite(lon) & np.isfinite(lat)
        return np.where(good, lon, np.nan), np.where(good, lat, np.nan)

    def geometries(self, geoms: Any) -> npt.NDArray[np.object_]:
        """Transform an array of geometries; None stays None, heights are dropped."""
        array = np.atleast_1d(np.asarray(geoms, dtype=object))
        made: npt.NDArray[np.object_] = shapely.transform(array, lambda xy: np.column_stack(self(xy[:, 0], xy[:, 1])))
        return made

    def sentence(self) -> str:
        """Say in one sentence what was done, for the run and for the record."""
        if self.operation is None:
            return f"{ReferenceSystem(self.code).name} is on WGS 84 already."
        how = "assumed: nobody named one" if self.assumed else "as stated"
        accuracy = f"{self.accuracy_m:g} m" if self.accuracy_m is not None else "unknown"
        named = f"EPSG:{self.operation.code} " if self.operation.code else ""
        made_for = f", made for {self.operation.area}" if self.assumed or not self.operation.covers else ""
        return f"{named}{self.operation.name} ({how}{made_for}), stated accuracy {accuracy}."


def identify(text: str) -> str | None:
    """Read what a file says of its reference system into `EPSG:n`; None when it names none that EPSG has.

    Takes EPSG codes, URNs and URLs of OGC, CRS84 and the WKT of a .prj file.

    >>> identify("urn:ogc:def:crs:EPSG::32648"), identify("urn:ogc:def:crs:OGC:1.3:CRS84"), identify("")
    ('EPSG:32648', 'EPSG:4326', None)
    """
    stated = text.strip()
    if re.search(r"\bCRS:?84$", stated, re.IGNORECASE):
        return WGS84
    match = re.search(r"EPSG(?:::?|/\d[\d.]*/|/)(\d{4,6})$", stated, re.IGNORECASE)
    match = match or re.search(r"(?:AUTHORITY|ID)\[\"EPSG\",\"?(\d{4,6})\"?\]\]$", stated)
    candidate: Any = f"EPSG:{match[1]}" if match else stated
    if not candidate:
        return None
    try:
        crs = pyproj.CRS.from_user_input(candidate)
        code = int(match[1]) if match else crs.to_epsg(min_confidence=70)
    except pyproj.exceptions.CRSError:
        return None
    return f"EPSG:{code}" if code else None


def is_projected(code: str) -> bool:
    """Say whether a system counts in metres of a map projection; refuses an unknown one with InvalidValue.

    >>> is_projected("EPSG:28408"), is_projected("EPSG:4284")
    (True, False)
    """
    return bool(_crs(code).is_projected)


def fits(code: str, operation: int | None) -> bool:
    """Say whether an operation leads from a system's datum to WGS 84: a programme's default is not for every file.

    Refuses an unknown system with InvalidValue; an operation that EPSG does not have fits nothing.

    >>> fits("EPSG:28408", 15865), fits("EPSG:23038", 15865), fits("EPSG:4326", 15865), fits("EPSG:4284", None)
    (True, False, False, False)
    """
    crs = _crs(code)
    if operation is None or _base_code(crs) == WGS84:
        return False
    if any(each.code == operation for each in _operations(code, None)):
        return True
    try:
        _stated(crs, operation)
    except InvalidValue:
        return False
    return True


def operations(from_code: str, area: Box | None = None, country: str | None = None) -> list[Operation]:
    """List the transformations to WGS 84 that EPSG has for a system, best first.

    `area` is west, south, east, north in degrees (default: where the system is used), `country` a name as EPSG writes
    it. Those whose text names the country come first, then those whose box holds all of the area, then by stated
    accuracy (unknown last), then by code. A box is crude: that of a large country holds its neighbours, so read the
    text before choosing. Empty when the system is on WGS 84. Refuses an unknown system with InvalidValue.

    >>> [each.code for each in operations("EPSG:4284", (44.7, 38.3, 51.0, 41.0))][:2], operations("EPSG:32638")
    ([15865, 1808], [])
    """
    listed = _operations(from_code, area)
    wanted = (country or "").casefold()
    return sorted(listed, key=lambda each: wanted not in (each.area or "").casefold())


def transformer(code: str, operation: int | None = None, area: Box | None = None) -> Transform:
    """Make the way from a system to WGS 84, by the operation with that EPSG code.

    Without `operation` the first of `operations(code, area)` is taken and marked as assumed. Refuses with
    InvalidValue: an unknown system or operation, an operation of another system, a system that nothing connects.

    >>> to_wgs84 = transformer("EPSG:4284", 15865)
    >>> to_wgs84.accuracy_m, to_wgs84.assumed, len(to_wgs84([], [])[0])
    (4.5, False, 0)
    """
    return _transformer(code, operation, area)


@functools.lru_cache(maxsize=256)
def _transformer(code: str, operation: int | None, area: Box | None) -> Transform:
    crs = _crs(code)
    if code in _SAME or _base_code(crs) == WGS84:
        return Transform(code, _conversion(crs), None, assumed=False)
    candidates = _operations(code, area)
    if operation is None:
        if not candidates:
            raise InvalidValue(field="reference system", value=code, why="no transformation to WGS 84 is known for it")
        chosen = candidates[0]
        return Transform(code, _steps(crs, chosen), chosen, assumed=True, candidates=candidates)
    chosen = next((each for each in candidates if each.code == operation), None) or _stated(crs, operation)
    return Transform(code, _steps(crs, chosen), chosen, assumed=False, candidates=candidates)


@functools.lru_cache(maxsize=256)
def _operations(code: str, area: Box | None) -> tuple[Operation, ...]:
    crs = _crs(code)
    if _base_code(crs) == WGS84:
        return ()
    base = crs.geodetic_crs
    if area is None and crs.area_of_use is not None:
        area = crs.area_of_use.bounds
    group = TransformerGroup(base, WGS84, always_xy=True, allow_ballpark=False,
                             area_of_interest=AreaOfInterest(*area) if area else None)
    found: dict[tuple[int, ...], Operation] = {}
    for each in group.transformers:
        listed = _listed(each, area)
        if listed is not None:
            found.setdefault(listed.steps, listed)
    return tuple(sorted(found.values(), key=lambda each: (not each.covers, _rank(each.accuracy_m), each.code or 0)))


def _listed(each: pyproj.Transformer, area: Box | None) -> Operation | None:
    shifts = [step for step in each.operations or [each] if "Axis Order" not in (step.method_name or "")]
    codes = tuple(int(step.to_json_dict()["id"]["code"]) for step in shifts if "id" in step.to_json_dict())
    if not codes:
        return None
    used = each.area_of_use
    bounds = tuple(used.bounds) if used else None
    return Operation(codes[0], ", then ".join(step.name for step in shifts), _known(each.accuracy),
                     used.name if used else None, bounds, codes, _covers(bounds, area))


def _stated(crs: pyproj.CRS, operation: int) -> Operation:
    """Look up an operation that PROJ does not offer by itself (superseded, or made for elsewhere)."""
    try:
        found = CoordinateOperation.from_epsg(operation)
    except pyproj.exceptions.CRSError:
        raise InvalidValue(field="operation", value=operation, why="EPSG has no such transformation") from None
    said = found.to_json_dict()
    ends = tuple(f"EPSG:{said.get(end, {}).get('id', {}).get('code')}" for end in ("source_crs", "target_crs"))
    if ends != (_base_code(crs), WGS84):
        why = f"it goes from {ends[0]} to {ends[1]}, not from {_base_code(crs)}"
        raise InvalidValue(field="operation", value=operation, why=why)
    box = said.get("bbox")
    bounds = tuple(box[f"{side}_l{axis}itude"] for side, axis in _SIDES) if box else None
    return Operation(operation, str(found.name), _known(found.accuracy), said.get("area"), bounds, (operation,))


_SIDES = (("west", "ong"), ("south", "at"), ("east", "ong"), ("north", "at"))


def _steps(crs: pyproj.CRS, chosen: Operation) -> tuple[Any, ...]:
    return (*_conversion(crs), *(_shift(step) for step in chosen.steps))


def _conversion(crs: pyproj.CRS) -> tuple[Any, ...]:
    """Undo the map projection, which is exact; nothing to do for degrees."""
    if not crs.is_projected:
        return ()
    return (pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform,)


def _shift(step: int) -> Any:
    """Make one datum shift; EPSG's own axis order is latitude first."""
    pipeline = pyproj.Transformer.from_pipeline(f"urn:ogc:def:coordinateOperation:EPSG::{step}")

    def shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        north, east = pipeline.transform(lat, lon)
        return np.asarray(east), np.asarray(north)

    return shift


def _base_code(crs: pyproj.CRS) -> str:
    base = crs.geodetic_crs
    return f"EPSG:{base.to_epsg()}" if base is not None and base.to_epsg() else "unknown"


@functools.lru_cache(maxsize=256)
def _crs(code: str) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_user_input(_SAME_GRID.get(code, code))
    except pyproj.exceptions.CRSError:
        raise InvalidValue(field="reference system", value=code, why="EPSG has no such system") from None
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _known(accuracy: float | None) -> float | None:
    return None if accuracy is None or accuracy < 0 or accuracy > _UNKNOWN_ACCURACY_M else float(accuracy)


def _rank(accuracy: float | None) -> float:
    return math.inf if accuracy is None else accuracy


def _covers(bounds: Any, area: Box | None) -> bool:
    if bounds is None or area is None:
        return bounds is None
    west, south, east, north = bounds
    # An area over the 180th meridian is written with its east below its west.
    spans = area[0] >= west and area[2] <= east if west <= east else area[0] >= west or area[2] <= east
    return bool(spans and area[1] >= south and area[3] <= north)
