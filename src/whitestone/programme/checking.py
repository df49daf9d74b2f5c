"""What is wrong in the programme as a whole, what did people decide about it, and who looks after it?

Findings are computed anew at every check; what people decided about them are records. A finding keeps its id from run
to run, so that an acceptance holds for as long as the finding is the same one.
"""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.extensions import as_core
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Act, Draft, State
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.geodesy.crs import transformer
from whitestone.journal.origins import datasets, repaired_shapes
from whitestone.land.inputs import UNDATED
from whitestone.land.lineage import trace
from whitestone.programme.accounts import accounts
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups
from whitestone.quality.geometry_rules import AREA_KINDS
from whitestone.quality.model import ERROR, Finding, Picture, Subject
from whitestone.quality.rules import RULES, examine

__all__ = ["Checked", "Judged", "accept", "assign", "check", "picture_of", "reopen"]


_PIECE = 50_000
"""Records that are read at once."""
_WORDS = 200_000
"""Different values that are remembered, so that equal ones are kept once."""


class Judged(msgspec.Struct, frozen=True):
    """A finding with what a person decided: state open, accepted or fixed; reason and owner where there are any."""

    finding_id: uuid.UUID
    finding: Finding
    state: str = "open"
    owner: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the row that `check --json` prints."""
        found = self.finding
        return {
            "finding": str(self.finding_id),
            "rule": found.rule,
            "severity": found.severity,
            "state": self.state,
            "owner": self.owner,
            "reason": self.reason,
            "records": [str(record) for record in found.record_ids],
            "sentence": found.sentence,
            "todo": found.todo,
            "value": found.value,
            "where": list(found.where) if found.where else None,
            "proposal": found.proposal,
        }


class Checked(msgspec.Struct, frozen=True):
    """The outcome of a check: findings with their states, which rules ran, and how long it took."""

    clocks: Clocks
    findings: list[Judged]
    rules: tuple[str, ...]
    records: int
    seconds: float

    def counts(self) -> dict[str, dict[str, Any]]:
        """Count the findings by rule and state; every rule that ran is listed, also with 0."""
        table: dict[str, dict[str, Any]] = {
            name: {"severity": RULES[name].severity, "open": 0, "accepted": 0, "fixed": 0} for name in self.rules
        }
        for each in self.findings:
            table[each.finding.rule][each.state] += 1
        return table

    @property
    def open_errors(self) -> int:
        """Count open findings of severity error."""
        return sum(each.state == "open" and each.finding.severity == ERROR for each in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return what `check --json` prints."""
        return {
            **self.clocks.as_dict(),
            "records": self.records,
            "seconds": round(self.seconds, 3),
            "open": sum(each.state == "open" for each in self.findings),
            "open_errors": self.open_errors,
            "counts": self.counts(),
            "findings": [each.as_dict() for each in self.findings],
        }


def check(programme: Programme, rules: Iterable[str] | None = None, clocks: Clocks | None = None) -> Checked:
    """Run the named rules (default: all) over the programme under two clocks and add what people decided.

    Every record counts, also those not yet approved; a record absorbed by another is left out. A finding that a person
    dealt with and that no rule finds any more is listed as fixed. Refuses an unknown rule with InvalidValue.
    """
    started = time.perf_counter()
    asked = clocks or programme.clocks()
    names = tuple(RULES) if rules is None else tuple(rules)
    picture = picture_of(programme, asked)
    found = {each.finding_id: each for each in examine(picture, names)}
    decided = {state.record_id: state for state in programme.journal.states("finding", known=asked.known)}
    judged = [_judge(finding_id, each, decided.get(finding_id)) for finding_id, each in found.items()]
    judged += [
        Judged(finding_id, _remembered(state), "fixed", state.body.get("owner"), state.body.get("state_reason"))
        for finding_id, state in decided.items()
        if finding_id not in found and state.body.get("rule") in names
    ]
    size = sum(len(each) for each in picture.subjects.values())
    return Checked(asked, judged, names, size, time.perf_counter() - started)


def picture_of(programme: Programme, clocks: Clocks) -> Picture:
    """Build the picture that rules look at: all records about the ground under two clocks, geometry read at once."""
    journal = programme.journal
    # Asked about today, what carries a date still to come is looked at too: that date may be the fault.
    on = None if clocks.on >= programme.today() else clocks.on
    absorbed = same_groups(journal, clocks.on, clocks.known)
    subjects: dict[str, list[Subject]] = {}
    known_ids: dict[uuid.UUID, str] = {}
    for kind, each in KINDS.items():
        if each.programme:
            continue
        states = journal.states(kind, on=on, known=clocks.known, approved_only=False)
        found = list(_subjects(programme, kind, states))
        known_ids.update((subject.record_id, kind) for subject in found)
        counted = [subject for subject in found if subject.record_id not in absorbed] if absorbed else found
        if counted:
            subjects[kind] = counted
    return Picture(subjects, programme.settings, programme.plane(), programme.today(), known_ids=known_ids,
                   lineage=lambda: _lineage(programme, clocks))  # fmt: skip


def _lineage(programme: Programme, clocks: Clocks) -> dict[uuid.UUID, tuple[float, float]]:
    """Ask the ledger what each hazard of a split or merge gained and lost, in m2."""
    opened = accounts(programme, clocks)
    told = trace(opened.book, UNDATED, opened.end.toordinal())
    return {each.record_id: (each.gained_m2, each.lost_m2) for each in told.parts}


