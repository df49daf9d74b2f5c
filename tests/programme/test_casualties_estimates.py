"""Does a programme's estimate rest on people's decisions, on both clocks, and on every person once?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whitestone.casualties.recapture import chapman, read_histories
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, UnreadableFile, WrongCall
from whitestone.programme.casualties_estimates import estimate_histories, estimate_missing, split_lists
from whitestone.programme.casualties_files import read_exposure, read_matched, read_population
from whitestone.programme.casualties_rows import read_casualties
from whitestone.programme.importing_links import dataset_id
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.sameness import declare_same, undo_same


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    with init_programme(str(tmp_path / "p"), name="lists", who="test") as made:
        yield made


def bring(programme: Programme, dataset: str, bodies: list[dict[str, Any]],
          source: str | None = None) -> list[uuid.UUID]:
    """Record casualties as an import of a dataset would."""
    home = dataset_id(programme.journal.programme_id, dataset)
    programme.journal.append(Act(author="test"), [Draft(kind="dataset", record_id=home, body={"local_id": dataset})])
    drafts = [Draft(kind="casualty", record_id=new_id(), body=body) for body in bodies]
    programme.journal.append(Act(author="test", dataset=home, source=source), drafts)
    return [each.record_id for each in drafts]


def persons(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"occurred_on": "2020-05-01", "outcome": "injured", **more} for _ in range(count)]


def two_lists(programme: Programme, both: int = 8) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    police, hospital = bring(programme, "police", persons(20)), bring(programme, "hospital", persons(15), "a hospital")
    for one, other in zip(police[:both], hospital[:both], strict=True):
        declare_same(programme, one, other, reason="one person")
    return police, hospital


def test_lists_overlap_by_decisions_alone(programme: Programme) -> None:
    two_lists(programme, both=0)
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital"])
    assert told["seen"] == 35
    assert told["estimate"] is None
    assert "not linked yet" in told["why_not"]


def test_the_figure_is_chapmans_of_the_persons_that_people_joined(programme: Programme) -> None:
    police, hospital = two_lists(programme)
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital"])
    assert told["histories"] == {"11": 8, "10": 12, "01": 7}
    assert told["seen"] == told["n"] == 27
    assert told["estimate"]["persons"] == pytest.approx(chapman(20, 15, 8).persons)
    assert told["missing"]["persons"] == pytest.approx(told["estimate"]["persons"] - 27)
    assert told["lists"][0] == {"name": "police", "persons": 20, "records": 20}
    assert {"rule", "assumptions", "when_not", "denominators", "as_known_on", "seed"} <= told.keys()
    assert len(told["linkage"]["table"]) == 20
    turned = estimate_missing(programme, programme.clocks(), ["hospital", "police"])
    assert turned["estimate"]["high"] == pytest.approx(told["estimate"]["high"])
    undo_same(programme, police[0], hospital[0], reason="two persons")
    assert estimate_missing(programme, programme.clocks(), ["police", "hospital"])["histories"]["11"] == 7


def test_a_list_may_be_named_by_its_source_and_an_unknown_one_is_refused(programme: Programme) -> None:
    two_lists(programme)
    by_source = estimate_missing(programme, programme.clocks(), ["police", "a hospital"])
    assert by_source["histories"]["11"] == 8
    with pytest.raises(InvalidValue, match="police"):
        estimate_missing(programme, programme.clocks(), ["police", "elsewhere"])


def test_a_person_twice_in_one_list_is_one_person(programme: Programme) -> None:
    police, _ = two_lists(programme)
    declare_same(programme, police[18], police[19], reason="entered twice")
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital"])
    assert told["lists"][0] == {"name": "police", "persons": 19, "records": 20}
    assert told["seen"] == 26


def test_what_cannot_be_matched_is_left_out_and_counted(programme: Programme) -> None:
    two_lists(programme)
    bring(programme, "press", [*persons(1, persons=6), *persons(2)])
    accident = Draft(kind="accident", record_id=new_id(), body={"occurred_on": "2020-06", "killed": 3})
    programme.journal.append(Act(author="test"), [accident])
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital"])
    assert told["seen"] == 27
    assert told["left_out"] == {"undated": 0, "outside_the_period": 0, "in_rows_of_several_persons": 6,
                                "stated_by_an_accident_only": 3, "in_no_list_asked": 2}  # fmt: skip


def test_the_period_and_both_clocks_bound_what_counts(programme: Programme) -> None:
    two_lists(programme)
    bring(programme, "police", [{"occurred_on": "2021-02-03"}, {"occurred_on": "2020"}, {}])
    clocks = programme.clocks()
    in_year = {"start": dt.date(2020, 1, 1), "end": dt.date(2020, 12, 31)}
    told = estimate_missing(programme, clocks, ["police", "hospital"], **in_year)
    assert told["lists"][0]["persons"] == 21
    assert (told["left_out"]["undated"], told["left_out"]["outside_the_period"]) == (1, 1)
    before = programme.clocks(None, "2001-01-01")
    with pytest.raises(InvalidValue):
        estimate_missing(programme, clocks, ["police", "hospital"], start=dt.date(2020, 1, 2), end=dt.date(2020, 1, 1))
    nobody = estimate_missing(programme, before, ["police", "hospital"])
    assert nobody["why_not"] == "No person stands in any of these lists."


def test_lists_that_refer_to_each_other_are_refused(programme: Programme) -> None:
    two_lists(programme)
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital"], refer=[("police", "hospital")])
    assert told["estimate"] is None
    assert "refer to each other" in told["why_not"]
    with pytest.raises(InvalidValue):
        estimate_missing(programme, programme.clocks(), ["police", "hospital"], refer=[("police", "radio")])


def test_three_lists_name_the_chosen_model(programme: Programme) -> None:
    police, hospital = two_lists(programme)
    survey = bring(programme, "survey", persons(12))
    for one, other in zip([*police[4:10], *hospital[9:12]], survey, strict=False):
        declare_same(programme, one, other, reason="one person")
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital", "survey"])
    assert told["chosen_model"] == told["models"][0]["name"]
    assert told["seen"] == 20 + 15 + 12 - 8 - 9
    assert told["estimate"]["low"] >= told["seen"]
    assert len(told["models"]) == told["models_fitted"] == 8


def test_a_table_that_would_take_minutes_is_left_out_aloud() -> None:
    rng = np.random.default_rng(1)
    words, counts = np.unique(["".join(row) for row in rng.choice(["0", "1"], (300, 5), p=[0.6, 0.4])],
                              return_counts=True)  # fmt: skip
    lists = read_histories(list("ABCDE"), {str(word): int(n) for word, n in zip(words, counts, strict=True)
                                           if "1" in word})  # fmt: skip
    told = estimate_histories(lists)
    assert told["models_fitted"] == 1024
    assert told["models_shown"] == len(told["models"]) == 64
    assert told["linkage"]["table"] == []
    assert "minutes" in told["linkage"]["table_why_not"]
    assert told["estimate"]["low"] <= 300 <= told["estimate"]["high"]


def test_stated_rates_of_linkage_correct_the_figure(programme: Programme) -> None:
    two_lists(programme)
    told = estimate_missing(programme, programme.clocks(), ["police", "hospital"], missed=0.1, false=0.02)
    stated = told["linkage"]["stated"]
    assert stated["persons"] < told["estimate"]["persons"]
    assert stated["ding_fienberg"] == pytest.approx(20 * 15 / (8 * 0.98 / 0.9))
    with pytest.raises(InvalidValue):
        estimate_missing(programme, programme.clocks(), ["police", "hospital"], missed=1.0)


def test_what_the_kept_record_does_not_state_comes_from_the_other(programme: Programme) -> None:
    police = bring(programme, "police", [{"outcome": "killed", "persons": 1}])
    hospital = bring(programme, "hospital", [{"occurred_on": "2020-05", "outcome": "injured", "persons": 7}])
    declare_same(programme, police[0], hospital[0], reason="one person")
    (row,) = read_casualties(programme, programme.clocks())
    assert (row.record, row.outcome, row.occurred_on, row.persons) == (police[0], "killed", "2020-05", 1)


def test_an_accident_counts_for_what_it_states_beyond_the_persons_recorded(programme: Programme) -> None:
    accident = new_id()
    stated = Draft(kind="accident", record_id=accident, body={"occurred_on": "2020-06", "killed": 1, "injured": 3})
    programme.journal.append(Act(author="test"), [stated])
    bring(programme, "police", [{"accident_id": str(accident)}])
    rows = read_casualties(programme, programme.clocks())
    assert [(row.persons, row.from_accident, row.occurred_on) for row in rows] == [(1, False, "2020-06"),
                                                                                   (3, True, "2020-06")]  # fmt: skip


@pytest.mark.parametrize("text", ["", "police", "police,", "police,police", " , "])
def test_fewer_than_two_lists_are_a_wrong_call(text: str) -> None:
    with pytest.raises(WrongCall):
        split_lists(text)


HISTORIES = {"11": 40, "10": 60, "01": 55}


@pytest.mark.parametrize("text", [
    json.dumps({"lists": ["A", "B"], "histories": HISTORIES}), json.dumps({"lists": ["A", "B"], "counts": HISTORIES}),
    json.dumps({"lists": ["A", "B"], "n1": 100, "n2": 95, "both": 40}), "A,B,count\n1,1,40\n1,0,60\n0,1,55\n",
    "﻿A;B;count\n1;1;30\n1;1;10\n1;0;60\n0;1;55\n", "count,A,B\n40,yes,true\n60,1,no\n55,0,1\n",
    json.dumps({"histories": [{"A": int(word[0]), "B": int(word[1]), "count": n} for word, n in HISTORIES.items()]}),
    json.dumps([{"A": 1, "B": 1, "n": 40}, {"A": 1, "B": 0, "n": 60}, {"A": 0, "B": 1, "n": 55}]),
])  # fmt: skip
def test_counts_by_history_are_read_in_every_usual_shape(tmp_path: Path, text: str) -> None:
    path = tmp_path / "matched"
    path.write_text(text, encoding="utf-8")
    told = read_matched(path)
    assert told.lists == ("A", "B")
    assert told.counts == HISTORIES


@pytest.mark.parametrize("text", [
    "", "[]", "{}", "{", "7", "A,B\n1,x\n", "history,count\n11,4\n1,5\n", "history,count\n12,4\n",
    "A,B,count\n", "A,B,count\n1,1\n", "A,B,count\n1,2,5\n",
    "A,B,count\n0,0,5\n", "A,B,count\n1,1,-5\n", "A,B,count\n1,1,many\n", '{"lists": "AB", "histories": {}}',
    '{"lists": [], "histories": {}}',
    '{"lists": ["A"], "histories": {"11": 4}}', '{"lists": ["A", "B"], "histories": {"11": NaN}}', "count\n5\n",
    '{"n1": 5, "n2": 5, "both": 6}', "\0\0\0", '{"histories": [[1]]}', "[" * 50_000,
])  # fmt: skip
def test_a_file_that_holds_no_histories_is_refused_calmly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "matched"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((InvalidValue, UnreadableFile)):
        read_matched(path)


@pytest.mark.parametrize("text", [
    json.dumps(HISTORIES), json.dumps({"histories": HISTORIES}), "history,count\n11,40\n10,60\n01,55\n",
    "one,two\n" + "1,1\n" * 40 + "1,0\n" * 60 + "0,1\n" * 55,
])  # fmt: skip
def test_words_alone_and_a_row_for_each_person_are_read_as_well(tmp_path: Path, text: str) -> None:
    path = tmp_path / "matched"
    path.write_text(text, encoding="utf-8")
    assert read_matched(path).counts == HISTORIES


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("A,B,count\n1,1,5 é".encode("latin-1"))
    for path in (tmp_path / "none", tmp_path, tmp_path / "latin"):
        with pytest.raises(UnreadableFile):
            read_matched(path)


def test_people_have_a_source_and_a_year_or_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("place,population,source,year\nEast,1000,Census,2013\nWest,,Census,2013\n")
    told = read_population(path)
    assert told.people == {"East": 1000.0, "West": None}
    assert told.sources["East"] == "Census, 2013"
    for broken in ("place,population\nEast,5\n", "place,population,source,year\nEast,5,,2013\n", "place\n",
                   "place,population,source,year\nEast,-5,C,2013\n", "place,population,source,year\nEast,x,C,2013\n",
                   "place,population,source,year\nEast,nan,C,2013\n", "",
                   "place,population,source,year\nEast,1,C,2013\nEast,2,C,2013\n"):  # fmt: skip
        path.write_text(broken)
        with pytest.raises((InvalidValue, UnreadableFile)):
            read_population(path)


def test_an_exposure_is_above_nothing_and_has_its_source(tmp_path: Path) -> None:
    path = tmp_path / "exposure.csv"
    path.write_text("period,returnees,source,year\n2020,10,Registry,2021\n2021,30,Registry,2021\n")
    assert read_exposure(path) == ({"2020": 10.0, "2021": 30.0}, ["Registry, 2021"])
    for broken in ("0", "", "-1", "inf"):
        path.write_text(f"period,exposure,source,year\n2020,{broken},Registry,2021\n")
        with pytest.raises(InvalidValue):
            read_exposure(path)
