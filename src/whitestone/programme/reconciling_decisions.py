"""What did people decide about differences between two parties, since when is each known, and how is one decided?

A decision is a record with both claims in it, made anew as a revision each time. A run of `reconcile` leaves behind, in
the journal too, which differences it saw first: that is the age of the backlog.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.kinds import kind
from whitestone.domain.revision import Act, Draft, State
from whitestone.domain.validate import validate
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.programme.importing_lifecycle import step_findings
from whitestone.programme.opening import Programme
from whitestone.programme.reconciling_parties import Party, Said, names_of_links
from whitestone.programme.reconciling_rows import Difference

__all__ = ["WORDS", "Decided", "Decision", "decide", "known_since", "log_id", "remember", "standing"]

WORDS: Mapping[str, str] = {"agree": "agreed", "dispute": "disputed", "adopt": "adopted", "reopen": "undone"}
"""What a person says -> the code of the decision."""

_ID_BYTES = 8


class Decision(msgspec.Struct, frozen=True):
    """A decision that stands: what was decided when, by whom and why, and what differed then."""

    state: str
    digest: str
    by: str
    at: str
    reason: str | None


class Decided(msgspec.Struct):
    """What came of a decision: its record, the word, the revision of ours that an adoption made, and remarks."""

    decision: uuid.UUID
    difference: uuid.UUID
    state: str
    record: uuid.UUID | None = None
    adopted: list[str] = []
    not_adopted: list[str] = []
    notes: list[str] = []

    def as_dict(self) -> dict[str, Any]:
        """Return what `reconcile --decide --json` prints of it."""
        return {"decision": str(self.decision), "difference": str(self.difference), "state": self.state,
                "record": None if self.record is None else str(self.record), "adopted": self.adopted,
                "not_adopted": self.not_adopted, "notes": self.notes}  # fmt: skip


def standing(programme: Programme, party: str) -> dict[uuid.UUID, Decision]:
    """Return by difference what was decided between this programme and a party, and stands."""
    found = {}
    for state in programme.journal.states("decision", geometry=False):
        body = state.body
        if body.get("other") != party or body.get("decision_type") not in ("agreed", "disputed", "adopted"):
            continue
        last = programme.journal.revision(state.revisions[-1])
        found[state.record_id] = Decision(
            str(body["decision_type"]), str((body.get("claims") or {}).get("digest")), last.author,
            last.recorded_at.isoformat(), last.reason,
        )  # fmt: skip
    return found


def log_id(programme_id: uuid.UUID, party: str, name: str) -> uuid.UUID:
    """Give the id of the record that keeps what was first seen when, between a programme and a party."""
    return uuid.uuid5(programme_id, f"reconciliation:{party}:{name}")


def known_since(programme: Programme, party: str, name: str) -> dict[bytes, dt.datetime]:
    """Map the first bytes of each difference's id to the moment of the run that saw it first."""
    found: dict[bytes, dt.datetime] = {}
    try:
        history = programme.journal.history(log_id(programme.journal.programme_id, party, name))
    except UnknownRecord:
        return found
    for revision in history:
        raw = base64.b64decode((revision.body.get("claims") or {}).get("new") or "")
        for at in range(0, len(raw), _ID_BYTES):
            found.setdefault(raw[at : at + _ID_BYTES], revision.recorded_at)
    return found


def short(difference: uuid.UUID) -> bytes:
    """Give the bytes under which a difference is remembered.

    >>> short(uuid.UUID(int=1)).hex()
    '0000000000000001'
    """
    return difference.bytes[-_ID_BYTES:]


def remember(
    programme: Programme, party: Party, name: str, fresh: Iterable[uuid.UUID], figures: dict[str, Any]
) -> bool:
    """Write down which differences a run saw first, with the figures of both sides; nothing where nothing moved."""
    new = b"".join(sorted(short(each) for each in fresh))
    record = log_id(programme.journal.programme_id, party.key, name)
    before = programme.journal.state(record)
    said = {"figures": figures, "new": base64.b64encode(new).decode("ascii")}
    if before is not None and not new and (before.body.get("claims") or {}).get("figures") == figures:
        return False
    body = {"decision_type": "compared", "name": f"Reconciliation with {party.label}: {kind(name).plural}",
            "other": party.key, "decided_on": programme.today().isoformat(), "claims": said}  # fmt: skip
    draft = Draft(kind="decision", record_id=record, body=body, parents=before.revisions[-1:] if before else ())
    programme.journal.append(Act(author=programme.who, source=party.label, reason="two parties' records were compared"),
                             [draft])  # fmt: skip
    return True


def decide(
    programme: Programme, party: Party, difference: Difference, said: tuple[list[Said], list[Said]], word: str, *,
    reason: str, shift_m: tuple[float, float] = (0.0, 0.0),
) -> Decided:  # fmt: skip
    """Agree to a difference, dispute it, or adopt their statement; `reopen` takes a decision back.

    - agree: both may stand as they are; nothing of either is changed.
    - dispute: their statement is not accepted; ours stands, theirs is kept beside it.
    - adopt: a new revision of our record, from today on, says what they say, their source named; their shape as it lies
      after the shift `shift_m` is taken off. A record that only they have is made. What we alone have, and what was
      split or merged, cannot be adopted as one act.

    Refuses no reason and an adoption that is not one for one with WrongCall, an unknown word with InvalidValue.
    """
    if word not in WORDS:
        raise InvalidValue(field="decision", value=word, why=f"one of {', '.join(WORDS)}")
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")
    state = WORDS[word]
    before = programme.journal.state(difference.id)
    if word == "reopen" and (before is None or before.body.get("decision_type") == "undone"):
        raise WrongCall(why="Nothing was decided about this difference, so nothing can be taken back.",
                        fix="'whitestone reconcile OTHER --all' lists what was decided.")
    done = Decided(difference.id, difference.id, state)
    drafts = [_decision(programme, party, difference, said, state, before)]
    if word == "adopt":
        drafts.append(_adoption(programme, party, difference, said, shift_m, done))
    programme.journal.append(Act(author=programme.who, source=party.label, reason=reason), drafts)
    return done


