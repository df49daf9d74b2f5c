"""Does a mapping say what it means, tell all its faults at once, and account for every row of any table?"""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.domain.kinds import KINDS
from whitestone.domain.settings import Settings
from whitestone.errors import InvalidValue, MappingInvalid
from whitestone.exchange.mapping.apply import Applier, apply
from whitestone.exchange.mapping.model import DatasetSpec, FieldSpec, LinkSpec, Mapping, PositionSpec, RecordSpec, When
from whitestone.exchange.mapping.rows import HELD, Made, digest_rows
from whitestone.exchange.mapping.text import parse_mapping, to_toml
from whitestone.exchange.mapping.understand import read_date, understand
from whitestone.exchange.readers import Chunk, RowFault

DATASET = DatasetSpec(name="a", edition="increment")


def table(**columns: list[str | None]) -> Chunk:
    """Make a chunk of text columns."""
    return Chunk(1, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def mapped(record: RecordSpec, chunk: Chunk, **more: object):
    """Apply a mapping of one record."""
    return apply(Mapping(dataset=DATASET, records=[record], **more), chunk, Settings())  # type: ignore[arg-type]


def bodies(made: Made) -> list[dict]:
    """Read the bodies of the records that were made."""
    return [json.loads("{" + text[1:] + "}") for text in made.body]


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    """A person corrects a file once, not once per fault."""
    text = """
    nonsense = 1
    [dataset]
    name = "x"
    edition = "snapshot"
    [position]
    x = "a"
    crs = "4326"
    [[record]]
    kind = "hazzard"
    [[record]]
    kind = "casualty"
    [record.fields]
    shoe_size = "s"
    sex = { column = "g", values = { m = "man" } }
    outcome = { column = "o", thousand = "," }
    [[record.links]]
    attribute = "accident_id"
    to = "nobody"
    """
    with pytest.raises(MappingInvalid) as told:
        parse_mapping(text)
    said = str(told.value)
    for fault in ("nonsense", "coverage", "position.y", "crs", "hazzard", "shoe_size", "'man'", "thousand", "nobody"):
        assert fault in said, fault
    assert told.value.details["count"] >= 9


def test_toml_text_gives_the_same_mapping_back_with_any_words_in_it() -> None:
    """Quotes, dots, newlines and other alphabets in names and values survive."""
    record = RecordSpec(
        kind="casualty", when=When(column='a "b".c', is_in=["é\n", ""]),
        fields={"sex": FieldSpec(column="пол", values={"m.ж": "female", "": "unknown", "a=b": "male"}),
                "occurred_on": FieldSpec(columns=["y", "m"]), "outcome": FieldSpec(constant="killed")},
        links=[LinkSpec(attribute="accident_id", column="acc", unknown="hold")],
    )  # fmt: skip
    mapping = Mapping(dataset=DATASET, records=[record], personal=["naïve \\ column"],
                      position=PositionSpec(x="lon", y="lat", notation="dms", operation=1267))
    reasons = {"record.1.fields.sex": "because\nof # this", "": "head\nline"}
    assert parse_mapping(to_toml(mapping, reasons)) == mapping


def test_comments_do_not_make_a_new_version_and_values_do() -> None:
    """The version of a mapping is what it means."""
    text = '[dataset]\nname="a"\nedition="increment"\n[[record]]\nkind="item"\n[record.fields]\nmodel="m"\n'
    assert parse_mapping(text).version_key == parse_mapping("# note\n" + text).version_key
    assert parse_mapping(text).version_key != parse_mapping(text.replace('"m"', '"n"')).version_key


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("2014", [], "2014"), ("2014-05", [], "2014-05"), ("2014-05-03T10:00:00Z", [], "2014-05-03"),
        ("2005/01/10", [], "2005-01-10"), ("03/05/2014", ["%d/%m/%Y"], "2014-05-03"),
        ("05/03/2014", ["%m/%d/%Y"], "2014-05-03"), ("3.5.2014", ["%d.%m.%Y"], "2014-05-03"),
        ("May 2014", ["%d %B %Y", "%B %Y"], "2014-05"), ("41762", ["excel"], "2014-05-03"),
        ("41762.75", ["excel"], "2014-05-03"), ("2014\x1f5\x1f3", [], "2014-05-03"), ("2014\x1f\x1f3", [], "2014"),
        ("2014.0\x1f5.0", [], "2014-05"),
    ],
)  # fmt: skip
def test_dates_of_many_spellings_keep_their_precision(text: str, formats: list[str], expected: str) -> None:
    """Day, month or year: as far as it is known and no further."""
    assert str(read_date(text, formats)) == expected


