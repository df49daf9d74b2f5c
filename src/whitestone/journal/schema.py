"""Which tables hold the journal, and which of them are truth and which can be made again?

Truth is append-only and in every backup; projections are made again by `rebuild`. Instants are microseconds since
1970 in UTC, days are days since 1970-01-01, ids are 16 bytes, digests 32. Geometry is WKB in EPSG:4326. What only one
engine has (R*Tree, generated geometry, views) is made in `dialect`.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    event,
)

__all__ = ["DROPPED", "PROJECTIONS", "TRUTH", "metadata"]

metadata = MetaData()

_Big = BigInteger().with_variant(Integer(), "sqlite")  # on SQLite only INTEGER PRIMARY KEY is the row's own number
_Blob = LargeBinary

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

kind = Table("kind", metadata, Column("id", SmallInteger, primary_key=True, autoincrement=False),
             Column("name", Text, nullable=False, unique=True))

act = Table(
    "act", metadata,
    Column("act_id", _Big, primary_key=True, autoincrement=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("node", _Blob, nullable=False),
    Column("author", Text, nullable=False),
    Column("organisation", Text),
    Column("reason", Text),
    Column("source", Text),
    Column("dataset", _Blob),
    Column("run", _Blob, index=True),
    Column("schema_version", SmallInteger, nullable=False),
    Column("digest", _Blob, nullable=False),
)

revision = Table(
    "revision", metadata,
    Column("seq", _Big, primary_key=True, autoincrement=False),
    Column("act_id", BigInteger, nullable=False),
    Column("revision_id", _Blob, nullable=False),
    Column("record_id", _Blob, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("nature", SmallInteger, nullable=False),
    Column("workflow", SmallInteger, nullable=False),
    Column("parents", _Blob),  # k * 16 bytes
    Column("corrects", _Blob),
    Column("information_date", Text),
    Column("acts_on", Integer),  # the last day of the information date's span; null: undated
    Column("source_recorded_at", BigInteger),
    Column("external_id", Text),  # the source's own id, as written; unique within dataset and kind
    Column("body", _Blob),
    Column("extra", _Blob),
    Column("geometry", _Blob),
    Column("as_entered", _Blob),
    Column("sealed", _Blob),
    Column("salts", _Blob, nullable=False),  # 16 bytes for each part that is present or erased, in the order of PARTS
    Column("tombs", _Blob),  # for each erased part: one byte, its place in PARTS, and its 32 byte digest
    Column("hash", _Blob, nullable=False),
    Index("revision_by_id", "revision_id", unique=True),
    Index("revision_by_record", "record_id"),
)

checkpoint = Table(
    "checkpoint", metadata,
    Column("seq", _Big, primary_key=True, autoincrement=False),
    Column("hash", _Blob, nullable=False),
    Column("node", _Blob, nullable=False),
    Column("signature", _Blob, nullable=False),  # Ed25519 over seq, hash and made_at
    Column("made_at", BigInteger, nullable=False),
)

run_batch = Table(
    "run_batch", metadata,
    Column("run", _Blob, primary_key=True),
    Column("first_row", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("outcomes", _Blob, nullable=False),  # a byte a row
    Column("changes", _Blob, nullable=False),  # a byte a row
    Column("digests", _Blob, nullable=False),  # 16 bytes a row
    Column("record_ids", _Blob, nullable=False),  # 16 bytes a row, zero: none
    Column("findings", _Blob, nullable=False),  # JSON list
)

held = Table(
    "held", metadata,
    Column("run", _Blob, primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", _Blob, nullable=False),
    Column("raw", _Blob, nullable=False),  # as it stood in the file; sealed when it holds personal values
    Column("sealed", SmallInteger, nullable=False),
    Column("reasons", _Blob, nullable=False),  # JSON list
    Column("state", SmallInteger, nullable=False),  # 0 held, 1 corrected and brought in, 2 set aside
    Column("resolution", _Blob),  # JSON: who, when, why, and the run that brought it in
)

attachment = Table(
    "attachment", metadata,
    Column("sha256", _Blob, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sealed", SmallInteger, nullable=False),
    Column("stored", _Blob, nullable=False),  # SHA-256 of the bytes on the disk: what can be checked while locked
    Column("added_at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
)

custody = Table(
    "custody", metadata,
    Column("id", _Big, primary_key=True, autoincrement=True),
    Column("sha256", _Blob, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("detail", Text),
    Column("hash", _Blob, nullable=False),  # over the previous entry's hash and this entry
)

seal_key = Table(
    "seal_key", metadata,
    Column("key_id", _Blob, primary_key=True),
    Column("record_id", _Blob, index=True),
    Column("file", _Blob),
    Column("wrapped", _Blob),  # null once erased: what it sealed can never be read again
    Column("made_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),
    Column("erased_by", Text),
    Column("erased_why", Text),
)

access_log = Table(
    "access_log", metadata,
    Column("id", _Big, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("record_id", _Blob),
    Column("revision_id", _Blob),
    Column("detail", Text),
    Column("hash", _Blob, nullable=False),  # over the previous entry's hash and this entry
)

state = Table(
    "state", metadata,
    Column("state_id", _Big, primary_key=True, autoincrement=True),
    Column("record_id", _Blob, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("basis", SmallInteger, nullable=False),  # 0: both views, 1: approved only, 2: everything that counts
    Column("slice", Integer, nullable=False),
    Column("true_from", Integer),
    Column("true_to", Integer),
    Column("known_from", BigInteger, nullable=False),
    Column("known_to", BigInteger),
    Column("workflow", SmallInteger, nullable=False),
    Column("body_seq", BigInteger, nullable=False),  # body and extra are this revision's when `body` is null
    Column("geometry_seq", BigInteger),
    Column("revisions", _Blob),  # ids folded in, 16 bytes each, oldest first; null: that of body_seq alone
    Column("body", _Blob),
    Column("extra", _Blob),
    Column("conflicts", Text),  # JSON list of attribute names
    Index("state_by_record", "record_id"),
)
Index("seal_key_by_file", seal_key.c.file,
      sqlite_where=seal_key.c.file.is_not(None), postgresql_where=seal_key.c.file.is_not(None))
Index("state_now", state.c.kind, state.c.slice,
      sqlite_where=state.c.known_to.is_(None), postgresql_where=state.c.known_to.is_(None))
Index("state_by_geometry", state.c.geometry_seq,
      sqlite_where=state.c.geometry_seq.is_not(None), postgresql_where=state.c.geometry_seq.is_not(None))
Index("state_in_conflict", state.c.kind,
      sqlite_where=state.c.conflicts.is_not(None), postgresql_where=state.c.conflicts.is_not(None))

alias = Table(
    "alias", metadata,
    Column("dataset", _Blob, primary_key=True),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("external_id", Text, primary_key=True),
    Column("record_id", _Blob, nullable=False),
    sqlite_with_rowid=False,
)

book = Table(
    "book", metadata,
    Column("key", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("stamp", Text, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("data", _Blob, nullable=False),
)

TRUTH = (meta, kind, act, revision, checkpoint, run_batch, held, attachment, custody, seal_key, access_log)
"""Tables that a backup carries, in the order in which they are restored."""

DROPPED = (book,)
"""Tables that are made again where they are asked for: in no backup and in no hash."""

PROJECTIONS = (state, alias)
"""Tables that `rebuild` makes again from the truth (with the engine's own index of boxes)."""


def _only_grows(table: Table) -> None:
    """Let the engine itself refuse to change or delete what was logged."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'append only'); END"
    for verb in ("UPDATE", "DELETE"):
        trigger = f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} {refuse}"
        _after_create(table, trigger, "sqlite")
    function = f"{table.name}_append_only()"
    body = "$$ BEGIN RAISE EXCEPTION 'append only'; END $$ LANGUAGE plpgsql"
    _after_create(table, f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger AS {body}", "postgresql")
    hook = f"BEFORE UPDATE OR DELETE ON {table.name} FOR EACH ROW EXECUTE FUNCTION {function}"
    _after_create(table, f"CREATE TRIGGER {table.name}_append_only {hook}", "postgresql")


def _after_create(table: Table, statement: str, dialect: str) -> None:
    event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_only_grows(access_log)
_only_grows(custody)
