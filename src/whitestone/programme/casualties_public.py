"""Which table of casualties may leave the programme, and what did earlier ones tell already?

Every table that goes out is kept as a record: what was asked, what was shown, what was suppressed. The next one is
protected together with all before it, so that nobody learns by comparing two of them what neither shows.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.casualties.columns import CasualtyTable, Coded, coded
from whitestone.casualties.counting import read_dimensions, rules_of
from whitestone.casualties.disclosure import PUBLISHED, SMALL, Figures, Protected, protect, union_of
from whitestone.casualties.editions import ALL, MEASURES, Atoms, Edition, Line, atoms_of, figures_of, small_groups
from whitestone.casualties.places import Gazetteer
from whitestone.casualties.rules import UNKNOWN
from whitestone.casualties.settling import told_by
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import CannotPublish, InvalidValue
from whitestone.journal.drafts import day_number
from whitestone.programme.casualties_counting import casualty_table, check_period, gazetteer
from whitestone.programme.opening import Clocks, Programme

__all__ = ["Asked", "Kept", "earlier_releases", "public_table"]

FINEST_GRID_KM = 5.0
"""A smaller square of the grid could be one farm."""
FINEST_LEVEL = 4
"""Places go out at this level of the gazetteer or above it (domain facts 5.4): a deeper one is a hamlet or a house."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a public table is asked to show."""

    by: tuple[str, ...]
    begins: dt.date | None = None
    ends: dt.date | None = None
    min_cell: int = 3
    grid_km: float | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A release as it is kept: what was asked, both clocks, and each figure of the lines shown (None: suppressed).

    Lines that are not in `lines` were 0. `small` and `with_them` count what was suppressed, for the office alone.
    """

    asked: Asked
    situation_on: dt.date
    as_known_on: dt.date
    released_on: dt.date
    lines: list[tuple[tuple[str, ...], dict[str, int | None]]]
    small: int = 0
    with_them: int = 0
    told_before: int = 0


def public_table(programme: Programme, by: str | Sequence[str], *, begins: dt.date | None = None,
                 ends: dt.date | None = None, level: int | None = None, min_cell: int = 3, grid_km: float | None = None,
                 clocks: Clocks | None = None, keep: bool = True) -> dict[str, Any]:
    """Make a table that may be published, and keep it as a release (`keep` False: only look).

    `by` as of count_casualties, and `grid` (squares of `grid_km` km); places without a level are those of level 1.
    Refuses days in the period that are no borders of months, a grid finer than FINEST_GRID_KM, a level deeper than
    FINEST_LEVEL or one that no place of the gazetteer has, and a `min_cell` below 2 with InvalidValue, a table of too
    many combinations likewise; a table that would tell small figures together
    with earlier releases, whatever is left out, with CannotPublish.
    """
    asked = _asked(by, begins, ends, level, min_cell, grid_km)
    now = clocks or programme.clocks()
    table, places = casualty_table(programme, now), gazetteer(programme, now)
    _check_levels(asked.by, places, is_chosen=level is not None or "place:" in str(by))
    before = earlier_releases(programme)
    editions = [_edition(each.asked) for each in before]
    editions.append(_edition(asked))
    grids = {each.asked.grid_km for each in before if each.asked.grid_km} | ({grid_km} if grid_km else set())
    if len(grids) > 1:
        raise InvalidValue(field="grid-km", value=grid_km, why=f"an earlier release has squares of {min(grids):g} km")
    grid = _grid(programme, table, next(iter(grids))) if grids else None
    atoms = atoms_of(table, editions, places, grid)
    lines, protected, left_out = _protected(atoms, editions, before, asked)
    made = _kept(asked, now, programme, atoms, editions, lines, protected)
    is_new = not any(each.asked == made.asked and each.lines == made.lines for each in before)
    if keep and is_new:
        _record(programme, made)
    return _answer(made, len(before), left_out, recorded=keep)


def earlier_releases(programme: Programme) -> list[Kept]:
    """List what was published before, oldest first."""
    found = [msgspec.convert(state.body["published"], Kept)
             for state in programme.journal.states("decision", geometry=False)
             if state.body.get("decision_type") == "published" and state.body.get("published")]
    return sorted(found, key=lambda each: each.released_on)


def _asked(by: str | Sequence[str], begins: dt.date | None, ends: dt.date | None, level: int | None, min_cell: int,
           grid_km: float | None) -> Asked:
    words = [word.strip() for word in (by.split(",") if isinstance(by, str) else by)]
    names = read_dimensions([word for word in words if word != "grid"])
    if min_cell < 2:
        raise InvalidValue(field="min-cell", value=min_cell, why="2 or more: a figure of 1 is one person")
    if "grid" in words and (grid_km is None or not FINEST_GRID_KM <= grid_km < math.inf):
        raise InvalidValue(field="grid-km", value=grid_km, why=f"{FINEST_GRID_KM:g} or more")
    for name, day, is_border in (("from", begins, begins is None or begins.day == 1),
                                 ("to", ends, ends is None or (ends + dt.timedelta(days=1)).day == 1)):
        if not is_border:
            raise InvalidValue(field=name, value=str(day), why="dates go out to the month: YYYY-MM or YYYY")
    check_period(begins, ends)
    coarse = [f"place:{1 if level is None else level}" if name == "place" else "source" if name == "dataset" else name
              for name in names if name != "outcome"]
    return Asked(by=tuple(dict.fromkeys([*coarse, *(["grid"] if "grid" in words else [])])), begins=begins, ends=ends,
                 min_cell=min_cell, grid_km=grid_km if "grid" in words else None)


def _check_levels(by: Sequence[str], places: Gazetteer, *, is_chosen: bool) -> None:
    """Refuse a level that is too fine to go out, and one that no place has: all would stand under unknown."""
    levels = sorted({spot.level for spot in places.spots.values() if spot.level is not None})
    for name in by:
        wanted = int(name.partition(":")[2]) if name.startswith("place:") else None
        if wanted is None:
            continue
        if wanted > FINEST_LEVEL:
            raise InvalidValue(field="level", value=wanted, why=f"{FINEST_LEVEL} or less: a finer place is a few homes")
        if wanted not in levels and (levels or is_chosen):
            have = ", ".join(map(str, levels)) or "none"
            raise InvalidValue(field="level", value=wanted, why=f"a level that places of the gazetteer have: {have}")


def _edition(asked: Asked) -> Edition:
    return Edition(by=asked.by, begins=None if asked.begins is None else day_number(asked.begins),
                   ends=None if asked.ends is None else day_number(asked.ends))


def _grid(programme: Programme, table: CasualtyTable, size_km: float) -> Coded:
    """Name the square of the equal-area plane that each position lies in by the middle of the square."""
    plane = programme.plane()
    known = ~np.isnan(table.lon)
    if plane is None or not known.any():
        return Coded(np.zeros(len(table), dtype=np.int32), (UNKNOWN,))
    x, y = plane.xy(table.lon[known], table.lat[known])
    size_m = size_km * 1000
    squares, place = np.unique(np.stack([np.floor(x / size_m), np.floor(y / size_m)], axis=1), axis=0,
                               return_inverse=True)
    lon, lat = plane.lonlat((squares[:, 0] + 0.5) * size_m, (squares[:, 1] + 0.5) * size_m)
    names = np.array([f"{north:.2f} {east:.2f}" for north, east in zip(lat, lon, strict=True)], dtype=object)
    words: list[str | None] = [UNKNOWN] * len(table)
    for row, name in zip(np.flatnonzero(known).tolist(), names[place.ravel()].tolist(), strict=True):
        words[row] = name
    return coded(words)


class _Before(msgspec.Struct):
    """What earlier releases told, as sums of today's groups.

    `shown`: what they published, taken as if it were shown today; `still`: of these the ones that are the same today;
    `moved`: the ones that changed since by fewer than may be told, and such figures of this release as can be worked
    out from them; `suppressed`: what they suppressed, and so told to be 1 or more.
    """

    shown: list[Any]
    still: list[Any]
    moved: list[Any]
    suppressed: list[Any]


def _told_before(atoms: Atoms, editions: list[Edition], before: list[Kept], figures: Figures, least: int) -> _Before:
    told = _Before([], [], [], [])
    for number, release in enumerate(before):
        own, theirs = figures_of(atoms, editions[number], number)
        was = _by_line(release)
        shown = np.array([was.get(line, 0) is not None for line in own], dtype=bool)
        old = np.array([was.get(line, 0) or 0 for line in own], dtype=np.int64)
        now = theirs.values(atoms.persons)
        # What was 0 and is no longer says nothing of today; what was shown is taken as if it were shown today.
        is_news = np.array([line not in was for line in own], dtype=bool) & (now > 0)
        is_moved = shown & (now != old) & (np.abs(now - old) < least)
        told.shown.append(theirs.sums[np.flatnonzero(shown & ~is_news)])
        told.still.append(theirs.sums[np.flatnonzero(shown & (now == old))])
        told.moved.append(theirs.sums[np.flatnonzero(is_moved)])
        told.suppressed.append(theirs.sums[np.flatnonzero(~shown)])
        if editions[number] != editions[-1] and (now != old)[shown].any():
            # This release may show what can be worked out of that one: three months of it, a span, one sex of two.
            today = figures.values(atoms.persons)
            told_then = told_by(theirs.sums[np.flatnonzero(shown)], old[shown], figures.sums)
            told.moved.append(figures.sums[np.flatnonzero((told_then != today) & (np.abs(told_then - today) < least))])
    return told


def _protected(atoms: Atoms, editions: list[Edition], before: list[Kept], asked: Asked
               ) -> tuple[list[Line], Protected, int]:
    """Protect this release together with all before it, against what they tell and against what changed since."""
    lines, figures = figures_of(atoms, editions[-1], len(editions) - 1)
    told, count, left_out = _told_before(atoms, editions, before, figures, asked.min_cell), len(atoms.persons), 0
    groups: list[Any] = []
    if before:
        small, left_out = small_groups(atoms, editions, asked.min_cell)
        groups = [small]
    moved, suppressed = union_of(told.moved, count), union_of(told.suppressed, count)

    def search(shown: list[Any], hidden: Any, also: Any) -> Protected:
        """Protect with what a reader is taken to know and what must not be told."""
        return protect(atoms.persons, figures, asked.min_cell, asked.min_cell, before=union_of(shown, count),
                       hidden=hidden, not_zero=suppressed, also=also)

    also: Any = None
    try:
        # A reader who knows what was shown must not learn what it has become, whatever dimensions tell it; and one who
        # takes it for what it is today must not learn anything else.
        if moved.shape[0]:
            first = search(told.still, moved, None)
            also, left_out = first.status != PUBLISHED, left_out + first.not_tried
            if first.told_before:  # told to one who knows what did not change, which nobody says: not to all others
                also |= search([], moved[list(first.told_before)], also).status != PUBLISHED
        hidden = union_of([*told.suppressed, *groups], count)
        protected = search(told.shown, hidden, also)
        left_out += protected.not_tried
        is_changed = union_of(told.still, count).shape[0] < union_of(told.shown, count).shape[0]
        given_up = hidden[list(protected.told_before)] if is_changed else hidden[[]]
        small = given_up[np.flatnonzero(np.asarray(given_up @ atoms.persons) < asked.min_cell)]
        if small.shape[0]:
            # Earlier releases told that only if what they showed is still so; what has changed since, nobody knows.
            protected = search(told.still, small, protected.status != PUBLISHED)
            left_out += protected.not_tried
    except CannotPublish as error:
        raise CannotPublish(before=len(before), least=asked.min_cell) from error
    return lines, protected, left_out


def _by_line(release: Kept) -> dict[Line, int | None]:
    return {Line(tuple(key), measure): value for key, figures in release.lines for measure, value in figures.items()}


def _kept(asked: Asked, clocks: Clocks, programme: Programme, atoms: Atoms, editions: list[Edition],
          lines: list[Line], protected: Protected) -> Kept:
    _, figures = figures_of(atoms, editions[-1], len(editions) - 1)
    values = figures.values(atoms.persons).tolist()
    rows: dict[tuple[str, ...], dict[str, int | None]] = {}
    for line, value, status in zip(lines, values, protected.status.tolist(), strict=True):
        rows.setdefault(line.key, {})[line.measure] = value if status == PUBLISHED else None
    counted = Counter(protected.status.tolist())
    # A row of which nothing is hidden and all is 0 holds nobody: it is left out, and so known to be 0.
    kept = [(key, row) for key, row in rows.items() if any(value != 0 for value in row.values()) or ALL in key]
    return Kept(asked=asked, situation_on=clocks.on, as_known_on=clocks.known_on or programme.today(),
                released_on=programme.today(), lines=kept, small=counted[SMALL],
                with_them=sum(counted.values()) - counted[SMALL] - counted[PUBLISHED],
                told_before=len(protected.told_before))


def _record(programme: Programme, made: Kept) -> None:
    body = {"decision_type": "published", "decided_on": programme.today().isoformat(),
            "name": f"Casualties by {', '.join(made.asked.by) or 'nothing'}", "published": msgspec.to_builtins(made)}
    act = Act(author=programme.who, reason="figures of casualties left the programme")
    programme.journal.append(act, [Draft(kind="decision", record_id=new_id(), body=body)])


def _answer(made: Kept, before: int, left_out: int, *, recorded: bool) -> dict[str, Any]:
    """Write a release as it may go out: no record, and not which of the suppressed figures are the small ones."""
    by, asked = made.asked.by, made.asked
    cells = [(key, row) for key, row in made.lines if ALL not in key]
    margins = [(key, row) for key, row in made.lines if ALL in key and set(key) != {ALL}]
    total = next((row for key, row in made.lines if set(key) <= {ALL}), dict.fromkeys(MEASURES, 0))
    hidden = sum(value is None for _, row in made.lines for value in row.values())
    return {
        "situation_on": made.situation_on.isoformat(),
        "as_known_on": made.as_known_on.isoformat(),
        "from": asked.begins.isoformat() if asked.begins else None,
        "to": asked.ends.isoformat() if asked.ends else None,
        "min_cell": asked.min_cell,
        "rows": [{"key": dict(zip(by, key, strict=True)), **row} for key, row in cells],
        "margins": [{"key": {name: word for name, word in zip(by, key, strict=True) if word != ALL}, **row}
                    for key, row in margins],
        "total": total,
        "suppressed": {"figures": hidden, "why": _why(asked, hidden, before, left_out)},
        "generalised": _generalised(asked),
        "earlier_releases": before,
        "recorded": recorded,
        "rule": rules_of([name for name in by if name != "grid"]),
    }


def _why(asked: Asked, hidden: int, before: int, left_out: int) -> list[str]:
    said = [f"No figure is between 1 and {asked.min_cell - 1}; nothing is suppressed."] if not hidden else [
        f"{hidden} figures are suppressed (null): fewer than {asked.min_cell} persons, or a figure from which such "
            f"a one could be worked out. None can be told within {asked.min_cell} from what is published."]
    if before and (hidden or left_out):
        said.append(f"Protected together with {before} earlier releases: a difference between two tables, or a change "
                    f"of fewer than {asked.min_cell} since, is suppressed as well.")
    if left_out:
        said.append(f"{left_out:,} further small groups between the releases were too many to be looked at one by one.")
    return said


def _generalised(asked: Asked) -> dict[str, str]:
    said = {name: f"level {name.partition(':')[2]} of the gazetteer" for name in asked.by if name.startswith("place")}
    if asked.grid_km:
        said["grid"] = f"squares of {asked.grid_km:g} km, named by latitude and longitude of their middle"
    return said | {name: f"to the {name}" for name in asked.by if name in ("month", "year")}

