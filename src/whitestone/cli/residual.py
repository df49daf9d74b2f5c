"""How large a sample, how many items may remain, and may the survey stop: each answer with its assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import typer

from whitestone.cli.shared import emit
from whitestone.errors import WrongCall

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
Detection = Annotated[float, typer.Option(help="Probability that a look finds what is there.")]
Present = Annotated[float, typer.Option(help="Share of places in a row that still hold an item.")]
PriorPerHa = Annotated[float | None, typer.Option(help="Items a hectare expected before the search; default 1.")]
PriorShape = Annotated[float | None, typer.Option(help="How many finds that expectation weighs; default 0.5.")]

sampling = typer.Typer(help="Plan a sample whose every unit must hold nothing.", no_args_is_help=True)
residual = typer.Typer(help="Items that may remain after a search, and when a survey may stop.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `sampling` and `residual`."""
    app.add_typer(sampling, name="sampling")
    app.add_typer(residual, name="residual")


@sampling.callback()
def _only_group() -> None:
    """Keep the name of the plan in the call, so that other plans can stand beside it."""


@sampling.command("accept-on-zero")
def accept_on_zero(
    units: Annotated[int, typer.Option(help="Units of equal size in the lot.")],
    defective_share: Annotated[float, typer.Option(help="Share of units with something in them that must be noticed.")],
    confidence: Annotated[float, typer.Option(help="Probability of noticing it.")] = 0.95,
    detection: Detection = 1.0,
    seed: Annotated[int | None, typer.Option(help="Draw which units to look at, with this seed.")] = None,
    as_json: Json = False,
) -> None:
    """Say how many units to look at, so that finding nothing means something (hypergeometric, exact)."""
    from whitestone.minefields.sampling import accept_on_zero as plan_of
    from whitestone.minefields.sampling import drawn_units

    plan = plan_of(units, defective_share, confidence, detection)
    answer: dict[str, Any] = msgspec.to_builtins(plan)
    if seed is not None and plan.sample is not None:
        answer |= {"seed": seed, "drawn": drawn_units(units, plan.sample, seed)}
    emit(answer, as_json, lambda: "\n".join(_sampling(answer)))


@residual.command()
def items(
    found: Annotated[int, typer.Option(help="Items that the search found.")],
    area_ha: Annotated[float, typer.Option(help="The area, hectares.")],
    detection: Annotated[float | None, typer.Option(help="Probability that the search finds an item.")] = None,
    seeded: Annotated[str | None, typer.Option(help="Instead: placed targets found of those placed, as 58/60.")] = None,
    searched_ha: Annotated[float | None, typer.Option(help="Hectares searched; default: the whole area.")] = None,
    prior_per_ha: PriorPerHa = None,
    prior_shape: PriorShape = None,
    as_json: Json = False,
) -> None:
    """Foretell how many items remain after a search (Gamma-Poisson with a proper prior)."""
    from whitestone.minefields.residual import residual_items

    left = residual_items(found, area_ha, detection, seeded=_pair(seeded), searched_ha=searched_ha,
                          **_prior(prior_per_ha, prior_shape))
    answer: dict[str, Any] = msgspec.to_builtins(left)
    emit(answer, as_json, lambda: "\n".join(_remaining(answer)))


@residual.command()
def scattered(
    found: Annotated[int, typer.Option(help="Items found on the ground searched.")],
    searched_ha: Annotated[float, typer.Option(help="Hectares searched, drawn at random from the whole.")],
    limit_per_ha: Annotated[float, typer.Option(help="Density below which the survey may stop, items a hectare.")],
    detection: Detection,
    confidence: Annotated[float, typer.Option(help="How sure it has to be.")] = 0.95,
    prior_per_ha: PriorPerHa = None,
    prior_shape: PriorShape = None,
    as_json: Json = False,
) -> None:
    """Say whether a survey of scattered items may stop."""
    from whitestone.minefields.residual import scattered_stop

    prior = _prior(prior_per_ha, prior_shape)
    answer = scattered_stop(found, searched_ha, detection, limit_per_ha, confidence, **prior)
    emit(answer, as_json, lambda: "\n".join([
        f"{'May stop' if answer['may_stop'] else 'Go on'}: below {limit_per_ha:g} items a hectare with probability "
        f"{answer['confidence_reached']:.3f} (asked: {confidence:g}).",
        f"If nothing else is found, {answer['more_ha']:.2f} ha more would do.",
        *_listed(answer["assumptions"])]))  # fmt: skip


