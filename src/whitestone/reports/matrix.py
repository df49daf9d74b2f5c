"""How is the flow matrix written down and drawn, the same on the page, in the terminal and in a document?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

__all__ = ["CLASS_WORDS", "LEAST", "LINES", "Line", "flow_spec", "shown_classes", "shown_lines"]

CLASS_WORDS: Mapping[str, str] = {"sha": "SHA", "cha": "CHA", "other": "Other", "all": "All"}
"""The columns: suspected, confirmed, any other class of hazard, and their sum."""

LINES: tuple[tuple[str, str, str], ...] = (
    ("opening", "Opening", ""),
    ("newly_identified", "Newly identified", "+"),
    ("split_from", "Split from one", "+"),
    ("merged_from", "Merged from several", "+"),
    ("reopened", "Opened again", "+"),
    ("boundary_increase", "Boundary increase", "+"),
    ("from_sha", "From SHA", "+"),
    ("from_cha", "From CHA", "+"),
    ("from_other", "From other classes", "+"),
    ("lineage_in", "By split or merge, in", "+"),
    ("moved_in", "Moved in, same class", "+"),
    ("boundary_decrease", "Boundary decrease", "−"),
    ("to_sha", "To SHA", "−"),
    ("to_cha", "To CHA", "−"),
    ("to_other", "To other classes", "−"),
    ("lineage_out", "By split or merge, out", "−"),
    ("moved_out", "Moved out, same class", "−"),
    ("cancelled", "Cancelled", "−"),
    ("reduced", "Reduced", "−"),
    ("cleared", "Cleared", "−"),
    ("reclassified", "Reclassified", "+"),
    ("closed", "Closed", "−"),
    ("handed_over", "Handed over", "−"),
    ("merged_away", "Merged into another", "−"),
    ("withdrawn", "Withdrawn", "−"),
    ("closing", "Closing", "="),
)
"""The lines of the matrix from opening to closing: flow, words, sign. Some hold ground only, some hazards only."""

ALWAYS = ("opening", "newly_identified", "to_cha", "to_sha", "cancelled", "reduced", "cleared", "closing")

Part = Mapping[str, Mapping[str, float]]
"""Areas in m2, or counts, by class and flow."""


class Line(msgspec.Struct, frozen=True):
    """One line: areas in m2 and counts by class, in the order of the classes shown; None where it does not apply."""

    flow: str
    words: str
    sign: str
    areas: tuple[float | None, ...]
    counts: tuple[int | None, ...]


def shown_classes(areas: Part, counts: Part) -> tuple[str, ...]:
    """Choose the columns: SHA and CHA always, other classes where there are any, and the sum.

    >>> shown_classes({"other": {"closing": 0.0}}, {"other": {"closing": 0}})
    ('sha', 'cha', 'all')
    """
    has_other = any(areas["other"].values()) or any(counts["other"].values())
    return tuple(each for each in CLASS_WORDS if has_other or each != "other")


def shown_lines(areas: Part, counts: Part, classes: tuple[str, ...], *, has_stock: bool = True) -> Iterator[Line]:
    """List the lines that say something, from opening to closing; a row without stock (of releases) has neither.

    >>> empty = {"sha": {"opening": 0.0, "closing": 0.0}}
    >>> [line.words for line in shown_lines(empty, empty, ("sha",))]
    ['Opening', 'Closing']
    """
    for flow, words, sign in LINES:
        # A class passes nothing to itself: no cell, rather than a 0.
        own = flow.partition("_")[2] if flow.startswith(("from_", "to_")) else ""
        ground = tuple(None if each == own else areas[each].get(flow) for each in classes)
        hazards = tuple(None if each == own else counts[each].get(flow) for each in classes)
        known = [each for each in (*ground, *hazards) if each is not None]
        if not has_stock and not any(known):
            continue
        if known and (flow in ALWAYS or any(known)):
            yield Line(flow, words, sign, ground, tuple(None if each is None else int(each) for each in hazards))


# The drawing: for each class what comes in on the left, its account in the middle, where it goes on the right.

_COLOURS = {"sha": "#f4a718", "cha": "#e0322f", "other": "#8a96a0", "released": "#2f7d5b"}
"""IMAS colours of the classes (TN 07.11/01); every band carries its words as well."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_WITHIN = (("lineage_in", 1), ("moved_in", 1), ("lineage_out", -1), ("moved_out", -1))
_LEFT = ("opening", "newly_identified", "boundary_increase", "from_sha", "from_cha", "from_other", "reclassified")
_RIGHT = ("cancelled", "reduced", "cleared", "to_sha", "to_cha", "to_other", "boundary_decrease", "closing")
_WORDS = {flow: words for flow, words, _ in LINES} | {"within": "Other rows, same class"}
LEAST = 1e-5
"""The share of all that is drawn below which a band is left out of the drawing; the table holds every flow."""
_SLOT, _GAP, _FULL, _THIN = 15.0, 26.0, 240.0, 1.0
_BAR = (0.485, 0.515)
_STEPS = 16


