"""Which casualties may be one person, what did a person decide about each pair, and how is that taken back?

`find` proposes and keeps the proposals beside the programme, for whoever decides. Only decisions count: a merge is a
decision of `sameness`, both records stay with all that each said, and `split` takes it back. Anybody may delete the
file of proposals; the next `find` makes it again.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.revision import Act, Draft, State
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.programme.casualties_linking_rows import gather, lists_of
from whitestone.programme.opening import Programme
from whitestone.programme.sameness import declare_same, same_groups, undo_decision

__all__ = ["DECISIONS", "PURPOSE", "STATES", "Proposal", "Proposals", "decide_pair", "find_duplicates", "forget_pairs",
           "kept_pairs", "pair_id", "shown_pair", "split_pair", "taken_back", "states_of"]  # fmt: skip

DECISIONS = ("merge", "not-the-same", "later")
STATES = ("open", "later", "merged", "not-the-same")
PURPOSE = "finding the same person twice"
KEPT = 20_000
"""Pairs that are kept for the desk, likeliest first."""

FOLDER = "duplicates"
_STATE_OF = {"same": "merged", "not_same": "not-the-same", "later": "later", "undone": "open"}
SHOWN = ("occurred_on", "died_later_on", "outcome", "sex", "age_years", "age_group", "age_band", "person_status",
         "activity_at_time", "device_category", "place_name")  # fmt: skip
"""What is shown of a casualty beside another: the statistical part, nothing sealed."""


class Proposal(msgspec.Struct):
    """A pair that may be one person: both records, how likely, and what each attribute adds (bits)."""

    pair: str
    left: uuid.UUID
    right: uuid.UUID
    probability: float
    weight: float
    sure: bool
    anonymous_twins: bool
    parts: list[dict[str, Any]]
    left_list: str
    right_list: str


class Proposals(msgspec.Struct):
    """What the last search came to: its answer without the pairs, and the pairs."""

    answer: dict[str, Any]
    pairs: list[Proposal]


def pair_id(left: uuid.UUID, right: uuid.UUID) -> str:
    """Name a pair of records, the same whichever comes first.

    >>> pair_id(uuid.UUID(int=1), uuid.UUID(int=2)) == pair_id(uuid.UUID(int=2), uuid.UUID(int=1))
    True
    """
    low, high = sorted((left, right))
    return uuid.uuid5(low, str(high)).hex[:16]


def find_duplicates(
    programme: Programme, lists: Sequence[str] = (), *, threshold: float = 0.5, names: bool = True,
    key: Path | None = None, purpose: str = PURPOSE, max_pairs: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Propose pairs of casualties that may be one person, within and across lists, and keep them for the desk.

    `threshold` is the least probability, 0 to 1. Pairs that are merged, or decided not to be the same, are counted and
    left out. Refuses a threshold out of bounds and an unknown list with InvalidValue, and TooManyPairs.
    """
    from whitestone.casualties.linking import ANONYMOUS_CAP, COUNT_ROWS, MAX_PAIRS, link

    if not 0 <= threshold <= 1:
        raise InvalidValue(field="threshold", value=threshold, why="a probability from 0 to 1")
    rows = gather(programme, lists, names=names, key=key, purpose=purpose)
    found = link(rows.frame, rows.tokens, threshold=threshold, max_pairs=max_pairs or MAX_PAIRS)
    of_list = lists_of(programme)
    states, groups = states_of(programme), same_groups(programme.journal)
    pairs, decided = [], {"merged": 0, "not-the-same": 0}
    for each in found.pairs:
        left, right = sorted((rows.ids[each.left], rows.ids[each.right]))
        name = pair_id(left, right)
        state = "merged" if groups.get(left, left) == groups.get(right, right) else states.get(name, "open")
        if state in decided:
            decided[state] += 1
            continue
        parts = [{"attribute": part.attribute, "words": part.words, "weight": part.weight} for part in each.parts]
        pairs.append(Proposal(name, left, right, each.probability, each.weight, each.sure, each.anonymous_twins, parts,
                              of_list[left], of_list[right]))
    known = programme.clocks()
    answer = {
        **known.as_dict(), "found_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "by": programme.who,
        "threshold": threshold, "rows": len(rows.ids), "lists": [{"list": name, "rows": n} for name, n in rows.lists],
        "left_out": {"rows_for_several_persons": rows.left_out_groups}, "names_used": rows.tokens is not None,
        "not_available": list(found.missing), "blocking": list(found.blockings), "compared_at_most": found.compared,
        "max_pairs": max_pairs or MAX_PAIRS, "prior": found.prior, "chance": "counted" if found.counted else "assumed",
        "found": len(pairs), "decided": decided,
        "limits": _limits(ANONYMOUS_CAP, COUNT_ROWS, found.counted, rows.tokens),
    }  # fmt: skip
    _keep(programme, Proposals({**answer, "not_kept": max(len(pairs) - KEPT, 0)}, pairs[:KEPT]))
    return {**answer, "pairs": [_told(each, states.get(each.pair, "open")) for each in pairs]}


