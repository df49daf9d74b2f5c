"""What stands in each column of a file, whatever it is headed?"""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from importlib import resources

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.domain.codes import CODE_LISTS, folded
from whitestone.errors import InvalidValue
from whitestone.exchange.mapping.understand import read_date

__all__ = ["Profile", "Words", "is_headed", "is_personal", "not_numbers", "numbers_of", "profile", "some_dates",
           "understood_share", "words"]

DATE_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d", "%d/%m/%y", "%m/%d/%y", "%d %b %Y",
                "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %Y", "%B %Y", "%m/%Y", "%m.%Y", "%Y")
KEPT_VALUES = 2_000
"""Different values of a column that the draft looks at, the most frequent first."""

_REACHES = re.compile(r"^\s*(\+\d[\d\s()/.-]{7,18}|0\d{1,4}[\s/-]\d{3}[\s-]?\d{3,4}|[^\s@]+@[^\s@]+\.\w{2,})\s*$")
"""An address by which a person is reached: a number with its country or trunk prefix, or electronic mail."""


class Words(msgspec.Struct, frozen=True):
    """The words by which columns are headed."""

    fields: dict[str, list[str]]
    personal: dict[str, list[str]]
    parts: dict[str, list[str]]
    position: dict[str, list[str]]
    kinds: dict[str, list[str]]
    hxl: dict[str, str]


@functools.cache
def words() -> Words:
    """Read the shipped words, folded as headings are compared.

    >>> "fecha" in words().fields["occurred_on"]
    True
    """
    file = resources.files("whitestone.exchange.mapping") / "synonyms.toml"
    raw = tomllib.loads(file.read_text("utf-8"))
    for group in ("fields", "personal", "parts", "position", "kinds"):
        raw[group] = {name: [_plain(word) for word in found] for name, found in raw[group].items()}
    return msgspec.convert(raw, Words)


class Profile(msgspec.Struct):
    """One column: its heading, how much of it is filled, its values by frequency, what they look like."""

    name: str
    head: str
    rows: int
    filled: int
    distinct: int
    values: list[str]
    numeric: bool
    whole: bool
    low: float
    high: float
    date_format: str | None
    """None: no dates; "": written year first; else a format of strptime, the most frequent of several."""
    date_note: str = ""
    date_formats: list[str] = []
    """What a field that reads the column needs to be told."""
    decimal: str = "."
    thousands: str = ""
    pointed: bool = False
    """Whole numbers written with a decimal point, as `64458.0`."""

    @property
    def unique(self) -> bool:
        """Say whether every row has a value of its own."""
        return self.rows > 0 and self.filled == self.rows and self.distinct == self.rows


def profile(name: str, series: pl.Series) -> Profile:
    """Look at a whole column.

    >>> seen = profile("AÑO", pl.Series(["1990", "1991", None]))
    >>> seen.head, seen.filled, seen.numeric, seen.date_format
    ('ano', 2, True, '%Y')
    >>> profile("x", pl.Series([], dtype=pl.String)).values
    []
    """
    text = series.str.strip_chars()
    text = text.filter(text.is_not_null() & (text != ""))
    counted = text.value_counts(sort=True)
    values: list[str] = counted.get_column(counted.columns[0]).head(KEPT_VALUES).to_list()
    decimal, thousands = _separators(values)
    numbers = numbers_of(pl.Series(values, dtype=pl.String), decimal, thousands)
    numeric = bool(len(values)) and float(np.isfinite(numbers).mean()) >= 0.95
    known = numbers[np.isfinite(numbers)]
    whole = numeric and bool((known == np.floor(known)).all())
    forms, note = _date_formats(values)
    form = forms[0] if forms else None
    pointed = whole and all(re.fullmatch(r"\d+\.0+", value) for value in values[:200])
    return Profile(name, _head(name), len(series), len(text), counted.height, values, numeric, whole,
                   float(known.min()) if len(known) else 0.0, float(known.max()) if len(known) else 0.0, form, note,
                   [] if forms in (None, [""]) else forms or [], decimal, thousands, pointed)


