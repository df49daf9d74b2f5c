"""What does each party of a reconciliation say: this programme, another one, or a file that is not brought in?

Another programme is opened beside this one, for reading. A file is read under its mapping as an import reads it, row by
row accounted for, but nothing of it is written anywhere; what a mapping marks personal is never looked at.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.kinds import kind
from whitestone.domain.revision import State
from whitestone.errors import MappingInvalid, Refused
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.model import Mapping as FileMapping
from whitestone.exchange.mapping.model import PlaceSpec
from whitestone.exchange.mapping.rows import HELD, Made, Mapped
from whitestone.exchange.mapping.suggest import suggest
from whitestone.exchange.mapping.text import read_mapping
from whitestone.exchange.readers import open_file
from whitestone.journal.origins import datasets
from whitestone.programme.homecoming import DATASET, is_export
from whitestone.programme.importing_links import Links
from whitestone.programme.mappings import find_mapping
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["KINDS_LEFT_OUT", "Party", "Said", "file_party", "name_alike", "names_of_links", "programme_party"]

KINDS_LEFT_OUT = frozenset(("casualty", "minefield_record"))
"""Persons are counted, never compared one by one; minefield records are restricted (house law 9 and 10)."""


class Said(msgspec.Struct):
    """What a party says of one record: its key there, the ids that people use, attributes, and shape (WKB, WGS 84).

    Links are given by what they lead to (own id or name), so that two databases can be compared. `known` is when the
    party came to know the last of it, `changed` the day from which it is true; `group` whose work it is.
    """

    key: str
    body: dict[str, Any]
    geometry: bytes | None
    own_id: str | None = None
    former_ids: tuple[str, ...] = ()
    group: str | None = None
    known: dt.datetime | None = None
    changed: str | None = None


class Party(msgspec.Struct):
    """One party with what it says, by kind; rows of a file are accounted for as at an import.

    `names` says, by kind, what its links lead to.
    """

    key: str
    label: str
    is_file: bool
    said: dict[str, list[Said]]
    input: int | None = None
    held: int = 0
    reasons: dict[str, int] = {}
    notes: list[str] = []
    names: dict[str, dict[str, str]] = {}

    def as_dict(self) -> dict[str, Any]:
        """Say who it is and what was read."""
        rows = {"input": self.input, "held": self.held, "held_by_code": self.reasons} if self.is_file else {}
        return {"key": self.key, "label": self.label, "is_file": self.is_file,
                "records": {name: len(each) for name, each in self.said.items()}, **rows,
                "notes": self.notes}  # fmt: skip


def programme_party(programme: Programme, kinds: Sequence[str], clocks: Clocks) -> Party:
    """Read what a programme says of some kinds, approved, situation and knowledge as of the clocks.

    What was declared the same stands once. Refuses kinds about persons, and restricted ones, with Refused.
    """
    said: dict[str, list[Said]] = {}
    named: dict[str, dict[str, str]] = {}
    absorbed = same_groups(programme.journal, clocks.on, clocks.known)
    for name in kinds:
        refuse(name)
        states = [each for each in programme.journal.states(name, on=clocks.on, known=clocks.known)
                  if each.record_id not in absorbed]  # fmt: skip
        names = names_of_links(programme, name, [state.body for state in states])
        sources = _dataset_names(programme, name)
        linked = linked_attributes(name)
        said[name] = [_said(each, linked, names, sources.get(each.record_id)) for each in states]
        named[name] = names
    label = programme.settings.name or programme.journal.name
    return Party(f"programme:{programme.journal.programme_id}", label, False, said, names=named)


def name_alike(ours: Party, theirs: Party) -> None:
    """Let each party call a record by the name that the other one knows, where it links to it and cannot name it."""
    for party, other in ((ours, theirs), (theirs, ours)):
        for name, records in party.said.items():
            names, linked = other.names.get(name), linked_attributes(name)
            if not names:
                continue
            for each in records:
                if linked & each.body.keys():
                    each.body = _named(name, each.body, names)
                    each.group = names.get(each.group, each.group) if each.group else None


def refuse(name: str) -> None:
    """Refuse, with Refused, a kind whose records are not compared one by one."""
    each = kind(name)
    if name in KINDS_LEFT_OUT or each.programme:
        raise Refused(
            what=f"Reconciling {each.plural}",
            rule="persons are shown as counts only, minefield records are restricted, and how a programme works is its "
            "own",
            remedy="Reconcile hazards and releases, or another kind about the ground.",
        )


def _said(state: State, linked: frozenset[str], names: Mapping[str, str], dataset: str | None) -> Said:
    body = _named(state.kind, state.body, names) if linked & state.body.keys() else state.body
    return Said(
        key=str(state.record_id), body=body, geometry=state.geometry, own_id=state.body.get("local_id"),
        former_ids=tuple(state.body.get("legacy_ids") or ()),
        group=body.get("organisation_name") or body.get("organisation_id") or dataset, known=state.known_from,
        changed=state.true_from.isoformat() if state.true_from else None,
    )  # fmt: skip


def _named(name: str, body: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give links by what they lead to; what cannot be named keeps its id."""
    attributes = kind(name).attributes
    out = {}
    for attribute, value in body.items():
        about = attributes.get(attribute)
        if about is not None and about.personal:
            continue
        if about is not None and about.links_to and value is not None:
            value = [names.get(each, each) for each in value] if isinstance(value, list) else names.get(value, value)
        out[attribute] = value
    return out


