"""What is proposed for the proof lines of a programme, what would it do to the ledger, and who accepted what?

The desk of repairs: it opens the cases of `land.repairs` under the two clocks, previews a proposal without writing, and
writes what a person accepts as new revisions. What she leaves as it is stays left until a record of the case moves.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import msgspec

from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.journal.append import Batch
from whitestone.land.inputs import UNDATED
from whitestone.land.ledger import Ledger, tabulate
from whitestone.land.proof import prove
from whitestone.land.renewing import renew
from whitestone.land.repairs import BASES, LINES, Case, Repair, View, applied, cases
from whitestone.programme.accounts import Accounts, accounts
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.repairing_beside import beside_of, read_some
from whitestone.programme.repairing_writing import settle, take_back, waiting, write
from whitestone.programme.revising import decide_within
from whitestone.programme.sameness import same_draft, undo_same

__all__ = ["Worklist", "accept", "find", "leave", "listed", "preview", "totals", "undo", "worklist"]

KEPT = 2
"""How many work lists are kept: each is valid for one head of the journal and one pair of clocks."""
_RULE = "proof-line:"
_lists: OrderedDict[tuple[Any, ...], Worklist] = OrderedDict()
_lock = threading.Lock()


class Worklist(msgspec.Struct):
    """The proof lines of a programme as work: its book, the view of it, and the cases that people left as they are."""

    programme: Programme
    clocks: Clocks
    opened: Accounts
    view: View
    left: dict[uuid.UUID, dict[str, Any]]
    sizes: dict[str, int]

    def cases(self, line: str, *, with_left: bool = False) -> Iterator[Case]:
        """Open the cases of a line one by one, the largest first; those left as they are only when asked for.

        Refuses a line that is no work with InvalidValue.
        """
        for case in cases(self.view, line):
            if with_left or case.case_id not in self.left:
                yield case

    def count(self, line: str) -> int:
        """Count the cases of a line, also those that were left as they are; refuses as `cases` does."""
        if line not in LINES:
            raise InvalidValue(field="line", value=line, why=f"one of {', '.join(LINES)}")
        if line not in self.sizes:
            self.sizes[line] = len(LINES[line].seeds(self.view))
        return self.sizes[line]


def worklist(programme: Programme, clocks: Clocks) -> Worklist:
    """Open the proof lines as work under two clocks, from memory if nothing moved."""
    key = (programme.journal.programme_id, programme.journal.head(), clocks.on, clocks.known)
    with _lock:
        if key not in _lists:
            opened = accounts(programme, clocks)
            view = View(opened.book, beside_of(programme, clocks, opened))
            _lists[key] = Worklist(programme, clocks, opened, view, _left(programme, clocks), {})
            while len(_lists) > KEPT:
                _lists.popitem(last=False)
        _lists.move_to_end(key)
        return _lists[key]


def listed(
    programme: Programme, clocks: Clocks, line: str | None = None, *, limit: int = 20, with_left: bool = False
) -> dict[str, Any]:
    """Answer the repairs command: each line with its figure, how many cases it has and the largest of them.

    Refuses a line that is no work with InvalidValue.
    """
    work = worklist(programme, clocks)
    ledger = work.opened.table(by="class")
    lines = []
    for name in [line] if line else LINES:
        total = work.count(name)
        shown = [case for case, _ in zip(work.cases(name, with_left=with_left), range(limit), strict=False)]
        lines.append({
            "line": name,
            "label": LINES[name].label,
            "unit": LINES[name].unit,
            "value": _figure(ledger, name),
            "cases": total,
            "left_as_they_are": sum(each["line"] == name for each in work.left.values()),
            "shown": len(shown),
            "listed": [as_dict(work, case) for case in shown],
        })  # fmt: skip
    return {**clocks.as_dict(), "bases": dict(BASES), "lines": lines}


def as_dict(work: Worklist, case: Case) -> dict[str, Any]:
    """Write a case as plain values: its records, what is proposed, and the id by which each proposal is accepted."""
    return {
        "case": str(case.case_id),
        "line": case.line,
        "m2": case.m2,
        "sentence": case.sentence,
        "note": case.note,
        "left": work.left.get(case.case_id),
        "records": [
            {
                "record": str(each.record_id),
                "kind": each.kind,
                "label": work.view.name(each.record_id),
                "organisation": each.organisation,
                "what": each.what,
                "on": each.day.isoformat() if each.day else None,
            }
            for each in case.parties
        ],
        "proposals": [
            {
                "proposal": str(case.proposal_id(at)) if each.writes else None,
                "kind": each.kind,
                "sentence": each.sentence,
                "why": each.why,
                "basis": each.basis,
                "evidence": list(each.evidence),
                "promised": each.promised,
            }
            for at, each in enumerate(case.proposals)
        ],
    }


def find(work: Worklist, text: str) -> tuple[Case, Repair | None]:
    """Find the case, or the proposal of a case, that `text` names by its id or the beginning of it.

    Refuses what names none with UnknownRecord, and what names several or is shorter than 6 characters with WrongCall.
    """
    wanted = text.strip().lower()
    if len(wanted) < 6:
        raise WrongCall(why="Give at least the first 6 characters of the id, as 'whitestone repairs' prints it.")
    found: dict[uuid.UUID, tuple[Case, Repair | None]] = {}
    for line in LINES:
        for case in work.cases(line, with_left=True):
            if str(case.case_id).startswith(wanted):
                found[case.case_id] = (case, None)
            for at, each in enumerate(case.proposals):
                if each.writes and str(case.proposal_id(at)).startswith(wanted):
                    found[case.proposal_id(at)] = (case, each)
    if not found:
        raise UnknownRecord(record=f"{text} among the cases of today")
    if len(found) > 1:
        raise WrongCall(why=f"{text!r} names {len(found)} cases or proposals; give more of the id.")
    return next(iter(found.values()))


def preview(work: Worklist, case: Case, repair: Repair) -> dict[str, Any]:
    """Say what accepting a proposal would do: its line, every other proof line and every total that moves.

    The ground that the proposal touches is counted anew with its statements, and nothing is written.
    """
    opened = work.opened
    ids = _touched(work, repair)
    known = ids & (opened.book.line.number.keys() | opened.inputs.reporting | _drawn(opened, ids))
    some = read_some(work.programme, work.clocks, opened, known)
    book = renew(opened.book, ids, *applied(some.hazards, some.releases, repair))
    falls = {case.line: repair.promised or 0.0}
    proof = prove(book, UNDATED, places=opened.inputs.places,
                  in_conflict_m2=opened.in_conflict_m2 + falls.get("in_conflict_m2", 0.0),
                  not_approved_m2=opened.not_approved_m2 + falls.get("not_approved_m2", 0.0))  # fmt: skip
    after = tabulate(book, start=None, end=opened.end, by="class", proof=proof, year_start=opened.year_start)
    return difference(case.line, opened.table(by="class"), after)


def _touched(work: Worklist, repair: Repair) -> set[uuid.UUID]:
    """Name the records that would be counted otherwise."""
    ids = {each.record_id for each in repair.statements} | set(repair.same or ())
    ids |= {each[0].record_id for each in (repair.chosen, repair.decided) if each is not None}
    line = work.opened.book.line
    if repair.same is not None and repair.same[1] in line.number:
        ids |= {line.releases[at].record_id for at in work.view.naming(line.number[repair.same[1]])}
    return ids


def _drawn(opened: Accounts, ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return {each for each in ids if opened.book.line.releases_of([each]).size}


def difference(line: str, before: Ledger, after: Ledger) -> dict[str, Any]:
    """Compare two ledgers of one programme: the line, and what else moved, each before and after."""
    was, now = totals(before), totals(after)
    moved = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
    return {"line": line, "before": was[line], "after": now[line], "moved": moved}


def totals(ledger: Ledger) -> dict[str, float]:
    """Give the total and the proof lines of a ledger as one table of figures."""
    return {**ledger.total, **msgspec.structs.asdict(ledger.proof)}


def accept(programme: Programme, text: str, *, reason: str) -> dict[str, Any]:
    """Accept a proposal of today: write its statements as revisions, keep the decision, say what moved.

    Every statement is a new revision with the reason and "proposed repair of …" as its source; nothing is overwritten.
    All of it is one act: what is refused leaves nothing. Refuses an empty reason and the id of a case with WrongCall,
    an unknown id with UnknownRecord, and to approve what the lifecycle forbids with TransitionRefused.
    """
    _reasoned(reason)
    work = worklist(programme, programme.clocks())
    case, repair = find(work, text)
    if repair is None:
        said = "; ".join(f"{each.kind}: {each.sentence}" for each in case.proposals if each.writes) or "none"
        raise WrongCall(why=f"This is a case; accept one of its proposals ({said}) or leave it as it is.")
    moved = preview(work, case, repair)
    kept = _kept(programme, case, repair.sentence, "fixed", reason)
    with programme.journal.writing(Act(author=programme.who, reason=reason, source=_source(case))) as batch:
        made = _written(work, repair, batch)
        batch.append([kept])
    return {"case": str(case.case_id), "kind": repair.kind, "sentence": repair.sentence,
            "revisions": [str(each) for each in made], "promised": repair.promised, **moved}  # fmt: skip


def _written(work: Worklist, repair: Repair, batch: Batch) -> list[uuid.UUID]:
    """Write what a proposal does as part of an act; returns the revisions, or the decision that joins two records."""
    programme = work.programme
    if repair.same is not None:
        draft = same_draft(programme, *repair.same)
        batch.append([draft])
        return [draft.record_id]
    if repair.decided is not None:
        claim, word = repair.decided
        about = waiting(programme, claim.record_id, claim.other.revisions)
        return [decide_within(programme, batch, claim.record_id, word, about)]
    if repair.chosen is not None:
        return settle(programme, batch, *repair.chosen)
    return write(programme, batch, work.opened.inputs.plane, repair)


def leave(programme: Programme, text: str, *, reason: str) -> dict[str, Any]:
    """Leave a case as it is, with the reason: it is not proposed again until one of its records moves.

    Refuses an empty reason with WrongCall and an unknown id with UnknownRecord.
    """
    _reasoned(reason)
    case, _ = find(worklist(programme, programme.clocks()), text)
    kept = _kept(programme, case, case.sentence, "accepted", reason)
    programme.journal.append(Act(author=programme.who, reason=reason, source=_source(case)), [kept])
    return {"case": str(case.case_id), "line": case.line, "sentence": case.sentence, "left": True}


def undo(programme: Programme, text: str, *, reason: str) -> dict[str, Any]:
    """Take back what was decided of a case, accepted or left: a further decision, and all is as it was before.

    `text` is the id of the case. Refuses an empty reason with WrongCall, and an id under which nothing was decided with
    UnknownRecord.
    """
    _reasoned(reason)
    decided = [state for state in programme.journal.states("finding", geometry=False)
               if str(state.record_id).startswith(text.strip().lower()) and len(text.strip()) >= 6
               and str(state.body.get("rule", "")).startswith(_RULE) and state.body.get("finding_state") != "open"]
    if len(decided) != 1:
        raise UnknownRecord(record=f"{text} among the cases that were decided")
    state = decided[0]
    records = [uuid.UUID(each) for each in state.body["record_ids"]]
    undone: list[uuid.UUID] = []
    if state.body["finding_state"] == "fixed":
        act = Act(author=programme.who, reason=reason)
        undone = take_back(programme, records, f"proposed repair of {state.body['rule'].removeprefix(_RULE)} "
                           f"({state.record_id})", act)  # fmt: skip
        if not undone:
            undone = [undo_same(programme, *records[:2], reason=reason)]
    draft = Draft(kind="finding", record_id=state.record_id, body={"finding_state": "open", "state_reason": reason},
                  parents=(state.revisions[-1],))  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return {"case": str(state.record_id), "undone": [str(each) for each in undone]}


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason (--reason).")


def _source(case: Case) -> str:
    return f"proposed repair of {case.line} ({case.case_id})"


def _kept(programme: Programme, case: Case, sentence: str, word: str, reason: str) -> Draft:
    """Write down what a person decided of a case, with what it said then."""
    last = programme.journal.state(case.case_id)
    records = [str(each.record_id) for each in case.parties]
    body = {"rule": _RULE + case.line, "severity": "notice", "record_ids": records, "sentence": sentence,
            "finding_state": word, "state_reason": reason}  # fmt: skip
    return Draft(kind="finding", record_id=case.case_id, body=body, parents=last.revisions[-1:] if last else ())


def _left(programme: Programme, clocks: Clocks) -> dict[uuid.UUID, dict[str, Any]]:
    """Read which cases were left as they are, why, and by when that was known."""
    return {
        state.record_id: {"line": str(state.body["rule"]).removeprefix(_RULE), "reason": state.body.get("state_reason")}
        for state in programme.journal.states("finding", known=clocks.known, geometry=False)
        if str(state.body.get("rule", "")).startswith(_RULE) and state.body.get("finding_state") == "accepted"
    }


def _figure(ledger: Ledger, line: str) -> float:
    return totals(ledger)[line]
