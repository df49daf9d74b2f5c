"""Are the figures that docs/casualty_estimates.md prints for Colombia those that other means give for the same file?"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from real_files import VICTIMS, bring, keys_in, new_programme, rows
from scipy import optimize, special, stats

from whitestone.programme.casualties_estimates import estimate_missing
from whitestone.programme.casualties_trends import care, clusters, trend
from whitestone.programme.opening import Programme

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "casualty_estimates.md"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory, real_keys: Path, shared_data: Path) -> Iterator[Programme]:
    """Bring in the place codes and the register of casualties, once."""
    with keys_in(real_keys), new_programme(tmp_path_factory.mktemp("estimates") / "colombia") as programme:
        bring(programme, shared_data / "pcodes/global_pcodes_adm_1_2.csv", "pcodes")
        bring(programme, shared_data / f"{VICTIMS}.csv", "colombia_victims")
        yield programme


@pytest.fixture(scope="module")
def table(shared_data: Path) -> list[dict[str, str]]:
    return rows(shared_data / f"{VICTIMS}.csv")


@pytest.fixture(scope="module")
def by_year(register: Programme) -> dict[str, Any]:
    return trend(register, register.clocks(), end=dt.date(2020, 12, 31))


@pytest.fixture(scope="module")
def by_month(register: Programme) -> dict[str, Any]:
    return clusters(register, register.clocks(), draws=99)


def test_the_years_are_those_of_the_table(by_year: dict[str, Any], table: list[dict[str, str]]) -> None:
    counted = Counter(row["ano"] for row in table)
    assert {row["period"]: row["casualties"] for row in by_year["rows"]} == {year: counted[year] for year in counted
                                                                            if year != "2021"}  # fmt: skip
    assert by_year["left_out"] == {"undated": 0, "date_too_vague": 0, "outside": counted["2021"]}


def test_the_rate_ratio_is_that_of_a_negative_binomial_likelihood_maximised_by_hand(by_year: dict[str, Any]) -> None:
    counts = np.array([row["casualties"] for row in by_year["rows"]], float)
    time = np.arange(len(counts)) - (len(counts) - 1) / 2

    def minus(at: np.ndarray) -> float:
        mean, size = np.exp(at[0] + at[1] * time), np.exp(-at[2])
        return -float(np.sum(special.gammaln(counts + size) - special.gammaln(size) - special.gammaln(counts + 1)
                             + size * np.log(size / (size + mean)) + counts * np.log(mean / (size + mean))))

    found = optimize.minimize(minus, [math.log(counts.mean()), 0.0, 0.0], method="Nelder-Mead",
                              options={"maxiter": 20_000, "xatol": 1e-10, "fatol": 1e-12})
    told = by_year["trend"]
    assert told["model"] == "negative binomial"
    assert told["rate_ratio"] == pytest.approx(math.exp(found.x[1]), rel=1e-4)
    step = 1e-3 * np.eye(3)
    at = found.x
    bend = np.array([[(minus(at + a + b) - minus(at + a - b) - minus(at - a + b) + minus(at - a - b)) / 4e-6
                      for b in step] for a in step])  # fmt: skip
    error = math.sqrt(np.linalg.inv(bend)[1, 1])
    reach = stats.t.ppf(0.975, len(counts) - 2) * error
    if told["interval"].startswith("Student"):
        assert (told["low"], told["high"]) == (pytest.approx(math.exp(found.x[1] - reach), rel=2e-3),
                                               pytest.approx(math.exp(found.x[1] + reach), rel=2e-3))  # fmt: skip


def test_no_other_seven_segments_of_the_years_fit_better(by_year: dict[str, Any]) -> None:
    counts = [row["casualties"] for row in by_year["rows"]]
    segments = by_year["changes"]["segments"]
    assert sum(each["casualties"] for each in segments) == sum(counts)

    def cost(start: int, stop: int) -> float:
        total = sum(counts[start:stop])
        return -2 * (total * math.log(total / (stop - start)) - total)

    @cache
    def best(stop: int, parts: int) -> float:
        if parts == 1:
            return cost(0, stop)
        return min(best(cut, parts - 1) + cost(cut, stop) for cut in range(parts - 1, stop))

    bounds = [0, *itertools.accumulate(each["periods"] for each in segments)]
    own = sum(cost(a, b) for a, b in itertools.pairwise(bounds))
    assert own == pytest.approx(best(len(counts), len(segments)))


@pytest.mark.soak  # a minute of looking everywhere
def test_the_clusters_hold_the_persons_of_those_municipalities_and_months(by_month: dict[str, Any],
                                                                          table: list[dict[str, str]]) -> None:
    months = Counter(f"{row['ano']}-{int(row['mes']):02}" for row in table)
    places = Counter(f"CO{row['codigodanemunicipio']:0>5}" for row in table)
    assert by_month["n"] == 12_062
    assert len(by_month["clusters"]) == 20
    for each in by_month["clusters"]:
        codes = {re.search(r"\((CO\d+)\)$", place)[1] for place in each["places"]}
        inside = [row for row in table if f"CO{row['codigodanemunicipio']:0>5}" in codes
                  and each["from"] <= f"{row['ano']}-{int(row['mes']):02}" <= each["to"]]  # fmt: skip
        assert len(inside) == each["observed"]
        mean = sum(places[code] for code in codes) * sum(count for month, count in months.items()
                                                         if each["from"] <= month <= each["to"]) / 12_062  # fmt: skip
        assert each["expected"] == pytest.approx(mean)
        rest = 12_062 - len(inside)
        assert each["log_ratio"] == pytest.approx(len(inside) * math.log(len(inside) / mean)
                                                  + rest * math.log(rest / (12_062 - mean)))  # fmt: skip
        assert each["p"] == 0.01


def test_nothing_is_estimated_from_one_register_and_nothing_is_known_of_care(register: Programme) -> None:
    told = estimate_missing(register, register.clocks(), ["colombia-victims", "pcodes"])
    assert told["estimate"] is None
    assert told["seen"] == 12_062
    assert care(register, register.clocks())["hours_known"] == 0


@pytest.mark.soak  # a minute of looking everywhere
def test_the_page_prints_these_figures(by_year: dict[str, Any], by_month: dict[str, Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = by_year["trend"]
    assert f"{told['rate_ratio']:.3f} ({told['low']:.3f} to {told['high']:.3f})" in page
    for each in by_year["changes"]["segments"]:
        assert f"| {each['from']}–{each['to']} | {each['casualties']:,} |" in page
    for each in by_month["clusters"][:5]:
        assert f"| {each['from']} to {each['to']} | {each['observed']} | {each['expected']:.1f} |" in page
