"""Does a check keep what people decided, and say when it no longer finds what it found?"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
import shapely
from typer.testing import CliRunner

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.programme.checking import accept, assign, check, reopen
from whitestone.programme.opening import Programme, init_programme, open_programme

ACT = Act(author="anna")


def hazard(local_id: str, west: float, organisation: str = "A", reported: float | None = None) -> Draft:
    """Draft a hazard of about 100 by 100 m."""
    shape = shapely.box(west + 0.00001, 40.00001, west + 0.00118, 40.00091)
    body = {"local_id": local_id, "classification": "sha", "status": "open", "organisation_name": organisation}
    if reported is not None:
        body["area_reported_m2"] = reported
    return Draft(kind="hazard", record_id=new_id(), body=body, geometry=shapely.to_wkb(shape), information_date="2020")


@pytest.fixture
def programme(target: str) -> Programme:
    """Give a programme with two hazards over each other and one whose reported area is ten times too large."""
    made = init_programme(target, name="Check", who="anna", settings={"equal_area_lon": 46.0, "equal_area_lat": 40.0})
    made.journal.append(ACT, [hazard("H-1", 46.0), hazard("H-2", 46.0003, "B"), hazard("H-3", 46.1, reported=1e5)])
    yield made
    made.close()


def test_the_same_finding_has_the_same_id_at_every_check(programme: Programme) -> None:
    """So that a decision about it holds."""
    first, second = check(programme), check(programme)
    assert [each.finding_id for each in first.findings] == [each.finding_id for each in second.findings]
    counts = first.counts()
    assert counts["hazards-overlap-across"]["open"] == 1
    assert counts["area-mismatch"]["open"] == 1
    assert counts["axes-swapped"] == {"severity": "error", "open": 0, "accepted": 0, "fixed": 0}
    assert sum(count["open"] for count in counts.values()) == len(first.findings) == 2


def test_a_finding_is_accepted_with_a_reason_and_opened_again(programme: Programme) -> None:
    """Both are revisions of one record, with author and reason."""
    (one,) = check(programme, ["area-mismatch"]).findings
    with pytest.raises(WrongCall):
        accept(programme, [one.finding_id], reason=" ")
    accept(programme, [one.finding_id], reason="estimated by eye in 2009, no survey since")
    (accepted,) = check(programme, ["area-mismatch"]).findings
    assert (accepted.state, accepted.reason) == ("accepted", "estimated by eye in 2009, no survey since")
    reopen(programme, [one.finding_id], reason="a survey is planned")
    assert check(programme, ["area-mismatch"]).findings[0].state == "open"
    history = programme.journal.history(one.finding_id)
    assert [revision.author for revision in history] == ["anna", "anna"]
    assert history[0].body["rule"] == "area-mismatch"


def test_an_owner_is_named_without_closing_the_finding(programme: Programme) -> None:
    """Someone looks after it; it is still open."""
    (one,) = check(programme, ["area-mismatch"]).findings
    assign(programme, [one.finding_id], owner="bela")
    (after,) = check(programme, ["area-mismatch"]).findings
    assert (after.state, after.owner) == ("open", "bela")
    with pytest.raises(InvalidValue):
        assign(programme, [one.finding_id], owner="")


def test_what_is_corrected_is_fixed_and_what_returns_is_open(programme: Programme) -> None:
    """A finding that a person dealt with stays in the list as fixed."""
    (one,) = check(programme, ["area-mismatch"]).findings
    accept(programme, [one.finding_id], reason="to be corrected")
    record = one.finding.record_ids[0]
    first = programme.journal.history(record)[0]
    body = {"area_reported_m2": 10_000.0}
    right = Draft(kind="hazard", record_id=record, body=body, information_date="2021", parents=(first.revision_id,))
    programme.journal.append(ACT, [right])
    (gone,) = check(programme, ["area-mismatch"]).findings
    assert (gone.state, gone.finding.sentence) == ("fixed", one.finding.sentence)
    assert check(programme, ["sliver"]).findings == []


def test_an_unknown_finding_and_an_unknown_rule_are_refused(programme: Programme) -> None:
    """With the code that says which."""
    with pytest.raises(UnknownRecord):
        accept(programme, [uuid.uuid4()], reason="no")
    with pytest.raises(InvalidValue):
        check(programme, ["no-such-rule"])


def test_check_ends_with_1_when_errors_are_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with 0 once they are accepted; the counts are in the answer."""
    from whitestone.cli import app, collect

    collect()
    runner, folder = CliRunner(), str(tmp_path / "p")
    with init_programme(folder, name="Check", who="anna") as made:
        made.journal.append(ACT, [Draft(kind="item", record_id=new_id(), body={"found_on": "2999-01-01"})])
    asked = runner.invoke(app, ["-C", folder, "check", "--rule", "date-future", "--json"])
    answer = json.loads(asked.stdout)
    assert asked.exit_code == 1
    assert answer["counts"]["date-future"]["open"] == 1
    (one,) = answer["findings"]
    assert {"finding", "rule", "severity", "state", "owner", "records", "sentence", "todo", "where"} <= one.keys()
    done = runner.invoke(
        app, ["-C", folder, "findings", "accept", one["finding"], "--reason", "a clock that ran ahead"]
    )
    assert done.exit_code == 0, done.output
    assert runner.invoke(app, ["-C", folder, "check", "--rule", "date-future"]).exit_code == 0
    with open_programme(folder) as programme:
        assert check(programme, ["date-future"]).findings[0].state == "accepted"
