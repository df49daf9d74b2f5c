"""How does a country see and add its own fields and codes?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the revision.")]
Labels = Annotated[list[str], typer.Option("--label", help="LANGUAGE=WORDS, several times; English (en) is needed.")]

fields = typer.Typer(help="National fields: what this programme records beside the core.", no_args_is_help=True)
codes = typer.Typer(help="National codes: children of core codes, counted as their parents.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `fields` and `codes`."""
    app.add_typer(fields, name="fields")
    app.add_typer(codes, name="codes")


@fields.command("list")
def list_fields(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only of this kind of record.")] = None,
    as_json: Json = False,
) -> None:
    """List the national fields."""
    from whitestone.programme import extending
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        rows = extending.list_fields(programme, kind)
        emit({"fields": rows}, as_json, lambda: "\n".join(map(_field, rows)) or "No national fields yet.")


@fields.command("add")
def add_field(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Which kind of record gets the field.")],
    name: Annotated[str, typer.Argument(help="Its name: lower case letters, digits and _.")],
    label: Labels,
    reason: Reason,
    type_: Annotated[str, typer.Option("--type", help="text, texts, count, number, flag, date, code, codes, area.")]
    = "text",
    codes: Annotated[str | None, typer.Option(help="The code list of a coded field.")] = None,
    own: Annotated[list[str] | None, typer.Option("--code", help="CODE=WORDS: a code of this field alone.")] = None,
    unit: Annotated[str | None, typer.Option(help="The unit, as it is printed.")] = None,
    personal: Annotated[bool, typer.Option(help="It may identify a person: what comes into it is sealed.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Add a national field, or widen one; a mapping then names it under [record.fields]."""
    from whitestone.domain.extensions import ExtraField
    from whitestone.programme.extending import extend_fields
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    of_its_own = {code: {"en": words} for code, words in _texts(own or []).items()} or None
    new = ExtraField(name=name, type=type_, codes=codes, own_codes=of_its_own, labels=_texts(label), unit=unit,
                     personal=personal)  # fmt: skip
    with open_programme(asked.target, asked.who) as programme:
        extend_fields(programme, kind, new, reason=reason)
        emit({"kind": kind, "field": name}, as_json, lambda: f"A {kind} can now state {name}.")


@codes.command("list")
def list_codes(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A code list; then its core codes are listed too.")] = None,
    as_json: Json = False,
) -> None:
    """List the national codes, or every code of one list."""
    from whitestone.programme import extending
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        rows = extending.list_codes(programme, name)
        emit({"codes": rows}, as_json, lambda: "\n".join(map(_code, rows)) or "No national codes yet.")


@codes.command("add")
def add_code(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The code list, as `codes list` and the data dictionary name it.")],
    code: Annotated[str, typer.Argument(help="The new code: lower case letters, digits and _.")],
    parent: Annotated[str, typer.Option(help="The core code that it is a child of, and counts as.")],
    label: Labels,
    reason: Reason,
    also: Annotated[list[str] | None, typer.Option(help="How files write it otherwise; several times.")] = None,
    as_json: Json = False,
) -> None:
    """Add a national code; files that use it come in without a finding from then on."""
    from whitestone.domain.extensions import NationalCode
    from whitestone.programme.extending import extend_codes
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    new = NationalCode(parent=parent, labels=_texts(label), also=also or [])
    with open_programme(asked.target, asked.who) as programme:
        extend_codes(programme, name, code, new, reason=reason)
        said = f"{code} is a code of {name} now, and counts as {parent}."
        emit({"list": name, "code": code, "parent": parent}, as_json, lambda: said)


def _texts(pairs: list[str]) -> dict[str, str]:
    """Read KEY=WORDS pairs; the words are never read as JSON."""
    from whitestone.errors import WrongCall

    read = {}
    for pair in pairs:
        key, equals, words = pair.partition("=")
        if not equals:
            raise WrongCall(why=f"{pair!r} is not KEY=WORDS.")
        read[key.strip()] = words.strip()
    return read


def _field(row: dict[str, Any]) -> str:
    sealed = ", personal: sealed" if row["personal"] else ""
    return f"{row['kind']}.{row['name']}  {row['labels'].get('en', '')}  ({row['type']}{sealed})"


def _code(row: dict[str, Any]) -> str:
    child = f"child of {row['parent']}" if row["parent"] else "core"
    return f"{row['list']}.{row['code']}  {row['label']}  ({child}{', national' if row['national'] else ''})"
