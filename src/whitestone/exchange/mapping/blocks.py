"""How does one [[record]] block of a mapping make records, and what is wrong in which of its rows?"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import attributes_of
from whitestone.domain.kinds import KINDS, Attribute, Kind
from whitestone.exchange.mapping.columns import Column, View, json_text, member, without_separator
from whitestone.exchange.mapping.linking import LinkSource, place_links, record_links
from whitestone.exchange.mapping.model import FieldSpec, LinkSpec, Mapping, RecordSpec
from whitestone.exchange.mapping.positions import Positions
from whitestone.exchange.mapping.rows import Made, RowFinding
from whitestone.exchange.mapping.screening import Values, screen_records
from whitestone.exchange.mapping.source_clock import UNCLEAR, read_instants
from whitestone.exchange.mapping.understand import Understanding, understand

if TYPE_CHECKING:
    from whitestone.exchange.mapping.apply import Applier

__all__ = ["Faults", "make_records"]

Mask = npt.NDArray[np.bool_]
_EPOCH = dt.date(1970, 1, 1)


class Faults:
    """What was found in the rows of a chunk; `held` rows make no records."""

    def __init__(self, numbers: npt.NDArray[np.int64]) -> None:
        self.numbers = numbers
        self.findings: list[RowFinding] = []
        self.found: set[int] = set()
        self.held: dict[int, list[tuple[str, str]]] = {}

    def find(self, row: int, column: str | None, value: str | None, code: str, message: str) -> None:
        """Note a finding in a frame row that stays accepted."""
        self.found.add(row)
        self.findings.append(RowFinding(int(self.numbers[row]), column, value, code, message))

    def hold(self, row: int, code: str, message: str) -> None:
        """Hold a frame row; further reasons are kept with the first."""
        reasons = self.held.setdefault(row, [])
        if (code, message) not in reasons:
            reasons.append((code, message))

    def settle(self, unknown: str, row: int, column: str | None, value: str | None, fault: tuple[str, str]) -> None:
        """Do with something not understood what the mapping says: hold the row, or note a finding, or neither."""
        if unknown == "hold":
            self.hold(row, *fault)
        elif unknown == "finding":
            self.find(row, column, value, *fault)


class _Block:
    """One record block at work on the rows that it takes."""

    def __init__(
        self, view: View, at: npt.NDArray[np.intp], spec: RecordSpec, mapping: Mapping, faults: Faults,
        applier: Applier,
    ) -> None:  # fmt: skip
        self.lists = applier.lists
        self.zone = ZoneInfo(applier.settings.time_zone)
        self.attributes = attributes_of(spec.kind, applier.settings.extra_fields.get(spec.kind, ()))
        self.personal = applier.personal
        self.secret: set[str] = set()
        """Fields whose values are sealed."""
        self.national: list[pl.Series] = []
        """National fields, which stand in `extra`."""
        self.view, self.at, self.spec, self.mapping, self.faults = view, at, spec, mapping, faults
        self.kind: Kind = KINDS[spec.kind]
        self.body: list[pl.Series] = []
        self.sealed: list[pl.Series] = []
        self.exact: dict[str, list[Mask]] = {}
        """For each column a mask over its different values per field: where the field does not repeat the text."""
        self.values: Values = {}

    def fields(self) -> None:
        """Understand every field."""
        for name, spec in self.spec.fields.items():
            attribute = self.attributes[name]
            if not spec.sources:
                text = json.dumps(spec.constant, ensure_ascii=False, separators=(",", ":"))
                self._place(name).append(pl.Series([f',"{name}":{text}']).new_from_index(0, self.view.height))
            elif spec.sum:
                self._sum(name, spec, attribute)
            else:
                self._field(name, spec, attribute)

    def _place(self, name: str) -> list[pl.Series]:
        """Give the part of the record where a field stands: the body, or `extra` for a national field."""
        return self.body if name in self.kind.attributes else self.national

    def _field(self, name: str, spec: FieldSpec, attribute: Attribute) -> None:
        column = self.view.column(*spec.sources)
        made = understand(column.uniques, spec, attribute, self.lists)
        self.values[name] = (column, made.json)
        secret = attribute.personal or not self.personal.isdisjoint(spec.sources)
        if secret:
            self.secret.add(name)
        (self.sealed if secret else self._place(name)).append(column.spread(member(name, made.json)).fill_null(""))
        self._settle(column, made, spec, secret)
        if not secret:
            self._entered(spec.sources, column, made)

    def _settle(self, column: Column, made: Understanding, spec: FieldSpec, secret: bool) -> None:
        if not made.faults:
            return
        rows = column.rows_with(made.bad)
        codes = column.codes.gather(rows).to_list()
        label = "+".join(spec.sources)
        for row, code in zip(rows.tolist(), codes, strict=True):
            fault = made.faults[code]
            if secret:
                # A finding is shown to everybody: it repeats nothing that is sealed.
                fault = (fault[0], f"the sealed column {label} is not understood")
            shown = None if secret else without_separator(column.uniques[code])
            self.faults.settle(spec.unknown, int(self.at[row]), label, shown, fault)

    def _sum(self, name: str, spec: FieldSpec, attribute: Attribute) -> None:
        """Add up several columns; nothing is said where no column says anything."""
        total, said = np.zeros(self.view.height), np.zeros(self.view.height, dtype=bool)
        secret = attribute.personal or not self.personal.isdisjoint(spec.sources)
        if secret:
            self.secret.add(name)
        for source in spec.sources:
            column = self.view.column(source)
            made = understand(column.uniques, spec, attribute, self.lists)
            numbers = column.spread(made.json.cast(pl.Float64)).to_numpy().astype(np.float64)
            known = np.isfinite(numbers)
            total[known] += numbers[known]
            said |= known
            self._settle(column, made, FieldSpec(column=source, unknown=spec.unknown), secret)
            self.exact.setdefault(source, []).append(np.ones(len(column.uniques), dtype=bool))
        summed = pl.Series(total).cast(pl.Int64) if attribute.type == "count" else pl.Series(total)
        texts = summed.cast(pl.String).set(pl.Series(~said), None)
        column = Column(texts)
        self.values[name] = (column, column.uniques)
        (self.sealed if secret else self._place(name)).append(member(name, texts).fill_null(""))

    def _entered(self, sources: list[str], column: Column, made: Understanding) -> None:
        if len(sources) > 1:
            for source in sources:
                self.exact.setdefault(source, []).append(np.ones(len(self.view.column(source).uniques), dtype=bool))
            return
        text = column.uniques
        differs = (made.json != json_text(text)) & (made.json != text)
        lost = made.json.is_null() & (text != "")
        self.exact.setdefault(sources[0], []).append((differs.fill_null(value=False) | lost).to_numpy())

    def links(self, source: LinkSource | None) -> list[tuple[str, str, bool]]:
        """Make the links to known records and places; those to records of the same row are left to the caller."""
        same_row = []
        for link in self.spec.links:
            many = self.kind.attributes[link.attribute].type == "links"
            if link.to is not None:
                same_row.append((link.attribute, link.to, many))
                continue
            for column in link.sources:
                every = np.ones(len(self.view.column(column).uniques), dtype=bool)
                self.exact.setdefault(column, []).append(every)
            if source is not None:
                self._link(link, source, many)
        return same_row

    def _link(self, link: LinkSpec, source: LinkSource, many: bool) -> None:
        if link.place is not None:
            spec = link.place
            sources = [name for name in (spec.pcode, spec.name, spec.within) if name is not None]
            column = self.view.column(*sources)
            written, faults = place_links(spec, column, source)
        else:
            column = self.view.column(link.column or "")
            target = self.kind.attributes[link.attribute].links_to or ""
            written, faults = record_links(link, link.kind or target, column, source, many)
        made = Understanding(pl.Series(written, dtype=pl.String), faults)
        self.body.append(column.spread(member(link.attribute, made.json)).fill_null(""))
        self._settle(column, made, FieldSpec(columns=link.sources, unknown=link.unknown), secret=False)

    def dates(self) -> tuple[list[str | None], list[int | None]]:
        """Give the information date of every record, and the day on which it acts."""
        name = self.spec.date or self.kind.date_attribute
        fallback = self.mapping.dataset.as_of
        height = self.view.height
        if name is None or name not in self.values:
            constant = self.spec.fields[name].constant if name is not None and name in self.spec.fields else fallback
            text = constant if isinstance(constant, str) else None
            return [text] * height, [_acts_on(text)] * height
        column, made = self.values[name]
        texts = [json.loads(text) if text is not None else fallback for text in made.to_list()]
        days = [_acts_on(text) for text in texts]
        # The same few objects for all rows: what is handed over to another process is then small.
        return column.pick([text or None for text in texts], fallback or None), column.pick(days, _acts_on(fallback))

    def recorded(self) -> list[int | None] | None:
        """Give the moment at which the source's database recorded each row; what is not understood is a finding."""
        if (spec := self.spec.recorded) is None:
            return None
        column = self.view.column(spec.column)
        moments, bad = read_instants(column.uniques.to_list(), spec.formats, self.zone)
        for row in column.rows_with(bad).tolist():
            self.faults.find(int(self.at[row]), spec.column, column.uniques[int(column.codes[row])], *UNCLEAR)
        return column.spread(moments).to_list()

    def ids(self) -> list[str | None] | None:
        """Give the local ids, where the mapping names them; a record without its id is held."""
        if "local_id" not in self.values:
            return None
        column, made = self.values["local_id"]
        texts = pl.Series([json.loads(text) if text is not None else None for text in made], dtype=pl.String)
        ids: list[str | None] = column.spread(texts).to_list()
        for row, found in enumerate(ids):
            if found is None:
                self.faults.hold(int(self.at[row]), "id-missing", "the row has no id where the mapping names one")
        return ids

    def entered(self, position: pl.Series | None) -> pl.Series:
        """Write what was typed wherever no attribute repeats it, with the typed position."""
        parts = []
        for name, masks in self.exact.items():
            if name in self.personal:
                continue
            kept = np.logical_and.reduce(masks)
            if kept.any():
                column = self.view.column(name)
                texts = json_text(column.uniques).set(pl.Series(~kept), None)
                parts.append(column.spread(member(name, texts)).fill_null(""))
        cells = _joined(parts, self.view.height)
        typed = position if position is not None else cells.clear(len(cells))
        frame = pl.DataFrame({"cells": cells, "position": typed})
        given = pl.col("position").is_not_null()
        return frame.select(
            pl.concat_str([
                pl.when(pl.col("cells") != "").then(
                    pl.concat_str([pl.lit(',"cells":{'), pl.col("cells").str.slice(1), pl.lit("}")])
                ).otherwise(pl.lit("")),
                pl.when(given).then(pl.concat_str([pl.lit(',"position":'), pl.col("position")])).otherwise(pl.lit("")),
            ]).alias("entered")
        ).to_series()  # fmt: skip


