"""How is a reporting year closed, so that its figures stand, and opened again, so that nothing is lost?

A closing freezes the figures of every dimension and the bookings behind them, signs their digest with the node's key,
and enters one revision of the year's `period` record. The files come first and the revision last: a process that is
killed in between has closed nothing. Opening again is a further revision; what was frozen stays, and stays provable.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from whitestone import __version__
from whitestone.domain.revision import Act, Draft
from whitestone.errors import PeriodRefused, UnknownPeriod
from whitestone.journal.statements import sign_digest
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.periods_packing import pack, packed
from whitestone.programme.periods_stored import (
    DAY,
    FORMAT,
    PURPOSE,
    Closing,
    Frozen,
    Period,
    Table,
    describe,
    fault,
    period_id,
    periods,
    printed_row,
    year_span,
)

__all__ = ["close_period", "list_periods", "period_faults", "reopen_period"]

MEDIA_TYPE = "application/gzip"


def close_period(programme: Programme, year: str, *, reason: str | None = None) -> dict[str, Any]:
    """Close a reporting year that is over: freeze its figures as known now, sign them, and say what was frozen.

    The first closing may be of any year; after it years are closed one after the other. A year before the first closed
    one, or one that was opened again, needs a `reason`. Refuses with PeriodRefused a year that is not over or closed
    already, a gap between closed years, and a ledger whose residual is not 0; with InvalidValue what names no
    reporting year; with KeyMissing where the node's signing key is not at hand.
    """
    programme.refresh()
    name, start, end = year_span(programme.settings, year)
    known = periods(programme)
    mine = next((each for each in known if (each.starts_on, each.ends_on) == (start, end)), None)
    _may_close(programme, name, (start, end), known, reason)
    frozen, snapshot = _freeze(programme, name, (start, end), mine, reason)
    files = programme.journal.attachments
    stem = f"closing-{name.replace('/', '-')}-{frozen.number}"
    frozen.snapshot_sha256 = files.add(
        snapshot, name=f"{stem}-snapshot.json.gz", media_type=MEDIA_TYPE, by=programme.who
    )
    figures = files.add(
        packed(frozen), name=f"{stem}-figures.json.gz", media_type=MEDIA_TYPE, by=programme.who
    )
    node, signature = sign_digest(programme.journal, PURPOSE, figures)
    body = _body(frozen, figures) | {"signed_by": node, "signature": signature}
    _enter(programme, (start, end), name, body, mine, reason)
    closing = next(each for each in periods(programme) if each.is_closed and each.starts_on == start).closing
    return _told(programme, closing) | {"proof": frozen.proof}


def reopen_period(programme: Programme, year: str, *, reason: str) -> dict[str, Any]:
    """Open a closed year again, as a revision with a reason; its frozen figures stay with their signature.

    Later closed years keep theirs, and are named in the answer. Refuses no reason with PeriodRefused, and a year that
    is not closed with UnknownPeriod.
    """
    known = periods(programme)
    mine = next((each for each in known if each.is_closed and each.year == year.strip()), None)
    if mine is None:
        raise UnknownPeriod(year=year)
    if not reason.strip():
        raise PeriodRefused(year=year, act="opened again", why="no reason is given", remedy="Give one with --reason.")
    body = {"period_status": "reopened"}
    _enter(programme, (mine.starts_on, mine.ends_on), mine.year, body, mine, reason)
    later = [each.year for each in known if each.is_closed and each.starts_on > mine.ends_on]
    return {"year": mine.year, "status": "reopened", "reopened_by": programme.who, "reason": reason,
            "closings_kept": len(mine.closings), "later_closed_years": later}  # fmt: skip


def list_periods(programme: Programme, known: dt.datetime | None = None) -> dict[str, Any]:
    """List every year that was ever closed: who, when, why, its closing, and whether signatures and digests hold.

    `ok` is False when anything that was frozen is not what was signed; `fault` then names it. Earlier closings of a
    year that was opened again are proved as well. `known`: as known at a moment (None: now).
    """
    rows = []
    for period in periods(programme, known):
        told = [_told(programme, closing) for closing in period.closings]
        opened = [{"by": each.by, "at": each.at.isoformat(), "reason": each.reason} for each in period.opened]
        rows.append({
            **told[-1], "record": str(period.record_id), "status": "closed" if period.is_closed else "reopened",
            "earlier_closings": told[:-1], "reopened": opened,
        })  # fmt: skip
    faults = [each for row in rows for each in (row, *row["earlier_closings"]) if each["fault"]]
    return {"ok": not faults, "periods": rows}


def period_faults(programme: Programme) -> list[dict[str, Any]]:
    """List the closings that do not hold, with what is wrong: a part of `verify`."""
    return [
        {"year": closing.year, "number": closing.number, "why": why}
        for period in periods(programme)
        for closing in period.closings
        if (why := fault(programme, closing)) is not None
    ]


def _told(programme: Programme, closing: Closing) -> dict[str, Any]:
    total = closing.figures.get("total") or {}
    why = fault(programme, closing)
    return {
        **describe(closing),
        "starts_on": closing.starts_on.isoformat(),
        "ends_on": closing.ends_on.isoformat(),
        "status": "closed",
        "opening_m2": total.get("opening_m2"),
        "closing_m2": total.get("closing_m2"),
        "is_signed": why is None,
        "fault": why,
    }


def _may_close(
    programme: Programme, name: str, span: tuple[dt.date, dt.date], known: list[Period], reason: str | None
) -> None:
    """Refuse what an information manager would not sign; see `close_period`."""

    def refuse(why: str, remedy: str) -> None:
        """Refuse this year, with what to do about it."""
        raise PeriodRefused(year=name, act="closed", why=why, remedy=remedy)

    start, end = span
    if end >= programme.today():
        refuse(f"it ends on {end.isoformat()} and is not over", "Close it after its last day.")
    for each in known:
        if each.is_closed and (each.starts_on, each.ends_on) == span:
            closing = each.closing
            when = f"by {closing.closed_by} on {closing.closed_at.date().isoformat()}"
            refuse(f"it was closed {when}", f"See 'whitestone period restatements {name}' for what was learned since.")
        elif each.is_closed and each.starts_on <= end and start <= each.ends_on:
            refuse(f"it shares days with {each.year}, which is closed", "Set reporting_year_start as it was then.")
    closed = [each for each in known if each.is_closed]
    last = max((each.ends_on for each in closed), default=None)
    first = min((each.starts_on for each in closed), default=None)
    if last is None or first is None or start == last + DAY:
        needs = next((each for each in known if (each.starts_on, each.ends_on) == span), None) is not None
        if needs and not (reason or "").strip():
            refuse("it was closed before and opened again", "Say with --reason what is closed differently this time.")
        return
    if start > last:
        refuse(f"the years between {last.isoformat()} and {start.isoformat()} are open", "Close them first, in order.")
    if end < first - DAY:
        refuse(f"the years between {end.isoformat()} and {first.isoformat()} are open",
               "Close backwards year by year, each with --reason.")  # fmt: skip
    if not (reason or "").strip():
        refuse("a later year is closed already", "Say with --reason why this one is closed after it.")


def _freeze(
    programme: Programme, name: str, span: tuple[dt.date, dt.date], mine: Period | None, reason: str | None
) -> tuple[Frozen, bytes]:
    """Count the year and put all of it into one value, the snapshot packed beside it."""
    from whitestone.programme.accounts_closed import add_last_closing
    from whitestone.programme.periods_freezing import count_year

    seq, head = programme.journal.head()
    # What is entered later has a later instant: the head's own divides what was known from what was not.
    known = next(iter(programme.journal.revisions(seq - 1))).recorded_at
    clocks = Clocks(span[1], None, known)
    counted = count_year(programme, clocks, span[0], name)
    add_last_closing(programme, clocks, span[0], counted.snapshot.opening, counted.said)
    if counted.said["proof"]["residual_m2"] != 0:
        residual = counted.said["proof"]["residual_m2"]
        raise PeriodRefused(year=name, act="closed", why=f"its residual is {residual:,.2f} m2 and must be 0",
                            remedy="Run 'whitestone ledger' for the year and 'whitestone check'; nothing was closed.")
    frozen = Frozen(
        format=FORMAT, programme_id=str(programme.journal.programme_id), programme=programme.settings.name, year=name,
        starts_on=span[0].isoformat(), ends_on=span[1].isoformat(),
        number=len(mine.closings) + 1 if mine else 1,
        known_at=known.isoformat(), head_seq=seq, head_hash=head, closed_by=programme.who, reason=reason,
        version=__version__, settings=msgspec.to_builtins(programme.settings), rule=counted.said["rule"],
        plane=counted.plane, columns=counted.columns, tables=_raw(counted.tables), total=counted.total,
        proof=counted.said["proof"], reclassified=counted.said["reclassified"], undated=counted.said["undated"],
        beside=counted.beside, notes=counted.said["notes"], last_closing=counted.said.get("last_closing"),
        snapshot_sha256="",
    )  # fmt: skip
    return frozen, pack(counted.snapshot)


def _raw(tables: dict[str, Table]) -> dict[str, msgspec.Raw]:
    return {by: msgspec.Raw(msgspec.json.encode(table, order="sorted")) for by, table in tables.items()}


def _body(frozen: Frozen, figures_sha256: str) -> dict[str, Any]:
    return {
        "local_id": frozen.year,
        "name": f"Reporting year {frozen.year}",
        "starts_on": frozen.starts_on,
        "ends_on": frozen.ends_on,
        "period_status": "closed",
        "closing_number": frozen.number,
        "known_at": frozen.known_at,
        "head_seq": frozen.head_seq,
        "head_hash": frozen.head_hash,
        "figures": {"total": printed_row(frozen.columns, frozen.total), "proof": frozen.proof},
        "figures_sha256": figures_sha256,
        "snapshot_sha256": frozen.snapshot_sha256,
        "attachments": [figures_sha256, frozen.snapshot_sha256],
    }


def _enter(
    programme: Programme,
    span: tuple[dt.date, dt.date],
    name: str,
    body: dict[str, Any],
    mine: Period | None,
    reason: str | None,
) -> None:
    """Enter one revision of the year's record; refuses when another process did something to it meanwhile."""
    draft = Draft(
        kind="period",
        record_id=period_id(programme.journal.programme_id, *span),
        body=body,
        information_date=programme.today().isoformat(),
        parents=(mine.head,) if mine else (),
    )
    with programme.journal.writing(Act(author=programme.who, reason=reason)) as batch:
        # Looked at again under the writing lock: of two who close one year at once, one is told.
        now = next((each for each in periods(programme) if (each.starts_on, each.ends_on) == span), None)
        if (now.head if now else None) != (mine.head if mine else None):
            raise PeriodRefused(year=name, act="closed or opened", why="somebody else did so in this moment",
                                remedy="See 'whitestone period list'.")
        batch.append([draft])
