"""How is a document kept: the original under its hash and seal, a working copy that spans count in, and who says it?

The original goes in as it is, sealed, because it may name persons; its log of custody is the journal's. The working
copy is the text alone, with the names that were given blotted out by as many block signs, so that offsets stay. What a
document says of itself (dates, symbols) is kept as written and as understood.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.claim_words import symbol, symbols_in
from whitestone.domain.revision import Act, Draft, State
from whitestone.domain.validate import validate
from whitestone.errors import InvalidValue, QuoteNotFound, UnknownRecord
from whitestone.programme.claims_drafts import claim_state, drafts
from whitestone.programme.claims_reading import ReadText, read_text
from whitestone.programme.opening import Programme
from whitestone.programme.recalling import resolve

__all__ = ["BLOT", "add_document", "add_source", "blotted", "custody_of", "document_text", "span_of", "state_of"]

BLOT = "█"
"""Stands for each letter of a name of a person in a working copy or a quote."""
WORKING_COPY = "application/vnd.whitestone.text+json"
"""Tells working copies from the other attachments: the text, and the hash of the original that it was read from."""
_MEDIA = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".pdf": "application/pdf",
          ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}  # fmt: skip


def add_source(programme: Programme, name: str, values: Mapping[str, Any] | None = None, *,
               reason: str | None = None) -> uuid.UUID:
    """Find the source of that name, or make it; returns its record id. `values` are stated of a new one only.

    Refuses an empty name, and values that no source has, with InvalidValue.
    """
    if not name.strip():
        raise InvalidValue(field="source", value=name, why="a source has a name")
    wanted = " ".join(name.split()).casefold()
    for state in programme.journal.states("source", approved_only=False, geometry=False):
        if " ".join(str(state.body.get("name") or "").split()).casefold() == wanted:
            return state.record_id
    body = {"name": name.strip(), **(values or {})}
    checked(programme, "source", body)
    draft = Draft(kind="source", record_id=uuid.uuid4(), body=body)
    programme.journal.append(Act(author=programme.who, reason=reason or "source named"), [draft])
    return draft.record_id


def add_document(
    programme: Programme, path: Path, *, source: str | None = None, names: Sequence[str] = (),
    values: Mapping[str, Any] | None = None, keep_text: bool = True, reason: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Keep a document: the original sealed, the working copy, and a record with what it says of itself.

    `values` are attributes of the document (title, dated_on, symbols, annexed_to, …) and go before what is read out of
    the file. The same file again is the same document: nothing is added. Returns `document`, `became` (new,
    unchanged), `sha256`, `text_sha256`, `characters`, `names_blotted` and `notes`. Refuses a file that cannot be read
    with UnreadableFile or the reader's error, and values that no document has with InvalidValue.
    """
    read = read_text(path)
    attachments = programme.journal.attachments
    sha256 = attachments.add(path, name=path.name, media_type=_media(path), by=programme.who, sealed=True)
    known = _known(programme, sha256)
    if known is not None:
        return _answer(known.record_id, "unchanged", known.body, read, 0)
    text, hidden = blotted(read.text, names)
    body = _described(read, values or {})
    body |= {"sha256": sha256}
    if source is not None:
        body["source_id"] = str(add_source(programme, source))
    if keep_text and text:
        # Never the very bytes of the original: what was sealed once stays sealed, and this is to be read.
        kept = msgspec.json.encode({"of": sha256, "text": text.encode("utf-8", "replace").decode()})
        body["text_sha256"] = attachments.add(kept, name="working copy", media_type=WORKING_COPY, by=programme.who)
    checked(programme, "document", body)
    sealed = {"original_name": path.name, **({"names_in_text": "\n".join(names)} if names else {})}
    draft = Draft(kind="document", record_id=uuid.uuid4(), body=body, sealed=sealed,
                  information_date=body.get("dated_on"))  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason or "document added"), [draft])
    return _answer(draft.record_id, "new", body, read, hidden)


def document_text(programme: Programme, document: State | None) -> str | None:
    """Return the working copy of a document; None where no text of it is kept here."""
    sha256 = document.body.get("text_sha256") if document is not None else None
    if not sha256:
        return None
    with programme.journal.attachments.open(sha256) as stream:
        return str(msgspec.json.decode(stream.read())["text"])


def span_of(text: str, quote: str, start: int | None = None, end: int | None = None) -> tuple[int, int]:
    """Find where a quote stands in a text, as first character and first after; line breaks count as spaces.

    With `start` it must stand there. Refuses with QuoteNotFound a quote that is empty or does not stand there.

    >>> span_of("more than\\n260 people", "than 260"), span_of("aa aa", "aa", 3)
    ((5, 13), (3, 5))
    >>> span_of("text", "")
    Traceback (most recent call last):
    ...
    whitestone.errors.QuoteNotFound: The quote does not stand in its document: ''.
    """
    words = quote.split()
    pattern = re.compile(r"\s+".join(map(re.escape, words))) if words else None
    if start is not None and pattern is not None:
        found = pattern.match(text, start) or pattern.match(text, start + len(quote) - len(quote.lstrip()))
        if found and (end is None or text[found.end():end].strip() == "" or end == found.end()):
            return found.span()
        raise QuoteNotFound(where=f" at character {start}", quote=quote[:80])
    found = pattern.search(text) if pattern is not None else None
    if found is None:
        raise QuoteNotFound(where="", quote=quote[:80])
    return found.span()