def make_records(
    applier: Applier, view: View, specs: list[RecordSpec], masks: list[Mask], positions: Positions | None,
    faults: Faults,
) -> list[Made]:  # fmt: skip
    """Make the records of every block; what no attribute took is kept as `extra` of the row's first record."""
    made = []
    before = np.zeros(view.height, dtype=bool)
    for spec, mask in zip(specs, masks, strict=True):
        at = np.flatnonzero(mask)
        part = view if len(at) == view.height else View(view.frame[at])
        block = _Block(part, at, spec, applier.mapping, faults, applier)
        block.fields()
        same_row = block.links(applier.links)
        geometry, bounds, position, shapes = _place(block, positions)
        dates, acts_on = block.dates()
        first = ~before[at]
        extra, secret = _extra(view, at, first, spec, (specs, masks), applier.mapping, applier.personal)
        records = Made(
            spec.label, spec.kind, at, _joined(block.body, len(at)), _joined([*block.national, extra], len(at)),
            block.entered(position),
            _joined([*block.sealed, *secret], len(at)), dates, acts_on, block.ids(), geometry, bounds, same_row,
            block.recorded(),
        )  # fmt: skip
        screen_records(records, spec, block.values, shapes, applier.settings, applier.today, faults, block.secret)
        made.append(records)
        before |= mask
    return made


