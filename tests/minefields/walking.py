"""How does one walk a bearing and a distance on the ellipsoid without any library: by vectors in space?"""

from __future__ import annotations

import math

A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)
TURN = {"degrees": 360.0, "gon": 400.0, "mil6400": 6400.0, "mil6000": 6000.0}


def space(lon: float, lat: float) -> tuple[float, float, float]:
    """Turn degrees into metres of the earth-centred frame, on the ellipsoid."""
    x, y = math.radians(lon), math.radians(lat)
    n = A / math.sqrt(1 - E2 * math.sin(y) ** 2)
    return n * math.cos(y) * math.cos(x), n * math.cos(y) * math.sin(x), n * (1 - E2) * math.sin(y)


def ground(x: float, y: float, z: float) -> tuple[float, float]:
    """Turn earth-centred metres into degrees, by Bowring's iteration."""
    lat = math.atan2(z, math.hypot(x, y) * (1 - E2))
    for _ in range(6):
        n = A / math.sqrt(1 - E2 * math.sin(lat) ** 2)
        lat = math.atan2(z + E2 * n * math.sin(lat), math.hypot(x, y))
    return math.degrees(math.atan2(y, x)), math.degrees(lat)


def walk(lon: float, lat: float, bearing_deg: float, length_m: float) -> tuple[float, float]:
    """Walk in steps of at most 50 m straight ahead: each step is a tangent, put back onto the ellipsoid."""
    steps = max(1, math.ceil(length_m / 50.0))
    turned = math.radians(bearing_deg)
    for _ in range(steps):
        here = space(lon, lat)
        x, y = math.radians(lon), math.radians(lat)
        east = (-math.sin(x), math.cos(x), 0.0)
        north = (-math.sin(y) * math.cos(x), -math.sin(y) * math.sin(x), math.cos(y))
        step = length_m / steps
        moved = [
            p + step * (math.sin(turned) * e + math.cos(turned) * n) for p, e, n in zip(here, east, north, strict=True)
        ]
        before = lon
        lon, lat = ground(*moved)
        # Straight on the ground: the meridians converge under the walker.
        turned += math.radians(lon - before) * math.sin(math.radians(lat))
    return lon, lat


def apart(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the metres between two places, straight through."""
    return math.dist(space(*first), space(*second))
