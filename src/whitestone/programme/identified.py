"""How does identified data of casualties leave: asked for by one person, approved by another, only with consent?

Purpose, recipient and attributes are fixed by the request. Consent is asked again at the moment of writing, person by
person: who withdrew since is left out, and so is who agreed only after the approval. Every person in the file is a
line of the access log, the file itself another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whitestone.errors import Erased, FileTrouble, InvalidValue, Refused, WrongCall
from whitestone.programme.casualties_linking import SHOWN
from whitestone.programme.consents import SEALABLE, read_code, standings
from whitestone.programme.opening import Programme
from whitestone.programme.second_person import Request, approve, ask, carried_out, read_request, requests

__all__ = ["ACT", "ask_export", "approve_export", "asked_exports", "open_export", "write_export"]

ACT = "identified export"
MAGIC = b"whitestone identified export 1\n"
SCRYPT_N = 1 << 15
"""Work of one guess at a passphrase: about a tenth of a second and 32 MiB."""


def ask_export(
    programme: Programme, *, purpose: str, shared_with: str, fields: Sequence[str] = (),
    records: Sequence[uuid.UUID] = (), reason: str,
) -> Request:  # fmt: skip
    """Ask to let identified data out: for a purpose, to one kind of recipient, these attributes (default: all).

    `records` limits it to some persons. Refuses unknown words with InvalidValue, no reason with WrongCall.
    """
    wanted = [part.strip() for each in fields for part in each.split(",") if part.strip()]
    for name in wanted:
        if name not in SEALABLE:
            raise InvalidValue(field="attribute", value=name, why=f"one of {', '.join(SEALABLE)}")
    asked = {"purpose": read_code("consent_purpose", purpose), "shared_with": read_code("shared_with", shared_with),
             "fields": wanted or list(SEALABLE), "records": [str(each) for each in records]}  # fmt: skip
    return ask(programme, ACT, asked, reason=reason)


def approve_export(programme: Programme, request: uuid.UUID, *, reason: str) -> dict[str, Any]:
    """Approve a request as a second person; tells how many would leave now. Refuses as `second_person.approve`."""
    made = approve(programme, request, ACT, reason=reason)
    chosen, left_out = _chosen(programme, made.asked)
    return {**made.as_dict(), "persons_now": len(chosen), "left_out_now": left_out}


def asked_exports(programme: Programme) -> list[dict[str, Any]]:
    """List all requests with their state, oldest first."""
    return [each.as_dict() for each in requests(programme, ACT)]


def write_export(
    programme: Programme, request: uuid.UUID, path: Path, *, passphrase: str | None = None, plain: bool = False,
    key: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write an approved request to a file: encrypted with a passphrase (scrypt, AES-256-GCM), or `plain` JSON.

    Only persons whose consent was recorded before the approval and stands at this moment, only attributes within its
    scope. A request serves once. Refuses a request that is not approved with Refused, a missing key with KeyMissing,
    a file that is there and a folder that is not with FileTrouble, neither passphrase nor `plain`, or both, with
    WrongCall.
    """
    if (passphrase is None) != plain:
        raise WrongCall(why="Say how the file is written: encrypted with a passphrase, or plain.",
                        fix="Give --passphrase-file FILE, or --plain.")
    if passphrase is not None and len(passphrase) < 12:
        raise WrongCall(why="The passphrase is shorter than 12 signs.", fix="Take a longer one, such as four words.")
    asked = read_request(programme, request, ACT)
    if asked.state != "approved":
        raise Refused(what=f"Writing a request that is {asked.state}", rule="identified data needs a second person",
                      remedy="Let another person approve it: whitestone casualties identified-export approve REQUEST.")
    if path.exists():
        raise FileTrouble(path=path, why="it is there already")
    if not path.parent.is_dir():
        raise FileTrouble(path=path, why="there is no such folder")  # before the request, which serves once, is used
    chosen, left_out = _chosen(programme, asked.asked, asked.decided_at)
    persons, erased = _persons(programme, asked, chosen, key)
    left_out |= {"erased": erased} if erased else {}
    document = {
        "programme": programme.settings.name, "simulated": programme.settings.simulated, "request": str(request),
        "purpose": asked.asked["purpose"], "shared_with": asked.asked["shared_with"], "asked_by": asked.asked_by,
        "approved_by": asked.decided_by, "written_by": programme.who, "persons": persons, "left_out": left_out,
        "caveat": "Identified data of persons. For the stated purpose and recipient only; destroy it afterwards.",
    }  # fmt: skip
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    content = content if plain else _encrypted(content, passphrase or "")
    digest = hashlib.sha256(content).hexdigest()
    # The log comes first: what may have left is told even if the disk fails in the next moment.
    to = f"for {asked.asked['purpose']}, to {asked.asked['shared_with']}"
    detail = f"request {request}: {len(persons)} persons, {to}; sha256 {digest}"
    carried_out(programme, request, ACT, detail=f"{len(persons)} persons, sha256 {digest}")
    programme.journal.seals.note(event="identified exported", purpose=f"identified export {request}", by=programme.who,
                                 detail=detail)  # fmt: skip
    _write(path, content)
    return {"file": str(path), "sha256": digest, "encrypted": not plain, "request": str(request),
            "persons": len(persons), "left_out": left_out, "purpose": asked.asked["purpose"],
            "shared_with": asked.asked["shared_with"], "asked_by": asked.asked_by, "approved_by": asked.decided_by,
            "written_by": programme.who}  # fmt: skip


