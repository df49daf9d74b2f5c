"""Where do this programme and another party differ, what was decided about that, and how old is what is left?

The desk of reconciliation. It reads both parties, lets the land room lay them against each other, and adds what people
decided and since when each difference is known.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from pyproj import Geod

from whitestone.errors import InvalidValue, NotAProgramme, UnknownRecord, WrongCall
from whitestone.geodesy.areas import Plane
from whitestone.land.comparing import TOLERANCE_M, Comparison, compare
from whitestone.land.differences import account
from whitestone.land.shifts import Shift
from whitestone.land.sides import Side, make_side
from whitestone.programme.opening import Clocks, Programme, open_programme
from whitestone.programme.reconciling_decisions import Decided, decide, known_since, remember, short, standing
from whitestone.programme.reconciling_parties import Party, Said, file_party, name_alike, programme_party
from whitestone.programme.reconciling_rows import Difference, differences

__all__ = ["AGES_DAYS", "KINDS", "Judged", "OfKind", "Reconciliation", "lay_out", "open_party", "reconcile"]

KINDS = ("hazard", "release")
"""What is reconciled unless other kinds are asked for."""

LEFT_OUT = ("local_id", "legacy_ids", "attachments")
"""Attributes that name a record or lie elsewhere: they match records, and are not compared."""

AGES_DAYS = (7, 30, 90, 365)
"""The backlog is told by how long a difference has been known: up to so many days, and more."""


class Judged(msgspec.Struct):
    """A difference with what was decided about it and since when it is known.

    `state`: open, agreed, disputed or adopted. `moved` says that what differs is not what was decided about, so it is
    open again; `is_new` that this run saw it first.
    """

    difference: Difference
    state: str
    moved: bool
    is_new: bool
    known_since: dt.datetime
    stated_since: dt.datetime | None = None
    """Since when both claims have been on record, as far as both parties' journals tell."""
    by: str | None = None
    reason: str | None = None
    decided_at: str | None = None

    def as_dict(self, now: dt.datetime) -> dict[str, Any]:
        """Return the row that `reconcile --json` prints."""
        each = self.difference
        return {
            "id": str(each.id), "kind": each.kind, "status": each.status, "sentence": each.sentence,
            "ours": each.ours, "theirs": each.theirs, "labels": each.labels, "score": _rounded(each.score),
            "score_parts": each.score_parts, "attributes": each.attributes, "ground": each.ground,
            "nearest": each.nearest, "state": self.state, "moved_since_decided": self.moved, "new": self.is_new,
            "known_since": self.known_since.isoformat(), "age_days": max((now - self.known_since).days, 0),
            "on_record_since": self.stated_since.isoformat() if self.stated_since else None,
            "decided_by": self.by, "decided_at": self.decided_at, "reason": self.reason,
        }  # fmt: skip


