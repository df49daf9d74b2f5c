"""How do casualties by period look as a drawing, with the segments of level rate over them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["counts_spec"]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_BAR, _LEVEL = "#3d4f5c", "#b3541e"


def counts_spec(rows: Sequence[Mapping[str, Any]], segments: Sequence[Mapping[str, Any]], *,
                height: int = 220) -> dict[str, Any]:
    """Draw casualties by period as bars, and each segment's casualties a period as a level line.

    `rows` have `period` and `casualties`; `segments` have `from`, `to`, `periods` and `casualties`, as the trend gives
    them. The level is drawn period by period, so that it steps where a change is.

    >>> spec = counts_spec([{"period": "2020", "casualties": 4}], [{"from": "2020", "to": "2020", "periods": 1,
    ...                                                             "casualties": 4}])
    >>> spec["data"]["values"]
    [{'period': '2020', 'casualties': 4, 'level': 4.0}]
    >>> counts_spec([], [])["data"]["values"]
    []
    """
    values, at = [], 0
    for row in rows:
        while at < len(segments) and row["period"] > segments[at]["to"]:
            at += 1
        level = segments[at]["casualties"] / segments[at]["periods"] if at < len(segments) else None
        values.append({"period": row["period"], "casualties": row["casualties"], "level": level})
    x = {"field": "period", "type": "ordinal", "axis": {"labelOverlap": True, "labelAngle": -45, "title": None}}
    tooltip = [{"field": "period", "title": "Period"}, {"field": "casualties", "title": "Casualties"},
               {"field": "level", "title": "Level", "format": ",.1f"}]  # fmt: skip
    return {
        "$schema": _SCHEMA, "width": "container", "height": height, "data": {"values": values},
        "layer": [
            {"mark": {"type": "bar", "color": _BAR}, "encoding": {
                "x": x, "y": {"field": "casualties", "type": "quantitative", "title": "casualties"},
                "tooltip": tooltip}},
            {"mark": {"type": "line", "color": _LEVEL, "interpolate": "step", "strokeWidth": 2}, "encoding": {
                "x": x, "y": {"field": "level", "type": "quantitative"}}},
        ],
    }  # fmt: skip
