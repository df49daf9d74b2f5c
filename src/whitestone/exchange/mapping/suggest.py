"""Which mapping would a careful person draft for this file, and for what reason each line?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import shapely

from whitestone.domain.codes import folded
from whitestone.domain.kinds import KINDS
from whitestone.exchange.mapping.check import UNKNOWN_KIND
from whitestone.exchange.mapping.model import DatasetSpec, FileSpec, Mapping, PositionSpec
from whitestone.exchange.mapping.suggest_kinds import Draft, draft_records
from whitestone.exchange.mapping.suggest_positions import Box, draft_position
from whitestone.exchange.mapping.suggest_profile import Profile, is_headed, profile, words
from whitestone.exchange.mapping.text import to_toml
from whitestone.exchange.readers import Reading, open_file, undo_mojibake

__all__ = ["ROWS_READ", "Suggestion", "suggest"]

ROWS_READ = 200_000
"""Rows that a draft looks at; it says so when a file has more."""
BYTES_READ = 48 << 20
"""Bytes of text and shapes that a draft looks at: 2 GB of wide rows must not come into memory for it."""


class Suggestion(msgspec.Struct):
    """A draft, its reasons by place, and its text with the reasons as comments."""

    mapping: Mapping
    reasons: dict[str, str]
    toml: str
    notes: list[str]


def suggest(path: Path | str, *, boundary: Box | None = None, kind: str | None = None) -> Suggestion:
    """Read a file and draft its mapping; refuses what cannot be read with UnreadableFile.

    `boundary` (west, south, east, north in degrees) is where the data should lie: it tells one reference system from
    another, `kind` what its rows are, where the file does not tell. What it does not say (licence, edition) is left for
    the person, with the harmless choice made.
    """
    path = Path(path)
    reading = open_file(path)
    frame, geometry, whole = _read(reading)
    file, frame, mended = _mend(frame)
    columns = [profile(name, frame.get_column(name)) for name in frame.columns]
    reasons: dict[str, str] = {}
    notes = [f"{note.code}: {note.message}" for note in reading.notes]
    if not whole:
        notes.append(f"the draft looked at the first {frame.height:,} rows")
    position, taken = draft_position(columns, frame, reading, geometry, boundary, reasons)
    if "position" in reasons:
        notes.append(reasons.pop("position"))
    draft = draft_records(path, columns, frame, taken, geometry, reading.hxl, reasons, kind)
    dataset = DatasetSpec(name=_slug(path.stem), title=path.stem, source=path.name, edition="increment")
    mapping = Mapping(dataset=dataset, file=file, position=position if _placed(draft, position) else None,
                      records=draft.records, personal=draft.personal)
    reasons |= _dataset_reasons(reading, file, mended) | {"": _head(path, frame.height, columns, draft, notes)}
    return Suggestion(mapping, reasons, to_toml(mapping, reasons), notes)


def _read(reading: Reading) -> tuple[pl.DataFrame, np.ndarray | None, bool]:
    """Read as much as a draft needs: all of an ordinary file, so much of a large one that memory stays bounded."""
    frames, shapes, rows, size = [], [], 0, 0
    for chunk in reading.chunks(10_000):
        if rows >= ROWS_READ or size >= BYTES_READ:
            break
        frames.append(chunk.frame)
        shapes += chunk.geometry or []
        rows += chunk.frame.height
        size += int(chunk.frame.estimated_size()) + sum(len(shape) for shape in chunk.geometry or [] if shape)
    else:
        frame = pl.concat(frames, how="diagonal") if frames else pl.DataFrame({name: [] for name in reading.columns})
        return frame.cast(pl.String), _shapes(shapes, reading), True
    return pl.concat(frames, how="diagonal"), _shapes(shapes, reading), False


def _shapes(wkb: list[bytes | None], reading: Reading) -> np.ndarray | None:
    if not reading.has_geometry and not any(wkb):
        return None
    found: np.ndarray = shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore")
    return found


def _mend(frame: pl.DataFrame) -> tuple[FileSpec, pl.DataFrame, str | None]:
    """Find text that was spoilt before the file was made, and read on with it mended."""
    spoilt: dict[str, int] = {}
    values = (frame.get_column(name).unique(maintain_order=True).to_list()[:200] for name in frame.columns)
    texts = [*frame.columns, *(text for some in values for text in some)]
    for text in texts:
        found = undo_mojibake(text) if text and not text.isascii() else None
        if found is not None:
            spoilt[found[1]] = spoilt.get(found[1], 0) + 1
    foreign = sum(1 for text in texts if text and not text.isascii())
    encoding = max(spoilt, key=lambda name: spoilt[name], default=None)
    if encoding is None or spoilt[encoding] < 0.5 * foreign:
        return FileSpec(), frame, None
    mended = {_unspoil(name, encoding): _mended(frame.get_column(name), encoding) for name in frame.columns}
    said = f"{spoilt[encoding]} of {foreign} texts were UTF-8 read as {encoding}"
    return FileSpec(repair_text=encoding), pl.DataFrame(mended), said


def _mended(series: pl.Series, encoding: str) -> pl.Series:
    uniques = series.drop_nulls().unique()
    changed = {text: _unspoil(text, encoding) for text in uniques}
    return series.replace(changed)


def _unspoil(text: str, encoding: str) -> str:
    try:
        return text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return text


def _placed(draft: Draft, position: PositionSpec | None) -> bool:
    return position is not None and any(record.kind != UNKNOWN_KIND for record in draft.records)


def _slug(stem: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded(stem)).strip("-") or "dataset"


def _dataset_reasons(reading: Reading, file: FileSpec, mended: str | None) -> dict[str, str]:
    reasons = {
        "dataset.name": "the series of files that this one belongs to: one name for all its editions",
        "dataset.title": "from the file's name; write what it is",
        "dataset.source": "who publishes or sends it: write it here",
        "dataset.edition": "increment: nothing is judged gone. If each file is the whole truth of its source, write "
                           "snapshot and coverage = \"what it covers\"",
    }  # fmt: skip
    if file.repair_text:
        reasons["file.repair_text"] = mended or ""
    return reasons


def _head(path: Path, rows: int, columns: list[Profile], draft: Draft, notes: list[str]) -> str:
    kinds = ", ".join(record.kind for record in draft.records)
    lines = [
        f"Draft for {path.name}: {rows:,} rows, {len(columns)} columns, read as {kinds}.",
        f"Why: {draft.why}",
        "Read every line and correct it; then: whitestone import FILE --mapping THIS_FILE",
        "The licence is unknown: add licence = \"…\" under [dataset] when you know it.",
        *(f"Note: {note}" for note in notes),
    ]
    if draft.unused:
        lines.append(f"Kept with the records as they are: {', '.join(draft.unused)}")
    lines += [f"Column {column} may name the {noun} of each row, by its id: add [[record.links]] with attribute = "
              f"\"{noun}_id\", dataset = the dataset that has them, column = \"{column}\""
              for noun, column in _other_records(columns, draft)]  # fmt: skip
    return "\n".join(lines)


def _other_records(columns: list[Profile], draft: Draft) -> list[tuple[str, str]]:
    """List (noun, column) of unused columns that are headed as the id of another record to which a record may link."""
    wanted = {name.removesuffix("_id") for record in draft.records if record.kind in KINDS
              for name, attribute in KINDS[record.kind].attributes.items()
              if attribute.type == "link" and name.endswith("_id")}  # fmt: skip
    found = []
    for column in columns:
        for noun in sorted(wanted - {"place", "country"}):
            names = [noun.replace("_", " "), *words().kinds.get(noun, [])]
            headed = [f"{name} {end}" for name in names for end in ("id", "no", "number", "code", "ref")]
            if column.name in draft.unused and is_headed(column.head, [*headed, *(f"id {name}" for name in names)]):
                found.append((noun, column.name))
    return found
