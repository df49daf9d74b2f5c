"""In which row does each booking stand?

Rows of hazards' own dimensions (hazard, place, class, contamination, treaty) partition the hazards: ground of mixed
contamination stands once, under the joined codes. Rows of a release's dimensions (organisation, donor, method) hold
what its releases took; the stock and everything else stand on the row "(not attributed)". Rows of years hold the flows
of the year with its own opening and closing. The total is the same for every dimension.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from whitestone.land.book import Book, to_cents
from whitestone.land.bookings import COLUMN_NAMES, Bookings, EntryColumns
from whitestone.land.inputs import UNDATED
from whitestone.land.roster import CLOSED

__all__ = [
    "CLOSED", "COLUMNS", "DIMENSIONS", "NOT_ATTRIBUTED", "NOT_STATED", "RELEASE_DIMENSIONS", "SIGNS", "UNDATED_ROW",
    "account_key", "entry_keys", "reported_by_hazard", "reported_only", "rows", "stock_keys", "year_days", "year_of",
]  # fmt: skip

SIGNS = {
    "discovered": 1,
    "boundary_increase": 1,
    "boundary_decrease": -1,
    "transferred_in": 1,
    "transferred_out": -1,
    "cancelled": -1,
    "reduced": -1,
    "cleared": -1,
    "reclassified": 1,
}
"""How each flow moves the stock: closing = opening plus the signed flows."""

COUNTS = ("hazards", "size_unknown")
COLUMNS = (
    "opening", *SIGNS, "closing", "own_closing", "reported_only", "closed_unproven", "closing_reported", *COUNTS,
)  # fmt: skip
"""The columns of a row; areas are in hundredths of a square metre until they are printed."""

STANDING = ("own_closing", "closed_unproven", "closing_reported", *COUNTS)
"""What stands at the end and is no flow."""

RELEASE_DIMENSIONS = ("organisation", "donor", "method")
DIMENSIONS = ("hazard", "place", "year", "class", "contamination", "treaty", *RELEASE_DIMENSIONS)

NOT_STATED = "(not stated)"
NOT_ATTRIBUTED = "(not attributed)"
UNDATED_ROW = "undated"

Row = dict[str, int]
Keys = tuple[np.ndarray[Any, Any], list[str]]
"""For each booking the number of its row, and the names of the rows."""


def year_of(day: int, year_start: tuple[int, int] = (1, 1)) -> str:
    """Name the reporting year of a day number; years that do not begin in January carry both numbers.

    >>> year_of(dt.date(2014, 5, 3).toordinal()), year_of(dt.date(2014, 5, 3).toordinal(), (7, 1)), year_of(UNDATED)
    ('2014', '2013/2014', 'undated')
    """
    if day == UNDATED:
        return UNDATED_ROW
    date = dt.date.fromordinal(day)
    first = date.year if (date.month, date.day) >= year_start else date.year - 1
    return str(first) if year_start == (1, 1) else f"{first}/{first + 1}"


def text_key(value: str | tuple[str, ...] | None) -> str:
    """Join several codes to one key, so that mixed ground stands once.

    >>> text_key(("uxo", "ap_mine")), text_key(None), text_key(())
    ('ap_mine+uxo', '(not stated)', '(not stated)')
    """
    if isinstance(value, tuple):
        return "+".join(sorted(set(value))) or NOT_STATED
    return value or NOT_STATED


def account_key(book: Book, by: str) -> Callable[[int, int], str]:
    """Return how (hazard, slice) is named in a dimension of hazards."""
    slices = book.line.slices

    def key(hazard: int, account: int) -> str:
        """Name the row of one hazard in one account."""
        if by == "hazard":
            return str(book.line.ids[hazard])
        if by == "class":
            return slices[account].classification or NOT_STATED
        return text_key(slices[account].keys.get(by))

    return key


def entry_keys(book: Book, by: str, year_start: tuple[int, int] = (1, 1)) -> Keys:
    """Name the row of each booking of `book.columns` in a dimension.

    >>> from whitestone.land.book import simulate
    >>> entry_keys(simulate([], []), "year")[1]
    []
    """
    columns = book.columns
    if by == "year":
        days, index = np.unique(columns.day, return_inverse=True)
        number: dict[str, int] = {}
        code = np.array([number.setdefault(year_of(int(day), year_start), len(number)) for day in days], dtype=np.int64)
        return (code[index] if len(code) else index), list(number)
    return _flow_rows(book, by)(columns), _flow_names(book, by)


def stock_keys(book: Book, by: str) -> Keys:
    """Name the row in which the stock of each booking stands: no release dimension has a stock of its own."""
    columns = book.columns
    if by in RELEASE_DIMENSIONS:
        return np.zeros(len(columns.day), dtype=np.int64), [NOT_ATTRIBUTED]
    return _flow_rows(book, by)(columns), _flow_names(book, by)


def _flow_names(book: Book, by: str) -> list[str]:
    """Name the rows of accounts (dimensions of hazards) or of releases, the row without a release first."""
    return [str(own) for own in book.line.ids] if by == "hazard" else _face_names(book, by)[1]


def _face_names(book: Book, by: str) -> Keys:
    """Number the names of faces. Numbers never move, so that what was summed by them stays right as faces are added."""
    if by in RELEASE_DIMENSIONS:
        return book.line.done.faces.named(by, lambda face: text_key(face.keys.get(by)), [NOT_ATTRIBUTED])
    if by == "class":
        return book.line.said.faces.named(by, lambda face: face.classification or NOT_STATED)
    return book.line.said.faces.named(by, lambda face: text_key(face.keys.get(by)))


def _account_rows(book: Book, by: str) -> Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    """Return how accounts find the number of their row in a dimension of hazards."""
    line = book.line
    if by == "hazard":
        return lambda accounts: line.hazard_of[accounts]
    codes = _face_names(book, by)[0]
    return lambda accounts: codes[line.said.face[accounts]]


def _flow_rows(book: Book, by: str) -> Callable[[EntryColumns], np.ndarray[Any, Any]]:
    """Return how bookings find the number of their row."""
    if by in RELEASE_DIMENSIONS:
        codes, done = _face_names(book, by)[0], book.line.done
        if not len(done):
            return lambda columns: np.zeros(len(columns.release), dtype=np.int64)
        return lambda columns: np.where(columns.release >= 0, codes[done.face[columns.release]], 0)
    rows_of = _account_rows(book, by)
    return lambda columns: rows_of(columns.account)


def rows(
    book: Book, first_day: int, last_day: int, by: str, year_start: tuple[int, int] = (1, 1)
) -> tuple[dict[str, Row], Row]:
    """Group the bookings of a period by a dimension; return the rows by key, and the total, in hundredths of m2.

    The book must end on `last_day`. `by` is one of DIMENSIONS.

    >>> from whitestone.land.book import simulate
    >>> rows(simulate([], []), 0, 9, "class")[0]
    {}
    """
    table: dict[str, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    if by == "year":
        _years(book, table, first_day, last_day, year_start)
    else:
        _enter(table, _flows(book, first_day, by), _flow_names(book, by))
        if by in RELEASE_DIMENSIONS:
            row, total = table[NOT_ATTRIBUTED], _total(book, first_day)
            for column in ("opening", "closing", *STANDING):
                row[column] = total[column]
            if not any(row.values()):
                del table[NOT_ATTRIBUTED]
        else:
            names = _flow_names(book, by)
            _enter_standing(table, _standing(book, book.last_day, _account_rows(book, by), len(names)), names)
    for _, name, cents in reported_only(book, first_day, by, year_start):
        table[name]["reported_only"] += cents
    return dict(table), _total(book, first_day)


def _flows(book: Book, first_day: int, by: str) -> np.ndarray[Any, Any]:
    """Sum by row: the flows of the period in the order of COLUMN_NAMES, the opening, the closing, and how many."""
    last, row_of = book.last_day, _flow_rows(book, by)
    has_stock = by not in RELEASE_DIMENSIONS

    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum some bookings by row: the flows, opening, closing, and how many there are."""
        columns = bookings.columns
        known = columns.day <= last
        within = known & (columns.day >= first_day)
        code = row_of(columns)
        sums = np.zeros((int(code.max(initial=-1)) + 1, 12), dtype=np.int64)
        np.add.at(sums, (code[within], columns.column[within]), columns.cents[within])
        if has_stock:
            before = columns.day < first_day
            np.add.at(sums[:, 9], code[before], columns.signed[before])
            np.add.at(sums[:, 10], code[known], columns.signed[known])
        np.add.at(sums[:, 11], code[known if has_stock else within], 1)
        return sums

    return book.shelf.sum(("flows", by, first_day, last), answer)


