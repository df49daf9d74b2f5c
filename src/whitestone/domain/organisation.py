"""Who works, and on whose accreditation?"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, DateText, Maybe, Record, Text, Texts
from whitestone.domain.coded import OrganisationLink, OrganisationType

__all__ = ["Organisation"]


class Organisation(Record, kw_only=True, omit_defaults=True):
    """An authority, operator, donor or other body."""

    organisation_type: Maybe[OrganisationType] = UNSET
    short_name: Maybe[Text] = UNSET
    parent_id: Maybe[OrganisationLink] = UNSET
    accreditation_number: Maybe[Text] = UNSET
    accreditation_scope: Maybe[Texts] = UNSET
    accredited_from: Maybe[DateText] = UNSET
    accredited_to: Maybe[DateText] = UNSET
