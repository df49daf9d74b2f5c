"""Does the whole table of attributed claims come in, and does every note that warns of a hasty reading hold?"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_files import bring, new_programme

from whitestone.exchange.mapping.suggest import suggest
from whitestone.programme.claims_comparing import compare_claims, flags, question_of
from whitestone.programme.claims_gathering import gather
from whitestone.programme.importing import import_file
from whitestone.programme.opening import Programme


@pytest.fixture(scope="module")
def table(shared_data: Path) -> dict[str, dict[str, str]]:
    with (shared_data / "texts/claims.csv").open(encoding="utf-8") as file:
        return {row["claim_id"]: row for row in csv.DictReader(file)}


@pytest.fixture
def claims(tmp_path: Path, shared_data: Path) -> Iterator[Programme]:
    with new_programme(tmp_path / "p") as programme:
        report = bring(programme, shared_data / "texts/claims.csv", "claims")
        assert (report.input, report.new, report.held, report.records) == (37, 37, 0, {"claim": 37})
        gather(programme)
        yield programme


def bodies(programme: Programme) -> dict[str, dict[str, Any]]:
    return {state.body["local_id"]: {**state.extra, **state.body} for state in programme.journal.states("claim")}


def test_nothing_of_the_table_is_lost(claims: Programme, table: dict[str, dict[str, str]]) -> None:
    kept = bodies(claims)
    assert kept.keys() == table.keys()
    same = {"url": "source_url", "publisher": "published_by", "side": "side", "lang": "language", "place": "place_name",
            "period": "period_as_written", "metric": "unit_as_written", "value": "value_as_written",
            "attributed_to": "asserted_by", "note": "remarks"}  # fmt: skip
    for name, row in table.items():
        for column, attribute in same.items():
            assert (kept[name].get(attribute) or "") == row[column].strip(), (name, column)
        assert kept[name]["value"] == float(row["value"])
        assert kept[name]["document_id"]


def test_every_trap_of_the_notes_is_respected(claims: Programme) -> None:
    kept = bodies(claims)
    told = {name: (body["unit"], body.get("period_from"), body.get("period_to")) for name, body in kept.items()}
    assert told["C061"][0] == "victims"  # deaths are not split off
    assert kept["C066"]["unit"] == "per_cent"  # a share, no number of casualties
    assert kept["C066"]["population"] == "civilians"
    assert told["C083"][0] == "casualties_per_month"  # a rate
    assert told["C084"] == ("casualties", "2014-07", "2014-09")  # never the year 1393
    assert told["C071"] == ("killed", None, "2022")
    assert told["C085"] == ("injured", None, None)  # of which year is not said
    assert told["C063"] == ("killed_or_injured", "2014", None)
    assert told["C070"] == ("victims", "2020", "2020")
    assert told["C074"][0] == "km2"
    assert (kept["C062"].get("as_of"), kept["C062"]["published_on"]) == (None, "2025-08")  # no date on it
    assert {kept[name]["qualifier"] for name in ("C063", "C083", "C087")} == {"at_least"}
    assert {(body["source_grade"], body["info_grade"]) for body in kept.values()} == {("F", "6")}


def ids(programme: Programme) -> dict[str, str]:
    return {str(state.record_id): state.body["local_id"] for state in programme.journal.states("claim")}


def test_exactly_the_restated_and_distorted_figures_are_flagged(claims: Programme) -> None:
    names = ids(claims)
    found = {
        (each["flag"], tuple(sorted(names[one] for one in each["claims"]))) for each in flags(claims, claims.clocks())
    }
    assert found == {
        ("restated", ("C073", "C075")),  # a sum over the years that falls
        ("restated", ("C093", "C094")),  # revised a year later
        ("unit-shift", ("C086", "C087")),  # casualties that a headline made deaths
    }


def test_two_papers_with_one_figure_of_one_speaker_are_one_origin(claims: Programme) -> None:
    question = question_of(metric_name="casualties", place="Cambodia", begins="2014-01", ends="2014-02")
    answer = compare_claims(claims, question, claims.clocks())
    names = ids(claims)
    row = next(row for row in answer["claims"] if row["value"] == 40)
    assert (names[row["claim"]], [names[each["claim"]] for each in row["repeated_in"]]) == ("C058", ["C059"])
    assert row["agrees_with"] == []
    left_out = {names[each["claim"]] for each in answer["left_out"]}
    assert {"C066", "C083", "C061", "C085"} <= left_out


def test_cambodias_accidents_stand_beside_the_claims(tmp_path: Path, shared_data: Path) -> None:
    """By the file's own columns: 124 accidents of early 2005, the sum of VICTIM in the period."""
    import json

    with new_programme(tmp_path / "p") as programme:
        bring(programme, shared_data / "cambodia_casualties/dataset.json", "cambodia_casualties")
        bring(programme, shared_data / "texts/claims.csv", "claims")
        question = question_of(metric_name="casualties", place="Cambodia", begins="2005", ends="2005")
        own = compare_claims(programme, question, programme.clocks())["own"]
        raw = json.loads((shared_data / "cambodia_casualties/dataset.json").read_text("utf-8"))
        assert own["value"] == sum(int(each["properties"]["VICTIM"]) for each in raw["features"])
        assert own["low"] == own["value"] == own["high"]


def test_a_drafted_mapping_makes_claims_of_it_too(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "texts/claims.csv"
    draft = tmp_path / "drafted.toml"
    draft.write_text(suggest(path).toml, encoding="utf-8")
    with new_programme(tmp_path / "p") as programme:
        report = import_file(programme, path, draft)
        assert (report.input, report.held, report.records) == (37, 0, {"claim": 37})
        kept = bodies(programme)
        assert kept["C058"]["asserted_by"] == "CMAA"
        assert (kept["C058"]["period_from"], kept["C058"]["period_to"]) == ("2014-01", "2014-02")
        assert kept["C084"].get("period_from") is None  # what is not understood is a finding, not a guess
