"""How is a simulated batch written to files?

`python -m whitestone.minefields.simulator --seed 1 --regime orderly --out FOLDER`
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.regimes import REGIMES, regime_of


def main(arguments: list[str] | None = None) -> int:
    """Write `batch.json` (records, finds, searched) and `truth.json` into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--regime", choices=sorted(REGIMES), default="orderly")
    parser.add_argument("--fields", type=int, default=300)
    parser.add_argument("--fronts", type=int, default=None)
    parser.add_argument("--error-scale", type=float, default=1.0, help="true sizes of error over the assumed ones")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(arguments)
    regime = regime_of(asked.regime, error_scale=asked.error_scale)
    batch, truth = simulate(asked.seed, regime, fields=asked.fields, fronts=asked.fronts)
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, content in (("batch.json", batch), ("truth.json", truth)):
        (asked.out / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    sys.stdout.write(f"{len(batch['records'])} records, {len(batch['finds'])} finds, "
                     f"{len(batch['searched'])} searched polygons in {asked.out}\n")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
