"""Are two programmes, or a programme and a file, reconciled so that decisions hold and nothing else is changed?"""

from __future__ import annotations

import csv
import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapely

from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, NotAProgramme, Refused, UnknownRecord, WrongCall
from whitestone.geodesy.areas import Plane
from whitestone.programme.exporting import export
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.programme.reconciling import Reconciliation, reconcile
from whitestone.programme.reconciling_kept import keep, kept
from whitestone.programme.reconciling_out import write_table

PLANE = Plane(46.0, 40.0)
CENTRE = {"equal_area_lon": 46.0, "equal_area_lat": 40.0}
COUNT = 24


def outline(number: int, *, east_m: float = 0, north_m: float = 0, size_m: float = 100, corners: int = 9) -> bytes:
    """Draw an uneven outline in a square of its own."""
    dice = np.random.default_rng(number)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = size_m * dice.uniform(0.6, 1.2, corners)
    x, y = number % 6 * 700 + east_m, number // 6 * 700 + north_m
    ring = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
    return bytes(shapely.to_wkb(PLANE.unproject([shapely.Polygon(ring)])[0]))


def record(number: int, **more: Any) -> Draft:
    """State one hazard of an operator's database; its identity there is its own."""
    side = more.pop("side", 0)
    shape = {key: more.pop(key) for key in ("east_m", "north_m", "size_m") if key in more}
    body = {"local_id": f"H-{number}", "classification": "sha", "status": "open", **more}
    return Draft(kind="hazard", record_id=uuid.UUID(int=1000 * (side + 1) + number), body=body,
                 geometry=outline(number, **shape), information_date="2019-05-01")  # fmt: skip


@pytest.fixture
def ours(target: str) -> Iterator[Programme]:
    """Give the authority's programme, on each engine."""
    made = init_programme(target, name="Authority", who="anna", settings=CENTRE)
    made.journal.append(Act(author="anna"), [record(number) for number in range(COUNT)])
    yield made
    made.close()


def operator(folder: Path, drafts: list[Draft]) -> str:
    """Make the operator's programme."""
    with init_programme(str(folder), name="Operator", who="boris", settings=CENTRE) as made:
        made.journal.append(Act(author="boris"), drafts)
    return str(folder)


@pytest.fixture
def theirs(tmp_path: Path) -> str:
    """Give a later edition: shifted by 13 m, one restated, one grown, one gone, one new."""
    drafts = []
    for number in range(1, COUNT + 1):
        more: dict[str, Any] = {"east_m": 5.0, "north_m": 12.0}
        if number == 3:
            more |= {"status": "closed", "closure_reason": "cleared"}
        if number == 5:
            more["size_m"] = 130
        drafts.append(record(number, side=1, **more))
    return operator(tmp_path / "operator", drafts)


def statuses(found: Reconciliation, kind: str = "hazard") -> dict[str, list[str]]:
    """List the labels of undecided differences by what they are."""
    told: dict[str, list[str]] = {}
    for each in found.kinds[kind].open:
        labels = each.difference.labels
        told.setdefault(each.difference.status, []).append((labels["ours"] or labels["theirs"] or [""])[0])
    return told


def id_of(found: Reconciliation, status: str, label: str = "H-3") -> str:
    """Give the id of a difference; of several that differ, that of one record."""
    each = next(each.difference for each in found.kinds["hazard"].judged if each.difference.status == status
                and (status != "differs" or each.difference.labels["ours"] == [label]))  # fmt: skip
    return str(each.id)


