"""Who agreed to what being shared about them with whom, and who told in confidence?

Whether a consent stands must be readable while the compartment is locked, so that an export can be refused: purpose,
recipient, scope and dates are plain, names are personal and sealed. A protected source is a person too: what tells who
she is is sealed; which records rest on her is not.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, DateText, Maybe, Record, Text, Texts
from whitestone.domain.coded import (
    CasualtyLink,
    ConsentForm,
    ConsentPurpose,
    Personal,
    ProtectedRole,
    SharedWith,
)

__all__ = ["ADULT_YEARS", "Consent", "ProtectedSource"]

ADULT_YEARS = 18
"""A child is a person under 18 (Convention on the Rights of the Child, article 1)."""


class Consent(Record, kw_only=True, omit_defaults=True):
    """What one person agreed to, refused or withdrew: one purpose, one kind of recipient."""

    casualty_id: Maybe[CasualtyLink] = UNSET
    consent_purpose: Maybe[ConsentPurpose] = UNSET
    shared_with: Maybe[SharedWith] = UNSET
    """Authorities and NGOs apart: agreeing to one says nothing of the other."""
    scope: Maybe[Texts] = UNSET
    """The sealed attributes that may be shared; not stated: all of them."""
    consent_given: Maybe[bool] = UNSET
    """False: refused, or withdrawn."""
    given_on: Maybe[DateText] = UNSET
    valid_until: Maybe[DateText] = UNSET
    withdrawn_on: Maybe[DateText] = UNSET
    consent_form: Maybe[ConsentForm] = UNSET
    guardian_relation: Maybe[Text] = UNSET
    """For a child: what the guardian is to it. Without one a child's consent does not count."""
    guardian_name: Maybe[Personal] = UNSET


class ProtectedSource(Record, kw_only=True, omit_defaults=True):
    """A witness, informant or former combatant who told something in confidence."""

    protected_role: Maybe[ProtectedRole] = UNSET
    about_ids: Maybe[Texts] = UNSET
    """Records that rest on what this person told."""
    person_name: Maybe[Personal] = UNSET
    contact: Maybe[Personal] = UNSET
    home: Maybe[Personal] = UNSET
    told: Maybe[Personal] = UNSET
    """What was told, where its words could give the person away."""
