"""How do simulated records come in, and how does a placed sheet go out to a team, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from whitestone.cli.records import records
from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


def register(app: typer.Typer) -> None:
    """Add `records simulate` and `records field-sheet`; `app` has `records` already."""
    records.command("simulate")(simulate)
    records.command("field-sheet")(field_sheet)


def simulate(
    out: Annotated[Path, typer.Option(help="The folder that batch.json and truth.json are written into.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same world.")] = 1,
    regime: Annotated[str, typer.Option(help="orderly, chaotic, few-records or false-records.")] = "orderly",
    fields: Annotated[int, typer.Option(min=0, help="How many fields there are; 300 lie in 20 x 20 km.")] = 300,
    error_scale: Annotated[float, typer.Option(help="True sizes of error over those that are assumed.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Make a simulated batch of minefield records, finds and searches, with the truth in a second file."""
    from whitestone.programme.simulating_records import write_world

    answer = write_world(out, seed=seed, regime=regime, fields=fields, error_scale=error_scale)
    said = f"{answer['records']:,} simulated records, {answer['finds']:,} finds, {answer['searched']:,} searches"
    emit(answer, as_json, lambda: f"Wrote {answer['batch']} and {answer['truth']}: {said}.")


def field_sheet(
    context: typer.Context,
    assessed: Annotated[Path, typer.Argument(help="What 'records assess --json' or 'records place' wrote.")],
    record: Annotated[list[str], typer.Option(help="A sheet that is searched; may be given again.")],
    hazard: Annotated[list[str], typer.Option(help="The hazard that a person accepted for it; may be given again.")],
    by: Annotated[str, typer.Option("--by", help="The team and its organisation.")],
    begins: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD.")],
    until: Annotated[str, typer.Option("--until", help="The last day.")],
    purpose: Annotated[str, typer.Option(help="What the positions are let out for; it is logged.")],
    out: Annotated[Path, typer.Option(help="The folder that the files are written into.")],
    outline: Annotated[str, typer.Option(help="Which outline is searched: 50, 90 or 99.")] = "99",
    batch: Annotated[Path | None, typer.Option(help="The batch file, for what was searched already.")] = None,
    formats: Annotated[str, typer.Option("--format", help="Some of pdf,gpx,kml,geojson.")] = "pdf,gpx",
    as_json: Json = False,
) -> None:
    """Write the field sheet of placed minefield records: what is searched, by whom, until when (page, and tracks)."""
    from whitestone.programme.field_sheets import write_field_sheet
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = write_field_sheet(programme, assessed, record, hazard, out, team=by, begins=begins, until=until,
                                   purpose=purpose, level=outline, batch=batch,
                                   formats=[each.strip() for each in formats.split(",") if each.strip()])  # fmt: skip
    lines = [f"Wrote {', '.join(answer['files'])} into {answer['folder']}.", answer["caveat"], answer["law"]]
    if answer["outside_hazard_m2"] > 0:
        lines.append(f"{answer['outside_hazard_m2']:,.0f} m2 of the ground lie outside the named hazards.")
    emit(answer, as_json, lambda: "\n".join(lines))
