"""Shapes that are hard on an overlay: what neighbours, lattices, hairlines and crossings look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
import shapely.affinity
from hypothesis import strategies as st
from land_kernel import polygons

KINDS = ("lattice", "points", "tangle", "star", "holes", "shifted", "shared", "repeated", "collinear", "parts")


def shape(kind: str, rng: np.random.Generator, before: list[Any]) -> Any:
    """Draw a shape of a kind, some from one that was drawn before."""
    base = before[rng.integers(len(before))] if before else star(rng, 12)
    if kind == "lattice":
        corners = rng.integers(0, 6, (rng.integers(1, 4), 2))
        boxes = [shapely.box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, rng.integers(1, 4, corners.shape),
                                                                          strict=True)]  # fmt: skip
        return shapely.affinity.scale(shapely.union_all(boxes), 10, 10, origin=(0, 0))
    if kind == "points":
        return polygons(shapely.Polygon(rng.integers(0, 8, (rng.integers(3, 9), 2)) * 10.0))
    if kind == "tangle":
        return polygons(shapely.Polygon(rng.uniform(0, 80, (rng.integers(3, 14), 2))))
    if kind == "holes":
        return polygons(shapely.difference(star(rng, 16), shapely.affinity.scale(star(rng, 10), 0.5, 0.5)))
    if kind == "shifted":
        step = 10.0 ** rng.uniform(-7, -3)
        return polygons(shapely.affinity.translate(base, *(rng.choice([-1, 0, 1], 2) * step)))
    if kind == "shared":
        left = shapely.box(-100, -100, rng.uniform(20, 60), 200)
        return polygons(shapely.difference(base, left) if rng.random() < 0.5 else shapely.intersection(base, left))
    if kind == "repeated":
        return base
    if kind == "collinear":
        return polygons(shapely.segmentize(base, rng.uniform(3, 20)))
    if kind == "parts":
        return polygons(shapely.union_all([shapely.affinity.scale(star(rng, 9), 0.4, 0.4), star(rng, 7)]))
    return star(rng, int(rng.integers(5, 60)))


def star(rng: np.random.Generator, vertices: int) -> Any:
    """Draw a jagged outline around a middle."""
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False) + rng.uniform(0, 1)
    radius = rng.uniform(8, 40, vertices)
    middle = rng.uniform(30, 50, 2)
    return polygons(shapely.Polygon(middle + np.column_stack([np.cos(turn), np.sin(turn)]) * radius[:, None]))


@st.composite
def overlays(draw: st.DrawFn, most: int = 6) -> list[Any]:
    """Draw a few shapes on the same ground."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes: list[Any] = []
    for kind in kinds:
        shapes.append(shape(kind, rng, shapes))
    return shapes
