"""What does a mapping say about the files of one dataset, and is what it says sound?

A mapping is TOML that a person reads and corrects. It is checked as a whole: all faults are told at once
(MappingInvalid), each with the place where it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from whitestone.domain.extensions import ExtraField

__all__ = ["DatasetSpec", "FieldSpec", "FileSpec", "LinkSpec", "Mapping", "PlaceSpec", "PositionSpec", "RecordSpec",
           "RecordedSpec", "Unknown", "When"]

Unknown = Literal["keep", "finding", "hold"]
"""What to do with a value that is not understood: keep the text silently, accept the row with a finding, hold it."""


class _Table(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A table of the mapping: what it does not know, it refuses."""


class DatasetSpec(_Table, kw_only=True, frozen=True):
    """Whose files these are, and how one edition relates to the next."""

    name: str
    title: str | None = None
    source: str | None = None
    licence: str = "unknown"
    simulated: bool = False
    edition: Literal["snapshot", "increment"]
    coverage: str | None = None
    """What a snapshot covers; records that it no longer names are 'gone' inside this coverage only."""
    as_of: str | None = None
    """The day on which the edition was true, where its rows have no date of their own."""
    workflow: Literal["draft", "submitted", "verified", "approved"] = "approved"
    organisation: str | None = None


class FileSpec(_Table, kw_only=True, frozen=True):
    """How the file is read; what is absent here is found by the reader."""

    encoding: str | None = None
    layer: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    repair_text: str | None = None
    """The text was UTF-8 that someone read as this encoding ('mac_roman', 'latin-1'): undone value by value."""


class PositionSpec(_Table, kw_only=True, frozen=True):
    """Where the record lies: columns with coordinates, or the file's own geometry, and their reference system."""

    x: str | None = None
    """Column of the longitude or easting (or of the whole grid reference)."""
    y: str | None = None
    pair: str | None = None
    """Column that holds both, as `(6.14, -75.18)`."""
    pair_order: Literal["yx", "xy"] = "yx"
    crs: str | None = None
    """Reference system; default: the one that the file declares, else the programme's."""
    basis: Literal["stated", "guessed", "assumed"] = "stated"
    """How the reference system was decided."""
    operation: int | None = None
    """EPSG code of the transformation to WGS 84, e.g. 1267; default: the programme's, else the system's usual one."""
    notation: Literal["auto", "dd", "dms", "ddm", "mgrs", "utm", "gk", "gk_truncated", "projected"] = "dd"
    decimal: str = "."
    accuracy_m: float | None = None


class FieldSpec(_Table, kw_only=True, frozen=True):
    """How one attribute is read: from a column (or several, or none), and how its text is understood."""

    column: str | None = None
    columns: list[str] = []
    """Year, month and day of a date; the parts of a composite id; the terms of a sum."""
    constant: Any = UNSET
    values: dict[str, Any] = {}
    """Text of the source -> value; the empty text as a value means: nothing was said."""
    blank: list[str] = []
    """Texts that mean that nothing was said."""
    unknown: Unknown = "finding"
    formats: list[str] = []
    """Date formats of strptime (without %d: month only, without %m: year only), or 'excel' for serial days."""
    decimal: str = "."
    thousands: str = ""
    factor: float = 1.0
    split: str | None = None
    part: Literal["first", "last"] | None = None
    """Of a cell that `split` takes apart, as a period `2015-01/2015-04`, only this part; `values` know the whole."""
    join: str = "-"
    sum: bool = False
    whole: bool = False
    """An id that a program wrote as a decimal number: `64458.0` is 64458."""
    prefix: str = ""
    pad: int = 0
    language: str | None = None
    optional: bool = False
    """The column may be absent from some files of the series."""

    @property
    def sources(self) -> list[str]:
        """List the columns that are read.

        >>> FieldSpec(column="ano").sources, FieldSpec(constant="sha").sources
        (['ano'], [])
        """
        return [self.column] if self.column is not None else list(self.columns)


class When(_Table, kw_only=True, frozen=True):
    """Which rows make this record."""

    column: str
    is_in: list[str] | UnsetType = UNSET
    not_in: list[str] = []
    present: bool = True
    """With neither list: the cell is filled (true) or empty (false)."""


class RecordedSpec(_Table, kw_only=True, frozen=True):
    """Where the source's database says when it recorded a row; asked for by `--source-clock`."""

    column: str
    formats: list[str] = []
    """Formats of strptime; without any, ISO 8601."""


