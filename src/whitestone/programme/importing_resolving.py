"""Which links of records that came before can be made now that the records which they name have come in?

A row that names a hazard by its id may come before the paper of the hazard. The run that brought it keeps the finding
`link-broken` with what was written. When an import brings the record, the link is stated in the name of the run that
named it: whichever comes first, the same records say the same, and taking a run back takes what it said.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import msgspec

from whitestone.domain.kinds import KINDS
from whitestone.errors import MappingInvalid
from whitestone.exchange.mapping.check import UNKNOWN_KIND
from whitestone.exchange.mapping.model import LinkSpec, Mapping
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme.importing_links import dataset_id
from whitestone.programme.importing_said import Again, Content, Said, said_again, said_by, walk
from whitestone.programme.opening import Programme

__all__ = ["resolvable"]


class _Wanted(msgspec.Struct):
    """A link of one block of a mapping that leads to the dataset which has just come in."""

    mapping_id: str
    dataset: uuid.UUID
    label: str
    link: LinkSpec
    kind: str
    many: bool

    def parts(self, text: str) -> list[str]:
        """Take the ids in a cell apart."""
        pieces = text.split(self.link.split) if self.link.split else [text]
        return [part.strip() for part in pieces if part.strip()]


class _Broken(msgspec.Struct):
    """A cell whose ids were not all known when its row came in."""

    record: bytes
    run: uuid.UUID
    ids: list[str]


def resolvable(programme: Programme, mapping: Mapping, dataset: uuid.UUID) -> list[Again]:
    """Draft the links to records of a dataset that were broken and can be made now, each for the run that named it."""
    kinds = {record.kind for record in mapping.records if record.kind != UNKNOWN_KIND}
    wanted = list(_leading_to(programme, dataset, kinds))
    if not wanted:
        return []
    gone = {state.record_id for state in programme.journal.states("run", geometry=False)
            if state.body.get("run_status") == "taken_back"}  # fmt: skip
    return [again for each in wanted for again in _links(programme, each, dataset, gone)]


def _leading_to(programme: Programme, dataset: uuid.UUID, kinds: set[str]) -> Iterator[_Wanted]:
    for state in programme.journal.states("mapping", geometry=False):
        text = str(state.body.get("toml") or "")
        if "links" not in text:
            continue
        try:
            mapping = parse_mapping(text, settings=programme.settings)
        except MappingInvalid:  # its national fields or codes are no longer those of the programme
            continue
        own = uuid.UUID(state.body["dataset_id"])
        for record in mapping.records:
            for link in record.links if record.kind in KINDS else ():
                attribute = KINDS[record.kind].attributes[link.attribute]
                kind = link.kind or attribute.links_to or ""
                owner = own if link.dataset is None else dataset_id(programme.journal.programme_id, link.dataset)
                if link.column is not None and owner == dataset and kind in kinds:
                    many = attribute.type == "links"
                    yield _Wanted(str(state.record_id), own, record.label, link, kind, many)


def _links(programme: Programme, wanted: _Wanted, dataset: uuid.UUID, gone: set[uuid.UUID]) -> Iterator[Again]:
    journal = programme.journal
    broken = [each for each in _broken(programme, wanted, gone) if each.record]
    known = journal.find_external(dataset, wanted.kind, {part for each in broken for part in each.ids})
    broken = [each for each in broken if any(part in known for part in each.ids)]
    if not broken:
        return
    said = said_by(journal, wanted.dataset, {each.record for each in broken}, gone)
    by_record: dict[bytes, list[_Broken]] = {}
    for each in broken:
        by_record.setdefault(each.record.ljust(16, b"\0"), []).append(each)
    for record, cells in by_record.items():
        if record in said:
            yield from _stated(said[record], wanted, cells, known)


def _broken(programme: Programme, wanted: _Wanted, gone: set[uuid.UUID]) -> Iterator[_Broken]:
    """Read the findings of the runs under a mapping; what a run that was taken back found does not count."""
    for state in programme.journal.states("run", geometry=False):
        labels = (state.body.get("counts") or {}).get("labels") or []
        if state.body.get("mapping_id") != wanted.mapping_id or state.record_id in gone or wanted.label not in labels:
            continue
        block, width = labels.index(wanted.label), 16 * len(labels)
        for batch in programme.journal.runs.batches(state.record_id):
            for found in batch.findings:
                if found["code"] == "link-broken" and found["column"] == wanted.link.column and found["value"]:
                    at = (found["row"] - batch.first_row) * width + block * 16
                    record = batch.record_ids[at : at + 16]
                    yield _Broken(record if any(record) else b"", state.record_id, wanted.parts(found["value"]))


def _stated(said: Said, wanted: _Wanted, cells: Sequence[_Broken], known: dict[str, uuid.UUID]) -> Iterator[Again]:
    """State the links on the day for which each row spoke, and what holds on later days again."""
    contents, last = said.contents(), {day: steps[-1].revision.run for day, steps in said.groups()}
    for cell in cells:
        day = next((step.day for step in said.steps if step.revision.run == cell.run), None)
        if day is None or last[day] != cell.run:  # it repeated what was said, or was said otherwise since
            continue
        found = [str(known[part]) for part in cell.ids if part in known]
        value = found if wanted.many else found[0]
        contents[day].body = {**contents[day].body, wanted.link.attribute: value}
    parents = said.revisions
    for step, missing in walk(Content(), said.groups(), contents):
        again = said_again(step, missing, parents)
        parents = [*parents, *([again.draft.revision_id] if again.draft.revision_id else [])]
        yield again
