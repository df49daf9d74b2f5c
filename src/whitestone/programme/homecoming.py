"""How does one of our own exports come back in, so that the same records are the same records again?

By the import desk's own way: a run of a dataset, its file kept, its rows counted, held rows that can be corrected. What
differs is only how a row is understood (its columns are ours) and what it is compared with (what the record said when
it left).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Act
from whitestone.exchange.cells import EXPORT_COLUMN
from whitestone.exchange.exported import is_ours, open_export
from whitestone.exchange.exported_rows import ExportApplier, Homed
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.model import DatasetSpec, Mapping, RecordSpec
from whitestone.exchange.mapping.rows import Mapped
from whitestone.exchange.readers import Reading, open_file
from whitestone.exchange.writers import REFUSED_KINDS, RESTRICTED_KINDS
from whitestone.programme.homecoming_rows import HomeComparing
from whitestone.programme.importing import CHUNK_ROWS, Importing, Progress
from whitestone.programme.importing_ahead import Helper, Piece, Task, in_thread
from whitestone.programme.importing_editions import Known, editions_of
from whitestone.programme.importing_report import Report
from whitestone.programme.importing_rows import Comparing
from whitestone.programme.opening import Programme

__all__ = ["DATASET", "bring_home", "is_export"]

DATASET = "whitestone-exports"
"""The dataset of all exports that come home."""


def is_export(path: Path) -> bool:
    """Say whether a file is an export of this program, which needs no mapping to come in."""
    return is_ours(open_file(path))


def bring_home(
    programme: Programme, path: Path, *, chunk_rows: int = CHUNK_ROWS, progress: Progress | None = None
) -> Report:  # fmt: skip
    """Bring an export in: records keep their ids; a row that says what it said when it left is unchanged.

    A row that says something else becomes a revision of what differs, made from the revisions that the export named:
    what somebody else changed meanwhile is a conflict only where both moved. What a cell no longer holds is not
    unsaid, it is a finding. A row that no longer reads as it was written is held. The same call again goes on where
    it stopped, or finds nothing new. Refuses with UnreadableFile a file that is not ours.
    """
    return Homecoming(programme, path).run(chunk_rows, progress)


class Homecoming(Importing):
    """One export at work; its mapping is ours and says only which kinds of record the file holds."""

    def __init__(self, programme: Programme, path: Path) -> None:
        self.reading = open_export(path)
        kinds, self.export_id = _contents(self.reading)
        known = [kind for kind in kinds if kind in KINDS and kind not in REFUSED_KINDS and not KINDS[kind].programme]
        spec = DatasetSpec(name=DATASET, title="Exports of this program that were brought in", edition="increment")
        super().__init__(programme, path, Mapping(dataset=spec, records=[RecordSpec(kind=kind) for kind in known]))
        # Rows about persons and restricted ones are held sealed, and so is the file that they stand in.
        self.personal = bool(set(kinds) & (REFUSED_KINDS | RESTRICTED_KINDS))

    def _open(self) -> Reading:
        return self.reading

    def _applier(self, reading: Reading) -> Applier:
        applier = ExportApplier(self.mapping, self.programme.settings, crs="EPSG:4326", today=self.programme.today(),
                                digest_key=self._digest_key())
        applier.form = reading.format
        return applier

    def _helper(self) -> contextlib.AbstractContextManager[Helper | None]:
        """Start no second process: it knows mappings, not exports."""
        return contextlib.nullcontext()

    def _understood(self, reading: Reading, applier: Applier, task: Task, helper: Helper | None) -> Iterator[Piece]:
        """Read chunks one ahead of the writing."""

        def understood() -> Iterator[Piece]:
            """Understand one chunk after the other; what is written already is passed over."""
            for chunk in reading.chunks(task.chunk_rows):
                known = task.written.get(chunk.first_row) == chunk.count
                yield Piece(chunk.first_row, chunk.count, None if known else applier.apply(chunk))

        return in_thread(understood())

    def _act(self, reason: str | None = None) -> Act:
        return Act(author=self.programme.who, reason=reason or f"an export came home: {self.path.name}",
                   source=f"export {self.export_id}", dataset=self.dataset, run=self.run_id)

    def _fresh_comparing(self) -> Comparing:
        editions = editions_of(self.journal, self.dataset, self.run_id)
        withdrawn = {edition.run for edition in editions if not edition.live}
        return HomeComparing(self.programme, self.dataset, Known(editions, self.labels, self.mapping.version_key),
                             self.labels, withdrawn, f"export {self.export_id}", self.run_id)

    def _fix_plane(self, mapped: Mapped) -> None:
        """Fix the equal-area plane of a new programme by the middle of what arrives first."""
        if isinstance(mapped, Homed) and self.programme.settings.equal_area_lon is None:
            bounds = mapped.bounds[np.isfinite(mapped.bounds).all(axis=1)]
            if len(bounds):
                west, south, east, north = np.median(bounds, axis=0).tolist()
                self.programme.fix_plane((west + east) / 2, (south + north) / 2)


def _contents(reading: Reading) -> tuple[list[str], str]:
    """Read through a file for the kinds that its rows name and the id of the export."""
    kinds: set[str] = set()
    export = ""
    for chunk in reading.chunks():
        for name, into in (("kind", kinds), (EXPORT_COLUMN, None)):
            if name not in chunk.frame.columns:
                continue
            found = [text for text in chunk.frame[name].unique().to_list() if text]
            if into is not None:
                into.update(found)
            elif found:
                export = export or min(found)
    return sorted(kinds), export
