"""How does an accepted proposal become revisions, and how is it taken back?

A correction replaces every revision that said the same wrong thing; a change from a day on is stated once, and later
revisions that repeat the old outline are corrected. All of one proposal is one act, with the decision: all, or nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

import shapely

from whitestone.domain.dates import parse_partial
from whitestone.domain.revision import Act, Draft, Nature, Revision, State, Workflow
from whitestone.errors import UnknownRecord
from whitestone.geodesy.areas import Plane
from whitestone.geodesy.repair import repair as mend
from whitestone.journal.append import Batch
from whitestone.land.repairs import Claim, Repair, Side, Statement
from whitestone.programme.opening import Programme

__all__ = ["settle", "take_back", "waiting", "write"]


def write(programme: Programme, batch: Batch, plane: Plane, repair: Repair) -> list[uuid.UUID]:
    """Append the revisions of a proposal to an act; return their ids. Refuses an unknown record with UnknownRecord."""
    plans = [_plan(programme, plane, each) for each in repair.statements]
    made: list[uuid.UUID] = []
    for state, drafts in plans:
        mine: list[uuid.UUID] = []
        for build in drafts:
            # Made from all that counted and from each other, so that none of them disputes another.
            mine += batch.append([Draft(**build, kind=state.kind, record_id=state.record_id,
                                        parents=(*state.revisions, *mine))])  # fmt: skip
        made += mine
    return made


def take_back(programme: Programme, records: list[uuid.UUID], source: str, act: Act) -> list[uuid.UUID]:
    """Withdraw by a decision the revisions of some records that came from `source`; return them (none: nothing did)."""
    today, drafts, taken = programme.today().isoformat(), [], []
    for record_id in dict.fromkeys(records):
        history = programme.journal.history(record_id)
        mine = [each for each in history if each.source == source]
        for word, about in _words_before(history, mine).items():
            drafts.append(Draft(kind=mine[0].kind, record_id=record_id, nature=Nature.DECISION, workflow=word,
                                parents=tuple(about), information_date=today))  # fmt: skip
        taken += [each.revision_id for each in mine]
    if drafts:
        programme.journal.append(act, drafts)
    return taken


def _words_before(history: list[Revision], mine: list[Revision]) -> dict[Workflow, list[uuid.UUID]]:
    """Say how far what is taken back had come before: a statement nowhere, what was decided about where it was."""
    found: dict[Workflow, list[uuid.UUID]] = {}
    stated = [each.revision_id for each in mine if each.nature != Nature.DECISION]
    if stated:
        found[Workflow.WITHDRAWN] = stated
    for each in mine:
        if each.nature == Nature.DECISION:
            for about in each.parents:
                found.setdefault(_workflow([one for one in history if one.seq < each.seq], about), []).append(about)
    return found


def _workflow(history: list[Revision], revision_id: uuid.UUID) -> Workflow:
    """Say how far a statement has come by the decisions about it."""
    said = [each.workflow for each in history
            if each.revision_id == revision_id or (each.nature == Nature.DECISION and revision_id in each.parents)]
    return said[-1]


def waiting(programme: Programme, record_id: uuid.UUID, revisions: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """List which of some statements about a record are not approved yet."""
    history = programme.journal.history(record_id)
    return [each for each in revisions if _workflow(history, each) != Workflow.APPROVED]


def settle(programme: Programme, batch: Batch, claim: Claim, side: Side) -> list[uuid.UUID]:
    """State the outline of one side of a dispute anew, made from both, so that the dispute is settled; return its id.

    It holds from the later of both dates on. Refuses an unknown record with UnknownRecord.
    """
    state = programme.journal.state(claim.record_id)
    if state is None:
        raise UnknownRecord(record=claim.record_id)
    sides = [programme.journal.revision(each.revisions[0]) for each in (claim.counted, claim.other)]
    dates = [each.information_date for each in sides]
    said = next(each for each in sides if each.revision_id == side.revisions[0])
    later = max((each for each in dates if each), key=lambda text: parse_partial(text).last_day) if all(dates) else None
    draft = Draft(
        kind=claim.kind, record_id=claim.record_id, body={}, geometry=said.geometry, as_entered=said.as_entered,
        information_date=later,
        parents=tuple(dict.fromkeys([*state.revisions, *(each.revision_id for each in sides)])),
    )  # fmt: skip
    return batch.append([draft])


def _plan(programme: Programme, plane: Plane, said: Statement) -> tuple[State, list[dict[str, Any]]]:
    """Decide which revisions a statement corrects, and whether it is a change of its own."""
    journal = programme.journal
    state = journal.state(said.record_id)
    if state is None:
        raise UnknownRecord(record=said.record_id)
    shape = _wkb(programme, plane, said.geometry)
    revisions = [each for each in journal.history(said.record_id) if each.revision_id in state.revisions]
    targets = _targets(state, revisions, said)
    drafts: list[dict[str, Any]] = []
    if said.since is not None:
        targets = [each for each in targets if (day := _day(each)) is not None and day >= said.since]
        then = journal.state(said.record_id, on=said.since - dt.timedelta(days=1))
        if then is not None and _says_the_same(then, state, said):
            drafts.append({"body": dict(said.values), "geometry": shape, "information_date": said.since.isoformat()})
    dated = {"information_date": said.information_date.isoformat()} if said.information_date else {}
    drafts += [
        {
            "body": {**each.body, **said.values},
            "extra": each.extra,
            "geometry": shape or each.geometry,
            "as_entered": {} if shape else each.as_entered,
            "information_date": each.information_date,
            "nature": Nature.CORRECTION,
            "corrects": each.revision_id,
            **dated,
        }
        for each in targets
    ]
    return state, drafts


def _targets(state: State, revisions: list[Revision], said: Statement) -> list[Revision]:
    """Find the revisions that said what is to be said otherwise; the first one where nothing had been said."""
    if said.information_date is not None:
        days = [_day(each) for each in revisions]
        # What has no date was there before all that has one.
        first = None if None in days else min((each for each in days if each is not None), default=None)
        found = [each for each, day in zip(revisions, days, strict=True) if day == first]
    elif said.geometry is not None:
        found = [each for each in revisions if each.geometry is not None and each.geometry == state.geometry]
    else:
        key = next(iter(said.values))
        found = [each for each in revisions if key in each.body and each.body[key] == state.body.get(key)]
    return found or revisions[:1]


def _says_the_same(then: State, now: State, said: Statement) -> bool:
    if said.geometry is not None:
        return then.geometry == now.geometry
    key = next(iter(said.values))
    return bool(then.body.get(key) == now.body.get(key))


def _day(revision: Revision) -> dt.date | None:
    return parse_partial(revision.information_date).last_day if revision.information_date else None


def _wkb(programme: Programme, plane: Plane, shape: Any) -> bytes | None:
    """Bring an outline back from the plane, repaired by the programme's policy as everything at entry."""
    if shape is None:
        return None
    mended, _ = mend(plane.unproject_exactly([shape]), programme.settings.repair_policy)
    return bytes(shapely.to_wkb(mended[0]))
