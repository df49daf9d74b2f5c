"""What do all accounts of a national programme cost, and what would GEOS, PostGIS or geopandas take for less?

60,000 hazards and 200,000 releases (9 million vertices, `whitestone.programme.national.arrays`), repaired, every hazard
known from the beginning, so that all ways have the same answer. Ours: every account by hazard, release and day, counted
and own, claims outside and twice. Peers: per hazard what is cleared, then reduced, then cancelled, the ground that
counts once, work outside, and the deduplicated totals. Every way runs in a process of its own; seconds are processor
seconds, because a ratio of them holds on a busy machine as well. PostGIS and geopandas take a sample, and their time is
scaled by the number of polygons, which flatters them if anything: the density of the country is the same at every size.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from common import Claim, arguments, report

SIZE, SAMPLE, QUICK = (60_000, 200_000), (3_000, 10_000), (300, 1_000)
LAST = dt.date(2024, 12, 31)
Array = np.ndarray[Any, Any]


def prepare(folder: Path, name: str, hazards: int, releases: int) -> None:
    """Write a programme as stored bytes: WKB of repaired shapes, days, outcomes and names."""
    from whitestone.geodesy.repair import repair
    from whitestone.programme.national import arrays

    made = arrays(1, hazards, releases)
    np.savez(
        folder / f"{name}.npz", confirmed=made.confirmed, on=made.on, outcome=made.outcome, of=made.of,
        hazards=shapely.to_wkb(repair(made.hazards, "linework")[0]),
        releases=shapely.to_wkb(repair(made.releases, "linework")[0]),
    )  # fmt: skip


def load(path: Path) -> Any:
    """Read a programme back as arrays of shapes; every hazard is known since ever."""
    from whitestone.programme.national import Arrays

    kept = np.load(path, allow_pickle=True)
    hazards, releases = shapely.from_wkb(kept["hazards"]), shapely.from_wkb(kept["releases"])
    return Arrays(hazards=hazards, found=np.zeros(len(hazards), dtype=np.int64), confirmed=kept["confirmed"],
                  releases=releases, on=kept["on"], outcome=kept["outcome"], of=kept["of"], last=LAST)


def warm() -> None:
    """Load the compiled kernels, as any process does once."""
    from whitestone.land.ledger import compute
    from whitestone.programme.national import arrays

    few = arrays(2, 20, 60)
    compute(few.slices(), few.pieces(), start=None, end=LAST, by="hazard")


def accounts(path: Path, threads: int, proves: bool) -> dict[str, float]:
    """Count all accounts, from arrays of shapes to bookings."""
    from whitestone.land.book import Book
    from whitestone.land.bookings import Bookings, Shelf
    from whitestone.land.pieces import measure
    from whitestone.land.timeline import Timeline

    made = load(path)
    slices, pieces = made.slices(), made.pieces()
    warm()
    begun, wall = time.process_time(), time.perf_counter()
    line = Timeline(slices, pieces, threads)
    ground = line.ground(threads)
    pieces = measure(ground, threads=threads, proves=proves)
    book = Book(line, Shelf(Bookings(pieces)), ground.outlines.boxes, LAST.toordinal())
    columns = book.columns
    sums = np.bincount(columns.column, columns.cents, 9) / 100
    return {"cpu_s": time.process_time() - begun, "wall_s": time.perf_counter() - wall,
            "hazards_m2": sums[0], "released_m2": sums[4:7].sum() - sums[7], "left_m2": float(book.stock.sum()) / 100}


def printed(path: Path) -> dict[str, float]:
    """Go from stored bytes to the printed ledger with every proof line."""
    from whitestone.land.ledger import compute

    warm()
    begun, wall = time.process_time(), time.perf_counter()
    made = load(path)
    found = compute(made.slices(), made.pieces(), start=None, end=LAST, by="year")
    text = json.dumps(found.as_dict())
    return {"cpu_s": time.process_time() - begun, "wall_s": time.perf_counter() - wall, "bytes": len(text),
            "hazards_m2": found.total["discovered_m2"], "left_m2": found.total["closing_m2"],
            "released_m2": sum(found.total[f"{each}_m2"] for each in ("cleared", "reduced", "cancelled"))
            - found.total["reclassified_m2"],
            "residual_m2": found.proof.residual_m2}


def by_geos(path: Path) -> dict[str, float]:
    """Do the peer's sums with Shapely on whole arrays."""
    begun = time.process_time()
    made = load(path)
    load_s = time.process_time() - begun
    begun = time.process_time()
    hazards, releases, count = made.hazards, made.releases, len(made.hazards)
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort((np.arange(count), ~made.confirmed))] = np.arange(count)
    tree = shapely.STRtree(hazards)
    at, other = tree.query(hazards, predicate="intersects")
    before = rank[other] < rank[at]
    left = shapely.difference(hazards, unions(hazards[other[before]], at[before], count))
    at, other = shapely.STRtree(releases).query(hazards, predicate="intersects")
    taken = []
    for outcome in range(3):
        chosen = made.outcome[other] == outcome
        rest = shapely.difference(left, unions(releases[other[chosen]], at[chosen], count))
        taken.append(float((shapely.area(left) - shapely.area(rest)).sum()))
        left = rest
    accounts_s = time.process_time() - begun
    at, other = tree.query(releases, predicate="intersects")
    outside = shapely.difference(releases, unions(hazards[other], at, len(releases)))
    totals = [shapely.area(shapely.disjoint_subset_union_all(each)) for each in (hazards, releases, outside)]
    return {"cpu_s": time.process_time() - begun, "accounts_s": accounts_s, "load_s": load_s,
            "hazards_m2": float(totals[0]),
            "released_m2": sum(taken), "left_m2": float(shapely.area(left).sum())}


