"""Which fields does the simulated world hold, and where does every mine of them lie?

A field is a strip thrown at random along a front: length, width, bends and places come from distributions and no field
follows a rule of laying. What is drawn here exists only to test how well a place is found again.
"""

from __future__ import annotations

import datetime
import math

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.minefields.simulator.regimes import Regime

__all__ = ["Field", "Ground", "make_ground"]

Floats = npt.NDArray[np.float64]

_TYPES = (("PMN-2",), ("PMN",), ("TM-62M",), ("PMN-2", "OZM-72"), ("TM-57", "PMN"), ("PMN-2", "TM-62M", "OZM-72"))
_FIRST_DAY = datetime.date(1992, 3, 1)
_DAYS = 780


class Field(msgspec.Struct):
    """One strip as it was: outline and mines in metres of the plane, in one row per corner or mine."""

    id: str
    outline: Floats
    mines: Floats
    kinds: list[str]
    laid: dict[str, int]
    """How many of each type were laid; fewer may be left."""
    laid_from: datetime.date
    laid_to: datetime.date
    district: str
    unit: str
    lifted: bool = False
    phantom: bool = False
    """Never was: only a false sheet tells of it."""
    rows: list[Floats] = msgspec.field(default_factory=list)
    """Ends (2, 2) of the lines that the mines were strewn about; empty for a field without lines."""
    row_counts: list[dict[str, int]] = msgspec.field(default_factory=list)


class Ground(msgspec.Struct):
    """The region: fields, strays (in no field), side of the square in metres."""

    fields: list[Field]
    strays: Floats
    stray_kinds: list[str]
    fronts: list[Floats]
    side_m: float


def make_ground(rng: np.random.Generator, regime: Regime, fields: int, fronts: int, phantoms: int) -> Ground:
    """Throw `fields` strips, and `phantoms` that never were, along the fronts of a square (300: 20 km a side)."""
    side = 20_000.0 * math.sqrt(max(fields, 1) / 300.0)
    lines = [_front(rng, side) for _ in range(fronts)]
    made = [_field(rng, regime, f"V-{number + 1}", lines, side) for number in range(fields)]
    for number in range(phantoms):
        never = _field(rng, regime, f"N-{number + 1}", lines, side)
        never.phantom, never.mines, never.kinds = True, np.empty((0, 2)), []
        made.append(never)
    _lift(rng, regime, made)
    total = sum(len(field.mines) for field in made)
    count = round(total * regime.stray_share)
    spots = np.array([_spot(rng, lines, side, 400.0)[0] for _ in range(count)]).reshape(-1, 2)
    kinds = [str(rng.choice(["PMN-2", "PMN", "TM-62M"])) for _ in range(count)]
    return Ground(fields=made, strays=spots, stray_kinds=kinds, fronts=lines, side_m=side)


def _front(rng: np.random.Generator, side: float) -> Floats:
    """Draw a winding line through the square, a point every 250 m."""
    heading = rng.uniform(0, 2 * math.pi)
    start = rng.uniform(-0.3, 0.3, 2) * side
    arms = []
    for turn in (0.0, math.pi):
        bends = heading + turn + np.cumsum(rng.normal(0, 0.10, int(side / 500)))
        steps = 250.0 * np.column_stack([np.cos(bends), np.sin(bends)])
        arms.append(start + np.cumsum(steps, axis=0))
    line = np.vstack([arms[1][::-1], start[None], arms[0]])
    return np.clip(line, -side / 2, side / 2)


def _spot(rng: np.random.Generator, lines: list[Floats], side: float, spread_m: float) -> tuple[Floats, float]:
    """Draw a place near a front; return it and the front's heading there."""
    line = lines[int(rng.integers(len(lines)))]
    at = int(rng.integers(len(line) - 1))
    step = line[at + 1] - line[at]
    place = line[at] + rng.uniform() * step + rng.normal(0, spread_m, 2)
    return np.clip(place, -side / 2, side / 2), math.atan2(step[1], step[0])


