"""Are delimited texts read as they were written, whatever wrote them?"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from exchange_reading import read_all
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.errors import UnreadableFile, WrongCall
from whitestone.exchange.readers import Reading, open_file


def given_file(
    tmp_path: Path, data: bytes, name: str = "a.csv", **stated: object
) -> tuple[Reading, pl.DataFrame, list]:
    path = tmp_path / name
    path.write_bytes(data)
    reading = open_file(path, **stated)  # type: ignore[arg-type]
    chunks = read_all(reading)
    faults = [fault for chunk in chunks for fault in chunk.faults]
    return reading, pl.concat([chunk.frame for chunk in chunks]) if chunks else pl.DataFrame(), faults


def codes(reading: Reading) -> set[str]:
    return {note.code for note in reading.notes}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "Goražde, Čapljina"),
        ("utf-16", "Херсон"),
        ("utf-16-le", "Kherson place"),
        ("cp1251", "Мины в поле, Херсон"),
        ("latin-1", "Ubicación, año, señal"),
        ("cp1252", "“Ubicación” – año"),
        ("mac_roman", "Ubicación, año, señal"),
        ("cp1250", "Goražde, Čapljina, Đurđevik, Bihać"),
        ("utf-8", "الألغام"),
        ("cp866", "Минное поле под Херсоном"),
    ],
)
def test_encodings_are_found(encoding: str, text: str, tmp_path: Path) -> None:
    rows = "\n".join(f"{number};{text};x" for number in range(5))
    _reading, frame, faults = given_file(tmp_path, f"id;place;other\n{rows}\n".encode(encoding))
    assert frame["place"].to_list() == [text] * 5
    assert not faults


def test_lines_of_another_encoding_are_read_and_noted(tmp_path: Path) -> None:
    lines = [b"id,place", *["1,Херсон".encode()] * 30, "2,señal, año".replace(", año", "").encode("latin-1"), b"3,x"]
    reading, frame, _ = given_file(tmp_path, b"\n".join(lines))
    assert reading.encoding == "utf-8"
    assert frame["place"][30] == "señal"
    assert "mixed-encodings" in codes(reading)


def test_spoilt_letters_are_kept_and_told(tmp_path: Path) -> None:
    reading, frame, _ = given_file(tmp_path, "id,place\n1,GoraÅ¾de\n".encode())
    assert frame["place"][0] == "GoraÅ¾de"
    assert "Goražde" in next(note.message for note in reading.notes if note.code == "mojibake")


def test_rows_of_other_widths_are_faults_with_their_text(tmp_path: Path) -> None:
    _, frame, faults = given_file(tmp_path, b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    assert frame["a"].to_list() == ["1", "4"]
    assert [(fault.row, fault.code, fault.raw) for fault in faults] == [
        (2, "too-few-cells", "1,2"),
        (3, "too-many-cells", "1,2,3,4"),
    ]


def test_an_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    _, frame, faults = given_file(tmp_path, b'a,b\n1,x\n2,"open\n3,y\n4,z\n')
    assert frame["a"].to_list() == ["1", "3", "4"]
    assert [(fault.row, fault.code) for fault in faults] == [(2, "quote-not-closed")]


def test_quotes_inside_cells_are_text(tmp_path: Path) -> None:
    _, frame, faults = given_file(tmp_path, b'a,b\n1,82" mortar\n2,"say ""so"""\n3,"two\nlines"\n')
    assert frame["b"].to_list() == ['82" mortar', 'say "so"', "two\nlines"]
    assert not faults


def test_repeated_headers_are_faults(tmp_path: Path) -> None:
    _, frame, faults = given_file(tmp_path, b"id,name\n1,x\nid,name\n2,y\n")
    assert frame["id"].to_list() == ["1", "2"]
    assert [(fault.row, fault.code, fault.raw) for fault in faults] == [(2, "repeated-header", "id,name")]


