"""Does every notation lead to the same place, and is what could mean two things a fault?"""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from whitestone.errors import InvalidValue
from whitestone.geodesy.coordinates import NOTATIONS, guess_notation, parse_positions, split_pairs
from whitestone.geodesy.crs import transformer

GEOD = Geod(ellps="WGS84")
LON, LAT = st.floats(-179.9, 179.9), st.floats(-79.9, 83.9)


def sexagesimal(value: float, letters: str, style: int) -> str:
    """Write an angle with seconds to four decimals in one of several spellings."""
    total = round(abs(value) * 36_000_000)
    whole, rest = divmod(total, 36_000_000)
    minutes, seconds = divmod(rest, 600_000)
    letter = letters[value < 0]
    return (f"{whole}°{minutes:02d}'{seconds / 1e4:07.4f}\"{letter}", f"{letter} {whole} {minutes} {seconds / 1e4:.4f}",
            f"{whole}º {minutes}′ {seconds / 1e4:.4f}″ {letter}".replace(".", ","),
            f"{whole}:{minutes:02d}:{seconds / 1e4:07.4f} {letter}", f"{whole}d{minutes}m{seconds / 1e4:.4f}s {letter}",
            )[style]


@settings(max_examples=200, deadline=None)
@given(LON, LAT, st.integers(0, 4), st.sampled_from(["dms", "auto", "dd"]))
def test_degrees_minutes_seconds_come_back_in_every_spelling(lon: float, lat: float, style: int, notation: str) -> None:
    placed = parse_positions([sexagesimal(lon, "EW", style)], [sexagesimal(lat, "NS", style)], notation)
    assert placed.faults == {}
    assert GEOD.inv(lon, lat, placed.lon[0], placed.lat[0])[2] < 0.01
    assert placed.resolution_m[0] == pytest.approx(1e-4 / 3600 * 111_320)


@given(LON, LAT)
def test_plain_degrees_come_back_exactly(lon: float, lat: float) -> None:
    placed = parse_positions([repr(lon)], [repr(lat)], "dd")
    assert (placed.lon[0], placed.lat[0]) == (lon, lat)


@given(st.lists(st.text(max_size=12), max_size=5), st.sampled_from(NOTATIONS), st.data())
def test_each_row_is_placed_blank_or_a_fault(x: list[str], notation: str, data: st.DataObject) -> None:
    y = data.draw(st.lists(st.text(max_size=12), min_size=len(x), max_size=len(x)))
    system = "EPSG:28408" if notation in ("projected", "gk", "gk_truncated") else "EPSG:4326"
    placed = parse_positions(x, y, notation, system)
    for at in range(len(x)):
        known = np.isfinite(placed.lon[at]) and np.isfinite(placed.lat[at])
        assert known != (at in placed.faults) or (not known and not (x[at] or y[at]).strip())
        if known:
            assert abs(placed.lon[at]) <= 180
            assert abs(placed.lat[at]) <= 90


@settings(max_examples=100, deadline=None)
@given(st.floats(42.1, 47.9), st.floats(30, 60))
def test_gauss_krueger_with_prefix_without_and_by_name_of_the_grid_agree(lon: float, lat: float) -> None:
    east, north = Transformer.from_crs(4284, 28408, always_xy=True).transform(lon, lat)
    prefixed = parse_positions([f"{east:.3f}"], [f"{north:.3f}"], "gk", "EPSG:28408", 15865)
    truncated = parse_positions([f"{east - 8e6:.3f}"], [f"{north:.3f}"], "gk_truncated", "EPSG:2498", 15865)
    put_back = parse_positions([f"{east - 8e6:.3f}"], [f"{north:.3f}"], "gk_truncated", "EPSG:28408", 15865)
    named = parse_positions([f"{east:.3f}"], [f"{north:.3f}"], "projected", "EPSG:28408", 15865)
    degrees = transformer("EPSG:4284", 15865)([lon], [lat])
    for placed in (prefixed, truncated, put_back, named):
        assert placed.faults == {}
        assert GEOD.inv(placed.lon[0], placed.lat[0], degrees[0][0], degrees[1][0])[2] < 0.01
        assert placed.accuracy_m[0] == pytest.approx(4.5, abs=0.001)