def unions(shapes: Array, groups: Array, count: int) -> Array:
    """Union the shapes of each group, all groups in one call."""
    order = np.argsort(groups, kind="stable")
    parts, owner = shapely.get_parts(shapes[order], return_index=True)
    gathered = shapely.geometrycollections(parts, indices=groups[order][owner],
                                           out=np.full(count, shapely.Polygon(), dtype=object))
    united: Array = shapely.union_all(gathered.reshape(-1, 1), axis=1)
    return united


def by_overlay(path: Path) -> dict[str, float]:
    """Do the same as an analyst does with geopandas: overlay, dissolve, difference."""
    import geopandas

    made = load(path)
    begun = time.process_time()
    hazards = geopandas.GeoDataFrame({"hazard": range(len(made.hazards))}, geometry=made.hazards)
    left = hazards.dissolve().explode().reset_index(drop=True)[["geometry"]]
    total, released = float(left.area.sum()), 0.0
    for outcome in range(3):
        done = geopandas.GeoDataFrame(geometry=made.releases[made.outcome == outcome])
        done = done.dissolve().explode().reset_index(drop=True)[["geometry"]]
        within = geopandas.overlay(hazards, done, how="intersection").dissolve(by="hazard")
        rest = geopandas.overlay(left, done, how="difference")
        released += float(left.area.sum() - rest.area.sum()) + 0.0 * len(within)
        left = rest
    return {"cpu_s": time.process_time() - begun, "hazards_m2": total, "released_m2": released,
            "left_m2": float(left.area.sum())}


SQL = """
CREATE TEMP TABLE own AS SELECT h.id, coalesce(ST_Difference(h.geom, b.geom), h.geom) AS geom FROM hazards h
  LEFT JOIN LATERAL (SELECT ST_Union(o.geom) AS geom FROM hazards o WHERE o.rank < h.rank
    AND ST_Intersects(o.geom, h.geom)) b ON true;
CREATE TEMP TABLE taken AS SELECT h.id, ST_Area(h.geom) AS whole, ST_Area(a.geom) AS after_cleared,
    ST_Area(b.geom) AS after_reduced, ST_Area(c.geom) AS after_cancelled FROM own h
  CROSS JOIN LATERAL (SELECT coalesce(ST_Difference(h.geom, ST_Union(r.geom)), h.geom) AS geom FROM releases r
    WHERE r.outcome = 0 AND ST_Intersects(r.geom, h.geom)) a
  CROSS JOIN LATERAL (SELECT coalesce(ST_Difference(a.geom, ST_Union(r.geom)), a.geom) AS geom FROM releases r
    WHERE r.outcome = 1 AND ST_Intersects(r.geom, h.geom)) b
  CROSS JOIN LATERAL (SELECT coalesce(ST_Difference(b.geom, ST_Union(r.geom)), b.geom) AS geom FROM releases r
    WHERE r.outcome = 2 AND ST_Intersects(r.geom, h.geom)) c;
CREATE TEMP TABLE outside AS SELECT r.id, coalesce(ST_Difference(r.geom, b.geom), r.geom) AS geom FROM releases r
  LEFT JOIN LATERAL (SELECT ST_Union(h.geom) AS geom FROM hazards h WHERE ST_Intersects(h.geom, r.geom)) b ON true;
"""


