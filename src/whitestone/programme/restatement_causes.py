"""Which later statements moved a square metre of a closed year, who recorded them, and of what nature are they?

A line of a restatement names the records in whose account the ground moved. Here each is traced to the revisions that
count for that year and were recorded after the closing: of the record itself and of what it hangs on (the activity of
a release, the place or organisation that names the row, a decision that two records are the same). Where the record
itself says nothing new, ground of others that touches it has moved. What no record explains is the computation's.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from whitestone import __version__
from whitestone.domain.dates import parse_partial
from whitestone.domain.revision import Nature, Revision, Workflow
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.land.restating import Line
from whitestone.programme.opening import Programme
from whitestone.programme.periods_stored import Closing

__all__ = ["Causes", "nature_of"]

WORK = ("release", "activity")
_WHERE = frozenset({"place_id", "place_name"})
_NAMED = frozenset({"organisation_id", "organisation_name", "donor", "method"})
READ = {
    "hazard": _WHERE | {"classification", "status", "closure_reason", "contamination", "contamination_confirmed",
                        "area_reported_m2", "discovered_on"},
    "release": _WHERE | _NAMED | {"outcome", "completed_on", "approved_on", "hazard_ids", "activity_id",
                                  "area_reported_m2"},
    "activity": _WHERE | _NAMED | {"ended_on", "approved_on", "hazard_ids", "area_cleared_m2", "area_reduced_m2",
                                   "area_cancelled_m2"},
    "place": frozenset({"name", "pcode", "admin_level"}),
    "organisation": frozenset({"name"}),
}  # fmt: skip
"""What the ledger reads of each kind, beside outlines and dates: a revision that states none of it moves nothing."""

MOVES_GROUND = frozenset({"classification", "status", "closure_reason", "discovered_on", "outcome"})


class Causes:
    """Traces lines of restatement to revisions recorded after a closing, for the situation on a day as known then."""

    def __init__(
        self,
        programme: Programme,
        closing: Closing,
        *,
        on: dt.date | None = None,
        known: dt.datetime | None = None,
        read: Mapping[str, frozenset[str]] = READ,
    ) -> None:
        """Trace for the situation on `on` as known at `known`; `read` says what the figures read of each kind."""
        self.programme, self.journal = programme, programme.journal
        self.closing = closing
        self.on = on or closing.ends_on
        self.known = known
        self.read = read
        self._found: dict[str, dict[str, Any]] = {}

    def told(self, line: Line, column: str, row: tuple[str, str] = ("", "")) -> dict[str, Any]:
        """Write a line as plain values: records, its part of the difference, what moved it; `row` is (by, key)."""
        moved = self._moved_by(line, column, *row)
        for each in moved:
            self._found.setdefault(str(each.revision_id), self._describe(each))
        amount = line.amount / 100 if column.endswith("_m2") else line.amount
        said = {
            **dict(line.records),
            "difference_m2" if column.endswith("_m2") else "difference": amount,
            "moved_by": [str(each.revision_id) for each in moved],
        }
        if not moved:
            said["cause"] = f"no record said anything new: computed otherwise by version {__version__} of the program"
        return said

    def revisions(self) -> dict[str, dict[str, Any]]:
        """Give what was recorded, by whom, when and why, of every revision that a line names."""
        return self._found

    def label(self, record: str) -> str:
        """Name a record for people, as it names itself last."""
        return self._label(record)

    @functools.cache  # noqa: B019 - one tracing, one answer
    def _label(self, record: str) -> str:
        stated = [each.body for each in self._history(record)]
        names = [body.get("local_id") or body.get("name") for body in stated]
        return str(next((name for name in reversed(names) if name), record))

    def _moved_by(self, line: Line, column: str, by: str, key: str) -> list[Revision]:
        found: dict[uuid.UUID, Revision] = {}
        for kind, record in line.records:
            for each in self._of_record(kind, record):
                found[each.revision_id] = each
        if by in ("place", "organisation"):
            found |= {each.revision_id: each for each in self._of_names(line, by, key)}
        hazards = [record for kind, record in line.records if kind == "hazard"]
        if column.startswith("closing_reported"):
            # What work states without drawing it is taken off this figure of the hazard that it names.
            found |= {each.revision_id: each for hazard in hazards for each in self._naming(hazard)}
        elif not hazards and not found:
            # An area that is only reported stands in the row of the hazards that its work names.
            named = {str(own) for _, record in line.records for body in self._bodies(record)
                     for own in body.get("hazard_ids") or ()}  # fmt: skip
            found |= {each.revision_id: each for own in sorted(named) for each in self._of_record("hazard", own)}
        is_count = self.read is not READ and not column.endswith("_m2")  # of records, whatever their ground
        if not is_count and not any(_moves_ground(each) for each in found.values()):
            found |= {each.revision_id: each for hazard in hazards for each in self._touching(hazard)}
        return sorted(found.values(), key=lambda each: each.seq)

    @functools.cache  # noqa: B019
    def _of_record(self, kind: str, record: str) -> list[Revision]:
        found = [*self._counting(record), *self._same.get(record, ())]
        if kind in ("release", "item"):
            told = self._history(record)
            activities = {str(each.body["activity_id"]) for each in told if each.body.get("activity_id")}
            found += [each for activity in sorted(activities) for each in self._counting(activity)]
        return found

    def _of_names(self, line: Line, by: str, key: str) -> list[Revision]:
        """Find what was said later of the places or organisations that name rows of these records."""
        attribute = f"{by}_id"
        named = {str(body[attribute]) for _, record in line.records for body in self._bodies(record)
                 if body.get(attribute)}  # fmt: skip
        found = [each for own in sorted({*named, *([key] if by == "place" else [])}) for each in self._counting(own)]
        return found or [each for each in self._later if by == "place" and each.kind == by and self._counts(each)]

    def _bodies(self, record: str) -> list[dict[str, Any]]:
        own = [each.body for each in self._history(record)]
        activities = {str(body["activity_id"]) for body in own if body.get("activity_id")}
        return own + [each.body for activity in activities for each in self._history(activity)]

    @functools.cache  # noqa: B019
    def _history(self, record: str) -> list[Revision]:
        try:
            told = self.journal.history(uuid.UUID(record))
        except (ValueError, UnknownRecord):
            return []  # a row that carries a name as written, or a link that leads nowhere
        return [each for each in told if self.known is None or each.recorded_at <= self.known]

    def _counting(self, record: str) -> list[Revision]:
        """List what was said of a record since the closing and counts on the day."""
        history = self._history(record)
        agreed = {parent for each in history if each.nature == Nature.DECISION and each.workflow == Workflow.APPROVED
                  for parent in each.parents}  # fmt: skip
        counted = [each for each in history if each.nature == Nature.DECISION or each.workflow == Workflow.APPROVED
                   or each.revision_id in agreed or each.workflow == Workflow.WITHDRAWN]  # fmt: skip
        in_time = [each for each in counted if _day(each) is None or _day(each) <= self.on]  # type: ignore[operator]
        if history and history[0].kind in WORK and not any(each.nature != Nature.DECISION for each in in_time):
            in_time = counted  # of work told of later only, the first statement counts
        return [each for each in in_time if self._counts(each)]

    def _counts(self, revision: Revision) -> bool:
        """Say whether a revision is new since the closing, or speaks of a later day, of what the ledger reads."""
        day = _day(revision)
        is_later_day = revision.kind in WORK and day is not None and day > self.closing.ends_on
        if revision.seq <= self.closing.head_seq and not is_later_day:
            return False
        if revision.nature == Nature.DECISION or revision.geometry is not None:
            return True
        return bool(self.read.get(revision.kind, frozenset()) & revision.body.keys())

    @functools.cached_property
    def _later(self) -> list[Revision]:
        kinds = ("hazard", "release", "activity", "place")
        found = [each for kind in kinds for each in self.journal.revisions(self.closing.head_seq, kind=kind)]
        return [each for each in found if self.known is None or each.recorded_at <= self.known]

    @functools.cached_property
    def _same(self) -> dict[str, list[Revision]]:
        """Decisions since the closing that records are the same, or not any more, by each record that they name."""
        found: dict[str, list[Revision]] = defaultdict(list)
        for each in self.journal.revisions(self.closing.head_seq, kind="decision"):
            if self.known is None or each.recorded_at <= self.known:
                for body in (past.body for past in self._history(str(each.record_id))):
                    for record in (body.get("kept_id"), *(body.get("absorbed_ids") or ())):
                        if record and each not in found[str(record)]:
                            found[str(record)].append(each)
        return found

    @functools.cached_property
    def _moved_ground(self) -> tuple[Any, list[str]]:
        """Index every outline, before and after, of hazards and releases of which something was said since."""
        import shapely

        shapes, owners = [], []
        said = [str(each.record_id) for each in self._later if each.kind in ("hazard", "release")]
        for record in dict.fromkeys([*said, *self._same]):
            if self._of_record("", record):
                for each in self._history(record):
                    if each.geometry is not None:
                        shapes.append(each.geometry)
                        owners.append(record)
        return shapely.STRtree(shapely.from_wkb(shapes)), owners

    @functools.cache  # noqa: B019
    def _naming(self, hazard: str) -> list[Revision]:
        """List what was said since of work that names a hazard."""
        works = dict.fromkeys(str(each.record_id) for each in self._later if each.kind in WORK)
        named = [work for work in works
                 if any(hazard in (body.get("hazard_ids") or ()) for body in self._bodies(work))]  # fmt: skip
        return [each for work in named for each in self._of_record("release", work)]

    @functools.cache  # noqa: B019
    def _touching(self, hazard: str) -> list[Revision]:
        """List what was said since of other ground that touches the ground of a hazard."""
        import shapely

        tree, owners = self._moved_ground
        own = [each.geometry for each in self._history(hazard) if each.geometry is not None]
        if not own or not owners:
            return []
        _, hits = tree.query(shapely.from_wkb(own), predicate="intersects")
        others = sorted({owners[hit] for hit in hits.tolist()} - {hazard})
        return [each for record in others for each in self._of_record("", record)]

    def _describe(self, revision: Revision) -> dict[str, Any]:
        is_first = self._history(str(revision.record_id))[0].revision_id == revision.revision_id
        return {
            "seq": revision.seq,
            "record": str(revision.record_id),
            "kind": revision.kind,
            "label": self._label(str(revision.record_id)),
            "nature": nature_of(revision, is_first=is_first, since=self.closing.head_seq),
            "recorded_at": revision.recorded_at.isoformat(),
            "author": revision.author,
            "organisation": revision.organisation,
            "source": revision.source,
            "run": str(revision.run) if revision.run else None,
            "reason": revision.reason,
            "information_date": revision.information_date,
            "states": sorted({*revision.body, *(["geometry"] if revision.geometry is not None else [])}),
        }


def nature_of(revision: Revision, *, is_first: bool, since: int) -> str:
    """Name in words how a revision changed what was known when entry `since` was the last."""
    if revision.seq <= since:
        return "said of a later day"
    if revision.kind in ("place", "organisation", "setting"):
        return revision.kind
    if revision.kind == "decision":
        return "declared the same" if revision.body.get("decision_type") == "same" else "no longer the same"
    if revision.nature == Nature.DECISION:
        words = {Workflow.APPROVED: "approval", Workflow.WITHDRAWN: "withdrawal", Workflow.RETURNED: "withdrawal"}
        return words.get(revision.workflow, "decision")
    if revision.nature == Nature.CORRECTION:
        return "correction"
    if revision.workflow == Workflow.WITHDRAWN:
        return "withdrawal"
    return "late record" if is_first else "late paper"


def _moves_ground(revision: Revision) -> bool:
    is_decided = revision.nature == Nature.DECISION or revision.kind in ("decision", "place", "organisation")
    return is_decided or revision.geometry is not None or bool(MOVES_GROUND & revision.body.keys())


def _day(revision: Revision) -> dt.date | None:
    """Say on which day a revision begins to hold (None: on all); a decision acts on what it decides about."""
    if revision.nature == Nature.DECISION:
        return None
    try:
        return parse_partial(revision.information_date).last_day if revision.information_date else None
    except InvalidValue:
        return None
