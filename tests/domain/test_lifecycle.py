"""Is every step of a hazard's life guarded, and is history that breaks a rule accepted with a finding?"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.codes import code_list
from whitestone.domain.lifecycle import (
    TRANSITIONS,
    HazardFacts,
    TransitionEvent,
    hazard_transition,
    lifecycle_findings,
)
from whitestone.errors import TransitionRefused

CLASSES = [None, *code_list("hazard_class").codes]
STATUSES = [None, *code_list("hazard_status").codes]
FACTS = st.builds(
    HazardFacts,
    classification=st.sampled_from(CLASSES), status=st.sampled_from(STATUSES),
    evidence_direct=st.sampled_from([(), ("visual",)]), evidence_direct_placed=st.booleans(),
    evidence_indirect=st.sampled_from([(), ("verbal",)]), area_m2=st.sampled_from([None, 100.0]),
    remaining_m2=st.sampled_from([None, 0.0, 50.0]), reopened_from=st.sampled_from([(), ("x",)]),
    reopened_reason=st.sampled_from([None, "missed_item"]),
)  # fmt: skip


def hazard(classification: str, status: str, **facts: object) -> HazardFacts:
    """Build facts with all evidence there and nothing left to release."""
    given_facts = {"record": "H-1", "evidence_direct": ("visual",), "evidence_direct_placed": True,
                   "evidence_indirect": ("verbal",), "area_m2": 1000.0, "remaining_m2": 0.0}
    return HazardFacts(classification=classification, status=status, **(given_facts | facts))


def act(name: str, **stated: object) -> TransitionEvent:
    """Build an event with everything stated that a guard may ask for."""
    complete = {"happened_on": "2020-01-01", "organisation": "Operator A", "decided_by": "Authority",
                "document": "report 1", "reason": "survey", "task": "T-1", "effort_complete": True, "approved": True,
                "coverage_attached": True, "finds_attached": True, "measured": True, "depth_required_cm": 13.0,
                "depth_achieved_cm": 13.0, "sample_m2": 100.0, "nonconformity": "critical",
                "handover_certificate": "C-1", "parts_m2": (400.0, 600.0)}
    return TransitionEvent(name=name, **(complete | stated))


LAWFUL = [
    ("register_suspected", None, hazard("sha", "open")),
    ("register_confirmed", None, hazard("cha", "open")),
    ("confirm", hazard("sha", "open"), hazard("cha", "open")),
    ("regrade", hazard("cha", "open"), hazard("sha", "open")),
    ("cancel", hazard("cha", "open"), hazard("cha", "closed")),
    ("cancel_part", hazard("sha", "open"), hazard("sha", "open", remaining_m2=500.0)),
    ("issue_task", hazard("cha", "open"), hazard("cha", "worked_on")),
    ("reduce", hazard("sha", "worked_on"), hazard("sha", "worked_on")),
    ("clear", hazard("cha", "worked_on"), hazard("cha", "awaiting_qc")),
    ("pass_qc", hazard("cha", "awaiting_qc"), hazard("cha", "awaiting_handover")),
    ("fail_qc", hazard("cha", "awaiting_qc"), hazard("cha", "worked_on")),
    ("split", hazard("cha", "worked_on"), hazard("cha", "awaiting_handover")),
    ("close", hazard("cha", "awaiting_handover"), hazard("cha", "closed")),
    ("hand_over", hazard("cha", "closed"), hazard("cha", "handed_over")),
    ("invalidate", hazard("sha", "open"), hazard("sha", "invalid")),
    ("register_on_released_ground", None, hazard("cha", "open", reopened_from=("old",), reopened_reason="missed_item")),
]


@pytest.mark.parametrize(("name", "before", "after"), LAWFUL, ids=[each[0] for each in LAWFUL])
def test_a_step_with_everything_stated_is_lawful_and_leaves_no_finding(
    name: str, before: HazardFacts | None, after: HazardFacts
) -> None:
    hazard_transition(before, after, act(name))
    assert lifecycle_findings(before, after) == []


@pytest.mark.parametrize(("name", "before", "after"), LAWFUL, ids=[each[0] for each in LAWFUL])
@pytest.mark.parametrize("missing", ["happened_on", "organisation", "decided_by", "document"])
def test_every_step_states_date_organisation_decision_maker_and_document(
    name: str, before: HazardFacts | None, after: HazardFacts, missing: str
) -> None:
    with pytest.raises(TransitionRefused, match="every transition states"):
        hazard_transition(before, after, act(name, **{missing: None}))


BROKEN = [
    ("register_suspected", None, hazard("sha", "open", evidence_direct=(), evidence_indirect=()), {}, "evidence"),
    ("register_confirmed", None, hazard("cha", "open", evidence_direct=()), {}, "direct evidence"),
    ("register_confirmed", None, hazard("cha", "open", evidence_direct_placed=False), {}, "coordinates"),
    ("confirm", hazard("sha", "open"), hazard("cha", "open"), {"parts_m2": (400.0, 500.0)}, "add up"),
    ("regrade", hazard("cha", "open"), hazard("sha", "open"), {"reason": None}, "reason"),
    ("cancel", hazard("sha", "open"), hazard("sha", "closed"), {"effort_complete": False}, "reasonable effort"),
    ("cancel", hazard("sha", "open"), hazard("sha", "closed"), {"approved": False}, "approved"),
    ("issue_task", hazard("cha", "open"), hazard("cha", "worked_on"), {"task": None}, "task order"),
    ("reduce", hazard("sha", "worked_on"), hazard("sha", "worked_on"), {"coverage_attached": False}, "covered ground"),
    ("clear", hazard("cha", "worked_on"), hazard("cha", "awaiting_qc"), {"depth_achieved_cm": 10.0}, "depth"),
    ("clear", hazard("cha", "worked_on"), hazard("cha", "awaiting_qc"), {"finds_attached": False}, "finds"),
    ("clear", hazard("cha", "worked_on"), hazard("cha", "awaiting_qc"), {"measured": False}, "measured"),
    ("pass_qc", hazard("cha", "awaiting_qc"), hazard("cha", "awaiting_handover"), {"sample_m2": None}, "sample"),
    ("split", hazard("cha", "worked_on"), hazard("cha", "awaiting_qc"), {"parts_m2": ()}, "add up"),
    ("close", hazard("cha", "worked_on"), hazard("cha", "closed", remaining_m2=2.0), {}, "released first"),
    ("close", hazard("cha", "worked_on"), hazard("cha", "closed", remaining_m2=None), {}, "released first"),
    ("hand_over", hazard("cha", "closed"), hazard("cha", "handed_over"), {"handover_certificate": None}, "certificate"),
    ("suspend", hazard("cha", "worked_on"), hazard("cha", "suspended"), {}, "not suspended"),
    ("reopen", hazard("cha", "closed"), hazard("cha", "open"), {}, "new hazard"),
    ("register_on_released_ground", None, hazard("cha", "open"), {}, "released ground"),
    ("issue_task", hazard("sha", "open"), hazard("cha", "worked_on"), {}, "does not lead there"),
    ("close", hazard("cha", "awaiting_qc"), hazard("cha", "closed"), {}, "does not lead there"),
    ("no such step", hazard("cha", "open"), hazard("cha", "closed"), {}, "does not lead there"),
]


@pytest.mark.parametrize(("name", "before", "after", "stated", "rule"), BROKEN)
def test_a_step_that_breaks_a_rule_is_refused_and_the_rule_is_named(
    name: str, before: HazardFacts | None, after: HazardFacts, stated: dict[str, object], rule: str
) -> None:
    with pytest.raises(TransitionRefused, match=rule) as refused:
        hazard_transition(before, after, act(name, **stated))
    assert refused.value.next


@given(FACTS, FACTS)
def test_imported_history_is_never_refused_and_every_finding_is_a_code_and_a_sentence(
    before: HazardFacts, after: HazardFacts
) -> None:
    for code, sentence in lifecycle_findings(before, after):
        assert code.startswith("lifecycle-")
        assert sentence.endswith(".")


@given(FACTS)
def test_nothing_that_did_not_move_is_a_wrong_step(facts: HazardFacts) -> None:
    assert "lifecycle-step" not in [code for code, _ in lifecycle_findings(facts, facts)]


@given(FACTS, FACTS, st.sampled_from(sorted(TRANSITIONS)))
def test_what_a_guard_lets_through_history_does_not_blame_as_a_wrong_step(
    before: HazardFacts, after: HazardFacts, name: str
) -> None:
    start = None if TRANSITIONS[name].classes == (None,) else before
    try:
        hazard_transition(start, after, act(name))
    except TransitionRefused:
        return
    assert not {"lifecycle-step", "lifecycle-reopened"} & {code for code, _ in lifecycle_findings(start, after)}


def test_imported_history_that_breaks_a_rule_says_so() -> None:
    codes = dict(lifecycle_findings(hazard("cha", "closed"), hazard("cha", "open")))
    assert "lifecycle-reopened" in codes
    codes = dict(lifecycle_findings(hazard("sha", "open"), hazard("sha", "closed", remaining_m2=120.0)))
    assert "lifecycle-closed-with-rest" in codes
    codes = dict(lifecycle_findings(None, hazard("cha", "open", evidence_direct=())))
    assert "lifecycle-evidence" in codes
    codes = dict(lifecycle_findings(hazard("cha", "open"), hazard("cha", "handed_over")))
    assert "lifecycle-step" in codes


def test_every_class_and_status_in_the_table_is_a_code() -> None:
    for transition in TRANSITIONS.values():
        assert {*transition.classes, *transition.to_classes} <= set(CLASSES)
        assert {*transition.statuses, *transition.to_statuses} <= set(STATUSES)
        assert msgspec.structs.fields(transition)


@pytest.mark.parametrize("name", ["cancel", "cancel_part", "invalidate"])
@pytest.mark.parametrize("reason", [
    "no minefield record exists", "There are no records of a field here.", "not recorded", "No map; no record",
    "нет формуляра", "sin registro de campo minado", "aucun plan n'existe",
])
def test_land_is_never_cancelled_because_no_record_of_a_field_exists(name: str, reason: str) -> None:
    """House law 5: no record is not safe. No document makes it a reason."""
    status = {"cancel": "closed", "cancel_part": "open", "invalidate": "invalid"}[name]
    after = hazard("sha", status, remaining_m2=500.0 if name == "cancel_part" else 0.0)
    with pytest.raises(TransitionRefused, match="no record is not safe"):
        hazard_transition(hazard("sha", "open"), after, act(name, reason=reason))


def test_absence_may_be_named_beside_what_a_survey_found() -> None:
    said = "Two visits found cultivated land and no sign of mines. No record of a field was handed over either."
    hazard_transition(hazard("sha", "open"), hazard("sha", "closed"), act("cancel", reason=said))
