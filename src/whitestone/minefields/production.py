"""From which year on could a type of item have been laid?"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import msgspec

from whitestone.minefields.sheet_words import plain

__all__ = ["Production", "earliest", "read_production"]


class Production(msgspec.Struct, frozen=True):
    """One type: the earliest year, whether a source says so or its model number, and which source."""

    names: list[str]
    not_before: int
    basis: str
    source: str


def read_production(text: str) -> Mapping[str, Production]:
    """Read a table of earliest years (TOML); a name stands for its type however it is spelled.

    Refuses a table of another shape with msgspec.ValidationError: the file ships with the program.

    >>> read_production("")
    mappingproxy({})
    """
    rows = msgspec.convert(tomllib.loads(text), dict[str, Production])
    return MappingProxyType({plain(name): row for row in rows.values() for name in row.names})


def earliest(kind: str) -> Production | None:
    """Return the row of a type as written; None where the table does not know it.

    >>> earliest("pmn 2").not_before, earliest("an unknown box")
    (1970, None)
    """
    return _table().get(plain(kind))


@functools.cache
def _table() -> Mapping[str, Production]:
    return read_production(resources.files("whitestone.minefields").joinpath("production.toml").read_text("utf-8"))
