"""Where is the ground that is left, as shapes for maps and exports, without making a country's shapes anew each time?

What is left of a hazard is kept beside the ledger's book, under a digest of all that it is made of: the slice of the
hazard, the releases that acted on it, the hazards that own ground before it, each with the last entry about it. A
record that comes in makes another digest for the hazards that it touches and for no others; these are made where they
are next asked for. So no transaction is held up, and what is kept can be missing but never stale.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import shapely

from whitestone import __version__
from whitestone.errors import Busy, StoreFull, WrongCall
from whitestone.journal.grounds import bucket_of, keep_grounds, read_grounds, versions
from whitestone.land.book import CENTS
from whitestone.programme.accounts import accounts
from whitestone.programme.opening import Clocks, Programme

if TYPE_CHECKING:
    from whitestone.land.book import Book

__all__ = ["GroundLeft", "ground_left"]

KEPT_OF_ONE = 3
"""How many shapes are kept of one hazard: today's, and those of other days or other knowledge asked for last."""
_AT_ONCE = 2000
_STAMP = f"{__version__}:1"

_Kept = list[tuple[bytes, bytes, bytes]]
"""(record, digest, shape as WKB in degrees; empty: nothing is left), the youngest first."""


class GroundLeft(msgspec.Struct, frozen=True):
    """What is left of a hazard: its shape (WKB in EPSG:4326), and the figure of the ledger for it in m2."""

    record_id: uuid.UUID
    geometry: bytes
    m2: float


def ground_left(programme: Programme, clocks: Clocks, hazards: Collection[uuid.UUID] | None = None
                ) -> list[GroundLeft]:
    """Return the ground that is left of some hazards (None: of all) that have any, as the ledger counts it.

    Where hazards overlap it belongs to one. A hazard of unknown size has no ground here: the ledger counts it.
    """
    book, plane, latest = _opened(programme, clocks)
    numbers = [own for own in book.live.tolist()
               if book.has_ground(own) and (hazards is None or book.line.ids[own] in hazards)]
    shapes = _shapes(programme, book, plane, numbers, _digests(book, numbers, repr(plane), latest))
    return [GroundLeft(book.line.ids[own], wkb, float(book.stock[own]) / CENTS)
            for own, wkb in zip(numbers, shapes, strict=True) if wkb]


def _opened(programme: Programme, clocks: Clocks) -> tuple[Book, Any, dict[uuid.UUID, int]]:
    """Open the book, and the last entry about each record that it was made of, both of one head of the journal."""
    journal = programme.journal
    while True:
        head = journal.head()
        opened = accounts(programme, clocks)
        with journal.store.reading() as session:
            latest = versions(journal, session, ("hazard", "release"), clocks.known)
        if journal.head() == head:  # else somebody recorded something in between: the two may not belong together
            return opened.book, opened.inputs.plane, latest


def _digests(book: Book, numbers: Sequence[int], plane: str, latest: dict[uuid.UUID, int]) -> list[bytes]:
    """Name for each hazard all that its shape is made of."""
    line, left = book.line, book.remaining

    def said(kind: str, record_id: uuid.UUID, begins: int = 0) -> bytes:
        return b"%b %b %d %d;" % (kind.encode(), record_id.bytes, latest.get(record_id, 0), begins)

    def slice_of(index: int) -> bytes:
        return said("h", line.slices[index].record_id, int(line.begins[index]))

    own: dict[int, bytes] = {}

    def of_own(each: int) -> bytes:
        if each not in own:
            basis = left.basis([each])[0]
            works = sorted(said("r", line.releases[at].record_id) for at in basis.releases)
            before = sorted(said("r", line.releases[at].record_id) + slice_of(held) for at, held in basis.inherited)
            own[each] = hashlib.sha256(b"".join((slice_of(basis.held), *works, b"|", *before))).digest()
        return own[each]

    left.basis(numbers)  # all at once: one by one would search for neighbours as often
    digests = []
    for each, claims in zip(numbers, left.first_claims(numbers), strict=True):
        whole = hashlib.sha256(plane.encode() + of_own(each) + b"".join(sorted(of_own(other) for other in claims)))
        digests.append(whole.digest()[:16])
    return digests


def _shapes(programme: Programme, book: Book, plane: Any, numbers: Sequence[int], digests: Sequence[bytes]
            ) -> list[bytes]:
    """Take the shapes that are kept, make the others, and keep those."""
    ids = [book.line.ids[own] for own in numbers]
    with programme.journal.store.reading() as session:
        lots = {part: msgspec.msgpack.decode(data, type=_Kept)
                for part, data in read_grounds(session, map(bucket_of, ids), _STAMP).items()}
    kept = {(record, digest): wkb for lot in lots.values() for record, digest, wkb in lot}
    missing = [at for at, own in enumerate(ids) if (own.bytes, digests[at]) not in kept]
    for first in range(0, len(missing), _AT_ONCE):
        some = missing[first : first + _AT_ONCE]
        made = book.remaining.counted([numbers[at] for at in some])
        wkb = shapely.to_wkb(plane.unproject_exactly(made))
        for at, data, shape in zip(some, wkb.tolist(), made, strict=True):
            kept[ids[at].bytes, digests[at]] = b"" if shapely.is_empty(shape) else data
    if missing:
        _keep(programme, lots, [(ids[at].bytes, digests[at], kept[ids[at].bytes, digests[at]]) for at in missing])
    return [kept[own.bytes, digest] for own, digest in zip(ids, digests, strict=True)]


def _keep(programme: Programme, lots: dict[int, _Kept], made: _Kept) -> None:
    """Write what was made down, unless the place cannot be written or somebody else is writing: then it is made again.
    """
    touched: dict[int, _Kept] = {}
    for one in made:
        touched.setdefault(bucket_of(uuid.UUID(bytes=one[0])), []).append(one)
    packed = {part: msgspec.msgpack.encode(_trimmed([*some, *lots.get(part, [])])) for part, some in touched.items()}
    store = programme.journal.store
    writer = store.for_writing() if store.readonly else store
    with contextlib.suppress(Busy, StoreFull, WrongCall), writer.writing() as session:
        keep_grounds(session, packed, programme.journal.head()[0], _STAMP)
    if writer is not store:
        writer.close()


def _trimmed(lot: _Kept) -> _Kept:
    """Leave of each hazard the youngest few.

    >>> [digest for _, digest, _ in _trimmed([(b"a", bytes([at]), b"") for at in range(5)])], _trimmed([])
    ([b'\\x00', b'\\x01', b'\\x02'], [])
    """
    seen: dict[bytes, int] = {}
    kept = []
    for one in lot:
        seen[one[0]] = seen.get(one[0], 0) + 1
        if seen[one[0]] <= KEPT_OF_ONE:
            kept.append(one)
    return kept