def _enter(table: dict[str, Row], sums: np.ndarray[Any, Any], names: list[str]) -> None:
    for number in np.flatnonzero(sums[:, 11]).tolist():
        row = table[names[number]]
        for column, name in enumerate((*COLUMN_NAMES, "opening", "closing")):
            row[name] += int(sums[number, column])


def _standing(book: Book, day: int, rows_of: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], count: int
              ) -> np.ndarray[Any, Any]:
    """Sum by row what stands after a day, in the order of STANDING, and how many hazards that is."""
    line = book.line
    now = book.now if day == book.last_day else line.now(day)
    hazards = np.flatnonzero(now >= 0)
    hazards = hazards[~line.is_void[now[hazards]]]
    holding = now[hazards]
    stock, own = book.stock_on(day)[hazards], book.own_on(day)[hazards]
    closed = line.is_closed[holding]
    reported = np.zeros(len(line.ids), dtype=np.int64)
    for hazard, cents in reported_by_hazard(book).items():
        reported[hazard] = cents
    figures = [own, np.where(closed, stock, 0), np.where(closed, 0, np.maximum(0, stock - reported[hazards])),
               np.ones(len(hazards), dtype=np.int64), ~line.has_ground[holding]]
    sums = np.zeros((count, len(STANDING)), dtype=np.int64)
    code = rows_of(line.account[holding])
    for column, values in enumerate(figures):
        np.add.at(sums[:, column], code, values.astype(np.int64))
    return sums


