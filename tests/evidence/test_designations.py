"""Is every known spelling found where it stands, and nothing that is no ordnance?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.catalogue import NationalType, add_type, core_catalogue, with_national
from whitestone.evidence.designations import find_designations

ROWS = core_catalogue()
SPELLINGS = [(row.id, spelling) for row in ROWS.values() for spelling in row.written]
MODELS = [(key, spelling) for key, spelling in SPELLINGS
          if re.fullmatch(r"[^\W\d_]{2,5}-\d+[^\W\d_]?", spelling) and not ROWS[key].is_ambiguous]  # fmt: skip


def found(text: str) -> list[tuple[str, str | None]]:
    """Find designations, and check that offsets are those of the text, in order and none over another."""
    mentions = find_designations(text)
    end = 0
    for each in mentions:
        assert text[each.start : each.end] == each.as_written
        assert end <= each.start < each.end
        end = each.end
        if each.catalogue_id is not None:
            assert each.designation == ROWS[each.catalogue_id].designation
    return [(each.as_written, each.catalogue_id) for each in mentions]


def ids(text: str) -> list[str | None]:
    """Name what a text names."""
    return [key for _, key in found(text)]


def test_every_spelling_is_found_where_an_ordnance_word_governs_it() -> None:
    """In a sentence, at its offsets, as its row."""
    for key, spelling in SPELLINGS:
        assert found(f"Teams found mines ({spelling}), here.") == [(spelling, key)]


@given(st.sampled_from(MODELS), st.data())
def test_every_dash_and_space_gives_the_same_row(model: tuple[str, str], data: st.DataObject) -> None:
    """PMN-2, PMN–2, PMN 2, PMN2 are one; what stands around does not move the offsets."""
    key, spelling = model
    gap = data.draw(st.sampled_from(["-", "\u2010", "\u2011", "\u2013", "\u2212", " ", "\u00a0", "", "-\n", "- "]))
    before = data.draw(st.sampled_from(["", "Two mines, ", "Были найдены мины ", "(", "«", "on 3 May: mines "]))
    # After a letter a plural may be part of the designation: PMN-2s are several, a PMR-2As may be a type of its own.
    plural = ["s; mines"] if spelling.isascii() and spelling[-1].isdigit() else []
    after = data.draw(st.sampled_from([" mines.", " ", ", 3 mines", ") mines", "» mines", *plural]))
    written = spelling.replace("-", gap, 1)
    assert (written, key) in found(before + written + after + " mines")


@pytest.mark.parametrize(("text", "expected"), [
    ("POMZ-2M is not POMZ-2.", ["pomz-2m", "pomz-2"]),
    ("MON-50/90/100 were found", ["mon-50", "mon-90", "mon-100"]),
    ("MON-50, -90 и -100", ["mon-50", "mon-90", "mon-100"]),
    ("PFM-1/1S mines", ["pfm-1", "pfm-1s"]),
    ("Anti-tank mines TM-57, -62 lay there", ["tm-57", "tm-62"]),
    ("TM-62M, TM-62P3 and TM-62 mines", ["tm-62m", "tm-62p3", "tm-62"]),
    ("ՊՄՆ-2 ականներ", ["pmn-2"]),
    ("პმნ-2 ნაღმები", ["pmn-2"]),
    ("РMN-2 mines", ["pmn-2"]),  # a Cyrillic letter among Latin ones
    ("мины ПМН-2, М14 и МОН-50", ["pmn-2", "m14", "mon-50"]),
    ("міни ПМН-4 та ТМ-62М", ["pmn-4", "tm-62m"]),
    ("PMN-2 minaları və TM-62M", ["pmn-2", "tm-62m"]),
    ("minas antipersonal tipo M14", ["m14"]),
    ("des mines M14 et PMN-2", ["m14", "pmn-2"]),
    ("10 PMN, 4 M14 and 3 TM-57 mines", ["pmn", "m14", "tm-57"]),
    ("AP mines: M14, M16A2 and Type 72.", ["m14", "m16", "type-72"]),
    ("a Type 72 anti-tank mine", ["type-72-at"]),
    ("cluster bombs (BLU-26, BLU-63/B)", ["blu-26-b", "blu-63-b"]),
    ("9N210 and 9Н235 submunitions", ["9n210", "9n235"]),
    ("82-мм мины, 122 mm Grad rockets", ["mortar-82mm", "rocket-122mm"]),
    ("RGD-5/F-1 grenades", ["rgd-5", "f-1"]),
    ("Two PMA-2 were found in the minefield", ["pma-2"]),
    ("the mines (VS-50, TS-50; SB-33)", ["vs-50", "ts-50", "sb-33"]),
    ("VOIEDs and a VBIED", ["voied", "vbied"]),
    ("PMN-2s were lifted", ["pmn-2"]),
    ("pmn-2 mines", ["pmn-2"]),
])  # fmt: skip
def test_lists_series_scripts_and_inflections(text: str, expected: list[str]) -> None:
    """What people write, in the languages of the documents."""
    assert ids(text) == expected


@pytest.mark.parametrize("text", [
    "", "More than 260 civilians were killed by mines.", "the M14 highway", "The M14 highway was mined.",
    "Mines were cleared along the M14 near the town.", "mines on the M14 and M15 roads", "soldiers with M16 rifles",
    "PMA-3's move to the harmony module", "PROM-1 is full of sensors", "Mon 50 amis", "a claymore in a museum",
    "T-72 tanks and BMP-2 vehicles crossed the mines", "F-16 bombs", "B-52 bombs", "COVID-19 and mines", "Soyuz MS-3",
    "VS-50", "TM-57 printer paper", "XPMN-2 and PMN-22x", "Type 72 letters", "resolution 1325 (2000) on mines",
    "paragraph 14 of the report on mines", "A/77/1 and S/2022/900", "IMAS 09.10 on mines", "hazard CHA-12 has mines",
    "grid 38S MK-82 reference", "Valmara is a place", "PMN told the press", "F-1 race", "mm 82 mm",
    "in May 2-3 mines were",
    "AT 15 mines stood", "3 TM and 62 more", "PMN 2.5", "OZM-7200", "MON-50-1 form",
])  # fmt: skip
def test_what_is_no_ordnance_is_not_found(text: str) -> None:
    """Roads, rifles, aircraft, papers, numbers: precise before complete."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("XYZ-77 mines", ["XYZ-77"]), ("PMN-2, XYZ-77 and OZM-72 mines", ["PMN-2", "XYZ-77", "OZM-72"]),
    ("мины АБВ-7", ["АБВ-7"]), ("PMN-7 mines", ["PMN-7"]), ("XYZ-77 mines, and XYZ-78 is a car", ["XYZ-77"]),
    ("XYZ-77 crossed the mines", []), ("XYZ-77 bombs", []), ("XYZ 77 mines", []), ("xyz-77 mines", []),
])  # fmt: skip
def test_an_unknown_designation_counts_only_where_a_word_governs_it(text: str, expected: list[str]) -> None:
    """It has no id, and its own words as designation."""
    mentions = find_designations(text)
    assert [each.as_written for each in mentions] == expected
    assert all((each.catalogue_id is None) == (each.as_written not in {"PMN-2", "OZM-72"}) for each in mentions)
    assert all(each.designation == each.as_written for each in mentions)


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from([spelling for _, spelling in SPELLINGS]),
                          st.sampled_from([" ", ", ", " mines ", "-", "/", "–", "\n", "M14", "XYZ-77", " and "])),
                max_size=14))
