"""Do the scores of many seeds meet the goals, and how far do they scatter?

Takes what `scoring.score` returned for each seed of one regime. Counts are pooled (so that large fields weigh more),
shares and errors are means over seeds, and beside each stands the range that nine seeds of ten keep.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.minefields.simulator.scoring import HALF_SEARCHED, area_under_roc

__all__ = ["ERROR_BINS", "Goal", "errors_by_finds", "pool"]

Json = dict[str, Any]

ERROR_BINS = ((0, 0), (1, 2), (3, 5), (6, 9), (10, 19), (20, 10_000))
"""Numbers of finds in a field, both ends in, by which errors of place are listed."""


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """One goal: what was reached, the 5th and 95th of 100 seeds, what was asked; `holds` None: not judged."""

    key: str
    says: str
    value: float | None
    low: float | None = None
    high: float | None = None
    seeds: int = 0
    asked: str = ""
    holds: bool | None = None


def pool(scores: Sequence[Json], *, slack: float = 0.03) -> list[Goal]:
    """Judge the scores of one regime; `slack`: how far coverage may be off (0.08 where the assumed errors are wrong).

    >>> pool([])
    []
    """
    if not scores:
        return []
    return [
        *[_coverage(scores, level, slack) for level in ("50", "90", "99")],
        *_places(scores), *_shares(scores), *_sheets(scores),
        _seeds(scores, "brier_recorded", "Brier score of P(recorded) of a find",
               lambda s: s["finds_recorded"]["brier"], "at most 0.15", lambda v: v <= 0.15),
        _off_by(scores),
    ]  # fmt: skip


def errors_by_finds(scores: Sequence[Json]) -> list[Json]:
    """Return, per number of finds in the field, the median error of the centroid (m) with the middle half of fields.

    >>> errors_by_finds([])
    []
    """
    table = []
    for low, high in ERROR_BINS:
        rows = [row for s in scores for row in s["errors"] if low <= row["finds"] <= high]
        name = str(low) if low == high else f"{low} to {high}" if high < 10_000 else f"{low} or more"
        for key, says in (("written_m", "as written"), ("before_m", "before finds"), ("after_m", "after finds")):
            values = [row[key] for row in rows if row[key] is not None]
            if values:
                quarter, median, upper = np.percentile(values, [25, 50, 75])
                table.append({"finds": name, "from": low, "what": says, "median_m": round(float(median), 2),
                              "quarter_m": round(float(quarter), 2), "upper_m": round(float(upper), 2),
                              "fields": len(values)})  # fmt: skip
    return table


def _range(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not len(values):
        return None, None
    low, high = np.percentile(values, [5, 95])
    return float(low), float(high)


def _seeds(
    scores: Sequence[Json], key: str, says: str, of: Callable[[Json], float | None], asked: str = "",
    holds: Callable[[float], bool] | None = None,
) -> Goal:  # fmt: skip
    """Judge the mean over seeds of one number of each score."""
    values = [value for value in map(of, scores) if value is not None]
    mean = float(np.mean(values)) if values else None
    low, high = _range(values)
    judged = None if holds is None or mean is None else holds(mean)
    return Goal(key=key, says=says, value=mean, low=low, high=high, seeds=len(values), asked=asked, holds=judged)


def _coverage(scores: Sequence[Json], level: str, slack: float) -> Goal:
    rows = [s["coverage"][level] for s in scores if s["coverage"][level]["of"]]
    of = sum(row["of"] for row in rows)
    value = sum(row["in"] for row in rows) / of if of else None
    low, high = _range([row["in"] / row["of"] for row in rows])
    nominal = int(level) / 100
    asked = f"{nominal:.2f} within {slack:.2f}" if level != "99" else ""
    holds = None if value is None or level == "99" else abs(value - nominal) <= slack + 1e-12
    return Goal(key=f"coverage_{level}", says=f"True mines in the {level} % set of their sheet", value=value, low=low,
                high=high, seeds=len(rows), asked=asked, holds=holds)  # fmt: skip


def _places(scores: Sequence[Json]) -> list[Goal]:
    made = []
    for key, says, most in (("written_m", "as written", None), ("before_m", "before finds", None),
                            ("after_m", "after finds", 12.0)):  # fmt: skip
        groups = [[row[key] for row in s["errors"] if row["finds"] >= 10 and row[key] is not None] for s in scores]
        values = [value for group in groups for value in group]
        median = float(np.median(values)) if values else None
        low, high = _range([float(np.median(group)) for group in groups if group])
        holds = None if most is None or median is None else median <= most
        made.append(Goal(key=f"error_{key}", says=f"Centroid error, fields with 10 finds or more, {says} (median, m)",
                         value=median, low=low, high=high, seeds=sum(map(bool, groups)),
                         asked=f"at most {most:.0f} m" if most else "", holds=holds))  # fmt: skip
    falls = [row["median_m"] for row in errors_by_finds(scores) if row["what"] == "after finds"]
    steps = [later <= earlier for earlier, later in itertools.pairwise(falls)]
    made.append(Goal(key="error_falls", says="Steps from one class of numbers of finds to the next at which it falls",
                     value=float(np.mean(steps)) if steps else None, seeds=len(scores), asked="all (1)",
                     holds=all(steps) if steps else None))  # fmt: skip
    return made


def _shares(scores: Sequence[Json]) -> list[Goal]:
    """Judge completeness and accuracy: how far off, and whether the intervals hold the truth as often as they say."""
    made = [
        _seeds(scores, "completeness_off", "Completeness: distance from the truth (mean of the absolute)",
               lambda s: _absolute(s["completeness"]["off"]), "at most 0.03", lambda v: v <= 0.03),
        _seeds(scores, "completeness_bias", "Completeness: distance from the truth (mean, signed)",
               lambda s: s["completeness"]["off"]),
        _seeds(scores, "written_off", "Drawn as written: distance from the true completeness (mean of the absolute)",
               lambda s: _absolute(s["as_written"]["off"])),
        _seeds(scores, "accuracy_bias", "Accuracy: distance from the truth (mean, signed)",
               lambda s: s["accuracy"]["off"]),
        _accuracy(scores, "off", "accuracy_ratio", "Accuracy: root mean square error over the sampling error of the "
                  "searched", 1.3),
        _accuracy(scores, "known_off", "accuracy_known_ratio", "the same of somebody who is told the truth of the "
                  "searched sheets", None),
    ]  # fmt: skip
    for key in ("completeness", "accuracy"):
        made.append(_seeds(scores, f"{key}_held", f"{key.capitalize()}: runs whose 90 % interval holds the truth",
                           lambda s, key=key: _as_float(s[key]["held"]), "0.85 to 0.95",  # type: ignore[misc]
                           lambda v: 0.85 - 1e-12 <= v <= 0.95 + 1e-12))  # fmt: skip
    return made


def _absolute(value: float | None) -> float | None:
    return None if value is None else abs(value)


def _as_float(value: bool | None) -> float | None:
    return None if value is None else float(value)


def _accuracy(scores: Sequence[Json], part: str, key: str, says: str, most: float | None) -> Goal:
    """Judge the root mean square of one error of the accuracy over that of the sampling error."""
    rows = [s["accuracy"] for s in scores]
    rows = [row for row in rows if row[part] is not None and row["sampling_error"]]
    value = None
    if rows:
        off = math.sqrt(np.mean([row[part] ** 2 for row in rows]))
        value = off / math.sqrt(np.mean([row["sampling_error"] ** 2 for row in rows]))
    return Goal(key=key, says=says, value=value, seeds=len(rows), asked=f"at most {most}" if most else "",
                holds=None if value is None or most is None else value <= most)  # fmt: skip


def _sheets(scores: Sequence[Json]) -> list[Goal]:
    """Judge how true sheets are told from false ones, all sheets of all seeds in one list."""
    rows = [row for s in scores for row in s["sheets"]["rows"]]
    searched = [row for row in rows if row["searched"] >= HALF_SEARCHED]
    kept = [row for row in searched if row["kind"] != "lifted"]
    made = [
        _roc("roc_searched", "ROC area, true against false, sheets with half of their 90 % set searched", searched,
             [s["sheets"]["roc_searched"] for s in scores], 0.90),
        _roc("roc_searched_without_lifted", "the same, sheets of lifted fields left out", kept,
             [s["sheets"]["roc_searched_without_lifted"] for s in scores], None),
        _roc("roc_all", "ROC area over all sheets", rows, [s["sheets"]["roc_all"] for s in scores], None),
        _seeds(scores, "brier_sheets", "Brier score of P(field) of a sheet", lambda s: s["sheets"]["brier"]),
    ]  # fmt: skip
    known = [row for row in rows if "oracle" in row]
    if known:
        oracle = area_under_roc([row["oracle"] for row in known], [row["kind"] != "false" for row in known])
        ours = made[2].value
        gap = None if oracle is None or ours is None else oracle - ours
        made.append(Goal(key="roc_oracle", says="ROC area over all sheets of an oracle that knows the parameters",
                         value=oracle, seeds=len(scores)))  # fmt: skip
        made.append(Goal(key="roc_gap", says="the oracle's area less that of the assessment", value=gap,
                         seeds=len(scores), asked="at most 0.03",
                         holds=None if gap is None else gap <= 0.03))  # fmt: skip
    return made


def _roc(key: str, says: str, rows: list[Json], each: list[float | None], least: float | None) -> Goal:
    value = area_under_roc([row["p"] for row in rows], [row["kind"] != "false" for row in rows])
    low, high = _range([area for area in each if area is not None])
    return Goal(key=key, says=says, value=value, low=low, high=high, seeds=sum(area is not None for area in each),
                asked=f"at least {least:.2f}" if least else "",
                holds=None if least is None or value is None else value >= least)  # fmt: skip


def _off_by(scores: Sequence[Json]) -> Goal:
    """Return how far stated chances of finds lie from what was so, bins weighed by their cases."""
    bins: dict[int, list[float]] = {}
    for row in [row for s in scores for row in s["finds_recorded"]["calibration"]]:
        into = bins.setdefault(min(int(row["stated"] * 10), 9), [0.0, 0.0, 0.0])
        for at, part in enumerate((row["stated"], row["so"], 1.0)):
            into[at] += part * row["cases"]
    of = sum(cases for _, _, cases in bins.values())
    value = sum(abs(stated - so) for stated, so, _ in bins.values()) / of if of else None
    return Goal(key="calibration_recorded", says="P(recorded): distance of stated from so, weighed by finds",
                value=value, seeds=len(scores))  # fmt: skip
