"""Does the assessment of minefield records meet its goals on simulated batches whose truth is known?

Seeds x regimes, each in processes of its own that talk through files: the simulator writes a batch and its truth, the
command line assesses the batch (and once more without finds and searches, for the error before finds), the scorer
compares. The estimator is any command that takes a batch file and a seed and prints the JSON of `records assess`.

    python benchmarks/minefields_goals.py --seeds 50 --keep FOLDER --write     # docs/minefield_goals.md and its plots
    python benchmarks/minefields_goals.py --json [--quick]                     # claims; bounded by --minutes
    python benchmarks/minefields_goals.py --baseline --seeds 50                # drawn as written, to see the harness

With --keep, scores are stored as they come and a second call goes on where the first stopped; take another folder for
another version of the estimator.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from common import Claim, machine, report

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "{python} -m whitestone.cli records assess {batch} --seed {seed} --json"
REGIMES = ("orderly", "chaotic", "few-records", "false-records")
ALL = "all regimes"
LEARNING = (0, 1, 2, 4, 8, 12, 16, 24)
"""Finds of each field that are told, for the curve of learning."""


def run_one(job: dict[str, Any]) -> dict[str, Any]:
    """Simulate, assess and score one seed of one regime; return the score with its cost, or the failure."""
    from whitestone.minefields.simulator.making import simulate
    from whitestone.minefields.simulator.oracle import oracle_chances
    from whitestone.minefields.simulator.regimes import regime_of
    from whitestone.minefields.simulator.scoring import score

    regime = regime_of(job["regime"], error_scale=job["scale"])
    batch, truth = simulate(job["seed"], regime, fields=job["fields"])
    try:
        after, cost = assess(job, batch)
        before, _ = assess(job, {**batch, "finds": [], "searched": []})
        found = score(batch, truth, after, {**before, "finds_detail": []})
    except (subprocess.SubprocessError, ValueError, KeyError) as failure:
        return {**job, "failed": f"{type(failure).__name__}: {failure}"[:500]}
    chances = oracle_chances(batch, truth)
    for row in found["sheets"]["rows"]:
        row["oracle"] = round(chances[row["id"]], 6)
    return {**job, **found, **cost}


def assess(job: dict[str, Any], batch: dict[str, Any]) -> tuple[dict[str, Any], dict[str, float]]:
    """Let the estimator assess a batch; return its answer and what it cost."""
    if job["command"] is None:
        from whitestone.minefields.simulator.as_written import assess_as_written

        begun = time.process_time()
        answer = assess_as_written(batch)
        spent = time.process_time() - begun
        return answer, {"wall_s": spent, "cpu_s": spent, "peak_mib": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batch.json"
        path.write_text(json.dumps(batch), encoding="utf-8")
        words = job["command"].format(python=shlex.quote(sys.executable), batch=shlex.quote(str(path)),
                                      seed=job["seed"])  # fmt: skip
        begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(shlex.split(words), capture_output=True, text=True, timeout=job["limit_s"], check=False,
                             cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})  # fmt: skip
        wall, now = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode not in (0, 1) or not ran.stdout:
        raise ValueError(f"exit {ran.returncode}: {ran.stderr[-400:]}")
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return json.loads(ran.stdout), {"wall_s": wall, "cpu_s": cpu, "peak_mib": now.ru_maxrss / 1024}


def learn_one(job: dict[str, Any]) -> dict[str, Any]:
    """Tell the first k finds of each field, for each k, and no searches; return the centroid errors by k.

    Always of the same sheets, those whose fields have enough finds for the largest k.
    """
    from whitestone.minefields.simulator.making import simulate
    from whitestone.minefields.simulator.regimes import regime_of
    from whitestone.minefields.simulator.scoring import score

    batch, truth = simulate(job["seed"], regime_of(job["regime"], error_scale=job["scale"]), fields=job["fields"])
    total = Counter(truth["mines"][mine]["field"] for mine in truth["finds"].values())
    rich = {name for name, sheet in truth["sheets"].items() if total[sheet["field"]] >= LEARNING[-1]}
    rows = []
    for most in LEARNING:
        told, kept = {}, []
        for find in sorted(batch["finds"], key=lambda each: each["found_on"]):
            field = truth["mines"][truth["finds"][find["id"]]]["field"]
            told[field] = told.get(field, 0) + 1
            if told[field] <= most:
                kept.append(find)
        part = {**batch, "finds": kept, "searched": []}
        known = {**truth, "finds": {find["id"]: truth["finds"][find["id"]] for find in kept}}
        try:
            answer, _ = assess(job, part)
        except (subprocess.SubprocessError, ValueError) as failure:
            return {**job, "failed": f"{type(failure).__name__}: {failure}"[:500]}
        errors = [row["after_m"] for row in score(part, known, answer)["errors"]
                  if row["sheet"] in rich and row["after_m"] is not None]  # fmt: skip
        rows.append({"finds": most, "errors_m": [round(error, 2) for error in errors]})
    return {**job, "learning": rows}


def gather(jobs: list[dict[str, Any]], work: Any, keep: Path | None, processes: int, ends: float) -> list[Any]:
    """Run the jobs in processes until the time is over; keep each result as it comes, and skip those kept before."""
    made, open_jobs = [], []
    for job in jobs:
        name = f"{job['what']}-{job['regime']}-{job['scale']:g}-{job['fields']}-{job['seed']}.json"
        job["file"] = name
        if keep and (keep / name).exists():
            made.append(json.loads((keep / name).read_text(encoding="utf-8")))
        else:
            open_jobs.append(job)
    waiting = iter(open_jobs)
    with ProcessPoolExecutor(processes) as pool:
        running = {pool.submit(work, job) for job in itertools.islice(waiting, processes)}
        while running:
            done = next(as_completed(running))
            running.remove(done)
            result = done.result()
            made.append(result)
            if keep and "failed" not in result:
                (keep / result["file"]).write_text(json.dumps(result), encoding="utf-8")
            sys.stderr.write(f"{result['file']}: {result.get('failed', 'done')}\n")
            if time.monotonic() < ends and (job := next(waiting, None)) is not None:
                running.add(pool.submit(work, job))
    return made


def jobs_of(options: argparse.Namespace, what: str, seeds: int, scale: float) -> list[dict[str, Any]]:
    """List the jobs, seed by seed through the regimes, so that a run that is broken off holds as many of each."""
    return [
        {"what": what, "seed": seed, "regime": regime, "scale": scale, "fields": options.fields,
         "command": None if options.baseline else options.command, "limit_s": options.limit_s}
        for seed in range(options.first, options.first + seeds) for regime in options.regimes
    ]  # fmt: skip


def read_options() -> argparse.Namespace:
    """Read the call; `--quick` is small and proves only that it works."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--quick", action="store_true", help="run small: proves that it works")
    parser.add_argument("--write", action="store_true", help="write docs/minefield_goals.md and its plots")
    parser.add_argument("--baseline", action="store_true", help="assess by drawing as written")
    parser.add_argument("--command", default=COMMAND, help="the estimator: {python}, {batch} and {seed} are filled in")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--off-seeds", type=int, default=0, help="seeds whose true errors are half and double, each")
    parser.add_argument("--learning-seeds", type=int, default=0, help="seeds for the curve of learning")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--regimes", nargs="*", default=list(REGIMES))
    parser.add_argument("--fields", type=int, default=300)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=10.0, help="no new seed is begun after that")
    parser.add_argument("--limit-s", type=float, default=240.0, help="an assessment that takes longer has failed")
    parser.add_argument("--keep", type=Path, default=None, help="folder of scores; what is there is not run again")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.fields, options.regimes = 1, 12, options.regimes[:1]
        options.off_seeds = options.learning_seeds = 0
    return options


