"""How does a person ask what is missing, what changed, where it clusters and how it compares, on the command line?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whitestone.cli.casualties import Period, casualties, over_a_period
from whitestone.cli.shared import Context, emit
from whitestone.errors import FileTrouble, WrongCall

if TYPE_CHECKING:
    from whitestone.programme.opening import Programme

Seed = Annotated[int, typer.Option(min=0, help="Of the random draws: the same seed, the same answer.")]
Draws = Annotated[int, typer.Option(min=19, max=99_999, help="How many random worlds the figure is judged against.")]
Level = Annotated[float, typer.Option(help="Of the intervals, such as 0.95.")]


def register(app: typer.Typer) -> None:
    """Add nothing of its own: the commands join `casualties`."""


@casualties.command()
@over_a_period
def estimate(
    context: typer.Context,
    lists: Annotated[str | None, typer.Option(help="A,B[,C]: datasets or sources, linked person by person.")] = None,
    matched: Annotated[str | None, typer.Option(help="A file of counts by capture history, JSON or CSV.")] = None,
    refer: Annotated[
        list[str] | None, typer.Option("--refer", help="A:B where one of two lists draws on the other; several.")
    ] = None,
    missed_links: Annotated[float | None, typer.Option(help="Share of true pairs that were not joined.")] = None,
    false_links: Annotated[float | None, typer.Option(help="Share of joined persons that are two.")] = None,
    criterion: Annotated[str, typer.Option(help="Of the models of three lists or more: aic or bic.")] = "aic",
    level: Level = 0.95,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Estimate how many casualties stand in none of the lists (capture-recapture), and when not to use the figure."""
    from whitestone.programme.casualties_estimates import estimate_histories, estimate_missing, split_lists

    asked: dict[str, Any] = {"level": level, "criterion": criterion, "missed": missed_links, "false": false_links,
             "refer": [_pair(each) for each in refer or []]}  # fmt: skip
    if (lists is None) == (matched is None):
        raise WrongCall(why="Either lists of the programme or a file of matched counts.",
                        fix="Give --lists A,B[,C] or --matched FILE.")
    if matched is not None:
        from whitestone.programme.casualties_files import read_matched

        histories = read_matched(matched)
        named = [{"name": name, "persons": histories.in_all(at)} for at, name in enumerate(histories.lists)]
        answer = {"situation_on": None, "as_known_on": None, "file": matched, "lists": named,
                  **estimate_histories(histories, **asked)}
    else:
        names = split_lists(lists or "")
        with _opened(context) as programme:
            answer = estimate_missing(programme, period.clocks(programme), names, start=period.first,
                                      end=period.last, **asked)
    emit(answer, as_json, lambda: "\n".join(_estimate_text(answer)))


@casualties.command()
@over_a_period
def trend(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="year or month.")] = "year",
    exposure: Annotated[
        str | None, typer.Option(help="CSV of period, exposure, source, year: what counts are divided by.")
    ] = None,
    draws: Draws = 999,
    seed: Seed = 1,
    level: Level = 0.95,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Say how casualties change: rate ratio a year, change-points, and what is still to be reported."""
    from whitestone.programme.casualties_trends import trend as ask

    shares = None
    if exposure is not None:
        from whitestone.programme.casualties_files import read_exposure

        shares = read_exposure(exposure)
    with _opened(context) as programme:
        answer = ask(programme, period.clocks(programme), by, start=period.first, end=period.last, exposure=shares,
                     draws=draws, seed=seed, level=level)
    emit(answer, as_json, lambda: "\n".join(_trend_text(answer)))


@casualties.command()
@over_a_period
def clusters(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="month or year.")] = "month",
    population: Annotated[str | None, typer.Option(help="CSV of place, population, source, year.")] = None,
    count: Annotated[str, typer.Option(help="casualties, or events: one for each accident.")] = "casualties",
    radius_km: Annotated[float, typer.Option(min=0, max=20_000, help="No cluster is wider.")] = 50.0,
    window: Annotated[int, typer.Option(min=1, help="No cluster is longer, in periods.")] = 12,
    alive: Annotated[bool, typer.Option("--alive", help="Only clusters that reach the last period.")] = False,
    alpha: Annotated[float, typer.Option(help="False alarms: how often chance may make the largest cluster.")] = 0.05,
    draws: Draws = 999,
    seed: Seed = 1,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Find clusters in space and time by a scan statistic that pays for looking everywhere."""
    from whitestone.casualties.clusters import Cylinders
    from whitestone.programme.casualties_trends import clusters as ask

    with _opened(context) as programme:
        answer = ask(programme, period.clocks(programme), by, start=period.first, end=period.last,
                     population=_population(population), count=count, draws=draws, seed=seed, alpha=alpha,
                     cylinders=Cylinders(radius_km=radius_km, longest=window, only_last=alive))
    emit(answer, as_json, lambda: "\n".join(_clusters_text(answer)))


