"""How do claims of a table get documents and sources of their own, without anything of the table being changed?

A table of claims says for each who printed it, where and when. From that one source is made for each publisher and one
document for each address (else for each publisher and day), and the claims are linked to them. What is there already is
used again; what the table said of a claim stays with the claim.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from whitestone.domain.codes import folded
from whitestone.domain.revision import Act, Draft, State
from whitestone.programme.claims_drafts import every_claim
from whitestone.programme.opening import Programme

__all__ = ["gather"]


def gather(programme: Programme, *, reason: str = "documents and sources gathered from claims") -> dict[str, Any]:
    """Make documents and sources for claims that name a publisher or an address and no document; one act.

    Returns how many `sources` and `documents` were made and how many `claims` were linked; a second call makes nothing.
    """
    journal = programme.journal
    claims = [state for state in every_claim(programme) if _is_open(state.body)]
    sources = {folded(str(state.body.get("name") or "")): state.record_id
               for state in journal.states("source", approved_only=False, geometry=False)}  # fmt: skip
    documents = {_key(state.body): state.record_id
                 for state in journal.states("document", approved_only=False, geometry=False)}  # fmt: skip
    drafts: list[Draft] = []
    made = {"sources": 0, "documents": 0, "claims": len(claims)}
    for state in claims:
        source = _source(state, sources, drafts, made)
        key = (str(state.body.get("source_url") or ""), *(() if state.body.get("source_url") else (
            folded(str(state.body.get("published_by") or "")), str(state.body.get("published_on") or ""))))  # fmt: skip
        if key not in documents:
            documents[key] = uuid.uuid4()
            made["documents"] += 1
            drafts.append(Draft(kind="document", record_id=documents[key], body=_document(state, source)))
        drafts.append(Draft(kind="claim", record_id=state.record_id, body={"document_id": str(documents[key])},
                            parents=tuple(state.revisions), workflow=state.workflow,
                            information_date=state.body.get("as_of")))  # fmt: skip
    if drafts:
        journal.append(Act(author=programme.who, reason=reason), drafts)
    return made


def _source(state: State, sources: dict[str, uuid.UUID], drafts: list[Draft], made: dict[str, int]) -> str | None:
    name = str(state.body.get("published_by") or "").strip()
    if not name:
        return None
    if folded(name) not in sources:
        sources[folded(name)] = uuid.uuid4()
        made["sources"] += 1
        body = {"name": name, "affiliation": state.extra.get("side"), "language": state.body.get("language")}
        kept = {key: value for key, value in body.items() if value}
        drafts.append(Draft(kind="source", record_id=sources[folded(name)], body=kept))
    return str(sources[folded(name)])


def _document(state: State, source: str | None) -> dict[str, Any]:
    body = {
        "source_id": source,
        "title": ", ".join(str(state.body[name]) for name in ("published_by", "published_on") if state.body.get(name)),
        "url": state.body.get("source_url"),
        "published_on": state.body.get("published_on"),
        "language": state.body.get("language"),
    }
    return {key: value for key, value in body.items() if value}


def _is_open(body: Mapping[str, Any]) -> bool:
    return not body.get("document_id") and bool(body.get("source_url") or body.get("published_by"))


def _key(body: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(body["url"]),) if body.get("url") else ("", str(body.get("title")), str(body.get("published_on")))
