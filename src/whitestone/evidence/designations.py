"""Which types of ordnance does a text name, where, and in which spelling?"""

from __future__ import annotations

import msgspec

__all__ = ["Mention"]


class Mention(msgspec.Struct, frozen=True):
    """One designation in a text: `text[start:end] == as_written`; `catalogue_id` is None for a type not catalogued."""

    designation: str
    """As the catalogue writes it; as written in the text where the catalogue does not have it."""
    catalogue_id: str | None
    start: int
    end: int
    as_written: str