@pytest.mark.parametrize(("text", "formats"), [("03/05/2014", []), ("2014-02-30", []), ("31/02/2014", ["%d/%m/%Y"]),
                                               ("2014\x1f13", []), ("soon", []), ("", []), ("-5", ["excel"])])
def test_what_is_no_date_is_refused(text: str, formats: list[str]) -> None:
    """Nothing is guessed: day first or month first is for the mapping to say."""
    with pytest.raises(InvalidValue):
        read_date(text, formats)


@pytest.mark.parametrize(
    ("spec", "text", "expected"),
    [
        (FieldSpec(column="c", decimal=",", thousands="."), "1.234,5", 1234.5),
        (FieldSpec(column="c", thousands=","), "1,234", 1234.0),
        (FieldSpec(column="c", thousands=" "), "1\u00a0234", 1234.0),
        (FieldSpec(column="c", factor=1e6), "0.5", 500000.0),
        (FieldSpec(column="c", thousands=","), "1,52", None),
        (FieldSpec(column="c", decimal=","), "1.5", None),
        (FieldSpec(column="c"), "NaN", None),
        (FieldSpec(column="c"), "inf", None),
        (FieldSpec(column="c"), "-3", None),
        (FieldSpec(column="c"), "12 m2", None),
    ],
)
def test_numbers_are_read_as_the_mapping_writes_them_or_not_at_all(
    spec: FieldSpec, text: str, expected: float | None
) -> None:
    """A separator in the wrong place is a fault, never another number."""
    made = understand(pl.Series([text]), spec, KINDS["hazard"].attributes["area_reported_m2"])
    assert (None if made.json[0] is None else json.loads(made.json[0])) == expected
    assert bool(made.faults) == (expected is None)


def test_an_unknown_code_is_unknown_with_a_finding_and_the_word_is_kept() -> None:
    """Keep the raw text, map to unknown, list it, never drop the row (house laws 1 and 6)."""
    record = RecordSpec(kind="casualty", fields={"sex": FieldSpec(column="s"), "outcome": FieldSpec(column="o")})
    result = mapped(record, table(s=["Femenino", "Martian"], o=["killed", "killed"]))
    assert bodies(result.made[0]) == [{"sex": "female", "outcome": "killed"}, {"sex": "unknown", "outcome": "killed"}]
    assert [(found.row, found.column, found.value) for found in result.findings] == [(2, "s", "Martian")]
    assert json.loads("{" + result.made[0].entered[1][1:] + "}") == {"cells": {"s": "Martian"}}


@pytest.mark.parametrize(("unknown", "held", "findings"), [("hold", 1, 1), ("finding", 0, 1), ("keep", 0, 0)])
def test_the_mapping_says_what_happens_to_what_is_not_understood(unknown: str, held: int, findings: int) -> None:
    """Hold, accept with a finding, or keep silently: for the person to choose."""
    record = RecordSpec(kind="casualty", fields={"outcome": FieldSpec(column="o", unknown=unknown)})  # type: ignore[arg-type]
    result = mapped(record, table(o=["killed", "vanished"]))
    assert (result.outcomes == HELD).sum() == held
    assert len(result.findings) == findings


def test_columns_that_no_field_takes_are_kept_and_empty_ones_are_not() -> None:
    """What is not understood stays with the record (house law 1)."""
    record = RecordSpec(kind="item", fields={"model": FieldSpec(column="m")})
    result = mapped(record, table(m=["PMN", "PMN"], note=['a "quoted"\nline', ""], other=[None, "x"]))
    extra = [json.loads("{" + text[1:] + "}") for text in result.made[0].extra]
    assert extra == [{"note": 'a "quoted"\nline'}, {"other": "x"}]


def test_personal_columns_are_sealed_and_nowhere_else() -> None:
    """Neither body, extra, as-entered nor findings repeat what may identify a person."""
    record = RecordSpec(kind="casualty", fields={"person_name": FieldSpec(column="n"), "sex": FieldSpec(column="s"),
                                                 "birth_date": FieldSpec(column="b")})
    chunk = table(n=["Ana Example"], s=["female"], phone=["12345"], b=["not a date"])
    made = mapped(record, chunk, personal=["phone"])
    records = made.made[0]
    assert json.loads("{" + records.sealed[0][1:] + "}") == {"person_name": "Ana Example", "phone": "12345"}
    for part in (records.body, records.extra, records.entered):
        assert not any(word in part[0] for word in ("Ana", "12345", "not a date"))
    assert all("not a date" not in f"{found.value}{found.message}" for found in made.findings)


