"""By which small number does a programme store the kind of a record?

Numbers are given once per programme and stay; the name is what is hashed, so the table cannot be swapped unnoticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whitestone.errors import InvalidValue

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session

__all__ = ["KindTable"]


class KindTable:
    """The kinds of one programme, read once and again when a number or a name is missing."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def load(self, session: Session) -> None:
        """Read the table."""
        self._names = {number: name for number, name in session.all("SELECT id, name FROM kind")}  # noqa: C416
        self._numbers = {name: number for number, name in self._names.items()}

    def number(self, session: Session, name: str) -> int:
        """Give a kind's number inside a writing transaction, entering a kind that this programme has not had."""
        if name not in self._numbers:
            from whitestone.domain.kinds import kind

            kind(name)
            self.load(session)
        if name not in self._numbers:
            number = len(self._names) + 1
            session.load("kind", ("id", "name"), [(number, name)])
            return number  # remembered when it is read next: this transaction may still fail
        return self._numbers[name]

    def find(self, session: Session, name: str) -> int:
        """Give a kind's number for a question; refuses a name that is no kind with InvalidValue."""
        if name not in self._numbers:
            self.load(session)
        if name not in self._numbers:
            from whitestone.domain.kinds import kind

            kind(name)
            return -1  # a kind that exists and that this programme has never had
        return self._numbers[name]

    def name(self, session: Session, number: int) -> str:
        """Give the name of a number; refuses a number that is not in the table with InvalidValue."""
        if number not in self._names:
            self.load(session)
        if number not in self._names:
            raise InvalidValue(field="kind", value=number, why="the journal does not name it")
        return self._names[number]
