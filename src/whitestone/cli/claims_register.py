"""How does a person keep documents, enter and confirm claims, grade, withdraw and relate them, on the command line?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.claims import claims
from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the revision.")]
Names = Annotated[
    list[str] | None, typer.Option("--name", help="A person's name to be blotted out and sealed; may be given again.")
]
Values = Annotated[list[str] | None, typer.Argument(help="ATTRIBUTE=VALUE, several, as in value=260.")]
Source = Annotated[str | None, typer.Option(help="Who publishes or sends the document.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="ATTRIBUTE=VALUE of the document, several times.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the register to `claims`; `app` has the group already."""
    claims.command("add-document")(add_document)
    claims.command("add")(add)
    claims.command("propose")(propose)
    claims.command("confirm")(confirm)
    claims.command("correct")(correct)
    claims.command("grade")(grade)
    claims.command("withdraw")(withdraw)
    claims.command("relate")(relate)
    claims.command("import")(import_)
    claims.command("gather")(gather)


def stated(kind: str, texts: list[str]) -> dict[str, Any]:
    """Read ATTRIBUTE=VALUE pairs of a kind: numbers as numbers, lists by commas or as JSON, all else as written.

    Refuses what is no pair with WrongCall, and what is no number where one is wanted with InvalidValue.

    >>> stated("claim", ["value=260", "period_from=2020", "repeats=a,b"])
    {'value': 260.0, 'period_from': '2020', 'repeats': ['a', 'b']}
    >>> stated("claim", [])
    {}
    """
    import json

    from whitestone.domain.kinds import KINDS
    from whitestone.errors import InvalidValue, WrongCall

    read: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise WrongCall(why=f"{text!r} is not ATTRIBUTE=VALUE.")
        attribute = KINDS[kind].attributes.get(name)
        type_ = attribute.type if attribute else "text"
        try:
            if value == "":
                read[name] = None
            elif type_ in ("number", "count"):
                read[name] = float(value.replace(",", "")) if type_ == "number" else int(value)
            elif type_ in ("flag", "value") or value[:1] in "[{":
                read[name] = json.loads(value)
            elif type_ in ("links", "texts"):
                read[name] = [part.strip() for part in value.split(",") if part.strip()]
            else:
                read[name] = value
        except ValueError:
            raise InvalidValue(field=name, value=value, why="a number or JSON is expected") from None
    return read


def add_document(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="The documents; each original is kept sealed, by its SHA-256.")],
    source: Source = None,
    setting: Set = None,
    name: Names = None,
    keep_text: Annotated[bool, typer.Option(help="Keep the text as working copy, for spans and pages.")] = True,
    as_json: Json = False,
) -> None:
    """Keep documents: the original sealed, a working copy of the text, dates and symbols as far as they are read."""
    from whitestone.programme.claims_documents import add_document as add_one
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = [add_one(programme, file, source=source, names=name or [], values=stated("document", setting or []),
                        keep_text=keep_text) for file in files]  # fmt: skip
    lines = []
    for each in made:
        told = f"{each['became']}, {each['characters']:,} characters, {each['title'] or 'no title'}"
        lines += [f"{each['document']}  {told}", *_notes(each)]
    emit({"documents": made}, as_json, lambda: "\n".join(lines))


def add(
    context: typer.Context,
    reason: Reason,
    values: Values = None,
    document: Annotated[str | None, typer.Option(help="The document that it stands in.")] = None,
    name: Names = None,
    as_json: Json = False,
) -> None:
    """Enter a claim by hand: quote, asserted_by, value, unit, qualifier, period_from, period_to, place_name, …"""
    from whitestone.programme.claims_register import add_claim
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = add_claim(programme, document, stated("claim", values or []), names=name or [], reason=reason)
    emit(made, as_json, lambda: f"Entered, as claim {made['claim']}; grade {made['source_grade']}{made['info_grade']}.")


def propose(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Text, HTML, PDF or DOCX.")],
    source: Source = None,
    setting: Set = None,
    name: Names = None,
    as_json: Json = False,
) -> None:
    """Keep a document and save what reading proposes as drafts; they count nowhere before a person confirms them."""
    from whitestone.programme.claims_proposing import propose as propose_from
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = [propose_from(programme, file, source=source, names=name or [],
                             values=stated("document", setting or [])) for file in files]  # fmt: skip
    lines = []
    for each in made:
        lines.append(f"{each['document']}  {each['proposed']} proposed, {each['already']} proposed before")
        lines += [f"  {claim['claim']}  {_short(claim)}" for claim in each["claims"]]
        lines += _notes(each)
    if any(each["proposed"] for each in made):
        lines.append("Next, for each: whitestone claims confirm CLAIM, or correct CLAIM; or on the page of claims.")
    emit({"documents": made}, as_json, lambda: "\n".join(lines))


