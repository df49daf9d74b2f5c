"""Which invented district do the tests of the pages look at?"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

import shapely

from whitestone.domain.revision import Act, Draft
from whitestone.journal import HeldRow
from whitestone.programme.opening import init_programme

PERSON = "Somebody Invented"
IDS = {
    # The same in every process: pages are parameters of tests, and several workers must collect the same ones.
    name: uuid.UUID(f"01900000-0000-7000-8000-{number:012x}")
    for number, name in enumerate((
        "north",
        "south",
        "nowhere",
        "spot",
        "release",
        "item",
        "accident",
        "casualty",
        "place",
        "dataset",
        "run",
        "organisation",
    ))
}


def box(west: float, south: float, size: float) -> bytes:
    """Make a square as WKB."""
    return bytes(shapely.to_wkb(shapely.box(west, south, west + size, south + size)))


def _drafts() -> list[Draft]:
    def draft(name: str, kind: str, body: dict[str, Any], geometry: bytes | None = None, **more: Any) -> Draft:
        return Draft(kind=kind, record_id=IDS[name], body=body, geometry=geometry, **more)

    organisation = str(IDS["organisation"])
    return [
        draft("organisation", "organisation", {"local_id": "ORG-1", "name": "Operator North"}),
        draft(
            "place", "place", {"name": "Upper Valley", "place_type": "admin", "admin_level": 2}, box(17.9, 43.9, 0.4)
        ),
        draft(
            "north",
            "hazard",
            {
                "local_id": "H-1",
                "classification": "sha",
                "status": "open",
                "area_reported_m2": None,
                "organisation_id": organisation,
            },
            box(18.0, 44.0, 0.02),
            information_date="2012-05",
            as_entered={"classification": "SUSP. <b>area</b>"},
            extra={"sheet": "2585-III"},
        ),
        draft(
            "south",
            "hazard",
            {"local_id": "H-2", "classification": "cha", "status": "worked_on", "area_reported_m2": 1234567.5},
            box(18.05, 44.0, 0.01),
            information_date="2014-03-01",
        ),
        draft("nowhere", "hazard", {"local_id": "H-3", "classification": "sha"}),
        draft(
            "spot",
            "hazard",
            {"local_id": "H-4", "classification": "eod_spot", "status": "closed"},
            bytes(shapely.to_wkb(shapely.Point(18.1, 44.05))),
            information_date="2015",
        ),
        draft(
            "release",
            "release",
            {"local_id": "R-1", "outcome": "cleared", "completed_on": "2016-06-30", "hazard_ids": [str(IDS["north"])]},
            box(18.0, 44.0, 0.005),
            information_date="2016-06-30",
        ),
        draft(
            "item",
            "item",
            {"local_id": "I-1", "category": "ap_mine", "found_on": "2016-06-02"},
            bytes(shapely.to_wkb(shapely.Point(18.003, 44.003))),
            information_date="2016-06-02",
        ),
        draft(
            "accident",
            "accident",
            {"local_id": "A-1", "occurred_on": "2013", "killed": 0, "injured": 1},
            bytes(shapely.to_wkb(shapely.Point(18.01, 44.015))),
            information_date="2013",
        ),
        draft(
            "casualty",
            "casualty",
            {"local_id": "C-1", "outcome": "injured", "sex": "female", "accident_id": str(IDS["accident"])},
            sealed={"person_name": PERSON},
            information_date="2013",
        ),
        draft("dataset", "dataset", {"local_id": "district", "name": "District survey"}),
        draft(
            "run",
            "run",
            {
                "local_id": "run-1",
                "file_name": "hazards.csv",
                "file_size": 2048,
                "run_status": "finished",
                "dataset_id": str(IDS["dataset"]),
                "unmapped_columns": ["remarks 2"],
                "counts": {
                    "input": 5,
                    "accepted": 3,
                    "accepted_with_findings": 1,
                    "held": 1,
                    "new": 4,
                    "changed": 0,
                    "unchanged": 0,
                    "gone": 0,
                    "conflicts": 0,
                    "records": {"hazard": 4},
                },
            },
        ),
    ]


def seed(folder: Path) -> None:
    """Make the district in a folder, with one hazard that a later survey confirmed, and one held row."""
    with init_programme(str(folder), name="Test district", who="anna", settings={"simulated": True}) as programme:
        journal = programme.journal
        act = Act(
            author="anna",
            organisation="Authority",
            source="District survey 2012",
            dataset=IDS["dataset"],
            run=IDS["run"],
        )
        journal.append(act, _drafts())
        first = journal.history(IDS["north"])[-1]
        confirmed = Draft(
            kind="hazard",
            record_id=IDS["north"],
            body={"classification": "cha", "status": "worked_on"},
            information_date="2019-06-12",
            parents=(first.revision_id,),
        )
        journal.append(Act(author="boris", organisation="Operator North", reason="direct evidence found"), [confirmed])
        reasons = [{"column": "x", "code": "coordinates-missing", "message": "The position is missing."}]
        with journal.writing(act) as batch:
            batch.hold(
                [
                    HeldRow(
                        run=IDS["run"], row=5, digest=b"0" * 16, raw=b'{"id": "<script>H-9</script>"}', reasons=reasons
                    )
                ]
            )
        programme.fix_plane(18.0, 44.0)


def wait_ready(client: Any, path: str) -> Any:
    """Ask until the answer has been computed."""
    for _ in range(100):
        answer = client.get(path)
        if answer.status_code != 202:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{path} was never ready")