def test_one_row_makes_several_records_and_conditions_choose_them() -> None:
    """A row's kind may depend on a column; a row that no block takes is held."""
    mapping = Mapping(dataset=DATASET, records=[
        RecordSpec(kind="accident", when=When(column="t", is_in=["1"]), fields={"killed": FieldSpec(column="k")}),
        RecordSpec(kind="item", when=When(column="t", is_in=["2"]), fields={"model": FieldSpec(column="m")}),
    ])  # fmt: skip
    result = apply(mapping, table(t=["1", "2", "3"], k=["4", None, None], m=["x", "y", None]))
    assert [made.kind for made in result.made] == ["accident", "item"]
    assert [reason for row in result.held for reason, _ in row.reasons] == ["no-record"]
    # The accident takes no model: the cell stays with it as it is.
    assert '"m":"x"' in result.made[0].extra[0]


def test_positions_in_degrees_and_what_is_typed_is_kept() -> None:
    """A cell that is no coordinate is a finding and no position; an empty one is neither."""
    spec = PositionSpec(x="lon", y="lat", crs="EPSG:4326")
    chunk = table(lon=["46.9", "x", None, "200"], lat=["39.9", "39", None, "1"], model=["a", "b", "c", "d"])
    result = mapped(RecordSpec(kind="item", fields={"model": FieldSpec(column="model")}), chunk, position=spec)
    shapes = shapely.from_wkb(np.array(result.made[0].geometry, dtype=object))
    assert [None if shape is None else shape.wkt for shape in shapes] == ["POINT (46.9 39.9)", None, None, None]
    odd = {"precision-too-low", "geometry-missing"}
    assert {found.row for found in result.findings if found.code not in odd} == {2, 4}
    typed = json.loads("{" + result.made[0].entered[0][1:] + "}")["position"]
    assert (typed["x"], typed["y"], typed["crs"], typed["basis"]) == ("46.9", "39.9", "EPSG:4326", "stated")


def test_a_shape_that_a_kind_cannot_have_is_a_finding_and_kept() -> None:
    """A casualty is no polygon; the row stays."""
    wkb = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    chunk = Chunk(1, pl.DataFrame({"sex": ["male"]}), [wkb])
    result = mapped(RecordSpec(kind="casualty", fields={"sex": FieldSpec(column="sex")}), chunk)
    assert result.made[0].geometry == [None]
    assert [found.code for found in result.findings] == ["geometry-type-not-allowed"]
    assert "POLYGON" in result.made[0].entered[0]


