"""Is everything that a file says read or kept, with a finding for every doubt, whatever the file holds?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.domain.dates import PartialDate
from whitestone.errors import UnreadableFile
from whitestone.minefields.batch_checks import check_batch
from whitestone.minefields.readings import MOST_READINGS, read_bearing, read_number
from whitestone.minefields.sheets import Batch, read_batch, read_sheets

ISSUE = json.loads("""{"records": [{"id": "A-17", "batch": "2021-06-12", "standard": "soviet_formulyar",
 "laid_from": "1993-05", "laid_to": "1993-06", "recorded_on": "1993-06-14",
 "crs": {"epsg": 28408, "operation": null, "basis": "stated"},
 "reference_points": [{"no": "R1", "description": "bridge, east pier", "x": 8664842, "y": 4430282, "accuracy_m": null}],
 "legs": [{"from": "R1", "to": "T1", "bearing": "12-45", "unit": "mil6000", "north": "magnetic", "distance": 230,
  "distance_unit": "m", "method": "pace"}],
 "perimeter": ["T1", "T2", "T3", "T4"], "rows": [{"no": 1, "from": "T1", "to": "T2", "count": {"PMN-2": 40}}],
 "quantities": {"PMN-2": 120, "OZM-72": 15}, "remarks": "as written"}],
 "finds": [{"id": "F-1", "found_on": "2022-08-15", "lon": 46.93, "lat": 39.99, "accuracy_m": 3, "type": "PMN-2"}],
 "searched": [{"id": "S-1", "searched_on": "2022-08-20", "p_detect": 0.996,
  "geometry": {"type": "Polygon", "coordinates": [[[46.9, 39.9], [46.91, 39.9], [46.91, 39.91], [46.9, 39.9]]]}}]}""")


def read(record: dict[str, Any]) -> Batch:
    """Read one record."""
    return read_sheets([record])


def codes(batch: Batch) -> list[str]:
    """List the codes of the findings of reading."""
    return [each.code for each in batch.findings]


def test_the_example_of_the_format_is_understood_without_a_finding() -> None:
    batch = read_sheets(ISSUE)
    sheet, find, searched = batch.records[0], batch.finds[0], batch.searched[0]
    assert codes(batch) == []
    assert (sheet.crs.epsg, sheet.crs.operation, sheet.crs.basis) == (28408, None, "stated")
    assert (sheet.laid_from, sheet.recorded_on) == (PartialDate(1993, 5), PartialDate(1993, 6, 14))
    leg = sheet.legs[0]
    assert (leg.bearing.value, leg.hundreds, leg.unit, leg.north, leg.method) == (
        1245.0,
        True,
        "mil6000",
        "magnetic",
        "pace",
    )
    assert (sheet.rows[0].no, sheet.rows[0].count["PMN-2"].value, sheet.perimeter) == (
        "1",
        40.0,
        ("T1", "T2", "T3", "T4"),
    )
    assert (find.lon, find.lat, find.accuracy_m, find.type) == (46.93, 39.99, 3.0, "PMN-2")
    assert (searched.p_detect, searched.geometry.geom_type) == (0.996, "Polygon")
    assert sheet.as_written == ISSUE["records"][0]


def test_numbers_as_text_are_the_same_numbers() -> None:
    plain = read_sheets(ISSUE)
    record = json.loads(json.dumps(ISSUE["records"][0]))
    record["reference_points"][0] |= {"x": "8 664 842", "y": "4430282"}
    record["legs"][0] |= {"bearing": 1245, "distance": "230"}
    record["crs"]["epsg"] = "EPSG:28408"
    sheet = read(record).records[0]
    assert sheet.reference_points[0].x.value == plain.records[0].reference_points[0].x.value
    assert sheet.legs[0].bearing.value == plain.records[0].legs[0].bearing.value
    assert sheet.legs[0].distance.value == 230.0
    assert sheet.crs.epsg == 28408


def test_what_a_sheet_leaves_out_is_unknown_and_no_fault_of_reading() -> None:
    sheet = read({"id": "A", "legs": [{"from": "R1", "to": "T1"}], "reference_points": [{"no": "R1"}]}).records[0]
    assert (sheet.crs.epsg, sheet.crs.basis, sheet.laid_from, sheet.measured_on) == (None, "unknown", None, None)
    leg = sheet.legs[0]
    assert (leg.unit, leg.north, leg.distance_unit, leg.method, leg.clockwise) == (
        "unknown",
        "unknown",
        "m",
        "unknown",
        None,
    )
    assert leg.bearing.unknown
    assert leg.distance.unknown


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("4?7", 10),
        ("4[17]7", 2),
        ("?", 0),
        ("12-4?", 10),
        ("??-00", 100),
        ("????", 0),
    ],
)
def test_unreadable_digits_keep_all_that_they_may_be(written: str, readings: int) -> None:
    reading, _, wrong = read_bearing(written)
    assert reading.value is None
    assert len(reading.readings) == readings
    assert reading.written == written
    assert (wrong is not None) == (written == "????")


@settings(max_examples=200)
@given(st.integers(0, 99_999), st.data())
def test_a_doubtful_number_always_holds_the_true_one(number: int, data: st.DataObject) -> None:
    digits = list(str(number))
    for at in data.draw(st.sets(st.integers(0, len(digits) - 1), max_size=3)):
        digits[at] = data.draw(st.sampled_from(["?", "*", f"[{digits[at]}{(int(digits[at]) + 1) % 10}]"]))
    reading, wrong = read_number("".join(digits))
    if set(digits) == {"?"} and len(digits) == 1:
        assert reading.unknown
    else:
        assert wrong is None
        assert float(number) in reading.readings
        assert 0 < len(reading.readings) <= MOST_READINGS


def test_a_bearing_in_hundreds_stays_as_written_beside_its_thousandths() -> None:
    leg = read({"legs": [{"from": "R1", "to": "T1", "bearing": "12-45", "unit": "mil6000"}]}).records[0].legs[0]
    assert (leg.bearing.written, leg.bearing.value, leg.hundreds) == ("12-45", 1245.0, True)


@pytest.mark.parametrize(
    ("word", "unit", "clockwise"),
    [
        ("deg", "degrees", None),
        ("Grad", "gon", None),
        ("NATO mil", "mil6400", None),
        ("ru_thousandths_ccw", "mil6000", False),
        ("тысячные", "mil6000", None),
        (None, "unknown", None),
        ("mil", "unknown", None),
    ],
)
def test_words_for_units(word: str | None, unit: str, clockwise: bool | None) -> None:
    leg = read({"legs": [{"from": "R1", "to": "T1", "bearing": 10, "unit": word}]}).records[0].legs[0]
    assert (leg.unit, leg.clockwise) == (unit, clockwise)


def test_a_word_that_nobody_knows_is_unknown_and_told() -> None:
    batch = read({"id": "A", "legs": [{"from": "R1", "to": "T1", "bearing": 10, "unit": "points", "north": "polar"}]})
    assert batch.records[0].legs[0].unit == "unknown"
    assert [(each.path, each.written) for each in batch.findings] == [
        ("records[0].legs[0].unit", "points"),
        ("records[0].legs[0].north", "polar"),
    ]


@pytest.mark.parametrize(
    ("coordinates", "kind", "code"),
    [
        ([], "Polygon", "ground-missing"),
        ([[[0, 0], [1, 1]]], "Polygon", "ground-unclear"),
        ([0, 0], "Point", "ground-unclear"),
        ([[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], "Polygon", "ground-crosses"),
        ("x", "Polygon", "ground-unclear"),
    ],
)
def test_searched_ground_that_is_none_counts_as_none_and_is_told(coordinates: Any, kind: str, code: str) -> None:
    batch = read_sheets({"searched": [{"id": "S", "geometry": {"type": kind, "coordinates": coordinates}}]})
    assert codes(batch) == [code]
    assert batch.searched[0].geometry.is_valid


def test_searched_ground_may_be_several_polygons() -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    ground = {"type": "MultiPolygon", "coordinates": [[ring], [[[x + 2, y] for x, y in ring]]]}
    assert read_sheets({"searched": [{"geometry": ground}]}).searched[0].geometry.area == pytest.approx(1.0)


def test_finds_without_type_or_date_are_finds_and_without_position_are_kept() -> None:
    batch = read_sheets({"finds": [{"id": "F-1", "lon": "46,93", "lat": 39.99}, {"id": "F-2"}, {"lon": 200, "lat": 1}]})
    assert [each.lon == each.lon for each in batch.finds] == [True, False, False]
    assert (batch.finds[0].lon, batch.finds[0].type, batch.finds[0].found_on) == (46.93, None, None)
    assert codes(batch).count("position-missing") == 2


def test_one_id_twice_is_told_and_both_sheets_are_kept() -> None:
    batch = read_sheets([{"id": "A"}, {"id": "A"}, {}])
    assert [each.key for each in batch.records] == ["A", "A#2", "(record 3)"]
    assert codes(batch) == ["id-twice", "id-missing"]


def test_members_that_the_format_does_not_know_are_kept() -> None:
    batch = read_sheets({"records": [{"id": "A", "colour": "red"}], "made_by": "someone"})
    assert batch.records[0].as_written["colour"] == "red"
    assert batch.extra == {"made_by": "someone"}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"nothing", b"[" * 400 + b"]" * 400])
def test_what_is_no_json_is_refused_and_says_so(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_batch(content)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["R1", "T1", "12-45", "?", "mil6000", "magnetic", 4, 90, "1993-05", 28408]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "legs",
                    "from",
                    "to",
                    "bearing",
                    "distance",
                    "unit",
                    "reference_points",
                    "no",
                    "x",
                    "y",
                    "crs",
                    "epsg",
                    "perimeter",
                    "rows",
                    "count",
                    "quantities",
                    "geometry",
                    "type",
                    "coordinates",
                    "lon",
                    "lat",
                    "resolved",
                    "events",
                    "items",
                    "laid_to",
                    "total",
                    "north",
                    "distance_unit",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["records", "finds", "searched", "other"]), values, max_size=4))
def test_no_file_is_dropped_or_falls_whatever_it_holds(held: dict[str, Any]) -> None:
    """Every member of every list ends as a record, a find, a search, or held; checking never fails."""
    batch = read_sheets(held)
    check_batch(batch)
    for name, read_in in (("records", batch.records), ("finds", batch.finds), ("searched", batch.searched)):
        value = held.get(name)
        given_in = value if isinstance(value, list) else [] if value is None else [value]
        kept = [each.as_written for each in read_in] + [
            each for path, each in batch.held if path.startswith(f"{name}[") and path.endswith("]") and "." not in path
        ]
        assert len(kept) == len(given_in)
        assert all(each in kept or each != each or isinstance(each, (dict, list, float)) for each in given_in)
    assert batch.extra == {key: value for key, value in held.items() if key == "other"} or "other" in held
