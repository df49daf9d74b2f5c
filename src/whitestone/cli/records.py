"""How does a person look up a record, and state something about it by hand?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")]
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]

BySource = Annotated[
    bool, typer.Option("--source-clock", help="Known on: by the clock of the database that a record came from.")
]

records = typer.Typer(help="Look up records, and state what is known of one.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `records`."""
    app.add_typer(records, name="records")


@records.command("list")
def list_(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Which kind of record.")] = "hazard",
    limit: Annotated[int, typer.Option(min=1, help="How many are listed; all are counted.")] = 50,
    on: OnDay = None,
    known: KnownOn = None,
    source_clock: BySource = False,
    as_json: Json = False,
) -> None:
    """List the records of a kind, and say how many there are."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import list_states

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        clocks = programme.clocks(on, known)
        states, total = list_states(programme, kind, clocks, limit, source_clock=source_clock)
        rows = [
            {"record": str(state.record_id), "workflow": state.workflow.name.lower(), **state.body} for state in states
        ]
        answer: dict[str, Any] = {**clocks.as_dict(), "kind": kind, "total": total, "shown": len(rows), "records": rows}
        emit(answer, as_json, lambda: _table(answer))


@records.command()
def find(
    context: typer.Context,
    text: str,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many are listed at most.")] = 50,
    as_json: Json = False,
) -> None:
    """Find records by own id, name or the beginning of a record id."""
    from itertools import islice

    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import find as find_states

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        states = list(islice(find_states(programme, text), limit))
        rows = [
            {"record": str(s.record_id), "kind": s.kind, "local_id": s.body.get("local_id"), "name": s.body.get("name")}
            for s in states
        ]
        answer = {"text": text, "shown": len(rows), "limit": limit, "records": rows}
        emit(answer, as_json, lambda: "\n".join(_line(row) for row in rows) or f"Nothing is named {text!r} here.")


@records.command()
def show(
    context: typer.Context,
    record: str,
    on: OnDay = None,
    known: KnownOn = None,
    source_clock: BySource = False,
    as_json: Json = False,
) -> None:
    """Say what is known of one record under the two clocks."""
    import json

    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import describe, resolve

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        clocks = programme.clocks(on, known)
        answer = describe(programme, resolve(programme, record), clocks, source_clock=source_clock)
        emit(answer, as_json, lambda: json.dumps(answer, indent=2, ensure_ascii=False, default=str))


@records.command()
def state(
    context: typer.Context,
    record: str,
    values: Annotated[list[str], typer.Argument(help="ATTRIBUTE=VALUE, several; JSON values are taken as such.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the revision.")],
    date: Annotated[str | None, typer.Option(help="When it became true on the ground; default: today.")] = None,
    correction: Annotated[bool, typer.Option(help="What was said was wrong, the ground did not change.")] = False,
    event: Annotated[
        list[str] | None, typer.Option("--event", help="KEY=VALUE about a transition: name, organisation, document, …")
    ] = None,
    as_json: Json = False,
) -> None:
    """State something about a record: a new revision, under the lifecycle's guards."""
    from whitestone.cli.opening import pairs
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import resolve
    from whitestone.programme.revising import revise

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = revise(
            programme,
            resolve(programme, record),
            pairs(values),
            reason=reason,
            date=date,
            correction=correction,
            event=pairs(event or []),
        )
        emit({"record": record, "revision": str(made)}, as_json, lambda: f"Stated, as revision {made}.")


@records.command()
def decide(
    context: typer.Context,
    record: str,
    workflow: Annotated[str, typer.Argument(help="submitted, verified, approved, returned or withdrawn.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")],
    as_json: Json = False,
) -> None:
    """Decide how far a record's statements have come; withdrawing is a decision too, and can be decided back."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.recalling import resolve
    from whitestone.programme.revising import decide as decide_record

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = decide_record(programme, resolve(programme, record), workflow, reason=reason)
        emit({"record": record, "decision": str(made), "workflow": workflow}, as_json, lambda: f"Decided: {workflow}.")


def _table(answer: dict[str, Any]) -> str:
    count = f"{answer['total']:,} records of kind {answer['kind']}, {answer['shown']} shown"
    head = f"{count}; situation on {answer['situation_on']}."
    return "\n".join([head, *(_line(row) for row in answer["records"])])


def _line(row: dict[str, Any]) -> str:
    name = row.get("local_id") or row.get("name") or "(no id of its own)"
    rest = ", ".join(f"{key}={row[key]}" for key in ("kind", "classification", "status", "outcome") if row.get(key))
    return f"{row['record']}  {name}  {rest}"
