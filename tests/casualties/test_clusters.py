"""Is the strongest cluster the strongest, is chance held to its rate, and does one accident stay one accident?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.clusters import Cylinders, find_clusters
from whitestone.casualties.scan_kernels import collect, largest, log_ratio
from whitestone.errors import InvalidValue

LON = [0.0, 0.3, 0.6, 2.0, 2.3, 4.0]
LAT = [0.0, 0.1, 0.0, 0.0, 0.2, 0.0]


def by_trying_all(counts: np.ndarray, radius_km: float, longest: int, fewest: int, *, alive: bool = False,
                  population: list[float] | None = None) -> float:  # fmt: skip
    """Give the largest ratio with plain loops: every circle about a place, every window."""
    total, best = counts.sum(), 0.0
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    if population is not None:
        expected = np.outer(population, np.ones(counts.shape[1])) * total / (sum(population) * counts.shape[1])
    at = np.radians(np.column_stack((LON, LAT)))
    for centre in range(len(LON)):
        half = np.sin((at[:, 1] - at[centre, 1]) / 2) ** 2 + np.cos(at[:, 1]) * np.cos(at[centre, 1]) \
            * np.sin((at[:, 0] - at[centre, 0]) / 2) ** 2
        km = 2 * 6371.0088 * np.arcsin(np.sqrt(half))
        order = np.argsort(km, kind="stable")
        for size in range(1, int((km <= radius_km).sum()) + 1):
            zone = order[:size]
            if size > 1 and expected[zone].sum() > total / 2 + 1e-9:
                break
            for start in range(counts.shape[1]):
                for stop in range(start + 1, min(start + longest, counts.shape[1]) + 1):
                    if alive and stop < counts.shape[1]:
                        continue
                    cases = counts[zone, start:stop].sum()
                    mean = expected[zone, start:stop].sum()
                    if cases >= fewest and cases > mean:
                        rest = total - cases
                        told = cases * math.log(cases / mean) + (rest * math.log(rest / (total - mean)) if rest else 0)
                        best = max(best, told)
    return best


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=3, max_size=60),
       st.sampled_from([0.0, 40, 90]), st.integers(1, 5), st.integers(2, 3), st.booleans())  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_the_strongest_is_the_one_that_trying_all_cylinders_finds(
    units: list[tuple[int, int]], radius_km: float, longest: int, fewest: int, alive: bool
) -> None:
    place, period = [each[0] for each in units], [each[1] for each in units]
    if len(set(place)) < 2 or len(set(period)) < 2:
        return
    counts = np.zeros((6, 10), np.int64)
    np.add.at(counts, (place, period), 1)
    asked = Cylinders(radius_km=radius_km, longest=longest, fewest=fewest, only_last=alive)
    told = find_clusters(place, period, LON, LAT, 10, within=asked, draws=19)
    truth = by_trying_all(counts, radius_km, longest, fewest, alive=alive)
    assert (told.clusters[0].log_ratio if told.clusters else 0.0) == pytest.approx(truth, abs=1e-9)


@pytest.mark.parametrize("population", [None, [10.0, 20.0, 5.0, 40.0, 8.0, 30.0]])
def test_chance_is_that_of_worlds_drawn_and_scanned_with_plain_loops(population: list[float] | None) -> None:
    """The strongest ratio, its p and the critical value again: shuffled or drawn worlds, every cylinder tried."""
    rng = np.random.default_rng(6)
    place, period = rng.integers(0, 6, 60), rng.integers(0, 8, 60)
    place[:4], period[:4] = 3, 5
    asked = {"radius_km": 60.0, "longest": 3, "fewest": 2}

    def ratio(where: np.ndarray, when: np.ndarray) -> float:
        counts = np.zeros((6, 8), np.int64)
        np.add.at(counts, (where, when), 1)
        return by_trying_all(counts, **asked, population=population)

    share = None if population is None else np.array(population) / sum(population)
    worlds = [ratio(place, rng.permutation(period)) if share is None else
              ratio(rng.choice(6, 60, p=share), rng.integers(0, 8, 60)) for _ in range(300)]
    told = find_clusters(place.tolist(), period.tolist(), LON, LAT, 8, population=population,
                         within=Cylinders(**asked))  # fmt: skip
    strongest = told.clusters[0]
    assert strongest.log_ratio == pytest.approx(ratio(place, period), abs=1e-9)
    p = (1 + sum(each >= strongest.log_ratio - 1e-9 for each in worlds)) / 301
    assert strongest.p == pytest.approx(p, abs=4 * math.sqrt(max(p * (1 - p), 0.004) / 300))
    assert told.critical == pytest.approx(np.quantile(worlds, 0.95), rel=0.2)


def test_the_short_cuts_of_the_kernel_lose_no_cluster() -> None:
    """`largest` skips what cannot be the largest, `collect` skips nothing."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        counts = rng.poisson(0.3, (30, 40)).astype(np.int64)
        counts[rng.integers(30), rng.integers(40)] += rng.integers(0, 9)
        order = np.array([rng.permutation(30) for _ in range(30)])
        asked = (order, np.full(30, 7), counts.sum(axis=1) / 1.0, counts.sum(axis=0) / counts.sum(), 11, 2)
        for alive in (False, True):
            assert largest(counts, *asked, alive) == pytest.approx(collect(counts, *asked, alive)[0].max(), abs=1e-12)


def test_the_ratio_is_kulldorffs() -> None:
    assert log_ratio(30.0, 10.0, 100.0) == pytest.approx(30 * math.log(3) + 70 * math.log(70 / 90))
    assert log_ratio(100.0, 50.0, 100.0) == pytest.approx(100 * math.log(2))
    assert log_ratio(9.0, 10.0, 100.0) == 0.0