def test_the_shift_is_said_and_taken_off_and_every_difference_is_told(ours: Programme, theirs: str) -> None:
    found = reconcile(ours, theirs)
    told = found.as_dict()
    hazard = told["kinds"]["hazard"]
    assert hazard["shift"]["found"]
    assert hazard["shift"]["distance_m"] == pytest.approx(13, abs=0.01)
    assert "to the north" in hazard["shift"]["sentence"]
    assert hazard["shift"]["on_the_ground_m"] == pytest.approx(13, abs=0.01)
    assert {key: sorted(each) for key, each in statuses(found).items()} == {
        "shift": [""], "differs": ["H-3", "H-5"], "only_ours": ["H-0"], "only_theirs": [f"H-{COUNT}"],
    }  # fmt: skip
    assert hazard["counts"]["same"] == COUNT - 3
    row = next(each for each in hazard["differences"] if each["labels"]["ours"] == ["H-3"])
    assert row["attributes"] == [{"attribute": "status", "how": "other", "ours": "open", "theirs": "closed"}]
    assert hazard["not_compared"] == {"closure_reason": "ours"}
    assert [part["part"] for part in row["score_parts"]] == ["id", "place", "size", "form", "attributes"]
    assert all(part["sentence"] for part in row["score_parts"])
    weights = [part["weight"] for part in row["score_parts"]]
    mean = sum((part["value"] or 0) * part["weight"] for part in row["score_parts"]) / sum(weights)
    assert row["score"] == pytest.approx(mean, abs=1e-3)
    totals = hazard["totals"]
    assert round(sum(line["difference_m2"] for line in totals["lines"]), 2) == totals["difference_m2"]
    assert round(totals["ours_m2"] - totals["theirs_m2"], 2) == totals["difference_m2"]
    assert found.open == 5


def test_nothing_of_either_side_is_changed_by_looking(ours: Programme, theirs: str) -> None:
    with open_programme(theirs, readonly=True) as other:
        before = other.journal.head()
    states = list(ours.journal.states("hazard"))
    head = ours.journal.head()
    reconcile(ours, theirs, dry_run=True)
    assert ours.journal.head() == head
    reconcile(ours, theirs)
    assert list(ours.journal.states("hazard")) == states
    with open_programme(theirs, readonly=True) as other:
        assert other.journal.head() == before


def test_a_decision_holds_until_what_differs_moves(ours: Programme, theirs: str) -> None:
    first = reconcile(ours, theirs)
    first.decide(id_of(first, "differs"), "dispute", reason="our team was there in May")
    again = reconcile(ours, theirs)
    assert sorted(statuses(again)["differs"]) == ["H-5"]
    assert again.kinds["hazard"].backlog(again.at)["disputed"] == 1
    with open_programme(theirs, "boris") as other:
        state = other.journal.state(uuid.UUID(int=2003))
        draft = Draft(kind="hazard", record_id=state.record_id, parents=state.revisions,
                      body={"status": "handed_over"}, information_date="2020-01-01")  # fmt: skip
        other.journal.append(Act(author="boris"), [draft])
    moved = reconcile(ours, theirs)
    assert sorted(statuses(moved)["differs"]) == ["H-3", "H-5"]
    assert moved.kinds["hazard"].backlog(moved.at)["moved"] == 1


def test_decisions_are_revisions_with_both_claims_and_can_be_taken_back(ours: Programme, theirs: str) -> None:
    found = reconcile(ours, theirs)
    wanted = id_of(found, "differs")
    done = found.decide(wanted[:13], "agree", reason="closed in their books, open in ours until the paper is here")
    state = ours.journal.state(done.decision)
    claims = state.body["claims"]
    assert claims["ours"][0]["attributes"]["status"] == "open"
    assert claims["theirs"][0]["attributes"]["status"] == "closed"
    assert claims["ours"][0]["geometry"]["type"] == claims["theirs"][0]["geometry"]["type"] == "Polygon"
    found.decide(wanted, "reopen", reason="the paper says otherwise")
    assert "H-3" in statuses(reconcile(ours, theirs))["differs"]
    history = ours.journal.history(done.decision)
    assert [each.body["decision_type"] for each in history] == ["agreed", "undone"]
    assert [each.author for each in history] == ["anna", "anna"]
    with pytest.raises(WrongCall):
        found.decide(wanted, "reopen", reason="twice")


