"""What does a file of minefield records hold: sheets, finds and searched ground, with a finding for every doubt?

The JSON format is published in `docs/reference/minefield_sheet.schema.json`. Reading is tolerant and complete: a
member that is missing, null, a number written as text or a word that is not understood is unknown, said so, and kept.
"""

from __future__ import annotations

import json
from typing import Any

import shapely
from shapely.geometry import shape

from whitestone.errors import UnreadableFile
from whitestone.minefields.readings import Reading, read_bearing
from whitestone.minefields.sheet_contents import (
    read_event,
    read_item,
    read_lane,
    read_row,
    read_transfer,
    read_verification,
)
from whitestone.minefields.sheet_parts import (
    Batch,
    Crs,
    Event,
    Find,
    Leg,
    ReferencePoint,
    Resolved,
    Row,
    Searched,
    Sheet,
    SheetFinding,
    SheetItem,
)
from whitestone.minefields.sheet_reading import Notes, Place
from whitestone.minefields.sheet_words import DIRECTIONS, DISTANCES, METHODS, NORTHS, UNITS, plain

__all__ = [
    "Batch",
    "Crs",
    "Event",
    "Find",
    "Leg",
    "Reading",
    "ReferencePoint",
    "Resolved",
    "Row",
    "Searched",
    "Sheet",
    "SheetFinding",
    "SheetItem",
    "read_batch",
    "read_sheets",
]

_KNOWN = ("records", "finds", "searched")
_NAN = float("nan")
_FIX = "Give a JSON object with records, finds and searched, or the workbook of 'whitestone records template'."
_CHECKED: dict[str, tuple[str, ...]] = {"reference_points": ("references",), "legs": (), "rows": ()}
"""Lists of a sheet of which findings name a place, with other names that they go by."""
_DEEPEST = 60
"""No sheet is nested deeper than an outline of several polygons; what is only means to break its reader."""


def read_batch(content: bytes, name: str = "the file") -> Batch:
    """Read a JSON file of records, finds and searched ground; nothing of it is dropped.

    A list alone is a list of records, and a record alone is one. Everything that is not understood is a finding with
    its path; what is no object is in `held`. Refuses only what is no JSON at all, with UnreadableFile.

    >>> batch = read_batch(b'{"records": [{"id": "A-17", "legs": [{"from": "R1", "to": "T1", "bearing": "4?7"}]}]}')
    >>> batch.records[0].legs[0].bearing.readings[0], [each.code for each in batch.findings][:1]
    (407.0, ['digits-unreadable'])
    >>> read_batch(b"{}").records
    ()
    """
    return read_sheets(_decoded(content, name), name)


def read_sheets(held: Any, name: str = "the file") -> Batch:
    """Read the decoded content of a file: an object with `records`, `finds`, `searched`, or a list of records.

    Refuses what is nested more than 60 deep with UnreadableFile.

    >>> read_sheets([]).records, read_sheets({"finds": [{"lon": "46.93", "lat": 39.99}]}).finds[0].lon
    ((), 46.93)
    """
    if _deeper(held, _DEEPEST):
        raise UnreadableFile(path=name, why=f"it is nested more than {_DEEPEST} deep", fix=_FIX)
    notes = Notes()
    if isinstance(held, list):
        held = {"records": held}
    if not isinstance(held, dict):
        notes.hold("", held, "the file holds no object")
        held = {}
    elif held and not any(plain(key) in _KNOWN for key in held) and "legs" in held:
        held = {"records": [held]}
    top = Place(held, "", notes)
    taken: dict[str, dict[str, int]] = {name: {} for name in _KNOWN}
    records = tuple(_sheet(each, taken["records"]) for each in top.objects("records"))
    finds = tuple(_find(each, taken["finds"]) for each in top.objects("finds"))
    searched = tuple(_searched(each, taken["searched"]) for each in top.objects("searched"))
    extra = {key: value for key, value in held.items() if plain(key) not in _KNOWN}
    return Batch(
        records=records,
        finds=finds,
        searched=searched,
        findings=tuple(notes.findings),
        held=tuple(notes.held),
        extra=extra,
    )


