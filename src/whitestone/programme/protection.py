"""What is held about one person, who read it, and where else does the name stand?

Reading needs the key, a purpose and a name, and is logged before a value is given out. The answer to a person who asks
what is held about them is one document: what is sealed, what is plain, who said it, and every reading of it.
"""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Act, Draft
from whitestone.errors import Erased, InvalidValue, UnknownRecord, WrongCall
from whitestone.programme.consents import SEALABLE, consents_of
from whitestone.programme.opening import Programme
from whitestone.programme.sameness import same_groups

__all__ = ["add_source", "seal_values", "show_person", "subject_access", "traces"]

BULK = "opened in bulk"


def show_person(programme: Programme, person: uuid.UUID, *, purpose: str, key: Path | None = None) -> dict[str, Any]:
    """Open what is sealed of one person, beside the plain part and the consents; logged. Locks again afterwards.

    Refuses a missing key (KeyMissing), no purpose (WrongCall), an erased person (Erased), an unknown one.
    """
    values = _opened(programme, person, purpose, key)
    state = programme.journal.state(person, approved_only=False)
    groups = same_groups(programme.journal)
    kept = groups.get(person, person)
    same = [kept, *(each for each, of in groups.items() if of == kept)]
    return {
        "record": str(person), "kind": state.kind if state else None, "purpose": purpose, "by": programme.who,
        "values": values, "attributes": dict(state.body) if state else {}, "extra": dict(state.extra) if state else {},
        "consents": consents_of(programme, person),
        "same_person": sorted(str(each) for each in same if each != person),
    }  # fmt: skip


def seal_values(programme: Programme, person: uuid.UUID, values: Mapping[str, Any], *, reason: str) -> uuid.UUID:
    """Seal further personal values of a person (photograph, witnesses, contacts…); works locked.

    Refuses attributes that are not personal, and values that are no text, with InvalidValue; no reason with WrongCall.
    """
    history = programme.journal.history(person)
    attributes = KINDS[history[0].kind].attributes
    if not reason.strip() or not values:
        raise WrongCall(why="Sealing needs values and a reason.", fix="Give a JSON object, and --reason.")
    for name, value in values.items():
        if name not in attributes or not attributes[name].personal:
            known = ", ".join(each for each, about in attributes.items() if about.personal)
            raise InvalidValue(field="attribute", value=name, why=f"one that is sealed: {known}")
        if not isinstance(value, str) or not value.strip():
            raise InvalidValue(field=name, value="…", why="words; what is not known is left out")
    draft = Draft(kind=history[0].kind, record_id=person, sealed=dict(values), parents=(history[-1].revision_id,),
                  information_date=programme.today().isoformat())  # fmt: skip
    return programme.journal.append(Act(author=programme.who, reason=reason), [draft]).revision_ids[0]


def add_source(
    programme: Programme, role: str, about: Iterable[uuid.UUID], values: Mapping[str, Any], *, reason: str
) -> uuid.UUID:
    """Enter a protected source (witness, informant, former combatant): whatever names the person is sealed.

    Refuses an unknown role or attribute with InvalidValue, records that are not here with UnknownRecord.
    """
    from whitestone.domain.codes import code_list
    from whitestone.domain.ids import new_id

    codes = code_list("protected_role")
    code = role if role in codes.codes else codes.understand(role)
    if code is None:
        raise InvalidValue(field="role", value=role, why=f"one of {', '.join(codes.codes)}")
    told = list(about)
    for each in told:
        programme.journal.history(each)
    if not reason.strip():
        raise WrongCall(why="Sealing needs values and a reason.", fix="Give a JSON object, and --reason.")
    record = new_id()
    body = {"protected_role": code, "about_ids": [str(each) for each in told]}
    draft = Draft(kind="protected_source", record_id=record, body=body,
                  information_date=programme.today().isoformat())  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    if values:
        seal_values(programme, record, values, reason=reason)
    return record


