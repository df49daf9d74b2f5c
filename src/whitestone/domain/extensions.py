"""Which national fields and codes may a programme add to the nouns, while it runs?

A national field is data: a setting, not a column in code. Its values live in `extra` of a record beside the typed
attributes, are checked like them, and are exported under the same name. A national code is a child of a core code:
it is kept as it is said, and every figure counts it as its parent, so that two countries stay comparable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.domain.codes import CODE_LISTS, Code, CodeList, code_list
from whitestone.domain.kinds import Attribute, kind
from whitestone.errors import InvalidValue

__all__ = [
    "FIELD_TYPES", "NO_CODES", "ExtraField", "Lists", "NationalCode", "NationalCodes", "add_code", "add_field",
    "as_core", "attributes_of", "lists",
]  # fmt: skip

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


class NationalCode(msgspec.Struct, frozen=True, kw_only=True):
    """One national code: the core code that it is a child of, its labels by language, and how else it is written."""

    parent: str
    labels: dict[str, str]
    also: list[str] = []


NationalCodes = Mapping[str, Mapping[str, NationalCode]]
"""Name of a code list -> national code -> what it is; the setting `national_codes`."""


Lists = Mapping[str, CodeList]
"""The code lists of a programme, by name."""
NO_CODES: NationalCodes = MappingProxyType({})
"""No national codes."""


def add_code(codes: NationalCodes, name: str, code: str, new: NationalCode) -> dict[str, dict[str, NationalCode]]:
    """Return the national codes with one more in the list `name`, or with one of that name said anew.

    Refuses with InvalidValue: an unknown list, a name that is not plain or is a core code, a parent that is no core
    code or differs from before, a missing English label, a word that already means another code of the list.

    >>> more = add_code({}, "sex", "third", NationalCode(parent="other", labels={"en": "Third gender"}))
    >>> lists(more)["sex"].understand("THIRD GENDER"), lists(more)["sex"].core("third")
    ('third', 'other')
    """
    core = code_list(name).codes
    own = dict(codes.get(name, {}))
    why = None
    if not _NAME.fullmatch(code):
        why = "lower case letters, digits and _ only, a letter first"
    elif code in core:
        why = "a core code has this name"
    elif new.parent not in core:
        why = f"it must be the child of a core code: one of {', '.join(core)}"
    elif not new.labels.get("en"):
        why = "an English label is needed"
    elif code in own and own[code].parent != new.parent:
        why = "a code keeps its parent, or figures of closed years would move"
    else:
        rest = lists({name: {each: about for each, about in own.items() if each != code}})[name]
        meant = {word: rest.understand(word) for word in (*new.labels.values(), *new.also)}
        why = next((f"{word!r} already means {other!r}" for word, other in meant.items() if other is not None), None)
    if why:
        raise InvalidValue(field=f"national code of {name}", value=code, why=why)
    return {**{each: dict(known) for each, known in codes.items()}, name: {**own, code: new}}


def attributes_of(kind_name: str, fields: Iterable[ExtraField] = ()) -> dict[str, Attribute]:
    """Return what a kind may state: its attributes, and the national fields of a programme, which live in `extra`.

    >>> head = ExtraField(name="households", type="count", labels={"en": "Households"})
    >>> "households" in attributes_of("place", [head]), "households" in attributes_of("place")
    (True, False)
    """
    own = {
        field.name: Attribute(field.name, field.type, _own_list(kind_name, field), field.unit, None, field.personal)
        for field in fields
    }
    return {**own, **kind(kind_name).attributes}


def _own_list(kind_name: str, field: ExtraField) -> str | None:
    return field.codes if field.own_codes is None else f"{kind_name}.{field.name}"


def lists(codes: NationalCodes, fields: Mapping[str, Iterable[ExtraField]] = MappingProxyType({})) -> Lists:
    """Return the code lists as a programme uses them: the shipped ones, with its national codes among them.

    The own codes of a national field are a list named KIND.FIELD. Refuses with InvalidValue what `CodeList.extended`
    refuses.

    >>> lists({}) is CODE_LISTS
    True
    """
    own = {
        f"{name}.{field.name}": CodeList(f"{name}.{field.name}", field.labels.get("en", field.name), MappingProxyType({
            code: Code(code, labels) for code, labels in field.own_codes.items()
        }))
        for name, each in fields.items() for field in each if field.own_codes is not None
    }
    if not own and not any(codes.values()):
        return CODE_LISTS
    made = {
        name: code_list(name).extended({
            code: Code(code, about.labels, about.parent, synonyms=tuple(about.also)) for code, about in national.items()
        })
        for name, national in codes.items()
    }
    return MappingProxyType({**CODE_LISTS, **own, **made})


def as_core(kind_name: str, body: dict[str, Any], codes: NationalCodes) -> dict[str, Any]:
    """Return a body in which each national code stands as its parent: what rules and figures look at.

    >>> national = add_code({}, "hazard_class", "cha_dense", NationalCode(parent="cha", labels={"en": "Dense"}))
    >>> as_core("hazard", {"classification": "cha_dense", "name": "A"}, national)
    {'classification': 'cha', 'name': 'A'}
    >>> as_core("hazard", {}, {})
    {}
    """
    if not any(codes.values()):
        return body
    changed: dict[str, Any] = {}
    for name, attribute in kind(kind_name).attributes.items():
        own = codes.get(attribute.codes or "")
        value = body.get(name) if own else None
        if own and isinstance(value, str) and value in own:
            changed[name] = own[value].parent
        elif own and isinstance(value, list):
            changed[name] = list(dict.fromkeys(own[each].parent if each in own else each for each in value))
    return {**body, **changed} if changed else body
