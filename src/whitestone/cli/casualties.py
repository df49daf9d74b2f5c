"""How does a person count casualties, on the command line?"""

from __future__ import annotations

import typer

casualties = typer.Typer(help="Count casualties by published rules; each person once.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `casualties`."""
    app.add_typer(casualties, name="casualties")
