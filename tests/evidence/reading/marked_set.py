"""How are the texts that people have marked read and scored?

A mark is a claim that a person found: the words by which it is found, and what it says. A proposal meets a mark when
subject, value and unit are the same and its quote covers the words; each meets one at most.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, NamedTuple

from whitestone.evidence.reading import ProposedClaim, read_claims

MARKED = Path(__file__).parent / "marked"


class MarkedText(NamedTuple):
    """One text with its marks."""

    name: str
    language: str
    kind: str
    text: str
    claims: list[dict[str, Any]]


class Score(NamedTuple):
    """How proposals and marks meet; `fields` counts right and all for each further field that was marked."""

    met: int
    proposed: int
    marked: int
    wrong: list[str]
    missed: list[str]
    fields: dict[str, tuple[int, int]]

    @property
    def precision(self) -> float:
        """Share of proposals that a person marked too; 1 where nothing is proposed."""
        return self.met / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        """Share of marks that were proposed; 1 where nothing is marked."""
        return self.met / self.marked if self.marked else 1.0


@functools.cache
def proposals(text: str) -> tuple[ProposedClaim, ...]:
    """Read a marked text once; the sets are scored several times."""
    return read_claims(text).claims


def marked_texts(*kinds: str) -> list[MarkedText]:
    """Load the marked texts, of some sets only where sets are named."""
    found = []
    for path in sorted(MARKED.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        if not kinds or told["set"] in kinds:
            text = path.with_suffix(".txt").read_text(encoding="utf-8")
            found.append(MarkedText(path.stem, told["language"], told["set"], text, told["claims"]))
    return found


def score(texts: list[MarkedText]) -> Score:
    """Read every text and hold its proposals against its marks."""
    met = proposed = marked = 0
    wrong: list[str] = []
    missed: list[str] = []
    fields: dict[str, tuple[int, int]] = {}
    for each in texts:
        left = list(proposals(each.text))
        proposed, marked = proposed + len(left), marked + len(each.claims)
        for mark in each.claims:
            found = next((claim for claim in left if meets(claim, mark)), None)
            if found is None:
                missed.append(f"{each.name}: {mark['words']}")
                continue
            left.remove(found)
            met += 1
            for name in mark.keys() - {"start", "end", "words", "subject", "value", "unit"}:
                right, of = fields.get(name, (0, 0))
                fields[name] = (right + (getattr(found, name) == mark[name]), of + 1)
        wrong += [f"{each.name}: {claim.subject} {claim.value} {claim.unit}" for claim in left]
    return Score(met, proposed, marked, wrong, missed, fields)


def meets(claim: ProposedClaim, mark: dict[str, Any]) -> bool:
    """Say whether a proposal is the claim that a person marked."""
    same = (claim.subject, claim.value, claim.unit) == (mark["subject"], mark["value"], mark["unit"])
    return same and claim.start <= mark["start"] < claim.end
