"""Which kinds of record are there, and what may each state?

One immutable registry, name -> Kind. Forms, mappings, exports, checks and the API read it; a new noun is one file in
this room and one line here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from whitestone.domain import (
    accident,
    activity,
    claim,
    hazard,
    inspection,
    item,
    minefield_record,
    organisation,
    place,
    protected,
)
from whitestone.domain import obligation as obligation_records
from whitestone.domain import programme as programme_records
from whitestone.domain.attributes import Record
from whitestone.errors import InvalidValue

__all__ = ["KINDS", "Attribute", "Kind", "kind"]


class Attribute(msgspec.Struct, frozen=True):
    """What is known of one attribute: its type word, code list, unit, link and whether it is personal."""

    name: str
    type: str
    codes: str | None = None
    unit: str | None = None
    links_to: str | None = None
    personal: bool = False


class Kind(msgspec.Struct, frozen=True):
    """One noun: its struct, what geometry it may carry, and whether it is about the ground or the programme."""

    name: str
    plural: str
    struct: type[Record]
    geometry: tuple[str, ...] = ()
    programme: bool = False
    date_attribute: str | None = None
    """The attribute that dates it on the ground when a mapping names no information date."""

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """List the attributes by name, those of the common header first.

        >>> KINDS["hazard"].attributes["area_reported_m2"].unit
        'm2'
        """
        return _attributes(self.name)


_AREA = ("Polygon", "MultiPolygon")
_ANY = ("Point", "MultiPoint", "LineString", "MultiLineString", *_AREA)
_POINT = ("Point", "MultiPoint")

_ALL = (
    Kind("hazard", "hazards", hazard.Hazard, _ANY, date_attribute="discovered_on"),
    Kind("activity", "activities", activity.Activity, _ANY, date_attribute="ended_on"),
    Kind("release", "releases", activity.Release, _AREA, date_attribute="completed_on"),
    Kind("task", "tasks", activity.Task, _ANY, date_attribute="issued_on"),
    Kind("item", "items", item.Item, _POINT, date_attribute="found_on"),
    Kind("minefield_record", "minefield records", minefield_record.MinefieldRecord, _ANY, date_attribute="recorded_on"),
    Kind("accident", "accidents", accident.Accident, _POINT, date_attribute="occurred_on"),
    Kind("casualty", "casualties", accident.Casualty, _POINT, date_attribute="occurred_on"),
    Kind("inspection", "inspections", inspection.Inspection, _ANY, date_attribute="inspected_on"),
    Kind("place", "places", place.Place, _ANY, date_attribute="valid_from"),
    Kind("organisation", "organisations", organisation.Organisation, _POINT),
    Kind("source", "sources", claim.Source),
    Kind("document", "documents", claim.Document, date_attribute="dated_on"),
    Kind("claim", "claims", claim.Claim, _ANY, date_attribute="as_of"),
    Kind("consent", "consents", protected.Consent, date_attribute="given_on"),
    Kind("protected_source", "protected sources", protected.ProtectedSource),
    Kind("obligation", "obligations", obligation_records.Obligation),
    Kind("setting", "settings", programme_records.Setting, (), True),
    Kind("mapping", "mappings", programme_records.Mapping, (), True),
    Kind("dataset", "datasets", programme_records.Dataset, (), True),
    Kind("run", "runs", programme_records.Run, (), True),
    Kind("finding", "findings", programme_records.Finding, (), True),
    Kind("decision", "decisions", programme_records.Decision, (), True, date_attribute="decided_on"),
    Kind("period", "periods", programme_records.Period, (), True, date_attribute="ends_on"),
)

KINDS: Mapping[str, Kind] = MappingProxyType({each.name: each for each in _ALL})


def kind(name: str) -> Kind:
    """Return the kind of that name; refuses an unknown one with InvalidValue.

    >>> kind("release").plural
    'releases'
    """
    try:
        return KINDS[name]
    except KeyError:
        raise InvalidValue(field="kind", value=name, why=f"one of {', '.join(KINDS)}") from None


@functools.cache
def _attributes(name: str) -> Mapping[str, Attribute]:
    hints = get_type_hints(KINDS[name].struct, include_extras=True)
    return MappingProxyType({field: _attribute(field, hint) for field, hint in hints.items()})


def _attribute(field: str, hint: Any) -> Attribute:
    core = next((arm for arm in _arms(hint) if arm not in (type(None), msgspec.UnsetType)), Any)
    extra: dict[str, Any] = {}
    if get_origin(core) is Annotated:
        base, *metas = get_args(core)
        extra = next((meta.extra for meta in metas if isinstance(meta, msgspec.Meta) and meta.extra), {})
        core = base
    plain = {bool: "flag", float: "number", int: "count", str: "text"}.get(core, "value")
    return Attribute(field, extra.get("type", plain), extra.get("codes"), extra.get("unit"), extra.get("to"),
                     bool(extra.get("personal")))


def _arms(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
