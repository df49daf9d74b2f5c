"""Is a shift of 13 m between two editions of Bosnia's layers found and said, and is all the same without it?"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from real_files import bring, dissolved, features, keys_in, new_programme, shapes_of

from whitestone.programme.opening import Programme
from whitestone.programme.reconciling import Reconciliation, reconcile

DISTANCE_M, BEARING_DEG = 13.0, 57.0
LAYERS = {
    "suspect": ("hazard", "bosnia_suspected", 11_068, 3_097), "cleared": ("release", "bosnia_cleared", 8_329, 114),
}  # fmt: skip
PUBLISHED = "bosnia_mine_map/{}_areas_simplyfied.geojson"
Ours = Callable[[str], Programme]
ZONE_33, LAEA = "EPSG:32633", "+proj=laea +lat_0=44.2 +lon_0=17.8 +ellps=WGS84 +units=m"
PLANES = {each: pyproj.Transformer.from_crs("EPSG:4326", each, always_xy=True) for each in (ZONE_33, LAEA)}


def shift_file(path: Path, to: Path, plane: pyproj.Transformer) -> None:
    """Write a layer with every shape 13 m to the north-east, seven decimals of a degree, on a plane of its own."""
    offset = DISTANCE_M * np.array([np.sin(np.radians(BEARING_DEG)), np.cos(np.radians(BEARING_DEG))])

    def move(lonlat: Any) -> Any:
        flat = np.column_stack(plane.transform(lonlat[:, 0], lonlat[:, 1])) + offset
        back = np.column_stack(plane.transform(flat[:, 0], flat[:, 1], direction="INVERSE"))
        return np.round(back, 7)

    said = json.loads(path.read_text(encoding="utf-8"))
    for feature, shape in zip(said["features"], shapes_of(said["features"]), strict=True):
        if shape is not None:
            feature["geometry"] = json.loads(shapely.to_geojson(shapely.transform(shape, move)))
    to.write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory, real_keys: Path, shared_data: Path) -> Iterator[Ours]:
    """Bring in a layer as published, each once: a dry run reads a programme and writes nothing."""
    with ExitStack() as opened, keys_in(real_keys):

        @functools.cache
        def brought_in(layer: str) -> Programme:
            programme = opened.enter_context(new_programme(tmp_path_factory.mktemp("reconcile") / "ours"))
            bring(programme, shared_data / PUBLISHED.format(layer), LAYERS[layer][1])
            return programme

        yield brought_in


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Callable[[str, str], Path]:
    """Write a layer that was shifted on a plane, each once."""

    @functools.cache
    def written(layer: str, plane: str) -> Path:
        path = shared_data / PUBLISHED.format(layer)
        other = tmp_path_factory.mktemp("shifted") / path.name
        shift_file(path, other, PLANES[plane])
        return other

    return written


@pytest.mark.parametrize(("layer", "plane"), [
    pytest.param("suspect", LAEA, id="suspect-equal-area"), pytest.param("cleared", LAEA, id="cleared-equal-area"),
    pytest.param("cleared", ZONE_33, id="cleared-utm-33"),
    pytest.param("suspect", ZONE_33, id="suspect-utm-33", marks=pytest.mark.soak),
])  # fmt: skip
def test_a_layer_against_itself_shifted_by_13_m(
    shared_data: Path, ours: Ours, shifted: Callable[[str, str], Path], layer: str, plane: str
) -> None:
    """In the zone of UTM north turns by two degrees across the country, and the shift is found all the same."""
    kind, mapping, count, unknown = LAYERS[layer]
    other = shifted(layer, plane)
    found = reconcile(ours(layer), str(other), mapping=mapping, dry_run=True)
    told = found.as_dict()["kinds"][kind]
    # The zone's north and that of the programme's plane, in the middle of the country, are two degrees apart.
    _assert_shift(told["shift"], 0.3 if plane == LAEA else 2.6)
    assert told["counts"] == {"same": count, "differs": 0, "split": 0, "merged": 0, "only_ours": 0,
                              "only_theirs": 0, "shift": 1}  # fmt: skip
    assert [each["status"] for each in told["differences"]] == ["shift"]
    assert told["totals"]["unknown_size"] == {"ours": unknown, "theirs": unknown}
    if plane == LAEA:
        _assert_totals(found, kind, shared_data / PUBLISHED.format(layer), other)


def _assert_shift(shift: dict[str, Any], within_deg: float = 0.3) -> None:
    assert shift["found"]
    assert shift["distance_m"] == pytest.approx(DISTANCE_M, abs=0.05)
    assert shift["bearing_deg"] == pytest.approx(BEARING_DEG, abs=within_deg)
    assert "13.0" in shift["sentence"]
    assert "north-east" in shift["sentence"]
    assert shift["against"] == 0


def _assert_totals(found: Reconciliation, kind: str, path: Path, other: Path) -> None:
    """Hold totals and common ground, as drawn, to one union of GEOS on another plane."""
    totals = found.as_dict()["kinds"][kind]["totals"]
    ours, theirs = (dissolved(shapes_of(features(each)), 17.8, 44.2) for each in (path, other))
    assert totals["ours_m2"] == pytest.approx(ours.area, rel=1e-6)
    assert totals["theirs_m2"] == pytest.approx(theirs.area, rel=1e-6)
    assert totals["ground_as_drawn"]["common_m2"] == pytest.approx(ours.intersection(theirs).area, rel=1e-5)
    assert totals["ground"]["common_m2"] > 0.998 * totals["ours_m2"]
    assert round(sum(line["difference_m2"] for line in totals["lines"]), 2) == totals["difference_m2"]


def test_a_third_that_changed_does_not_pull_the_shift(
    ours: Ours, shifted: Callable[[str, str], Path], tmp_path: Path
) -> None:
    """Every third feature is gone or drawn larger: the shift is the same, and just these differ."""
    whole = shifted("suspect", LAEA)
    other = tmp_path / whole.name
    said = json.loads(whole.read_text(encoding="utf-8"))
    kept, grown, gone = [], 0, 0
    for number, (feature, shape) in enumerate(zip(said["features"], shapes_of(said["features"]), strict=True)):
        if shape is not None and number % 6 == 0:
            gone += 1
            continue
        if shape is not None and number % 6 == 3 and shape.area > 1e-6:
            feature["geometry"] = json.loads(shapely.to_geojson(shapely.make_valid(shape).buffer(2e-4)))
            grown += 1
        kept.append(feature)
    other.write_text(json.dumps({**said, "features": kept}), encoding="utf-8")
    found = reconcile(ours("suspect"), str(other), mapping="bosnia_suspected", dry_run=True)
    told = found.as_dict()["kinds"]["hazard"]
    _assert_shift(told["shift"])
    assert grown > 1_000
    assert gone > 1_000
    # Neighbours over each other leave some room for what is a split or a merge, and for what lost its match.
    assert told["counts"]["only_ours"] == pytest.approx(gone, rel=0.05)
    assert told["counts"]["same"] == pytest.approx(11_068 - gone - grown, rel=0.02)
