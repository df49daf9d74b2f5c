"""What was said of casualties and accidents, in columns that are kept and follow the journal: from where does it come?

The columns hold every dated state under both clocks, so one set answers for every day and moment. They lie in the
journal's database beside the kept books of the ledger (docs/decisions/013): in no backup and in no hash, without
anything sealed, and can always be dropped. What entered since is read again record by record, and exchanged.
"""

from __future__ import annotations

import contextlib
import struct
import uuid
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import msgspec

from whitestone.casualties.columns import Said
from whitestone.casualties.packing import FORMAT, Collector, pack, unpack
from whitestone.casualties.tabling import ACCIDENT_NUMBERS, ACCIDENT_TEXTS, CASUALTY_NUMBERS, CASUALTY_TEXTS
from whitestone.errors import Busy, StoreFull, WrongCall
from whitestone.journal import books
from whitestone.journal.columnar import records_since, state_rows
from whitestone.journal.store import Session
from whitestone.programme.opening import Programme

__all__ = ["KEY", "KeptSaid", "kept_said", "read_said"]

KEY = "casualties"
"""Under which the columns lie among the kept books."""
MOST_PARTS = 40
"""After so many changes the whole is written again."""
MOST_CHANGED_SHARE, MOST_CHANGED = 0.2, 5_000
"""More changed records than this share, and than this number: everything is read again."""
MOST_BYTES = 900_000_000
"""More is not kept: the engines take about a gigabyte in one value."""
_COLUMNS = {"casualty": (CASUALTY_TEXTS, CASUALTY_NUMBERS), "accident": (ACCIDENT_TEXTS, ACCIDENT_NUMBERS)}
_MOST_IN_MEMORY = 3
_kept: OrderedDict[uuid.UUID, KeptSaid] = OrderedDict()


class KeptSaid(msgspec.Struct):
    """What was said of all casualties and accidents up to entry `seq`, whose hash is `head`.

    It is what the first `parts` parts of the kept chain `turn` say; 0 parts: nothing is kept of it.
    """

    seq: int
    head: bytes | None
    casualties: Said
    accidents: Said
    turn: int = 0
    parts: int = 0


class _Change(msgspec.Struct, array_like=True):
    """A change that is kept: which records were read again, and what is said of them now."""

    records: list[bytes]
    casualties: bytes
    accidents: bytes


def read_said(programme: Programme, session: Session, kind: str, ids: Iterable[bytes] | None = None) -> Said:
    """Read what was said of all records of a kind (casualty or accident), or of some, out of the journal."""
    texts, numbers = _COLUMNS[kind]
    read = _reader((*texts, *numbers))
    collector = Collector(texts, numbers)
    for row in state_rows(programme.journal, session, kind, ids):
        stated = list(read(row.body or b"{}"))
        stated[texts.index("dataset")] = row.dataset.hex() if row.dataset is not None else None
        collector.add(row.record, row.true_from, row.true_to, row.known_from, row.known_to, stated[: len(texts)],
                      stated[len(texts) :], _spot(row.geometry))
    return collector.done().ordered()


def kept_said(programme: Programme) -> KeptSaid:
    """Return what was said as it is now: kept, followed, or read anew; and keep it."""
    journal = programme.journal
    with journal.store.reading() as session, journal.store.seeing(session):
        row = session.one("SELECT max(seq) FROM revision")
        seq = int(row[0]) if row and row[0] is not None else 0
        found = _in_memory(programme, session) or _read(session)
        made = found if found is not None and found.seq == seq else None
        change: _Change | None = None
        if made is None and found is not None:
            made, change = _followed(programme, session, found, seq)
        if made is None:
            made = KeptSaid(seq, books.entry_hash(session, seq), read_said(programme, session, "casualty"),
                            read_said(programme, session, "accident"))
    if made is not found:
        _keep(programme, made, change)
    _kept[journal.programme_id] = made
    _kept.move_to_end(journal.programme_id)
    while len(_kept) > _MOST_IN_MEMORY:
        _kept.popitem(last=False)
    return made


