"""Does a sketch come to lie where its control points say, and do the residuals show what it is worth?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.geodesy.control_points import fit_sketch

IMAGE = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 700.0), (0.0, 700.0), (500.0, 300.0)]


def drawn(turn: float, scale: float, east: float, north: float) -> list[tuple[float, float]]:
    """Say where the image's points lie when it is turned clockwise, scaled and shifted; its y runs down."""
    sin, cos = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    return [(east + scale * (x * cos - y * sin), north + scale * (-x * sin - y * cos)) for x, y in IMAGE]


@settings(max_examples=80)
@given(
    st.floats(-179, 179),
    st.floats(0.05, 20),
    st.floats(-1e4, 1e4),
    st.floats(-1e4, 1e4),
    st.sampled_from(["helmert", "affine"]),
)
def test_a_drawing_to_scale_fits_whatever_its_turn_and_scale(
    turn: float, scale: float, east: float, north: float, kind: str
) -> None:
    ground = drawn(turn, scale, east, north)
    fit = fit_sketch(IMAGE, ground, kind)
    assert fit.rms_m == pytest.approx(0, abs=1e-6 * max(scale, 1))
    assert fit.scale_m == pytest.approx(scale, rel=1e-6)
    assert (fit.turn_deg - turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-5)
    x, y = fit([500], [300])
    assert (x[0], y[0]) == (pytest.approx(ground[4][0], abs=1e-5), pytest.approx(ground[4][1], abs=1e-5))


def test_a_stretched_sketch_shows_residuals_to_helmert_and_none_to_affine() -> None:
    ground = [(2 * x, -y) for x, y in IMAGE]
    helmert, affine = fit_sketch(IMAGE, ground), fit_sketch(IMAGE, ground, "affine")
    assert helmert.rms_m > 100
    assert affine.rms_m == pytest.approx(0, abs=1e-6)


def test_one_point_that_was_set_wrongly_has_the_largest_residual() -> None:
    ground = drawn(10, 0.5, 0, 0)
    ground[2] = (ground[2][0] + 80, ground[2][1])
    fit = fit_sketch(IMAGE, ground)
    assert int(np.argmax(np.hypot(*fit.residuals_m.T))) == 2


def test_points_without_one_to_spare_prove_nothing() -> None:
    assert fit_sketch(IMAGE[:2], drawn(0, 1, 0, 0)[:2]).rms_m is None


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ([(0, 0)], "helmert"),
        ([(0, 0), (0, 0)], "helmert"),
        ([(0, 0), (1, 1), (2, 2)], "affine"),
        ([(0, 0), (1, 0)], "affine"),
        ([(0, 0), (1, 0)], "spline"),
    ],
)
def test_points_that_determine_nothing_are_refused(image: list[tuple[float, float]], kind: str) -> None:
    with pytest.raises(InvalidValue):
        fit_sketch(image, [(float(at), float(at * at)) for at in range(len(image))], kind)
