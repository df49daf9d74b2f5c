"""What came with the second version? A table for accounts that are kept until something they were made of moves."""

from __future__ import annotations

from alembic import op

from whitestone.journal.schema import book

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, where the first version did not make it already for a new database."""
    book.create(op.get_bind(), checkfirst=True)
