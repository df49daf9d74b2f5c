"""How long does the whole of Bosnia and Herzegovina take, from two files to the ledger with its proof lines?

Peer: geopandas.overlay doing the same sums on the same files (ground cleared inside hazards, ground remaining, work
outside, ground claimed twice, hazards that overlap), each counted once by a union. The peer does not split long edges
before it projects them, so figures are held to 1e-5; the tests hold them to 1e-9 on equal shapes. Every run is a
process of its own, so that peak memory is that of one way alone; the time begins after the imports and ends with the
figures. Data: shared/data/bosnia_mine_map beside the project (not shipped).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("suspect_areas_simplyfied.geojson", "cleared_areas_simplyfied.geojson")
CENTRE = (17.8, 44.2)


def ours(folder: Path) -> dict[str, float]:
    """Read both layers, repair, project, and compute the ledger with every proof line."""
    import datetime as dt
    import uuid

    import pyogrio
    import shapely

    from whitestone.geodesy.areas import Plane
    from whitestone.geodesy.repair import repair
    from whitestone.land.ledger import HazardSlice, ReleasePiece, compute

    started, cpu = time.perf_counter(), time.process_time()
    plane = Plane(*CENTRE)
    layers = []
    for name in LAYERS:
        wkb = pyogrio.raw.read(folder / name)[2]
        layers.append(plane.project(repair(shapely.from_wkb(wkb), "linework")[0]))
    hazards = [
        HazardSlice(uuid.UUID(int=number), None, None, "sha", "open", shape) for number, shape in enumerate(layers[0])
    ]
    releases = [
        ReleasePiece(uuid.UUID(int=2**64 + number), "cleared", None, (), shape)
        for number, shape in enumerate(layers[1])
    ]
    found = compute(hazards, releases, start=None, end=dt.date(2026, 1, 1), by="class")
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "suspected_m2": found.total["discovered_m2"],
        "cleared_m2": found.total["cleared_m2"],
        "closing_m2": found.total["closing_m2"],
        "outside_m2": found.proof.outside_any_hazard_m2,
        "twice_m2": found.proof.claimed_twice_m2,
        "residual_m2": found.proof.residual_m2,
    }


def peer(folder: Path) -> dict[str, float]:
    """Do the same sums as a GIS analyst does: overlay, then dissolve, so that each square metre counts once."""
    import geopandas

    started, cpu = time.perf_counter(), time.process_time()
    plane = f"+proj=laea +lat_0={CENTRE[1]} +lon_0={CENTRE[0]} +ellps=WGS84 +units=m +no_defs"
    layers = []
    for name in LAYERS:
        layer = geopandas.read_file(folder / name)[["geometry"]]
        layer = layer[layer.geometry.notna() & ~layer.geometry.is_empty].to_crs(plane)
        layer["geometry"] = layer.geometry.make_valid()
        layer["number"] = range(len(layer))
        layer = layer.explode(index_parts=False)
        layer = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])].dissolve("number").reset_index()
        layers.append(layer)
    suspected, cleared = layers
    inside = geopandas.overlay(suspected, cleared, how="intersection")
    remaining = geopandas.overlay(suspected, cleared, how="difference")
    outside = geopandas.overlay(cleared, suspected, how="difference")
    pairs = geopandas.overlay(cleared, cleared, how="intersection")
    twice = pairs[pairs["number_1"] < pairs["number_2"]]
    pairs = geopandas.overlay(remaining, remaining, how="intersection")
    overlap = pairs[pairs["number_1"] < pairs["number_2"]]
    return {
        "cleared_m2": float(inside.union_all().area),
        "overlap_m2": float(overlap.area.sum()),
        "suspected_m2": float(suspected.union_all().area),
        "closing_m2": float(remaining.union_all().area),
        "outside_m2": float(outside.union_all().area),
        "twice_m2": float(twice.union_all().area) if len(twice) else 0.0,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
    }


def measure(way: str, folder: Path, runs: int) -> tuple[dict[str, float], float, float, float]:
    """Run a way in processes of its own; return its figures, and medians of seconds, CPU seconds and peak MiB."""
    found = []
    for _ in range(runs):
        ran = subprocess.run(
            [sys.executable, __file__, "--child", way, "--folder", str(folder)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.append(json.loads(ran.stdout))
    medians = [statistics.median(each[name] for each in found) for name in ("seconds", "cpu_seconds", "peak_mib")]
    return found[0], medians[0], medians[1], medians[2]


def claims(folder: Path, runs: int, peer_runs: int) -> list[dict[str, Any]]:
    """Measure ours and the peer, and check that both tell the same figures."""
    figures, seconds, cpu, peak = measure("ours", folder, runs)
    theirs: dict[str, float] = {}
    peer_cpu = peer_peak = ratio = None
    try:
        theirs, _, peer_cpu, peer_peak = measure("peer", folder, peer_runs)
        ratio = peer_cpu / cpu
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"The peer could not run: {error.stderr[-500:]}\n")
    common = {"peer": "geopandas.overlay" if theirs else "geopandas.overlay (missing)"}
    rows = [
        {"name": "file to ledger with proof lines, CPU", "value": cpu, "unit": "s", "goal": ">= 3 x the peer",
         "peer_value": peer_cpu, "ratio": ratio, "peak_mib": peak, "holds": None if ratio is None else ratio >= 3},
        {"name": "file to ledger with proof lines, wall clock", "value": seconds, "unit": "s", "goal": "shown",
         "peer_value": None, "ratio": None, "peak_mib": peak, "holds": True},
        {"name": "peak memory", "value": peak, "unit": "MiB", "goal": "< 1024 MiB", "peer_value": peer_peak,
         "ratio": None, "peak_mib": peak, "holds": peak < 1024},
    ]  # fmt: skip
    for name in ("suspected_m2", "cleared_m2", "closing_m2", "outside_m2", "twice_m2"):
        other = theirs.get(name)
        apart = None if not other else abs(figures[name] - other) / other
        rows.append({
            "name": f"{name.removesuffix('_m2')}, counted once, apart from the peer", "value": figures[name],
            "unit": "m2", "goal": "1e-5 apart", "peer_value": other, "ratio": apart, "peak_mib": None,
            "holds": None if apart is None else apart < 1e-5,
        })  # fmt: skip
    rows.append({"name": "residual", "value": figures["residual_m2"], "unit": "m2", "goal": "0", "peer_value": None,
                 "ratio": None, "peak_mib": None, "holds": figures["residual_m2"] == 0})
    return [{**row, **(common if row["peer_value"] is not None else {"peer": None})} for row in rows]


def invent(folder: Path) -> None:
    """Write two small invented layers, for --quick and for places without the real data."""
    dice = random.Random(7)
    for name, count in zip(LAYERS, (200, 150), strict=True):
        features = []
        for number in range(count):
            x, y = 17 + dice.random() * 0.1, 44 + dice.random() * 0.1
            size = 0.002 + dice.random() * 0.003
            ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
            shape = None if number % 20 == 0 else {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": {"typeArea": "simulated"}, "geometry": shape})
        (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def machine() -> dict[str, str]:
    """Say what it ran on."""
    import numpy
    import shapely

    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "shapely": f"{shapely.__version__} (GEOS {shapely.geos_version_string})",
    }


def main() -> int:
    """Run as a benchmark, or as one measured run of it (`--child`)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="small invented layers: proves that it works")
    parser.add_argument("--child", choices=("ours", "peer"))
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "data" / "bosnia_mine_map")
    asked = parser.parse_args()
    if asked.child:
        figures = (ours if asked.child == "ours" else peer)(asked.folder)
        print(json.dumps({**figures, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder, runs, peer_runs = asked.folder, 5, 2
        if asked.quick or not folder.is_dir():
            if not asked.quick:
                sys.stderr.write("The real layers are not beside the project: small invented ones are measured.\n")
            folder, runs, peer_runs = Path(made), 1, 1
            invent(folder)
        found = claims(folder, runs, peer_runs)
    answer = {"machine": machine(), "data": "invented" if str(folder) == made else "bosnia_mine_map", "claims": found}
    if asked.json:
        print(json.dumps(answer))
    else:
        for claim in found:
            print(f"{claim['name']:60} {claim['value']:>18,.3f} {claim['unit']:4} {claim['goal']:16} {claim['holds']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
