"""Which numbers and orders are baked into every stored entry, and so never change without a migration?

Apart from `schema`, so that opening a journal whose tables fit needs no SQLAlchemy.
"""

from __future__ import annotations

__all__ = ["ACT_COLUMNS", "DATABASE_NAME", "PARTS", "REVISION_COLUMNS", "SCHEMA_VERSION", "STATE_COLUMNS"]

SCHEMA_VERSION = 2
"""Version of the tables; `open_journal` migrates an older one. Each act keeps the version it was written under."""

DATABASE_NAME = "programme.db"
"""The SQLite file inside a programme's folder."""

PARTS = ("body", "extra", "geometry", "as_entered", "sealed")
"""The erasable parts of a revision, in the order in which salts, tombs and digests are laid out."""

ACT_COLUMNS = ("act_id", "recorded_at", "node", "author", "organisation", "reason", "source", "dataset", "run",
               "schema_version", "digest")

REVISION_COLUMNS = ("seq", "revision_id", "record_id", "kind", "nature", "workflow", "parents", "corrects",
                    "information_date", "acts_on", "source_recorded_at", "external_id", "act_id", "salts", "tombs",
                    "hash", *PARTS)
"""In the order that hashing reads: the first twelve are the header."""

STATE_COLUMNS = ("record_id", "kind", "basis", "slice", "true_from", "true_to", "known_from", "known_to", "workflow",
                 "body_seq", "geometry_seq", "revisions", "body", "extra", "conflicts")
