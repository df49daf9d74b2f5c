"""Does Bosnia's map come in whole, with every figure as an independent computation gives it?"""

from __future__ import annotations

import base64
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from real_files import Loaded, bring, dissolved, features, geometries, new_programme, shapes_of

from whitestone.programme.accounts import ledger
from whitestone.programme.exporting import export
from whitestone.programme.homecoming import bring_home
from whitestone.programme.reporting import situation
from whitestone.programme.safekeeping import back_up, prove, restore_to

LAYERS = {"cantons": 142, "suspect_areas_simplyfied": 11_068, "cleared_areas_simplyfied": 8_329,
          "lifted_minefields": 925, "incidents": 1_442}  # fmt: skip
NULLS = {"suspect_areas_simplyfied": 3_097, "cleared_areas_simplyfied": 113}
ELSEWHERE = (17.8, 44.2)
"""The middle of another equal-area plane than the programme's: areas may not depend on it."""


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_of_the_file_is_a_record(bosnia: Loaded, shared_data: Path, layer: str) -> None:
    inside = features(shared_data / "bosnia_mine_map" / f"{layer}.geojson")
    report = bosnia.reports[layer]
    assert report.input == report.new == len(inside) == LAYERS[layer]
    assert (report.held, report.gone, report.conflicts) == (0, 0, 0)
    shapes = shapes_of(inside)
    assert sum(shape is None for shape in shapes) == NULLS.get(layer, 0)
    assert report.findings_by_code.get("geometry-missing", 0) == NULLS.get(layer, 0)
    invalid = sum(shape is not None and not shapely.is_valid(shape) for shape in shapes)
    assert report.findings_by_code.get("polygon-invalid", 0) == invalid


def test_null_geometries_are_records_of_unknown_size_and_place(bosnia: Loaded) -> None:
    programme = bosnia.programme
    assert sum(shape is None for shape in geometries(programme, "hazard")) == 3_097
    flat = [state for state in programme.journal.states("release") if state.geometry is None]
    assert len(flat) == 113 + 1
    listed = {record for each in bosnia.findings("geometry-missing") for record in each.record_ids}
    without = {state.record_id for kind in ("hazard", "release") for state in programme.journal.states(kind)
               if state.geometry is None}  # fmt: skip
    assert len(without) == 3_097 + 114
    assert without == listed


def test_a_polygon_that_goes_out_and_back_keeps_what_was_drawn(bosnia: Loaded, shared_data: Path) -> None:
    """Feature 5,959 of the cleared areas is a line there and back: no ground is made up, and its outline is kept."""
    programme, reports = bosnia.programme, bosnia.reports
    drawn = shapes_of(features(shared_data / "bosnia_mine_map" / "cleared_areas_simplyfied.geojson"))[5_958]
    assert shapely.make_valid(drawn, method="linework").area == 0
    said = next(found for found in reports["cleared_areas_simplyfied"].findings if found.row == 5_959)
    assert said.code == "polygon-invalid"
    for state in programme.journal.states("release"):
        if state.geometry is None:
            entered = programme.journal.history(state.record_id)[0].as_entered or {}
            if "position" in entered:
                kept = shapely.from_wkb(base64.b64decode(entered["position"]["wkb"]))
                assert shapely.equals_exact(kept, drawn)
                return
    raise AssertionError("the outline as drawn is gone")


def test_the_account_agrees_with_an_independent_union(bosnia: Loaded, shared_data: Path) -> None:
    """Both layers dissolved at once on another plane: suspected to 1e-6, the overlap and what lies outside it too."""
    programme = bosnia.programme
    folder = shared_data / "bosnia_mine_map"
    suspected, cleared = (
        dissolved(shapes_of(features(folder / f"{name}_areas_simplyfied.geojson")), *ELSEWHERE)
        for name in ("suspect", "cleared")
    )
    said = ledger(programme, programme.clocks(), by="class")
    total, proof = said["total"], said["proof"]
    overlap = suspected.intersection(cleared).area
    assert total["discovered_m2"] == pytest.approx(suspected.area, rel=1e-6)
    assert total["cleared_m2"] == pytest.approx(overlap, rel=1e-5)
    assert said["undated"]["cleared_m2"] == total["cleared_m2"]
    assert total["closing_m2"] == pytest.approx(suspected.area - overlap, rel=1e-6)
    assert proof["outside_any_hazard_m2"] == pytest.approx(cleared.area - overlap, rel=1e-6)
    assert proof["size_unknown"] == proof["no_geometry"] == 3_097
    assert proof["residual_m2"] == 0
    assert any("no date" in sentence for sentence in said["undated"]["could_not_be_known"])


