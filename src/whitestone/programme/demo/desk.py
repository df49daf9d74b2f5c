"""On what desk do the drafts of the simulated authority lie?"""

from __future__ import annotations

import random
import uuid
from typing import Any

import msgspec
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Draft
from whitestone.programme.demo.world import onto_globe

__all__ = ["Desk"]


class Desk(msgspec.Struct):
    """The authority's desk: drafts that it makes, and what it knows by name."""

    dice: random.Random
    drafts: list[Draft]

    def draft(
        self, kind: str, body: dict[str, Any], shape: Any = None, date: str | None = None, **more: Any
    ) -> uuid.UUID:
        """Make a draft of a new record and return its id."""
        record = new_id()
        wkb = None if shape is None else shapely.to_wkb(onto_globe(shape))
        self.drafts.append(Draft(kind=kind, record_id=record, body=body, geometry=wkb, information_date=date, **more))
        return record
