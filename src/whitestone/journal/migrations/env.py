"""What does Alembic run? Nothing from here: `migrate` sets the environment up itself; the file must exist."""
