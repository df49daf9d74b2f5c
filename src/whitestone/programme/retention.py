"""What identifies a person and is due for erasure by the programme's own rule, and who approved that it goes?

The rule is the setting `retention_years`, counted from when something was last sealed: persons, protected sources,
guardians' names, sealed originals of imports and their held rows alike. What is due is listed without opening anything,
so the job runs while the compartment is locked. The statistical rows stay.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from typing import Any

from whitestone.errors import Refused, UnknownRecord, WrongCall
from whitestone.programme.opening import Programme
from whitestone.programme.safekeeping import erase
from whitestone.programme.second_person import Request, approve, ask, carried_out, read_request

__all__ = ["ACT", "approve_retention", "ask_retention", "due", "erase_due"]

ACT = "retention"
YEAR_DAYS = 365.2425


def due(programme: Programme) -> dict[str, Any]:
    """List what is due today by the rule, oldest first; without a rule nothing is, and the answer says so."""
    years = programme.settings.retention_years
    rows: list[dict[str, Any]] = []
    if years is not None:
        limit = dt.datetime.now(dt.UTC) - dt.timedelta(days=years * YEAR_DAYS)
        kinds = _kinds(programme)
        for record, file, sealed_at in programme.journal.seals.holders():
            if sealed_at <= limit:
                of_file = "run's held rows" if len(file or b"") == 16 else "file"
                kind = kinds.get(record, "record") if record else of_file
                rows.append({"what": kind, "id": str(record) if record else (file or b"").hex(),
                             "sealed_at": sealed_at.isoformat(timespec="seconds")})  # fmt: skip
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["what"]] = counts.get(row["what"], 0) + 1
    return {"retention_years": years, "second_person": not programme.settings.retention_alone,
            "on": programme.today().isoformat(), "due": len(rows), "counts": counts, "rows": rows}  # fmt: skip


def ask_retention(programme: Programme, *, reason: str) -> Request:
    """Ask to erase what is due now; the list is fixed with the request. Refuses when nothing is due (WrongCall)."""
    found = due(programme)
    if not found["due"]:
        raise WrongCall(why="Nothing is due by the rule.", fix="See 'whitestone casualties retention --dry-run'.")
    asked = {"ids": [row["id"] for row in found["rows"]], "retention_years": found["retention_years"]}
    return ask(programme, ACT, asked, reason=reason)


def approve_retention(programme: Programme, request: uuid.UUID, *, reason: str) -> Request:
    """Approve an erasure that somebody else asked for; refuses as `second_person.approve`."""
    return approve(programme, request, ACT, reason=reason)


def erase_due(programme: Programme, request: uuid.UUID | None = None, *, reason: str) -> dict[str, Any]:
    """Erase what is due: by an approved request, or by the rule alone where the programme states that.

    Of a request only what is still due goes. Refuses with Refused a request that is not approved, and none where the
    rule needs a second person.
    """
    if not reason.strip():
        raise WrongCall(why="Erasing needs a reason.", fix="Say with --reason why.")
    found = due(programme)
    wanted = {row["id"] for row in found["rows"]}
    if request is not None:
        asked = read_request(programme, request, ACT)
        if asked.state != "approved":
            raise Refused(what=f"Erasing by a request that is {asked.state}", rule="it takes a second person",
                          remedy="Let another person approve it: whitestone casualties retention --approve REQUEST.")
        wanted &= set(asked.asked["ids"])
    elif not programme.settings.retention_alone:
        raise Refused(what="Erasing by the rule alone", rule="the setting retention_alone is false",
                      remedy="Ask with --ask, and let another person approve it.")  # fmt: skip
    rows = [row for row in found["rows"] if row["id"] in wanted]
    why = f"retention after {found['retention_years']:g} years: {reason}" if rows else reason
    if request is not None:
        carried_out(programme, request, ACT, detail=f"{len(rows)} due")
    keys = sum(_erase(programme, row, why) for row in rows)
    return {"retention_years": found["retention_years"], "erased": len(rows), "keys": keys,
            "request": str(request) if request else None, "left": due(programme)["due"]}  # fmt: skip


def _erase(programme: Programme, row: dict[str, Any], why: str) -> int:
    if row["what"] in ("file", "run's held rows"):
        # Two lines of one list may name one file: what is gone already is as it should be.
        with contextlib.suppress(UnknownRecord):
            return programme.journal.seals.erase_file(bytes.fromhex(row["id"]), programme.who, why).keys
        return 0
    return int(erase(programme, uuid.UUID(row["id"]), reason=why)["keys"])


def _kinds(programme: Programme) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for kind in ("casualty", "protected_source", "consent"):
        found |= dict.fromkeys(programme.journal.columns(kind, [], approved_only=False)["record_id"], kind)
    return found
