"""How do a programme's casualties change over time, where do they cluster, and how do they compare with people?

Each answer carries its rule, its assumptions, its numbers and denominators, both clocks, and the seed where chance was
drawn.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.casualties.care import CARE_RULE, follow_up
from whitestone.casualties.changes import CHANGE_ASSUMPTIONS, find_changes
from whitestone.casualties.clusters import CLUSTER_ASSUMPTIONS, Cylinders, Scan, find_clusters
from whitestone.casualties.delays import DELAY_RULE, Lateness, estimate_late
from whitestone.casualties.rates import PER_PERSONS, as_row, rate_rows
from whitestone.casualties.series import Series, count_series, period_label, period_of
from whitestone.casualties.trends import TREND_ASSUMPTIONS, fit_trend
from whitestone.errors import InvalidValue, WrongCall
from whitestone.programme.casualties_estimates import plain
from whitestone.programme.casualties_files import Population
from whitestone.programme.casualties_rows import COUNT_RULE, CasualtyRow, day_or_none, read_casualties, within
from whitestone.programme.opening import Clocks, Programme

__all__ = ["care", "clusters", "rates", "trend"]

_A_YEAR = {"year": 1, "month": 12}


def trend(programme: Programme, clocks: Clocks, by: str = "year", *, start: dt.date | None = None,
          end: dt.date | None = None, exposure: tuple[Mapping[str, float], Sequence[str]] | None = None,
          draws: int = 999, seed: int = 1, level: float = 0.95) -> dict[str, Any]:
    """Give casualties by year or month, their rate of change, their change-points and what is still to be reported.

    `exposure`: a number for each period, and its sources. Refuses a step, a span or an exposure that cannot be with
    InvalidValue, and a period without exposure with WrongCall.
    """
    rows = read_casualties(programme, clocks)
    series = count_series(((row.occurred_on, row.persons) for row in rows), by, start, end)
    shares = _exposures(series, exposure)
    told = fit_trend(series.counts, _A_YEAR[by], shares, level)
    cut = find_changes(series.counts, shares, draws=draws, seed=seed, level=level)
    labels = series.labels
    return {
        **clocks.as_dict(), "by": by, "from": labels[0] if labels else None, "to": labels[-1] if labels else None,
        "n": sum(series.counts), "seed": seed, "draws": draws,
        "rows": [{"period": label, "casualties": count, **({} if shares is None else {"exposure": shares[at]})}
                 for at, (label, count) in enumerate(zip(labels, series.counts, strict=True))],
        "trend": plain(told), "cautions": _half_years(rows, series, end),
        "changes": {
            "any_change_p": cut.any_change_p, "dispersion": cut.dispersion,
            "segments": [{"from": labels[each.start], "to": labels[each.stop - 1], "periods": each.stop - each.start,
                          "casualties": each.total, "rate": each.rate, "low": each.low, "high": each.high}
                         for each in cut.segments],
            "changes": [{"before": labels[each.at], "ratio": each.ratio, "p": each.p} for each in cut.changes],
        },
        "late": plain(late_reports(programme, clocks, rows)),
        "left_out": {"undated": series.undated, "date_too_vague": series.too_vague, "outside": series.outside},
        "denominators": {"periods": len(labels), "exposure": None if exposure is None else list(exposure[1]),
                         "persons_dated": sum(series.counts)},
        "rule": f"{COUNT_RULE} Rate ratio a year by Poisson regression, by negative binomial where counts scatter more "
                f"(p < 0.05); segments of level rate by exact Poisson segmentation with BIC; p of any change by "
                f"{draws} shuffles of the series, p of each change by {draws} level series of the same scatter, both "
                f"searched throughout; changes with p > 0.05 are none. {DELAY_RULE}",
        "assumptions": [*TREND_ASSUMPTIONS, *CHANGE_ASSUMPTIONS],
    }  # fmt: skip


def _half_years(rows: Sequence[CasualtyRow], series: Series, end: dt.date | None) -> list[str]:
    """Say that the last year is not whole, where nothing is dated to its last months: half a year looks like a fall."""
    if series.step != "year" or not series.counts or end is not None:
        return []
    days = [day for day in (day_or_none(row.occurred_on) for row in rows) if day is not None and day.month]
    last = max((day for day in days if day.year == series.first + len(series.counts) - 1), default=None,
               key=lambda day: day.last_day)  # fmt: skip
    if last is None or last.last_day.month == 12:
        return []
    return [f"Nothing is dated after {last} in the last year, which may not be whole: a part of a year looks like a "
            "fall. Bound the years with --to."]  # fmt: skip


def late_reports(programme: Programme, clocks: Clocks, rows: Sequence[CasualtyRow]) -> Lateness:
    """Estimate what of the last months is still to be reported, by when each record was reported or recorded here.

    A record counts as known on the day of its report where it states one, else when its first revision was recorded,
    by the clock of the database that it came from where that is told.
    """
    first: dict[Any, dt.datetime] = {}
    if any(row.reported_on is None for row in rows):
        for kind in ("casualty", "accident"):
            for each in programme.journal.revisions(kind=kind):
                first.setdefault(each.record_id, each.source_recorded_at or each.recorded_at)
    known_until = clocks.known_on or programme.today()
    last = min(known_until, clocks.on)
    occurred, known = [], []
    for row in rows:
        day, report = day_or_none(row.occurred_on), day_or_none(row.reported_on)
        month = None if day is None else period_of(day, "month")
        seen = report.last_day if report else first[row.record].date() if row.record in first else None
        if month is not None and seen is not None:
            occurred += [month] * row.persons
            known += [seen.year * 12 + seen.month - 1] * row.persons
    return estimate_late(occurred, known, last.year * 12 + last.month - 1)


def clusters(programme: Programme, clocks: Clocks, by: str = "month", *, start: dt.date | None = None,
             end: dt.date | None = None, population: Population | None = None, count: str = "casualties",
             cylinders: Cylinders | None = None, draws: int = 999, seed: int = 1,
             alpha: float = 0.05) -> dict[str, Any]:
    """Find clusters of casualties in space and time; persons of one accident move together where it is known.

    `count` "events": one for each accident, or for each place and period where accidents are not known. Places without
    a position, and dates too vague for the step, are left out and counted. Refuses another step or count with
    InvalidValue, and what `find_clusters` refuses.
    """
    if count not in ("casualties", "events"):
        raise InvalidValue(field="count", value=count, why="casualties or events")
    rows = read_casualties(programme, clocks)
    series = count_series(((row.occurred_on, row.persons) for row in rows), by, start, end)
    gazetteer = _Gazetteer(programme, clocks)
    people = None if population is None else gazetteer.people_of(population)
    units, left_out = _units(rows, series, gazetteer, people)
    peopled = {} if people is None else {site: each for site, each in people.items() if each}
    sites = sorted({site for site, _, _ in units} | gazetteer.placed(peopled))
    place = {site: at for at, site in enumerate(sites)}
    positions = [gazetteer.position(site) for site in sites]
    grouped = _grouped(units, count)
    scan = find_clusters(
        [place[site] for site, _, _ in grouped], [period for _, period, _ in grouped],
        [each[0] for each in positions], [each[1] for each in positions], max(1, len(series.counts)),
        weight=[weight for _, _, weight in grouped], within=cylinders, draws=draws, seed=seed, alpha=alpha,
        population=None if people is None else [peopled[site] for site in sites],
    )  # fmt: skip
    model = "permutation of times (no population)" if people is None else "Poisson, by population"
    asked = cylinders or Cylinders()
    return {
        **clocks.as_dict(), "by": by, "count": count, "n": scan.cases, "seed": seed, "draws": draws, "alpha": alpha,
        "model": model, "critical_log_ratio": scan.critical, "why_not": scan.why_not,
        "clusters": _cluster_rows(scan, series, sites, gazetteer),
        "denominators": {"units": len(grouped), "places": len(sites), "periods": len(series.counts),
                         "population": None if population is None else sorted(set(population.sources.values())),
                         "peopled_places_without_position": len(peopled.keys() - set(sites))},
        "left_out": {**left_out, "undated": series.undated, "date_too_vague": series.too_vague,
                     "outside": series.outside},
        "rule": f"{COUNT_RULE} Space-time scan statistic (Kulldorff 1997, 2005), {model}; cylinders up to "
                f"{asked.radius_km:g} km and {asked.longest} periods (at most half of the span), at most half of what "
                f"is expected; p from {draws} random worlds, the largest of each against the cluster. At most 20 "
                "clusters are listed, none sharing a place at one time.",
        "assumptions": CLUSTER_ASSUMPTIONS,
    }  # fmt: skip


def rates(programme: Programme, clocks: Clocks, population: Population, *, start: dt.date | None = None,
          end: dt.date | None = None, level: float = 0.95) -> dict[str, Any]:
    """Give casualties for each 100,000 people and year by place, with exact intervals; no population, no rate.

    Without a span the whole calendar years from the first to the last dated casualty count. A casualty counts for the
    first place above it that the file names. Refuses a level or span that cannot be with InvalidValue, and no span
    where nothing is dated with WrongCall.
    """
    rows = read_casualties(programme, clocks)
    start, end = _years_of(rows, start, end)
    kept, undated, outside = within(rows, start, end)
    gazetteer = _Gazetteer(programme, clocks)
    people = gazetteer.people_of(population)
    counts: Counter[str] = Counter()
    for row in kept:
        counts[gazetteer.above(row.place, people) or row.place or ""] += row.persons
    unplaced = counts.pop("", 0)
    years = ((end - start).days + 1) / 365.25
    told, total = rate_rows(counts, people, years, level)
    named = {key: name for name, key in gazetteer.named(population).items()}
    table = []
    for place, rate in told:
        source = population.sources.get(named.get(place, ""))
        table.append({**as_row(gazetteer.label(place), rate), "population": people.get(place), "source": source})
    return {
        **clocks.as_dict(), "from": start.isoformat(), "to": end.isoformat(), "years": years,
        "n": sum(row.persons for row in kept), "per_persons": PER_PERSONS, "seed": None, "level": level,
        "rows": plain(sorted(table, key=lambda row: (row["rate"] is None, -(row["rate"] or 0), row["place"]))),
        "total": plain(as_row("all places with a population", total)),
        "left_out": {"undated": undated, "outside_the_period": outside, "without_a_place": unplaced,
                     "in_places_without_population": sum(each.casualties for _, each in told if each.why_not)},
        "denominators": {"person_years": total.person_years, "sources": sorted(set(population.sources.values())),
                         "places_of_the_file_not_known_here": gazetteer.unknown(population)},
        "rule": f"{COUNT_RULE} Casualties over population times years, for each {PER_PERSONS:,} persons and year; "
                "exact Poisson interval (Garwood 1936). Only the places with a population are in the total.",
        "assumptions": ["The population is the one given, for the whole span: who fled, returned or died is not in it.",
                        "The interval holds chance only, not what was never recorded."],
    }  # fmt: skip


def care(programme: Programme, clocks: Clocks, *, start: dt.date | None = None,
         end: dt.date | None = None) -> dict[str, Any]:
    """Count who was referred to care and not followed up, and the hours to a facility, with what is not known."""
    kept, undated, outside = within(read_casualties(programme, clocks), start, end)
    persons = [{"outcome": row.outcome, **row.care} for row in kept
               for _ in range(0 if row.from_accident else row.persons)]  # fmt: skip
    told = follow_up(persons)
    return {
        **clocks.as_dict(), "from": start.isoformat() if start else None, "to": end.isoformat() if end else None,
        "n": len(persons), "seed": None, **told, "left_out": {
            "undated": undated, "outside_the_period": outside,
            "stated_by_an_accident_only": sum(row.persons for row in kept if row.from_accident)},
        "denominators": {"survivors_or_unknown": told["persons"], "referred": told["referred"],
                         "hours_known": told["hours_known"]},
        "rule": CARE_RULE, "assumptions": ["What nobody wrote down is not known; it is never counted as not done."],
    }  # fmt: skip


class _Gazetteer:
    """Names places and finds where they lie and what lies above them."""

    def __init__(self, programme: Programme, clocks: Clocks) -> None:
        states = list(programme.journal.states("place", on=clocks.on, known=clocks.known))
        self._bodies = {str(state.record_id): state.body for state in states}
        self._middles = {str(state.record_id): state.geometry for state in states if state.geometry is not None}
        self._by_name: dict[str, str] = {}
        for key in ("name", "pcode"):
            for record, body in self._bodies.items():
                if body.get(key):
                    self._by_name[str(body[key]).strip().casefold()] = record
        self._spots: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def label(self, place: str) -> str:
        """Name a place for people: its name and code, or as written."""
        body = self._bodies.get(place)
        if body is None:
            return place
        name, code = body.get("name"), body.get("pcode")
        return f"{name} ({code})" if name and code else str(name or code or place)

    def named(self, population: Population) -> dict[str, str]:
        """Give for each place of a file the record that it names, else the name itself."""
        return {name: self._by_name.get(name.casefold(), name) for name in population.people}

    def unknown(self, population: Population) -> list[str]:
        """List the places of a file that are no places here."""
        return sorted(name for name in population.people if name.casefold() not in self._by_name)

    def people_of(self, population: Population) -> dict[str, float | None]:
        """Give the people of each place by its record; refuses one record that is named twice with InvalidValue."""
        found: dict[str, float | None] = {}
        for name, place in self.named(population).items():
            if place in found:
                raise InvalidValue(field="population", value=name, why="each place once, by its name or its code")
            found[place] = population.people[name]
        return found

    def above(self, place: str | None, wanted: Mapping[str, Any]) -> str | None:
        """Find the first place at or above one that is wanted; None where none is."""
        at, seen = place, set()
        if at is not None and at not in self._bodies:
            at = self._by_name.get(at.casefold(), at)
        while at is not None and at not in seen:
            if at in wanted:
                return at
            seen.add(at)
            at = self._bodies.get(at, {}).get("parent_id")
        return None

    def note(self, site: str, lon: float, lat: float) -> None:
        """Note where a casualty of a site lies."""
        self._spots[site].append((lon, lat))

    def placed(self, sites: Mapping[str, Any]) -> set[str]:
        """Give the sites of which a position is known."""
        return {site for site in sites if site in self._spots or site in self._middles}

    def position(self, site: str) -> tuple[float, float]:
        """Give the middle of what lies in a site, degrees: the median, which a slip does not move; else of its outline.
        """
        if site not in self._spots:
            middle = shapely.centroid(shapely.from_wkb(self._middles[site]))
            return float(middle.x), float(middle.y)
        lon, lat = np.median(np.array(self._spots[site]), axis=0).tolist()
        return lon, lat


Unit = tuple[str, int, tuple[int, str | None]]


def _units(rows: Sequence[CasualtyRow], series: Series, gazetteer: _Gazetteer,
           people: Mapping[str, float | None] | None) -> tuple[list[Unit], dict[str, int]]:
    """Give site, period, persons and accident of each row that has a period, a site and a position."""
    found, without_place, without_people = [], 0, 0
    positions: list[tuple[str, float | None, float | None]] = []
    for row in rows:
        day = day_or_none(row.occurred_on)
        period = None if day is None else period_of(day, series.step)
        at = -1 if period is None else period - series.first
        if not 0 <= at < len(series.counts):
            continue
        site = row.place if people is None else gazetteer.above(row.place, people)
        if site is None and people is None and row.lon is not None and row.lat is not None:
            site = f"{row.lat:.2f}, {row.lon:.2f}"
        if people is not None and (site is None or not people.get(site)):
            without_people += row.persons
        elif site is None:
            without_place += row.persons
        else:
            positions.append((site, row.lon, row.lat))
            found.append((site, at, (row.persons, row.event)))
    for site, lon, lat in positions:
        if lon is not None and lat is not None:
            gazetteer.note(site, lon, lat)
    placed = gazetteer.placed({site: None for site, _, _ in found})
    kept = [unit for unit in found if unit[0] in placed]
    unplaced = sum(weight[0] for site, _, weight in found if site not in placed)
    return kept, {"without_a_place": without_place, "in_places_without_position": unplaced,
                  "in_places_without_population": without_people}


def _grouped(units: Sequence[Unit], count: str) -> list[tuple[str, int, int]]:
    """Join persons of one accident; with "events" each accident counts once, else each place and period."""
    joined: Counter[tuple[str, int, str]] = Counter()
    for at, (site, period, (persons, event)) in enumerate(units):
        alone = "" if count == "events" else f"row {at}"
        joined[site, period, event or alone] += persons
    return [(site, period, 1 if count == "events" else persons) for (site, period, _), persons in joined.items()]


def _cluster_rows(scan: Scan, series: Series, sites: Sequence[str], gazetteer: _Gazetteer) -> list[dict[str, Any]]:
    rows = []
    for rank, each in enumerate(scan.clusters, start=1):
        lon, lat = gazetteer.position(sites[each.places[0]])
        rows.append({
            "rank": rank, "from": period_label(series.first + each.start, series.step),
            "to": period_label(series.first + each.stop - 1, series.step), "observed": each.cases,
            "expected": each.expected, "ratio": each.cases / each.expected if each.expected else None,
            "log_ratio": each.log_ratio, "p": each.p, "alarm": each.p <= scan.alpha, "lon": round(lon, 6),
            "lat": round(lat, 6), "radius_km": each.radius_km,
            "places": [gazetteer.label(sites[at]) for at in each.places],
        })  # fmt: skip
    return rows


def _exposures(series: Series, exposure: tuple[Mapping[str, float], Sequence[str]] | None) -> list[float] | None:
    if exposure is None:
        return None
    lacking = [label for label in series.labels if label not in exposure[0]]
    if lacking:
        raise WrongCall(why=f"There is no exposure for {len(lacking)} of {len(series.labels)} periods: "
                            f"{', '.join(lacking[:5])}.",
                        fix="Give one for each period, or bound the series with --from and --to.")
    return [exposure[0][label] for label in series.labels]


def _years_of(rows: Sequence[CasualtyRow], start: dt.date | None, end: dt.date | None) -> tuple[dt.date, dt.date]:
    dated = [day for day in (day_or_none(row.occurred_on) for row in rows) if day is not None]
    if not dated and (start is None or end is None):
        raise WrongCall(why="No casualty is dated, so that no span follows from them.", fix="Give --from and --to.")
    first = start or dt.date(min(day.year for day in dated), 1, 1)
    last = end or dt.date(max(day.year for day in dated), 12, 31)
    if last < first:
        raise InvalidValue(field="to", value=str(last), why="not before --from")
    return first, last