def _field(rng: np.random.Generator, regime: Regime, name: str, lines: list[Floats], side: float) -> Field:
    spot, heading = _spot(rng, lines, side, 150.0)
    while True:
        spine, width = _spine(rng, heading + rng.normal(0, math.radians(25)))
        outline = _outline(spot + spine, width)
        if shapely.Polygon(outline).is_valid:
            break
    count = int(np.clip(round(rng.lognormal(math.log(32), 0.7)), 3, 400))
    choice = _TYPES[int(rng.integers(len(_TYPES)))]
    kinds = [str(kind) for kind in rng.choice(choice, count)]
    mines, rows, which = _strew(rng, spot + spine, width, count)
    start = _FIRST_DAY + datetime.timedelta(days=int(rng.integers(_DAYS)))
    quadrant = 1 + int(spot[0] > 0) + 2 * int(spot[1] > 0)
    row_counts = [
        {kind: sum(k == kind and w == row for k, w in zip(kinds, which, strict=True)) for kind in choice}
        for row in range(len(rows))
    ]
    left = rng.uniform(size=count) >= regime.gone_share
    return Field(
        id=name, outline=outline, mines=mines[left], kinds=[k for k, keep in zip(kinds, left, strict=True) if keep],
        laid={kind: kinds.count(kind) for kind in choice if kind in kinds}, laid_from=start,
        laid_to=start + datetime.timedelta(days=int(rng.integers(1, 20))), district=f"Simulated district {quadrant}",
        unit=f"Simulated unit {1 + int(rng.integers(8))}", rows=rows, row_counts=row_counts,
    )  # fmt: skip


def _spine(rng: np.random.Generator, heading: float) -> tuple[Floats, float]:
    """Draw the middle line (k, 2) about its centre, and the width."""
    length = float(np.clip(rng.lognormal(math.log(260), 0.5), 60, 800))
    width = float(np.clip(rng.lognormal(math.log(42), 0.4), 12, 120))
    parts = int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
    bends = heading + np.concatenate([[0.0], np.cumsum(rng.normal(0, math.radians(20), parts - 1))])
    steps = (length / parts) * np.column_stack([np.cos(bends), np.sin(bends)])
    line = np.vstack([[0.0, 0.0], np.cumsum(steps, axis=0)])
    return line - line.mean(axis=0), width


def _normals(line: Floats) -> Floats:
    """Return a sideways unit vector at each vertex of a line (mean of its neighbours' at a bend)."""
    steps = np.diff(line, axis=0)
    steps /= np.linalg.norm(steps, axis=1)[:, None]
    sideways = np.column_stack([-steps[:, 1], steps[:, 0]])
    at = np.vstack([sideways[:1], (sideways[:-1] + sideways[1:]) / 2, sideways[-1:]])
    return np.asarray(at / np.linalg.norm(at, axis=1)[:, None])


def _outline(line: Floats, width: float) -> Floats:
    sideways = _normals(line) * width / 2
    return np.vstack([line + sideways, (line - sideways)[::-1]])


def _strew(
    rng: np.random.Generator, line: Floats, width: float, count: int
) -> tuple[Floats, list[Floats], list[int]]:
    """Place the mines: about some lines thrown into the strip, or anywhere in it; each with noise of its own."""
    rows = int(rng.integers(1, 5)) if rng.uniform() < 0.6 else 0
    along = rng.uniform(0, len(line) - 1, count)
    which = rng.integers(0, rows, count) if rows else np.full(count, -1)
    offsets = rng.uniform(-0.5, 0.5, rows) * width if rows else np.empty(0)
    across = offsets[which] + rng.normal(0, 1.5, count) if rows else rng.uniform(-0.5, 0.5, count) * width
    sideways = _normals(line)
    at = np.minimum(along.astype(int), len(line) - 2)
    part = (along - at)[:, None]
    middle = line[at] * (1 - part) + line[at + 1] * part
    tilt = sideways[at] * (1 - part) + sideways[at + 1] * part
    mines = middle + tilt * across[:, None] + rng.normal(0, 0.7, (count, 2))
    # A line that follows a bent strip is written by its two ends only where the strip is straight.
    ends = [line[[0, -1]] + sideways[[0, -1]] * offset for offset in offsets] if len(line) == 2 else []
    return mines, ends, [int(w) for w in which]


def _lift(rng: np.random.Generator, regime: Regime, fields: list[Field]) -> None:
    for field in fields:
        if not field.phantom and rng.uniform() < regime.lifted_share:
            field.lifted = True
            left = rng.uniform(size=len(field.mines)) < 0.05
            field.mines = field.mines[left]
            field.kinds = [kind for kind, keep in zip(field.kinds, left, strict=True) if keep]
