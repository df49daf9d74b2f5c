"""How does the picture of the ground look on paper, in colour, in grey and with its limits said?

Symbols after IMAS 07.11 / TN 07.11/01: CHA red, SHA orange, each at half transparency and with a hatch
of its own so that the map survives a grey printer; what is too small for the paper is drawn as a dot and said. A hazard
that is known by a point only is a mark that can be seen, and the map says that its size is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.reports.model import LAW_5

__all__ = ["STYLES", "MapLayer", "draw_map"]


class Style(msgspec.Struct, frozen=True):
    """Fill, outline and hatch of one layer; `label` is what the legend says."""

    label: str
    fill: str
    stroke: str
    opacity: float = 0.5
    hatch: str | None = None


STYLES: dict[str, Style] = {
    "place": Style("Boundary", "none", "#8a97a0", 1.0),
    "cha": Style("Confirmed hazardous area (CHA)", "#FF0000", "#B00000", 0.5, "cha"),
    "sha": Style("Suspected hazardous area (SHA)", "#F4A718", "#B36B00", 0.5, "sha"),
    "other": Style("Hazard of another or no class", "#8a96a0", "#3f4a52", 0.5),
    "closed": Style("Closed or handed over", "none", "#59646c", 1.0),
    "released": Style("Released (cancelled, reduced, cleared)", "#6FB58B", "#2f7d5b", 0.55),
    "accident": Style("Accident", "#1b1b1b", "#ffffff", 1.0),
    "item": Style("Item found", "#3b5fc0", "#ffffff", 1.0),
    "hazard": Style("Hazard as recorded", "#F4A718", "#B36B00", 0.3, "sha"),
    "searched": Style("Searched already", "#d5dde1", "#8a97a0", 0.7),
    "outline_99": Style("99 % outline", "none", "#3d2a6b", 1.0),
    "outline_90": Style("90 % outline", "#8a7fc0", "#5b4a9e", 0.3),
    "outline_50": Style("50 % outline", "#5b4a9e", "#3d2a6b", 0.5),
}


class MapLayer(msgspec.Struct, frozen=True):
    """Geometries of one style, in the programme's equal-area plane (metres)."""

    style: str
    geometry: npt.NDArray[np.object_]


def draw_map(layers: Sequence[MapLayer], *, width: int = 760, height: int = 560) -> str:
    """Draw layers as one SVG with legend, scale bar, north arrow and the words of law 5.

    Geometries None or empty are left out of the drawing and counted by the caller. Few that lie so far from all others
    that nothing else could be seen are outside of the map, and counted on it. No layers: an empty frame.

    >>> "Blank is not clear" in draw_map([])
    True
    """
    extent, outside = _extent(layers)
    styles = list(dict.fromkeys(layer.style for layer in layers))
    frame = _Frame(extent, width, height, foot=_foot(styles, outside))
    tiny = points = 0
    ground = f'<clipPath id="ground"><rect width="{width}" height="{height - frame.foot}"/></clipPath>'
    parts = [_head(width, height), ground, '<g clip-path="url(#ground)">']
    for layer in layers:
        drawn, dots, marks = _draw_layer(layer, frame)
        tiny += dots
        points += marks if layer.style in _HAZARDS else 0
        parts += drawn
    parts += ["</g>", _scale_bar(frame), _north(frame), *_legend(styles, height - frame.foot)]
    if not any(len(layer.geometry) for layer in layers):
        parts.append(
            f'<text x="{width / 2}" y="{height / 2}" text-anchor="middle">Nothing with a position is recorded.</text>'
        )
    said = ""
    if tiny:
        said = f"{tiny:,} {_many(tiny, 'area')} smaller than a point of this print: drawn as dots. "
    if points:
        said += f"{points:,} {_many(points, 'hazard is', 'hazards are')} known by a point only: where, not how large."
    # A line of its own for each: the words of law 5 are never pushed out of the frame by what stands beside them.
    away = ""
    if outside:
        away = f"{outside:,} {_many(outside, 'feature lies', 'features lie')} far from all others, outside of this map."
    for line, words in enumerate(filter(None, (LAW_5, said.strip(), away))):
        y = height - frame.foot + _foot(styles, 0) - 20 + 14 * line
        parts.append(f'<text x="8" y="{y}" font-size="10">{escape(words)}</text>')
    return "".join([*parts, "</svg>"])


