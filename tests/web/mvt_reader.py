"""What does a vector tile hold, read by the specification and nothing of ours?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 2:
            size, at = _varint(data, at)
            yield key >> 3, data[at : at + size]
            at += size
        else:
            value, at = _varint(data, at)
            yield key >> 3, value


def _packed(data: bytes) -> list[int]:
    at, out = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        out.append(value)
    return out


def _rings(stream: list[int]) -> list[dict[str, Any]]:
    rings: list[dict[str, Any]] = []
    x = y = at = 0
    points: list[tuple[int, int]] = []
    while at < len(stream):
        command, count = stream[at] & 7, stream[at] >> 3
        at += 1
        if command == 7:
            own = np.array(points)
            other = np.roll(own, -1, axis=0)
            rings.append({"points": own, "area": float((own[:, 0] * other[:, 1] - other[:, 0] * own[:, 1]).sum()) / 2})
            continue
        if command == 1:
            points = []
        for _ in range(count):
            dx, dy = ((value >> 1) ^ -(value & 1) for value in stream[at : at + 2])
            x, y, at = x + dx, y + dy, at + 2
            points.append((x, y))
    return rings


def read_tile(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return layer name -> features with properties, geometry type, stream and rings."""
    layers: dict[str, list[dict[str, Any]]] = {}
    for _, layer in _fields(tile):
        parts = list(_fields(layer))
        name = next(value for number, value in parts if number == 1).decode()
        keys = [value.decode() for number, value in parts if number == 3]
        values = [
            next(inner.decode() if isinstance(inner, bytes) else inner for _, inner in _fields(value))
            for number, value in parts
            if number == 4
        ]
        features = []
        for number, value in parts:
            if number == 2:
                own = dict(_fields(value))
                tags = _packed(own[2])
                stream = _packed(own[4])
                features.append(
                    {
                        "properties": {keys[a]: values[b] for a, b in zip(tags[::2], tags[1::2], strict=True)},
                        "type": own[3],
                        "stream": stream,
                        "rings": _rings(stream) if own[3] == 3 else [],
                    }
                )
        layers[name] = features
    return layers
