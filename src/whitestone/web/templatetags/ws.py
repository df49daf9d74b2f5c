"""Which words may templates use to write values and to keep both clocks in every link?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from json import dumps
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from whitestone.domain.extensions import attributes_of
from whitestone.domain.kinds import KINDS
from whitestone.land.repairs import LINES
from whitestone.web import words
from whitestone.web.desk import current

register = template.Library()

register.filter("attribute_label", words.attribute_label)
register.filter("unit_of", words.unit_of)
KEPT = ("on", "known", "dir")
"""What every link carries on: both clocks, and the direction of writing when it was asked for."""


@register.simple_tag(takes_context=True)
def to(context: dict[str, Any], name: str, *args: Any, **query: Any) -> str:
    """Write the address of a page with both clocks kept."""
    return with_clocks(context, reverse(name, args=args), query)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], **query: Any) -> str:
    """Write the address of this page with some parameters changed; None takes one away."""
    request = context["request"]
    merged = {key: request.GET[key] for key in request.GET} | query
    return with_clocks(context, request.path, merged)


def with_clocks(context: dict[str, Any], path: str, query: dict[str, Any]) -> str:
    """Join a path, the clocks and a query; empty values are left out."""
    request = context["request"]
    kept = {key: request.GET[key] for key in KEPT if request.GET.get(key)}
    pairs = {key: value for key, value in {**kept, **query}.items() if value not in (None, "")}
    return f"{path}?{urlencode(pairs)}" if pairs else path


@register.filter
def kind_label(name: str) -> str:
    """Name a kind in the singular."""
    return words.kind_label(name)


@register.filter
def kinds_label(name: str) -> str:
    """Name a kind in the plural."""
    return words.kind_label(name, many=True)


@register.filter
def figure(value: float | None, decimals: int = 0) -> str:
    """Write a number; None is "unknown"."""
    return words.figure(value, decimals)


@register.filter
def percent(share: float | None, decimals: int = 0) -> str:
    """Write a share as per cent without the sign; None is "unknown"."""
    return words.figure(None if share is None else 100.0 * share, decimals)


@register.filter
def score_label(name: str) -> str:
    """Name a column of the records of a batch."""
    return words.score_label(name)


@register.filter
def as_written(sheet: Any) -> str:
    """Write a transcription as it was handed in, field by field; what says nothing is left out."""
    stated = {name: part for name, part in sheet.items() if part not in (None, "", [], {})}
    return dumps(stated, ensure_ascii=False, indent=1)


@register.simple_tag
def value(stated: Any, kind: str, attribute: str) -> str | SafeString:
    """Write a value of an attribute; unknown is marked as such, so that it is never read as a value."""
    programme = current().programme
    about = None
    if kind in KINDS:
        fields = programme.settings.extra_fields.get(kind)
        known = attributes_of(kind, fields) if fields else KINDS[kind].attributes
        about = known.get(attribute)
    text = words.said(stated, about, programme.settings.languages, programme.lists)
    return format_html('<span class="unknown">{}</span>', text) if stated is None else text


@register.filter
def pairs(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Offer codes as choices for people, after the blank one; no codes offer nothing.

    >>> pairs(("partly_lifted",)), pairs(())
    ([('', ''), ('partly_lifted', 'partly lifted')], [])
    """
    return [("", ""), *((code, spaced(code)) for code in codes)] if codes else []


@register.filter
def spaced(word: str | None) -> str:
    """Write a name of the program as words: `killed_or_injured` as "killed or injured"."""
    return str(word or "").replace("_", " ")


@register.filter
def in_words(sentence: str) -> str:
    """Write the areas of a sentence as the figures of a page are written."""
    def written(found: re.Match[str]) -> str:
        """Write one area as the page writes figures."""
        return f"{words.figure(float(found[1].replace(',', '')), 2)} m²"

    return re.sub(r"(\d[\d,]*\.\d\d) m2", written, sentence)


@register.filter
def is_work(line: str) -> bool:
    """Say whether a proof line is work: whether it has cases and proposals of its own."""
    return line in LINES


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """Take one entry of a mapping; None when it is not there."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def listing_with(context: dict[str, Any], kind: str, attribute: str, stated: str) -> str:
    """Write the address of a table filtered to one value of one attribute."""
    return with_clocks(context, reverse("listing", args=(kind,)), {f"f.{attribute}": stated})


@register.simple_tag(takes_context=True)
def listing_of(context: dict[str, Any], kind: str, **stated: str) -> str:
    """Write the address of a table filtered to several values, on the last day of the ledger that is looked at."""
    filters = {f"f.{attribute}": value for attribute, value in stated.items() if value and value != "unknown"}
    ledger = context.get("ledger")
    return with_clocks(context, reverse("listing", args=(kind,)), filters | ({"on": str(ledger.end)} if ledger else {}))


@register.simple_tag
def json(data: Any) -> SafeString:
    """Write data for a script element of type application/json, where no character can end the element."""
    text = dumps(data, ensure_ascii=True, default=str)
    return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@register.filter
def link_label(attribute: str) -> str:
    """Name a link by what it points at, not by the id that it holds."""
    return words.attribute_label(attribute.removesuffix("_ids").removesuffix("_id"))


@register.filter
def fill_of(classification: str) -> str:
    """Say which sign of the map a hazard class has; a national class without one is drawn as of unknown class."""
    known = ("cha", "sha", "indication", "eod_spot", "storage_site")
    return classification if classification in known else "class-unknown"


@register.filter
def outline_of(status: str) -> str:
    """Say which of the four outlines of the map a hazard status wears; sub-states wear that of their state."""
    if status in ("suspended", "awaiting_qc", "awaiting_handover"):
        return "worked_on"
    if status == "handed_over":
        return "closed"
    return status if status in ("open", "worked_on", "closed") else "status-unknown"


def _account(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    return {name: request.GET.get(name) for name in ("by", "from", "to", "row", "unit")}


@register.simple_tag(takes_context=True)
def behind_link(context: dict[str, Any]) -> str:
    """Write the beginning of the address of the records behind a figure; the column, the row or the line follow."""
    return with_clocks(context, reverse("ledger-records"), {**_account(context), "by": context.get("by", "class")})


@register.simple_tag(takes_context=True)
def ledger_link(context: dict[str, Any]) -> str:
    """Write the way back to the ledger that was looked at."""
    return with_clocks(context, reverse("ledger"), _account(context))


@register.simple_tag(takes_context=True)
def period_behind(context: dict[str, Any], slug: str, by: str) -> str:
    """Write the beginning of the address of the records behind a frozen figure; column and row follow."""
    return with_clocks(context, reverse("period-records", args=(slug,)), {"by": by})


@register.simple_tag(takes_context=True)
def period_records(context: dict[str, Any], slug: str, query: str) -> str:
    """Write the address of the records behind one frozen figure, with both clocks kept."""
    return with_clocks(context, reverse("period-records", args=(slug,)), dict(parse_qsl(query)))


@register.simple_tag(takes_context=True)
def ledger_now(context: dict[str, Any], query: str) -> str:
    """Write the address of the records behind a figure of today's ledger for the days that the query names."""
    return with_clocks(context, reverse("ledger-records"), dict(parse_qsl(query)))
