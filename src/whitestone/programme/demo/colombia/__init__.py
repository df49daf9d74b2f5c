"""Which open data of Colombia are shipped, and how do they come into the demonstration?

Sources, licences and what was left out stand in SOURCE.md beside the files.
"""

from __future__ import annotations

import gzip
from importlib import resources
from pathlib import Path

import msgspec

from whitestone.exchange.mapping.model import Mapping
from whitestone.exchange.mapping.text import read_mapping
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.mappings import find_mapping
from whitestone.programme.opening import Programme

__all__ = ["OUTLINE", "bring_in", "unpack"]

OUTLINE = (-82.0, -5.0, -66.0, 14.0)
"""A wide box around Colombia (west, south, east, north): where data are expected, not where a border runs."""


def unpack(folder: Path) -> list[Path]:
    """Unpack the shipped files into a folder; return them in the order in which they come in, places first."""
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = []
    for packed in resources.files(__name__).iterdir():
        if packed.name.endswith(".gz"):
            path = folder / packed.name.removesuffix(".gz")
            path.write_bytes(gzip.decompress(packed.read_bytes()))
            unpacked.append(path)
    return sorted(unpacked, key=lambda path: (not path.name.startswith("municipalities"), path.name))


def bring_in(programme: Programme, folder: Path) -> list[Report]:
    """Bring the shipped files into a programme under the mappings that every user has."""
    mappings = {
        "municipalities": _of_colombia_only(read_mapping(find_mapping("pcodes"))),
        "casualties": _without_positions(read_mapping(find_mapping("colombia_victims"))),
        "clearance": read_mapping(find_mapping("colombia_clearance")),
        "events": read_mapping(find_mapping("colombia_events")),
    }
    return [import_file(programme, path, mappings[path.stem.split("_")[0]]) for path in unpack(folder)]


def _of_colombia_only(mapping: Mapping) -> Mapping:
    """Say that the copy covers one country: the other countries' codes are not gone."""
    dataset = msgspec.structs.replace(mapping.dataset, name="pcodes-colombia", coverage="P-codes of Colombia")
    return msgspec.structs.replace(mapping, dataset=dataset)


def _without_positions(mapping: Mapping) -> Mapping:
    """Take the columns that are not shipped out of the register's mapping."""
    records = [
        msgspec.structs.replace(
            record, fields={name: spec for name, spec in record.fields.items() if name != "ethnicity"}, geometry=False
        )
        for record in mapping.records
    ]
    return msgspec.structs.replace(mapping, position=None, records=records)
