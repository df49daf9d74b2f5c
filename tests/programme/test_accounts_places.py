"""Is ground booked to the place that a report names, also where no gazetteer is loaded?"""

from __future__ import annotations

from pathlib import Path

import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.accounts import ledger
from whitestone.programme.opening import init_programme


def square(x: float) -> bytes:
    return bytes(shapely.to_wkb(shapely.box(10 + x, 40, 10.01 + x, 40.01)))


def test_without_a_gazetteer_ground_is_booked_by_the_name_as_written_and_the_ledger_says_so(tmp_path: Path) -> None:
    plane = {"equal_area_lon": 10.0, "equal_area_lat": 40.0}
    with init_programme(str(tmp_path / "p"), name="Simulated", settings=plane) as programme:
        drafts = [
            Draft(
                kind="hazard",
                record_id=new_id(),
                body={"classification": "sha", "place_name": name},
                geometry=square(x),
            )
            for x, name in ((0.0, "Tessary"), (0.1, "Kelith"), (0.2, "Tessary"))
        ]
        drafts.append(Draft(kind="hazard", record_id=new_id(), body={"classification": "sha"}, geometry=square(0.3)))
        programme.journal.append(Act(author="anna"), drafts)
        answer = ledger(programme, programme.clocks(), by="place")
    booked = {row["key"]: row["hazards"] for row in answer["rows"]}
    assert booked["Tessary"] == 2
    assert booked["Kelith"] == 1
    assert sum(booked.values()) == 4
    assert any("by its name as written" in note for note in answer["notes"])
