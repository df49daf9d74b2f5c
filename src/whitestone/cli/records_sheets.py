"""How is a sheet laid out, how do simulated records come in and a placed sheet go out, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.minefield_records import LAW_5
from whitestone.cli.records import records
from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


def register(app: typer.Typer) -> None:
    """Add `records lay-out`, `records simulate` and `records field-sheet`; `app` has `records` already."""
    records.command("lay-out")(lay_out)
    records.command("simulate")(simulate)
    records.command("field-sheet")(field_sheet)


def lay_out(
    file: Annotated[Path, typer.Argument(help="A workbook of the template, or JSON.", dir_okay=False)],
    record: Annotated[str | None, typer.Option(help="One sheet only, by its number.")] = None,
    out: Annotated[Path | None, typer.Option(help="GeoJSON file for the stations of all versions.")] = None,
    as_json: Json = False,
) -> None:
    """Walk each sheet as written: its transformation, declination and misclosure, and the adjusted version beside."""
    from whitestone.programme.minefield_walks import lay_out_file

    answer = lay_out_file(file, record=record, out=out)
    head = f"{answer['file']}: {len(answer['records']):,} laid out."
    emit({**answer, "note": LAW_5}, as_json, lambda: "\n".join([head, *map(_walk, answer["records"]), LAW_5]))


def _walk(record: dict[str, Any]) -> str:
    lines = [f"Sheet {record['id']}:"]
    for point in record["reference_points"]:
        lines.append(f"  {point['no']}: {point['fault'] or _anchored(point)}")
    if record["declination_deg"] is not None:
        lines.append(f"  declination {record['declination_deg']:.2f} degrees on {record['declination_on']} (IGRF)")
    for each in record["closures"]:
        one_in = "" if each["one_in"] is None else f", 1:{each['one_in']:.0f}"
        lines.append(f"  misses {each['station']} ({each['by']}) by {each['misclosure_m']:.1f} m after "
                     f"{each['walked_m']:.0f} m{one_in}")  # fmt: skip
    lines += [f"  {said}" for said in record["said"]]
    for version in record["versions"]:
        lines.append(f"  {version['label']}: station, longitude, latitude, metres east and north of the start")
        for each in version["stations"]:
            degrees = "no place" if each["lon"] is None else f"{each['lon']:.7f}  {each['lat']:.7f}"
            metres = "not reached" if each["east_m"] is None else f"{each['east_m']:.1f}  {each['north_m']:.1f}"
            lines.append(f"    {each['station']}  {degrees}  {metres}")
    return "\n".join(lines)


def _anchored(point: dict[str, Any]) -> str:
    used = point["operation"]
    way = "" if used is None else f", operation EPSG:{used['code']} ({used['name']})"
    good = "" if point["accuracy_m"] is None else f", within {point['accuracy_m']:g} m"
    base = "found again" if point["resolved"] else f"EPSG:{point['epsg']}"
    return f"{point['lon']:.7f} {point['lat']:.7f} from {base}{way}{good}"


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
