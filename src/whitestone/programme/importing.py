"""How does a file come in, with every row accounted for, however often it is called and wherever it was stopped?

A run is known by the file's hash and the mapping's version. Each chunk is one durable transaction under the writing
lock; a run that was stopped goes on at the first chunk that is not written, and two imports at once take turns.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import MappingInvalid, Problem
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.check import UNKNOWN_KIND
from whitestone.exchange.mapping.corrections import holds_corrections
from whitestone.exchange.mapping.model import FileSpec, Mapping
from whitestone.exchange.mapping.rows import HELD, Mapped, RowFinding
from whitestone.exchange.mapping.text import read_mapping, to_toml
from whitestone.exchange.readers import Reading, open_file
from whitestone.journal import HeldRow, RunBatch
from whitestone.programme.importing_ahead import (
    Helper,
    Piece,
    Task,
    another_core,
    here,
    in_thread,
    second_process,
    worth_it,
)
from whitestone.programme.importing_editions import Known, editions_of
from whitestone.programme.importing_links import Links, dataset_id
from whitestone.programme.importing_parts import Parts
from whitestone.programme.importing_report import Report, run_findings, tell
from whitestone.programme.importing_resolving import resolvable
from whitestone.programme.importing_rows import Compared, Comparing
from whitestone.programme.importing_said import write_again
from whitestone.programme.opening import Programme

__all__ = ["CHUNK_ROWS", "Importing", "import_file"]

CHUNK_ROWS = 50_000
"""Rows that are acknowledged together."""

_SHAPEFILE_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_WORKFLOWS = {"draft": Workflow.DRAFT, "submitted": Workflow.SUBMITTED, "verified": Workflow.VERIFIED,
              "approved": Workflow.APPROVED}

Progress = Callable[[int], None]


def import_file(
    programme: Programme, path: Path | str, mapping: Mapping | Path | str, *, chunk_rows: int = CHUNK_ROWS,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Bring one file in under a mapping and report what became of every row.

    `mapping` is a mapping or the path of its file. The same call again after a kill goes on where it stopped; after
    the end it compares again and finds nothing new. Refuses an unreadable file (UnreadableFile) and a mapping that
    is faulty or names columns that the file does not have (MappingInvalid).
    """
    text = None
    if not isinstance(mapping, Mapping):
        path_of_mapping, mapping = Path(mapping), read_mapping(mapping, programme.settings)
        text = path_of_mapping.read_text(encoding="utf-8-sig") if path_of_mapping.is_file() else None
    return Importing(programme, Path(path), mapping, text).run(chunk_rows, progress)


