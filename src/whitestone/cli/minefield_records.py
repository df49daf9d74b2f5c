"""How do handed-over minefield records come in, and what is wrong with them, on the command line?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.records import records
from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
File = Annotated[Path, typer.Argument(help="A workbook of the template, or JSON.", dir_okay=False)]
Why = Annotated[str, typer.Option("--reason", help="Why; kept with the revision.")]
Limit = Annotated[int, typer.Option(min=0, help="How many findings the text shows; --json lists all.")]

LAW_5 = "A record is evidence of where items may lie. Blank is not clear, and no record is not safe."


@records.command()
def template(
    out: Annotated[Path, typer.Argument(help="Where the workbook is written.", dir_okay=False)],
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write the workbook into which minefield records are typed, with a note on every column."""
    from whitestone.errors import WrongCall
    from whitestone.programme.minefield_files import write_template

    if out.exists() and not force:
        raise WrongCall(why=f"{out} is there already.", fix="Give another name, or --force.")
    write_template(out)
    emit({"file": str(out)}, as_json, lambda: f"Written: {out}. Fill it, then 'whitestone records check {out}'.")


@records.command()
def check(file: File, limit: Limit = 50, as_json: Json = False) -> None:
    """Say what is wrong or in doubt in a file of minefield records, and where in it; exit 1 when anything is wrong."""
    from whitestone.programme.minefield_files import check_file

    answer = check_file(file)
    emit({**answer, "note": LAW_5}, as_json, lambda: _told(answer, limit))
    if any(each["severity"] in ("error", "warning") for each in answer["findings"]):
        raise typer.Exit(1)


@records.command()
def enter(
    context: typer.Context,
    file: File,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the revisions.")] = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """Enter a file of minefield records, finds and searched ground; every record is kept, whatever is wrong with it."""
    from whitestone.programme.minefield_entry import enter_file
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = enter_file(programme, file, reason=reason)
    emit({**answer, "note": LAW_5}, as_json, lambda: _entered(answer, limit))


@records.command()
def scan(context: typer.Context, record: str, file: File, reason: Why, as_json: Json = False) -> None:
    """Keep the scan of a sheet, sealed, as the master of its record."""
    from whitestone.programme.minefield_interpretation import add_scan
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = add_scan(programme, record, file, reason=reason)
    emit(answer, as_json, lambda: f"Kept, sealed, as {answer['sha256']}.")


@records.command()
def landmark(
    context: typer.Context,
    record: str,
    point: Annotated[str, typer.Argument(help="Name of the reference point on the sheet.")],
    lon: Annotated[float, typer.Option(help="Degrees east, WGS 84.")],
    lat: Annotated[float, typer.Option(help="Degrees north, WGS 84.")],
    accuracy: Annotated[float, typer.Option(min=0, help="How exactly it was found again, metres.")],
    method: Annotated[str, typer.Option(help="On which map or image, or on the ground.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """State where a landmark of a sheet lies, as found again on a map or on the ground."""
    from whitestone.programme.minefield_interpretation import resolve_landmark
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = resolve_landmark(programme, record, point, lon, lat, accuracy, method=method, reason=reason)
    emit(answer, as_json, lambda: f"Stated: {point} lies at {lon}, {lat}, within {accuracy:g} m.")


@records.command()
def georeference(
    context: typer.Context,
    record: str,
    scan_sha256: Annotated[str, typer.Argument(metavar="SCAN", help="SHA-256 of the scan, as `records scan` said it.")],
    points: Annotated[Path, typer.Argument(help="JSON list of {x, y, lon, lat}: pixels, and WGS 84 degrees.")],
    reason: Why,
    kind: Annotated[str, typer.Option(help="helmert (keeps the shape) or affine (stretches it).")] = "helmert",
    as_json: Json = False,
) -> None:
    """Lay a scanned sketch on the map by control points, and show how far each point is off."""
    from whitestone.errors import UnreadableFile
    from whitestone.programme.minefield_interpretation import georeference as lay
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    try:
        listed = json.loads(points.read_text("utf-8"))
    except ValueError as error:
        raise UnreadableFile(path=points.name, why=f"it is no JSON: {error}",
                             fix="Give a JSON list of control points.") from None
    with open_programme(asked.target, asked.who) as programme:
        answer = lay(programme, record, scan_sha256, listed, kind=kind, reason=reason)
    emit(answer, as_json, lambda: _residuals(answer))


def _told(answer: dict[str, Any], limit: int) -> str:
    counted = ", ".join(f"{answer[name]:,} {name}" for name in ("records", "finds", "searched", "held"))
    return "\n".join(
        [f"{answer['file']}: {counted}. Nothing is dropped.", *_findings(answer["findings"], limit), LAW_5]
    )


def _findings(found: list[dict[str, Any]], limit: int) -> list[str]:
    if not found:
        return ["No finding."]
    counts = Counter(each["severity"] for each in found)
    named = [(name, counts[name]) for name in ("error", "warning", "notice") if counts[name]]
    head = ", ".join(f"{count:,} {name}{'s' if count > 1 else ''}" for name, count in named)
    lines = [f"Findings: {head}."]
    order = {"error": 0, "warning": 1, "notice": 2}
    for each in sorted(found, key=lambda one: order.get(one["severity"], 3))[:limit]:
        sheet = f" [sheet {each['sheet']}]" if each["sheet"] else ""
        lines.append(f"  {each['severity']}: {each['where']}{sheet}: {each['sentence']} ({each['code']})")
    if len(found) > limit:
        lines.append(f"  … {len(found) - limit:,} more are not shown; --json lists all.")
    return lines


def _entered(answer: dict[str, Any], limit: int) -> str:
    lines = [f"{answer['file']} is kept, sealed, as {answer['sha256']}."]
    for name in ("records", "finds", "searched"):
        counts = answer[name]
        said = ", ".join(f"{counts[each]:,} {each}" for each in ("new", "changed", "unchanged"))
        lines.append(f"{name}: {counts['input']:,} in the file: {said}; {counts['with_findings']:,} with findings.")
    lines.append(f"held (no objects): {len(answer['held']):,}.")
    lines += [f"  {each['id']}  {each['record']}  {each['became']}" for each in answer["records_detail"][:limit]]
    return "\n".join([*lines, *_findings(answer["findings"], limit), LAW_5])


def _residuals(answer: dict[str, Any]) -> str:
    rms = "none: no point to spare" if answer["rms_m"] is None else f"{answer['rms_m']:.1f} m"
    lines = [
        f"{answer['transformation']}: {answer['metres_a_pixel']:.3f} m a pixel, turned {answer['turn_deg']:.1f} "
        f"degrees; root mean square {rms}."
    ]
    lines += [f"  point {at}: {residual:.1f} m" for at, residual in enumerate(answer["residuals_m"], 1)]
    return "\n".join(lines)
