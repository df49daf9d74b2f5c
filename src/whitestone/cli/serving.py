"""How does a person look at the programme in a browser, on this machine only?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from whitestone.cli.shared import Context, WorkersOption, counted_by, emit
from whitestone.errors import WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]


def register(app: typer.Typer) -> None:
    """Add `serve`."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8350,
    host: Annotated[str, typer.Option(help="Loopback only, until there are accounts.")] = "127.0.0.1",
    open_browser: Annotated[bool, typer.Option("--open", help="Open the browser.")] = False,
    workers: WorkersOption = None,
    as_json: Json = False,
) -> None:
    """Show map, records, ledger, findings and runs in the browser, for reading; ends with Ctrl-C."""
    from whitestone.programme.opening import open_programme
    from whitestone.web.serving import assert_loopback, desk_of, make_server

    assert_loopback(host)
    asked: Context = context.obj
    opened = open_programme(asked.target, asked.who, readonly=True)
    with opened as programme, counted_by(programme, workers):
        desk = desk_of(programme)
        try:
            server = make_server(desk, port, host)
        except OSError as error:
            desk.close()
            raise WrongCall(
                why=f"Port {port} of {host} cannot be used: {error.strerror or error}.",
                fix="Give another with --port; 0 takes a free one.",
            ) from None
        address = f"http://{server.effective_host}:{server.effective_port}/"
        name = programme.settings.name
        text = f"“{name}” is at {address}\nFor reading, on this machine only. Ctrl-C ends it."
        emit({"address": address, "programme": name}, as_json, lambda: text)
        sys.stdout.flush()
        if open_browser:
            import webbrowser

            webbrowser.open(address)
        try:
            server.run()
        except KeyboardInterrupt:
            pass
        finally:
            desk.close()
            server.close()
