"""What would a person with paper and patience say was the state on D as known at K? The tests' independent answer.

Written apart from `journal.fold`, naively: everything is decided again for each question, nothing is remembered.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from whitestone.domain.dates import parse_partial
from whitestone.domain.revision import RANK, Nature, Revision, Workflow

COUNTING = {True: {Workflow.APPROVED}, False: {Workflow.SUBMITTED, Workflow.VERIFIED, Workflow.APPROVED}}


def acts_on(revision: Revision) -> dt.date | None:
    return parse_partial(revision.information_date).last_day if revision.information_date else None


def statements(revision: Revision) -> dict[str, Any]:
    said = {**revision.body, **{f"extra.{name}": value for name, value in revision.extra.items()}}
    return said if revision.geometry is None else {**said, "geometry": revision.geometry}


def lineage(revisions: Sequence[Revision], start: uuid.UUID) -> set[uuid.UUID]:
    by_id = {each.revision_id: each for each in revisions}
    found: set[uuid.UUID] = set()
    waiting = list(by_id[start].parents)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(by_id[each].parents if each in by_id else ())
    return found


def answer(revisions: Sequence[Revision], on: dt.date, known: dt.datetime, approved_only: bool
           ) -> tuple[dict[str, Any], tuple[uuid.UUID, ...], tuple[str, ...], Workflow] | None:
    """Fold one record: (what is stated, revisions oldest first, attributes in conflict, lowest workflow) or None."""
    by_then = [each for each in revisions if each.recorded_at <= known]
    now: dict[uuid.UUID, Workflow] = {}
    for each in by_then:
        deciding = [d for d in by_then if d.nature == Nature.DECISION and each.revision_id in d.parents]
        last = max(deciding, key=lambda d: (d.recorded_at, d.revision_id), default=None)
        now[each.revision_id] = last.workflow if last else each.workflow
    counted = [each for each in by_then
               if each.nature != Nature.DECISION and now[each.revision_id] in COUNTING[approved_only]]
    corrected = {each.corrects for each in counted if each.nature == Nature.CORRECTION}
    counted = [each for each in counted if each.revision_id not in corrected]
    here = [each for each in counted if acts_on(each) is None or acts_on(each) <= on]  # type: ignore[operator]
    if not here:
        return None
    here.sort(key=lambda r: (acts_on(r) or dt.date.min, r.recorded_at, r.revision_id))
    lost, open_names = disputes(by_then, counted, here, now)
    state: dict[str, Any] = {}
    for each in here:
        state.update({name: value for name, value in statements(each).items() if (each.revision_id, name) not in lost})
    lowest = min((now[each.revision_id] for each in here), key=lambda workflow: RANK[workflow])
    return state, tuple(each.revision_id for each in here), tuple(sorted(open_names)), lowest


def disputes(by_then: Sequence[Revision], counted: Sequence[Revision], here: Sequence[Revision],
             now: dict[uuid.UUID, Workflow]) -> tuple[set[tuple[uuid.UUID, str]], set[str]]:
    lost: set[tuple[uuid.UUID, str]] = set()
    names: set[str] = set()
    for a in here:
        for b in here:
            if a.revision_id >= b.revision_id or not rivals(by_then, a, b):
                continue
            pair = {a.revision_id, b.revision_id}
            decided = any(pair <= set(d.parents) for d in by_then if d.nature == Nature.DECISION)
            loser = max((a, b), key=lambda r: (-RANK[now[r.revision_id]], r.recorded_at, r.revision_id))
            for name in statements(a).keys() & statements(b).keys():
                if statements(a)[name] != statements(b)[name]:
                    lost.add((loser.revision_id, name))
                    if not decided and not overtaken(by_then, counted, a, b, name):
                        names.add(name)
    return lost, names


def rivals(by_then: Sequence[Revision], a: Revision, b: Revision) -> bool:
    in_line = a.revision_id in lineage(by_then, b.revision_id) or b.revision_id in lineage(by_then, a.revision_id)
    return bool(set(a.parents) & set(b.parents)) and not in_line and a.revision_id != b.revision_id


def overtaken(by_then: Sequence[Revision], counted: Sequence[Revision], a: Revision, b: Revision, name: str) -> bool:
    for later in (each for each in counted if name in statements(each)):
        knew = {each.revision_id for each in (a, b)} & lineage(by_then, later.revision_id)
        others = [each for each in (a, b) if knew and each.revision_id not in knew]
        if len(knew) == 2 or any(rivals(by_then, later, each) for each in others):
            return True
    return False
