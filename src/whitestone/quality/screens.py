"""Which values look like defaults, copies or inventions?

Screens look at many records at once and say where to look first; none of them proves anything of anybody, and each
states its limit, its number of tests and its alternative explanations.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.quality import chance
from whitestone.quality.date_rules import read
from whitestone.quality.geometry_rules import EXPECTED
from whitestone.quality.model import NOTICE, WARNING, Finding, Picture, Subject, called, rule
from whitestone.quality.shapes import is_polygon

__all__ = ["DAILY_LIMIT_M2", "RULES"]

FEWEST_PLACES, TIMES_THE_NEXT = 5, 3
IDENTICAL_SHARE = 0.01
ALPHA, SMALLEST_EFFECT = 0.001, 0.15
DAILY_LIMIT_M2: dict[str, float] = {
    "clearance_manual": 50.0,  # general range 5-50 m2 a deminer and day
    "clearance_mdd": 600.0,  # two dogs 800-1,200 m2 a day
    "clearance_mechanical": 15_000.0,  # a machine up to 1,500 m2 an hour, ten hours
}
"""The most that one member of a team clears in a day; twice this is reported, for plausibility only."""
SHOWN = 200
"""A finding about thousands of records names the first of them; its sentence gives the full count."""


@rule("place-share", NOTICE, "Does one place hold an improbable share of the records of a kind?")
def place_share(picture: Picture) -> Iterator[Finding]:
    """Find places with more than the setting's share of the records of one kind, and three times the next place's."""
    limit, fewest = picture.settings.place_share_limit, picture.settings.place_share_min_records
    for kind, subjects in picture.subjects.items():
        named = [each for each in subjects if each.body.get("place_id") or each.body.get("place_name")]
        counts = Counter(str(each.body.get("place_id") or each.body["place_name"]) for each in named)
        if len(named) < fewest or len(counts) < FEWEST_PLACES:
            continue
        (place, count), (_, following) = counts.most_common(2)
        if count > limit * len(named) and count > TIMES_THE_NEXT * following:
            there = [each for each in named if place == str(each.body.get("place_id") or each.body["place_name"])]
            yield _many(
                there,
                f"{count:,} of {len(named):,} records of kind {kind} ({count / len(named):.0%}) name one place, "
                f"{there[0].body.get('place_name') or place}, of {len(counts)}; the next one has {following:,} "
                f"(limit {limit:.0%} and {TIMES_THE_NEXT} times the next).",
                "A default of the form, an office's own address, or truly the worst place: ask the reporter.",
                key=f"{kind}:{place}",
            )


@rule("default-coordinates", NOTICE, "Is one position used by as many records as place_share_min_records (50)?")
def default_coordinates(picture: Picture) -> Iterator[Finding]:
    """Find positions that many records share: a centroid, an office, a default."""
    fewest = picture.settings.place_share_min_records
    for kind in ("hazard", "item", "accident", "casualty", "task", "activity"):
        layer = picture.layer(kind)
        points = np.flatnonzero(shapely.get_type_id(layer.geometry) == 0)
        if len(points) < fewest:
            continue
        xy = np.round(shapely.get_coordinates(layer.geometry[points]), 7)
        places, owner, counts = np.unique(xy, axis=0, return_inverse=True, return_counts=True)
        order, ends = np.argsort(owner.ravel(), kind="stable"), np.cumsum(counts)
        for at in np.flatnonzero(counts >= fewest):
            yield _many(
                [layer.subjects[points[member]] for member in order[ends[at] - counts[at] : ends[at]]],
                f"{counts[at]:,} records of kind {kind} share the position {places[at, 0]:.6f}, {places[at, 1]:.6f}.",
                "Probably the middle of an administrative unit: record the accuracy, do not map it as measured.",
                key=f"{kind}:{places[at, 0]:.7f},{places[at, 1]:.7f}",
                where=(float(places[at, 0]), float(places[at, 1])),
            )


@rule("rows-identical", NOTICE, "Are many records of a kind exactly equal?")
def rows_identical(picture: Picture) -> Iterator[Finding]:
    """Find datasets of which more than 1 % of the records of a kind equal another in everything but their id."""
    for (kind, _), subjects in _by_dataset(picture).items():
        if len(subjects) < picture.settings.place_share_min_records:
            continue
        groups: dict[bytes, list[Subject]] = defaultdict(list)
        for each in subjects:
            groups[_content(each)].append(each)
        repeated = [each for group in groups.values() if len(group) > 1 for each in group[1:]]
        if len(repeated) > IDENTICAL_SHARE * len(subjects):
            people = " Equal rows of people are mostly different people: never remove them for being equal." * (
                kind == "casualty"
            )
            yield _many(
                repeated,
                f"{len(repeated):,} of {len(subjects):,} records of kind {kind} of one dataset "
                f"({len(repeated) / len(subjects):.1%}) repeat another record exactly.",
                f"Ask whether the source has ids, or lists one event once a device.{people}",
                key=f"{kind}:{subjects[0].dataset}",
            )


def _by_dataset(picture: Picture) -> dict[tuple[str, str], list[Subject]]:
    groups: dict[tuple[str, str], list[Subject]] = defaultdict(list)
    for kind in ("hazard", "release", "item", "accident", "casualty", "activity"):
        for subject in picture.of(kind):
            # Where nothing is drawn and little is said, records are alike because they say nothing.
            if subject.geometry is not None or kind not in EXPECTED:
                groups[kind, str(subject.dataset or "")].append(subject)
    return groups


def _content(subject: Subject) -> bytes:
    own = {key: value for key, value in subject.body.items() if key not in ("local_id", "legacy_ids")}
    shape = b"" if subject.geometry is None else bytes(shapely.to_wkb(subject.geometry))
    return msgspec.json.encode(own, order="deterministic") + shape


@rule("shape-repeated", NOTICE, "Is one shape drawn again and again at different places?")
def shape_repeated(picture: Picture) -> Iterator[Finding]:
    """Find polygons of six vertices or more that are moved copies of each other, to 0.5 m in every offset."""
    if picture.plane is None:
        return
    for kind in ("hazard", "release"):
        layer = picture.layer(kind)
        singles = np.flatnonzero(is_polygon(layer.geometry) & (shapely.get_num_geometries(layer.geometry) == 1))
        for group in _copies(layer.planar[singles]):
            members = [layer.subjects[singles[at]] for at in group]
            middle = shapely.centroid(layer.geometry[singles[group[0]]])
            yield _many(
                members,
                f"{len(members)} records of kind {kind} have one and the same outline, moved: "
                f"{', '.join(called(each) for each in members[:5])}.",
                "A template box or a copied sketch: ask for the turning points as they were measured.",
                key=kind,
                where=(middle.x, middle.y),
            )


def _copies(planar: npt.NDArray[np.object_], tolerance_m: float = 0.5) -> Iterator[list[int]]:
    """Group polygons whose outlines are equal but for a shift of more than the tolerance."""
    rings = [_offsets(shapely.get_coordinates(each)) for each in planar]
    groups: dict[int, list[int]] = defaultdict(list)
    for at, ring in enumerate(rings):
        if len(ring) >= 6:
            groups[len(ring)].append(at)
    for members in groups.values():
        # A linear form of the offsets changes by less than the bound when each offset changes by the tolerance.
        weights = np.cos(np.arange(2 * len(rings[members[0]])))
        keys = np.array([float(rings[at].ravel() @ weights) for at in members])
        order, bound = np.argsort(keys), tolerance_m * float(np.abs(weights).sum())
        yield from _runs([members[at] for at in order], keys[order], bound, rings, planar, tolerance_m)


def _runs(
    members: list[int], keys: npt.NDArray[np.float64], bound: float, rings: list[npt.NDArray[np.float64]],
    planar: npt.NDArray[np.object_], tolerance_m: float,
) -> Iterator[list[int]]:  # fmt: skip
    taken: set[int] = set()
    for first, one in enumerate(members):
        if one in taken:
            continue
        last = int(np.searchsorted(keys, keys[first] + bound, side="right"))
        twins = [
            other
            for other in members[first + 1 : last]
            if other not in taken
            and np.abs(rings[one] - rings[other]).max() <= tolerance_m
            and shapely.distance(shapely.centroid(planar[one]), shapely.centroid(planar[other])) > tolerance_m
        ]
        taken.update(twins)
        if twins:
            yield [one, *twins]


def _offsets(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Write a ring as offsets from its extreme vertex, counter-clockwise: the same wherever it lies."""
    ring = xy[:-1]
    following = np.roll(ring, -1, axis=0)
    if (ring[:, 0] * following[:, 1] - following[:, 0] * ring[:, 1]).sum() < 0:
        ring = ring[::-1]
    start = int(np.argmax(ring @ np.array([0.927, 0.375])))  # a slanting direction: boxes have no tie in it
    offsets: npt.NDArray[np.float64] = np.roll(ring, -start, axis=0) - ring[start]
    return offsets


