"""How do worker processes, here or on other machines, count the ground of a ledger together, whoever of them fails?

The ground is cut into parts (`land.partitions`). A few parts at a time are on their way to a dask scheduler, which
hands them out, and again where a worker dies; each is put back into its place when it is done. Counting leaves nothing
behind: when it cannot be finished, nothing was booked, and the same call can be made again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.errors import GroundTooCrowded, InvalidValue, NoWorkers
from whitestone.land.pieces import Ground, Pieces
from whitestone.land.toil import MOST_STEPS, too_crowded

if TYPE_CHECKING:
    from distributed import Client, Future

    from whitestone.land.partitions import Part, PartNumbers

__all__ = ["Scattered", "Workers", "read_workers", "scattered"]

CONNECT_S = 10
"""How long a scheduler may take to answer."""
PATIENCE_S = 60
"""How long counting waits when no worker is left, before it gives up."""
PULSE_S = 2.0
"""How often somebody looks whether scheduler and workers are still there, while no part comes back."""
RETRIES = 3
"""How often the scheduler tries a part again that failed."""
PARTS_A_THREAD = 4
"""Parts for each thread at least, so that none waits long for the slowest."""
IN_FLIGHT = 2
"""Parts a thread that are on their way: one being counted, one waiting. The rest is not even cut out."""
WORK_A_PART = 1_000_000
"""Vertices that the units of a part look at, together, at most: about 4 MB to send."""

LEAST_HERE = 16
"""So many processes times threads may be asked for on any machine."""

Progress = Callable[[int, int], None]
"""Called with how many parts are counted, and how many there are."""


class Workers(msgspec.Struct, frozen=True):
    """Who counts: so many processes of this machine with so many threads each, or those of the scheduler at `address`.

    >>> Workers(processes=2, threads=1).named
    '2 worker processes here'
    """

    processes: int = 0
    threads: int = 1
    address: str | None = None

    @property
    def named(self) -> str:
        """Name the workers in a sentence."""
        return f"the workers of {self.address}" if self.address else f"{self.processes} worker processes here"


def read_workers(text: str) -> Workers:
    """Understand `4` (worker processes here), `4x2` (with two threads each), or a scheduler's `tcp://host:port`.

    Refuses everything else with InvalidValue, and more threads here than four for each processor: each process takes
    100 MB, and what is no faster would bring a machine down.

    >>> read_workers("4x2"), read_workers("tcp://10.0.0.5:8786").address
    (Workers(processes=4, threads=2, address=None), 'tcp://10.0.0.5:8786')
    >>> read_workers("")
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: workers: '' is not understood (a number, NUMBERxTHREADS, or tcp://HOST:PORT).
    """
    here = re.fullmatch(r"([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?", text.strip())
    if here:
        most = max(LEAST_HERE, 4 * (os.cpu_count() or 1))
        if int(here[1]) * int(here[2] or 1) > most:
            raise InvalidValue(field="workers", value=text, why=f"at most {most} processes times threads here")
        return Workers(int(here[1]), int(here[2] or 1))
    if re.fullmatch(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}", text.strip()):
        return Workers(address=text.strip())
    raise InvalidValue(field="workers", value=text, why="a number, NUMBERxTHREADS, or tcp://HOST:PORT")


@contextlib.contextmanager
def scattered(workers: Workers, progress: Progress | None = None) -> Iterator[Scattered]:
    """Have ground counted by workers for as long as the block lasts; local ones are started and ended with it.

    Refuses with NoWorkers where the library is not installed, no process starts, or no scheduler answers.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        raise NoWorkers(workers=workers.named, why="the library dask.distributed is not installed",
                        fix="Install Whitestone with its extra 'cluster', or leave --workers away.") from error
    with contextlib.ExitStack() as stack:
        stack.enter_context(_silence())
        stack.enter_context(dask.config.set(_SETTINGS))
        try:
            scheduler = workers.address or stack.enter_context(_here(distributed, workers))
            client = stack.enter_context(distributed.Client(scheduler, timeout=CONNECT_S, set_as_default=False))
        except (OSError, RuntimeError, TypeError, ValueError) as error:  # TypeError: tls:// without certificates
            raise NoWorkers(workers=workers.named, why=_said(error), fix=_CHECK) from error
        yield Scattered(client, workers, progress)


def _here(distributed: Any, workers: Workers) -> Any:
    """Start worker processes that only this process can speak to: on loopback, with certificates for this run alone.

    Whoever reaches a scheduler can have any code run as the user who started it; so other users of the machine must
    not reach this one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a port that is taken: another is used
        return distributed.LocalCluster(
            n_workers=workers.processes, threads_per_worker=workers.threads, processes=True, host="127.0.0.1",
            security=True, dashboard_address=None, silence_logs=logging.CRITICAL,
        )  # fmt: skip


class Scattered:
    """Counts ground on a cluster: called with a ground it gives what `land.pieces.measure` gives, bit by bit."""

    def __init__(self, client: Client, workers: Workers, progress: Progress | None = None) -> None:
        self.client, self.workers, self.progress = client, workers, progress

    def __call__(self, ground: Ground, most_steps: int = MOST_STEPS) -> Pieces:
        """Count a ground; refuses with NoWorkers when the workers cannot finish it, and books nothing then.

        What takes all of them together more than `most_steps` is refused with GroundTooCrowded, as by one process.
        """
        from whitestone.land.partitions import assemble, cut, whole, work_of

        threads = self._threads()
        least = -(-int(work_of(ground).sum()) // WORK_A_PART)
        parts = cut(ground, max(PARTS_A_THREAD * threads, least))
        found: list[Pieces] = []
        left = most_steps
        with _Flight(self.client) as flight:
            at = 0
            while len(found) < len(parts):
                while at < len(parts) and len(flight.numbers) < IN_FLIGHT * threads:
                    flight.send(ground, parts[at], left)
                    at += 1
                numbers, pieces, steps = self._next(flight)
                left -= steps
                if pieces is None or left < 0:
                    raise too_crowded(ground.first, ground.outlines.boxes)
                found.append(whole(pieces, numbers))
                threads = self._threads()
                if self.progress:
                    self.progress(len(found), len(parts))
        return assemble(found)

    def _threads(self) -> int:
        """Tell how many threads the workers have; waits for a while for the first."""
        try:
            self.client.wait_for_workers(1, timeout=PATIENCE_S)
            return max(1, sum(map(int, self.client.nthreads().values())))
        except (OSError, RuntimeError) as error:
            raise self._failed(f"no worker is there ({_said(error)})") from error

    def _next(self, flight: _Flight) -> tuple[PartNumbers, Pieces | None, int]:
        """Wait for the part that is counted next."""
        while True:
            try:
                future = flight.ended.get(timeout=PULSE_S)
            except queue.Empty:
                self._threads()
                continue
            if future.status == "lost":  # its worker died after counting it: the scheduler has it counted again
                flight.watch(future)
                continue
            return self._taken(flight, future)

    def _taken(self, flight: _Flight, future: Future) -> tuple[PartNumbers, Pieces | None, int]:
        from concurrent.futures import CancelledError

        from distributed.scheduler import KilledWorker

        if future.status == "cancelled" or self.client.status != "running":
            raise self._failed("the scheduler is gone")
        try:
            error = future.exception(timeout=PATIENCE_S)
            if error is None:
                stamp, pieces, steps = future.result(timeout=PATIENCE_S)
        except (OSError, RuntimeError, CancelledError, KilledWorker) as failed:
            raise self._failed(_said(failed)) from failed
        if error is not None:
            raise self._failed(f"a part failed {RETRIES + 1} times, at last with {_said(error)}") from error
        if stamp != _stamp():
            raise NoWorkers(
                workers=self.workers.named, why="a worker has another version of Whitestone, Numba or NumPy",
                fix="Install the same locked requirements on every machine: figures of two versions are not mixed.",
            )  # fmt: skip
        return flight.landed(future), pieces, steps

    def _failed(self, why: str) -> NoWorkers:
        return NoWorkers(workers=self.workers.named, why=why, fix=_CHECK)


class _Flight:
    """The parts that are on their way; what still flies at the end of the block is called off."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self.numbers: dict[str, tuple[Future, PartNumbers]] = {}

    def __enter__(self) -> _Flight:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.client.status == "running":
            self.client.cancel([future for future, _ in self.numbers.values()], force=True)

    def send(self, ground: Ground, chosen: Any, most_steps: int) -> None:
        """Cut a part out and send it, with how many steps it may take."""
        from whitestone.land.partitions import sub_ground

        part, numbers = sub_ground(ground, chosen)
        future = self.client.submit(_count_there, part, most_steps, pure=False, retries=RETRIES)
        self.numbers[future.key] = (future, numbers)
        self.watch(future)

    def watch(self, future: Future) -> None:
        """Hear of it when a part has ended, well or not."""
        future.add_done_callback(self.ended.put)

    def landed(self, future: Future) -> PartNumbers:
        """Let go of a part that is here; its worker forgets it."""
        return self.numbers.pop(future.key)[1]


_SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1GiB", "distributed.scheduler.http.routes": []}
"""Parts go with their task, so that the scheduler can hand them out again; and no page tells about the workers."""
_CHECK = (
    "Check that scheduler and workers run and can be reached, then call again; without --workers it is counted here."
)


def _count_there(part: Part, most_steps: int) -> tuple[str, Pieces | None, int]:
    """Count a part on a worker; says also which kernel has counted it, and in how many steps. None: in too many."""
    import numpy as np

    from whitestone.land.cells import SPENT
    from whitestone.land.partitions import count

    toil = np.array([0, most_steps])
    try:
        pieces = count(part, toil=toil)
    except GroundTooCrowded:  # not a failure of this worker, which another one could mend
        return _stamp(), None, int(toil[SPENT])
    return _stamp(), pieces, int(toil[SPENT])


def _stamp() -> str:
    """Name what decides the last bit of a figure: the kernel's files, its compiler, the arithmetic of arrays."""
    import numba
    import numpy as np

    from whitestone.land.compiled import cache_folder

    return f"{cache_folder().name} numba {numba.__version__} numpy {np.__version__}"


def _said(error: BaseException) -> str:
    """Say what an error says, in one line."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the library's own log off standard error, where commands print their code and the next step."""
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
