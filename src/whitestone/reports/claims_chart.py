"""How do claims about one question look over time, with the programme's own figure as a band behind them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whitestone.domain.claim_words import unit_of

__all__ = ["claims_spec"]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_INK, _OWN = "#3d4f5c", "#0a5a83"
_WIDE = 50.0
"""Figures that differ by more than this factor share no linear scale."""


def claims_spec(rows: Sequence[Mapping[str, Any]], own: Mapping[str, Any] | None, *, width: int | str = 640,
                height: int = 260) -> dict[str, Any]:
    """Draw claims by the day on which they were said: a point each, a bar over the range that its words allow.

    `width` is in pixels, or "container": as wide as the page leaves it. Speakers are told apart by the shape of the
    point, in the order in which they first spoke; colour has no meaning here. Claims without a day or number, and
    those of another side of the question (items beside ground), are not drawn; the caller counts them. Areas are
    drawn in m2, whatever unit they are claimed in, as the own figure is. Where a claim speaks of other days than the
    question, the own figure of those days (`own_for_claim`) stands at it, and that of the question is not drawn.

    >>> spec = claims_spec([{"as_of": "2020", "speaker": "A", "value": 4.0, "low": 4.0, "high": None}], None)
    >>> spec["layer"][0]["data"]["values"][0]["said"], len(claims_spec([], None)["layer"])
    ('2020', 2)
    """
    drawn = [_point(row) for row in rows if row.get("as_of") and row.get("value") is not None
             and row.get("measures") != "other"]  # fmt: skip
    speakers = list(dict.fromkeys(point["speaker"] for point in drawn))
    x = {"field": "said", "type": "temporal", "title": "said on", "axis": {"format": "%Y-%m", "labelAngle": -35},
         "scale": {"padding": 20}}
    scale, title = _scale(drawn)
    shape = {"field": "speaker", "type": "nominal", "sort": speakers, "title": None,
             "legend": {"orient": "bottom", "columns": 1, "labelLimit": 260}}  # fmt: skip
    tooltip = [{"field": name, "title": title} for name, title in (
        ("speaker", "Speaker"), ("words", "Figure"), ("period", "About"), ("said", "Said on"), ("grade", "Grade"))]
    layers: list[dict[str, Any]] = [
        {"data": {"values": drawn}, "mark": {"type": "rule", "color": _INK, "strokeWidth": 1.5},
         "encoding": {"x": x, "y": {"field": "low", "type": "quantitative", "title": title, "scale": scale},
                      "y2": {"field": "high"}}},
        {"data": {"values": drawn}, "mark": {"type": "point", "size": 70, "filled": False, "color": _INK},
         "encoding": {"x": x, "y": {"field": "value", "type": "quantitative"}, "shape": shape, "tooltip": tooltip}},
    ]  # fmt: skip
    theirs = [point for point in drawn if point["own"] is not None]
    if own is not None and any(point["own"] != own.get("value") for point in theirs):
        layers = [_own_days(theirs, x), *layers]
    elif own is not None and own.get("value") is not None:
        layers = [*_own(own), *layers]
    return {"$schema": _SCHEMA, "width": width, "height": height, "layer": layers,
            "config": {"font": "DejaVu Sans, sans-serif", "view": {"stroke": None}}}  # fmt: skip


def _scale(drawn: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], str | None]:
    """Draw figures of very different size on a scale of their order of magnitude, and say so."""
    values = [point["value"] for point in drawn if point["value"] > 0]
    if values and max(values) > _WIDE * min(values):
        return {"type": "symlog"}, "logarithmic scale"
    return {}, None


def _own(own: Mapping[str, Any]) -> list[dict[str, Any]]:
    value, low, high = own["value"], own.get("low"), own.get("high")
    band = {"low": value if low is None else low, "high": value if high is None else high, "value": value}
    data = {"values": [band]}
    return [
        {"data": data, "mark": {"type": "rect", "color": _OWN, "opacity": 0.12},
         "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}},
        {"data": data, "mark": {"type": "rule", "color": _OWN, "strokeDash": [6, 3]},
         "encoding": {"y": {"field": "value", "type": "quantitative"}}},
    ]  # fmt: skip


def _own_days(theirs: Sequence[Mapping[str, Any]], x: Mapping[str, Any]) -> dict[str, Any]:
    tooltip = [{"field": name, "title": title} for name, title in (("own", "This programme"), ("period", "In"))]
    return {"data": {"values": theirs}, "mark": {"type": "tick", "color": _OWN, "thickness": 3, "size": 26},
            "encoding": {"x": x, "y": {"field": "own", "type": "quantitative"}, "tooltip": tooltip}}  # fmt: skip


def _point(row: Mapping[str, Any]) -> dict[str, Any]:
    unit = unit_of(row.get("unit"))
    factor = unit.factor if unit is not None else 1.0
    value, low, high = (None if row.get(name) is None else row[name] * factor for name in ("value", "low", "high"))
    period = "–".join(str(row.get(name) or "?") for name in ("period_from", "period_to"))
    words = f"{str(row.get('qualifier') or '').replace('_', ' ')} {row['value']:,g} {row.get('unit') or ''}".strip()
    return {"said": row["as_of"], "speaker": row.get("speaker") or "no speaker", "value": value,
            "low": value if low is None else low, "high": value if high is None else high, "period": period,
            "words": words, "grade": row.get("grade") or "F6",
            "own": (row.get("own_for_claim") or {}).get("value")}  # fmt: skip
