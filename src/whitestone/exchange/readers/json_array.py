"""What do the objects of a plain JSON list say, one a row, with their members as columns?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whitestone.exchange.readers.chunking import Gathering
from whitestone.exchange.readers.json_elements import Element
from whitestone.exchange.readers.json_values import NotJsonError, cell, raw_members
from whitestone.exchange.readers.model import Chunk, Reading, clip_raw

__all__ = ["object_chunks"]

_CHUNK_BYTES = 24 << 20


def object_chunks(reading: Reading, elements: Iterable[Element], limit: int) -> Iterator[Chunk]:
    """Turn objects into chunks; what is no object becomes a fault with its text."""
    gathering = Gathering(reading.columns, limit, geometry=False)
    before, size = len(gathering.names), 0
    for element in elements:
        size += len(element.raw)
        _gather(gathering, element)
        if gathering.full or size >= _CHUNK_BYTES:
            yield gathering.chunk()
            size = 0
    if gathering.waiting:
        yield gathering.chunk()
    if before and len(gathering.names) > before:
        reading.note("column-later", "Some members first appear far into the file: "
                     + ", ".join(gathering.names[before:][:20]) + ".")


def _gather(gathering: Gathering, element: Element) -> None:
    broken = element.broken
    if not broken:
        try:
            gathering.add({name: cell(value) for name, value in raw_members(element.raw).items()})
            return
        except NotJsonError as error:
            broken = ("not-an-object", f"This is not a JSON object: {error}.")
    gathering.fault(*broken, clip_raw(element.raw.decode("utf-8", "replace")))