def _deeper(held: Any, most: int) -> bool:
    """Say whether a value is nested deeper than `most`, level by level, so that no depth breaks the question."""
    level = [held]
    for _ in range(most):
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _decoded(content: bytes, name: str) -> Any:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return json.loads(content.decode(encoding))
        except UnicodeDecodeError:
            continue
        except RecursionError:
            raise UnreadableFile(path=name, why="it is nested too deeply to be a list of records", fix=_FIX) from None
        except ValueError as error:
            raise UnreadableFile(path=name, why=f"it is no JSON: {error}", fix=_FIX) from None
    raise UnreadableFile(path=name, why="its bytes are no text in UTF-8", fix=_FIX)


def _named(place: Place, taken: dict[str, int], what: str) -> tuple[str, str]:
    """Return the id as written and a key that is unique in the file."""
    own = place.text("id", "no", "number", "name")
    if own is None:
        own = f"({what} {place.at + 1})"
        place.say("id-missing", "id", f"the {what} has no id; it is called {own} here", severity="notice")
    taken[own] = count = taken.get(own, 0) + 1
    if count > 1:
        place.say("id-twice", "id", f"{count} of the file bear the id {own!r}; all are kept", own)
    return own, own if count == 1 else f"{own}#{count}"


def _sheet(place: Place, taken: dict[str, int]) -> Sheet:
    own, key = _named(place, taken, "record")
    place.sheet = key
    clockwise = _direction(place)
    pace = place.number("pace_m", "pace_length_m", "pace_length", least=0.1, most=3.0)
    unit, north = place.raw("bearing_unit", "angle_unit"), place.raw("north", "north_ref", "north_reference")
    listed = {name: tuple(place.objects(name, *names)) for name, names in _CHECKED.items()}
    legs = tuple(_leg(each, {"unit": unit, "north": north}) for each in listed["legs"])
    perimeter, corners = _perimeter(place)
    stands = {name: tuple(each.at for each in held) for name, held in listed.items()} | {"perimeter": corners}
    return Sheet(
        id=own,
        key=key,
        at=place.at,
        batch=place.text("batch", "transfer_batch"),
        standard=place.text("standard"),
        district=place.text("district", "region"),
        unit_as_written=place.text("unit", "prepared_by_unit", "unit_as_written", "prepared_by_unit_as_written"),
        laid_from=place.date("laid_from", "date_laid_from"),
        laid_to=place.date("laid_to", "date_laid_to"),
        recorded_on=place.date("recorded_on", "date_record_made"),
        crs=_crs(place),
        reference_points=tuple(_point(each) for each in listed["reference_points"]),
        legs=legs,
        perimeter=perimeter,
        rows=tuple(read_row(each) for each in listed["rows"]),
        items=tuple(read_item(each) for each in place.objects("items")),
        events=tuple(read_event(each) for each in place.objects("events")),
        lanes=tuple(read_lane(each) for each in place.objects("lanes", "gaps")),
        transfer=read_transfer(place),
        verifications=tuple(read_verification(each) for each in place.objects("verifications", "verification")),
        quantities=place.counts("quantities"),
        total=place.reading("total", "claimed_total", "claimed_total_mines"),
        front_m=place.number("front_m", "area_front_m", least=0.0),
        depth_m=place.number("depth_m", "area_depth_m", least=0.0),
        pace_m=pace,
        clockwise=clockwise,
        remarks=place.text("remarks", "notes"),
        as_written=dict(place.held),
        places={name: at for name, at in stands.items() if at != tuple(range(len(at)))},
    )


def _direction(place: Place) -> bool | None:
    raw = place.raw("scale_direction", "direction", "mil_direction", "clockwise", "scale")
    if isinstance(raw, bool):
        return raw
    words = {"clockwise": True, "anticlockwise": False}
    return words.get(place.word(DIRECTIONS, "scale_direction", "direction", "mil_direction", "clockwise", "scale"))


