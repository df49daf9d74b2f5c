"""How is what identifies a person read, shared with consent and a second person, and let go, on the command line?

The only way there is until accounts exist: it takes the key, a purpose and a name. Nothing of it is on a page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.casualties import casualties
from whitestone.cli.shared import Context, emit
from whitestone.errors import FileTrouble, InvalidValue, WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
KeyFile = Annotated[Path | None, typer.Option("--key", help="The programme key; default: from the folder of keys.")]
Purpose = Annotated[str, typer.Option(help="What it is opened for; it is logged with your name.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept. Write no name in it.")]
Record = Annotated[str, typer.Argument(help="The casualty: its record id, or its own id as written.")]
SealedFile = Annotated[Path, typer.Option("--sealed", help="A JSON object of the values to seal; - reads it from "
                                                           "standard input: no name stands in the shell's history.")]

person = typer.Typer(help="What identifies one person: read it for a purpose, add to it, find its traces.",
                     no_args_is_help=True)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `casualties person`, `subject-access` and `protected-source`; `app` has `casualties` already."""
    person.command("show")(show)
    person.command("seal")(seal)
    person.command("traces")(traces)
    casualties.add_typer(person, name="person")
    casualties.command("subject-access")(subject_access)
    casualties.command("protected-source")(protected_source)


def show(context: typer.Context, record: Record, purpose: Purpose, key: KeyFile = None, as_json: Json = False) -> None:
    """Open what is sealed of one person, beside the plain part and the consents; the reading is logged."""
    from whitestone.programme.consents import resolve_person
    from whitestone.programme.opening import open_programme
    from whitestone.programme.protection import show_person

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = show_person(programme, resolve_person(programme, record), purpose=purpose, key=key)
    emit(answer, as_json, lambda: _person(answer))


def seal(context: typer.Context, record: Record, sealed: SealedFile, reason: Reason, as_json: Json = False) -> None:
    """Seal further values of a person: photograph, witnesses, contact, exact home, document number…"""
    from whitestone.programme.consents import resolve_person
    from whitestone.programme.opening import open_programme
    from whitestone.programme.protection import seal_values

    values = read_object(sealed)
    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        found = resolve_person(programme, record)
        made = seal_values(programme, found, values, reason=reason)
    answer = {"record": str(found), "revision": str(made), "sealed": sorted(values)}
    emit(answer, as_json, lambda: f"Sealed {', '.join(answer['sealed'])} of {found}.")


def traces(
    context: typer.Context, record: Record, purpose: Purpose, key: KeyFile = None, as_json: Json = False
) -> None:  # fmt: skip
    """Find where else a person's name stands (quotes, reasons, logs, attachments, other records), before erasing."""
    from whitestone.programme.consents import resolve_person
    from whitestone.programme.opening import open_programme
    from whitestone.programme.protection import traces as find_traces

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = find_traces(programme, resolve_person(programme, record), purpose=purpose, key=key)
    lines = [", ".join(f"{name}: {value}" for name, value in each.items()) for each in answer["found"]]
    nothing = "The name stands nowhere else in the programme." if answer["looked_for"] else \
        "Nothing was looked for: no word of the name that is kept has three letters, or no name is kept."
    emit(answer, as_json, lambda: "\n".join([*(lines or [nothing]),
                                             *(f"Not searched: {each}" for each in answer["not_searched"])]))
    if answer["found"]:
        raise typer.Exit(1)


def subject_access(
    context: typer.Context, record: Record,
    purpose: Annotated[str, typer.Option(help="What it is opened for; it is logged.")] = "the person asks what is held",
    key: KeyFile = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Tell everything that is held about one person, with the readings of it."""
    from whitestone.programme.consents import resolve_person
    from whitestone.programme.opening import open_programme
    from whitestone.programme.protection import subject_access as everything

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = everything(programme, resolve_person(programme, record), purpose=purpose, key=key)
    emit(answer, as_json, lambda: json.dumps(answer, ensure_ascii=False, indent=1, default=str))


def protected_source(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="witness, informant, former_combatant, relative, professional or other.")],
    reason: Reason,
    about: Annotated[list[str] | None, typer.Option(help="A record that rests on what the person told.")] = None,
    sealed: Annotated[Path | None, typer.Option("--sealed", help="A JSON object: person_name, contact, home, told; - "
                                                                 "reads standard input.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Enter a protected source: who she is gets sealed, what rests on her does not."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.protection import add_source
    from whitestone.programme.recalling import resolve

    values = read_object(sealed) if sealed else {}
    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        made = add_source(programme, role, [resolve(programme, each) for each in about or ()], values, reason=reason)
    answer = {"record": str(made), "role": role, "sealed": sorted(values)}
    emit(answer, as_json, lambda: f"Entered the protected source {made}.")


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object from a file or from standard input (-); refuses all else with FileTrouble or InvalidValue."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
        read = json.loads(text)
    except FileNotFoundError:
        raise FileTrouble(path=path, why="it is not there") from None
    except ValueError:
        raise FileTrouble(path=path, why="it is no JSON in UTF-8") from None
    if not isinstance(read, dict):
        raise InvalidValue(field="sealed", value="…", why='a JSON object, such as {"person_name": "…"}')
    if not read:
        raise WrongCall(why="The object is empty, so there is nothing to seal.")
    return read


def _person(answer: dict[str, Any]) -> str:
    lines = [f"{name}: {value}" for name, value in answer["values"].items()] or ["Nothing is sealed of this person."]
    lines += [f"{each['state']}: {each['consent_purpose']}, {each['shared_with']}" for each in answer["consents"]] \
        or ["No consent is recorded."]  # fmt: skip
    return "\n".join([*lines, f"(logged: {answer['by']}, for {answer['purpose']})"])
