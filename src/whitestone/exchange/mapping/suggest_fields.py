"""Which column is which attribute of which kind, by its heading and by what stands in it, and why?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from whitestone.domain.kinds import KINDS, Attribute
from whitestone.exchange.mapping.model import FieldSpec
from whitestone.exchange.mapping.suggest_profile import (
    Profile,
    is_headed,
    is_personal,
    not_numbers,
    some_dates,
    understood_share,
    words,
)

__all__ = ["Guess", "fields_for"]

_BY_CONTENT = {"casualty_outcome", "sex", "age_group", "person_status", "casualty_activity", "hazard_class",
               "release_outcome", "eo_category", "activity_type", "event_type", "hazard_status"}
"""Code lists whose words are telling enough to recognise a column that is headed otherwise."""

_OF_PERSONS = ("accident", "casualty")
"""Kinds in whose free text people are named."""
_COUNTS = {"count", "number", "area", "share"}


class Guess(msgspec.Struct):
    """One attribute's reading, with its reason and how sure it is (0 to 1)."""

    attribute: str
    spec: FieldSpec
    reason: str
    score: float


def fields_for(kind: str, columns: list[Profile], taken: set[str]) -> list[Guess]:
    """Guess the fields of a kind: each attribute from its best column, each column for one attribute.

    A column that was taken for positions or dates is left out.
    """
    named = {column.name for column in columns if is_personal(column)}
    guesses = [
        guess
        for column in columns
        if column.name not in taken and column.filled
        for attribute in KINDS[kind].attributes.values()
        if not (kind == "casualty" and attribute.name == "name")  # a casualty's name is a person's: person_name
        # Whoever is named beside a record (an informant, an owner) never becomes its name or its remark.
        if attribute.personal or column.name not in named
        if (guess := _guess(kind, column, attribute)) is not None
    ]
    chosen: dict[str, Guess] = {}
    used: set[str] = set()
    for guess in sorted(guesses, key=lambda each: -each.score):
        column = guess.spec.column or ""
        if guess.attribute not in chosen and column not in used:
            # A draft is kept in the clear: it never quotes what may identify a person.
            if KINDS[kind].attributes[guess.attribute].personal:
                guess.reason = "by its heading; personal: its values are sealed, and none is quoted here"
            elif kind in _OF_PERSONS and KINDS[kind].attributes[guess.attribute].type in ("text", "texts"):
                guess.reason = "by its heading; free text about persons, none is quoted here: personal, if it names any"
            chosen[guess.attribute] = guess
            used.add(column)
    order = list(KINDS[kind].attributes)
    return sorted(chosen.values(), key=lambda each: order.index(each.attribute))


def _guess(kind: str, column: Profile, attribute: Attribute) -> Guess | None:
    named = _named(column, attribute.name)
    if attribute.type in ("code", "codes"):
        return _code(column, attribute, named)
    if not named:
        return None
    if attribute.type == "date":
        return _date(column, attribute, named)
    if attribute.type in _COUNTS:
        return _number(column, attribute, named)
    if attribute.name == "local_id":
        return _identifier(column, named)
    if attribute.name == "place_name" and kind == "place":
        return None
    if attribute.name == "country" and all(len(value) <= 3 and value.isupper() for value in column.values[:50]):
        return Guess("country", FieldSpec(column=column.name), _because(column, "country codes"), 1.0)
    if attribute.type in ("text", "identifier") and not (column.numeric and attribute.type == "text" and named < 1):
        return Guess(attribute.name, FieldSpec(column=column.name), _because(column, "text"), 0.5 + 0.3 * named)
    return None


def _named(column: Profile, attribute: str) -> float:
    """Score the heading: 1 for exactly one of the words, less where a word begins it or stands in it."""
    known = words().fields.get(attribute, [])
    if is_headed(column.head, known):
        return 1.0
    if any(column.head.startswith(word + " ") or column.head.endswith(" " + word) for word in known if len(word) > 2):
        return 0.6
    return 0.0


def _because(column: Profile, what: str) -> str:
    shown = ", ".join(repr(value) for value in column.values[:3])
    return f"by its heading; {column.filled} of {column.rows} filled, {column.distinct} different ({what}: {shown})"


def _code(column: Profile, attribute: Attribute, named: float) -> Guess | None:
    if column.distinct > 100 or not column.filled or column.numeric:
        return None
    values, split = _apart(column.values, attribute)
    share, read = understood_share(values, attribute.codes or "")
    telling = attribute.codes in _BY_CONTENT and share >= 0.8
    if share < (0.3 if named == 1 else 0.5 if named else 2) and not telling:
        return None
    pairs = "; ".join(f"{text} → {code}" for text, code in list(read.items())[:6] if code)
    lost = [text for text, code in read.items() if code is None]
    how = "heading and content" if named else f"content, whatever its heading {column.name!r} says"
    reason = f"by {how}; {len(read) - len(lost)} of {len(read)} values understood ({pairs})"
    if lost:
        reason += f"; NOT understood, add them to a values table: {', '.join(map(repr, lost[:8]))}"
    spec = FieldSpec(column=column.name, split=split)
    return Guess(attribute.name, spec, reason, share * (0.75 + 0.25 * named))


