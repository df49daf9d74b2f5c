"""How many casualties are in none of three or more lists, where some of the lists may depend on one another?

Log-linear Poisson models of the capture histories (Fienberg 1972; Cormack 1989): one term for each list, and one for
each pair of lists that depend on each other. The chosen model is named, and all that can be estimated are weighed by
their information criterion (Buckland, Burnham and Augustin 1997), so that the interval carries the doubt of the choice.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np

from whitestone.casualties.recapture import MOST_LISTS, Estimate, Histories, normal_quantile
from whitestone.errors import InvalidValue

__all__ = ["Model", "Models", "fit_models", "profile_interval"]

Array = np.ndarray[Any, Any]
Pairs = tuple[tuple[int, int], ...]

CRITERIA = ("aic", "bic")
_TOO_VAGUE = 3.0
"""A standard error of ln(missing) beyond it is no estimate: the interval spans a factor of more than 100,000."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model: which pairs of lists depend on each other, how it fits, and how many persons it says are missing.

    `why_not` says why it is left out of the choice (None: it takes part); `weight` is its share in the average.
    """

    pairs: Pairs
    name: str
    missing: float = math.nan
    log_error: float = math.nan
    deviance: float = math.nan
    freedom: int = 0
    criterion: float = math.inf
    weight: float = 0.0
    why_not: str | None = None


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """The models of some lists, best first; the average over them, and the chosen one's own figure by its profile.

    Both figures are None where no model can be estimated.
    """

    models: list[Model]
    averaged: Estimate | None
    chosen: Estimate | None
    criterion: str


def fit_models(histories: Histories, level: float = 0.95, criterion: str = "aic") -> Models:
    """Fit every model with dependent pairs to three to five lists, choose one, and average over all.

    The interval of the average is log-normal about the persons missing, with the variance between models; that of the
    chosen model is by profile likelihood (Cormack 1992). Refuses two lists, more than five, and another criterion than
    "aic" or "bic", with InvalidValue.

    >>> from whitestone.casualties.recapture import read_histories
    >>> counts = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}
    >>> found = fit_models(read_histories(["P", "Q", "E"], counts))
    >>> {each.name: round(each.missing + 271) for each in found.models if each.name in ("independent", "PQ PE QE")}
    {'PQ PE QE': 1313, 'independent': 388}
    >>> fit_models(read_histories(["P", "Q", "E"], {})).averaged is None
    True
    """
    if not 3 <= len(histories.lists) <= MOST_LISTS:
        raise InvalidValue(field="lists", value=len(histories.lists), why=f"3 to {MOST_LISTS} lists")
    if criterion not in CRITERIA:
        raise InvalidValue(field="criterion", value=criterion, why=f"one of {', '.join(CRITERIA)}")
    if not 0 < level < 1:
        raise InvalidValue(field="level", value=level, why="above 0 and below 1, such as 0.95")
    fitted = [_fit(histories, pairs, criterion) for pairs in _all_pairs(len(histories.lists))]
    models = _weighed(sorted(fitted, key=lambda each: (each.why_not is not None, each.criterion, len(each.pairs))))
    usable = [each for each in models if each.why_not is None]
    if not usable:
        return Models(models=models, averaged=None, chosen=None, criterion=criterion)
    return Models(models=models, averaged=_averaged(usable, histories.seen, level),
                  chosen=profile_interval(histories, usable[0], level), criterion=criterion)


def profile_interval(histories: Histories, model: Model, level: float = 0.95) -> Estimate:
    """Give one model's number of persons with its interval by profile likelihood.

    For each number of persons in no list the model is fitted again with that number as a cell; the interval holds those
    whose deviance lies within the chi-square quantile of the least (Cormack 1992). Refuses a model that was left out
    with InvalidValue.

    >>> from whitestone.casualties.recapture import read_histories
    >>> counts = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}
    >>> lists = read_histories(["P", "Q", "E"], counts)
    >>> own = profile_interval(lists, next(each for each in fit_models(lists).models if not each.pairs))
    >>> round(own.persons), 340 < own.low < own.persons < own.high < 450
    (388, True)
    """
    from scipy import optimize, stats

    if model.why_not is not None:
        raise InvalidValue(field="model", value=model.name, why=model.why_not)
    design, seen = _design(len(histories.lists), model.pairs, with_nobody=True), _cells(histories)
    best = model.missing
    limit = float(stats.chi2.ppf(level, 1)) + _deviance(design, seen, best)

    def above(log_missing: float) -> float:
        return _deviance(design, seen, math.exp(log_missing)) - limit

    start, step = math.log(best), max(model.log_error, 0.1)
    low = _crossing(above, start, -step, optimize.brentq)
    high = _crossing(above, start, step, optimize.brentq)
    return Estimate(
        persons=histories.seen + best, low=histories.seen + (0.0 if low is None else math.exp(low)),
        high=math.inf if high is None else histories.seen + math.exp(high), level=level,
        standard_error=best * model.log_error,
        method=f"log-linear Poisson model '{model.name}', interval by profile likelihood (Cormack 1992)",
    )  # fmt: skip


def _all_pairs(lists: int) -> Iterable[Pairs]:
    """List every set of dependent pairs: 8 for three lists, 64 for four, 1,024 for five."""
    pairs = list(itertools.combinations(range(lists), 2))
    return itertools.chain.from_iterable(itertools.combinations(pairs, size) for size in range(len(pairs) + 1))


def _words(lists: int, *, with_nobody: bool) -> list[str]:
    words = ["".join(each) for each in itertools.product("01", repeat=lists)]
    return words if with_nobody else words[1:]


def _design(lists: int, pairs: Pairs, *, with_nobody: bool) -> Array:
    """Make the design: a constant, each list, each dependent pair; the constant is ln of the persons in no list."""
    seen = np.array([[letter == "1" for letter in word] for word in _words(lists, with_nobody=with_nobody)], float)
    both = [seen[:, one] * seen[:, other] for one, other in pairs]
    return np.column_stack((np.ones(len(seen)), seen, *both))


def _cells(histories: Histories) -> Array:
    return np.array([histories.counts.get(word, 0) for word in _words(len(histories.lists), with_nobody=False)], float)


def _fit(histories: Histories, pairs: Pairs, criterion: str) -> Model:
    names = histories.lists
    short = all(len(each) == 1 for each in names)
    name = " ".join(f"{names[a]}{'' if short else '*'}{names[b]}" for a, b in pairs) or "independent"
    lonely = next(((a, b) for a, b in pairs if not histories.in_all(a, b)), None)
    if lonely is not None:
        return Model(pairs=pairs, name=name, why_not=f"{names[lonely[0]]} and {names[lonely[1]]} share nobody: their "
                     "dependence cannot be estimated")  # fmt: skip
    cells, design = _cells(histories), _design(len(names), pairs, with_nobody=False)
    fit = _poisson(design, cells)
    if fit is None:
        return Model(pairs=pairs, name=name, why_not="the fit did not come to an end")
    constant, error = float(fit.params[0]), float(np.sqrt(abs(fit.cov_params()[0, 0])))
    if not math.isfinite(error) or error > _TOO_VAGUE or not -20 < constant < 25:
        return Model(pairs=pairs, name=name, why_not="the number missing is not determined by these lists")
    missing, parameters = math.exp(constant), design.shape[1]
    charge = 2.0 if criterion == "aic" else math.log(max(histories.seen, 1))
    return Model(
        pairs=pairs, name=name, missing=missing, log_error=math.sqrt(error**2 + 1 / max(missing, 0.5)),
        deviance=max(0.0, float(fit.deviance)), freedom=len(cells) - parameters,
        criterion=-2 * float(fit.llf) + charge * parameters,
    )  # fmt: skip


def _poisson(design: Array, cells: Array) -> Any:
    """Fit a Poisson model; None where it has no finite answer."""
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it would say is asked of the result below
        try:
            fit = sm.GLM(cells, design, family=sm.families.Poisson()).fit(maxiter=200)
        except (ValueError, np.linalg.LinAlgError, sm.tools.sm_exceptions.PerfectSeparationError):
            return None
    return fit if fit.converged and np.isfinite(fit.params).all() and np.isfinite(fit.llf) else None


def _weighed(models: list[Model]) -> list[Model]:
    usable = [each for each in models if each.why_not is None]
    if not usable:
        return models
    least = min(each.criterion for each in usable)
    raw = [math.exp(-(each.criterion - least) / 2) if each.why_not is None else 0.0 for each in models]
    return [msgspec.structs.replace(each, weight=share / sum(raw)) for each, share in zip(models, raw, strict=True)]


def _averaged(usable: list[Model], seen: int, level: float) -> Estimate:
    """Average ln(missing) over models; the variance holds that of each model and that between them."""
    centre = sum(each.weight * math.log(each.missing) for each in usable)
    error = sum(each.weight * math.hypot(each.log_error, math.log(each.missing) - centre) for each in usable)
    missing, spread = math.exp(centre), normal_quantile(level) * error
    return Estimate(
        persons=seen + missing, low=seen + missing * math.exp(-spread), high=seen + missing * math.exp(spread),
        level=level, standard_error=missing * error,
        method=f"average of {len(usable)} log-linear Poisson models by weight, log-normal interval with the variance "
               "between models (Buckland, Burnham and Augustin 1997)",
    )  # fmt: skip


def _deviance(design: Array, seen: Array, missing: float) -> float:
    """Give the deviance of the model when `missing` persons stand in the cell of nobody, N being fixed.

    The likelihood of N is multinomial: ln N! - ln n0! joins the multinomial coefficient of the cells seen.
    """
    from scipy import special

    fit = _poisson(design, np.concatenate(([missing], seen)))
    if fit is None:
        return math.inf
    mu, total = np.asarray(fit.mu), float(missing + seen.sum())
    cells = np.concatenate(([missing], seen))
    kernel = float(np.sum(special.xlogy(cells, np.maximum(mu, 1e-300) / total)))
    return -2 * (kernel + float(special.gammaln(total + 1) - special.gammaln(missing + 1)))


def _crossing(above: Any, start: float, step: float, solve: Any) -> float | None:
    """Walk from the best until the deviance is above the limit, and find where it crosses; None where it never does."""
    inner, outer = start, start + step
    for _ in range(40):
        if above(outer) > 0:
            return float(solve(above, min(inner, outer), max(inner, outer), xtol=1e-4))
        inner, outer = outer, outer + step
        if not -7 < outer < 30:
            return None
    return None
