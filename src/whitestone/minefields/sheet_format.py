"""Which members does the published format of minefield records have, of which type, and what does each mean?

One table. The JSON Schema, the spreadsheet template with its notes and drop-downs, and the guide are made from it, so
that they cannot say three things. What a sheet says of fuzes and of how a device works has no member here: it stays
in the remarks as written, restricted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.domain.codes import code_list
from whitestone.minefields.sheet_parts import NORTHS, UNITS

__all__ = ["OBJECTS", "SCHEMA_ID", "Field", "sheet_schema"]

SCHEMA_ID = "urn:whitestone:schema:minefield-sheet:1"


class Field(msgspec.Struct, frozen=True):
    """One member: name, type word (see `_TYPES`), what it means, and the words that it may be (empty: free)."""

    name: str
    type: str
    help: str
    choices: tuple[str, ...] = ()


_NUMBER = "Digits that cannot be read are written ?, a digit that is one of several [17]; blank is unknown."
_CRS = (
    Field("epsg", "code", "EPSG code of the reference system, such as 28408; blank where the sheet states none."),
    Field("operation", "code", "EPSG code of the transformation to WGS 84, if one is meant; blank otherwise."),
    Field("basis", "choice", "How the reference system was decided.", ("stated", "guessed", "assumed", "unknown")),
)
_RECORD = (
    Field("id", "text", "Number of the sheet, as written on it."),
    Field("batch", "text", "Batch in which it was handed over; a date or a name."),
    Field("standard", "choice", "Form of the sheet.", tuple(code_list("record_standard").codes)),
    Field("title", "text", "Title as written."),
    Field("district", "text", "District to which it is booked; scores are told by district."),
    Field("unit", "text", "Unit that made it, as written."),
    Field("prepared_by", "text", "Person who made it, as written; sealed when it is entered, never shown."),
    Field("laid_from", "date", "First day of laying: 1993, 1993-05 or 1993-05-02."),
    Field("laid_to", "date", "Last day of laying."),
    Field("recorded_on", "date", "Day on which the sheet was made; the declination is that of this day."),
    Field("language", "text", "Language of the sheet."),
    Field("sheets", "text", "Sheet number and number of sheets, as written."),
    Field("copy_no", "text", "Number of the copy."),
    Field("original_classification", "text", "Secrecy as written."),
    Field("map_sheet", "text", "Map series and sheet, as written."),
    Field("map_scale", "text", "Scale of that map."),
    Field("map_edition_year", "text", "Year of its edition."),
    Field("front_m", "number", "Length of the field, metres."),
    Field("depth_m", "number", "Depth of the field, metres."),
    Field("total", "number", "Number of all items that the sheet states. " + _NUMBER),
    Field("pace_m", "number", "Length of a pace in metres, where the sheet or its maker states it."),
    Field("scale_direction", "choice", "Which way the compass scale runs.", ("clockwise", "anticlockwise", "unknown")),
    Field("remarks", "text", "Everything else that the sheet says, as written."),
)
_POINT = (
    Field("no", "station", "Name of the point on the sheet."),
    Field("description", "text", "Landmark as described."),
    Field("x", "number", "Easting or longitude. " + _NUMBER),
    Field("y", "number", "Northing or latitude. " + _NUMBER),
    Field("coordinate", "text", "The position as one text, such as a grid reference, where x and y are not separate."),
    Field("accuracy_m", "number", "Accuracy in metres, if stated."),
    Field("exists", "flag", "Whether the landmark still stands: true, false, blank for unknown."),
)
_LEG = (
    Field("from", "station", "Where the leg starts."),
    Field("to", "station", "Where it ends."),
    Field("bearing", "number", "As written, 12-45 included. " + _NUMBER),
    Field("unit", "choice", "Unit of the bearing; unknown where nothing says it.", UNITS),
    Field("north", "choice", "North from which it was taken.", NORTHS),
    Field("distance", "number", "As written. " + _NUMBER),
    Field(
        "distance_unit", "choice", "Unit of the distance.", ("m", "pace", "step_pair", "yard", "foot", "km", "unknown")
    ),
    Field(
        "method", "choice", "How it was measured.", ("pace", "tape", "instrument", "gnss", "map", "estimate", "unknown")
    ),
    Field("scale_direction", "choice", "Which way the compass scale runs.", ("clockwise", "anticlockwise", "unknown")),
    Field("pace_m", "number", "Length of a pace on this leg, metres."),
    Field("declination_deg", "number", "Declination that the sheet says it applied, degrees, east positive."),
)
_ROW = (
    Field("no", "station", "Number of the row."),
    Field("from", "station", "Station at which it starts."),
    Field("to", "station", "Station at which it ends."),
    Field("length_m", "number", "Length in metres, if stated."),
    Field("remark", "text", "As written."),
    Field("count", "counts", "How many of each type. " + _NUMBER),
)
_LANE = (
    Field("no", "station", "Number of the lane or gap."),
    Field("from", "station", "Station at which it enters."),
    Field("to", "station", "Station at which it leaves."),
    Field("width_m", "number", "Width in metres."),
    Field("marking", "text", "As written."),
    Field("remark", "text", "As written."),
)
_ITEM = (
    Field("type", "text", "Type as written."),
    Field("at", "station", "Station at, or from which, the item lies."),
    Field("bearing", "number", "Bearing from that station, in the unit and north of the legs. " + _NUMBER),
    Field("distance", "number", "Distance from that station. " + _NUMBER),
    Field("x", "number", "Easting or longitude, where the sheet states it."),
    Field("y", "number", "Northing or latitude, where the sheet states it."),
    Field("count", "number", "How many."),
    Field("remark", "text", "As written."),
)
_EVENT = (
    Field(
        "kind",
        "choice",
        "What happened.",
        (
            "laid",
            "altered",
            "partly_lifted",
            "lifted",
            "transferred",
            "detonation",
            "flood",
            "fire",
            "bombardment",
            "interview_update",
            "unknown",
        ),
    ),
    Field("on", "date", "When."),
    Field("by", "text", "Which unit or organisation; no person."),
    Field("source", "text", "Who says so."),
    Field("quantity", "counts", "How many of each type."),
)
_TRANSFER = (
    Field("from_party", "text", "Who handed it over, as they call themselves."),
    Field("to_party", "text", "Who received it."),
    Field("date", "date", "When."),
    Field("channel", "text", "Through whom."),
    Field("legal_basis", "text", "On which basis, as stated."),
    Field("form", "choice", "What was handed over.", ("paper", "scan", "coordinates_only", "verbal", "unknown")),
    Field("item_count_claimed", "number", "How many items the parties say it describes."),
    Field("claim", "text", "What was said about it, in the words of who said it."),
    Field("claimed_by", "text", "Who said it."),
    Field("conditions_of_use", "text", "As stated."),
)
_VERIFICATION = (
    Field("date", "date", "When it was compared with the ground."),
    Field("organisation", "text", "Who compared."),
    Field("method", "choice", "How.", ("field_survey", "clearance_result", "imagery", "witness", "unknown")),
    Field("result", "choice", "What came of it.", ("match", "partial", "no_match", "not_checked")),
    Field("offset_m", "number", "How far the field lies from where the sheet puts it, metres."),
    Field("offset_azimuth_deg", "number", "In which true direction, degrees."),
    Field("found", "counts", "Items found, by type."),
    Field("remark", "text", "As written."),
)
_RESOLVED = (
    Field("lon", "number", "WGS 84 longitude of the landmark, degrees."),
    Field("lat", "number", "WGS 84 latitude, degrees."),
    Field("accuracy_m", "number", "How exactly it was found again, metres."),
    Field("by", "text", "Who found it: the login or the role."),
    Field("on", "date", "When."),
    Field("method", "text", "On which map or image, or on the ground."),
)
_FIND = (
    Field("id", "text", "Id of the find."),
    Field("found_on", "date", "When."),
    Field("lon", "number", "WGS 84 longitude, degrees."),
    Field("lat", "number", "WGS 84 latitude, degrees."),
    Field("accuracy_m", "number", "Accuracy of the position, metres."),
    Field("type", "text", "Type as identified; blank is unknown."),
    Field("district", "text", "District in which it was found; blank: that of the sheet drawn nearest."),
)
_SEARCHED = (
    Field("id", "text", "Id of the search."),
    Field("searched_on", "date", "When it was finished."),
    Field("p_detect", "number", "Share of the items there that the search finds, 0 to 1."),
    Field("geometry", "geometry", "Outline in WGS 84: a polygon or several."),
)

OBJECTS: Mapping[str, tuple[Field, ...]] = MappingProxyType({
    "record": _RECORD, "crs": _CRS, "reference_points": _POINT, "resolved": _RESOLVED, "legs": _LEG, "rows": _ROW,
    "lanes": _LANE, "items": _ITEM, "events": _EVENT, "transfer": _TRANSFER, "verifications": _VERIFICATION,
    "finds": _FIND, "searched": _SEARCHED,
})  # fmt: skip
"""Object -> its members. A record holds lists of most of the others, `crs` and `transfer` once."""

_WRITTEN = ["number", "string", "null"]
_COUNTS = {"type": ["object", "null"], "additionalProperties": {"type": _WRITTEN}}
_TYPES: Mapping[str, dict[str, Any]] = MappingProxyType({
    "text": {"type": ["string", "null"]},
    "station": {"type": ["string", "number"]},
    "number": {"type": _WRITTEN},
    "code": {"type": ["integer", "string", "null"]},
    "date": {"type": ["string", "null"], "pattern": r"^(\d{4}(-\d{2}(-\d{2})?)?|\?|)$"},
    "flag": {"type": ["boolean", "null"]},
    "choice": {"type": ["string", "null"]},
    "counts": _COUNTS,
    "geometry": {"type": ["object", "null"], "required": ["type", "coordinates"],
                 "properties": {"type": {"enum": ["Polygon", "MultiPolygon"]}, "coordinates": {"type": "array"}}},
})  # fmt: skip


def sheet_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a file of records, finds and searched ground.

    It says what a careful writer writes; reading is more tolerant. Members that it does not name are allowed and kept.

    >>> sorted(sheet_schema()["properties"])
    ['finds', 'records', 'searched']
    """
    own = {name: _object(name) for name in OBJECTS}
    own["record"]["properties"] |= {
        "crs": _ref("crs"), "transfer": _ref("transfer"), "quantities": {**_COUNTS, "description": "Items by type."},
        "perimeter": {"type": ["array", "null"], "items": _TYPES["station"], "description": "Stations, in order."},
        **{name: _list(name) for name in ("reference_points", "legs", "rows", "lanes", "items", "events",
                                          "verifications")},
    }  # fmt: skip
    own["reference_points"]["properties"] |= {"crs": _ref("crs"), "resolved": _ref("resolved")}
    own["legs"]["required"] = ["from", "to"]
    own["finds"]["required"] = ["lon", "lat"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID,
        "title": "Minefield records, finds and searched ground", "type": "object",
        "properties": {"records": _list("record"), "finds": _list("finds"), "searched": _list("searched")},
        "$defs": own,
    }  # fmt: skip


def _object(name: str) -> dict[str, Any]:
    members = {field.name: _member(field) for field in OBJECTS[name]}
    kinds: Any = "object" if name not in ("crs", "transfer", "resolved") else ["object", "null"]
    return {"type": kinds, "properties": members}


def _member(field: Field) -> dict[str, Any]:
    made = {**_TYPES[field.type], "description": field.help}
    return {**made, "enum": [*field.choices, None]} if field.choices else made


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": _ref(name)}
