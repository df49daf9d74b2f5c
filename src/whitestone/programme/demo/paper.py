"""What does the authority of the simulated district know itself, and what did it decide over ten years?

Places, organisations, accidents, people, sheets, claims and inspections come straight from its desk; so do the split
of a hazard, a correction, paper that came in years late, work not yet approved and two statements that contradict
each other. People and their names are invented like all the rest.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature, State, Workflow
from whitestone.programme.checking import accept, check
from whitestone.programme.demo.desk import Desk
from whitestone.programme.demo.faults import Planted
from whitestone.programme.demo.said import what_is_said
from whitestone.programme.demo.world import COMMUNE_M, COMMUNES, OPERATORS, commune_at, onto_globe
from whitestone.programme.importing_links import dataset_id
from whitestone.programme.opening import Programme
from whitestone.programme.sameness import declare_same

__all__ = ["AUTHORITY", "CANCELLED_FOR_NOTHING", "before_the_work", "decisions", "district_outline", "idle_hazards",
           "records_of_the_authority"]

AUTHORITY = "Authority of the simulated district"
_DONORS = ("Donor One (simulated)", "Donor Two (simulated)")


def district_outline() -> Any:
    """Draw the district: three by two communes, in degrees.

    >>> district_outline().contains(shapely.Point(-41, 75))
    True
    """
    west, south = -1.5 * COMMUNE_M, -1.0 * COMMUNE_M
    return onto_globe(shapely.segmentize(shapely.box(west, south, west + 3 * COMMUNE_M, south + 2 * COMMUNE_M), 2000))


def before_the_work(programme: Programme) -> None:
    """Enter the gazetteer and the organisations, which everything else names."""
    desk = Desk(random.Random(0), [])
    district = desk.draft(
        "place",
        {
            "local_id": "SIM",
            "name": "Simulated district",
            "place_type": "admin",
            "admin_level": 1,
            "pcode": "SIM",
            "remarks": "Invented; drawn on inland ice on which nobody lives.",
        },
    )
    for number, name in enumerate(COMMUNES):
        west, south = (number % 3 - 1.5) * COMMUNE_M, (number // 3 - 1) * COMMUNE_M
        shape = shapely.segmentize(shapely.box(west, south, west + COMMUNE_M, south + COMMUNE_M), 2000)
        names = [{"name": name, "language": "en", "source": "invented"}, {"name": f"{name}ora", "source": "invented"}]
        body = {
            "local_id": f"SIM{number + 1}",
            "name": name,
            "place_type": "admin",
            "admin_level": 2,
            "pcode": f"SIM{number + 1}",
            "parent_pcode": "SIM",
            "parent_id": str(district),
            "names": names,
            "valid_from": "2000",
        }
        desk.draft("place", body, shape)
    desk.draft("organisation", {"name": AUTHORITY, "organisation_type": "nmaa", "local_id": "AUTH"})
    for code, name in OPERATORS.items():
        desk.draft(
            "organisation",
            {
                "name": name,
                "organisation_type": "operator_ngo",
                "local_id": code,
                "accreditation_number": f"SIM-{code}-1",
            },
        )
    for name in _DONORS:
        desk.draft("organisation", {"name": name, "organisation_type": "donor"})
    programme.journal.append(_act("gazetteer and organisations of the simulated district"), desk.drafts)


def records_of_the_authority(programme: Programme, seed: int) -> list[Planted]:
    """Enter accidents with people, sheets, documents and claims, inspections; return the faults planted in them."""
    desk, planted = Desk(random.Random(seed), []), []
    places = {str(state.body.get("name")): str(state.record_id) for state in programme.journal.states("place")}
    for number in range(1, 31):
        planted += _accident(desk, number, places)
    planted += _sheets_and_claims(desk, programme, places)
    planted += _inspections(desk, programme)
    twin = {
        "local_id": "AM-H-002",
        "organisation_name": OPERATORS["AM"],
        "classification": "sha",
        "status": "open",
        "discovered_on": "2016",
    }
    desk.draft("hazard", twin, shapely.Point(3_210.7, -8_123.4), "2016")
    planted.append(Planted("id-duplicated", "hazard", "AM-H-002", "an id used a second time, on paper"))
    programme.journal.append(_act("records of the authority"), desk.drafts)
    return planted


_OF_PERSONS: dict[int, tuple[str, dict[str, Any], str]] = {
    5: ("age-impossible", {"age_years": 140}, "a digit too many"),
    6: ("age-against-group", {"age_years": 12, "age_group": "adult"}, "twelve years, and an adult"),
    7: ("casualty-against-accident-date", {"occurred_on": "2014-12-31"}, "met before the accident"),
    8: ("injury-not-coded", {"injuries": [{"body_part": "shin", "injury_type": "burn"}]}, "a word that no list has"),
}
"""Faults of the first person of some accidents: rule, what is said wrongly, and in words."""


def _accident(desk: Desk, number: int, places: dict[str, str]) -> list[Planted]:
    dice = desk.dice
    x, y = dice.uniform(-14_000, 14_000), dice.uniform(-9_000, 9_000)
    day = f"{dice.randint(2015, 2024)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    outcomes = [dice.choice(("killed", "injured", "injured", "unknown")) for _ in range(dice.randint(1, 4))]
    local_id, commune = f"SIM-X-{number:02d}", commune_at(x, y)
    counts = {name: outcomes.count(name) for name in ("killed", "injured", "unknown")}
    body = {
        "local_id": local_id,
        "occurred_on": day,
        "accident_class": "mine",
        "event_type": "accident_mine",
        "killed": counts["killed"],
        "injured": counts["injured"],
        "outcome_unknown": counts["unknown"],
        "casualties": len(outcomes),
        "place_name": commune,
        "place_id": places[commune],
    }
    planted = []
    if number == 3:
        body["casualties"] = len(outcomes) + 1
        planted.append(Planted("accident-sum", "accident", local_id, "three figures that do not make the fourth"))
    if number == 4:
        body["killed"], body["casualties"] = counts["killed"] + 1, len(outcomes) + 1
        planted.append(Planted("casualties-differ-from-accident", "accident", local_id, "a person was never recorded"))
    if number == 9:
        body["injured_with_amputation"] = counts["injured"] + 1
        planted.append(Planted("amputees-exceed-injured", "accident", local_id, "amputees left out of the injured"))
    accident = desk.draft("accident", body, shapely.Point(x, y), day)
    for person, outcome in enumerate(outcomes, 1):
        sealed = {"person_name": f"Simulated person {number}-{person}"}
        about: dict[str, Any] = {
            "local_id": f"SIM-P-{number:02d}-{person}",
            "accident_id": str(accident),
            "occurred_on": day,
            "outcome": outcome,
            "sex": dice.choice(("female", "male")),
            "age_years": dice.randint(6, 70),
            "person_status": "civilian",
            "place_name": commune,
            "place_id": places[commune],
        }
        if person == 1 and number in _OF_PERSONS:
            rule, stated, words = _OF_PERSONS[number]
            about |= stated
            planted.append(Planted(rule, "casualty", str(about["local_id"]), words))
        hurt = desk.draft("casualty", about, None, day, sealed=sealed)
        if number == 1 and person == 1:
            _protected(desk, hurt, accident, day)
    return planted


def _protected(desk: Desk, hurt: uuid.UUID, accident: uuid.UUID, day: str) -> None:
    """Let one simulated person agree to be named to authorities, and one witness tell something in confidence."""
    desk.draft("consent", {"casualty_id": str(hurt), "consent_purpose": "assistance", "shared_with": "authorities",
                           "consent_given": True, "given_on": day, "consent_form": "written",
                           "guardian_relation": "parent"}, None, day,
               sealed={"guardian_name": "Simulated guardian"})  # fmt: skip
    desk.draft("protected_source", {"protected_role": "witness", "about_ids": [str(accident)]}, None, day,
               sealed={"person_name": "Simulated witness"})  # fmt: skip


def _sheets_and_claims(desk: Desk, programme: Programme, places: dict[str, str]) -> list[Planted]:
    hazards = _known(programme, "hazard", "CE")
    for number in range(1, 13):
        hazard = desk.dice.choice(hazards)
        body = {
            "local_id": f"SIM-M-{number:02d}",
            "sheet_number": str(number),
            "standard": "ad_hoc_sketch",
            "recorded_on": f"{1999 + number % 3}",
            "transfer_batch": "Simulated batch 1",
            "transferred_on": "2017-04-12",
            "quantity_reported": desk.dice.randint(5, 80),
            "hazard_ids": [str(hazard)],
        }
        x, y = desk.dice.uniform(-14_000, 14_000), desk.dice.uniform(-9_000, 9_000)
        body |= {"place_name": commune_at(x, y), "place_id": places[commune_at(x, y)]}
        desk.draft("minefield_record", body, shapely.Point(x, y), str(body["recorded_on"]), workflow=Workflow.VERIFIED)
    # A second batch, every sheet of it booked to the commune where it was handed over.
    for number in range(101, 161):
        body = {
            "local_id": f"SIM-M-{number}",
            "sheet_number": str(number),
            "standard": "ad_hoc_sketch",
            "transfer_batch": "Simulated batch 2",
            "transferred_on": "2018-09-03",
            "place_name": COMMUNES[0],
            "place_id": places[COMMUNES[0]],
        }
        desk.draft("minefield_record", body, None, "2018-09-03")
    planted = what_is_said(desk.draft)
    return [*planted, Planted("place-share", "minefield_record", "SIM-M-101", "sixty sheets booked to one commune")]


def _inspections(desk: Desk, programme: Programme) -> list[Planted]:
    activities = [each for operator in OPERATORS for each in _known(programme, "activity", operator)]
    for number in range(1, 41):
        body = {
            "local_id": f"SIM-Q-{number:02d}",
            "inspection_type": "monitoring",
            "inspected_on": f"{2016 + number % 8}-05",
            "activity_id": str(activities[number * 4]),
            "result": "passed",
        }
        desk.draft("inspection", body, None, str(body["inspected_on"]))
    lost = {
        "local_id": "SIM-Q-99",
        "inspection_type": "monitoring",
        "inspected_on": "2020",
        "result": "conditional",
        "activity_id": str(uuid.UUID(int=desk.dice.getrandbits(128), version=4)),
    }
    desk.draft("inspection", lost, None, "2020")
    return [Planted("link-broken", "inspection", "SIM-Q-99", "an inspection of work that nobody has reported")]


def decisions(programme: Programme) -> None:
    """Split a hazard, correct a boundary, bring in late paper, leave work unapproved, and let two statements differ."""
    journal, hazards = programme.journal, _known(programme, "hazard", "AM")
    whole = idle_hazards(programme, "AM")[0]
    shape = shapely.from_wkb(whole.geometry)
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    halves = [
        shape.intersection(shapely.box(*each)) for each in ((west, south, middle, north), (middle, south, east, north))
    ]
    parents = (whole.revisions[-1],)
    body = {**whole.body, "status_changed_on": "2022-03-01"}
    child = {
        **body,
        "local_id": f"{whole.body['local_id']}/2",
        "parent_ids": [str(whole.record_id)],
        "area_reported_m2": None,
    }
    split = [
        Draft(
            kind="hazard",
            record_id=whole.record_id,
            body={"area_reported_m2": None},
            geometry=shapely.to_wkb(halves[0]),
            information_date="2022-03-01",
            parents=parents,
        ),
        Draft(
            kind="hazard",
            record_id=new_id(),
            body=child,
            geometry=shapely.to_wkb(halves[1]),
            information_date="2022-03-01",
        ),
    ]
    journal.append(_act("split: the eastern part cannot be reached, the rest is worked on"), split)
    _correct(programme, hazards)
    _leave_open(programme)
    declare_same(programme, *_pair(programme), reason="one field: both teams were there in the same week")
    long = [each.finding_id for each in check(programme, ["leg-too-long"]).findings]
    accept(programme, long, reason="a road: its edge is straight for six kilometres")


def _pair(programme: Programme) -> tuple[uuid.UUID, uuid.UUID]:
    """Find the two records that two operators made of one field."""
    ids = {str(state.body.get("local_id")): state.record_id for state in programme.journal.states("hazard")}
    other = next(ids[name.removesuffix("=CE")] for name in ids if name.endswith("=CE"))
    return other, next(record for name, record in ids.items() if name.endswith("=CE"))


def _correct(programme: Programme, hazards: list[uuid.UUID]) -> None:
    """Correct the day on which one hazard was found: the ground did not change, our knowledge did."""
    wrong = programme.journal.history(hazards[9])[0]
    right = Draft(
        kind="hazard",
        record_id=wrong.record_id,
        body={**wrong.body, "discovered_on": "2015-02-03"},
        extra=wrong.extra,
        geometry=wrong.geometry,
        information_date="2015-02-03",
        nature=Nature.CORRECTION,
        corrects=wrong.revision_id,
        parents=(wrong.revision_id,),
    )
    programme.journal.append(_act("the report of 2015 was found: it was known earlier than entered"), [right])


CANCELLED_FOR_NOTHING = Planted("cancelled-without-record", "release", "BI-LATE-1", "cancelled: no record is there")
"""A fault among what `decisions` leave open."""


def _leave_open(programme: Programme) -> None:
    """Let a boundary change, late paper arrive, work wait for approval, and two desks draw one edge differently."""
    journal = programme.journal
    grown, first, second, disputed = idle_hazards(programme, "BI")[:4]
    wider = shapely.from_wkb(grown.geometry).buffer(0.0002, quad_segs=2)
    journal.append(
        _act("survey of 2021: the edge lies further out"),
        [_redrawn(grown, wider, "2021-05-10")],
    )
    late = {
        "local_id": CANCELLED_FOR_NOTHING.local_id,
        "outcome": "cancelled",
        "completed_on": "2021-05-01",
        "approved_on": "2021-06-01",
        "hazard_ids": [str(first.record_id)],
        "organisation_name": OPERATORS["BI"],
    }
    waiting = {
        **late,
        "local_id": "BI-WAIT-1",
        "completed_on": "2024-10-01",
        "approved_on": None,
        "hazard_ids": [str(second.record_id)],
    }
    for body, hazard, workflow, reason in (
        (late | {"remarks": "No record of it."}, first, Workflow.APPROVED, "a cancellation of 2021, found in a drawer"),
        (waiting, second, Workflow.SUBMITTED, "handed in, not yet looked at"),
    ):
        draft = Draft(
            kind="release",
            record_id=new_id(),
            body=body,
            geometry=shapely.to_wkb(_western_half(shapely.from_wkb(hazard.geometry))),
            information_date=str(body["completed_on"]),
            workflow=workflow,
        )
        journal.append(_act(reason), [draft])
    for desk, degrees in (("north desk", 0.0001), ("south desk", -0.0001)):
        shape = shapely.from_wkb(disputed.geometry).buffer(degrees, quad_segs=2)
        act = Act(author=desk, organisation=AUTHORITY, reason="the edge as this desk reads the sketch")
        journal.append(act, [_redrawn(disputed, shape, "2023-02-01")])


def _redrawn(state: State, shape: Any, date: str) -> Draft:
    """State a new boundary of a hazard from the last revision on."""
    parents = (state.revisions[-1],)
    body = {"area_reported_m2": None}
    wkb = shapely.to_wkb(shape)
    return Draft(
        kind="hazard", record_id=state.record_id, body=body, geometry=wkb, information_date=date, parents=parents
    )


def _western_half(shape: Any) -> Any:
    west, south, east, north = shape.bounds
    return shape.intersection(shapely.box(west, south, (west + east) / 2, north))


def idle_hazards(programme: Programme, operator: str) -> list[State]:
    """List an operator's drawn hazards on which nobody has worked, in the order of their own ids."""
    worked = {str(each) for state in programme.journal.states("release") for each in state.body.get("hazard_ids") or ()}
    states = programme.journal.states("hazard", ids=_known(programme, "hazard", operator))
    idle = [
        state
        for state in states
        if str(state.record_id) not in worked
        and state.geometry
        and shapely.from_wkb(state.geometry).geom_type == "Polygon"
    ]
    # The first ones carry planted faults (faults.plant takes them from the front).
    return sorted(idle, key=lambda state: str(state.body.get("local_id")), reverse=True)


def _known(programme: Programme, kind: str, operator: str) -> list[uuid.UUID]:
    """List the records that an operator's files made, in the order of their own ids."""
    dataset = dataset_id(programme.journal.programme_id, f"simulated-{operator}-{kind}")
    letter = {"hazard": "H", "activity": "A"}[kind]
    wanted = [f"{operator}-{letter}-{number:03d}" for number in range(1, 400)]
    return [record for _, record in sorted(programme.journal.find_external(dataset, kind, wanted).items())]


def _act(reason: str) -> Act:
    return Act(author="simulated desk", organisation=AUTHORITY, reason=reason, source="simulated")
