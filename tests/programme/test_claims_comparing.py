"""Does the register's own figure stand beside the claims with its rule, and does no claim become the figure?"""

from __future__ import annotations

import csv
import uuid
from pathlib import Path
from typing import Any

import pytest
from claims_maker import SAID, letter, programme, reader

from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, WrongCall
from whitestone.programme.claims_comparing import compare_claims, flags, question_of
from whitestone.programme.claims_gathering import gather
from whitestone.programme.claims_obligations import (
    add_evidence,
    add_obligation,
    calendar_of,
    extend,
    seed,
)
from whitestone.programme.claims_places import Places, places_of
from whitestone.programme.claims_register import add_claim, withdraw
from whitestone.programme.importing import import_file
from whitestone.programme.mappings import find_mapping
from whitestone.programme.opening import Programme
from whitestone.programme.sameness import declare_same

__all__ = ["letter", "programme", "reader"]
NORTH, HILL = uuid.UUID(int=1), uuid.UUID(int=2)
VERDICTS = ("violat", "breach", "guilt", "complian", "overdue", "in default", "fulfilled", "failed to", "responsible")


def say(programme: Programme, kind: str, body: dict[str, Any], record: uuid.UUID | None = None) -> str:
    draft = Draft(kind=kind, record_id=record or uuid.uuid4(), body=body)
    programme.journal.append(Act(author="x"), [draft])
    return str(draft.record_id)


@pytest.fixture
def peopled(programme: Programme) -> Programme:
    """Record 2 killed and 3 injured in the north in 2022, one injured of unknown day, and one in the south."""
    say(programme, "place", {"name": "North", "place_type": "admin"}, NORTH)
    say(programme, "place", {"name": "Hill", "parent_id": str(NORTH)}, HILL)
    say(programme, "place", {"name": "South"})
    event = say(programme, "accident", {"occurred_on": "2022-05-01", "killed": 2, "injured": 1, "place_id": str(HILL)})
    say(programme, "casualty", {"accident_id": event, "outcome": "killed", "person_status": "civilian"})
    say(
        programme,
        "casualty",
        {"occurred_on": "2022", "outcome": "injured", "place_name": "north", "persons": 2, "person_status": "military"},
    )
    say(programme, "casualty", {"outcome": "injured", "place_id": str(NORTH)})
    say(programme, "casualty", {"occurred_on": "2022-06-01", "outcome": "injured", "place_name": "South"})
    return programme


def asked(programme: Programme, **more: Any) -> dict[str, Any]:
    question = question_of(**{"metric_name": "casualties", "place": "North", "begins": "2022", "ends": "2022", **more})
    return compare_claims(programme, question, programme.clocks())


def claim(programme: Programme, value: float, **more: Any) -> str:
    body = {
        **SAID,
        "quote": "said",
        "value": value,
        "unit": "casualties",
        "period_from": "2022",
        "period_to": "2022",
        "population": "all",
        **more,
    }
    return str(add_claim(programme, None, body, reason="x")["claim"])


@pytest.mark.parametrize(
    ("metric", "population", "value", "high"),
    [
        ("casualties", None, 5, 6),
        ("killed", None, 2, 2),
        ("injured", None, 3, 4),
        ("killed", "civilians", 1, 2),
        ("casualties", "military", 2, 5),
        ("accidents", None, 1, 1),
    ],
)
def test_persons_are_counted_by_the_rule_and_what_is_not_known_widens_the_interval(
    peopled: Programme, metric: str, population: str, value: int, high: int
) -> None:
    own = asked(peopled, metric_name=metric, population=population)["own"]
    assert (own["value"], own["low"], own["high"]) == (value, value, high)
    assert all(own[name] for name in ("rule", "denominator", "as_known_on"))


def test_a_year_that_reaches_over_the_border_is_counted_on_its_last_day_and_is_not_sure(peopled: Programme) -> None:
    own = asked(peopled, begins="2022-07")["own"]
    assert (own["value"], own["low"], own["high"]) == (2, 0, 3)
    own = asked(peopled, begins="2022-01", ends="2022-06")["own"]
    assert (own["value"], own["low"], own["high"]) == (3, 3, 6)