def test_any_text_gives_ordered_mentions_at_their_offsets(pieces: list[str]) -> None:
    """No overlap, no wrong offset, the same each time."""
    text = "".join(pieces)
    assert found(text) == found(text)


@given(st.lists(st.sampled_from(["the", "road", "of", "2021", "people", "were", "in", "Более", "260", "и", "la"]),
                max_size=40))
def test_words_without_designations_give_nothing(words: list[str]) -> None:
    """Ordinary words and numbers are none."""
    assert found(" ".join(words)) == []


@pytest.mark.parametrize("one", ["Armenia", "Azerbaijan", "Russia", "Ukraine"])
def test_parties_change_nothing(one: str) -> None:
    """Who is named beside a designation moves nothing but offsets."""
    text = "{0} laid PMN-2, M14 and XYZ-77 mines, says {0}; the M14 highway is in {0}."
    assert ids(text.format(one)) == ids(text.format("Nowhere")) == ["pmn-2", "m14", None]


def test_a_programmes_own_types_are_found() -> None:
    """A national row is a spelling like any other, for that programme alone."""
    own = with_national(add_type({}, "kpm-5", NationalType(parent="pmn", designation="KPM-5", source="bulletin 7")))
    assert [each.catalogue_id for each in find_designations("a KPM 5 was found", own)] == ["kpm-5"]
    assert find_designations("a KPM 5 was found") == []
