"""How fast does a casualty table of a million rows become acknowledged, validated, indexed revisions in SQLite?

The table is made from Colombia's open register: its rows drawn at random, each position moved by up to 500 m so that
no two are alike, without the column that may identify a person (ethnicity): the peers do not encrypt. The same table
with that column, each value sealed under a key of its own, is measured beside it, without a goal.

Peers, in the same run: what many would write, csv.DictReader, pydantic row by row with the same checks and Django's
bulk_create into a model with the same indexes (SQLite, write-ahead log); and a bare executemany of the very bytes that
the journal stored in its table of revisions, into the same table with the same indexes and settings (no validation, no
chain, no projection, no account of the rows).

    python benchmarks/import_casualties.py --json [--quick]

Each run is a process of its own, so that its peak memory is its own; seconds and memory count its own second process.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median
from typing import Any

from common import Claim, arguments, peak_mib, report

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT.parent / "shared" / "data" / "colombia_victims" / "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv"
FIRST = 1_000_000
"""Rows of the full run."""
PERSONAL = "grupoetnico"
BATCH_ROWS = 5_000
PEER_SHARE = 5
"""The slow peer gets every fifth row: its rate does not rise with the number of rows."""


def make_table(path: Path, rows: int, *, personal: bool = False) -> None:
    """Draw rows of the register and move their positions by up to 500 m."""
    rng = random.Random(2021)
    with SOURCE.open(encoding="utf-8", newline="") as file:
        head, *known = list(csv.reader(file))
    lat, lon, both = head.index("latitudcabecera"), head.index("longitudcabecera"), head.index("Ubicación")
    left_out = None if personal else head.index(PERSONAL)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in (head, *(list(rng.choice(known)) for _ in range(rows))):
            if row is not head:
                row[lat] = f"{float(row[lat]) + rng.uniform(-0.0045, 0.0045):.6f}"
                row[lon] = f"{float(row[lon]) + rng.uniform(-0.0045, 0.0045):.6f}"
                row[both] = f"({row[lat]}, {row[lon]})"
            writer.writerow([cell for at, cell in enumerate(row) if at != left_out])


def bring_in(folder: Path, table: Path) -> dict[str, Any]:
    """Import the table into a new programme; say rows, seconds, bytes."""
    from whitestone.programme.importing import import_file
    from whitestone.programme.mappings import find_mapping
    from whitestone.programme.opening import init_programme

    os.environ["WHITESTONE_KEYS"] = str(folder / "keys")
    with init_programme(str(folder / "programme"), name="Benchmark") as programme:
        wall, cpu, own = time.perf_counter(), _cpu_seconds(), time.process_time()
        made = import_file(programme, table, find_mapping("colombia_victims"))
    # Closed within the measure: by then all that was acknowledged was moved out of the write-ahead log as well.
    taken = {"wall_s": time.perf_counter() - wall, "cpu_s": _cpu_seconds() - cpu,
             "writing_cpu_s": time.process_time() - own}
    size = sum(path.stat().st_size for path in (folder / "programme").glob("programme.db*"))
    if made.new != made.input or made.held:
        raise SystemExit(f"{made.new} new and {made.held} held of {made.input} rows")
    helper = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return taken | {"rows": made.input, "bytes": size, "peak_mib": peak_mib() + helper}


def _cpu_seconds() -> float:
    helper = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + helper.ru_utime + helper.ru_stime


def with_django(folder: Path, table: Path) -> dict[str, Any]:
    """Validate row by row with pydantic and write with bulk_create, with the indexes that the journal keeps."""
    import django
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "peer.sqlite3"),
                "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"}}
    settings.configure(DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
    django.setup()
    from django.db import connection, transaction

    row_model, casualty = pydantic_model(), django_model()
    with connection.schema_editor() as editor:
        editor.create_model(casualty)
    wall, cpu, rows, waiting = time.perf_counter(), time.process_time(), 0, []
    with table.open(encoding="utf-8", newline="") as file, transaction.atomic():
        for raw in csv.DictReader(file):
            waiting.append(casualty(**row_model.model_validate(raw).model_dump()))
            rows += 1
            if len(waiting) == BATCH_ROWS:
                casualty.objects.bulk_create(waiting)
                waiting = []
        casualty.objects.bulk_create(waiting)
    connection.close()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "rows": rows}


def pydantic_model() -> Any:
    """Describe a row with the checks of the mapping: codes, a date that is not to come, a position on Earth."""
    from datetime import date

    from pydantic import BaseModel, Field, field_validator, model_validator

    codes = {
        "estado": {"Herido": "injured", "Muerto": "killed"},
        "genero": {"Masculino": "male", "Femenino": "female", "Sin Información": "unknown"},
        "rangoedad": {"Mayor de 18 años": "adult", "Menor de 18 años": "minor", "Sin Información": "unknown"},
        "condicion": {"Civil": "civilian", "Fuerza pública": "security_forces"},
        "tipoevento": {"Accidente por MAP": "accident_mine", "Accidente por MUSE": "accident_erw"},
    }

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
        condicion: str
        estado: str
        genero: str
        latitudcabecera: float = Field(ge=-90, le=90)
        longitudcabecera: float = Field(ge=-180, le=180)
        tipoevento: str
        ubicacion: str = Field(alias="Ubicación")
        actividad: str = Field(alias="Actividad")

        @field_validator(*codes)
        @classmethod
        def understood(cls, text: str, info: Any) -> str:
            code = codes[info.field_name].get(text)
            if code is None and info.field_name == "estado":
                raise ValueError(f"{text!r} is not in the code list")
            return code or "unknown"

        @model_validator(mode="after")
        def not_to_come(self) -> Any:
            if date(self.ano, self.mes, 1) > date.today():
                raise ValueError("the accident lies in the future")
            return self

    return Row


def django_model() -> Any:
    """Describe the table: typed columns, an id of its own and of its record, indexes as the journal has them."""
    from django.db import models

    made_of = {str: models.TextField, int: models.IntegerField, float: models.FloatField}
    fields: dict[str, Any] = {name: made_of[field.annotation]() for name, field in
                              pydantic_model().model_fields.items()}
    fields["revision_id"] = models.UUIDField(unique=True, default=uuid.uuid4)
    fields["record_id"] = models.UUIDField(db_index=True, default=uuid.uuid4)
    indexes = [models.Index(fields=["longitudcabecera", "latitudcabecera"], name="position"),
               models.Index(fields=["record_id", "ano", "mes"], name="state")]
    meta = type("Meta", (), {"app_label": "peer", "indexes": indexes})
    return type("Casualty", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})


def bare_executemany(folder: Path, table: Path) -> dict[str, Any]:
    """Write the stored bytes of every revision into the same table with the same indexes, by chunks, as durably."""
    source = sqlite3.connect(folder / "programme" / "programme.db")
    names = [row[1] for row in source.execute("PRAGMA table_info(revision)")]
    statements = [sql for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'revision' AND sql "
                                                   "IS NOT NULL ORDER BY type DESC")]  # the table, then its indexes
    for path in folder.glob("bare.db*"):
        path.unlink()
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    page_size = source.execute("PRAGMA page_size").fetchone()[0]
    for pragma in (f"page_size={page_size}", "journal_mode=WAL", "synchronous=FULL", "cache_size=-65536",
                   "temp_store=MEMORY", "mmap_size=268435456", "wal_autocheckpoint=4096"):
        bare.execute(f"PRAGMA {pragma}")
    for statement in statements:
        bare.execute(statement)
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
    wall_from, cpu_from = time.perf_counter(), time.process_time()
    bare.close()
    wall += time.perf_counter() - wall_from
    cpu += time.process_time() - cpu_from
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
    table, small, personal = folder / "casualties.csv", folder / "small.csv", folder / "personal.csv"
    make_table(table, rows)
    make_table(small, max(rows // PEER_SHARE, 1_000))
    make_table(personal, rows, personal=True)
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "bare": [], "django": [], "sealed": []}
    for run in range(runs):
        place = folder / f"run{run}"
        place.mkdir()
        found["ours"].append(in_a_process("ours", place, table))
        found["bare"].append(in_a_process("bare", place, table))
        if run < 2:
            found["django"].append(in_a_process("django", place, small))
        shutil.rmtree(place)
        if run < 2:
            place.mkdir()
            found["sealed"].append(in_a_process("ours", place, personal))
            shutil.rmtree(place)
    sizes = {"table_bytes": table.stat().st_size, "personal_bytes": personal.stat().st_size}
    return {name: _median(each) for name, each in found.items()} | sizes


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    found = {key: median(run[key] for run in runs) for key in runs[0]}
    return found | {"rate": found["rows"] / found["wall_s"], "cpu_us": found["cpu_s"] / found["rows"] * 1e6}


def claims(rows: int, runs: int) -> list[Claim]:
    """Measure and judge."""
    if not SOURCE.is_file():
        return [Claim(name="import of a casualty table", value=0.0, unit="rows/s", goal="not measured",
                      note=f"the Colombian register is not at {SOURCE.parent.name}/")]
    with tempfile.TemporaryDirectory(dir=os.environ.get("WHITESTONE_BENCH")) as place:
        found = measure_all(rows, runs, Path(place))
    ours, django, bare, sealed = found["ours"], found["django"], found["bare"], found["sealed"]
    writing_us = ours["writing_cpu_s"] / ours["rows"] * 1e6
    note = (f"{rows:,} rows of {found['table_bytes'] / rows:.0f} bytes to durable, chained, projected revisions with "
            f"all indexes; µs of CPU a row: {ours['cpu_us']:.1f} ({writing_us:.1f} of them where it is written, the "
            f"rest where it is understood), {{}} {{:.1f}}; CPU ratio {{:.2f}}")
    full = rows == FIRST
    by_django, by_bare = ours["rate"] / django["rate"], ours["rate"] / bare["rate"]
    return [
        Claim(name="import against pydantic row by row and Django bulk_create", value=ours["rate"], unit="rows/s",
              goal=">= 8 times", peer="pydantic + bulk_create", peer_value=django["rate"], ratio=by_django,
              peak_mib=ours["peak_mib"], cpu_s=ours["cpu_s"], holds=by_django >= 8 if full else None,
              note=note.format("peer", django["cpu_us"], django["cpu_us"] / ours["cpu_us"])),
        Claim(name="import against a bare executemany of the same bytes", value=ours["rate"], unit="rows/s",
              goal=">= 0.4 times", peer="executemany", peer_value=bare["rate"], ratio=by_bare,
              peak_mib=ours["peak_mib"], cpu_s=ours["cpu_s"], holds=by_bare >= 0.4 if full else None,
              note=note.format("executemany", bare["cpu_us"], bare["cpu_us"] / ours["cpu_us"])),
        Claim(name="import with a sealed column", value=sealed["rate"], unit="rows/s", goal="stated",
              peak_mib=sealed["peak_mib"], cpu_s=sealed["cpu_s"],
              note=f"ethnicity of every person under a key of its own that can be erased; {sealed['cpu_us']:.1f} µs of "
                   f"CPU and {sealed['bytes'] / sealed['rows']:.0f} bytes a row"),
        Claim(name="memory of the import", value=ours["peak_mib"], unit="MiB", goal="< 1536 MiB",
              holds=ours["peak_mib"] < 1536, peak_mib=ours["peak_mib"], note="the peaks of both its processes"),
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
