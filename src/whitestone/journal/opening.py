"""How does a programme's journal come to be, and how is it found again?

`create` makes the tables, the ids and the keys; `open_journal` reaches an existing one and brings older tables up to
date. A target is a folder (SQLite file inside) or a `postgresql://` URL.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whitestone.domain.ids import new_id
from whitestone.errors import NotAProgramme, Problem, ProgrammeExists, WrongCall
from whitestone.journal.append import now_us
from whitestone.journal.checkpoints import node_meta_key
from whitestone.journal.dialect import SqliteStore, Store, open_store
from whitestone.journal.journal import Journal
from whitestone.journal.layout import SCHEMA_VERSION

__all__ = ["create", "enter_node", "make_tables", "open_journal"]


def create(target: str | Path, *, name: str, meta: Mapping[str, str] | None = None) -> Journal:
    """Make a journal at a folder or a database URL and open it.

    `meta` adds rows to the table of the same name. Refuses a place that holds a programme with ProgrammeExists, a
    server that does not answer with MissingService.
    """
    from whitestone.journal.keys import make_key
    from whitestone.journal.seals import PUBLIC_KEY

    store = open_store(target, create=True)
    if isinstance(store, SqliteStore):
        store.folder.mkdir(parents=True, exist_ok=True)
    if _read_meta(store):
        store.close()
        raise ProgrammeExists(where=store.where)
    make_tables(store)
    programme_id = new_id()
    rows = {"programme_id": str(programme_id), "name": name, "created_at": str(now_us()),
            PUBLIC_KEY: base64.b64encode(make_key(programme_id).public).decode(), **(meta or {})}
    with store.writing() as session:
        session.load("meta", ("key", "value"), list(rows.items()))
    enter_node(store, new_id())
    # The version goes in last: a folder in which `create` was killed is not yet a programme, and can be made again.
    with store.writing() as session:
        session.load("meta", ("key", "value"), [("schema_version", str(SCHEMA_VERSION))])
    return Journal(store, _read_meta(store))


def open_journal(target: str | Path, *, readonly: bool = False) -> Journal:
    """Open the journal at a folder or a database URL.

    Refuses a place without one with NotAProgramme, one made by a newer program with WrongCall.
    """
    store = open_store(target, readonly=readonly)
    meta = _read_meta(store)
    if not meta:
        store.close()
        raise NotAProgramme(where=store.where)
    version = int(meta["schema_version"])
    if version > SCHEMA_VERSION:
        raise WrongCall(why=f"This programme was written by a newer program (tables of version {version}).",
                        fix="Install the newer version of Whitestone and call again; nothing was changed.")
    if version < SCHEMA_VERSION and not readonly:
        make_tables(store)
        with store.writing() as session:
            session.run("UPDATE meta SET value = ? WHERE key = 'schema_version'", [str(SCHEMA_VERSION)])
    return Journal(store, meta)


def make_tables(store: Store) -> None:
    """Make the tables, or bring older ones up to date; an unfinished creation starts again."""
    from sqlalchemy import create_engine, event, text

    from whitestone.domain.kinds import KINDS
    from whitestone.journal.migrations import migrate

    engine = create_engine(_engine_url(store))
    if isinstance(store, SqliteStore):
        @event.listens_for(engine, "connect")
        def configure(connection: Any, record: Any) -> None:
            """Set what holds for the whole file; only before its first table."""
            connection.execute("PRAGMA page_size=16384")  # fits revisions of about 1 KB better than smaller pages
            connection.execute("PRAGMA journal_mode=WAL")
    try:
        migrate(engine)
        with engine.begin() as connection:
            if not connection.execute(text("SELECT count(*) FROM meta WHERE key = 'schema_version'")).scalar():
                for table in ("meta", "kind"):
                    connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    finally:
        engine.dispose()
    store.create_tables()
    with store.writing() as session:
        known = {name for (name,) in session.all("SELECT name FROM kind")}
        if not known:
            session.load("kind", ("id", "name"), list(enumerate(KINDS, 1)))


def enter_node(store: Store, node_id: uuid.UUID) -> None:
    """Make this copy a node of its own: a new id, a signing key outside the database, its public key inside."""
    from whitestone.journal.keys import node_key

    rows = {"node_id": str(node_id), node_meta_key(node_id.bytes): node_key(node_id).hex()}
    with store.writing() as session:
        for key, value in rows.items():
            session.run("DELETE FROM meta WHERE key = ?", [key])
            session.load("meta", ("key", "value"), [(key, value)])


def _engine_url(store: Store) -> str:
    if isinstance(store, SqliteStore):
        return f"sqlite:///{store.path.resolve()}"
    url = str(getattr(store, "url", ""))
    return url.replace("postgres://", "postgresql://", 1).replace("postgresql://", "postgresql+psycopg://", 1)


def _read_meta(store: Store) -> dict[str, str]:
    """Read `meta` of a finished programme; an empty answer is no programme."""
    if isinstance(store, SqliteStore) and not store.path.is_file():
        return {}
    try:
        with store.reading() as session:
            if session.dialect == "sqlite" and not session.one("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
                return {}
            found: dict[str, str] = dict(session.all("SELECT key, value FROM meta"))
    except Problem as problem:
        if isinstance(problem, NotAProgramme) and not isinstance(store, SqliteStore) and "relation" in str(
                problem.__cause__):
            return {}
        raise
    return found if "schema_version" in found else {}
