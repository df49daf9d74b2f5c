"""Which dataset did each record come from, and which shapes had to be repaired as they came in?

Questions of the quality rules: both are about entries, not about states, and both read columns only.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whitestone.journal.values import decode_object, uuid_of

if TYPE_CHECKING:
    from whitestone.journal.journal import Journal

__all__ = ["datasets", "repaired_shapes"]


def datasets(journal: Journal, kind: str) -> dict[uuid.UUID, uuid.UUID]:
    """Map each record of a kind to the dataset that first spoke of it; records entered by hand are absent."""
    with journal.store.reading() as session:
        rows = session.rows(
            "SELECT r.record_id, a.dataset FROM revision r JOIN act a ON a.act_id = r.act_id"
            " WHERE r.kind = ? AND a.dataset IS NOT NULL ORDER BY r.seq DESC",
            [journal.kinds.find(session, kind)],
        )
        return {uuid_of(record): uuid_of(dataset) for record, dataset in rows}


def repaired_shapes(journal: Journal, kind: str) -> Iterator[tuple[uuid.UUID, bytes, str]]:
    """Give, for each record whose last stated geometry was repaired, the WKB as it came and its reference system."""
    with journal.store.reading() as session:
        rows = session.rows(
            "SELECT r.record_id, r.geometry IS NOT NULL, r.as_entered FROM revision r"
            " WHERE r.kind = ? AND (r.geometry IS NOT NULL OR r.as_entered IS NOT NULL) ORDER BY r.seq",
            [journal.kinds.find(session, kind)],
        )
        last: dict[bytes, bytes | None] = {}
        for record, placed, entered in rows:
            mended = entered is not None and b'"repair"' in bytes(entered)
            if placed or mended:
                last[bytes(record)] = bytes(entered) if mended else None
    for record, entered in last.items():
        position = decode_object(entered).get("position") if entered else None
        if position and position.get("wkb"):
            yield uuid_of(record), base64.b64decode(position["wkb"]), str(position.get("crs", "EPSG:4326"))
