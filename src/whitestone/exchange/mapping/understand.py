"""What does one text of the source mean as a value of one attribute, and what is wrong if it means nothing?"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.domain.codes import CODE_LISTS
from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.domain.extensions import Lists
from whitestone.domain.kinds import Attribute
from whitestone.errors import InvalidValue
from whitestone.exchange.mapping.columns import json_text, without_separator
from whitestone.exchange.mapping.model import FieldSpec

__all__ = ["Fault", "Understanding", "read_date", "understand"]

Fault = tuple[str, str]
"""Code and sentence."""

_EXCEL_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of spreadsheet serials, which count a 29 February 1900 that never was."""
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?$")
_TRUE = frozenset(("true", "1", "1.0", "yes", "y", "x", "si", "sí", "oui", "да", "da", "так", "այո", "bəli"))
_FALSE = frozenset(("false", "0", "0.0", "no", "n", "non", "нет", "ne", "ні", "ոչ", "xeyr"))


class Understanding(msgspec.Struct, frozen=True):
    """The JSON text of each different value (null: nothing is said) and what is wrong with some of them."""

    json: pl.Series
    faults: dict[int, Fault]

    @property
    def bad(self) -> npt.NDArray[np.bool_]:
        """Mark the values that have a fault."""
        mask = np.zeros(len(self.json), dtype=bool)
        mask[list(self.faults)] = True
        return mask


def understand(
    uniques: pl.Series, spec: FieldSpec, attribute: Attribute, lists: Lists = CODE_LISTS
) -> Understanding:
    """Understand the different values of a column as values of an attribute.

    What is blank says nothing. What the mapping's value table names is taken from there; the rest is read by the
    attribute's type. A text that means nothing gets a fault (code, sentence) and no value, or the code `unknown`
    where the code list has one. `lists` are those of
    the programme, with its national codes.

    >>> sexes = Attribute("persons", "count")
    >>> made = understand(pl.Series(["3", "", "many"]), FieldSpec(column="n"), sexes)
    >>> made.json.to_list(), made.faults[2][0]
    (['3', None, None], 'number-not-understood')
    >>> understand(pl.Series([], dtype=pl.String), FieldSpec(column="n"), sexes).faults
    {}
    """
    texts = uniques.str.strip_chars()
    if len(spec.columns) > 1 and attribute.type != "date":
        # Cells that stand for one value together: those that say something, with the mapping's words between them.
        parts = texts.str.replace_all("\x1f\x1f+", "\x1f").str.strip_chars("\x1f")
        texts = parts.str.replace_all("\x1f", spec.join, literal=True)
    blanks = ["", *spec.blank]
    texts = texts.set(texts.is_in(blanks), None)
    if spec.values or spec.part or attribute.type in ("code", "codes", "flag", "date", "texts", "value"):
        return _one_by_one(texts, spec, attribute, lists)
    if attribute.type in ("count", "number", "area", "share"):
        return _numbers(texts, spec, attribute)
    return Understanding(json_text(_identifiers(texts, spec)), {})


def _identifiers(texts: pl.Series, spec: FieldSpec) -> pl.Series:
    """Undo what spreadsheets did to ids: a decimal point, lost zeros, a lost country prefix."""
    text = pl.col("text")
    if spec.whole:
        text = text.str.replace(r"^(\d+)\.0*$", "$1")
    if spec.pad:
        text = text.str.zfill(spec.pad)
    if spec.prefix:
        text = pl.lit(spec.prefix) + text
    return texts.to_frame("text").select(text.alias(texts.name)).to_series()


