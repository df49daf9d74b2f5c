"""How does a person ask for a table of casualties on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whitestone.cli.casualties import Period, casualties, over_a_period
from whitestone.cli.shared import Context, emit

if TYPE_CHECKING:
    from rich.console import Group

By = Annotated[
    str,
    typer.Option("--by", help="Dimensions with commas: outcome, status, person_status, sex_age, sex, age_group, "
                 "device, activity, place, place:LEVEL, month, year, source, amputation."),
]  # fmt: skip
Place = Annotated[str | None, typer.Option("--place", help="Only in this place: its code, name or record id.")]
Level = Annotated[int | None, typer.Option("--level", min=0, max=9, help="The level of the gazetteer for 'place'.")]


def register(app: typer.Typer) -> None:
    """Add `casualties table` and `casualties public`; `app` has `casualties` already."""
    casualties.command("table")(table)
    casualties.command("public")(public)


@over_a_period
def table(
    context: typer.Context,
    by: By = "outcome",
    place: Place = None,
    level: Level = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows that are printed; --json has all.")] = 60,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Count casualties, each person once, by what you name; rows always add up to the total."""
    from whitestone.programme.casualties_counting import as_answer, count_casualties
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        clocks = period.clocks(programme)
        counted = count_casualties(programme, by, period.first, period.last, clocks, place, level)
        answer = as_answer(programme, counted, clocks, period.first, period.last)
    if as_json:
        emit(answer, True, str)
        return
    from rich.console import Console

    Console().print(_printed(answer, limit))


@over_a_period
def public(
    context: typer.Context,
    by: By = "outcome",
    level: Level = None,
    grid_km: Annotated[float | None, typer.Option(help="For --by grid: the side of a square, 5 km or more.")] = None,
    min_cell: Annotated[int, typer.Option(help="The least number of persons that is published.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Write the table into this file: .csv or .xlsx.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only look: not kept as a release.")] = False,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Make a table that may be published: small figures, and what would tell them, are suppressed. It is kept."""
    from whitestone.exchange.writers.public_table import check_public_name, write_public_table
    from whitestone.programme.casualties_public import public_table
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    if out is not None:
        check_public_name(out)
    with open_programme(asked.target, asked.who) as programme:
        answer = public_table(programme, by, begins=period.first, ends=period.last, level=level, min_cell=min_cell,
                              grid_km=grid_km, clocks=period.clocks(programme), keep=not preview)
    if out is not None:
        answer["files"] = [str(path) for path in write_public_table(answer, out)]
    emit(answer, as_json, lambda: _public_words(answer))


def _public_words(answer: dict[str, Any]) -> str:
    lines = [_head(answer)]
    for row in (*answer["rows"], *answer["margins"], {"key": {"": "total"}, **answer["total"]}):
        said = "  ".join(f"{'suppressed' if row[name] is None else format(row[name], ','):>10}"
                         for name in ("killed", "injured", "unknown", "casualties"))
        lines.append(f"{said}  {', '.join(row['key'].values()) or 'all'}")
    lines[1:1] = ["    killed     injured     unknown  casualties"]
    lines += answer["suppressed"]["why"]
    lines += [f"Wrote {path}." for path in answer.get("files", [])]
    return "\n".join([*lines, "Kept as a release." if answer["recorded"] else "A preview: not kept, not for release."])


def _printed(answer: dict[str, Any], limit: int) -> Group:
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table

    names = list(answer["rows"][0]["key"]) if answer["rows"] else list(answer["unknown_values"])
    made = Table(box=SIMPLE_HEAD, pad_edge=False, title=_head(answer), title_justify="left")
    for name in names:
        made.add_column(name.replace("_", " "))
    for name in ("killed", "injured", "unknown", "casualties"):
        made.add_column("outcome unknown" if name == "unknown" else name, justify="right", no_wrap=True)
    for row in answer["rows"][:limit]:
        made.add_row(*row["key"].values(), *_figures(row))
    made.add_section()
    made.add_row(*(["total", *[""] * (len(names) - 1)] if names else []), *_figures(answer["total"]), style="bold")
    return Group(made, *_notes(answer, limit))


def _head(answer: dict[str, Any]) -> str:
    period = f"{answer['from'] or 'first record'} to {answer['to'] or 'last record'}"
    return f"Casualties, {period}; situation on {answer['situation_on']}, as known on {answer['as_known_on']}"


def _figures(figures: dict[str, Any]) -> list[str]:
    return [f"{figures[name]:,}" for name in ("killed", "injured", "unknown", "casualties")]


def _notes(answer: dict[str, Any], limit: int) -> list[str]:
    notes = []
    if len(answer["rows"]) > limit:
        notes.append(f"{limit} of {len(answer['rows']):,} rows are shown; the total is of all. --json has all.")
    for name, share in answer["percentages"].items():
        top = sorted(share["values"].items(), key=lambda each: -each[1]["persons"])[:6]
        said = ", ".join(f"{value} {each['percent']:.1f} %" for value, each in top)
        notes.append(f"{name}: of {share['known']:,} known {said or 'none'}; {share['unknown']:,} unknown.")
    beyond = answer["accidents_beyond_persons"]
    if beyond["casualties"]:
        notes.append(f"Stated by accidents, no person recorded: {beyond['casualties']:,} of the total "
                     f"({beyond['killed']:,} killed, {beyond['injured']:,} injured, {beyond['unknown']:,} unknown).")
    if answer["died_later"]:
        notes.append(f"Died later, counted once, as killed: {answer['died_later']:,}.")
    if answer["left_out"]["date_not_over"]:
        notes.append("Of a month or year that is not over yet, counted when it is: "
                     f"{answer['left_out']['date_not_over']:,}.")
    if answer["left_out"]["undated"]:
        notes.append(f"Undated, in no period: {answer['left_out']['undated']:,}.")
    if answer["date_not_certain"]:
        notes.append(f"Date known less exactly than the border of the period: {answer['date_not_certain']:,}; each "
                     "stands at the end of its span.")
    return notes
