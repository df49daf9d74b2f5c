"""How does a mapping stand in its TOML file, with the reason of every line beside it?"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Mapping as Table
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from whitestone.domain.settings import Settings
from whitestone.errors import MappingInvalid
from whitestone.exchange.mapping.check import faults_of
from whitestone.exchange.mapping.model import (
    DatasetSpec,
    FieldSpec,
    FileSpec,
    LinkSpec,
    Mapping,
    PositionSpec,
    RecordSpec,
    When,
)

__all__ = ["parse_mapping", "read_mapping", "to_toml"]

S = TypeVar("S", bound=msgspec.Struct)


def read_mapping(path: Path | str, settings: Settings | None = None) -> Mapping:
    """Read a mapping file; refuses a faulty one with MappingInvalid, all faults at once.

    `settings` are those of the programme, for its national fields and codes.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise MappingInvalid(path=str(path), count=1, faults="it is no UTF-8 text: save it as UTF-8") from error
    except OSError as error:
        raise MappingInvalid(path=str(path), count=1, faults=f"cannot be read: {error}") from error
    return parse_mapping(text, str(path), settings)


def parse_mapping(text: str, path: str = "mapping", settings: Settings | None = None) -> Mapping:
    """Read the text of a mapping; refuses a faulty one with MappingInvalid, all faults at once.

    >>> parse_mapping('[dataset]\\nname = "a"\\nedition = "increment"\\n[[record]]\\nkind = "unknown"').dataset.name
    'a'
    >>> parse_mapping("")
    Traceback (most recent call last):
    ...
    whitestone.errors.MappingInvalid: The mapping mapping has 1 fault(s): dataset: is missing.
    """
    try:
        mapping, found = _understood(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingInvalid(path=path, count=1, faults=f"not TOML: {error}") from error
    faults = [*found, *(faults_of(mapping, settings) if mapping is not None else ())]
    if mapping is None or faults:
        raise MappingInvalid(path=path, count=len(faults), faults="; ".join(faults))
    return mapping


@functools.lru_cache(maxsize=64)
def _understood(text: str) -> tuple[Mapping | None, tuple[str, ...]]:
    """Understand a text once: each import looks at all mappings of the programme that link to what came in."""
    mapping, faults = _convert(tomllib.loads(text))
    return mapping, tuple(faults)


def _convert(raw: dict[str, Any]) -> tuple[Mapping | None, list[str]]:
    """Convert table by table, so that one fault does not hide the next."""
    faults = [
        f"{key}: is not known here"
        for key in raw
        if key not in ("dataset", "file", "position", "record", "personal", "format")
    ]
    if "dataset" not in raw:
        return None, [*faults, "dataset: is missing"]
    dataset = _table(raw["dataset"], DatasetSpec, "dataset", faults)
    file = _table(raw.get("file", {}), FileSpec, "file", faults) or FileSpec()
    position = _table(raw["position"], PositionSpec, "position", faults) if "position" in raw else None
    blocks = raw.get("record", [])
    if not isinstance(blocks, list):
        faults.append("record: is written [[record]], one block for each record of a row")
        blocks = []
    records = [_record(block, f"record {number}", faults) for number, block in enumerate(blocks, 1)]
    personal = raw.get("personal", [])
    if not isinstance(personal, list) or not all(isinstance(column, str) for column in personal):
        faults.append("personal: is a list of column names")
        personal = []
    if dataset is None:
        return None, faults
    found = [record for record in records if record is not None]
    return Mapping(dataset=dataset, file=file, position=position, records=found, personal=personal), faults


def _record(block: Any, where: str, faults: list[str]) -> RecordSpec | None:
    if not isinstance(block, dict):
        faults.append(f"{where}: is not a table")
        return None
    plain = {key: value for key, value in block.items() if key not in ("fields", "links", "when")}
    record = _table(plain, RecordSpec, where, faults)
    when = _table(block["when"], When, f"{where}.when", faults) if "when" in block else None
    fields: dict[str, FieldSpec] = {}
    for name, spec in block.get("fields", {}).items():
        given = {"column": spec} if isinstance(spec, str) else spec
        field = _table(given, FieldSpec, f"{where}.fields.{name}", faults)
        if field is not None:
            fields[name] = field
    links = [_table(link, LinkSpec, f"{where}.links", faults) for link in block.get("links", [])]
    if record is None:
        return None
    return msgspec.structs.replace(record, when=when, fields=fields, links=[link for link in links if link is not None])


def _table(raw: Any, struct: type[S], where: str, faults: list[str]) -> S | None:
    try:
        return msgspec.convert(raw, struct)
    except msgspec.ValidationError as error:
        faults.append(f"{where}: {error}")
        return None


def to_toml(mapping: Mapping, reasons: Table[str, str] | None = None) -> str:
    """Write a mapping as TOML; `reasons` (by place, as in `record.1.fields.sex`) stand beside the lines as comments.

    Reading the text again gives the same mapping.

    >>> made = Mapping(dataset=DatasetSpec(name="a", edition="increment"), records=[RecordSpec(kind="unknown")])
    >>> parse_mapping(to_toml(made)) == made
    True
    """
    writer = _Writer(reasons or {})
    writer.note("")
    writer.table("dataset", mapping.dataset)
    if mapping.personal:
        # A key of the root table has to stand before the first table.
        writer.lines[1:1] = [writer.line("personal", mapping.personal, "personal"), ""]
    if mapping.file != FileSpec():
        writer.table("file", mapping.file)
    if mapping.position is not None:
        writer.table("position", mapping.position)
    for number, record in enumerate(mapping.records, 1):
        writer.record(record, f"record.{number}")
    return "\n".join(writer.lines).strip() + "\n"


class _Writer:
    """Lines of TOML, each with its reason."""

    def __init__(self, reasons: Table[str, str]) -> None:
        self.lines: list[str] = []
        self.reasons = reasons

    def note(self, place: str) -> None:
        """Write the reason of a whole block above it."""
        self.lines += ["# " + line for line in self.reasons.get(place, "").splitlines()] + [""]

    def line(self, key: str, value: Any, place: str) -> str:
        """Write one key with its reason behind it."""
        reason = " ".join(self.reasons.get(place, "").split())
        return f"{_key(key)} = {_value(value)}" + (f"  # {reason}" if reason else "")

    def table(self, name: str, struct: msgspec.Struct) -> None:
        """Write a struct as a table of one line per key."""
        self.lines.append(f"[{name}]")
        for key, value in _given(struct).items():
            self.lines.append(self.line(key, value, f"{name}.{key}"))
        self.lines.append("")

    def record(self, record: RecordSpec, place: str) -> None:
        """Write one [[record]] block: plain keys, fields of one line, fields with tables of values, links."""
        self.lines.append("[[record]]")
        plain = _given(record)
        for key in ("kind", "name", "date", "geometry", "when"):
            if key in plain:
                self.lines.append(self.line(key, plain[key], f"{place}.{key}"))
        tabled = {name: spec for name, spec in record.fields.items() if spec.values}
        self.lines += ["", "[record.fields]"]
        for name, spec in record.fields.items():
            if name not in tabled:
                given = _given(spec)
                value = given["column"] if set(given) == {"column"} else given
                self.lines.append(self.line(name, value, f"{place}.fields.{name}"))
        for name, spec in tabled.items():
            self._valued(name, spec, f"{place}.fields.{name}")
        for number, link in enumerate(record.links, 1):
            self.lines += ["", "[[record.links]]"]
            for key, value in _given(link).items():
                self.lines.append(self.line(key, value, f"{place}.links.{number}.{key}"))
        self.lines.append("")

    def _valued(self, name: str, spec: FieldSpec, place: str) -> None:
        given = _given(spec)
        values = given.pop("values")
        self.lines += ["", f"[record.fields.{_key(name)}]"]
        for key, value in given.items():
            self.lines.append(self.line(key, value, place if key == "column" else f"{place}.{key}"))
        self.lines.append(f"[record.fields.{_key(name)}.values]")
        for text, value in values.items():
            self.lines.append(self.line(text, value, f"{place}.values.{text}"))


def _given(struct: msgspec.Struct) -> dict[str, Any]:
    """Turn a struct into plain values, without those that are as they would be anyway."""
    found = {}
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if value is not msgspec.UNSET and value != field.default:
            found[field.name] = _given(value) if isinstance(value, msgspec.Struct) else msgspec.to_builtins(value)
    return {name: value for name, value in found.items() if value not in ([], {})}


def _key(text: str) -> str:
    bare = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text if bare and text else json.dumps(text, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(str(key))} = {_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    # A JSON string is a TOML basic string but for U+007F, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
