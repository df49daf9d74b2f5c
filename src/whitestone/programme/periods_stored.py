"""Which years are closed, by whom, do their signatures hold, and what do their frozen figures say?

Stored figures are read and nothing is computed: no module of shapes is imported here (a test keeps that), so that a
closed year opens at once whatever the size of the programme.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
import uuid
import zlib
from typing import Any

import msgspec

from whitestone.domain.revision import Nature, Revision
from whitestone.domain.settings import Settings
from whitestone.errors import ClosingBroken, InvalidValue, UnknownAttachment, UnknownPeriod
from whitestone.journal.statements import signature_fault
from whitestone.land.restating import COUNTED, TOTAL, Booking, Snapshot, behind
from whitestone.programme.opening import Programme
from whitestone.programme.periods_packing import unpack, unpack_bookings

__all__ = ["FORMAT", "PURPOSE", "Closing", "Frozen", "Opened", "Period", "Table", "closed_ledger", "describe", "fault",
           "find_period", "load_bookings", "load_figures", "load_snapshot", "period_id", "periods", "printed_row",
           "year_span"]

FORMAT = "whitestone-closing-1"
PURPOSE = "closing of a period 1"
"""What a signature of a closing is for; it covers the digest of the figures, which name the digest of the snapshot."""

DAY = dt.timedelta(days=1)


class Table(msgspec.Struct, kw_only=True):
    """The rows of one dimension: key, label and the columns, areas in hundredths of m2."""

    rows: list[tuple[str, str, list[int]]]


class Frozen(msgspec.Struct, kw_only=True):
    """The figures of a closed year as they were signed; areas in `tables` and `total` are hundredths of m2."""

    format: str
    programme_id: str
    programme: str
    year: str
    starts_on: str
    ends_on: str
    number: int
    known_at: str
    head_seq: int
    head_hash: str
    closed_by: str
    reason: str | None
    version: str
    settings: dict[str, Any]
    rule: dict[str, str]
    plane: dict[str, float]
    columns: list[str]
    tables: dict[str, msgspec.Raw]
    """One `Table` for each dimension, understood only when it is asked for: see `table`."""
    total: list[int]
    proof: dict[str, Any]
    reclassified: dict[str, float]
    undated: dict[str, Any]
    beside: dict[str, Any]
    notes: list[str]
    last_closing: dict[str, Any] | None
    snapshot_sha256: str

    def table(self, by: str) -> Table:
        """Give the rows of a dimension; refuses one that was not frozen with InvalidValue."""
        if by not in self.tables:
            raise InvalidValue(field="by", value=by, why=f"one of {', '.join(self.tables)}")
        return msgspec.json.decode(self.tables[by], type=Table)


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """One act of closing: what was frozen and signed, by whom and when."""

    year: str
    starts_on: dt.date
    ends_on: dt.date
    number: int
    known_at: str
    head_seq: int
    head_hash: str
    figures: dict[str, Any]
    figures_sha256: str
    snapshot_sha256: str
    signed_by: str
    signature: str
    closed_by: str
    closed_at: dt.datetime
    reason: str | None
    revision_id: uuid.UUID


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """One act of opening a closed year again."""

    by: str
    at: dt.datetime
    reason: str | None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One reporting year that was closed at least once, with everything that was done to it, oldest first."""

    record_id: uuid.UUID
    year: str
    starts_on: dt.date
    ends_on: dt.date
    closings: tuple[Closing, ...]
    opened: tuple[Opened, ...]
    head: uuid.UUID
    is_closed: bool

    @property
    def closing(self) -> Closing:
        """Return the last closing: the one that counts while the year is closed."""
        return self.closings[-1]


