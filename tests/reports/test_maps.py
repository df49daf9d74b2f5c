"""Does everything that a printed map says stand inside its frame, and nothing on top of something else?"""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely

from whitestone.reports.maps import STYLES, MapLayer, draw_map

WIDE = 5.3
"""Width of a letter of this size, in points of the drawing; a little generous."""


def layers(count: int) -> list[MapLayer]:
    """Make layers of so many styles: of each a field, a speck and a point."""
    shapes = np.array([shapely.box(0, 0, 90_000, 60_000), shapely.box(5, 5, 6, 6), shapely.Point(7, 7)], dtype=object)
    return [MapLayer(style, shapes) for style in list(STYLES)[:count]]


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7, len(STYLES)])
def test_words_stay_in_the_frame_and_lines_apart(count: int) -> None:
    drawn = draw_map(layers(count), width=760, height=560)
    words = [(float(x), float(y), text) for x, y, text in
             re.findall(r'<text x="([\d.]+)" y="([\d.]+)" font-size="10">([^<]+)</text>', drawn)]  # fmt: skip
    assert words
    for x, y, text in words:
        assert x + WIDE * len(text) <= 760, text
        assert 0 < y <= 556, text
    for at, (x, y, text) in enumerate(words):
        for other_x, other_y, other in words[at + 1 :]:
            apart = x + WIDE * len(text) < other_x or other_x + WIDE * len(other) < x
            assert abs(y - other_y) >= 12 or apart, (text, other)


def test_the_words_of_law_5_stand_on_a_line_of_their_own() -> None:
    assert re.search(r">Blank is not clear[^<]*none\.</text>", draw_map(layers(2)))


@pytest.mark.parametrize(("near", "far", "off_m", "said"), [
    (1_000, 2, 8e6, 2), (1_000, 40, 8e6, 40), (20, 1, 8e6, 1), (1_000, 2, 3e5, 2),
    (1_000, 40, 3e5, 0), (1_000, 80, 8e6, 0), (10, 1, 8e6, 0), (0, 3, 8e6, 0),
])  # fmt: skip
def test_few_that_lie_on_another_continent_do_not_make_the_rest_a_dot(
    near: int, far: int, off_m: float, said: int
) -> None:
    """Axes exchanged or a sign lost is told, not drawn to; two districts far from each other both stay on the map."""
    rng = np.random.default_rng(1)
    here, away = rng.uniform(0, 50_000, (near, 2)), rng.uniform(0, 900, (far, 2)) + off_m
    points = [*shapely.points(here), *shapely.points(away)]
    drawing = draw_map([MapLayer("accident", np.array(points, dtype=object))])
    words = {0: "", 1: "1 feature lies far from all others"}.get(said, f"{said} features lie far from all others")
    assert words in drawing
    assert ("far from all others" in drawing) == (said > 0)
    inside = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="(-?[\d.]+)" cy="(-?[\d.]+)"', drawing)]
    spread = np.ptp(np.array(inside[:near]), axis=0).min() if near else 0.0
    assert (spread > 300) == (said > 0)
