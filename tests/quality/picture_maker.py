"""What does a small programme look like to a rule? Builders for the tests of this room."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

import shapely

from whitestone.domain.settings import Settings
from whitestone.geodesy.areas import Plane
from whitestone.quality.model import Finding, Picture, Subject
from whitestone.quality.rules import examine

LON, LAT = -41.0, 75.0
TODAY = dt.date(2026, 6, 1)
_STEP = 1e-5


def square(x: float = 0.0, y: float = 0.0, side_m: float = 100.0) -> shapely.Polygon:
    """Draw a square whose lower left corner lies x, y metres from the centre; never on round degrees."""
    corners = [(x, y), (x + side_m, y), (x + side_m, y + side_m), (x, y + side_m)]
    return ring(corners)


def ring(corners: list[tuple[float, float]]) -> shapely.Polygon:
    """Draw a polygon from metres around the centre of the plane."""
    return Plane(LON, LAT).unproject([shapely.Polygon(corners)])[0]


def point(x: float = 0.0, y: float = 0.0) -> shapely.Point:
    """Place a point from metres around the centre of the plane."""
    return Plane(LON, LAT).unproject([shapely.Point(x + 0.123, y + 0.456)])[0]


def subject(
    kind: str, geometry: Any = None, *, organisation: str | None = "A", number: int | None = None, **body: Any
) -> Subject:
    """Make a record as a rule sees it."""
    record_id = uuid.UUID(int=number) if number else uuid.uuid4()
    return Subject(record_id=record_id, kind=kind, body=body, geometry=geometry, organisation=organisation)


def picture(*subjects: Subject, today: dt.date = TODAY, **settings: Any) -> Picture:
    """Make a picture out of records."""
    by_kind: dict[str, list[Subject]] = defaultdict(list)
    for each in subjects:
        by_kind[each.kind].append(each)
    return Picture(by_kind, Settings(**settings), Plane(LON, LAT), today)


def found(rule: str, *subjects: Subject, **settings: Any) -> list[Finding]:
    """Run one rule over records."""
    return examine(picture(*subjects, **settings), [rule])
