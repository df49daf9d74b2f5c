"""Do questions find what they ask for: a box, columns, conflicts, a run's rows, a view for QGIS?"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from whitestone.domain.ids import new_id, new_ids
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Act, Draft, Nature, Workflow
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.journal import EncodedBatch, HeldRow, Journal, RunBatch, create

ANNA = Act(author="anna")


@pytest.fixture
def journal(target: str) -> Iterator[Journal]:
    with create(target, name="p") as made:
        yield made


def hazard(body: dict[str, object], **more: object) -> Draft:
    return Draft(kind="hazard", **{"record_id": new_id(), "body": body, **more})  # type: ignore[arg-type]


def test_a_box_finds_what_meets_it_and_nothing_else(journal: Journal) -> None:
    random = np.random.default_rng(5)
    corners = random.uniform(-60, 60, (600, 2))  # enough to be packed
    shapes = [shapely.box(x, y, x + 1e-4, y + 1e-4) for x, y in corners]
    journal.append(ANNA, [hazard({"name": str(at)}, geometry=shape.wkb) for at, shape in enumerate(shapes)])
    journal.append(ANNA, [hazard({"name": "nowhere"}), hazard({"name": "empty"}, geometry=shapely.Polygon().wkb)])
    for x, y in corners[:20]:
        for width in (1e-7, 5.0, 40.0):
            box = (x - width, y - width, x, y)
            expected = {str(at) for at, shape in enumerate(shapes) if shape.intersects(shapely.box(*box))}
            assert {state.body["name"] for state in journal.states("hazard", bbox=box)} == expected


def test_a_moved_hazard_is_found_where_it_is(journal: Journal) -> None:
    record = new_id()
    said = [("2014", 10.0), ("2016", 20.0)]
    for date, x in said:
        journal.append(ANNA, [hazard({"name": "x"}, record_id=record, geometry=shapely.Point(x, 1).wkb,
                                     information_date=date)])
    here = (19.0, 0.0, 21.0, 2.0)
    assert len(list(journal.states(bbox=here, on=dt.date(2017, 1, 1)))) == 1
    assert list(journal.states(bbox=here, on=dt.date(2015, 1, 1))) == []
    assert journal.rebuild().hash_before == journal.projection_hash()
    assert len(list(journal.states(bbox=here, on=dt.date(2017, 1, 1)))) == 1


def test_columns_give_what_states_give(journal: Journal) -> None:
    journal.append(ANNA, [hazard({"name": f"h{at}", "remarks": None} if at % 2 else {"status": "open"},
                                 information_date="2014") for at in range(10)])
    columns = journal.columns("hazard", ["name", "status", "workflow", "true_from", "geometry"], dt.date(2015, 1, 1))
    states = list(journal.states("hazard", on=dt.date(2015, 1, 1)))
    assert columns["record_id"] == [state.record_id for state in states]
    assert columns["name"] == [state.body.get("name") for state in states]
    assert columns["status"] == [state.body.get("status") for state in states]
    assert columns["true_from"] == [state.true_from for state in states]
    assert columns["geometry"] == [None] * 10
    assert journal.columns("hazard", ["name"], dt.date(2000, 1, 1)) == {"record_id": [], "name": []}


def test_kinds_are_asked_singly_together_or_all(journal: Journal) -> None:
    journal.append(ANNA, [hazard({"name": "h"}), Draft(kind="item", record_id=new_id(), body={"name": "i"})])
    assert journal.count() == {"hazard": 1, "item": 1}
    assert [state.kind for state in journal.states("item")] == ["item"]
    assert len(list(journal.states(["item", "hazard"]))) == 2
    assert list(journal.states("task")) == []
    with pytest.raises(InvalidValue):
        list(journal.states("no such kind"))


def test_a_conflict_is_listed_until_it_is_settled(journal: Journal) -> None:
    record = new_id()
    (first,) = journal.append(ANNA, [hazard({"name": "a"}, record_id=record)]).revision_ids
    (left,) = journal.append(ANNA, [hazard({"name": "b"}, record_id=record, parents=(first,))]).revision_ids
    (right,) = journal.append(Act(author="bob"), [
        hazard({"name": "c", "remarks": "r"}, record_id=record, parents=(first,))]).revision_ids
    (found,) = journal.conflicts()
    assert (found.record_id, found.attribute) == (record, "name")
    assert (found.values, found.revisions) == (("b", "c"), (left, right))
    state = journal.state(record)
    assert state
    assert (state.body, state.conflicts) == ({"name": "b", "remarks": "r"}, ("name",))
    journal.append(ANNA, [hazard({"name": "c"}, record_id=record, parents=(left, right))])
    assert journal.conflicts() == []
    state = journal.state(record)
    assert state
    assert (state.body["name"], state.conflicts) == ("c", ())


def test_a_decision_changes_what_a_revision_counts_as_and_can_be_undone(journal: Journal) -> None:
    record = new_id()
    (said,) = journal.append(ANNA, [hazard({"name": "a"}, record_id=record, workflow=Workflow.SUBMITTED)]).revision_ids
    seen = []
    for workflow in (Workflow.APPROVED, Workflow.WITHDRAWN, Workflow.APPROVED):
        seen.append((journal.state(record), journal.state(record, approved_only=False)))
        journal.append(Act(author="boss"), [Draft(kind="hazard", record_id=record, nature=Nature.DECISION,
                                                  workflow=workflow, parents=(said,))])
    seen.append((journal.state(record), journal.state(record, approved_only=False)))
    assert [(a and a.workflow, b and b.workflow) for a, b in seen] == [
        (None, Workflow.SUBMITTED), (Workflow.APPROVED,) * 2, (None, None), (Workflow.APPROVED,) * 2]
    assert len(journal.history(record)) == 4


def test_a_correction_is_told_from_a_change(journal: Journal) -> None:
    record = new_id()
    (wrong,) = journal.append(ANNA, [hazard({"name": "wrong"}, record_id=record, information_date="2014")]).revision_ids
    before = journal.revision(wrong).recorded_at
    journal.append(ANNA, [hazard({"name": "right"}, record_id=record, information_date="2014", corrects=wrong,
                                 nature=Nature.CORRECTION)])
    now, then = journal.state(record), journal.state(record, known=before)
    assert now
    assert then
    assert (now.body["name"], len(now.revisions), then.body["name"]) == ("right", 1, "wrong")


def test_late_paper_lands_in_its_place_and_the_past_knowledge_stays(journal: Journal) -> None:
    record = new_id()
    for date, name in (("2014", "a"), ("2018", "c")):
        journal.append(ANNA, [hazard({"name": name}, record_id=record, information_date=date)])
    before = journal.history(record)[-1].recorded_at
    journal.append(ANNA, [hazard({"name": "b"}, record_id=record, information_date="2016")])
    assert [state.body["name"] for state in journal.dated_states("hazard")] == ["a", "b", "c"]
    assert [state.body["name"] for state in journal.dated_states("hazard", known=before)] == ["a", "c"]
    on = dt.date(2017, 5, 1)
    states = [journal.state(record, on=on), journal.state(record, on=on, known=before)]
    assert [state and state.body["name"] for state in states] == ["b", "a"]


def test_a_migrated_database_is_asked_by_its_own_clock(journal: Journal) -> None:
    record, other = new_id(), new_id()
    years = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2010, 2015)]
    migrated = [hazard({"name": str(at.year)}, record_id=record, source_recorded_at=at, information_date="2009")
                for at in years]
    journal.append(ANNA, [*migrated, hazard({"name": "entered here"}, record_id=other)])
    for known, expected in ((2009, []), (2012, ["2010"]), (2016, ["2015"]), (3000, ["2015", "entered here"])):
        moment = dt.datetime(known, 1, 1, tzinfo=dt.UTC)
        states = journal.states("hazard", known=moment, source_clock=True)
        assert [state.body["name"] for state in states] == expected
    assert list(journal.states(known=years[1], ids=[record])) == []
    now = [(s.record_id, s.body, s.revisions) for s in journal.states(source_clock=True, on=dt.date(2020, 1, 1))]
    assert now == [(s.record_id, s.body, s.revisions) for s in journal.states(on=dt.date(2020, 1, 1))]


def test_revisions_are_streamed_by_run_dataset_and_kind(journal: Journal) -> None:
    run, dataset = uuid.uuid4(), uuid.uuid4()
    journal.append(ANNA, [hazard({"name": "x"})])
    journal.append(Act(author="anna", run=run, dataset=dataset), [hazard({"name": "y"}),
                                                                 Draft(kind="item", record_id=new_id())])
    assert [each.seq for each in journal.revisions()] == [1, 2, 3]
    assert [each.seq for each in journal.revisions(1)] == [2, 3]
    assert [each.seq for each in journal.revisions(run=run)] == [2, 3]
    assert [each.seq for each in journal.revisions(dataset=dataset, kind="item")] == [3]


def test_the_rows_of_a_run_are_kept_and_held_rows_are_resolved(journal: Journal) -> None:
    run = uuid.uuid4()
    piece = RunBatch(run=run, first_row=1, count=2, outcomes=b"\0\2", changes=b"\0\0", digests=bytes(32),
                     record_ids=new_ids(1)[0] + bytes(16), findings=[{"row": 2, "code": "x"}])
    held = [HeldRow(run=run, row=2, digest=bytes(16), raw=b"a;b", reasons=[{"code": "x"}]),
            HeldRow(run=run, row=3, digest=bytes(16), raw=b"Ana;b", reasons=[], personal=True)]
    for _ in range(2):  # a rerun goes on where it stopped: the same piece again is one piece
        with journal.writing(Act(author="anna", run=run)) as batch:
            batch.put_rows(piece)
            batch.hold(held)
    assert list(journal.runs.batches(run)) == [piece]
    assert list(journal.runs.findings(run)) == piece.findings
    assert [(row.row, row.raw, row.personal) for row in journal.runs.held()] == [(2, b"a;b", False), (3, b"", True)]
    journal.runs.resolve_held(run, 2, by="anna", why="typing error", into=uuid.uuid4())
    assert [row.row for row in journal.runs.held(run)] == [3]
    assert [row.state for row in journal.runs.held(run, all_states=True)] == [1, 0]
    with pytest.raises(UnknownRecord):
        journal.runs.resolve_held(run, 99, by="anna", why="none")


def test_many_threads_read_at_once(journal: Journal) -> None:
    journal.append(ANNA, [hazard({"name": str(at)}) for at in range(300)])
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(sum(1 for _ in journal.states()))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [300] * 6


def test_an_increment_folds_only_the_records_that_it_touches(journal: Journal) -> None:
    ids = new_ids(50)
    for said, whom in ((b'{"name":"a"}', ids), (b'{"status":"open"}', ids[:5])):
        with journal.writing(ANNA) as batch:
            batch.append_encoded(EncodedBatch(kind="hazard", record_ids=whom, body=[said] * len(whom)))
    with journal.store.reading() as session:
        assert session.one("SELECT count(*) FROM state") == (55,)
    assert journal.count() == {"hazard": 50}


def test_qgis_reads_a_view_of_each_kind(database_url: str) -> None:
    import psycopg

    with create(database_url, name="p") as journal:
        square = shapely.box(1, 2, 3, 4).wkb
        journal.append(ANNA, [
            hazard({"name": "north", "area_reported_m2": 12.5}, geometry=square, information_date="2014"),
            hazard({"name": "later"}, information_date="2999"),
            hazard({"name": "not approved"}, workflow=Workflow.SUBMITTED),
            hazard({"name": "withdrawn"}, workflow=Workflow.WITHDRAWN)])
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT name, true_from, area_reported_m2, ST_AsText(geom) FROM qgis_hazard")
        assert found.fetchall() == [("north", dt.date(2014, 12, 31), 12.5, "POLYGON((3 2,3 4,1 4,1 2,3 2))")]
        drawn = {f"qgis_{name}" for name, kind in KINDS.items() if kind.geometry and name != "casualty"}
        listed = connection.execute("SELECT f_table_name, srid FROM geometry_columns WHERE f_table_name LIKE 'qgis%'")
        assert dict(listed.fetchall()) == dict.fromkeys(drawn, 4326)
        for kind in KINDS:
            keys = connection.execute(f"SELECT state_id FROM qgis_{kind}").fetchall()  # noqa: S608
            assert len(keys) == len(set(keys))


def test_the_view_of_casualties_counts_and_leads_to_nobody(database_url: str) -> None:
    import psycopg

    with create(database_url, name="p") as journal:
        said = {"local_id": "C-1", "name": "n", "occurred_on": "2014-05-03", "outcome": "killed", "age_years": 9,
                "remarks": "by the well", "accident_id": str(new_id())}
        journal.append(ANNA, [Draft(kind="casualty", record_id=new_id(), body=said, geometry=shapely.Point(1, 2).wkb,
                                    sealed={"person_name": "secret"})])
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT * FROM qgis_casualty")
        named = zip([column.name for column in found.description or ()], found.fetchone() or (), strict=True)
        shown = {name: value for name, value in named if value is not None}
    assert shown == {"state_id": shown["state_id"], "year": "2014", "outcome": "killed"}


def test_a_view_is_read_by_the_index_of_places(database_url: str) -> None:
    import psycopg

    create(database_url, name="p").close()
    with psycopg.connect(database_url) as connection:
        connection.execute("SET enable_seqscan = off")  # nothing is smaller than the empty table's one page
        asked = "EXPLAIN SELECT * FROM qgis_hazard WHERE geom && ST_MakeEnvelope(1, 2, 3, 4, 4326)"
        plan = connection.execute(asked).fetchall()
    assert any("revision_by_place" in line for (line,) in plan)