def by_postgis(path: Path) -> dict[str, float]:
    """Do the peer's sums in SQL, with indexes, statistics, and memory as the manual advises."""
    import psycopg

    made = load(path)
    rank = np.empty(len(made.hazards), dtype=np.int64)
    rank[np.lexsort((np.arange(len(rank)), ~made.confirmed))] = np.arange(len(rank))
    with psycopg.connect(os.environ["WHITESTONE_TEST_PG"], autocommit=True) as server:
        server.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        server.execute("DROP MATERIALIZED VIEW IF EXISTS account")  # of a run that was stopped
        server.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'; SET random_page_cost = 1.1;"
                       "SET max_parallel_workers_per_gather = 0; SET jit = off")
        for name, shapes, column, values in (("hazards", made.hazards, "rank", rank),
                                             ("releases", made.releases, "outcome", made.outcome)):
            server.execute(f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} (id int, {column} int, geom geometry)")
            with server.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for number, (wkb, value) in enumerate(zip(shapely.to_wkb(shapes, hex=True), values, strict=True)):
                    copy.write_row((number, int(value), wkb))
            server.execute(f"CREATE INDEX ON {name} USING gist (geom)")
            server.execute(f"VACUUM ANALYZE {name}")
        process = server.info.backend_pid
        begun = server_seconds(process)
        for statement in SQL.strip().split(";"):
            if statement.strip():
                server.execute(statement)
        whole, left = server.execute("SELECT sum(whole), sum(after_cancelled) FROM taken").fetchone()
        united = [server.execute(f"SELECT ST_Area(ST_Union(geom)) FROM {each}").fetchone()[0]  # noqa: S608
                  for each in ("hazards", "releases", "outside")]
        cpu_s = server_seconds(process) - begun
        return {"cpu_s": cpu_s, "hazards_m2": united[0], "released_m2": whole - left, "left_m2": left,
                "refresh_s": refreshed(server, process)}


def refreshed(server: Any, process: int) -> float:
    """Keep the accounts as a materialised view, change one release, and refresh: what PostGIS offers for that."""
    own, taken = (statement.split(" AS ", 1)[1] for statement in SQL.strip().split(";")[:2])
    server.execute(f"CREATE MATERIALIZED VIEW account AS WITH own AS MATERIALIZED ({own}) {taken}")
    server.execute("UPDATE releases SET outcome = (outcome + 1) % 3 WHERE id = 0")
    begun = server_seconds(process)
    server.execute("REFRESH MATERIALIZED VIEW account")
    seconds = server_seconds(process) - begun
    server.execute("DROP MATERIALIZED VIEW account")
    return seconds


def server_seconds(process: int) -> float:
    """Return the processor seconds that a server process of this machine has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


WAYS: dict[str, Callable[[Path], dict[str, float]]] = {
    "one": lambda path: accounts(path, 1, False),
    "two": lambda path: accounts(path, 2, False),
    "proved": lambda path: accounts(path, 1, True),
    "printed": printed,
    "geos": by_geos,
    "overlay": by_overlay,
    "postgis": by_postgis,
}


def run(way: str, path: Path, runs: int = 1) -> dict[str, float]:
    """Run a way some times, each in a process of its own; the run with the median of processor seconds."""
    found = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, __file__, "--way", way, str(path)], capture_output=True, text=True,
                              check=True)
        found.append(json.loads(done.stdout))
    chosen = sorted(found, key=lambda each: each["cpu_s"])[len(found) // 2]
    chosen["wall_s"] = min(each.get("wall_s", 0.0) for each in found)
    return chosen


def agree(*answers: dict[str, float]) -> float:
    """Say how far answers lie apart, as a share of the hazards' ground."""
    return max(abs(each[name] - answers[0][name]) / answers[0]["hazards_m2"]
               for each in answers for name in ("hazards_m2", "released_m2", "left_m2"))


