"""Does the kept table follow every change of the journal, and does each figure hold under both clocks?"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from whitestone.casualties.columns import CasualtyTable, Coded
from whitestone.domain.revision import Act, Draft, Nature, Workflow
from whitestone.errors import CannotPublish, InvalidValue, WrongCall
from whitestone.evidence.claim_model import Question
from whitestone.journal import books
from whitestone.programme import casualties_counting, casualties_kept
from whitestone.programme.casualties_counting import as_answer, casualty_table, count_casualties
from whitestone.programme.casualties_kept import KEY, kept_said, read_said
from whitestone.programme.casualties_public import earlier_releases, public_table
from whitestone.programme.casualties_rows import read_casualties
from whitestone.programme.claims_persons import count_persons
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.sameness import declare_same, undo_same


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    """Make an empty programme."""
    with init_programme(str(tmp_path / "p"), name="Casualties", who="test") as made:
        yield made


def record(programme: Programme, kind: str = "casualty", record_id: uuid.UUID | None = None, **body: Any) -> uuid.UUID:
    """Record one statement; `on` is its information date, `workflow` and `nature` as of a draft."""
    own = record_id or uuid.uuid4()
    options = {name: body.pop(name) for name in ("workflow", "nature", "parents") if name in body}
    draft = Draft(kind=kind, record_id=own, information_date=body.pop("on", None), body=body, **options)
    programme.journal.append(Act(author="test"), [draft])
    return own


def anew(programme: Programme) -> None:
    """Forget what is kept, in memory and in the database."""
    casualties_kept._kept.clear()
    casualties_counting._tables.clear()
    with programme.journal.store.writing() as session:
        books.drop_books(session)


def figures(programme: Programme, by: str = "outcome", **more: Any) -> dict[tuple[str, ...], int]:
    """Count, key -> casualties."""
    return {row.key: row.figures.casualties for row in count_casualties(programme, by, **more).rows}


def same_tables(one: CasualtyTable, two: CasualtyTable) -> bool:
    """Compare two tables row by row."""
    for name, first in msgspec.structs.asdict(one).items():
        second = getattr(two, name)
        if isinstance(first, Coded):
            if first.texts() != second.texts():
                return False
        elif not np.array_equal(first, second, equal_nan=first.dtype.kind == "f"):
            return False
    return True


CHANGES = st.lists(st.tuples(
    st.sampled_from(["casualty", "accident", "place"]), st.integers(0, 4),
    st.sampled_from([{"outcome": "killed"}, {"outcome": "injured", "sex": "male"}, {"killed": 2}, {"persons": 3},
                     {"occurred_on": "2014"}, {"outcome": None}]),
    st.sampled_from([None, "2014", "2020-05-01"]), st.sampled_from([Workflow.APPROVED, Workflow.SUBMITTED]),
    st.booleans(),
), max_size=8)  # fmt: skip
FIELDS = {"casualty": {"outcome", "sex", "persons", "occurred_on"}, "accident": {"killed", "occurred_on"},
          "place": set()}  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_what_is_kept_equals_a_full_recount_after_any_changes(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[Any, ...]]
) -> None:
    """Asked after every change, on other days and moments: as if everything were read anew."""
    with init_programme(str(tmp_path_factory.mktemp("kept") / "p"), name="p", who="t") as programme:
        for kind, number, body, on, workflow, forget in changes:
            own = uuid.UUID(int=number + {"casualty": 1 << 100, "accident": 2 << 100, "place": 3 << 100}[kind])
            stated = {name: value for name, value in body.items() if name in FIELDS[kind]}
            record(programme, kind, own, on=on, workflow=workflow, **stated)
            if forget:
                casualties_kept._kept.clear()
            made = kept_said(programme)
            with programme.journal.store.reading() as session:
                for name, kept in (("casualty", made.casualties), ("accident", made.accidents)):
                    read = read_said(programme, session, name)
                    assert kept.ids.tolist() == read.ids.tolist()
                    assert kept.known_to.tolist() == read.known_to.tolist()
                    assert all(kept.texts[key].texts() == column.texts() for key, column in read.texts.items())
        clocks = [programme.clocks(), programme.clocks("2015"), programme.clocks(None, "2001")]
        followed = [casualty_table(programme, each) for each in clocks]
        anew(programme)
        for one, each in zip(followed, clocks, strict=True):
            assert same_tables(one, casualty_table(programme, each))


def test_the_second_question_is_answered_from_what_is_kept(programme: Programme) -> None:
    record(programme, outcome="killed")
    assert figures(programme) == {("killed",): 1}
    with programme.journal.store.reading() as session:
        assert len(books.read_parts(session, KEY)) == 1
    record(programme, outcome="injured")
    assert figures(programme) == {("injured",): 1, ("killed",): 1}
    with programme.journal.store.reading() as session:
        assert len(books.read_parts(session, KEY)) == 2, "only the change was written"
    casualties_kept._kept.clear()
    casualties_counting._tables.clear()
    assert figures(programme) == {("injured",): 1, ("killed",): 1}


def test_nothing_personal_lies_in_what_is_kept(programme: Programme) -> None:
    draft = Draft(kind="casualty", record_id=uuid.uuid4(), body={"outcome": "killed", "remarks": "Canary remark"},
                  sealed={"person_name": "Canary Name", "home": "Canary Home"})  # fmt: skip
    programme.journal.append(Act(author="test"), [draft])
    figures(programme)
    with programme.journal.store.reading() as session:
        kept = b"".join(part.data for part in books.read_parts(session, KEY))
    assert b"killed" in kept
    assert b"Canary" not in kept


def test_an_answer_for_reading_only_is_right_and_may_be_kept(programme: Programme, tmp_path: Path) -> None:
    record(programme, outcome="killed")
    with open_programme(str(tmp_path / "p"), "test", readonly=True) as reader:
        assert figures(reader) == {("killed",): 1}


def test_a_later_death_moves_the_person_and_the_past_stays_as_it_was(programme: Programme) -> None:
    own = record(programme, outcome="injured", occurred_on="2024-03-01", on="2024-03-01")
    record(programme, record_id=own, died_later_on="2024-03-20", on="2024-03-20")
    told = {day: figures(programme, clocks=programme.clocks(day)) for day in ("2024-02", "2024-03-19", "2024-03-20")}
    assert told == {"2024-02": {}, "2024-03-19": {("injured",): 1}, "2024-03-20": {("killed",): 1}}
    counted = count_casualties(programme, "month")
    assert (counted.rows[0].key, counted.died_later) == (("2024-03",), 1)


def test_what_was_not_yet_known_is_not_counted_as_known_then(programme: Programme) -> None:
    record(programme, outcome="killed", on="2014-01-01")
    yesterday = programme.clocks(None, (programme.today() - dt.timedelta(days=1)).isoformat())
    assert figures(programme, clocks=yesterday) == {}
    assert figures(programme) == {("killed",): 1}


def test_a_year_that_is_not_over_counts_nobody_yet_and_says_whom_it_leaves_out(programme: Programme) -> None:
    record(programme, outcome="injured", occurred_on="2024", persons=2)
    record(programme, outcome="injured", occurred_on="2023")
    record(programme, outcome="injured", occurred_on="2025")  # has not begun: nothing of it is true yet
    within, after = programme.clocks("2024-06-30", None), programme.clocks("2024-12-31", None)
    told = [as_answer(programme, count_casualties(programme, "outcome", clocks=each), each) for each in (within, after)]
    assert [each["total"]["casualties"] for each in told] == [1, 3]
    assert [each["left_out"]["date_not_over"] for each in told] == [2, 0]


def test_a_correction_and_a_withdrawal_are_followed(programme: Programme) -> None:
    own = record(programme, outcome="killed")
    assert figures(programme) == {("killed",): 1}
    last = programme.journal.history(own)[-1].revision_id
    record(programme, record_id=own, workflow=Workflow.WITHDRAWN, nature=Nature.DECISION, parents=(last,))
    assert figures(programme) == {}


def test_what_is_not_approved_does_not_count(programme: Programme) -> None:
    record(programme, outcome="killed", workflow=Workflow.SUBMITTED)
    assert figures(programme) == {}


def test_records_declared_one_count_once_until_that_is_taken_back(programme: Programme) -> None:
    one, two = record(programme, outcome="injured"), record(programme, outcome="killed")
    declare_same(programme, one, two, reason="two lists, one person")
    assert figures(programme) == {("injured",): 1}
    undo_same(programme, one, two, reason="not the same after all")
    assert figures(programme) == {("injured",): 1, ("killed",): 1}


def test_places_lie_in_places_and_a_question_may_be_about_one(programme: Programme) -> None:
    region = record(programme, "place", name="Región", pcode="X1", admin_level=1)
    town = record(programme, "place", name="Town", pcode="X11", admin_level=2, parent_pcode="X1")
    record(programme, outcome="killed", place_id=str(town))
    record(programme, outcome="killed", place_id=str(region))
    record(programme, outcome="killed")
    assert figures(programme, "place", level=1) == {("Región",): 2, ("unknown",): 1}
    for word in ("region", "X1", str(region)):
        assert figures(programme, "place:2", place=word) == {("Town",): 1, ("unknown",): 1}
    with pytest.raises(InvalidValue, match="Atlantis"):
        count_casualties(programme, "outcome", place="Atlantis")


def test_a_position_inside_an_outline_is_in_that_place(programme: Programme) -> None:
    import shapely

    outline = shapely.to_wkb(shapely.box(10, 10, 11, 11))
    body = {"name": "Square", "admin_level": 1}
    own = uuid.uuid4()
    programme.journal.append(Act(author="t"), [Draft(kind="place", record_id=own, body=body, geometry=outline)])
    for x in (10.5, 20.0):
        point = shapely.to_wkb(shapely.Point(x, 10.5))
        draft = Draft(kind="casualty", record_id=uuid.uuid4(), body={"outcome": "killed"}, geometry=point)
        programme.journal.append(Act(author="t"), [draft])
    assert figures(programme, "place:1") == {("Square",): 1, ("unknown",): 1}


def test_national_codes_count_under_their_core_code(programme: Programme) -> None:
    programme.set({"national_codes": {"person_status": {"village_guard": {
        "parent": "civilian", "labels": {"en": "Village guard"}}}}}, reason="test")  # fmt: skip
    record(programme, outcome="killed", person_status="village_guard")
    assert figures(programme, "status") == {("civilian",): 1}


def test_a_period_that_ends_before_it_begins_is_refused(programme: Programme) -> None:
    with pytest.raises(WrongCall):
        count_casualties(programme, "outcome", dt.date(2020, 1, 1), dt.date(2019, 1, 1))


def test_an_answer_says_its_clocks_its_rules_and_its_denominators(programme: Programme) -> None:
    record(programme, outcome="killed", sex="male")
    record(programme, outcome="injured")
    clocks = programme.clocks("2026-01-31")
    answer = as_answer(programme, count_casualties(programme, "sex", clocks=clocks), clocks)
    assert answer["situation_on"] == "2026-01-31"
    assert answer["as_known_on"] == programme.today().isoformat()
    assert answer["percentages"]["sex"] == {"values": {"male": {"persons": 1, "percent": 100.0}}, "known": 1,
                                            "unknown": 1}  # fmt: skip
    assert answer["unknown_values"] == {"sex": 1}
    assert set(answer["rule"]) == {"outcome", "sex"}


def test_the_worked_example_of_the_guide_comes_out_as_it_is_written(programme: Programme) -> None:
    """docs/guides/casualties.md: six records and one accident, counted by hand."""
    accident = record(programme, "accident", occurred_on="2020-05-05", killed=1, injured=3, injured_with_amputation=1)
    record(programme, accident_id=str(accident), outcome="killed", sex="male", age_years=30, person_status="civilian")
    record(programme, accident_id=str(accident), outcome="injured", sex="female", age_years=9,
           person_status="civilian", died_later_on="2020-05-20")
    record(programme, outcome="injured", sex="male", age_band="15-24", person_status="deminer", occurred_on="2020-05")
    four = record(programme, outcome="injured", sex="male", age_years=40, person_status="public_force",
                  occurred_on="2020")
    five = record(programme, outcome="killed", occurred_on="2020")
    declare_same(programme, four, five, reason="the same person")
    record(programme, persons=2)
    table = count_casualties(programme, "sex_age", clocks=programme.clocks("2020"))
    assert {row.key[0]: tuple(row.figures.as_dict().values()) for row in table.rows} == {
        "girl": (1, 0, 0, 1), "man": (1, 1, 0, 2), "unknown": (0, 3, 2, 5)}  # fmt: skip
    assert tuple(table.total.as_dict().values()) == (2, 4, 2, 8)
    assert table.of_accidents.injured == 2
    assert table.shares["sex_age"]["values"]["man"]["percent"] == 66.67
    assert count_casualties(programme, "outcome", clocks=programme.clocks("2020-05-19")).total.killed == 1
    year = count_casualties(programme, "outcome", dt.date(2020, 1, 1), None, programme.clocks("2020"))
    assert (year.total.casualties, year.undated) == (6, 2)


def people(programme: Programme, *counts: tuple[str, str, str, int]) -> None:
    """Record persons of a status, sex and month."""
    for status, sex, day, number in counts:
        body = {"outcome": "killed", "person_status": status, "sex": sex, "occurred_on": day}
        drafts = [Draft(kind="casualty", record_id=uuid.uuid4(), information_date=day, body=body)
                  for _ in range(number)]  # fmt: skip
        programme.journal.append(Act(author="test"), drafts)


def test_a_public_table_names_no_record_and_not_which_figure_is_small(programme: Programme) -> None:
    people(programme, ("civilian", "male", "2020-01-05", 9), ("civilian", "female", "2020-01-05", 1),
           ("military", "male", "2020-02-05", 7), ("military", "female", "2020-02-05", 6))  # fmt: skip
    answer = public_table(programme, "status,sex")
    told = json.dumps(answer)
    ids = {str(state.record_id) for state in programme.journal.states()}
    assert not any(each in told or each.replace("-", "") in told for each in ids)
    assert sum(row["killed"] is None for row in answer["rows"]) >= 2
    assert "small" not in {*answer, *answer["suppressed"], *(name for row in answer["rows"] for name in row)}
    assert "victim" not in told.lower()


def test_a_release_is_kept_and_the_same_again_is_the_same(programme: Programme) -> None:
    people(programme, ("civilian", "male", "2020-01-05", 9), ("military", "male", "2020-02-05", 1))
    public_table(programme, "status", keep=False)
    assert earlier_releases(programme) == []
    first = public_table(programme, "status")
    second = public_table(programme, "status")
    assert len(earlier_releases(programme)) == 1
    assert (first["rows"], first["total"]) == (second["rows"], second["total"])


def test_two_releases_whose_periods_differ_by_one_person_do_not_tell_her(programme: Programme) -> None:
    people(programme, ("civilian", "male", "2020-01-05", 9), ("civilian", "female", "2020-02-05", 1))
    assert public_table(programme, "status")["total"]["casualties"] == 10
    later = public_table(programme, "status", ends=dt.date(2020, 1, 31))
    assert later["total"]["casualties"] is None, "10 less 9 would be one person"
    assert all(row["casualties"] is None for row in later["rows"])


def test_a_change_of_one_person_since_the_last_release_is_not_told(programme: Programme) -> None:
    people(programme, ("civilian", "male", "2020-01-05", 9))
    assert public_table(programme, "status")["total"]["killed"] == 9
    people(programme, ("civilian", "male", "2020-01-06", 1))
    assert public_table(programme, "status")["total"]["killed"] is None
    people(programme, ("civilian", "male", "2020-01-07", 4))
    assert public_table(programme, "status")["total"]["killed"] == 14


@pytest.mark.parametrize(("first", "then"), [("status", "status,sex"), ("status,sex", "status"), ("sex", "status,sex")])
def test_a_change_of_one_person_is_not_told_by_a_table_of_other_dimensions_either(
    programme: Programme, first: str, then: str
) -> None:
    people(programme, ("civilian", "male", "2020-01-05", 9), ("civilian", "female", "2020-01-05", 8),
           ("military", "male", "2020-02-05", 7), ("military", "female", "2020-02-05", 6))  # fmt: skip
    was = _margins(public_table(programme, first))
    assert None not in was.values()
    people(programme, ("military", "female", "2020-02-06", 1))
    now = _margins(public_table(programme, then))
    assert (now["", ""], was["", ""]) == (None, 30)
    assert [key for key in was if now.get(key) not in (None, was[key])] == []
    assert any(now.values()), "what did not change is published"


def test_a_change_of_two_persons_is_not_told_beside_larger_changes(programme: Programme) -> None:
    """What changed by many is known to nobody before it is told, and so does not fix what changed by few."""
    people(programme, ("civilian", "male", "2020-01-05", 17), ("military", "male", "2020-01-05", 43))
    public_table(programme, "status")
    people(programme, ("civilian", "male", "2020-01-06", 9), ("military", "male", "2020-01-06", 2))
    rows = public_table(programme, "status")["rows"]
    assert {row["key"]["status"]: row["casualties"] for row in rows}["military"] is None


def test_a_change_of_one_person_in_what_months_add_up_to_is_not_told(programme: Programme) -> None:
    """January to March never stood in a release, but its months did, and a pencil adds them."""
    people(programme, ("civilian", "male", "2020-01-05", 9), ("civilian", "male", "2020-03-05", 8),
           ("civilian", "male", "2020-04-05", 7))  # fmt: skip
    public_table(programme, "month")
    people(programme, ("civilian", "male", "2020-03-06", 1), ("civilian", "male", "2020-04-06", 9))
    assert public_table(programme, "sex", ends=dt.date(2020, 3, 31))["total"]["casualties"] is None


def _margins(answer: dict[str, Any]) -> dict[tuple[str, str], int | None]:
    lines = [*answer["rows"], *answer["margins"], {"key": {}, **answer["total"]}]
    return {(line["key"].get("status", ""), line["key"].get("sex", "")): line["casualties"] for line in lines}


PERIODS = {"all": (None, None), "to March": (None, dt.date(2020, 3, 31)), "February": (dt.date(2020, 2, 1), None)}
PERSON = st.tuples(st.sampled_from(["civilian", "military"]), st.sampled_from(["male", "female"]), st.integers(1, 4),
                   st.sampled_from(["killed", "injured"]))  # fmt: skip
BY = st.sampled_from([["status"], ["sex"], ["status", "sex"], ["month"]])
EDITION = st.tuples(BY, st.sampled_from(sorted(PERIODS)))


@settings(max_examples=12, deadline=None)
@example([(("civilian", "male", 1, "killed"), 1), (("civilian", "female", 2, "injured"), 1)],
         [(["sex"], "February"), (["sex"], "all")])  # fmt: skip
@given(st.lists(st.tuples(PERSON, st.sampled_from([1, 1, 2, 6])), min_size=2, max_size=9),
       st.lists(EDITION, min_size=2, max_size=3, unique_by=str))
def test_releases_together_tell_nothing_small_however_they_are_compared(
    tmp_path_factory: pytest.TempPathFactory, groups: list[Any], asked: list[Any]
) -> None:
    """Attack all that went out with one linear programme, over groups made here and not by our own."""
    with init_programme(str(tmp_path_factory.mktemp("attack") / "p"), name="p", who="t") as programme:
        drafts = [Draft(kind="casualty", record_id=uuid.uuid4(), body={
            "person_status": status, "sex": sex, "occurred_on": f"2020-{month:02d}-05", "outcome": outcome})
            for (status, sex, month, outcome), number in groups for _ in range(number)]
        programme.journal.append(Act(author="t"), drafts)
        answers = []
        for by, period in asked:
            with contextlib.suppress(CannotPublish):  # what would be told whatever is left out does not go out at all
                made = public_table(programme, by, begins=PERIODS[period][0], ends=PERIODS[period][1])
                answers.append((by, period, made))
        assert len(answers) == len(earlier_releases(programme)) > 0
    atoms = list(itertools.product(("civilian", "military"), ("male", "female"), range(1, 5), ("killed", "injured")))
    held = np.array([sum(number for group, number in groups if group == atom) for atom in atoms])
    axes = {"status": ("civilian", "military"), "sex": ("male", "female"),
            "month": tuple(f"2020-{month:02d}" for month in range(1, 5))}
    sums, values, hidden = [], [], []
    for by, period, answer in answers:
        lines = [*answer["rows"], *answer["margins"], {"key": {}, **answer["total"]}]
        for line, measure in itertools.product(lines, ("killed", "injured", "casualties")):
            members = np.array([_is_in(atom, line["key"], PERIODS[period], measure) for atom in atoms], dtype=float)
            if line[measure] is None:
                hidden.append(members)
            else:
                assert line[measure] == int(members @ held)
                assert line[measure] == 0 or line[measure] >= 3
                sums.append(members)
                values.append(line[measure])
        shown = {tuple(row["key"].values()) for row in answer["rows"]}
        for key in itertools.product(*(axes[name] for name in by)):
            if key not in shown:  # a row that is left out is known to be nobody
                wanted = dict(zip(by, key, strict=True))
                sums.append(np.array([_is_in(each, wanted, PERIODS[period], "casualties") for each in atoms], float))
                values.append(0)
    # What lies between two periods, by every value that either table shows, is not told either.
    between = [np.array([_is_in(atom, key, PERIODS[one], measure) and not _is_in(atom, key, PERIODS[two], measure)
                         for atom in atoms], dtype=float)
               for (by, one, _), (_, two, _) in itertools.permutations(answers, 2)
               for key in ({}, *({name: value} for name in by for value in axes[name]))
               for measure in ("killed", "injured", "casualties")]
    for members in (*hidden, *(each for each in between if 0 < each @ held < 3)):
        assert _width(members, sums, values, hidden) >= 2.999


def _is_in(atom: tuple[Any, ...], key: dict[str, str], period: tuple[Any, Any], measure: str) -> bool:
    own = {"status": atom[0], "sex": atom[1], "month": f"2020-{atom[2]:02d}"}
    day = dt.date(2020, atom[2], 5)
    inside = (period[0] is None or day >= period[0]) and (period[1] is None or day <= period[1])
    return inside and measure in (atom[3], "casualties") and all(own[name] == value for name, value in key.items())


def _width(members: Any, sums: Any, values: Any, hidden: Any) -> float:
    rules: dict[str, Any] = {"bounds": (0, None)}
    if len(sums):  # where all is hidden nothing is known
        rules |= {"A_eq": np.array(sums), "b_eq": np.array(values)}
    if len(hidden):
        rules |= {"A_ub": -np.array(hidden), "b_ub": -np.ones(len(hidden))}
    low, high = linprog(members, **rules), linprog(-members, **rules)
    assert low.status == 0, "the true table agrees with what is published"
    return float(-high.fun - low.fun) if high.status == 0 else float("inf")


def test_what_its_own_suppression_would_tell_is_not_published_at_all(programme: Programme) -> None:
    """Three men are published; 1 civilian and 2 of the military, both suppressed, would be 1 and 2 or 2 and 1."""
    people(programme, ("civilian", "male", "2020-01-05", 1), ("military", "male", "2020-01-05", 2))
    assert public_table(programme, "sex")["total"]["killed"] == 3
    with pytest.raises(CannotPublish, match="1 earlier releases"):
        public_table(programme, "status")
    assert len(earlier_releases(programme)) == 1


@pytest.mark.parametrize("asked", [
    {"begins": dt.date(2020, 1, 2)}, {"ends": dt.date(2020, 1, 30)}, {"min_cell": 1}, {"by": "grid"},
    {"by": "grid", "grid_km": 1.0}, {"by": "name"}, {"by": "grid", "grid_km": float("nan")},
    {"by": "grid", "grid_km": float("inf")},
])  # fmt: skip
def test_what_is_too_fine_for_the_public_is_refused(programme: Programme, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        public_table(programme, **{"by": "status", **asked})


@pytest.mark.parametrize(("asked", "why"), [
    ({"by": "place", "level": 9}, "4 or less"), ({"by": "place:5"}, "4 or less"), ({"by": "place", "level": 3}, "1, 2"),
])  # fmt: skip
def test_a_level_that_is_too_fine_or_that_no_place_has_is_not_published(
    programme: Programme, asked: dict[str, Any], why: str
) -> None:
    region = record(programme, "place", name="Region", admin_level=1)
    record(programme, "place", name="Town", admin_level=2, parent_id=str(region))
    with pytest.raises(InvalidValue, match=why):
        public_table(programme, **asked)
    assert public_table(programme, "place", level=2)["rows"] == []


def test_estimates_and_claims_count_whom_the_table_counts(programme: Programme) -> None:
    accident = record(programme, "accident", occurred_on="2020-06", killed=1, injured=3, casualties=5)
    record(programme, occurred_on="2020-06-02", accident_id=str(accident), outcome="injured")
    record(programme, occurred_on="2020-06-02", accident_id=str(accident), outcome="injured", died_later_on="2020-07")
    record(programme, occurred_on="2019", outcome="killed", persons=-4)
    record(programme, occurred_on="2019", outcome="killed", persons=2)
    record(programme, occurred_on=str(programme.today().year), outcome="injured", persons=6)
    clocks = programme.clocks()
    by_table = count_casualties(programme, "outcome").total
    rows = read_casualties(programme, clocks)
    assert sum(row.persons for row in rows) == by_table.casualties == 8
    claimed = {metric: count_persons(programme, Question(metric=metric), clocks, None)
               for metric in ("casualties", "killed", "injured")}
    assert {metric: each.value for metric, each in claimed.items()} == {
        "casualties": 8, "killed": by_table.killed, "injured": by_table.injured}  # fmt: skip
    assert (claimed["casualties"].high, claimed["casualties"].recorded) == (14, 14)


def test_a_grid_names_squares_and_never_a_position(programme: Programme) -> None:
    import shapely

    for at in range(8):
        point = shapely.to_wkb(shapely.Point(46.123456 + at / 1000, 39.987654))
        draft = Draft(kind="casualty", record_id=uuid.uuid4(), body={"outcome": "killed"}, geometry=point)
        programme.journal.append(Act(author="t"), [draft])
    programme.fix_plane(46.0, 40.0)
    answer = public_table(programme, "grid", grid_km=20)
    assert [row["killed"] for row in answer["rows"]] == [8]
    assert not any(word in json.dumps(answer["rows"]) for word in ("46.123", "39.98", "39.99"))
