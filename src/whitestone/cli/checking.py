"""How does a person see what is wrong, decide about it, and join two records of one thing?"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")]
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Finding ids, as `check` lists them.")]
OfRule = Annotated[str | None, typer.Option("--rule", help="All open findings of this rule.")]

findings = typer.Typer(help="Decide about findings: accept with a reason, open again, assign.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `check`, `findings` and `same`."""
    app.command()(check)
    app.command()(same)
    app.add_typer(findings, name="findings")


def check(
    context: typer.Context,
    rule: Annotated[list[str] | None, typer.Option(help="Only this rule; several times for several.")] = None,
    on: OnDay = None,
    known: KnownOn = None,
    limit: Annotated[int, typer.Option(min=0, help="How many findings a rule the text shows; --json lists all.")] = 5,
    as_json: Json = False,
) -> None:
    """Run the quality rules over the programme; exit 1 when findings of severity error are open."""
    from whitestone.programme.checking import check as run_check
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        checked = run_check(programme, rule or None, programme.clocks(on, known))
        answer = checked.as_dict()
        emit(answer, as_json, lambda: _listed(answer, limit))
    if checked.open_errors:
        raise typer.Exit(1)


@findings.command()
def accept(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why it may stay as it is; kept with the decision.")],
    ids: Ids = None,
    rule: OfRule = None,
    as_json: Json = False,
) -> None:
    """Accept findings as they are, with a reason."""
    from whitestone.programme.checking import accept as accept_findings

    _decided(context, ids, rule, as_json, "accepted", partial(accept_findings, reason=reason))


@findings.command()
def reopen(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why it is looked at again; kept with the decision.")],
    ids: Ids = None,
    as_json: Json = False,
) -> None:
    """Open accepted findings again."""
    from whitestone.programme.checking import reopen as reopen_findings

    _decided(context, ids, None, as_json, "open", partial(reopen_findings, reason=reason))


@findings.command()
def assign(
    context: typer.Context,
    owner: Annotated[str, typer.Option(help="Who looks after it.")],
    ids: Ids = None,
    rule: OfRule = None,
    as_json: Json = False,
) -> None:
    """Name who looks after findings."""
    from whitestone.programme.checking import assign as assign_findings

    _decided(context, ids, rule, as_json, "assigned", partial(assign_findings, owner=owner))


def same(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="The record that is kept: id, its beginning, or own id.")],
    other: Annotated[str, typer.Argument(help="The record that is the same.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take the decision back.")] = False,
    as_json: Json = False,
) -> None:
    """Declare two records of one thing the same, or take that back; both records stay."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import resolve
    from whitestone.programme.sameness import declare_same, undo_same

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        kept, absorbed = resolve(programme, record), resolve(programme, other)
        decide = undo_same if undo else declare_same
        decision = decide(programme, kept, absorbed, reason=reason)
        answer = {"decision": str(decision), "kept": str(kept), "absorbed": str(absorbed), "undone": undo}
        words = "are two records again" if undo else "are one record now; both stay, and it can be undone"
        emit(answer, as_json, lambda: f"{kept} and {absorbed} {words}.")


def _decided(
    context: typer.Context, ids: list[str] | None, rule: str | None, as_json: bool, word: str, act: Any
) -> None:
    from whitestone.programme.checking import check as run_check
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        wanted = [_uuid(each) for each in ids or ()]
        if rule:
            wanted += [each.finding_id for each in run_check(programme, [rule]).findings if each.state == "open"]
        done = act(programme, wanted)
        answer = {"state": word, "findings": [str(each) for each in done]}
        emit(answer, as_json, lambda: f"{len(done)} findings {word}.")


def _uuid(text: str) -> Any:
    import uuid

    from whitestone.errors import InvalidValue

    try:
        return uuid.UUID(text)
    except ValueError:
        raise InvalidValue(field="finding", value=text, why="an id as 'whitestone check' lists it") from None


def _listed(answer: dict[str, Any], limit: int) -> str:
    lines = [
        f"{answer['records']:,} records checked in {answer['seconds']:.1f} s, situation on {answer['situation_on']}: "
        f"{answer['open']:,} findings open, {answer['open_errors']:,} of them errors."
    ]
    for name, count in answer["counts"].items():
        if not count["open"] + count["accepted"] + count["fixed"]:
            continue
        states = ", ".join(f"{count[state]:,} {state}" for state in ("open", "accepted", "fixed"))
        lines.append(f"\n{name} ({count['severity']}): {states}")
        mine = [each for each in answer["findings"] if each["rule"] == name and each["state"] == "open"]
        lines += [f"  {each['finding']}  {each['sentence']}" for each in mine[:limit]]
        if len(mine) > limit:
            lines.append(f"  … and {len(mine) - limit:,} more; --json lists all, --limit shows more.")
    return "\n".join(lines)
