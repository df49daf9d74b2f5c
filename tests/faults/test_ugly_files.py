"""Does each ugly file end at the command line with a clear error or a finding, with every row in the counts?

Each file goes the way of a user: drafted, imported under its own draft, counted. Every answer is looked at for what a
person needs: the counts close, what is held says why, and nothing ends in a traceback or "unexpected".
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely

from whitestone.cli import main
from whitestone.programme.opening import init_programme

HEAD = "Hazard ID,Type,Status,Date of survey,Latitude,Longitude,Remarks\n"


def row(number: int, **said: str) -> str:
    """Write an ordinary row, with some cells said otherwise."""
    cells = {"id": f"HA-{number}", "type": "SHA", "status": "open", "date": f"{10 + number}.05.2019",
             "lat": f"{44.12345 + number / 100:.5f}", "lon": f"{17.54321 + number / 100:.5f}", "remarks": "by the road"}
    return ",".join((cells | said).values()) + "\n"


TABLE = HEAD + "".join(row(number) for number in range(6))


def square(lon: float, lat: float) -> list[list[float]]:
    """Give a ring of about a hundred metres."""
    return [[lon, lat], [lon + 0.00123, lat], [lon + 0.00123, lat + 0.00117], [lon, lat + 0.00117], [lon, lat]]


def feature(number: int, geometry: object) -> str:
    """Write a feature of a suspected area."""
    named = {"id": f"H{number}", "type": "SHA", "status": "open"}
    return json.dumps({"type": "Feature", "properties": named, "geometry": geometry})


def collection(*features: str, more: str = "") -> str:
    """Write a feature collection."""
    return '{"type": "FeatureCollection", ' + more + '"features": [' + ", ".join(features) + "]}"


POLYGON = feature(1, {"type": "Polygon", "coordinates": [square(17.11111, 44.22222)]})


def kml(*marks: str, head: str = "") -> str:
    """Write a KML of suspected areas."""
    data = ('<ExtendedData><Data name="type"><value>SHA</value></Data><Data name="status"><value>open</value></Data>'
            "</ExtendedData><Point><coordinates>17.12345,44.12345</coordinates></Point>")
    inner = "".join(f"<Placemark>{mark}{data}</Placemark>" for mark in marks)
    return f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}</Document></kml>'


def zipped(*entries: tuple[str, bytes]) -> bytes:
    """Pack entries under any names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a programme, and stand beside it."""
    init_programme(str(tmp_path / "p"), name="Ugly", who="anna").close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> tuple[int, str, str]:
    """Call the command line as a process does: exit code, what it printed, what it complained of."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["whitestone", "-C", "p", *words])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    assert "Traceback" not in out.getvalue() + err.getvalue()
    assert "unexpected" not in err.getvalue()
    return int(str(code or 0)), out.getvalue(), err.getvalue()


