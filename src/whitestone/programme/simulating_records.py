"""How does a simulated batch of minefield records reach the disk: batch in one file, truth in another?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.regimes import regime_of

__all__ = ["write_world"]


def write_world(
    out: Path, *, seed: int, regime: str, fields: int = 300, error_scale: float = 1.0
) -> dict[str, Any]:
    """Write `batch.json` and `truth.json` into a folder, made if need be; return their paths and counts.

    Refuses an unknown regime, a negative seed and a scale that is not above 0 with InvalidValue.
    """
    batch, truth = simulate(seed, regime_of(regime, error_scale=error_scale), fields=fields)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in (("batch.json", batch), ("truth.json", truth)):
        (out / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return {"simulated": True, "seed": seed, "regime": regime, "batch": str(out / "batch.json"),
            "truth": str(out / "truth.json"), **{key: len(batch[key]) for key in ("records", "finds", "searched")}}
