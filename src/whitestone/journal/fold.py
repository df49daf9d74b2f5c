"""What is a record's state on each day, out of what was said of it by one moment?

Pure: entries in, slices out, whatever order they arrived in. Corrected revisions are left out, the rest is ordered by
the day it acts (undated first), then when it was recorded, then id, and folded attribute by attribute; geometry is one
attribute. Two revisions with a common parent that state different values for one attribute are in conflict: the higher
workflow rank counts, then the earlier recorded, then the smaller id, until a revision made from both that states the
attribute, or a decision that names both, settles it. What a side has stated anew since stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, groupby
from typing import Any

import msgspec

from whitestone.domain.revision import RANK, Nature, Workflow

__all__ = ["ALL_COUNTING", "APPROVED_ONLY", "Dispute", "Entry", "Slice", "fold", "is_mixed", "open_disputes"]

APPROVED_ONLY = frozenset({Workflow.APPROVED})
ALL_COUNTING = frozenset({Workflow.SUBMITTED, Workflow.VERIFIED, Workflow.APPROVED})

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder(order="sorted").encode
_RANK = {int(workflow): rank for workflow, rank in RANK.items()}
_GEOMETRY = "geometry"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """The columns of a revision that folding reads; ids are 16 bytes, instants µs, days since 1970-01-01."""

    seq: int
    revision_id: bytes
    recorded_at: int
    nature: int
    workflow: int
    parents: bytes | None = None
    corrects: bytes | None = None
    acts_on: int | None = None
    body: bytes | None = None
    extra: bytes | None = None
    has_geometry: bool = False


class Slice(msgspec.Struct, frozen=True, gc=False):
    """A fold and the days for which it holds; in the order of STATE_COLUMNS where it is stored.

    `body` and `extra` None with `body_seq`: those of that revision, which then stated every attribute that counts.
    `revisions` None: that one revision alone.
    """

    number: int
    true_from: int | None
    true_to: int | None
    workflow: int
    body_seq: int
    geometry_seq: int | None
    revisions: bytes | None
    body: bytes | None
    extra: bytes | None
    conflicts: str | None


def is_mixed(entries: Iterable[Entry]) -> bool:
    """Say whether the approved view of a record can differ from the view of everything that counts.

    >>> is_mixed([])
    False
    """
    return any(each.workflow != Workflow.APPROVED or each.nature == Nature.DECISION for each in entries)


def fold(entries: Sequence[Entry], allowed: frozenset[Workflow], geometry_of: Callable[[int], bytes]) -> list[Slice]:
    """Fold the entries of one record, all known by one moment, into its slices, the earliest first.

    `allowed` are the workflows that count; `geometry_of(seq)` reads a geometry, only when two may be in conflict.

    >>> fold([], APPROVED_ONLY, lambda seq: b"")
    []
    >>> one = Entry(1, b"a" * 16, 5, 0, 3, acts_on=10, body=b'{"name":"x"}')
    >>> [(s.true_from, s.true_to, s.body_seq, s.body) for s in fold([one], APPROVED_ONLY, lambda seq: b"")]
    [(10, None, 1, None)]
    """
    counted, workflow = _counted(entries, allowed)
    if len(counted) == 1:
        return [_sole(counted[0], workflow.get(counted[0].revision_id, counted[0].workflow))]
    counted.sort(key=_order)
    disputes = _disputes(entries, counted, workflow, geometry_of)
    return list(_slices(counted, workflow, disputes))


def open_disputes(entries: Sequence[Entry], allowed: frozenset[Workflow],
                  geometry_of: Callable[[int], bytes]) -> list[Dispute]:
    """List the disputes over a record that nobody has settled.

    >>> open_disputes([], APPROVED_ONLY, lambda seq: b"")
    []
    """
    counted, workflow = _counted(entries, allowed)
    return [each for each in _disputes(entries, counted, workflow, geometry_of) if not each.settled]


def _order(entry: Entry) -> tuple[bool, int, int, bytes]:
    return (entry.acts_on is not None, entry.acts_on or 0, entry.recorded_at, entry.revision_id)


def _ids(joined: bytes | None) -> list[bytes]:
    return [joined[at : at + 16] for at in range(0, len(joined), 16)] if joined else []


def _counted(entries: Sequence[Entry], allowed: frozenset[Workflow]) -> tuple[list[Entry], dict[bytes, int]]:
    """Leave out decisions, what does not count by its latest decision, and what a counted correction corrects."""
    workflow = {each.revision_id: each.workflow for each in entries}
    decisions = [each for each in entries if each.nature == Nature.DECISION]
    for decision in sorted(decisions, key=lambda each: (each.recorded_at, each.revision_id)):
        for decided in _ids(decision.parents):
            workflow[decided] = decision.workflow
    counted = [each for each in entries if each.nature != Nature.DECISION and workflow[each.revision_id] in allowed]
    corrected = {each.corrects for each in counted if each.nature == Nature.CORRECTION and each.corrects}
    if corrected:
        counted = [each for each in counted if each.revision_id not in corrected]
    return counted, workflow


def _sole(entry: Entry, workflow: int) -> Slice:
    return Slice(0, entry.acts_on, None, workflow, entry.seq, entry.seq if entry.has_geometry else None,
                 None, None, None, None)


class Dispute(msgspec.Struct, frozen=True):
    """Two counted revisions that state one attribute differently: the loser's statement is left out."""

    attribute: str
    winner: bytes
    loser: bytes
    settled: bool


