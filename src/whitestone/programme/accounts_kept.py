"""Which book of a programme is kept, how does it follow the journal, and for which situations does it speak?

A book is counted once for a moment of knowledge, kept in the journal's database, and from then on renewed for the
records that change, in the transaction that records them. It holds all days, so it answers for every situation. What
it cannot follow (a gazetteer that changes, a decision that two records are one, settings, a large import) lets it be
counted anew where it is next asked for. It can always be dropped: the journal is the truth.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import uuid
from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from whitestone import __version__
from whitestone.errors import Busy, StoreFull, WrongCall
from whitestone.journal import books
from whitestone.journal.append import Batch
from whitestone.journal.drafts import instant_us
from whitestone.journal.store import Session
from whitestone.land.book import Book, simulate
from whitestone.land.compiled import cache_folder
from whitestone.land.packing import pack_book, pack_change, unpack_book, unpack_change
from whitestone.land.places import assign
from whitestone.land.renewing import apply_change, count_change
from whitestone.programme.accounts_inputs import EVER, Inputs, read_inputs, read_places, read_records
from whitestone.programme.accounts_shapes import ShapesOfRecords
from whitestone.programme.opening import Clocks, Programme

__all__ = ["KeptBook", "book_by_name", "follow", "kept_book", "place_hazards"]

MOST_CHANGED = 200
"""More changed records than this in one transaction, or since a book was kept, and it is counted anew instead."""
MOST_PARTS = 50
"""After so many changes the whole is written again."""
MOST_BYTES = 900_000_000
"""A larger book is not kept: the engines take about a gigabyte in one value. It is counted where it is asked for."""
FOLLOWED = ("hazard", "release", "activity")
ANEW = ("place", "organisation", "setting")
_SAMENESS = ("same", "undone")

_kept: OrderedDict[tuple[uuid.UUID, str], KeptBook] = OrderedDict()
_MOST_IN_MEMORY = 3


class KeptBook(msgspec.Struct):
    """A book of all days as known at a moment, up to entry `seq` of the journal, whose hash is `head`.

    `located` are the hazards that were placed by location. It is what the first `parts` parts of the kept chain `turn`
    say; 0 parts: it is not what any chain says.
    """

    key: str
    stamp: str
    seq: int
    head: bytes | None
    turn: int
    parts: int
    inputs: Inputs
    located: set[uuid.UUID]
    book: Book


class _Beside(msgspec.Struct, array_like=True):
    """What is kept of the inputs beside the book: places are read again, shapes lie with their records."""

    labels: dict[str, str]
    imprecise: dict[str, list[tuple[int, str]]]
    notes: list[str]
    reporting: set[uuid.UUID]
    located: set[uuid.UUID]
    activity_of: dict[uuid.UUID, str]
    valid_from: dt.date | None
    data: bytes


def kept_book(programme: Programme, clocks: Clocks) -> KeptBook:
    """Return the book of all days as known at `clocks.known`, as it is now: kept, followed or counted anew."""
    journal = programme.journal
    if clocks.known is not None and (instant_us(clocks.known) or 0) >= journal.clock():
        clocks = Clocks(clocks.on, None, None)  # a moment to come knows what is known now, and may learn more
    place = (journal.programme_id, _key(clocks))
    stamp, seq = _stamp(programme), journal.head()[0]
    found = _kept.get(place)
    if found is None or not _stands(programme, found, stamp):
        found = _read(programme, clocks, stamp)
    if found is not None and found.seq < seq and clocks.known is None:
        found = _follow_reading(programme, found)
    if found is None:
        found = _count(programme, clocks, stamp, seq)
        _keep_whole(programme, found)
    _remember(place, found)
    return found


def follow(programme: Programme, batch: Batch) -> None:
    """Renew what is kept for the records of a batch, in its transaction; leave it behind where they are too many.

    What is kept is a convenience: no fault of it may stand in the way of a record. Whatever goes wrong, nothing of it
    stays, all books are dropped, and the next question counts anew.
    """
    batch.session.run("SAVEPOINT book")
    is_right = False
    with contextlib.suppress(Exception):
        _follow(programme, batch)
        is_right = True
    if not is_right:
        batch.session.run("ROLLBACK TO SAVEPOINT book")
        books.drop_books(batch.session)
        _kept.pop((programme.journal.programme_id, "now"), None)
        logging.getLogger("whitestone").warning("the kept ledger could not follow a change; it is counted anew")
    batch.session.run("RELEASE SAVEPOINT book")


def _follow(programme: Programme, batch: Batch) -> None:
    journal, clocks = programme.journal, Clocks(EVER, None, None)
    with journal.store.seeing(batch.session):
        place = (journal.programme_id, _key(clocks))
        changed = books.changed_since(journal, batch.session, batch.first_seq - 1, FOLLOWED, MOST_CHANGED)
        stamp = _stamp(programme)
        found = _kept.get(place) if changed else None
        if changed and (found is None or not _stands(programme, found, stamp)):
            found = _read(programme, clocks, stamp)
        if not changed or found is None:
            return
        renewed = _renewed(programme, found, batch.session, batch.seq)
        if renewed is not None:
            renewed.head = batch.hash
            _remember(place, renewed)


def _remember(place: tuple[uuid.UUID, str], found: KeptBook) -> None:
    _kept[place] = found
    _kept.move_to_end(place)
    while len(_kept) > _MOST_IN_MEMORY:
        _kept.popitem(last=False)


def _stands(programme: Programme, found: KeptBook, stamp: str) -> bool:
    """Say whether a book in memory was acknowledged, was not dropped meanwhile, and follows today's rules."""
    with programme.journal.store.reading() as session:
        is_kept = not found.parts or books.is_kept(session, found.key)
        return found.stamp == stamp and is_kept and books.entry_hash(session, found.seq) == found.head