@rule("digits-unnatural", NOTICE, "Do the digits of reported areas look invented?")
def digits_unnatural(picture: Picture) -> Iterator[Finding]:
    """Test last digits and first digits of reported areas, by kind and reporter, adjusted for the number of tests.

    Reported when Holm's p is below 0.001 and the effect sqrt(chi2 / n) is above 0.15: with many figures any
    harmless habit is significant.
    """
    tests: list[tuple[str, list[Subject], chance.Tested]] = []
    for kind in ("hazard", "release"):
        by_reporter: dict[str, list[Subject]] = defaultdict(list)
        for subject in picture.of(kind):
            if subject.body.get("area_reported_m2"):
                by_reporter[subject.reporter].append(subject)
        for subjects in by_reporter.values():
            values = [float(each.body["area_reported_m2"]) for each in subjects]
            for name, tested in (("last digits", chance.last_digits(values)), ("first digits", chance.benford(values))):
                if tested is not None:
                    tests.append((f"{name} of the areas of {len(values):,} records of kind {kind}", subjects, tested))
    for (what, subjects, tested), p in zip(tests, chance.holm([test.p for _, _, test in tests]), strict=True):
        if p < ALPHA and tested.effect > SMALLEST_EFFECT:
            yield _many(
                subjects,
                f"The {what} of one reporter are not those of measured areas: chi-square {tested.statistic:.1f} with "
                f"{tested.degrees} degrees of freedom, p = {p:.1g} (Holm, {len(tests)} tests), "
                f"effect {tested.effect:.2f}.",
                "Ask how the areas were obtained: estimated by eye, computed from a grid, or typed to fit a total.",
                key=what.split(" of the areas")[0],
            )