def blotted(text: str, names: Iterable[str]) -> tuple[str, int]:
    """Blot names of persons out of a text, letter by letter, so that offsets stay; also how often one stood there.

    >>> blotted("Ann Lee spoke; ann lee left", ["Ann Lee"]), blotted("", [])
    (('███ ███ spoke; ███ ███ left', 2), ('', 0))
    """
    hidden = 0
    for name in sorted((each.strip() for each in names if each.strip()), key=len, reverse=True):
        pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)", re.IGNORECASE)
        text, times = pattern.subn(lambda found: re.sub(r"\S", BLOT, found[0]), text)
        hidden += times
    return text, hidden


def state_of(programme: Programme, record: str, kind: str) -> State:
    """Return a record of a kind by its id or own id, a document by any of its symbols too, drafts included.

    Refuses what names none with UnknownRecord, what is of another kind with InvalidValue.
    """
    try:
        found = resolve(programme, record)
    except UnknownRecord:
        named = _named_otherwise(programme, record, kind)
        if len(named) != 1:
            raise
        found = named[0]
    state = claim_state(programme, found)
    if state is None:
        raise UnknownRecord(record=record)
    if state.kind != kind:
        raise InvalidValue(field=kind, value=record, why=f"this is of kind {state.kind}")
    return state


def _named_otherwise(programme: Programme, record: str, kind: str) -> list[uuid.UUID]:
    """Find a document by one of its symbols, and a draft of a claim by the beginning of its id."""
    if kind == "claim":
        return [state.record_id for state in drafts(programme) if str(state.record_id).startswith(record.strip())]
    wanted = symbol(record)
    states = programme.journal.states("document", approved_only=False, geometry=False) if kind == "document" else ()
    return [state.record_id for state in states if wanted and wanted in (state.body.get("symbols") or [])]


def custody_of(programme: Programme, document: State | None) -> list[dict[str, str]]:
    """List through whose hands a document's original went, oldest first: `at`, `by`, `event`.

    What for it was read stands in the access log, which may name persons.

    >>> custody_of(None, None)  # type: ignore[arg-type]
    []
    """
    sha256 = document.body.get("sha256") if document is not None else None
    if not sha256:
        return []
    return [{"at": line.at.isoformat(timespec="seconds"), "by": line.by, "event": line.event}
            for line in programme.journal.attachments.custody(str(sha256))]


def checked(programme: Programme, kind: str, body: Mapping[str, Any]) -> None:
    """Refuse a body of which a value does not fit its attribute with InvalidValue, the first one named."""
    for attribute, value, _, message in validate(kind, body, lists=programme.lists):
        raise InvalidValue(field=attribute, value=value, why=message)


def _known(programme: Programme, sha256: str) -> State | None:
    states = programme.journal.states("document", approved_only=False, geometry=False)
    return next((state for state in states if state.body.get("sha256") == sha256), None)


def _described(read: ReadText, values: Mapping[str, Any]) -> dict[str, Any]:
    """Join what the file says of itself with what a person states; symbols are kept as written and normalised."""
    body: dict[str, Any] = {"title": read.title, "language": read.language, "pages": read.pages,
                            "dated_on": read.dates[0] if read.dates else None}  # fmt: skip
    body |= {name: value for name, value in values.items() if value not in (None, "", [])}
    written = body.pop("symbols", None) or list(read.symbols)
    written = [written] if isinstance(written, str) else [str(each) for each in written]
    if written:
        body |= {"symbols": symbols_in(written), "symbols_as_written": written}
    # By these a person finds it again: its symbol, and its title.
    body.setdefault("local_id", next(iter(body.get("symbols") or []), None))
    body.setdefault("name", body.get("title"))
    for name in ("annexed_to", "translation_of", "source_id"):
        if isinstance(body.get(name), uuid.UUID):
            body[name] = str(body[name])
    return {name: value for name, value in body.items() if value is not None}


def _media(path: Path) -> str:
    return _MEDIA.get(path.suffix.casefold(), "application/octet-stream")


def _answer(document: uuid.UUID, became: str, body: Mapping[str, Any], read: ReadText, hidden: int) -> dict[str, Any]:
    return {
        "document": str(document),
        "became": became,
        "title": body.get("title"),
        "dated_on": body.get("dated_on"),
        "symbols": body.get("symbols") or [],
        "language": body.get("language"),
        "sha256": body.get("sha256"),
        "text_sha256": body.get("text_sha256"),
        "characters": len(read.text),
        "names_blotted": hidden,
        "notes": list(read.notes),
    }