def year_span(settings: Settings, text: str) -> tuple[str, dt.date, dt.date]:
    """Read the name of a reporting year; return it with its first and last day.

    A year that begins in January is `2024`, another `2023/2024`. Refuses anything else with InvalidValue.

    >>> year_span(Settings(), "2024")
    ('2024', datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    >>> year_span(Settings(reporting_year_start="07-01"), "2023/2024")[1:]
    (datetime.date(2023, 7, 1), datetime.date(2024, 6, 30))
    >>> year_span(Settings(reporting_year_start="07-01"), "2024")
    Traceback (most recent call last):
    whitestone.errors.InvalidValue: year: '2024' is not understood (a reporting year, such as 2023/2024).
    """
    month, day = (int(part) for part in settings.reporting_year_start.split("-"))
    calendar = (month, day) == (1, 1)
    pattern = r"(\d{4})" if calendar else r"(\d{4})/(\d{4})"
    found = re.fullmatch(pattern, text.strip())
    example = "2024" if calendar else "2023/2024"
    why = f"a reporting year, such as {example}"
    first = int(found[1]) if found else 0
    if found is None or not 1 < first < dt.MAXYEAR or (not calendar and int(found[2]) != first + 1):
        raise InvalidValue(field="year", value=text, why=why)
    return text.strip(), dt.date(first, month, day), dt.date(first + 1, month, day) - DAY


def period_id(programme_id: uuid.UUID, starts_on: dt.date, ends_on: dt.date) -> uuid.UUID:
    """Return the record id of a span: the same on every node of a programme."""
    return uuid.uuid5(programme_id, f"period:{starts_on.isoformat()}:{ends_on.isoformat()}")


def periods(programme: Programme, known: dt.datetime | None = None) -> list[Period]:
    """List the years that were ever closed, as known at a moment (None: now), by their first day."""
    journal = programme.journal
    found = []
    for state in journal.states("period", known=known, approved_only=False, geometry=False):
        told = [each for each in journal.history(state.record_id) if known is None or each.recorded_at <= known]
        period = _period(state.record_id, [each for each in told if each.nature != Nature.DECISION])
        if period is not None:
            found.append(period)
    return sorted(found, key=lambda each: each.starts_on)


def find_period(programme: Programme, year: str, known: dt.datetime | None = None) -> Period:
    """Find a year that is closed now, by its name; refuses another with UnknownPeriod."""
    for period in periods(programme, known):
        if period.is_closed and period.year == year.strip():
            return period
    raise UnknownPeriod(year=year)


def _period(record_id: uuid.UUID, told: list[Revision]) -> Period | None:
    # What a person states of the record by hand freezes nothing: a closing names its figures and its days.
    signed = [each for each in told if {"figures_sha256", "starts_on", "ends_on"} <= each.body.keys()]
    closings = [_closing(each) for each in signed]
    if not closings:
        return None
    opened = [
        Opened(by=each.author, at=each.recorded_at, reason=each.reason)
        for each in told
        if each.body.get("period_status") == "reopened"
    ]
    last = [each for each in told if each in signed or each.body.get("period_status")][-1]
    return Period(
        record_id=record_id,
        year=closings[-1].year,
        starts_on=closings[-1].starts_on,
        ends_on=closings[-1].ends_on,
        closings=tuple(closings),
        opened=tuple(opened),
        head=last.revision_id,
        is_closed=last in signed,
    )


def _closing(revision: Revision) -> Closing:
    body = revision.body
    return Closing(
        year=str(body.get("local_id") or ""),
        starts_on=dt.date.fromisoformat(body["starts_on"]),
        ends_on=dt.date.fromisoformat(body["ends_on"]),
        number=int(body.get("closing_number") or 0),
        known_at=str(body.get("known_at") or ""),
        head_seq=int(body.get("head_seq") or 0),
        head_hash=str(body.get("head_hash") or ""),
        figures=body.get("figures") or {},
        figures_sha256=str(body.get("figures_sha256") or ""),
        snapshot_sha256=str(body.get("snapshot_sha256") or ""),
        signed_by=str(body.get("signed_by") or ""),
        signature=str(body.get("signature") or ""),
        closed_by=revision.author,
        closed_at=revision.recorded_at,
        reason=revision.reason,
        revision_id=revision.revision_id,
    )


