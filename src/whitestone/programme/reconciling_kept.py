"""What did the last reconciliation with each party come to, kept beside the programme for the page?

A file for each party, which anybody may delete: the next `reconcile` makes it again. It holds the figures, the
differences that weigh most, and both outlines of each; decisions and ages are in the journal.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import shapely

from whitestone.programme.opening import Programme
from whitestone.programme.reconciling import OfKind, Reconciliation
from whitestone.programme.reconciling_rows import Difference

__all__ = ["LISTED", "Kept", "forget", "keep", "kept", "rows_of"]

LISTED = 5_000
"""Differences of a kind that are kept for the page, undecided ones first, then by the ground that is in dispute."""

FOLDER = "reconciliations"


class Kept(msgspec.Struct):
    """A kept reconciliation: its name in addresses, the journal's head that it was made from, answer and shapes."""

    name: str
    head: tuple[int, str]
    answer: dict[str, Any]
    shapes: dict[str, dict[str, Any]]
    """By difference: GeoJSON of `ours`, of `theirs` as they drew it, and of `moved` where a shift was taken off."""


def keep(found: Reconciliation) -> Path | None:
    """Keep a reconciliation beside the programme; None where nothing can be written there."""
    answer = found.as_dict(everything=True)
    shapes: dict[str, dict[str, Any]] = {}
    for name, each in found.kinds.items():
        rows = answer["kinds"][name]["differences"]
        answer["kinds"][name] |= {"differences": rows[:LISTED], "not_listed": max(len(rows) - LISTED, 0)}
        for judged in each.judged[:LISTED]:
            shapes[str(judged.difference.id)] = _shapes(each, judged.difference)
    name = _name(found.theirs.key)
    path = found.programme.journal.folder / FOLDER / f"{name}.json"
    said = Kept(name, found.programme.journal.head(), answer, shapes)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(said))
        os.replace(beside, path)
    except OSError:
        return None
    return path


def kept(programme: Programme) -> list[Kept]:
    """Read what is kept, the last made first; a file that cannot be read is as good as none."""
    found = []
    for path in sorted((programme.journal.folder / FOLDER).glob("*.json")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Kept))
        except (OSError, msgspec.DecodeError):
            continue
    return sorted(found, key=lambda each: str(each.answer.get("compared_at")), reverse=True)


def forget(programme: Programme) -> int:
    """Delete what is kept of all parties, because something that stands in it was erased; say how many files went."""
    files = list((programme.journal.folder / FOLDER).glob("*.json"))
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def rows_of(found: Reconciliation, *, everything: bool = False) -> list[dict[str, Any]]:
    """Lay the differences out flat, for a table: one row each."""
    rows = []
    for name, each in found.as_dict(everything=everything)["kinds"].items():
        for row in each["differences"]:
            ground = row["ground"] or {}
            rows.append({
                "id": row["id"], "kind": name, "status": row["status"], "state": row["state"],
                "ours": "; ".join(row["labels"]["ours"]), "theirs": "; ".join(row["labels"]["theirs"]),
                "our_records": "; ".join(row["ours"]), "their_records": "; ".join(row["theirs"]),
                "score": row["score"], "sentence": row["sentence"],
                "attributes": "; ".join(f"{at['attribute']}: {at['ours']} / {at['theirs']}"
                                        for at in row["attributes"]),
                **{column: ground.get(column) for column in _AREAS},
                "known_since": row["known_since"], "age_days": row["age_days"], "decided_by": row["decided_by"],
                "reason": row["reason"],
            })  # fmt: skip
    return rows


_AREAS = ("ours_m2", "theirs_m2", "common_m2", "only_ours_m2", "only_theirs_m2")


def _name(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=8).hexdigest()


def _shapes(each: OfKind, difference: Difference) -> dict[str, Any]:
    found, (a, b) = each.found, difference.rows
    drawn = {"ours": [each.said[0][row].geometry for row in a], "theirs": [each.said[1][row].geometry for row in b]}
    made = {side: _feature([shapely.from_wkb(wkb) for wkb in shapes if wkb is not None])
            for side, shapes in drawn.items()}  # fmt: skip
    moved = [found.theirs.shapes[row] for row in b if found.shifts.is_found and found.theirs.shapes[row] is not None]
    made["moved"] = _feature(list(each.plane.unproject(moved))) if moved else None
    return made


def _feature(shapes: list[Any]) -> dict[str, Any] | None:
    if not shapes:
        return None
    shape = shapes[0] if len(shapes) == 1 else shapely.GeometryCollection(shapes)
    read: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return read