def confirm(
    context: typer.Context, claim: list[str], reason: Reason = "confirmed as it stands", as_json: Json = False
) -> None:
    """Confirm drafts as they stand: from now on they count."""
    from whitestone.programme.claims_register import confirm as confirm_one
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = [confirm_one(programme, each, reason=reason) for each in claim]
    emit({"claims": made}, as_json, lambda: "\n".join(f"{each['claim']}  {_short(each)}" for each in made))


def correct(
    context: typer.Context, claim: str, values: Values, reason: Reason, name: Names = None, as_json: Json = False
) -> None:
    """Correct a draft or a claim: what is corrected counts, what was said before stays in its history."""
    from whitestone.programme.claims_register import correct as correct_one
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = correct_one(programme, claim, stated("claim", values or []), names=name or [], reason=reason)
    emit(made, as_json, lambda: f"{made['claim']}  {_short(made)}")


def grade(
    context: typer.Context,
    claim: str,
    given: Annotated[str, typer.Argument(help="Source and statement, as B2; F6 is: cannot be judged.")],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Grade one claim, A-F for its source and 1-6 for what it says; the grades before stay and are listed."""
    from whitestone.programme.claims_register import grade as grade_one
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = grade_one(programme, claim, given[:1], given[1:], reason=reason)
    lines = [f"{each['source_grade']}{each['info_grade']}  {each['graded_at'][:10]}  {each['grader']}: {each['reason']}"
             for each in made["grades"]]  # fmt: skip
    emit(made, as_json, lambda: "\n".join(lines))


def withdraw(
    context: typer.Context,
    reason: Reason,
    claim: Annotated[str | None, typer.Argument(help="The claim that its author took back.")] = None,
    document: Annotated[str | None, typer.Option(help="A document that its source took back, with its claims.")] = None,
    source: Annotated[str | None, typer.Option(help="A source that took back all it said.")] = None,
    on: Annotated[str | None, typer.Option(help="When it was taken back; default: today.")] = None,
    as_json: Json = False,
) -> None:
    """Mark what its author took back: it stays, marked, and is compared no more."""
    from whitestone.errors import WrongCall
    from whitestone.programme.claims_register import withdraw as withdraw_one
    from whitestone.programme.claims_register import withdraw_all_of, withdraw_source
    from whitestone.programme.opening import open_programme

    if sum(each is not None for each in (claim, document, source)) != 1:
        raise WrongCall(why="Name a claim, or a document with --document, or a source with --source: one of them.")
    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        if claim is not None:
            made = withdraw_one(programme, claim, on=on, reason=reason)
        elif document is not None:
            made = withdraw_source(programme, document, on=on, reason=reason)
        else:
            made = withdraw_all_of(programme, str(source), on=on, reason=reason)
    emit(made, as_json, lambda: f"Marked as withdrawn on {made['withdrawn_on']}.")


def relate(
    context: typer.Context,
    claim: str,
    relation: Annotated[str, typer.Argument(help="repeats, supersedes, supports or contradicts.")],
    other: str,
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Say how a claim stands to another; a chain of repeats leads to its origin, and confirms nothing."""
    from whitestone.programme.claims_register import relate as relate_two
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = relate_two(programme, claim, relation, other, reason=reason)
    emit(made, as_json, lambda: f"{made['claim']} {relation} {', '.join(made[relation])}")


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Tables of claims.")],
    mapping: Annotated[str, typer.Option(help="The mapping: a file, or a shipped one by its name.")] = "claims",
    as_json: Json = False,
) -> None:
    """Import tables of claims whole, and make documents and sources of what they name."""
    from whitestone.programme.claims_gathering import gather as gather_all
    from whitestone.programme.importing import import_file
    from whitestone.programme.mappings import find_mapping
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        runs = [import_file(programme, file, find_mapping(mapping)).as_dict() for file in files]
        made = gather_all(programme)
    lines = [f"{each['input']} rows: {each['accepted']} accepted, {each['accepted_with_findings']} with findings, "
             f"{each['held']} held" for each in runs]  # fmt: skip
    lines.append(_gathered(made))
    emit({"runs": runs, "gathered": made}, as_json, lambda: "\n".join(lines))


def gather(context: typer.Context, as_json: Json = False) -> None:
    """Make documents and sources of what imported claims say of who printed them, where and when."""
    from whitestone.programme.claims_gathering import gather as gather_all
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = gather_all(programme)
    emit(made, as_json, lambda: _gathered(made))


def _gathered(made: dict[str, Any]) -> str:
    return f"{made['sources']} sources and {made['documents']} documents made, {made['claims']} claims linked."


def _notes(kept: dict[str, Any]) -> list[str]:
    """List what a document could not give: a scan without text, embedded files, words that its page hides."""
    return [f"  Note: {note}" for note in kept["notes"]]


def _short(claim: dict[str, Any]) -> str:
    from whitestone.cli.claims_comparing import what_of

    return f"{claim.get('asserted_by') or 'no speaker'}: {what_of(claim)}: “{str(claim.get('quote') or '')[:80]}”"