def refused(path: Path, data: str | bytes, *options: str) -> str:
    """Try a file that cannot be used: exit 2, a code, a sentence, a next step; return what was said."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    code, out, err = call("import", path.name, "--suggest", *options)
    assert (code, out) == (2, "")
    assert "Next: " in err
    return err


def imported(path: Path, data: str | bytes | None = None) -> dict[str, Any]:
    """Draft and import a file; check that its counts close; return the answer of `import --json`."""
    if data is not None:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert call("import", path.name, "--suggest", "--out", "draft.toml")[0] == 0
    code, out, _err = call("import", path.name, "--mapping", "draft.toml", "--json")
    assert code == 0
    answer: dict[str, Any] = json.loads(out)
    assert answer["accepted"] + answer["accepted_with_findings"] + answer["held"] == answer["input"]
    assert answer["new"] + answer["changed"] + answer["unchanged"] == answer["input"] - answer["held"]
    held = json.loads(call("runs", "held", answer["run"], "--json")[1])["held"]
    assert len(held) == answer["held"]
    assert all(each["reasons"] for each in held)
    return answer


def codes(answer: dict[str, Any]) -> set[str]:
    """Name the findings."""
    return set(answer["findings_by_code"])


@pytest.mark.parametrize("end", ["csv", "xlsx", "geojson", "json", "kml", "gpx", "gpkg", "shp", "zip"])
def test_an_empty_file_is_refused_in_every_format(place: Path, end: str) -> None:
    name = f"a.{end}"
    assert "unreadable-file: " + name + " cannot be read: it is empty" in refused(place / name, b"")


@pytest.mark.parametrize(("name", "data"), [("a.csv", HEAD), ("a.csv", HEAD.strip()), ("a.geojson", collection())])
def test_a_file_without_a_row_says_so(place: Path, name: str, data: str) -> None:
    answer = imported(place / name, data)
    assert answer["input"] == 0
    assert "no-rows" in codes(answer)


def test_a_table_cut_at_any_byte_keeps_its_whole_rows_and_tells_of_the_last(place: Path) -> None:
    lines = TABLE.encode().splitlines(keepends=True)
    for cut in (len(b"".join(lines[:4])) + step for step in (1, 9, 20, 30, len(lines[4]) - 1)):
        answer = imported(place / f"cut{cut}.csv", TABLE.encode()[:cut])
        assert answer["input"] == 4
        assert codes(answer) & {"last-line-open", "too-few-cells"}


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_collection_that_was_cut_off_says_so_even_between_features(place: Path, cut: int) -> None:
    answer = imported(place / "a.geojson", collection(POLYGON)[:-cut])
    assert answer["input"] == 1
    assert codes(answer) & {"file-cut-off", "truncated"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1251"])
def test_letters_come_in_whole_whatever_the_encoding(place: Path, encoding: str) -> None:
    word = "село Красное" if encoding == "cp1251" else "près de l’école"
    table = HEAD + "".join(row(number, remarks=word) for number in range(9))
    assert imported(place / "a.csv", table.encode(encoding))["new"] == 9
    assert word in call("export", "--kind", "hazard", "--format", "csv", "--out", "x.csv")[1] + (
        place / "x.csv").read_text(encoding="utf-8-sig")


def test_lines_of_two_encodings_are_read_and_told(place: Path) -> None:
    lines = [row(number, remarks="école").encode("cp1252" if number % 3 == 0 else "utf-8") for number in range(9)]
    answer = imported(place / "a.csv", HEAD.encode() + b"".join(lines))
    assert (answer["new"], answer["held"]) == (9, 0)
    assert "mixed-encodings" in codes(answer)


def test_rows_of_other_widths_are_held_with_their_text(place: Path) -> None:
    answer = imported(place / "a.csv", TABLE + "HA-90,SHA,open\n" + row(91).strip() + ",too,many\n" + "\n")
    assert (answer["new"], answer["held"]) == (6, 2)
    assert {"too-few-cells", "too-many-cells", "blank-lines"} <= codes(answer)
    assert call("runs", "held", answer["run"], "--out", "held.csv")[0] == 0
    assert "HA-90,SHA,open" in (place / "held.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("again", [HEAD, HEAD.upper(), HEAD.replace(",", " , ")])
def test_a_header_that_was_pasted_or_typed_again_is_no_record(place: Path, again: str) -> None:
    answer = imported(place / "a.csv", HEAD + row(1) + again + row(2) + again + row(3))
    assert (answer["new"], answer["held"]) == (3, 2)
    assert answer["findings_by_code"]["repeated-header"] == 2


def test_a_formula_comes_in_as_text_and_leaves_as_none(place: Path) -> None:
    words = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=1+1"]
    table = HEAD + "".join(row(number, remarks=word) for number, word in enumerate(words)) + row(7, id="=HYPERLINK(1)")
    assert imported(place / "a.csv", table)["new"] == 6
    assert call("export", "--kind", "hazard", "--format", "csv", "--out", "x.csv")[0] == 0
    import csv

    with (place / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r")]
    assert not [cell for cell in cells if cell.startswith("-") and not cell[1:2].isdigit()]
    assert "'=1+1" in cells
    assert imported_export(place)["unchanged"] == 6


def imported_export(place: Path) -> dict[str, Any]:
    """Bring the programme's own export home."""
    code, out, _err = call("import", "x.csv", "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize("geometry", [
    {"type": "Polygon", "coordinates": [[square(17, 44)]]}, {"type": "Polygon", "coordinates": square(17, 44)},
    {"type": "Point", "coordinates": [[17, 44]]}, {"type": "Point", "coordinates": ["17", "44"]},
    {"type": "Point", "coordinates": [float("nan"), 44]}, {"type": "Point", "coordinates": [17, float("inf")]},
])  # fmt: skip
def test_coordinates_that_cannot_be_are_held_and_the_rest_comes_in(place: Path, geometry: object) -> None:
    answer = imported(place / "a.geojson", collection(feature(7, geometry), POLYGON))
    assert (answer["new"], answer["held"]) == (1, 1)
    assert "geometry-unreadable" in codes(answer)


def test_shapes_of_every_kind_are_kept_and_told(place: Path) -> None:
    shapes: list[object] = [
        None, {"type": "Polygon", "coordinates": []}, {"type": "GeometryCollection", "geometries": [
            {"type": "Point", "coordinates": [17.12345, 44.12345]}]},
        {"type": "Polygon", "coordinates": [[[*point, 311.5] for point in square(17.33333, 44.33333)]]}]
    answer = imported(place / "a.geojson", collection(*(feature(at, shape) for at, shape in enumerate(shapes))))
    assert (answer["new"], answer["held"]) == (4, 0)
    assert {"geometry-missing", "geometry-empty", "geometry-type-not-allowed"} <= codes(answer)


@pytest.mark.parametrize("features", [[feature(1, None)], [feature(1, None), feature(2, None)]])
def test_a_layer_without_any_shape_is_drafted_and_comes_in(place: Path, features: list[str]) -> None:
    answer = imported(place / "a.geojson", collection(*features))
    assert answer["new"] == len(features)
    assert "geometry-missing" in codes(answer)


