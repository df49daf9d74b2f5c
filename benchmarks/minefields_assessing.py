"""How long does a person wait for the scores of 300 records with 5,000 finds, and for a slider on one record?

The batch is the simulator's (orderly): its finds are drawn again to 5,000 where it made more or fewer. The slider is
what the page computes for one record with other errors, from its sheet to the outlines of 50, 90 and 99 %.
"""

from __future__ import annotations

from typing import Any

import msgspec

from common import Claim, arguments, measure, memory_watch, report
from whitestone.minefields.assessing import assess
from whitestone.minefields.assessing import report as told
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint import Effort
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.regimes import regime_of
from whitestone.programme.minefield_assessing import USUAL

LIMIT_S, SLIDER_MS = 120.0, 500.0


def batch(records: int, finds: int) -> dict[str, Any]:
    """Simulate a batch of so many records and finds."""
    made, _truth = simulate(1, regime_of("orderly"), fields=records * 3 // 2)
    told_finds = made["finds"]
    again = [{**told_finds[number % len(told_finds)], "id": f"F-{number}"} for number in range(finds)]
    return {**made, "records": made["records"][:records], "finds": again}


def main() -> None:
    """Measure both and print."""
    asked = arguments(__doc__)
    records, finds = (20, 100) if asked.quick else (300, 5_000)
    given = read_sheets(batch(records, finds))
    effort = Effort(chains=1, burn=4, draws=4) if asked.quick else USUAL
    assess(read_sheets(batch(3, 5)), seed=1, effort=Effort(chains=1, burn=1, draws=1))
    with memory_watch() as most:
        whole = measure(lambda: told(assess(given, seed=1, effort=effort)), runs=1)
        peak = most()
    alone, model = Effort(chains=1, burn=1, draws=4), msgspec.structs.replace(ErrorModel(), landmark_m=30.0)
    one = msgspec.structs.replace(given, records=given.records[:1], finds=(), searched=())
    slid = measure(lambda: told(assess(one, seed=1, model=model, effort=alone, threads=1)), runs=9)
    report([
        Claim(name=f"assessment of {len(given.records)} records with {len(given.finds):,} finds", value=whole.wall_s,
              unit="s", goal="at most 2 minutes", peak_mib=peak, cpu_s=whole.cpu_s,
              holds=None if asked.quick else whole.wall_s <= LIMIT_S,
              note="without the sensitivity to other errors, which comes on top"),
        Claim(name="a slider's answer on one record", value=1000.0 * slid.wall_s, unit="ms", goal="within 500 ms",
              cpu_s=slid.cpu_s, holds=1000.0 * slid.wall_s <= SLIDER_MS, note="median of nine"),
    ], as_json=asked.json)  # fmt: skip


if __name__ == "__main__":
    main()