def main() -> int:
    """Run, judge, print, and write the page when asked."""
    options = read_options()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + 60 * options.minutes
    jobs = jobs_of(options, "goals", options.seeds, 1.0)
    for scale in (0.5, 1.5, 2.0):
        jobs += jobs_of(options, "goals", options.off_seeds, scale)
    ran = gather(jobs, run_one, options.keep, options.processes, ends)
    taught = gather(jobs_of(options, "learning", options.learning_seeds, 1.0), learn_one, options.keep,
                    options.processes, ends)  # fmt: skip
    claims, groups = judge([row for row in ran if "failed" not in row])
    failed = [row for row in ran + taught if "failed" in row]
    report(claims, as_json=options.json)
    if options.write:
        from minefields_goals_common import write_page

        scores = [row for row in ran if "failed" not in row]
        learned = [row for row in taught if "failed" not in row]
        write_page(ROOT / "docs", groups, scores, learned, machine(), failed)
    return 1 if failed else 0


def judge(scores: list[dict[str, Any]]) -> tuple[list[Claim], dict[tuple[str, float], list[Any]]]:
    """Pool the scores by regime and over all, by size of error; return claims and the goals of each group."""
    from whitestone.minefields.simulator.pooling import pool

    claims, groups = [], {}
    for scale in sorted({row["error_scale"] for row in scores}, key=lambda each: (each != 1.0, each)):
        of_scale = [row for row in scores if row["error_scale"] == scale]
        for regime in (*REGIMES, ALL):
            chosen = [row for row in of_scale if regime in (row["regime"], ALL)]
            if not chosen or (regime == ALL and len({row["regime"] for row in chosen}) < 2):
                continue
            goals = pool(chosen, slack=0.03 if scale == 1.0 else 0.08)
            groups[regime, scale] = goals
            name = regime if scale == 1.0 else f"{regime}, true errors x {scale:g}"
            name += "" if chosen[0]["command"] else ", drawn as written"
            for goal in goals:
                spread = "" if goal.low is None else f"; 5th to 95th of 100 seeds {goal.low:.3f} to {goal.high:.3f}"
                if goal.value is not None:
                    claims.append(Claim(name=f"{name}: {goal.says}", value=goal.value, unit="", goal=goal.asked or "-",
                                        holds=goal.holds, note=f"{goal.seeds} seeds{spread}"))  # fmt: skip
            cpu = sorted(row["cpu_s"] for row in chosen)[len(chosen) // 2]
            claims.append(Claim(name=f"{name}: cost of one assessment (median)", value=cpu, unit="CPU s",
                                goal="at most 120 s of waiting",
                                peak_mib=max(row["peak_mib"] for row in chosen)))  # fmt: skip
    return claims, groups


if __name__ == "__main__":
    sys.exit(main())
