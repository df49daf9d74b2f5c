"""How do a reader's proposals become drafts in the register, each with its span, and nothing twice?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whitestone.domain.claim import QUOTE_LIMIT
from whitestone.domain.revision import Act, State
from whitestone.programme.claims_documents import add_document, blotted, checked, state_of
from whitestone.programme.claims_places import Places, places_of
from whitestone.programme.claims_reading import DOCUMENT, proposals_of, read_text
from whitestone.programme.claims_register import drafted
from whitestone.programme.opening import Programme

__all__ = ["propose"]

_SAME = ("subject", "value", "value_max", "qualifier", "unit", "population", "period_from", "period_to", "about")
_OTHER = ("instruments",)


def propose(programme: Programme, path: Path, *, source: str | None = None, names: Sequence[str] = (),
            values: Mapping[str, Any] | None = None, reason: str | None = None) -> dict[str, Any]:
    """Keep a document and save what reading proposes from it as drafts; they count nowhere before a person confirms.

    The same proposal at the same span is saved once, however often it is read. Returns the document as
    `add_document` does, with `proposed`, `already` and `claims`. Refuses as `add_document`.
    """
    read = read_text(path)
    kept = add_document(programme, path, source=source, names=names, values=values, reason=reason)
    document = state_of(programme, kept["document"], "document")
    dated = document.body.get("dated_on")
    found = proposals_of(read.text, dated_on=dated, title=document.body.get("title"))
    known = _said(programme, kept["document"])
    places = places_of(programme, programme.clocks())
    drafts, saved, already = [], [], 0
    for each in found:
        body, sealed = _body(programme, document, each, places, names)
        if page := read.page_at(int(each["start"])):
            body["locator"] = page
        if _key(body) in known:
            already += 1
            continue
        known.add(_key(body))
        checked(programme, "claim", body)
        draft = drafted(body, sealed)
        more = {name: each[name] for name in _OTHER if each.get(name)}
        draft.extra.update(more)
        drafts.append(draft)
        saved.append({"claim": str(draft.record_id), **draft.body, **more})
    if drafts:
        programme.journal.append(Act(author=programme.who, reason=reason or "proposed by reading",
                                     source=document.body.get("title")), drafts)  # fmt: skip
    return {**kept, "proposed": len(saved), "already": already, "claims": saved}


def _said(programme: Programme, document: str) -> set[tuple[Any, ...]]:
    """Return what was proposed or stated of a document before: a draft that was corrected or withdrawn stays so."""
    return {_key(each.body) for each in programme.journal.revisions(kind="claim")
            if each.body.get("document_id") == document and "quote_start" in each.body}  # fmt: skip


def _body(programme: Programme, document: State, found: Mapping[str, Any], places: Places, names: Sequence[str]
          ) -> tuple[dict[str, Any], dict[str, Any]]:
    start, end = int(found["start"]), int(found["end"])
    quote = str(found["quote"])
    end = min(end, start + QUOTE_LIMIT)
    hidden, times = blotted(quote[:QUOTE_LIMIT], names)
    spoken = str(found["speaker"])
    body: dict[str, Any] = {name: found.get(name) for name in _SAME}
    body |= {
        "document_id": str(document.record_id),
        "quote": hidden,
        "quote_start": start,
        "quote_end": end,
        "quote_found": True,
        "language": document.body.get("language"),
        "asserted_by": _speaker(programme, document) if spoken == DOCUMENT else spoken,
        "place_name": found.get("place"),
        "as_of": document.body.get("dated_on"),
    }
    known = places.known(found.get("place"))
    if len(known) == 1:
        body["place_id"] = next(iter(known))
    stated = {name: value for name, value in body.items() if value is not None}
    return stated, {"quote_in_full": quote[:QUOTE_LIMIT]} if times else {}


def _speaker(programme: Programme, document: State) -> str:
    """Name the document as a speaker: by its source, else by its title."""
    source = document.body.get("source_id")
    name = state_of(programme, str(source), "source").body.get("name") if source else None
    return str(name or document.body.get("title") or DOCUMENT)


def _key(body: Mapping[str, Any]) -> tuple[Any, ...]:
    told = ("quote_start", "quote_end", "subject", "value", "value_max", "unit", "about")
    return tuple(body.get(name) for name in told)
