"""How does one person ask, another approve, and nobody do both?

A request is a decision record. What was asked is its first revision and cannot be changed afterwards: approval names
that revision, and what is carried out is read from it. How a request stands is read, and decided, in one transaction
under the writing lock: two writers at one moment cannot both use one approval. Who acts is the name that each calls
with; until accounts exist, two names are two persons as far as the program can know.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Revision
from whitestone.errors import Refused, UnknownRecord, WrongCall
from whitestone.programme.opening import Programme

__all__ = ["Request", "approve", "ask", "carried_out", "read_request", "refuse", "requests"]


UNSEEN = ("Mn", "Me", "Cf", "Cc")
"""Categories of Unicode that add no letter to a name: marks, joiners, zero-width signs, controls."""


class Request(msgspec.Struct, frozen=True):
    """What was asked, by whom, until when it holds, and how it stands: asked, approved, refused, carried out, void."""

    request: uuid.UUID
    act: str
    asked: dict[str, Any]
    asked_by: str
    asked_at: dt.datetime
    expires_at: dt.datetime
    reason: str
    state: str
    decided_by: str | None = None
    decided_at: dt.datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, as the command line prints it."""
        return {"request": str(self.request), "act": self.act, "asked": self.asked, "asked_by": self.asked_by,
                "asked_at": _text(self.asked_at), "expires_at": _text(self.expires_at), "reason": self.reason,
                "state": self.state, "decided_by": self.decided_by,
                "decided_at": _text(self.decided_at) if self.decided_at else None}  # fmt: skip


def ask(programme: Programme, act: str, asked: dict[str, Any], *, reason: str) -> Request:
    """Ask for an act that a second person must approve; refuses no reason with WrongCall."""
    if not reason.strip():
        raise WrongCall(why="A request needs a reason.", fix="Say with --reason why.")
    record = new_id()
    body = {"decision_type": "asked", "decided_on": programme.today().isoformat(), "other": act,
            "claims": {"asked": asked, "days": programme.settings.approval_days}}  # fmt: skip
    draft = Draft(kind="decision", record_id=record, body=body)
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return read_request(programme, record, act)


def approve(programme: Programme, request: uuid.UUID, act: str, *, reason: str) -> Request:
    """Approve what somebody else asked for.

    Refuses an unknown request with UnknownRecord, the person who asked with Refused, and one that is void or decided
    with WrongCall.
    """
    return _decide(programme, request, act, "approved", reason)


def refuse(programme: Programme, request: uuid.UUID, act: str, *, reason: str) -> Request:
    """Refuse what was asked for; whoever asked may take it back in this way too. Refuses as `approve` does."""
    return _decide(programme, request, act, "refused", reason)


def read_request(programme: Programme, request: uuid.UUID, act: str) -> Request:
    """Read a request of one act with its state today; refuses another record with UnknownRecord."""
    history = programme.journal.history(request)
    first = history[0]
    if first.kind != "decision" or first.body.get("decision_type") != "asked" or first.body.get("other") != act:
        raise UnknownRecord(record=f"of a request {request}")
    return _read(history, programme)


def requests(programme: Programme, act: str) -> list[Request]:
    """List the requests of one act, oldest first."""
    found = [state.record_id for state in programme.journal.states("decision", geometry=False)
             if state.body.get("other") == act]  # fmt: skip
    return sorted((read_request(programme, each, act) for each in found), key=lambda each: each.asked_at)


def carried_out(programme: Programme, request: uuid.UUID, act: str, *, detail: str) -> Request:
    """Close an approved request as carried out; it serves once. Refuses one that is not approved with Refused."""
    def is_approved(asked: Request) -> None:
        """Refuse a request that is not approved now."""
        if asked.state != "approved":
            raise Refused(what=f"Carrying out the request ({asked.state})", remedy="Ask anew; another person approves.",
                          rule="it serves once, and only while approved")  # fmt: skip

    return _move(programme, request, act, "carried_out", detail, is_approved)


def _decide(programme: Programme, request: uuid.UUID, act: str, how: str, reason: str) -> Request:
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")

    def is_open(asked: Request) -> None:
        """Refuse a request that is decided already, and the approval of whoever asked."""
        if asked.state != "asked":
            raise WrongCall(why=f"This request is {asked.state} already.",
                            fix="Ask anew, and let another person decide.")
        if how == "approved" and _same_person(asked.asked_by, programme.who):
            raise Refused(what="Approving one's own request", rule="it takes a second person",
                          remedy="Let another person call it with their own name: whitestone --who NAME.")

    return _move(programme, request, act, how, reason, is_open)


def _move(programme: Programme, request: uuid.UUID, act: str, how: str, reason: str,
          check: Callable[[Request], None]) -> Request:
    """Read a request, check it and append what becomes of it, in one transaction under the writing lock."""
    journal = programme.journal
    with journal.writing(Act(author=programme.who, reason=reason)) as batch, journal.store.seeing(batch.session):
        check(read_request(programme, request, act))
        history = journal.history(request)
        body = {"decision_type": how, "decided_on": programme.today().isoformat()}
        parents = tuple(dict.fromkeys((history[0].revision_id, history[-1].revision_id)))
        batch.append([Draft(kind="decision", record_id=request, body=body, parents=parents)])
    return read_request(programme, request, act)


def _read(history: list[Revision], programme: Programme) -> Request:
    first, *later = history
    claims = first.body.get("claims") or {}
    expires = first.recorded_at + dt.timedelta(days=float(claims.get("days", 7)))
    state, decided = "asked", None
    for each in later:
        how = each.body.get("decision_type")
        # A decision counts only if it names what was asked, is by another person, and came in time.
        if how == "approved" and (state != "asked" or _same_person(first.author, each.author)
                                  or first.revision_id not in each.parents or each.recorded_at > expires):  # fmt: skip
            continue
        if how == "refused" and state != "asked":
            continue  # what was decided or used already stays so
        if how in ("approved", "refused", "carried_out") and not (how == "carried_out" and state != "approved"):
            state, decided = str(how), each if how != "carried_out" else decided
    if state in ("asked", "approved") and _now() > expires:
        state = "void"
    return Request(
        request=first.record_id, act=str(first.body["other"]), asked=dict(claims.get("asked") or {}),
        asked_by=first.author, asked_at=first.recorded_at, expires_at=expires, reason=first.reason or "",
        state=state.replace("_", " "), decided_by=decided.author if decided else None,
        decided_at=decided.recorded_at if decided else None,
    )  # fmt: skip


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _same_person(one: str, other: str) -> bool:
    """Say whether two names are one, however they are spaced, cased, composed, pointed, ordered or lettered.

    Look-alike letters, marks and signs that nobody sees make no second person; two people whose names differ in
    nothing else have to call with fuller ones.

    >>> _same_person(" Anna  K ", "k, ANNA"), _same_person("anna", "\u0430nna\u200b"), _same_person("anna", "boris")
    (True, True, False)
    """
    from anyascii import anyascii

    plain = []
    for name in (one, other):
        seen = "".join(sign for sign in unicodedata.normalize("NFKD", name) if unicodedata.category(sign) not in UNSEEN)
        words = re.findall(r"[a-z0-9]+", anyascii(seen).casefold())
        plain.append(sorted(words))
    return plain[0] == plain[1]


def _text(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")
