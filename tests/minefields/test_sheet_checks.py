"""Is every kind of bad input a finding with its place in the sheet, and is a good sheet left alone?"""

from __future__ import annotations

import copy
import math
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.minefields.batch_checks import HEAP, check_batch
from whitestone.minefields.production import earliest, read_production
from whitestone.minefields.sheet_parts import SheetFinding
from whitestone.minefields.sheets import read_sheets


def mil(start: str, end: str, bearing: str, distance: float) -> dict[str, Any]:
    """Make one leg in thousandths of 6000, by compass."""
    return {"from": start, "to": end, "bearing": bearing, "unit": "mil6000", "north": "magnetic", "distance": distance}


def good() -> dict[str, Any]:
    """Make a sheet in which nothing is wrong."""
    return {
        "id": "A-1", "laid_from": "1993-05", "laid_to": "1993-06", "recorded_on": "1993-06-14",
        "crs": {"epsg": 28408, "basis": "stated"}, "reference_points": [{"no": "R1", "x": 8664842, "y": 4430282}],
        "legs": [mil("R1", "T1", "12-45", 230), mil("T1", "T2", "15-00", 200), mil("T2", "T3", "30-00", 100),
                 mil("T3", "T4", "45-00", 200), mil("T4", "T1", "0-00", 102)],
        "perimeter": ["T1", "T2", "T3", "T4"],
        "rows": [{"no": 1, "from": "T1", "to": "T2", "count": {"PMN-2": 40}},
                 {"no": 2, "from": "T4", "to": "T3", "count": {"PMN-2": 80}}],
        "quantities": {"PMN-2": 120, "OZM-72": 15}, "total": 135,
    }  # fmt: skip


def found(*records: dict[str, Any], finds: Any = ()) -> list[SheetFinding]:
    """Check records and finds together, and that every record is kept."""
    batch = read_sheets({"records": list(records), "finds": list(finds)})
    assert len(batch.records) == len(records)
    assert len(batch.finds) == len(finds)
    return list(check_batch(batch))


def with_(**more: Any) -> dict[str, Any]:
    """Make the good sheet with other members."""
    return {**good(), **more}


def test_a_good_sheet_has_no_finding() -> None:
    assert found(good()) == []


def test_no_reference_point() -> None:
    first = found(with_(reference_points=[]))[0]
    assert (first.code, first.path, first.sheet) == ("reference-point-missing", "records[0].reference_points", "A-1")


def test_two_reference_points_that_contradict_each_other() -> None:
    record = good()
    record["reference_points"].append({"no": "T3", "x": 8665842, "y": 4430282})
    hits = [each for each in found(record) if each.code == "reference-points-contradict"]
    assert [each.path for each in hits] == ["records[0].reference_points[1]"]
    assert "m from where its coordinates put it" in hits[0].sentence


def test_two_reference_points_far_apart_or_of_one_name() -> None:
    record = with_(
        reference_points=[
            {"no": "R1", "x": 8664842, "y": 4430282},
            {"no": "R2", "x": 8664842, "y": 5430282},
            {"no": "R1", "x": 8664842, "y": 4430300},
        ]
    )
    paths = [each.path for each in found(record) if each.code == "reference-points-contradict"]
    assert paths == ["records[0].reference_points[1]", "records[0].reference_points[2].no"]


@pytest.mark.parametrize(
    ("bearing", "unit", "words"),
    [
        ("63-20", "mil6000", "64th hundred"),
        ("61-20", "mil6000", "62nd hundred"),
        ("64-20", "mil6400", "65th hundred"),
        ("365", "degrees", "360"),
        ("401", "gon", "400"),
    ],
)
def test_a_bearing_beyond_a_full_turn_of_its_unit(bearing: str, unit: str, words: str) -> None:
    record = good()
    record["legs"][1] |= {"bearing": bearing, "unit": unit}
    hits = [each for each in found(record) if each.code == "bearing-over-turn"]
    assert [each.path for each in hits] == ["records[0].legs[1].bearing"]
    assert words in hits[0].sentence
    assert hits[0].written == bearing


@pytest.mark.parametrize(
    ("crs", "x", "code"),
    [
        ({"epsg": 28499}, 8664842, "crs-nonexistent"),
        ({"epsg": 28408}, 99664842, "zone-unclear"),
        ({"epsg": None}, 664842, "crs-unknown"),
        ({"epsg": 28433}, 33664842, "crs-nonexistent"),
    ],
)
def test_a_zone_that_does_not_exist_or_is_not_stated(crs: dict[str, Any], x: float, code: str) -> None:
    hits = found(with_(crs=crs, reference_points=[{"no": "R1", "x": x, "y": 4430282}]))
    assert hits[0].code == code
    assert hits[0].path == "records[0].reference_points[0]"


