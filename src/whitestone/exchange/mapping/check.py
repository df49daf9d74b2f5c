"""Does a mapping contradict itself, or name kinds, attributes, codes and records that do not exist?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import msgspec

from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import Lists, attributes_of, lists
from whitestone.domain.kinds import KINDS, Attribute
from whitestone.domain.settings import Settings
from whitestone.errors import InvalidValue
from whitestone.exchange.mapping.model import FieldSpec, LinkSpec, Mapping, PositionSpec, RecordSpec

__all__ = ["UNKNOWN_KIND", "faults_of"]

UNKNOWN_KIND = "unknown"
"""The kind of a file that nobody could place yet: its rows are all held with the code `kind-unknown`."""


def faults_of(mapping: Mapping, settings: Settings | None = None) -> list[str]:
    """List every fault of a mapping, each with the place where it stands; an empty list is a sound mapping.

    `settings` are those of the programme, for its national fields and codes.

    >>> from whitestone.exchange.mapping.model import DatasetSpec
    >>> faults_of(Mapping(dataset=DatasetSpec(name="a", edition="increment")))
    ['record: no [[record]] block says what a row is (use kind = "unknown" to have all rows held)']
    """
    return list(_faults(mapping, settings or Settings()))


def _faults(mapping: Mapping, settings: Settings) -> Iterator[str]:
    dataset = mapping.dataset
    if not dataset.name.strip():
        yield "dataset.name: is empty"
    if dataset.edition == "snapshot" and not dataset.coverage:
        yield "dataset.coverage: a snapshot says what it covers, or nothing can be judged gone"
    if dataset.as_of is not None and not _is_date(dataset.as_of):
        yield f"dataset.as_of: {dataset.as_of!r} is not YYYY, YYYY-MM or YYYY-MM-DD"
    if not mapping.records:
        yield 'record: no [[record]] block says what a row is (use kind = "unknown" to have all rows held)'
    if mapping.position is not None:
        yield from _position_faults(mapping.position)
    yield from _open_uses(mapping)
    labels = [record.label for record in mapping.records]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield f"record: two blocks are called {label!r}; give each a name of its own"
    for number, record in enumerate(mapping.records, 1):
        yield from (f"record {number} ({record.label}) {fault}" for fault in _record_faults(record, labels, settings))


def _open_uses(mapping: Mapping) -> Iterator[str]:
    """Find personal columns in places that cannot be sealed: ids, dates and positions are looked up in the clear."""
    position = mapping.position
    uses = [("position", name) for name in (position.x, position.y, position.pair) if name] if position else []
    for record in mapping.records:
        date = record.date or (KINDS[record.kind].date_attribute if record.kind in KINDS else None)
        for field in ("local_id", date):
            spec = record.fields.get(field or "")
            uses += [(f"{record.label}.{field}", name) for name in (spec.sources if spec else ())]
        uses += [(f"{record.label}.{link.attribute}", name) for link in record.links for name in link.sources]
    for where, name in dict.fromkeys(uses):
        if name in mapping.personal_columns:
            yield f"personal: {name!r} is sealed, and {where} would show it; take another column, or leave {where} out"


def _position_faults(position: PositionSpec) -> Iterator[str]:
    if position.pair and (position.x or position.y):
        yield "position: names both a pair and single columns"
    if position.y and not position.x:
        yield "position.x: is missing beside y"
    single = position.notation in ("mgrs", "utm", "gk", "gk_truncated", "auto")
    if position.x and not position.y and not single:
        yield f"position.y: is missing (only a grid reference stands in one column, not {position.notation!r})"
    authority, _, number = (position.crs or "EPSG:4326").partition(":")
    if not authority or not number:
        yield f"position.crs: {position.crs!r} is not AUTHORITY:CODE, as in 'EPSG:4326'"


def _record_faults(record: RecordSpec, labels: list[str], settings: Settings) -> Iterator[str]:
    if record.kind == UNKNOWN_KIND:
        return
    if record.kind not in KINDS or KINDS[record.kind].programme:
        known = ", ".join(name for name, kind in KINDS.items() if not kind.programme)
        yield f"kind: {record.kind!r} is none of {known}"
        return
    attributes = attributes_of(record.kind, settings.extra_fields.get(record.kind, ()))
    codes = lists(settings.national_codes, settings.extra_fields)
    if record.when is not None and record.when.is_in is not msgspec.UNSET and record.when.not_in:
        yield "when: says both is_in and not_in"
    if record.date is not None and record.date not in record.fields:
        yield f"date: {record.date!r} is not among its fields"
    for name, spec in record.fields.items():
        if name not in attributes:
            near = difflib.get_close_matches(name, attributes, n=1)
            meant = f"; did you mean {near[0]}?" if near else "; docs/reference/dictionary.md lists them"
            yield f"fields.{name}: a {record.kind} has no such attribute{meant}"
        else:
            yield from (f"fields.{name}: {fault}" for fault in _field_faults(spec, attributes[name], codes))
    for link in record.links:
        yield from (f"links.{link.attribute}: {fault}" for fault in _link_faults(link, record, labels))


def _field_faults(spec: FieldSpec, attribute: Attribute, lists: Lists) -> Iterator[str]:
    stated = [spec.column is not None, bool(spec.columns), spec.constant is not msgspec.UNSET]
    if sum(stated) != 1:
        yield "says exactly one of column, columns, constant"
    if attribute.personal and spec.constant is not msgspec.UNSET:
        yield "may identify a person: it comes from a column, which is sealed, never from the mapping"
    if attribute.type in ("link", "links"):
        yield "is a link: use [[record.links]]"
    if spec.sum and attribute.type not in ("count", "number", "area"):
        yield f"a {attribute.type} cannot be a sum"
    if len(spec.columns) > 3 and attribute.type == "date":
        yield "a date has at most three columns: year, month, day"
    if spec.part is not None and not spec.split:
        yield "a part is of a cell that is taken apart: say with split at which sign"
    if spec.decimal and spec.decimal == spec.thousands:
        yield "decimal and thousands separator are the same"
    values = list(spec.values.values()) + ([] if spec.constant is msgspec.UNSET else [spec.constant])
    yield from _value_faults(values, attribute, lists)


def _value_faults(values: list[Any], attribute: Attribute, lists: Lists) -> Iterator[str]:
    if attribute.codes is None:
        return
    known = lists[attribute.codes].codes
    for value in values:
        for code in value if isinstance(value, list) else [value]:
            if code != "" and code not in known:
                yield f"{code!r} is not in the code list {attribute.codes} ({', '.join(known)})"


def _link_faults(link: LinkSpec, record: RecordSpec, labels: list[str]) -> Iterator[str]:
    attribute = KINDS[record.kind].attributes.get(link.attribute)
    if attribute is None or attribute.type not in ("link", "links"):
        yield f"a {record.kind} has no such link"
        return
    ways = [link.to is not None, link.column is not None, link.place is not None]
    if sum(ways) != 1:
        yield "says exactly one of to, column, place"
    if link.to is not None and link.to not in labels:
        yield f"no record of this mapping is called {link.to!r}"
    if link.to is not None and link.to == record.label:
        yield "a record does not link to itself"
    if link.place is not None and attribute.links_to != "place":
        yield f"links to a {attribute.links_to}, not to a place"
    if link.place is not None and not (link.place.pcode or link.place.name):
        yield "a place is found by pcode or by name"


def _is_date(text: str) -> bool:
    try:
        parse_partial(text)
    except InvalidValue:
        return False
    return True