def _limits(caps: dict[str, float], count_rows: int, counted: bool, tokens: Any) -> list[str]:
    said = [
        "A pair is a proposal: nothing is merged until a person decides.",
        "A pair that no rule brings together is never seen.",
        f"Rows without a name that agree in all else are given at most {caps['one list']} within one list and "
        f"{caps['two lists']} across two, and are never sure: two people may be hurt just alike.",
    ]
    if not counted:
        said.append(f"How often two persons agree by chance is assumed: it is counted from {count_rows:,} rows on.")
    if tokens is None:
        said.append("Names were not used: the compartment is locked. Nothing is sure without them.")
    return said


def kept_pairs(programme: Programme) -> Proposals | None:
    """Read what the last search found; None when there was none, or its file cannot be read."""
    try:
        return msgspec.json.decode(_path(programme).read_bytes(), type=Proposals)
    except (OSError, msgspec.DecodeError):
        return None


def states_of(programme: Programme) -> dict[str, str]:
    """Say what was decided of each pair by name: `later`, `merged`, `not-the-same`, or `open` again after a split."""
    found = {}
    for state in programme.journal.states("decision", geometry=False):
        claims = state.body.get("claims")
        if isinstance(claims, dict) and "casualty_pair" in claims:
            found[str(claims["casualty_pair"])] = _STATE_OF.get(str(state.body.get("decision_type")), "open")
    return found


