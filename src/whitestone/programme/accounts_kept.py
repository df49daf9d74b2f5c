"""Which book of a programme is kept, how does it follow the journal, and for which situations does it speak?

A book is counted once for a moment of knowledge, kept in the journal's database, and from then on renewed for the
records that change, in the transaction that records them. It holds all days, so it answers for every situation. What
it cannot follow (a gazetteer that changes, a decision that two records are one, settings, a large import) lets it be
counted anew where it is next asked for. It can always be dropped: the journal is the truth.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import hashlib
import logging
import uuid
from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from whitestone import __version__
from whitestone.errors import Busy, GroundTooCrowded, StoreFull, WrongCall
from whitestone.journal import books
from whitestone.journal.append import Batch
from whitestone.journal.drafts import instant_us
from whitestone.journal.store import Session
from whitestone.land.book import Book, simulate
from whitestone.land.bookings import Bookings, Shelf
from whitestone.land.cachefolder import cache_folder
from whitestone.land.packing import (
    FORMAT,
    pack_book,
    pack_change,
    pack_shapes,
    unpack_book,
    unpack_change,
)  # fmt: skip
from whitestone.land.proof import measure_older
from whitestone.land.roster import Roster
from whitestone.land.toil import steps_of
from whitestone.programme.accounts_following import (
    FOLLOWED,
    Besides,
    Said,
    besides_of,
    can_follow,
    changed_book,
    grown_book,
    place_hazards,
)  # fmt: skip
from whitestone.programme.accounts_inputs import EVER, Inputs, read_inputs, read_places
from whitestone.programme.accounts_shapes import ShapesOfRecords, shapes_beside
from whitestone.programme.opening import Clocks, Programme

__all__ = ["KeptBook", "follow", "kept_book"]

MOST_CHANGED = 200
"""More changed records than this in one transaction, or since a book was kept, and it is counted anew instead."""
MOST_PARTS = 50
"""After so many changes the whole is written again, by the next who asks."""
MOST_PARTS_EVER = 400
"""After so many changes without anybody asking the whole is written again in the transaction."""
MOST_BYTES = 900_000_000
"""A larger book is not kept: the engines take about a gigabyte in one value. It is counted where it is asked for."""
MOST_UNDONE = 0.5
"""If more than this share of what is known was learned since a moment, its book is counted without that of now."""
_ANEW = ("place", "organisation", "setting")

_kept: OrderedDict[tuple[uuid.UUID, str], KeptBook] = OrderedDict()
_MOST_IN_MEMORY = 3


class KeptBook(msgspec.Struct):
    """A book of all days as known at a moment, up to entry `seq` of the journal, whose hash is `head`.

    It is what the first `parts` parts of the kept chain `turn` say; 0 parts: it is not what any chain says.
    `numbering` names the count that gave slices and releases their numbers: shapes lie beside the book under it.
    """

    key: str
    stamp: str
    seq: int
    head: bytes | None
    turn: int
    parts: int
    besides: Besides
    book: Book
    numbering: str = ""

    @property
    def inputs(self) -> Inputs:
        """Return what the book was made of, without hazards and releases."""
        return self.besides.inputs

    @property
    def located(self) -> frozenset[uuid.UUID]:
        """Return the hazards that were placed by location."""
        return self.besides.located


class _Whole(msgspec.Struct, array_like=True):
    """What is kept of the inputs beside a whole book: places are read again, shapes lie with their records."""

    labels: dict[str, str]
    imprecise: dict[str, list[tuple[int, str]]]
    notes: list[str]
    reporting: frozenset[uuid.UUID]
    located: frozenset[uuid.UUID]
    activity_of: dict[uuid.UUID, str]
    moot: frozenset[uuid.UUID]
    valid_from: dt.date | None
    numbering: str


class _Part(msgspec.Struct, array_like=True):
    """A change that is kept: what it exchanges beside the book, and in it."""

    said: Said
    data: bytes


def kept_book(programme: Programme, clocks: Clocks) -> KeptBook:
    """Return the book of all days as known at `clocks.known`, as it is now: kept, followed or counted anew."""
    journal = programme.journal
    if clocks.known is not None and (instant_us(clocks.known) or 0) >= journal.clock():
        clocks = Clocks(clocks.on, None, None)  # a moment to come knows what is known now, and may learn more
    place = (journal.programme_id, _key(clocks))
    stamp, seq = _stamp(programme), journal.head()[0]
    found = _up_to_date(programme, clocks, stamp, seq)
    if found is None and clocks.known is not None:
        found = _undone(programme, clocks, stamp, seq)
    if found is None:
        with _uncollected():
            found, shapes = _count(programme, clocks, stamp, seq)
        _keep_whole(programme, found, shapes)
    elif found.parts > MOST_PARTS:
        _keep_whole(programme, found)
    _remember(place, found)
    return found


def _up_to_date(programme: Programme, clocks: Clocks, stamp: str, seq: int) -> KeptBook | None:
    """Find a book in memory or on the disk, and let it follow; None where it has to be made."""
    found = _kept.get((programme.journal.programme_id, _key(clocks)))
    if found is None or not _stands(programme, found, stamp) or (found.seq < seq and not _is_chain(programme, found)):
        found = _read(programme, clocks, stamp)
    if found is not None and found.seq < seq and clocks.known is None:
        found = _follow_reading(programme, found)
    return found


def _undone(programme: Programme, clocks: Clocks, stamp: str, seq: int) -> KeptBook | None:
    """Make the book of an earlier moment of that of now: what was learned since is read as it was known then.

    None where no book of now is kept, where most was learned since, or what a book cannot follow.
    """
    journal = programme.journal
    # Without a plane nothing is drawn, and counting anew costs next to nothing.
    if clocks.known is None or programme.plane() is None:
        return None
    known_us = instant_us(clocks.known) or 0
    with journal.store.reading() as session, journal.store.seeing(session):
        learned = books.learned_since(journal, session, known_us)
        now = _up_to_date(programme, Clocks(EVER, None, None), stamp, seq)
        if now is None:
            return None
        _remember((journal.programme_id, now.key), now)
        if not can_follow(programme, learned):
            return None
        changed = [each for each in learned if each[0] in FOLLOWED]
        if len(changed) > MOST_UNDONE * (len(now.book.line.ids) + len(now.book.line.releases)):
            return None
        with _uncollected():
            said, change = changed_book(programme, now.book, now.besides, changed, clocks, session, threads=None)
        head = books.entry_hash(session, seq)
    book = grown_book(programme, now.book, change, clocks.known)
    made = KeptBook(_key(clocks), stamp, seq, head, 0, 0, now.besides.merged(said), book)
    if len(changed) > MOST_CHANGED:
        _keep_whole(programme, made)
    return made


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
        if changed and (found is None or not _stands(programme, found, stamp) or not _is_chain(programme, found)):
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


def _is_chain(programme: Programme, found: KeptBook) -> bool:
    """Say whether a book is what its chain says: where another process wrote on, theirs is read, and followed on."""
    with programme.journal.store.reading() as session:
        turn, parts = books.read_chain(session, found.key)
    return (turn, len(parts)) == (found.turn, found.parts)


def _key(clocks: Clocks) -> str:
    return "now" if clocks.known is None else clocks.known.isoformat()


def _stamp(programme: Programme) -> str:
    """Name the rules and settings under which a book is made: others make another book."""
    settings = msgspec.json.encode(programme.settings)
    return hashlib.sha256(settings + f"{cache_folder().name} {FORMAT} {__version__}".encode()).hexdigest()


def _count(programme: Programme, clocks: Clocks, stamp: str, seq: int) -> tuple[KeptBook, bytes | None]:
    """Read and count everything; give the book, and its shapes as they are kept beside it."""
    journal = programme.journal
    inputs = read_inputs(programme, Clocks(EVER, clocks.known_on, clocks.known))
    located = place_hazards(inputs)
    book = simulate(inputs.hazards, inputs.releases, count=programme.count,
                    most_steps=steps_of(programme.settings.counting_minutes))
    measure_older(book)
    finder = ShapesOfRecords(programme, inputs.plane, clocks.known)
    finder.line = Roster.of(book.line.part(), finder.of_slices, finder.of_releases)
    shelf = Shelf(book.shelf.base)
    shelf.met = book.shelf.met
    inputs.hazards, inputs.releases = [], []
    known_us = None if clocks.known is None else instant_us(clocks.known)
    with journal.store.reading() as session:
        head = books.entry_hash(session, seq)
        moot = books.moot(journal, session, known_us)
    besides = besides_of(inputs, located, moot)
    kept = KeptBook(_key(clocks), stamp, seq, head, 0, 0, besides, Book(finder.line, shelf, book.unit_boxes),
                    uuid.uuid4().hex)
    if clocks.known is not None:
        return kept, None  # nothing follows it, so nobody will need many of its shapes
    finder.packed = shapes_beside(programme, kept.key, kept.numbering)
    return kept, pack_shapes(book.line.shapes, book.line.release_shapes)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Spare the search for rings among hundreds of thousands of records that are read: they form none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _keep_whole(programme: Programme, kept: KeptBook, shapes: bytes | None = None) -> None:
    """Write a book down, unless the place cannot be written or somebody is writing: then it is made again."""
    store = programme.journal.store
    if store.writes_here:
        return  # asked while a decision is judged, say
    writer = store.for_writing() if store.readonly else store  # a question is asked for reading only, and may be kept
    with contextlib.suppress(Busy, StoreFull, WrongCall), writer.writing() as session:
        turn, parts = books.read_chain(session, kept.key)
        if not kept.parts or (turn, len(parts)) == (kept.turn, kept.parts):
            _write_whole(kept, session)
            if shapes is not None and len(shapes) <= MOST_BYTES:
                books.keep_shapes(session, kept.key, kept.seq, kept.numbering, shapes)
    if writer is not store:
        writer.close()


def _write_whole(kept: KeptBook, session: Session) -> bool:
    """Write a book down as one, and hold it as one from now on; a very large one is not kept."""
    besides, inputs = kept.besides, kept.inputs
    kept.book = _as_one(kept.book)
    data = pack_book(kept.book, msgspec.msgpack.encode(_Whole(
        dict(inputs.labels), inputs.imprecise, inputs.notes, inputs.reporting, besides.located,
        dict(inputs.activity_of), besides.moot, inputs.valid_from, kept.numbering,
    )))  # fmt: skip
    if len(data) > MOST_BYTES:
        return False
    kept.turn, kept.parts = books.keep_whole(session, kept.key, kept.seq, kept.stamp, data), 1
    return True


def _as_one(book: Book) -> Book:
    """Return a book whose changes are part of its base."""
    if not book.shelf.is_changed:
        return book
    shelf = Shelf(Bookings(book.pieces))
    shelf.met = book.shelf.met
    return Book(book.line, shelf, book.unit_boxes, book.last_day, unit_stands=book.unit_stands,
                unit_room=book.unit_room)


def _read(programme: Programme, clocks: Clocks, stamp: str) -> KeptBook | None:
    """Read a kept book and the changes that follow it; None where none is kept that was made by today's rules."""
    plane = programme.plane()
    if plane is None:
        return None
    with programme.journal.store.reading() as session:
        parts = books.read_parts(session, _key(clocks))
        if not parts or any(each.stamp != stamp for each in parts):
            return None
        head = books.entry_hash(session, parts[-1].seq)
    places = read_places(programme, Clocks(EVER, clocks.known_on, clocks.known), plane)
    shapes = ShapesOfRecords(programme, plane, clocks.known)
    book, beside = unpack_book(parts[0].data, shapes.of_slices, shapes.of_releases)
    whole = msgspec.msgpack.decode(beside, type=_Whole)
    shapes.line, shapes.packed = book.line, shapes_beside(programme, _key(clocks), whole.numbering)
    inputs = Inputs(plane, [], [], places.places, places.levels, whole.labels, [], [], whole.imprecise, whole.notes,
                    whole.reporting, whole.valid_from, whole.activity_of)  # fmt: skip
    besides = besides_of(inputs, whole.located, whole.moot)
    for each in parts[1:]:
        part = msgspec.msgpack.decode(each.data, type=_Part)
        besides = besides.merged(part.said)
        book = grown_book(programme, book, unpack_change(part.data), clocks.known)
    return KeptBook(_key(clocks), stamp, parts[-1].seq, head, parts[0].turn, len(parts), besides, book,
                    whole.numbering)


