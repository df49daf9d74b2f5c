"""How does a row become a revision: the whole of it when it is new, only what differs when it was said before?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Draft, Nature, Workflow
from whitestone.exchange.mapping.rows import Made, sixteen
from whitestone.journal import EncodedBatch
from whitestone.programme.importing_editions import Said
from whitestone.programme.importing_parts import Column, Columns, Parts, aligned, braced

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
    workflow: Workflow, altered: bool = True,
) -> list[Draft]:  # fmt: skip
    """Draft what a row says differently from what its dataset said before; nothing when it says the same.

    `stated` are its information date and, in microseconds since 1970, when its source recorded it.
    Sealed values cannot be read: they are said again whenever the raw text is another (`altered`). Attributes that
    the row no longer states become unknown (None), never their old value. When the date of the event itself is
    another, the old statement was wrong rather than outdated: a correction of all that was said.
    """
    body, extra, sealed, entered = (_object(column, row) for column in (parts.body, parts.extra, parts.sealed,
                                                                        parts.as_entered))
    shape = parts.geometry[row] if parts.geometry is not None else None
    date, recorded = stated[0], _instant(stated[1])
    whole = Draft(
        kind=kind, record_id=uuid.UUID(bytes=record), body=body, extra=extra, geometry=shape, as_entered=entered,
        sealed=sealed, information_date=date, workflow=workflow, source_recorded_at=recorded,
    )  # fmt: skip
    if said is None or not said.revisions:
        return [whole]
    new_body, new_extra = _differing(body, said.body), _differing(extra, said.extra)
    moved = shape is not None and shape != said.geometry
    resealed = set(sealed) != said.sealed or (bool(sealed) and altered)
    if not new_body and not new_extra and not moved and not resealed and date == said.information_date:
        return []
    # All that the dataset said: whoever changed one of these attributes meanwhile shares a parent, however long ago.
    parents = tuple(said.revisions)
    if KINDS[kind].date_attribute in new_body:
        return _corrections(whole, said, parents)
    changed = Draft(
        kind=kind, record_id=whole.record_id, body=new_body, extra=new_extra, geometry=shape if moved else None,
        as_entered=entered, sealed=sealed if resealed else {}, information_date=date, workflow=workflow,
        parents=parents, source_recorded_at=recorded,
    )  # fmt: skip
    return [changed]


def _instant(us: int | None) -> dt.datetime | None:
    return None if us is None else dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=us)


def _corrections(whole: Draft, said: Said, parents: tuple[uuid.UUID, ...]) -> list[Draft]:
    """Correct every revision that the dataset wrote of the record; the whole row stands in the last one's place."""
    drafts = [
        Draft(kind=whole.kind, record_id=whole.record_id, nature=Nature.CORRECTION, workflow=whole.workflow,
              corrects=revision, parents=(revision,))
        for revision in said.revisions[:-1]
    ]  # fmt: skip
    last = Draft(
        kind=whole.kind, record_id=whole.record_id, body=whole.body, extra=whole.extra, geometry=whole.geometry,
        as_entered=whole.as_entered, sealed=whole.sealed, information_date=whole.information_date,
        workflow=whole.workflow, nature=Nature.CORRECTION, corrects=said.revisions[-1], parents=parents,
        source_recorded_at=whole.source_recorded_at,
    )  # fmt: skip
    return [*drafts, last]


def _differing(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """List what is stated otherwise, and as unknown what is no longer stated.

    >>> _differing({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4, "d": None})
    {'b': 2, 'c': None}
    """
    differing = {key: value for key, value in new.items() if key not in old or old[key] != value}
    return differing | {key: None for key, value in old.items() if key not in new and value is not None}


def _object(column: Column | None, row: int) -> dict[str, Any]:
    text = None if column is None else column[row]
    found: dict[str, Any] = json.loads(text) if text else {}
    return found