def _key(clocks: Clocks) -> str:
    return "now" if clocks.known is None else clocks.known.isoformat()


def _stamp(programme: Programme) -> str:
    """Name the rules and settings under which a book is made: others make another book."""
    settings = msgspec.json.encode(programme.settings)
    return hashlib.sha256(settings + cache_folder().name.encode() + __version__.encode()).hexdigest()


def _count(programme: Programme, clocks: Clocks, stamp: str, seq: int) -> KeptBook:
    inputs = read_inputs(programme, Clocks(EVER, clocks.known_on, clocks.known))
    located = place_hazards(inputs)
    book = simulate(inputs.hazards, inputs.releases, count=programme.count)
    inputs.hazards, inputs.releases = [], []
    with programme.journal.store.reading() as session:
        head = books.entry_hash(session, seq)
    return KeptBook(_key(clocks), stamp, seq, head, 0, 0, inputs, located, book)


def place_hazards(inputs: Inputs) -> set[uuid.UUID]:
    """Book hazards without a place to the one in which they lie; say which hazards that was."""
    located: set[uuid.UUID] = set()
    for level in inputs.levels:
        # The deepest level first; what lies outside it is offered to the next one up.
        before = {each.record_id for each in inputs.hazards if not each.keys.get("place")}
        inputs.hazards, _ = assign(inputs.hazards, level)
        located |= before - {each.record_id for each in inputs.hazards if not each.keys.get("place")}
    book_by_name(inputs)
    return located


def book_by_name(inputs: Inputs) -> None:
    """Book a hazard that no gazetteer entry holds to the place as its source writes it."""
    for at, hazard in enumerate(inputs.hazards):
        name = hazard.keys.get("place_name")
        if hazard.keys.get("place") is None and name:
            inputs.hazards[at] = msgspec.structs.replace(hazard, keys={**hazard.keys, "place": name})