def _follow_reading(programme: Programme, kept: KeptBook) -> KeptBook | None:
    """Bring a book that is behind up to date before it is read; None where it has to be counted anew."""
    journal = programme.journal
    with journal.store.reading() as session, journal.store.seeing(session):
        row = session.one("SELECT max(seq) FROM revision")
        return _renewed(programme, kept, None, row[0] if row else 0, session)


def _renewed(programme: Programme, kept: KeptBook, writer: Session | None, seq: int, reader: Session | None = None
             ) -> KeptBook | None:
    """Renew a book for what entered since; write the change down where there is a writer."""
    session = writer or reader
    assert session is not None
    kinds = (*FOLLOWED, *_ANEW, "decision")
    changed = books.changed_since(programme.journal, session, kept.seq, kinds, MOST_CHANGED)
    if changed is None or any(kind == "setting" for kind, _ in changed) or not can_follow(programme, changed):
        return None
    head = books.entry_hash(session, seq)
    if not any(kind in FOLLOWED for kind, _ in changed):
        return msgspec.structs.replace(kept, seq=seq, head=head)
    try:
        said, change = changed_book(programme, kept.book, kept.besides, changed, Clocks(EVER, None, None), session)
    except GroundTooCrowded:
        return None
    made = KeptBook(kept.key, kept.stamp, seq, head, kept.turn, kept.parts, kept.besides.merged(said),
                    grown_book(programme, kept.book, change, None), kept.numbering)
    # A book that followed without writing it down is no longer what the chain says, and may add nothing to it.
    if writer is None or not _keep_change(made, writer, _Part(said, pack_change(change))):
        made.turn = made.parts = 0
    return made


def _keep_change(made: KeptBook, writer: Session, part: _Part) -> bool:
    """Write a change down behind what is kept, if that is what it changed; after many, write the whole again."""
    turn, kept = books.read_chain(writer, made.key)
    if not made.parts or (turn, len(kept)) != (made.turn, made.parts):
        return False
    if made.parts >= MOST_PARTS_EVER:
        return _write_whole(made, writer)
    books.add_change(writer, made.key, made.parts, made.seq, made.stamp, msgspec.msgpack.encode(part))
    made.parts += 1
    return True
