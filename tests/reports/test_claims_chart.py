"""Does the picture of claims lay each beside the figure of its own days, and draw no line that hides them?"""

from __future__ import annotations

import json
from typing import Any

import pytest
import vl_convert

from whitestone.reports.claims_chart import claims_spec


def claim(said: str, value: float, own: float | None, unit: str = "killed") -> dict[str, Any]:
    """Say a figure on a day; `own`: what the register counts for its days."""
    return {"as_of": said, "speaker": "A", "value": value, "low": value, "high": None, "unit": unit,
            "own_for_claim": None if own is None else {"value": own}}  # fmt: skip


def figures(spec: dict[str, Any], mark: str, field: str) -> list[float]:
    """Read what the layers of a mark draw on the upright axis."""
    return [row[field] for layer in spec["layer"] if layer["mark"]["type"] == mark
            and layer["encoding"]["y"]["field"] == field for row in layer["data"]["values"]]  # fmt: skip


@pytest.mark.parametrize(("claims", "line", "ticks"), [
    ([claim("2019-06", 20, 638), claim("2020", 90, 700)], [], [638, 700]),
    ([claim("2019-06", 20, 12_129)], [12_129], []),
    ([claim("2019-06", 20, None)], [12_129], []),
])  # fmt: skip
def test_the_own_figure_is_that_of_the_days_of_each_claim(
    claims: list[dict[str, Any]], line: list[float], ticks: list[float]
) -> None:
    """A register of thirty years is no yardstick for a claim about four."""
    spec = claims_spec(claims, {"value": 12_129, "low": None, "high": None})
    dashed = [layer for layer in spec["layer"] if "strokeDash" in layer["mark"]]
    assert [row["value"] for layer in dashed for row in layer["data"]["values"]] == line
    assert figures(spec, "tick", "own") == ticks
    assert figures(spec, "point", "value") == [each["value"] for each in claims]
    assert vl_convert.vegalite_to_svg(json.dumps(spec)).startswith("<svg")