def test_adopting_says_what_they_say_with_source_and_reason_and_keeps_the_rest(ours: Programme, theirs: str) -> None:
    found = reconcile(ours, theirs)
    for each in list(found.kinds["hazard"].open):
        if each.difference.status == "differs":
            found.decide(str(each.difference.id), "adopt", reason="their survey is the later one")
    changed = ours.journal.state(uuid.UUID(int=1003))
    assert changed.body["status"] == "closed"
    history = ours.journal.history(changed.record_id)
    assert [each.body.get("status") for each in history] == ["open", "closed"]
    assert (history[-1].source, history[-1].reason) == ("Operator", "their survey is the later one")
    grown = ours.journal.state(uuid.UUID(int=1005))
    entered = ours.journal.history(grown.record_id)[-1].as_entered
    assert entered["shift_taken_off_m"]["north"] == pytest.approx(12, abs=0.02)
    assert entered["geometry"]["type"] == "Polygon"
    again = reconcile(ours, theirs)
    assert set(statuses(again)) == {"shift", "only_ours", "only_theirs"}
    assert again.kinds["hazard"].counts()["same"] == COUNT - 1


def test_a_record_that_only_they_have_comes_over_with_its_identity(ours: Programme, theirs: str) -> None:
    found = reconcile(ours, theirs)
    done = found.decide(id_of(found, "only_theirs"), "adopt", reason="it was never reported to us")
    assert done.record == uuid.UUID(int=2000 + COUNT)
    state = ours.journal.state(done.record)
    assert state.body["local_id"] == f"H-{COUNT}"
    again = reconcile(ours, theirs)
    assert "only_theirs" not in statuses(again)
    assert again.kinds["hazard"].counts()["same"] == COUNT - 2


@pytest.mark.parametrize(("status", "word", "reason", "error"), [
    ("only_ours", "adopt", "why", WrongCall), ("shift", "adopt", "why", WrongCall),
    ("differs", "agree", " ", WrongCall),
    ("differs", "allow", "why", InvalidValue), ("differs", "reopen", "why", WrongCall),
])  # fmt: skip
def test_what_cannot_be_decided_is_refused_and_writes_nothing(
    ours: Programme, theirs: str, status: str, word: str, reason: str, error: type[Exception]
) -> None:
    found = reconcile(ours, theirs)
    head = ours.journal.head()
    with pytest.raises(error):
        found.decide(id_of(found, status), word, reason=reason)
    with pytest.raises(UnknownRecord):
        found.decide("ffffffff-no", "agree", reason="why")
    assert ours.journal.head() == head


def test_the_age_of_the_backlog_is_counted_from_the_run_that_saw_it_first(ours: Programme, theirs: str) -> None:
    now = dt.datetime.now(dt.UTC)
    ours.journal.clock = lambda: int((now.timestamp() - 0) * 1e6)
    first = reconcile(ours, theirs)
    assert first.is_remembered
    assert first.kinds["hazard"].backlog(first.at)["new"] == 5
    head = ours.journal.head()
    again = reconcile(ours, theirs)
    assert not again.is_remembered
    assert ours.journal.head() == head, "a run that sees nothing new writes nothing"
    later = again.kinds["hazard"].backlog(now + dt.timedelta(days=40))
    assert (later["new"], later["oldest_days"]) == (0, 39) or later["oldest_days"] == 40
    assert [row["count"] for row in later["by_age"]] == [0, 0, 5, 0, 0]
    with open_programme(theirs, "boris") as other:
        other.journal.append(Act(author="boris"), [record(40, side=1, east_m=5.0, north_m=12.0)])
    third = reconcile(ours, theirs)
    assert third.kinds["hazard"].backlog(third.at)["new"] == 1


def test_either_side_sees_the_same_from_its_own_end(ours: Programme, theirs: str, tmp_path: Path) -> None:
    here = reconcile(ours, theirs, dry_run=True)
    # The authority's records in a folder of their own, so that the operator can name them.
    authority = operator(tmp_path / "authority", [record(number) for number in range(COUNT)])
    with open_programme(theirs, "boris") as other:
        there = reconcile(other, authority, dry_run=True)
        one, two = here.as_dict()["kinds"]["hazard"], there.as_dict()["kinds"]["hazard"]
    assert one["counts"]["same"] == two["counts"]["same"]
    assert one["counts"]["only_ours"] == two["counts"]["only_theirs"]
    assert one["totals"]["difference_m2"] == -two["totals"]["difference_m2"]
    assert one["shift"]["east_m"] == pytest.approx(-two["shift"]["east_m"], abs=0.002)