def test_titles_above_the_header_and_tags_below_it(tmp_path: Path) -> None:
    reading, frame, _ = given_file(
        tmp_path, b"Casualties\n\nprepared 2006\nplace,killed\n#adm2,#affected+killed\nX,2\nY,0\n"
    )
    assert reading.columns == ["place", "killed"]
    assert reading.hxl == {"place": "#adm2", "killed": "#affected+killed"}
    assert reading.preamble == ["Casualties", "prepared 2006"]
    assert frame.height == 2


def test_a_table_without_header(tmp_path: Path) -> None:
    reading, frame, _ = given_file(tmp_path, b"1,2014-05-03,2.5\n2,2014-05-04,3.5\n3,2014-05-05,4\n")
    assert reading.columns == ["column_1", "column_2", "column_3"]
    assert frame.height == 3
    assert "no-header" in codes(reading)


def test_what_a_person_states_wins(tmp_path: Path) -> None:
    reading, frame, _ = given_file(
        tmp_path, "x|y\nñ|1\n".encode("cp1252"), encoding="cp1252", delimiter="|", header_row=0
    )
    assert reading.columns == ["column_1", "column_2"]
    assert frame["column_1"].to_list() == ["x", "ñ"]
    for wrong in ({"encoding": "klingon"}, {"delimiter": "ab"}):
        with pytest.raises(WrongCall):
            given_file(tmp_path, b"a,b\n1,2\n", **wrong)


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf", bytes(range(256)) * 9])
def test_files_without_a_table_say_so(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as raised:
        given_file(tmp_path, data)
    assert raised.value.next


def test_a_header_alone_has_columns_and_no_rows(tmp_path: Path) -> None:
    reading, frame, faults = given_file(tmp_path, b"id,name\r\n")
    assert (reading.columns, frame.height, faults) == (["id", "name"], 0, [])
    assert reading.samples().frame.columns == ["id", "name"]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_line_ends_of_every_system(end: str, tmp_path: Path) -> None:
    _, frame, faults = given_file(tmp_path, end.join(["a,b", "1,x", '2,"q"', "3,"]).encode())
    assert frame["b"].to_list() == ["x", "q", None]
    assert not faults


def test_nothing_and_empty_text_differ(tmp_path: Path) -> None:
    _, frame, _ = given_file(tmp_path, b'a,b\n1,\n2,""\n3," "\n')
    assert frame["b"].to_list() == [None, "", " "]


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)) | st.just("\n"), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=20),
    end=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_csv_writes_is_read_cell_for_cell(
    rows: list[list[str]], end: str, delimiter: str, tmp_path_factory
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [["x1", "x2", "x3"], *rows]
    )
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_bytes(out.getvalue().encode())
    reading = open_file(path, delimiter=delimiter, header_row=1, encoding="utf-8")
    read = [row for chunk in read_all(reading, 3) for row in chunk.frame.rows()]
    tags = [row for row in rows[:1] if reading.hxl]
    repeated = sum(row == ["x1", "x2", "x3"] for row in rows)
    assert len(read) == len(rows) - repeated - len(tags)
    if not tags and not repeated:
        assert read == [tuple(row) for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(st.text(st.sampled_from('a1",; \t'), max_size=12), min_size=1, max_size=30))
def test_the_fast_way_and_the_careful_way_agree(lines: list[str], tmp_path_factory, monkeypatch_module) -> None:
    from whitestone.exchange.readers import text_blocks

    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_text("h1,h2\n" + "\n".join(lines) + "\n", encoding="utf-8")

    def outcome() -> list:
        chunks = read_all(open_file(path, delimiter=",", header_row=1))
        return [(chunk.rows().tolist(), chunk.frame.rows(), chunk.faults) for chunk in chunks]

    fast = outcome()
    with monkeypatch_module.context() as patch:
        patch.setattr(text_blocks, "row_table", lambda *_: None)
        careful = outcome()
    assert fast == careful


@pytest.fixture(scope="module")
def monkeypatch_module():
    patch = pytest.MonkeyPatch()
    yield patch
    patch.undo()
