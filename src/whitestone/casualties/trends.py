"""Do casualties rise or fall, by how much a year, and is one rate of change a fair picture of them?

Poisson regression of the counts on time, with what people were exposed to as an offset; where counts scatter more than
Poisson allows a negative binomial takes its place (Cameron and Trivedi 2013), and where neighbouring periods resemble
each other the interval is that of Newey and West (1987), if it is the wider one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue

__all__ = ["FEWEST_PERIODS", "TREND_ASSUMPTIONS", "Trend", "check_counts", "check_exposure", "fit_trend"]

Array = np.ndarray[Any, Any]

FEWEST_PERIODS = 4
_CLEAR = 0.05
TREND_ASSUMPTIONS = [
    "The counts are those recorded: if recording got better or worse, the trend is that of recording.",
    "The last periods are as known now; late reports are still to come (see the delays).",
    "One rate of change for the whole span; the test of bending says whether that is fair.",
    "Without an exposure (population, returnees, person-days on the land) a trend of casualties is no trend of risk.",
]


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A rate ratio a year with its interval; None with the reason where the counts tell of none.

    `dispersion` is Pearson's chi-square over its degrees of freedom under Poisson (1: as Poisson); `lag_one` the
    correlation of neighbouring residuals; `bending_p` the p value of a curved trend against a straight one.
    """

    periods: int
    total: int
    rate_ratio: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    p: float | None = None
    model: str | None = None
    interval: str | None = None
    dispersion: float | None = None
    lag_one: float | None = None
    bending_p: float | None = None
    has_season: bool = False
    why_not: str | None = None
    notes: list[str] = []


def fit_trend(counts: Sequence[int], periods_a_year: int = 1, exposure: Sequence[float] | None = None,
              level: float = 0.95) -> Trend:
    """Fit one rate of change a year to counts of consecutive years (1 a year) or months (12 a year).

    Months of three years or more get a yearly wave (sine and cosine). `exposure`: what each period's count is to be
    divided by, of one length with them. Gives the reason in place of a figure for fewer than FEWEST_PERIODS periods,
    no casualty, or a fit without end. Refuses counts that are not whole or negative, and an exposure that is not above
    0, with InvalidValue.

    >>> told = fit_trend([100, 80, 64, 51, 41, 33])
    >>> round(told.rate_ratio, 2), told.model, told.low < 0.8 < told.high
    (0.8, 'Poisson', True)
    >>> fit_trend([0, 0, 0, 0]).why_not, fit_trend([]).why_not
    ('no casualty in any period', 'there are 0 periods, and 4 are the fewest for a trend')
    """
    seen = check_counts(counts)
    share = check_exposure(exposure, len(seen))
    if periods_a_year not in (1, 12) or not 0 < level < 1:
        raise InvalidValue(field="level", value=level, why="above 0 and below 1; 1 or 12 periods a year")
    empty = Trend(periods=len(seen), total=int(seen.sum()), level=level)
    if len(seen) < FEWEST_PERIODS:
        return msgspec.structs.replace(
            empty, why_not=f"there are {len(seen)} periods, and {FEWEST_PERIODS} are the fewest for a trend")
    if not seen.sum():
        return msgspec.structs.replace(empty, why_not="no casualty in any period")
    time = np.arange(len(seen)) / periods_a_year
    has_season = periods_a_year == 12 and len(seen) >= 36
    design = _design(time - time.mean(), has_season=has_season)
    fitted = _choose(seen, design, share)
    if fitted is None:
        return msgspec.structs.replace(empty, why_not="the fit did not come to an end: too few periods have casualties")
    return _told(empty, seen, design, share, fitted, has_season=has_season)


class _Fitted(msgspec.Struct, frozen=True):
    model: str
    slope: float
    error: float
    poisson: Any
    dispersion: float


def _told(empty: Trend, seen: Array, design: Array, share: Array, fitted: _Fitted, *, has_season: bool) -> Trend:
    from scipy import stats

    freedom = len(seen) - design.shape[1]
    residuals = np.asarray(fitted.poisson.resid_pearson)
    lag_one = _lag_one(residuals)
    error, interval = fitted.error, f"Student's t, {freedom} degrees of freedom"
    if lag_one is not None and lag_one > 1.96 / math.sqrt(len(seen)):
        wider = _newey_west(seen, design, share)
        if wider is not None and wider > error:
            error, interval = wider, f"Newey and West (1987), t with {freedom} degrees of freedom"
    reach = float(stats.t.ppf(0.5 + empty.level / 2, freedom)) * error
    bending = _bending_p(seen, design, share, fitted.dispersion)
    return msgspec.structs.replace(
        empty, rate_ratio=math.exp(fitted.slope), low=_exp(fitted.slope - reach), high=_exp(fitted.slope + reach),
        p=float(2 * stats.t.sf(abs(fitted.slope) / error, freedom)) if error else None, model=fitted.model,
        interval=interval, dispersion=fitted.dispersion, lag_one=lag_one, bending_p=bending, has_season=has_season,
        notes=_notes(lag_one, bending, len(seen), fitted.model),
    )  # fmt: skip


