"""Is a claim kept with its words, its speaker and every grade, and does nothing count before a person says so?"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from claims_maker import SAID, TEXT, VALUES, letter, programme, reader
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.claim import QUOTE_LIMIT
from whitestone.domain.validate import validate
from whitestone.errors import InvalidValue, QuoteNotFound, Refused, UnknownRecord, UnreadableFile, WrongCall
from whitestone.programme.checking import check
from whitestone.programme.claims_comparing import list_claims
from whitestone.programme.claims_documents import (
    BLOT,
    add_document,
    add_source,
    blotted,
    custody_of,
    document_text,
    span_of,
    state_of,
)
from whitestone.programme.claims_drafts import drafts, every_claim
from whitestone.programme.claims_proposing import propose
from whitestone.programme.claims_register import (
    add_claim,
    confirm,
    correct,
    grade,
    grades,
    relate,
    withdraw,
    withdraw_all_of,
    withdraw_source,
)
from whitestone.programme.opening import Programme
from whitestone.programme.revising import decide
from whitestone.programme.safekeeping import unseal

__all__ = ["letter", "programme", "reader"]


def kept(programme: Programme, letter: Path, **more: Any) -> str:
    return str(add_document(programme, letter, source="Office A", values=VALUES, **more)["document"])


def entered(programme: Programme, document: str | None, quote: str, **more: Any) -> dict[str, Any]:
    return add_claim(programme, document, {**SAID, "quote": quote, **more}, reason="read by hand")


def test_a_document_has_both_symbols_its_dates_and_an_original_that_is_sealed(
    programme: Programme, letter: Path
) -> None:
    state = state_of(programme, kept(programme, letter), "document")
    assert state.body["symbols"] == ["A/78/999", "S/2024/111"]
    assert validate("document", state.body) == []
    by_hash = {each.sha256: each for each in programme.journal.attachments.list()}
    assert by_hash[state.body["sha256"]].sealed
    assert not by_hash[state.body["text_sha256"]].sealed
    assert [line.event for line in programme.journal.attachments.custody(state.body["sha256"])] == ["added"]
    assert [(line["event"], line["by"]) for line in custody_of(programme, state)] == [("added", programme.who)]
    assert document_text(programme, state) == TEXT


def test_the_same_file_is_the_same_document_and_is_found_by_either_symbol(programme: Programme, letter: Path) -> None:
    one = kept(programme, letter)
    assert add_document(programme, letter)["became"] == "unchanged"
    assert {str(state_of(programme, each, "document").record_id) for each in ("A/78/999", "s/2024/111")} == {one}
    with pytest.raises(UnknownRecord):
        state_of(programme, "A/1/1", "document")


def test_a_source_is_one_however_its_name_is_spaced(programme: Programme) -> None:
    assert add_source(programme, "Office A") == add_source(programme, " office  a ")
    with pytest.raises(InvalidValue):
        add_source(programme, " ")


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04docx"])
def test_what_is_no_text_is_refused_before_anything_is_kept(
    programme: Programme, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.bin").write_bytes(content)
    with pytest.raises(UnreadableFile):
        add_document(programme, tmp_path / "x.bin")
    with pytest.raises(UnreadableFile):
        add_document(programme, tmp_path / "none.txt")
    assert list(programme.journal.attachments.list()) == []


def test_a_quote_is_found_across_lines_and_kept_as_it_stands_with_its_span(programme: Programme, letter: Path) -> None:
    quote = "more than 260 civilians and military personnel"
    made = entered(programme, kept(programme, letter), quote, value=260, unit="killed or injured", qualifier="At least")
    assert TEXT[made["quote_start"] : made["quote_end"]] == made["quote"] == quote.replace("and ", "and\n")
    assert (made["unit"], made["unit_as_written"], made["qualifier"]) == (
        "killed_or_injured",
        "killed or injured",
        "at_least",
    )
    assert (made["source_grade"], made["info_grade"], made["claim_status"]) == ("F", "6", "open")
    assert validate("claim", state_of(programme, made["claim"], "claim").body) == []


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"quote": "not in it"}, QuoteNotFound),
        ({"quote": "345 in all", "quote_start": 3}, QuoteNotFound),
        ({"quote": ""}, Refused),
        ({"asserted_by": None}, Refused),
        ({"value": 3.0}, Refused),
        ({"quote": "x" * (QUOTE_LIMIT + 1)}, InvalidValue),
        ({"period_from": "in May"}, InvalidValue),
        ({"source_grade": "G"}, InvalidValue),
        ({"verdict": "guilty"}, InvalidValue),
    ],
)
def test_what_cannot_be_traced_is_refused(programme: Programme, letter: Path, values: Any, error: Any) -> None:
    document = kept(programme, letter)
    with pytest.raises(error):
        add_claim(programme, document, {**SAID, "quote": "345 in all", **values}, reason="x")
    with pytest.raises(WrongCall):
        add_claim(programme, document, {**SAID, "quote": "345 in all"}, reason=" ")
    assert every_claim(programme) == []


@given(st.text(alphabet="ab \n", max_size=40), st.integers(0, 40), st.integers(1, 40))
def test_every_piece_of_a_text_is_found_in_it(text: str, start: int, size: int) -> None:
    piece = text[start : start + size]
    if piece.strip():
        first, last = span_of(text, piece)
        assert text[first:last].split() == piece.split()
        assert span_of(text, text[first:last], first) == (first, last)


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=12), max_size=3))
def test_blotting_keeps_every_offset(text: str, names: list[str]) -> None:
    hidden, times = blotted(text, names)
    assert len(hidden) == len(text)
    assert [a for a, b in zip(text, hidden, strict=True) if a != b and b != BLOT] == []
    assert times or hidden == text


def test_a_name_in_a_quote_is_sealed_and_stands_in_no_file_in_the_clear(programme: Programme, letter: Path) -> None:
    document = kept(programme, letter, names=["Ann Example"])
    made = add_claim(
        programme, document, {**SAID, "quote": "Ann Example was among them"}, names=["Ann Example"], reason="x"
    )
    assert made["quote"] == "███ ███████ was among them"
    assert made["sealed"] == ["quote_in_full"]
    opened = unseal(programme, state_of(programme, made["claim"], "claim").record_id, purpose="test")
    assert opened["values"]["quote_in_full"] == "Ann Example was among them"
    folder = Path(programme.target or "")
    for path in (each for each in folder.rglob("*") if each.is_file()):
        assert b"Ann Example" not in path.read_bytes(), path.name
    assert os.path.isdir(folder)


def test_proposals_wait_as_drafts_each_with_its_span_and_nothing_twice(
    programme: Programme, letter: Path, reader: None
) -> None:
    answer = propose(programme, letter, source="Office A")
    assert (answer["proposed"], answer["already"]) == (3, 0)
    assert answer["symbols"] == ["A/78/999", "S/2024/111"]
    assert propose(programme, letter)["already"] == 3
    assert {state.workflow.name for state in every_claim(programme)} == {"DRAFT"}
    assert list(programme.journal.states("claim")) == []
    assert {each["asserted_by"] for each in answer["claims"]} == {"Office A", "a person"}
    for each in answer["claims"]:
        assert TEXT[each["quote_start"] : each["quote_end"]] == each["quote"]


def test_a_draft_counts_after_a_person_confirmed_or_corrected_it(
    programme: Programme, letter: Path, reader: None
) -> None:
    made = [each["claim"] for each in propose(programme, letter, source="Office A")["claims"]]
    confirm(programme, made[0][:8], reason="compared with the letter")
    correct(programme, made[1], {"value": 279.0, "period_from": "2021"}, reason="the scan says 279")
    rows = {row["claim"]: row for row in list_claims(programme, programme.clocks())}
    assert [rows[each]["workflow"] for each in made] == ["approved", "approved", "draft"]
    assert (rows[made[1]]["value"], rows[made[1]]["period_from"]) == (279.0, "2021")
    assert [
        each.body.get("value") for each in programme.journal.history(state_of(programme, made[1], "claim").record_id)
    ] == [278.0, 279.0]
    assert propose(programme, letter)["already"] == 3
    with pytest.raises(Refused):
        confirm(programme, made[0], reason="again")


def test_a_draft_that_was_thrown_out_waits_no_more_and_is_not_proposed_again(
    programme: Programme, letter: Path, reader: None
) -> None:
    made = propose(programme, letter)["claims"][0]["claim"]
    decide(programme, state_of(programme, made, "claim").record_id, "withdrawn", reason="misread")
    assert made not in {str(state.record_id) for state in drafts(programme)}
    assert propose(programme, letter)["proposed"] == 0


def test_what_was_known_of_a_draft_before_it_was_confirmed_stays_a_draft(
    programme: Programme, letter: Path, reader: None
) -> None:
    made = propose(programme, letter)["claims"][0]["claim"]
    before = every_claim(programme)[0].known_from
    confirm(programme, made, reason="seen")
    clocks = programme.clocks()
    then = type(clocks)(clocks.on, clocks.on, before)
    assert {row["workflow"] for row in list_claims(programme, then)} == {"draft"}


def test_grades_are_kept_one_after_the_other_with_grader_and_reason(programme: Programme, letter: Path) -> None:
    made = entered(programme, kept(programme, letter), "345 in all", value=345, unit="casualties")["claim"]
    grade(programme, made, "b", "3", reason="an office that exists")
    programme.who = "second"
    grade(programme, made, "C", "2", reason="found in a second list")
    told = [
        (each["source_grade"] + each["info_grade"], each["grader"], each["reason"]) for each in grades(programme, made)
    ]
    assert told == [
        ("F6", "clerk", "read by hand"),
        ("B3", "clerk", "an office that exists"),
        ("C2", "second", "found in a second list"),
    ]
    for wrong in (("G", "1"), ("A", "7"), ("", "")):
        with pytest.raises(InvalidValue):
            grade(programme, made, *wrong, reason="x")


def test_a_grade_passes_neither_to_an_annex_nor_to_another_claim_of_the_letter(
    programme: Programme, letter: Path, tmp_path: Path
) -> None:
    document = kept(programme, letter)
    (tmp_path / "annex.txt").write_text("The report says 12 were killed.")
    annex = add_document(
        programme, tmp_path / "annex.txt", source="Institute", values={"title": "Report", "annexed_to": document}
    )["document"]
    first = entered(programme, document, "345 in all")["claim"]
    entered(programme, annex, "12 were killed", asserted_by="Institute")
    entered(programme, document, "65 were killed")
    grade(programme, first, "A", "1", reason="x")
    assert sorted(row["grade"] for row in list_claims(programme, programme.clocks())) == ["A1", "F6", "F6"]


def test_what_its_source_took_back_stays_and_is_marked(programme: Programme, letter: Path) -> None:
    document = kept(programme, letter)
    one, two = (entered(programme, document, quote)["claim"] for quote in ("345 in all", "65 were killed"))
    withdraw(programme, one, on="2024-01-05", reason="corrected by the office")
    answer = withdraw_source(programme, document, on="2024-02-01", reason="letter taken back")
    assert set(answer["claims"]) == {one, two}
    assert {row["status"] for row in list_claims(programme, programme.clocks())} == {"withdrawn"}
    before = list_claims(programme, programme.clocks(on="2024-01-01"))
    assert {row["status"] for row in before} == {"open"}


def test_a_source_that_takes_all_back_marks_its_documents_and_no_others(
    programme: Programme, letter: Path, tmp_path: Path
) -> None:
    one = entered(programme, kept(programme, letter), "345 in all")["claim"]
    (tmp_path / "other.txt").write_text("12 were killed.")
    other = add_document(programme, tmp_path / "other.txt", source="Office B")["document"]
    entered(programme, other, "12 were killed", asserted_by="Office B")
    assert withdraw_all_of(programme, "office a", on="2024", reason="taken back")["claims"] == [one]
    rows = list_claims(programme, programme.clocks())
    assert {row["speaker"]: row["status"] for row in rows} == {"Office A": "withdrawn", "Office B": "open"}
    with pytest.raises(UnknownRecord):
        withdraw_all_of(programme, "Office C", reason="x")


def test_a_chain_of_repeats_that_would_close_is_refused(programme: Programme, letter: Path) -> None:
    document = kept(programme, letter)
    one, two, three = (
        entered(programme, document, quote)["claim"] for quote in ("345 in all", "65 were killed", "278 were injured")
    )
    relate(programme, two, "repeats", one, reason="x")
    relate(programme, three, "repeats", two, reason="x")
    for claim, other in ((one, three), (one, one)):
        with pytest.raises(Refused):
            relate(programme, claim, "repeats", other, reason="x")
    relate(programme, one, "contradicts", three, reason="x")
    with pytest.raises(InvalidValue):
        relate(programme, one, "proves", two, reason="x")


def test_the_rules_find_what_an_import_brought_in_wrongly(programme: Programme) -> None:
    from whitestone.domain.revision import Act, Workflow
    from whitestone.programme.claims_register import drafted

    body = {"quote": "x", "quote_found": False, "value": 5.0, "parts": [{"value": 4}, {"value": 3}]}
    programme.journal.append(Act(author="x"), [drafted(body, {}, workflow=Workflow.APPROVED)])
    found = {each.finding.rule for each in check(programme).findings}
    assert {"quote-not-in-document", "claim-without-speaker", "claim-without-unit", "parts-over-total"} <= found


def test_an_answer_is_plain_json(programme: Programme, letter: Path) -> None:
    made = entered(programme, kept(programme, letter), "345 in all")
    assert json.loads(json.dumps(made))["claim"] == made["claim"]
