"""How does a ledger look as a drawing: one definition for the page (vega-embed) and the document (SVG)?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["FLOWS", "bars_spec", "svg", "waterfall_spec"]

FLOWS: tuple[tuple[str, str, int], ...] = (
    ("discovered_m2", "Discovered", 1),
    ("boundary_increase_m2", "Boundary increase", 1),
    ("boundary_decrease_m2", "Boundary decrease", -1),
    ("transferred_in_m2", "Transferred in", 1),
    ("transferred_out_m2", "Transferred out", -1),
    ("cancelled_m2", "Cancelled", -1),
    ("reduced_m2", "Reduced", -1),
    ("cleared_m2", "Cleared", -1),
    ("reclassified_m2", "Reclassified", 1),
)
"""The columns between opening and closing, with the sign with which each enters the account (docs/guides/ledger.md)."""

_COLOURS = {"stock": "#3d4f5c", "up": "#b3541e", "down": "#2f7d5b"}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""The major version that the page's assets and the SVG renderer share."""


def waterfall_spec(row: Mapping[str, Any], *, width: int = 640, height: int = 260) -> dict[str, Any]:
    """Draw one account from opening to closing as a Vega-Lite definition; areas in m2, drawn in km2.

    >>> row = {"opening_m2": 3e6, "cleared_m2": 1e6, "closing_m2": 2e6}
    >>> [step["step"] for step in waterfall_spec(row)["data"]["values"]]
    ['Opening', 'Cleared', 'Closing']
    """
    steps: list[dict[str, Any]] = []
    level = float(row.get("opening_m2") or 0.0)
    steps.append(_step("Opening", 0.0, level, "stock"))
    for key, label, sign in FLOWS:
        amount = sign * float(row.get(key) or 0.0)
        if amount:
            steps.append(_step(label, level, level + amount, "up" if amount > 0 else "down"))
            level += amount
    steps.append(_step("Closing", 0.0, float(row.get("closing_m2") or 0.0), "stock"))
    x = {"field": "step", "type": "nominal", "sort": None, "axis": {"labelAngle": -35, "title": None}}
    scale = {"domain": list(_COLOURS), "range": list(_COLOURS.values())}
    bar: dict[str, Any] = {
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": x,
            "y": {"field": "from_km2", "type": "quantitative", "title": "km²"},
            "y2": {"field": "to_km2"},
            "color": {"field": "sort", "type": "nominal", "scale": scale, "legend": None},
            "tooltip": [{"field": "step", "title": "Step"}, {"field": "amount_m2", "title": "m²", "format": ",.2f"}],
        },
    }
    text: dict[str, Any] = {
        "mark": {"type": "text", "dy": -6, "fontSize": 10},
        "encoding": {
            "x": x,
            "y": {"field": "top_km2", "type": "quantitative"},
            "text": {"field": "amount_km2", "type": "quantitative", "format": ",.3f"},
        },
    }
    return {"$schema": _SCHEMA, "width": width, "height": height, "data": {"values": steps}, "layer": [bar, text],
            "config": {"font": "DejaVu Sans, sans-serif", "view": {"stroke": None}}}  # fmt: skip


def bars_spec(
    values: Sequence[Mapping[str, Any]], *, title: str, width: int = 640, height: int = 220
) -> dict[str, Any]:
    """Draw amounts by name (`name`, `value`) as horizontal bars.

    >>> bars_spec([], title="km²")["data"]
    {'values': []}
    """
    return {
        "$schema": _SCHEMA,
        "width": width,
        "height": {"step": 18} if len(values) > 8 else height,
        "data": {"values": [dict(value) for value in values]},
        "mark": {"type": "bar", "color": _COLOURS["stock"], "tooltip": True},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "value", "type": "quantitative", "title": title},
        },
        "config": {"font": "DejaVu Sans, sans-serif", "view": {"stroke": None}},
    }


def svg(spec: Mapping[str, Any]) -> str:
    """Render a definition as SVG, with no network and no browser."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(spec)))


def _step(name: str, start: float, end: float, sort: str) -> dict[str, Any]:
    amount = end - start
    return {
        "step": name,
        "from_km2": start / 1e6,
        "to_km2": end / 1e6,
        "top_km2": max(start, end) / 1e6,
        "amount_km2": amount / 1e6,
        "amount_m2": amount,
        "sort": sort,
    }
