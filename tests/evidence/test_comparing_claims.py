"""Do claims stand side by side as they were said, whoever says them, and is what cannot be true flagged, not mended?"""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.evidence.claim_model import Claimed, Own, Question, bounds
from whitestone.evidence.comparing import compare, flags_of
from whitestone.evidence.contradicting import contradictions
from whitestone.evidence.origins import fold
from whitestone.evidence.overlaps import OVERLAPS, contains, overlap, people_overlap, period_overlap
from whitestone.evidence.sums import failing_sums, sums_in

ASKED = Question(metric="casualties", start=dt.date(2020, 1, 1), end=dt.date(2021, 12, 31))
SAME: dict[str, Any] = {
    "unit": "casualties",
    "place": "North",
    "place_key": "north",
    "place_overlap": "inside",
    "period_from": "2020",
    "period_to": "2021",
    "population": "all",
}
OWN = Own(value=300, low=290, high=320, rule="a rule", unit="casualties", as_known_on="2022-01-01")


def said(name: str, value: float | None, speaker: str = "Party A", **more: Any) -> Claimed:
    return Claimed(id=name, speaker=speaker, value=value, **{"as_of": "2022-01-05", **SAME, **more})


@pytest.mark.parametrize(
    ("qualifier", "low", "high"),
    [
        ("exact", 260, 260),
        ("sum", 260, 260),
        (None, 260, 260),
        ("at_least", 260, math.inf),
        ("more_than", 260, math.inf),
        ("up_to", 0, 260),
        ("at_most", 0, 260),
        ("less_than", 0, 260),
        ("about", 234, 286),
    ],
)
def test_a_qualifier_says_what_a_number_allows(qualifier: str | None, low: float, high: float) -> None:
    found = bounds(said("1", 260, qualifier=qualifier))
    assert found == pytest.approx((low, high))


def test_digits_keep_about_narrow_and_words_leave_it_wide() -> None:
    assert bounds(said("1", 1_200_000, qualifier="about", quote="about 1.2 million mines")) == (1_080_000, 1_320_000)
    assert bounds(said("1", 200_000, qualifier="about", quote="hundreds of thousands")) == (200_000, 2_000_000)
    assert bounds(said("1", float("nan"))) is None


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("2020-02", "2020-03", "inside"),
        ("2019", "2020", "partly"),
        ("2022", "2023", "outside"),
        (None, "2021", "unknown"),
        (None, "2019", "outside"),
        ("2022", None, "outside"),
        (None, None, "unknown"),
    ],
)
def test_days_of_a_claim_lie_to_the_question_in_one_of_four_ways(begins: str, ends: str, expected: str) -> None:
    claim = Claimed(id="1", period_from=begins, period_to=ends)
    assert overlap(claim, ASKED)["period"] == expected


@given(st.tuples(*[st.one_of(st.none(), st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))) for _ in range(4)]))
def test_an_overlap_is_always_one_of_four_words(days: tuple[dt.date | None, ...]) -> None:
    first, last, begins, ends = days
    found = period_overlap((first, last), (begins, ends))
    assert found in OVERLAPS
    if None not in days and first <= last and begins <= ends:  # type: ignore[operator]
        assert (found == "outside") == (last < begins or first > ends)  # type: ignore[operator]


@given(st.frozensets(st.sampled_from("abc"), min_size=1), st.frozensets(st.sampled_from("abc"), min_size=1))
def test_people_lie_inside_people_that_hold_them(one: frozenset[str], two: frozenset[str]) -> None:
    assert (people_overlap(one, two) == "inside") == (one <= two)
    assert (people_overlap(one, two) == "outside") == (not one & two)


def test_repeats_are_folded_under_their_origin_and_confirm_nothing() -> None:
    claims = [
        said("1", 40),
        said("2", 40, "Paper", repeats=("1",)),
        said("3", 40, "Radio", repeats=("2",)),
        said("4", 40, as_of="2023"),
    ]
    answer = compare(ASKED, claims, OWN)
    (row,) = answer["claims"]
    assert (row["claim"], row["repeats"], row["agrees_with"]) == ("1", 3, [])
    assert {each["by"] for each in row["repeated_in"]} == {"stated", "same speaker, figure, unit, period and place"}


def test_only_another_speaker_on_the_same_thing_agrees() -> None:
    claims = [said("1", 40), said("2", 38, "Party B", qualifier="at_least"), said("3", 45, period_to="2020")]
    rows = {row["claim"]: row["agrees_with"] for row in compare(ASKED, claims, None)["claims"]}
    assert rows == {"1": ["2"], "2": ["1"], "3": []}


def test_a_ring_of_repeats_has_no_origin_and_loses_nobody() -> None:
    claims = [said("1", 40, repeats=("2",)), said("2", 41, "Party B", repeats=("1",))]
    answer = compare(ASKED, claims, None)
    assert [flag["flag"] for flag in answer["flags"]][-1] == "repeats-cycle"
    assert {row["claim"] for row in answer["claims"]} == {"1", "2"}


