"""How do shapes become one Mapbox Vector Tile (version 2.1) that MapLibre draws?

Every layer holds few features: all shapes that wear one symbol are one multi-part feature, because the map asks the
server what lies under a click instead of carrying ids to the browser. The integer streams of a whole layer are made at
once with NumPy: a tile of ten thousand shapes costs no Python step per vertex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["EXTENT", "encode_layer", "encode_tile", "line_stream", "point_stream", "polygon_stream", "varints"]

EXTENT = 4096
"""Units along a tile's edge; a tile is drawn 512 pixels wide, so 8 units are one pixel."""

_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE_ONE, _CLOSE, _MOVE, _LINE_TO = (1 << 3) | 1, 15, 1, 2

Integers = npt.NDArray[np.int64]
Streamed = tuple[int, npt.NDArray[np.uint32]]


def varints(values: npt.NDArray[np.uint32]) -> bytes:
    """Encode unsigned 32 bit integers as protocol buffer varints, one after the other.

    >>> varints(np.array([1, 300], np.uint32)).hex(), varints(np.array([], np.uint32))
    ('01ac02', b'')
    """
    values = values.astype(np.uint64)
    lengths = np.ones(len(values), np.int64)
    for bits in (7, 14, 21, 28):
        lengths += values >= (1 << bits)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    out = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    for at in range(5):
        chosen = lengths > at
        more = np.where(lengths[chosen] > at + 1, 0x80, 0).astype(np.uint64)
        out[starts[chosen] + at] = (((values[chosen] >> np.uint64(7 * at)) & np.uint64(0x7F)) | more).astype(np.uint8)
    return out.tobytes()


def _zigzag(values: Integers) -> npt.NDArray[np.uint32]:
    return ((values << 1) ^ (values >> 63)).astype(np.uint32)


def polygon_stream(geometries: npt.NDArray[Any]) -> Streamed:
    """Turn polygons in tile units (y down) into one command stream; rings that collapse on the grid are dropped.

    Exterior rings come out with positive area in tile coordinates, interior ones negative, as the specification asks.

    >>> kind, stream = polygon_stream(np.array([shapely.box(0, 0, 10, 10)]))
    >>> kind, len(stream), len(polygon_stream(np.array([], object))[1])
    (3, 11, 0)
    """
    parts = shapely.get_parts(shapely.get_parts(geometries)) if len(geometries) else np.array([], object)
    parts = parts[shapely.get_type_id(parts) == 3] if len(parts) else parts
    rings, owner = shapely.get_rings(parts, return_index=True) if len(parts) else (parts, np.array([], np.int64))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(points).astype(np.int64)
    last = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.array([], bool)
    same = np.append((grid[1:] == grid[:-1]).all(axis=1) & (ring[1:] == ring[:-1]), False) if len(ring) else last
    keep = ~last & ~same
    grid, ring = grid[keep], ring[keep]
    return _POLYGON, _rings_to_stream(grid, ring, len(rings), owner)


def _rings_to_stream(grid: Integers, ring: Integers, count: int, owner: Integers) -> npt.NDArray[np.uint32]:
    """Lay out rings: drop the collapsed ones, turn them the right way round, write move, lines and close."""
    exterior = np.append(True, owner[1:] != owner[:-1]) if count else np.array([], bool)
    sizes = np.bincount(ring, minlength=count) if count else np.array([], np.int64)
    area = _doubled_areas(grid, ring, sizes)
    good = (sizes >= 3) & (area != 0)
    # A hole without its exterior would be drawn as ground: it goes with it.
    good &= np.isin(owner, owner[exterior & good])
    chosen = good[ring] if len(ring) else np.array([], bool)
    grid, ring = grid[chosen], ring[chosen]
    kept = np.flatnonzero(good)
    n = sizes[kept]
    if not len(kept):
        return np.array([], np.uint32)
    first = np.cumsum(n) - n
    place = np.arange(len(grid)) - np.repeat(first, n)
    turned = (area[kept] > 0) != exterior[kept]
    source = np.repeat(first, n) + np.where(np.repeat(turned, n), np.repeat(n, n) - 1 - place, place)
    steps = _zigzag(np.diff(grid[source], axis=0, prepend=np.zeros((1, 2), np.int64)))
    out = np.empty(int((2 * n + 3).sum()), np.uint32)
    at = np.cumsum(2 * n + 3) - (2 * n + 3)
    out[at], out[at + 3], out[at + 2 * n + 2] = _MOVE_ONE, ((n - 1) << 3) | _LINE_TO, _CLOSE
    where = np.repeat(at, n) + np.where(place == 0, 1, 2 + 2 * place)
    out[where], out[where + 1] = steps[:, 0], steps[:, 1]
    return out


