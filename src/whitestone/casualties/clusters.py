"""Where and when were there more casualties than place and time alone foretell, and could chance have done it?

The space-time scan statistic (Kulldorff 1997; Kulldorff and others 2005): cylinders over nearby places and consecutive
periods, the largest likelihood ratio of all judged against the largest of each of 999 random worlds, so that looking
everywhere is paid for. Without a population, times are shuffled among accidents: places and seasons keep their totals.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue

__all__ = ["CLUSTER_ASSUMPTIONS", "Cluster", "Cylinders", "Scan", "find_clusters"]

Array = np.ndarray[Any, Any]

EARTH_KM = 6_371.0088
MOST_CELLS = 20_000_000
CLUSTER_ASSUMPTIONS = [
    "p is the chance that the largest cluster of a world without clusters is at least this one: all places, times and "
    "sizes were looked at, and that is paid for.",
    "Without a population the question is about place and time together: a place with many casualties all the time is "
    "no cluster, nor is a year with many everywhere.",
    "With a population the question is about risk: a rise everywhere, or a place that is always worse, is a cluster.",
    "Persons of one accident are moved together where the accident is known; else several persons of one accident look "
    "like a cluster of their own: count events then.",
    "A cluster says where to look, not why: a survey of old casualties, a new reporter or a clearance team may be it.",
]


class Cylinders(msgspec.Struct, frozen=True, kw_only=True):
    """Which cylinders are looked at: no wider, no longer, of no fewer cases; `only_last`: alive in the last period."""

    radius_km: float = 50.0
    longest: int = 12
    fewest: int = 2
    most_share: float = 0.5
    only_last: bool = False


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """One cluster: `places` by index, nearest to its centre first; periods `start` to `stop` (not included)."""

    places: list[int]
    start: int
    stop: int
    cases: int
    expected: float
    radius_km: float
    log_ratio: float
    p: float


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """Clusters that share no place at one time, strongest first; chance exceeds the ratio `critical` at rate `alpha`.

    None of them where the data tell of none, with the reason.
    """

    clusters: list[Cluster]
    cases: int
    critical: float | None
    alpha: float
    draws: int
    seed: int
    why_not: str | None = None


def find_clusters(place: Sequence[int], period: Sequence[int], lon: Sequence[float], lat: Sequence[float], periods: int,
                  *, weight: Sequence[int] | None = None, population: Sequence[float] | None = None,
                  within: Cylinders | None = None, draws: int = 999, seed: int = 1, alpha: float = 0.05,
                  most: int = 20) -> Scan:
    """Scan units (accidents or persons) for clusters in space and time.

    Each unit has a place (index into `lon`, `lat`, degrees of WGS 84), a period (0 to `periods` - 1) and a weight (how
    many casualties; default 1). `population` by place: the Poisson model, else the permutation model. Radius by great
    circle. Answers are the same for the same seed, whatever the number of processors. At most `most` clusters are
    listed. Refuses columns that do not fit, positions that are none, fewer than 19 draws, and a table of more than
    MOST_CELLS cells, with InvalidValue.

    >>> place, period = [n % 9 for n in range(72)] + [1] * 9, [n // 9 for n in range(72)] + [4] * 9
    >>> told = find_clusters(place, period, [5.0 * n for n in range(9)], [0.0] * 9, 8, draws=99)
    >>> [(each.places, each.start, each.stop, each.cases) for each in told.clusters[:1]], told.clusters[0].p
    ([([1], 4, 5, 10)], 0.01)
    >>> find_clusters([], [], [], [], 0).why_not
    'there are no casualties with a place and a time'
    """
    asked = within or Cylinders()
    units = _check_units(place, period, lon, lat, periods, weight, population)
    if draws < 19 or not 0 < alpha < 1 or asked.radius_km < 0 or asked.longest < 1:
        raise InvalidValue(field="draws", value=draws, why="at least 19; alpha a share; radius and window not negative")
    nothing = Scan(clusters=[], cases=int(units.weight.sum()), critical=None, alpha=alpha, draws=draws, seed=seed)
    if not units.weight.sum():
        return msgspec.structs.replace(nothing, why_not="there are no casualties with a place and a time")
    if population is None and (len(np.unique(units.place)) < 2 or len(np.unique(units.period)) < 2):
        return msgspec.structs.replace(
            nothing, why_not="all casualties lie in one place or one period: without a population nothing is expected")
    zones = _zones(np.asarray(lon, float), np.asarray(lat, float), units, asked)
    null = _null(units, zones, asked, draws, seed)
    return msgspec.structs.replace(nothing, clusters=_pick(units, zones, asked, null, most),
                                   critical=float(np.quantile(null, 1 - alpha, method="higher")))


class _Units(msgspec.Struct, frozen=True):
    place: Array
    period: Array
    weight: Array
    places: int
    periods: int
    population: Array | None

    def counts(self, period: Array, place: Array) -> Array:
        """Count casualties by place and period."""
        flat = np.bincount(place * self.periods + period, self.weight, self.places * self.periods)
        return flat.astype(np.int64).reshape(self.places, self.periods)

    def expected(self, counts: Array) -> tuple[Array, Array]:
        """Give the two factors whose product is what each cell is expected to hold."""
        total = counts.sum()
        if self.population is None:
            return counts.sum(axis=1) / 1.0, counts.sum(axis=0) / total
        return total * self.population / self.population.sum(), np.full(self.periods, 1 / self.periods)


class _Zones(msgspec.Struct, frozen=True):
    order: Array
    reach: Array
    km: Array


def _check_units(place: Sequence[int], period: Sequence[int], lon: Sequence[float], lat: Sequence[float], periods: int,
                 weight: Sequence[int] | None, population: Sequence[float] | None) -> _Units:
    where, when = np.asarray(place, dtype=np.int64), np.asarray(period, dtype=np.int64)
    heavy = np.ones(len(where), np.int64) if weight is None else np.asarray(weight, dtype=np.int64)
    at = np.column_stack((np.asarray(lon, float), np.asarray(lat, float))) if len(lon) == len(lat) else None
    if at is None or not np.isfinite(at).all() or (np.abs(at) > (360, 90)).any():
        raise InvalidValue(field="lon", value=len(lon), why="a longitude and a latitude in degrees for each place")
    if not len(where) == len(when) == len(heavy) or (heavy < 0).any():
        raise InvalidValue(field="place", value=len(where), why="place, period and weight of one length, none negative")
    if len(where) and not (0 <= where.min() <= where.max() < len(at) and 0 <= when.min() <= when.max() < periods):
        raise InvalidValue(field="place", value=int(where.max()), why=f"one of {len(at)} places and {periods} periods")
    if len(at) * periods > MOST_CELLS:
        raise InvalidValue(field="periods", value=periods, why=f"at most {MOST_CELLS:,} cells of place and period")
    people = None if population is None else np.asarray(population, dtype=float)
    if people is not None and (people.shape != (len(at),) or not np.isfinite(people).all() or (people <= 0).any()):
        raise InvalidValue(field="population", value=str(people[:5]), why="a number above 0 for each place")
    kept = heavy > 0
    return _Units(where[kept], when[kept], heavy[kept], len(at), periods, people)


def _zones(lon: Array, lat: Array, units: _Units, asked: Cylinders) -> _Zones:
    """Order the places about each place by distance, as far as the radius and the share of what is expected go."""
    from scipy.spatial import cKDTree

    east, north = np.radians(lon), np.radians(lat)
    xyz = np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))
    chord = 2 * np.sin(min(asked.radius_km / EARTH_KM, np.pi) / 2) + 1e-12
    share = units.expected(units.counts(units.period, units.place))[0]
    limit = asked.most_share * share.sum()
    rows, lengths = [], []
    for at, near in enumerate(cKDTree(xyz).query_ball_point(xyz, chord)):
        far = np.linalg.norm(xyz[near] - xyz[at], axis=1)
        sorted_ = np.lexsort((near, far))
        kept = np.asarray(near)[sorted_]
        # Places that nobody is expected in make no cylinder of their own; the centre itself always stands.
        many = max(1, int(np.searchsorted(np.cumsum(share[kept]), limit, side="right")))
        rows.append(kept[:many])
        lengths.append(2 * np.arcsin(np.minimum(far[sorted_][:many] / 2, 1)) * EARTH_KM)
    reach = np.array([len(row) for row in rows], np.int64)
    order, km = np.zeros((len(rows), reach.max()), np.int64), np.zeros((len(rows), reach.max()))
    for at, row in enumerate(rows):
        order[at, :len(row)], km[at, :len(row)] = row, lengths[at]
    return _Zones(order, reach, km)


def _null(units: _Units, zones: _Zones, asked: Cylinders, draws: int, seed: int) -> Array:
    """Find the largest ratio of each random world: times shuffled among units, or units thrown by population."""
    from whitestone.casualties.scan_kernels import largest

    people = None if units.population is None else np.cumsum(units.population / units.population.sum())

    def one(key: np.random.SeedSequence) -> float:
        rng = np.random.default_rng(key)
        if people is None:
            place, period = units.place, rng.permutation(units.period)
        else:
            place = np.minimum(np.searchsorted(people, rng.random(len(units.place)), side="right"), units.places - 1)
            period = rng.integers(0, units.periods, len(units.place))
        counts = units.counts(period, place)
        return float(largest(counts, zones.order, zones.reach, *units.expected(counts), _window(units, asked),
                             asked.fewest, asked.only_last))  # fmt: skip

    keys = np.random.SeedSequence(seed).spawn(draws)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return np.array(list(pool.map(one, keys)))


def _window(units: _Units, asked: Cylinders) -> int:
    """Limit a window to half the span, so that a cluster is the exception, not the rule."""
    return max(1, min(asked.longest, units.periods // 2 or 1))


def _pick(units: _Units, zones: _Zones, asked: Cylinders, null: Array, most: int) -> list[Cluster]:
    """Take the strongest cylinder, then the strongest that shares no place at one time with those taken, and so on."""
    from whitestone.casualties.scan_kernels import collect

    counts = units.counts(units.period, units.place)
    share, span = units.expected(counts)
    ratio, ends, sizes = collect(counts, zones.order, zones.reach, share, span, _window(units, asked), asked.fewest,
                                 asked.only_last)  # fmt: skip
    taken = np.zeros(counts.shape, bool)
    found: list[Cluster] = []
    for flat in np.argsort(-ratio, axis=None, kind="stable"):
        centre, start = divmod(int(flat), units.periods)
        if len(found) >= most or ratio[centre, start] <= 0:
            break
        members, stop = zones.order[centre, :sizes[centre, start]], int(ends[centre, start])
        if taken[members, start:stop].any():
            continue
        taken[members, start:stop] = True
        strength = float(ratio[centre, start])
        found.append(Cluster(
            places=members.tolist(), start=start, stop=stop, cases=int(counts[members, start:stop].sum()),
            expected=float(share[members].sum() * span[start:stop].sum()),
            radius_km=float(zones.km[centre, len(members) - 1]), log_ratio=strength,
            p=float(1 + np.sum(null >= strength - 1e-9)) / (len(null) + 1),
        ))  # fmt: skip
    return found
