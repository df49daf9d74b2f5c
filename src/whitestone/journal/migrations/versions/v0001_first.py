"""What did the first version hold? All tables of `journal.schema`.

When the tables change, this file gets the columns of then, and the change a file of its own.
"""

from __future__ import annotations

from alembic import op

from whitestone.journal.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())