def load_figures(programme: Programme, closing: Closing) -> Frozen:
    """Read the frozen figures of a closing; refuses with ClosingBroken when they are not what was signed."""
    why = signature_fault(
        programme.journal, PURPOSE, closing.figures_sha256, closing.signed_by, closing.signature
    )
    if why is not None:
        raise ClosingBroken(year=closing.year, why=why)
    try:
        frozen = msgspec.json.decode(_stored(programme, closing, closing.figures_sha256, "figures"), type=Frozen)
    except msgspec.ValidationError as error:
        raise ClosingBroken(year=closing.year, why=f"another version of the program wrote it ({error})") from None
    why = _disagreement(programme, closing, frozen)
    if why is not None:
        raise ClosingBroken(year=closing.year, why=why)
    return frozen


def load_snapshot(programme: Programme, closing: Closing) -> Snapshot:
    """Read the bookings behind the frozen figures; refuses with ClosingBroken when they are not what was signed."""
    return unpack(_stored(programme, closing, closing.snapshot_sha256, "snapshot"))


def load_bookings(programme: Programme, closing: Closing) -> list[Booking]:
    """Read only the bookings of the snapshot; refuses as `load_snapshot`."""
    return unpack_bookings(_stored(programme, closing, closing.snapshot_sha256, "snapshot"))


def fault(programme: Programme, closing: Closing) -> str | None:
    """Say what does not hold about a closing, naming the attachment or the field; None when all of it does."""
    try:
        load_figures(programme, closing)
        _stored(programme, closing, closing.snapshot_sha256, "snapshot")
    except ClosingBroken as broken:
        return str(broken.details["why"])
    return None


def _stored(programme: Programme, closing: Closing, sha256: str, what: str) -> bytes:
    """Read an attachment of a closing and prove its digest before a byte of it is understood."""
    try:
        with programme.journal.attachments.open(sha256) as stream:
            content = stream.read()
    except (UnknownAttachment, InvalidValue):
        raise ClosingBroken(year=closing.year, why=f"its {what} (attachment {sha256 or 'none'}) is not here") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ClosingBroken(year=closing.year, why=f"its {what} (attachment {sha256}) has changed on the disk")
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise ClosingBroken(year=closing.year, why=f"its {what} (attachment {sha256}) cannot be read") from None


def _disagreement(programme: Programme, closing: Closing, frozen: Frozen) -> str | None:
    """Name the first thing in which the record and the signed figures differ."""
    said = {
        "programme": (str(programme.journal.programme_id), frozen.programme_id),
        "year": (closing.year, frozen.year),
        "first day": (closing.starts_on.isoformat(), frozen.starts_on),
        "last day": (closing.ends_on.isoformat(), frozen.ends_on),
        "number of the closing": (closing.number, frozen.number),
        "instant of knowledge": (closing.known_at, frozen.known_at),
        "head of the journal": ((closing.head_seq, closing.head_hash), (frozen.head_seq, frozen.head_hash)),
        "snapshot": (closing.snapshot_sha256, frozen.snapshot_sha256),
        "total": (closing.figures.get("total"), printed_row(frozen.columns, frozen.total)),
    }
    return next((f"its record and what was signed differ in the {name}" for name, (ours, signed) in said.items()
                 if ours != signed), None)  # fmt: skip


def printed_row(columns: list[str], values: list[int]) -> dict[str, Any]:
    """Write a row as the ledger prints it: m2 with two decimals, counts as counts.

    >>> printed_row(["closing", "hazards"], [12345, 2]), printed_row([], [])
    ({'closing_m2': 123.45, 'hazards': 2}, {})
    """
    return {
        name if name in COUNTED else f"{name}_m2": value if name in COUNTED else value / 100
        for name, value in zip(columns, values, strict=True)
    }