def _crs(place: Place) -> Crs:
    raw = place.raw("crs", "reference_system", "datum")
    if raw is None:
        return Crs()
    if not isinstance(raw, dict):
        raw = {"epsg": raw}
    inner = Place(raw, f"{place.path}.crs", place.notes, place.sheet)
    epsg, operation = _code(inner, "epsg"), _code(inner, "operation")
    basis = plain(inner.text("basis")) or ("stated" if epsg else "unknown")
    return Crs(
        epsg=epsg,
        operation=operation,
        written=inner.text("epsg", "written", "name"),
        basis=basis if basis in ("stated", "guessed", "assumed") else "unknown",
    )


def _code(place: Place, name: str) -> int | None:
    raw = place.raw(name)
    text = raw.upper().removeprefix("EPSG").lstrip(": ") if isinstance(raw, str) else raw
    number = Place({name: text}, place.path, place.notes, place.sheet).number(name, least=1, most=999_999)
    if number is not None and number != int(number):
        place.say("number-unclear", name, f"{name} {raw!r} is no code of EPSG", raw)
        return None
    return None if number is None else int(number)


def _point(place: Place) -> ReferencePoint:
    found = place.raw("resolved")
    resolved = None
    if isinstance(found, dict):
        inner = Place(found, f"{place.path}.resolved", place.notes, place.sheet)
        lon, lat = inner.number("lon", least=-180, most=180), inner.number("lat", least=-90, most=90)
        if lon is not None and lat is not None:
            resolved = Resolved(
                lon=lon,
                lat=lat,
                accuracy_m=inner.number("accuracy_m", least=0.0),
                by=inner.text("by"),
                on=inner.text("on"),
                method=inner.text("method"),
            )
    crs = _crs(place) if place.raw("crs") is not None else None
    if crs is None and place.raw("x") is None and place.raw("lon") is not None:
        crs = Crs(epsg=4326, basis="stated")
    exists = {"true": True, "false": False, "yes": True, "no": False}.get(plain(place.raw("exists", "still_exists")))
    return ReferencePoint(
        no=place.text("no", "id", "name") or f"R{place.at + 1}",
        description=place.text("description"),
        x=place.reading("x", "east", "easting", "lon"),
        y=place.reading("y", "north", "northing", "lat"),
        coordinate=place.text("coordinate", "coordinate_as_written", "mgrs"),
        crs=crs,
        resolved=resolved,
        accuracy_m=place.number("accuracy_m", least=0.0),
        exists=exists,
    )


def _leg(place: Place, usual: dict[str, Any]) -> Leg:
    raw = place.raw("bearing", "azimuth", "bearing_value")
    bearing, hundreds, wrong = read_bearing(raw)
    place.doubts("bearing", bearing, wrong)
    if bearing.value is not None and bearing.value < 0:
        place.say("out-of-range", "bearing", f"bearing {bearing.written!r} is below nought", raw)
        bearing = Reading(bearing.written)
    unit_word = place.raw("unit", "bearing_unit")
    # What the record says for all its legs holds where a leg says nothing.
    stated = {"unit": unit_word, "north": place.raw("north", "north_ref")}
    lacking = {key: value for key, value in usual.items() if value is not None and stated[key] is None}
    merged = Place({**place.held, **lacking}, place.path, place.notes, place.sheet) if lacking else place
    clockwise = _direction(place)
    if clockwise is None and plain(unit_word) in ("ruthousandthsccw", "ruthousandthscw"):
        clockwise = plain(unit_word) == "ruthousandthscw"
    distance = place.reading("distance", "length", "distance_m")
    if distance.value is not None and distance.value < 0:
        place.say("out-of-range", "distance", f"distance {distance.written!r} is below nought", distance.written)
        distance = Reading(distance.written)
    metres = place.raw("distance_unit") is None
    return Leg(
        start=_station(place, "from", "start"),
        end=_station(place, "to", "end"),
        bearing=bearing,
        hundreds=hundreds,
        unit=merged.word(UNITS, "unit", "bearing_unit"),
        clockwise=clockwise,
        north=merged.word(NORTHS, "north", "north_ref"),
        distance=distance,
        distance_unit="m" if metres else place.word(DISTANCES, "distance_unit"),
        method=place.word(METHODS, "method"),
        pace_m=place.number("pace_m", "pace_length_m", least=0.1, most=3.0),
        declination_deg=place.number("declination_deg", "decl_used", least=-180, most=180),
    )