def test_a_person_on_two_lists_is_counted_once_when_somebody_said_so(peopled: Programme) -> None:
    twin = {"occurred_on": "2022-03-01", "outcome": "injured", "place_id": str(NORTH), "person_status": "civilian"}
    one, two = (say(peopled, "casualty", twin) for _ in range(2))
    assert asked(peopled)["own"]["value"] == 7
    declare_same(peopled, uuid.UUID(one), uuid.UUID(two), reason="one person, told by the hospital too")
    assert asked(peopled)["own"]["value"] == 6


def test_the_answer_has_the_shape_of_the_contract(peopled: Programme) -> None:
    one = claim(peopled, 9)
    answer = asked(peopled)
    assert answer["question"] == {
        "metric": "casualties",
        "place": "North",
        "population": "all",
        "from": "2022-01-01",
        "to": "2022-12-31",
    }
    assert {"question", "own", "claims", "flags", "as_known_on"} <= answer.keys()
    assert {"value", "low", "high", "rule", "as_known_on", "denominator"} <= answer["own"].keys()
    (row,) = answer["claims"]
    assert (row["claim"], row["speaker"], row["grade"], row["own_difference"]) == (one, "Office A", "F6", 4)
    assert row["overlap"] == {"period": "inside", "population": "inside", "place": "inside"}
    assert row["own_for_claim"] == {"value": 5, "low": 5, "high": 6}


@pytest.mark.parametrize("value", [0, 5, 10**9])
def test_no_claim_moves_the_own_figure(peopled: Programme, value: float) -> None:
    before = asked(peopled)["own"]
    claim(peopled, value)
    assert asked(peopled)["own"] == before


def test_places_lie_within_places_and_what_is_not_known_is_said(peopled: Programme) -> None:
    inside, outside = claim(peopled, 1, place_name="hill"), claim(peopled, 2, place_name="South")
    unknown, wider = claim(peopled, 3, place_name="Elsewhere"), claim(peopled, 4, place_name="the north of it")
    answer = asked(peopled)
    assert {row["claim"] for row in answer["claims"]} == {inside, wider}
    why = {each["claim"]: each["why"] for each in answer["left_out"]}
    assert "outside" in why[outside]
    assert "not known to lie" in why[unknown]


def test_a_place_near_another_does_not_lie_in_it() -> None:
    places = Places([])
    assert places.overlap("Hodzici near Doboj", None, "Doboj") == "unknown"
    assert places.overlap("territory of Doboj", None, "Doboj") == "inside"
    assert places.overlap(None, None, "Doboj") == "unknown"
    assert Places([("a", {"name": "X", "parent_id": "a"})]).overlap("X", None, "X") == "inside"


def test_an_empty_register_has_no_figure_and_not_nought(programme: Programme) -> None:
    own = asked(programme, place=None)["own"]
    assert own["value"] is None
    assert own["notes"]


@pytest.mark.parametrize("metric", ["contamination", "mines", "accuracy", "records"])
def test_every_measure_answers_with_a_rule(programme: Programme, metric: str) -> None:
    own = asked(programme, metric_name=metric, place=None)["own"]
    assert own["rule"]
    assert own["value"] in (None, 0)


def test_what_nobody_can_ask_is_refused(programme: Programme) -> None:
    for wrong in ({"metric_name": "blame"}, {"begins": "May"}, {"population": "foreigners"}):
        with pytest.raises(InvalidValue):
            question_of(**{"metric_name": "casualties", **wrong})
    with pytest.raises(WrongCall):
        question_of(metric_name="casualties", begins="2023", ends="2022")


def test_two_speakers_who_cannot_both_be_right_are_flagged_and_a_withdrawn_one_is_not(peopled: Programme) -> None:
    one = claim(peopled, 9)
    claim(peopled, 12, asserted_by="Office B")
    assert [each["flag"] for each in asked(peopled)["flags"]] == ["contradiction"]
    assert [each["flag"] for each in flags(peopled, peopled.clocks())] == ["contradiction"]
    withdraw(peopled, one, reason="x", on="2023-12-04")
    assert asked(peopled)["flags"] == []
    assert len(asked(peopled)["claims"]) == 2


