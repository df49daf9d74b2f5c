"""Which finds speak for laying after a day D, by district and month, how strongly, and what stays open?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from whitestone.cli.shared import Context, emit

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
OnDay = Annotated[str | None, typer.Option("--situation-on", help="The day of the last look; default: today.")]
KnownOn = Annotated[str | None, typer.Option("--as-known-on", help="What was known by the end of that day.")]


ALWAYS_OPEN = ("missed", "misplaced", "moved")


def register(app: typer.Typer) -> None:
    """Add `dating`."""
    app.command()(dating)


def dating(
    context: typer.Context,
    after: Annotated[str | None, typer.Option(help="Day D; default: the setting dating_after.")] = None,
    file: Annotated[str | None, typer.Option(help="A JSON file of finds or counts, instead of the programme.")] = None,
    level: Annotated[int | None, typer.Option(help="Administrative level of the districts; default: 2.")] = None,
    misreading_rate: Annotated[
        float | None, typer.Option(help="Share of marks read as later though they are not.")
    ] = None,
    missed_per_km2_year: Annotated[
        float | None, typer.Option(help="Missed items that come to light on released land, a km2 and year.")
    ] = None,
    alpha: Annotated[float | None, typer.Option(help="False alarms, share of districts over all looks.")] = None,
    every_month: Annotated[
        bool, typer.Option("--every-month", help="Rows also for months in which nothing came.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="How many rows the text shows; --json has all.")] = 40,
    on: OnDay = None,
    known: KnownOn = None,
    as_json: Json = False,
) -> None:
    """Date finds: marks, finds in released land, the ladder of evidence, by district and month."""
    rates: dict[str, Any] = {"misreading_rate": misreading_rate, "missed_per_km2_year": missed_per_km2_year,
                             "alpha": alpha}  # fmt: skip
    if file is not None:
        from whitestone.programme.dating_file import date_file, read_dating_file

        answer = date_file(read_dating_file(file), after=after, until=on, is_whole=every_month, **rates)
    else:
        from whitestone.programme.dating import assumptions_of, date_finds
        from whitestone.programme.opening import open_programme

        asked: Context = context.obj
        with open_programme(asked.target, asked.who, readonly=True) as programme:
            assumed = assumptions_of(programme, after, **rates)
            answer = date_finds(programme, programme.clocks(on, known), assumed, level, is_whole=every_month)
    emit(answer, as_json, lambda: "\n".join(_text(answer, limit)))


def _text(answer: dict[str, Any], limit: int) -> Iterator[str]:
    looks = answer["looks"]
    yield f"Dating: after {answer['after']}, {looks['count']} monthly looks, {looks['first']} to {looks['last']}."
    if "situation_on" in answer:
        yield f"Situation on {answer['situation_on']}, as known on {answer['as_known_on'] or 'today'}."
    yield "\nBy district, at the last look"
    for row in answer["districts"][:limit]:
        yield from _district(row)
    yield from _cut(len(answer["districts"]), limit, "districts")
    yield "\nBy district and month"
    for row in answer["rows"][:limit]:
        then = row["by_then"]
        yield f"  {row['month']}  {row['district']}: {row['events']} events, {_rungs(row['rungs'])}"
        yield f"           marks by then: {then['marks']['text']}"
        yield f"           released land by then: {then['released']['text']}"
    yield from _cut(len(answer["rows"]), limit, "rows")
    yield from _beside(answer)


def _district(row: dict[str, Any]) -> Iterator[str]:
    state = row["at_last_look"]
    alarm = f"alarm in {row['alarm_in']}" if row["alarm_in"] else "no alarm"
    over = f"listed over all districts in {row['listed_in']}" if row["listed_in"] else "not listed over all districts"
    yield f"  {row['district']}: {row['events']} events ({row['items']} items, {row['accidents']} accidents), " \
          f"{_rungs(row['rungs'])}; {alarm}, {over}"
    if state is not None:
        yield f"      marks: {state['marks']['text']}"
        yield f"      released land: {state['released']['text']}"
        yield f"      both: e {state['e']:.2g}, p at any look {state['p_any_look']:.2g}"


def _rungs(rungs: dict[str, int]) -> str:
    return ", ".join(f"{count} on {name}" if name != "none" else f"{count} on no rung"
                     for name, count in sorted(rungs.items())) or "no rungs"  # fmt: skip


def _cut(count: int, limit: int, what: str) -> Iterator[str]:
    if count > limit:
        yield f"  {limit} of {count:,} {what} are shown; --limit shows more, --json has all."
    if not count:
        yield "  none"


def _beside(answer: dict[str, Any]) -> Iterator[str]:
    counted = {reason: count for reason, count in answer["left_out"].items() if count}
    yield "\nNot in any look: " + ("; ".join(f"{count:,} {reason}" for reason, count in counted.items()) or "nothing")
    marks = answer["marks"].get("not_counted", {})
    told = "; ".join(f"{row['marks']} {row['why']}" for row in marks.values() if row["marks"])
    yield f"Marks that do not count: {told or 'none'}"
    for heading, lines in (
        ("What stays open, whatever the rung", [answer["alternatives"][each] for each in ALWAYS_OPEN]),
        ("The ladder", [f"{rung}: {words}" for rung, words in answer["rungs"].items()]),
        ("Assumptions", answer["assumptions"]), ("Plan of looks", answer["plan"]), ("Notes", answer.get("notes", [])),
    ):  # fmt: skip
        if lines:
            yield f"\n{heading}"
            yield from (f"  - {line}" for line in lines)
    yield from _power(answer["power"])


def _power(power: dict[str, Any]) -> Iterator[str]:
    yield f"\nPower: probability of an alarm within {power['looks']} months, by size of effect (first row: false)"
    yield "  truly late     " + "".join(f"{each:>8} marks a month" for each in power["read_a_month"])
    for row in power["marks"]:
        yield f"  {row['late_share']:>10.0%}     " + "".join(f"{each:>22.3f}" for each in row["power"])
    yield "  extra a year   " + "".join(f"{each:>8g} missed a year" for each in power["expected_a_year"])
    for row in power["found"]:
        yield f"  {row['extra_a_year']:>10g}     " + "".join(f"{each:>22.3f}" for each in row["power"])