def test_an_invalid_polygon_is_repaired_once_and_its_original_kept() -> None:
    """The repair is a policy of the programme; what came in stays."""
    bow = shapely.to_wkb(shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"))
    chunk = Chunk(1, pl.DataFrame({"n": ["x"]}), [bow])
    result = mapped(RecordSpec(kind="hazard", fields={"name": FieldSpec(column="n")}), chunk)
    made = result.made[0]
    assert shapely.is_valid(shapely.from_wkb(made.geometry[0]))
    position = json.loads("{" + made.entered[0][1:] + "}")["position"]
    assert position["repair"]
    assert "polygon-invalid" in [found.code for found in result.findings]


def test_text_that_was_spoilt_is_mended_by_value() -> None:
    """UTF-8 that was read as Mac Roman, in headings and cells."""
    record = RecordSpec(kind="casualty", fields={"sex": FieldSpec(column="género")})
    mapping = Mapping(dataset=DATASET, records=[record])
    text = to_toml(mapping).replace("[dataset]", '[file]\nrepair_text = "mac_roman"\n[dataset]')
    spoilt = "género".encode().decode("mac_roman")
    result = apply(parse_mapping(text), table(**{spoilt: ["Sin informaci√≥n"]}))
    assert bodies(result.made[0]) == [{"sex": "unknown"}]
    assert not result.findings


def test_digests_do_not_depend_on_the_order_of_columns() -> None:
    """The same statement has the same digest; another has another."""
    one = digest_rows(pl.DataFrame({"a": ["1", "2"], "b": ["x", "y"]}))
    two = digest_rows(pl.DataFrame({"b": ["x", "y"], "a": ["1", "2"]}))
    assert (one == two).all()
    other = digest_rows(pl.DataFrame({"a": ["1"], "b": ["x"]}))
    assert digest_rows(pl.DataFrame({"a": ["1x"], "b": [""]}))[0] != other[0]
    assert (digest_rows(pl.DataFrame({"a": ["1"]}), key=b"k") != digest_rows(pl.DataFrame({"a": ["1"]}))).all()


KNOWN = st.sampled_from(["killed", "Herido", "2014", "3", "-75.5", "4,5", "male"])
CELL = st.one_of(st.none(), st.text(max_size=12), KNOWN)
ROWS = st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=30)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, unknown=st.sampled_from(["keep", "finding", "hold"]))
def test_the_counts_close_for_any_table(rows: list[tuple[str | None, ...]], unknown: str) -> None:
    """Every input row ends exactly once: accepted, found or held; every accepted one makes its record."""
    names = ["outcome", "date", "lon", "note"]
    frame = pl.DataFrame({name: [row[at] for row in rows] for at, name in enumerate(names)},
                         schema=dict.fromkeys(names, pl.String))
    chunk = Chunk(1, frame, None, [RowFault(frame.height + 1, "cells", "too many cells", "a,b,c")])
    fields = {"outcome": FieldSpec(column="outcome", unknown=unknown), "occurred_on": FieldSpec(column="date"),  # type: ignore[arg-type]
              "persons": FieldSpec(column="lon")}
    mapping = Mapping(dataset=DATASET, records=[RecordSpec(kind="casualty", fields=fields)],
                      position=PositionSpec(x="lon", y="lon", crs="EPSG:4326"))
    result = Applier(mapping, Settings()).apply(chunk)
    assert len(result.outcomes) == len(rows) + 1
    held = set(np.flatnonzero(result.outcomes == HELD).tolist())
    assert held == {row.row - 1 for row in result.held}
    made = {int(result.place[at]) for records in result.made for at in records.at}
    assert made == set(range(len(rows) + 1)) - held
    assert all(found.row is None or 1 <= found.row <= len(rows) + 1 for found in result.findings)
    for records in result.made:
        assert all(isinstance(body, dict) for body in bodies(records))


@pytest.mark.parametrize("lines", [
    '[record.fields]\nlocal_id = "name"',
    '[record.fields]\noccurred_on = "name"',
    '[[record.links]]\nattribute = "accident_id"\ncolumn = "name"\nkind = "accident"',
])  # fmt: skip
def test_a_personal_column_is_no_id_date_or_link(lines: str) -> None:
    head = 'personal = ["name"]\n[dataset]\nname = "a"\nedition = "increment"\n[[record]]\nkind = "casualty"\n'
    with pytest.raises(MappingInvalid, match="is sealed"):
        parse_mapping(head + lines)
    with pytest.raises(MappingInvalid, match="is sealed, and position"):
        parse_mapping(head.replace("[[record]]", '[position]\nx = "name"\ny = "lat"\n[[record]]'))


def test_what_is_personal_in_one_field_is_sealed_in_every_place() -> None:
    """The column of a personal attribute is personal, also where another field, a sum or `extra` would repeat it."""
    first = RecordSpec(kind="casualty", when=When(column="k", is_in=["p"]),
                       fields={"person_name": FieldSpec(column="n"), "remarks": FieldSpec(column="n")})  # fmt: skip
    second = RecordSpec(kind="accident", when=When(column="k", is_in=["a"]))
    made = apply(Mapping(dataset=DATASET, records=[first, second]), table(k=["p", "a"], n=["Canary", "Canary"]))
    for records in made.made:
        shown = "".join([*records.body.to_list(), *records.extra.to_list(), *records.entered.to_list()])
        assert "Canary" not in shown
        assert "Canary" in "".join(records.sealed.to_list())


def test_findings_repeat_no_value_of_a_personal_column() -> None:
    """A future date or a negative count is a finding with its value, unless the column is sealed."""
    spec = RecordSpec(kind="accident", fields={"killed": FieldSpec(column="n"), "injured": FieldSpec(column="m")})
    made = apply(Mapping(dataset=DATASET, records=[spec], personal=["n"]), table(n=["-7531"], m=["1"]))
    assert "7531" not in repr(made.findings)