def test_rows_of_one_column_may_lie_in_different_zones() -> None:
    placed = parse_positions(["8664842", "9400000"], ["4430282", "4430282"], "gk", "EPSG:4284", 15865)
    assert placed.faults == {}
    assert placed.lon[0] == pytest.approx(46.9288, abs=1e-3)
    assert 49 < placed.lon[1] < 50.5
    assert len(placed.said) == 2


def test_a_zone_that_nobody_stated_is_asked_for() -> None:
    for notation in ("gk", "gk_truncated", "utm"):
        placed = parse_positions(["664842"], ["4430282"], notation)
        assert placed.faults[0][0] == "zone-missing"
        assert np.isnan(placed.lon[0])


def test_three_degree_zones_are_not_taken_for_six_degree_ones() -> None:
    east, north = Transformer.from_crs(4284, 2532, always_xy=True).transform(47.0, 40.0)
    placed = parse_positions([f"{east:.2f}"], [f"{north:.2f}"], "gk", "EPSG:2532", 15865)
    right = transformer("EPSG:4284", 15865)([47.0], [40.0])
    assert GEOD.inv(placed.lon[0], placed.lat[0], right[0][0], right[1][0])[2] < 0.1
    as_six = parse_positions([f"{east:.2f}"], [f"{north:.2f}"], "gk", "EPSG:28408", 15865)
    assert abs(as_six.lon[0] - 47.0) > 10


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 60), st.floats(-2.9, 2.9), st.floats(-79, 83))
def test_utm_with_its_zone_in_the_cell_comes_back(zone: int, off: float, lat: float) -> None:
    lon = zone * 6 - 183 + off
    code = (32600 if lat >= 0 else 32700) + zone
    east, north = Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    letter = "N" if lat >= 0 else "C"
    placed = parse_positions([f"{zone}{letter} {east:.3f} {north:.3f}"], None, "utm")
    assert placed.faults == {}
    assert GEOD.inv(lon, lat, placed.lon[0], placed.lat[0])[2] < 0.01


def test_the_letter_s_of_utm_is_a_fault_where_it_could_mean_two_hemispheres() -> None:
    assert parse_positions(["38S 500000 4000000"], None, "utm").faults[0][0] == "hemisphere-unclear"
    assert parse_positions(["38S 500000 8000000"], None, "utm").lat[0] < 0
    assert parse_positions(["38 500000 4000000"], None, "utm").faults[0][0] == "hemisphere-unclear"
    assert parse_positions(["38 500000 4000000"], None, "utm", "EPSG:32638").lat[0] > 0


@pytest.mark.parametrize(("x", "y", "code"), [
    ("46.93", "", "half-position"), ("", "39.99", "half-position"), ("200", "10", "out-of-range"),
    ("10", "95", "out-of-range"), ("39.99 N", "46.93 E", "hemisphere-axis"), ("46°61'", "39°10'", "minutes-range"),
    ("46.5°30'", "39", "fraction-inside"), ("east", "39", "angle-unclear"), ("12° O", "5° N", "hemisphere-unclear"),
    ("-12° W", "5° N", "hemisphere-unclear"), ("1_0", "5", "angle-unclear"), ("nan", "5", "angle-unclear"),
    ("inf", "5", "angle-unclear"),
])
def test_faults_of_degrees_have_their_code(x: str, y: str, code: str) -> None:
    placed = parse_positions([x], [y], "dd")
    assert placed.faults[0][0] == code
    assert np.isnan(placed.lon[0])
    assert np.isnan(placed.lat[0])


@pytest.mark.parametrize(("x", "y", "code"), [
    ("430,282", "4430282", "number-unclear"), ("8664842x", "4430282", "number-unclear"),
    ("99664842", "4430282", "zone-unclear"), ("8064842", "4430282", "zone-unclear"),
])
def test_faults_of_grids_have_their_code(x: str, y: str, code: str) -> None:
    assert parse_positions([x], [y], "gk").faults[0][0] == code


