"""What do parties say about the minefield records of this programme: who, when, in which document, in which words?

Claims stay claims: they stand beside the scores, attributed, and none of them changes a score.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from whitestone.domain.revision import State
from whitestone.programme.opening import Programme

__all__ = ["claims_about_records", "claims_at_transfer", "is_about_records"]

_ABOUT = re.compile(
    r"\b(minefield|mine|mined|mines)\b.{0,20}\b(records?|maps?|sheets?|plans?)\b|\bformulyar|формуляр"
    r"|\b(cartes?|plans?|relevés?) des? (champs? de )?mines\b|\b(mapas?|registros?|planos?) de (campos? de )?minas\b"
    r"|(карт|схем|план)\w*.{0,20}минн|minsk\w* zapisni",
    re.IGNORECASE | re.DOTALL,
)
"""How a claim names minefield records; in the languages of the code lists."""
_TOLD = ("subject", "about", "population")


def is_about_records(claim: Mapping[str, Any], batches: set[str]) -> bool:
    """Say whether a claim is about minefield records: it names them, or a batch that the programme holds.

    >>> is_about_records({"subject": "accuracy of the minefield maps"}, set()), is_about_records({}, {"A"})
    (True, False)
    """
    told = [str(claim[name]) for name in _TOLD if claim.get(name)]
    return any(_ABOUT.search(text) for text in told) or any(text.strip() in batches for text in told)


def claims_about_records(programme: Programme) -> list[dict[str, Any]]:
    """List the claims about minefield records by day: `speaker`, `date`, `quote`, `value`, `source`, `record`.

    First those that are records of kind `claim`, then what was said of a batch when it was handed over. An empty list
    where nobody said anything. A claim that is not approved is left out: nobody has looked at it yet.

    >>> claims_about_records.__name__
    'claims_about_records'
    """
    journal = programme.journal
    sheets = list(journal.states("minefield_record", approved_only=False, geometry=False))
    batches = {str(state.body["transfer_batch"]) for state in sheets if state.body.get("transfer_batch")}
    documents = {str(state.record_id): state.body for state in journal.states("document", geometry=False)}
    sources = {str(state.record_id): state.body for state in journal.states("source", geometry=False)}
    found = [
        _told(state, documents, sources)
        for state in journal.states("claim", geometry=False)
        if is_about_records(state.body, batches)
    ]
    return sorted(found, key=lambda each: (each["date"] or "", each["speaker"] or "")) + _at_transfer(sheets)


def _told(
    state: State, documents: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    body = state.body
    document = documents.get(str(body.get("document_id")), {})
    source = sources.get(str(document.get("source_id")), {})
    where = [document.get("title"), *(document.get("symbols") or []), body.get("locator")]
    return {
        "speaker": body.get("asserted_by") or source.get("name"),
        "date": body.get("as_of") or document.get("dated_on"),
        "quote": body.get("quote"),
        "value": body.get("value"),
        "qualifier": body.get("qualifier"),
        "unit": body.get("unit"),
        "source": ", ".join(str(each) for each in where if each) or None,
        "record": str(state.record_id),
    }


def _at_transfer(sheets: list[State]) -> list[dict[str, Any]]:
    """Return what the sheets' transfer batches were said to be, as the programme holds it."""
    held = [(str(state.body.get("transfer_batch") or ""), (state.body.get("transcription") or {}).get("transfer"),
             str(state.record_id)) for state in sheets]  # fmt: skip
    return claims_at_transfer(held)


def claims_at_transfer(handed_over: Iterable[tuple[str, Any, str]]) -> list[dict[str, Any]]:
    """Return what was said of (batch, transfer as written, record) when it was handed over; each said once.

    >>> claims_at_transfer([("1", {"claim": "complete", "claimed_by": "Party A", "date": "2021"}, "A-17")])[0]["quote"]
    'complete'
    >>> claims_at_transfer([("1", None, "A-17")])
    []
    """
    held: dict[tuple[str, ...], dict[str, Any]] = {}
    for batch, transfer, record in handed_over:
        if not isinstance(transfer, Mapping) or not transfer.get("claim"):
            continue
        said = {
            "speaker": transfer.get("claimed_by"),
            "date": transfer.get("date") or transfer.get("on"),
            "quote": transfer["claim"],
            "source": f"said of batch {batch} when it was handed over" if batch else "said when it was handed over",
            "record": record,
        }
        held.setdefault((batch, str(said["speaker"]), str(said["date"]), str(said["quote"])), said)
    return [held[key] for key in sorted(held)]