def _place(
    block: _Block, positions: Positions | None
) -> tuple[list[bytes | None] | None, npt.NDArray[np.float64] | None, pl.Series | None, npt.NDArray[np.object_] | None]:
    """Give the block its share of the row's position; a shape that its kind cannot have is a finding, and kept."""
    if positions is None or not block.spec.geometry or not block.kind.geometry:
        return None, None, None, None
    at = block.at
    whole = len(at) == len(positions.wkb)
    wkb = positions.wkb if whole else [positions.wkb[row] for row in at.tolist()]
    bounds, entered = positions.bounds[at], positions.entered if whole else positions.entered.gather(at)
    for row in np.flatnonzero(np.isin(at, list(positions.faults))).tolist():
        block.faults.find(int(at[row]), None, entered[row], *positions.faults[int(at[row])])
    if positions.shapes is None:
        return wkb, bounds, entered, None
    shapes = positions.shapes[at]
    allowed = [_TYPE_IDS[name] for name in block.kind.geometry]
    wrong: list[int] = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), [*allowed, -1])).tolist()
    if wrong:
        wkb, bounds = list(wkb), bounds.copy()
        for row in wrong:
            name = shapes[row].geom_type
            message = f"a {block.kind.name} cannot be a {name}; the shape is kept as it was entered"
            block.faults.find(int(at[row]), None, name, "geometry-type-not-allowed", message)
            entered = entered.scatter(row, json.dumps({"wkt": shapes[row].wkt}))
            wkb[row], bounds[row], shapes[row] = None, np.nan, None
    return wkb, bounds, entered, shapes