def _apart(values: list[str], attribute: Attribute) -> tuple[list[str], str | None]:
    """Take apart the cells of an attribute that holds several codes, where one sign between them makes more of them."""
    best, split = values, None
    for sign in (";", "|", ",", "/", "+") if attribute.type == "codes" else ():
        if not any(sign in value for value in values):
            continue
        parts = list(dict.fromkeys(part.strip() for value in values for part in value.split(sign) if part.strip()))
        if understood_share(parts, attribute.codes or "")[0] > understood_share(best, attribute.codes or "")[0]:
            best, split = parts, sign
    return best, split


def _date(column: Profile, attribute: Attribute, named: float) -> Guess | None:
    if column.date_format is None:
        if column.numeric and column.whole and column.low >= 20_000 and column.high <= 60_000:
            spec = FieldSpec(column=column.name, formats=["excel"])
            return Guess(attribute.name, spec, "by its heading; the numbers are spreadsheet days", 0.5 + 0.3 * named)
        formats, note = some_dates(column) if named == 1 else ([], "")
        return Guess(attribute.name, FieldSpec(column=column.name, formats=formats), f"by its heading; {note}",
                     0.6) if formats else None  # fmt: skip
    spec = FieldSpec(column=column.name, formats=column.date_formats)
    return Guess(attribute.name, spec, f"by its heading; {column.date_note}", 0.6 + 0.3 * named)


def _number(column: Profile, attribute: Attribute, named: float) -> Guess | None:
    if attribute.name == "admin_level":
        return _level(column, named)
    is_count = attribute.type == "count"
    lost = not_numbers(column, counts=is_count) if named == 1 and (is_count or not column.numeric) else []
    # One cell that is wrong (-1 killed, "about ten") does not make the column nobody's: that cell becomes a finding.
    is_some = 0 < len(lost) <= 0.5 * len(column.values)
    if not column.numeric and not is_some:
        return None
    if (is_count and not is_some and (not column.whole or column.low < 0)) or (not is_count and column.low < 0):
        return None
    factor, unit = _unit(column.head) if attribute.type == "area" else (1.0, "")
    spec = FieldSpec(column=column.name, decimal=column.decimal, thousands=column.thousands, factor=factor)
    reason = f"by its heading{unit}; numbers from {column.low:g} to {column.high:g}"
    if lost:
        decimals = "" if is_count else f", with {column.decimal!r} before decimals"
        reason += f"{decimals}; NOT understood: {', '.join(map(repr, lost[:8]))}"
    return Guess(attribute.name, spec, reason, 0.55 + 0.35 * named)


def _unit(head: str) -> tuple[float, str]:
    if any(word in head for word in _SQUARE_KILOMETRES):
        return 1_000_000.0, ", square kilometres"
    if head.endswith((" ha", " га")) or any(word in head for word in _HECTARES):
        return 10_000.0, ", hectares"
    is_said = any(word in head for word in _SQUARE_METRES)
    return 1.0, "" if is_said else ", taken for square metres: check the unit"


_SQUARE_KILOMETRES = ("km2", "sq km", "square kilomet", "км2", "кв км", "квадратных километр")
_HECTARES = ("hectare", "hectarea", "hektar", "гектар")
_SQUARE_METRES = ("m2", "sqm", "sq m", "square metre", "square meter", "м2", "кв м", "квадратных метр",
                  "metros cuadrados", "metres carres")  # fmt: skip


def _level(column: Profile, named: float) -> Guess | None:
    if all(value[:3].upper() == "ADM" and value[3:].isdigit() for value in column.values):
        values = {value: int(value[3:]) for value in sorted(column.values)}
        spec = FieldSpec(column=column.name, values=values)
        return Guess("admin_level", spec, "levels written as ADM and a number", 0.9)
    if column.numeric and column.whole and column.low >= 0 and column.high <= 6:
        return Guess("admin_level", FieldSpec(column=column.name), _because(column, "levels"), 0.5 + 0.4 * named)
    return None


def _identifier(column: Profile, named: float) -> Guess | None:
    if not column.unique or column.date_format == "":
        return None
    spec = FieldSpec(column=column.name, whole=column.pointed)
    note = ", written with a decimal point that is taken off" if column.pointed else ""
    return Guess("local_id", spec, f"by its heading; every row has one of its own{note}", 0.5 + 0.4 * named)


def total_score(guesses: Iterable[Guess]) -> float:
    """Add up how sure the guesses are.

    >>> total_score([])
    0.0
    """
    return float(sum(guess.score for guess in guesses))
