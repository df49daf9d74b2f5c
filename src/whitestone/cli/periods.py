"""How is a year closed, looked at, opened again, and asked what was learned of it since?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Year = Annotated[str, typer.Argument(help="The reporting year: 2024, or 2023/2024 where it begins in another month.")]

period = typer.Typer(help="Close reporting years, and list what was learned of them since.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `period`."""
    app.add_typer(period, name="period")


@period.command()
def close(
    context: typer.Context,
    year: Year,
    reason: Annotated[
        str | None, typer.Option(help="Why; needed for a year out of order, or one that was opened again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Freeze and sign the figures of a year that is over, as known now, with the bookings behind them."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.periods import close_period

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = close_period(programme, year, reason=reason)
    emit(answer, as_json, lambda: "\n".join(["Closed, frozen and signed.", *_closing(answer)]))


@period.command()
def reopen(
    context: typer.Context,
    year: Year,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the act.")],
    as_json: Json = False,
) -> None:
    """Open a closed year again, as an act with a reason; what was frozen stays and stays provable."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.periods import reopen_period

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = reopen_period(programme, year, reason=reason)
    later = ", ".join(answer["later_closed_years"])
    more = f"\nClosed after it, and as they were: {later}." if later else ""
    emit(answer, as_json, lambda: f"{year} is open again; its {answer['closings_kept']} closing(s) are kept.{more}")


@period.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the closed years and say whether signatures and digests hold; exit 1 when one does not."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.periods import list_periods

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = list_periods(programme)
    emit(answer, as_json, lambda: _listed(answer))
    if not answer["ok"]:
        raise typer.Exit(1)


@period.command()
def restatements(
    context: typer.Context,
    year: Year,
    known: Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many figures the text shows; --json has all.")] = 30,
    as_json: Json = False,
) -> None:
    """List the figures of a closed year that are others today, with the records that moved them, who and why."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.restatements import restatements as restated

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = restated(programme, year, known=programme.clocks(known=known).known_on)
    emit(answer, as_json, lambda: _restated(answer, limit))


def _closing(row: dict[str, Any]) -> list[str]:
    """Write one closing: figures with their unit, who and when, on which knowledge, under which signature."""
    lines = [
        f"{row['year']}, from {row['starts_on']} to {row['ends_on']}, both included (closing {row['number']})",
        f"  {_area(row['opening_m2']):>24}  opening",
        f"  {_area(row['closing_m2']):>24}  closing",
        f"  closed by {row['closed_by']} at {row['closed_at']}" + (f": {row['reason']}" if row["reason"] else ""),
        f"  as known at {row['known_at']}, head {row['head']}",
        f"  figures {row['figures_sha256']}",
    ]
    if row["fault"]:
        return [*lines, f"  DOES NOT HOLD: {row['fault']}"]
    return [*lines, f"  signed by node {row['signed_by']}: signature and digests hold"]


def _area(area_m2: float | None) -> str:
    return "unknown" if area_m2 is None else f"{area_m2:,.2f} m2"


def _listed(answer: dict[str, Any]) -> str:
    if not answer["periods"]:
        return "No year is closed. 'whitestone period close YEAR' closes one that is over."
    lines = []
    for row in answer["periods"]:
        lines += _closing(row)
        if row["status"] != "closed":
            last = row["reopened"][-1]
            lines.append(f"  OPEN AGAIN since {last['at']}, by {last['by']}: {last['reason']}")
        for earlier in row["earlier_closings"]:
            held = "does NOT hold" if earlier["fault"] else "holds"
            lines.append(f"  closing {earlier['number']} of {earlier['closed_at']} is kept and {held}")
    return "\n".join(lines)


def _restated(answer: dict[str, Any], limit: int) -> str:
    counts = answer["counts"]
    known = answer["as_known_on"] or "now"
    lines = [
        f"{answer['year']}, closed by {answer['closed_by']} at {answer['closed_at']}. Frozen figures stay as they are.",
        f"Situation on {answer['situation_on']}, as known on {known}:",
    ]
    if not counts["figures"] and not answer["beside"]:
        lines.append("Every frozen figure would be the same today.")
    elif counts["figures"]:
        lines.append(f"{counts['figures']:,} figures would be others, {counts['totals']} of them totals."
                     f" Later statements that moved them: {counts['revisions']:,}.")  # fmt: skip
    for figure in answer["figures"][:limit]:
        lines += _figure(answer, figure)
    if len(answer["figures"]) > limit:
        lines.append(f"{limit} of {len(answer['figures']):,} figures are shown, totals first; --limit shows more.")
    for figure in answer["beside"][:limit]:
        lines += _figure(answer, {**figure, "label": figure["row"]})
    if len(answer["beside"]) > limit:
        lines.append(f"{limit} of {len(answer['beside']):,} counts beside the areas are shown; --limit shows more.")
    for line in answer["proof"]:
        lines.append(f"proof line {line['line']}: {line['old']:,} -> {line['new']:,}")
    for each in answer["settings"]:
        who = ", ".join(f"{act['author']} ({act['reason']})" for act in each["changed"]) or "nobody by hand"
        lines.append(f"setting {each['setting']}: {each['old']} -> {each['new']}, by {who}")
    return "\n".join(lines)


def _figure(answer: dict[str, Any], figure: dict[str, Any]) -> list[str]:
    is_area = figure["column"].endswith("_m2")
    wording = "{:,.2f} m2" if is_area else "{:,}"
    name = figure["column"].removesuffix("_m2").replace("_", " ")
    row = name if figure["by"] == "total" else f"{name}, {figure['by']} {figure['label']}"
    old, new, change = (wording.format(figure[each]) for each in ("old", "new", "difference"))
    return [f"{row}: {old} -> {new} ({change})", *(line for each in figure["lines"] for line in _line(answer, each))]


def _line(answer: dict[str, Any], line: dict[str, Any]) -> list[str]:
    kinds = ("hazard", "release", "activity", "item")
    names = [f"{kind} {answer['labels'][line[kind]]}" for kind in kinds if kind in line]
    part = f"{line['difference_m2']:,.2f} m2" if "difference_m2" in line else f"{line['difference']:,}"
    said = [f"    {part:>18}  {', '.join(names)}"]
    for revision in line["moved_by"]:
        about = answer["revisions"][revision]
        why = f": {about['reason']}" if about["reason"] else ""
        said.append(f"{'':24}{about['nature']} of {about['kind']} {about['label']} (#{about['seq']}),"
                    f" {about['recorded_at'][:10]}, {about['author']}{why}")  # fmt: skip
    if "cause" in line:
        said.append(f"{'':24}{line['cause']}")
    return said
