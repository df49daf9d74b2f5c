"""In which row does each booking stand?

Rows of hazards' own dimensions (hazard, place, class, contamination, treaty) partition the hazards: ground of mixed
contamination stands once, under the joined codes. Rows of a release's dimensions (organisation, donor, method) hold
what its releases took; the stock and everything else stand on the row "(not attributed)". Rows of years hold the flows
of the year with its own opening and closing. The total is the same for every dimension.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from whitestone.land.book import COLUMN_NAMES, Book, to_cents
from whitestone.land.inputs import UNDATED

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

RELEASE_DIMENSIONS = ("organisation", "donor", "method")
DIMENSIONS = ("hazard", "place", "year", "class", "contamination", "treaty", *RELEASE_DIMENSIONS)

NOT_STATED = "(not stated)"
NOT_ATTRIBUTED = "(not attributed)"
UNDATED_ROW = "undated"
CLOSED = ("closed", "handed_over")

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
        if by == "hazard":
            return str(book.line.ids[hazard])
        if by == "class":
            return slices[account].classification or NOT_STATED
        return text_key(slices[account].keys.get(by))

    return key


def entry_keys(book: Book, by: str, year_start: tuple[int, int] = (1, 1)) -> Keys:
    """Name the row of each booking in a dimension.

    >>> from whitestone.land.book import simulate
    >>> entry_keys(simulate([], []), "class")[1]
    []
    """
    columns = book.columns
    if by == "year":
        days, code = np.unique(columns.day, return_inverse=True)
        return _coded([year_of(int(day), year_start) for day in days], code)
    if by in RELEASE_DIMENSIONS:
        names = [text_key(piece.keys.get(by)) for piece in book.line.releases]
        return _coded([*names, NOT_ATTRIBUTED], np.where(columns.release < 0, len(names), columns.release))
    return stock_keys(book, by)


def stock_keys(book: Book, by: str) -> Keys:
    """Name the row in which the stock of each booking stands: no release dimension has a stock of its own."""
    columns = book.columns
    if by in RELEASE_DIMENSIONS:
        return np.zeros(len(columns.day), dtype=np.int64), [NOT_ATTRIBUTED]
    name = account_key(book, by)
    hazard_of = book.line.hazard_of.tolist()
    return _coded([name(hazard_of[each], each) for each in range(len(hazard_of))], columns.account)


def _coded(names: list[str], index: np.ndarray[Any, Any]) -> Keys:
    """Give equal names one number."""
    number: dict[str, int] = {}
    code = np.array([number.setdefault(name, len(number)) for name in names], dtype=np.int64)
    return (code[index] if len(code) else np.zeros(len(index), dtype=np.int64)), list(number)


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
    columns = book.columns
    within = columns.day >= first_day
    code, names = entry_keys(book, by, year_start)
    flows = _summed(code[within], columns.column[within], columns.cents[within], len(names))
    for number in np.unique(code[within]).tolist():
        row = table[names[number]]
        for column, name in enumerate(COLUMN_NAMES):
            row[name] += int(flows[number, column])
    if by != "year":
        home, homes = stock_keys(book, by)
        opening = _summed(home, np.where(within, 1, 0), columns.signed, len(homes))
        for number in np.unique(home).tolist():
            row = table[homes[number]]
            row["opening"] += int(opening[number, 0])
            row["closing"] += int(opening[number].sum())
    for _, name, cents in reported_only(book, first_day, by, year_start):
        table[name]["reported_only"] += cents
    if by == "year":
        _years(book, table, first_day, last_day, year_start)
    else:
        name_of = account_key(book, by)
        of_release = by in RELEASE_DIMENSIONS
        _stand(book, book.last_day, lambda hazard, account: table[NOT_ATTRIBUTED if of_release
                                                                  else name_of(hazard, account)])
    return dict(table), _total(book, first_day)


def _summed(code: np.ndarray[Any, Any], column: np.ndarray[Any, Any], cents: np.ndarray[Any, Any], count: int
            ) -> np.ndarray[Any, Any]:
    """Sum whole numbers by row and column."""
    sums = np.zeros((count, 9), dtype=np.int64)
    np.add.at(sums, (code, column), cents)
    return sums


def _stand(book: Book, day: int, row_of: Callable[[int, int], Row]) -> None:
    """Add to rows what stands after a day: own figures, counts, and closing as reported."""
    reported = reported_by_hazard(book)
    stock, own = (book.stock, book.own_stock) if day == book.last_day else (book.stock_on(day), book.own_on(day))
    now_of = book.now if day == book.last_day else book.line.now(day)
    line = book.line
    for hazard, now in enumerate(now_of):
        if now < 0 or line.slices[now].void:
            continue
        row = row_of(hazard, line.account[now])
        closed = line.slices[now].status in CLOSED
        row["hazards"] += 1
        row["size_unknown"] += not line.has_ground[now]
        row["own_closing"] += int(own[hazard])
        row["closed_unproven"] += int(stock[hazard]) if closed else 0
        row["closing_reported"] += 0 if closed else max(0, int(stock[hazard]) - reported.get(hazard, 0))


def _undrawn(book: Book) -> Iterable[tuple[int, int]]:
    """List the releases that state an area and draw none: (release, hundredths of m2)."""
    line = book.line
    for index in np.flatnonzero(~line.is_drawn & (line.days <= book.last_day)).tolist():
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
    begun = [each for each in line.slices_of[hazard] if line.begins[each] <= book.last_day]
    return line.account[begun[-1] if begun else line.slices_of[hazard][0]]


def _years(
    book: Book, table: dict[str, Row], first_day: int, last_day: int, year_start: tuple[int, int]
) -> None:
    """Run the stock through the years, every year between the first and the last, also one without a flow."""
    line, columns = book.line, book.columns
    if not ((line.begins <= last_day).any() or (line.days <= last_day).any()):
        return
    dated = columns.day[columns.day >= max(first_day, 1)]
    begin = first_day
    if first_day == UNDATED:
        begin = int(dated.min()) if dated.size else last_day
    for day in (begin, last_day):
        _ = table[year_of(day, year_start)]
    for year in range(dt.date.fromordinal(begin).year + 1, dt.date.fromordinal(last_day).year):
        _ = table[year_of(dt.date(year, *year_start).toordinal(), year_start)]
    stock = int(columns.signed[columns.day < first_day].sum())
    for key in sorted(table, key=lambda key: (key != UNDATED_ROW, key)):
        row = table[key]
        row["opening"] = stock
        stock += sum(sign * row[column] for column, sign in SIGNS.items())
        row["closing"] = stock
        _stand(book, year_days(key, first_day, last_day, year_start)[1], functools.partial(_same, row))


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


def _same(row: Row, hazard: int, account: int) -> Row:
    return row


def _total(book: Book, first_day: int) -> Row:
    """Sum the whole book without looking at rows, so that the total cannot depend on the dimension."""
    total = dict.fromkeys(COLUMNS, 0)
    columns = book.columns
    within = columns.day >= first_day
    total["opening"] = int(columns.signed[~within].sum())
    total["closing"] = int(columns.signed.sum())
    for column, name in enumerate(COLUMN_NAMES):
        total[name] = int(columns.cents[within & (columns.column == column)].sum())
    total["reported_only"] = sum(cents for index, cents in _undrawn(book) if int(book.line.days[index]) >= first_day)
    _stand(book, book.last_day, lambda hazard, account: total)
    return total
