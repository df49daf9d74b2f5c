"""From import to a decision: is the same list in two encodings found, merged, split, and never merged by itself?"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from lists_maker import bring

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, KeyMissing, TooManyPairs, UnknownRecord, WrongCall
from whitestone.programme.casualties_linking import (
    decide_pair,
    find_duplicates,
    kept_pairs,
    pair_id,
    shown_pair,
    split_pair,
    states_of,
)
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.safekeeping import erase
from whitestone.programme.sameness import same_groups

LATIN = """id,name,date,outcome,sex,age,lat,lon
1,Marko Kovač,2019-05-06,injured,male,38,44.12341,17.22341
2,Sokha Bopha,2019-05-07,killed,female,28,44.22341,17.32341
3,,2019-07-07,killed,male,28,44.51231,17.51231
4,Ivan Petrov,2019-05-06,injured,male,12,44.12341,17.22341
"""
CYRILLIC = """id,name,date,outcome,sex,age,lat,lon
A,Ковач Марко,2019-05-06,injured,male,38,44.12341,17.22341
B,Бопха Сокха,2019-05-07,killed,female,28,44.22341,17.32341
C,,2019-07-07,killed,male,28,44.51231,17.51231
D,Петров Иван,2019-05-06,injured,male,12,44.12341,17.22341
"""


@pytest.fixture
def programme(tmp_path: Path) -> Any:
    with init_programme(str(tmp_path / "p"), name="Simulated", who="anna") as programme:
        for name, text, encoding in (("hospital", LATIN, "utf-8"), ("police", CYRILLIC, "cp1251")):
            assert bring(programme, tmp_path, name, text, encoding, places=("lat", "lon")).held == 0
        yield programme


def own_ids(programme: Programme) -> dict[uuid.UUID, str]:
    columns = programme.journal.columns("casualty", ["local_id"])
    return dict(zip(columns["record_id"], columns["local_id"], strict=True))


def found_pairs(programme: Programme, **how: Any) -> dict[str, dict[str, Any]]:
    """Search and name each pair by the own ids of both rows, such as `1A`."""
    ids = own_ids(programme)
    answer = find_duplicates(programme, **how)
    return {"".join(sorted(ids[uuid.UUID(pair[side])] for side in ("left", "right"))): pair for pair in answer["pairs"]}


def test_the_same_list_in_two_encodings_and_scripts_is_found_row_by_row(programme: Programme) -> None:
    pairs = found_pairs(programme, threshold=0.5)
    assert set(pairs) == {"1A", "2B", "3C", "4D"}
    assert pairs["1A"]["sure"]
    assert pairs["4D"]["sure"]
    assert pairs["2B"]["probability"] > 0.95
    assert pairs["3C"]["anonymous_twins"]
    assert not pairs["3C"]["sure"]
    assert same_groups(programme.journal) == {}, "proposals merge nothing"


def test_every_pair_explains_itself_in_words_and_numbers(programme: Programme) -> None:
    pair = found_pairs(programme, threshold=0.5)["1A"]
    assert [part["attribute"] for part in pair["parts"]] == ["date", "place", "age", "sex", "outcome", "device", "name",
                                                             "list"]  # fmt: skip
    assert "name: the same whole name" in pair["sentence"]
    assert all(isinstance(part["weight"], float) for part in pair["parts"])


def test_it_works_while_locked_and_says_what_was_not_available(programme: Programme, keys_dir: Path) -> None:
    for key in keys_dir.glob("*.key"):
        key.rename(key.with_suffix(".away"))
    answer = find_duplicates(programme, threshold=0.3)
    assert answer["names_used"] is False
    assert {"name", "device"} <= set(answer["not_available"])
    assert answer["found"] >= 4
    assert not any(pair["sure"] for pair in answer["pairs"])
    assert any("locked" in each for each in answer["limits"])
    with pytest.raises(KeyMissing):
        find_duplicates(programme, key=keys_dir / "nothing.key")


def test_names_are_read_for_a_purpose_and_logged_and_nothing_of_them_is_kept(programme: Programme) -> None:
    find_duplicates(programme, purpose="a test of the simulated lists")
    last = programme.journal.seals.access_log()[-1]
    assert (last.by, last.purpose, last.event) == ("anna", "a test of the simulated lists", "opened in bulk")
    assert last.detail == "person_name of 6 records"
    assert programme.journal.seals.locked
    kept = (programme.journal.folder / "duplicates" / "proposals.json").read_text()
    assert "Kova" not in kept
    assert "kovac" not in kept
    with pytest.raises(WrongCall):
        find_duplicates(programme, purpose=" ")


def test_lists_are_chosen_by_name(programme: Programme) -> None:
    answer = find_duplicates(programme, ["police"], threshold=0)
    assert answer["lists"] == [{"list": "police", "rows": 4}]
    assert {part["attribute"] for pair in answer["pairs"] for part in pair["parts"]}.isdisjoint({"list"})
    with pytest.raises(InvalidValue, match="hospital"):
        find_duplicates(programme, ["nowhere"])
    for wrong in (-0.1, 1.5, float("nan")):
        with pytest.raises(InvalidValue):
            find_duplicates(programme, threshold=wrong)
    with pytest.raises(TooManyPairs):
        find_duplicates(programme, max_pairs=3)


def test_a_merge_keeps_both_sources_counts_once_and_is_taken_back(programme: Programme) -> None:
    pair = found_pairs(programme)["1A"]
    before = len(own_ids(programme))
    made = decide_pair(programme, pair["pair"], "merge", reason="the same hospital number")
    assert made["state"] == "merged"
    assert same_groups(programme.journal) == {uuid.UUID(pair["right"]): uuid.UUID(pair["left"])}
    assert len(own_ids(programme)) == before, "both records stay"
    again = find_duplicates(programme)
    assert again["decided"]["merged"] == 1
    assert pair["pair"] not in {each["pair"] for each in again["pairs"]}
    with pytest.raises(WrongCall, match="one person already"):
        decide_pair(programme, pair["pair"], "not-the-same", reason="no")
    split = split_pair(programme, pair["pair"], reason="two cousins")
    assert split["state"] == "open"
    assert same_groups(programme.journal) == {}
    history = [each["decision"] for each in shown_pair(programme, pair["pair"])["decisions"]]
    assert history == ["merged", "open"], "the lineage of the decision stays"
    assert pair["pair"] in {each["pair"] for each in find_duplicates(programme)["pairs"]}
    with pytest.raises(WrongCall):
        split_pair(programme, pair["pair"], reason="again")


def test_what_was_decided_not_to_be_the_same_is_not_proposed_again(programme: Programme) -> None:
    pairs = found_pairs(programme)
    decide_pair(programme, pairs["3C"]["pair"], "not-the-same", reason="two brothers")
    decide_pair(programme, pairs["2B"]["pair"], "later", reason="ask the hospital")
    again = find_duplicates(programme)
    states = {each["pair"]: each["state"] for each in again["pairs"]}
    assert pairs["3C"]["pair"] not in states
    assert states[pairs["2B"]["pair"]] == "later"
    assert again["decided"] == {"merged": 0, "not-the-same": 1}
    assert states_of(programme)[pairs["3C"]["pair"]] == "not-the-same"
    decide_pair(programme, pairs["3C"]["pair"], "merge", reason="the report was wrong")
    assert len(same_groups(programme.journal)) == 1


def test_a_merge_through_others_never_joins_two_that_are_not_the_same(programme: Programme) -> None:
    a, b, c = sorted(own_ids(programme))[:3]
    decide_pair(programme, f"{a}:{b}", "not-the-same", reason="met both")
    decide_pair(programme, f"{a}:{c}", "merge", reason="same card")
    with pytest.raises(WrongCall, match="decided not to be"):
        decide_pair(programme, f"{b}:{c}", "merge", reason="same card")
    assert len(same_groups(programme.journal)) == 1


def test_a_chain_of_merges_is_one_person_and_splits_where_it_was_joined(programme: Programme) -> None:
    a, b, c = sorted(own_ids(programme))[:3]
    decide_pair(programme, f"{a}:{b}", "merge", reason="one")
    made = decide_pair(programme, f"{b}:{c}", "merge", reason="two")
    assert made["group"] == [str(a), str(b), str(c)]
    split = split_pair(programme, f"{b}:{c}", reason="no")
    assert split["left_group"] == [str(a), str(b)]
    assert split["right_group"] == [str(c)]


@pytest.mark.parametrize(("name", "error"), [
    ("nothing", UnknownRecord), ("a:b", InvalidValue), (f"{uuid.UUID(int=1)}:{uuid.UUID(int=2)}", UnknownRecord),
    ("", UnknownRecord), (":", InvalidValue),
])  # fmt: skip
def test_what_names_no_pair_is_refused(programme: Programme, name: str, error: type[Exception]) -> None:
    for act in (lambda: decide_pair(programme, name, "merge", reason="x"), lambda: shown_pair(programme, name),
                lambda: split_pair(programme, name, reason="x")):  # fmt: skip
        with pytest.raises(error):
            act()


def test_a_decision_needs_a_reason_and_a_known_word(programme: Programme) -> None:
    pair = found_pairs(programme)["1A"]["pair"]
    with pytest.raises(WrongCall):
        decide_pair(programme, pair, "merge", reason=" ")
    with pytest.raises(InvalidValue):
        decide_pair(programme, pair, "perhaps", reason="x")
    one = min(own_ids(programme))
    with pytest.raises(WrongCall):
        decide_pair(programme, f"{one}:{one}", "merge", reason="x")
    assert states_of(programme) == {}


def test_an_erased_person_leaves_the_proposals(programme: Programme) -> None:
    pair = found_pairs(programme)["1A"]
    erased = erase(programme, uuid.UUID(pair["left"]), reason="asked")
    kept = kept_pairs(programme)
    assert pair["pair"] not in {each.pair for each in kept.pairs}
    assert erased["originals_left"]
    pairs = found_pairs(programme)
    assert not pairs["1A"]["sure"], "without the name nothing is sure"


def test_rows_for_several_persons_and_a_damaged_file_of_proposals(programme: Programme) -> None:
    body = {"outcome": "killed", "occurred_on": "2019-07-07", "persons": 4}
    programme.journal.append(Act(author="anna"), [Draft(kind="casualty", record_id=new_id(), body=body)])
    assert find_duplicates(programme)["left_out"] == {"rows_for_several_persons": 1}
    path = programme.journal.folder / "duplicates" / "proposals.json"
    path.write_bytes(b"{")
    assert kept_pairs(programme) is None
    pair = pair_id(*sorted(own_ids(programme))[:2])
    with pytest.raises(UnknownRecord):
        shown_pair(programme, pair)


def test_day_place_and_device_of_the_accident_serve_where_the_casualty_says_nothing(tmp_path: Path) -> None:
    with init_programme(str(tmp_path / "q"), name="Simulated") as programme:
        accident = new_id()
        said = {"occurred_on": "2020-01-02", "place_name": "Сухово"}
        drafts = [Draft(kind="accident", record_id=accident, body=said)]
        drafts += [Draft(kind="casualty", record_id=new_id(), body=body) for body in (
            {"accident_id": str(accident), "age_years": 30, "sex": "male"},
            {"occurred_on": "2020-01-02", "place_name": "Suhovo", "age_years": 30, "sex": "male"})]  # fmt: skip
        programme.journal.append(Act(author="anna"), drafts)
        (pair,) = find_duplicates(programme, threshold=0)["pairs"]
        words = {part["attribute"]: part["words"] for part in pair["parts"]}
        assert words["date"] == "the same day"
        assert words["place"].startswith("the same place")
        assert find_duplicates(programme, threshold=1)["pairs"] == []


def test_a_programme_without_casualties_has_no_pairs(tmp_path: Path) -> None:
    with init_programme(str(tmp_path / "empty"), name="Simulated") as programme:
        answer = find_duplicates(programme)
        assert (answer["rows"], answer["pairs"], answer["lists"]) == (0, [], [])