def _subjects(programme: Programme, kind: str, states: Iterator[State]) -> Iterator[Subject]:
    """Read states in pieces: of a million records only what rules look at stays, and equal words are kept once."""
    sources: dict[uuid.UUID, uuid.UUID] | None = None
    drawn: dict[uuid.UUID, Any] = {}
    words: dict[Any, Any] = {}
    while piece := list(itertools.islice(states, _PIECE)):
        if sources is None:
            sources = datasets(programme.journal, kind)
            drawn = dict(_as_drawn(programme, kind)) if kind in AREA_KINDS else {}
        yield from _piece(programme, kind, piece, sources, drawn, words)
        if len(words) > _WORDS:
            words.clear()


def _piece(
    programme: Programme, kind: str, states: list[State], sources: dict[uuid.UUID, uuid.UUID],
    drawn: Mapping[uuid.UUID, Any], words: dict[Any, Any],
) -> Iterator[Subject]:  # fmt: skip
    shapes = shapely.from_wkb([state.geometry for state in states])
    for state, shape in zip(states, shapes, strict=True):
        body = {
            words.setdefault(name, name): words.setdefault(value, value) if isinstance(value, str) else value
            for name, value in as_core(kind, state.body, programme.settings.national_codes).items()
        }
        yield Subject(
            record_id=state.record_id,
            kind=kind,
            body=body,
            geometry=shape,
            as_drawn=drawn.get(state.record_id),
            organisation=body.get("organisation_id") or body.get("organisation_name"),
            dataset=words.setdefault(source := sources.pop(state.record_id, None), source),
        )


def _as_drawn(programme: Programme, kind: str) -> Iterator[tuple[uuid.UUID, Any]]:
    """Give the shapes as they came where they were repaired at entry, in EPSG:4326."""
    for record_id, wkb, crs in repaired_shapes(programme.journal, kind):
        shape = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
        if shape is not None and crs != "EPSG:4326":
            there = transformer(crs)
            shape = shapely.transform(shape, lambda xy, there=there: np.column_stack(there(xy[:, 0], xy[:, 1])))
        if shape is not None:
            yield record_id, shape


def accept(programme: Programme, finding_ids: Iterable[uuid.UUID], *, reason: str) -> list[uuid.UUID]:
    """Accept findings as they are, each with the reason; return the ids.

    Refuses an empty reason with WrongCall and a finding that no rule finds with UnknownRecord.
    """
    if not reason.strip():
        raise WrongCall(why="A finding is accepted with a reason.", fix="Say with --reason why.")
    return _decide(programme, finding_ids, {"finding_state": "accepted", "state_reason": reason}, reason)


def reopen(programme: Programme, finding_ids: Iterable[uuid.UUID], *, reason: str) -> list[uuid.UUID]:
    """Open findings again that had been accepted; refuses as `accept` does."""
    if not reason.strip():
        raise WrongCall(why="A finding is opened again with a reason.", fix="Say with --reason why.")
    return _decide(programme, finding_ids, {"finding_state": "open", "state_reason": reason}, reason)


def assign(programme: Programme, finding_ids: Iterable[uuid.UUID], *, owner: str) -> list[uuid.UUID]:
    """Name who looks after findings; refuses an empty name with InvalidValue, an unknown finding with UnknownRecord."""
    if not owner.strip():
        raise InvalidValue(field="owner", value=owner, why="a person or a team is expected")
    return _decide(programme, finding_ids, {"owner": owner}, f"assigned to {owner}")


def _decide(
    programme: Programme, finding_ids: Iterable[uuid.UUID], change: dict[str, Any], reason: str
) -> list[uuid.UUID]:
    """Append one revision a finding: the first also keeps what the rule said, so that it is known when it is gone."""
    wanted = list(dict.fromkeys(finding_ids))
    journal = programme.journal
    heads = {state.record_id: state.revisions[-1] for state in journal.states("finding", ids=wanted)}
    fresh: dict[uuid.UUID, Judged] = {}
    if len(heads) < len(wanted):
        fresh = {each.finding_id: each for each in check(programme).findings}
    drafts = []
    for each in wanted:
        if each not in heads and each not in fresh:
            raise UnknownRecord(record=each)
        first = _statement(fresh[each].finding) if each not in heads else {}
        parents = (heads[each],) if each in heads else ()
        drafts.append(Draft(kind="finding", record_id=each, body={**first, **change}, parents=parents))
    if drafts:
        journal.append(Act(author=programme.who, reason=reason), drafts)
    return wanted


def _statement(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "record_ids": [str(record) for record in found.record_ids],
        "sentence": found.sentence,
        "finding_state": "open",
    }


def _judge(finding_id: uuid.UUID, found: Finding, decided: State | None) -> Judged:
    if decided is None:
        return Judged(finding_id, found)
    body = decided.body
    # What was called fixed and is found again is open again.
    state = "accepted" if body.get("finding_state") == "accepted" else "open"
    return Judged(finding_id, found, state, body.get("owner"), body.get("state_reason"))


def _remembered(state: State) -> Finding:
    body = state.body
    return Finding(
        rule=str(body.get("rule")),
        severity=str(body.get("severity") or ERROR),
        record_ids=tuple(uuid.UUID(each) for each in body.get("record_ids") or ()),
        sentence=str(body.get("sentence") or ""),
        todo="Nothing: no rule finds it any more.",
    )
