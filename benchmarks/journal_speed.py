"""How fast does the journal take in, prove and answer a million revisions?

Append: encoded columns of a million one-revision records to acknowledged entries in SQLite, hashed, chained, projected
and with all indexes; beside a bare `executemany` of the same bytes into one table with the same indexes, and binary
COPY into PostgreSQL. Verify: the whole chain. As of: the state of all of 250,000 records on a day out of a million
revisions, as typed values; beside DISTINCT ON over the same rows, read and decoded the same way.
"""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from common import Claim, arguments, memory_watch, report
from whitestone.domain.ids import new_ids
from whitestone.domain.revision import Act
from whitestone.journal import EncodedBatch, Journal, create

SERVER = os.environ.get("WHITESTONE_TEST_PG", "postgresql://whitestone:whitestone@127.0.0.1:54329/postgres")
BATCH_ROWS = 50_000
ON = date(2013, 6, 30)
COLUMNS = (
    "seq",
    "act_id",
    "revision_id",
    "record_id",
    "kind",
    "information_date",
    "acts_on",
    "external_id",
    "body",
    "salts",
    "hash",
)
TABLE = """CREATE TABLE bare (seq bigint PRIMARY KEY, act_id bigint, revision_id {blob}, record_id {blob},
 kind smallint, information_date text, acts_on integer, external_id text, body {blob}, salts {blob}, hash {blob})"""
INDEXES = (
    "CREATE UNIQUE INDEX bare_id ON bare (revision_id)",
    "CREATE INDEX bare_record ON bare (record_id)",
    "CREATE UNIQUE INDEX bare_external ON bare (kind, external_id)",
)


def bodies(first: int, count: int, said: int = 0) -> list[bytes]:
    """Make JSON bodies of about 230 bytes, like a row of a national casualty file."""
    return [
        b'{"activity":"farming","age_group":"adult","device":"ap_mine","local_id":"C-%d","occurred_on":"2014-05-%02d",'
        b'"organisation_name":"National authority","outcome":"injured","place_name":"Municipality of the north '
        b'%d","sex":"male","status":"civilian","remarks":"%d"}' % (at, at % 28 + 1, at % 1100, said)
        for at in range(first, first + count)
    ]


def batches(rows: int) -> Iterator[EncodedBatch]:
    """Make batches of one-revision records."""
    for first in range(0, rows, BATCH_ROWS):
        count = min(BATCH_ROWS, rows - first)
        yield EncodedBatch(
            kind="casualty",
            record_ids=new_ids(count),
            body=bodies(first, count),
            revision_ids=new_ids(count),
            information_date=[f"20{at % 20:02d}-05-{at % 28 + 1:02d}" for at in range(count)],
            external_ids=[f"C-{at}" for at in range(first, first + count)],
        )


def bare_rows(batch: EncodedBatch, first: int) -> list[tuple[Any, ...]]:
    """Give the same bytes as rows of one table."""
    random = os.urandom(48)
    columns = (
        batch.revision_ids,
        batch.record_ids,
        batch.information_date,
        batch.acts_on,
        batch.external_ids,
        batch.body,
    )
    return [
        (first + at, 1, revision, record, 3, day, acts_on, external, body, random[:16], random[:32])
        for at, (revision, record, day, acts_on, external, body) in enumerate(zip(*columns, strict=True))
    ]  # type: ignore[arg-type]


class Clock:
    """Adds up wall and CPU seconds of the parts that count."""

    def __init__(self) -> None:
        self.wall = self.cpu = self.server_cpu = 0.0

    def run(self, work: Callable[[], Any]) -> Any:
        """Run and count."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        return result


def append_all(journal: Journal, rows: int, clock: Clock) -> None:
    """Append all batches, each an act of its own."""
    dataset = uuid.UUID(int=7)
    for batch in batches(rows):

        def write(batch: EncodedBatch = batch) -> None:
            with journal.writing(Act(author="benchmark", dataset=dataset)) as act:
                act.append_encoded(batch)

        clock.run(write)
    clock.run(journal.store.scrub)  # what was acknowledged is moved out of the write-ahead log within the measure


def append_bare(path: Path, rows: int, clock: Clock) -> None:
    """Insert the same bytes with the driver alone: same indexes, one transaction a batch, same durability."""
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("page_size=16384", "journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        database.execute(f"PRAGMA {pragma}")
    for statement in (TABLE.format(blob="blob"), *INDEXES):
        database.execute(statement)
    marks = ",".join("?" * len(COLUMNS))
    first = 1
    for batch in batches(rows):
        values = bare_rows(batch, first)

        def write(values: list[tuple[Any, ...]] = values) -> None:
            database.execute("BEGIN")
            database.executemany(f"INSERT INTO bare VALUES ({marks})", values)  # noqa: S608
            database.execute("COMMIT")

        clock.run(write)
        first += len(values)
    clock.run(database.close)


def append_copy(url: str, rows: int, clock: Clock) -> None:
    """COPY the same bytes into PostgreSQL, binary, same indexes, one transaction a batch."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        for statement in (TABLE.format(blob="bytea"), *INDEXES):
            connection.execute(statement)
        connection.commit()
        first, before = 1, processor_seconds(connection.info.backend_pid)
        for batch in batches(rows):
            values = bare_rows(batch, first)
            clock.run(lambda values=values: copy_rows(connection, values))  # type: ignore[misc]
            first += len(values)
        clock.server_cpu = processor_seconds(connection.info.backend_pid) - before


