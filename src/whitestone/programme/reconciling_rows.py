"""How is one difference between two parties told: its records, the score in words, attributes and square metres?"""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import msgspec
import numpy as np

from whitestone.land.candidates import FORMER_ID, OWN_ID, SAME_RECORD, shape_forms
from whitestone.land.comparing import Comparison, Group
from whitestone.land.differences import attribute_differences, once_m2
from whitestone.land.scoring import LEAST_SCORE, WEIGHTS
from whitestone.land.shapes import intersect, union
from whitestone.programme.reconciling_parties import Said

__all__ = ["Difference", "difference_id", "differences"]

_ALIKE = 0.98
"""From this share on two outlines have one form, and one lies inside the other."""


class Difference(msgspec.Struct, kw_only=True):
    """One difference: what it is, the records of both parties (their keys), and how it is explained.

    `digest` says what exactly differs: as long as it stays, a decision about it holds.
    """

    id: uuid.UUID
    kind: str
    status: str
    ours: list[str]
    theirs: list[str]
    labels: dict[str, list[str]]
    score: float | None
    score_parts: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    ground: dict[str, Any] | None
    nearest: dict[str, Any] | None
    digest: str
    sentence: str
    rows: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    @property
    def disputed_m2(self) -> float:
        """Return the ground in which the parties differ, for sorting; unknown sizes count as none."""
        ground = self.ground or {}
        return float((ground.get("only_ours_m2") or 0.0) + (ground.get("only_theirs_m2") or 0.0))


def difference_id(programme_id: uuid.UUID, party: str, name: str, ours: list[str], theirs: list[str]) -> uuid.UUID:
    """Give the id of the difference between some records of ours and theirs: the same at every run.

    >>> one = difference_id(uuid.UUID(int=1), "file:x", "hazard", ["a"], ["b"])
    >>> one == difference_id(uuid.UUID(int=1), "file:x", "hazard", ["a"], ["b"])
    True
    """
    text = json.dumps([party, name, sorted(ours), sorted(theirs)])
    return uuid.uuid5(programme_id, f"reconcile:{text}")


def differences(
    programme_id: uuid.UUID, party: str, name: str, found: Comparison, said: tuple[list[Said], list[Said]]
) -> list[Difference]:
    """Tell every difference of one kind: a shift, pairs that differ, splits and merges, what one side alone has."""
    teller = _Teller(programme_id, party, name, found, said)
    alone = [*teller.alone("only_ours"), *teller.alone("only_theirs")]
    return [*teller.shifts(), *teller.pairs(), *teller.groups(), *alone]