def subject_access(programme: Programme, person: uuid.UUID, *, purpose: str, key: Path | None = None) -> dict[str, Any]:
    """Tell everything that is held about one person: statements with their sources, what is sealed, readings, consents.

    Of an erased person it tells what is left, and when what. The reading is logged as any other. Refuses as
    `show_person`.
    """
    sealed: dict[str, Any] | None
    try:
        sealed, erased = _opened(programme, person, purpose, key), None
    except Erased as gone:
        sealed, erased = None, str(gone)
    history = programme.journal.history(person)
    runs = sorted({str(each.run) for each in history if each.run})
    statements = [{
        "revision": str(each.revision_id), "recorded_at": each.recorded_at.isoformat(), "by": each.author,
        "organisation": each.organisation, "source": each.source, "reason": each.reason,
        "information_date": each.information_date, "nature": each.nature.name.lower(),
        "workflow": each.workflow.name.lower(), "run": str(each.run) if each.run else None, "attributes": each.body,
        "extra": each.extra, "as_entered": each.as_entered, "has_position": each.geometry is not None,
        "sealed": list(each.sealed), "erased": list(each.erased),
    } for each in history]  # fmt: skip
    log = programme.journal.seals.access_log()
    readings = [_entry(each) for each in log if each.record_id == person.hex or each.event == BULK
                or (each.detail or "").find(str(person)) >= 0]  # fmt: skip
    return {
        "record": str(person), "kind": history[0].kind, "purpose": purpose, "by": programme.who, "sealed": sealed,
        "erased": erased, "statements": statements, "consents": consents_of(programme, person), "readings": readings,
        "decisions": _decisions(programme, person), "originals": _originals(programme, runs),
    }  # fmt: skip


def traces(programme: Programme, person: uuid.UUID, *, purpose: str, key: Path | None = None) -> dict[str, Any]:
    """Find where else a person's name stands: statements, reasons, logs, attachments, and what is sealed of others.

    Call it before an erasure: afterwards nobody knows what to look for. Names are looked for word by word, in the
    letters of the source and in plain Latin ones. Refuses as `show_person`.
    """
    values = _opened(programme, person, purpose, key)
    needles = _needles(str(values.get("person_name") or ""))
    found: list[dict[str, Any]] = []
    if needles:
        for revision in programme.journal.revisions():
            parts = {"body": revision.body, "extra": revision.extra, "as_entered": revision.as_entered,
                     "reason": revision.reason, "source": revision.source}  # fmt: skip
            held = [name for name, said in parts.items() if said and _holds(_json(said), needles)]
            if held:
                found.append({"where": "statement", "record": str(revision.record_id), "kind": revision.kind,
                              "revision": str(revision.revision_id), "parts": held})
        for entry in programme.journal.seals.access_log():
            if _holds(f"{entry.purpose} {entry.detail}", needles):
                found.append({"where": "access log", "at": entry.at.isoformat(timespec="seconds"), "by": entry.by})
        found += [*_attached(programme, needles), *_sealed_of_others(programme, person, needles, purpose, key)]
    return {"record": str(person), "purpose": purpose, "looked_for": len(needles), "found": found,
            "not_searched": ["sealed originals and held rows (encrypted; 'erase --originals' destroys their keys)",
                             "files outside the programme, prints and exports that were handed on"]}  # fmt: skip


def _opened(programme: Programme, person: uuid.UUID, purpose: str, key: Path | None) -> dict[str, Any]:
    if not purpose.strip():
        raise WrongCall(why="Opening what is sealed needs a stated purpose.", fix="Say with --purpose what for.")
    if not programme.journal.history(person):
        raise UnknownRecord(record=person)
    seals = programme.journal.seals
    seals.unlock(key)
    try:
        return seals.open_record(person, purpose, programme.who)
    finally:
        seals.lock()


