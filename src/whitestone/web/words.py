"""How is a value written for a person: label, unit, and "unknown" where it is unknown?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from whitestone.domain.codes import CODE_LISTS, label
from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import Lists
from whitestone.domain.kinds import KINDS, Attribute
from whitestone.errors import InvalidValue

__all__ = ["attribute_label", "coded", "figure", "kind_label", "said", "score_label", "unit_of"]

THIN = "\u202f"
"""Narrow no-break space: groups of three digits, never a comma that another language reads as a decimal sign."""
_LABELS = {"geo_safe": "Recording a position was allowed", "crs": "Reference system",
           "found_in": "Year of finding"}
"""Where the name of an attribute would be read as something that no page may say."""
_SUFFIXES = {"_m2": "m²", "_cm": "cm", "_m": "m", "_deg": "°"}
_ABBREVIATIONS = {"ap": "AP", "av": "AV", "erw": "ERW", "eo": "EO", "id": "ID", "ids": "IDs", "url": "URL",
                  "sha256": "SHA-256"}  # fmt: skip


def figure(value: float | int | None, decimals: int = 0) -> str:
    """Write a number with narrow spaces between groups of three; None is "unknown".

    >>> figure(1234567.5, 1).replace("\\u202f", "_"), figure(-0.2)
    ('1_234_567.5', '0')
    """
    if value is None:
        return _("unknown")
    text = f"{value:,.{decimals}f}".replace(",", THIN)
    text = text.removeprefix("-") if not text.strip("-0.") else text
    return text.replace("-", "\u2212")


def kind_label(name: str, many: bool = False) -> str:
    """Name a kind for people.

    >>> kind_label("minefield_record"), kind_label("hazard", many=True)
    ('Minefield record', 'Hazards')
    """
    text = KINDS[name].plural if many and name in KINDS else name.replace("_", " ")
    return text[:1].upper() + text[1:]


def attribute_label(name: str) -> str:
    """Name an attribute for people, without its unit.

    >>> attribute_label("area_reported_m2"), attribute_label("local_id"), attribute_label("extra.fileId")
    ('Area reported', 'Local ID', 'fileId')
    """
    if name.startswith("extra."):
        return name.removeprefix("extra.")
    if name in _LABELS:
        return _LABELS[name]
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            name = name.removesuffix(suffix)
            break
    words = [_ABBREVIATIONS.get(word, word) for word in name.split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def score_label(name: str) -> str:
    """Name a column of the records of an assessed batch for people.

    >>> score_label("p_field"), score_label("shift_m")
    ('probability of a field', 'shift')
    """
    names = {"id": _("number"), "p_field": _("probability of a field"), "p90_m2": _("ground that holds 90 %"),
             "shift_m": _("shift"), "finds_explained": _("finds explained"), "searched_share": _("share searched")}
    return names.get(name, name)


def unit_of(attribute: str) -> str:
    """Give the unit that an attribute's name carries, as it is printed; empty when it has none.

    >>> unit_of("area_reported_m2"), unit_of("name")
    ('m²', '')
    """
    return next((unit for suffix, unit in _SUFFIXES.items() if attribute.endswith(suffix)), "")


def said(
    value: Any, attribute: Attribute | None = None, languages: Sequence[str] = ("en",), lists: Lists = CODE_LISTS
) -> str:
    """Write any stated value; None is "unknown", what nobody stated is "not stated".

    Of the languages the first one in which `lists` name a code is taken, else English.

    >>> said(None), said(True), said(["a", "b"]), said(msgspec.UNSET), said([])
    ('unknown', 'yes', 'a; b', 'not stated', 'none')
    """
    if value is None:
        return _("unknown")
    if value is msgspec.UNSET:
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(said(each, attribute, languages, lists) for each in value) or _("none")
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {said(each)}" for key, each in value.items())
    if isinstance(value, (int, float)):
        return figure(value, 0 if float(value).is_integer() else 2 if abs(value) < 1000 else 1)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if attribute is not None and attribute.codes:
        return coded(attribute.codes, str(value), languages, lists)
    return _dated(str(value)) if attribute is not None and attribute.type == "date" else str(value)


def coded(codes: str, value: str, languages: Sequence[str] = ("en",), lists: Lists = CODE_LISTS) -> str:
    """Give the label of a code, or the code itself where no list has it.

    >>> coded("hazard_class", "sha"), coded("hazard_class", "")
    ('Suspected hazardous area', '')
    """
    try:
        return label(codes, value, languages, lists)
    except (KeyError, InvalidValue):
        return value


def _dated(text: str) -> str:
    """Say when a date is known to the month or year only."""
    try:
        precision = parse_partial(text).precision
    except InvalidValue:
        return text
    return text if precision == "day" else f"{text} ({_('known to the ' + precision)})"