def _numbers(texts: pl.Series, spec: FieldSpec, attribute: Attribute) -> Understanding:
    plain = texts.to_frame("text").select(_plain_number(spec).alias("text")).to_series()
    numbers = plain.cast(pl.Float64, strict=False).to_numpy().astype(np.float64) * spec.factor
    said = texts.is_not_null().to_numpy()
    good = np.isfinite(numbers)
    faults: dict[int, Fault] = {}
    for at in np.flatnonzero(said & ~good):
        faults[int(at)] = ("number-not-understood", f"{texts[int(at)]!r} is not a number as the mapping writes them")
    low = good & (numbers < 0) if attribute.type != "number" else np.zeros(len(numbers), dtype=bool)
    if attribute.type == "share":
        low |= good & (numbers > 1)
    if attribute.type == "count":
        low |= good & (numbers != np.floor(numbers)) | (np.abs(numbers) > 2**53)
    for at in np.flatnonzero(low & good):
        faults[int(at)] = ("number-out-of-range", f"{texts[int(at)]!r} cannot be a {attribute.type}")
    keep = good & ~low
    values = pl.Series(np.where(keep, numbers, 0.0))
    if attribute.type == "count":
        values = values.cast(pl.Int64)
    written = values.cast(pl.String)
    return Understanding(written.set(pl.Series(~keep), None), faults)