@pytest.mark.parametrize(("x", "y", "language"), [
    ("46,93", "39,99", None), ("46.93° в.д.", "39.99° с.ш.", None), ("В 46°55'48\"", "С 39°59'24\"", None),
    ("46.93 Este", "39.99 Norte", "es"), ("46,93 I", "39,99 S", "bs"), ("46°55.8' E", "N 39°59.4'", None),
    ("46,93 сх.д.", "39,99 пн. ш.", None), ("46.93 şərq", "39.99 şimal", None), ("46.93 արևելք", "39.99 հյուսիս", None),
    ("46.93 est", "39.99 nord", "fr"), ("46,93 O", "39,99 N", "de"), ("46.93 istok", "39.99 sjever", None),
])
def test_hemispheres_in_several_languages(x: str, y: str, language: str | None) -> None:
    placed = parse_positions([x], [y], "dms" if "°" in x else "dd", language=language)
    assert placed.faults == {}
    assert (placed.lon[0], placed.lat[0]) == pytest.approx((46.93, 39.99))


def test_south_is_north_in_bosnian_and_only_there() -> None:
    assert parse_positions(["17"], ["44 S"], "dd").lat[0] == -44
    assert parse_positions(["17"], ["44 S"], "dd", language="bs").lat[0] == 44


def test_packed_seconds_are_read_only_where_the_notation_is_stated() -> None:
    assert parse_positions(["465548E"], ["395924N"], "dms").lon[0] == pytest.approx(46.93)
    assert parse_positions(["465548E"], ["395924N"], "dd").faults[0][0] == "angle-unclear"


def test_thousands_are_understood_where_they_mean_one_thing() -> None:
    rows = ["8 664 842,5", "8,664,842.5", "8.664.842,5", "8664842.5", "8'664'842.5"]
    placed = parse_positions(rows, ["4430282"] * 5, "gk", "EPSG:28408", 15865)
    assert placed.faults == {}
    assert np.ptp(placed.lon) == 0


def test_the_datum_operation_is_the_stated_one_and_an_assumed_one_says_so() -> None:
    stated = parse_positions(["46.93"], ["39.99"], "dd", "EPSG:4284", 1808)
    assumed = parse_positions(["46.93"], ["39.99"], "dd", "EPSG:4284")
    assert (stated.operation.code, stated.assumed) == (1808, False)  # type: ignore[union-attr]
    assert assumed.assumed
    assert "assumed" in assumed.said[0]
    assert stated.accuracy_m[0] > 1000, "two decimals of a degree are a kilometre, whatever the operation says"


def test_a_wrong_call_is_refused() -> None:
    for wrong in ({"notation": "geohash"}, {"notation": "projected"}, {"notation": "dd", "system": "EPSG:28408"},
                  {"notation": "dd", "system": "EPSG:9"}):
        with pytest.raises(InvalidValue):
            parse_positions(["1"], ["2"], **wrong)
    with pytest.raises(InvalidValue):
        parse_positions(["1"], [], "dd")


@pytest.mark.parametrize(("sample", "other", "system", "notation"), [
    (["46.93", "", "46.94"], ["39.9", "", "39.8"], "EPSG:4326", "dd"), (["46°55'48\""], None, "EPSG:4326", "dms"),
    (["46°55.8'"], None, "EPSG:4326", "ddm"), (["38S NJ 1234 5678"], None, "EPSG:4326", "mgrs"),
    (["38N 512345 4430000"], None, "EPSG:4326", "utm"), (["664842"], ["4430282"], "EPSG:32638", "projected"),
    (["8664842"], ["4430282"], "EPSG:28408", "gk"), (["a", "b"], None, "EPSG:4326", None),
    ([], None, "EPSG:4326", None),
])
def test_the_notation_is_seen(sample: list[str], other: list[str] | None, system: str, notation: str) -> None:
    assert guess_notation(sample, other, system) == notation


def test_cells_with_both_coordinates_are_split() -> None:
    assert split_pairs(["(6.143703, -75.185183)"], latitude_first=True) == (["-75.185183"], ["6.143703"])
    assert split_pairs(["46.93; 39.99"], latitude_first=False) == (["46.93"], ["39.99"])


def test_a_million_plain_degrees_are_read_in_seconds() -> None:
    rng = np.random.default_rng(1)
    x = [f"{value:.6f}" for value in rng.uniform(-78, -67, 1_000_000)]
    y = [f"{value:.6f}" for value in rng.uniform(-4, 12, 1_000_000)]
    x[500], y[500] = "75°10'W", "6°10'N"
    start = time.process_time()
    placed = parse_positions(x, y, "dd")
    assert time.process_time() - start < 6
    assert placed.faults == {}
    assert np.isfinite(placed.lon).all()
    assert placed.resolution_m[0] == pytest.approx(0.111, abs=0.001)