def processor_seconds(pid: int) -> float:
    """Read how long a process of this machine has worked; NaN where it cannot be seen."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def copy_rows(connection: Any, values: list[tuple[Any, ...]]) -> None:
    """COPY one batch and commit."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(["int8", "int8", "bytea", "bytea", "int2", "text", "int4", "text", "bytea", "bytea", "bytea"])
        for row in values:
            copy.write_row(row)
    connection.commit()


def median_of(work: Callable[[Clock], None], runs: int) -> Clock:
    """Run some times; return the median of each clock."""
    clocks = []
    for _ in range(runs):
        clock = Clock()
        work(clock)
        clocks.append(clock)
    middle = Clock()
    middle.wall = statistics.median(clock.wall for clock in clocks)
    middle.cpu = statistics.median(clock.cpu for clock in clocks)
    middle.server_cpu = statistics.median(clock.server_cpu for clock in clocks)
    return middle


def appending(folder: Path, rows: int, runs: int, server: str | None) -> list[Claim]:
    """Measure append and verify, and their peers."""
    size, peak, checked = [0], [0.0], []

    def ours(clock: Clock) -> None:
        shutil.rmtree(folder / "p", ignore_errors=True)
        with create(folder / "p", name="benchmark") as journal, memory_watch() as seen:
            append_all(journal, rows, clock)
            peak[0] = max(peak[0], seen())
            journal.store.scrub()
            size[0] = journal.store.size_bytes()
            verifying = Clock()
            verdict = verifying.run(journal.verify)
            assert verdict.ok
            assert verdict.entries == rows
            checked.append(verifying.wall)

    def bare(clock: Clock) -> None:
        for path in folder.glob("bare*"):
            path.unlink()
        append_bare(folder / "bare.db", rows, clock)

    mine, theirs = median_of(ours, runs), median_of(bare, runs)
    copied = median_of(lambda clock: append_copy(server, rows, clock), 2) if server else None
    per_second = rows / copied.wall if copied else None
    both = copied.cpu + copied.server_cpu if copied else math.nan
    worked = None if math.isnan(both) else rows / both
    sides = None if worked is None else (f"µs of CPU a revision: {mine.cpu / rows * 1e6:.1f}; peer: client "
                                         f"{copied.cpu / rows * 1e6:.1f}, its server process "  # type: ignore[union-attr]
                                         f"{copied.server_cpu / rows * 1e6:.1f} (its writers not counted)")  # type: ignore[union-attr]
    verified = rows / statistics.median(checked)
    return [
        _claim(
            "append to SQLite against a bare executemany",
            rows / mine.wall,
            "revisions/s",
            0.4,
            "sqlite3 executemany",
            rows / theirs.wall,
            peak_mib=peak[0],
            cpu_s=mine.cpu,
            note=f"{size[0] / rows:.0f} bytes a revision on disk, {mine.cpu / rows * 1e6:.1f} µs of CPU a revision",
        ),
        _claim(
            "append to SQLite against COPY",
            rows / mine.wall,
            "revisions/s",
            1.0,
            "PostgreSQL binary COPY",
            per_second,
            peak_mib=peak[0],
            cpu_s=mine.cpu,
        ),
        _claim(
            "append to SQLite against COPY, by processor time of both its sides",
            rows / mine.cpu,
            "revisions/s of one processor",
            1.0,
            "PostgreSQL binary COPY",
            worked,
            cpu_s=mine.cpu,
            note=sides,
        ),
        _claim("verify the whole chain", verified, "entries/s", 1.0, "PostgreSQL binary COPY", per_second),
    ]