def test_an_old_crs_member_is_believed_and_one_that_says_nothing_is_told(place: Path) -> None:
    old = '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31276"}}, '
    metres = feature(1, {"type": "Point", "coordinates": [6_450_000.25, 4_900_000.25]})
    assert imported(place / "old.geojson", collection(metres, more=old))["new"] == 1
    link = '"crs": {"type": "link", "properties": {"href": "crs.wkt"}}, '
    assert "crs-not-understood" in codes(imported(place / "link.geojson", collection(POLYGON, more=link)))


def test_what_stands_behind_the_end_is_held(place: Path) -> None:
    answer = imported(place / "a.geojson", collection(POLYGON) + "\nH9, SHA, see the second sheet")
    assert (answer["new"], answer["held"]) == (1, 1)
    assert "text-after-end" in codes(answer)


def test_lists_nested_without_end_are_held(place: Path) -> None:
    deep = '{"type": "Feature", "properties": {"x": ' + "[" * 50_000 + "]" * 50_000 + '}, "geometry": null}'
    assert "feature-not-json" in codes(imported(place / "a.geojson", collection(deep, POLYGON)))


def test_a_shapefile_without_prj_is_read_as_it_may_be_and_told(place: Path) -> None:
    import geopandas

    shapes = [shapely.box(17 + step, 44, 17.00123 + step, 44.00117) for step in (0.1, 0.2)]
    frame = geopandas.GeoDataFrame({"id": ["S1", "S2"], "type": ["SHA"] * 2, "status": ["open"] * 2}, geometry=shapes)
    frame.set_crs(4326).to_file(place / "s.shp")
    parts = [(f"s{end}", (place / f"s{end}").read_bytes()) for end in (".shp", ".shx", ".dbf")]
    answer = imported(place / "s.zip", zipped(*parts))
    assert answer["new"] == 2
    assert "crs-missing" in codes(answer)
    assert "needs its .shx file" in refused(place / "alone.shp", (place / "s.shp").read_bytes())


@pytest.mark.parametrize("head", [
    '<!DOCTYPE kml [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>', '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE kml SYSTEM "file:///etc/passwd">',
])  # fmt: skip
def test_entities_and_outside_references_are_refused(place: Path, head: str) -> None:
    assert "root:" not in refused(place / "a.kml", kml("<name>x</name>", head=head))


def test_links_to_other_files_are_told_and_not_followed(place: Path) -> None:
    linked = kml("<name>A1</name>").replace("</Document>", "<NetworkLink><Link><href>file:///etc/passwd</href></Link>"
                                            "</NetworkLink></Document>")
    answer = imported(place / "a.kml", linked)
    assert answer["new"] == 1
    assert "not-read" in codes(answer)


@pytest.mark.parametrize(("entries", "words"), [
    ([("a.csv", b"a,b\n" + b"1,2\n" * 20_000_000)], "zip bomb"), ([("../../evil.csv", TABLE.encode())], "outside"),
    ([("/tmp/evil.csv", TABLE.encode())], "outside"), ([(f"{at}.csv", b"a") for at in range(10_001)], "10001 entries"),
    ([], "no file of a format"), ([("in.zip", zipped(("a.csv", b"a")))], "archive inside"),
])  # fmt: skip
def test_archives_that_are_a_danger_are_refused(place: Path, entries: list[tuple[str, bytes]], words: str) -> None:
    assert words in refused(place / "a.zip", zipped(*entries))
    assert not (place.parent / "evil.csv").exists()


@pytest.mark.parametrize("words", [
    ["import", "none.csv", "--mapping", "ok.toml"], ["import", "folder", "--mapping", "ok.toml"],
    ["import", "none.csv", "--suggest"], ["import", "a.csv", "--suggest", "--out", "none/m.toml"],
    ["import", "a.csv", "--mapping", "none.toml"], ["import", "a.csv", "--mapping", "latin.toml"],
    ["import", "a.csv", "--mapping", "folder"], ["import", "a.csv", "--suggest", "--out", "folder"],
    ["export", "--kind", "hazard", "--out", "none/x.csv"], ["backup", "none/b.wsb"], ["restore", "folder"],
])  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(place: Path, words: list[str]) -> None:
    (place / "a.csv").write_text(TABLE)
    (place / "folder").mkdir()
    assert call("import", "a.csv", "--suggest", "--out", "ok.toml")[0] == 0
    (place / "latin.toml").write_bytes((place / "ok.toml").read_text("utf-8").encode() + "# à l'école".encode("cp1252"))
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert "Next: " in err


def test_what_stands_a_thousand_times_does_not_hide_the_rest(place: Path) -> None:
    table = HEAD + "".join(row(number % 18, id=f"R{number}", lat="44.5", lon="17.5") for number in range(300)) + "x,y\n"
    (place / "a.csv").write_text(table)
    assert call("import", "a.csv", "--suggest", "--out", "m.toml")[0] == 0
    told = call("import", "a.csv", "--mapping", "m.toml")[1]
    assert "300 × precision-too-low" in told
    assert "row 301: The row has 2 cells" in told
    assert len(told.splitlines()) < 25


def test_one_cell_of_megabytes_is_no_burden(place: Path) -> None:
    answer = imported(place / "a.csv", HEAD + row(1, remarks="x" * 2_000_000) + row(2))
    assert answer["new"] == 2
