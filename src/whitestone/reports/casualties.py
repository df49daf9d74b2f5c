"""How does a count of casualties look as a drawing, and what is each of its values called for people?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from whitestone.domain.codes import label

__all__ = ["LABELS", "panel_spec", "value_label"]

LABELS: Mapping[str, str] = MappingProxyType({
    "outcome": "Outcome", "year": "Year", "month": "Month", "place": "Place", "sex_age": "Sex and age",
    "status": "Status", "device": "Device", "activity": "Activity", "amputation": "Injury with amputation",
    "source": "Source", "cell": "Square of the map",
})  # fmt: skip
"""What each dimension is called above a chart or a column."""
_VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "device": {
        "ap_mine": "Anti-personnel mine, factory-made", "improvised_mine": "Improvised mine", "av_mine":
        "Anti-vehicle mine", "unspecified_mine": "Mine, kind unknown", "submunition": "Submunition", "other_erw":
        "Other explosive remnant", "undifferentiated": "Mine or remnant, not told apart", "other_ied":
        "Other improvised device",
    },
    "status": {"deminer": "Deminer", "military": "Military, police, security"},
    "outcome": {"unknown": "Outcome unknown"},
})  # fmt: skip
_LISTS = {"status": "person_status", "activity": "casualty_activity", "outcome": "casualty_outcome"}
_COLOURS = {"killed": "#3d4f5c", "injured": "#b98b4f", "outcome unknown": "#c9cfce"}
"""Dark, middle and light, so that they stay apart in grey; the table beside holds the figures."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_LONGEST = 34


def value_label(dimension: str, value: str | None) -> str:
    """Name a value for people; codes of no list stand as they are.

    >>> value_label("device", "other_erw"), value_label("status", "civilian"), value_label("year", "2014")
    ('Other explosive remnant', 'Civilian', '2014')
    >>> value_label("month", "2014-unknown"), value_label("place", None)
    ('2014, month unknown', 'unknown')
    """
    if value is None:
        return "unknown"
    if value.endswith("-unknown"):
        return f"{value.removesuffix('-unknown')}, month unknown"
    own = _VALUES.get(dimension, {}).get(value)
    if own:
        return own
    if value == "unknown":
        return "unknown"
    if dimension in _LISTS:
        return label(_LISTS[dimension], value)
    return value.capitalize() if dimension in ("sex_age", "amputation") else value


def panel_spec(name: str, bars: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw bars of persons by outcome as a Vega-Lite definition; a click follows the `href` of a bar.

    Each bar has `label`, `figures` (killed, injured, unknown) and `href`. Time stands upright, all else lies. The
    page says what the colours mean (`.outcomes` of casualties.css): beside the words of an axis a phone has no room.

    >>> panel_spec("status", [])["data"]
    {'values': []}
    """
    values = [
        {"label": _cut(bar["label"]), "outcome": outcome, "persons": persons, "href": bar["href"], "order": order}
        for bar in bars
        for order, (outcome, persons) in enumerate((("killed", bar["figures"].killed),
                                                    ("injured", bar["figures"].injured),
                                                    ("outcome unknown", bar["figures"].unknown)))
        if persons
    ]  # fmt: skip
    met = [outcome for outcome in _COLOURS if any(value["outcome"] == outcome for value in values)]
    is_time = name in ("year", "month")
    named = {"field": "label", "type": "nominal", "sort": None, "title": None,
             "axis": {"labelAngle": -60 if is_time else 0, "labelLimit": 160, "labelOverlap": is_time}}
    counted = {"field": "persons", "type": "quantitative", "title": "casualties", "stack": "zero",
               "axis": {"tickMinStep": 1, "format": "d", "tickCount": 4}}
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": 170 if is_time else {"step": 20},
        "background": "transparent",
        "autosize": {"type": "fit-x", "contains": "padding"},
        # The figure under the last tick is centred on it: half of it lies outside the plot.
        "padding": {"left": 5, "right": 26, "top": 5, "bottom": 5},
        "data": {"values": values},
        "mark": {"type": "bar", "tooltip": True, "cursor": "pointer"},
        "encoding": {
            **({"x": named, "y": counted} if is_time else {"y": named, "x": counted}),
            "color": {"field": "outcome", "type": "nominal", "title": None, "legend": None,
                      "scale": {"domain": met, "range": [_COLOURS[outcome] for outcome in met]}},
            "order": {"field": "order", "type": "quantitative"},
            "href": {"field": "href"},
            "tooltip": [{"field": "label", "title": LABELS[name]}, {"field": "outcome", "title": "Outcome"},
                        {"field": "persons", "title": "Casualties", "format": ","}],
        },
        "config": {"font": "DejaVu Sans, sans-serif", "view": {"stroke": None}},
    }  # fmt: skip


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