_TYPE_IDS = {"Point": 0, "LineString": 1, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6}


def _extra(
    view: View, at: npt.NDArray[np.intp], first: Mask, spec: RecordSpec, others: tuple[list[RecordSpec], list[Mask]],
    mapping: Mapping, personal: set[str],
) -> tuple[pl.Series, list[pl.Series]]:  # fmt: skip
    """Keep the cells that no record of the row took: in the clear, or sealed where the column is personal."""
    uses = [_used(block) for block in others[0]]
    own, placed = _used(spec), _position_columns(mapping)
    plain: list[pl.Series] = []
    sealed: list[pl.Series] = []
    for name in view.frame.columns:
        if name in own or name in placed:
            continue
        taken = np.zeros(len(at), dtype=bool)
        for used, mask in zip(uses, others[1], strict=True):
            if name in used:
                taken |= mask[at]
        keep = first & ~taken
        if not keep.any():
            continue
        column = view.column(name)
        texts = column.spread(member(name, json_text(column.uniques.set(column.uniques == "", None)))).fill_null("")
        texts = texts if len(at) == view.height else texts.gather(at)
        if not keep.all():
            texts = texts.set(pl.Series(~keep), "")
        (sealed if name in personal else plain).append(texts)
    return _joined(plain, len(at)), sealed


def _used(spec: RecordSpec) -> set[str]:
    columns = {column for field in spec.fields.values() for column in field.sources}
    return columns | {column for link in spec.links for column in link.sources}


def _position_columns(mapping: Mapping) -> set[str | None]:
    spec = mapping.position
    return set() if spec is None else {spec.x, spec.y, spec.pair}


def _acts_on(text: str | None) -> int | None:
    return None if not text else (parse_partial(text).last_day - _EPOCH).days


def _joined(parts: list[pl.Series], height: int) -> pl.Series:
    if not parts:
        return pl.Series("text", [""], dtype=pl.String).new_from_index(0, height)
    frame = pl.DataFrame({str(number): part for number, part in enumerate(parts)})
    return frame.select(pl.concat_str(frame.columns).alias("text")).to_series()