@rule("rate-out-of-reach", WARNING, "Was more cleared in a day than a team can reach?")
def rate_out_of_reach(picture: Picture) -> Iterator[Finding]:
    """Find clearance of more than twice the highest known rate a person and day.

    For methods without a known range the setting released_m2_per_person_day counts. Without working days every
    calendar day from start to end counts as worked, which favours the team.
    """
    for activity in picture.of("activity"):
        body = activity.body
        area, other = body.get("area_cleared_m2"), picture.settings.released_m2_per_person_day / 2
        limit = DAILY_LIMIT_M2.get(str(body.get("activity_type")), other)
        days, basis = _days(activity)
        if not area or not days or not body.get("team_size"):
            continue
        rate = float(area) / (float(body["team_size"]) * days)
        if rate > 2 * limit:
            yield Finding(
                record_ids=(activity.record_id,),
                sentence=f"{called(activity)}: {area:,.0f} m2 in {days:g} {basis} by {body['team_size']} persons is "
                f"{rate:,.0f} m2 a person and day; {limit:,.0f} is the top of the known range.",
                todo="Check team size, days and area; if all are right, the method is another than stated.",
                value=f"{rate:.1f}",
            )


def _days(activity: Subject) -> tuple[float, str]:
    stated = activity.body.get("working_days")
    if stated:
        return float(stated), "working days"
    start, end = (read(str(activity.body.get(name) or "")) for name in ("started_on", "ended_on"))
    if start is None or end is None or end.last_day < start.first_day:
        return 0.0, ""
    return float((end.last_day - start.first_day).days + 1), "calendar days"


def _many(
    subjects: list[Subject], sentence: str, todo: str, key: str, where: tuple[float, float] | None = None
) -> Finding:
    """Make one finding about many records; the id depends on the first records named."""
    ids = tuple(sorted((each.record_id for each in subjects), key=str))[:SHOWN]
    rest = f" The first {SHOWN} are listed." if len(subjects) > SHOWN else ""
    return Finding(record_ids=ids, sentence=sentence + rest, todo=todo, where=where, key=key)


RULES = (place_share, default_coordinates, rows_identical, shape_repeated, digits_unnatural, rate_out_of_reach)
