"""Is the flow matrix written and drawn so that nothing is left out and every band has its words?"""

from __future__ import annotations

import itertools
import math

import pytest

from whitestone.land.matrix import AREA_FLOWS, CLASSES, COUNT_FLOWS
from whitestone.reports.charts import svg
from whitestone.reports.matrix import LEAST, LINES, flow_spec, shown_classes, shown_lines

AREAS = {name: dict.fromkeys(("opening", *AREA_FLOWS, "closing"), 0.0) for name in (*CLASSES, "all")}
COUNTS = {name: dict.fromkeys(("opening", *COUNT_FLOWS, "closing"), 0) for name in (*CLASSES, "all")}


def areas(**of_class: dict[str, float]) -> dict[str, dict[str, float]]:
    return {name: {**empty, **of_class.get(name, {})} for name, empty in AREAS.items()}


def test_every_flow_of_the_matrix_has_a_line() -> None:
    assert {flow for flow, _, _ in LINES} == {"opening", *AREA_FLOWS, *COUNT_FLOWS, "closing"}
    signs = {flow: sign for flow, _, sign in LINES}
    for flow, sign in {**AREA_FLOWS, **COUNT_FLOWS}.items():
        assert signs[flow] == ("+" if sign > 0 else "\N{MINUS SIGN}"), flow


def test_lines_say_what_does_not_apply_and_leave_out_what_is_nothing() -> None:
    assert shown_classes(AREAS, COUNTS) == ("sha", "cha", "all")
    found = areas(sha={"to_cha": 5.0}, cha={"from_sha": 5.0}, other={"closing": 1.0})
    classes = shown_classes(found, COUNTS)
    assert classes == ("sha", "cha", "other", "all")
    lines = {line.flow: line for line in shown_lines(found, COUNTS, classes)}
    assert lines["to_cha"].areas == (5.0, None, 0.0, 0.0)
    assert lines["cleared"].counts == (None,) * 4
    assert "merged_from" not in lines


def test_bands_of_a_class_are_as_thick_on_the_left_as_on_the_right_and_say_their_figures() -> None:
    drawn = flow_spec(areas(
        sha={"opening": 6e6, "to_cha": 2e6, "cancelled": 1e6, "closing": 3e6, "lineage_in": 1e6, "lineage_out": 1e6},
        cha={"from_sha": 2e6, "cleared": 1e6, "closing": 1e6},
    ))  # fmt: skip
    ends = {row["band"]: row["y2"] - row["y"] for row in drawn["layer"][0]["data"]["values"]}
    for name in ("sha", "cha"):
        left, right = (sum(thick for band, thick in ends.items() if band.startswith(f"{name} {side}")) for side in "01")
        assert math.isclose(left, right)
    words = {row["words"] for layer in drawn["layer"][4:6] for row in layer["data"]["values"]}
    assert {"Opening 6.000", "To CHA 2.000", "From SHA 2.000", "Cleared 1.000"} <= words
    assert not any("split" in each for each in words), "what passes within a class comes to nothing"
    assert "Opening 6.000" in svg(drawn)


def test_words_do_not_lie_over_each_other() -> None:
    many = areas(sha={"opening": 1e6, **dict.fromkeys(("cancelled", "reduced", "cleared", "to_cha"), 100.0)})
    labels = flow_spec(many)["layer"][5]["data"]["values"]
    heights = sorted(row["y"] for row in labels)
    assert all(later - earlier >= 12 for earlier, later in itertools.pairwise(heights))


@pytest.mark.parametrize("row", [{}, AREAS, areas(sha={"opening": 1e9, "cleared": 1e9 * LEAST / 10})])
def test_nothing_and_next_to_nothing_can_be_drawn(row: dict[str, dict[str, float]]) -> None:
    drawn = flow_spec(row)
    assert "<svg" in svg(drawn)
    assert not any("Cleared" in each["words"] for layer in drawn["layer"][2:6] for each in layer["data"]["values"])
