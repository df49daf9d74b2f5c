"""What did one source say of one record at one moment?

A revision is the atom of the journal: the attributes that one source states, never a whole record. It is immutable;
an act is the envelope that revisions acknowledged together share (who, when known here, from which run and why).
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import msgspec

__all__ = ["RANK", "Act", "Draft", "Nature", "Revision", "State", "Workflow"]


class Nature(enum.IntEnum):
    """Whether the world changed, our knowledge of it, or only the paperwork."""

    CHANGE = 0
    CORRECTION = 1
    DECISION = 2


class Workflow(enum.IntEnum):
    """How far a revision has come through the authority's hands."""

    DRAFT = 0
    SUBMITTED = 1
    VERIFIED = 2
    APPROVED = 3
    RETURNED = 4
    WITHDRAWN = 5


RANK: dict[Workflow, int] = {
    Workflow.WITHDRAWN: 0,
    Workflow.RETURNED: 1,
    Workflow.DRAFT: 2,
    Workflow.SUBMITTED: 3,
    Workflow.VERIFIED: 4,
    Workflow.APPROVED: 5,
}
"""Which of two conflicting statements counts until a person decides: the higher rank."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope that revisions acknowledged together share."""

    author: str
    organisation: str | None = None
    reason: str | None = None
    source: str | None = None
    dataset: uuid.UUID | None = None
    run: uuid.UUID | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A revision that has not been appended yet: clocks and hashes are the journal's to give, and mostly its id.

    `body` holds the attributes that are stated (absent: nothing said; None: stated as unknown); `geometry` is WKB in
    EPSG:4326; `sealed` holds personal values and is encrypted before it touches the disk.
    """

    kind: str
    record_id: uuid.UUID
    body: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    geometry: bytes | None = None
    as_entered: dict[str, Any] = {}
    sealed: dict[str, Any] = {}
    information_date: str | None = None
    source_recorded_at: dt.datetime | None = None
    nature: Nature = Nature.CHANGE
    workflow: Workflow = Workflow.APPROVED
    parents: tuple[uuid.UUID, ...] = ()
    corrects: uuid.UUID | None = None
    revision_id: uuid.UUID | None = None
    """Given only where another draft of the same transaction names it as a parent."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A revision as the journal keeps it.

    `workflow` is what the revision said when it was appended; a later decision that names it as a parent may change
    what it counts as (`State.workflow`). `sealed` lists the names of sealed attributes, never their values.
    """

    seq: int
    revision_id: uuid.UUID
    record_id: uuid.UUID
    kind: str
    parents: tuple[uuid.UUID, ...]
    nature: Nature
    corrects: uuid.UUID | None
    workflow: Workflow
    information_date: str | None
    recorded_at: dt.datetime
    source_recorded_at: dt.datetime | None
    author: str
    organisation: str | None
    node: uuid.UUID
    dataset: uuid.UUID | None
    run: uuid.UUID | None
    source: str | None
    reason: str | None
    schema_version: int
    body: dict[str, Any]
    extra: dict[str, Any]
    geometry: bytes | None
    as_entered: dict[str, Any]
    sealed: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A record folded up to a day D as known at a moment K.

    `true_from`/`true_to` bound the days for which this fold holds (None: since ever / until further notice; `true_to`
    is the first day on which it no longer holds). `known_from` is when the last of its revisions was recorded.
    `revisions` are the revisions folded in, oldest first; `conflicts` the attributes that two of them dispute.
    """

    record_id: uuid.UUID
    kind: str
    workflow: Workflow
    body: dict[str, Any]
    extra: dict[str, Any]
    geometry: bytes | None
    true_from: dt.date | None
    true_to: dt.date | None
    known_from: dt.datetime
    revisions: tuple[uuid.UUID, ...]
    conflicts: tuple[str, ...] = ()
