"""What do two worker processes on dask.distributed gain over one process, and are the figures the same to the last bit?

Each way counts the same ground (`arrays` of `whitestone.programme.national`, repaired) in a process of its own. Beside
the wall clock stands the processor time of client and workers together: on a busy machine the first says little, and
the second says what cutting, sending and putting together cost. Peak memory is that of each process alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import Claim, peak_mib, report

SEED, FULL, QUICK = 7, (20_000, 66_667), (300, 1_000)
WAYS = ("alone", "two")


def ground_of(hazards: int, releases: int) -> Any:
    """Draw and repair the programme; neither is part of what is timed."""
    from whitestone.geodesy.repair import repair
    from whitestone.land.timeline import Timeline
    from whitestone.programme.national import arrays

    drawn = arrays(SEED, hazards, releases)
    drawn.hazards, drawn.releases = repair(drawn.hazards, "linework")[0], repair(drawn.releases, "linework")[0]
    return Timeline(drawn.slices(), drawn.pieces()).ground()


def children_cpu_s(pids: list[int]) -> float:
    """Add up the processor seconds of processes that still run."""
    tick = os.sysconf("SC_CLK_TCK")
    found = 0
    for pid in pids:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        found += int(words[11]) + int(words[12])
    return found / tick


def worker_peak() -> float:
    """Tell the most memory that a worker has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def digest(pieces: Any) -> str:
    """Mix every byte of every array: two ways that differ in one bit differ here."""
    mixed = hashlib.sha256()
    for part in pieces:
        mixed.update(str(part.dtype).encode() + str(part.shape).encode() + part.tobytes())
    return mixed.hexdigest()


def run(way: str, size: tuple[int, int], runs: int) -> dict[str, Any]:
    """Count some times in one way; returns medians of what was measured, peaks, and the digests of all bookings."""
    from whitestone.land.pieces import measure
    from whitestone.programme.scattering import Workers, scattered

    warm, ground = ground_of(20, 40), ground_of(*size)
    facts = {"vertices": len(ground.outlines.xy), "units": int(ground.first.size - 1), "ground_mib": peak_mib()}
    if way == "alone":
        measure(warm, threads=1)
        return {**facts, **timed(lambda: measure(ground, threads=1), [], runs), "peak_mib": peak_mib()}
    parts = [0]
    with scattered(Workers(processes=2), lambda done, of: parts.__setitem__(0, of)) as count:
        count(warm)
        found = timed(lambda: count(ground), list(count.client.run(os.getpid).values()), runs)
        worker_mib = max(count.client.run(worker_peak).values())
    peak = peak_mib()
    return {**facts, **found, **sent(ground, parts[0]), "parts": parts[0], "peak_mib": peak, "worker_mib": worker_mib}


def sent(ground: Any, parts: int) -> dict[str, Any]:
    """Tell how many MiB the arrays of all parts, and of the largest, have on their way out; the whole ground beside."""
    from whitestone.land.partitions import cut, sub_ground

    def mib(some: Any) -> float:
        return sum(each.nbytes for each in (*some.outlines, *some.facts, some.first, some.members)) / (1 << 20)

    sizes = [mib(sub_ground(ground, chosen)[0].ground) for chosen in cut(ground, parts)]
    return {"sent_mib": sum(sizes), "largest_mib": max(sizes), "whole_mib": mib(ground)}


def timed(work: Any, pids: list[int], runs: int) -> dict[str, Any]:
    """Time work that this process and some others do."""
    found, digests = [], set()
    for _ in range(runs):
        started, cpu, theirs = time.perf_counter(), time.process_time(), children_cpu_s(pids)
        pieces = work()
        found.append((time.perf_counter() - started, time.process_time() - cpu, children_cpu_s(pids) - theirs))
        digests.add(digest(pieces))
        del pieces
    wall_s, cpu_s, workers_cpu_s = (statistics.median(each) for each in zip(*found, strict=True))
    return {"wall_s": wall_s, "cpu_s": cpu_s, "workers_cpu_s": workers_cpu_s, "digests": sorted(digests)}


def measured(way: str, size: tuple[int, int], runs: int) -> dict[str, Any]:
    """Run a way in a process of its own."""
    words = [sys.executable, __file__, "--child", way, "--hazards", str(size[0]), "--releases", str(size[1])]
    ran = subprocess.run([*words, "--runs", str(runs)], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr[-2000:])
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def claims(size: tuple[int, int], runs: int) -> list[Claim]:
    """Compare one process with two workers."""
    alone, two = (measured(way, size, runs) for way in WAYS)
    cpu = two["cpu_s"] + two["workers_cpu_s"]
    same = alone["digests"] == two["digests"] and len(two["digests"]) == 1
    said = f"{size[0]:,} hazards, {size[1]:,} releases, {alone['vertices']:,.0f} vertices; runs: {runs}"
    peer = "one process, one thread"
    return [
        Claim(name="two workers against one process: bookings that differ in any bit", value=0.0 if same else 1.0,
              unit="bits", goal="0", holds=same, note=f"sha256 over all arrays; {said}"),
        Claim(name="two workers on one machine, wall clock", value=two["wall_s"], unit="s", goal=">= 1.6 times",
              peer=peer, peer_value=alone["wall_s"], ratio=alone["wall_s"] / two["wall_s"],
              peak_mib=two["peak_mib"], holds=alone["wall_s"] / two["wall_s"] >= 1.6, cpu_s=cpu,
              note=f"{two['parts']:.0f} parts; {said}"),
        Claim(name="processor time of client and workers together", value=cpu, unit="s", goal="<= 1.15 times the peer",
              peer=peer, peer_value=alone["cpu_s"], ratio=cpu / alone["cpu_s"], holds=cpu <= 1.15 * alone["cpu_s"],
              note=f"of it in the client {two['cpu_s']:.2f} s: cutting, sending, receiving, putting together"),
        Claim(name="peak memory of one worker", value=two["worker_mib"], unit="MiB", goal="< 512 MiB",
              peer=peer, peer_value=alone["peak_mib"], peak_mib=two["worker_mib"], holds=two["worker_mib"] < 512,
              note=f"the client, which holds the programme: {two['peak_mib']:.0f} MiB"),
        Claim(name="sent to the workers", value=two["sent_mib"], unit="MiB", goal="<= 1.5 times the ground",
              peer="the ground itself, in memory", peer_value=two["whole_mib"],
              ratio=two["sent_mib"] / two["whole_mib"], holds=two["sent_mib"] <= 1.5 * two["whole_mib"],
              note=f"{two['parts']:.0f} parts, the largest {two['largest_mib']:.1f} MiB"),
    ]  # fmt: skip


def main() -> int:
    """Run as a benchmark, or as one measured run of it (`--child`)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--quick", action="store_true", help="run small: proves that it works, not how fast")
    parser.add_argument("--child", choices=WAYS)
    parser.add_argument("--hazards", type=int, default=FULL[0])
    parser.add_argument("--releases", type=int, default=FULL[1])
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    size = QUICK if asked.quick else (asked.hazards, asked.releases)
    if asked.child:
        print(json.dumps(run(asked.child, size, asked.runs)))
        return 0
    report(claims(size, 1 if asked.quick else asked.runs), as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
