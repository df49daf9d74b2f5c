"""Do tiles hold what is recorded, as an independent reader sees them, and say what they leave out?"""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from mvt_reader import read_tile

from whitestone.domain.revision import State, Workflow
from whitestone.exchange import vector_tiles as mvt
from whitestone.programme.tiling import MAPPED, Picture, picture_of


def picture(shapes: list[Any], kind: str = "hazard", body: dict[str, Any] | None = None) -> Picture:
    import datetime as dt

    def state(shape: Any) -> State:
        return State(
            record_id=uuid.uuid4(),
            kind=kind,
            workflow=Workflow.APPROVED,
            body=body or {"classification": "sha"},
            extra={},
            geometry=bytes(shapely.to_wkb(shape)) if shape is not None else None,
            true_from=None,
            true_to=None,
            known_from=dt.datetime.now(dt.UTC),
            revisions=(),
        )

    return picture_of("key", lambda asked: [state(shape) for shape in shapes] if asked == kind else [])


@given(st.lists(st.integers(0, 2**32 - 1), max_size=50))
def test_varints_are_read_back(numbers: list[int]) -> None:
    data, back, value, shift = mvt.varints(np.array(numbers, np.uint32)), [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            back.append(value)
            value = shift = 0
    assert back == numbers


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(3, 900), st.integers(1, 2000), st.booleans())
def test_polygons_keep_area_hole_and_orientation(x: int, y: int, width: int, height: int, turned: bool) -> None:
    outer = shapely.box(x, y, x + width, y + height, ccw=turned)
    shape = (
        outer if min(width, height) < 3 else outer.difference(shapely.box(x + 1, y + 1, x + width - 1, y + height - 1))
    )
    tile = mvt.encode_tile([mvt.encode_layer("l", [({"c": "a"}, mvt.polygon_stream(np.array([shape], object)))])])
    rings = read_tile(tile)["l"][0]["rings"]
    assert sum(ring["area"] for ring in rings) == shape.area
    assert rings[0]["area"] > 0
    assert all(ring["area"] < 0 for ring in rings[1:])


def test_shapes_that_collapse_are_not_encoded() -> None:
    flat = shapely.Polygon([(0, 0), (0.2, 0), (0.2, 0.2)])
    assert len(mvt.polygon_stream(np.array([flat], object))[1]) == 0


def test_a_shape_in_a_tile_lies_where_it_is_recorded() -> None:
    shape = shapely.box(18.0, 44.0, 18.1, 44.1)
    made = picture([shape])
    z = 10
    x, y = (int(each * 2**z) for each in ((18.05 + 180) / 360, 0.3605))
    from whitestone.programme.tiling import to_square

    (x, y) = (to_square(np.array([[18.05, 44.05]]))[0] * 2**z).astype(int)
    data, marks, merged = made.tile(z, int(x), int(y))
    points = np.concatenate([ring["points"] for ring in read_tile(data)["hazard"][0]["rings"]])
    square = (points / mvt.EXTENT + np.array([x, y])) / 2**z
    lon = square[:, 0] * 360 - 180
    assert abs(lon.min() - 18.0) < 1e-3
    assert abs(lon.max() - 18.1) < 1e-3
    assert (marks, merged) == (0, 0)


def test_nothing_disappears_at_low_zoom_and_the_tile_says_what_is_not_to_scale() -> None:
    tiny = [shapely.box(18 + at * 1e-6, 44, 18 + at * 1e-6 + 1e-6, 44.000001) for at in range(7)]
    data, marks, merged = picture(tiny).tile(3, 4, 2)
    layers = read_tile(data)
    assert marks == 7
    assert merged == 6
    assert len(layers["hazard"][0]["rings"]) == 1
    assert layers["limits"][0]["properties"] == {"marks": 7, "merged": 6}


def test_records_without_a_place_are_listed_not_lost() -> None:
    made = picture([None, shapely.Point(18, 44), None])
    assert len(made.unlocated["hazard"]) == 2
    assert len(made.sheets["hazard"].ids) == 1


def test_casualties_are_never_mapped() -> None:
    assert "casualty" not in MAPPED


def test_an_empty_programme_has_empty_tiles() -> None:
    made = picture([])
    assert set(read_tile(made.tile(0, 0, 0)[0])) == {"graticule"}
    assert made.bounds() is None
    assert made.at(0, 0, 1) == []


@pytest.mark.parametrize("bad", ["/tiles/k/15/0/0.mvt", "/tiles/k/2/4/0.mvt"])
def test_a_tile_that_cannot_be_is_refused(client: Any, bad: str) -> None:
    assert client.get(bad).status_code == 422


def test_tiles_are_kept_under_the_picture_that_they_were_made_from(client: Any, desk: Any) -> None:
    clocks = desk.programme.clocks()
    now, past = desk.tiler.key(clocks), desk.tiler.key(desk.programme.clocks("2013-01-01"))
    assert now != past
    answer = client.get(f"/tiles/{now}/6/35/23.mvt")
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/tiles/older/6/35/23.mvt").headers["Cache-Control"] == "no-store"
    assert read_tile(answer.content)["hazard"]