def _keep_whole(programme: Programme, kept: KeptBook) -> None:
    """Write a book down, unless the place cannot be written or somebody else is writing: then it is made again."""
    store = programme.journal.store
    writer = store.for_writing() if store.readonly else store  # a question is asked for reading only, and may be kept
    with contextlib.suppress(Busy, StoreFull, WrongCall), writer.writing() as session:
        data = _pack(kept, pack_book(kept.book))
        if len(data) <= MOST_BYTES:
            kept.turn, kept.parts = books.keep_whole(session, kept.key, kept.seq, kept.stamp, data), 1
    if writer is not store:
        writer.close()


def _pack(kept: KeptBook, data: bytes) -> bytes:
    inputs = kept.inputs
    return msgspec.msgpack.encode(_Beside(
        inputs.labels, inputs.imprecise, inputs.notes, set(inputs.reporting), kept.located, inputs.activity_of,
        inputs.valid_from, data,
    ))  # fmt: skip


def _read(programme: Programme, clocks: Clocks, stamp: str) -> KeptBook | None:
    """Read a kept book and the changes that follow it; None where none is kept that was made by today's rules."""
    plane = programme.plane()
    if plane is None:
        return None
    with programme.journal.store.reading() as session:
        parts = books.read_parts(session, _key(clocks))
    if not parts or any(each.stamp != stamp for each in parts):
        return None
    places = read_places(programme, Clocks(EVER, clocks.known_on, clocks.known), plane)
    shapes = ShapesOfRecords(programme, plane, clocks.known)
    beside = msgspec.msgpack.decode(parts[0].data, type=_Beside)
    book = unpack_book(beside.data, shapes.of_slices, shapes.of_releases)
    shapes.line = book.line
    for part in parts[1:]:
        beside = msgspec.msgpack.decode(part.data, type=_Beside)
        shapes = shapes.following()
        book = apply_change(book, unpack_change(beside.data), shapes.of_slices, shapes.of_releases)
        shapes.line = book.line
    inputs = Inputs(plane, [], [], places.places, places.levels, beside.labels, [], [], beside.imprecise, beside.notes,
                    frozenset(beside.reporting), beside.valid_from, beside.activity_of)  # fmt: skip
    with programme.journal.store.reading() as session:
        head = books.entry_hash(session, parts[-1].seq)
    return KeptBook(_key(clocks), stamp, parts[-1].seq, head, parts[0].turn, len(parts), inputs, beside.located, book)


def _follow_reading(programme: Programme, kept: KeptBook) -> KeptBook | None:
    """Bring a book that is behind up to date before it is read; None where it has to be counted anew."""
    journal = programme.journal
    with journal.store.reading() as session, journal.store.seeing(session):
        row = session.one("SELECT max(seq) FROM revision")
        return _renewed(programme, kept, None, row[0] if row else 0, session)


def _renewed(programme: Programme, kept: KeptBook, writer: Session | None, seq: int, reader: Session | None = None
             ) -> KeptBook | None:
    """Renew a book for what entered since; write the change down where there is a writer."""
    journal = programme.journal
    session = writer or reader
    assert session is not None
    changed = books.changed_since(journal, session, kept.seq, (*FOLLOWED, *ANEW, "decision"), MOST_CHANGED)
    if changed is None or not _can_follow(programme, changed):
        return None
    if not any(kind in FOLLOWED for kind, _ in changed):
        return msgspec.structs.replace(kept, seq=seq, head=books.entry_hash(session, seq))
    ids = {kind: {record for own, record in changed if own == kind} for kind in FOLLOWED}
    of_activities = {str(each) for each in ids["activity"]}
    # A change of work changes every release of it; and whether the work has a release decides if it reports alone.
    ids["release"] |= {own for own, activity in kept.inputs.activity_of.items() if activity in of_activities}
    work = ids["activity"] | _works_of(kept, ids["release"])
    some = read_records(programme, Clocks(EVER, None, None), ids["hazard"], ids["release"], work)
    work |= {uuid.UUID(each) for each in some.activity_of.values() if _is_id(each)}
    inputs = _merged(kept, some, ids, work)
    some.levels = inputs.levels
    some.releases = [each for each in some.releases if each.record_id not in _with_release(inputs, work)]
    located = (kept.located - ids["hazard"]) | place_hazards(some)
    every = ids["hazard"] | ids["release"] | work
    change, _, _ = count_change(kept.book, every, some.hazards, some.releases)
    before = getattr(kept.book.line.shapes_of, "__self__", None)
    shapes = (before.following() if isinstance(before, ShapesOfRecords)
              else ShapesOfRecords(programme, kept.inputs.plane, None))
    book = apply_change(kept.book, change, shapes.of_slices, shapes.of_releases)
    shapes.line = book.line
    head = books.entry_hash(session, seq)
    made = KeptBook(kept.key, kept.stamp, seq, head, kept.turn, kept.parts, inputs, located, book)
    # A book that followed without writing it down is no longer what the chain says, and may add nothing to it.
    if writer is None or not _keep_change(made, writer, pack_change(change)):
        made.turn = made.parts = 0
    return made