def open_export(path: Path, passphrase: str) -> dict[str, Any]:
    """Open an encrypted file again; refuses one that is damaged or another passphrase with FileTrouble."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise FileTrouble(path=path, why="it is not there") from None
    front = len(MAGIC)
    if raw[:front] != MAGIC or len(raw) < front + 28 + 16:
        raise FileTrouble(path=path, why="it is no encrypted export of casualties")
    salt, nonce = raw[front : front + 16], raw[front + 16 : front + 28]
    try:
        plain = AESGCM(_derived(passphrase, salt)).decrypt(nonce, raw[front + 28 :], MAGIC)
    except InvalidTag:
        raise FileTrouble(path=path, why="the passphrase is another one, or the file was changed") from None
    opened: dict[str, Any] = json.loads(plain)
    return opened


def _chosen(
    programme: Programme, asked: dict[str, Any], approved_at: dt.datetime | None = None
) -> tuple[dict[uuid.UUID, tuple[str, ...]], dict[str, int]]:  # fmt: skip
    """Choose who may be in the file now, with the attributes that the consent covers; count the others by reason."""
    columns = programme.journal.columns("casualty", ["workflow"])
    everybody = list(columns["record_id"])
    named = {uuid.UUID(each) for each in asked.get("records") or ()}
    wanted = [each for each in everybody if not named or each in named]
    found = standings(programme, wanted, purpose=asked["purpose"], shared_with=asked["shared_with"])
    chosen: dict[uuid.UUID, tuple[str, ...]] = {}
    left_out: dict[str, int] = {}
    for person, standing in found.items():
        fields = tuple(name for name in asked["fields"] if standing.scope is None or name in standing.scope)
        if standing.allowed and approved_at and standing.recorded_at and standing.recorded_at > approved_at:
            # Otherwise one person could have nobody approved, and then record consents alone.
            why = "consent recorded after the approval"
            left_out[why] = left_out.get(why, 0) + 1
        elif standing.allowed and fields:
            chosen[person] = fields
        else:
            why = standing.why.split(" on ")[0] if not standing.allowed else "outside the scope of the consent"
            left_out[why] = left_out.get(why, 0) + 1
    if missing := len(named - set(wanted)):
        left_out["not a casualty here"] = missing
    return chosen, dict(sorted(left_out.items()))


def _persons(
    programme: Programme, asked: Request, chosen: dict[uuid.UUID, tuple[str, ...]], key: Path | None
) -> tuple[list[dict[str, Any]], int]:  # fmt: skip
    seals = programme.journal.seals
    seals.unlock(key)
    why = f"identified export {asked.request}: {asked.asked['purpose']} for {asked.asked['shared_with']}"
    persons, erased = [], 0
    try:
        for person, fields in chosen.items():
            state = programme.journal.state(person)
            try:
                values = seals.open_record(person, why, programme.who)
            except Erased:
                erased += 1
                continue
            body = state.body if state else {}
            persons.append({"record": str(person), "values": {name: values[name] for name in fields if name in values},
                            "attributes": {name: body[name] for name in SHOWN if body.get(name) is not None}})
    finally:
        seals.lock()
    return persons, erased


def _encrypted(content: bytes, passphrase: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    return MAGIC + salt + nonce + AESGCM(_derived(passphrase, salt)).encrypt(nonce, content, MAGIC)


def _derived(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=SCRYPT_N, r=8, p=1, maxmem=1 << 26, dklen=32)


def _write(path: Path, content: bytes) -> None:
    """Write for the owner alone, and never over a file that is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise FileTrouble(path=path, why=(error.strerror or str(error)).lower()) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