def test_municipalities_add_up_to_the_country(bosnia: Loaded) -> None:
    programme = bosnia.programme
    said = ledger(programme, programme.clocks(), by="place")
    for column in ("discovered_m2", "cleared_m2", "closing_m2", "hazards", "size_unknown"):
        assert round(sum(row[column] for row in said["rows"]), 2) == said["total"][column]
    assert len(said["rows"]) <= 142 + 1


def test_the_check_counts_what_geos_counts(bosnia: Loaded, shared_data: Path) -> None:
    """Identical outlines and overlapping pairs, counted from the files alone."""
    counts = {rule: each["open"] for rule, each in bosnia.checked.counts().items()}
    folder = shared_data / "bosnia_mine_map"
    groups = 0
    for name in ("suspect", "cleared"):
        shapes = shapes_of(features(folder / f"{name}_areas_simplyfied.geojson"))
        drawn = shapely.make_valid(shapes[[shape is not None for shape in shapes]], method="linework")
        alike = Counter(shapely.to_wkb(shapely.normalize(drawn)).tolist())
        groups += sum(count > 1 for count in alike.values())
    assert counts["polygon-invalid"] == 467 + 709
    assert counts["polygon-duplicated"] == groups == 97
    country = shapely.union_all(shapely.make_valid(shapes_of(features(folder / "cantons.geojson"))))
    shapely.prepare(country)
    for each in bosnia.findings("outside-programme"):
        assert not country.contains(shapely.Point(each.where))


def test_places_are_the_municipalities_of_the_file(bosnia: Loaded, shared_data: Path) -> None:
    programme = bosnia.programme
    inside = features(shared_data / "bosnia_mine_map" / "cantons.geojson")
    states = list(programme.journal.states("place"))
    assert {state.body["name"] for state in states} == {each["properties"]["shapeName"] for each in inside}
    assert {state.body["local_id"] for state in states} == {each["properties"]["shapeID"] for each in inside}
    ours = shapely.area(geometries(programme, "place")).sum()
    assert ours == pytest.approx(shapely.area(shapes_of(inside)).sum(), rel=1e-9)


@pytest.mark.parametrize(("kind", "form"), [("hazard", "gpkg"), ("release", "geojson"), ("place", "gpkg"),
                                            ("accident", "csv"), ("activity", "xlsx")])  # fmt: skip
def test_an_export_comes_home_as_the_same_records(bosnia: Loaded, tmp_path: Path, kind: str, form: str) -> None:
    programme = bosnia.programme
    path = tmp_path / f"{kind}.{form}"
    export(programme, [kind], path, programme.clocks())
    before = {state.record_id: state.body for state in programme.journal.states(kind)}
    with new_programme(tmp_path / "other") as other:
        report = bring_home(other, path)
        assert (report.new, report.held) == (len(before), 0)
        assert {state.record_id: state.body for state in other.journal.states(kind)} == before
        home = geometries(other, kind)
        again = bring_home(other, path)
        assert (again.new, again.changed, again.unchanged) == (0, 0, len(before))
    ours = geometries(programme, kind)
    assert sum(shape is None for shape in home) == sum(shape is None for shape in ours)
    assert np.nansum(shapely.area(home)) == pytest.approx(np.nansum(shapely.area(ours)), rel=1e-9)


def test_a_backup_of_it_is_the_same_programme(bosnia: Loaded, tmp_path: Path) -> None:
    programme = bosnia.programme
    made = back_up(programme, tmp_path / "bosnia.backup")
    restored = restore_to(str(tmp_path / "again"), tmp_path / "bosnia.backup")
    assert (restored["entries"], restored["head"]) == (made["entries"], made["head"])
    assert prove(programme)["ok"]


def test_the_report_carries_the_figures_of_the_account(bosnia: Loaded) -> None:
    programme = bosnia.programme
    report = situation(programme, programme.clocks())
    text = repr(report)
    assert "3,097" in text or "3097" in text
    assert "805794093.92" in text or "805,794,093.92" in text or "805.79" in text


def test_the_same_file_again_brings_nothing_new(bosnia: Loaded, shared_data: Path) -> None:
    path = shared_data / "bosnia_mine_map/suspect_areas_simplyfied.geojson"
    again = bring(bosnia.programme, path, "bosnia_suspected")
    assert (again.new, again.changed, again.unchanged, again.gone) == (0, 0, 11_068, 0)