def _disputes(entries: Sequence[Entry], counted: Sequence[Entry], workflow: dict[bytes, int],
              geometry_of: Callable[[int], bytes]) -> list[Dispute]:
    children: dict[bytes, list[Entry]] = {}
    for entry in counted:
        for parent in set(_ids(entry.parents)):
            children.setdefault(parent, []).append(entry)
    pairs = {_pair(a, b): (a, b) for siblings in children.values() if len(siblings) > 1
             for a, b in combinations(siblings, 2)}
    if not pairs:
        return []
    ancestors = _ancestors(entries)
    rivals = {key: pair for key, pair in pairs.items() if not _in_line(*pair, ancestors)}
    found: list[Dispute] = []
    for a, b in rivals.values():
        win, lose = sorted((a, b), key=lambda e: (-_RANK[workflow[e.revision_id]], e.recorded_at, e.revision_id))
        decided = _is_decided(a.revision_id, b.revision_id, entries)
        found.extend(Dispute(name, win.revision_id, lose.revision_id,
                             decided or _is_overtaken(name, a, b, counted, ancestors, rivals))
                     for name in _differing(a, b, geometry_of))
    return found


def _in_line(a: Entry, b: Entry, ancestors: dict[bytes, frozenset[bytes]]) -> bool:
    return a.revision_id in ancestors[b.revision_id] or b.revision_id in ancestors[a.revision_id]


def _ancestors(entries: Sequence[Entry]) -> dict[bytes, frozenset[bytes]]:
    parents = {each.revision_id: _ids(each.parents) for each in entries}
    known: dict[bytes, frozenset[bytes]] = {}
    for start in parents:
        # Iterative, because a long line of revisions is deeper than Python's stack; sets grow along the line.
        reached: set[bytes] = set()
        waiting = list(parents[start])
        while waiting:
            each = waiting.pop()
            if each in reached:
                continue
            reached.add(each)
            if each in known:
                reached |= known[each]
            else:
                waiting.extend(parents.get(each, ()))
        known[start] = frozenset(reached)
    return known


def _is_decided(a: bytes, b: bytes, entries: Sequence[Entry]) -> bool:
    return any(each.nature == Nature.DECISION and {a, b} <= set(_ids(each.parents)) for each in entries)


def _is_overtaken(name: str, a: Entry, b: Entry, counted: Sequence[Entry], ancestors: dict[bytes, frozenset[bytes]],
                  rivals: dict[tuple[int, int], tuple[Entry, Entry]]) -> bool:
    """Say whether somebody who knew both sides has stated the attribute since, or one side has stated it anew.

    The newer statement of a side then stands against the other side in its place: they differ still, or agree. What a
    side says late of an earlier day stands in the place of nothing that it said of a later one.
    """
    for each in counted:
        line = ancestors[each.revision_id]
        for mine, theirs in ((a, b), (b, a)):
            if mine.revision_id in line and _states(each, name) and (
                theirs.revision_id in line or (_pair(each, theirs) in rivals and _order(each)[:2] >= _order(mine)[:2])
            ):
                return True
    return False


def _pair(a: Entry, b: Entry) -> tuple[int, int]:
    return (a.seq, b.seq) if a.seq < b.seq else (b.seq, a.seq)


