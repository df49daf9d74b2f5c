"""How do the tables of an older programme become those of today?

Alembic, run by the program itself inside one transaction: no ini file, no command. Imported only when the version that
`meta` states is not today's, because it takes longer to import than a journal takes to open.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["migrate"]

HERE = Path(__file__).resolve().parent


def migrate(engine: Any) -> None:
    """Bring the tables of a database up to date; a database without any gets all of them."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    from whitestone.journal.schema import metadata

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)

    def upgrade(revision: Any, context: Any) -> Any:
        """Go from the version that stands to the last one."""
        return scripts._upgrade_revs("head", revision)

    environment = EnvironmentContext(config, scripts, fn=upgrade)
    with engine.begin() as connection, environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
