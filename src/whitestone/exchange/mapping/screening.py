"""Which records of a chunk break a rule at entry, asked by column so that clean rows cost next to nothing?"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Set
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.domain.kinds import KINDS
from whitestone.domain.settings import Settings
from whitestone.exchange.mapping.columns import Column
from whitestone.exchange.mapping.model import RecordSpec
from whitestone.exchange.mapping.rows import Made
from whitestone.quality.entry import EntryBatch, screen

if TYPE_CHECKING:
    from whitestone.exchange.mapping.blocks import Faults

__all__ = ["screen_records"]

Values = dict[str, tuple[Column, pl.Series]]
"""For each attribute the column it came from and the JSON of its different values."""
_LOOKED_AT = ("date", "count", "number", "area")


def screen_records(
    made: Made, spec: RecordSpec, values: Values, shapes: npt.NDArray[np.object_] | None, settings: Settings,
    today: dt.date, faults: Faults, sealed: Set[str] = frozenset(),
) -> None:  # fmt: skip
    """Run the rules at entry over the records of a block and note what they find in their rows.

    Fields that are `sealed` are left aside: a finding is shown to everybody. Only what is always personal and a date
    takes part in comparing the order of days, which tells no such day. `shapes` are the geometries in WGS 84 before
    any repair; without them the records' bounds stand for points.
    """
    if not len(made.at):
        return
    points = made.bounds is not None and shapes is None
    personal = {name for name, each in KINDS[made.kind].attributes.items() if each.personal}
    batch = EntryBatch(
        kind=made.kind,
        columns=_columns(made.kind, {name: each for name, each in values.items() if name not in sealed - personal}),
        today=today,
        geometry=shapes,
        lon=made.bounds[:, 0] if points and made.bounds is not None else None,
        lat=made.bounds[:, 1] if points and made.bounds is not None else None,
    )
    for found in screen(batch, settings):
        field = spec.fields.get(found.column or "")
        column = "+".join(field.sources) if field is not None else found.column
        faults.find(int(made.at[found.index]), column, found.value, found.code, found.message)


def _columns(kind: str, values: Values) -> dict[str, list[Any]]:
    """Give the rules dates and numbers; no rule at entry reads other attributes. Ids are compared by the run."""
    chosen: dict[str, list[Any]] = {}
    for name, (column, texts) in values.items():
        attribute = KINDS[kind].attributes.get(name)
        if attribute is None or attribute.type not in (("date",) if attribute.personal else _LOOKED_AT):
            continue
        plain = [None if text is None else json.loads(text) for text in texts.to_list()]
        held_as = pl.String if attribute.type == "date" else pl.Float64
        chosen[name] = column.spread(pl.Series(plain, dtype=held_as)).to_list()
    return chosen