def flow_spec(areas: Part, *, width: int | str = 640) -> dict[str, Any]:
    """Draw what came into each class and where it went, as a Vega-Lite definition; areas in m2, drawn in km2.

    Bands are as thick as their ground. What passes between hazards of one class is left out where it comes to nothing,
    and what is less than a hundred-thousandth of all that is drawn.

    >>> spec = flow_spec({"sha": {"opening": 3e6, "cleared": 1e6, "closing": 2e6}})
    >>> [row["words"] for layer in spec["layer"][4:6] for row in layer["data"]["values"]]
    ['Opening 3.000', 'Cleared 1.000', 'Closing 2.000']
    >>> flow_spec({})["height"]
    40
    """
    found = {each: (_side(areas[each], _LEFT, 1), _side(areas[each], _RIGHT, -1))
             for each in _COLOURS if each in areas}  # fmt: skip
    whole = sum(sum(left.values()) for left, _ in found.values())
    px_per_m2 = _FULL / whole if whole else 0.0
    sides = {each: tuple({flow: area for flow, area in side.items() if area >= LEAST * whole} for side in both)
             for each, both in found.items()}  # fmt: skip
    bands: list[dict[str, Any]] = []
    bars: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    top = _GAP
    for name, (left, right) in sides.items():
        if not left and not right:
            continue
        tall = max(_slots(left, px_per_m2), _slots(right, px_per_m2))
        height = sum(left.values()) * px_per_m2
        bar = top + (tall - height) / 2
        bars.append({"x": _BAR[0], "x2": _BAR[1], "y": bar, "y2": bar + max(height, _THIN), "sort": name,
                     "class": CLASS_WORDS[name], "m2": sum(left.values())})
        for side, flows in enumerate((left, right)):
            _draw_side(name, flows, side, top + (tall - _slots(flows, px_per_m2)) / 2, bar, px_per_m2, bands, labels)
        top += tall + _GAP
    return _spec(bands, bars, labels, width, math.ceil(max(40.0, top)))


def _side(flows: Mapping[str, float], names: tuple[str, ...], sign: int) -> dict[str, float]:
    """List what comes in (1) or goes out (-1), with the balance of what passes within the class."""
    found = {name: float(flows.get(name) or 0.0) for name in names}
    within = sum(direction * float(flows.get(name) or 0.0) for name, direction in _WITHIN)
    found["within"] = max(0.0, sign * within)
    return {name: area for name, area in found.items() if area > 0}


def _slots(flows: Mapping[str, float], px_per_m2: float) -> float:
    return sum(max(_SLOT, area * px_per_m2) for area in flows.values())


def _draw_side(name: str, flows: Mapping[str, float], side: int, outer: float, inner: float, px_per_m2: float,
               bands: list[dict[str, Any]], labels: list[dict[str, Any]]) -> None:
    """Draw the bands of one side of a class, from its outer edge to the bar in the middle, with their words."""
    for flow, area in flows.items():
        thick, slot = max(_THIN, area * px_per_m2), max(_SLOT, area * px_per_m2)
        begin = outer + (slot - thick) / 2
        sort = "released" if flow in ("cancelled", "reduced", "cleared", "reclassified") else flow[-3:]
        sort = sort if sort in ("sha", "cha") or sort == "released" else "other" if flow[-5:] == "other" else name
        words = f"{_WORDS[flow]} {area / 1e6:,.3f}"
        edges = (0.0, _BAR[0]) if side == 0 else (1.0, _BAR[1])
        for step in range(_STEPS + 1):
            at = step / _STEPS
            ease = at * at * (3 - 2 * at)
            y = begin + (inner - begin) * ease
            bands.append({"x": edges[0] + (edges[1] - edges[0]) * at, "y": y, "y2": y + thick, "sort": sort,
                          "band": f"{name} {side} {flow}", "words": f"{CLASS_WORDS[name]}: {_WORDS[flow]}", "m2": area})
        labels.append({"x": edges[0], "y": outer + slot / 2, "words": words, "side": side})
        outer += slot
        inner += area * px_per_m2


def _spec(bands: list[dict[str, Any]], bars: list[dict[str, Any]], labels: list[dict[str, Any]], width: int | str,
          height: int) -> dict[str, Any]:
    x = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "nice": False}}
    y = {"field": "y", "type": "quantitative", "axis": None,
         "scale": {"domain": [0, height], "reverse": True, "nice": False, "zero": False}}
    scale = {"domain": list(_COLOURS), "range": list(_COLOURS.values())}
    color = {"field": "sort", "type": "nominal", "scale": scale, "legend": None}
    tip = {"field": "m2", "title": "m²", "format": ",.2f"}
    flows = {
        "data": {"values": bands},
        "mark": {"type": "area", "opacity": 0.42, "stroke": "#ffffff", "strokeWidth": 0.8, "tooltip": True},
        "encoding": {"x": x, "y": y, "y2": {"field": "y2"}, "color": color, "detail": {"field": "band"},
                     "tooltip": [{"field": "words", "title": "Flow"}, tip]},
    }  # fmt: skip
    accounts = {
        "data": {"values": bars}, "mark": {"type": "rect", "tooltip": True},
        "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "color": color,
                     "tooltip": [{"field": "class", "title": "Class"}, tip]},
    }  # fmt: skip
    # Words that lie over a thin band stay readable on a pale edge of their own, which is drawn first.
    texts = [_text([each for each in labels if each["side"] == side], x, y, "words", align, 4 if side == 0 else -4,
                   is_edge=is_edge)
             for is_edge in (True, False) for side, align in ((0, "left"), (1, "right"))]
    names = _text([{**each, "x": 0.5} for each in bars], x, y, "class", "center", 0, weight="bold", dy=-8)
    return {"$schema": _SCHEMA, "width": width, "height": height, "layer": [flows, accounts, *texts, names],
            "config": {"font": "DejaVu Sans, sans-serif", "view": {"stroke": None}}}  # fmt: skip


def _text(values: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], field: str, align: str, dx: int,
          weight: str = "normal", dy: int = 0, is_edge: bool = False) -> dict[str, Any]:
    edge = {"stroke": "#ffffff", "strokeWidth": 3, "strokeOpacity": 0.75} if is_edge else {}
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": align, "dx": dx, "dy": dy, "fontSize": 10, "fontWeight": weight,
                 "baseline": "middle", "color": "#1b252c", **edge},
        "encoding": {"x": x, "y": y, "text": {"field": field}},
    }  # fmt: skip
