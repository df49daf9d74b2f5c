"""What does the map draw in one tile, and what does it say it could not draw there?

A picture is every located record of the mapped kinds as of two clocks, once in memory. A tile is cut from it:
simplified to three quarters of a pixel, clipped, grouped by symbol. Shapes too small for their zoom are drawn as marks
that are not to scale, so that nothing recorded disappears from a small-scale map; how many, and how many share a mark,
travels in the tile itself (house law 11).
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.domain.extensions import as_core
from whitestone.domain.revision import State
from whitestone.exchange import vector_tiles as mvt
from whitestone.journal.tiles import Tile, TileTable
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["LEFT", "MAPPED", "MAX_ZOOM", "Picture", "Sheet", "Tiler", "picture_of", "to_square"]

SYMBOLS: dict[str, tuple[str, ...]] = {
    "place": ("place_type",),
    "activity": ("activity_type",),
    "task": ("task_status",),
    "release": ("outcome",),
    "hazard": ("classification", "status"),
    "inspection": ("result",),
    "minefield_record": (),
    "item": ("category",),
    "accident": (),
}
"""Mapped kind -> the attributes that choose its symbol. Casualties are never mapped: they are shown as counts only."""

MAPPED = tuple(SYMBOLS)
LEFT = "remaining"
"""The layer of the ground that is left."""
MAX_ZOOM = 14
PREBUILT_ZOOM = 10
_VERSION = "9"
_PIXEL = mvt.EXTENT / 512
_SMALL = 1.5 * _PIXEL
_MARK = 1.5 * _PIXEL
_BUFFER = 8 * _PIXEL
_KEPT_PICTURES = 3
_MAX_PREBUILT = 600

Geometries = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


def to_square(points: Floats) -> Floats:
    """Project lon, lat in degrees (n, 2) to the unit square of Web Mercator, y down; for drawing only, never for areas.

    >>> to_square(np.array([[0.0, 0.0], [180.0, 0.0]])).tolist(), len(to_square(np.empty((0, 2))))
    ([[0.5, 0.5], [1.0, 0.5]], 0)
    """
    lat = np.radians(np.clip(points[:, 1], -85.0511, 85.0511))
    return np.column_stack([(points[:, 0] + 180) / 360, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)])


class Sheet(msgspec.Struct):
    """All located records of one kind: shapes in the unit square, their symbols, and a tree to find them."""

    kind: str
    ids: list[uuid.UUID]
    names: list[str]
    shapes: Geometries
    symbol: npt.NDArray[np.int64]
    symbols: list[dict[str, str | int]]
    tree: Any
    simplified: dict[int, Geometries] = {}

    def at_zoom(self, z: int) -> Geometries:
        """Return the shapes simplified for a zoom; up to zoom 11 the whole sheet is simplified once."""
        if z > 11:
            return self.shapes
        if z not in self.simplified:
            self.simplified[z] = shapely.simplify(self.shapes, 0.75 / (512 * 2**z), preserve_topology=False)
        return self.simplified[z]


class Picture:
    """Every located record as of two clocks, ready to be cut into tiles or asked what lies at a place."""

    def __init__(self, key: str, sheets: dict[str, Sheet], unlocated: dict[str, list[uuid.UUID]]) -> None:
        self.key = key
        self.sheets = sheets
        self.unlocated = unlocated
        self._borders = _borders_of(sheets["place"])

    def bounds(self, *, land_only: bool = False) -> tuple[float, float, float, float] | None:
        """Return west, south, east, north in degrees of what is located, for the first view; None when nothing is.

        `land_only` looks at the areas of hazards and releases where there are any, else at everything.
        One record in a hundred on each side is left aside: a position at zero or with a wrong sign is a finding, and
        must not shrink the country to a dot. It is drawn where it says that it is.
        """
        found = [shapely.bounds(sheet.shapes) for sheet in self.sheets.values() if len(sheet.ids)]
        land = (
            [
                shapely.bounds(sheet.shapes[shapely.get_dimensions(sheet.shapes) == 2])
                for kind, sheet in self.sheets.items()
                if kind in ("hazard", "release")
            ]
            if land_only
            else []
        )
        every = np.concatenate([np.empty((0, 4)), *land])
        if not len(every):
            every = np.concatenate([np.empty((0, 4)), *found])
        if not len(every):
            return None
        low, high = np.quantile(every[:, :2], 0.01, axis=0), np.quantile(every[:, 2:], 0.99, axis=0)
        lon = [float(side) * 360 - 180 for side in (low[0], high[0])]
        lat = [float(np.degrees(np.arctan(np.sinh((0.5 - side) * 2 * np.pi)))) for side in (high[1], low[1])]
        return (lon[0], lat[0], lon[1], lat[1])

    def at(self, lon: float, lat: float, reach: float) -> list[tuple[str, uuid.UUID]]:
        """List the records within `reach` (degrees of longitude) of a position, points and small shapes first."""
        spot = shapely.Point(to_square(np.array([[lon, lat]]))[0]).buffer(max(reach, 1e-9) / 360)
        found = []
        for kind, sheet in self.sheets.items():
            hits = sheet.tree.query(spot, predicate="intersects")
            size = shapely.area(sheet.shapes[hits])
            found += [(float(own), kind, sheet.ids[hit]) for own, hit in zip(size, hits, strict=True)]
        return [(kind, record) for _, kind, record in sorted(found, key=lambda each: (each[1] == "place", each[0]))]

    def within(self, west: float, south: float, east: float, north: float, kind: str) -> list[uuid.UUID]:
        """List the records of one kind whose shape touches a box in degrees."""
        (x1, y2), (x2, y1) = to_square(np.array([[west, south], [east, north]]))
        sheet = self.sheets.get(kind)
        if sheet is None:
            return []
        return [sheet.ids[hit] for hit in sheet.tree.query(shapely.box(x1, y1, x2, y2), predicate="intersects")]

    def tile(self, z: int, x: int, y: int) -> Tile:
        """Cut one tile: its bytes, how many shapes are marks that are not to scale, how many share one."""
        layers, marks, merged = [mvt.encode_layer("graticule", [({}, _graticule(z, x, y))])], 0, 0
        for kind, sheet in self.sheets.items():
            features, small, shared = _cut(self._borders if kind == "place" else sheet, z, x, y)
            marks, merged = marks + small, merged + shared
            layers.append(mvt.encode_layer(kind, features))
            if kind == "place":
                layers.append(mvt.encode_layer("place_name", _labels(sheet, z, x, y)))
        if marks or merged:
            centre = mvt.point_stream(np.array([[mvt.EXTENT / 2, mvt.EXTENT / 2]]))
            layers.append(mvt.encode_layer("limits", [({"marks": marks, "merged": merged}, centre)]))
        return mvt.encode_tile(layers), marks, merged


_STEPS_DEG = (30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001)


def _graticule(z: int, x: int, y: int) -> Any:
    """Draw meridians and parallels, one or two to a tile: a source of their own would cost a pass over the screen."""
    step = _STEPS_DEG[min(max(0, z - 1), len(_STEPS_DEG) - 1)]
    side = 360 / 2**z
    west = x * side - 180
    lons = np.arange(np.ceil(west / step), np.ceil((west + side) / step)) * step
    edges = np.degrees(np.arctan(np.sinh((0.5 - np.array([y + 1, y]) / 2**z) * 2 * np.pi)))
    lats = np.arange(np.ceil(edges[0] / step), np.ceil(edges[1] / step)) * step
    across = (to_square(np.column_stack([lons, np.zeros(len(lons))]))[:, 0] * 2**z - x) * mvt.EXTENT
    down = (to_square(np.column_stack([np.zeros(len(lats)), lats]))[:, 1] * 2**z - y) * mvt.EXTENT
    lines = [shapely.LineString([(at, 0), (at, mvt.EXTENT)]) for at in across]
    lines += [shapely.LineString([(0, at), (mvt.EXTENT, at)]) for at in down]
    return mvt.line_stream(np.array(lines, object))


def _cut(sheet: Sheet, z: int, x: int, y: int) -> tuple[list[Any], int, int]:
    """Take from a sheet what touches a tile, in tile units, grouped by symbol."""
    scale, edge = mvt.EXTENT * 2**z, _BUFFER / (mvt.EXTENT * 2**z)
    side = 1 / 2**z
    frame = (x * side - edge, y * side - edge, (x + 1) * side + edge, (y + 1) * side + edge)
    hits = np.sort(sheet.tree.query(shapely.box(*frame)))
    if not len(hits):
        return [], 0, 0
    shapes, symbol = sheet.shapes[hits], sheet.symbol[hits]
    boxes = shapely.bounds(shapes)
    dimension = shapely.get_dimensions(shapes)
    is_small = (np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) * scale < _SMALL) & (dimension == 2)
    is_area = (dimension == 2) & ~is_small
    areas = _fit(sheet.at_zoom(z)[hits[is_area]], boxes[is_area], frame, scale, (x, y), z)
    marks, mark_symbol, merged = _marks(boxes[is_small], symbol[is_small], scale, x, y)
    spots, spot_symbol, shared = _spots(shapes[dimension == 0], symbol[dimension == 0], scale, x, y, z)
    lines = _fit(sheet.at_zoom(z)[hits[dimension == 1]], boxes[dimension == 1], frame, scale, (x, y), z)
    features = []
    for number, properties in enumerate(sheet.symbols):
        ground = [areas[symbol[is_area] == number], marks[mark_symbol == number]]
        features.append((properties, mvt.polygon_stream(np.concatenate(ground))))
        features.append((properties, mvt.line_stream(lines[symbol[dimension == 1] == number])))
        features.append((properties, mvt.point_stream(spots[spot_symbol == number])))
    return features, int(is_small.sum()), merged + shared


def _fit(
    shapes: Geometries, boxes: Floats, frame: tuple[float, ...], scale: float, origin: tuple[int, int], z: int
) -> Geometries:
    """Clip what crosses the frame and move everything into tile units."""
    shapes = shapes.copy()
    west, north, east, south = frame
    crosses = (boxes[:, 0] < west) | (boxes[:, 1] < north) | (boxes[:, 2] > east) | (boxes[:, 3] > south)
    if z > 11:
        shapes = shapely.simplify(shapes, 0.25 / (512 * 2**z), preserve_topology=False)
    shapes[crosses] = _clip(shapes[crosses], frame)
    offset = np.array(origin) * mvt.EXTENT
    moved: Geometries = shapely.transform(shapes, lambda points: points * scale - offset)
    return moved


def _clip(shapes: Geometries, frame: tuple[float, ...]) -> Geometries:
    try:
        clipped: Geometries = shapely.clip_by_rect(shapes, *frame)
    except shapely.errors.GEOSException:
        # Simplification can fold a ring over itself; the repaired shape is only for the eye.
        clipped = shapely.intersection(shapely.make_valid(shapes), shapely.box(*frame))
    return clipped


def _marks(boxes: Floats, symbol: npt.NDArray[np.int64], scale: float, x: int, y: int) -> tuple[Geometries, Any, int]:
    """Stand for small shapes by squares on a grid, one per cell and symbol; say how many shapes share one."""
    if not len(boxes):
        return np.array([], object), symbol, 0
    middle = np.column_stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]]) / 2 * scale
    cell = np.floor((middle - np.array([x, y]) * mvt.EXTENT) / _MARK).astype(np.int64)
    unique = np.unique(np.column_stack([symbol, cell]), axis=0)
    corner = unique[:, 1:] * _MARK
    squares = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + _MARK, corner[:, 1] + _MARK)
    return squares, unique[:, 0], len(boxes) - len(unique)


def _spots(
    shapes: Geometries, symbol: npt.NDArray[np.int64], scale: float, x: int, y: int, z: int
) -> tuple[Floats, Any, int]:
    """Place points, one per cell of three pixels (half a pixel from zoom 12 on) and symbol."""
    if not len(shapes):
        return np.empty((0, 2)), symbol, 0
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    step = (0.5 if z > 11 else 3) * _PIXEL
    cell = np.floor((points * scale - np.array([x, y]) * mvt.EXTENT) / step).astype(np.int64)
    unique = np.unique(np.column_stack([symbol[owner], cell]), axis=0)
    return (unique[:, 1:] + 0.5) * step, unique[:, 0], len(points) - len(unique)


def _labels(sheet: Sheet, z: int, x: int, y: int) -> list[Any]:
    """Name the places wide enough at this zoom, each in the one tile that holds its label; at most 40 a tile."""
    side = 1 / 2**z
    hits = sheet.tree.query(shapely.box(x * side, y * side, (x + 1) * side, (y + 1) * side))
    boxes = shapely.bounds(sheet.shapes[hits])
    width = (boxes[:, 2] - boxes[:, 0]) * 512 * 2**z
    is_point = width == 0
    hits, width = hits[(width > 48) | (is_point & (z > 9))], width[(width > 48) | (is_point & (z > 9))]
    hits = hits[np.argsort(-width, kind="stable")][:40]
    spots = shapely.get_coordinates(shapely.point_on_surface(sheet.shapes[hits])) * 2**z - np.array([x, y])
    features = []
    for at, hit in enumerate(hits):
        if (spots[at] >= 0).all() and (spots[at] < 1).all() and sheet.names[hit]:
            features.append(({"name": sheet.names[hit]}, mvt.point_stream(spots[at : at + 1] * mvt.EXTENT)))
    return features


def picture_of(key: str, states: Callable[[str], Iterable[State]]) -> Picture:
    """Draw the picture from the folded states of each mapped kind; records without geometry are listed by kind."""
    sheets, unlocated = {}, {}
    for kind in MAPPED:
        found = list(states(kind))
        unlocated[kind] = [state.record_id for state in found if not state.geometry]
        sheets[kind] = _sheet(kind, [state for state in found if state.geometry])
    return Picture(key, sheets, unlocated)


def _drawn(programme: Programme, kind: str, clocks: Clocks) -> Iterable[State]:
    """Give what is drawn: one record of those declared the same, a national code as the core code above it."""
    absorbed = same_groups(programme.journal, known=clocks.known)
    national = programme.settings.national_codes
    for state in programme.journal.states(kind, on=clocks.on, known=clocks.known):
        if state.record_id not in absorbed:
            core = as_core(kind, state.body, national) if national else state.body
            yield state if core is state.body else msgspec.structs.replace(state, body=core)


def _sheet(kind: str, found: list[State]) -> Sheet:
    shapes = (
        shapely.from_wkb([state.geometry for state in found], on_invalid="ignore") if found else np.array([], object)
    )
    shapes = np.asarray(shapes, object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) if len(shapes) else np.array([], bool)
    found = [state for state, is_there in zip(found, there, strict=True) if is_there]
    shapes = shapely.transform(shapely.force_2d(shapes[there]), to_square) if len(found) else shapes[there]
    numbers: dict[tuple[str, ...], int] = {}
    symbol = [
        numbers.setdefault(
            tuple(str(state.body.get(attribute) or "unknown") for attribute in SYMBOLS[kind]), len(numbers)
        )
        for state in found
    ]
    symbols: list[dict[str, str | int]] = [dict(zip(("c", "s"), key, strict=False)) for key in numbers]
    names = [str(state.body.get("name") or "") if kind == "place" else "" for state in found]
    ids = [state.record_id for state in found]
    return Sheet(kind, ids, names, shapes, np.array(symbol, np.int64), symbols, shapely.STRtree(shapes))


def _borders_of(places: Sheet) -> Sheet:
    """Draw the border between two places once: half the lines, and none twice as dark as the others."""
    rings, _ = shapely.get_rings(places.shapes, return_index=True) if len(places.ids) else (places.shapes, None)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring[1:] == ring[:-1])
    ends = np.stack([points[joined], points[joined + 1]], axis=1)
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | ((ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1]))
    ends[turned] = ends[turned, ::-1]
    once = np.unique(ends.reshape(-1, 4), axis=0).reshape(-1, 2, 2)
    lines = (
        shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.linestrings(once)))) if len(once) else []
    )
    others = places.shapes[shapely.get_dimensions(places.shapes) < 2] if len(places.ids) else []
    drawn = np.array([*lines, *others], object)
    return Sheet("place", [], [], drawn, np.zeros(len(drawn), np.int64), [{"c": "place"}], shapely.STRtree(drawn))


class Tiler:
    """Makes tiles of a programme when asked, keeps them, and makes the usual ones beforehand."""

    def __init__(self, programme: Programme, table: TileTable) -> None:
        self._programme = programme
        self._table = table
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, clocks: Clocks, *, left: bool = False) -> str:
        """Name a picture by what it was made from: programme, head of the journal, both clocks, maker's version.

        `left` names the picture of the ground that is left.
        """
        journal = self._programme.journal
        made_from = [_VERSION, journal.programme_id, *journal.head(), clocks.on, clocks.known_on]
        return hashlib.sha256("|".join(map(str, made_from)).encode()).hexdigest()[:24] + ("-left" if left else "")

    def picture(self, clocks: Clocks, *, left: bool = False) -> Picture:
        """Return the picture as of two clocks, of records or of the ground that is left; the last three stay in memory.
        """
        key = self.key(clocks, left=left)
        with self._lock:
            if key not in self._pictures:
                self._pictures[key] = self._left(key, clocks) if left else picture_of(
                    key, lambda kind: _drawn(self._programme, kind, clocks))
                while len(self._pictures) > _KEPT_PICTURES:
                    self._pictures.popitem(last=False)
            self._pictures.move_to_end(key)
            return self._pictures[key]

    def _left(self, key: str, clocks: Clocks) -> Picture:
        from whitestone.programme.tiling_left import states_left

        ground = _sheet("hazard", states_left(self._programme, clocks))
        return Picture(key, {"place": _sheet("place", []), LEFT: ground}, {})

    def tile(self, clocks: Clocks, z: int, x: int, y: int, *, left: bool = False) -> Tile:
        """Return a tile, from the table or made now."""
        key = self.key(clocks, left=left)
        made = self._table.get(key, z, x, y)
        if made is None:
            made = self.picture(clocks, left=left).tile(z, x, y)
            self._table.put([(key, z, x, y, made)])
        return made

    def prebuild(self, clocks: Clocks, stop: threading.Event) -> int:
        """Make the tiles of low zooms over the programme's ground; forget those of older heads; return how many."""
        picture = self.picture(clocks)
        self._table.forget_other([picture.key, self.key(clocks, left=True)])
        bounds = picture.bounds()
        if bounds is None:
            return 0
        made = 0
        corners = to_square(np.array([[bounds[0], bounds[3]], [bounds[2], bounds[1]]]))
        for z in range(PREBUILT_ZOOM + 1):
            (x1, y1), (x2, y2) = np.clip(np.floor(corners * 2**z).astype(int), 0, 2**z - 1)
            places = [(x, y) for x in range(x1, x2 + 1) for y in range(y1, y2 + 1)]
            if made + len(places) > _MAX_PREBUILT:
                break
            for x, y in places:
                if stop.is_set():
                    return made
                self.tile(clocks, z, int(x), int(y))
                made += 1
        return made
