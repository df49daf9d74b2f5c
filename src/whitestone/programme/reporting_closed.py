"""Which years stand frozen, since when, and how much was learned of the last one since?"""

from __future__ import annotations

from whitestone.errors import ClosingBroken
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.periods import list_periods
from whitestone.programme.restatements import restatements
from whitestone.reports.model import Section, Table

__all__ = ["closed_years"]


def closed_years(programme: Programme, clocks: Clocks) -> tuple[Section, ...]:
    """Make the section on closed years, or none where no year is closed as known then.

    Restatements are counted for the last closed year that ends by the day of the situation: each year takes a ledger
    of its own, and the command lists those of the others.
    """
    known = list_periods(programme, clocks.known)["periods"]
    rows = [row for row in known if row["status"] == "closed"]
    if not rows:
        return ()
    ended = [row["year"] for row in rows if row["ends_on"] <= clocks.on.isoformat()]
    counted = {ended[-1]: _restated(programme, ended[-1], clocks)} if ended else {}
    table = Table(
        columns=("Year", "Frozen on", "By", "Closing m²", "Signature", "Figures restated since"),
        rows=tuple(
            (row["year"], row["closed_at"][:10], row["closed_by"], row["closing_m2"],
             "holds" if row["is_signed"] else f"does not hold: {row['fault']}",
             counted.get(row["year"], "not counted here"))
            for row in rows
        ),
        limit=f"Counted for {ended[-1]} alone; 'whitestone period restatements YEAR' lists them." if ended else None,
        numeric=(False, False, False, True, False, True),
    )  # fmt: skip
    words = (
        "The closing of these years is printed as it was frozen on that day. The figures elsewhere in this report are"
        " those of today's knowledge; the difference is listed line by line."
    )
    return (Section(title="Closed years", words=words, table=table),)


def _restated(programme: Programme, year: str, clocks: Clocks) -> int | str:
    try:
        return int(restatements(programme, year, known=clocks.known_on)["counts"]["figures"])
    except ClosingBroken:
        return "unknown: what was frozen does not hold"
