"""What does a handed-over sheet say of itself: its header and its way into these hands?

Evidence for hazards, never a hazard. The inside of the sheet (reference points, legs, rows, quantities) is kept as
written in `transcription` and belongs to the room `minefields`.
"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, Text, Texts
from whitestone.domain.coded import HazardLinks, Personal, RecordStandard

__all__ = ["MinefieldRecord"]


class MinefieldRecord(Record, kw_only=True, omit_defaults=True):
    """Header and transfer of one handed-over sheet."""

    sheet_number: Maybe[Text] = UNSET
    standard: Maybe[RecordStandard] = UNSET
    laid_from: Maybe[DateText] = UNSET
    laid_to: Maybe[DateText] = UNSET
    recorded_on: Maybe[DateText] = UNSET
    unit_as_written: Maybe[Text] = UNSET
    prepared_by_name: Maybe[Personal] = UNSET
    map_sheet: Maybe[Text] = UNSET
    language: Maybe[Text] = UNSET
    quantity_reported: Maybe[Count] = UNSET
    transfer_batch: Maybe[Text] = UNSET
    transferred_on: Maybe[DateText] = UNSET
    transferred_by: Maybe[Text] = UNSET
    transferred_to: Maybe[Text] = UNSET
    lifted_on: Maybe[DateText] = UNSET
    mines_lifted: Maybe[Count] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET
    scans: Maybe[Texts] = UNSET
    """SHA-256 of each scan, kept as a sealed attachment: the scan is the master, all else is read from it."""
    georeferences: Maybe[dict[str, Any]] = UNSET
    """Scan -> control points that a person set, the transformation fitted to them, and their residuals."""
    transcription: Maybe[dict[str, Any]] = UNSET
    """The inside of the sheet as written, in the published format (docs/reference/minefield_sheet.schema.json)."""
    interpretation: Maybe[dict[str, Any]] = UNSET
    """What persons made of it, apart from what is written: `resolved`, reference point -> place with its accuracy."""