def _enter_standing(table: dict[str, Row], sums: np.ndarray[Any, Any], names: list[str]) -> None:
    for number in np.flatnonzero(sums[:, STANDING.index("hazards")]).tolist():
        for column, name in enumerate(STANDING):
            table[names[number]][name] += int(sums[number, column])


def _one_row(accounts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.zeros(len(accounts), dtype=np.int64)


def _undrawn(book: Book) -> Iterable[tuple[int, int]]:
    """List the releases that state an area and draw none: (release, hundredths of m2)."""
    line = book.line
    for index in np.flatnonzero(line.counts & ~line.is_drawn & (line.days <= book.last_day)).tolist():
        area = line.releases[index].area_reported_m2
        if area:
            yield index, to_cents(area)


def reported_by_hazard(book: Book) -> dict[int, int]:
    """Sum what is only reported of each hazard that a release names alone, in hundredths of m2, by its index.

    >>> from whitestone.land.book import simulate
    >>> reported_by_hazard(simulate([], []))
    {}
    """
    sums: dict[int, int] = defaultdict(int)
    for index, cents in _undrawn(book):
        named = book.line.releases[index].hazard_ids
        if len(named) == 1 and named[0] in book.line.number:
            sums[book.line.number[named[0]]] += cents
    return dict(sums)


def reported_only(
    book: Book, first_day: int, by: str, year_start: tuple[int, int] = (1, 1)
) -> Iterable[tuple[int, str, int]]:
    """List the releases of a period that state an area and draw none: (release, its row, hundredths of m2).

    >>> from whitestone.land.book import simulate
    >>> list(reported_only(simulate([], []), 0, "class"))
    []
    """
    number = book.line.number
    for index, cents in _undrawn(book):
        day, piece = int(book.line.days[index]), book.line.releases[index]
        if day < first_day:
            continue
        if by == "year":
            key = year_of(day, year_start)
        elif by in RELEASE_DIMENSIONS:
            key = text_key(piece.keys.get(by))
        else:
            named = [number[each] for each in piece.hazard_ids if each in number]
            homes = {account_key(book, by)(each, _account(book, each)) for each in named}
            own = piece.keys.get(by) if not named else None  # a report without a hazard may still name its place
            key = homes.pop() if len(homes) == 1 else text_key(own) if own else NOT_ATTRIBUTED
        yield index, key, cents


def _account(book: Book, hazard: int) -> int:
    """Return the account of a hazard: the one that holds, else the last one before the end, else its first."""
    line = book.line
    mine = line.slices_of(hazard)
    begun = mine[line.begins[mine] <= book.last_day]
    return int(line.account[begun[-1] if begun.size else mine[0]])


def _years(
    book: Book, table: dict[str, Row], first_day: int, last_day: int, year_start: tuple[int, int]
) -> None:
    """Run the stock through the years, every year between the first and the last, also one without a flow."""
    line = book.line
    if not ((line.stands & (line.begins <= last_day)).any() or (line.counts & (line.days <= last_day)).any()):
        return
    sums = _by_year(book, first_day, year_start)
    flowing = {UNDATED_ROW if year == 0 else year_of(dt.date(year, *year_start).toordinal(), year_start): year
               for year in np.flatnonzero(sums[:, 9]).tolist()}
    begin = _first_flow(book, first_day) if first_day == UNDATED else first_day
    for key in (year_of(begin, year_start), year_of(last_day, year_start), *flowing):
        _ = table[key]
    for year in range(dt.date.fromordinal(begin).year + 1, dt.date.fromordinal(last_day).year):
        _ = table[year_of(dt.date(year, *year_start).toordinal(), year_start)]
    stock = _period(book, first_day)["opening"]
    for key in sorted(table, key=lambda key: (key != UNDATED_ROW, key)):
        row = table[key]
        row["opening"] = stock
        for column, name in enumerate(COLUMN_NAMES):
            row[name] = int(sums[flowing[key], column]) if key in flowing else 0
            stock += SIGNS[name] * row[name]
        row["closing"] = stock
        _enter_standing(table, _standing(book, year_days(key, first_day, last_day, year_start)[1], _one_row, 1),
                        [key])


def _by_year(book: Book, first_day: int, year_start: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Sum by reporting year, named by the calendar year in which it begins (0: undated): flows, and how many."""
    last = book.last_day
    begins = np.array([dt.date(year, *year_start).toordinal() for year in range(1, dt.MAXYEAR + 1)])

    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum the flows of some bookings by the year in which they fall."""
        columns = bookings.columns
        within = (columns.day >= first_day) & (columns.day <= last)
        year = np.searchsorted(begins, columns.day[within], side="right")
        sums = np.zeros((int(year.max(initial=-1)) + 1, 10), dtype=np.int64)
        np.add.at(sums, (year, columns.column[within]), columns.cents[within])
        np.add.at(sums[:, 9], year, 1)
        return sums

    return book.shelf.sum(("years", year_start, first_day, last), answer)


def _first_flow(book: Book, first_day: int) -> int:
    """Find the first dated day of the period on which anything is booked; the last day where nothing is."""
    days = book.columns.day
    dated = days[days >= max(first_day, 1)]
    return int(dated.min()) if dated.size else book.last_day


def _period(book: Book, first_day: int) -> dict[str, int]:
    """Sum the flows of the period, its opening and its closing."""
    last = book.last_day

    def answer(bookings: Bookings) -> np.ndarray[Any, Any]:
        """Sum the flows of some bookings, and the stock at both ends."""
        columns = bookings.columns
        known = columns.day <= last
        within = known & (columns.day >= first_day)
        sums = np.zeros(11, dtype=np.int64)
        np.add.at(sums, columns.column[within], columns.cents[within])
        sums[9] = columns.signed[known & (columns.day < first_day)].sum()
        sums[10] = columns.signed[known].sum()
        return sums

    sums = book.shelf.sum(("period", first_day, last), answer)
    return dict(zip((*COLUMN_NAMES, "opening", "closing"), sums.tolist(), strict=True))


def year_days(key: str, first_day: int, last_day: int, year_start: tuple[int, int] = (1, 1)) -> tuple[int, int]:
    """Return the first and last day numbers of a year's row, within the period.

    >>> [dt.date.fromordinal(day).isoformat() for day in year_days("2014", 0, 10**6)]
    ['2014-01-01', '2014-12-31']
    >>> year_days("undated", 0, 10**6)
    (0, 0)
    """
    if key == UNDATED_ROW:
        return UNDATED, UNDATED
    first = int(key[:4])
    following = dt.date(first + 1, *year_start).toordinal() if first < dt.MAXYEAR else last_day + 1
    return max(first_day, dt.date(first, *year_start).toordinal()), min(last_day, following - 1)


def _total(book: Book, first_day: int) -> Row:
    """Sum the whole book without looking at rows, so that the total cannot depend on the dimension."""
    total = dict.fromkeys(COLUMNS, 0) | _period(book, first_day)
    total["reported_only"] = sum(cents for index, cents in _undrawn(book) if int(book.line.days[index]) >= first_day)
    standing = _standing(book, book.last_day, _one_row, 1)[0].tolist()
    return total | dict(zip(STANDING, standing, strict=True))
