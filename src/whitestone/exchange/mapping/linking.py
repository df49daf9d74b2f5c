"""Which records and places do the cells of a row name, and what is wrong with those that name none?

Who knows the records is asked once for all different cells of a column; what is not known is a fault of the cell, never
a guess.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from whitestone.exchange.mapping.columns import Column
from whitestone.exchange.mapping.model import LinkSpec, PlaceSpec

__all__ = ["LinkSource", "place_links", "record_links"]

Links = tuple[list[str | None], dict[int, tuple[str, str]]]
"""For each different cell the JSON of its link (None: it makes none), and the faults (code, sentence) by number."""


class LinkSource(Protocol):
    """Who knows the records that rows may link to."""

    def records(self, dataset: str | None, kind: str, ids: Sequence[str]) -> dict[str, str]:
        """Give the record id of each local id that is known."""

    def places(self, spec: PlaceSpec, asked: Sequence[tuple[str, str, str]]) -> list[str | tuple[str, str]]:
        """Give for each (code, name, within) the record id of the place, or a fault (code, sentence)."""


def place_links(spec: PlaceSpec, column: Column, source: LinkSource) -> Links:
    """Find the place that each different cell (code, name, within, joined) means.

    >>> import polars as pl
    >>> class Nobody:
    ...     def records(self, dataset, kind, ids):
    ...         return {}
    ...     def places(self, spec, asked):
    ...         return [("place-unknown", f"{name} is not known") for _, name, _ in asked]
    >>> place_links(PlaceSpec(name="town"), Column(pl.Series(["Tessary"])), Nobody())
    ([None], {0: ('place-unknown', 'Tessary is not known')})
    >>> place_links(PlaceSpec(name="town"), Column(pl.Series([], dtype=pl.String)), Nobody())
    ([], {})
    """
    sources = [name for name in (spec.pcode, spec.name, spec.within) if name is not None]
    asked = []
    for text in column.uniques:
        cells = dict(zip(sources, text.split("\x1f"), strict=True))
        parts = (cells.get(name, "").strip() if name else "" for name in (spec.pcode, spec.name, spec.within))
        code, name, within = parts
        asked.append((spec.prefix + code.zfill(spec.pad) if code else "", name, within))
    written: list[str | None] = []
    faults: dict[int, tuple[str, str]] = {}
    for number, found in enumerate(source.places(spec, asked)):
        if isinstance(found, str):
            written.append(json.dumps(found) if found else None)
        else:
            faults[number] = found
            written.append(None)
    return written, faults


def record_links(link: LinkSpec, kind: str, column: Column, source: LinkSource, many: bool) -> Links:
    """Find the records of a kind that each different cell names by their local ids, one or `many`.

    >>> import polars as pl
    >>> class One:
    ...     def records(self, dataset, kind, ids):
    ...         return {"H-1": "0000"} if "H-1" in ids else {}
    ...     def places(self, spec, asked):
    ...         return []
    >>> cells = Column(pl.Series(["H-1;H-2"]))
    >>> record_links(LinkSpec(attribute="hazard_ids", column="on", split=";"), "hazard", cells, One(), many=True)
    (['["0000"]'], {0: ('link-broken', "no hazard is known here by 'H-2'")})
    """
    pieces = [
        [part.strip() for part in (text.split(link.split) if link.split else [text]) if part.strip()]
        for text in column.uniques
    ]
    known = source.records(link.dataset, kind, sorted({part for parts in pieces for part in parts}))
    written: list[str | None] = []
    faults: dict[int, tuple[str, str]] = {}
    for number, parts in enumerate(pieces):
        found = [known[part] for part in parts if part in known]
        lost = [part for part in parts if part not in known]
        if lost:
            faults[number] = ("link-broken", f"no {kind} is known here by {', '.join(map(repr, lost))}")
        written.append(json.dumps(found if many else found[0]) if found else None)
    return written, faults