def story(journal: Journal, records: int, each: int) -> Iterator[EncodedBatch]:
    """Append records with `each` revisions of different dates, as a migration brings them; yield what was appended."""
    per_batch = max(1, BATCH_ROWS // each)
    for first in range(0, records, per_batch):
        count = min(per_batch, records - first)
        ids = new_ids(count)
        batch = EncodedBatch(
            kind="casualty",
            record_ids=ids * each,
            revision_ids=new_ids(count * each),
            body=[body for said in range(each) for body in bodies(first, count, said)],
            information_date=[f"{2010 + 2 * said}-05-0{at % 9 + 1}" for said in range(each) for at in range(count)],
            external_ids=[None] * (count * each),
        )
        with journal.writing(Act(author="benchmark")) as act:
            act.append_encoded(batch)
        yield batch


def asking(folder: Path, records: int, runs: int, server: str | None) -> list[Claim]:
    """Measure the state of all records on a day, and DISTINCT ON over the same rows."""
    import psycopg

    with create(folder / "dated", name="benchmark") as journal:
        if server:
            with psycopg.connect(server) as connection:
                connection.execute("DROP TABLE IF EXISTS bare")
                connection.execute(TABLE.format(blob="bytea"))
                connection.commit()
                first = 1
                for batch in story(journal, records, 4):
                    copy_rows(connection, bare_rows(batch, first))
                    first += len(batch.record_ids)
                connection.execute("CREATE INDEX bare_as_of ON bare (record_id, acts_on DESC, seq DESC)")
                connection.commit()
                connection.autocommit = True
                connection.execute("VACUUM ANALYZE bare")
        else:
            for _ in story(journal, records, 4):
                pass
        found: list[int] = []
        mine = median_of(
            lambda clock: found.append(clock.run(lambda: sum(1 for _ in journal.states("casualty", on=ON)))), runs
        )
        assert found[-1] == records
        columns = median_of(lambda clock: clock.run(lambda: journal.columns("casualty", ["sex", "outcome"], ON)), runs)
    theirs = median_of(lambda clock: clock.run(lambda: distinct_on(server)), max(2, runs // 2)) if server else None
    peer = records / theirs.wall if theirs else None
    return [
        _claim(
            "state of all records on a day, as typed values",
            records / mine.wall,
            "records/s",
            1.0,
            "PostgreSQL DISTINCT ON, decoded",
            peer,
            cpu_s=mine.cpu,
            note=f"{mine.wall:.2f} s for {records:,} records",
        ),
        _claim(
            "two columns of all records on a day",
            records / columns.wall,
            "records/s",
            1.0,
            "PostgreSQL DISTINCT ON, decoded",
            peer,
            cpu_s=columns.cpu,
        ),
    ]


def distinct_on(server: str) -> int:
    """Read the last row of each record by the day, and decode it to the id, the body and the dates."""
    import psycopg

    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with psycopg.connect(server) as connection, connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (record_id) record_id, revision_id, body, acts_on FROM bare "
            "WHERE acts_on <= %s ORDER BY record_id, acts_on DESC, seq DESC",
            [(ON - date(1970, 1, 1)).days],
        )
        return len([(uuid.UUID(bytes=row[0]), uuid.UUID(bytes=row[1]), decode(row[2]), row[3]) for row in cursor])


def _claim(name: str, value: float, unit: str, goal: float, peer: str, peer_value: float | None, **more: Any) -> Claim:
    ratio = value / peer_value if peer_value else None
    note = "; ".join(text for text in (more.pop("note", None), None if peer_value else "the peer is missing") if text)
    return Claim(
        name=name,
        value=value,
        unit=unit,
        goal=f"ratio >= {goal}",
        peer=peer,
        peer_value=peer_value,
        ratio=ratio,
        holds=None if ratio is None else ratio >= goal,
        note=note or None,
        **more,
    )


def server_for_peers() -> str | None:
    """Find the server and make a database for the peers; None when there is no server."""
    import psycopg

    try:
        with psycopg.connect(SERVER, connect_timeout=3, autocommit=True) as connection:
            name = f"ws_bench_{uuid.uuid4().hex[:8]}"
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.Error:
        return None
    return SERVER.rsplit("/", 1)[0] + f"/{name}"


def main() -> None:
    """Measure and print."""
    import psycopg

    asked = arguments(__doc__ or "")
    rows, runs = (20_000, 2) if asked.quick else (1_000_000, 5)
    server = server_for_peers()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WHITESTONE_KEYS"] = f"{folder}/keys"
        try:
            claims = [*appending(Path(folder), rows, runs, server), *asking(Path(folder), rows // 4, runs, server)]
        finally:
            if server:
                with psycopg.connect(SERVER, autocommit=True) as connection:
                    connection.execute(f"DROP DATABASE IF EXISTS {server.rsplit('/', 1)[1]} WITH (FORCE)")
    report(claims, as_json=asked.json)


if __name__ == "__main__":
    main()