def _notes(lag_one: float | None, bending: float | None, periods: int, model: str) -> list[str]:
    said = []
    if bending is not None and bending < _CLEAR:
        said.append(f"One rate of change does not describe this series (p of bending {bending:.2g}): read the "
                    "change-points, not the rate ratio.")  # fmt: skip
    if lag_one is not None and lag_one > 1.96 / math.sqrt(periods):
        said.append(f"Neighbouring periods resemble each other (correlation of residuals {lag_one:.2f}); even the "
                    "interval of Newey and West is then rather too narrow in a short series.")  # fmt: skip
    if model != "Poisson":
        said.append("Counts scatter more than chance alone would have it: accidents with several casualties do that, "
                    "and so do causes that come and go.")  # fmt: skip
    return said


def check_counts(counts: Sequence[int]) -> Array:
    """Give counts as an array of floats; refuses what is no whole number of 0 or more with InvalidValue.

    >>> check_counts([1, 0]).tolist(), check_counts([]).tolist()
    ([1.0, 0.0], [])
    """
    seen = np.asarray(list(counts), dtype=float)
    if seen.ndim != 1 or not np.isfinite(seen).all() or (seen < 0).any() or (seen != np.floor(seen)).any():
        raise InvalidValue(field="counts", value=str(list(counts)[:5]), why="whole numbers, none negative")
    return seen


def check_exposure(exposure: Sequence[float] | None, periods: int) -> Array:
    """Give an exposure for each period, 1 where none is given; refuses one that is not above 0 with InvalidValue.

    >>> check_exposure(None, 2).tolist(), check_exposure([2, 3], 2).tolist()
    ([1.0, 1.0], [2.0, 3.0])
    """
    if exposure is None:
        return np.ones(periods)
    share = np.asarray(list(exposure), dtype=float)
    if share.shape != (periods,) or not np.isfinite(share).all() or (share <= 0).any():
        raise InvalidValue(field="exposure", value=str(list(exposure)[:5]),
                           why=f"a number above 0 for each of the {periods} periods")
    return share


def _design(time: Array, *, has_season: bool) -> Array:
    columns = [np.ones(len(time)), time]
    if has_season:
        columns += [np.sin(2 * np.pi * time), np.cos(2 * np.pi * time)]
    return np.column_stack(columns)


def _choose(seen: Array, design: Array, share: Array) -> _Fitted | None:
    """Fit Poisson; where it scatters clearly more, negative binomial; where that fails, quasi-Poisson."""
    from scipy import stats

    poisson = _poisson(seen, design, share)
    if poisson is None:
        return None
    freedom = max(1, len(seen) - design.shape[1])
    dispersion = float(poisson.pearson_chi2) / freedom
    slope, error = float(poisson.params[1]), float(poisson.bse[1])
    if not math.isfinite(error) or error > 50:
        return None
    if float(stats.chi2.sf(poisson.pearson_chi2, freedom)) >= _CLEAR:
        return _Fitted("Poisson", slope, error, poisson, dispersion)
    other = _negative_binomial(seen, design, share)
    if other is None:
        return _Fitted("quasi-Poisson", slope, error * math.sqrt(dispersion), poisson, dispersion)
    return _Fitted("negative binomial", other[0], other[1], poisson, dispersion)


def _poisson(seen: Array, design: Array, share: Array, **options: Any) -> Any:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it would say is asked of the result below
        try:
            fit = sm.GLM(seen, design, family=sm.families.Poisson(), offset=np.log(share)).fit(maxiter=200, **options)
        except (ValueError, np.linalg.LinAlgError, sm.tools.sm_exceptions.PerfectSeparationError):
            return None
    return fit if fit.converged and np.isfinite(fit.params).all() else None


def _negative_binomial(seen: Array, design: Array, share: Array) -> tuple[float, float] | None:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = sm.NegativeBinomial(seen, design, offset=np.log(share)).fit(disp=0, maxiter=500)
        except (ValueError, np.linalg.LinAlgError, FloatingPointError):
            return None
        slope, error = float(fit.params[1]), float(fit.bse[1])
    is_sound = fit.mle_retvals.get("converged") and math.isfinite(slope) and math.isfinite(error) and 0 < error < 50
    return (slope, error) if is_sound else None


def _newey_west(seen: Array, design: Array, share: Array) -> float | None:
    lags = max(1, int(4 * (len(seen) / 100) ** (2 / 9)))
    fit = _poisson(seen, design, share, cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    error = None if fit is None else float(fit.bse[1])
    return error if error is not None and math.isfinite(error) else None


def _bending_p(seen: Array, design: Array, share: Array, dispersion: float) -> float | None:
    """Test a squared time against none: difference of deviances over the dispersion, F where it exceeds 1."""
    from scipy import stats

    if len(seen) < design.shape[1] + 3:
        return None
    curved = np.column_stack((design, design[:, 1] ** 2))
    one, other = _poisson(seen, design, share), _poisson(seen, curved, share)
    if one is None or other is None:
        return None
    gain, freedom = max(0.0, float(one.deviance - other.deviance)), len(seen) - curved.shape[1]
    scale = max(1.0, float(other.pearson_chi2) / freedom)
    return float(stats.f.sf(gain / scale, 1, freedom)) if dispersion > 1 else float(stats.chi2.sf(gain, 1))


def _lag_one(residuals: Array) -> float | None:
    if len(residuals) < 8 or not np.ptp(residuals):
        return None
    centred = residuals - residuals.mean()
    return float(np.sum(centred[1:] * centred[:-1]) / np.sum(centred**2))


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))
