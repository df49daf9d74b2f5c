"""How is a document asked for on the command line?"""

from __future__ import annotations

from typing import Annotated

import typer

from whitestone.cli.shared import Context, WorkersOption, counted_by, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]

report = typer.Typer(help="Make documents, every figure open to its records.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `report`."""
    app.add_typer(report, name="report")


@report.callback()
def _documents() -> None:
    """Keep `situation` a command of its own: more documents will stand beside it."""


@report.command()
def situation(
    context: typer.Context,
    formats: Annotated[
        str, typer.Option("--format", help="html, pdf and xlsx, separated by commas.")
    ] = "html,pdf,xlsx",
    out: Annotated[str, typer.Option(help="The folder to write into.")] = ".",
    by: Annotated[str, typer.Option(help="The dimension of the ledger.")] = "place",
    start: Annotated[
        str | None, typer.Option("--from", help="First day of the period; default: the beginning.")
    ] = None,
    on: Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")] = None,
    known: Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")] = None,
    workers: WorkersOption = None,
    as_json: Json = False,
) -> None:
    """Make the situation report: figures with rule, dates, denominator and records; map; chart; marked internal."""
    from pathlib import Path

    from whitestone.domain.dates import parse_partial
    from whitestone.programme.opening import open_programme
    from whitestone.programme.reporting import situation as assemble
    from whitestone.programme.reporting import write_report

    asked: Context = context.obj
    opened = open_programme(asked.target, asked.who, readonly=True)
    with opened as programme, counted_by(programme, workers):
        clocks = programme.clocks(on, known)
        first = parse_partial(start, "from").first_day if start else None
        made = assemble(programme, clocks, by=by, start=first)
        paths = write_report(made, [name.strip() for name in formats.split(",") if name.strip()], Path(out))
        answer = {**clocks.as_dict(), "files": [str(path) for path in paths], "figures": len(made.figures)}
        emit(answer, as_json, lambda: "\n".join(f"Wrote {path}" for path in paths))
