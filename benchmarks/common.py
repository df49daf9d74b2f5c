"""What does every benchmark print, and how is it measured?

One JSON object: the machine, and for each claim its value, goal, peer, ratio and peak memory. Medians of at least five
runs (slow peers: two). A peer that is missing is said to be missing; its claim then holds nothing.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

__all__ = ["Claim", "Measured", "arguments", "machine", "measure", "peak_mib", "report"]


class Claim(msgspec.Struct, kw_only=True):
    """One claim of speed; `ratio` is value to peer value, so that more is better; `holds` None: not judged."""

    name: str
    value: float
    unit: str
    goal: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    peak_mib: float | None = None
    holds: bool | None = None
    note: str | None = None
    cpu_s: float | None = None


class Measured(msgspec.Struct, kw_only=True):
    """Medians of some runs of one thing: wall and CPU seconds, and the most memory this process has ever held."""

    wall_s: float
    cpu_s: float
    runs: int
    peak_mib: float
    result: Any = None


def arguments(about: str) -> argparse.Namespace:
    """Read `--json` (one object and nothing else) and `--quick` (small; proves only that it works)."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--quick", action="store_true", help="run small: proves that it works, not how fast")
    return parser.parse_args()


def machine() -> dict[str, Any]:
    """Describe the machine: enough to compare runs, nothing that names it."""
    return {"cpus": os.cpu_count(), "processor": _processor(), "memory_gib": round(_memory_gib(), 1),
            "system": platform.system(), "python": platform.python_version()}


def measure(work: Callable[[], Any], *, runs: int = 5, prepare: Callable[[], Any] | None = None) -> Measured:
    """Run `work` some times, `prepare` before each (not measured); return the medians and the last result."""
    wall: list[float] = []
    cpu: list[float] = []
    result: Any = None
    for _ in range(runs):
        if prepare is not None:
            prepare()
        result = None
        gc.collect()
        wall_from, cpu_from = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - wall_from)
        cpu.append(time.process_time() - cpu_from)
    return Measured(wall_s=statistics.median(wall), cpu_s=statistics.median(cpu), runs=runs, peak_mib=peak_mib(),
                    result=result)


def peak_mib() -> float:
    """Return the most memory that this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


@contextmanager
def memory_watch(every_s: float = 0.02) -> Iterator[Callable[[], float]]:
    """Watch resident memory within the block; the value called at its end is the most seen, in MiB.

    Beside `peak_mib`, which counts from the start of the process and so cannot tell one claim from the one before.
    """
    seen = [_resident_mib()]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(every_s):
            seen[0] = max(seen[0], _resident_mib())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: seen[0]
    finally:
        done.set()
        thread.join()


def report(claims: list[Claim], *, as_json: bool) -> None:
    """Print the claims as one JSON object, or as lines for a person."""
    answer = {"machine": machine(), "claims": [msgspec.to_builtins(claim) for claim in claims]}
    if as_json:
        sys.stdout.write(json.dumps(answer) + "\n")
        return
    for claim in claims:
        holds = {True: "holds", False: "DOES NOT HOLD", None: "not judged"}[claim.holds]
        peer = f"; {claim.peer}: {_short(claim.peer_value)}" if claim.peer else ""
        ratio = f"; ratio {claim.ratio:.2f}" if claim.ratio is not None else ""
        note = f" ({claim.note})" if claim.note else ""
        sys.stdout.write(f"{claim.name}: {_short(claim.value)} {claim.unit}{peer}{ratio}; "
                         f"goal {claim.goal}: {holds}{note}\n")


def _short(value: float | None) -> str:
    return "missing" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _resident_mib() -> float:
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[1]) * resource.getpagesize() / (1 << 20)
    except OSError:
        return peak_mib()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            return next((line.split(":", 1)[1].strip() for line in stream if line.startswith("model name")), "unknown")
    except OSError:
        return platform.processor() or "unknown"