def is_headed(head: str, known: list[str]) -> bool:
    """Say whether a heading is one of the words, written together or apart.

    >>> is_headed("shape name", ["shapename"]), is_headed("name", [])
    (True, False)
    """
    return head in known or head.replace(" ", "") in {word.replace(" ", "") for word in known}


def is_personal(column: Profile) -> bool:
    """Say whether a column may identify a person, by its heading or by what stands in it; better once too often.

    >>> is_personal(profile("Nom de l'informateur", pl.Series(["x"]))), is_personal(profile("Area", pl.Series(["5"])))
    (True, False)
    >>> is_personal(profile("Misc", pl.Series([], dtype=pl.String)))
    False
    """
    known = {*words().personal["words"]}
    for field in ("birth_date", "contact", "document_number", "ethnicity", "home", "person_name"):
        known |= set(words().fields[field])
    # Alone, a name may be that of a place or an organisation; beside a person's word it is a person's.
    alone = {word for word in words().fields["person_name"] if word in words().fields["name"]} | {"home", "document"}
    if is_headed(column.head, sorted(known - alone)):
        return True
    inside = f" {column.head} "
    if any(f" {word} " in inside for word in words().personal["words"]):
        return True
    named = any(f" {word} " in inside for word in alone)
    if named and any(f" {word}" in inside for word in words().personal["persons"]):
        return True
    telling = [value for value in column.values[:100] if _REACHES.match(value)]
    return bool(telling) and len(telling) >= 0.5 * len(column.values[:100])


def _head(name: str) -> str:
    """Fold a heading; a change from small to capital letters parts words, as in `IncidentID`."""
    return _plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))


def _plain(heading: str) -> str:
    """Fold words without their signs: `Area (m²):` is `area m2`."""
    return " ".join(re.findall(r"\w+", folded(heading)))


def numbers_of(texts: pl.Series, decimal: str = ".", thousands: str = "") -> npt.NDArray[np.float64]:
    """Read numbers with given separators; what is none is NaN.

    >>> numbers_of(pl.Series(["1.234,5", "x"]), ",", ".").tolist()
    [1234.5, nan]
    """
    plain = texts.str.replace_all(thousands, "", literal=True) if thousands else texts
    if decimal != ".":
        plain = plain.str.replace(decimal, ".", literal=True)
    return plain.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().astype(np.float64)


