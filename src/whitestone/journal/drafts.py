"""How does what a desk or an import states become columns of stored bytes?

JSON with sorted keys, so that the same statement is the same bytes; a date acts on the last day of its span; geometry
is checked to be WKB here, because nothing after this looks inside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.domain.dates import parse_partial
from whitestone.domain.ids import new_ids
from whitestone.domain.kinds import kind as kind_named
from whitestone.domain.revision import Draft, Nature, Workflow
from whitestone.errors import InvalidValue

__all__ = ["EPOCH", "EncodedBatch", "day_number", "encode_drafts", "instant_us"]

EPOCH = dt.date(1970, 1, 1)
_EPOCH_ORDINAL = EPOCH.toordinal()
_INSTANT_ZERO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_encode = msgspec.json.Encoder(order="sorted").encode


class EncodedBatch(msgspec.Struct, kw_only=True):
    """Columns of one kind of record, encoded already: the fast path of imports.

    All lists have the length of `record_ids`. `body`, `extra`, `as_entered`, `sealed` are JSON objects (`sealed` in the
    clear: it is encrypted before it is stored), `geometry` WKB in EPSG:4326 with its `bbox` (n, 4: min x, min y, max
    x, max y; computed when not given), `acts_on` days since 1970-01-01 (computed from `information_date` when not
    given), `parents` 16 bytes each, joined. `information_date` may be one text for all. `salts` and `digests` are those
    of all parts but `sealed` (`entries.salted`), where they were drawn ahead: the parts must be the same bytes still.
    """

    kind: str
    record_ids: list[bytes]
    body: list[bytes | None] | list[bytes]
    extra: list[bytes | None] | None = None
    geometry: list[bytes | None] | None = None
    as_entered: list[bytes | None] | None = None
    sealed: list[bytes | None] | None = None
    information_date: list[str | None] | str | None = None
    acts_on: list[int | None] | int | None = None
    external_ids: list[str | None] | None = None
    bbox: npt.NDArray[np.float64] | None = None
    workflow: Workflow = Workflow.APPROVED
    nature: Nature = Nature.CHANGE
    parents: list[bytes | None] | None = None
    corrects: list[bytes | None] | None = None
    source_recorded_at: list[int | None] | None = None
    revision_ids: list[bytes] | None = None
    salts: list[bytes] | None = None
    digests: list[bytes] | None = None

    def __post_init__(self) -> None:
        if self.acts_on is None and self.information_date is not None:
            self.acts_on = _acts_on(self.information_date)
        if self.extra is not None and not any(self.extra):
            self.extra = None
        if self.geometry is not None and not any(self.geometry):
            self.geometry = None


def encode_drafts(drafts: Iterable[Draft]) -> Iterator[EncodedBatch]:
    """Encode drafts in their order, those alike in kind, nature and workflow together.

    Refuses an unknown kind, a date or a geometry that cannot be read with InvalidValue.

    >>> list(encode_drafts([]))
    []
    >>> import uuid
    >>> [batch.body for batch in encode_drafts([Draft(kind="item", record_id=uuid.UUID(int=1), body={"name": "x"})])]
    [[b'{"name":"x"}']]
    """
    for (kind, nature, workflow), group in groupby(drafts, key=lambda d: (d.kind, d.nature, d.workflow)):
        kind_named(kind)
        yield _encode_alike(list(group), kind, nature, workflow)


def _encode_alike(alike: list[Draft], kind: str, nature: Nature, workflow: Workflow) -> EncodedBatch:
    return EncodedBatch(
        kind=kind,
        record_ids=[draft.record_id.bytes for draft in alike],
        body=[_object(draft.body) for draft in alike],
        extra=[_object(draft.extra) for draft in alike],
        geometry=[draft.geometry for draft in alike],
        as_entered=_some([_object(draft.as_entered) for draft in alike]),
        sealed=_some([_object(draft.sealed) for draft in alike]),
        information_date=_some([draft.information_date for draft in alike]),
        external_ids=_some([_text(draft.body.get("local_id")) for draft in alike]),
        workflow=workflow, nature=nature,
        parents=_some([b"".join(parent.bytes for parent in draft.parents) or None for draft in alike]),
        corrects=_some([draft.corrects.bytes if draft.corrects else None for draft in alike]),
        source_recorded_at=_some([instant_us(draft.source_recorded_at) for draft in alike]),
        revision_ids=_revision_ids(alike),
    )


def _revision_ids(alike: list[Draft]) -> list[bytes] | None:
    if all(draft.revision_id is None for draft in alike):
        return None
    made = new_ids(len(alike))
    return [draft.revision_id.bytes if draft.revision_id else each for draft, each in zip(alike, made, strict=True)]


def day_number(day: dt.date) -> int:
    """Count days since 1970-01-01.

    >>> day_number(dt.date(1970, 1, 2)), day_number(dt.date(1969, 12, 31))
    (1, -1)
    """
    return day.toordinal() - _EPOCH_ORDINAL


def instant_us(instant: dt.datetime | None) -> int | None:
    """Count microseconds since 1970 UTC, exactly; refuses an instant without a time zone with InvalidValue.

    >>> instant_us(dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC)), instant_us(None)
    (1000000, None)
    """
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise InvalidValue(field="instant", value=instant.isoformat(), why="it names no time zone")
    return (instant - _INSTANT_ZERO) // dt.timedelta(microseconds=1)


def _acts_on(dates: list[str | None] | str) -> list[int | None] | int:
    if isinstance(dates, str):
        return day_number(parse_partial(dates).last_day)
    # A million rows have a few thousand dates.
    days: dict[str | None, int | None] = {None: None}
    for text in set(dates) - {None}:
        days[text] = day_number(parse_partial(text or "").last_day)
    return [days[text] for text in dates]


def _object(value: dict[str, Any]) -> bytes | None:
    return _encode(value) if value else None


def _text(value: Any) -> str | None:
    return None if value is None or value is msgspec.UNSET else str(value)


def _some(column: list[Any]) -> list[Any] | None:
    return column if any(value is not None for value in column) else None
