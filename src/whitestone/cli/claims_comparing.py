"""How does a person list claims, lay them beside the programme's own figure, and see what to look at?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from whitestone.cli.claims import claims
from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day on the ground; default: today.")]
_REASONS = 6
"""So many reasons why claims are left out are named; --json has all."""
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]


def register(app: typer.Typer) -> None:
    """Add `claims list`, `claims show`, `claims compare` and `claims flags`; `app` has the group already."""
    claims.command("list")(list_)
    claims.command("show")(show)
    claims.command("compare")(compare)
    claims.command("flags")(flags)


def list_(
    context: typer.Context,
    speaker: Annotated[str | None, typer.Option(help="A part of the speaker's name.")] = None,
    unit: Annotated[str | None, typer.Option(help="What is counted, as killed or casualties.")] = None,
    workflow: Annotated[str | None, typer.Option(help="draft, approved, …")] = None,
    document: Annotated[str | None, typer.Option(help="Only those of one document.")] = None,
    on: OnDay = None,
    known: KnownOn = None,
    as_json: Json = False,
) -> None:
    """List claims with who says them, grade and status; drafts say that they are drafts."""
    from whitestone.programme.claims_comparing import list_claims
    from whitestone.programme.claims_documents import state_of
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        clocks = programme.clocks(on, known)
        of = str(state_of(programme, document, "document").record_id) if document else None
        rows = list_claims(programme, clocks, speaker=speaker, unit=unit, workflow=workflow, document=of)
    emit({**clocks.as_dict(), "total": len(rows), "claims": rows}, as_json,
         lambda: "\n".join([f"{len(rows)} claims", *(_line(row) for row in rows)]))  # fmt: skip


def show(context: typer.Context, claim: str, as_json: Json = False) -> None:
    """Show one claim with its document, the custody of its original, grades and relations."""
    import json

    from whitestone.programme.claims_documents import custody_of, state_of
    from whitestone.programme.claims_register import grades
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        state = state_of(programme, claim, "claim")
        document = state.body.get("document_id")
        kept = state_of(programme, str(document), "document") if document else None
        answer: dict[str, Any] = {
            "claim": str(state.record_id), "workflow": state.workflow.name.lower(), "attributes": state.body,
            "extra": state.extra, "grades": grades(programme, str(state.record_id)),
            "document": kept.body if kept else None, "custody": custody_of(programme, kept),
        }  # fmt: skip
    emit(answer, as_json, lambda: json.dumps(answer, indent=2, ensure_ascii=False, default=str))


def compare(
    context: typer.Context,
    metric: Annotated[str, typer.Option(help="casualties, killed, accidents, contamination, clearance, records, …")],
    place: Annotated[str | None, typer.Option(help="A place, as the gazetteer or the claims name it.")] = None,
    begins: Annotated[str | None, typer.Option("--from", help="The first day of the question.")] = None,
    ends: Annotated[str | None, typer.Option("--to", help="The last day of the question.")] = None,
    population: Annotated[str | None, typer.Option(help="civilians, military, deminers, children, all.")] = None,
    purpose: Annotated[str | None, typer.Option(help="What a restricted figure (accuracy) is read for.")] = None,
    on: OnDay = None,
    known: KnownOn = None,
    as_json: Json = False,
) -> None:
    """Lay all claims about one question side by side, the programme's own figure beside them."""
    from whitestone.programme.claims_comparing import compare_claims, question_of
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    question = question_of(metric_name=metric, place=place, begins=begins, ends=ends, population=population)
    with open_programme(asked.target, asked.who, readonly=purpose is None) as programme:
        answer = compare_claims(programme, question, programme.clocks(on, known), purpose=purpose)
    emit(answer, as_json, lambda: _compared(answer))


def flags(context: typer.Context, on: OnDay = None, known: KnownOn = None, as_json: Json = False) -> None:
    """List claims that contradict each other, were restated, changed their unit, or do not add up; exit 1 when any."""
    from whitestone.programme.claims_comparing import flags as flags_found
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        clocks = programme.clocks(on, known)
        found = flags_found(programme, clocks)
    lines = [f"{each['flag']}: {each['sentence']}  ({', '.join(each['claims'])})"
             for each in found]  # fmt: skip
    emit({**clocks.as_dict(), "flags": found}, as_json, lambda: "\n".join(lines) or "Nothing is flagged.")
    if found:
        raise typer.Exit(1)


def _compared(answer: dict[str, Any]) -> str:
    own, asked = answer["own"], answer["question"]
    head = ", ".join(str(value) for value in asked.values() if value)
    lines = [f"{head}; as known on {answer['as_known_on']}", ""]
    interval = f" ({own['low']:,g} to {own['high']:,g})" if own["low"] is not None and own["high"] is not None else ""
    value = "no figure" if own["value"] is None else f"{own['value']:,g}{interval} {own['unit']}"
    lines += [f"This programme: {value}. {own['rule']}", *own["notes"]]
    for each in own["beside"]:
        number = "no figure" if each["value"] is None else f"{each['value']:,g} {each['unit']}"
        lines += [f"Beside it: {number}. {each['rule']}", *each["notes"]]
    lines.append("")
    for row in answer["claims"]:
        held = ", ".join(f"{name} {how}" for name, how in row["overlap"].items())
        lines.append(_line({**row, "workflow": "approved"}))
        lines.append(f"    {row['grade']}, {row['status']}; {held}; repeated {row['repeats']} times")
    lines += ["", *(f"! {each['flag']}: {each['sentence']}" for each in answer["flags"])]
    return "\n".join([*lines, *_left_out(answer["left_out"])])


def _left_out(rows: list[dict[str, Any]]) -> list[str]:
    """Say how many claims do not answer, and why, the commonest reason first."""
    from collections import Counter

    from whitestone.programme.claims_comparing import DRAFT

    head = f"{len(rows)} {'claim is' if len(rows) == 1 else 'claims are'} left out"
    counted = Counter(str(row["why"]) for row in rows).most_common()
    named = [f"    {number} × {why}" for why, number in counted[:_REASONS]]
    if any(why == DRAFT for why, _ in counted):
        named.append("    A draft counts once a person confirms it: whitestone claims confirm CLAIM")
    return [f"{head}{':' if rows else '.'}", *named, *(["    --json says each with its reason."] if rows else [])]


def what_of(claim: Mapping[str, Any]) -> str:
    """Say in a few words what is claimed: the number and what it counts, else the kind of statement and about whom.

    >>> what_of({"value": 260.0, "unit": "killed_or_injured", "qualifier": "at_least"})
    'at least 260 killed or injured'
    >>> what_of({"subject": "producer", "about": "a company"}), what_of({})
    ('producer, about a company', 'no number')
    """
    if claim.get("value") is not None:
        how = "" if claim.get("qualifier") in (None, "exact") else f"{claim['qualifier']} "
        return f"{how}{claim['value']:,g} {claim.get('unit') or ''}".strip().replace("_", " ")
    about = f", about {claim['about']}" if claim.get("about") else ""
    return f"{str(claim.get('subject') or 'no number').replace('_', ' ')}{about}"


def _line(row: dict[str, Any]) -> str:
    days = "–".join(str(row[name] or "?") for name in ("period_from", "period_to"))
    draft = "" if row["workflow"] == "approved" else f" [{row['workflow']}]"
    status = "" if row["status"] == "open" else f" ({row['status']})"
    said = f"{row['speaker'] or 'no speaker'}: {what_of(row)}, {row['place'] or 'no place'}, {days}{draft}{status}"
    return f"{row.get('local_id') or row['claim']}  {said}"
