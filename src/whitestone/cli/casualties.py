"""How does a person count casualties on the command line, over which period and as of which two clocks?"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

if TYPE_CHECKING:
    import datetime as dt

    from whitestone.programme.opening import Clocks, Programme

casualties = typer.Typer(help="Count casualties by published rules; each person once.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
From = Annotated[str | None, typer.Option("--from", help="The first day of the period: YYYY, YYYY-MM or YYYY-MM-DD.")]
To = Annotated[str | None, typer.Option("--to", help="The last day of the period.")]
On = Annotated[str | None, typer.Option("--situation-on", help="The day of the situation; default: today.")]
Known = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of the day; default: now.")]


class Period(NamedTuple):
    """What the options about time say, as written: first and last day, and the two clocks."""

    begins: str | None
    ends: str | None
    situation_on: str | None
    as_known_on: str | None

    @property
    def first(self) -> dt.date | None:
        """Read the first day; refuses what is no date with InvalidValue."""
        return _day(self.begins, "from", is_first=True)

    @property
    def last(self) -> dt.date | None:
        """Read the last day; refuses what is no date with InvalidValue."""
        return _day(self.ends, "to", is_first=False)

    def clocks(self, programme: Programme) -> Clocks:
        """Read both clocks; refuses what is no date with InvalidValue."""
        return programme.clocks(self.situation_on, self.as_known_on)


def register(app: typer.Typer) -> None:
    """Add `casualties`."""
    app.add_typer(casualties, name="casualties")


def over_a_period(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `period` and `as_json` the options of the period, of both clocks, and `--json`."""
    options = {"begins": From, "ends": To, "situation_on": On, "as_known_on": Known}

    @functools.wraps(command)
    def asked(*args: Any, **given: Any) -> None:
        """Put the options about time into one."""
        command(*args, period=Period(*(given.pop(name) for name in options)), **given)

    own = inspect.signature(command, eval_str=True)
    kept = [each for name, each in own.parameters.items() if name not in ("period", "as_json")]
    keyword = inspect.Parameter.KEYWORD_ONLY
    kept += [inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in options.items()]
    kept.append(inspect.Parameter("as_json", keyword, default=False, annotation=Json))
    asked.__signature__ = own.replace(parameters=kept)  # type: ignore[attr-defined]
    asked.__annotations__ = {each.name: each.annotation for each in kept}
    return asked


def _day(text: str | None, field: str, *, is_first: bool) -> dt.date | None:
    from whitestone.domain.dates import parse_partial

    if not text:
        return None
    read = parse_partial(text, field)
    return read.first_day if is_first else read.last_day