def _states(entry: Entry, name: str) -> bool:
    if name == _GEOMETRY:
        return entry.has_geometry
    if name.startswith("extra."):
        return entry.extra is not None and name.removeprefix("extra.") in _decode(entry.extra)
    return entry.body is not None and name in _decode(entry.body)


def _differing(a: Entry, b: Entry, geometry_of: Callable[[int], bytes]) -> Iterator[str]:
    for mine, theirs, prefix in ((a.body, b.body, ""), (a.extra, b.extra, "extra.")):
        if mine and theirs and mine != theirs:
            left, right = _decode(mine), _decode(theirs)
            yield from (prefix + name for name in left if name in right and left[name] != right[name])
    if a.has_geometry and b.has_geometry and geometry_of(a.seq) != geometry_of(b.seq):
        yield _GEOMETRY


class _Fold:
    """The attributes so far, and the last revision folded in."""

    def __init__(self) -> None:
        self.body: dict[str, Any] = {}
        self.extra: dict[str, Any] = {}
        self.geometry_seq: int | None = None
        self.last_is_whole = False

    def add(self, entry: Entry, left_out: frozenset[str] | set[str]) -> None:
        """Fold one entry in, without the attributes that lost a conflict (`left_out`)."""
        body = _decode(entry.body) if entry.body else {}
        extra = _decode(entry.extra) if entry.extra else {}
        lost = False
        if left_out:
            size = len(body) + len(extra)
            body = {name: value for name, value in body.items() if name not in left_out}
            extra = {name: value for name, value in extra.items() if f"extra.{name}" not in left_out}
            lost = len(body) + len(extra) < size
        self.body.update(body)
        self.extra.update(extra)
        if entry.has_geometry and _GEOMETRY not in left_out:
            self.geometry_seq = entry.seq
        # Equal sizes after the update mean that the last revision stated every attribute there is.
        self.last_is_whole = not lost and len(self.body) == len(body) and len(self.extra) == len(extra)


def _slices(counted: Sequence[Entry], workflow: dict[bytes, int], disputes: Sequence[Dispute]) -> Iterator[Slice]:
    groups = [(acts_on, list(group)) for acts_on, group in groupby(counted, key=lambda each: each.acts_on)]
    folded = _Fold()
    upto: list[Entry] = []
    rank = max(_RANK.values())
    for number, (acts_on, group) in enumerate(groups):
        upto.extend(group)
        left_out = _left_out(disputes, upto) if disputes else {}
        if disputes:  # a dispute begins on the day on which both sides act, so earlier days fold differently
            folded = _Fold()
        for entry in upto if disputes else group:
            folded.add(entry, left_out.get(entry.revision_id, frozenset()))
        rank = min(rank, *(_RANK[workflow[entry.revision_id]] for entry in group))
        true_to = groups[number + 1][0] if number + 1 < len(groups) else None
        yield _slice(number, acts_on, true_to, _BY_RANK[rank], folded, upto, _open_conflicts(disputes, upto))


_BY_RANK = {rank: workflow for workflow, rank in _RANK.items()}


def _slice(number: int, true_from: int | None, true_to: int | None, workflow: int, folded: _Fold,
           upto: Sequence[Entry], conflicts: str | None) -> Slice:
    whole = folded.last_is_whole
    body = None if whole else _encode(folded.body)
    extra = None if whole or not folded.extra else _encode(folded.extra)
    revisions = None if len(upto) == 1 else b"".join(entry.revision_id for entry in upto)
    return Slice(number, true_from, true_to, workflow, upto[-1].seq, folded.geometry_seq, revisions, body, extra,
                 conflicts)


def _left_out(disputes: Sequence[Dispute], upto: Sequence[Entry]) -> dict[bytes, set[str]]:
    here = {entry.revision_id for entry in upto}
    left_out: dict[bytes, set[str]] = {}
    for dispute in disputes:
        if dispute.winner in here and dispute.loser in here:
            left_out.setdefault(dispute.loser, set()).add(dispute.attribute)
    return left_out


def _open_conflicts(disputes: Sequence[Dispute], upto: Sequence[Entry]) -> str | None:
    if not disputes:
        return None
    here = {entry.revision_id for entry in upto}
    names = {each.attribute for each in disputes if not each.settled and each.winner in here and each.loser in here}
    return _encode(sorted(names)).decode() if names else None
