"""Can each claim be traced to its words, its speaker and its document, and does what it adds up come out?

A finding is a question to a person. Who says something, and what, never makes one; only how it was entered does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from whitestone.domain.chains import cycles
from whitestone.domain.claim_words import symbols_in
from whitestone.quality.model import ERROR, NOTICE, WARNING, Finding, Picture, Subject, called, rule

__all__ = ["RULES"]

_OPEN = ("at_least", "more_than", "about", "up_to", "at_most", "less_than")
_HUNDREDTH = 0.005


@rule("quote-not-in-document", ERROR, "Does every quote stand in its document?")
def quote_not_in_document(picture: Picture) -> Iterator[Finding]:
    """Find claims whose quote did not stand at its span in the document's text when it was looked for."""
    for each in picture.of("claim"):
        if each.body.get("quote_found") is False:
            yield Finding(
                record_ids=(each.record_id,),
                sentence=f"{called(each)}: its quote does not stand in its document.",
                todo="Read the document at that place, and correct quote or document.",
                value=str(each.body.get("quote") or "")[:80],
            )


@rule("claim-without-speaker", ERROR, "Does every claim say who says it?")
def claim_without_speaker(picture: Picture) -> Iterator[Finding]:
    """Find claims that name no speaker: a figure without an author is no claim."""
    for each in picture.of("claim"):
        if not str(each.body.get("asserted_by") or "").strip():
            yield Finding(
                record_ids=(each.record_id,),
                sentence=f"{called(each)} does not say who says it.",
                todo="State asserted_by as the document names the speaker; of words outside quotes it is the document.",
            )


@rule("claim-without-unit", ERROR, "Does every claimed number say what it counts?")
def claim_without_unit(picture: Picture) -> Iterator[Finding]:
    """Find claims that state a number and no unit."""
    for each in picture.of("claim"):
        if each.body.get("value") is not None and not str(each.body.get("unit") or "").strip():
            yield Finding(
                record_ids=(each.record_id,),
                sentence=f"{called(each)} states {each.body['value']:,g} and not of what.",
                todo="State the unit: killed, injured, casualties, mines, hectares, …",
                value=f"{each.body['value']:g}",
            )


@rule("claim-chain-closed", ERROR, "Does every chain of repeats and of later versions begin somewhere?")
def claim_chain_closed(picture: Picture) -> Iterator[Finding]:
    """Find claims that repeat or supersede each other in a ring: none of them is the origin."""
    subjects = {str(each.record_id): each for each in picture.of("claim")}
    for name in ("repeats", "supersedes"):
        links = {key: [str(to) for to in each.body.get(name) or []] for key, each in subjects.items()}
        for ring in cycles(links):
            yield Finding(
                record_ids=tuple(subjects[key].record_id for key in ring if key in subjects),
                sentence=f"{len(ring)} claims name each other in a ring as what each {name}.",
                todo="Find the claim that was made first, and take the link away that leads out of it.",
                key=name,
            )


@rule("symbol-duplicated", WARNING, "Does a document symbol stand on one document only?")
def symbol_duplicated(picture: Picture) -> Iterator[Finding]:
    """Find symbols that two documents carry, compared as they are normalised; a translation shares its original's."""
    held: dict[str, list[Subject]] = defaultdict(list)
    for each in picture.of("document"):
        for symbol in symbols_in([str(one) for one in each.body.get("symbols") or []]):
            held[symbol].append(each)
    for symbol, documents in held.items():
        originals = [each for each in documents if not each.body.get("translation_of")]
        if len(originals) > 1:
            yield Finding(
                record_ids=tuple(each.record_id for each in originals),
                sentence=f"{len(originals)} documents carry the symbol {symbol}.",
                todo="Is it one document kept twice, a translation (say of which), or a symbol read wrongly?",
                value=symbol,
                key=symbol,
            )


@rule("parts-over-total", NOTICE, "Do the parts that a claim states come to no more than its total?")
def parts_over_total(picture: Picture) -> Iterator[Finding]:
    """Find claims whose own parts come to more than the number they state; it stays as it was said."""
    for each in picture.of("claim"):
        value, parts = each.body.get("value"), _numbers(each.body.get("parts"))
        if value is None or each.body.get("qualifier") in _OPEN or sum(parts) <= float(value) + _HUNDREDTH:
            continue
        yield Finding(
            record_ids=(each.record_id,),
            sentence=f"{called(each)}: {' + '.join(f'{part:g}' for part in parts)} = {sum(parts):g}, "
            f"where {float(value):g} is stated.",
            todo="Compare with the document. If it says so, leave it: what does not add up is shown, never repaired.",
            value=f"{float(value):g}",
        )


@rule("rests-on-withdrawn", WARNING, "Does a claim repeat, or a duty cite, a claim that was taken back?")
def rests_on_withdrawn(picture: Picture) -> Iterator[Finding]:
    """Find claims that still stand and duties that rest on a claim which its author, or its document, took back."""
    documents = {str(each.record_id) for each in picture.of("document") if each.body.get("withdrawn_on")}
    gone = {str(each.record_id): each for each in picture.of("claim") if each.body.get("claim_status") == "withdrawn"
            or str(each.body.get("document_id")) in documents}  # fmt: skip
    rest = {"claim": ("repeats",), "obligation": ("claims_for", "claims_against")} if gone else {}
    for kind, names in rest.items():
        for each in picture.of(kind):
            links = dict.fromkeys(str(link) for name in names for link in each.body.get(name) or [])
            for link in links if str(each.record_id) not in gone else ():
                if link in gone:
                    yield Finding(
                        record_ids=(each.record_id, gone[link].record_id),
                        sentence=f"{called(each)} rests on {called(gone[link])}, which was taken back.",
                        todo="Ask who repeats it whether it still stands; withdraw it too, or say what else shows it.",
                        key=link,
                    )


def _numbers(parts: Any) -> list[float]:
    found = [each.get("value") for each in parts or [] if isinstance(each, dict)]
    return [float(each) for each in found if isinstance(each, (int, float)) and not isinstance(each, bool)]


RULES = (quote_not_in_document, claim_without_speaker, claim_without_unit, claim_chain_closed, symbol_duplicated,
         parts_over_total, rests_on_withdrawn)  # fmt: skip
