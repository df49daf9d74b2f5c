"""Does each record lie where it says, and where the programme works?

Names of places and the course of disputed lines are the deployment's choice: these rules compare positions with the
polygons that the programme itself holds, and never judge a name.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.quality import positions
from whitestone.quality.model import ERROR, WARNING, Finding, Picture, Subject, called, rule
from whitestone.quality.shapes import is_coarse

__all__ = ["PLACE_TOLERANCE_M", "POSITIONED", "RULES"]

POSITIONED = ("hazard", "release", "activity", "task", "item", "accident", "casualty", "minefield_record", "inspection",
              "claim")  # fmt: skip
PLACE_TOLERANCE_M = 1_000.0
"""Published boundaries are generalised by hundreds of metres; a record's own stated accuracy counts if it is larger."""


class _Judged(msgspec.Struct, frozen=True):
    subjects: tuple[Subject, ...]
    geometry: npt.NDArray[np.object_]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    verdicts: positions.Verdicts
    stated: bool


def _judged(picture: Picture) -> _Judged:
    return picture.once("positions", lambda: _judge(picture))


def _judge(picture: Picture) -> _Judged:
    """Judge the middle of every geometry against the stated extent, else against one guessed from all of them."""
    layers = [picture.layer(kind) for kind in POSITIONED]
    subjects = tuple(each for layer in layers for each in layer.subjects)
    geometry = np.concatenate([layer.geometry for layer in layers])
    west, south, east, north = shapely.bounds(geometry).T if len(geometry) else np.empty((4, 0))
    lon, lat = (west + east) / 2, (south + north) / 2
    extent = positions.boundary_extent(picture.settings.boundary_geojson, list(picture.places.values()))
    extent = extent or positions.guessed_extent(lon, lat)
    stated = extent is not None and extent.stated
    return _Judged(subjects, geometry, lon, lat, positions.judge(lon, lat, extent), stated)


def _with(picture: Picture, verdict: int) -> Iterator[tuple[Subject, float, float, dict[str, Any] | None]]:
    """Give the subjects with one verdict: subject, longitude, latitude, proposal."""
    judged = _judged(picture)
    for at in np.flatnonzero(judged.verdicts.verdict == verdict):
        lon, lat = float(judged.verdicts.lon[at]), float(judged.verdicts.lat[at])
        proposal = {"lon": lon, "lat": lat} if np.isfinite(lon) else None
        yield judged.subjects[at], float(judged.lon[at]), float(judged.lat[at]), proposal


@rule("outside-programme", ERROR, "Does a record lie outside the programme's area?")
def outside_programme(picture: Picture) -> Iterator[Finding]:
    """Find positions outside the boundary setting (or all places), about 1 km aside, that no slip explains."""
    for subject, lon, lat, _ in _with(picture, positions.OUTSIDE):
        yield Finding(
            record_ids=(subject.record_id,),
            sentence=f"{called(subject)} lies at {lon:.5f}, {lat:.5f}, outside the programme's area.",
            todo="Check the coordinates and the reference system in which they were given.",
            where=(lon, lat),
        )


@rule("axes-swapped", ERROR, "Would a position lie where the programme works if longitude and latitude were exchanged?")
def axes_swapped(picture: Picture) -> Iterator[Finding]:
    """Find positions that fit when the axes are exchanged, with the exchange as the proposal."""
    yield from _slips(picture, positions.SWAPPED, "longitude and latitude are exchanged")


@rule("sign-wrong", ERROR, "Would a position lie where the programme works with the other sign?")
def sign_wrong(picture: Picture) -> Iterator[Finding]:
    """Find positions that fit with the sign of one or both axes changed, with that as the proposal."""
    yield from _slips(picture, positions.SIGN, "a sign is wrong")


def _slips(picture: Picture, verdict: int, what: str) -> Iterator[Finding]:
    against = "the programme's area" if _judged(picture).stated else "the area where the other positions lie"
    for subject, lon, lat, proposal in _with(picture, verdict):
        assert proposal is not None
        yield Finding(
            record_ids=(subject.record_id,),
            sentence=f"{called(subject)} lies at {lon:.5f}, {lat:.5f}, outside {against}. If {what}, "
            f"it lies inside, at {proposal['lon']:.5f}, {proposal['lat']:.5f}.",
            todo="Compare with the paper; correct the record with the proposal if it is so.",
            value=f"{lon:.6f}, {lat:.6f}",
            where=(lon, lat),
            proposal=proposal,
        )


