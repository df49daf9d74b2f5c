"""Which counts, populations and exposures does a file bring, and where did its figures come from?

Small tables that people make: CSV or JSON, read whole, with every fault told with its row. A population or an exposure
without its source and year is refused: a denominator that nobody can look up is an invention.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whitestone.casualties.recapture import Histories, read_histories
from whitestone.errors import InvalidValue, UnreadableFile

__all__ = ["Population", "read_exposure", "read_matched", "read_population"]

_COUNT = ("count", "persons", "n", "freq")
MOST_BYTES = 50_000_000
_HISTORY_HELP = (
    'Give JSON {"lists": ["A", "B"], "histories": {"11": 40, "10": 60, "01": 55}}, or a CSV with a column of 0 and 1 '
    "for each list and a column 'count'."
)


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """People by place as a file names it (None: stated as unknown), with the source and year of every figure."""

    people: dict[str, float | None]
    sources: dict[str, str]


def read_matched(path: str | Path) -> Histories:
    """Read counts by capture history from JSON or CSV.

    JSON: `lists` and `histories` (or `counts`): an object of words such as "101", or rows with a 0 or 1 for each list
    and a count; two lists also as `n1`, `n2` and `both`; the object of words alone. CSV: a column of 0 and 1 for each
    list and a count (without one a row is one person), or the columns history and count. Refuses a file that cannot be
    read with UnreadableFile, and
    what is no history or count with InvalidValue.
    """
    text = _text(path, _HISTORY_HELP)
    if text.lstrip()[:1] in ("{", "["):
        return _from_json(path, text)
    rows = _rows(path, text, _HISTORY_HELP)
    if not rows:
        raise UnreadableFile(path=path, why="there is no row", fix=_HISTORY_HELP)
    count = next((name for name in rows[0] if name.strip().casefold() in _COUNT), None)
    lists = [name for name in rows[0] if name != count]
    if count is not None and len(lists) == 1 and lists[0].strip().casefold() == "history":
        words = [row[lists[0]].strip() for row in rows]
        rows = [{**_letters(word), count: row[count]} for word, row in zip(words, rows, strict=True)]
        lists = list(_letters(max(words, key=len)))
    return _from_rows(lists, rows, count)


def read_population(path: str | Path) -> Population:
    """Read people by place from a CSV with the columns place (or pcode), population, source and year.

    An empty population is stated as unknown. Refuses a file that cannot be read or lacks a column with UnreadableFile;
    a place named twice, and a population that is no number of 0 or more, or without source or year, with InvalidValue.
    """
    fix = "Give a CSV with the columns place (or pcode), population, source, year."
    rows = _rows(path, _text(path, fix), fix)
    place, people, source, year = _named(path, rows, fix, ("place", "pcode", "name"), ("population", "people"),
                                         ("source",), ("year",))  # fmt: skip
    found = Population(people={}, sources={})
    for number, row in enumerate(rows, start=2):
        name = row[place].strip()
        if not name or name in found.people:
            raise InvalidValue(field=f"row {number}, place", value=name, why="each place once, by name or code")
        found.people[name] = _amount(row[people], f"row {number}, population")
        found.sources[name] = _source(row[source], row[year], number)
    return found


def read_exposure(path: str | Path) -> tuple[dict[str, float], list[str]]:
    """Read an exposure by period from a CSV with the columns period, exposure, source, year; return it and its sources.

    A period is `YYYY` or `YYYY-MM`. Refuses a file that cannot be read or lacks a column with UnreadableFile, and an
    exposure that is not above 0, or without source or year, with InvalidValue.
    """
    fix = "Give a CSV with the columns period (YYYY or YYYY-MM), exposure, source, year."
    rows = _rows(path, _text(path, fix), fix)
    period, amount, source, year = _named(path, rows, fix, ("period", "month"), ("exposure", "population", "returnees"),
                                          ("source",), ("year",))  # fmt: skip
    found: dict[str, float] = {}
    sources: list[str] = []
    for number, row in enumerate(rows, start=2):
        value, name = _amount(row[amount], f"row {number}, exposure"), row[period].strip()
        if not value or name in found:
            raise InvalidValue(field=f"row {number}, exposure", value=row[amount], why="above 0, each period once")
        found[name] = value
        sources.append(_source(row[source], row[year], number))
    return found, list(dict.fromkeys(sources))


def _from_json(path: str | Path, text: str) -> Histories:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(path=path, why=f"it is no JSON: {str(error)[:120]}", fix=_HISTORY_HELP) from None
    if isinstance(told, list):
        told = {"histories": told}
    if not isinstance(told, dict):
        raise UnreadableFile(path=path, why="it holds no object", fix=_HISTORY_HELP)
    if told and all(set(key) <= {"0", "1"} for key in told):
        told = {"histories": told}
    if {"n1", "n2"} <= told.keys() and ({"both", "m"} & told.keys()):
        return _from_totals(told)
    counts, lists = told.get("histories", told.get("counts")), told.get("lists")
    if isinstance(counts, list) and all(isinstance(row, dict) for row in counts):
        count = next((name for name in _COUNT if counts and name in counts[0]), "count")
        named = lists if isinstance(lists, list) else [name for name in (counts[0] if counts else {}) if name != count]
        return _from_rows(named, counts, count)
    if not isinstance(counts, dict):
        raise UnreadableFile(path=path, why="it has no histories", fix=_HISTORY_HELP)
    if lists is None:
        size = len(next(iter(counts), ""))
        lists = list(_letters("1" * size))
    if not isinstance(lists, list):
        raise InvalidValue(field="lists", value=lists, why="an array of names")
    return read_histories([str(each) for each in lists], counts)


def _from_totals(told: Mapping[str, Any]) -> Histories:
    first, second, both = (read_histories(["one"], {"1": told[name]}).counts["1"]
                           for name in ("n1", "n2", "both" if "both" in told else "m"))
    if both > min(first, second):
        raise InvalidValue(field="both", value=both, why=f"at most the {min(first, second)} of the shorter list")
    named = told.get("lists")
    lists = [str(each) for each in named] if isinstance(named, list) and len(named) == 2 else ["list 1", "list 2"]
    return read_histories(lists, {"11": both, "10": first - both, "01": second - both})


def _letters(word: str) -> dict[str, str]:
    """Name the lists of a word by number, each with its digit."""
    return {f"list {at}": letter for at, letter in enumerate(word, start=1)}


def _from_rows(lists: Sequence[Any], rows: Sequence[Mapping[str, Any]], count: str | None) -> Histories:
    names = [str(each) for each in lists]
    counts: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        word = "".join(_seen(row.get(name), number, name) for name in names)
        if "1" not in word:
            raise InvalidValue(field=f"row {number}", value=word, why="who stands in no list was not seen by any")
        told = read_histories(names or [""], {word: 1 if count is None else row.get(count)})
        counts[word] = counts.get(word, 0) + told.counts[word]
    return read_histories(names, counts)


def _seen(value: Any, number: int, name: str) -> str:
    word = str(value).strip().casefold()
    if word in ("1", "true", "yes", "1.0"):
        return "1"
    if word in ("0", "false", "no", "0.0"):
        return "0"
    raise InvalidValue(field=f"row {number}, {name}", value=value, why="1 where the list holds them, else 0")


def _text(path: str | Path, fix: str) -> str:
    try:
        held = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(path=path, why=error.strerror or "it is not there", fix="Name a file that is.") from None
    if len(held) > MOST_BYTES or b"\0" in held[:4096]:
        raise UnreadableFile(path=path, why="it is no small table of text", fix=fix)
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(path=path, why="it is not UTF-8", fix="Save it as UTF-8 and call again.") from None


def _rows(path: str | Path, text: str, fix: str) -> list[dict[str, str]]:
    head = text.splitlines()[0] if text.strip() else ""
    between = max(",;\t", key=head.count) if head else ","
    try:
        rows = list(csv.DictReader(text.splitlines(), delimiter=between, strict=True))
    except csv.Error as error:
        raise UnreadableFile(path=path, why=str(error), fix=fix) from None
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise InvalidValue(field=f"row {number}", value=len(row), why="as many fields as the head has columns")
    return rows


def _named(path: str | Path, rows: Sequence[Mapping[str, str]], fix: str, *wanted: tuple[str, ...]) -> list[str]:
    if not rows:
        raise UnreadableFile(path=path, why="there is no row", fix=fix)
    heads = {name.strip().casefold(): name for name in rows[0]}
    found = [next((heads[name] for name in names if name in heads), None) for names in wanted]
    lacking = [names[0] for names, name in zip(wanted, found, strict=True) if name is None]
    if lacking:
        raise UnreadableFile(path=path, why=f"it has no column {', '.join(lacking)}", fix=fix)
    return [name for name in found if name is not None]


def _amount(text: str, field: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise InvalidValue(field=field, value=text, why="a number of 0 or more, without blanks or thousands marks")
    return value


def _source(source: str, year: str, number: int) -> str:
    if not source.strip() or not year.strip():
        raise InvalidValue(field=f"row {number}, source", value=source, why="a source and a year for each figure")
    return f"{source.strip()}, {year.strip()}"