def _printed(columns: list[str], rows: list[tuple[str, str, list[int]]]) -> list[dict[str, Any]]:
    """Write all rows as `printed_row` writes one, for tens of thousands of them."""
    names = list(printed_row(columns, [0] * len(columns)))
    counts = [at for at, name in enumerate(columns) if name in COUNTED]
    found = []
    for key, label, values in rows:
        amounts: list[float] = [value / 100 for value in values]
        for at in counts:
            amounts[at] = values[at]
        row = {"key": key, **dict(zip(names, amounts, strict=True))}
        if label != key:
            row["label"] = label
        found.append(row)
    return found


def closed_ledger(programme: Programme, year: str, *, by: str = "class", explain: str | None = None) -> dict[str, Any]:
    """Give the ledger of a closed year as it was frozen, in the shape of the ledger command.

    `explain` names a row (its key, its label, or `total`) and adds the bookings behind it. Refuses a year that is not
    closed with UnknownPeriod, an unknown dimension or row with InvalidValue, and what was changed with ClosingBroken.
    """
    closing = find_period(programme, year).closing
    frozen = load_figures(programme, closing)
    rows = frozen.table(by).rows
    answered: dict[str, Any] = {
        "situation_on": frozen.ends_on,
        "as_known_on": frozen.known_at,
        "from": frozen.starts_on,
        "to": frozen.ends_on,
        "by": by,
        "rows": _printed(frozen.columns, rows),
        "total": printed_row(frozen.columns, frozen.total),
        "proof": frozen.proof,
        "reclassified": frozen.reclassified,
        "undated": frozen.undated,
        "rule": frozen.rule,
        "notes": frozen.notes,
        "beside": frozen.beside,
        "frozen": describe(closing),
        **({"last_closing": frozen.last_closing} if frozen.last_closing else {}),
    }
    if explain is not None:
        answered["explained"] = _explained(load_snapshot(programme, closing), by, explain, rows)
    return answered


def describe(closing: Closing) -> dict[str, Any]:
    """Say of a closing as plain values who closed what, when, why, on which knowledge, and under which signature."""
    return {
        "year": closing.year,
        "number": closing.number,
        "closed_by": closing.closed_by,
        "closed_at": closing.closed_at.isoformat(),
        "reason": closing.reason,
        "known_at": closing.known_at,
        "head": f"{closing.head_seq}:{closing.head_hash}",
        "figures_sha256": closing.figures_sha256,
        "snapshot_sha256": closing.snapshot_sha256,
        "signed_by": closing.signed_by,
        "signature": closing.signature,
    }


def _explained(snapshot: Snapshot, by: str, wanted: str, rows: list[tuple[str, str, list[int]]]) -> dict[str, Any]:
    """List the bookings behind a frozen row, in the shape of the ledger command."""
    keys = [key for key, label, _ in rows if wanted in (key, label)]
    if wanted != TOTAL and len(keys) != 1:
        why = "several rows have that name; give the key" if keys else f"a row of the ledger by {by}, or total"
        raise InvalidValue(field="explain", value=wanted, why=why)
    key = TOTAL if wanted == TOTAL else keys[0]
    # A closed span is one reporting year: its row by year is the total.
    by, row = (TOTAL, TOTAL) if key == TOTAL or by == "year" else (by, key)
    columns: dict[str, list[dict[str, Any]]] = {}
    for number, booking in enumerate(snapshot.bookings):
        if by == TOTAL or snapshot.rows[by][number] == row:
            column = "opening" if booking.day < snapshot.first_day else booking.column
            on = dt.date.fromordinal(booking.day).isoformat() if booking.day else None
            told = {"hazard": booking.hazard, "release": booking.release, "on": on, "column": booking.column}
            columns.setdefault(column, []).append({**told, "m2": booking.cents / 100})
    for line in behind(snapshot, by, row, "reported_only"):
        ((kind, record),) = line.records
        told = {"hazard": None, "release": record, "kind": kind, "on": None, "column": "reported_only"}
        columns.setdefault("reported_only", []).append({**told, "m2": line.amount / 100})
    return {"key": key, "columns": columns}
