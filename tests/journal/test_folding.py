"""Does the projection answer every question on both clocks as the naive oracle does, on both engines?"""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import answer

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature, Workflow
from whitestone.journal import Journal, create

DATES = [None, "2014", "2014-05", "2014-05-03", "2015-01-01", "2016", "2030-12-31"]
DAYS = [dt.date(2013, 1, 1), dt.date(2014, 5, 3), dt.date(2014, 5, 31), dt.date(2014, 12, 31), dt.date(2015, 6, 1),
        dt.date(2017, 1, 1), dt.date(2031, 1, 1)]

step = st.fixed_dictionaries({
    "record": st.integers(0, 1), "date": st.sampled_from(DATES), "nature": st.sampled_from([0, 0, 0, 1, 2]),
    "workflow": st.sampled_from([3, 3, 3, 1, 2, 0, 4, 5]),
    "body": st.dictionaries(st.sampled_from(["name", "status", "remarks"]), st.sampled_from(["a", "b", None])),
    "extra": st.dictionaries(st.sampled_from(["x"]), st.integers(0, 1)),
    "geometry": st.sampled_from([None, None, 1, 2]),
    "parents": st.lists(st.integers(0, 6), max_size=2, unique=True), "corrects": st.integers(0, 6),
})
stories = st.lists(st.lists(step, min_size=1, max_size=3), min_size=1, max_size=5)


def draft(given: dict[str, Any], records: list[uuid.UUID], made: dict[uuid.UUID, list[uuid.UUID]]) -> Draft:
    record = records[given["record"]]
    before = made.setdefault(record, [])
    parents = tuple({before[at % len(before)] for at in given["parents"]}) if before else ()
    nature = Nature(given["nature"]) if before else Nature.CHANGE
    if nature == Nature.DECISION and not parents:
        nature = Nature.CHANGE
    corrects = before[given["corrects"] % len(before)] if nature == Nature.CORRECTION else None
    geometry = shapely.Point(given["geometry"], 1).wkb if given["geometry"] else None
    stated = nature != Nature.DECISION
    return Draft(kind="hazard", record_id=record, body=given["body"] if stated else {},
                 extra=given["extra"] if stated else {}, geometry=geometry if stated else None,
                 information_date=given["date"], nature=nature, workflow=Workflow(given["workflow"]), parents=parents,
                 corrects=corrects)


def tell(journal: Journal, story: list[list[dict[str, Any]]]) -> list[uuid.UUID]:
    records = sorted([new_id(), new_id()])
    made: dict[uuid.UUID, list[uuid.UUID]] = {}
    for act in story:
        drafts = [draft(each, records, made) for each in act]
        receipt = journal.append(Act(author="anna"), drafts)
        for each, revision_id in zip(drafts, receipt.revision_ids, strict=True):
            made[each.record_id].append(revision_id)
    return records


def check(journal: Journal, records: list[uuid.UUID]) -> None:
    told = list(journal.revisions())
    moments = [None, *sorted({each.recorded_at for each in told})]
    for record in records:
        mine = [each for each in told if each.record_id == record]
        for approved_only in (True, False):
            for known in moments:
                for on in DAYS:
                    got = journal.state(record, on=on, known=known, approved_only=approved_only)
                    expected = answer(mine, on, known or dt.datetime.max.replace(tzinfo=dt.UTC), approved_only)
                    assert shown(got) == expected