def _reader(names: tuple[str, ...]) -> Any:
    """Make a decoder of the wanted attributes as one tuple; None where nothing is stated."""
    fields = [(f"f{at}", Any, msgspec.field(default=None, name=name)) for at, name in enumerate(names)]
    decode = msgspec.json.Decoder(msgspec.defstruct("Wanted", fields, gc=False)).decode
    astuple = msgspec.structs.astuple
    return lambda body: astuple(decode(body))


def _spot(geometry: bytes | None) -> tuple[float, float]:
    """Read a position; of several points the middle."""
    if geometry is None:
        return (float("nan"), float("nan"))
    if len(geometry) == 21 and geometry[0] == 1:
        lon, lat = struct.unpack_from("<dd", geometry, 5)
        return (lon, lat)
    import shapely

    middle = shapely.centroid(shapely.from_wkb(geometry))
    return (float("nan"), float("nan")) if middle.is_empty else (middle.x, middle.y)


def _in_memory(programme: Programme, session: Session) -> KeptSaid | None:
    """Find what this process holds, if it was acknowledged and not dropped, or followed by another, meanwhile."""
    found = _kept.get(programme.journal.programme_id)
    if found is None or books.entry_hash(session, found.seq) != found.head:
        return None
    turn, parts = books.read_chain(session, KEY)
    return found if found.parts == 0 or (turn, len(parts)) == (found.turn, found.parts) else None


def _read(session: Session) -> KeptSaid | None:
    """Read what is kept, with the changes that follow it; None where nothing is, or of another format."""
    parts = books.read_parts(session, KEY)
    if not parts or any(part.stamp != FORMAT for part in parts):
        return None
    whole = msgspec.msgpack.decode(parts[0].data, type=_Change)
    casualties, accidents = unpack(whole.casualties), unpack(whole.accidents)
    for part in parts[1:]:
        change = msgspec.msgpack.decode(part.data, type=_Change)
        casualties = _exchanged(casualties, change.records, unpack(change.casualties))
        accidents = _exchanged(accidents, change.records, unpack(change.accidents))
    return KeptSaid(parts[-1].seq, books.entry_hash(session, parts[-1].seq), casualties, accidents, parts[0].turn,
                    len(parts))


def _exchanged(said: Said, records: Iterable[bytes], now: Said) -> Said:
    """Exchange the rows of some records for what is said of them now."""
    rest = said.without(records)
    return rest.joined(now) if len(now) else rest


def _followed(programme: Programme, session: Session, found: KeptSaid, seq: int
              ) -> tuple[KeptSaid | None, _Change | None]:
    """Exchange what entered since; None where that is most of it."""
    since = records_since(programme.journal, session, _COLUMNS, found.seq)
    records = sorted(set().union(*since.values()))
    if len(records) > max(MOST_CHANGED, MOST_CHANGED_SHARE * (len(found.casualties) + len(found.accidents))):
        return None, None
    head = books.entry_hash(session, seq)
    if not records:
        return msgspec.structs.replace(found, seq=seq, head=head, parts=0), None
    now = {kind: read_said(programme, session, kind, records) for kind in _COLUMNS}
    made = KeptSaid(seq, head, _exchanged(found.casualties, records, now["casualty"]),
                    _exchanged(found.accidents, records, now["accident"]), found.turn, found.parts)
    return made, _Change(records, pack(now["casualty"]), pack(now["accident"]))


def _keep(programme: Programme, made: KeptSaid, change: _Change | None) -> None:
    """Write down what is new, unless the place cannot be written or somebody else is writing: then it is made again."""
    if change is None and made.turn:
        return  # nothing of this kind entered: what is kept stands, and is followed again next time
    store = programme.journal.store
    writer = store.for_writing() if store.readonly else store
    made.parts, was = 0, made.parts
    with contextlib.suppress(Busy, StoreFull, WrongCall), writer.writing() as session:
        turn, parts = books.read_chain(session, KEY)
        if change is not None and was and was < MOST_PARTS and (turn, len(parts)) == (made.turn, was):
            books.add_change(session, KEY, was, made.seq, FORMAT, msgspec.msgpack.encode(change))
            made.parts = was + 1
        else:
            data = msgspec.msgpack.encode(_Change([], pack(made.casualties), pack(made.accidents)))
            if len(data) <= MOST_BYTES:
                made.turn, made.parts = books.keep_whole(session, KEY, made.seq, FORMAT, data), 1
    if writer is not store:
        writer.close()
