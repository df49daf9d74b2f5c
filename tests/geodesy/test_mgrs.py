"""Does a grid reference name the cell that others say it names, and is it never taken for a point?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from whitestone.geodesy.coordinates import parse_positions
from whitestone.geodesy.mgrs import parse_mgrs

GEOD = Geod(ellps="WGS84")

PUBLISHED = [
    ("38SMB4414084706", 33.3, 44.4), ("31NAA6602100000", 0.0, 0.0), ("44PKU7177565663", 12.3456, 78.9012),
    ("18SUJ2348306479", 38.889467309501576, -77.0352402156242), ("ZAH0000000000", 90.0, 0.0),
    ("BAN0000000000", -90.0, 0.0), ("01NAA6602100000", 0.0, -180.0),
]
"""Published examples: GeographicLib's tests, and the Washington Monument of FGDC-STD-011-2001."""


@pytest.mark.parametrize(("reference", "lat", "lon"), PUBLISHED)
def test_published_references_name_the_published_places(reference: str, lat: float, lon: float) -> None:
    cells = parse_mgrs([reference])
    assert cells.faults == {}
    assert GEOD.inv(lon, lat, cells.lon[0], cells.lat[0])[2] < 1.5, "within the cell of one metre"


def reference_of(lon: float, lat: float, digits: int) -> str:
    """Write the reference of a position, reckoned another way: letters by counting squares from the zone's corner."""
    zone = int((lon + 180) // 6) + 1
    band = "CDEFGHJKLMNPQRSTUVWXX"[int((lat + 80) // 8)]
    code = (32600 if lat >= 0 else 32700) + zone
    east, north = Transformer.from_crs(4326, code, always_xy=True).transform(lon, lat)
    alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    column = alphabet[((zone - 1) % 3) * 8 + int(east // 100_000) - 1]
    row = alphabet[(int(north // 100_000) + (5 if zone % 2 == 0 else 0)) % 20]
    size = 10 ** (5 - digits)
    inside = "".join(f"{int(part % 100_000 // size):0{digits}d}" for part in (east, north)) if digits else ""
    return f"{zone}{band} {column}{row} {inside}"


@settings(max_examples=300, deadline=None)
@given(st.floats(-179.99, 179.99), st.floats(-79.99, 55.9), st.integers(0, 5))
def test_the_middle_of_the_cell_is_within_half_its_diagonal(lon: float, lat: float, digits: int) -> None:
    reference = reference_of(lon, lat, digits)
    cells = parse_mgrs([reference])
    assert cells.faults == {}, reference
    size = 10.0 ** (5 - digits)
    assert cells.cell_m[0] == size
    assert GEOD.inv(lon, lat, cells.lon[0], cells.lat[0])[2] <= size / math.sqrt(2) * 1.002 + 0.01


def test_a_reference_truncates_and_stands_in_the_middle_of_its_cell() -> None:
    cells = parse_mgrs(["38SMB4484", "38SMB4484084840"])
    east, north = Transformer.from_crs(4326, 32638, always_xy=True).transform(cells.lon[0], cells.lat[0])
    assert (east % 100_000, north % 100_000) == pytest.approx((44_500, 84_500), abs=0.01)
    assert cells.cell_m.tolist() == [1000, 1]


@pytest.mark.parametrize("text", ["38S MB 4414 8470", "38smb44148470", " 38S-MB-4414-8470 ", "38SMB 4414\u00a08470"])
def test_spellings_of_one_reference_agree(text: str) -> None:
    cells = parse_mgrs([text, "38SMB44148470"])
    assert cells.lon[0] == cells.lon[1]


@pytest.mark.parametrize(("text", "code"), [
    ("38SMB441", "mgrs-unclear"), ("38IMB4484", "mgrs-unclear"), ("38SMB44844414084706", "mgrs-unclear"),
    ("61SMB4484", "mgrs-zone"), ("0SMB4484", "mgrs-zone"), ("38SAB4484", "mgrs-zone"), ("32XMB4484", "mgrs-zone"),
    ("38SMW4484", "mgrs-zone"), ("38FMT4484", "mgrs-zone"), ("AAA", "mgrs-zone"), ("hello", "mgrs-unclear"),
])
def test_what_names_no_cell_is_a_fault(text: str, code: str) -> None:
    cells = parse_mgrs([text])
    assert cells.faults[0][0] == code
    assert np.isnan(cells.lon[0])


def test_norway_and_svalbard_keep_their_wider_zones() -> None:
    cells = parse_mgrs(["32VKM9712", "33XVH4484", "31VEH0010"])
    assert cells.faults == {}
    assert 4 < cells.lon[0] < 6


def test_in_a_column_the_cell_is_the_accuracy_and_the_middle_is_flagged() -> None:
    placed = parse_positions(["38S MB 44 84", "", "38S"], ["", None, ""], "mgrs")
    assert placed.cell_middle.tolist() == [True, False, False]
    assert placed.accuracy_m[0] == placed.resolution_m[0] == 1000
    assert list(placed.faults) == [2]