class OfKind(msgspec.Struct):
    """The reconciliation of one kind: what the land room found, and every difference as judged."""

    name: str
    found: Comparison
    said: tuple[list[Said], list[Said]]
    judged: list[Judged]
    totals: dict[str, Any]
    plane: Plane

    @property
    def open(self) -> list[Judged]:
        """List what nobody has decided about, or has moved since."""
        return [each for each in self.judged if each.state == "open"]

    def counts(self) -> dict[str, int]:
        """Count records that are the same, and differences by what they are."""
        found = Counter(each.difference.status for each in self.judged)
        names = ("differs", "split", "merged", "only_ours", "only_theirs", "shift")
        return {"same": int(self.found.same.sum()), **{name: found[name] for name in names}}

    def backlog(self, now: dt.datetime) -> dict[str, Any]:
        """Tell how many differences stand how, and how long the undecided ones have been known."""
        states = Counter(each.state for each in self.judged)
        ages = sorted(max((now - each.known_since).days, 0) for each in self.open)
        bounds = (-1, *AGES_DAYS)
        rows: list[dict[str, int | None]] = [{"up_to_days": high, "count": sum(low < age <= high for age in ages)}
                for low, high in zip(bounds, AGES_DAYS, strict=False)]  # fmt: skip
        rows.append({"up_to_days": None, "count": sum(age > AGES_DAYS[-1] for age in ages)})
        return {"open": states["open"], "agreed": states["agreed"], "disputed": states["disputed"],
                "adopted": states["adopted"], "new": sum(each.is_new for each in self.open),
                "moved": sum(each.moved for each in self.open), "oldest_days": ages[-1] if ages else None,
                "median_days": ages[len(ages) // 2] if ages else None, "by_age": rows}  # fmt: skip

    def as_dict(self, now: dt.datetime, *, everything: bool) -> dict[str, Any]:
        """Return what `reconcile --json` prints of one kind."""
        rows = self.judged if everything else self.open
        return {
            "shift": _shift(self.found, self.plane), "ids": {"trusted": self.found.trust.is_trusted,
                                                             "sentence": self.found.trust.sentence()},
            "counts": self.counts(), "totals": self.totals, "compared": self.found.compared,
            "not_compared": self.found.not_compared, "tolerance_m": self.found.tolerance_m,
            "limits": self.found.limits, "backlog": self.backlog(now),
            "differences": [each.as_dict(now) for each in rows],
        }  # fmt: skip


class Reconciliation(msgspec.Struct):
    """The answer: both parties, the clocks, and each kind."""

    programme: Programme
    clocks: Clocks
    ours: Party
    theirs: Party
    kinds: dict[str, OfKind]
    at: dt.datetime
    is_remembered: bool = False

    @property
    def open(self) -> int:
        """Count what is undecided."""
        return sum(len(each.open) for each in self.kinds.values())

    def find(self, text: str) -> tuple[OfKind, Judged]:
        """Find a difference by the beginning of its id; refuses none with UnknownRecord, several with WrongCall."""
        wanted = text.strip().lower()
        found = [(of, each) for of in self.kinds.values() for each in of.judged
                 if str(each.difference.id).startswith(wanted)]  # fmt: skip
        if not found or not wanted:
            raise UnknownRecord(record=f"of a difference {text!r}",
                                fix="'whitestone reconcile OTHER --all --limit 1000' lists them with their ids.")
        if len(found) > 1:
            raise WrongCall(why=f"{text!r} begins the ids of {len(found)} differences.", fix="Give more of the id.")
        return found[0]

    def decide(self, text: str, word: str, *, reason: str) -> Decided:
        """Decide about one difference; refuses as `reconciling_decisions.decide` and `find` do."""
        of, judged = self.find(text)
        offsets = of.found.shifts.offsets(of.found.theirs_drawn)
        rows = judged.difference.rows[1]
        shift = tuple(offsets[rows[0]].tolist()) if rows else (0.0, 0.0)
        done = decide(self.programme, self.theirs, judged.difference, of.said, word, reason=reason, shift_m=shift)
        judged.state, judged.moved = ("open" if word == "reopen" else done.state), False
        judged.by, judged.reason = self.programme.who, reason
        return done

    def as_dict(self, *, everything: bool = False) -> dict[str, Any]:
        """Return what `reconcile --json` prints; `everything` lists what was decided as well."""
        return {
            **self.clocks.as_dict(), "compared_at": self.at.isoformat(), "ours": self.ours.as_dict(),
            "theirs": self.theirs.as_dict(), "remembered": self.is_remembered, "open": self.open,
            "kinds": {name: each.as_dict(self.at, everything=everything) for name, each in self.kinds.items()},
        }  # fmt: skip


def open_party(
    programme: Programme, other: str, kinds: Sequence[str], clocks: Clocks, mapping: Path | str | None = None
) -> Party:
    """Read the other party: a file where `other` names one, else the programme at a folder or database URL.

    Refuses what is neither with NotAProgramme, a programme against itself with WrongCall, and as `file_party` does.
    """
    path = Path(other)
    if "://" not in other and path.is_file():
        return file_party(programme, path, mapping, kinds)
    if mapping is not None:
        raise WrongCall(why=f"--mapping belongs to a file, and {other} is none.",
                        fix="Check the name of the file; another programme needs no mapping.")
    if "://" not in other and not path.exists():
        raise NotAProgramme(where=other)
    with open_programme(other, programme.who, readonly=True) as theirs:
        if theirs.journal.programme_id == programme.journal.programme_id and theirs.journal.node_id == (
            programme.journal.node_id
        ):
            raise WrongCall(why="A programme cannot be reconciled with itself.",
                            fix="Name another programme, or a file.")
        party = programme_party(theirs, kinds, clocks)
        if theirs.journal.programme_id == programme.journal.programme_id:
            # A restored copy: another node of one programme is another party.
            party.key = f"node:{theirs.journal.node_id}"
        return party


def reconcile(
    programme: Programme, other: str, *, kinds: Sequence[str] = KINDS, clocks: Clocks | None = None,
    mapping: Path | str | None = None, tolerance_m: float = TOLERANCE_M, dry_run: bool = False,
) -> Reconciliation:  # fmt: skip
    """Reconcile this programme with another one or a file: what is the same, what differs how, what one alone has.

    Nothing of either party is changed. Unless `dry_run`, the journal keeps which differences this run saw first. Both
    parties are asked as of the same clocks (a file says what it says). Refuses a tolerance below 0 with InvalidValue,
    and as `open_party` does.
    """
    if not 0 <= tolerance_m <= 100:
        raise InvalidValue(field="tolerance", value=tolerance_m, why="metres, from 0 to 100")
    asked = clocks or programme.clocks()
    ours = programme_party(programme, kinds, asked)
    theirs = open_party(programme, other, kinds, asked, mapping)
    name_alike(ours, theirs)
    at = dt.datetime.now(dt.UTC)
    plane = _plane(programme, ours, theirs)
    made = {name: _of_kind(programme, name, ours, theirs, plane, tolerance_m, at) for name in kinds
            if ours.said[name] or theirs.said[name]}  # fmt: skip
    answer = Reconciliation(programme, asked, ours, theirs, made, at)
    if not dry_run:
        for name, each in made.items():
            fresh = [judged.difference.id for judged in each.judged if judged.is_new]
            answer.is_remembered |= remember(programme, theirs, name, fresh, _figures(each))
    return answer


def _figures(each: OfKind) -> dict[str, Any]:
    return {"counts": each.counts(), "ours_m2": each.totals["ours_m2"], "theirs_m2": each.totals["theirs_m2"],
            "difference_m2": each.totals["difference_m2"]}  # fmt: skip


def _plane(programme: Programme, ours: Party, theirs: Party) -> Plane:
    """Take the programme's plane; where none is fixed yet, one in the middle of what both hold."""
    fixed = programme.plane()
    drawn = [each.geometry for party in (ours, theirs) for said in party.said.values() for each in said
             if each.geometry is not None] if fixed is None else []  # fmt: skip
    if fixed is not None or not drawn:
        return fixed or Plane(0.0, 0.0)
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(drawn)).tolist()
    return Plane((west + east) / 2, (south + north) / 2)


def _of_kind(programme: Programme, name: str, ours: Party, theirs: Party, plane: Plane, tolerance_m: float,
             at: dt.datetime) -> OfKind:  # fmt: skip
    said = (ours.said[name], theirs.said[name])
    sides = [lay_out(each, plane) for each in said]
    found = compare(sides[0], sides[1], left_out=LEFT_OUT, tolerance_m=tolerance_m)
    told = differences(programme.journal.programme_id, theirs.key, name, found, said)
    decided = standing(programme, theirs.key)
    since = known_since(programme, theirs.key, name)
    judged = []
    for each in told:
        earlier = decided.get(each.id)
        holds = earlier is not None and earlier.digest == each.digest
        first = since.get(short(each.id))
        judged.append(Judged(
            each, earlier.state if earlier and holds else "open", moved=earlier is not None and not holds,
            is_new=first is None, known_since=first or at, stated_since=_stated(each, said),
            by=earlier.by if earlier else None, reason=earlier.reason if earlier else None,
            decided_at=earlier.at if earlier else None,
        ))  # fmt: skip
    judged.sort(key=_weight)
    return OfKind(name, found, said, judged, account(found).as_dict(), plane)


def _weight(one: Judged) -> tuple[Any, ...]:
    """Order differences: undecided first, a shift before all, then by the ground that is in dispute."""
    each = one.difference
    return (one.state != "open", each.status != "shift", -each.disputed_m2, each.labels["ours"], each.labels["theirs"],
            str(each.id))  # fmt: skip


def _stated(each: Difference, said: tuple[list[Said], list[Said]]) -> dt.datetime | None:
    known = [said[side][row].known for side in (0, 1) for row in each.rows[side]]
    moments = [moment for moment in known if moment is not None]
    return max(moments) if moments and len(moments) == len(known) else None


def lay_out(said: list[Said], plane: Plane) -> Side:
    """Lay out what a party says of one kind as a side of the land room, its shapes in the plane.

    >>> len(lay_out([], Plane(0.0, 0.0)))
    0
    """
    drawn = shapely.from_wkb(np.array([each.geometry for each in said], dtype=object)) if said else []
    return make_side(
        [each.key for each in said], list(plane.project(drawn)), [each.body for each in said],
        own_ids=[each.own_id for each in said], former_ids=[each.former_ids for each in said],
        groups=[each.group for each in said],
    )  # fmt: skip


def _shift(found: Comparison, plane: Plane) -> dict[str, Any]:
    common = found.shifts.common
    groups = {label: _one_shift(found, each, plane) for label, each in found.shifts.groups.items()}
    return {**_one_shift(found, common, plane), "taken_off": found.shifts.is_found, "groups": groups}


def _one_shift(found: Comparison, shift: Shift, plane: Plane) -> dict[str, Any]:
    said: dict[str, Any] = {
        "found": shift.is_found, "sentence": shift.sentence(), "east_m": round(shift.dx_m, 3),
        "north_m": round(shift.dy_m, 3), "distance_m": round(shift.distance_m, 3),
        "bearing_deg": round(shift.bearing_deg, 1), "spread_m": round(shift.spread_m, 3),
        "standard_error_m": round(shift.error_m, 4), "pairs": shift.pairs, "agree": shift.agree,
        "against": shift.against, "p_at_most": shift.p, "evidence": shift.evidence,
    }  # fmt: skip
    if shift.is_found:
        # The plane's north is the true one only at its centre: say the direction on the ground as well.
        x, y = np.nanmedian(found.ours.centres_m, axis=0).tolist()
        lon, lat = plane.lonlat([x, x + shift.dx_m], [y, y + shift.dy_m])
        azimuth, _, metres = Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])
        said |= {"true_bearing_deg": round(azimuth % 360, 1), "on_the_ground_m": round(metres, 3)}
    return said


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)
