"""Which national fields may a programme add to the nouns, while it runs?

A national field is data: a setting, not a column in code. Its values live in `extra` of a record beside the typed
attributes, are checked like them, and are exported under the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["FIELD_TYPES", "ExtraField", "add_field"]

FIELD_TYPES: Mapping[str, str] = MappingProxyType({
    "text": "words as written", "texts": "a list of words", "count": "a whole number, not negative",
    "number": "a number", "flag": "yes or no", "date": "YYYY, YYYY-MM or YYYY-MM-DD",
    "code": "one code of a list", "codes": "several codes of a list", "area": "square metres, not negative",
})
"""What a national field may hold: type word -> what it is."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class ExtraField(msgspec.Struct, frozen=True, kw_only=True):
    """One national field: its name, type, code list (a shipped one, or its own codes with labels), labels, unit."""

    name: str
    type: str = "text"
    codes: str | None = None
    own_codes: dict[str, dict[str, str]] | None = None
    """Codes of this field alone: code -> label by language."""
    labels: dict[str, str] = {}
    unit: str | None = None
    personal: bool = False
    retired: bool = False
    """A retired field is kept and shown, no longer asked for."""


def add_field(fields: Iterable[ExtraField], new: ExtraField, taken: Iterable[str] = ()) -> list[ExtraField]:
    """Return the schema with one more field, or with a field of that name replaced by a wider version of itself.

    Refuses with InvalidValue: a name that is not plain, is `taken` (an attribute of the noun), an unknown type, a
    coded field without codes, a missing English label, a change of type, a code taken away. What was said under the
    old schema stays readable under the new one.

    >>> schema = add_field([], ExtraField(name="village_head", labels={"en": "Village head"}, personal=True))
    >>> [field.name for field in schema]
    ['village_head']
    """
    _check(new, frozenset(taken))
    kept = list(fields)
    for at, old in enumerate(kept):
        if old.name == new.name:
            _check_wider(old, new)
            kept[at] = new
            return kept
    return [*kept, new]


def _check(new: ExtraField, taken: frozenset[str]) -> None:
    why = None
    if not _NAME.fullmatch(new.name):
        why = "lower case letters, digits and _ only, a letter first"
    elif new.name in taken:
        why = "an attribute of this noun has this name"
    elif new.type not in FIELD_TYPES:
        why = f"its type must be one of {', '.join(FIELD_TYPES)}"
    elif new.type in ("code", "codes") and (new.codes is None) == (new.own_codes is None):
        why = "a coded field names a code list or brings its own codes"
    elif not new.labels.get("en"):
        why = "an English label is needed"
    if why:
        raise InvalidValue(field="national field", value=new.name, why=why)


def _check_wider(old: ExtraField, new: ExtraField) -> None:
    gone = set(old.own_codes or ()) - set(new.own_codes or ())
    if (old.type, old.codes) != (new.type, new.codes) or gone:
        raise InvalidValue(field="national field", value=new.name,
                           why="a field keeps its type, its list and its codes; retire it and add another")
    if old.personal and not new.personal:
        raise InvalidValue(field="national field", value=new.name, why="a personal field stays personal")
