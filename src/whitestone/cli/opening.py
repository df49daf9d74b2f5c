"""How is a programme made, and how are its settings read and changed?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


def register(app: typer.Typer) -> None:
    """Add `init` and `settings`."""
    app.command("init")(init)
    app.command("settings")(settings)


def init(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What the programme is called.")] = "Programme",
    setting: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, several times.")] = None,
    as_json: Json = False,
) -> None:
    """Make a programme in the folder or the empty database that -C names."""
    from whitestone.journal.keys import key_path
    from whitestone.programme.opening import init_programme

    asked: Context = context.obj
    with init_programme(asked.target, name=name, who=asked.who, settings=pairs(setting or [])) as programme:
        key = str(key_path(programme.journal.programme_id))
        answer = {"programme_id": str(programme.journal.programme_id), "target": asked.target, "key": key}
        emit(answer, as_json, lambda: (
            f"Made the programme “{name}” ({asked.target}).\n"
            f"Its key is {key}: it opens sealed data and backups. Keep a copy in another place; it is in no backup.\n"
            "Next: whitestone import FILE --suggest --out MAPPING.toml"
        ))  # fmt: skip


def settings(
    context: typer.Context,
    setting: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, several times.")] = None,
    reason: Annotated[str, typer.Option(help="Why it changes.")] = "changed on the command line",
    as_json: Json = False,
) -> None:
    """Show the settings of the programme, or change some: each change is a revision."""
    import msgspec

    from whitestone.domain.settings import SETTINGS
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    with open_programme(asked.target, asked.who, readonly=not setting) as programme:
        if setting:
            programme.set(pairs(setting), reason=reason)
        values: dict[str, Any] = msgspec.to_builtins(programme.settings)
        width = max(len(key) for key in SETTINGS)
        lines = [f"{key:<{width}}  {values.get(key)!s:<24.60} {about.help}" for key, about in SETTINGS.items()]
        emit({"settings": values}, as_json, lambda: "\n".join(lines))


def pairs(texts: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE pairs; a value that is JSON is taken as such, anything else as text."""
    import json

    from whitestone.errors import WrongCall

    read: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise WrongCall(why=f"--set {text!r} is not KEY=VALUE.")
        try:
            read[key] = json.loads(value)
        except json.JSONDecodeError:
            read[key] = value
    return read