def main() -> None:
    """Measure, and print the claims."""
    options = arguments(__doc__.splitlines()[0])
    size, sample, runs = (QUICK, QUICK, 1) if options.quick else (SIZE, SAMPLE, int(os.environ.get("RUNS", "5")))
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        prepare(folder, "whole", *size)
        prepare(folder, "sample", *sample)
        whole, part = folder / "whole.npz", folder / "sample.npz"
        ours, two, proved = run("one", whole, runs), run("two", whole, runs), run("proved", whole)
        text, geos = run("printed", whole), run("geos", whole)
        geos_bytes = {**geos, "cpu_s": geos["cpu_s"] + geos["load_s"]}
        ours_part, overlay = run("one", part, runs), run("overlay", part)
        postgis = run("postgis", part) if os.environ.get("WHITESTONE_TEST_PG") else None
    of = f"{size[0]:,} hazards x {size[1]:,} releases"
    sampled = f"sample of {sample[0]:,} x {sample[1]:,}"
    load_now = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    claims = [
        against(f"all accounts and deduplicated totals, {of}", ours, geos, "Shapely on arrays", 5.0,
                f"one run of the peer; {load_now}; agree to {agree(ours, geos):.1e}", options.quick),
        Claim(name="the same with the residual told in the other way", value=proved["cpu_s"], unit="s", goal="stated",
              peer="Shapely on arrays", peer_value=geos["cpu_s"], ratio=geos["cpu_s"] / proved["cpu_s"]),
        against("per-hazard accounts alone by the peer, all accounts by the ledger", ours,
                {"cpu_s": geos["accounts_s"]}, "Shapely on arrays, no totals", None, "", options.quick),
        against(f"from stored bytes to the printed ledger, {of}", text, geos_bytes, "Shapely on arrays, from WKB", 3.0,
                f"residual {text['residual_m2']}", options.quick),
        Claim(name="peak memory of the accounts", value=ours["peak_mib"], unit="MiB", goal="< 1536 MiB",
              holds=ours["peak_mib"] < 1536, peer="Shapely on arrays", peer_value=geos["peak_mib"]),
        Claim(name="peak memory from stored bytes to the printed ledger", value=text["peak_mib"], unit="MiB",
              goal="< 1536 MiB", holds=text["peak_mib"] < 1536, peer="Shapely on arrays",
              peer_value=geos_bytes["peak_mib"]),
        Claim(name="two threads against one, wall clock", value=two["wall_s"], unit="s", goal=">= 1.8 times",
              peer="one thread", peer_value=ours["wall_s"], ratio=ours["wall_s"] / two["wall_s"],
              holds=None if options.quick else ours["wall_s"] / two["wall_s"] >= 1.8,
              note=f"best of {runs}; {load_now}; processor seconds {ours['cpu_s']:.1f} and {two['cpu_s']:.1f}"),
        against(f"all accounts, {sampled}", ours_part, overlay, "geopandas.overlay", None,
                f"agree to {agree(ours_part, overlay):.1e}", options.quick),
    ]
    if postgis is not None:
        claims.append(against(f"all accounts, {sampled}", ours_part, postgis, "PostGIS", 6.0,
                              f"agree to {agree(ours_part, postgis):.1e}", options.quick))
        claims.append(Claim(name=f"one release changed, {sampled}: refresh of a materialised view",
                            value=postgis["refresh_s"], unit="s", goal="stated", note="the ledger's: see ledger_kept"))
    report(claims, as_json=options.json)


def against(name: str, ours: dict[str, float], peer: dict[str, float], who: str, goal: float | None, note: str,
            is_quick: bool) -> Claim:
    """Compare processor seconds with those of a peer."""
    ratio = peer["cpu_s"] / ours["cpu_s"]
    return Claim(name=name, value=ours["cpu_s"], unit="s", goal="shown" if goal is None else f">= {goal:g} times",
                 peer=who, peer_value=peer["cpu_s"], ratio=ratio, peak_mib=ours["peak_mib"], note=note or None,
                 holds=None if goal is None or is_quick else ratio >= goal)


if __name__ == "__main__":
    if "--way" in sys.argv:
        answer = WAYS[sys.argv[2]](Path(sys.argv[3]))
        answer["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps({name: float(value) for name, value in answer.items()}))
    else:
        main()
