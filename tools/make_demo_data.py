"""How were the shipped copies of Colombia's open data made? Run once; the result is committed and reproducible.

    python tools/make_demo_data.py ../shared/data

Events are minified, one file a year. Casualties lose the ethnicity column, the site and every coordinate: a place is
the municipality. Clearance is as published. Municipalities are the rows for Colombia of the P-code list.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src" / "whitestone" / "programme" / "demo" / "colombia"
NOT_SHIPPED = {"grupoetnico", "sitio", "latitudcabecera", "longitudcabecera", "Ubicación"}


def write(name: str, text: str) -> int:
    """Write one compressed copy without a time stamp, so that the same input gives the same bytes."""
    path = TARGET / f"{name}.gz"
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))
    return path.stat().st_size


def events(source: Path) -> int:
    """Copy the events of every year, without blanks."""
    size = 0
    for path in sorted((source / "colombia_events").glob("*.json")):
        whole = json.loads(path.read_text(encoding="utf-8"))
        size += write(f"events_{path.stem}.geojson", json.dumps(whole, ensure_ascii=False, separators=(",", ":")))
    return size


def casualties(source: Path) -> int:
    """Copy the register without ethnicity, site and coordinates."""
    path = next((source / "colombia_victims").glob("*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [name for name in rows[0] if name not in NOT_SHIPPED]
    out = io.StringIO()
    writer = csv.DictWriter(out, kept, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return write("casualties.csv", out.getvalue())


def clearance(source: Path) -> int:
    """Copy the clearance results as published."""
    path = source / "colombia_clearance" / "anti-personnel-mines.csv"
    return write("clearance.csv", path.read_text(encoding="utf-8"))


def municipalities(source: Path) -> int:
    """Copy the departments and municipalities of Colombia out of the P-code list."""
    path = source / "pcodes" / "global_pcodes_adm_1_2.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    kept = [lines[0], *(line for line in lines if line.startswith("COL,"))]
    return write("municipalities.csv", "\n".join(kept) + "\n")


def main() -> None:
    """Make all copies and say how large they are."""
    source = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    TARGET.mkdir(parents=True, exist_ok=True)
    total = 0
    for make in (events, casualties, clearance, municipalities):
        size = make(source)
        total += size
        sys.stdout.write(f"{make.__name__}: {size:,} bytes\n")
    sys.stdout.write(f"total: {total:,} bytes\n")


if __name__ == "__main__":
    main()
