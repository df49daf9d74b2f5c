"""Which duties does who have, until when, and which claims and records speak for and against their being met?

A calendar and two columns of evidence, never a judgement. Deadlines follow from the rules of the treaties and the day
of entry into force, or are stated by hand with their text; an extension moves the day and keeps the one before.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from whitestone.domain.dates import parse_partial
from whitestone.domain.obligation_rules import due_on, duties, instruments, occurrences, rules_version
from whitestone.domain.revision import Act, Draft, State
from whitestone.errors import InvalidValue, WrongCall
from whitestone.programme.claims_documents import checked, state_of
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.recalling import resolve

__all__ = ["SIDES", "add_evidence", "add_obligation", "calendar_of", "extend", "seed"]

SIDES = ("for", "against")
_YEARS_AHEAD = 2
"""A calendar without an end reaches so many years beyond the day of the situation; the answer states its end."""


def seed(programme: Programme, party: str, instrument: str, in_force_on: str, *, reason: str | None = None
         ) -> dict[str, Any]:
    """Enter the duties that an instrument lays on a party from the day of its entry into force, each once.

    A second call for the same party and instrument adds what is missing. Refuses an instrument without rules, an empty
    party and what is no day with InvalidValue.
    """
    if not party.strip():
        raise InvalidValue(field="party", value=party, why="who has the duty is named")
    rules, begins = duties(instrument), parse_partial(in_force_on).last_day
    known = {(state.body.get("party"), state.body.get("local_id"))
             for state in programme.journal.states("obligation", approved_only=False)}  # fmt: skip
    drafts = []
    for each in rules:
        local = f"{instrument}/{each.key}/{party.strip()}"
        if (party.strip(), local) in known:
            continue
        due = due_on(each, begins)
        body = {"local_id": local, "instrument": instrument, "article": each.article, "duty": each.duty,
                "party": party.strip(), "in_force_on": in_force_on, "due_on": due.isoformat() if due else None,
                "due_rule": each.rule, "recurs_on": each.recurs_on, "covers": each.covers}  # fmt: skip
        drafts.append(_draft(programme, {name: value for name, value in body.items() if value is not None}))
    if drafts:
        why = reason or f"duties under {instruments()[instrument]}, rules {rules_version()}"
        programme.journal.append(Act(author=programme.who, reason=why), drafts)
    return {"party": party.strip(), "instrument": instrument, "rules": rules_version(), "added": len(drafts),
            "obligations": [{"obligation": str(each.record_id), **each.body} for each in drafts]}  # fmt: skip


def add_obligation(programme: Programme, values: Mapping[str, Any], *, reason: str) -> dict[str, Any]:
    """Enter a duty by hand, as that of an agreement: instrument, article, duty, party, due_on or recurs_on, due_rule.

    Refuses one without instrument, duty or party, and values that do not fit, with InvalidValue; no reason with
    WrongCall.
    """
    body = {name: value for name, value in values.items() if value not in (None, "")}
    for name in ("instrument", "duty", "party"):
        if not body.get(name):
            raise InvalidValue(field=name, value=body.get(name), why="an obligation states instrument, duty and party")
    if body.get("recurs_on"):
        occurrences(str(body["recurs_on"]), None, dt.date(2000, 1, 1), dt.date(2000, 12, 31))
    if not reason.strip():
        raise WrongCall(why="An obligation is entered with a reason.", fix="Say with --reason why.")
    draft = _draft(programme, body)
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return {"obligation": str(draft.record_id), **body}


def add_evidence(programme: Programme, obligation: str, record: str, side: str, *, reason: str) -> dict[str, Any]:
    """Lay a claim, or a record of any kind, beside a duty as evidence for or against its being met.

    Refuses an unknown side with InvalidValue, no reason with WrongCall, an unknown record with UnknownRecord.
    """
    if side not in SIDES:
        raise InvalidValue(field="side", value=side, why="one of for, against")
    if not reason.strip():
        raise WrongCall(why="Evidence is laid beside a duty with a reason.", fix="Say with --reason why.")
    state, other = state_of(programme, obligation, "obligation"), resolve(programme, record)
    kind = programme.journal.history(other)[0].kind
    name = f"claims_{side}" if kind == "claim" else f"records_{side}"
    linked = list(dict.fromkeys([*(state.body.get(name) or []), str(other)]))
    _append(programme, state, {name: linked}, reason)
    return {"obligation": str(state.record_id), "side": side, "kind": kind, name: linked}


def extend(programme: Programme, obligation: str, until: str, *, granted_on: str | None = None,
           reference: str | None = None, reason: str) -> dict[str, Any]:
    """State that a deadline was extended: the day moves, the one before stays in the list and in the history.

    Refuses what is no day, and a day before the deadline that stands, with InvalidValue.
    """
    state = state_of(programme, obligation, "obligation")
    stands = state.body.get("due_on")
    if stands and parse_partial(until).last_day <= parse_partial(stands).last_day:
        raise InvalidValue(field="until", value=until, why=f"later than {stands}, the deadline that stands")
    told = {"until": until, "from": stands, "granted_on": granted_on, "reference": reference}
    made = [*(state.body.get("extensions") or []), {name: value for name, value in told.items() if value is not None}]
    body = {"due_on": until, "extensions": made}
    checked(programme, "obligation", body)
    _append(programme, state, body, reason)
    return {"obligation": str(state.record_id), **body}


def calendar_of(programme: Programme, clocks: Clocks, *, begins: str | None = None, ends: str | None = None,
                party: str | None = None) -> dict[str, Any]:
    """Lay all duties out by the day on which they are due, with the evidence for and against beside each.

    A yearly report stands once for each year of the period (default: from the year of the situation on, two years
    ahead). Returns `obligations`, `calendar` rows with `due_on`, `days_from_situation`, and duties without a day. No
    row says whether a duty was met.
    """
    first = parse_partial(begins, "from").first_day if begins else dt.date(clocks.on.year, 1, 1)
    last = parse_partial(ends, "to").last_day if ends else dt.date(clocks.on.year + _YEARS_AHEAD, 12, 31)
    states = [state for state in programme.journal.states("obligation", known=clocks.known)
              if not party or str(state.body.get("party") or "").casefold() == party.casefold()]  # fmt: skip
    claims = {str(state.record_id): state.body
              for state in programme.journal.states("claim", known=clocks.known, geometry=False)}  # fmt: skip
    told = [_told(programme, state, claims) for state in states]
    told.sort(key=_by_day)
    rows = []
    for each in told:
        for day in _days(each, first, last):
            rows.append({"due_on": day.isoformat(), "days_from_situation": (day - clocks.on).days,
                         **{name: each[name] for name in ("obligation", "party", "instrument", "article", "duty",
                                                          "covers", "due_rule")}})  # fmt: skip
    rows.sort(key=_by_day)
    return {
        **clocks.as_dict(),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "rules": rules_version(),
        "obligations": told,
        "calendar": rows,
        "without_a_day": [each["obligation"] for each in told if not each["due_on"] and not each["recurs_on"]],
    }


def _by_day(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name] or "9999") for name in ("due_on", "instrument", "article", "obligation"))


def _days(told: Mapping[str, Any], first: dt.date, last: dt.date) -> list[dt.date]:
    if told["recurs_on"]:
        in_force = parse_partial(told["in_force_on"]).last_day if told["in_force_on"] else None
        return occurrences(told["recurs_on"], in_force, first, last)
    if not told["due_on"]:
        return []
    day = parse_partial(told["due_on"]).last_day
    return [day] if first <= day <= last else []


def _told(programme: Programme, state: State, claims: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    body = state.body
    evidence = {
        side: [
            *({"kind": "claim", "record": claim, **_claim(claims.get(claim, {}))}
              for claim in body.get(f"claims_{side}") or []),
            *({"kind": "record", "record": record} for record in body.get(f"records_{side}") or []),
        ]
        for side in SIDES
    }  # fmt: skip
    names = ("local_id", "instrument", "article", "duty", "duty_quote", "document_id", "party", "in_force_on", "due_on",
             "due_rule", "recurs_on", "covers", "remarks")  # fmt: skip
    title = instruments().get(str(body.get("instrument")), body.get("instrument"))
    return {"obligation": str(state.record_id), **{name: body.get(name) for name in names}, "instrument_title": title,
            "extensions": body.get("extensions") or [], "evidence_for": evidence["for"],
            "evidence_against": evidence["against"]}  # fmt: skip


def _claim(body: Mapping[str, Any]) -> dict[str, Any]:
    names = ("asserted_by", "quote", "as_of", "value", "unit", "claim_status")
    grade = f"{body.get('source_grade') or 'F'}{body.get('info_grade') or '6'}"
    return {**{name: body.get(name) for name in names}, "grade": grade}


def _draft(programme: Programme, body: dict[str, Any]) -> Draft:
    checked(programme, "obligation", body)
    return Draft(kind="obligation", record_id=uuid.uuid4(), body=body)


def _append(programme: Programme, state: State, body: dict[str, Any], reason: str) -> None:
    draft = Draft(kind=state.kind, record_id=state.record_id, body=body, parents=tuple(state.revisions))
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
