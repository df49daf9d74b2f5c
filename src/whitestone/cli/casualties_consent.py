"""How are consent, the second person and retention handled on the command line?"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.casualties import casualties
from whitestone.cli.casualties_protected import Json, KeyFile, Reason, Record, read_object
from whitestone.cli.shared import Context, emit
from whitestone.errors import FileTrouble, InvalidValue, WrongCall

For = Annotated[str, typer.Option("--for", help="authorities, ngos, international, researchers or public; each apart.")]
ConsentPurpose = Annotated[str, typer.Option(help="assistance, register, investigation, legal_claim, research, "
                                                  "publication or other.")]

consent = typer.Typer(help="Consent of a person: by purpose and kind of recipient, until it is withdrawn.",
                      no_args_is_help=True)  # fmt: skip
identified = typer.Typer(help="Identified data out: one asks, another approves, only with consent, logged.",
                         no_args_is_help=True)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `casualties consent`, `identified-export` and `retention`; `app` has `casualties` already."""
    consent.command("give")(give)
    consent.command("withdraw")(withdraw)
    consent.command("show")(show)
    identified.command("request")(request_export)
    identified.command("approve")(approve)
    identified.command("refuse")(refuse)
    identified.command("list")(list_requests)
    identified.command("write")(write)
    identified.command("open")(open_file)
    casualties.add_typer(consent, name="consent")
    casualties.add_typer(identified, name="identified-export")
    casualties.command("retention")(retention)