def _many(count: int, one: str, many: str | None = None) -> str:
    return one if count == 1 else many or f"{one}s"


COLUMNS = 3
"""Entries of the legend that stand side by side."""


def _foot(styles: Sequence[str], outside: int) -> int:
    """Say how much of the height legend and words take."""
    return 36 + 15 * -(-len(styles) // COLUMNS) + (14 if outside else 0)


class _Frame:
    """The way from metres to paper."""

    def __init__(self, extent: tuple[float, float, float, float], width: int, height: int, foot: int) -> None:
        left, bottom, right, top = extent
        self.width, self.height, self.foot = width, height, foot
        self.scale = min((width - 20) / max(right - left, 1.0), (height - foot - 20) / max(top - bottom, 1.0))
        self.left = left - ((width - 20) / self.scale - (right - left)) / 2
        self.top = top

    def paper(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turn metres into points of the drawing."""
        return np.column_stack([10 + (xy[:, 0] - self.left) * self.scale, 10 + (self.top - xy[:, 1]) * self.scale])


_FAR_SHARE, _FAR_TIMES = 0.005, 4.0
"""At most this share of all is left outside, and only where the map then shows the rest so many times as large."""
_LOST_SHARE, _LOST_TIMES, _LOST_M = 0.05, 20.0, 1e6
"""Or this share, so many times as large, where it lies 1,000 km off: axes exchanged or a sign lost in a small file."""


def _extent(layers: Sequence[MapLayer]) -> tuple[tuple[float, float, float, float], int]:
    """Return the ground that is drawn (left, bottom, right, top in metres) and how many features lie outside of it."""
    arrays = [layer.geometry for layer in layers if len(layer.geometry)]
    boxes = shapely.bounds(np.concatenate(arrays)) if arrays else np.empty((0, 4))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return (0.0, 0.0, 1000.0, 1000.0), 0
    near = _near(boxes, _FAR_SHARE, _FAR_TIMES, 100.0)
    if near.all():
        near = _near(boxes, _LOST_SHARE, _LOST_TIMES, _LOST_M)
    left, bottom = boxes[near, :2].min(axis=0).tolist()
    right, top = boxes[near, 2:].max(axis=0).tolist()
    margin = max(right - left, top - bottom, 200.0) * 0.02
    return (left - margin, bottom - margin, right + margin, top + margin), int((~near).sum())


def _near(boxes: npt.NDArray[np.float64], share: float, times: float, room_m: float) -> npt.NDArray[np.bool_]:
    """Say which boxes (n, 4) lie where most lie; all, where more than a share is far or little would be gained."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    most = int(share * len(boxes))
    ordered = np.sort(middle, axis=0)
    low, high = ordered[min(most, len(boxes) // 2)], ordered[max(len(boxes) - 1 - most, len(boxes) // 2)]
    room = np.maximum((high - low) / 2, room_m)
    near: npt.NDArray[np.bool_] = np.all((middle >= low - room) & (middle <= high + room), axis=1)
    if (~near).sum() > most or _span(boxes[near]) * times > _span(boxes):
        near = np.ones(len(boxes), dtype=np.bool_)
    return near


def _span(boxes: npt.NDArray[np.float64]) -> float:
    """Return how far boxes (n, 4) reach, corner to corner, at least 200 m."""
    return max(float(np.hypot(*(boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)))), 200.0)


_HAZARDS = ("sha", "cha", "other", "closed")
_MANY_POINTS = 1_000
"""Points of one layer from which on marks are small, so that they do not hide one another."""


def _draw_layer(layer: MapLayer, frame: _Frame) -> tuple[list[str], int, int]:
    """Draw one layer; say how many of its areas became dots, and how many of its shapes are points."""
    style = STYLES[layer.style]
    kept = layer.geometry[~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry))]
    if not len(kept):
        return [], 0, 0
    areal = shapely.get_dimensions(kept) == 2
    span = shapely.bounds(kept)
    size = np.hypot(span[:, 2] - span[:, 0], span[:, 3] - span[:, 1]) * frame.scale
    point = shapely.get_dimensions(kept) == 0
    small = areal & (size < 1.5)
    shapes = shapely.simplify(kept[~small & ~point], 0.4 / frame.scale)
    path = "".join(_path(shape, frame) for shape in shapes if not shape.is_empty)
    dots = frame.paper(shapely.get_coordinates(shapely.centroid(kept[small])))
    marks = frame.paper(shapely.get_coordinates(shapely.centroid(kept[point])))
    drawn = []
    if path:
        paint = f'fill="{style.fill}" fill-opacity="{style.opacity}" stroke="{style.stroke}" stroke-width="0.5"'
        drawn.append(f'<path d="{path}" {paint} fill-rule="evenodd"/>')
        if style.hatch:
            drawn.append(f'<path d="{path}" fill="url(#{style.hatch})" fill-rule="evenodd"/>')
    colour = style.fill if style.fill != "none" else style.stroke
    drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="0.9" fill="{colour}"/>' for x, y in dots]
    radius = (3.6 if layer.style in _HAZARDS else 2.2) if len(marks) < _MANY_POINTS else 1.6
    drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{style.fill}" stroke="{style.stroke}"'
              ' stroke-width="0.8"/>' for x, y in marks]  # fmt: skip
    return drawn, int(small.sum()), int(point.sum())