def test_a_file_is_read_and_nothing_of_it_is_kept(ours: Programme, tmp_path: Path) -> None:
    """Every row is accounted for; what is personal in it is not even looked at."""
    path, mapping = tmp_path / "their.geojson", tmp_path / "their.toml"
    rows: list[dict[str, Any]] = [{"type": "Feature", "geometry": None, "properties": {"id": "H-99", "class": "sha",
                                   "status": "no such word", "owner": "Somebody Invented"}}]  # fmt: skip
    for number in range(1, COUNT):
        properties = {"id": f"H-{number}", "class": "sha", "status": "closed" if number == 2 else "open",
                      "owner": "Somebody Invented"}  # fmt: skip
        shape = json.loads(shapely.to_geojson(shapely.from_wkb(outline(number))))
        rows.append({"type": "Feature", "properties": properties, "geometry": shape})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows})[:-2] + ',{"type"', encoding="utf-8")
    mapping.write_text(
        'personal = ["owner"]\n[dataset]\nname = "their-list"\nedition = "snapshot"\ncoverage = "all"\n'
        '[position]\ncrs = "EPSG:4326"\n[[record]]\nkind = "hazard"\n[record.fields]\nlocal_id = "id"\n'
        'classification = "class"\nstatus = "status"\nlandowner = "owner"\n'
    )
    found = reconcile(ours, str(path), mapping=mapping)
    told = found.as_dict()
    assert told["theirs"]["input"] == told["theirs"]["held"] + told["theirs"]["records"]["hazard"]
    assert told["theirs"]["held"] == sum(told["theirs"]["held_by_code"].values()) > 0
    left = {key: sorted(each) for key, each in statuses(found).items()}
    assert left == {"differs": ["H-2"], "only_ours": ["H-0"], "only_theirs": ["H-99"]}
    assert not told["kinds"]["hazard"]["shift"]["found"]
    assert "Somebody" not in json.dumps(told)
    found.decide(id_of(found, "differs", "H-2"), "adopt", reason="their list is the later one")
    again = reconcile(ours, str(path), mapping=mapping)
    assert set(statuses(again)) == {"only_ours", "only_theirs"}


def test_an_export_comes_back_as_the_same_records(ours: Programme, tmp_path: Path) -> None:
    export(ours, ["hazard"], tmp_path / "out.geojson", ours.clocks())
    found = reconcile(ours, str(tmp_path / "out.geojson"))
    assert found.open == 0
    assert found.kinds["hazard"].counts()["same"] == COUNT


