"""Is every row of the catalogue a name and nothing else, with a source, and can a country add to it without harm?"""

from __future__ import annotations

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.catalogue import (
    SUB_CATEGORIES,
    NationalType,
    add_type,
    check_national,
    core_catalogue,
    latin_runs,
    publications,
    runs_of,
    with_national,
)
from whitestone.domain.codes import code_list
from whitestone.domain.settings import read_settings
from whitestone.domain.treaty import treaty_flags
from whitestone.errors import InvalidValue
from whitestone.minefields.production import earliest

ROWS = core_catalogue()
NEVER = re.compile(
    r"\b(function|works?\b|trigger|detonat|initiat|pressure|fu[sz]e|explosive (?:fill|mass|content|charge)|filling|"
    r"TNT|RDX|hexogen|gram|kg\b|arm(?:s|ed|ing)\b|disarm|neutrali[sz]|defus|render|lay(?:s|ing)?\b|laid\b|bur(?:y|ied)|tilt|trip|"
    r"sens(?:or|itive)|magnet|booster|charge|delay|anti-?handling|lethal|radius|assembl|install|insert|remove|unscrew|pin\b|"
    r"взрывател|заряд|масса|обезвреж|установк)", re.I)  # fmt: skip
OF = NationalType(parent="pmn", designation="PMN-X", spellings=["ПМН-Х1"], source="National authority, bulletin 7")


def test_at_least_150_types_each_with_a_category_and_a_publication() -> None:
    """What the issue asks for, of what the code lists know."""
    assert len(ROWS) >= 150
    categories = code_list("eo_category").codes
    for key, row in ROWS.items():
        assert key == row.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key)
        assert row.category in categories
        assert row.sub_category is None or row.sub_category in SUB_CATEGORIES
        assert row.sources
        assert set(row.sources) <= set(publications())


def test_rows_say_nothing_of_how_a_device_works() -> None:
    """Every word of the data files is read, also the comments."""
    folder = resources.files("whitestone.domain") / "catalogue_data"
    for file in folder.iterdir():
        for line in file.read_text("utf-8").splitlines():
            assert not NEVER.search(line), f"{file.name}: {line}"
    assert not NEVER.search(" ".join(SUB_CATEGORIES.values()))


def test_no_row_has_a_field_for_who_made_moved_or_used_it() -> None:
    """Origin is a claim with its reference; a row knows the country of the design alone."""
    fields = set(ROWS["pmn-2"].as_dict())
    assert not {each for each in fields if re.search("produc|manufact|origin|supplier|user|owner|maker", each)}


def test_a_spelling_means_one_row() -> None:
    """No two rows share a spelling, in their own script or carried over into Latin."""
    meant: dict[tuple[str, ...], str] = {}
    for row in ROWS.values():
        for spelling in row.written:
            assert meant.setdefault(runs_of(spelling), row.id) == row.id, spelling
    for runs, key in list(meant.items()):
        assert meant.get(latin_runs(runs), key) == key, runs


def test_look_alikes_and_successors_are_rows_and_look_alike_both_ways() -> None:
    """A link leads somewhere, and back."""
    for row in ROWS.values():
        assert row.id not in row.look_alikes
        assert all(row.id in ROWS[other].look_alikes for other in row.look_alikes)
        assert row.replaced_by is None or row.replaced_by in ROWS


def test_the_treaty_is_derived_from_the_category() -> None:
    """No file states a treaty; the printed one is that of the mapping."""
    for row in ROWS.values():
        assert row.as_dict()["treaty_category"] == next(iter(treaty_flags([row.category])), None)
    assert ROWS["pmn"].as_dict()["treaty"] == "apmbc"
    assert ROWS["blu-97-b"].as_dict()["treaty"] == "ccm"
    assert ROWS["tm-62"].as_dict()["treaty"] == "ccw_ap2"
    assert ROWS["vbied"].as_dict()["treaty_is_undetermined"]


def test_the_table_of_earliest_years_names_known_types_only() -> None:
    """Two tables, one truth about names."""
    for row in ROWS.values():
        known = earliest(row.designation)
        assert known is None or all(ROWS.find(name) is not None for name in known.names), known


@given(st.sampled_from([(row.id, spelling) for row in ROWS.values() for spelling in row.written]), st.data())
def test_any_hyphen_space_or_case_finds_the_row(known: tuple[str, str], data: st.DataObject) -> None:
    """What stands between letters and numbers never matters."""
    key, spelling = known
    gaps = st.sampled_from(["-", "\u2013", "\u2010", " ", "\u00a0", "/", "."])
    written = re.sub(r"[ ./\u2010-\u2015-]", lambda _: data.draw(gaps), spelling)
    found = ROWS.find(data.draw(st.sampled_from([written, written.lower(), written.upper(), f"  {written} "])))
    assert found.id == key


@given(st.text(max_size=30))
def test_any_text_is_looked_up_without_harm(text: str) -> None:
    """A question has an answer or none, never a fault."""
    found = ROWS.find(text)
    assert found is None or found in ROWS.values()
    assert len(ROWS.near(text, 5)) <= 5


def test_a_national_row_takes_its_category_from_its_parent() -> None:
    """The core stays as it is; the new row is found in every spelling."""
    more = with_national(add_type({}, "pmn-x", OF))
    row = more.find("пмн х1")
    assert (row.id, row.category, row.sub_category, row.parent) == ("pmn-x", "ap_mine", "blast", "pmn")
    assert set(more) == {*ROWS, "pmn-x"}
    assert "pmn-x" not in core_catalogue()


@pytest.mark.parametrize(("key", "change", "why"), [
    ("PMN X", {}, "lower case"), ("pmn-2", {}, "core row"), ("a", {"parent": "nothing"}, "under a core row"),
    ("a", {"designation": "–"}, "designation"), ("a", {"source": " "}, "source"),
    ("a", {"spellings": ["—"]}, "designation"),
    ("a", {"spellings": ["PMN 2"]}, "already means pmn-2"), ("a", {"replaced_by": "zzz"}, "no row 'zzz'"),
])  # fmt: skip
def test_a_national_row_that_cannot_be_is_refused(key: str, change: dict[str, object], why: str) -> None:
    """Each fault has its reason."""
    given_row = {"parent": "pmn", "designation": "PMN-X", "source": "bulletin"} | change
    with pytest.raises(InvalidValue, match=why):
        add_type({}, key, NationalType(**given_row))  # type: ignore[arg-type]


def test_a_row_is_put_out_of_use_and_never_deleted() -> None:
    """It names its successor, keeps its parent, and is found still."""
    rows = add_type({}, "pmn-x", OF)
    again = NationalType(parent="pmn", designation="PMN-X", source="bulletin 9", replaced_by="pmn")
    row = with_national(add_type(rows, "pmn-x", again))["pmn-x"]
    assert (row.is_deprecated, row.replaced_by) == (True, "pmn")
    with pytest.raises(InvalidValue, match="keeps its parent"):
        add_type(rows, "pmn-x", NationalType(parent="tm-62", designation="PMN-X", source="s"))


def test_a_setting_that_holds_rows_which_cannot_be_is_refused() -> None:
    """The setting is checked like every other."""
    assert read_settings({"national_ordnance": {"a": {"parent": "pmn", "designation": "A-7", "source": "s"}}})
    with pytest.raises(InvalidValue, match="under a core row"):
        read_settings({"national_ordnance": {"a": {"parent": "x", "designation": "A-7", "source": "s"}}})
    fault = check_national({"a": NationalType(parent="pmn", designation="A", source="")})
    assert fault == "a: a designation and a source are needed"
