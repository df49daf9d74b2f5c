"""How does a row become a revision: the whole of it when it is new, only what differs when it was said before?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.domain.ids import new_ids
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Draft, Nature, Workflow
from whitestone.exchange.mapping.rows import Made, sixteen
from whitestone.journal import EncodedBatch
from whitestone.programme.importing_parts import Column, Columns, Parts, aligned, braced
from whitestone.programme.importing_said import NO_GEOMETRY, Again, Content, Day, Said, day_of_text, said_again, walk

__all__ = ["changed_drafts", "encode_rows", "linked_bodies", "uuid_text"]

Ids = npt.NDArray[np.bytes_]


def uuid_text(record: bytes) -> str:
    """Write 16 bytes as a UUID.

    >>> uuid_text(bytes(16))
    '00000000-0000-0000-0000-000000000000'
    """
    text = sixteen(record).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def linked_bodies(made: Made, ids: Ids, labels: Sequence[str]) -> Column:
    """Complete the bodies with the links between records of one row; `ids` are (records, blocks)."""
    body = made.body
    for attribute, label, many in made.same_row:
        column = ids[:, labels.index(label)].tolist()
        quoted = ['"' + uuid_text(each) + '"' if each else "" for each in column]
        head = f',"{attribute}":'
        texts = [(f"{head}[{text}]" if many else head + text) if text else "" for text in quoted]
        body = body + pl.Series(texts, dtype=pl.String)
    linked: Column = braced(body).cast(pl.Binary).to_list()
    return linked


def encode_rows(
    made: Made, parts: Sequence[Parts], chosen: npt.NDArray[np.bool_], records: Ids, workflow: Workflow,
    linked: Column | None,
) -> Iterator[EncodedBatch]:  # fmt: skip
    """Give the chosen records as columns of whole revisions, some thousands at a time.

    `linked` are the bodies where links between the records of one row completed them.
    """
    for span, piece in aligned(parts, made.at):
        here = chosen[span]
        if not here.any():
            continue
        columns = piece.columns(made.at[span])
        columns.body = linked[span] if linked is not None else columns.body
        rows = None if here.all() else np.flatnonzero(here).tolist()
        yield _encoded(made, span, columns if rows is None else columns.only(rows), rows, records[span], workflow)


def _encoded(
    made: Made, span: slice, columns: Columns, rows: list[int] | None, records: Ids, workflow: Workflow
) -> EncodedBatch:
    def pick(column: list[Any] | None) -> list[Any] | None:
        """Take the rows of this piece out of a column of the block."""
        if column is None:
            return None
        found = column[span]
        return found if rows is None else [found[row] for row in rows]

    bounds = None if made.bounds is None else made.bounds[span]
    return EncodedBatch(
        kind=made.kind,
        record_ids=_sixteens(records if rows is None else records[rows]),
        body=columns.body or [],
        extra=_some(columns.extra),
        geometry=columns.geometry,
        as_entered=_some(columns.as_entered),
        sealed=_some(columns.sealed),
        information_date=_some(pick(made.dates)),
        acts_on=_some(pick(made.acts_on)),
        source_recorded_at=_some(pick(made.recorded)),
        external_ids=pick(made.ids),
        bbox=bounds if bounds is None or rows is None else bounds[rows],
        workflow=workflow,
        salts=columns.salts,
        digests=columns.digests,
    )


def _sixteens(records: Ids) -> list[bytes]:
    found: list[bytes] = np.ascontiguousarray(records, dtype="S16").view("V16").tolist()
    return found


def _some(column: list[Any] | None) -> list[Any] | None:
    return column if column is not None and any(value is not None for value in column) else None


def changed_drafts(
    kind: str, parts: Columns, row: int, record: bytes, stated: tuple[str | None, int | None], said: Said | None,
    workflow: Workflow, altered: bool = True, apart: bool = False,
) -> tuple[list[Draft], list[Again]]:  # fmt: skip
    """Draft what a row says differently from what its dataset said for that date; nothing when it says the same.

    `stated` are its information date and, in microseconds since 1970, when its source recorded it. The second list is
    what earlier runs said of later days and must be said again, so that the row does not change these.
    Sealed values cannot be read: they are said again whenever the raw text is another (`altered`). Attributes that
    the row no longer states become unknown (None), never their old value. When the date of the event itself is
    another, the old statement was wrong rather than outdated: a correction of all that was said, unless the mapping
    dates its rows by something else (`apart`).
    """
    whole, sealed = _whole(kind, parts, row, record, stated, workflow), bool(parts.sealed and parts.sealed[row])
    if said is None or not said.steps:
        return [whole], []
    name = KINDS[kind].date_attribute
    if name is not None and not apart and whole.body.get(name) != said.on().body.get(name):
        return _corrections(whole, said), []
    day = day_of_text(whole.information_date)
    before = said.on(day)
    new = before.until(Content(whole.body, whole.extra, whole.geometry))
    resealed = set(whole.sealed) != before.sealed or (sealed and altered)
    if not new and not resealed and whole.information_date in said.dates:
        return [], []
    entered = whole.as_entered
    if whole.geometry is None and before.geometry is not None:
        entered = {**entered, **NO_GEOMETRY}
    # All that the dataset said: whoever changed one of these attributes meanwhile shares a parent, however long ago.
    changed = msgspec.structs.replace(
        whole, body=new.body, extra=new.extra, geometry=new.geometry, sealed=whole.sealed if resealed else {},
        parents=tuple(said.revisions), as_entered=entered,
    )  # fmt: skip
    return _with_later(changed, said, before, day)


def _whole(
    kind: str, parts: Columns, row: int, record: bytes, stated: tuple[str | None, int | None], workflow: Workflow
) -> Draft:
    body, extra, sealed, entered = (_object(column, row) for column in (parts.body, parts.extra, parts.sealed,
                                                                        parts.as_entered))
    return Draft(
        kind=kind, record_id=uuid.UUID(bytes=record), body=body, extra=extra, as_entered=entered, sealed=sealed,
        geometry=parts.geometry[row] if parts.geometry is not None else None, information_date=stated[0],
        workflow=workflow, source_recorded_at=_instant(stated[1]),
    )  # fmt: skip


def _with_later(changed: Draft, said: Said, before: Content, day: Day) -> tuple[list[Draft], list[Again]]:
    """Say again, of the days after a row's own, what the dataset said of them."""
    later = said.groups(after=day)
    if not later:
        return [changed], []
    before.add(Content(changed.body, changed.extra, changed.geometry))
    found = list(walk(before, later, said.contents()))
    if not found:
        return [changed], []
    changed = msgspec.structs.replace(changed, revision_id=uuid.UUID(bytes=new_ids(1)[0]))
    assert changed.revision_id is not None
    parents = [*said.revisions, changed.revision_id]
    again = []
    for step, missing in found:
        again.append(said_again(step, missing, parents))
        parents.append(again[-1].draft.revision_id or step.revision.revision_id)
    return [changed], again


def _instant(us: int | None) -> dt.datetime | None:
    return None if us is None else dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)


def _corrections(whole: Draft, said: Said) -> list[Draft]:
    """Correct every revision that the dataset wrote of the record; the whole row stands in the last one's place."""
    parents = tuple(said.revisions)
    drafts = [
        # An empty statement would hold since ever without a date; with that of the row it says nothing of other days.
        Draft(kind=whole.kind, record_id=whole.record_id, nature=Nature.CORRECTION, workflow=whole.workflow,
              corrects=revision, parents=(revision,), information_date=whole.information_date)
        for revision in parents[:-1]
    ]  # fmt: skip
    last = msgspec.structs.replace(whole, nature=Nature.CORRECTION, corrects=parents[-1], parents=parents)
    return [*drafts, last]


def _object(column: Column | None, row: int) -> dict[str, Any]:
    text = None if column is None else column[row]
    found: dict[str, Any] = json.loads(text) if text else {}
    return found
