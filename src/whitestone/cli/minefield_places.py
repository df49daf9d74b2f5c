"""How is a batch of minefield records scored, and each record placed, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.minefield_records import LAW_5, Json
from whitestone.cli.records import records
from whitestone.cli.shared import Context, emit
from whitestone.errors import WrongCall

INNER = "Ground between this outline and that of 99 % is in no hazard then: say why in the reason."
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


@records.command()
def propose(
    context: typer.Context,
    placed: Annotated[
        Path, typer.Argument(help="What 'records place' or 'records assess --json' wrote.", dir_okay=False)
    ],
    record: Annotated[str, typer.Option(help="The sheet, by its own id.")],
    reason: Annotated[str, typer.Option(help="Why this record is believed.")],
    outline: Annotated[str, typer.Option(help="Which outline becomes the hazard: 50, 90 or 99.")] = "99",
    as_json: Json = False,
) -> None:
    """Propose a suspected hazardous area from a placed record; it counts nowhere until somebody approves it."""
    from whitestone.programme.minefield_proposals import propose_from_file
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = propose_from_file(programme, placed, record, share=outline, reason=reason)
    emit({**made, "note": LAW_5}, as_json, lambda: (
        f"Proposed {made['name']}: hazard {made['hazard']}, submitted; it counts nowhere yet.\n"
        + ("" if outline == "99" else f"{INNER}\n") + f"{LAW_5}\n"
        f'Next: whitestone records decide {made["hazard"]} approved --reason "…"'))  # fmt: skip


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
    lines += answer["limits"]
    lines += _learned(answer["error_model"])
    for said in answer.get("claims", ()):
        lines.append(f"{said['speaker']} ({said['date']}) says: {said['quote']} [{said['source']}]")
    if "kept" in answer:
        lines.append(f"Kept for the pages: {answer['kept']}")
    lines.append(
        "record, P(field), ground in m2 that holds 50, 90 and 99 % of its mines, finds explained, middle (lon, lat):"
    )
    for each in answer["records_detail"]:
        areas = "  ".join(f"{each[name]:,.0f}" for name in ("p50_m2", "p90_m2", "p99_m2") if each[name] is not None)
        middle = "{:.5f} {:.5f}".format(*each["centroid"]) if each["centroid"] else ""
        told = f"  {each['id']}  {each['p_field']:.2f}  {areas or 'no place'}  {each['finds_explained']:.1f}  {middle}"
        lines.append(told.rstrip())
    return "\n".join([*lines, LAW_5])


def _learned(model: dict[str, Any]) -> list[str]:
    """Tell what matched records say of the error model: by which factors it is off, and what sheets share."""
    lines, matched = [], model["matched_records"]
    factors = [
        f"{name.replace('_', ' ')} x {each['value']:.2f} ({each['low']:.2f} to {each['high']:.2f})"
        for name, each in (model.get("learned_factors") or {}).items()
    ]
    if factors:
        lines.append(f"Learned from {matched} matched records, errors against those assumed: {', '.join(factors)}.")
    shifts = model.get("shared_shifts") or []
    for each in shifts:
        if each["clear"]:
            of = "the batch" if each["name"] is None else f"{each['of']} {each['name']}"
            sides = [
                f"{abs(side['value']):.0f} m {words[side['value'] < 0.0]} ({side['low']:+.0f} to {side['high']:+.0f})"
                for side, words in ((each["east_m"], ("east", "west")), (each["north_m"], ("north", "south")))
            ]
            of_them = f"{each['matched_records']} of {each['sheets']} sheets matched"
            lines.append(f"Sheets of {of} are off together: {', '.join(sides)}; {of_them}.")
    if shifts and not any(each["clear"] for each in shifts):
        lines.append("No batch, district or unit lies off as a whole.")
    if learned := model.get("outline_levels"):
        levels = [f"the {share} % outline at {100.0 * level:.0f} %" for share, level in learned["levels"].items()]
        taught = f"{learned['finds']:,} finds of {learned['fields']} fields"
        lines.append(f"As {taught} lie, fields with finds have {', '.join(levels)}.")
    return lines


def _share(score: dict[str, float | None]) -> str:
    if score["value"] is None:
        return "unknown"
    return f"{score['value']:.3f} (90 % interval {score['low']:.3f} to {score['high']:.3f})"
