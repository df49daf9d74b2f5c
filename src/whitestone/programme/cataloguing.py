"""Which types of ordnance does a programme know, and how does it add its own?"""

from __future__ import annotations

from typing import Any

import msgspec

from whitestone.domain.catalogue import (
    CATALOGUE_VERSION,
    Catalogue,
    NationalType,
    OrdnanceType,
    add_type,
    core_catalogue,
    publications,
    with_national,
)
from whitestone.domain.codes import code_list
from whitestone.errors import InvalidValue, NotAProgramme, UnknownOrdnance
from whitestone.programme.opening import Programme, open_programme

__all__ = ["catalogue_at", "describe_type", "extend_ordnance", "find_type", "list_types"]


def catalogue_at(target: str, who: str | None = None) -> Catalogue:
    """Return the catalogue as the programme at `target` uses it; the shipped rows alone where there is no programme."""
    try:
        with open_programme(target, who, readonly=True) as programme:
            return with_national(programme.settings.national_ordnance)
    except NotAProgramme:
        return core_catalogue()


def list_types(catalogue: Catalogue, category: str | None = None, limit: int = 50) -> dict[str, Any]:
    """List the rows, of one category where it is named: how many there are, and the first `limit` of them.

    Refuses what is no category with InvalidValue.
    """
    known = code_list("eo_category")
    if category is not None and category not in known.codes:
        meant = known.understand(category)
        if meant is None:
            raise InvalidValue(field="category", value=category, why=f"one of {', '.join(known.codes)}")
        category = meant
    rows = [row for row in catalogue.values() if category in (None, row.category)]
    return {"version": CATALOGUE_VERSION, "category": category, "total": len(rows), "shown": min(limit, len(rows)),
            "types": [row.as_dict() for row in rows[:limit]]}  # fmt: skip


def describe_type(catalogue: Catalogue, asked: str) -> dict[str, Any]:
    """Describe one row, by its id or any spelling, with its publications written out.

    Refuses what names no row with UnknownOrdnance.
    """
    row = catalogue.find(asked)
    if row is None:
        raise UnknownOrdnance(asked=asked)
    return {"version": CATALOGUE_VERSION, **row.as_dict(), "sources": [_source(key) for key in row.sources]}


def _source(key: str) -> dict[str, str | None]:
    """Write a publication out; a national row cites its own source in words."""
    known = publications().get(key)
    return {"title": known.title, "publisher": known.publisher} if known else {"title": key, "publisher": None}


def find_type(catalogue: Catalogue, text: str, limit: int = 10) -> dict[str, Any]:
    """Say which row a spelling means, and which rows have a spelling that begins like it or holds it."""
    row = catalogue.find(text)
    near = [each for each in catalogue.near(text, limit + 1) if row is None or each.id != row.id][:limit]
    return {"version": CATALOGUE_VERSION, "text": text, "found": row.as_dict() if row else None,
            "near": [_short(each) for each in near]}  # fmt: skip


def _short(row: OrdnanceType) -> dict[str, str]:
    return {"id": row.id, "designation": row.designation, "category": row.category}


def extend_ordnance(programme: Programme, key: str, new: NationalType, *, reason: str) -> NationalType:
    """Add a national row under a core row or a category, or say one anew; no row is ever taken away.

    Refuses with InvalidValue what `domain.catalogue.add_type` refuses.
    """
    rows = add_type(programme.settings.national_ordnance, key, new)
    programme.set({"national_ordnance": msgspec.to_builtins(rows)}, reason=reason)
    return new