class PlaceSpec(_Table, kw_only=True, frozen=True):
    """How a place is found in the programme's gazetteer: by code, or by name within another name; never guessed."""

    pcode: str | None = None
    name: str | None = None
    within: str | None = None
    prefix: str = ""
    pad: int = 0
    level: int | None = None
    country: str | None = None


class LinkSpec(_Table, kw_only=True, frozen=True):
    """How a link is made: to a record of the same row, to a known record by its local id, or to a place."""

    attribute: str
    to: str | None = None
    dataset: str | None = None
    kind: str | None = None
    column: str | None = None
    split: str | None = None
    place: PlaceSpec | None = None
    unknown: Unknown = "finding"

    @property
    def sources(self) -> list[str]:
        """List the columns that are read."""
        columns = [self.column]
        if self.place is not None:
            columns += [self.place.pcode, self.place.name, self.place.within]
        return [column for column in columns if column is not None]


class RecordSpec(_Table, kw_only=True, frozen=True):
    """One record that a row makes; a mapping may have several, and a row may make several."""

    kind: str
    name: str | None = None
    when: When | None = None
    fields: dict[str, FieldSpec] = {}
    links: list[LinkSpec] = []
    date: str | None = None
    """The attribute that is the information date; default: the one that dates this kind."""
    recorded: RecordedSpec | None = None
    geometry: bool = True
    """Whether this record takes the row's position."""

    @property
    def label(self) -> str:
        """Return the name by which other records of the row link to this one."""
        return self.name or self.kind


class Mapping(_Table, kw_only=True, frozen=True):
    """All that a mapping says."""

    dataset: DatasetSpec
    file: FileSpec = FileSpec()
    position: PositionSpec | None = None
    records: list[RecordSpec] = []
    personal: list[str] = []
    """Columns that may identify a person: sealed, with the rows that are held and the file itself."""

    @property
    def version_key(self) -> str:
        """Return the hash of what the mapping means: comments and layout do not make a new version.

        >>> one = Mapping(dataset=DatasetSpec(name="a", edition="increment"))
        >>> one.version_key == Mapping(dataset=DatasetSpec(name="a", edition="increment")).version_key
        True
        """
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    @property
    def columns(self) -> list[str]:
        """List the columns that the mapping names, each once, in its order.

        >>> Mapping(dataset=DatasetSpec(name="a", edition="increment"), personal=["name"]).columns
        ['name']
        """
        named: list[str | None] = []
        if self.position is not None:
            named += [self.position.x, self.position.y, self.position.pair]
        for record in self.records:
            named += [record.when.column if record.when else None]
            named += [record.recorded.column if record.recorded else None]
            named += [column for spec in record.fields.values() for column in spec.sources]
            named += [column for link in record.links for column in link.sources]
        named += self.personal
        return list(dict.fromkeys(column for column in named if column is not None))

    @property
    def personal_columns(self) -> set[str]:
        """List the columns that may identify a person: marked so, or read into a personal attribute.

        >>> spec = RecordSpec(kind="casualty", fields={"person_name": FieldSpec(column="name")})
        >>> Mapping(dataset=DatasetSpec(name="a", edition="increment"), records=[spec]).personal_columns
        {'name'}
        """
        from whitestone.domain.kinds import KINDS

        columns = set(self.personal)
        for record in self.records:
            known = KINDS[record.kind].attributes if record.kind in KINDS else {}
            for name, spec in record.fields.items():
                if name in known and known[name].personal:
                    columns |= set(spec.sources)
        return columns

    def sealing(self, fields: Table[str, Iterable[ExtraField]]) -> Mapping:
        """Return the mapping with the columns of personal national fields (by kind) among those that are sealed.

        >>> made = Mapping(dataset=DatasetSpec(name="a", edition="increment"))
        >>> made.sealing({}) is made
        True
        """
        named = {(kind, field.name) for kind, each in fields.items() for field in each if field.personal}
        columns = [
            column
            for record in self.records
            for name, spec in record.fields.items()
            if (record.kind, name) in named
            for column in spec.sources
        ]
        more = [column for column in dict.fromkeys(columns) if column not in self.personal]
        return msgspec.structs.replace(self, personal=[*self.personal, *more]) if more else self

    @property
    def optional_columns(self) -> set[str]:
        """List the columns that a file may lack."""
        return {
            column
            for record in self.records
            for spec in record.fields.values()
            if spec.optional
            for column in spec.sources
        }
