"""What did a dataset say of a record for each day, and what must be said again so that it still says so?

Rows are whole statements, revisions only what differs. A row that comes late changes the days from its own date on; for
the later days of which the dataset has spoken, what it said of them is stated again, by the run that said it. So the
order in which paper arrives makes no difference, and a run that is taken back takes with it all that it said.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec

from whitestone.domain.dates import parse_partial
from whitestone.domain.ids import new_ids
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Act, Draft, Nature, Revision, Workflow
from whitestone.journal import Journal
from whitestone.journal.append import Batch

__all__ = ["NO_GEOMETRY", "Again", "Content", "Day", "Said", "Step", "day_of_text", "differing", "said_again",
           "said_by", "unmoved", "walk", "write_again"]

Day = tuple[bool, int]
"""Where a date stands in the order: undated first, then by day."""

NO_GEOMETRY = {"geometry": None}
"""As entered, of a row without a position where one was known: it says nothing of it, rather than the same."""


def day_of_text(date: str | None) -> Day:
    """Place an information date in the order of the fold; a date acts on the last day of its span.

    >>> day_of_text(None) < day_of_text("0900") < day_of_text("2012") == day_of_text("2012-12-31")
    True
    """
    return (False, 0) if not date else (True, parse_partial(date).last_day.toordinal())


class Content(msgspec.Struct):
    """What holds of a record on a day, or what differs between two."""

    body: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    geometry: bytes | None = None
    sealed: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.body or self.extra or self.geometry is not None)

    def add(self, later: Content | Revision) -> None:
        """Fold in what was said later, attribute by attribute."""
        self.body = {**self.body, **later.body}
        self.extra = {**self.extra, **later.extra}
        self.geometry = self.geometry if later.geometry is None else later.geometry
        self.sealed = {*self.sealed, *later.sealed}

    def until(self, wanted: Content) -> Content:
        """Give what must be stated so that this becomes what is wanted; a position cannot be taken away."""
        moved = wanted.geometry is not None and wanted.geometry != self.geometry
        return Content(differing(wanted.body, self.body), differing(wanted.extra, self.extra),
                       wanted.geometry if moved else None)  # fmt: skip


def differing(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """List what is stated otherwise, and as unknown what is no longer stated.

    >>> differing({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4, "d": None})
    {'b': 2, 'c': None}
    """
    changed = {key: value for key, value in new.items() if key not in old or old[key] != value}
    return changed | {key: None for key, value in old.items() if key not in new and value is not None}


class Step(msgspec.Struct):
    """One revision that the dataset wrote of the record, where it stands in the order, and what it counts as now."""

    revision: Revision
    day: Day
    workflow: Workflow

    @property
    def silent(self) -> bool:
        """Say whether its row had no position: of a change that states none, the row may have had the same one."""
        each = self.revision
        return each.geometry is None and (not each.parents or each.as_entered.get("geometry", "") is None)


class Again(msgspec.Struct, frozen=True):
    """Something that an earlier run said, to be said again on its behalf."""

    draft: Draft
    step: Step

    def act(self, author: str, reason: str) -> Act:
        """Give the act: of who imports now, in the name of the run that spoke first."""
        said = self.step.revision
        return Act(author=author, organisation=said.organisation, source=said.source, dataset=said.dataset,
                   run=said.run, reason=reason)  # fmt: skip


class Said(msgspec.Struct):
    """What one dataset has said of one record: its revisions that still count, in the order of the fold."""

    steps: list[Step] = []

    @property
    def revisions(self) -> list[uuid.UUID]:
        """List the revisions."""
        return [step.revision.revision_id for step in self.steps]

    @property
    def dates(self) -> set[str | None]:
        """List the information dates of which the dataset spoke, as written."""
        return {step.revision.information_date for step in self.steps}

    def groups(self, after: Day | None = None) -> list[tuple[Day, list[Step]]]:
        """Give the steps of each day (after a day), in order."""
        every = [(day, list(steps)) for day, steps in groupby(self.steps, key=lambda step: step.day)]
        return [group for group in every if after is None or group[0] > after]

    def on(self, day: Day | None = None) -> Content:
        """Fold up to and including a day (None: all)."""
        found = Content()
        for step in self.steps:
            if day is None or step.day <= day:
                found.add(step.revision)
        return found

    def contents(self) -> dict[Day, Content]:
        """Give what the dataset says for each day of which it spoke."""
        return {day: self.on(day) for day, _ in self.groups()}

    def up_to(self, revision: uuid.UUID) -> Content | None:
        """Fold up to and including a revision; None where it does not count."""
        ids = self.revisions
        if revision not in ids:
            return None
        found = Content()
        for step in self.steps[: ids.index(revision) + 1]:
            found.add(step.revision)
        return found


def walk(now: Content, groups: Sequence[tuple[Day, list[Step]]], wanted: dict[Day, Content]) -> Iterator[
    tuple[Step, Content]
]:  # fmt: skip
    """Follow a fold through its days and tell what must be stated on each so that what is wanted holds there.

    >>> list(walk(Content(), [], {}))
    []
    """
    for day, steps in groups:
        for step in steps:
            now.add(step.revision)
        target = wanted.get(day)
        if target is None:
            continue
        if all(step.silent for step in steps):
            target = msgspec.structs.replace(target, geometry=now.geometry)
        missing = now.until(target)
        if missing:
            yield steps[-1], missing
            now.add(missing)


def unmoved(before: Said, after: Said) -> Iterator[Again]:
    """Say again what other runs said, where it would be another now that a run no longer counts, or counts again.

    >>> list(unmoved(Said(), Said()))
    []
    """
    wanted = {day: content for day, steps in after.groups()
              if (content := before.up_to(steps[-1].revision.revision_id)) is not None}  # fmt: skip
    parents = after.revisions
    for step, missing in walk(Content(), after.groups(), wanted):
        again = said_again(step, missing, parents)
        parents = [*parents, *([again.draft.revision_id] if again.draft.revision_id else [])]
        yield again


def said_again(step: Step, missing: Content, parents: Sequence[uuid.UUID]) -> Again:
    """Draft what must be stated on the day of a step, in its name; `parents` are all that the dataset said so far."""
    said = step.revision
    return Again(Draft(
        kind=said.kind, record_id=said.record_id, body=missing.body, extra=missing.extra, geometry=missing.geometry,
        information_date=said.information_date, source_recorded_at=said.source_recorded_at, workflow=step.workflow,
        parents=tuple(parents), revision_id=uuid.UUID(bytes=new_ids(1)[0]),
        # It is no row: whether that day's own row had a position is for the row's own revision to tell.
        as_entered=NO_GEOMETRY if missing.geometry is None and KINDS[said.kind].geometry else {},
    ), step)  # fmt: skip


def write_again(batch: Batch, again: Iterable[Again], author: str, reason: str) -> int:
    """Append what is said again, one act for each run that it is said for; returns how many revisions it took."""
    runs: dict[uuid.UUID | None, list[Again]] = {}
    for each in again:
        runs.setdefault(each.step.revision.run, []).append(each)
    for mine in runs.values():
        batch.under(mine[0].act(author, reason))
        batch.append([each.draft for each in mine])
    return sum(map(len, runs.values()))


def said_by(
    journal: Journal, dataset: uuid.UUID, records: Iterable[bytes], withdrawn: set[uuid.UUID]
) -> dict[bytes, Said]:
    """Read what a dataset said of some records; revisions of runs that were taken back do not count."""
    wanted = {uuid.UUID(bytes=record.ljust(16, b"\0")) for record in records}
    told: dict[uuid.UUID, list[Step]] = {record: [] for record in wanted}
    decided: dict[uuid.UUID, Workflow] = {}
    for revision in journal.histories(wanted):
        if revision.nature == Nature.DECISION:
            decided |= dict.fromkeys(revision.parents, revision.workflow)
        elif revision.dataset == dataset and revision.run not in withdrawn:
            step = Step(revision, day_of_text(revision.information_date), revision.workflow)
            told[revision.record_id].append(step)
    for steps in told.values():
        for step in steps:
            step.workflow = decided.get(step.revision.revision_id, step.workflow)
    return {record.bytes: _counting(steps) for record, steps in told.items() if steps}


def _counting(steps: list[Step]) -> Said:
    corrected = {step.revision.corrects for step in steps}
    counted = [step for step in steps if step.revision.revision_id not in corrected]
    return Said(sorted(counted, key=lambda step: (step.day, step.revision.recorded_at, step.revision.revision_id)))
