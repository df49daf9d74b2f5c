"""Can a migrated database be asked what it knew at a moment, by its own clock?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme.importing import import_file
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.recalling import describe, list_states, resolve

MAPPING = """
[dataset]
name = "old database"
edition = "increment"
[[record]]
kind = "hazard"
recorded = { column = "entered", formats = ["%d.%m.%Y %H:%M"] }
[record.fields]
local_id = "id"
status = "status"
discovered_on = "found"
"""
ROWS = (
    "id,status,found,entered\nA,open,2010-01-01,03.05.2014 23:30\nB,open,2010-01-01,2015-01-01\n"
    "C,open,2010-01-01,\nD,open,2010-01-01,in May\n"
)


@pytest.fixture
def programme(target: str, tmp_path: Path) -> Iterator[Programme]:
    """Give a programme in Baku into which an old database was migrated today."""
    path = tmp_path / "old.csv"
    path.write_text(ROWS)
    with init_programme(target, name="Clock", who="anna", settings={"time_zone": "Asia/Baku"}) as made:
        report = import_file(made, path, parse_mapping(MAPPING))
        assert (report.accepted + report.accepted_with_findings, report.held) == (4, 0)
        assert report.findings_by_code["source-clock-unclear"] == 1
        yield made


def test_each_record_is_known_from_the_moment_at_which_its_database_took_it_in(programme: Programme) -> None:
    """A day ends at midnight of the programme's time zone; what the old database did not say counts from today."""

    def known(day: str | None) -> set[str]:
        clocks = programme.clocks(None, day)
        states, total = list_states(programme, "hazard", clocks, 10, source_clock=True)
        assert total == len(states)
        return {str(state.body["local_id"]) for state in states}

    assert known("2014-05-02") == set()
    assert known("2014-05-03") == {"A"}
    assert known("2015-01-01") == {"A", "B"}
    assert known(None) == {"A", "B", "C", "D"}
    assert list_states(programme, "hazard", programme.clocks(None, "2015-01-01"), 10)[1] == 0


def test_the_text_stays_with_the_record_and_the_moment_with_its_revision(programme: Programme) -> None:
    """As entered beside as understood."""
    record = resolve(programme, "A")
    (revision,) = programme.journal.history(record)
    assert revision.source_recorded_at.isoformat() == "2014-05-03T18:30:00+00:00", "Baku kept summer time then"
    assert revision.extra["entered"] == "03.05.2014 23:30"
    clocks = programme.clocks(None, "2014")
    assert describe(programme, record, clocks, source_clock=True)["attributes"]["status"] == "open"