def linked_attributes(name: str) -> frozenset[str]:
    """Name the attributes of a kind that are not told as they are stated: links, and what is personal.

    >>> "hazard_ids" in linked_attributes("release"), "outcome" in linked_attributes("release")
    (True, False)
    """
    return frozenset(key for key, each in kind(name).attributes.items() if each.links_to or each.personal)


def names_of_links(
    programme: Programme, name: str, bodies: Iterable[Mapping[str, Any]] | None = None
) -> dict[str, str]:
    """Map the ids of records that a kind links to to their own ids or names; only those in `bodies`, where given."""
    attributes = {key: each.links_to for key, each in kind(name).attributes.items() if each.links_to}
    if bodies is not None:
        stated = {key for body in bodies for key in attributes.keys() & body.keys()}
        attributes = {key: to for key, to in attributes.items() if key in stated}
    linked = sorted({to for to in attributes.values() if to and to not in KINDS_LEFT_OUT})
    found = {}
    for state in programme.journal.states(linked, geometry=False) if linked else ():
        text = state.body.get("local_id") or state.body.get("name")
        if text:
            found[str(state.record_id)] = str(text)
    return found


def _dataset_names(programme: Programme, name: str) -> dict[uuid.UUID, str]:
    titles = {state.record_id: str(state.body.get("local_id") or state.record_id)
              for state in programme.journal.states("dataset", geometry=False)}  # fmt: skip
    return {record: titles.get(dataset, str(dataset)) for record, dataset in datasets(programme.journal, name).items()}


class _OwnIds:
    """Lets rows of a file link to whatever id they write, and to the places that this programme knows."""

    def __init__(self, programme: Programme) -> None:
        self._links = Links(programme.journal, uuid.UUID(int=0))

    def records(self, dataset: str | None, kind: str, ids: Sequence[str]) -> dict[str, str]:
        """Give every id as itself."""
        return {each: each for each in ids}

    def places(self, spec: PlaceSpec, asked: Sequence[tuple[str, str, str]]) -> list[str | tuple[str, str]]:
        """Give the places of this programme that are meant."""
        return self._links.places(spec, asked)


def file_party(programme: Programme, path: Path, mapping: Path | str | None, kinds: Sequence[str]) -> Party:
    """Read what a file says under a mapping (None: an export of ours, or the mapping that is drafted, which is said).

    Where neither says what a row is, and one kind is asked for, it is that. Every row ends as record or held, with the
    reason counted. Rows without an id are known by what they say, the
    second of a kind by its number. Refuses as an import does: UnreadableFile, MappingInvalid.
    """
    for name in kinds:
        refuse(name)
    notes: list[str] = []
    if mapping is None and is_export(path):
        return _export_party(programme, path, kinds)
    if mapping is None:
        drafted = suggest(path, kind=kinds[0] if len(kinds) == 1 else None)
        read = drafted.mapping
        notes.append("The mapping was drafted by this program and read by nobody: write it out with 'whitestone import "
                     f"{path.name} --suggest --out MAPPING.toml', correct it, and reconcile with --mapping.")
    else:
        read = read_mapping(find_mapping(mapping), programme.settings)
    party = _FileReader(programme, path, read).party(kinds)
    party.notes = notes + party.notes
    return party


