"""How much land is left, by any dimension, under both clocks, and which records stand behind each figure?

The desk of the ledger: it reads the journal, lets the land room count, and says with every answer its two clocks, its
rule and what it could not know.
"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import OrderedDict
from typing import Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.land.book import Book, simulate
from whitestone.land.claims import KEPT_CLAIMS
from whitestone.land.inputs import UNDATED
from whitestone.land.ledger import Ledger, tabulate
from whitestone.land.proof import Proof, crowded_m2, disagreement_m2, prove
from whitestone.land.toil import steps_of
from whitestone.programme.accounts_beside import beside
from whitestone.programme.accounts_closed import add_last_closing, bookings_of
from whitestone.programme.accounts_disputes import awaiting, disputed
from whitestone.programme.accounts_following import place_hazards
from whitestone.programme.accounts_inputs import LISTED, Inputs, read_inputs
from whitestone.programme.accounts_kept import KeptBook, kept_book
from whitestone.programme.flows import matrix_answer, row_named
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["Accounts", "accounts", "answer", "ledger"]

KEPT = 4
"""How many books are kept for the next question; each is valid for one head of the journal and one pair of clocks."""

_books: OrderedDict[tuple[Any, ...], Accounts] = OrderedDict()
_one_at_a_time = threading.RLock()
"""Pages of `serve` ask from several threads (the ledger, and the rules on lineage): one book is counted once."""


class Accounts(msgspec.Struct):
    """The book of a programme up to `end`, ready for any dimension and any period that ends then."""

    inputs: Inputs
    book: Book
    end: dt.date
    located: int
    year_start: tuple[int, int]
    in_conflict_m2: float
    not_approved_m2: float
    proofs: dict[int, Proof]

    def table(self, *, by: str, start: dt.date | None = None) -> Ledger:
        """Lay the book out by a dimension, from `start` (None: since ever) to the end of the book.

        Refuses an unknown dimension and a start after the end with InvalidValue.
        """
        first = UNDATED if start is None else start.toordinal()
        if first not in self.proofs:
            self.proofs[first] = prove(
                self.book,
                first,
                places=self.inputs.places,
                in_conflict_m2=self.in_conflict_m2,
                not_approved_m2=self.not_approved_m2,
            )
        found = tabulate(
            self.book, start=start, end=self.end, by=by, proof=self.proofs[first], year_start=self.year_start
        )
        found.undated |= {"places_by_location": self.located, "less_precise": self._less_precise()}
        return found

    def _less_precise(self) -> dict[str, Any]:
        """List records whose date is known to the month or year only: they act on its last day."""
        ids = [record for kind in self.inputs.imprecise.values() for _, record in kind]
        counts = {f"{kind}s": len(found) for kind, found in self.inputs.imprecise.items()}
        return {**counts, "records": ids[:LISTED], "listed": min(len(ids), LISTED), "of": len(ids)}


def accounts(programme: Programme, clocks: Clocks, end: dt.date | None = None) -> Accounts:
    """Open the book up to `end` (default, and at the latest: the day of the situation), from memory if nothing moved.

    A book is kept for the head of the journal and the settings that it was made from: one new revision, and it is
    made again.
    """
    last = min(end or clocks.on, clocks.on)
    settings = msgspec.json.encode(programme.settings)
    with _one_at_a_time:
        key = (programme.journal.programme_id, programme.journal.head(), settings, clocks.on, clocks.known, last)
        if key not in _books:
            _books[key] = _open(programme, clocks, last)
            while len(_books) > KEPT:
                _books.popitem(last=False)
        _books.move_to_end(key)
        return _books[key]


def _open(programme: Programme, clocks: Clocks, end: dt.date) -> Accounts:
    kept = kept_book(programme, clocks)
    if kept.inputs.valid_from is not None and clocks.on < kept.inputs.valid_from:
        # A gazetteer, or work stated again, of a later day: this situation was known otherwise, and is read by itself.
        inputs = read_inputs(programme, clocks)
        located = place_hazards(inputs)
        book = simulate(inputs.hazards, inputs.releases, end.toordinal(), count=programme.count,
                        most_steps=steps_of(programme.settings.counting_minutes))
    else:
        inputs, located = _of_day(programme, kept, clocks), set(kept.located)
        book = kept.book.until(end.toordinal())
    return _accounts(programme, inputs, located, book, end)


def _accounts(programme: Programme, inputs: Inputs, located: set[uuid.UUID], book: Book, end: dt.date) -> Accounts:
    inputs.notes += [*_named_places(book, inputs), *_crowded(book)]
    month, day = programme.settings.reporting_year_start.split("-")
    return Accounts(
        inputs=inputs,
        book=book,
        end=end,
        located=len(located),
        year_start=(int(month), int(day)),
        in_conflict_m2=disagreement_m2(inputs.disputed),
        not_approved_m2=disagreement_m2(inputs.awaiting),
        proofs={},
    )


def _of_day(programme: Programme, kept: KeptBook, clocks: Clocks) -> Inputs:
    """Take of a book of all days what belongs to one situation: what is disputed then, and what was imprecise by then.
    """
    inputs, day = kept.inputs, clocks.on.toordinal()
    same = same_groups(programme.journal, known=clocks.known)
    return msgspec.structs.replace(
        inputs,
        imprecise={kind: [each for each in found if each[0] <= day] for kind, found in inputs.imprecise.items()},
        disputed=disputed(programme.journal, clocks, inputs.plane, same, kept.besides.moot),
        awaiting=awaiting(programme.journal, clocks, inputs.plane, kept.besides.moot) if kept.besides.moot else [],
        notes=list(inputs.notes),
    )


def _crowded(book: Book) -> list[str]:
    """Say where the claims on ground are told by some of its releases only."""
    crowded = crowded_m2(book)
    said = (
        f"On {crowded:,.2f} m2 more than {KEPT_CLAIMS} releases lie on each other: of those the line 'claimed twice' "
        "knows the first two and the last, and the records behind it name these. Its figure since ever is exact."
    )
    return [said] if crowded else []


def _named_places(book: Book, inputs: Inputs) -> list[str]:
    """Say how many hazards are booked to a place that no gazetteer entry of the programme holds."""
    said = book.line.said
    codes, homes = said.faces.named("home", lambda each: each.keys.get("place"))
    is_named = np.array([bool(home) and home not in inputs.labels for home in homes] or [False], dtype=bool)
    named = book.live[is_named[codes[said.face[book.now[book.live]]]]]
    note = f"{len(named)} hazards are booked to a place by its name as written: no place of the programme holds them."
    return [note] if len(named) else []


def ledger(
    programme: Programme,
    clocks: Clocks,
    *,
    by: str = "class",
    start: dt.date | None = None,
    end: dt.date | None = None,
    explain: str | None = None,
    matrix: bool = False,
    cell: str | None = None,
) -> dict[str, Any]:
    """Answer the ledger command: rows, total, proof lines, what is undated, counts beside, in m2, under both clocks.

    The period runs from `start` (None: since ever) to `end` (None: the day of the situation), both days included.
    `explain` names a row; the bookings behind it are added, each with its records. `matrix` adds the flows between
    classes, `cell` ("sha:to_cha", "sha:closed:count") the records behind one cell of it, of the row that `explain`
    names. Refuses an unknown dimension, row or cell, and a period that ends before it begins, with InvalidValue.
    """
    if end is not None and end > clocks.on:
        raise InvalidValue(field="to", value=end.isoformat(), why=f"not after the situation of {clocks.on.isoformat()}")
    opened = accounts(programme, clocks, end)
    found = opened.table(by=by, start=start)
    answered = answer(programme, clocks, opened, found)
    answered["beside"] = beside(programme, clocks, opened, start)
    add_last_closing(programme, clocks, start, lambda: bookings_of(found, "opening"), answered)
    if matrix or cell is not None:
        answered |= matrix_answer(opened, found, cell, explain)
    if explain is not None:
        answered["explained"] = _explained(opened, found, explain)
    return answered


def answer(programme: Programme, clocks: Clocks, opened: Accounts, found: Ledger) -> dict[str, Any]:
    """Put a ledger into the shape that every surface prints, with names for keys, rule and plane."""
    said = found.as_dict()
    labels = opened.inputs.labels
    if found.by in ("hazard", "place"):
        for row in said["rows"]:
            row["label"] = labels.get(row["key"], row["key"])
        said["rows"].sort(key=lambda row: (row["key"].startswith("("), row["label"].casefold(), row["key"]))
    plane = opened.inputs.plane
    return {
        **clocks.as_dict(),
        **said,
        "rule": {
            "booked_on": programme.settings.approval_rule,
            "areas": f"Lambert azimuthal equal-area centred on {plane.lon:g} E, {plane.lat:g} N; rounded to 0.01 m2",
            "counted": "approved revisions; each square metre once",
        },
        "notes": list(opened.inputs.notes),
    }


def _explained(opened: Accounts, found: Ledger, wanted: str) -> dict[str, Any]:
    """List what stands behind a row, named by its key, its label, or `total`."""
    key = row_named(opened.inputs, found, wanted)
    columns: dict[str, list[dict[str, Any]]] = {}
    for column in ("opening", None):
        for booking in found.explain(key, column):
            columns.setdefault(column or booking["column"], []).append(booking)
    return {"key": key or "total", "columns": columns}