def test_what_came_later_is_not_in_the_answer_of_an_earlier_day(peopled: Programme) -> None:
    claim(peopled, 9)
    question = question_of(metric_name="casualties", place="North")
    assert compare_claims(peopled, question, peopled.clocks(known="2020-01-01"))["claims"] == []
    assert compare_claims(peopled, question, peopled.clocks(on="2023-01-01"))["claims"] == []


def test_a_table_of_claims_gets_its_documents_once(programme: Programme, tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    head = [
        "claim_id",
        "url",
        "publisher",
        "side",
        "lang",
        "published",
        "place",
        "period",
        "metric",
        "value",
        "qualifier",
        "attributed_to",
        "note",
    ]
    rows = [
        ["1", "u1", "Paper", "x", "en", "2020", "North", "2019/", "killed", "4", "more than", "Office", ""],
        ["2", "u1", "Paper", "x", "en", "2020", "North", "2019-01/2019-06", "casualties", "9", "exact", "Office", ""],
        ["3", "", "Radio", "x", "en", "n.d.", "North", "Spring", "killed", "many", "exact", "Office", ""],
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    report = import_file(programme, path, find_mapping("claims"))
    assert (report.input, report.held) == (3, 0)
    assert gather(programme) == {"sources": 2, "documents": 2, "claims": 3}
    assert gather(programme) == {"sources": 0, "documents": 0, "claims": 0}
    bodies = {state.body["local_id"]: state.body for state in programme.journal.states("claim")}
    assert bodies["1"]["document_id"] == bodies["2"]["document_id"] != bodies["3"]["document_id"]
    assert (bodies["1"]["qualifier"], bodies["1"]["period_from"], bodies["1"].get("period_to")) == (
        "at_least",
        "2019",
        None,
    )
    assert (bodies["2"]["period_from"], bodies["2"]["period_to"]) == ("2019-01", "2019-06")
    assert (bodies["3"].get("value"), bodies["3"]["value_as_written"], bodies["3"]["period_as_written"]) == (
        None,
        "many",
        "Spring",
    )
    assert places_of(programme, programme.clocks()).known("North") == frozenset()


def test_duties_of_a_treaty_are_entered_once_and_stand_in_the_calendar(programme: Programme) -> None:
    assert seed(programme, "State A", "apmbc", "2020-06-01")["added"] == 4
    assert seed(programme, " State A ", "apmbc", "2020-06-01")["added"] == 0
    told = calendar_of(programme, programme.clocks(on="2024-01-01"), begins="2024", ends="2031")
    assert [row["due_on"] for row in told["calendar"] if row["article"] == "Article 5(1)"] == ["2030-06-01"]
    assert sum(row["article"] == "Article 7(2)" for row in told["calendar"]) == 8
    assert next(row for row in told["calendar"] if row["article"] == "Article 4")["days_from_situation"] == 152
    for wrong in (("", "apmbc", "2020"), ("State A", "other", "2020"), ("State A", "ccm", "soon")):
        with pytest.raises(InvalidValue):
            seed(programme, *wrong)


def test_an_extension_moves_the_day_and_keeps_the_one_before(programme: Programme) -> None:
    seed(programme, "State A", "apmbc", "2010-06-01")
    extend(programme, "apmbc/clearance/State A", "2026-12-31", reference="decision 7", reason="granted")
    with pytest.raises(InvalidValue):
        extend(programme, "apmbc/clearance/State A", "2025", reason="backwards")
    told = next(
        each for each in calendar_of(programme, programme.clocks())["obligations"] if each["due_on"] == "2026-12-31"
    )
    assert told["extensions"] == [{"until": "2026-12-31", "from": "2020-06-01", "reference": "decision 7"}]


def test_evidence_stands_on_both_sides_and_nothing_judges(peopled: Programme) -> None:
    duty = add_obligation(
        peopled,
        {
            "instrument": "Agreement of 2020",
            "article": "point 4",
            "duty": "Hand over records.",
            "party": "Party A",
            "due_on": "2021",
        },
        reason="x",
    )["obligation"]
    speaks, record = claim(peopled, 9), next(peopled.journal.states("accident")).record_id
    assert add_evidence(peopled, duty, speaks, "for", reason="x")["kind"] == "claim"
    add_evidence(peopled, duty, str(record), "against", reason="x")
    with pytest.raises(InvalidValue):
        add_evidence(peopled, duty, speaks, "proof", reason="x")
    with pytest.raises(InvalidValue):
        add_obligation(peopled, {"duty": "x"}, reason="x")
    with pytest.raises(InvalidValue):
        add_obligation(peopled, {"instrument": "x", "duty": "x", "party": "x", "recurs_on": "13-40"}, reason="x")
    (told,) = calendar_of(peopled, peopled.clocks(), begins="2021", ends="2021")["obligations"]
    assert [each["record"] for each in told["evidence_for"]] == [speaks]
    assert [each["kind"] for each in told["evidence_against"]] == ["record"]
    assert told["evidence_for"][0]["grade"] == "F6"


def test_no_word_of_a_verdict_stands_in_what_we_say_of_duties() -> None:
    import whitestone

    root = Path(whitestone.__file__).parent
    files = [
        root / "domain/obligation_rules.toml",
        root / "domain/obligation.py",
        root / "domain/obligation_rules.py",
        root / "programme/claims_obligations.py",
        root / "cli/obligations.py",
        root / "evidence/comparing.py",
        root / "evidence/contradicting.py",
        *root.glob("web/templates/whitestone/claim*.html"),
        root / "web/templates/whitestone/obligations.html",
        root / "web/templates/whitestone/_evidence.html",
    ]
    for path in files:
        text = path.read_text("utf-8").casefold()
        assert [word for word in VERDICTS if word in text] == [], path.name


def test_swapping_the_parties_swaps_them_in_the_calendar_and_changes_nothing_else(programme: Programme) -> None:
    for party in ("Azul", "Verde"):
        seed(programme, party, "ccm", "2012-02-29")
    rows = [
        (row["due_on"], row["article"]) for row in calendar_of(programme, programme.clocks(), party="Azul")["calendar"]
    ]
    other = calendar_of(programme, programme.clocks(), party="verde")["calendar"]
    assert rows == [(row["due_on"], row["article"]) for row in other]


def test_clearance_has_the_finds_of_the_days_beside_the_ground(peopled: Programme) -> None:
    """Quantities within the days count; a day that is not known, or is the whole year's, may count."""
    for body in ({"found_on": "2022-03-01", "quantity": 5}, {"found_on": "2022-04-02"}, {"quantity": 7},
                 {"found_on": "2021", "quantity": 90}):  # fmt: skip
        say(peopled, "item", {"category": "ap_mine", "place_id": str(HILL), **body})
    own = asked(peopled, metric_name="clearance")["own"]
    assert (own["value"], own["unit"]) == (None, "m2"), "no outline has arrived"
    (finds,) = own["beside"]
    assert (finds["value"], finds["low"], finds["high"], finds["unit"]) == (6, 6, 13, "items")


@pytest.mark.parametrize("metric", ["stockpiles", "displacement"])
def test_what_the_programme_does_not_keep_has_no_own_figure_and_is_no_refusal(peopled: Programme, metric: str) -> None:
    """The rule says so, and the claims answer all the same."""
    unit = {"stockpiles": "mines", "displacement": "displaced"}[metric]
    made = claim(peopled, 400, unit=unit, subject=metric)
    answer = asked(peopled, metric_name=metric)
    assert (answer["own"]["value"], answer["own"]["rule"]) == (None, "No own figure: this programme keeps none.")
    assert [row["claim"] for row in answer["claims"]] == [made]


@pytest.mark.parametrize("wrong", [{"value": -5.0}, {"value_max": 3.0}, {"period_from": "2024", "period_to": "2020"}])
def test_numbers_and_days_that_no_sentence_can_mean_are_refused(peopled: Programme, wrong: dict[str, Any]) -> None:
    """Below nought, a range that runs backwards, a period that ends before it begins."""
    with pytest.raises(InvalidValue):
        claim(peopled, **{"value": 5.0, **wrong})