def _plain_number(spec: FieldSpec) -> pl.Expr:
    """Rewrite numbers with the mapping's separators; a badly grouped one is left as it is and so refused."""
    text = pl.col("text")
    if spec.thousands:
        mark, point = re.escape(spec.thousands), re.escape(spec.decimal)
        if spec.thousands in " \u00a0\u202f":
            mark = "[ \u00a0\u202f]"
        grouped = text.str.contains(rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+({point}\d+)?$")
        text = pl.when(grouped).then(text.str.replace_all(mark, "")).otherwise(text)
    if spec.decimal != ".":
        # With a decimal comma a point is no decimal mark: `1.5` would be read as something it does not say.
        text = pl.when(text.str.contains(".", literal=True)).then(pl.lit("?")).otherwise(
            text.str.replace(spec.decimal, ".", literal=True)
        )
    return text


def _one_by_one(texts: pl.Series, spec: FieldSpec, attribute: Attribute, lists: Lists) -> Understanding:
    table = {key.strip(): value for key, value in spec.values.items()}
    folded = {_fold(key): value for key, value in reversed(table.items())}
    read = _reader(spec, attribute, lists)
    written: list[str | None] = []
    faults: dict[int, Fault] = {}
    for at, text in enumerate(texts.to_list()):
        value, fault = _meaning(text, table, folded, read, attribute) if text is not None else (None, None)
        if fault is not None:
            faults[at] = fault
        written.append(None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Understanding(pl.Series(texts.name, written, dtype=pl.String), faults)


def _meaning(
    text: str, table: dict[str, Any], folded: dict[str, Any], read: Callable[[str], Any], attribute: Attribute
) -> tuple[Any, Fault | None]:
    if text in table or _fold(text) in folded:
        value = table[text] if text in table else folded[_fold(text)]
        return (None if value == "" else value), None
    try:
        return read(text), None
    except InvalidValue as error:
        code = f"{attribute.type}-not-understood" if attribute.type != "code" else "code-not-understood"
        shown = without_separator(text)
        fallback = _unknown_code(attribute)
        return fallback, (code, f"{attribute.name}: {shown!r} is not understood ({error.details['why']})")


def _unknown_code(attribute: Attribute) -> str | None:
    if attribute.type == "code" and attribute.codes and "unknown" in CODE_LISTS[attribute.codes].codes:
        return "unknown"
    return None


def _reader(spec: FieldSpec, attribute: Attribute, lists: Lists) -> Callable[[str], Any]:
    if spec.part is not None:
        whole = _reader(msgspec.structs.replace(spec, part=None, split=None), attribute, lists)
        return lambda text: whole(part) if (part := _part(text, spec)) else None
    if attribute.type == "code":
        return lambda text: _code(text, attribute, spec.language, lists)
    if attribute.type == "codes":
        return lambda text: [_code(part, attribute, spec.language, lists) for part in _parts(text, spec)]
    if attribute.type == "date":
        return lambda text: str(read_date(text, spec.formats))
    if attribute.type == "flag":
        return _flag
    if attribute.type == "texts":
        return lambda text: _parts(text, spec)
    if attribute.type == "value":
        return _json_or_text
    if attribute.type in ("count", "number", "area", "share"):
        return lambda text: _single_number(text, spec, attribute)
    return lambda text: _identifiers(pl.Series([text]), spec)[0]


def _single_number(text: str, spec: FieldSpec, attribute: Attribute) -> Any:
    made = _numbers(pl.Series([text]), spec, attribute)
    if made.faults:
        raise InvalidValue(field=attribute.name, value=text, why=made.faults[0][1])
    return json.loads(made.json[0])


def _part(text: str, spec: FieldSpec) -> str:
    """Take the first or last part of a cell; one that holds no sign is both, and an open end says nothing."""
    pieces = text.split(spec.split) if spec.split else [text]
    return pieces[0 if spec.part == "first" else -1].strip()


def _parts(text: str, spec: FieldSpec) -> list[str]:
    pieces = text.split(spec.split) if spec.split else [text]
    return [piece.strip() for piece in pieces if piece.strip()]


def _code(text: str, attribute: Attribute, language: str | None, lists: Lists) -> str:
    codes = lists[attribute.codes or ""]
    found = codes.understand(text, language)
    if found is None:
        raise InvalidValue(field=attribute.name, value=text, why=f"not in the code list {attribute.codes}")
    return found


def _flag(text: str) -> bool:
    folded = text.casefold()
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise InvalidValue(field="flag", value=text, why="neither yes nor no")


def _json_or_text(text: str) -> Any:
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def read_date(text: str, formats: list[str]) -> PartialDate:
    """Read a date as the mapping's formats allow; without formats only what is unambiguous (ISO 8601, year first).

    Cells joined by the unit separator are year, month and day; an empty or zero month or day is unknown. A format
    without %d gives a month, without %m a year. Refuses the rest with InvalidValue.

    >>> str(read_date("2014\\x1f5\\x1f0", [])), str(read_date("03/05/2014", ["%d/%m/%Y"]))
    ('2014-05', '2014-05-03')
    >>> str(read_date("41762", ["excel"]))
    '2014-05-03'
    >>> read_date("03/05/2014", [])
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: date: '03/05/2014' is not understood (expected YYYY, YYYY-MM or YYYY-MM-DD).
    """
    if "\x1f" in text:
        return _from_parts(text.split("\x1f"))
    for form in formats:
        found = _by_format(text, form)
        if found is not None:
            return found
    if formats:
        raise InvalidValue(field="date", value=text, why=f"written in none of the formats {', '.join(formats)}")
    whole = _YEAR_FIRST.match(text)
    return parse_partial(f"{whole[1]}-{whole[2]:0>2}-{whole[3]:0>2}" if whole else text)


def _from_parts(parts: list[str]) -> PartialDate:
    numbers = [re.sub(r"\.0*$", "", part.strip()) or "0" for part in parts]
    if not all(number.isdigit() for number in numbers):
        raise InvalidValue(field="date", value=" ".join(parts), why="year, month and day are numbers")
    known = [f"{int(numbers[0]):04d}"]
    for number in numbers[1:]:
        if int(number) == 0:
            break
        known.append(f"{int(number):02d}")
    return parse_partial("-".join(known))


def _by_format(text: str, form: str) -> PartialDate | None:
    if form == "excel":
        return _excel(text)
    try:
        moment = dt.datetime.strptime(text, form)
    except ValueError:
        return None
    month = moment.month if re.search(r"%[mbBjcxDF]", form) else None
    day = moment.day if re.search(r"%[djecxDF]", form) else None
    return PartialDate(moment.year, month, day)


def _excel(text: str) -> PartialDate | None:
    if not re.fullmatch(r"\d{1,7}(\.\d+)?", text) or not 1 <= float(text) <= 2_958_465:
        return None
    day = _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))
    return PartialDate(day.year, day.month, day.day)