def _path(shape: shapely.Geometry, frame: _Frame) -> str:
    pieces = []
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            points = frame.paper(shapely.get_coordinates(ring))
            if len(points) > 1:
                pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
                pieces.append("Z" if part.geom_type == "Polygon" else "")
    return "".join(pieces)


def _head(width: int, height: int) -> str:
    hatches = (
        '<pattern id="cha" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="5" stroke="#B00000" stroke-width="1"/></pattern>'
        '<pattern id="sha" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<circle cx="2" cy="2" r="0.8" fill="#8a5200"/></pattern>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="DejaVu Sans, sans-serif" font-size="11" role="img"><title>Map of hazards and released land. '
        f"{escape(LAW_5)}</title><defs>{hatches}</defs>"
        f'<rect width="{width}" height="{height}" fill="#fbfbf9" stroke="#c9d0d4"/>'
    )


def _scale_bar(frame: _Frame) -> str:
    metres = 120 / frame.scale
    step = 10 ** math.floor(math.log10(metres))
    length = max(factor * step for factor in (1, 2, 5) if factor * step <= metres)
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    x, y = frame.width - 20 - length * frame.scale, frame.height - frame.foot - 6  # above the legend, however long
    return (
        f'<path d="M{x:.1f} {y - 4}V{y}H{x + length * frame.scale:.1f}V{y - 4}" fill="none" stroke="#333"/>'
        f'<text x="{x:.1f}" y="{y - 8}" font-size="10">{label}</text>'
    )


def _north(frame: _Frame) -> str:
    x = frame.width - 22
    return f'<path d="M{x} 14l5 14l-5-4l-5 4z" fill="#333"/><text x="{x - 4}" y="40" font-size="10">N</text>'


def _legend(styles: Sequence[str], top: int) -> list[str]:
    drawn = []
    for index, name in enumerate(styles):
        style, x = STYLES[name], 10 + (index % COLUMNS) * 240
        y = top + 12 + (index // COLUMNS) * 15
        fill = style.fill if style.fill != "none" else "#ffffff"
        paint = f'fill="{fill}" fill-opacity="{style.opacity}" stroke="{style.stroke}"'
        box = f'<rect x="{x}" y="{y - 9}" width="14" height="10" {paint}/>'
        hatch = f'<rect x="{x}" y="{y - 9}" width="14" height="10" fill="url(#{style.hatch})"/>' if style.hatch else ""
        drawn.append(f'{box}{hatch}<text x="{x + 20}" y="{y}" font-size="10">{escape(style.label)}</text>')
    return drawn
