"""Which small programme do the tests of closed periods stand on?"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import numpy as np
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.programme.accounts import ledger
from whitestone.programme.opening import Programme, init_programme

PLANE = Plane(45.0, 40.0)
SETTINGS = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}


def wkb(x: float, y: float, width: float, height: float) -> bytes:
    """Draw a rectangle of the plane, in degrees."""
    box = np.array([shapely.box(x, y, x + width, y + height)], dtype=object)
    return bytes(shapely.to_wkb(PLANE.unproject(box)[0]))


class Desk:
    """A programme with short words for what the tests state."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme

    def say(
        self, kind: str, body: dict[str, Any], shape: bytes | None = None, *, why: str | None = None, **more: Any
    ) -> uuid.UUID:
        record_id = more.pop("record_id", None) or new_id()
        author = more.pop("author", "anna")
        draft = Draft(kind=kind, record_id=record_id, body=body, geometry=shape, **more)
        self.programme.journal.append(Act(author=author, reason=why), [draft])
        return record_id

    def ledger(self, on: str, start: str | None = None, **more: Any) -> dict[str, Any]:
        first = dt.date.fromisoformat(start) if start else None
        return ledger(self.programme, self.programme.clocks(on), start=first, **more)


def make(target: str, **settings: Any) -> Desk:
    """Make an empty programme with a fixed plane."""
    return Desk(init_programme(target, name="Test", who="anna", settings={**SETTINGS, **settings}))


def valley(desk: Desk) -> dict[str, uuid.UUID]:
    """Record two hazards and a release: 2023 closes with 2 ha, 2024 with 1.5 ha."""
    north = desk.say("hazard", {"classification": "sha", "local_id": "North"}, wkb(0, 0, 100, 100),
                     information_date="2015-01-01")
    south = desk.say("hazard", {"classification": "cha", "local_id": "South"}, wkb(0, -500, 100, 100),
                     information_date="2016-01-01")
    release = desk.say("release", {"outcome": "cleared", "completed_on": "2024-05-01", "local_id": "R-1",
                                   "organisation_name": "Alpha"}, wkb(0, 0, 50, 100), information_date="2024-05-01")
    return {"north": north, "south": south, "release": release}
