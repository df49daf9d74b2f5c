"""Which duty has who, under which words of which instrument, until when, and what speaks for and against?

Evidence for and against stands side by side, as claims with their authors and as records. Whether a duty was met is
for readers to judge: no attribute says it.
"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, DateText, Identifier, Maybe, Record, Text, Texts
from whitestone.domain.coded import ClaimLinks, DocumentLink

__all__ = ["Obligation"]


class Obligation(Record, kw_only=True, omit_defaults=True):
    """One duty of one party; one that returns every year is one record with `recurs_on`."""

    instrument: Maybe[Identifier] = UNSET
    """A key of domain.obligation_rules (apmbc, ccm, ccw_ap2, ccw_p5), or the name of an agreement as written."""
    article: Maybe[Text] = UNSET
    duty: Maybe[Text] = UNSET
    duty_quote: Maybe[Text] = UNSET
    document_id: Maybe[DocumentLink] = UNSET
    """The instrument's text, or the document that names the duty."""
    party: Maybe[Text] = UNSET
    in_force_on: Maybe[DateText] = UNSET
    """When the instrument entered into force for this party."""
    due_on: Maybe[DateText] = UNSET
    due_rule: Maybe[Text] = UNSET
    """How the due date follows from the text, in words."""
    recurs_on: Maybe[Text] = UNSET
    """Month and day (`04-30`) of a report that is due every year."""
    covers: Maybe[Text] = UNSET
    """What a report is about, as `the calendar year before`."""
    extensions: Maybe[list[dict[str, Any]]] = UNSET
    """Each: until, granted_on, reference."""
    claims_for: Maybe[ClaimLinks] = UNSET
    claims_against: Maybe[ClaimLinks] = UNSET
    records_for: Maybe[Texts] = UNSET
    records_against: Maybe[Texts] = UNSET
    """Record ids of any kind."""