@pytest.mark.parametrize("population", [None, [10.0, 20.0, 5.0, 40.0, 8.0, 30.0]])
def test_worlds_without_clusters_raise_an_alarm_no_more_often_than_alpha(population: list[float] | None) -> None:
    """The guide has the rate over 1,000 worlds."""
    rng, alarms = np.random.default_rng(11), 0
    share = np.array(population or [5, 1, 3, 2, 8, 4]) / sum(population or [5, 1, 3, 2, 8, 4])
    for seed in range(80):
        place, period = rng.choice(6, 100, p=share), rng.integers(0, 24, 100)
        told = find_clusters(place.tolist(), period.tolist(), LON, LAT, 24, draws=39, seed=seed, population=population)
        alarms += bool(told.clusters) and told.clusters[0].p <= 0.05
    assert alarms <= 9


def test_a_planted_cluster_is_found_where_and_when_it_is() -> None:
    rng = np.random.default_rng(2)
    place, period = rng.integers(0, 6, 200).tolist(), rng.integers(0, 36, 200).tolist()
    place += [0, 0, 1, 1] * 10
    period += [20, 21] * 20
    told = find_clusters(place, period, LON, LAT, 36)
    first = told.clusters[0]
    assert (set(first.places), first.start, first.stop, first.p) == ({0, 1}, 20, 22, 0.001)
    assert first.cases >= 40 > 1.5 * first.expected
    assert 30 < first.radius_km < 40
    assert first.log_ratio > told.critical


def test_clusters_share_no_place_at_one_time_and_come_strongest_first() -> None:
    rng = np.random.default_rng(3)
    told = find_clusters(rng.integers(0, 6, 300).tolist(), rng.integers(0, 30, 300).tolist(), LON, LAT, 30, draws=19)
    cells = [(place, period) for each in told.clusters for place in each.places
             for period in range(each.start, each.stop)]  # fmt: skip
    assert len(told.clusters) > 3
    assert len(cells) == len(set(cells))
    ratios = [each.log_ratio for each in told.clusters]
    assert ratios == sorted(ratios, reverse=True)
    assert [each.p for each in told.clusters] == sorted(each.p for each in told.clusters)


def test_twelve_persons_of_one_accident_are_no_cluster_when_they_are_moved_together() -> None:
    rng = np.random.default_rng(4)
    place, period = rng.integers(0, 6, 120).tolist(), rng.integers(0, 24, 120).tolist()
    weight = [1] * 120
    apart = find_clusters(place + [2] * 12, period + [7] * 12, LON, LAT, 24)
    assert apart.clusters[0].p <= 0.01
    weight = [12 if at == 5 else 1 for at in range(120)]
    together = find_clusters(place, period, LON, LAT, 24, weight=weight)
    assert together.clusters[0].cases >= 12
    assert together.clusters[0].p > 0.05


def test_a_population_turns_the_question_to_risk() -> None:
    """Casualties in proportion to people are no cluster; the same casualties among even people are one."""
    people = [1000.0, 10.0, 10.0, 10.0, 10.0, 10.0]
    rng = np.random.default_rng(5)
    place = rng.choice(6, 200, p=np.array(people) / sum(people))
    period = rng.integers(0, 4, 200)
    asked = {"draws": 99, "within": Cylinders(longest=4, most_share=1.0)}
    fair = find_clusters(place.tolist(), period.tolist(), LON, LAT, 4, population=people, **asked)
    even = find_clusters(place.tolist(), period.tolist(), LON, LAT, 4, population=[1.0] * 6, **asked)
    assert not fair.clusters or fair.clusters[0].p > 0.05
    assert even.clusters[0].p == 0.01


def test_only_what_reaches_the_last_period_is_alive() -> None:
    place, period = [n % 6 for n in range(60)] + [3] * 9, [n // 6 for n in range(60)] + [4] * 9
    told = find_clusters(place, period, LON, LAT, 10, within=Cylinders(only_last=True, longest=3), draws=19)
    assert all(each.stop == 10 for each in told.clusters)


def test_the_same_seed_gives_the_same_answer_and_another_nearly_the_same() -> None:
    rng = np.random.default_rng(6)
    asked = (rng.integers(0, 6, 100).tolist(), rng.integers(0, 12, 100).tolist(), LON, LAT, 12)
    one, two, other = (find_clusters(*asked, draws=99, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert [each.log_ratio for each in one.clusters] == [each.log_ratio for each in other.clusters]


@pytest.mark.parametrize(("place", "period"), [([], []), ([0] * 9, list(range(9))), ([0, 1, 2], [4, 4, 4])])
def test_where_nothing_can_be_expected_there_is_a_reason(place: list[int], period: list[int]) -> None:
    told = find_clusters(place, period, LON, LAT, 12)
    assert told.clusters == []
    assert told.why_not


@pytest.mark.parametrize("asked", [
    {"place": [9]}, {"period": [12]}, {"place": [0, 1]}, {"lon": [float("nan"), *LON[1:]]}, {"lat": [91.0, *LAT[1:]]},
    {"lon": LON[1:]}, {"weight": [-1]}, {"population": [1.0] * 5}, {"population": [0.0] * 6}, {"draws": 5},
    {"population": [float("nan")] * 6}, {"alpha": 0.0}, {"within": Cylinders(radius_km=-1.0)}, {"periods": 10**8},
])  # fmt: skip
def test_what_cannot_be_asked_is_refused(asked: dict[str, object]) -> None:
    usual = {"place": [0], "period": [0], "lon": LON, "lat": LAT, "periods": 12}
    with pytest.raises(InvalidValue):
        find_clusters(**{**usual, **asked})