class _FileReader:
    def __init__(self, programme: Programme, path: Path, mapping: FileMapping) -> None:
        self.programme, self.path = programme, path
        self.mapping = mapping.sealing(programme.settings.extra_fields)
        self.seen: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.input = self.held = 0

    def party(self, kinds: Sequence[str]) -> Party:
        """Read the file once."""
        file = self.mapping.file
        reading = open_file(self.path, encoding=file.encoding, layer=file.layer, header_row=file.header_row,
                            delimiter=file.delimiter)  # fmt: skip
        applier = Applier(self.mapping, self.programme.settings, crs=reading.crs, links=_OwnIds(self.programme),
                          today=self.programme.today(), digest_key=None)  # fmt: skip
        missing = applier.missing(reading.columns) if reading.columns else []
        if missing:
            faults = "; ".join(f"the file {self.path.name} has no column {name!r}" for name in missing)
            raise MappingInvalid(path=self.mapping.dataset.name, count=len(missing), faults=faults)
        said: dict[str, list[Said]] = {name: [] for name in kinds}
        names = {name: names_of_links(self.programme, name) for name in kinds}
        for chunk in reading.chunks():
            mapped = applier.apply(chunk)
            self._count(mapped)
            for made in mapped.made:
                if made.kind in said:
                    said[made.kind] += self._records(mapped, made, names[made.kind])
        spec = self.mapping.dataset
        notes = [f"{note.code}: {note.message}" for note in reading.notes]
        return Party(f"file:{spec.name}", spec.title or self.path.name, True, said, self.input, self.held,
                     dict(sorted(self.reasons.items())), notes)  # fmt: skip

    def _count(self, mapped: Mapped) -> None:
        self.input += mapped.count
        self.held += int((mapped.outcomes == HELD).sum())
        self.reasons.update(code for row in mapped.held for code, _ in row.reasons[:1])

    def _records(self, mapped: Mapped, made: Made, names: Mapping[str, str]) -> Iterable[Said]:
        spec = self.mapping.dataset
        shapes = made.geometry or [None] * len(made.at)
        recorded = made.recorded or [None] * len(made.at)
        for text, shape, date, known in zip(made.body.to_list(), shapes, made.dates, recorded, strict=True):
            stated: dict[str, Any] = json.loads("{" + (text or "")[1:] + "}")
            body = _named(made.kind, stated, names)
            yield Said(
                key=self._key(made.kind, stated, shape), body=body, geometry=shape, own_id=stated.get("local_id"),
                former_ids=tuple(stated.get("legacy_ids") or ()),
                group=body.get("organisation_name") or body.get("organisation_id") or spec.organisation or spec.name,
                known=None if known is None else dt.datetime.fromtimestamp(known / 1e6, dt.UTC), changed=date,
            )  # fmt: skip

    def _key(self, name: str, body: Mapping[str, Any], shape: bytes | None) -> str:
        own = body.get("local_id")
        if own is not None:
            key = f"{name}:{own}"
        else:
            text = json.dumps(body, sort_keys=True).encode() + b"\x1d" + (shape or b"")
            key = f"{name}:{hashlib.blake2b(text, digest_size=12).hexdigest()}"
        self.seen[key] += 1
        return key if self.seen[key] == 1 else f"{key}#{self.seen[key]}"


def _export_party(programme: Programme, path: Path, kinds: Sequence[str]) -> Party:
    """Read one of our own exports: its records have the ids that they have where it was made."""
    from whitestone.exchange.exported import open_export
    from whitestone.exchange.exported_rows import ExportApplier
    from whitestone.exchange.mapping.model import DatasetSpec, RecordSpec

    spec = DatasetSpec(name=DATASET, title=path.name, edition="increment")
    reading = open_export(path)
    applier = ExportApplier(FileMapping(dataset=spec, records=[RecordSpec(kind=name) for name in kinds]),
                            programme.settings, crs="EPSG:4326", today=programme.today(), digest_key=None)  # fmt: skip
    applier.form = reading.format
    said: dict[str, list[Said]] = {name: [] for name in kinds}
    names = {name: names_of_links(programme, name) for name in kinds}
    count = held = 0
    reasons: Counter[str] = Counter()
    for chunk in reading.chunks():
        mapped = applier.apply(chunk)
        count += mapped.count
        held += int((mapped.outcomes == HELD).sum())
        reasons.update(code for row in mapped.held for code, _ in row.reasons[:1])
        for record in mapped.records:
            if record is not None and record.kind in said:
                body = _named(record.kind, record.body, names[record.kind])
                said[record.kind].append(Said(
                    key=str(record.record_id), body=body, geometry=record.geometry, own_id=body.get("local_id"),
                    former_ids=tuple(body.get("legacy_ids") or ()),
                    group=body.get("organisation_name") or body.get("organisation_id"), changed=record.information_date,
                ))  # fmt: skip
    return Party(f"file:{DATASET}", path.name, True, said, count, held, dict(sorted(reasons.items())))
