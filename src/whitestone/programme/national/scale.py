"""How is a programme of any size drawn in seconds, for benchmarks that ask for time and not for truth?

Outlines are made in blocks, all of one block and one number of vertices at once, so memory stays that of the result.
Only addition, multiplication, division and square roots are used, which IEEE 754 fixes to the last bit, and coordinates
are whole millimetres.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.land.inputs import OUTCOMES, HazardSlice, ReleasePiece

__all__ = ["Arrays", "arrays"]

PITCH_M = 400.0
"""Hazards lie on a jittered grid, this far apart: near enough that one of three shares ground with a neighbour."""
_BLOCK = 8_192
_HAZARD_VERTICES = ((12, 0.13), (24, 0.20), (36, 0.18), (48, 0.20), (72, 0.24), (120, 0.05))
_RELEASE_VERTICES = ((8, 0.14), (16, 0.22), (24, 0.20), (36, 0.20), (56, 0.19), (96, 0.05))
_INVALID = {"bow-tie": 0.015, "spike": 0.007, "repeated": 0.008}
_HAIRLINE_PAIRS = 0.12
_FIRST, _LAST = dt.date(2005, 1, 1).toordinal(), dt.date(2024, 12, 31).toordinal()

Floats = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
Shapes = np.ndarray[Any, Any]


class Arrays(msgspec.Struct):
    """A programme as arrays: outlines in metres of an equal-area plane, days as ordinals (0: undated).

    Per hazard: `hazards` (polygons), `found` (day), `confirmed` (CHA, else SHA). Per release: `releases` (polygons),
    `on` (day), `outcome` (index into `whitestone.land.inputs.OUTCOMES`), `of` (index of the hazard named, -1: none).
    A few percent of the outlines are invalid: repair them first where valid ones are needed.
    """

    hazards: Shapes
    found: Whole
    confirmed: np.ndarray[Any, np.dtype[np.bool_]]
    releases: Shapes
    on: Whole
    outcome: Whole
    of: Whole
    last: dt.date = dt.date.fromordinal(_LAST)

    def slices(self) -> list[HazardSlice]:
        """Give the hazards as the ledger takes them in."""
        return [
            HazardSlice(
                uuid.UUID(int=number + 1), _date(day), None, "cha" if confirmed else "sha", "open", shape, _date(day)
            )
            for number, (shape, day, confirmed) in enumerate(
                zip(self.hazards, self.found.tolist(), self.confirmed.tolist(), strict=True)
            )
        ]

    def pieces(self) -> list[ReleasePiece]:
        """Give the releases as the ledger takes them in."""
        return [
            ReleasePiece(
                uuid.UUID(int=2**64 + number), OUTCOMES[outcome], _date(day),
                (uuid.UUID(int=of + 1),) if of >= 0 else (), shape,
            )
            for number, (shape, day, outcome, of) in enumerate(
                zip(self.releases, self.on.tolist(), self.outcome.tolist(), self.of.tolist(), strict=True)
            )
        ]  # fmt: skip


def arrays(seed: int, hazards: int = 60_000, releases: int = 200_000) -> Arrays:
    """Draw so many hazards (about 46 vertices each) and releases (about 33), without their truth.

    A release crosses about 2.3 hazards; neighbours overlap by hairlines of 1 to 20 cm and by real areas; one release in
    fourteen repeats the outline of its hazard, one in thirty that of another release; three in a hundred outlines are
    bow-ties, have spikes or repeat a vertex. The order is shuffled. One seed gives the same arrays on every machine.

    >>> made = arrays(1, hazards=100, releases=300)
    >>> len(made.hazards), len(made.releases), len(arrays(1, 0, 0).hazards)
    (100, 300, 0)
    """
    if hazards == 0:
        none = np.zeros(0, dtype=np.int64)
        return Arrays(np.empty(0, object), none, none.astype(bool), np.empty(0, object), none, none, none)
    chance = _chance(seed, 0)
    centres, sizes = _layout(chance, hazards)
    found = _dated(_FIRST + (chance.random(hazards) * 5_000).astype(np.int64), chance.random(hazards))
    shapes = _blocks(seed, 1, centres, sizes, _HAZARD_VERTICES, pairs=_HAIRLINE_PAIRS)
    of = np.arange(releases) * hazards // max(releases, 1)
    work = _work(seed, shapes, centres, sizes, of, chance)
    on = np.minimum(np.maximum(found[of], _FIRST) + (chance.random(releases) * 3_000).astype(np.int64) - 60, _LAST)
    outcome = (chance.random(releases) * len(OUTCOMES)).astype(np.int64)
    on = _dated(on, chance.random(releases))
    named = np.where(chance.random(releases) < 0.9, of, -1)
    mixed, late = (np.argsort(chance.random(count), kind="stable") for count in (hazards, releases))
    place = np.empty(hazards, dtype=np.int64)
    place[mixed] = np.arange(hazards)
    return Arrays(
        hazards=shapes[mixed], found=found[mixed], confirmed=(chance.random(hazards) < 0.4),
        releases=work[late], on=on[late], outcome=outcome, of=np.where(named < 0, -1, place[named])[late],
    )  # fmt: skip


def _chance(seed: int, *parts: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, *parts]))


def _date(day: int) -> dt.date | None:
    return dt.date.fromordinal(day) if day else None


def _dated(days: Whole, chance: Floats) -> Whole:
    """Leave two in a hundred without a date."""
    return np.where(chance < 0.02, 0, days)


def _layout(chance: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Set hazards on a jittered square grid around 0, 0; return their middles and mean radii in m."""
    across = int(np.ceil(np.sqrt(count)))
    number = np.arange(count)
    grid = np.column_stack([number % across, number // across]) - across / 2
    centres = (grid + 0.3 * (chance.random((count, 2)) - 0.5)) * PITCH_M
    return centres, PITCH_M * (0.30 + 0.28 * chance.random(count))


def _work(
    seed: int, shapes: Shapes, centres: Floats, sizes: Floats, of: Whole, chance: np.random.Generator
) -> Shapes:
    """Draw releases somewhere on and around their hazards; some repeat its outline, or that of another release."""
    count = len(of)
    way = _directions(chance.random(count)) * (chance.random(count) * 1.1 * sizes[of])[:, None]
    work = _blocks(seed, 2, centres[of] + way, PITCH_M * (0.22 + 0.345 * chance.random(count)), _RELEASE_VERTICES)
    whole = chance.random(count) < 1 / 14
    work[whole] = shapes[of[whole]]
    again = np.flatnonzero(chance.random(count) < 1 / 30)
    work[again] = work[np.maximum(again - 1, 0)]
    return work


def _blocks(
    seed: int, kind: int, centres: Floats, sizes: Floats, numbers: tuple[tuple[int, float], ...], pairs: float = 0.0
) -> Shapes:
    """Draw outlines around middles, block by block and by their number of vertices."""
    shapes = np.empty(len(centres), dtype=object)
    for block, begin in enumerate(range(0, len(centres), _BLOCK)):
        chance = _chance(seed, kind, block)
        here = np.arange(begin, min(begin + _BLOCK, len(centres)))
        left = here[: len(here) // 2 * 2].reshape(-1, 2)
        left = left[chance.random(len(left)) < pairs]
        alone = np.setdiff1d(here, left)
        for vertices, rows in _grouped(chance, len(alone), numbers):
            index = alone[rows]
            shapes[index] = _polygons(chance, _stars(chance, centres[index], sizes[index], vertices - 1))
        for vertices, rows in _grouped(chance, len(left), numbers):
            index = left[rows]
            middle, size = centres[index[:, 0]], sizes[index[:, 0]] * 1.3
            for side, coordinates in enumerate(_halves(chance, middle, size, vertices - 1)):
                shapes[index[:, side]] = _polygons(chance, coordinates)
    return shapes


def _grouped(
    chance: np.random.Generator, count: int, numbers: tuple[tuple[int, float], ...]
) -> list[tuple[int, Whole]]:
    """Divide so many outlines by their number of vertices."""
    bounds = np.cumsum([weight for _, weight in numbers])
    group = np.minimum(np.searchsorted(bounds, chance.random(count)), len(numbers) - 1)
    return [(vertices, np.flatnonzero(group == each)) for each, (vertices, _) in enumerate(numbers)]


def _directions(turn: Floats) -> Floats:
    """Turn shares of a full turn (0 to 1) into unit vectors, without a sine: each quarter by a tangent from 0 to 1."""
    quarter, tangent = np.divmod(turn * 4, 1)
    along, up = (1 - tangent * tangent) / (1 + tangent * tangent), 2 * tangent / (1 + tangent * tangent)
    quarter = quarter[..., None]
    first, second = np.stack([along, up], axis=-1), np.stack([-up, along], axis=-1)
    return np.where(quarter < 2, 1.0, -1.0) * np.where(quarter % 2 == 0, first, second)


def _stars(chance: np.random.Generator, centres: Floats, sizes: Floats, vertices: int) -> Floats:
    """Draw outlines that see their middle from everywhere: coordinates by outline, vertex and axis."""
    radius = sizes[:, None] * (0.8 + 0.4 * chance.random((len(centres), vertices)))
    turn = (np.arange(vertices) + chance.random(len(centres))[:, None]) / vertices
    return centres[:, None] + radius[..., None] * _directions(turn)


def _halves(chance: np.random.Generator, centres: Floats, sizes: Floats, vertices: int) -> tuple[Floats, Floats]:
    """Draw two hazards along one crooked border; the eastern one is 1 to 20 cm too far west: a hairline overlap."""
    count, border = len(centres), vertices // 3
    height = np.linspace(-1, 1, border)
    crooked = 0.05 * (1 - height * height) * (2 * chance.random((count, border)) - 1)
    line = np.stack([crooked, np.broadcast_to(height, crooked.shape)], axis=-1)
    turn = 0.28 + 0.44 * np.arange(vertices - border) / max(vertices - border - 1, 1)
    sides = []
    for side, path in ((1.0, line), (-1.0, line[:, ::-1])):
        radius = 0.8 + 0.4 * chance.random((count, vertices - border, 1))
        sides.append(np.concatenate([path, side * radius * _directions(turn)], axis=1) * sizes[:, None, None])
    hairline = np.stack([0.01 + 0.19 * chance.random(count), np.zeros(count)], axis=-1)
    return centres[:, None] + sides[0], (centres - hairline)[:, None] + sides[1]


def _polygons(chance: np.random.Generator, coordinates: Floats) -> Shapes:
    """Make polygons of whole millimetres, a few percent of them invalid."""
    if not len(coordinates):
        return np.empty(0, dtype=object)
    coordinates, slip = np.round(coordinates, 3), chance.random(len(coordinates))
    bounds = np.cumsum(list(_INVALID.values()))
    kind = np.searchsorted(bounds, slip, side="right")
    crossed, spiked, repeated = (np.flatnonzero(kind == each) for each in range(3))
    far = 1 + coordinates.shape[1] // 3
    coordinates[crossed, 1], coordinates[crossed, far] = coordinates[crossed, far], coordinates[crossed, 1].copy()
    coordinates[spiked, 2] = np.round(coordinates[spiked, 1] * 2 - coordinates[spiked, 4], 3)
    coordinates[spiked, 3] = coordinates[spiked, 1]
    coordinates[repeated, 2] = coordinates[repeated, 1]
    made: Shapes = shapely.polygons(coordinates)
    return made