def test_the_drafted_mapping_is_said_to_be_drafted(ours: Programme, tmp_path: Path) -> None:
    rows = [{"type": "Feature", "properties": {"hazard_id": f"H-{number}", "classification": "SHA", "status": "Open"},
             "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(outline(number))))} for number in range(COUNT)]
    (tmp_path / "h.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    found = reconcile(ours, str(tmp_path / "h.geojson"))
    assert any("drafted" in note for note in found.theirs.notes)
    assert found.kinds["hazard"].counts()["same"] == COUNT


def test_a_file_that_does_not_say_what_a_row_is_is_read_as_the_kind_asked_for(ours: Programme, tmp_path: Path) -> None:
    rows = [{"type": "Feature", "properties": {"local_id": f"H-{number}"},
             "geometry": json.loads(shapely.to_geojson(shapely.from_wkb(outline(number))))} for number in range(COUNT)]
    (tmp_path / "them.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    found = reconcile(ours, str(tmp_path / "them.geojson"), kinds=("hazard",))
    assert found.theirs.held == 0
    assert found.kinds["hazard"].counts()["same"] == COUNT
    assert reconcile(ours, str(tmp_path / "them.geojson"), dry_run=True).theirs.reasons == {"kind-unknown": COUNT}


def test_a_link_that_one_side_cannot_name_is_called_as_the_other_side_calls_it(tmp_path: Path) -> None:
    """An export of hazards brought home elsewhere links to places and organisations that were not brought along."""
    organisation = uuid.UUID(int=50)
    linked = record(1, organisation_id=str(organisation))
    named = operator(tmp_path / "named", [
        Draft(kind="organisation", record_id=organisation, body={"name": "Clear Ground"}), linked])
    bare = operator(tmp_path / "bare", [linked])
    for one, other in ((named, bare), (bare, named)):
        with open_programme(one, "anna") as programme:
            found = reconcile(programme, other, dry_run=True)
            assert found.kinds["hazard"].counts()["same"] == 1
            assert {each.group for party in (found.ours, found.theirs) for each in party.said["hazard"]} == {
                "Clear Ground"}


def test_links_are_compared_by_what_they_lead_to(tmp_path: Path) -> None:
    """Two databases give one organisation two identities; its name is one."""
    made = []
    for side in (0, 1):
        organisation = uuid.UUID(int=50 + side)
        drafts = [Draft(kind="organisation", record_id=organisation, body={"name": "Clear Ground"}),
                  record(1, side=side, organisation_id=str(organisation))]  # fmt: skip
        made.append(operator(tmp_path / str(side), drafts))
    with open_programme(made[0], "anna") as programme:
        found = reconcile(programme, made[1])
        assert found.open == 0
        assert "organisation_id" in found.kinds["hazard"].found.compared


def test_what_was_declared_the_same_counts_once(ours: Programme, tmp_path: Path) -> None:
    from whitestone.programme.sameness import declare_same

    declare_same(ours, uuid.UUID(int=1001), uuid.UUID(int=1002), reason="one field")
    assert len(reconcile(ours, operator(tmp_path / "o", [record(1, side=1)])).ours.said["hazard"]) == COUNT - 1


def test_a_programme_against_itself_and_nonsense_are_refused(ours: Programme, target: str, tmp_path: Path) -> None:
    with pytest.raises(WrongCall):
        reconcile(ours, target)
    with pytest.raises(NotAProgramme):
        reconcile(ours, str(tmp_path / "nowhere"))
    with pytest.raises(WrongCall):
        reconcile(ours, str(tmp_path), mapping="bosnia_cleared")
    other = operator(tmp_path / "o", [record(1, side=1)])
    for kind in ("casualty", "minefield_record", "setting"):
        with pytest.raises(Refused):
            reconcile(ours, other, kinds=[kind])
    with pytest.raises(InvalidValue):
        reconcile(ours, other, kinds=["garden"])
    with pytest.raises(InvalidValue):
        reconcile(ours, other, tolerance_m=-1)


def test_two_empty_programmes_have_nothing_to_decide(tmp_path: Path) -> None:
    with init_programme(str(tmp_path / "a"), name="A", who="anna") as one:
        found = reconcile(one, operator(tmp_path / "b", [Draft(kind="item", record_id=uuid.UUID(int=1), body={})]))
        assert (found.open, found.kinds) == (0, {})


def test_what_is_kept_is_found_again_and_tables_go_out(ours: Programme, theirs: str, tmp_path: Path) -> None:
    found = reconcile(ours, theirs)
    path = keep(found)
    read = kept(ours)
    assert read[0].answer["theirs"]["label"] == "Operator"
    grown = next(each for each in found.kinds["hazard"].judged if each.difference.labels["ours"] == ["H-5"])
    shapes = read[0].shapes[str(grown.difference.id)]
    assert {name for name, shape in shapes.items() if shape} == {"ours", "theirs", "moved"}
    path.write_text("{")
    assert kept(ours) == []
    assert write_table(found, tmp_path / "d.csv") == write_table(found, tmp_path / "d.xlsx") == 5
    with (tmp_path / "d.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["status"] for row in csv.DictReader(file)} == {"shift", "differs", "only_ours", "only_theirs"}
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert book.sheetnames == ["differences", "totals"]
    with pytest.raises(InvalidValue):
        write_table(found, tmp_path / "d.pdf")