def test_a_zone_prefix_that_contradicts_the_stated_zone() -> None:
    hits = found(with_(crs={"epsg": 28407}))
    assert [(each.code, each.path) for each in hits] == [("zone-contradicts", "records[0].reference_points[0]")]


def test_an_operation_of_another_datum_is_told_and_not_used() -> None:
    hits = found(with_(crs={"epsg": 28408, "operation": 1133}))
    assert [(each.code, each.path) for each in hits] == [("operation-unfit", "records[0].reference_points[0]")]
    assert "EPSG:15865" in hits[0].sentence
    assert found(with_(crs={"epsg": 28408, "operation": 1808})) == []


def test_a_traverse_that_closes_nowhere() -> None:
    record = good()
    record["legs"][4]["distance"] = 400
    hits = [each for each in found(record) if each.code == "traverse-open"]
    assert [each.path for each in hits] == ["records[0].legs[4]"]
    assert "closes nowhere" in hits[0].sentence


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 60), st.floats(20, 400), st.floats(0.02, 0.06))
def test_what_compass_and_paces_explain_is_not_called_open(bearing: float, side: float, error: float) -> None:
    """A square of which one side is a few per cent too long misses its start by that, and nobody is asked."""
    legs = [
        mil(f"T{k}", f"T{(k + 1) % 4}", f"{int(bearing + 15 * k) % 60}-00", side * (1 + error * (k == 3)))
        for k in range(4)
    ]
    record = with_(legs=[mil("R1", "T0", "1-00", 50), *legs], perimeter=["T0", "T1", "T2", "T3"], rows=[])
    assert not [each for each in found(record) if each.code == "traverse-open"]


def test_counts_that_do_not_sum() -> None:
    record = with_(total=140)
    record["rows"][0]["count"]["PMN-2"] = 41
    hits = [each for each in found(record) if each.code == "counts-differ"]
    assert [each.path for each in hits] == ["records[0].quantities.PMN-2", "records[0].total"]
    assert [each.written for each in hits] == ["120", "140"]


@settings(max_examples=100)
@given(st.lists(st.integers(0, 99), min_size=1, max_size=5), st.integers(-5, 5), st.data())
def test_counts_in_doubt_contradict_nothing_that_a_reading_allows(
    counts: list[int], off: int, data: st.DataObject
) -> None:
    total, rows = sum(counts) + off, []
    for at, count in enumerate(counts):
        doubt = count >= 10 and data.draw(st.booleans())
        rows.append({"no": at, "count": {"PMN-2": f"{count // 10}?" if doubt else count}})
    low = sum(int(str(row["count"]["PMN-2"]).replace("?", "0")) for row in rows)
    high = sum(int(str(row["count"]["PMN-2"]).replace("?", "9")) for row in rows)
    record = with_(rows=rows, quantities={"PMN-2": max(total, 0)}, total=None)
    told = any(each.code == "counts-differ" for each in found(record))
    assert told == (not low <= max(total, 0) <= high)


@pytest.mark.parametrize(
    ("laid", "kinds", "codes"),
    [
        ("1968", {"PMN-2": 1}, ["before-the-type"]),
        ("1993", {"PMN-2": 1}, []),
        ("1971", {"ОЗМ-72": 1}, ["before-the-type"]),
        ("1930", {"a box": 1}, []),
    ],
)
def test_a_date_before_the_type_existed(laid: str, kinds: dict[str, int], codes: list[str]) -> None:
    hits = found(with_(laid_from=None, laid_to=laid, recorded_on=None, quantities=kinds, rows=[], total=None))
    assert [each.code for each in hits] == codes
    assert all(each.path == "records[0].laid_to" for each in hits)


def test_dates_in_the_wrong_order() -> None:
    hits = found(with_(laid_from="1995"))
    assert [(each.code, each.path) for each in hits] == [("dates-reversed", "records[0].laid_to")]


def test_a_find_far_from_everything() -> None:
    near, far = {"id": "F-1", "lon": 46.93, "lat": 39.99}, {"id": "F-2", "lon": 30.0, "lat": 50.0}
    hits = found(good(), finds=[near, far])
    assert [(each.code, each.path) for each in hits] == [("find-far", "finds[1]")]


