"""By which records does a programme run: settings, mappings, datasets, runs, findings, decisions, periods?

How the programme works is data too: these are records like the others, with history, author and reason.
"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Identifier, Maybe, Record, Text, Texts
from whitestone.domain.coded import (
    DatasetEdition,
    DatasetLink,
    DecisionType,
    DocumentLinks,
    FindingSeverity,
    FindingState,
    MappingLink,
    PeriodStatus,
    RunStatus,
    SourceLink,
)

__all__ = ["Dataset", "Decision", "Finding", "Mapping", "Period", "Run", "Setting"]


class Setting(Record, kw_only=True, omit_defaults=True):
    """One setting of the programme; `local_id` is its key in domain.settings."""

    value: Maybe[Any] = UNSET


class Mapping(Record, kw_only=True, omit_defaults=True):
    """One version of the text that says how a dataset's files become records."""

    dataset_id: Maybe[DatasetLink] = UNSET
    version: Maybe[Count] = UNSET
    toml: Maybe[Text] = UNSET
    sha256: Maybe[Identifier] = UNSET


class Dataset(Record, kw_only=True, omit_defaults=True):
    """A series of files from one source under one mapping."""

    source_id: Maybe[SourceLink] = UNSET
    licence: Maybe[Text] = UNSET
    coverage: Maybe[Text] = UNSET
    edition: Maybe[DatasetEdition] = UNSET
    simulated: Maybe[bool] = UNSET


class Run(Record, kw_only=True, omit_defaults=True):
    """One import of one file; counts are those of the import command's `--json`."""

    dataset_id: Maybe[DatasetLink] = UNSET
    mapping_id: Maybe[MappingLink] = UNSET
    file_name: Maybe[Text] = UNSET
    file_sha256: Maybe[Identifier] = UNSET
    file_size: Maybe[Count] = UNSET
    run_status: Maybe[RunStatus] = UNSET
    counts: Maybe[dict[str, Any]] = UNSET
    unmapped_columns: Maybe[Texts] = UNSET


class Finding(Record, kw_only=True, omit_defaults=True):
    """What a person decided about something that a rule found; the finding itself is recomputed by `check`."""

    rule: Maybe[Identifier] = UNSET
    severity: Maybe[FindingSeverity] = UNSET
    finding_state: Maybe[FindingState] = UNSET
    record_ids: Maybe[Texts] = UNSET
    sentence: Maybe[Text] = UNSET
    owner: Maybe[Text] = UNSET
    state_reason: Maybe[Text] = UNSET


class Decision(Record, kw_only=True, omit_defaults=True):
    """A person's decision between records: that two are the same, or not, or which statement counts."""

    decision_type: Maybe[DecisionType] = UNSET
    kept_id: Maybe[Identifier] = UNSET
    absorbed_ids: Maybe[Texts] = UNSET
    decided_on: Maybe[DateText] = UNSET
    other: Maybe[Identifier] = UNSET
    """The other party of a reconciliation: another programme, or the dataset of a file."""
    claims: Maybe[dict[str, Any]] = UNSET
    """What both parties said when it was decided, side by side."""
    published: Maybe[dict[str, Any]] = UNSET
    """A public table as it went out: what was asked, its figures, and which were suppressed."""


class Period(Record, kw_only=True, omit_defaults=True):
    """A closed reporting year, named by `local_id`. Each closing is a signed revision; opening again is one more."""

    starts_on: Maybe[DateText] = UNSET
    ends_on: Maybe[DateText] = UNSET
    period_status: Maybe[PeriodStatus] = UNSET
    closing_number: Maybe[Count] = UNSET
    """1 for the first closing of this year; one more each time it is closed again after it was opened."""
    known_at: Maybe[Text] = UNSET
    """The instant up to which knowledge counts: that of the journal's head, UTC."""
    head_seq: Maybe[Count] = UNSET
    head_hash: Maybe[Identifier] = UNSET
    figures: Maybe[dict[str, Any]] = UNSET
    """The total row and the proof lines, as frozen; all else is in the attachment."""
    figures_sha256: Maybe[Identifier] = UNSET
    """The attachment that holds the frozen figures, and names the snapshot of bookings behind them."""
    snapshot_sha256: Maybe[Identifier] = UNSET
    signed_by: Maybe[Identifier] = UNSET
    """The node whose key signed the digest of the figures (Ed25519), and the signature, both in hexadecimal."""
    signature: Maybe[Identifier] = UNSET
    evidence_ids: Maybe[DocumentLinks] = UNSET