def shown(state: Any) -> Any:
    if state is None:
        return None
    said = {**state.body, **{f"extra.{name}": value for name, value in state.extra.items()}}
    if state.geometry is not None:
        said["geometry"] = state.geometry
    return said, state.revisions, state.conflicts, state.workflow


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories)
def test_every_question_is_answered_as_on_paper(story: list[list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, create(Path(folder) / "p", name="p") as journal:
        check(journal, tell(journal, story))
        rebuilt = journal.rebuild()
        assert rebuilt.hash_before == rebuilt.hash_after
        assert journal.verify().ok


def test_what_one_act_ends_and_says_again_has_never_ended(tmp_path: Path) -> None:
    """A decision takes a dated statement back, and the same act states it anew: the slice before that day stays."""
    def said(**more: Any) -> dict[str, Any]:
        return {"record": 0, "date": None, "nature": 0, "workflow": 3, "body": {}, "extra": {}, "geometry": None,
                "parents": [], "corrects": 0} | more  # fmt: skip

    story = [[said(date="2015-01-01"), said(), said()], [said()],
             [said(nature=2, workflow=1, parents=[0]), said(date="2015-01-01")]]  # fmt: skip
    with create(tmp_path / "p", name="p") as journal:
        check(journal, tell(journal, story))
        rebuilt = journal.rebuild()
        assert rebuilt.hash_before == rebuilt.hash_after


@pytest.fixture(scope="module")
def server_journal(server_url: str) -> Any:
    import psycopg

    name = f"ws_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as keys:
        patch.setenv("WHITESTONE_KEYS", keys)
        with create(server_url.rsplit("/", 1)[0] + f"/{name}", name="p") as journal:
            yield journal
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories)
def test_both_engines_give_the_same_dated_states(server_journal: Journal, story: list[list[dict[str, Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, create(Path(folder) / "p", name="p") as journal:
        records = tell(journal, story)
        replay(journal, server_journal)
        for approved_only in (True, False):
            mine = list(journal.dated_states(approved_only=approved_only))
            theirs = list(server_journal.dated_states(ids=records, approved_only=approved_only))
            assert [plain(each) for each in mine] == [plain(each) for each in theirs]
    rebuilt = server_journal.rebuild()
    assert rebuilt.hash_before == rebuilt.hash_after


def plain(state: Any) -> Any:
    return state.record_id, state.true_from, state.true_to, state.workflow, shown(state)


def replay(source: Journal, target: Journal) -> None:
    """Append the same revisions, same ids, act by act, to another journal."""
    for at in sorted({each.recorded_at for each in source.revisions()}):
        with target.writing(Act(author="anna")) as batch:
            for each in [each for each in source.revisions() if each.recorded_at == at]:
                append_as_is(batch, each)


def append_as_is(batch: Any, each: Any) -> None:
    from whitestone.journal.drafts import encode_drafts

    said = Draft(kind=each.kind, record_id=each.record_id, body=each.body, extra=each.extra, geometry=each.geometry,
                 information_date=each.information_date, nature=each.nature, workflow=each.workflow,
                 parents=each.parents, corrects=each.corrects)
    for encoded in encode_drafts([said]):
        encoded.revision_ids = [each.revision_id.bytes]
        batch.append_encoded(encoded)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, min_size=1, max_size=6), st.randoms())
def test_order_of_arrival_of_one_act_does_not_matter(steps: list[dict[str, Any]], random: Any) -> None:
    """Two nodes that hold the same revisions, recorded at the same instants, give the same current state."""
    with tempfile.TemporaryDirectory() as folder, create(Path(folder) / "a", name="a") as first:
        tell(first, [[each] for each in steps])
        told = list(first.revisions())
        now = max(each.recorded_at for each in told)
        shuffled = list(told)
        random.shuffle(shuffled)
        answers = [answer(order, dt.date(2031, 1, 1), now, approved) for order in (told, shuffled)
                   for approved in (True, False)]
        assert answers[:2] == answers[2:]
        with create(Path(folder) / "b", name="b") as one, create(Path(folder) / "c", name="c") as two:
            for journal, order in ((one, told), (two, shuffled)):
                journal.clock = lambda: 10**15
                with journal.writing(Act(author="anna")) as batch:
                    for each in order:
                        append_as_is(batch, each)
            for approved in (True, False):
                assert [plain(s) for s in one.dated_states(approved_only=approved)] == [
                    plain(s) for s in two.dated_states(approved_only=approved)]