def _keep_change(made: KeptBook, writer: Session, data: bytes) -> bool:
    """Write a change down behind what is kept, if that is what it changed; after many, write the whole again."""
    turn, kept = books.read_chain(writer, made.key)
    if not made.parts or (turn, len(kept)) != (made.turn, made.parts):
        return False
    if made.parts < MOST_PARTS:
        books.add_change(writer, made.key, made.parts, made.seq, made.stamp, _pack(made, data))
        made.parts += 1
        return True
    whole = _pack(made, pack_book(made.book))
    if len(whole) > MOST_BYTES:
        return False
    made.turn, made.parts = books.keep_whole(writer, made.key, made.seq, made.stamp, whole), 1
    return True


def _can_follow(programme: Programme, changed: Iterable[tuple[str, uuid.UUID]]) -> bool:
    """Say whether what changed can be followed; a decision that two records are one, or a place, cannot."""
    decisions = [record for kind, record in changed if kind == "decision"]
    if any(kind in ANEW for kind, _ in changed):
        return False
    # All that a decision ever said: one that was withdrawn says nothing now, and that is what cannot be followed.
    return not any(each.body.get("decision_type") in _SAMENESS for each in programme.journal.histories(decisions))


def _works_of(kept: KeptBook, releases: set[uuid.UUID]) -> set[uuid.UUID]:
    named = {kept.inputs.activity_of.get(each) for each in releases}
    return {uuid.UUID(each) for each in named if each is not None and _is_id(each)}


def _is_id(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(uuid.UUID(text))
    return False


def _with_release(inputs: Inputs, work: set[uuid.UUID]) -> set[uuid.UUID]:
    """Give the activities among some that have a release: what they state stands with it."""
    named = set(inputs.activity_of.values())
    return {each for each in work if str(each) in named}


def _merged(kept: KeptBook, some: Inputs, ids: dict[str, set[uuid.UUID]], work: set[uuid.UUID]) -> Inputs:
    """Put what was read of a few records in the place of what was known of them."""
    gone = {str(each) for each in ids["hazard"] | ids["release"] | work}
    old = kept.inputs
    activity_of = {own: activity for own, activity in old.activity_of.items() if own not in ids["release"]}
    activity_of |= some.activity_of
    imprecise = {kind: [each for each in listed if each[1] not in gone] + some.imprecise.get(kind, [])
                 for kind, listed in old.imprecise.items()}
    days = [each for each in (old.valid_from, some.valid_from) if each is not None]
    reporting = (old.reporting - work) | {each for each in some.reporting if str(each) not in activity_of.values()}
    return msgspec.structs.replace(
        old, labels={**old.labels, **some.labels}, imprecise=imprecise, activity_of=activity_of,
        reporting=frozenset(reporting), valid_from=max(days) if days else None,
    )
