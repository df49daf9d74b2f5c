"""Who agreed that what about them goes to whom, and does that still stand?

Asked anew at every export of data that names persons, never remembered: a withdrawal stops the next export, whenever it
was given and from whichever list it came. Consent is for one purpose and one kind of recipient; none stands for
another. All of this works while the compartment is locked; only a guardian's name is sealed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from whitestone.casualties.rules import OLDEST_YEARS
from whitestone.domain.codes import code_list
from whitestone.domain.dates import parse_partial
from whitestone.domain.kinds import KINDS
from whitestone.domain.protected import ADULT_YEARS
from whitestone.domain.revision import Act, Draft, Nature, Revision, Workflow
from whitestone.errors import InvalidValue, Refused, UnknownRecord, WrongCall
from whitestone.programme.opening import Programme
from whitestone.programme.sameness import same_groups

__all__ = ["SEALABLE", "Standing", "consents_of", "give_consent", "is_child", "read_code", "resolve_person",
           "standings", "withdraw_consent"]  # fmt: skip

SEALABLE: tuple[str, ...] = tuple(name for name, each in KINDS["casualty"].attributes.items() if each.personal)
"""The attributes of a casualty that may identify a person, in the order of the data dictionary."""

_CHILDREN = frozenset({"child", "boy", "girl", "infant", "minor", "under_18"})


class Standing(msgspec.Struct, frozen=True):
    """Whether data of one person may go out now, why, and which sealed attributes (None: no limit was stated)."""

    allowed: bool
    why: str
    scope: tuple[str, ...] | None = None
    consent: uuid.UUID | None = None
    recorded_at: dt.datetime | None = None
    """When the word that counts was recorded; an approval covers only what was recorded before it."""


class _Said(msgspec.Struct, frozen=True):
    """One statement about a consent, in the order in which it was recorded."""

    seq: int
    consent: uuid.UUID
    person: uuid.UUID
    body: dict[str, Any]
    recorded_at: dt.datetime


def resolve_person(programme: Programme, text: str) -> uuid.UUID:
    """Find the one casualty that `text` names: record id, the beginning of it, or its own id as written.

    Refuses none with UnknownRecord, several with WrongCall.
    """
    wanted = text.strip()
    try:
        asked = [uuid.UUID(wanted)]
    except ValueError:
        columns = programme.journal.columns("casualty", ["local_id"], approved_only=False)
        rows = list(zip(columns["record_id"], columns["local_id"], strict=True))
        asked = [record for record, own in rows if own is not None and str(own) == wanted]
        if not asked and len(wanted) >= 8:
            asked = [record for record, _ in rows if str(record).startswith(wanted.lower())]
    if len(asked) > 1:
        raise WrongCall(why=f"{len(asked)} casualties have the id {wanted}.", fix="Give the record id.")
    history = programme.journal.history(asked[0]) if asked else []
    if not history or history[-1].kind not in ("casualty", "protected_source"):
        raise UnknownRecord(record=f"of a person {text}", fix="See 'whitestone casualties duplicates find --json' or "
                                                              "the list of the import for ids.")  # fmt: skip
    return asked[0]


def give_consent(
    programme: Programme, person: uuid.UUID, *, purpose: str, shared_with: str, given_on: str, form: str,
    scope: Sequence[str] = (), valid_until: str | None = None, guardian_relation: str | None = None,
    guardian_name: str | None = None, refused: bool = False, reason: str = "consent recorded",
) -> uuid.UUID:  # fmt: skip
    """Record what a person agreed to (or `refused`); one record for each purpose and kind of recipient.

    Dates are YYYY, YYYY-MM or YYYY-MM-DD; `scope` names sealed attributes (empty: all). Refuses unknown words and
    dates with InvalidValue, an unknown person with UnknownRecord, and a child without a guardian with Refused.
    """
    body = {
        "casualty_id": str(person), "consent_purpose": read_code("consent_purpose", purpose),
        "shared_with": read_code("shared_with", shared_with), "consent_form": read_code("consent_form", form),
        "given_on": _date("given-on", given_on), "consent_given": not refused, "withdrawn_on": None,
        "valid_until": _date("valid-until", valid_until) if valid_until else None,
        "scope": _scope(scope), "guardian_relation": (guardian_relation or "").strip() or None,
    }  # fmt: skip
    state = programme.journal.state(person, approved_only=False)
    if state is None:
        raise UnknownRecord(record=person)
    if is_child(state.body, parse_partial(given_on).last_day) and not body["guardian_relation"] and not refused:
        raise Refused(what="A child's own consent", rule=f"under {ADULT_YEARS} years a guardian consents",
                      remedy="Say what the guardian is to the child: --guardian-relation parent.")  # fmt: skip
    record = _consent_id(programme, person, body["consent_purpose"], body["shared_with"])
    sealed = {"guardian_name": guardian_name} if guardian_name else {}
    draft = Draft(kind="consent", record_id=record, body=body, parents=_parents(programme, record),
                  information_date=given_on, sealed=sealed)  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return record


def withdraw_consent(
    programme: Programme, person: uuid.UUID, *, purpose: str | None = None, shared_with: str | None = None,
    on: str | None = None, reason: str,
) -> list[uuid.UUID]:  # fmt: skip
    """Record that a person withdraws consent: of one purpose or recipient, or of all that they gave.

    Counts from the moment it is recorded, whatever day `on` names. Refuses no reason and nothing to withdraw with
    WrongCall, unknown words with InvalidValue.
    """
    if not reason.strip():
        raise WrongCall(why="A withdrawal needs a reason or 'at the person's wish'.", fix="Say with --reason.")
    wanted = {"consent_purpose": purpose and read_code("consent_purpose", purpose),
              "shared_with": shared_with and read_code("shared_with", shared_with)}  # fmt: skip
    day = _date("on", on) if on else programme.today().isoformat()
    drafts = [
        Draft(kind="consent", record_id=record, parents=_parents(programme, record), information_date=day,
              body={"consent_given": False, "withdrawn_on": day})
        for record, body in _last_bodies(programme, person).items()
        if all(value is None or body.get(name) == value for name, value in wanted.items())
    ]  # fmt: skip
    if not drafts:
        raise WrongCall(why="This person has given no such consent, so there is nothing to withdraw.",
                        fix="See 'whitestone casualties consent show RECORD'. Without consent nothing leaves.")
    programme.journal.append(Act(author=programme.who, reason=reason), drafts)
    return [each.record_id for each in drafts]


def consents_of(programme: Programme, person: uuid.UUID) -> list[dict[str, Any]]:
    """List what a person agreed to, refused or withdrew, with who recorded it when; nothing sealed."""
    told = []
    for record, body in sorted(_last_bodies(programme, person).items()):
        last = programme.journal.history(record)[-1]
        state = "given" if body.get("consent_given") else "withdrawn" if body.get("withdrawn_on") else "refused"
        kept = {name: value for name, value in body.items() if name != "casualty_id" and value is not None}
        told.append({"consent": str(record), "state": state, **kept, "recorded_by": last.author,
                     "recorded_at": last.recorded_at.isoformat(timespec="seconds"), "sealed": list(last.sealed)})
    return told


def standings(
    programme: Programme, persons: Iterable[uuid.UUID], *, purpose: str, shared_with: str
) -> dict[uuid.UUID, Standing]:
    """Say of each person whether their data may go to that recipient for that purpose today, and why (not).

    The last word counts, in the order of recording: the person's own consent, and a withdrawal or refusal of any record
    that was decided to be the same person. A child's consent counts only with a guardian. Refuses unknown words with
    InvalidValue.
    """
    purpose, shared_with = read_code("consent_purpose", purpose), read_code("shared_with", shared_with)
    asked = list(persons)
    groups = same_groups(programme.journal)
    said = _said(programme, purpose, shared_with)
    of_group: dict[uuid.UUID, list[_Said]] = {}
    for each in said:
        of_group.setdefault(groups.get(each.person, each.person), []).append(each)
    states = {state.record_id: state for state in programme.journal.states(ids=asked, approved_only=False,
                                                                           geometry=False)}  # fmt: skip
    found = {}
    for person in asked:
        words = [each for each in of_group.get(groups.get(person, person), [])
                 if each.person == person or not each.body.get("consent_given")]  # fmt: skip
        body = states[person].body if person in states else {}
        found[person] = _standing(words, body, programme.today())
    return found


def is_child(body: Mapping[str, Any], on: dt.date) -> bool:
    """Say whether a casualty is under 18 on a day, by age and day of the accident, else by age group.

    An age that nobody reaches tells nothing, as in the counts.

    >>> is_child({"age_years": 10, "occurred_on": "2015-05-01"}, dt.date(2016, 1, 1)), is_child({}, dt.date(2020, 1, 1))
    (True, False)
    """
    age = body.get("age_years")
    if age is None or not 0 <= int(age) <= OLDEST_YEARS:
        group = body.get("age_group")
        return group is not None and str(group) in _CHILDREN
    try:
        then = parse_partial(str(body.get("occurred_on"))).last_day
    except InvalidValue:
        then = on
    return int(age) + max(0, (on - then).days // 365) < ADULT_YEARS


def _standing(words: Sequence[_Said], person: Mapping[str, Any], today: dt.date) -> Standing:
    if not words:
        return Standing(False, "no consent for this purpose and recipient")
    last = max(words, key=lambda each: each.seq)
    body = last.body
    if not body.get("consent_given"):
        why = f"withdrawn on {body['withdrawn_on']}" if body.get("withdrawn_on") else "refused"
        return Standing(False, why, None, last.consent)
    until = body.get("valid_until")
    if until and parse_partial(str(until)).last_day < today:
        return Standing(False, f"ran out on {until}", None, last.consent)
    if body.get("given_on") and parse_partial(str(body["given_on"])).first_day > today:
        return Standing(False, "given on a day that is still to come", None, last.consent)
    if is_child(person, _given(body, today)) and not body.get("guardian_relation"):
        return Standing(False, "a child's consent without a guardian", None, last.consent)
    scope = body.get("scope")
    return Standing(True, "consent stands", tuple(scope) if scope else None, last.consent, last.recorded_at)


def _given(body: Mapping[str, Any], today: dt.date) -> dt.date:
    return parse_partial(str(body["given_on"])).last_day if body.get("given_on") else today


def _said(programme: Programme, purpose: str, shared_with: str) -> list[_Said]:
    """Read every word about consents for one purpose and recipient, each with what its record said before."""
    said: list[_Said] = []
    so_far: dict[uuid.UUID, dict[str, Any]] = {}
    voided = _voided(programme)
    for revision in programme.journal.revisions(kind="consent"):
        if not _counts(revision, voided):
            continue
        body = so_far[revision.record_id] = {**so_far.get(revision.record_id, {}), **revision.body}
        is_asked = body.get("consent_purpose") == purpose and body.get("shared_with") == shared_with
        if is_asked and body.get("casualty_id"):
            said.append(_Said(revision.seq, revision.record_id, uuid.UUID(str(body["casualty_id"])), dict(body),
                              revision.recorded_at))  # fmt: skip
    return said


def _voided(programme: Programme) -> Collection[uuid.UUID]:
    """Name the statements that were withdrawn or returned by a later decision, or that a correction replaced."""
    gone: set[uuid.UUID] = set()
    for revision in programme.journal.revisions(kind="consent"):
        if revision.nature == Nature.DECISION:
            dead = revision.workflow in (Workflow.WITHDRAWN, Workflow.RETURNED)
            gone = gone | set(revision.parents) if dead else gone - set(revision.parents)
        if revision.corrects is not None:
            gone.add(revision.corrects)
    return gone


def _counts(revision: Revision, voided: Collection[uuid.UUID]) -> bool:
    if revision.nature == Nature.DECISION:
        return False
    # What restricts counts even from a draft; only what was approved allows.
    allows = bool(revision.body.get("consent_given"))
    return not allows or (revision.revision_id not in voided and revision.workflow == Workflow.APPROVED)


def _last_bodies(programme: Programme, person: uuid.UUID) -> dict[uuid.UUID, dict[str, Any]]:
    bodies: dict[uuid.UUID, dict[str, Any]] = {}
    voided = _voided(programme)
    for revision in programme.journal.revisions(kind="consent"):
        if _counts(revision, voided):
            bodies[revision.record_id] = {**bodies.get(revision.record_id, {}), **revision.body}
    return {record: body for record, body in bodies.items() if body.get("casualty_id") == str(person)}


def _scope(scope: Sequence[str]) -> list[str] | None:
    names = [part.strip() for each in scope for part in each.split(",") if part.strip()]
    for name in names:
        if name not in SEALABLE:
            raise InvalidValue(field="scope", value=name, why=f"one of {', '.join(SEALABLE)}")
    return names or None


def read_code(name: str, word: str) -> str:
    """Read a code of a core list as its code or as people write it; refuses another word with InvalidValue.

    >>> read_code("consent_purpose", "assistance")
    'assistance'
    """
    codes = code_list(name)
    found = word if word in codes.codes else codes.understand(word)
    if found is None:
        raise InvalidValue(field=name.replace("_", " "), value=word, why=f"one of {', '.join(codes.codes)}")
    return found


def _date(field: str, text: str) -> str:
    return str(parse_partial(text.strip(), field))


def _consent_id(programme: Programme, person: uuid.UUID, purpose: Any, shared_with: Any) -> uuid.UUID:
    return uuid.uuid5(programme.journal.programme_id, f"consent:{person}:{purpose}:{shared_with}")


def _parents(programme: Programme, record: uuid.UUID) -> tuple[uuid.UUID, ...]:
    try:
        return (programme.journal.history(record)[-1].revision_id,)
    except UnknownRecord:
        return ()
