"""How do records leave on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whitestone.cli.shared import Context, emit


def register(app: typer.Typer) -> None:
    """Add `export`."""
    app.command("export")(export)


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    kind: Annotated[
        str, typer.Option(help="Kinds, separated by commas, or 'all'; several only as GeoPackage.")
    ] = "hazard",
    form: Annotated[
        str | None, typer.Option("--format", help="gpkg, geojson, kml, csv, xlsx or gpx; default: by the file's name.")
    ] = None,
    hxl: Annotated[bool, typer.Option("--hxl", help="A row of HXL tags under the header (CSV, XLSX).")] = False,
    every_step: Annotated[
        bool, typer.Option("--include-unapproved", help="Statements of every workflow step, not only approved ones.")
    ] = False,
    remaining: Annotated[
        bool, typer.Option("--remaining", help="Hazards with the ground that is left of them, as the ledger counts it.")
    ] = False,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Let restricted kinds out (minefield records); needs --purpose.")
    ] = False,
    purpose: Annotated[str | None, typer.Option(help="What restricted records are let out for; it is logged.")] = None,
    caveat: Annotated[str | None, typer.Option(help="The handling caveat that the file carries.")] = None,
    on: Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")] = None,
    known: Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")] = False,
) -> None:
    """Write records to a file that GIS, spreadsheets or receivers read; `import` brings it home without a mapping."""
    from whitestone.errors import WrongCall
    from whitestone.programme import exporting
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    if restricted != bool(purpose and purpose.strip()):
        raise WrongCall(why='Restricted records leave with --restricted and --purpose "WHY", both of them.')
    # The access log is written to when restricted records leave.
    with open_programme(asked.target, asked.who, readonly=not restricted) as programme:
        kinds = [name.strip() for name in kind.split(",") if name.strip()]
        answer = exporting.export(programme, kinds, out, programme.clocks(on, known), form=form, hxl=hxl,
                                  approved_only=not every_step, caveat=caveat or exporting.CAVEAT,
                                  purpose=purpose, remaining=remaining)
    lines = [f"Wrote {answer['file']} ({answer['format']}), {answer['caveat']}"]
    for name, told in answer["kinds"].items():
        left_out = f", {told['left_out']:,} left out: the format cannot hold them" if told["left_out"] else ""
        lines.append(f"  {name}: {told['count']:,} records{left_out}")
    if answer["protected_left_out"]:
        kinds_out = ", ".join(f"{name} {count:,}" for name, count in answer["protected_left_out"].items())
        lines.append(f"  left out because they are protected: {kinds_out}")
    emit(answer, as_json, lambda: "\n".join(lines))
