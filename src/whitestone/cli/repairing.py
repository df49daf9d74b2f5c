"""How does a person work through the proof lines: see the cases, weigh a proposal, accept it, leave it, undo it?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")]
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]
Id = Annotated[str, typer.Argument(help="An id as 'whitestone repairs' prints it, or its first 6 characters.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the decision.")]

repairs = typer.Typer(help="Proof lines as work: list cases and proposals, accept, leave or take back.")


def register(app: typer.Typer) -> None:
    """Add `repairs`."""
    app.add_typer(repairs, name="repairs")


@repairs.callback(invoke_without_command=True)
def list_(
    context: typer.Context,
    line: Annotated[str | None, typer.Option(help="Only this proof line, e.g. outside_any_hazard_m2.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many cases a line shows; all are counted.")] = 5,
    left: Annotated[bool, typer.Option("--left", help="Also the cases that were left as they are.")] = False,
    on: OnDay = None,
    known: KnownOn = None,
    as_json: Json = False,
) -> None:
    """List the cases behind each proof line, the largest first, with what is proposed; nothing is changed."""
    if context.invoked_subcommand is not None:
        return
    from whitestone.programme.opening import open_programme
    from whitestone.programme.repairing import listed

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = listed(programme, programme.clocks(on, known), line, limit=limit, with_left=left)
        emit(answer, as_json, lambda: _listed(answer))


@repairs.command()
def show(context: typer.Context, id_: Id, as_json: Json = False) -> None:
    """Say what a case is about, and what each of its proposals would do to the ledger; nothing is written."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.repairing import as_dict, find, preview, worklist

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        work = worklist(programme, programme.clocks())
        case, chosen = find(work, id_)
        answer = as_dict(work, case)
        for said, each in zip(answer["proposals"], case.proposals, strict=True):
            if each.writes and chosen in (None, each):
                said["preview"] = preview(work, case, each)
        emit(answer, as_json, lambda: "\n".join([*_case(answer), *_previews(answer)]))


@repairs.command()
def accept(context: typer.Context, id_: Id, reason: Reason, as_json: Json = False) -> None:
    """Accept a proposal: it is stated as new revisions, with the reason; the answer says what moved."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.repairing import accept as accept_proposal

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = accept_proposal(programme, id_, reason=reason)
        undo_with = f"To take it back: whitestone repairs undo {answer['case'][:8]} --reason …"
        emit(answer, as_json, lambda: "\n".join([f"Accepted. {answer['sentence']}", *_moved(answer), undo_with]))


@repairs.command()
def leave(context: typer.Context, id_: Id, reason: Reason, as_json: Json = False) -> None:
    """Leave a case as it is, with the reason; it is proposed again when one of its records moves."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.repairing import leave as leave_case

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = leave_case(programme, id_, reason=reason)
        emit(answer, as_json, lambda: f"Left as it is. {answer['sentence']}")


@repairs.command()
def undo(context: typer.Context, id_: Id, reason: Reason, as_json: Json = False) -> None:
    """Take back what was decided of a case, by its case id; a further decision, nothing is deleted."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.repairing import undo as undo_case

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = undo_case(programme, id_, reason=reason)
        emit(answer, as_json, lambda: f"Case {answer['case'][:8]} is open again; {len(answer['undone'])} statements "
                                      "count no more.")  # fmt: skip


def _listed(answer: dict[str, Any]) -> str:
    known = answer["as_known_on"] or "now"
    lines = [f"Proof lines as work. Situation on {answer['situation_on']}, as known on {known}."]
    for each in answer["lines"]:
        value = f"{each['value']:,.2f} m2" if each["line"].endswith("_m2") else f"{each['value']:,.0f}"
        left = f", {each['left_as_they_are']:,} left as they are" if each["left_as_they_are"] else ""
        lines.append(f"\n{each['line']}: {value}, {each['label']}; {each['cases']:,} cases{left}")
        for case in each["listed"]:
            lines += [f"  {row}" for row in _case(case)]
        hidden = each["cases"] - each["left_as_they_are"] - each["shown"]
        if hidden > 0:
            lines.append(f"  … and {hidden:,} more; --limit shows more, --line one line alone.")
    return "\n".join(lines)


def _case(case: dict[str, Any]) -> list[str]:
    left = f"  (left as it is: {case['left']['reason']})" if case["left"] else ""
    lines = [f"case {case['case'][:8]}  {case['sentence']}{left}"]
    for each in case["records"]:
        facts = ", ".join(filter(None, (each["what"], each["on"] or "undated", each["organisation"])))
        lines.append(f"    {each['kind']} {each['label']}: {facts}")
    for each in case["proposals"]:
        mark = f"accept {each['proposal'][:8]}" if each["proposal"] else each["kind"].replace("_", " ")
        lines.append(f"    [{mark}]  {each['sentence']}")
        lines.append(f"        {each['why']}")
        if each["evidence"]:
            lines.append(f"        Evidence ({each['basis']}): {'; '.join(each['evidence'])}.")
    if case["note"]:
        lines.append(f"    {case['note']}")
    return lines


def _previews(answer: dict[str, Any]) -> list[str]:
    lines = []
    for each in answer["proposals"]:
        if "preview" in each:
            lines += [f"If {each['proposal'][:8]} is accepted:", *_moved(each["preview"])]
    return lines


def _moved(answer: dict[str, Any]) -> list[str]:
    lines = [f"  {answer['line']}: {answer['before']:,.2f} to {answer['after']:,.2f}"]
    lines += [f"  {name}: {before:,.2f} to {after:,.2f}" for name, (before, after) in answer["moved"].items()
              if name != answer["line"]]  # fmt: skip
    if "closing_m2" not in answer["moved"]:
        lines.append("  closing_m2: unchanged")
    return lines