@casualties.command()
@over_a_period
def rates(
    context: typer.Context,
    population: Annotated[str, typer.Option(help="CSV of place (or pcode), population, source, year.")],
    level: Level = 0.95,
    limit: Annotated[int, typer.Option(min=0, help="How many places the text shows; --json has all.")] = 40,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Give casualties for each 100,000 people and year by place, with exact intervals."""
    from whitestone.programme.casualties_trends import rates as ask

    people = _population(population)
    with _opened(context) as programme:
        answer = ask(programme, period.clocks(programme), people, start=period.first, end=period.last, level=level)
    emit(answer, as_json, lambda: "\n".join(_rates_text(answer, limit)))


@casualties.command("against-hazards")
@over_a_period
def against_hazards(
    context: typer.Context,
    out: Annotated[
        str | None, typer.Option(help="Write the accidents as GeoJSON; positions are exact: internal.")
    ] = None,
    accuracy_m: Annotated[float, typer.Option(help="Of a position that does not say, metres.")] = 100.0,
    coarsest_m: Annotated[float, typer.Option(help="A position worse than this places nothing, metres.")] = 1_000.0,
    expected: Annotated[
        float | None, typer.Option(help="Accidents with missed items to expect on released land, a km2 and year.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many accidents the text shows; --json has all.")] = 40,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """List accidents outside every known hazard and inside released land, as of their day; with the tests."""
    from whitestone.programme.casualties_against import against_hazards as ask

    with _opened(context) as programme:
        answer = ask(programme, period.clocks(programme), start=period.first, end=period.last,
                     usual_accuracy_m=accuracy_m, coarsest_m=coarsest_m, expected_per_km2_year=expected)
    if out is not None:
        try:
            Path(out).write_text(json.dumps(answer["map"], ensure_ascii=False), encoding="utf-8")
        except OSError as error:
            raise FileTrouble(path=out, why=error.strerror or "it cannot be written") from None
    emit(answer, as_json, lambda: "\n".join(_against_text(answer, limit)))


@casualties.command()
@over_a_period
def care(
    context: typer.Context,
    *,
    period: Period,
    as_json: bool,
) -> None:
    """Count who was referred to care and not followed up, and the hours to a facility."""
    from whitestone.programme.casualties_trends import care as ask

    with _opened(context) as programme:
        answer = ask(programme, period.clocks(programme), start=period.first, end=period.last)
    emit(answer, as_json, lambda: "\n".join(_care_text(answer)))


def _opened(context: typer.Context) -> Programme:
    from whitestone.programme.opening import open_programme

    asked: Context = context.obj
    return open_programme(asked.target, asked.who, readonly=True)


def _population(path: str | None) -> Any:
    if path is None:
        return None
    from whitestone.programme.casualties_files import read_population

    return read_population(path)


def _pair(text: str) -> tuple[str, str]:
    one, between, other = text.partition(":")
    if not between or not one.strip() or not other.strip():
        raise WrongCall(why=f"{text!r} names no two lists.", fix="Write --refer A:B.")
    return one.strip(), other.strip()


def _clocks_text(answer: dict[str, Any]) -> str:
    return f"Situation on {answer['situation_on']}, as known on {answer['as_known_on'] or 'today'}."


def _notes(answer: dict[str, Any]) -> Iterator[str]:
    left = {name.replace("_", " "): count for name, count in (answer.get("left_out") or {}).items() if count}
    yield "\nLeft out: " + ("; ".join(f"{count:,} {name}" for name, count in left.items()) or "nothing")
    yield "Denominators: " + "; ".join(f"{name.replace('_', ' ')} {_figure(value)}"
                                       for name, value in answer["denominators"].items())  # fmt: skip
    yield f"Rule: {answer['rule']}"
    for heading, key in (("Assumptions", "assumptions"), ("Do not use it for", "when_not"),
                         ("What stays open", "alternatives")):  # fmt: skip
        if answer.get(key):
            yield f"\n{heading}"
            yield from (f"  - {line}" for line in answer[key])


def _figure(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "none"
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _estimate_text(answer: dict[str, Any]) -> Iterator[str]:
    if answer["situation_on"]:
        yield _clocks_text(answer)
    for each in answer["lists"]:
        yield f"  List {each['name']}: {each['persons']:,} persons"
    yield f"  Distinct persons in any list: {answer['seen']:,}"
    figure, missing = answer["estimate"], answer["missing"]
    if figure is None:
        yield f"No estimate. {answer['why_not']}"
    else:
        yield (f"Estimated in all: {figure['persons']:,.0f} ({figure['low']:,.0f} to {_to(figure['high'])}, "
               f"{answer['level']:.0%}); in none of the lists: {missing['persons']:,.0f} ({missing['low']:,.0f} to "
               f"{_to(missing['high'])}).")  # fmt: skip
    if answer.get("chosen_model"):
        yield f"Best single model: {answer['chosen_model']} ({answer['criterion'].upper()})."
    yield from (f"Caution: {line}" for line in answer["warnings"])
    if answer["linkage"]["table"]:
        yield "\nIf linkage slipped: missed links, false links, persons in all"
        for row in answer["linkage"]["table"]:
            told = row["why_not"] if row["persons"] is None else f"{row['persons']:,.0f}"
            yield f"  {row['missed_links']:>5.0%} {row['false_links']:>5.0%}  {told}"
    elif answer["estimate"]:
        yield f"\nNo table of slips of linkage: {answer['linkage']['table_why_not']}."
    yield from _notes(answer)


def _to(value: float | None) -> str:
    return "no bound" if value is None else f"{value:,.0f}"


def _trend_text(answer: dict[str, Any]) -> Iterator[str]:
    yield _clocks_text(answer)
    for row in answer["rows"]:
        yield f"  {row['period']}  {row['casualties']:>8,}"
    told = answer["trend"]
    if told["why_not"]:
        yield f"No trend: {told['why_not']}."
    else:
        yield (f"Rate ratio a year {told['rate_ratio']:.3f} ({told['low']:.3f} to {told['high']:.3f}, "
               f"{told['level']:.0%}); {told['model']}, {told['interval']}; dispersion "
               f"{told['dispersion']:.2f}.")  # fmt: skip
        yield from (f"Caution: {line}" for line in told["notes"])
    yield from (f"Caution: {line}" for line in answer["cautions"])
    cut = answer["changes"]
    yield f"\nSegments of level rate (any change: p {_p(cut['any_change_p'])})"
    for each in cut["segments"]:
        yield (f"  {each['from']} to {each['to']}: {each['casualties']:,} casualties, {each['rate']:.4g} a period or "
               f"unit of exposure ({each['low']:.4g} to {each['high']:.4g})")  # fmt: skip
    for each in cut["changes"]:
        ratio = "from none" if each["ratio"] is None else f"ratio {each['ratio']:.2f}"
        yield f"  change before {each['before']}: {ratio}, p {_p(each['p'])}"
    late = answer["late"]
    yield "\nStill to be reported"
    if late["why_not"]:
        yield f"  not known: {late['why_not']}; the last months may be too low."
    else:
        for row in late["months"]:
            expected = "not known" if row["expected"] is None else \
                f"{row['expected']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
            yield f"  {row['month']}: {row['reported']:,} reported, {expected} to expect"
    yield from _notes(answer)


def _p(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3g}"


def _clusters_text(answer: dict[str, Any]) -> Iterator[str]:
    yield _clocks_text(answer)
    yield f"{answer['n']:,} {answer['count']} by {answer['by']}; {answer['model']}; seed {answer['seed']}."
    if answer["why_not"]:
        yield f"No clusters: {answer['why_not']}."
    for row in answer["clusters"]:
        ratio = "" if row["ratio"] is None else f" ({row['ratio']:.1f} times)"
        yield (f"  {row['rank']}. {row['from']} to {row['to']}, {row['radius_km']:.0f} km about "
               f"{row['lat']}, {row['lon']}: {row['observed']:,} against {row['expected']:.1f} expected{ratio}, "
               f"p {_p(row['p'])}{'; ALARM' if row['alarm'] else ''}")  # fmt: skip
        more = len(row["places"]) - 6
        yield f"       {', '.join(row['places'][:6])}" + (f" and {more} more" if more > 0 else "")
    yield from _notes(answer)


def _rates_text(answer: dict[str, Any], limit: int) -> Iterator[str]:
    yield _clocks_text(answer)
    yield f"Casualties for each {answer['per_persons']:,} persons and year, {answer['from']} to {answer['to']}"
    for row in [*answer["rows"][:limit], answer["total"]]:
        told = row["why_not"] or f"{row['rate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        people = "" if row.get("population") is None else f", population {row['population']:,.0f} ({row['source']})"
        yield f"  {row['place']}: {row['casualties']:,} casualties{people}: {told}"
    if len(answer["rows"]) > limit:
        yield f"  {limit} of {len(answer['rows']):,} places are shown; --limit shows more, --json has all."
    yield from _notes(answer)


def _against_text(answer: dict[str, Any], limit: int) -> Iterator[str]:
    yield _clocks_text(answer)
    for word, count in answer["counts"].items():
        yield f"  {count:>7,}  {answer['words'][word]}"
    yield from (f"Caution: {line}" for line in answer["cautions"])
    for name in ("outside_known_hazards", "in_released_land"):
        test = answer["tests"][name]
        if test["of"]:
            yield (f"  Share {name.replace('_', ' ')}: {test['accidents']} of {test['of']}, {test['share']:.3f} "
                   f"({test['low']:.3f} to {test['high']:.3f})")  # fmt: skip
    test = answer["tests"]["released_land"]
    yield (f"  Released land: {test['events']} events on {test['released_km2_years']:.3g} km2 years"
           + (f": {test['why_not']}" if test["why_not"] else
              f", {test['expected']:.3g} expected: p {test['p']:.3g}, Bayes factor {test['bayes_factor']:.3g}"))
    shown = [row for row in answer["rows"] if row["lies"] in ("in_released_land", "outside_known_hazards")]
    for row in shown[:limit]:
        near = "" if row["distance_m"] is None else f", {row['distance_m']:,.0f} m from the nearest known ground"
        yield f"  {row['local_id'] or row['record']} on {row['occurred_on']}: {row['lies'].replace('_', ' ')}{near}"
    if len(shown) > limit:
        yield f"  {limit} of {len(shown):,} are shown; --limit shows more, --json has all."
    yield from _notes(answer)


def _care_text(answer: dict[str, Any]) -> Iterator[str]:
    yield _clocks_text(answer)
    yield f"  {answer['persons']:,} survivors, or persons of unknown outcome"
    yield (f"  referred {answer['referred']:,}, not referred {answer['not_referred']:,}, not known "
           f"{answer['referral_unknown']:,}")
    yield (f"  of the referred: followed up {answer['referred_followed_up']:,}, not followed up "
           f"{answer['referred_not_followed_up']:,}, not known {answer['referred_follow_up_unknown']:,}")
    median = answer["median_hours_to_facility"]
    yield (f"  median hours to a facility: {'not known' if median is None else f'{median:g}'} "
           f"({answer['hours_known']:,} known, {answer['hours_unknown']:,} not)")
    yield from _notes(answer)
