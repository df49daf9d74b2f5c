"""How does a person enter duties, see the calendar, and lay evidence beside a duty, on the command line?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the revision.")]

obligations = typer.Typer(
    help="Duties from treaties and agreements, their calendar, and the evidence for and against.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add `obligations`."""
    app.add_typer(obligations, name="obligations")


@obligations.command("list")
def list_(
    context: typer.Context,
    begins: Annotated[str | None, typer.Option("--from", help="First day; default: this year.")] = None,
    ends: Annotated[str | None, typer.Option("--to", help="Last day; default: two years ahead.")] = None,
    party: Annotated[str | None, typer.Option(help="Only the duties of this party.")] = None,
    on: Annotated[str | None, typer.Option("--situation-on", help="Looked at from this day; default: today.")] = None,
    known: Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")] = None,
    as_json: Json = False,
) -> None:
    """Show the calendar of duties, each with the evidence for and against side by side."""
    from whitestone.programme.claims_obligations import calendar_of
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer = calendar_of(programme, programme.clocks(on, known), begins=begins, ends=ends, party=party)
    emit(answer, as_json, lambda: _text(answer))


@obligations.command("seed")
def seed(
    context: typer.Context,
    party: Annotated[str, typer.Option(help="Who has the duties.")],
    instrument: Annotated[str, typer.Option(help="apmbc, ccm, ccw_ap2 or ccw_p5.")],
    in_force: Annotated[str, typer.Option("--in-force", help="When it entered into force for the party.")],
    as_json: Json = False,
) -> None:
    """Enter the duties that a treaty lays on a party, with their deadlines by the treaty's own rules."""
    from whitestone.programme.claims_obligations import seed as seed_all
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = seed_all(programme, party, instrument, in_force)
    lines = [f"{each['obligation']}  {each['article']}: {each.get('due_on') or 'every ' + str(each.get('recurs_on'))}"
             for each in made["obligations"]]  # fmt: skip
    emit(made, as_json, lambda: "\n".join([f"{made['added']} duties entered.", *lines]))


@obligations.command("add")
def add(
    context: typer.Context,
    values: Annotated[list[str], typer.Argument(help="ATTRIBUTE=VALUE: instrument, article, duty, party, due_on, …")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Enter a duty by hand, as that of an agreement, with its text reference and its due date."""
    from whitestone.cli.claims_register import stated
    from whitestone.programme.claims_obligations import add_obligation
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = add_obligation(programme, stated("obligation", values), reason=reason)
    emit(made, as_json, lambda: f"Entered, as obligation {made['obligation']}.")


@obligations.command("evidence")
def evidence(
    context: typer.Context,
    obligation: str,
    reason: Reason,
    speaks_for: Annotated[str | None, typer.Option("--for", help="A claim or record that speaks for it.")] = None,
    against: Annotated[str | None, typer.Option("--against", help="A claim or record that speaks against it.")] = None,
    as_json: Json = False,
) -> None:
    """Lay a claim or a record beside a duty, for or against its being met; both sides stand side by side."""
    from whitestone.errors import WrongCall
    from whitestone.programme.claims_obligations import add_evidence
    from whitestone.programme.opening import open_programme

    if (speaks_for is None) == (against is None):
        raise WrongCall(why="Name a record with --for or with --against: one of them.")
    side, record = ("for", str(speaks_for)) if speaks_for is not None else ("against", str(against))
    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = add_evidence(programme, obligation, record, side, reason=reason)
    emit(made, as_json, lambda: f"Laid beside it, {made['side']}: {made['kind']}.")


@obligations.command("extend")
def extend(
    context: typer.Context,
    obligation: str,
    until: Annotated[str, typer.Option(help="The new day.")],
    reason: Reason,
    granted_on: Annotated[str | None, typer.Option(help="When it was granted.")] = None,
    reference: Annotated[str | None, typer.Option(help="The decision, as a document symbol.")] = None,
    as_json: Json = False,
) -> None:
    """State that a deadline was extended; the day before it stays in the list."""
    from whitestone.programme.claims_obligations import extend as extend_one
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = extend_one(programme, obligation, until, granted_on=granted_on, reference=reference, reason=reason)
    emit(made, as_json, lambda: f"Due on {made['due_on']}.")


def _text(answer: dict[str, Any]) -> str:
    lines = [f"{answer['from']} to {answer['to']}, looked at from {answer['situation_on']}; rules {answer['rules']}"]
    for row in answer["calendar"]:
        lines.append(f"{row['due_on']}  {row['days_from_situation']:+,} days  {row['party']}: {row['instrument']} "
                     f"{row['article'] or ''}: {row['duty']}")  # fmt: skip
    for each in answer["obligations"]:
        if each["evidence_for"] or each["evidence_against"]:
            lines.append(f"{each['obligation']}  {each['article'] or each['duty']}: {len(each['evidence_for'])} speak "
                         f"for, {len(each['evidence_against'])} against")  # fmt: skip
    return "\n".join(lines)