def test_an_origin_that_is_not_here_keeps_its_repeat_in_the_table() -> None:
    (row,) = compare(ASKED, [said("2", 40, repeats=("elsewhere",))], None)["claims"]
    assert (row["claim"], row["origin"]) == ("2", "elsewhere")


@pytest.mark.parametrize(
    ("one", "two", "flagged"),
    [
        ((100, "exact"), (100, "exact"), False),
        ((100, "at_least"), (150, "exact"), False),
        ((160, "at_least"), (150, "exact"), True),
        ((100, "up_to"), (150, "at_least"), True),
        ((100, "about"), (105, "exact"), False),
        ((100, "about"), (150, "exact"), True),
    ],
)
def test_two_figures_of_one_thing_contradict_where_they_share_no_number(
    one: tuple[float, str], two: tuple[float, str], flagged: bool
) -> None:
    claims = [said("1", one[0], qualifier=one[1]), said("2", two[0], "Party B", qualifier=two[1])]
    assert bool(contradictions(claims)) is flagged


def test_a_part_cannot_hold_more_than_its_whole() -> None:
    whole, part = said("1", 100), said("2", 120, "Party B", period_to="2020", unit="killed")
    assert contains(whole, part)
    assert contradictions([whole, part])[0].numbers == {"1": [100, None, None], "2": [120, None, None]}
    assert contradictions([whole, said("2", 80, "Party B", period_to="2020", unit="killed")]) == []


def test_hectares_and_square_kilometres_are_one_measure() -> None:
    area = {"unit": "km2", "population": None}
    claims = [said("1", 2, **area), said("2", 200, "Party B", **{**area, "unit": "hectares"})]
    assert contradictions(claims) == []
    assert contradictions([claims[0], said("2", 250, "Party B", **{**area, "unit": "hectares"})])


def test_a_share_is_compared_with_nothing_but_a_share_of_the_same() -> None:
    share = {"unit": "per_cent_accurate", "population": None}
    assert contradictions([said("1", 25, **share), said("2", 2, "Party B", **{**share, "period_to": "2020"})]) == []


def test_a_speaker_who_says_otherwise_later_restates_and_does_not_contradict() -> None:
    flags = flags_of([said("1", 8605, as_of="2017"), said("2", 9437, as_of="2018")])
    assert [flag.flag for flag in flags] == ["restated"]
    assert flags_of([said("1", 8605, as_of="2017"), said("2", 9437, as_of="2018", supersedes=("1",))]) == []


def test_a_sum_that_grows_with_time_and_falls_is_restated() -> None:
    flags = flags_of([said("1", 1782, as_of="2024"), said("2", 1781, period_to="2022", as_of="2025")])
    assert [flag.flag for flag in flags] == ["restated"]


def test_one_number_under_two_units_is_pointed_at() -> None:
    flags = flags_of([said("1", 1052), said("2", 1052, unit="killed", qualifier="at_least")])
    assert "unit-shift" in [flag.flag for flag in flags]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("17 killed + 112 injured", [([17, 112], None)]),
        ("6 + 29 + 9 = 44", [([6, 29, 9], 44)]),
        ("127 children + 1,138 adults", [([127, 1138], None)]),
        ("650.28 + 152.29", [([650.28, 152.29], None)]),
        ("83 civilians (17 minors) + 35 combatants", [([83, 35], None)]),
        ("twelve + two", []),
        ("C++ and 4", []),
        ("2020-01 to 2020-05", []),
    ],
)
def test_sums_in_words_are_read_term_by_term(text: str, found: list[Any]) -> None:
    assert sums_in(text) == found


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_sums(text: str) -> None:
    for terms, _ in sums_in(text):
        assert len(terms) > 1


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=6), st.integers(-5, 5))
def test_parts_are_flagged_exactly_where_they_do_not_come_to_the_total(parts: list[int], off: int) -> None:
    claim = said("1", sum(parts) + off, parts=tuple({"value": each} for each in parts))
    found = failing_sums([claim])
    assert [flag.flag for flag in found] == ([] if off == 0 else ["sum-fails" if off > 0 else "parts-over-total"])
    assert claim.value == sum(parts) + off


def test_dead_and_injured_of_one_letter_against_its_total() -> None:
    claims = [
        said("1", 65, unit="killed", document="d"),
        said("2", 278, unit="injured", document="d"),
        said("3", 345, document="d"),
        said("4", 9, unit="killed", document="e"),
    ]
    (flag,) = failing_sums(claims)
    assert (flag.claims, flag.numbers["sum"], flag.numbers["stated"]) == (("1", "2", "3"), 343, 345)


def test_what_was_withdrawn_stays_in_sight_and_is_compared_no_more() -> None:
    claims = [said("1", 40, status="withdrawn"), said("2", 90, "Party B")]
    answer = compare(ASKED, claims, OWN)
    assert [row["status"] for row in answer["claims"]] == ["withdrawn", "open"] or len(answer["claims"]) == 2
    assert answer["flags"] == []


