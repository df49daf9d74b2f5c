"""How does a person have a document read for claims, on the command line, without a programme?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from whitestone.cli.claims import claims
from whitestone.cli.shared import emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
File = Annotated[Path, typer.Argument(help="Plain text, HTML, PDF or DOCX.")]
_SHOWN = 160


def register(app: typer.Typer) -> None:
    """Add `claims read` and `claims text`; `app` has `claims` already."""
    claims.command("read")(read)
    claims.command("text")(text)


def read(
    file: File,
    dated_on: Annotated[
        str | None, typer.Option("--dated-on", help="The date of the document: what 'last year' hangs on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Propose what a document claims: each with its words, where they stand, and who says it. Nothing is kept."""
    from whitestone.programme.reading_documents import claims_in_file

    answer = claims_in_file(file, dated_on)
    emit(answer, as_json, lambda: _lines(answer))


def text(file: File, as_json: Json = False) -> None:
    """Print the text of a document: the text that the offsets of `claims read` count in."""
    from whitestone.programme.reading_documents import text_of_file

    answer = text_of_file(file)
    emit(answer, as_json, lambda: str(answer["text"]))


def _lines(answer: dict[str, Any]) -> str:
    count = len(answer["claims"])
    lines = [f"Language {answer['language']}, {count} proposals; nothing counts before a person confirms."]
    for claim in answer["claims"]:
        lines.append(f"- {_said(claim)}")
        lines.append(f"    \"{' '.join(claim['quote'].split())[:_SHOWN]}\" [{claim['start']}-{claim['end']}]")
    lines += [f"! {flag['total']:g} is said, {' + '.join(f'{part:g}' for part in flag['parts'])} is {flag['sum']:g}."
              for flag in answer["flags"]]  # fmt: skip
    names = list(dict.fromkeys(device["designation"] for device in answer["devices"]))
    lines += [f"Types named: {', '.join(names)}."] if names else []
    lines += [f"Note: {note['message']}" for note in answer["findings"]]
    return "\n".join(lines)


def _said(claim: dict[str, Any]) -> str:
    parts = [claim["subject"]]
    if claim["value"] is not None:
        most = f" to {claim['value_max']:,g}" if claim["value_max"] is not None else ""
        parts.append(f"{claim['qualifier']} {claim['value']:,.10g}{most} {claim['unit']}")
    for word, key in (("of", "population"), ("at", "place"), ("about", "about"), ("from", "period_from"),
                      ("to", "period_to"), ("said by", "speaker")):  # fmt: skip
        if claim[key]:
            parts.append(f"{word} {claim[key]}")
    return ", ".join(parts)