def _decision(programme: Programme, party: Party, difference: Difference, said: tuple[list[Said], list[Said]],
              state: str, before: State | None) -> Draft:  # fmt: skip
    claims = {
        "digest": difference.digest, "status": difference.status, "sentence": difference.sentence,
        "ours": [_claim(said[0][row]) for row in difference.rows[0]],
        "theirs": [_claim(said[1][row]) for row in difference.rows[1]],
    }  # fmt: skip
    body = {"decision_type": state, "other": party.key, "name": f"{difference.status}: {_title(difference)}",
            "decided_on": programme.today().isoformat(), "claims": claims}  # fmt: skip
    return Draft(kind="decision", record_id=difference.id, body=body, parents=before.revisions[-1:] if before else ())


def _title(difference: Difference) -> str:
    return " / ".join(", ".join(each) for each in difference.labels.values() if each)


def _claim(said: Said) -> dict[str, Any]:
    shape = None if said.geometry is None else json.loads(shapely.to_geojson(shapely.from_wkb(said.geometry)))
    return {"key": said.key, "attributes": said.body, "geometry": shape}


def _adoption(programme: Programme, party: Party, difference: Difference, said: tuple[list[Said], list[Said]],
              shift_m: tuple[float, float], done: Decided) -> Draft:  # fmt: skip
    if difference.status not in ("differs", "only_theirs"):
        raise WrongCall(why=f"A difference of the kind “{difference.status}” cannot be adopted as one act: it is not "
                            "one record for one.",
                        fix="Bring theirs in with 'whitestone import', or decide about ours with 'whitestone records'."
                        )  # fmt: skip
    theirs = said[1][difference.rows[1][0]]
    ours = uuid.UUID(difference.ours[0]) if difference.ours else None
    before = programme.journal.state(ours) if ours is not None else None
    if ours is None:
        wanted = dict(theirs.body)
    else:
        wanted = {each["attribute"]: each["theirs"] for each in difference.attributes if each["how"] != "ours"}
    body = _in_our_words(programme, difference.kind, wanted, done)
    shape = None if (difference.ground or {}).get("same") else theirs.geometry
    entered = {}
    if shape is not None:
        entered = {"geometry": json.loads(shapely.to_geojson(shapely.from_wkb(shape)))}
        shape = _without_shift(programme, shape, shift_m, entered, done)
        done.adopted.append("geometry")
    if difference.kind == "hazard":
        steps = step_findings(before.body if before else None, json.dumps(body), programme.settings.national_codes)
        done.notes += [sentence for _, _, sentence in steps]
    done.record = ours or _new_record(programme, party, theirs)
    done.adopted = sorted([*done.adopted, *body])
    return Draft(kind=difference.kind, record_id=done.record, body=body, geometry=shape, as_entered=entered,
                 information_date=programme.today().isoformat() if before else theirs.changed,
                 parents=before.revisions if before else ())  # fmt: skip


def _new_record(programme: Programme, party: Party, theirs: Said) -> uuid.UUID:
    """Keep the identity that a record has in the other programme, where it is free here."""
    try:
        record = uuid.UUID(theirs.key)
    except ValueError:
        return new_id()
    try:
        programme.journal.history(record)
    except UnknownRecord:
        return record
    return new_id()


def _in_our_words(programme: Programme, name: str, wanted: Mapping[str, Any], done: Decided) -> dict[str, Any]:
    """Turn the names to which their links lead into records of ours; leave out, and say, what is not known here."""
    attributes = kind(name).attributes
    known: dict[str, list[str]] = {}
    for record, text in names_of_links(programme, name).items():
        known.setdefault(text, []).append(record)
    body = {}
    for attribute, value in wanted.items():
        about = attributes.get(attribute)
        if about is None or about.personal or attribute in ("attachments",):
            done.not_adopted.append(attribute)
            continue
        if about.links_to and value is not None:
            listed = value if isinstance(value, list) else [value]
            records = [known[each][0] for each in listed if len(known.get(each, ())) == 1]
            if len(records) < len(listed):
                done.not_adopted.append(attribute)
                continue
            value = records if isinstance(value, list) else records[0]
        body[attribute] = value
    for attribute, value, _, message in validate(name, body, lists=programme.lists):
        raise InvalidValue(field=attribute, value=value, why=message)
    return body


def _without_shift(programme: Programme, shape: bytes, shift_m: tuple[float, float], entered: dict[str, Any],
                   done: Decided) -> bytes:  # fmt: skip
    plane = programme.plane()
    if plane is None or shift_m == (0.0, 0.0):
        return shape
    flat = plane.project([shapely.from_wkb(shape)])
    back = plane.unproject(shapely.transform(flat, lambda xy: xy - np.array(shift_m)))
    entered["shift_taken_off_m"] = {"east": shift_m[0], "north": shift_m[1]}
    done.notes.append(f"Their shape was moved back by the shift of {float(np.hypot(*shift_m)):.2f} m that lies between "
                      "the two editions; as they drew it is kept beside it.")  # fmt: skip
    return bytes(shapely.to_wkb(back[0]))