def test_what_does_not_answer_is_left_out_with_the_reason() -> None:
    claims = [
        said("1", 40, unit="per_cent"),
        said("2", 40, period_from="2030", period_to="2031"),
        said("3", 40, place="South", place_overlap="outside"),
        said("4", None),
    ]
    asked = Question(metric="casualties", place="North", start=ASKED.start, end=ASKED.end)
    answer = compare(asked, claims, None)
    assert answer["claims"] == []
    assert {each["claim"] for each in answer["left_out"]} == {"1", "2", "3", "4"}


def test_a_difference_is_given_only_where_the_question_is_the_same_to_the_letter() -> None:
    rows = compare(ASKED, [said("1", 310), said("2", 310, "Party B", period_to="2020")], OWN)["claims"]
    assert {row["claim"]: row["own_difference"] for row in rows} == {"1": 10, "2": None}


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(InvalidValue):
        compare(Question(metric="blame"), [said("1", 1)], None)


CLAIMS = st.lists(
    st.builds(
        lambda at, value, speaker, unit, qualifier, year, place, status: Claimed(
            id=f"id{at}",
            speaker=speaker,
            about={"Azul": "Verde", "Verde": "Azul"}[speaker],
            value=value,
            unit=unit,
            qualifier=qualifier,
            period_from=str(year),
            period_to=str(year + 1),
            as_of=str(year + 2),
            place=place,
            place_key=place,
            place_overlap="inside",
            status=status,
            document=f"letter of {speaker}",
        ),
        st.integers(0, 10**6),
        st.integers(0, 50).map(float),
        st.sampled_from(["Azul", "Verde"]),
        st.sampled_from(["killed", "injured", "casualties", "victims", "per_cent"]),
        st.sampled_from(["exact", "at_least", "up_to", "about", None]),
        st.integers(2018, 2021),
        st.sampled_from(["north", "south"]),
        st.sampled_from(["open", "withdrawn"]),
    ),
    max_size=8,
    unique_by=lambda claim: claim.id,
)


@given(CLAIMS)
def test_swapping_the_parties_names_swaps_them_in_the_answer_and_changes_nothing_else(claims: list[Claimed]) -> None:
    def swapped(text: str) -> str:
        return text.replace("Azul", "\0").replace("Verde", "Azul").replace("\0", "Verde")

    other = [msgspec.convert(json.loads(swapped(msgspec.json.encode(each).decode())), Claimed) for each in claims]
    one, two = (json.dumps(compare(Question(metric="casualties"), some, OWN), default=str) for some in (claims, other))
    assert swapped(one) == two


@given(CLAIMS, st.randoms())
def test_the_order_in_which_claims_come_means_nothing(claims: list[Claimed], chance: Any) -> None:
    mixed = list(claims)
    chance.shuffle(mixed)
    assert compare(ASKED, claims, OWN) == compare(ASKED, mixed, OWN)


@given(CLAIMS)
def test_every_claim_is_shown_folded_or_left_out(claims: list[Claimed]) -> None:
    answer = compare(Question(metric="casualties"), claims, OWN)
    shown = {row["claim"] for row in answer["claims"]}
    held = {each["claim"] for row in answer["claims"] for each in row["repeated_in"]}
    assert shown | held | {each["claim"] for each in answer["left_out"]} == {each.id for each in claims}
    folded, _ = fold(claims)
    assert all(to != claim for claim, (to, _) in folded.items())


def test_ground_that_was_cleared_is_not_laid_beside_ground_that_is_contaminated() -> None:
    """One unit, two questions: the subject parts them, and they neither contradict nor confirm each other."""
    area = {"unit": "hectares", "speaker": "Party A"}
    claims = [said("1", 300, subject="clearance", **area), said("2", 500, subject="contamination", **area | {
        "speaker": "Party B"}), said("3", 7, unit="km2"), said("4", 40, unit="items", subject="clearance")]  # fmt: skip
    expected = {"clearance": [("4", "other"), ("1", "same")], "contamination": [("3", "same"), ("2", "same")]}
    for metric, rows in expected.items():
        answer = compare(Question(metric=metric), claims, None)
        assert [(row["claim"], row["measures"]) for row in answer["claims"]] == rows
        assert len(answer["left_out"]) == 2
    assert flags_of(claims[:2]) == []


@pytest.mark.parametrize(("metric", "unit"), [("stockpiles", "mines"), ("displacement", "displaced")])
def test_claims_of_what_no_register_keeps_stand_side_by_side(metric: str, unit: str) -> None:
    """Two speakers on one thing who differ are flagged here as anywhere."""
    subject = {"unit": unit, "subject": metric}
    claims = [said("1", 300, **subject), said("2", 500, "Party B", **subject)]
    answer = compare(Question(metric=metric), claims, None)
    assert [row["claim"] for row in answer["claims"]] == ["1", "2"]
    assert [each["flag"] for each in answer["flags"]] == ["contradiction"]
