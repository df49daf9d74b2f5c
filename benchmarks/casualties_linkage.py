"""How fast are a million casualties of three lists linked, how well, and against the peer on the same sample?

The lists are simulated (casualties/simulating.py): who is who is known, so precision and recall stand beside the time.
What is measured is `link_frame`: loading, counting the pairs of the blocking rules, counting chance, scoring. The
sealed tokens of the names are made beforehand and their time is told in the note.

Peer: recordlinkage, in an environment of its own (`.venv/peers`), on the same sample with the same blocking (all pairs
of one year) and the same attributes: index, compare in pieces that fit into memory, and the classifier with expectation
maximisation. Names are compared there in plain Latin letters, which the program never does: it has HMAC tokens only.
With rules as tight as those of the million a sample has few pairs, and what either costs is its start.

    python benchmarks/casualties_linkage.py --json [--quick]

CPU seconds are compared, of all threads; each run is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import Claim, arguments, peak_mib, report
from whitestone.casualties.linking_model import Blocking

FULL_ROWS, SAMPLE_ROWS, QUICK_ROWS = 1_000_000, 20_000, 2_000
THRESHOLD = 0.9
SAMPLE_RULE = Blocking("every pair of one year", ("year",))
MEMORY_GOAL_MIB = 3 * 1024
PEER_SECONDS = 900
PEER = """
import json, resource, sys, time
import pandas as pd, numpy as np, recordlinkage as rl
rows = pd.read_csv(sys.argv[1], dtype={"cell": str, "sex": str, "outcome": str, "device": str, "band": str,
                                       "name_full": str, "name_key": str, "latin": str})
start, wall = time.process_time(), time.perf_counter()
pairs = None
for keys in json.loads(sys.argv[2]):
    known = rows.dropna(subset=keys)
    index = rl.Index(); index.block(keys)
    found = index.index(known)
    pairs = found if pairs is None else pairs.union(found)
compare = rl.Compare()
compare.numeric("day", "day", method="step", offset=3, missing_value=0.5, label="day")
compare.exact("month", "month", label="month"); compare.exact("year", "year", label="year")
compare.geo("lat", "lon", "lat", "lon", method="step", offset=1.0, missing_value=0.5, label="near")
compare.numeric("age", "age", method="step", offset=2, missing_value=0.5, label="age")
for name in ("band", "sex", "outcome", "device", "list"):
    compare.exact(name, name, label=name)
compare.exact("name_full", "name_full", label="full"); compare.exact("name_key", "name_key", label="key")
compare.string("latin", "latin", method="jarowinkler", threshold=0.85, missing_value=0.0, label="sound")
classifier, matches, step = rl.ECMClassifier(use_col_names=False), None, 500_000
for at in range(0, len(pairs), step):
    features = (compare.compute(pairs[at:at + step], rows) >= 0.75).astype(int)
    if at == 0:
        classifier.fit(features)
    found = classifier.predict(features)
    matches = found if matches is None else matches.append(found)
