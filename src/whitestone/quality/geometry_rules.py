"""Is each shape drawn in a way that has an area and an edge, and is it drawn only once?

The list of what the incumbent system did not check and what had to be checked afterwards (GICHD geocheck).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely

from whitestone.quality import shapes
from whitestone.quality.model import ERROR, NOTICE, WARNING, Finding, Layer, Picture, Subject, called, rule

__all__ = ["AREA_KINDS", "RULES"]

AREA_KINDS = ("hazard", "release", "activity", "task", "minefield_record", "inspection")
"""Kinds whose polygons are ground. Places are other people's boundaries: published, generalised, not ours to judge."""
EXPECTED = ("hazard", "release", "item", "accident")
"""Kinds that are about a spot or an area of ground: without a position they cannot be put on the map."""


def _layers(picture: Picture, kinds: tuple[str, ...] = AREA_KINDS) -> Iterator[Layer]:
    return (layer for layer in map(picture.layer, kinds) if layer.subjects)


def _middle(geometry: shapely.Geometry) -> tuple[float, float]:
    west, south, east, north = geometry.bounds
    return (round((west + east) / 2, 7), round((south + north) / 2, 7))


@rule("polygon-invalid", ERROR, "Does the ring of a polygon cross or touch itself?")
def polygon_invalid(picture: Picture) -> Iterator[Finding]:
    """Find polygons that are invalid, or were before they were repaired at entry, with the place of the fault."""
    subjects, drawn = _as_drawn(picture)
    for at, reason, lon, lat in shapes.fault_places(drawn):
        where = (lon, lat) if np.isfinite(lon) else _middle(drawn[at])
        yield Finding(
            record_ids=(subjects[at].record_id,),
            sentence=f"The polygon of {called(subjects[at])} is invalid as drawn: {reason} "
            f"at {where[0]:.6f}, {where[1]:.6f}.",
            todo="Ask the reporter for the turning points in order; until then its area depends on the repair.",
            value=reason,
            where=where,
        )


def _as_drawn(picture: Picture) -> tuple[list[Subject], npt.NDArray[np.object_]]:
    """Give the geometries as they came: before their repair, where there was one."""
    found = [(each, each.geometry if each.as_drawn is None else each.as_drawn)
             for kind in AREA_KINDS for each in picture.of(kind)]  # fmt: skip
    subjects = [each for each, shape in found if shape is not None and not shape.is_empty]
    drawn = np.empty(len(subjects), dtype=object)
    drawn[:] = [shape for _, shape in found if shape is not None and not shape.is_empty]
    return subjects, drawn


@rule("polygon-too-few-vertices", ERROR, "Does a ring have fewer than three different vertices?")
def polygon_too_few_vertices(picture: Picture) -> Iterator[Finding]:
    """Find rings that enclose nothing because they have fewer than three different vertices."""
    subjects, drawn = _as_drawn(picture)
    counts = shapes.fewest_vertices(drawn)
    for at in np.flatnonzero(counts < 3):
        yield Finding(
            record_ids=(subjects[at].record_id,),
            sentence=f"A ring of {called(subjects[at])} has {counts[at]} different vertices.",
            todo="Complete the perimeter, or record a point or a line if that is what was measured.",
            value=str(counts[at]),
            where=_middle(drawn[at]),
        )


@rule("vertices-repeated", NOTICE, "Is a vertex stated twice in a row?")
def vertices_repeated(picture: Picture) -> Iterator[Finding]:
    """Find vertices stated twice in a row."""
    for layer in _layers(picture):
        for at, count, lon, lat in shapes.repeated_vertices(layer.geometry):
            yield Finding(
                record_ids=(layer.subjects[at].record_id,),
                sentence=f"{count} vertices of {called(layer.subjects[at])} repeat the vertex before.",
                todo="Check that no turning point was typed over another; the area is not affected.",
                value=str(count),
                where=(lon, lat),
            )


@rule("leg-too-long", WARNING, "Is a leg longer than the setting long_leg_m (5 km)?")
def leg_too_long(picture: Picture) -> Iterator[Finding]:
    """Find legs longer than the setting (shipped: 5,000 m, as GICHD geocheck)."""
    limit = picture.settings.long_leg_m
    for layer in _layers(picture):
        metres, start = shapes.longest_leg(layer.geometry)
        for at in np.flatnonzero(metres > limit):
            yield Finding(
                record_ids=(layer.subjects[at].record_id,),
                sentence=f"{called(layer.subjects[at])} has a leg of {metres[at]:,.0f} m "
                f"(more than {limit:,.0f} m between two turning points).",
                todo="Look for a mistyped coordinate; accept with a reason if the edge is really that long.",
                value=f"{metres[at]:.0f}",
                where=(float(start[at, 0]), float(start[at, 1])),
            )


