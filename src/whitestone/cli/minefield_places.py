"""How is a batch of minefield records scored, and each record placed, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.minefield_records import LAW_5, Json
from whitestone.cli.records import records
from whitestone.cli.shared import Context, emit
from whitestone.errors import WrongCall

Seed = Annotated[int, typer.Option(min=0, help="Same seed, same result.")]


@records.command()
def assess(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Workbooks or JSON; none: the programme's records.")
    ] = None,
    seed: Seed = 1,
    sensitivity: Annotated[bool, typer.Option(help="Also with errors halved and doubled.")] = True,
    purpose: Annotated[str, typer.Option(help="Why the programme's records are read; it is logged.")] = "assessment",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the answer with its input, for the pages.")] = False,
    as_json: Json = False,
) -> None:
    """Say how complete and how accurate a batch of records is, with intervals, and where each field lies."""
    from whitestone.programme.minefield_assessing import assess_files, assess_programme, model_at
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    if files and keep:
        raise WrongCall(why="Files are assessed, not kept.", fix="Enter them, then assess the programme's records.")
    if files:
        answer = assess_files(files, seed=seed, model=model_at(asked.target), sensitivity=sensitivity)
    else:
        with open_programme(asked.target, asked.who) as programme:
            answer = assess_programme(programme, seed=seed, purpose=purpose, sensitivity=sensitivity, keep=keep)
    emit({**answer, "note": LAW_5}, as_json, lambda: _told(answer))


@records.command()
def place(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A workbook of the template, or JSON.", dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder for GeoPackage, GeoTIFF and JSON.", file_okay=False)],
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Place each record of a file with its doubt: outlines of 50, 90 and 99 %, sampled middles, P(in field)."""
    from whitestone.programme.minefield_assessing import model_at, place_file

    asked: Context = context.obj
    answer = place_file(file, out, seed=seed, model=model_at(asked.target))
    emit(
        {**answer, "note": LAW_5},
        as_json,
        lambda: (
            _told(answer)
            + f"\nWritten to {answer['folder']}: "
            + ", ".join(answer["files"][:4])
            + (" …" if len(answer["files"]) > 4 else "")
        ),
    )


def _told(answer: dict[str, Any]) -> str:
    lines = [f"{answer['records']:,} records, {answer['finds']:,} finds."]
    for name in ("completeness", "accuracy"):
        lines.append(f"{name}: {_share(answer[name])}; {answer['definitions'][name]}.")
    if answer["as_written_share"] is not None:
        lines.append(
            f"Drawn as written: {answer['as_written_share']:.3f}; {answer['definitions']['as_written_share']}."
        )
    for other in answer.get("sensitivity", ()):
        lines.append(
            f"Errors times {other['errors_times']:g}: completeness {_share(other['completeness'])}, "
            f"accuracy {_share(other['accuracy'])}."
        )
    for said in answer.get("claims", ()):
        lines.append(f"{said['speaker']} ({said['date']}) says: {said['quote']} [{said['source']}]")
    if "kept" in answer:
        lines.append(f"Kept for the pages: {answer['kept']}")
    lines.append("record, P(field), ground in m2 that holds 50 and 90 % of its mines, finds explained:")
    for each in answer["records_detail"]:
        ground = "no place" if each["p50_m2"] is None else f"{each['p50_m2']:,.0f}  {each['p90_m2']:,.0f}"
        lines.append(f"  {each['id']}  {each['p_field']:.2f}  {ground}  {each['finds_explained']:.1f}")
    return "\n".join([*lines, LAW_5])


def _share(score: dict[str, float | None]) -> str:
    if score["value"] is None:
        return "unknown"
    return f"{score['value']:.3f} (90 % interval {score['low']:.3f} to {score['high']:.3f})"
