"""Does the time for one polygon stay the same when the programme grows a hundredfold?

Simulated countries of one density (whitestone.programme.national), from 10,000 to 1,000,000 polygons: from projected
valid arrays to all dated bookings, one thread, each size in a process of its own. The plot goes to
docs/images/growth.svg when asked with --plot.

    python benchmarks/ledger_growth.py --json [--quick] [--plot]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import Claim, arguments, report

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
QUICK = (300, 1_000)
HAZARDS = 60_000 / 260_000
PLOT = Path(__file__).resolve().parent.parent / "docs" / "images" / "growth.svg"


def count(polygons: int) -> dict[str, float]:
    """Count one country; the drawing of it is not measured."""
    import shapely

    from whitestone.land.compiled import compile_ahead
    from whitestone.land.pieces import measure
    from whitestone.land.timeline import Timeline
    from whitestone.programme.national import arrays

    compile_ahead()
    hazards = round(polygons * HAZARDS)
    made = arrays(1, hazards, polygons - hazards)
    slices, pieces = made.slices(), made.pieces()
    vertices = int(shapely.get_num_coordinates([each.geometry for each in (*slices, *pieces)]).sum())
    wall, cpu = time.perf_counter(), time.process_time()
    ground = Timeline(slices, pieces).ground()
    laid = time.process_time()
    found = measure(ground, threads=1, proves=False)
    done = time.process_time()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": done - cpu, "kernel_s": done - laid, "vertices": vertices,
            "lines": len(found.lines), "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def claims(sizes: tuple[int, ...], judged: bool) -> tuple[list[Claim], list[dict[str, Any]]]:
    """Count every size in a process of its own, and compare the last with the first."""
    found: list[dict[str, Any]] = []
    for size in sizes:
        ran = subprocess.run([sys.executable, __file__, "--work", str(size)], capture_output=True, text=True,
                             check=True)  # fmt: skip
        found.append({"polygons": size, **json.loads(ran.stdout)})
    rows = []
    for name, key in (("kernel", "kernel_s"), ("reading shapes, meeting and kernel", "cpu_s")):
        each = [row[key] / row["polygons"] * 1e6 for row in found]
        growth = each[-1] / each[0]
        told = ", ".join(f"{row['polygons']:,}: {us:.0f}" for row, us in zip(found, each, strict=True))
        rows.append(Claim(name=f"growth of the time for one polygon, {name}", value=growth, unit="times",
                          goal="< 1.3 times", holds=growth < 1.3 if judged else None,
                          peak_mib=max(row["peak_mib"] for row in found),
                          note=f"µs of processor time a polygon, {told}"))
    return rows, found


def plot(found: list[dict[str, Any]]) -> None:
    """Draw the time for one polygon against the size of the programme."""
    import altair as alt
    import vl_convert

    data = [{"polygons": row["polygons"], "us": row[key] / row["polygons"] * 1e6, "what": what}
            for row in found for what, key in (("kernel", "kernel_s"), ("with reading shapes and meeting", "cpu_s"))]
    chart = alt.Chart(alt.Data(values=data), width=520, height=260).mark_line(point=True).encode(
        x=alt.X("polygons:Q", scale=alt.Scale(type="log"), title="polygons in the programme"),
        y=alt.Y("us:Q", title="µs of processor time for one polygon", scale=alt.Scale(zero=True)),
        strokeDash=alt.StrokeDash("what:N", title=None), color=alt.value("#1f4e5f"),
    )  # fmt: skip
    PLOT.write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")


def main() -> None:
    """Measure, or do one measured piece of work."""
    if len(sys.argv) > 2 and sys.argv[1] == "--work":
        print(json.dumps(count(int(sys.argv[2]))))
        return
    draws = "--plot" in sys.argv
    sys.argv = [each for each in sys.argv if each != "--plot"]
    asked = arguments(__doc__ or "")
    rows, found = claims(QUICK if asked.quick else SIZES, not asked.quick)
    if draws:
        plot(found)
    report(rows, as_json=asked.json)


if __name__ == "__main__":
    main()