def taken_back(programme: Programme, records: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Say which of some records count nowhere now: their source took them back, or nothing of them is approved."""
    asked = set(records)
    if not asked:
        return set()
    return asked - {state.record_id for state in programme.journal.states("casualty", ids=asked, geometry=False)}


def shown_pair(programme: Programme, name: str) -> dict[str, Any]:
    """Show a pair side by side: what both say (nothing sealed), its waterfall, its state and what was decided.

    Refuses a pair that is not known with UnknownRecord.
    """
    left, right, proposal = _resolve(programme, name)
    journal = programme.journal
    sides = [journal.state(each, approved_only=False) for each in (left, right)]
    attributes = [{"attribute": each, "left": _said(sides[0], each), "right": _said(sides[1], each)} for each in SHOWN]
    groups = same_groups(journal)
    merged = groups.get(left, left) == groups.get(right, right)
    state = "merged" if merged else states_of(programme).get(pair_id(left, right), "open")
    told = _told(proposal, state) if proposal else {"pair": pair_id(left, right), "left": str(left),
                                                    "right": str(right), "state": state, "parts": []}
    of_list = lists_of(programme)
    return {**told, "left_list": of_list.get(left), "right_list": of_list.get(right),
            "taken_back": sorted(map(str, taken_back(programme, (left, right)))),
            "attributes": [each for each in attributes if each["left"] is not None or each["right"] is not None],
            "decisions": _decisions(programme, left, right)}  # fmt: skip


def decide_pair(programme: Programme, name: str, decision: str, *, reason: str) -> dict[str, Any]:
    """Decide a pair: merge, not-the-same or later. A merge keeps both sources and counts them as one person.

    `name` is that of a proposal, or two record ids with a colon between. Refuses an unknown pair (UnknownRecord),
    another word (InvalidValue); no reason, a merge with a record that was taken back, what would join two that were
    decided not to be the same, and a merged pair that was not split before, with WrongCall.
    """
    if decision not in DECISIONS:
        raise InvalidValue(field="decision", value=decision, why=f"one of {', '.join(DECISIONS)}")
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")
    left, right, proposal = _resolve(programme, name)
    groups = same_groups(programme.journal)
    if groups.get(left, left) == groups.get(right, right):
        raise WrongCall(why="These two are one person already, by a decision that stands.",
                        fix=f"Take it back first: whitestone casualties duplicates split {pair_id(left, right)}.")
    beside = {"claims": _claims(left, right, proposal)}
    record = _decision_id(programme, left, right)
    if decision == "merge":
        if gone := taken_back(programme, (left, right)):
            names = ", ".join(sorted(map(str, gone)))
            raise WrongCall(why=f"What was said of {names} was taken back; it counts nowhere.",
                            fix="Search again: whitestone casualties duplicates find.")  # fmt: skip
        _refuse_contradiction(programme, groups, left, right)
        declare_same(programme, left, right, reason=reason, decision=record, beside=beside)
    else:
        kind = {"later": "later", "not-the-same": "not_same"}[decision]
        body: dict[str, Any] = {"decision_type": kind, "kept_id": None, "absorbed_ids": [],
                                "decided_on": programme.today().isoformat(), **beside}
        draft = Draft(kind="decision", record_id=record, body=body, parents=_parents(programme, record))
        programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    state = {"merge": "merged"}.get(decision, decision)
    return {"pair": pair_id(left, right), "left": str(left), "right": str(right), "decision": str(record),
            "state": state, "by": programme.who, "reason": reason,
            "group": _group(programme, left) if decision == "merge" else []}  # fmt: skip


def split_pair(programme: Programme, name: str, *, reason: str) -> dict[str, Any]:
    """Take a merge back; both records are as before, and the decision keeps its whole history.

    Refuses an unknown pair with UnknownRecord, and no reason or a pair that no decision joined with WrongCall.
    """
    left, right, _ = _resolve(programme, name)
    undo_decision(programme, _decision_id(programme, left, right), reason=reason)
    groups = same_groups(programme.journal)
    still = groups.get(left, left) == groups.get(right, right)
    return {"pair": pair_id(left, right), "left": str(left), "right": str(right),
            "state": "merged" if still else "open", "by": programme.who, "reason": reason,
            "left_group": _group(programme, left), "right_group": _group(programme, right),
            "joined_otherwise": still}  # fmt: skip


def forget_pairs(programme: Programme, record_id: uuid.UUID) -> int:
    """Take the pairs of one record out of what is kept, because it was erased; say how many went."""
    kept = kept_pairs(programme)
    if kept is None:
        _path(programme).unlink(missing_ok=True)
        return 0
    left = [each for each in kept.pairs if record_id not in (each.left, each.right)]
    gone = len(kept.pairs) - len(left)
    if gone:
        _keep(programme, Proposals(kept.answer, left))
    return gone


def _told(each: Proposal, state: str) -> dict[str, Any]:
    return {**msgspec.to_builtins(each), "state": state, "sentence": _sentence(each)}


def _sentence(each: Proposal) -> str:
    """Say in words what speaks for and against, the heaviest first."""
    parts = sorted(each.parts, key=lambda part: -abs(float(part["weight"])))
    speak = [f"{part['attribute']}: {part['words']}" for part in parts if part["weight"] > 0.05]
    against = [f"{part['attribute']}: {part['words']}" for part in parts if part["weight"] < -0.05]
    said = f"For it: {'; '.join(speak) or 'nothing'}. Against it: {'; '.join(against) or 'nothing'}."
    twins = " No name was compared, and all else agrees: they may be two people."
    return said + (twins if each.anonymous_twins else "")


def _said(state: State | None, attribute: str) -> Any:
    return None if state is None else state.body.get(attribute)


def _claims(left: uuid.UUID, right: uuid.UUID, proposal: Proposal | None) -> dict[str, Any]:
    """Keep with the decision what was proposed when it was made."""
    said: dict[str, Any] = {"casualty_pair": pair_id(left, right), "left": str(left), "right": str(right)}
    if proposal is not None:
        said |= {"probability": proposal.probability, "weight": proposal.weight,
                 "weights": {str(part["attribute"]): part["weight"] for part in proposal.parts}}  # fmt: skip
    return said


def _refuse_contradiction(
    programme: Programme, groups: dict[uuid.UUID, uuid.UUID], left: uuid.UUID, right: uuid.UUID
) -> None:
    """Refuse a merge that would join, through others, two of whom somebody decided that they are not the same."""
    sides = {groups.get(left, left), groups.get(right, right)}
    for state in programme.journal.states("decision", geometry=False):
        claims = state.body.get("claims") or {}
        if state.body.get("decision_type") != "not_same" or "casualty_pair" not in claims:
            continue
        a, b = (uuid.UUID(str(claims[side])) for side in ("left", "right"))
        joins = {groups.get(a, a), groups.get(b, b)} == sides
        # Whoever decides this very pair anew knows what was decided of it before.
        if joins and {a, b} != {left, right}:
            raise WrongCall(why=f"It would make {a} and {b} one person, and they were decided not to be.",
                            fix=f"Look at that pair first: whitestone casualties duplicates show {pair_id(a, b)}.")


def _resolve(programme: Programme, name: str) -> tuple[uuid.UUID, uuid.UUID, Proposal | None]:
    kept = kept_pairs(programme)
    wanted = name.strip().lower()
    for each in kept.pairs if kept else ():
        if each.pair == wanted:
            return each.left, each.right, each
    if ":" in wanted:
        return _both(programme, wanted, kept)
    for state in programme.journal.states("decision", geometry=False):
        claims = state.body.get("claims") or {}
        if claims.get("casualty_pair") == wanted:
            left, right = sorted(uuid.UUID(str(claims[side])) for side in ("left", "right"))
            return left, right, None
    raise UnknownRecord(record=f"of a pair {name}", fix="See 'whitestone casualties duplicates list'.")


def _both(programme: Programme, text: str, kept: Proposals | None) -> tuple[uuid.UUID, uuid.UUID, Proposal | None]:
    try:
        left, right = sorted(uuid.UUID(part.strip()) for part in text.split(":"))
    except ValueError:
        raise InvalidValue(field="pair", value=text, why="a pair's name, or two record ids with ':' between") from None
    for each in (left, right):
        state = programme.journal.state(each, approved_only=False)
        if state is None or state.kind != "casualty":
            raise UnknownRecord(record=f"of a casualty {each}")
    if left == right:
        raise WrongCall(why="A record and itself are no pair.")
    return left, right, next((each for each in kept.pairs if each.left == left and each.right == right), None) \
        if kept else None


def _decision_id(programme: Programme, left: uuid.UUID, right: uuid.UUID) -> uuid.UUID:
    return uuid.uuid5(programme.journal.programme_id, f"casualty pair:{pair_id(left, right)}")


def _parents(programme: Programme, record: uuid.UUID) -> tuple[uuid.UUID, ...]:
    try:
        return (programme.journal.history(record)[-1].revision_id,)
    except UnknownRecord:
        return ()


def _decisions(programme: Programme, left: uuid.UUID, right: uuid.UUID) -> list[dict[str, Any]]:
    try:
        history = programme.journal.history(_decision_id(programme, left, right))
    except UnknownRecord:
        return []
    return [{"at": each.recorded_at.isoformat(timespec="seconds"), "by": each.author, "reason": each.reason,
             "decision": _STATE_OF.get(str(each.body.get("decision_type")), "open")} for each in history]  # fmt: skip


def _group(programme: Programme, record: uuid.UUID) -> list[str]:
    """List all records that are one person with this one, the kept one first."""
    groups = same_groups(programme.journal)
    kept = groups.get(record, record)
    return [str(kept), *sorted(str(each) for each, of in groups.items() if of == kept)]


def _path(programme: Programme) -> Path:
    return programme.journal.folder / FOLDER / "proposals.json"


def _keep(programme: Programme, said: Proposals) -> None:
    """Write what was found in one step: whoever reads sees the old or the new."""
    path = _path(programme)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(".new")
    beside.write_bytes(msgspec.json.encode(said))
    os.replace(beside, path)
