"""Which commands are there? The programme's verbs on the command line (the contract of `whitestone --help`)."""

from __future__ import annotations

import errno
import functools
import importlib
import os
import pkgutil
import sys
from typing import Annotated

import typer

import whitestone
from whitestone.cli.shared import Context, fail
from whitestone.errors import FileTrouble, Problem, StoreFull, Unexpected, WrongCall

__all__ = ["app", "collect", "main"]

app = typer.Typer(
    name="whitestone",
    help="From everything that everyone reported, to one picture of the ground that can be trusted and acted on.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


def _version(show: bool) -> None:
    if show:
        typer.echo(whitestone.__version__)
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    programme: Annotated[
        str, typer.Option("-C", "--programme", help="The programme: a folder (default: here) or a database URL.")
    ] = ".",
    who: Annotated[str | None, typer.Option(help="Who acts; default: the login name.")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    context.obj = Context(target=programme, who=who or os.environ.get("WHITESTONE_WHO"))


@functools.cache
def collect() -> None:
    """Let every module of this room add its commands, once however often it is called."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        if module.name == "__main__":
            continue
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "register"):
            loaded.register(app)


def main() -> None:
    """Run the command line: exit 0 done, 1 found what it looked for, 2 called wrongly or could not do it."""
    collect()
    try:
        app()  # ends the process itself: 0, 1 by typer.Exit(1), 2 when called wrongly
    except Problem as problem:
        sys.exit(fail(problem, "--json" in sys.argv))
    except Exception as error:
        # The edge of the process: a traceback may hold a name, so it is printed only when asked for.
        if isinstance(error, BrokenPipeError):
            _end_quietly()
        if os.environ.get("WHITESTONE_DEBUG"):
            raise
        told = _of_the_system(error) or Unexpected(kind=type(error).__name__)
        sys.exit(fail(told, "--json" in sys.argv))


def _of_the_system(error: Exception) -> Problem | None:
    """Tell what the system refused: a file that is not there, a folder in its place, no right to it, a full disk."""
    if isinstance(error, UnicodeEncodeError) and any("\udc80" <= sign <= "\udcff" for sign in " ".join(sys.argv)):
        return WrongCall(why="A word of this call holds bytes that are no text here.",
                         fix="Write it again; rename a file whose name is shown with odd signs.")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    where = str(error.filename) if error.filename is not None else "the disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFull(where=where)
    if error.filename is None and error.errno == errno.EIO:
        # Reading fails without a name, as of a device that opens and holds nothing that can be read.
        return FileTrouble(path="a file that this call names", why=_REFUSALS[errno.EIO])
    known = error.filename is not None and error.errno in _REFUSALS
    return FileTrouble(path=where, why=_REFUSALS[error.errno]) if known else None


_REFUSALS = {
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EISDIR: "it is a folder and a file is needed",
    errno.EEXIST: "it is there already",
    errno.EACCES: "you have no right to it",
    errno.EPERM: "the system does not allow it",
    errno.EROFS: "it lies on a disk that cannot be written to",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "its links lead in a circle",
    errno.EIO: "the disk failed while it was read or written",
}


def _end_quietly() -> None:
    """End where the reader of the output has gone (`| head`): nothing is wrong, and nothing more can be said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
