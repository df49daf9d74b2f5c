"""Which assessments of minefield records does a programme keep, and who read them for what?

An assessment says where handed-over records put their fields, with their doubt. It is derived and can be made again,
but what was shown to people must stay as it was shown: each is an attachment, known by its digest, in the backup, never
in an export of the public. Reading one needs a purpose, and is a line of the access log and of custody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from whitestone.errors import InvalidValue, UnknownAttachment, WrongCall
from whitestone.programme.opening import Programme

__all__ = ["MEDIA_TYPE", "Assessment", "assessments", "batch_name", "keep_assessment", "read_assessment"]

MEDIA_TYPE = "application/vnd.whitestone.assessment+json"
"""Tells assessments from the other attachments of a programme."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment as the list of them shows it: what nobody has to be told a purpose for."""

    sha256: str
    batch: str
    made_at: dt.datetime
    by: str


def keep_assessment(programme: Programme, result: Mapping[str, Any]) -> str:
    """Keep what `records assess` came to as an attachment and return its SHA-256; one result is kept once.

    `result` is the answer of the command: `batch`, counts, scores, `records_detail`, `finds_detail`. Refuses one
    without records with InvalidValue.
    """
    if not isinstance(result.get("records_detail"), list):
        raise InvalidValue(field="records_detail", value=result.get("records_detail"), why="a list of records")
    content = msgspec.json.encode(result)
    name = f"{batch_name(result)}.json"
    return programme.journal.attachments.add(content, name=name, media_type=MEDIA_TYPE, by=programme.who)


def assessments(programme: Programme) -> list[Assessment]:
    """List the assessments that are kept, newest first; an empty list where there is none."""
    found = [
        Assessment(sha256=each.sha256, batch=each.name.removesuffix(".json"), made_at=each.added_at, by=each.by)
        for each in programme.journal.attachments.list()
        if each.media_type == MEDIA_TYPE
    ]
    return sorted(found, key=lambda each: (each.made_at, each.sha256), reverse=True)


def read_assessment(programme: Programme, sha256: str, *, purpose: str) -> dict[str, Any]:
    """Read an assessment for a stated purpose; who read it, and what for, is logged before anything is returned.

    Refuses no purpose with WrongCall, what is no assessment of this programme with UnknownAttachment.
    """
    if not purpose.strip():
        raise WrongCall(why="Where records put their fields is restricted: say what it is read for.")
    known = next((each for each in assessments(programme) if each.sha256 == sha256), None)
    if known is None:
        raise UnknownAttachment(sha256=sha256)
    detail = f"assessment of minefield records, batch {known.batch}, {sha256}"
    programme.journal.seals.note(purpose=purpose, by=programme.who, event="assessment read", detail=detail)
    with programme.journal.attachments.open(sha256, by=programme.who, purpose=purpose) as stream:
        return msgspec.json.decode(stream.read(), type=dict[str, Any])


def batch_name(result: Mapping[str, Any]) -> str:
    """Name the batch that an assessment is of, or all of them.

    >>> batch_name({"batch": ["first", "second"]}), batch_name({"batch": "first"}), batch_name({})
    ('first, second', 'first', 'records without a batch')
    """
    named = result.get("batch") or "records without a batch"
    return ", ".join(str(each).strip() for each in named) if isinstance(named, list) else str(named).strip()