def _separators(values: list[str]) -> tuple[str, str]:
    """Tell decimal and thousands separators from how the numbers are grouped."""
    sample = [value for value in values[:500] if re.fullmatch(r"[+-]?\d[\d.,\s\u00a0\u202f']*", value)]
    if not sample:
        return ".", ""
    if any(re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", value) for value in sample):
        return ",", "."
    if any(re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+\.\d+", value) for value in sample):
        return ".", ","
    commas = [value for value in sample if "," in value]
    if commas and not any("." in value for value in sample):
        grouped = all(re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", value) for value in commas)
        return (".", ",") if grouped else (",", "")
    if any(re.fullmatch(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?", value) for value in sample):
        return ("," if commas else "."), " "
    return ".", ""


def _date_formats(values: list[str]) -> tuple[list[str] | None, str]:
    sample = values[:300]
    if not sample:
        return None, ""
    if _fits(sample, [], plain_years=False):
        return [""], "year first (ISO 8601)"
    years = sum(bool(re.fullmatch(r"\d{4}", value)) for value in sample)
    if 2 * years <= len(sample) and _fits(sample, []):
        return [""], "year first (ISO 8601), some known to the year or month only"
    found = [form for form in DATE_FORMATS if _fits(sample, [form])]
    if not found:
        return _mixed_formats(sample)
    if len(found) > 1 and found[0] in ("%d/%m/%Y", "%d/%m/%y") and found[1].replace("m", "d", 1)[:2] == "%d":
        return found[:1], f"day first or month first cannot be told: no value above 12; {found[0]} taken, check it"
    return found[:1], f"every value fits {found[0]}"


_ISO_FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")
_MIXED = (*_ISO_FORMATS, *(form for form in DATE_FORMATS if form not in ("%Y%m%d", "%d/%m/%y", "%m/%d/%y")))


def some_dates(column: Profile) -> tuple[list[str], str]:
    """Find the formats of a column that is headed as a date and of which at least half are dates; none: no formats.

    >>> some_dates(profile("Date found", pl.Series(["03.06.2019", "2019-07-15", "soon"])))[1]
    "written in 2 ways; NOT understood: 'soon'"
    >>> some_dates(profile("Date found", pl.Series([], dtype=pl.String)))
    ([], '')
    """
    formats, note = _mixed_formats(column.values[:300], most_left=0.5)
    return formats or [], note


def not_numbers(column: Profile, *, counts: bool = False) -> list[str]:
    """List the different values of a column that its separators do not make a number; `counts`: a whole one from 0 on.

    >>> not_numbers(profile("Killed", pl.Series(["1", "-1", "2.5"])), counts=True)
    ['-1', '2.5']
    >>> not_numbers(profile("Area", pl.Series(["12", "unknown"]))), not_numbers(profile("Area", pl.Series(["12"])))
    (['unknown'], [])
    """
    read = numbers_of(pl.Series(column.values, dtype=pl.String), column.decimal, column.thousands)
    good = np.isfinite(read) & (~np.full(len(read), counts) | ((read >= 0) & (read == np.floor(read))))
    return [value for value, is_good in zip(column.values, good.tolist(), strict=True) if not is_good]


def _mixed_formats(sample: list[str], most_left: float = 0.05) -> tuple[list[str] | None, str]:
    """Find the formats of a column in which dates are written in several ways, as people fill spreadsheets."""
    dated = [value for value in sample if any(char.isdigit() for char in value)]
    if not sample or len(dated) < (1 - 2 * most_left) * len(sample):
        return None, ""
    if all(numbers_of(pl.Series([value]), ",", ".")[0] >= 0 for value in sample[:20]):
        return None, ""
    left, chosen = list(sample), []
    while left:
        fitting = {form: [value for value in left if _read_by(value, form)] for form in _MIXED}
        best = max(_MIXED, key=lambda form: len(fitting[form]))
        if not fitting[best]:
            break
        chosen.append(best)
        left = [value for value in left if value not in fitting[best]]
    serials = [value for value in left if re.fullmatch(r"[2-5]\d{4}", value)]
    if chosen and serials:
        chosen.append("excel")
        left = [value for value in left if value not in serials]
    if chosen in ([], ["%Y"]) or len(left) > most_left * len(sample) or {"%d/%m/%Y", "%m/%d/%Y"} <= {*chosen}:
        return None, ""
    note = f"written in {len(chosen)} ways"
    first = [int(value.split("/")[0]) for value in sample if _read_by(value, "%d/%m/%Y")]
    if first and max(first) <= 12:
        note += "; day first or month first cannot be told: no value above 12, check it"
    return chosen, note + (f"; NOT understood: {', '.join(map(repr, left[:8]))}" if left else "")


def _read_by(value: str, form: str) -> bool:
    try:
        return 1900 <= read_date(value, [form]).year <= 2100
    except InvalidValue:
        return False


def _fits(sample: list[str], formats: list[str], *, plain_years: bool = True) -> bool:
    good = 0
    for value in sample:
        try:
            year = read_date(value, formats).year
        except InvalidValue:
            continue
        good += 1900 <= year <= 2100
        if not plain_years and re.fullmatch(r"\d{4}", value):
            return False
    return good >= 0.95 * len(sample)


def understood_share(values: list[str], code_list: str) -> tuple[float, dict[str, str | None]]:
    """Say which share of different values a code list understands, and how each is understood.

    >>> understood_share(["Herido", "Muerto"], "casualty_outcome")
    (1.0, {'Herido': 'injured', 'Muerto': 'killed'})
    >>> understood_share([], "sex")
    (0.0, {})
    """
    codes = CODE_LISTS[code_list]
    read = {value: codes.understand(value) for value in values[:100]}
    # Numbers mean codes only where a list has such codes; a count is no code.
    counted = Counter(value is not None for value in read.values())
    return (counted[True] / len(read) if read else 0.0), read
