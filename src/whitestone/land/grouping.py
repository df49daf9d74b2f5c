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

from whitestone.land.book import Book, Entry, to_cents
from whitestone.land.inputs import UNDATED

__all__ = ["COLUMNS", "DIMENSIONS", "NOT_ATTRIBUTED", "NOT_STATED", "SIGNS", "UNDATED_ROW", "reported_only", "rows",
           "stock_key", "year_days", "year_of"]

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


def entry_key(book: Book, by: str, year_start: tuple[int, int] = (1, 1)) -> Callable[[Entry], str]:
    """Return how a booking is named in a dimension."""
    releases = book.line.releases
    if by == "year":
        return lambda entry: year_of(entry.day, year_start)
    if by in RELEASE_DIMENSIONS:
        return lambda entry: (
            text_key(releases[entry.release].keys.get(by)) if entry.release >= 0 else NOT_ATTRIBUTED
        )
    name = account_key(book, by)
    return lambda entry: name(entry.hazard, entry.account)


def rows(
    book: Book, first_day: int, last_day: int, by: str, year_start: tuple[int, int] = (1, 1)
) -> tuple[dict[str, Row], Row]:
    """Group the bookings of a period by a dimension; return the rows by key, and the total, in hundredths of m2.

    The book must end on `last_day`. `by` is one of DIMENSIONS.

    >>> from whitestone.land.flows import simulate
    >>> rows(simulate([], []), 0, 9, "class")[0]
    {}
    """
    table: dict[str, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    key = entry_key(book, by, year_start)
    home_of = stock_key(book, by)
    for entry in book.entries:
        signed = SIGNS[entry.column] * entry.cents
        if entry.day >= first_day:
            table[key(entry)][entry.column] += entry.cents
        if by != "year":
            home = table[home_of(entry.hazard, entry.account)]
            home["opening"] += signed if entry.day < first_day else 0
            home["closing"] += signed
    for _, name, cents in reported_only(book, first_day, by, year_start):
        table[name]["reported_only"] += cents
    if by == "year":
        _years(book, table, first_day, last_day, year_start)
    else:
        _stand(book, table, home_of)
    return dict(table), _total(book, first_day)


def stock_key(book: Book, by: str) -> Callable[[int, int], str]:
    """Return how the stock of (hazard, slice) is named: no release dimension has a stock of its own."""
    if by in RELEASE_DIMENSIONS:
        return lambda hazard, account: NOT_ATTRIBUTED
    return account_key(book, by)


def _stand(book: Book, table: dict[str, Row], key: Callable[[int, int], str]) -> None:
    """Add what stands at the end: own figures, counts, and closing as reported."""
    reported = _reported_by_hazard(book)
    for hazard, now in enumerate(book.now):
        if now < 0 or book.line.slices[now].void:
            continue
        row = table[key(hazard, book.line.account[now])]
        closed = book.line.slices[now].status in CLOSED
        row["hazards"] += 1
        row["size_unknown"] += not book.has_ground(hazard)
        row["own_closing"] += book.own_stock[hazard]
        row["closed_unproven"] += book.stock[hazard] if closed else 0
        row["closing_reported"] += 0 if closed else max(0, book.stock[hazard] - reported.get(hazard, 0))


def _reported_only(book: Book) -> Iterable[tuple[int, int]]:
    """List the releases that state an area and draw none: (release, hundredths of m2)."""
    for index, piece in enumerate(book.line.releases):
        if piece.area_reported_m2 and not book.line.is_drawn[index]:
            yield index, to_cents(piece.area_reported_m2)


def _reported_by_hazard(book: Book) -> dict[int, int]:
    number = {record_id: hazard for hazard, record_id in enumerate(book.line.ids)}
    sums: dict[int, int] = defaultdict(int)
    for index, cents in _reported_only(book):
        named = book.line.releases[index].hazard_ids
        if len(named) == 1 and named[0] in number:
            sums[number[named[0]]] += cents
    return sums


def reported_only(
    book: Book, first_day: int, by: str, year_start: tuple[int, int] = (1, 1)
) -> Iterable[tuple[int, str, int]]:
    """List the releases of a period that state an area and draw none: (release, its row, hundredths of m2).

    >>> from whitestone.land.flows import simulate
    >>> list(reported_only(simulate([], []), 0, "class"))
    []
    """
    number = {record_id: hazard for hazard, record_id in enumerate(book.line.ids)}
    for index, cents in _reported_only(book):
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
    return book.accounts[hazard] if book.accounts[hazard] >= 0 else book.line.slices_of[hazard][0]


def _years(
    book: Book, table: dict[str, Row], first_day: int, last_day: int, year_start: tuple[int, int]
) -> None:
    """Run the stock through the years, every year between the first and the last, also one without a flow."""
    if not book.line.ids and not book.line.releases:
        return
    dated = [entry.day for entry in book.entries if entry.day >= max(first_day, 1)]
    begin = max(first_day, min(dated, default=last_day)) if first_day == UNDATED else first_day
    for day in (begin, last_day):
        _ = table[year_of(day, year_start)]
    for year in range(dt.date.fromordinal(begin).year + 1, dt.date.fromordinal(last_day).year):
        _ = table[year_of(dt.date(year, *year_start).toordinal(), year_start)]
    stock = sum(SIGNS[entry.column] * entry.cents for entry in book.entries if entry.day < first_day)
    for key in _in_time(table):
        row = table[key]
        row["opening"] = stock
        stock += sum(sign * row[column] for column, sign in SIGNS.items())
        row["closing"] = stock
        _stand_in_year(book, row, year_days(key, first_day, last_day, year_start)[1])


def _in_time(table: dict[str, Row]) -> list[str]:
    return sorted(table, key=lambda key: (key != UNDATED_ROW, key))


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


def _stand_in_year(book: Book, row: Row, day: int) -> None:
    stock: dict[int, int] = defaultdict(int)
    own: dict[int, int] = defaultdict(int)
    for entry in book.entries:
        if entry.day <= day:
            stock[entry.hazard] += SIGNS[entry.column] * entry.cents
    for when, hazard, cents in book.own:
        if when <= day:
            own[hazard] += cents
    reported = _reported_by_hazard(book)
    for hazard in range(len(book.line.ids)):
        now = book.line.slice_on(hazard, day)
        if now < 0 or book.line.slices[now].void:
            continue
        closed = book.line.slices[now].status in CLOSED
        row["hazards"] += 1
        row["size_unknown"] += not book.line.has_ground[now]
        row["own_closing"] += own[hazard]
        row["closed_unproven"] += stock[hazard] if closed else 0
        row["closing_reported"] += 0 if closed else max(0, stock[hazard] - reported.get(hazard, 0))


def _total(book: Book, first_day: int) -> Row:
    """Sum the whole book without looking at rows, so that the total cannot depend on the dimension."""
    total = dict.fromkeys(COLUMNS, 0)
    for entry in book.entries:
        signed = SIGNS[entry.column] * entry.cents
        total["opening"] += signed if entry.day < first_day else 0
        total["closing"] += signed
        total[entry.column] += entry.cents if entry.day >= first_day else 0
    total["reported_only"] = sum(
        cents for index, cents in _reported_only(book) if int(book.line.days[index]) >= first_day
    )
    _stand(book, defaultdict(lambda: total), lambda hazard, account: "")
    return total
