"""Does the situation report say what the journal knows, with every figure open, and nothing of a person?"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import WrongCall
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.reporting import situation, write_report


def box(x: float, y: float, width: float = 0.01) -> bytes:
    return bytes(shapely.to_wkb(shapely.box(10 + x, 40 + y, 10 + x + width, 40 + y + 0.01)))


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    made = init_programme(
        target,
        name="=Simulated",
        settings={"equal_area_lon": 10.0, "equal_area_lat": 40.0, "simulated": True},
    )
    hazard, other = new_id(), new_id()
    sha = {"classification": "sha", "status": "open"}

    def draft(
        kind: str, body: dict[str, object], on: str | None, geometry: bytes | None = None, **more: object
    ) -> Draft:
        record_id = more.pop("record_id", None) or new_id()
        assert isinstance(record_id, uuid.UUID)
        return Draft(kind=kind, record_id=record_id, body=body, information_date=on, geometry=geometry, **more)  # type: ignore[arg-type]

    drafts = [
        draft("hazard", {"local_id": "H-1", **sha}, "2018", box(0, 0), record_id=hazard),
        draft("hazard", {"local_id": "H-2", **sha}, None, record_id=other),
        draft("release", {"outcome": "cleared", "completed_on": "2020-05"}, "2020-05", box(0, 0, 0.005)),
        draft(
            "casualty",
            {"occurred_on": "2019-02-03", "outcome": "injured"},
            "2019-02-03",
            sealed={"person_name": "CANARY"},
        ),
    ]
    made.journal.append(Act(author="tester"), drafts)
    yield made
    made.close()


def test_figures_carry_rule_denominator_and_records(programme: Programme) -> None:
    report = situation(programme, programme.clocks("2021"))
    figures = {figure.label: figure for figure in report.figures}
    assert figures["Open hazards, SHA"].value == 2
    assert {name for _, _, name in figures["Open hazards, SHA"].records} == {"H-1", "H-2"}
    assert figures["Hazards of unknown size and location"].value == 1
    assert figures["Land cleared"].value == pytest.approx(figures["Ground still open"].value, rel=1e-4)
    assert all(figure.rule and figure.denominator and figure.unit for figure in report.figures)


def test_where_no_hazard_has_an_outline_open_ground_is_unknown_and_every_sort_of_hazard_is_on_the_map(
    tmp_path: Path,
) -> None:
    point = bytes(shapely.to_wkb(shapely.Point(10, 40)))
    sorts = [{"classification": "sha", "status": "open"}, {"classification": "eod_spot", "status": "open"},
             {"classification": "cha", "status": "closed"}, {"classification": "cha", "status": "invalid"}]  # fmt: skip
    plane = {"equal_area_lon": 10.0, "equal_area_lat": 40.0}
    with init_programme(str(tmp_path / "p"), name="Points (simulated)", settings=plane) as programme:
        assert situation(programme, programme.clocks()).figures[0].value == 0, "nothing is recorded"
        drafts = [Draft(kind="hazard", record_id=new_id(), body=body, geometry=point) for body in sorts]
        programme.journal.append(Act(author="tester"), drafts)
        report = situation(programme, programme.clocks())
    assert report.figures[0].label == "Ground still open"
    assert report.figures[0].value is None
    drawn = next(section for section in report.sections if section.title == "Map")
    for words in ("Suspected hazardous area (SHA)", "Hazard of another or no class", "Closed or handed over"):
        assert words in (drawn.svg or "")
    assert "Confirmed hazardous area (CHA)" not in (drawn.svg or "")
    assert "1 hazards were withdrawn as invalid" in (drawn.svg_says or "")


def test_both_clocks_rule_the_figures(programme: Programme) -> None:
    before = situation(programme, programme.clocks("2019"))
    values = {figure.label: figure.value for figure in before.figures}
    assert values["Land cleared"] == 0
    assert before.clocks.startswith("Situation on 2019-12-31")
    unknown = situation(programme, programme.clocks("2021", "2020"))
    assert {figure.label: figure.value for figure in unknown.figures}["Open hazards, SHA"] == 0


def test_documents_are_written_in_every_format_and_name_nobody(programme: Programme, tmp_path: Path) -> None:
    report = situation(programme, programme.clocks("2021"), start=dt.date(2018, 1, 1))
    for path in write_report(report, ["html", "pdf", "xlsx"], tmp_path / "out"):
        assert b"CANARY" not in path.read_bytes()
    page = (tmp_path / "out" / "situation-2021-12-31.html").read_text()
    for words in ("INTERNAL", "SIMULATED", "Blank is not clear", "2018-01-01", "2019"):
        assert words in page


def test_an_unknown_format_is_refused_before_anything_is_written(programme: Programme, tmp_path: Path) -> None:
    report = situation(programme, programme.clocks("2021"))
    with pytest.raises(WrongCall, match="docx"):
        write_report(report, ["html", "docx"], tmp_path / "none")
    assert not (tmp_path / "none").exists()
