"""How does one object of a file become a value, with a finding for everything that is not understood?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.errors import InvalidValue
from whitestone.minefields.readings import Reading, read_number
from whitestone.minefields.sheet_parts import SheetFinding
from whitestone.minefields.sheet_words import member, plain, spellings, word

__all__ = ["Notes", "Place"]

_DAY_FIRST = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})$")
_MONTH_FIRST = re.compile(r"^(\d{1,2})[./](\d{4})$")


class Notes:
    """The findings of one file, in the order in which they were met."""

    def __init__(self) -> None:
        self.findings: list[SheetFinding] = []
        self.held: list[tuple[str, Any]] = []

    def say(
        self,
        code: str,
        path: str,
        sentence: str,
        *,
        sheet: str | None = None,
        written: Any = None,
        severity: str = "warning",
    ) -> None:
        """Note a finding at a JSON path."""
        text = None if written is None else str(written)[:200]
        self.findings.append(
            SheetFinding(code=code, path=path, sentence=sentence, sheet=sheet, written=text, severity=severity)
        )

    def hold(self, path: str, value: Any, why: str, sheet: str | None = None) -> None:
        """Keep what is no object of the format, and say so."""
        self.held.append((path, value))
        self.say("not-understood", path, why, sheet=sheet, written=value)


class Place:
    """One JSON object of the file, its path, its place in its list, and where findings about it go."""

    def __init__(
        self, held: Mapping[str, Any], path: str, notes: Notes, sheet: str | None = None, at: int = 0
    ) -> None:
        self.held = held
        self.path = path
        self.notes = notes
        self.sheet = sheet
        self.at = at
        self._spelled: dict[str, str] | None = None

    def say(self, code: str, name: str | None, sentence: str, written: Any = None, severity: str = "warning") -> None:
        """Note a finding about a member of this object (None: the object itself)."""
        path = f"{self.path}.{name}" if name else self.path
        self.notes.say(code, path, sentence, sheet=self.sheet, written=written, severity=severity)

    def raw(self, *names: str) -> Any:
        """Return a member by any of its names; None where it is absent or null."""
        for name in names:
            if name in self.held:
                return self.held[name]
        if self._spelled is None:
            self._spelled = spellings(self.held)
        for name in names:
            if (own := self._spelled.get(plain(name))) is not None:
                return self.held[own]
        return None

    def text(self, *names: str) -> str | None:
        """Return a member as text; numbers as they print; None where it is absent or blank."""
        value = self.raw(*names)
        if value is None or isinstance(value, (dict, list)):
            if value:
                self.say("not-understood", names[0], f"{names[0]} holds more than a text", value)
            return None
        return str(value).strip() or None

    def word(self, meanings: Mapping[str, str], *names: str) -> str:
        """Return the meaning of a word; `unknown`, with a finding, where it has none."""
        value = self.raw(*names)
        meaning, understood = word(value, meanings)
        if not understood:
            self.say("word-unknown", names[0], f"{names[0]} {value!r} is not understood and counts as unknown", value)
        return meaning

    def reading(self, *names: str) -> Reading:
        """Return a number with its doubts; what is wrong or in doubt is a finding."""
        reading, wrong = read_number(self.raw(*names))
        self.doubts(names[0], reading, wrong)
        return reading

    def doubts(self, name: str, reading: Reading, wrong: str | None) -> None:
        """Note what is wrong with a number, and that it can be read in several ways."""
        if wrong:
            self.say("number-unclear", name, f"{name}: {wrong}", reading.written)
        elif reading.doubtful:
            ways = f"{name} {reading.written!r} can be read in {len(reading.readings)} ways; all are kept"
            self.say("digits-unreadable", name, ways, reading.written, "notice")

    def number(self, *names: str, least: float = -math.inf, most: float = math.inf) -> float | None:
        """Return a number that is beyond doubt and in range; None, with a finding, where it is not."""
        reading = self.reading(*names)
        if reading.value is not None and not least <= reading.value <= most:
            self.say(
                "out-of-range",
                names[0],
                f"{names[0]} {reading.written!r} lies outside {least:g} to {most:g}",
                reading.written,
            )
            return None
        return reading.value

    def date(self, *names: str) -> PartialDate | None:
        """Return a date as far as it is known; None, with a finding, where it is not understood."""
        value = self.raw(*names)
        if value is None or not str(value).strip() or str(value).strip() in ("?", "unknown"):
            return None
        try:
            return parse_partial(_iso(str(value).strip()))
        except InvalidValue as problem:
            self.say("date-unclear", names[0], f"{names[0]}: {problem}", value)
            return None

    def counts(self, *names: str) -> dict[str, Reading]:
        """Return numbers by type of item; a list of {type, count} is read as well."""
        value = self.raw(*names)
        if value is None:
            return {}
        if isinstance(value, list):
            value = (
                {
                    str(each.get("type")): each.get("count", each.get("quantity"))
                    for each in value
                    if isinstance(each, dict)
                }
                if all(isinstance(each, dict) for each in value)
                else None
            )
        if not isinstance(value, dict):
            self.say("not-understood", names[0], f"{names[0]} is no list of types with numbers", self.raw(*names))
            return {}
        found = {}
        for kind, raw in value.items():
            reading, wrong = read_number(raw)
            self.doubts(f"{names[0]}.{kind}", reading, wrong)
            if reading.value is not None and (reading.value < 0 or reading.value != int(reading.value)):
                why = f"{kind}: {reading.written!r} is no count"
                self.say("out-of-range", f"{names[0]}.{kind}", why, reading.written)
                reading = Reading(reading.written)
            found[str(kind)] = reading
        return found

    def objects(self, *names: str) -> Iterator[Place]:
        """Yield the objects of a list (one object alone is a list), each with its place; what is no object is held."""
        name, value = member(self.held, names)
        if name is None or value is None:
            return
        for at, each in enumerate(value if isinstance(value, list) else [value]):
            path = f"{self.path}.{names[0]}[{at}]" if self.path else f"{names[0]}[{at}]"
            if isinstance(each, dict):
                yield Place(each, path, self.notes, self.sheet, at)
            else:
                self.notes.hold(path, each, f"{path} is no object and is kept as it is", self.sheet)


def _iso(text: str) -> str:
    if match := _DAY_FIRST.match(text):
        return f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    if match := _MONTH_FIRST.match(text):
        return f"{match[2]}-{int(match[1]):02d}"
    # A time of day, as ISO writes it, says nothing here that the day does not.
    return re.sub(r"^(\d{4}-\d{2}-\d{2})[T ].*$", r"\1", text)