@rule("sliver", NOTICE, "Is a polygon narrower on average than the setting sliver_width_m (1 m)?")
def sliver(picture: Picture) -> Iterator[Finding]:
    """Find slivers: polygons whose mean width, twice the area by the perimeter, is below the setting."""
    if picture.plane is None:
        return
    for layer in _layers(picture):
        width = shapes.mean_width_m(layer.area_m2, np.asarray(shapely.length(layer.planar)))
        for at in np.flatnonzero(shapes.is_polygon(layer.geometry) & (width < picture.settings.sliver_width_m)):
            yield Finding(
                record_ids=(layer.subjects[at].record_id,),
                sentence=f"{called(layer.subjects[at])} is {width[at]:.2f} m wide on average "
                f"({layer.area_m2[at]:.1f} m2): a sliver.",
                todo="Usually left over from cutting one layer by another: merge it, or say why it stays.",
                value=f"{width[at]:.3f}",
                where=_middle(layer.geometry[at]),
            )


@rule("geometry-missing", WARNING, "Does a record about ground have no geometry?")
def geometry_missing(picture: Picture) -> Iterator[Finding]:
    """Find hazards, releases, items and accidents without a position: unknown is not zero, so they are listed."""
    for kind in EXPECTED:
        for subject in picture.of(kind):
            if subject.geometry is None or subject.geometry.is_empty:
                yield Finding(
                    record_ids=(subject.record_id,),
                    sentence=f"{called(subject)} has no geometry: where and how large it is, is unknown.",
                    todo="Ask the reporter for coordinates; it stays in every count as of unknown place and size.",
                )


@rule("parts-identical", WARNING, "Does one record contain the same polygon twice?")
def parts_identical(picture: Picture) -> Iterator[Finding]:
    """Find the same polygon twice within one record."""
    subjects, drawn = _as_drawn(picture)
    many = np.flatnonzero(shapely.get_num_geometries(drawn) > 1)
    parts, owner = shapely.get_parts(drawn[many], return_index=True)
    seen: dict[tuple[int, bytes], int] = {}
    for part, key in enumerate(zip(owner.tolist(), _keys(parts), strict=True)):
        if seen.setdefault(key, part) != part:
            subject = subjects[many[key[0]]]
            yield Finding(
                record_ids=(subject.record_id,),
                sentence=f"{called(subject)} contains the same polygon twice.",
                todo="Remove one of the two parts; the ledger counts the ground once in any case.",
                where=_middle(parts[part]),
                key=str(part),
            )


@rule("polygon-duplicated", WARNING, "Do records of one organisation share exactly one polygon?")
def polygon_duplicated(picture: Picture) -> Iterator[Finding]:
    """Find one polygon in several records of one organisation."""
    for group, where in _twins(picture):
        if len({each.reporter for each in group}) == 1:
            yield _twin_finding(group, where, "one organisation")


@rule("polygon-duplicated-across", WARNING, "Do records of several organisations share exactly one polygon?")
def polygon_duplicated_across(picture: Picture) -> Iterator[Finding]:
    """Find one polygon in records of several organisations."""
    for group, where in _twins(picture):
        if len({each.reporter for each in group}) > 1:
            yield _twin_finding(group, where, "several organisations or datasets")


def _twin_finding(group: list[Subject], where: tuple[float, float], whose: str) -> Finding:
    names = ", ".join(called(each) for each in group[:5]) + (f" and {len(group) - 5} more" if len(group) > 5 else "")
    return Finding(
        record_ids=tuple(each.record_id for each in group),
        sentence=f"{len(group)} records of {whose} have exactly the same polygon: {names}.",
        todo="If they are one hazard or one piece of work, declare them the same; if not, correct the copied one.",
        where=where,
    )


def _twins(picture: Picture) -> list[tuple[list[Subject], tuple[float, float]]]:
    return picture.once("twins", lambda: list(_find_twins(picture)))


def _find_twins(picture: Picture) -> Iterator[tuple[list[Subject], tuple[float, float]]]:
    for kind in ("hazard", "release", "minefield_record"):
        layer = picture.layer(kind)
        polygons = np.flatnonzero(shapes.is_polygon(layer.geometry))
        groups: dict[tuple[bytes, object], list[int]] = defaultdict(list)
        for at, key in zip(polygons.tolist(), _keys(layer.geometry[polygons]), strict=True):
            # A piece reduced first and cleared later is two releases of one polygon, and right.
            groups[key, layer.subjects[at].body.get("outcome")].append(at)
        for members in groups.values():
            subjects = [layer.subjects[at] for at in members]
            if len(members) > 1 and not related(subjects):
                yield subjects, _middle(layer.geometry[members[0]])


def _keys(geometry: npt.NDArray[np.object_]) -> list[bytes]:
    """Make a key that is equal for the same polygon, whatever its first vertex and direction, to about 1 cm."""
    if not len(geometry):
        return []
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 7))
    return [bytes(key) for key in shapely.to_wkb(shapely.normalize(rounded))]


def related(subjects: list[Subject]) -> bool:
    """Say whether records lie over each other by lineage: split from, merged into or reopened on one another.

    >>> related([])
    False
    """
    ids = {str(each.record_id) for each in subjects}
    named: set[str] = set()
    for each in subjects:
        for attribute in ("parent_ids", "reopened_from"):
            named |= {str(link) for link in each.body.get(attribute) or ()}
    return bool(ids & named)


RULES = (polygon_invalid, polygon_too_few_vertices, vertices_repeated, leg_too_long, sliver, geometry_missing,
         parts_identical, polygon_duplicated, polygon_duplicated_across)  # fmt: skip
