"""Is what a body states of the right type, in bounds and a code that exists, and if not, which value is it?

One set of checks for a record and for a column of a million: each different value is looked at once. Nothing is
repaired or dropped here; the caller decides what becomes a finding and what is held.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.domain.codes import CODE_LISTS
from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import ExtraField, Lists
from whitestone.domain.kinds import Attribute, kind
from whitestone.errors import InvalidValue

__all__ = ["Fault", "RowFault", "as_struct", "check_value", "validate", "validate_column", "validate_columns",
           "validate_extra"]

Fault = tuple[str, Any, str, str]
"""Attribute, the value as stated, code of the fault, sentence."""
RowFault = tuple[int, str, Any, str, str]
"""Index of the row, then as Fault."""

Check = Callable[[Attribute, Any, Lists], tuple[str, str] | None]

_UUID = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
_LONGEST_TEXT = 100_000


def validate(kind_name: str, body: Mapping[str, Any], extra: Mapping[str, Any] | None = None,
             extra_fields: Iterable[ExtraField] = (), lists: Lists = CODE_LISTS) -> list[Fault]:
    """List what is wrong in a body of one kind, and in its national fields, as (attribute, value, code, message).

    None is "stated as unknown" and always right. Codes: `unknown-attribute`, `wrong-type`, `out-of-bounds`,
    `unknown-code`, `bad-date`, `bad-link`, `too-long`. `lists` are the code lists of the programme, with its national
    codes (domain.extensions.lists). Refuses an unknown kind with InvalidValue.

    >>> [(attribute, code) for attribute, _, code, _ in validate("release", {"outcome": "released", "depth_cm": 13.0})]
    [('outcome', 'unknown-code')]
    >>> validate("hazard", {})
    []
    """
    attributes = kind(kind_name).attributes
    found: list[Fault] = []
    for name, value in body.items():
        if name not in attributes:
            found.append((name, value, "unknown-attribute", f"{kind_name} has no attribute {name!r}"))
        elif (fault := check_value(attributes[name], value, lists)) is not None:
            found.append((name, value, *fault))
    if extra:
        found += validate_extra(extra, extra_fields, lists)
    return found


def validate_columns(
    kind_name: str, columns: Mapping[str, Sequence[Any]], lists: Lists = CODE_LISTS
) -> list[RowFault]:
    """List what is wrong in columns of one kind, in order of columns then rows; each different value checked once.

    An unknown attribute is one fault at row 0. Refuses an unknown kind with InvalidValue.

    >>> validate_columns("casualty", {"age_years": [12, -1, None], "sex": ["female", "male", "f"]})[0][:4]
    (1, 'age_years', -1, 'out-of-bounds')
    >>> validate_columns("casualty", {})
    []
    """
    attributes = kind(kind_name).attributes
    found: list[RowFault] = []
    for name, values in columns.items():
        if name not in attributes:
            found.append((0, name, None, "unknown-attribute", f"{kind_name} has no attribute {name!r}"))
            continue
        found += [(row, name, value, *fault) for row, value, fault in validate_column(attributes[name], values, lists)]
    return found


def validate_column(
    attribute: Attribute, values: Sequence[Any], lists: Lists = CODE_LISTS
) -> list[tuple[int, Any, tuple[str, str]]]:
    """List the rows of one column that are wrong, as (row, value, (code, message)).

    >>> validate_column(kind("release").attributes["outcome"], ["cleared", "safe"])[0][2][0]
    'unknown-code'
    >>> validate_column(kind("release").attributes["outcome"], [])
    []
    """
    bad: dict[Any, tuple[str, str] | None] = {}
    try:
        # 1 == True == 1.0: the type belongs to the identity of a value.
        different: set[Any] = {(type(value), value) for value in values}
    except TypeError:
        return [(row, value, fault) for row, value in enumerate(values)
                if (fault := check_value(attribute, value, lists)) is not None]
    for key in different:
        if (fault := check_value(attribute, key[1], lists)) is not None:
            bad[key] = fault
    if not bad:
        return []
    return [(row, value, fault) for row, value in enumerate(values)
            if (fault := bad.get((type(value), value))) is not None]


def validate_extra(
    extra: Mapping[str, Any], fields: Iterable[ExtraField], lists: Lists = CODE_LISTS
) -> list[Fault]:
    """List what is wrong in national fields; a value without a declared field is kept, and listed as `undeclared`.

    >>> head = ExtraField(name="households", type="count", labels={"en": "Households"})
    >>> [fault[2] for fault in validate_extra({"households": -3, "other": "x"}, [head])], validate_extra({}, [])
    (['out-of-bounds', 'undeclared'], [])
    """
    declared = {field.name: field for field in fields}
    found: list[Fault] = []
    for name, value in extra.items():
        field = declared.get(name)
        if field is None:
            found.append((name, value, "undeclared", f"{name!r} is no national field of this programme; it is kept"))
            continue
        attribute = Attribute(name, field.type, field.codes, field.unit, None, field.personal)
        fault = _check_own(field, value) if field.own_codes is not None else check_value(attribute, value, lists)
        if fault is not None:
            found.append((name, value, *fault))
    return found


def check_value(attribute: Attribute, value: Any, lists: Lists = CODE_LISTS) -> tuple[str, str] | None:
    """Say what is wrong with one value of an attribute, as (code, message); None when nothing is.

    >>> check_value(kind("item").attributes["quantity"], 2.5)
    ('wrong-type', 'expected a whole number')
    >>> check_value(kind("item").attributes["quantity"], None) is None
    True
    """
    if value is None:
        return None
    check = _CHECKS.get(attribute.type)
    return check(attribute, value, lists) if check else None


def _text(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "wrong-type", "expected words"
    if len(value) > _LONGEST_TEXT:
        return "too-long", f"longer than {_LONGEST_TEXT:,} characters: attach it as a document"
    return None


def _count(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "wrong-type", "expected a whole number"
    return ("out-of-bounds", "a count is not negative") if value < 0 else None


def _number(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return "wrong-type", "expected a number"
    return None


def _area(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    return _number(attribute, value, lists) or (("out-of-bounds", "an area is not negative") if value < 0 else None)


def _share(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    fault = _number(attribute, value, lists)
    return fault or (None if 0 <= value <= 1 else ("out-of-bounds", "a share lies from 0 to 1"))


def _flag(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    return None if isinstance(value, bool) else ("wrong-type", "expected true or false")


def _date(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "wrong-type", "expected a date as text"
    try:
        parse_partial(value)
    except InvalidValue as problem:
        return "bad-date", str(problem.details["why"])
    return None


def _code(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "wrong-type", f"expected a code of {attribute.codes}"
    if attribute.codes is None or value in lists[attribute.codes].codes:
        return None
    return "unknown-code", f"{value!r} is not a code of {attribute.codes}"


def _link(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
    if not isinstance(value, str) or not _UUID.match(value):
        return "bad-link", f"expected the record id of a {attribute.links_to}"
    return None


def _each(check: Check) -> Check:
    def checked(attribute: Attribute, value: Any, lists: Lists) -> tuple[str, str] | None:
        """Check every value of a list, and that none stands twice."""
        if not isinstance(value, (list, tuple)):
            return "wrong-type", "expected a list"
        if len(value) != len({each if isinstance(each, Hashable) else repr(each) for each in value}):
            return "wrong-type", "the same value stands twice in the list"
        return next((fault for each in value if (fault := check(attribute, each, lists)) is not None), None)

    return checked


def _check_own(field: ExtraField, value: Any) -> tuple[str, str] | None:
    values = value if field.type == "codes" and isinstance(value, list) else [value]
    unknown = [each for each in values if each is not None and each not in (field.own_codes or {})]
    return ("unknown-code", f"{unknown[0]!r} is not a code of {field.name}") if unknown else None


_CHECKS: Mapping[str, Check] = MappingProxyType({
    "text": _text, "identifier": _text, "texts": _each(_text), "count": _count, "number": _number, "area": _area,
    "share": _share, "flag": _flag, "date": _date, "code": _code, "codes": _each(_code), "link": _link,
    "links": _each(_link),
})
"""Type word of an attribute -> its check; `value` (anything) has none."""


def as_struct(kind_name: str, body: Mapping[str, Any]) -> msgspec.Struct:
    """Make the typed value of a noun out of a body; refuses what its types refuse with InvalidValue.

    >>> as_struct("hazard", {"classification": "sha"}).classification
    'sha'
    """
    try:
        made: msgspec.Struct = msgspec.convert(dict(body), kind(kind_name).struct)
    except msgspec.ValidationError as error:
        raise InvalidValue(field=kind_name, value=str(dict(body))[:200], why=str(error)) from None
    return made
