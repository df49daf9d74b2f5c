"""How does a person see where this programme and another party differ, and decide about each difference?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit, is_watched

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")]
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]


def register(app: typer.Typer) -> None:
    """Add `reconcile`."""
    app.command("reconcile")(reconcile)


def reconcile(
    context: typer.Context,
    other: Annotated[str, typer.Argument(help="The other party: a programme (folder or database URL) or a file.")],
    kind: Annotated[list[str] | None, typer.Option(help="Kinds of record; default: hazard and release.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="How a file is read (TOML, or a shipped one by name).")] = None,
    decide: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="ID WORD", help="Decide about a difference: agree, dispute, adopt, reopen."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="List what was decided as well.")] = False,
    tolerance: Annotated[float, typer.Option(help="Outlines less apart, in the mean, are the same ground, m.")] = 0.2,
    on: OnDay = None,
    known: KnownOn = None,
    out: Annotated[Path | None, typer.Option(help="Write the differences to this .csv or .xlsx.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many differences a kind the text shows.")] = 10,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: nothing is remembered.")] = False,
    as_json: Json = False,
) -> None:
    """Lay another programme, or a file, against this one; exit 1 while differences are undecided."""
    from whitestone.errors import WrongCall
    from whitestone.programme.opening import open_programme
    from whitestone.programme.reconciling import KINDS
    from whitestone.programme.reconciling import reconcile as lay_against
    from whitestone.programme.reconciling_kept import keep
    from whitestone.programme.reconciling_out import write_table

    if dry_run and decide:
        raise WrongCall(why="--decide writes a decision, and --dry-run writes nothing.", fix="Leave one of them away.")
    if decide and not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")
    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=dry_run) as programme:
        if is_watched():
            typer.echo("Reading both parties and laying them against each other …", err=True)
        found = lay_against(programme, other, kinds=tuple(kind or KINDS), clocks=programme.clocks(on, known),
                            mapping=mapping, tolerance_m=tolerance, dry_run=dry_run)  # fmt: skip
        ids = [each for each in (decide[0] if decide else "").split(",") if each.strip()]
        done = [found.decide(each, decide[1], reason=reason).as_dict() for each in ids] if decide else []
        if not dry_run:
            keep(found)
        answer = found.as_dict(everything=everything)
        if done:
            answer["decided"] = done
        if out is not None:
            answer["written"] = {"file": str(out), "rows": write_table(found, out, everything=everything)}
        emit(answer, as_json, lambda: _told(answer, limit))
    if found.open:
        raise typer.Exit(1)


def _told(answer: dict[str, Any], limit: int) -> str:
    theirs = answer["theirs"]
    lines = [f"{answer['ours']['label']} (ours) and {theirs['label']} (theirs), situation on {answer['situation_on']}"]
    if theirs["is_file"]:
        reasons = ", ".join(f"{count:,} × {code}" for code, count in theirs["held_by_code"].items())
        lines.append(f"  {theirs['held']:,} of {theirs['input']:,} rows of the file make no record"
                     + (f": {reasons}" if reasons else ""))
    lines += [f"  {note}" for note in theirs["notes"]]
    for done in answer.get("decided", []):
        record = f" -> record {done['record']}" if done["record"] else ""
        lines.append(f"{done['state']}: {done['difference']}{record}")
        lines += [f"  {note}" for note in done["notes"]]
        if done["not_adopted"]:
            lines.append(f"  not adopted, since it is not known here: {', '.join(done['not_adopted'])}")
    for name, each in answer["kinds"].items():
        lines += _kind(name, each, limit)
    if not answer["kinds"]:
        lines.append("Neither side has a record of these kinds.")
    if "written" in answer:
        lines.append(f"Wrote {answer['written']['rows']:,} rows to {answer['written']['file']}.")
    return "\n".join(lines)


def _kind(name: str, each: dict[str, Any], limit: int) -> list[str]:
    totals, backlog = each["totals"], each["backlog"]
    counts = ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in each["counts"].items())
    lines = ["", f"{name}: {counts}", f"  {each['shift']['sentence']}"]
    lines += [f"  {label}: {shift['sentence']}" for label, shift in each["shift"]["groups"].items()]
    lines += [f"  {each['ids']['sentence']}", "",
              f"  {'m2, each square metre once':<28}{'ours':>18}{'theirs':>18}{'difference':>18}"]
    for line in totals["lines"]:
        figures = [line[column] for column in ("ours_m2", "theirs_m2", "difference_m2")]
        if any(figures) or line["records_ours"] or line["records_theirs"]:
            lines.append(f"  {line['line'].replace('_', ' '):<28}" + "".join(f"{figure:>18,.2f}" for figure in figures))
    lines.append(f"  {'total':<28}" + "".join(f"{totals[column]:>18,.2f}" for column in
                                              ("ours_m2", "theirs_m2", "difference_m2")))  # fmt: skip
    ground, drawn, unknown = totals["ground"], totals["ground_as_drawn"], totals["unknown_size"]
    lines.append(f"  common ground {ground['common_m2']:,.2f} m2, only ours {ground['only_ours_m2']:,.2f}, only theirs "
                 f"{ground['only_theirs_m2']:,.2f}"
                 + (f" (as drawn, before the shift was taken off: common {drawn['common_m2']:,.2f})"
                    if each["shift"]["taken_off"] else ""))  # fmt: skip
    if unknown["ours"] or unknown["theirs"]:
        lines.append(f"  of unknown size: {unknown['ours']:,} of ours, {unknown['theirs']:,} of theirs")
    oldest = backlog["oldest_days"]
    lines.append(f"  undecided {backlog['open']:,} ({backlog['new']:,} new, {backlog['moved']:,} moved since decided"
                 + (f"; the oldest known for {oldest} days" if oldest is not None else "")
                 + f"), agreed {backlog['agreed']:,}, disputed {backlog['disputed']:,}, adopted {backlog['adopted']:,}")
    lines += [f"  limit: {limit_}" for limit_ in each["limits"]]
    for row in each["differences"][:limit]:
        who = " / ".join(", ".join(row["labels"][side]) or "–" for side in ("ours", "theirs"))
        lines.append(f"    {row['id'][:13]}  {row['status'].replace('_', ' ')}  {who}: {row['sentence']}")
    if len(each["differences"]) > limit:
        lines.append(f"    … and {len(each['differences']) - limit:,} more; --json lists all, --limit shows more.")
    return lines