def _doubled_areas(grid: Integers, ring: Integers, sizes: Integers) -> Integers:
    """Give twice the signed area of every ring (shoelace), 0 for rings without points."""
    area = np.zeros(len(sizes), np.int64)
    if not len(grid):
        return area
    following = np.arange(1, len(grid) + 1)
    ends = np.cumsum(sizes)[sizes > 0]
    following[ends - 1] = ends - sizes[sizes > 0]
    x, y = grid[:, 0], grid[:, 1]
    np.add.at(area, ring, x * y[following] - x[following] * y)
    return area


def line_stream(geometries: npt.NDArray[Any]) -> Streamed:
    """Turn lines in tile units into one command stream; lines of one grid point are dropped.

    >>> kind, stream = line_stream(np.array([shapely.LineString([(0, 0), (5, 5), (9, 0)])]))
    >>> kind, len(stream), len(line_stream(np.array([], object))[1])
    (2, 8, 0)
    """
    parts = shapely.get_parts(geometries) if len(geometries) else np.array([], object)
    points, line = shapely.get_coordinates(parts, return_index=True)
    grid = np.rint(points).astype(np.int64)
    out: list[int] = []
    x = y = 0
    for vertices in np.split(grid, np.flatnonzero(np.diff(line)) + 1):
        own = [(int(a), int(b)) for a, b in vertices]
        own = [point for at, point in enumerate(own) if at == 0 or point != own[at - 1]]
        if len(own) < 2:
            continue
        for at, (a, b) in enumerate(own):
            if at < 2:
                out.append(_MOVE_ONE if at == 0 else ((len(own) - 1) << 3) | _LINE_TO)
            out += [_zig(a - x), _zig(b - y)]
            x, y = a, b
    return _LINE, np.array(out, np.uint32)


def _zig(value: int) -> int:
    return (value << 1) ^ (value >> 31)


def point_stream(points: npt.NDArray[np.float64]) -> Streamed:
    """Turn positions (n, 2) in tile units into one multi-point command stream.

    >>> kind, stream = point_stream(np.array([[1.0, 2.0]]))
    >>> kind, stream.tolist(), len(point_stream(np.empty((0, 2)))[1])
    (1, [9, 2, 4], 0)
    """
    grid = np.rint(points).astype(np.int64)
    if not len(grid):
        return _POINT, np.array([], np.uint32)
    steps = _zigzag(np.diff(grid, axis=0, prepend=np.zeros((1, 2), np.int64)))
    return _POINT, np.concatenate([np.array([(len(grid) << 3) | _MOVE], np.uint32), steps.reshape(-1)])


def encode_layer(name: str, features: Sequence[tuple[Mapping[str, str | int], Streamed]]) -> bytes:
    """Encode one layer: each feature is its properties and its command stream; empty streams are left out.

    >>> layer = encode_layer("hazard", [({"c": "CHA"}, point_stream(np.array([[1.0, 2.0]])))])
    >>> layer[:8], encode_layer("hazard", [])
    (b'\\n\\x06hazard', b'')
    """
    keys: dict[str, int] = {}
    values: dict[str | int, int] = {}
    body = bytearray(_field(1, name.encode()))
    for properties, (kind, stream) in features:
        if not len(stream):
            continue
        tags = [
            number
            for key, value in properties.items()
            for number in (keys.setdefault(key, len(keys)), values.setdefault(value, len(values)))
        ]
        feature = _field(2, varints(np.array(tags, np.uint32))) + bytes([3 << 3, kind]) + _field(4, varints(stream))
        body += _field(2, feature)
    if not values and len(body) == len(name.encode()) + 2:
        return b""
    for key in keys:
        body += _field(3, key.encode())
    for value in values:
        body += _field(4, _value(value))
    return bytes(body) + bytes([5 << 3]) + _varint(EXTENT) + bytes([15 << 3, 2])


def encode_tile(layers: Sequence[bytes]) -> bytes:
    """Join encoded layers into a tile; empty layers are left out.

    >>> encode_tile([b"", b""])
    b''
    """
    return b"".join(_field(3, layer) for layer in layers if layer)


def _varint(number: int) -> bytes:
    return varints(np.array([number], np.uint32))


def _field(number: int, content: bytes) -> bytes:
    return bytes([(number << 3) | 2]) + _varint(len(content)) + content


def _value(value: str | int) -> bytes:
    return _field(1, value.encode()) if isinstance(value, str) else bytes([5 << 3]) + _varint(value)
