"""Does each rule about claims find its planted fault, stay silent on the repaired one, and look at no name?"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from whitestone.domain.settings import Settings
from whitestone.quality.model import Picture, Subject
from whitestone.quality.rules import examine

SOUND: dict[str, Any] = {"asserted_by": "Party A", "quote": "10 killed", "value": 10.0, "unit": "killed",
                         "quote_found": True}  # fmt: skip
ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


def found(rule: str, *bodies: dict[str, Any], kind: str = "claim") -> list[Any]:
    subjects = [Subject(record_id=uuid.UUID(int=at), kind=kind, body=body) for at, body in enumerate(bodies, 1)]
    return examine(Picture({kind: subjects}, Settings(), None, dt.date(2024, 1, 1)), [rule])


@pytest.mark.parametrize(
    ("rule", "fault"),
    [("quote-not-in-document", {"quote_found": False}), ("claim-without-speaker", {"asserted_by": " "}),
     ("claim-without-speaker", {"asserted_by": None}), ("claim-without-unit", {"unit": None}),
     ("claim-without-unit", {"value": 0.0, "unit": ""}),
     ("parts-over-total", {"parts": [{"value": 6}, {"value": 5}]})],
)  # fmt: skip
@pytest.mark.parametrize("speaker", ["Party A", "Party B"])
def test_a_planted_fault_is_found_whoever_speaks(rule: str, fault: dict[str, Any], speaker: str) -> None:
    named = {**SOUND, "asserted_by": speaker}
    assert found(rule, named) == []
    (finding,) = found(rule, {**named, **fault})
    assert finding.record_ids == (ONE,)
    assert speaker not in finding.sentence


@pytest.mark.parametrize("parts", [None, [], [{"value": 4}, {"value": 6}], [{"value": "x"}], [{"note": 1}], [7]])
def test_parts_that_come_to_the_total_or_less_are_no_finding(parts: Any) -> None:
    assert found("parts-over-total", {**SOUND, "parts": parts}) == []
    assert found("parts-over-total", {**SOUND, "qualifier": "at_least", "parts": [{"value": 60}]}) == []


@pytest.mark.parametrize("relation", ["repeats", "supersedes"])
def test_a_ring_is_one_finding_and_a_chain_is_none(relation: str) -> None:
    one, two = {**SOUND, relation: [str(TWO)]}, {**SOUND, relation: [str(ONE)]}
    (finding,) = found("claim-chain-closed", one, two)
    assert set(finding.record_ids) == {ONE, TWO}
    assert found("claim-chain-closed", one, SOUND) == []


def test_one_symbol_on_two_documents_is_found_however_it_is_written() -> None:
    bodies = [{"symbols": ["A/78/1"]}, {"symbols": ["S/2024/9", "a/78/ 1"]}, {"symbols": ["A/78/2"]}]
    (finding,) = found("symbol-duplicated", *bodies, kind="document")
    assert (set(finding.record_ids), finding.value) == ({ONE, TWO}, "A/78/1")
    bodies[1]["translation_of"] = str(ONE)  # type: ignore[assignment]
    assert found("symbol-duplicated", *bodies, kind="document") == []


@pytest.mark.parametrize("gone", [{"claim_status": "withdrawn"}, {"document_id": str(uuid.UUID(int=9))}])
def test_what_rests_on_a_claim_that_was_taken_back_is_found(gone: dict[str, Any]) -> None:
    """A repetition and a duty's evidence; not what was taken back itself, and nothing while the origin stands."""
    three, nine = uuid.UUID(int=3), uuid.UUID(int=9)
    document = Subject(record_id=nine, kind="document", body={"withdrawn_on": "2023-05-06"})
    duty = Subject(record_id=three, kind="obligation", body={"claims_for": [str(ONE)], "claims_against": [str(TWO)]})

    def told(**origin: str) -> list[tuple[uuid.UUID, ...]]:
        claims = [Subject(record_id=ONE, kind="claim", body={**SOUND, **origin}),
                  Subject(record_id=TWO, kind="claim", body={**SOUND, "repeats": [str(ONE)]})]  # fmt: skip
        subjects = {"claim": claims, "obligation": [duty], "document": [document]}
        return [each.record_ids for each in
                examine(Picture(subjects, Settings(), None, dt.date(2024, 1, 1)), ["rests-on-withdrawn"])]  # fmt: skip

    assert told() == []
    assert sorted(told(**gone)) == [(TWO, ONE), (three, ONE)]
