"""How long does it take to reconcile two programmes of 100,000 polygons each, from journals to every difference?

Two editions of an invented country: theirs lie 13 m off, 15 % grew, 5 % moved, 10 % are other records, 10 % are
restated. Peer: geopandas.sjoin with the area of what each pair has in common, on the same projected shapes in memory,
the best pair of each record kept. The peer finds no shift, so its pairs are those of the shapes as drawn; it compares
no attribute, adds up no totals, and tells nothing of what is left over. Both run in one process, the peer twice.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from common import Claim, arguments, measure, memory_watch, report
from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.land.comparing import compare
from whitestone.land.differences import account
from whitestone.programme.opening import init_programme, open_programme
from whitestone.programme.reconciling import lay_out, reconcile

COUNT, QUICK = 100_000, 400
CENTRE = (17.8, 44.2)
SPACING_M = 1_200.0
CORNERS = 40
STATUS = ("open", "worked_on", "closed")
GOAL_S = 60.0


def outlines(dice: np.random.Generator, count: int) -> Any:
    """Draw uneven outlines of 40 corners anywhere in a square, of which they cover 4 %; some lie over each other."""
    extent = np.sqrt(count) * SPACING_M
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    uneven = 1 + 0.125 * dice.standard_normal((count, CORNERS)).clip(-2, 2)
    radius = dice.uniform(60, 220, (count, 1)) * uneven
    centres = dice.uniform(-extent / 2, extent / 2, (count, 1, 2))
    xy = centres + np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=-1)
    return shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1))


def later_edition(dice: np.random.Generator, shapes: Any) -> tuple[Any, Any]:
    """Make the later edition and say which records are others."""
    count = len(shapes)
    fate = dice.random(count)
    offset = 13.0 * np.array([np.sin(np.radians(57)), np.cos(np.radians(57))])
    later = shapely.transform(shapes, lambda xy: xy + offset)
    grown = fate < 0.15
    later[grown] = shapely.buffer(later[grown], 12, quad_segs=2)
    moved = np.flatnonzero((fate >= 0.15) & (fate < 0.2))
    each = np.repeat(dice.uniform(-80, 80, (len(moved), 2)), shapely.get_num_coordinates(later[moved]), axis=0)
    later[moved] = shapely.transform(later[moved], lambda xy: xy + each)
    others = (fate >= 0.2) & (fate < 0.3)
    later[others] = outlines(dice, int(others.sum()))
    return later, others


def fill(folder: Path, name: str, shapes: Any, bodies: list[dict[str, Any]]) -> None:
    """Write one programme."""
    plane = Plane(*CENTRE)
    wkb = shapely.to_wkb(plane.unproject(shapes))
    settings = {"equal_area_lon": CENTRE[0], "equal_area_lat": CENTRE[1]}
    with init_programme(str(folder), name=name, who="benchmark", settings=settings) as programme:
        drafts = [Draft(kind="hazard", record_id=uuid.uuid4(), body=body, geometry=bytes(shape),
                        information_date="2020-01-01") for body, shape in zip(bodies, wkb, strict=True)]  # fmt: skip
        for begin in range(0, len(drafts), 20_000):
            programme.journal.append(Act(author="benchmark"), drafts[begin : begin + 20_000])


def make(folder: Path, count: int) -> None:
    """Make both programmes."""
    dice = np.random.default_rng(13)
    shapes = outlines(dice, count)
    later, others = later_edition(dice, shapes)
    ours = [{"local_id": f"H-{number}", "classification": "sha" if number % 2 else "cha",
             "status": STATUS[number % 3], "area_reported_m2": float(number)} for number in range(count)]
    theirs = [dict(body) for body in ours]
    for number in np.flatnonzero(dice.random(count) < 0.1).tolist():
        theirs[number]["status"] = "handed_over"
    for number in np.flatnonzero(others).tolist():
        theirs[number]["local_id"] = f"N-{number}"
    fill(folder / "ours", "Ours", shapes, ours)
    fill(folder / "theirs", "Theirs", later, theirs)


def peer(ours: Any, theirs: Any) -> int:
    """Join both sides where they meet, measure what each pair has in common, keep the best pair of each record."""
    import geopandas

    left = geopandas.GeoDataFrame({"a": range(len(ours))}, geometry=ours)
    right = geopandas.GeoDataFrame({"b": range(len(theirs))}, geometry=theirs)
    pairs = geopandas.sjoin(left, right, how="inner", predicate="intersects")
    other = right.geometry.loc[pairs["index_right"]].reset_index(drop=True)
    mine = pairs.geometry.reset_index(drop=True)
    common = mine.intersection(other).area
    pairs = pairs.reset_index(drop=True).assign(overlap=common / (mine.area + other.area - common))
    best = pairs.sort_values("overlap", ascending=False).drop_duplicates("a").drop_duplicates("b")
    return len(best)


def claims(folder: Path, *, quick: bool) -> list[Claim]:
    """Measure from journals to answer, the part that is the peer's, and the peer."""
    with open_programme(str(folder / "ours"), "benchmark") as programme:
        with memory_watch() as most:
            whole = measure(lambda: reconcile(programme, str(folder / "theirs"), dry_run=True), runs=1 if quick else 5)
            peak = most()
        found = whole.result
        of = found.kinds["hazard"]
        sides = [lay_out(said, of.plane) for said in of.said]
        started = time.perf_counter()
        both = measure(lambda: account(compare(*sides)), runs=1 if quick else 2)
        sys.stderr.write(f"compared twice in {time.perf_counter() - started:.0f} s\n")
    other = measure(lambda: peer(sides[0].shapes, sides[1].shapes), runs=1 if quick else 2)
    counts = of.counts()
    shift = of.as_dict(found.at, everything=False)["shift"]
    return [
        Claim(name=f"reconcile two programmes of {len(of.said[0]):,} polygons, journals to every difference",
              value=whole.wall_s, unit="s", goal=f"< {GOAL_S:g} s", peer="geopandas.sjoin with areas, shapes in memory",
              peer_value=other.wall_s, ratio=other.wall_s / whole.wall_s, peak_mib=peak, holds=whole.wall_s < GOAL_S,
              cpu_s=whole.cpu_s, note=f"{counts['same']:,} same, {counts['differs']:,} differ"),
        Claim(name="compare and account for both sides, from projected shapes", value=both.wall_s, unit="s",
              goal="stated", peer="geopandas.sjoin with areas", peer_value=other.wall_s,
              ratio=other.wall_s / both.wall_s, cpu_s=both.cpu_s, note=f"peer {other.cpu_s:.1f} CPU s"),
        Claim(name="the planted shift of 13 m is found, off by", value=abs(shift["distance_m"] - 13.0), unit="m",
              goal="< 0.01 m", holds=bool(shift["found"]) and abs(shift["distance_m"] - 13.0) < 0.01),
        Claim(name="peak memory", value=peak, unit="MiB", goal="stated", peak_mib=peak),
    ]  # fmt: skip


def main() -> None:
    """Make two programmes in a folder that goes away, measure, and print."""
    asked = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as made:
        os.environ["WHITESTONE_KEYS"] = str(Path(made) / "keys")
        make(Path(made), QUICK if asked.quick else COUNT)
        found = claims(Path(made), quick=asked.quick)
    report(found, as_json=asked.json)


if __name__ == "__main__":
    main()
