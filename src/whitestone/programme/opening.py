"""Which programme is this, how does it work, who acts, and as of which two clocks is the question asked?"""

from __future__ import annotations

import datetime as dt
import getpass
import os
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import Lists, lists
from whitestone.domain.revision import Act, Draft
from whitestone.domain.settings import SETTINGS, Settings, read_settings
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.journal import Journal, create, open_journal

if TYPE_CHECKING:
    from whitestone.geodesy.areas import Plane
    from whitestone.journal.append import Batch
    from whitestone.land.pieces import Ground, Pieces

__all__ = ["Clocks", "Programme", "init_programme", "open_programme", "setting_id"]


class Clocks(msgspec.Struct, frozen=True):
    """The two clocks of a question: situation on `on`, as known at the end of `known_on` (None: now)."""

    on: dt.date
    known_on: dt.date | None
    known: dt.datetime | None

    def as_dict(self) -> dict[str, str | None]:
        """Say both clocks as they stand at the head of every answer."""
        return {
            "situation_on": self.on.isoformat(),
            "as_known_on": self.known_on.isoformat() if self.known_on else None,
        }


class Programme:
    """An open programme: its journal, its settings, the person who acts, who counts ground (None: threads here).

    `target` is the address it was opened by, None where other code made it out of a journal.
    """

    def __init__(self, journal: Journal, who: str, target: str | None = None) -> None:
        self.journal = journal
        self.who = who
        self.target = target
        self.count: Callable[[Ground], Pieces] | None = None
        self.settings = load_settings(journal)
        journal.followers.append(self._follow)
        self._read_at = -1
        self._lists: tuple[Settings, Lists] | None = None

    def __enter__(self) -> Programme:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def _follow(self, batch: Batch) -> None:
        """Let the book that is kept follow what is recorded; without one kept, nothing heavy is even imported."""
        if batch.seq >= batch.first_seq and batch.session.one("SELECT 1 FROM book WHERE key <> 'casualties' LIMIT 1"):
            from whitestone.programme.accounts_kept import follow

            follow(self, batch)

    def refresh(self) -> None:
        """Read the settings again where something was recorded since; for a process that stays while others write."""
        head = self.journal.head()[0]
        if head != self._read_at:
            self._read_at, self.settings = head, load_settings(self.journal)

    @property
    def zone(self) -> ZoneInfo:
        """Return the programme's time zone: days end at its midnight."""
        return ZoneInfo(self.settings.time_zone)

    @property
    def lists(self) -> Lists:
        """Return the code lists with the programme's national codes; made once for each state of the settings."""
        made = self._lists
        if made is None or made[0] is not self.settings:
            self._lists = made = (self.settings, lists(self.settings.national_codes, self.settings.extra_fields))
        return made[1]

    def today(self) -> dt.date:
        """Return today's date in the programme's time zone."""
        return dt.datetime.now(self.zone).date()

    def clocks(self, on: str | None = None, known: str | None = None) -> Clocks:
        """Read the two clocks; each is `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and ends at midnight of its last day.

        Refuses what is not a date with InvalidValue. Defaults: today, and everything known by now.
        """
        day = _last_day("situation-on", on) or self.today()
        known_on = _last_day("as-known-on", known)
        return Clocks(day, known_on, self.end_of_day(known_on) if known_on else None)

    def end_of_day(self, day: dt.date) -> dt.datetime:
        """Return the moment at which `day` ends in the programme's time zone, as UTC."""
        following = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), self.zone)
        return following.astimezone(dt.UTC) - dt.timedelta(microseconds=1)

    def plane(self) -> Plane | None:
        """Return the equal-area plane; None until a first geometry or a setting has fixed its centre."""
        from whitestone.geodesy.areas import Plane

        lon, lat = self.settings.equal_area_lon, self.settings.equal_area_lat
        return None if lon is None or lat is None else Plane(lon, lat)

    def fix_plane(self, lon: float, lat: float) -> None:
        """Fix the centre of the equal-area plane once; a second call changes nothing (it is never moved)."""
        self.settings = load_settings(self.journal)
        if self.settings.equal_area_lon is None:
            centre = {"equal_area_lon": round(lon, 3), "equal_area_lat": round(lat, 3)}
            self.set(centre, reason="centre of the equal-area plane, fixed by the first geometry that arrived")

    def set(self, values: dict[str, Any], *, reason: str) -> None:
        """Change settings, each as a revision; refuses unknown keys and wrong types with InvalidValue."""
        drafts = []
        for key, value in values.items():
            if key not in SETTINGS:
                raise InvalidValue(field="setting", value=key, why=f"one of {', '.join(sorted(SETTINGS))}")
            _check(key, value)
            drafts.append(self._setting_draft(key, value))
        self.journal.append(Act(author=self.who, reason=reason), drafts)
        self.settings = load_settings(self.journal)

    def _setting_draft(self, key: str, value: Any) -> Draft:
        record_id = setting_id(self.journal.programme_id, key)
        body = {"local_id": key, "value": value}
        return Draft(kind="setting", record_id=record_id, body=body, parents=_heads(self.journal, record_id))


def setting_id(programme_id: uuid.UUID, key: str) -> uuid.UUID:
    """Return the record id of a setting: the same on every node of a programme."""
    return uuid.uuid5(programme_id, f"setting:{key}")


def load_settings(journal: Journal) -> Settings:
    """Fold the setting records into one typed value; unknown keys of a newer version are left alone."""
    stated = {
        state.body["local_id"]: state.body.get("value")
        for state in journal.states("setting")
        if state.body.get("local_id") in SETTINGS
    }
    return msgspec.convert(stated, Settings)


def init_programme(
    target: str, *, name: str, who: str | None = None, settings: dict[str, Any] | None = None
) -> Programme:
    """Make a programme in a folder or an empty database; refuses one that is there with ProgrammeExists."""
    values = {"name": name, **(settings or {})}
    for key, value in values.items():
        if key not in SETTINGS:
            raise InvalidValue(field="setting", value=key, why=f"one of {', '.join(sorted(SETTINGS))}")
        _check(key, value)
    programme = Programme(create(target, name=name), _who(who), target)
    programme.set(values, reason="programme made")
    return programme


def open_programme(target: str, who: str | None = None, *, readonly: bool = False) -> Programme:
    """Open the programme at a folder or database URL; refuses one that is not there with NotAProgramme."""
    return Programme(open_journal(target, readonly=readonly), _who(who), target)


def _who(who: str | None) -> str:
    return who or os.environ.get("WHITESTONE_WHO") or getpass.getuser()


def _check(key: str, value: Any) -> None:
    """Refuse what the table of settings refuses; the two halves of the plane's centre may be set one by one."""
    whole = {"equal_area_lon": 0.0, "equal_area_lat": 0.0} if key.startswith("equal_area_") else {}
    read_settings({**whole, key: value})


def _heads(journal: Journal, record_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    try:
        return (journal.history(record_id)[-1].revision_id,)
    except UnknownRecord:
        return ()


def _last_day(field: str, text: str | None) -> dt.date | None:
    return parse_partial(text, field).last_day if text else None