def _station(place: Place, *names: str) -> str:
    found = place.text(*names)
    if found is None:
        place.say("station-missing", names[0], f"the leg does not say where it goes {names[0]}")
    return found or f"(nowhere {place.path})"


def _perimeter(place: Place) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the stations of the field's edge, and where each stands in the list."""
    raw = place.raw("perimeter")
    if raw is None:
        return (), ()
    if isinstance(raw, str):
        raw = [part for part in raw.replace(";", ",").split(",") if part.strip()]
    if not isinstance(raw, list) or any(isinstance(each, (dict, list)) for each in raw):
        place.say("not-understood", "perimeter", "the perimeter is no list of stations", raw)
        return (), ()
    named = [(str(each).strip(), at) for at, each in enumerate(raw) if each is not None and str(each).strip()]
    # A ring may be written closed; the station is one all the same.
    named = named[:-1] if len(named) > 1 and named[0][0] == named[-1][0] else named
    return tuple(name for name, _ in named), tuple(at for _, at in named)


def _find(place: Place, taken: dict[str, int]) -> Find:
    own, key = _named(place, taken, "find")
    lon = place.number("lon", "longitude", "x", least=-180, most=180)
    lat = place.number("lat", "latitude", "y", least=-90, most=90)
    if lon is None or lat is None:
        place.say("position-missing", None, f"the find {own} has no position and explains nothing", severity="warning")
    return Find(
        id=own,
        key=key,
        at=place.at,
        lon=_NAN if lon is None or lat is None else lon,
        lat=_NAN if lon is None or lat is None else lat,
        found_on=place.date("found_on", "date"),
        accuracy_m=place.number("accuracy_m", least=0.0),
        type=place.text("type"),
        as_written=dict(place.held),
    )


def _searched(place: Place, taken: dict[str, int]) -> Searched:
    own, key = _named(place, taken, "search")
    return Searched(
        id=own,
        key=key,
        at=place.at,
        geometry=_ground(place),
        searched_on=place.date("searched_on", "date"),
        p_detect=place.number("p_detect", least=0.0, most=1.0),
        as_written=dict(place.held),
    )


def _ground(place: Place) -> Any:
    """Read a polygon or several; repaired where it crosses itself, empty with a finding where it is none."""
    raw = place.raw("geometry")
    empty = shapely.MultiPolygon()
    if isinstance(raw, dict) and plain(raw.get("type")) == "feature":
        raw = raw.get("geometry")
    if not isinstance(raw, dict) or not raw.get("coordinates"):
        why = "the searched ground has no outline and counts as none"
        place.say("ground-missing", "geometry", why, severity="notice")
        return empty
    try:
        ground = shapely.force_2d(shape(raw))
        valid = bool(shapely.is_valid(ground))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, shapely.errors.GEOSException) as error:
        place.say("ground-unclear", "geometry", f"the outline of the searched ground cannot be read ({error})")
        return empty
    if ground.geom_type not in ("Polygon", "MultiPolygon"):
        place.say("ground-unclear", "geometry", f"the searched ground is a {ground.geom_type}, not an area")
        return empty
    if not valid:
        place.say("ground-crosses", "geometry", "the outline crosses itself; it is repaired by linework for counting")
        parts = shapely.get_parts(shapely.make_valid(ground))
        ground = shapely.union_all([each for each in parts if each.geom_type in ("Polygon", "MultiPolygon")])
    return ground