class Importing:
    """One import at work."""

    def __init__(self, programme: Programme, path: Path, mapping: Mapping, text: str | None = None) -> None:
        mapping = mapping.sealing(programme.settings.extra_fields)
        self.programme, self.journal, self.path, self.mapping = programme, programme.journal, path, mapping
        # A comment may quote a value: beside personal columns the mapping is kept without its comments.
        self.toml = text if text and not mapping.personal_columns else to_toml(mapping)
        self.dataset = dataset_id(self.journal.programme_id, mapping.dataset.name)
        self.labels = [record.label for record in mapping.records if record.kind != UNKNOWN_KIND]
        self.personal = bool(mapping.personal_columns)
        self.correcting = False
        self.links = Links(self.journal, self.dataset)
        self.run_id = uuid.UUID(int=0)
        self._comparing: Comparing | None = None
        self._head = -1
        self._crs: str | None = None
        self._key: bytes | None = None

    def run(self, chunk_rows: int = CHUNK_ROWS, progress: Progress | None = None) -> Report:
        """Import the file and report."""
        self.correcting = holds_corrections(self.path)
        with self._helper() as helper:
            reading = self._open()
            applier = self._applier(reading)
            task = self._task(reading, chunk_rows)
            if helper is not None and not self._stopped_before():
                helper.give(task)  # it reads and understands the first rows while the file is kept
            sha256, size = self._keep_file()
            self._begin(sha256, size, reading)
            task.written = self.journal.runs.pieces(self.run_id)
            done = 0
            for piece in self._understood(reading, applier, task, helper):
                if not done:
                    self._check_columns(applier, reading)
                if piece.mapped is not None:
                    self._fix_plane(piece.mapped)
                    self._write(piece.mapped, piece.parts)
                done += piece.count
                if progress is not None:
                    progress(done)
        return self._finish(reading, applier)

    def _file(self) -> FileSpec:
        # What was written out for correction is a plain CSV, whatever the file was that its rows came from.
        return FileSpec() if self.correcting else self.mapping.file

    def _open(self) -> Reading:
        file = self._file()
        return open_file(self.path, encoding=file.encoding, layer=file.layer, header_row=file.header_row,
                         delimiter=file.delimiter)  # fmt: skip

    def _helper(self) -> contextlib.AbstractContextManager[Helper | None]:
        """Start a second process for a large file in which no row can link to a row before it."""
        linked = any(link.column for record in self.mapping.records for link in record.links)
        return second_process() if not linked and worth_it(self.path) else contextlib.nullcontext()

    def _task(self, reading: Reading, chunk_rows: int) -> Task:
        placed = any(link.place is not None for record in self.mapping.records for link in record.links)
        return Task(
            reading=reading if reading.format in ("csv", "tsv") and reading.keep is None else None,
            path=self.path, file=self._file(), mapping=self.mapping, settings=self.programme.settings, crs=self._crs,
            today=self.programme.today(), digest_key=self._key, chunk_rows=chunk_rows, written={},
            gazetteer=self.links.gazetteer if placed else None,
        )  # fmt: skip

    def _stopped_before(self) -> bool:
        """Say whether a run of this dataset was not finished: which of its chunks are written must then be known."""
        return any(state.body.get("run_status") == "running" and state.body.get("dataset_id") == str(self.dataset)
                   for state in self.journal.states("run", geometry=False))

    def _understood(self, reading: Reading, applier: Applier, task: Task, helper: Helper | None) -> Iterator[Piece]:
        """Read and understand chunks one ahead of the writing, where no row can link to a row before it."""
        if any(link.column for record in self.mapping.records for link in record.links):
            return here(reading, applier, task)
        if helper is None:
            return in_thread(here(reading, applier, task))
        if not helper.given:
            helper.give(task)
        return another_core(helper, reading, self.links, lambda after: in_thread(here(reading, applier, task, after)))

    def _check_columns(self, applier: Applier, reading: Reading) -> None:
        missing = applier.missing(reading.columns)
        if missing:
            faults = [f"the file {self.path.name} has no column {name!r}" for name in missing]
            faults.append(f"its columns are {', '.join(map(repr, reading.columns))}")
            raise MappingInvalid(path=self.mapping.dataset.name, count=len(missing), faults="; ".join(faults))

    def _applier(self, reading: Reading) -> Applier:
        self._key = self._digest_key()
        self._crs = reading.crs or (self._corrected_crs() if self.correcting else None)
        applier = Applier(
            self.mapping, self.programme.settings, crs=self._crs, links=self.links, today=self.programme.today(),
            digest_key=self._key,
        )  # fmt: skip
        if reading.columns:
            self._check_columns(applier, reading)
        return applier

    def _corrected_crs(self) -> str | None:
        """Find the reference system of the file whose held rows this one corrects."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            run = next(iter(csv.DictReader(file)), {}).get("whitestone_run") or ""
        try:
            state = self.journal.state(uuid.UUID(run))
        except ValueError:
            return None
        crs = state.body.get("counts", {}).get("crs") if state is not None else None
        return None if crs is None else str(crs)

    def _digest_key(self) -> bytes | None:
        """Key the digests of personal rows, so that nobody without the programme key can try names against them."""
        if not self.personal:
            return b""
        seals = self.journal.seals
        was_locked = seals.locked
        try:
            if was_locked:
                seals.unlock()
            return hashlib.blake2b(seals.token(f"row digests of {self.dataset}").encode(), digest_size=32).digest()
        except Problem:
            return None
        finally:
            if was_locked and not seals.locked:
                seals.lock()

    def _keep_file(self) -> tuple[str, int]:
        """Keep the source file; return the hash that stands for it, and its size in bytes."""
        parts = [self.path]
        if self.path.suffix.lower() == ".shp":
            parts = [path for path in sorted(self.path.parent.glob(f"{self.path.stem}.*"))
                     if path.suffix.lower() in _SHAPEFILE_PARTS]
        kept = [
            self.journal.attachments.add(part, name=part.name, media_type="application/octet-stream",
                                         by=self.programme.who, sealed=self.personal)
            for part in parts
        ]  # fmt: skip
        sha256 = kept[0] if len(kept) == 1 else hashlib.sha256("".join(kept).encode()).hexdigest()
        return sha256, sum(part.stat().st_size for part in parts)

    def _begin(self, sha256: str, size: int, reading: Reading) -> None:
        """Enter dataset, mapping and run, each with an id that a second import at once would give it too."""
        key = self.mapping.version_key
        programme_id = self.journal.programme_id
        mapping_id = uuid.uuid5(programme_id, f"mapping:{self.dataset}:{key}")
        attempt = 1
        while True:
            self.run_id = uuid.uuid5(programme_id, f"run:{mapping_id}:{sha256}:{attempt}")
            state = self.journal.state(self.run_id)
            if state is None or state.body.get("run_status") == "running":
                break
            attempt += 1
        drafts = self._described(mapping_id, key)
        if state is None:
            body = {
                "dataset_id": str(self.dataset), "mapping_id": str(mapping_id), "file_name": self.path.name,
                "file_sha256": sha256, "file_size": size, "run_status": "running",
                "counts": {"labels": self.labels, "attempt": attempt, "mapping_key": key,
                           "coverage": None if self.correcting else self.mapping.dataset.coverage,
                           "as_of": self.mapping.dataset.as_of, "columns": reading.columns, "crs": reading.crs,
                           "started_at": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")},
            }  # fmt: skip
            drafts.append(Draft(kind="run", record_id=self.run_id, body=body))
        if drafts:
            self.journal.append(self._act("import begun"), drafts)

    def _described(self, mapping_id: uuid.UUID, key: str) -> list[Draft]:
        spec = self.mapping.dataset
        body: dict[str, Any] = {
            "local_id": spec.name, "name": spec.title or spec.name, "licence": spec.licence, "edition": spec.edition,
            "simulated": spec.simulated, **({"coverage": spec.coverage} if spec.coverage else {}),
            **({"remarks": f"Source: {spec.source}"} if spec.source else {}),
        }  # fmt: skip
        drafts = []
        known = self.journal.state(self.dataset)
        if known is None or any(known.body.get(name) != value for name, value in body.items()):
            parents = known.revisions[-1:] if known else ()
            drafts.append(Draft(kind="dataset", record_id=self.dataset, body=body, parents=parents))
        if self.journal.state(mapping_id) is None:
            earlier = [state for state in self.journal.states("mapping", geometry=False)
                       if state.body.get("dataset_id") == str(self.dataset)]
            text = {"name": spec.name, "dataset_id": str(self.dataset), "version": len(earlier) + 1,
                    "toml": self.toml, "sha256": key}
            drafts.append(Draft(kind="mapping", record_id=mapping_id, body=text))
        return drafts

    def _act(self, reason: str | None = None) -> Act:
        spec = self.mapping.dataset
        return Act(author=self.programme.who, organisation=spec.organisation, source=spec.source, reason=reason,
                   dataset=self.dataset, run=self.run_id)  # fmt: skip

    def _fix_plane(self, mapped: Mapped) -> None:
        """Fix the equal-area plane by the middle of the first geometries that arrive."""
        if self.programme.settings.equal_area_lon is not None:
            return
        for made in mapped.made:
            if made.bounds is not None and np.isfinite(made.bounds).any():
                west, south, east, north = np.nanmedian(made.bounds, axis=0).tolist()
                self.programme.fix_plane((west + east) / 2, (south + north) / 2)
                return

    def _write(self, mapped: Mapped, parts: list[list[Parts]]) -> None:
        """Write one chunk and what became of its rows, in one transaction; skip it if another import has."""
        with self.journal.writing(self._act()) as batch:
            if self.journal.runs.pieces(self.run_id).get(mapped.first_row) == mapped.count:
                return
            compared = self._compare(mapped, parts)
            for encoded in chain.from_iterable(compared.batches):
                batch.append_encoded(encoded)
            batch.append(compared.drafts)
            if mapped.held:
                batch.hold([self._held_row(row.row, row.digest, row.raw, row.reasons) for row in mapped.held])
            batch.put_rows(self._rows(mapped, compared))
            write_again(batch, compared.again, self.programme.who,
                        f"said again for its day: run {self.run_id} brought paper of an earlier one")
        self._head = self.journal.head()[0]

    def _compare(self, mapped: Mapped, parts: list[list[Parts]]) -> Compared:
        """Compare under the lock; when others have written since, what is known is read again."""
        if self._comparing is None or self.journal.head()[0] != self._head:
            given = self._comparing.given if self._comparing is not None else None
            self._comparing = self._fresh_comparing()
            self._comparing.given = given or self._comparing.given
        return self._comparing.compare(mapped, parts)

    def _fresh_comparing(self) -> Comparing:
        editions = editions_of(self.journal, self.dataset, self.run_id)
        linked = any(link.to is None for record in self.mapping.records for link in record.links)
        known = Known(editions, self.labels, None if linked else self.mapping.version_key)
        withdrawn = {edition.run for edition in editions if not edition.live}
        workflow = _WORKFLOWS[self.mapping.dataset.workflow]
        national = self.programme.settings.national_codes
        apart = frozenset(record.label for record in self.mapping.records if record.kind != UNKNOWN_KIND
                          and record.date not in (None, KINDS[record.kind].date_attribute))  # fmt: skip
        return Comparing(self.journal, self.dataset, known, self.labels, workflow, withdrawn, national, apart)

    def _held_row(self, row: int, digest: bytes, raw: bytes, reasons: list[tuple[str, str]]) -> HeldRow:
        told = [{"code": code, "message": message} for code, message in reasons]
        return HeldRow(run=self.run_id, row=row, digest=digest, raw=raw, reasons=told, personal=self.personal)

    def _rows(self, mapped: Mapped, compared: Compared) -> RunBatch:
        findings = [msgspec.structs.asdict(found) for found in mapped.findings]
        seen = [{"row": None, "column": None, "value": record.hex(), "code": "held-record", "message": ""}
                for record in compared.seen]
        return RunBatch(
            run=self.run_id, first_row=mapped.first_row, count=mapped.count, outcomes=mapped.outcomes.tobytes(),
            changes=compared.changes.tobytes(), digests=mapped.digests.tobytes(),
            record_ids=np.ascontiguousarray(compared.records).tobytes(), findings=findings + seen,
        )  # fmt: skip

    def _finish(self, reading: Reading, applier: Applier) -> Report:
        notes = [RowFinding(None, None, None, note.code, note.message) for note in reading.notes]
        if self.links.no_places:
            notes.append(RowFinding(None, None, None, "no-places", "this programme has no places yet: no row was "
                                    "linked to one; bring a gazetteer in and import again"))
        editions = editions_of(self.journal, self.dataset, self.run_id)
        if not any(batch.count for batch in self.journal.runs.batches(self.run_id)):
            notes.append(RowFinding(None, None, None, "no-rows", "the file holds no row: check "
                                    "that it was exported with its content"))
        if not self.correcting:
            notes += run_findings(self.journal, self.mapping, editions, self.run_id)
        notes += self._make_links()
        report = tell(self.programme, self.mapping, self.run_id, notes, applier.unmapped(reading.columns))
        with self.journal.writing(self._act("import finished")) as batch:
            told = [msgspec.structs.asdict(note) for note in notes]
            batch.put_rows(RunBatch(run=self.run_id, first_row=0, count=0, outcomes=b"", changes=b"", digests=b"",
                                    record_ids=b"", findings=told))  # fmt: skip
            state = self.journal.state(self.run_id)
            counts = {**(state.body.get("counts", {}) if state else {}), **report.counts()}
            body = {"run_status": "finished", "counts": counts, "unmapped_columns": report.unmapped_columns}
            batch.append([Draft(kind="run", record_id=self.run_id, body=body,
                                parents=state.revisions[-1:] if state else ())])  # fmt: skip
        self._resolve_held()
        return report

    def _make_links(self) -> list[RowFinding]:
        """State the links that earlier rows, of this dataset or others, could not make before this file came in."""
        if not resolvable(self.programme, self.mapping, self.dataset):
            return []
        why = f"the record that was named here came in with run {self.run_id}"
        with self.journal.writing(self._act("links made")) as batch:  # under the lock they are looked for again
            made = write_again(batch, resolvable(self.programme, self.mapping, self.dataset), self.programme.who, why)
        message = f"{made} statement(s) made before named records that came in with this file; their links stand now"
        return [RowFinding(None, None, None, "links-made", message)]

    def _resolve_held(self) -> None:
        """Say of rows that were held in earlier runs, and whose digest now made a record, that they came in."""
        accepted: set[bytes] = set()
        waiting = [row for row in self.journal.runs.held() if row.run != self.run_id]
        if not waiting:
            return
        for batch in self.journal.runs.batches(self.run_id):
            standing = np.frombuffer(batch.outcomes, dtype=np.uint8) != HELD
            accepted |= set(np.frombuffer(batch.digests, dtype="V16")[standing].tolist())
        for row in waiting:
            if row.digest in accepted:
                self.journal.runs.resolve_held(row.run, row.row, by=self.programme.who, why="brought in by a later run",
                                               into=self.run_id)  # fmt: skip
