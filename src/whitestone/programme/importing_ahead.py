"""How are the rows of a large file understood while those before them are written, on another core?

Reading and understanding need nothing from the journal but the gazetteer, so a second process does both and hands
over whole chunks in the file's order, through a pipe that holds it to one chunk ahead: memory stays flat. It can only
make things faster: whatever goes wrong there, from the next chunk on the work is done here and fails here, if it does,
with its own words.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from whitestone.domain.settings import Settings
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.model import FileSpec, Mapping
from whitestone.exchange.mapping.rows import Mapped
from whitestone.exchange.readers import Reading, open_file
from whitestone.exchange.readers.model import Note
from whitestone.programme.importing_links import Gazetteer, Links
from whitestone.programme.importing_parts import Parts, prepare

__all__ = ["LARGE_BYTES", "Helper", "Piece", "Task", "another_core", "here", "in_thread", "second_process", "serve",
           "worth_it"]

LARGE_BYTES = 12 << 20
"""Files below this (about 50,000 rows) are done before a second process has started."""


PIPE_BYTES = 1 << 20
"""What the pipe holds, where the system lets us choose: a larger one wakes the two processes less often."""


class Piece(msgspec.Struct):
    """One chunk understood: None where an earlier call had written it."""

    first_row: int
    count: int
    mapped: Mapped | None
    parts: list[list[Parts]] = []
    """The encoded parts of each block's records, piece by piece."""


class Task(msgspec.Struct):
    """All that understanding a file needs, apart from the journal."""

    reading: Reading | None
    """The open file, where what was found out about it can be handed over; else it is opened again."""
    path: Path
    file: FileSpec
    mapping: Mapping
    settings: Settings
    crs: str | None
    today: dt.date
    digest_key: bytes | None
    chunk_rows: int
    written: dict[int, int]
    """First row and count of the chunks that are known to be written already."""
    gazetteer: Gazetteer | None = None


class Helper:
    """A second process: started early, since it takes a while to be ready; given one task; gone with the block."""

    def __init__(self) -> None:
        # -P: no module of the folder that the user stands in is taken for one of ours. A plain process: no script of
        # a user is run twice.
        command = [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, pipesize=PIPE_BYTES)  # fmt: skip
        self.given = False

    def give(self, task: Task) -> None:
        """Hand the task over; a process that has died meanwhile shows when it is listened to."""
        self.given = True
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as stream:
            pickle.dump(task, stream, protocol=5)

    @property
    def answers(self) -> BinaryIO:
        """Return what the process writes."""
        assert self._process.stdout is not None
        return self._process.stdout  # type: ignore[return-value]  # Popen's type says less than what it gives

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]  # both are pipes
        self._process.wait()


@contextlib.contextmanager
def second_process() -> Iterator[Helper | None]:
    """Start a second process, which ends with the block; None where it cannot be started."""
    helper = None
    with contextlib.suppress(OSError):
        helper = Helper()
    try:
        yield helper
    finally:
        if helper is not None:
            helper.end()


def worth_it(path: Path) -> bool:
    """Say whether a second process would be sooner done with a file.

    >>> worth_it(Path(__file__))
    False
    """
    return path.stat().st_size >= LARGE_BYTES and (os.cpu_count() or 1) > 1 and bool(sys.executable)


def here(reading: Reading, applier: Applier, task: Task, after: int = 0) -> Iterator[Piece]:
    """Understand the chunks that begin after row `after`, in this process."""
    for chunk in reading.chunks(task.chunk_rows):
        if chunk.first_row > after:
            mapped = None if task.written.get(chunk.first_row) == chunk.count else applier.apply(chunk)
            yield Piece(chunk.first_row, chunk.count, mapped, [] if mapped is None else prepare(mapped))


def another_core(helper: Helper, reading: Reading, links: Links, otherwise: Callable[[int], Iterator[Piece]]
                 ) -> Iterator[Piece]:
    """Take the chunks that a second process understands; `otherwise` goes on after a row when that process fails.

    What the other process learns of the file (columns, notes, whether there are places) is told to `reading` and
    `links` before each chunk is handed over.
    """
    after = 0
    with contextlib.suppress(OSError, EOFError, pickle.PickleError):
        while (told := pickle.load(helper.answers)) is not None:  # the other end of the pipe is this very module
            piece, columns, notes, links.no_places = told
            reading.columns[:] = columns
            for note in notes:
                reading.note(note.code, note.message)
            if piece is None:
                return
            after = piece.first_row + piece.count - 1
            yield piece
    yield from otherwise(after)


def in_thread(made: Iterator[Piece]) -> Iterator[Piece]:
    """Make the next piece in a thread while the caller works on this one."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, made, None)
        while (piece := coming.result()) is not None:
            coming = worker.submit(next, made, None)
            yield piece


def _serve(stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Understand the file of the task on `stdin`, and hand over its chunks on `stdout`."""
    task: Task = pickle.load(stdin)  # written by `Helper.give`
    links: Any = Links.__new__(Links)
    links.no_places, links._gazetteer = False, task.gazetteer
    reading = task.reading or open_file(task.path, encoding=task.file.encoding, layer=task.file.layer,
                                        header_row=task.file.header_row, delimiter=task.file.delimiter)  # fmt: skip
    applier = Applier(task.mapping, task.settings, crs=task.crs, links=links, today=task.today,
                      digest_key=task.digest_key)  # fmt: skip

    def tell(piece: Piece | None) -> None:
        """Hand over a chunk with all that was learned of the file so far; None ends it."""
        notes: list[Note] = reading.notes
        pickle.dump((piece, reading.columns, notes, links.no_places), stdout, protocol=5)
        stdout.flush()

    for piece in here(reading, applier, task):
        mapped = piece.mapped
        if mapped is not None and all(made.ids is None for made in mapped.made):
            mapped.frame = mapped.frame.clear()  # only a row whose id stands twice is held later, as it was written
        tell(piece)
    tell(None)


def serve() -> None:
    """Be the second process: take a task on standard input, hand over its chunks on standard output."""
    # It makes few cycles, and many objects among which the collector would look for them.
    gc.set_threshold(100_000, 50, 100)
    # Whatever a library prints must not come between the chunks.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        with contextlib.suppress(BrokenPipeError):
            _serve(sys.stdin.buffer, out)