@rule("coordinates-zero", ERROR, "Is a position zero longitude and zero latitude?")
def coordinates_zero(picture: Picture) -> Iterator[Finding]:
    """Find positions at 0, 0: an empty cell that became a number."""
    for subject, lon, lat, _ in _with(picture, positions.ZERO):
        yield Finding(
            record_ids=(subject.record_id,),
            sentence=f"{called(subject)} lies at zero longitude and zero latitude.",
            todo="Zero is not a position: find the coordinates, or state that they are unknown.",
            value="0, 0",
            where=(lon, lat),
        )


@rule("precision-too-low", WARNING, "Are coordinates stated with fewer decimals than the setting min_decimals?")
def precision_too_low(picture: Picture) -> Iterator[Finding]:
    """Find coordinates rounded to fewer decimals than the setting (3 decimals: 111 m)."""
    judged, wanted = _judged(picture), picture.settings.min_decimals
    zero = judged.verdicts.verdict == positions.ZERO
    for at in np.flatnonzero(is_coarse(judged.geometry, wanted) & ~zero):
        yield Finding(
            record_ids=(judged.subjects[at].record_id,),
            sentence=f"{called(judged.subjects[at])} has coordinates of fewer than {wanted} decimals "
            f"({judged.lon[at]:g}, {judged.lat[at]:g}).",
            todo="Three decimals are 111 m: ask for the measured position, or record the accuracy.",
            where=(float(judged.lon[at]), float(judged.lat[at])),
        )


@rule("outside-place", WARNING, "Does a record lie more than 1 km outside the place that it names?")
def outside_place(picture: Picture) -> Iterator[Finding]:
    """Find records that lie outside their stated place by more than 1 km and more than their own stated accuracy."""
    if picture.plane is None or not picture.places:
        return
    areas = {str(place): geometry for place, geometry in picture.places.items()}
    judged = _judged(picture)
    # A slip of the pen has a rule of its own: it is not reported a second time as a wrong place.
    slipped = {judged.subjects[at].record_id for at in np.flatnonzero(judged.verdicts.verdict != positions.INSIDE)}
    for kind in POSITIONED:
        layer = picture.layer(kind)
        placed = [
            at
            for at, each in enumerate(layer.subjects)
            if str(each.body.get("place_id")) in areas and each.record_id not in slipped
        ]
        if not placed:
            continue
        named = np.array([areas[str(layer.subjects[at].body["place_id"])] for at in placed], dtype=object)
        astray = ~np.asarray(shapely.intersects(shapely.make_valid(named), layer.geometry[placed]), dtype=bool)
        away = np.asarray(
            shapely.distance(picture.plane.project(named[astray]), layer.planar[np.array(placed)[astray]])
        )
        for at, metres in zip(np.array(placed)[astray].tolist(), away.tolist(), strict=True):
            yield from _outside_place(picture, layer.subjects[at], metres, layer.geometry[at])


def _outside_place(picture: Picture, subject: Subject, metres: float, geometry: shapely.Geometry) -> Iterator[Finding]:
    if metres <= max(PLACE_TOLERANCE_M, float(subject.body.get("geo_accuracy_m") or 0.0)):
        return
    middle, actual = shapely.centroid(geometry), _place_at(picture, geometry)
    yield Finding(
        record_ids=(subject.record_id,),
        sentence=f"{called(subject)} lies {metres:,.0f} m outside the place that it names.",
        todo="Correct the place or the coordinates; the proposal, if any, is the place in which it lies.",
        value=str(subject.body.get("place_id")),
        where=(middle.x, middle.y),
        proposal={"place_id": str(actual)} if actual else None,
    )


def _place_at(picture: Picture, geometry: shapely.Geometry) -> uuid.UUID | None:
    """Find the smallest place that contains the middle of a geometry."""
    ids = list(picture.places)
    areas = np.array([*picture.places.values()], dtype=object)
    tree = picture.once("place-tree", lambda: shapely.STRtree(shapely.make_valid(areas)))
    found = tree.query(shapely.centroid(geometry), predicate="intersects")
    return min((ids[at] for at in found), key=lambda each: picture.places[each].area, default=None)


RULES = (outside_programme, axes_swapped, sign_wrong, coordinates_zero, precision_too_low, outside_place)
