"""Where is it said to be, under which names and codes, and since when?

A place keeps every attested name with its source; which one is displayed is the deployment's choice.
"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Identifier, Maybe, Record, Text
from whitestone.domain.coded import PlaceLink, PlaceType

__all__ = ["Place"]


class Place(Record, kw_only=True, omit_defaults=True):
    """A gazetteer entry: an administrative unit, a settlement, a named spot."""

    place_type: Maybe[PlaceType] = UNSET
    admin_level: Maybe[Count] = UNSET
    pcode: Maybe[Identifier] = UNSET
    parent_id: Maybe[PlaceLink] = UNSET
    parent_pcode: Maybe[Identifier] = UNSET
    country: Maybe[Text] = UNSET
    names: Maybe[list[dict[str, Any]]] = UNSET
    """Each: name, language, script, source, valid_from, valid_to."""
    valid_from: Maybe[DateText] = UNSET
    valid_to: Maybe[DateText] = UNSET
    population: Maybe[Count] = UNSET
    population_on: Maybe[DateText] = UNSET
