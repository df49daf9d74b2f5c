"""Run every benchmark and write docs/benchmarks.md: what was claimed, against which peer, on which machine.

Each file in benchmarks/ prints one JSON object with `--json`. `--quick` proves that they work; it writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S = 20 * 60


def main() -> int:
    """Run the benchmarks named, or all; exit 1 when one of them could not run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="names of files in benchmarks/, without .py")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    every = sorted(p for p in (ROOT / "benchmarks").glob("*.py") if not p.stem.endswith(("common", "__init__")))
    chosen = [p for p in every if not options.names or p.stem in options.names]
    results, failed = [], 0
    for path in chosen:
        started = time.perf_counter()
        ran = subprocess.run(
            [sys.executable, str(path), "--json", *(["--quick"] if options.quick else [])],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
            cwd=ROOT,
        )
        sys.stderr.write(f"{path.stem}: exit {ran.returncode}, {time.perf_counter() - started:.0f} s\n")
        if ran.returncode != 0:
            failed += 1
            sys.stderr.write(ran.stderr[-2000:])
            continue
        results.append((path.stem, json.loads(ran.stdout)))
    if results and not options.quick:
        (ROOT / "docs" / "benchmarks.md").write_text(page(results), encoding="utf-8")
    return 1 if failed else 0


def page(results: list[tuple[str, dict[str, Any]]]) -> str:
    """Write the page: ratios hold on any machine, seconds only on this one."""
    machine = results[0][1]["machine"]
    said = machine if isinstance(machine, str) else ", ".join(f"{key} {value}" for key, value in machine.items())
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench`. Medians of at least five runs (slow peers: at least two). Machine: {said}.",
        "",
        "A ratio compares with the peer of the same run; goals that were not met stand here like those that were.",
        "",
    ]
    for name, result in results:
        lines += [
            f"## {name}",
            "",
            "| claim | value | goal | peer | peer's value | ratio | peak MiB | holds |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for claim in result["claims"]:
            peer = claim["peer"] or "–"
            lines.append(
                f"| {claim['name']} | {number(claim['value'])} {claim['unit']} | {claim['goal']} | {peer} "
                f"| {number(claim['peer_value'])} | {number(claim['ratio'])} | {number(claim['peak_mib'])} "
                f"| {'yes' if claim['holds'] else 'no' if claim['holds'] is False else 'not measured'} |"
            )
        lines.append("")
    return "\n".join(lines)


def number(value: Any) -> str:
    """Write a number with four digits that count."""
    if value is None:
        return "–"
    return (
        f"{value:,.4g}"
        if isinstance(value, float) and abs(value) < 1000
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(ROOT / "benchmarks"))
    sys.exit(main())