def give(
    context: typer.Context, record: Record, purpose: ConsentPurpose, shared_with: For,
    on: Annotated[str, typer.Option(help="When it was given, YYYY-MM-DD.")],
    form: Annotated[str, typer.Option(help="written, thumbprint, oral or recorded.")] = "written",
    scope: Annotated[list[str] | None, typer.Option(help="Only this sealed attribute; several; default: all.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day on which it counts.")] = None,
    guardian_relation: Annotated[str | None, typer.Option(help="For a child: what the guardian is to it.")] = None,
    guardian_sealed: Annotated[Path | None, typer.Option(help='A JSON object {"guardian_name": "…"}; - reads standard '
                                                              "input.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="The person was asked and refused.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Record what a person agreed to, for one purpose and one kind of recipient."""
    from whitestone.programme.consents import consents_of, give_consent, resolve_person
    from whitestone.programme.opening import open_programme

    guardian = str(read_object(guardian_sealed).get("guardian_name") or "") if guardian_sealed else None
    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        person = resolve_person(programme, record)
        made = give_consent(programme, person, purpose=purpose, shared_with=shared_with, given_on=on, form=form,
                            scope=scope or (), valid_until=until, guardian_relation=guardian_relation,
                            guardian_name=guardian, refused=refused)  # fmt: skip
        answer = {"record": str(person), "consent": str(made), "consents": consents_of(programme, person)}
    emit(answer, as_json, lambda: f"Recorded. {_consents(answer)}")


def withdraw(
    context: typer.Context, record: Record, reason: Reason,
    purpose: Annotated[str | None, typer.Option(help="Only this purpose; default: every one.")] = None,
    shared_with: Annotated[str | None, typer.Option("--for", help="Only this recipient.")] = None,
    on: Annotated[str | None, typer.Option(help="The day on which it was withdrawn; default: today.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Record a withdrawal; it stops the next export, whatever was approved before."""
    from whitestone.programme.consents import consents_of, resolve_person, withdraw_consent
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        person = resolve_person(programme, record)
        gone = withdraw_consent(programme, person, purpose=purpose, shared_with=shared_with, on=on, reason=reason)
        answer = {"record": str(person), "withdrawn": [str(each) for each in gone],
                  "consents": consents_of(programme, person)}  # fmt: skip
    emit(answer, as_json, lambda: f"Withdrawn: {len(gone)}. {_consents(answer)}")


def show(context: typer.Context, record: Record, as_json: Json = False) -> None:
    """Show what a person agreed to, refused or withdrew; works while the compartment is locked."""
    from whitestone.programme.consents import consents_of, resolve_person
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        person = resolve_person(programme, record)
        answer = {"record": str(person), "consents": consents_of(programme, person)}
    emit(answer, as_json, lambda: _consents(answer))


def request_export(
    context: typer.Context, purpose: ConsentPurpose, shared_with: For, reason: Reason,
    field: Annotated[list[str] | None, typer.Option(help="A sealed attribute; several times; default: all.")] = None,
    record: Annotated[list[str] | None, typer.Option(help="Only this person; several times.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask to let identified data out; another person approves it."""
    from whitestone.programme.consents import resolve_person
    from whitestone.programme.identified import ask_export
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        records = [resolve_person(programme, each) for each in record or ()]
        answer = ask_export(programme, purpose=purpose, shared_with=shared_with, fields=field or (), records=records,
                            reason=reason).as_dict()  # fmt: skip
    emit(answer, as_json, lambda: f"Asked, as request {answer['request']}; it holds until {answer['expires_at']}.\n"
                                  "Another person approves: whitestone --who NAME casualties identified-export approve "
                                  f"{answer['request']}")


def approve(context: typer.Context, request: str, reason: Reason, as_json: Json = False) -> None:
    """Approve what somebody else asked for; tells how many persons would leave now."""
    from whitestone.programme.identified import approve_export
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = approve_export(programme, _id(request), reason=reason)
    emit(answer, as_json, lambda: f"Approved by {answer['decided_by']}: {answer['persons_now']} persons now.")


def refuse(context: typer.Context, request: str, reason: Reason, as_json: Json = False) -> None:
    """Refuse a request, or take one's own back."""
    from whitestone.programme.identified import ACT
    from whitestone.programme.opening import open_programme
    from whitestone.programme.second_person import refuse as refuse_request

    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = refuse_request(programme, _id(request), ACT, reason=reason).as_dict()
    emit(answer, as_json, lambda: f"Refused by {answer['decided_by']}.")


def list_requests(context: typer.Context, as_json: Json = False) -> None:
    """List the requests with their state."""
    from whitestone.programme.identified import asked_exports
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=True) as programme:
        answer: dict[str, Any] = {"requests": asked_exports(programme)}
    lines = [f"{each['request']}  {each['state']}  {each['asked']['purpose']} for {each['asked']['shared_with']}, by "
             f"{each['asked_by']}" for each in answer["requests"]]  # fmt: skip
    emit(answer, as_json, lambda: "\n".join(lines) or "Nothing was asked for.")


def write(
    context: typer.Context, request: str,
    out: Annotated[Path, typer.Option(help="The file that is written; it must not be there yet.")],
    passphrase_file: Annotated[Path | None, typer.Option(help="Encrypt with the first line of this file.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Write readable JSON.")] = False,
    key: KeyFile = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Write an approved request to a file: persons whose consent stands now, and no others. It serves once."""
    from whitestone.programme.identified import write_export
    from whitestone.programme.opening import open_programme

    passphrase = _passphrase(passphrase_file) if passphrase_file else None
    asked: Context = context.obj
    with open_programme(asked.target, asked.who) as programme:
        answer = write_export(programme, _id(request), out, passphrase=passphrase, plain=plain, key=key)
    left = "; ".join(f"{count} {why}" for why, count in answer["left_out"].items())
    said = f"Wrote {answer['persons']} persons to {answer['file']}. Left out: {left or 'nobody'}."
    emit(answer, as_json, lambda: said)


def open_file(
    file: Path, passphrase_file: Annotated[Path, typer.Option(help="The passphrase, in this file's first line.")],
    as_json: Json = False,
) -> None:  # fmt: skip
    """Open an encrypted file, as its recipient does; needs no programme."""
    import json

    from whitestone.programme.identified import open_export

    answer = open_export(file, _passphrase(passphrase_file))
    emit(answer, as_json, lambda: json.dumps(answer, ensure_ascii=False, indent=1))


def retention(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what is due, erase nothing; the default.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask to erase what is due; another person approves.")] = False,
    approve_request: Annotated[str | None, typer.Option("--approve", help="Approve it, as a second person.")] = None,
    erase_request: Annotated[str | None, typer.Option("--erase", help="Erase what this approved request names; 'rule' "
                                                                      "where retention_alone is true.")] = None,
    reason: Annotated[str, typer.Option(help="Why; needed for all but --dry-run. Write no name in it.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """List what identifies a person and is due for erasure by the rule, and erase it with a second person."""
    from whitestone.programme.opening import open_programme
    from whitestone.programme.retention import approve_retention, ask_retention, due, erase_due

    if sum([dry_run, ask, approve_request is not None, erase_request is not None]) > 1:
        raise WrongCall(why="One thing at a time: --dry-run, --ask, --approve or --erase.")
    asked: Context = context.obj
    answer: dict[str, Any]
    with open_programme(asked.target, asked.who) as programme:
        if ask:
            answer = ask_retention(programme, reason=reason).as_dict()
        elif approve_request is not None:
            answer = approve_retention(programme, _id(approve_request), reason=reason).as_dict()
        elif erase_request is not None:
            answer = erase_due(programme, None if erase_request == "rule" else _id(erase_request), reason=reason)
        else:
            answer = due(programme)
    emit(answer, as_json, lambda: _retained(answer))


def _retained(answer: dict[str, Any]) -> str:
    if "erased" in answer:
        return f"Erased {answer['erased']} that were due ({answer['keys']} keys); {answer['left']} are due still."
    if "request" in answer:
        due = len(answer["asked"]["ids"])
        return f"Request {answer['request']}: {answer['state']}, {due} due, until {answer['expires_at']}."
    if answer["retention_years"] is None:
        return "There is no rule: set one with: whitestone settings --set retention_years=10."
    counts = ", ".join(f"{count} {what}" for what, count in answer["counts"].items())
    lines = [f"After {answer['retention_years']:g} years: {answer['due']} are due ({counts or 'none'})."]
    return "\n".join(lines + [f"{row['sealed_at'][:10]}  {row['what']}  {row['id']}" for row in answer["rows"][:50]])


def _consents(answer: dict[str, Any]) -> str:
    lines = [f"{each['state']}: {each['consent_purpose']}, for {each['shared_with']}, {each.get('given_on', 'undated')}"
             for each in answer["consents"]]  # fmt: skip
    return "\n".join(lines) or "No consent is recorded: nothing that identifies this person may leave."


def _passphrase(path: Path) -> str:
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise FileTrouble(path=path, why="it is not there") from None
    except UnicodeDecodeError:
        raise FileTrouble(path=path, why="it is no text in UTF-8") from None
    return lines[0] if lines else ""


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise InvalidValue(field="request", value=text, why="the id that the request was given") from None