class _Teller:
    def __init__(self, programme_id: uuid.UUID, party: str, name: str, found: Comparison,
                 said: tuple[list[Said], list[Said]]) -> None:  # fmt: skip
        self.programme_id, self.party, self.name, self.found, self.said = programme_id, party, name, found, said
        # Once for all pairs: each of these is computed over the whole column.
        pairs = found.pairs
        self.overlap, self.scale = pairs.overlap, pairs.scale
        self.inside_a, self.inside_b = pairs.inside_a, pairs.inside_b
        self.placed = found.ours.is_placed, found.theirs.is_placed

    def shifts(self) -> list[Difference]:
        """Tell the shift between both sides, and those of groups that lie otherwise, each as one difference."""
        shifts = self.found.shifts
        told = []
        for label, shift in (("", shifts.common), *shifts.groups.items()):
            if shift.is_found:
                # To the decimetre: the same shift of a later edition is the one that was decided about.
                digest = f"shift {shift.dx_m:.1f} {shift.dy_m:.1f}"
                sentence = f"{label}: {shift.sentence()}" if label else shift.sentence()
                told.append(Difference(
                    id=difference_id(self.programme_id, self.party, self.name, ["(shift)"], [label]), kind=self.name,
                    status="shift", ours=[], theirs=[], labels={"ours": [], "theirs": []}, score=None, score_parts=[],
                    attributes=[], ground=None, nearest=None, digest=digest, sentence=sentence,
                ))  # fmt: skip
        return told

    def pairs(self) -> list[Difference]:
        """Tell the matched pairs that differ."""
        found, pairs = self.found, self.found.pairs
        rows = np.flatnonzero(~found.same)
        stated = attribute_differences(found, rows)
        asked = rows[~found.same_ground[rows] & ~np.isnan(self.overlap[rows]) & np.isnan(pairs.form[rows])]
        pairs.form[asked] = shape_forms(found.ours, found.theirs, pairs.a[asked], pairs.b[asked])
        told = []
        for row in rows.tolist():
            a, b = int(pairs.a[row]), int(pairs.b[row])
            ground = self._ground(row, a, b)
            words = [each["attribute"] for each in stated.get(row, [])]
            sentence = "; ".join(filter(None, [
                ground["sentence"] if not ground["same"] else "the ground is the same",
                f"{', '.join(words)} {'differs' if len(words) == 1 else 'differ'}" if words else "",
            ]))  # fmt: skip
            told.append(self._make(
                "differs", (a,), (b,), sentence, score=float(found.scores.total[row]), score_parts=self._parts(row),
                attributes=stated.get(row, []), ground=ground,
            ))  # fmt: skip
        return told

    def groups(self) -> list[Difference]:
        """Tell what was split or merged."""
        return [self._group(each) for each in self.found.groups]

    def alone(self, status: str) -> list[Difference]:
        """Tell what one side alone has, each with the nearest record that was not near enough."""
        found, ours = self.found, status == "only_ours"
        side = found.ours if ours else found.theirs
        told = []
        for row in (found.only_ours if ours else found.only_theirs).tolist():
            area = None if np.isnan(side.areas_m2[row]) else round(float(side.areas_m2[row]), 2)
            ground = {"ours_m2": area if ours else None, "theirs_m2": None if ours else area, "common_m2": 0.0,
                      "only_ours_m2": area if ours else 0.0, "only_theirs_m2": 0.0 if ours else area, "same": False,
                      "sentence": "its size is unknown" if area is None else f"it covers {area:,.2f} m2"}  # fmt: skip
            nearest = self._nearest(row, ours)
            who = "we" if ours else "they"
            sentence = f"only {who} have it; {ground['sentence']}" + (f"; {nearest['sentence']}" if nearest else "")
            told.append(self._make(status, (row,) if ours else (), () if ours else (row,), sentence, ground=ground,
                                   nearest=nearest))  # fmt: skip
        return told

    def _make(self, status: str, a: tuple[int, ...], b: tuple[int, ...], sentence: str, **more: Any) -> Difference:
        ours, theirs = [self.said[0][row] for row in a], [self.said[1][row] for row in b]
        keys = [each.key for each in ours], [each.key for each in theirs]
        ground = more.get("ground") or {}
        telling = [status, more.get("attributes", []), [ground.get(each) for each in _TELLING]]
        digest = hashlib.blake2b(json.dumps(telling, default=str).encode(), digest_size=8).hexdigest()
        return Difference(
            id=difference_id(self.programme_id, self.party, self.name, *keys), kind=self.name, status=status,
            ours=keys[0], theirs=keys[1], labels={"ours": [label_of(each) for each in ours],
                                                  "theirs": [label_of(each) for each in theirs]},
            digest=digest, sentence=sentence, rows=(a, b),
            **{"score": None, "score_parts": [], "attributes": [], "ground": None, "nearest": None, **more},
        )  # fmt: skip

    def _ground(self, row: int, a: int, b: int) -> dict[str, Any]:
        found, pairs = self.found, self.found.pairs
        left, right = _known(found.ours.areas_m2[a]), _known(found.theirs.areas_m2[b])
        apart = _known(pairs.apart_m[row])
        same = bool(found.same_ground[row])
        ground: dict[str, Any] = {"ours_m2": left, "theirs_m2": right, "common_m2": None, "only_ours_m2": None,
                                  "only_theirs_m2": None, "apart_m": apart, "same": same}  # fmt: skip
        if left is not None and right is not None:
            common = min(round(float(pairs.common_m2[row]), 2), left, right)
            ground |= {"common_m2": common, "only_ours_m2": round(left - common, 2),
                       "only_theirs_m2": round(right - common, 2)}  # fmt: skip
        return {**ground, "sentence": self._ground_words(row, a, b, ground)}

    def _ground_words(self, row: int, a: int, b: int, ground: dict[str, Any]) -> str:
        form = float(self.found.pairs.form[row])
        placed = bool(self.placed[0][a]), bool(self.placed[1][b])
        if not all(placed):
            return {(True, False): "they have no shape of it", (False, True): "we have no shape of it"}.get(
                placed, "neither has a shape of it"
            )
        if ground["common_m2"] is None:
            return f"the places lie {ground['apart_m']:,.1f} m apart"
        scale = float(self.scale[row])
        words = f"{ground['only_ours_m2']:,.2f} m2 are only ours, {ground['only_theirs_m2']:,.2f} m2 only theirs, " \
                f"{ground['common_m2']:,.2f} m2 common"  # fmt: skip
        if form >= _ALIKE and scale >= _ALIKE:
            return f"one outline, {ground['apart_m']:,.1f} m apart: {words}"
        if form >= _ALIKE and ground["ours_m2"]:
            return f"one form, theirs {ground['theirs_m2'] / ground['ours_m2']:.2f} times as large: {words}"
        if self.inside_a[row] >= _ALIKE:
            return f"theirs lies inside ours: {words}"
        return f"ours lies inside theirs: {words}" if self.inside_b[row] >= _ALIKE else words

    def _parts(self, row: int) -> list[dict[str, Any]]:
        scores = self.found.scores
        told = []
        for part, values in scores.parts.items():
            value = float(values[row])
            known = not np.isnan(value)
            told.append({
                "part": part, "value": round(value, 4) if known else None, "weight": WEIGHTS[part] if known else 0.0,
                "sentence": self._part_words(part, row) if known else _NOT_JUDGED[part],
            })  # fmt: skip
        return told

    def _part_words(self, part: str, row: int) -> str:
        pairs, scores = self.found.pairs, self.found.scores
        if part == "id":
            return _ID_WORDS.get(int(pairs.id_code[row]), "the id of either stands on another record of the other side")
        if part == "place":
            if np.isnan(self.overlap[row]):
                return f"the places lie {pairs.apart_m[row]:,.1f} m apart"
            return f"{100 * self.overlap[row]:.1f} % of the ground of either is common"
        if part == "size":
            return f"the smaller has {100 * self.scale[row]:.1f} % of the size of the larger"
        if part == "form":
            return f"centre on centre at one size {100 * pairs.form[row]:.1f} % is common"
        if not scores.stated[row]:
            return "nothing tells the two apart, and they say the same"
        return f"{scores.agreeing[row]} of {scores.stated[row]} statements that both make agree"

    def _nearest(self, row: int, ours: bool) -> dict[str, Any] | None:
        found = self.found
        best = int((found.second_a if ours else found.second_b)[row])
        if best < 0:
            return None
        other = int(found.candidates.b[best] if ours else found.candidates.a[best])
        said = self.said[1 if ours else 0][other]
        score = float(found.candidate_scores[best])
        why = f"below {LEAST_SCORE}" if score < LEAST_SCORE else "which has a better one"
        return {"key": said.key, "label": label_of(said), "score": round(score, 4),
                "sentence": f"the most alike is {label_of(said)} with a score of {score:.2f}, {why}"}  # fmt: skip

    def _group(self, group: Group) -> Difference:
        found = self.found
        sizes = [round(once_m2(side.shapes[list(rows)]), 2) for side, rows in
                 ((found.ours, group.a), (found.theirs, group.b))]  # fmt: skip
        shapes = [np.array([union(side.shapes[list(rows)])], dtype=object) for side, rows in
                  ((found.ours, group.a), (found.theirs, group.b))]  # fmt: skip
        common = min(round(float(intersect(*shapes)[0].area), 2), *sizes)
        status = "split" if group.is_split else "merged"
        words = f"one of ours is {len(group.b)} of theirs"
        if not group.is_split:
            words = f"{len(group.a)} of ours are one of theirs"
        words += f"; {100 * group.cover:.1f} % of the ground is common"
        ground = {
            "ours_m2": sizes[0], "theirs_m2": sizes[1], "common_m2": common, "same": False, "sentence": words,
            "only_ours_m2": round(sizes[0] - common, 2), "only_theirs_m2": round(sizes[1] - common, 2),
        }  # fmt: skip
        return self._make(status, group.a, group.b, words, score=round(group.cover, 4), ground=ground,
                          attributes=self._group_attributes(group))  # fmt: skip

    def _group_attributes(self, group: Group) -> list[dict[str, Any]]:
        """List what the whole states otherwise than all of its pieces, which agree among themselves."""
        told = []
        for cell in self.found.cells:
            ours, theirs = set(cell.ours[list(group.a)].tolist()), set(cell.theirs[list(group.b)].tolist())
            if cell.is_compared and len(ours) == len(theirs) == 1 and ours != theirs:
                told.append({"attribute": cell.attribute, "how": "other",
                             "ours": self.found.ours.bodies[group.a[0]].get(cell.attribute),
                             "theirs": self.found.theirs.bodies[group.b[0]].get(cell.attribute)})  # fmt: skip
        return told


_TELLING = ("ours_m2", "theirs_m2", "common_m2")
_ID_WORDS = {SAME_RECORD: "it is one record on both sides", OWN_ID: "both use one id",
             FORMER_ID: "the id of one is a former id of the other"}  # fmt: skip
_NOT_JUDGED = {
    "id": "ids tell nothing here", "place": "a place is unknown", "size": "a size is unknown",
    "form": "the place settles it, or a size is unknown", "attributes": "nothing is stated by both",
}  # fmt: skip


def label_of(said: Said) -> str:
    """Name a record for people.

    >>> label_of(Said(key="k", body={"name": "Hill"}, geometry=None))
    'Hill'
    """
    return str(said.own_id or said.body.get("name") or said.key)


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 2)
