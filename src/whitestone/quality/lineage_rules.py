"""Did a split or a merge keep its ground?

The ledger tells each hazard what a split or merge gained and lost (docs/guides/ledger.md); here a person learns which
outlines to look at. It counts approved revisions, as the ledger does.
"""

from __future__ import annotations

from collections.abc import Iterator

from whitestone.quality.model import WARNING, Finding, Picture, called, rule

__all__ = ["MIN_CHANGE_M2", "RULES"]

MIN_CHANGE_M2 = 1.0
"""Outlines drawn anew differ by rounding along their common edge; less than one square metre is not reported."""


@rule("lineage-gained", WARNING, "Does a part of a split or merge lie on ground that none of its parents had?")
def lineage_gained(picture: Picture) -> Iterator[Finding]:
    """Find parts with more ground than their parents had left (IMAS 07.11: a split conserves area)."""
    yield from _told(picture, 0, "has {m2} m2 more than the hazards that it was split or merged from had left",
                     "Correct the outline, or record the new ground as a hazard of its own with its evidence.")


@rule("lineage-lost", WARNING, "Does a hazard lose ground in a split or merge that no part took over?")
def lineage_lost(picture: Picture) -> Iterator[Finding]:
    """Find parents whose ground no part took over: it left the account without a release (IMAS 07.11)."""
    yield from _told(picture, 1, "lost {m2} m2 in a split or merge that no part took over",
                     "Correct the outlines of the parts; ground leaves the account by a release only.")


def _told(picture: Picture, side: int, words: str, todo: str) -> Iterator[Finding]:
    hazards = picture.of("hazard")
    if not any(each.body.get("parent_ids") or each.body.get("closure_reason") == "merged" for each in hazards):
        return
    found = picture.once("lineage", picture.lineage)
    for each in hazards:
        area_m2 = found.get(each.record_id, (0.0, 0.0))[side]
        if area_m2 >= MIN_CHANGE_M2:
            yield Finding(
                record_ids=(each.record_id,),
                sentence=f"{called(each)} {words.format(m2=f'{area_m2:,.0f}')}.",
                todo=todo,
                value=f"{area_m2:.2f}",
            )


RULES = (lineage_gained, lineage_lost)
