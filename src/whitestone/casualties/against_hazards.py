"""Did an accident happen in a hazard that was known, in land that had been released, or outside everything known?

As of the day of the accident: only hazards known and releases completed before it count. An accident whose place is
known no better than a municipality cannot be laid against outlines, and is counted apart. Lying outside every known
hazard says nothing of who laid what, and blank ground is not clear.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.dates import PartialDate
from whitestone.errors import InvalidValue

__all__ = ["AGAINST_RULE", "SHARED_BY", "WORDS", "Accident", "Ground", "Placed", "lay_against", "released_km2_years",
           "shared_positions"]

Array = np.ndarray[Any, Any]

SHARED_BY = 10
"""A position that so many accidents of unknown accuracy share is that of a place, not of an accident."""
WORDS = {
    "in_released_land": "in land released before the accident",
    "in_known_hazard": "in a hazard known before the accident",
    "within_accuracy": "outside the outlines, but no further from a known hazard or released land than the position is "
                       "accurate",
    "outside_known_hazards": "outside every hazard known, and outside all land released, before the accident",
    "not_placed": "not placed: no position, or one no better than a place",
    "undated": "not dated to before or after what it lies in",
}
AGAINST_RULE = (
    "By what was stated of its ground before the accident: the last release completed before that day, or a hazard "
    "first known before it; of two the later one, of one day the hazard. Outlines as they stood on the eve. A date of "
    "less precision counts as before only if all of it is; a release or hazard without a date counts as known before. "
    "Hazards first known on the day of the accident or later do not count: many are known because of it."
)


class Accident(msgspec.Struct, frozen=True, kw_only=True):
    """One accident: `point` in the plane (metres; None without a position), its accuracy, its day (None: unknown)."""

    id: str
    point: Any = None
    accuracy_m: float | None = None
    day: PartialDate | None = None


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A hazard in one of its states, or a release, in the plane.

    `since` is the day on which the hazard was first known or the release completed (None: unknown); `outcome` that of a
    release, None for a hazard; `status` the hazard's, which has this outline from `stood_from` until before `stood_to`.
    """

    id: str
    outline: Any
    since: dt.date | None
    outcome: str | None = None
    status: str | None = None
    stood_from: dt.date | None = None
    stood_to: dt.date | None = None

    def stood_before(self, day: dt.date) -> bool:
        """Say whether it stood on the eve of a day.

        >>> Ground(id="h", outline=None, since=None, stood_to=dt.date(2020, 1, 1)).stood_before(dt.date(2020, 1, 2))
        False
        """
        return (self.stood_from is None or self.stood_from < day) and (self.stood_to is None or self.stood_to >= day)


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """How an accident lies: a word of WORDS, the ground that decided, metres to the nearest ground known then."""

    id: str
    lies: str
    ground: str | None = None
    outcome: str | None = None
    status: str | None = None
    since: str | None = None
    distance_m: float | None = None


def lay_against(accidents: Sequence[Accident], hazards: Sequence[Ground], releases: Sequence[Ground], *,
                usual_accuracy_m: float = 100.0, coarsest_m: float = 1_000.0) -> list[Placed]:
    """Say of each accident how it lies to the hazards and releases of its day; one answer each, in their order.

    `usual_accuracy_m` where the accuracy is not stated; an accuracy above `coarsest_m` places nothing. Refuses
    accuracies that are not above 0 with InvalidValue.

    >>> from whitestone.domain.dates import parse_partial
    >>> field = Ground(id="h", outline=shapely.box(0, 0, 100, 100), since=dt.date(2020, 1, 1))
    >>> clear = Ground(id="r", outline=shapely.box(0, 0, 50, 100), since=dt.date(2021, 1, 1), outcome="cleared")
    >>> days = ["2020-06-01", "2022-06-01", "2019-06-01"]
    >>> asked = [Accident(id=day, point=shapely.Point(9, 9), day=parse_partial(day)) for day in days]
    >>> [each.lies for each in lay_against(asked, [field], [clear])]
    ['in_known_hazard', 'in_released_land', 'outside_known_hazards']
    >>> lay_against([], [], [])
    []
    """
    if not (usual_accuracy_m > 0 and coarsest_m > 0):
        raise InvalidValue(field="accuracy_m", value=usual_accuracy_m, why="above 0")
    ground = [each for each in (*hazards, *releases) if each.outline is not None and not each.outline.is_empty]
    placed = [_coarse(each, coarsest_m) for each in accidents]
    here = [at for at, told in enumerate(placed) if told is None]
    near = _near(accidents, here, ground, usual_accuracy_m)
    distance = _distances(accidents, here, ground)
    answers = []
    for at, accident in enumerate(accidents):
        told = placed[at] or _decide(accident, [ground[index] for index in near[at]])
        answers.append(msgspec.structs.replace(told, distance_m=distance.get(at)))
    return answers


def shared_positions(points: Sequence[Hashable | None], accuracy_m: Sequence[float | None],
                     shared_by: int = SHARED_BY) -> list[bool]:
    """Say which positions of unknown accuracy so many accidents share that they must be those of places.

    >>> shared_positions([(1, 2)] * 3 + [(3, 4), None], [None] * 5, shared_by=3)
    [True, True, True, False, False]
    >>> shared_positions([], [])
    []
    """
    many = Counter(point for point, accuracy in zip(points, accuracy_m, strict=True)
                   if point is not None and accuracy is None)
    return [point is not None and accuracy is None and many[point] >= shared_by
            for point, accuracy in zip(points, accuracy_m, strict=True)]  # fmt: skip