def test_ten_thousand_finds_at_one_spot_are_one_finding() -> None:
    heap = [{"id": f"F-{at}", "lon": 46.93, "lat": 39.99} for at in range(10_000)]
    hits = found(good(), finds=heap)
    assert [(each.code, each.path) for each in hits] == [("finds-heaped", "finds[0]")]
    assert "10,000 finds" in hits[0].sentence
    assert found(good(), finds=heap[: HEAP - 1]) == []


def test_the_same_sheet_twice_under_two_numbers() -> None:
    other = with_(id="B-9", remarks="a copy", batch="another")
    hits = found(good(), with_(id="C", legs=[mil("R1", "T1", "40-00", 900), *good()["legs"][1:]]), other)
    assert [(each.code, each.path, each.sheet) for each in hits] == [("sheet-twice", "records[2]", "B-9")]


def test_a_copy_that_was_measured_again_is_found_by_its_outline() -> None:
    record = good()
    record["id"] = "B-2"
    record["legs"][0] |= {"bearing": "12-50", "distance": 228}
    record["perimeter"] = ["T3", "T2", "T1", "T4"]
    hits = [each for each in found(good(), record) if each.code == "sheet-twice"]
    assert [(each.path, each.sheet) for each in hits] == [("records[1]", "B-2")]


def test_findings_name_the_place_in_the_file_also_behind_what_is_held() -> None:
    """What is no record, find or leg has a place as well: what stands behind it is not numbered as if it were not."""
    twin = {**good(), "id": "A-2", "legs": [None, *good()["legs"], "torn off", mil("T1", "T9", "63-20", 10)]}
    bare = {"legs": "none", "remarks": "nothing else"}
    given_in = {"records": [7, good(), None, twin, good(), bare],
                "finds": ["?", {"id": "F", "lon": -120, "lat": -50}], "searched": [[], {"p_detect": 2}]}  # fmt: skip
    batch = read_sheets(given_in)
    assert [(each.key, each.at) for each in batch.records] == [("A-1", 1), ("A-2", 3), ("A-1#2", 4), ("(record 6)", 5)]
    told = {(each.code, each.path) for each in check_batch(batch)}
    assert {("bearing-over-turn", "records[3].legs[7].bearing"), ("id-twice", "records[4].id"),
            ("sheet-twice", "records[4]"), ("not-understood", "records[5].legs[0]"),
            ("reference-point-missing", "records[5].reference_points"), ("find-far", "finds[1]"),
            ("out-of-range", "searched[1].p_detect")} <= told  # fmt: skip
    assert len(batch.held) == 7


def test_a_perimeter_to_which_no_leg_leads() -> None:
    for perimeter, at in ((["T1", "T2", "T9"], 2), ([None, "T1", " ", "T2", "T9", "T1"], 4)):
        hits = found(with_(perimeter=perimeter))
        assert ("station-unreached", f"records[0].perimeter[{at}]") in [(each.code, each.path) for each in hits]


@settings(max_examples=60, deadline=None)
@given(st.integers(-180, 180), st.integers(-80, 80))
def test_findings_do_not_hang_on_where_in_the_world_a_sheet_lies(lon: int, lat: int) -> None:
    record = with_(crs={"epsg": 4326}, reference_points=[{"no": "R1", "x": lon, "y": lat}])
    assert found(record) == []


def test_names_of_parties_change_no_finding() -> None:
    """House law 8: who made a sheet, and who handed it over, decides nothing."""
    record = with_(total=140, unit="unit of party A", batch="from party A to party B")
    swapped = copy.deepcopy(record) | {"unit": "unit of party B", "batch": "from party B to party A"}
    assert found(record) == found(swapped)


def test_every_earliest_year_names_a_source_that_can_be_looked_up() -> None:
    rows = read_production(resources.files("whitestone.minefields").joinpath("production.toml").read_text("utf-8"))
    assert rows
    for name, row in rows.items():
        assert "http" in row.source, name
        assert row.basis in ("source", "designation"), name


def test_the_table_of_earliest_years_is_sourced_and_can_be_extended() -> None:
    row = earliest("пмн-2")
    assert row.source
    assert not math.isnan(row.not_before)
    more = read_production('[X]\nnames=["X-1"]\nnot_before=1980\nbasis="source"\nsource="a book"')
    assert more["x1"].not_before == 1980