same = rows["person"].to_numpy()
left, right = (matches.get_level_values(side).to_numpy() for side in (0, 1))
hits = int((same[left] == same[right]).sum())
print(json.dumps({"cpu_s": time.process_time() - start, "wall_s": time.perf_counter() - wall, "pairs": len(pairs),
                  "found": len(matches), "hits": hits,
                  "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def linked(rows: int, *, sample: bool = False) -> dict[str, Any]:
    """Link one simulated set in this process; say seconds, memory, precision and recall."""
    import logging

    from whitestone.casualties.linking import link_frame
    from whitestone.casualties.names import sealed_tokens
    from whitestone.casualties.simulating import simulate_lists, true_pairs

    logging.getLogger("splink").setLevel(logging.ERROR)
    made = simulate_lists(rows, seed=1)
    start = time.process_time()
    tokens = sealed_tokens(made.names, lambda value: hmac.new(b"k" * 32, value.encode(), hashlib.sha256).hexdigest())
    tokens_s = time.process_time() - start
    made.names.clear()
    start, wall = time.process_time(), time.perf_counter()
    found, _, counted = link_frame(made.frame, tokens, threshold=THRESHOLD, max_pairs=200_000_000,
                                   rules=(SAMPLE_RULE,) if sample else None)  # fmt: skip
    taken = {"cpu_s": time.process_time() - start, "wall_s": time.perf_counter() - wall, "tokens_cpu_s": tokens_s}
    same = made.person[found["row_l"].to_numpy()] == made.person[found["row_r"].to_numpy()]
    truth = true_pairs(made.person)
    return taken | {"rows": len(made.frame), "peak_mib": peak_mib(), "found": len(found), "hits": int(same.sum()),
                    "true_pairs": truth, "precision": float(same.mean()), "recall": float(same.sum() / truth),
                    "compared_at_most": sum(each["pairs"] for each in counted)}  # fmt: skip


def peer_python() -> Path | None:
    """Find the environment of the peers beside the one that runs this; None where it is missing."""
    beside = Path(sys.prefix) / "peers" / "bin" / "python"
    return beside if beside.exists() else None


def with_recordlinkage(rows: int) -> dict[str, Any] | None:
    """Let the peer link the same sample with the same rules, in its own environment; None where that is missing."""
    from whitestone.casualties.names import romanise, tokens_of
    from whitestone.casualties.simulating import simulate_lists

    python = peer_python()
    if python is None:
        return None
    made = simulate_lists(rows, seed=1)
    frame = made.frame.drop(columns=["place"]).assign(
        person=made.person, latin=[romanise(name) if name else None for name in made.names],
        name_full=[tokens_of(name).full or None for name in made.names],
        name_key=[tokens_of(name).key or None for name in made.names])  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rows.csv"
        frame.to_csv(table, index=False)
        keys = json.dumps([list(SAMPLE_RULE.keys)])
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run([str(python), "-W", "ignore", "-c", PEER, str(table), keys], capture_output=True,
                              text=True, timeout=PEER_SECONDS, check=False, env=clean)  # fmt: skip
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        return None
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def apart(rows: int, *, sample: bool = False) -> dict[str, Any]:
    """Link in a process of its own and read what it says."""
    how = [sys.executable, __file__, "--sample" if sample else "--only", str(rows)]
    done = subprocess.run(how, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def claims(quick: bool) -> list[Claim]:
    """Measure both claims: the sample against the peer, and the million within its memory."""
    sample = QUICK_ROWS if quick else SAMPLE_ROWS
    small, peer = apart(sample, sample=True), with_recordlinkage(sample)
    ratio = peer["cpu_s"] / small["cpu_s"] if peer else None
    note = f"precision {small['precision']:.3f}, recall {small['recall']:.3f} of {small['true_pairs']:,} pairs"
    if peer:
        note += (f"; peer: precision {peer['hits'] / max(peer['found'], 1):.3f}, recall "
                 f"{peer['hits'] / small['true_pairs']:.3f}, {peer['pairs']:,} pairs compared")
    else:
        note += "; the peer is missing: recordlinkage is wanted in .venv/peers"
    made = [Claim(name=f"linkage of {small['rows']:,} casualties, {small['compared_at_most']:,} pairs",
                  value=small["cpu_s"], unit="CPU s", goal="10 times the peer", peer="recordlinkage 0.16, CPU s",
                  peer_value=peer["cpu_s"] if peer else None, ratio=ratio, peak_mib=small["peak_mib"],
                  holds=None if quick or ratio is None else ratio >= 10, note=note, cpu_s=small["cpu_s"])]  # fmt: skip
    big = small if quick else apart(FULL_ROWS)
    note = (f"precision {big['precision']:.4f}, recall {big['recall']:.4f} of {big['true_pairs']:,} pairs at a "
            f"threshold of {THRESHOLD}; {big['compared_at_most']:,} pairs at most; wall {big['wall_s']:.0f} s; names "
            f"to tokens {big['tokens_cpu_s']:.0f} CPU s before")
    made.append(Claim(name=f"memory of linking {big['rows']:,} casualties from three lists", value=big["peak_mib"],
                      unit="MiB", goal="3072 MiB", peak_mib=big["peak_mib"], cpu_s=big["cpu_s"],
                      holds=None if quick else big["peak_mib"] <= MEMORY_GOAL_MIB, note=note))  # fmt: skip
    return made


def main() -> None:
    """Measure and print; `--only ROWS` and `--sample ROWS` are how the measured process is called."""
    if sys.argv[1:2] in (["--only"], ["--sample"]):
        print(json.dumps(linked(int(sys.argv[2]), sample=sys.argv[1] == "--sample")))
        return
    asked = arguments(__doc__ or "")
    report(claims(asked.quick), as_json=asked.json)


if __name__ == "__main__":
    main()
