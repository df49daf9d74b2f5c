"""How does a person read claims out of a document, on the command line?"""

from __future__ import annotations

import typer

claims = typer.Typer(help="Read what documents claim, keep it with its author, and compare.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `claims`."""
    app.add_typer(claims, name="claims")