def released_km2_years(releases: Sequence[Ground], start: dt.date | None, end: dt.date) -> float:
    """Sum the released land times the years since its release, up to `end`: each square metre from its first release.

    With `start` only years since then count; releases without a date or outline are left out. In km2 x years.

    >>> one = Ground(id="r", outline=shapely.box(0, 0, 1000, 1000), since=dt.date(2020, 1, 1), outcome="cleared")
    >>> round(released_km2_years([one, one], None, dt.date(2022, 1, 1)), 2), released_km2_years([], None, dt.date.max)
    (2.0, 0.0)
    """
    dated = sorted((each for each in releases
                    if each.since is not None and each.outline is not None and each.since <= end),
                   key=lambda each: (each.since, each.id))  # fmt: skip
    if not dated:
        return 0.0
    shapes = [each.outline for each in dated]
    rows, others = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    earlier: dict[int, list[int]] = {}
    for at, other in zip(rows.tolist(), others.tolist(), strict=True):
        if other < at:
            earlier.setdefault(at, []).append(other)
    total = 0.0
    for at, release in enumerate(dated):
        new = shapes[at]
        if at in earlier:
            new = shapely.difference(new, shapely.union_all([shapes[other] for other in earlier[at]]))
        since = max(release.since or end, start or dt.date.min)
        total += float(shapely.area(new)) / 1e6 * max(0, (end - since).days) / 365.25
    return total


def _coarse(accident: Accident, coarsest_m: float) -> Placed | None:
    if accident.point is None or accident.point.is_empty:
        return Placed(id=accident.id, lies="not_placed")
    if accident.accuracy_m is not None and not accident.accuracy_m <= coarsest_m:
        return Placed(id=accident.id, lies="not_placed")
    return Placed(id=accident.id, lies="undated") if accident.day is None else None


def _reach(accident: Accident, usual_accuracy_m: float) -> float:
    return usual_accuracy_m if accident.accuracy_m is None else max(0.0, accident.accuracy_m)


def _near(accidents: Sequence[Accident], here: list[int], ground: list[Ground],
          usual_accuracy_m: float) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {at: [] for at in here}
    if here and ground:
        points = [accidents[at].point for at in here]
        reach = [_reach(accidents[at], usual_accuracy_m) for at in here]
        rows, over = shapely.STRtree([each.outline for each in ground]).query(points, "dwithin", distance=reach)
        for row, index in zip(rows.tolist(), over.tolist(), strict=True):
            found[here[row]].append(index)
    return found


def _distances(accidents: Sequence[Accident], here: list[int], ground: list[Ground]) -> dict[int, float]:
    """Measure how far the nearest ground is that was known before each accident."""
    found: dict[int, float] = {}
    days = sorted({_first(accidents[at]) for at in here})
    for day in days:
        known = [each.outline for each in ground
                 if (each.since is None or each.since < day) and each.stood_before(day)]  # fmt: skip
        asked = [at for at in here if _first(accidents[at]) == day]
        if known:
            tree = shapely.STRtree(known)
            points = [accidents[at].point for at in asked]
            rows, far = tree.query_nearest(points, return_distance=True, all_matches=False)
            found |= {asked[row]: float(metres) for row, metres in zip(rows[0].tolist(), far.tolist(), strict=True)}
    return found


def _first(accident: Accident) -> dt.date:
    return dt.date.max if accident.day is None else accident.day.first_day


def _decide(accident: Accident, near: list[Ground]) -> Placed:
    """Let the last statement that covers the point decide; else say whether one lies within the position's accuracy."""
    day = accident.day
    if day is None:
        return Placed(id=accident.id, lies="undated")
    known = [each for each in near
             if (each.since is None or each.since < day.first_day) and each.stood_before(day.first_day)]  # fmt: skip
    in_doubt = [each for each in near if each.since is not None and day.first_day <= each.since < day.last_day]
    over = [each for each in known if shapely.intersects(each.outline, accident.point)]
    doubted = [each for each in in_doubt if shapely.intersects(each.outline, accident.point)]
    if doubted:
        return _told(accident, "undated", max(doubted, key=_order))
    if over:
        last = max(over, key=_order)
        return _told(accident, "in_known_hazard" if last.outcome is None else "in_released_land", last)
    if known or in_doubt:
        return _told(accident, "within_accuracy", max(known or in_doubt, key=_order))
    return Placed(id=accident.id, lies="outside_known_hazards")


_STRENGTH = {"cancelled": 1, "reduced": 2, "cleared": 3}


def _order(ground: Ground) -> tuple[dt.date, int, str]:
    """Order statements by day; of one day a hazard goes before any release, and of releases the strongest outcome."""
    return ground.since or dt.date.min, 9 if ground.outcome is None else _STRENGTH.get(ground.outcome, 0), ground.id


def _told(accident: Accident, lies: str, ground: Ground) -> Placed:
    return Placed(id=accident.id, lies=lies, ground=ground.id, outcome=ground.outcome, status=ground.status,
                  since=None if ground.since is None else ground.since.isoformat())
