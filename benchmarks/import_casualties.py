"""How fast does a casualty table of a million rows become acknowledged, validated, indexed revisions in SQLite?

The table is made from Colombia's open register: its rows drawn at random, each position moved by up to 500 m so that
no two are alike. Peers, on the same rows in the same run: pydantic row by row with Django's bulk_create, and a bare
executemany of the very bytes that the journal stored (no validation, no chain, no index, no projection).

    python benchmarks/import_casualties.py --json [--quick]

Each run is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import csv
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from common import Claim, arguments, peak_mib, report

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT.parent / "shared" / "data" / "colombia_victims" / "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv"
FIRST = 1_000_000
"""Rows of the full run."""
PEER_SHARE = 5
"""The slow peer gets every fifth row: its rate does not rise with the number of rows."""


def make_table(path: Path, rows: int) -> None:
    """Draw rows of the register and move their positions by up to 500 m."""
    rng = random.Random(2021)
    with SOURCE.open(encoding="utf-8", newline="") as file:
        head, *known = list(csv.reader(file))
    lat, lon, both = head.index("latitudcabecera"), head.index("longitudcabecera"), head.index("Ubicación")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for _ in range(rows):
            row = list(rng.choice(known))
            row[lat] = f"{float(row[lat]) + rng.uniform(-0.0045, 0.0045):.6f}"
            row[lon] = f"{float(row[lon]) + rng.uniform(-0.0045, 0.0045):.6f}"
            row[both] = f"({row[lat]}, {row[lon]})"
            writer.writerow(row)


def bring_in(folder: Path, table: Path) -> dict[str, Any]:
    """Import the table into a new programme; say rows, seconds, bytes."""
    from whitestone.programme.importing import import_file
    from whitestone.programme.mappings import find_mapping
    from whitestone.programme.opening import init_programme

    os.environ["WHITESTONE_KEYS"] = str(folder / "keys")
    with init_programme(str(folder / "programme"), name="Benchmark") as programme:
        wall, cpu = time.perf_counter(), time.process_time()
        made = import_file(programme, table, find_mapping("colombia_victims"))
        taken = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    size = sum(path.stat().st_size for path in (folder / "programme").glob("programme.db*"))
    if made.new != made.input or made.held:
        raise SystemExit(f"{made.new} new and {made.held} held of {made.input} rows")
    return taken | {"rows": made.input, "bytes": size, "peak_mib": peak_mib()}


def with_django(folder: Path, table: Path) -> dict[str, Any]:
    """Validate row by row with pydantic and write with bulk_create, with an index on what is looked up."""
    import django
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "peer.sqlite3")}
    settings.configure(DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
    django.setup()
    from django.db import connection, models, transaction
    from pydantic import BaseModel, Field

    class Row(BaseModel):
        departamento: str
        codigodanedepartamento: int
        municipio: str
        codigodanemunicipio: int
        tipoarea: str
        sitio: str
        ano: int = Field(ge=1900, le=2100)
        mes: int = Field(ge=1, le=12)
        rangoedad: str
        grupoetnico: str
        condicion: str
        estado: str = Field(pattern="^(Herido|Muerto)$")
        genero: str
        latitudcabecera: float = Field(ge=-90, le=90)
        longitudcabecera: float = Field(ge=-180, le=180)
        tipoevento: str
        ubicacion: str = Field(alias="Ubicación")
        actividad: str = Field(alias="Actividad")

    indexed = {"codigodanemunicipio", "latitudcabecera", "longitudcabecera"}
    made_of = {str: models.TextField, int: models.IntegerField, float: models.FloatField}
    fields = {name: made_of[field.annotation](db_index=name in indexed) for name, field in Row.model_fields.items()}
    meta = type("Meta", (), {"app_label": "peer"})
    casualty = type("Casualty", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
    with connection.schema_editor() as editor:
        editor.create_model(casualty)
    wall, cpu, rows, waiting = time.perf_counter(), time.process_time(), 0, []
    with table.open(encoding="utf-8", newline="") as file, transaction.atomic():
        for raw in csv.DictReader(file):
            waiting.append(casualty(**Row.model_validate(raw).model_dump()))
            rows += 1
            if len(waiting) == 5_000:
                casualty.objects.bulk_create(waiting)
                waiting = []
        casualty.objects.bulk_create(waiting)
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "rows": rows}


def bare_executemany(folder: Path, table: Path) -> dict[str, Any]:
    """Write the stored bytes of every revision again, and nothing else, chunk by chunk with the same durability."""
    source = sqlite3.connect(folder / "programme" / "programme.db")
    names = [row[1] for row in source.execute("PRAGMA table_info(revision)")]
    (folder / "bare.db").unlink(missing_ok=True)
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute(f"CREATE TABLE revision ({', '.join(names)})")
    insert = f"INSERT INTO revision VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    cursor = source.execute("SELECT * FROM revision")
    wall = cpu = 0.0
    rows = 0
    while chunk := cursor.fetchmany(50_000):
        wall_from, cpu_from = time.perf_counter(), time.process_time()
        bare.execute("BEGIN")
        bare.executemany(insert, chunk)
        bare.execute("COMMIT")
        wall += time.perf_counter() - wall_from
        cpu += time.process_time() - cpu_from
        rows += len(chunk)
    return {"wall_s": wall, "cpu_s": cpu, "rows": rows}


WORK = {"ours": bring_in, "django": with_django, "bare": bare_executemany}


def in_a_process(work: str, folder: Path, table: Path) -> dict[str, Any]:
    """Run one measured piece of work in a process of its own."""
    ran = subprocess.run([sys.executable, __file__, "--work", work, str(folder), str(table)],
                         capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def measure_all(rows: int, runs: int, folder: Path) -> dict[str, Any]:
    """Measure the import and both peers, taking turns so that a busy moment does not fall on one of them."""
    table, small = folder / "casualties.csv", folder / "small.csv"
    make_table(table, rows)
    make_table(small, max(rows // PEER_SHARE, 1_000))
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "bare": [], "django": []}
    for run in range(runs):
        place = folder / f"run{run}"
        place.mkdir()
        found["ours"].append(in_a_process("ours", place, table))
        found["bare"].append(in_a_process("bare", place, table))
        if run < 2:
            found["django"].append(in_a_process("django", place, small))
        subprocess.run(["rm", "-rf", str(place)], check=True)
    return {name: _median(each) for name, each in found.items()} | {"table_bytes": table.stat().st_size}


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    found = {key: median(run[key] for run in runs) for key in runs[0]}
    return found | {"rate": found["rows"] / found["wall_s"], "cpu_rate": found["rows"] / found["cpu_s"]}


def claims(rows: int, runs: int) -> list[Claim]:
    """Measure and judge."""
    if not SOURCE.is_file():
        return [Claim(name="import of a casualty table", value=0.0, unit="rows/s", goal="not measured",
                      note=f"the Colombian register is not at {SOURCE.parent.name}/")]
    with tempfile.TemporaryDirectory(dir=os.environ.get("WHITESTONE_BENCH")) as place:
        found = measure_all(rows, runs, Path(place))
    ours, django, bare = found["ours"], found["django"], found["bare"]
    note = (f"{rows:,} rows of {found['table_bytes'] / rows:.0f} bytes with sealed ethnicity, to durable, chained, "
            f"projected revisions with all indexes; CPU rate {ours['cpu_rate']:,.0f} rows/s")
    full = rows == FIRST
    by_django, by_bare = ours["rate"] / django["rate"], ours["rate"] / bare["rate"]
    return [
        Claim(name="import against pydantic row by row and Django bulk_create", value=ours["rate"], unit="rows/s",
              goal=">= 8 times", peer="pydantic + bulk_create", peer_value=django["rate"], ratio=by_django,
              peak_mib=ours["peak_mib"], cpu_s=ours["cpu_s"], holds=by_django >= 8 if full else None, note=note),
        Claim(name="import against a bare executemany of the same bytes", value=ours["rate"], unit="rows/s",
              goal=">= 0.4 times", peer="executemany", peer_value=bare["rate"], ratio=by_bare,
              peak_mib=ours["peak_mib"], cpu_s=ours["cpu_s"], holds=by_bare >= 0.4 if full else None),
        Claim(name="memory of the import", value=ours["peak_mib"], unit="MiB", goal="< 1536 MiB",
              holds=ours["peak_mib"] < 1536, peak_mib=ours["peak_mib"]),
        Claim(name="bytes of a revision with its indexes and projections", value=ours["bytes"] / ours["rows"],
              unit="bytes", goal="stated", note=f"the row itself has {found['table_bytes'] / rows:.0f}"),
    ]  # fmt: skip


def main() -> None:
    """Measure, or do one measured piece of work."""
    if len(sys.argv) > 1 and sys.argv[1] == "--work":
        print(json.dumps(WORK[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))))
        return
    asked = arguments(__doc__ or "")
    rows, runs = (5_000, 1) if asked.quick else (FIRST, 5)
    report(claims(rows, runs), as_json=asked.json)


if __name__ == "__main__":
    main()
