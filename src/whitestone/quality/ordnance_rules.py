"""Does the designation of a find name a type that is known, and does it fit the category that is stated beside it?

The catalogue is a help, no judge: a type that it does not have is a notice, and a national row settles it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from whitestone.domain.catalogue import Catalogue, OrdnanceType, with_national
from whitestone.quality.model import NOTICE, WARNING, Finding, Picture, Subject, called, rule

__all__ = ["RULES"]

_LISTED = 20
_MINES = frozenset({"ap_mine", "av_mine", "improvised_ap_mine", "improvised_av_mine"})
_OPEN = {
    "unknown_eo": None, "other_uxo": None, "axo_other": None, "fuze": None, "unknown_mine": _MINES,
    "booby_trap": _MINES | {"grenade", "other_ied"}, "improvised_ap_mine": frozenset({"other_ied", "booby_trap"}),
    "improvised_av_mine": frozenset({"other_ied"}), "other_ied": _MINES - {"ap_mine", "av_mine"},
}  # fmt: skip
"""Stated category -> categories of the catalogue that do not contradict it; None: none does."""


def _catalogue(picture: Picture) -> Catalogue:
    return picture.once("catalogue", lambda: with_national(picture.settings.national_ordnance))


def _row(picture: Picture, model: str) -> OrdnanceType | None:
    return picture.once(("ordnance type", model), lambda: _named(_catalogue(picture), model))


def _named(catalogue: Catalogue, model: str) -> OrdnanceType | None:
    """Find the type in what was typed, also beside other words (`mina PMN-2`, `PMN-2 (AP)`): the longest."""
    words = model.split()[:8]
    for length in range(len(words), 0, -1):
        for at in range(len(words) - length + 1):
            if (found := catalogue.find(" ".join(words[at:at + length]))) is not None:
                return found
    return None


def _designated(picture: Picture) -> Iterator[tuple[Subject, str]]:
    for item in picture.of("item"):
        if model := str(item.body.get("model") or "").strip():
            yield item, model


@rule("designation-not-catalogued", NOTICE, "Is a designation in no spelling of the catalogue of ordnance?")
def designation_not_catalogued(picture: Picture) -> Iterator[Finding]:
    """Find designations that name no row, one finding for each spelling."""
    unknown: dict[str, list[Subject]] = defaultdict(list)
    for item, model in _designated(picture):
        if _row(picture, model) is None:
            unknown[model].append(item)
    for model, items in unknown.items():
        ids = sorted((item.record_id for item in items), key=str)
        rest = f" The first {_LISTED} are listed." if len(ids) > _LISTED else ""
        yield Finding(
            record_ids=tuple(ids[:_LISTED]),
            sentence=f"{len(items)} item(s) are called {model!r}, which the catalogue does not have.{rest}",
            todo="Correct the spelling, or add the type with 'whitestone catalogue add'.",
            value=model,
            key=model,
        )


@rule("designation-contradicts-category", WARNING, "Does a designation belong to another category than is stated?")
def designation_contradicts_category(picture: Picture) -> Iterator[Finding]:
    """Find items whose designation the catalogue has under another category."""
    for item, model in _designated(picture):
        stated, row = item.body.get("category"), _row(picture, model)
        if not stated or row is None or stated == row.category:
            continue
        allowed = _OPEN.get(str(stated), frozenset())
        if allowed is not None and row.category not in allowed:
            yield Finding(
                record_ids=(item.record_id,),
                sentence=f"{called(item)} is a {stated.replace('_', ' ')} by its category; {model!r} names "
                f"{row.designation}, which the catalogue has under {row.category.replace('_', ' ')}.",
                todo="Look at the photograph or the report which of the two is right.",
                value=model,
            )


RULES = (designation_not_catalogued, designation_contradicts_category)