@residual.command()
def row(
    empty_m: Annotated[float, typer.Option(help="Metres searched beyond the last find, along the row.")],
    spacing_m: Annotated[float, typer.Option(help="Observed distance between the row's items, metres.")],
    detection: Detection,
    present: Present = 0.9,
    prior: Annotated[float, typer.Option(help="Probability that the row goes on, before looking.")] = 0.5,
    limit: Annotated[float, typer.Option(help="Probability at which the row may be left.")] = 0.01,
    as_json: Json = False,
) -> None:
    """Say whether a row that shows nothing more has ended (pattern)."""
    from whitestone.minefields.stopping import row_goes_on

    answer = row_goes_on(empty_m, spacing_m, detection, present=present, prior=prior, limit=limit)
    emit(answer, as_json, lambda: "\n".join([
        f"{'May stop' if answer['may_stop'] else 'Go on'}: the row goes on with probability {answer['goes_on']:.2g} "
        f"after {answer['places']} silent places (limit {limit:g}).",
        f"{answer['needed_m']:g} m without a find are needed, {answer['more_m']:g} m more.",
        *_listed(answer["assumptions"])]))  # fmt: skip


@residual.command()
def lanes(
    row_m: Annotated[float, typer.Option(help="Length of the row that must not be missed, metres.")],
    lane_gap_m: Annotated[float, typer.Option(help="Middle to middle of two lanes, metres.")],
    lane_width_m: Annotated[float, typer.Option(help="Width of a lane, metres.")],
    spacing_m: Annotated[float, typer.Option(help="Observed distance between the items of such rows, metres.")],
    detection: Detection,
    present: Present = 0.9,
    limit: Annotated[float, typer.Option(help="Probability of missing the row that may remain.")] = 0.05,
    as_json: Json = False,
) -> None:
    """Say how often parallel lanes would miss a row that lies across them (pattern)."""
    from whitestone.minefields.stopping import lanes_miss

    answer = lanes_miss(row_m, lane_gap_m, lane_width_m, spacing_m, detection, present=present, limit=limit)
    gap = answer["needed_gap_m"]
    emit(answer, as_json, lambda: "\n".join([
        f"{'May stop' if answer['may_stop'] else 'Go on'}: such a row is missed with probability "
        f"{answer['missed']:.3f} "
        f"(limit {limit:g}).",
        "Lanes side by side would not do." if gap is None else f"Lanes at most {gap:.1f} m apart would do.",
        *_listed(answer["assumptions"])]))  # fmt: skip


def _sampling(answer: dict[str, Any]) -> Iterator[str]:
    if answer["sample"] is None:
        yield f"Not even looking at all {answer['units']:,} units reaches {answer['confidence']:g}: it reaches " \
              f"{answer['reached']:.3f}. Look better, or twice."
    else:
        yield f"Look at {answer['sample']:,} of {answer['units']:,} units; all must hold nothing. Confidence " \
              f"{answer['reached']:.4f} (asked: {answer['confidence']:g})."
    yield "Probability that nothing is found:"
    yield from (f"  {chance:7.4f} where {count:,} units hold something" for count, chance in answer["accepted"])
    if "drawn" in answer:
        yield f"Units drawn with seed {answer['seed']}: {', '.join(map(str, answer['drawn']))}"
    yield from _listed(answer["assumptions"])


def _remaining(answer: dict[str, Any]) -> Iterator[str]:
    yield f"Items that remain: {answer['mean']:.3g} on average; none with probability {answer['none']:.3f}."
    told = (f"{count:,} with probability {float(level):g}" for level, count in answer["not_more_than"].items())
    yield f"Not more than {', '.join(told)}."
    yield from _listed(answer["assumptions"])


def _listed(assumptions: list[str]) -> Iterator[str]:
    yield "Assumptions:"
    yield from (f"  - {line}" for line in assumptions)


def _prior(per_ha: float | None, shape: float | None) -> dict[str, float]:
    given = {"prior_per_ha": per_ha, "prior_shape": shape}
    return {name: value for name, value in given.items() if value is not None}


def _pair(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found, _, placed = text.partition("/")
    if not (found.isdecimal() and placed.isdecimal()):
        raise WrongCall(why=f"{text!r} does not say how many targets of how many were found.", fix="Write it as 58/60.")
    return int(found), int(placed)
