"""Write docs/dating_goals.md: false alarms, power and sensitivity of the dating table; sampling as published.

Run it again with `.venv/bin/python tools/dating_goals.py`; the same seeds give the same figures. About two minutes.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from whitestone.evidence.chances import bayes_factor, late_marks_p, released_finds_p, share_interval
from whitestone.evidence.dating import Assumptions, count_finds
from whitestone.evidence.ladder import Find
from whitestone.evidence.looks import Evidence, follow, found_evidence, listed, marks_evidence
from whitestone.evidence.marks import Mark, Reading
from whitestone.evidence.power import power_table
from whitestone.evidence.table import follow_looks
from whitestone.minefields.residual import residual_items
from whitestone.minefields.sampling import accept_on_zero

PAGE = Path(__file__).resolve().parent.parent / "docs" / "dating_goals.md"
DISTRICTS, LOOKS, ALPHA, RATE = 10_000, 60, 0.05, 0.01
SEEDS = (1, 2, 3, 4, 5)
Array = np.ndarray[Any, Any]


def world(seed: int, true_rate: float = RATE, late: float = 0.0, extra: float = 0.0, missed: float = 1.0,
          districts: int = DISTRICTS) -> Evidence:
    """Simulate districts month by month, and follow them with the rates that the table assumes.

    Each district has its own pace of finds; land is released bit by bit. `true_rate` is the misreading rate in truth,
    `late` the share of items laid after D, `extra` how many finds a year they add, `missed` the true missed rate as a
    multiple of the assumed one.
    """
    rng = np.random.default_rng(seed)
    shape = (districts, LOOKS)
    read = rng.poisson(rng.gamma(1.0, 1.5, (districts, 1)), shape)
    later = rng.binomial(read, late + (1 - late) * true_rate)
    expected = np.cumsum(rng.gamma(0.2, 0.02, shape), axis=1)
    found = rng.poisson(missed * expected + extra / 12)
    years = np.full(shape, 1 / 12)
    return follow(marks_evidence(read, later, RATE), found_evidence(found, expected, years), ALPHA)


def naive(seed: int) -> float:
    """Give the share of districts that a plain p value of the marks would ever have flagged, looked at every month."""
    rng = np.random.default_rng(seed)
    read = rng.poisson(rng.gamma(1.0, 1.5, (DISTRICTS, 1)), (DISTRICTS, LOOKS))
    later = rng.binomial(read, RATE)
    n, k = np.cumsum(read, axis=1), np.cumsum(later, axis=1)
    return float((stats.binom.sf(k - 1, n, RATE) <= ALPHA).any(axis=1).mean())


def whole_way(seed: int, districts: int = 400) -> tuple[float, float]:
    """Simulate single finds in rows, with marks and released land, through events to alarms; also as if all counted.

    Nothing was laid after D. Items of one row bear one mark, which is misread alike on all of them, and a row that was
    missed when ground was cleared is found as a whole.
    """
    rng = np.random.default_rng(seed)
    assumed, until = Assumptions(after=dt.date(2020, 12, 31)), dt.date(2023, 12, 31)
    finds: list[Find] = []
    land = {(f"{at:04d}", "2021-01"): float(rng.gamma(1.0, 1.0)) for at in range(districts)}
    for at in range(districts):
        name = f"{at:04d}"
        area = land[name, "2021-01"]
        missed = int(rng.poisson(area * assumed.missed_per_km2_year * 3))
        for row in range(missed + int(rng.poisson(4))):
            finds += _row(rng, name, len(finds), is_released=row < missed)
    some = [_alarms(finds, assumed, land, until), _alarms(finds, _alone(assumed), land, until)]
    return some[0], some[1]


def _alone(assumed: Assumptions) -> Assumptions:
    return Assumptions(after=assumed.after, cluster_m=0.0)


def _row(rng: np.random.Generator, name: str, first: int, *, is_released: bool) -> Iterator[Find]:
    day = dt.date(2021, 2, 1) + dt.timedelta(days=int(rng.integers(0, 1000)))
    x, y = rng.uniform(0, 1e6, 2)
    made = "2021" if rng.random() < RATE else "1988"
    for at in range(1 + rng.poisson(4)):
        read = Reading("x", "a", "legible"), Reading("x", "b", "legible")
        yield Find(id=f"{first + at}", found_on=day.isoformat(), district=name, x_m=float(x + 5 * at), y_m=float(y),
                   mark=Mark(first=read[0], second=read[1], made_from=made),
                   released="cleared" if is_released else None,
                   released_on="2021-01-15" if is_released else None)  # fmt: skip


def _alarms(finds: list[Find], assumed: Assumptions, land: dict[tuple[str, str], float], until: dt.date) -> float:
    followed = follow_looks(count_finds(finds, assumed, land, until).looks, assumed)
    return float(np.mean(followed.evidence.alarm >= 0))


def pages() -> Iterator[str]:
    """Write the page line by line."""
    yield from (
        "# Goals of dating, residual risk and sampling, as measured", "",
        "Written by `tools/dating_goals.py`; the same seeds give the same figures. What the words mean stands in the "
        "guides to [dating](guides/dating.md) and [residual risk](guides/residual_risk.md).", "",
        "## The figures that were known", "", "| question | known | here |", "|---|---:|---:|",
        f"| 3 of 3 marks late, 1 % misread: p | 1e-6 | {late_marks_p(3, 3, 0.01):.0e} |",
        f"| 3 of 50, 2 %: p | .08 | {late_marks_p(3, 50, 0.02):.3f} |",
        f"| 0.4 missed expected, 3 found: p | .008 | {released_finds_p(3, 0.4):.4f} |",
        f"| the same: Bayes factor | 10 | {bayes_factor(3, 0.4):.2f} |",
        f"| 2 expected, 3 found: Bayes factor | 0.9 | {bayes_factor(3, 2.0):.2f} |",
        "| 247 of 345: share, 95 % interval | .716, .665-.763 | "
        f"{', '.join(f'{each:.3f}' for each in share_interval(247, 345))} |", "",
    )  # fmt: skip
    yield from _false_alarms()
    yield from _wrong_rates()
    yield from _power()
    yield from _lists()
    yield from _sampling()


def _false_alarms() -> Iterator[str]:
    began = time.process_time()
    ours = [float(np.mean(world(seed).alarm >= 0)) for seed in SEEDS]
    seconds = (time.process_time() - began) / len(SEEDS)
    plain = [naive(seed) for seed in SEEDS]
    rows = [whole_way(seed) for seed in SEEDS]
    yield from (
        f"## False alarms: {DISTRICTS:,} districts, {LOOKS} monthly looks, alpha {ALPHA:g}", "",
        "Nothing was laid after D; each district has a pace of its own. Share of districts that ever have an alarm, "
        f"smallest and largest of {len(SEEDS)} seeds:", "",
        "| what is looked at each month | share with an alarm | goal |",
        "|---|---:|---:|",
        f"| the table's e-values | {min(ours):.4f} to {max(ours):.4f} | at most {ALPHA:g} |",
        f"| for comparison: a plain p value of the marks at most {ALPHA:g} | {min(plain):.4f} to {max(plain):.4f} | |",
        f"| single finds in rows, joined to events (400 districts, 36 looks) | {min(a for a, _ in rows):.4f} to "
        f"{max(a for a, _ in rows):.4f} | at most {ALPHA:g} |",
        "| for comparison: the same finds, each counted by itself | "
        f"{min(b for _, b in rows):.4f} to {max(b for _, b in rows):.4f} | |", "",
        f"The {DISTRICTS:,} districts took {seconds:.1f} s of processor time.", "",
    )  # fmt: skip


def _wrong_rates() -> Iterator[str]:
    yield from (
        "## When an assumed rate is wrong", "",
        f"The promise holds while the true rates are at most those assumed. Assumed: {RATE:.0%} misread. Share of "
        f"{DISTRICTS:,} districts with an alarm where nothing was laid after D (seed 1):", "",
        "| true rate | share with an alarm |", "|---|---:|",
    )  # fmt: skip
    for factor in (0.5, 1.0, 2.0, 5.0):
        yield f"| misread {factor * RATE:.1%} | {np.mean(world(1, true_rate=factor * RATE).alarm >= 0):.4f} |"
    for factor in (0.5, 2.0, 5.0):
        yield f"| {factor:g} times as many missed items | {np.mean(world(1, missed=factor).alarm >= 0):.4f} |"
    yield from ("", "So every cell of the table prints its result at half, twice and five times the assumed rate.", "")


def _power() -> Iterator[str]:
    table = power_table(RATE, ALPHA)
    yield from (
        "## Power by effect size", "",
        f"Probability of an alarm within {table['looks']} months, alpha {ALPHA:g}, {RATE:.0%} misread; exact, look by "
        "look. The first row of each is the false alarms.", "",
        "| share truly laid after D | " + " | ".join(f"{n} marks a month" for n in table["read_a_month"]) + " |",
        "|---:|" + "---:|" * len(table["read_a_month"]),
    )  # fmt: skip
    for row in table["marks"]:
        yield f"| {row['late_share']:.0%} | " + " | ".join(f"{p:.3f}" for p in row["power"]) + " |"
    yield ""
    heads = (f"{n:g} missed expected a year" for n in table["expected_a_year"])
    yield "| extra finds a year | " + " | ".join(heads) + " |"
    yield "|---:|" + "---:|" * len(table["expected_a_year"])
    for row in table["found"]:
        yield f"| {row['extra_a_year']:g} | " + " | ".join(f"{p:.3f}" for p in row["power"]) + " |"
    yield ""


def _lists() -> Iterator[str]:
    yield from (
        "## The list over all districts", "",
        "1,000 districts, of which some hold items laid after D (30 % of the marks, 2 finds a year). Listed at 5 % by "
        "Benjamini and Yekutieli on p values that hold at any look:", "",
        "| districts with such items | of them listed | listed in error, share of the list |", "|---:|---:|---:|",
    )  # fmt: skip
    for true in (0, 20, 200):
        parts = [world(7, late=0.3, extra=2.0, districts=true), world(8, districts=1000 - true)]
        marks, found = (np.concatenate([getattr(each, name) for each in parts]) for name in ("marks", "found"))
        joined = follow(marks, found, ALPHA)
        named = listed(joined, ALPHA) >= 0
        wrong = named[true:].sum() / max(1, named.sum())
        yield f"| {true} | {named[:true].sum()} | {wrong:.3f} |"
    yield ""


def _sampling() -> Iterator[str]:
    published = {100: (45, 78, 95), 200: (51, 105, 155, 190), 500: (56, 129, 225, 388), 1000: (57, 138, 258, 450)}
    yield from (
        "## Samples that accept on zero, beside published tables", "",
        "95 % confidence, detection 1, hypergeometric; published: ISPM 31 (FAO 2008), Table 1.", "",
        "| units | share | published | here |", "|---:|---:|---:|---:|",
    )  # fmt: skip
    for units, sizes in published.items():
        for share, size in zip((0.05, 0.02, 0.01, 0.005), sizes, strict=False):
            yield f"| {units:,} | {share:.1%} | {size} | {accept_on_zero(units, share, 0.95).sample} |"
    yield from (
        f"| 1,600 (99 % confidence; Cannon and Roe 1982) | 1.0% | 399 | {accept_on_zero(1600, 0.01, 0.99).sample} |",
        f"| very many (40 CFR 1090.1805) | 10.0% | 29 | {accept_on_zero(100_000, 0.1, 0.95).sample} |", "",
        "## What remains after a search, beside a simulation", "",
        "100,000 fields of 2 ha, items from the prior (mean 3 a hectare, shape 1.5), each found with probability 0.9; "
        "fields in which so many were found:", "",
        "| found | fields | left, mean | foretold | none left | foretold | not more than (95 %) | held in |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    )  # fmt: skip
    rng = np.random.default_rng(9)
    laid = rng.poisson(2 * rng.gamma(1.5, 2.0, 100_000))
    found = rng.binomial(laid, 0.9)
    for count in (0, 3, 8, 15):
        left = (laid - found)[found == count]
        told = residual_items(count, 2.0, 0.9, prior_per_ha=3.0, prior_shape=1.5)
        most = told.not_more_than["0.95"]
        yield (f"| {count} | {left.size:,} | {left.mean():.3f} | {told.mean:.3f} | {np.mean(left == 0):.3f} | "
               f"{told.none:.3f} | {most} | {np.mean(left <= most):.3f} |")  # fmt: skip
    yield ""


def main() -> None:
    """Write the page."""
    PAGE.write_text("\n".join(pages()).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
