"""How is a whole simulated world made from a seed: what is handed over, and the truth beside it?"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.minefields.simulator.drawing import drawn_as_written
from whitestone.minefields.simulator.ground import Ground, make_ground
from whitestone.minefields.simulator.plane import OPERATION, Plane
from whitestone.minefields.simulator.regimes import Regime
from whitestone.minefields.simulator.searching import Mines, Searches, gather_mines, search
from whitestone.minefields.simulator.sheets import Sheet, write_sheets

__all__ = ["simulate"]

Json = dict[str, Any]


def simulate(
    seed: int, regime: Regime, *, fields: int = 300, fronts: int | None = None, lon: float = 46.93, lat: float = 39.99
) -> tuple[Json, Json]:
    """Make a world; return the batch (records, finds, searched) and the truth about it. Same arguments, same result.

    `fronts`: 4 for 300 fields, so that the density of fields stays what it is. The place is simulated, whatever lies
    there. Refuses a negative seed or number of fields with InvalidValue.

    >>> from whitestone.minefields.simulator.regimes import REGIMES
    >>> batch, truth = simulate(1, REGIMES["orderly"], fields=0)
    >>> batch
    {'records': [], 'finds': [], 'searched': []}
    """
    if seed < 0 or fields < 0:
        raise InvalidValue(field="seed, fields", value=(seed, fields), why="numbers of 0 or more are needed")
    rng = np.random.default_rng([seed, 20260101])
    lines = fronts or max(1, round(4 * math.sqrt(fields / 300)))
    recorded = round(fields * regime.recorded_share)
    phantoms = round(recorded * regime.false_share / (1 - regime.false_share))
    ground = make_ground(rng, regime, fields, lines, phantoms)
    plane = Plane(lon, lat)
    datum_m = rng.normal(0, regime.datum_m, 2)
    real = [field for field in ground.fields if not field.phantom]
    chosen = [real[int(at)] for at in sorted(rng.permutation(len(real))[:recorded])]
    chosen += [field for field in ground.fields if field.phantom]
    sheets = write_sheets(rng, regime, chosen, plane, datum_m)
    drawn = drawn_as_written([s.written for s in sheets], plane)
    places = {s.written["id"]: (s.field, at) for s, at in zip(sheets, drawn, strict=True) if at is not None}
    mines = gather_mines(ground)
    searches = search(rng, regime, ground, mines, places, plane)
    batch = {"records": [s.written for s in sheets], "finds": searches.finds, "searched": searches.searched}
    truth = _truth(seed, regime, ground, mines, sheets, searches, plane)
    truth["datum_m"] = datum_m.tolist()
    truth["drawn"] = {name: plane.lonlat(at).tolist() for name, (_, at) in places.items()}
    return batch, truth


def _truth(
    seed: int, regime: Regime, ground: Ground, mines: Mines, sheets: list[Sheet], searches: Searches, plane: Plane
) -> Json:
    at = plane.lonlat(mines.xy)
    return {
        "simulated": True, "seed": seed, "regime": msgspec.to_builtins(regime), "centre": list(plane.centre),
        "side_m": ground.side_m, "operation": OPERATION,
        "fields": [
            {"id": field.id, "exists": not field.phantom, "lifted": field.lifted, "district": field.district,
             "outline": plane.lonlat(field.outline).tolist(), "laid": field.laid,
             "laid_from": field.laid_from.isoformat(), "laid_to": field.laid_to.isoformat()}
            for field in ground.fields
        ],
        "mines": [
            {"lon": float(at[n, 0]), "lat": float(at[n, 1]), "type": mines.kinds[n], "field": mines.fields[n]}
            for n in range(len(at))
        ],
        "sheets": {
            s.written["id"]: {"field": s.field, "kind": s.kind, "copy_of": s.copy_of, "errors": s.errors}
            for s in sheets
        },
        "finds": searches.found,
    }  # fmt: skip