def _entry(each: Any) -> dict[str, Any]:
    return {"at": each.at.isoformat(timespec="seconds"), "by": each.by, "event": each.event, "purpose": each.purpose,
            "what": each.detail}  # fmt: skip


def _decisions(programme: Programme, person: uuid.UUID) -> list[dict[str, Any]]:
    """List the decisions that name the person: merges, and pairs decided not to be the same."""
    named = str(person)
    found = []
    for state in programme.journal.states("decision", geometry=False):
        body = state.body
        pair = body.get("claims") or {}
        if named in (body.get("kept_id"), pair.get("left"), pair.get("right"), *(body.get("absorbed_ids") or ())):
            found.append({"decision": str(state.record_id), "decision_type": body.get("decision_type"),
                          "decided_on": body.get("decided_on")})  # fmt: skip
    return found


def _originals(programme: Programme, runs: list[str]) -> list[dict[str, Any]]:
    """Name the files that the person came in by; they are sealed, and hold other persons too."""
    found = []
    for state in programme.journal.states("run", geometry=False):
        if str(state.record_id) in runs:
            found.append({"run": str(state.record_id), "sha256": state.body.get("file_sha256"),
                          "size_bytes": state.body.get("file_size")})  # fmt: skip
    return found


Needles = tuple[tuple[tuple[str, ...], frozenset[str]], ...]
"""For each word of a name the ways in which it is written, and its consonants in each reading."""


def _needles(name: str) -> Needles:
    """Make what is looked for: each word of three letters or more, as written, without marks, in Latin, by bones."""
    from whitestone.casualties.names import consonants, romanise

    words = [word for word in name.replace(",", " ").split() if len(word) >= 3]
    return tuple(
        (tuple(dict.fromkeys(way for way in (_plain(word), _bare(word), romanise(word)) if len(way) >= 3)),
         consonants(word)) for word in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _holds(text: str, needles: Needles) -> bool:
    """Say whether a text holds two words of a name, or its only one, however they are written."""
    from whitestone.casualties.names import consonants, romanise

    # One common first name alone is no trace of this person.
    forms, heard = (_plain(text), _bare(text), romanise(text)), consonants(text)
    found = sum(any(way in form for way in ways for form in forms) or bool(bones & heard) for ways, bones in needles)
    return bool(needles) and found >= min(2, len(needles))


def _json(said: Any) -> str:
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)


def _sealed_of_others(
    programme: Programme, person: uuid.UUID, needles: Needles, purpose: str, key: Path | None
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Look through what is sealed of every other record: the same person in another list, a witness, a guardian."""
    seals = programme.journal.seals
    others = [record for record, _, _ in seals.holders() if record is not None and record != person]
    names = {name for kind in KINDS.values() for name, each in kind.attributes.items() if each.personal}
    seals.unlock(key)
    try:
        opened = seals.open_many(others, sorted(names), purpose, programme.who)
    finally:
        seals.lock()
    for record, values in sorted(opened.items()):
        held = sorted(name for name, value in values.items() if _holds(str(value), needles))
        if held:
            yield {"where": "sealed of another record", "record": str(record), "parts": held}


def _attached(programme: Programme, needles: Needles) -> Iterator[dict[str, Any]]:
    """Look through attachments that are not sealed, by name and by content, piece by piece."""
    for each in programme.journal.attachments.list():
        if each.sealed:
            continue
        if _holds(each.name, needles):
            yield {"where": "name of an attachment", "sha256": each.sha256}
        with programme.journal.attachments.open(each.sha256) as stream:
            before = b""
            while piece := stream.read(1 << 20):
                text = before + piece
                if any(_holds(text.decode(code, "ignore"), needles) for code in ("utf-8", "utf-16-le", "cp1251")):
                    yield {"where": "attachment", "sha256": each.sha256}
                    break
                before = piece[-200:]


assert {"person_name", "birth_date", "home", "contact", "document_number", "photograph", "witnesses"} <= set(SEALABLE)
