"""Which failures can a user meet, what does each say, and what does the user do next?

One catalogue: every failure that reaches a person is an `Problem` subclass with a stable code, an HTTP status, a
sentence built from declared details, and the next step. Grep the code to find the reason. Command line, API and
pages print the same four things; nothing matches on text.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

__all__ = ["CATALOGUE", "Problem"]

CATALOGUE: dict[str, type[Problem]] = {}


class Problem(Exception):
    """Report a failure that a user can act on.

    Subclasses state `code`, `status` (HTTP), `exit_code` (1 found what it was asked to look for, 2 could not do it),
    `sentence` and `next_step`, both with `{named}` details. The details are given as keyword arguments.

    >>> try:
    ...     raise NotAProgramme(where="/tmp/x")
    ... except Problem as problem:
    ...     print(problem.code, "|", problem)
    not-a-programme | There is no programme at /tmp/x.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 2
    sentence: ClassVar[str]
    next_step: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.code in CATALOGUE:
            raise TypeError(f"two problems share the code {cls.code}")
        CATALOGUE[cls.code] = cls

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.sentence.format(**details))

    @property
    def next(self) -> str:
        """Say what the user does next: what the caller knows better than the catalogue (`fix`), else `next_step`.

        >>> UnknownRecord(record="x").next == UnknownRecord.next_step, UnknownRecord(record="x", fix="Look there.").next
        (True, 'Look there.')
        """
        return str(self.details.get("fix") or self.next_step.format(**self.details))

    def as_dict(self) -> dict[str, Any]:
        """Return the one shape in which every surface prints a failure.

        >>> sorted(NotAProgramme(where="x").as_dict()["error"])
        ['code', 'details', 'message', 'next']
        """
        details = {key: _plain(value) for key, value in self.details.items()}
        return {"error": {"code": self.code, "message": str(self), "next": self.next, "details": details}}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no number for it
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)


class NotAProgramme(Problem):
    """Raised when a folder or database holds no programme."""

    code = "not-a-programme"
    status = 404
    sentence = "There is no programme at {where}."
    next_step = "Make one with 'whitestone -C {where} init', or name another folder or database URL with -C."


class ProgrammeExists(Problem):
    """Raised when `init` meets a programme that is already there."""

    code = "programme-exists"
    status = 409
    sentence = "There is already a programme at {where}."
    next_step = "Use it as it is, or choose another folder."


class UnknownRecord(Problem):
    """Raised when a record id is in no revision."""

    code = "unknown-record"
    status = 404
    sentence = "No record {record} is known here."
    next_step = "Look it up with 'whitestone records find', or check the id."


class InvalidValue(Problem):
    """Raised when a typed value cannot be understood; never guessed."""

    code = "invalid-value"
    status = 422
    sentence = "{field}: {value!r} is not understood ({why})."
    next_step = "Correct the value, or extend the code list or the mapping if the value is right."


class WrongCall(Problem):
    """Raised when a command or a request is put together wrongly."""

    code = "wrong-call"
    sentence = "{why}"
    next_step = "See --help for what this command takes."


class UnreadableFile(Problem):
    """Raised when an input file cannot be read at all."""

    code = "unreadable-file"
    status = 422
    sentence = "{path} cannot be read: {why}."
    next_step = "{fix}"


class FileTrouble(Problem):
    """Raised at the edge of a process when the system refuses a file or folder that the user named."""

    code = "file-trouble"
    status = 422
    sentence = "{path} cannot be used: {why}."
    next_step = "Check the name, and that you may read or write there; then call again."


class MappingInvalid(Problem):
    """Raised when a mapping file contradicts itself or names what does not exist; all faults at once."""

    code = "mapping-invalid"
    status = 422
    sentence = "The mapping {path} has {count} fault(s): {faults}."
    next_step = "Correct the lines named, or draft it again with 'whitestone import FILE --suggest --out MAPPING.toml'."


class TransitionRefused(Problem):
    """Raised when a change of status or class breaks the lifecycle (IMAS 07.11; domain.lifecycle)."""

    code = "transition-refused"
    status = 409
    sentence = "{record} cannot go from {before} to {after}: {rule}."
    next_step = "{remedy}"


class Locked(Problem):
    """Raised when sealed data are asked for while the programme is locked."""

    code = "locked"
    status = 423
    sentence = "{what} is sealed and the programme is locked."
    next_step = "Unlock it with the programme key (--key FILE), state a purpose, or go on without it."


class KeyMissing(Problem):
    """Raised when a programme's or a node's key file is not where it is looked for."""

    code = "key-missing"
    status = 423
    sentence = "There is no key at {where}."
    next_step = (
        "Copy the key file there from where it is kept, or name it with --key FILE; "
        "without it nothing sealed can be opened and no backup made or restored."
    )


class KeyInvalid(Problem):
    """Raised when a file is no key, is damaged, or belongs to another programme."""

    code = "key-invalid"
    status = 423
    sentence = "{path} is not the key that is needed: {why}."
    next_step = "Name the key file of this programme with --key FILE, or copy it to the folder of keys."


class UnknownAttachment(Problem):
    """Raised when an attachment is not known here, or its file is lost."""

    code = "unknown-attachment"
    status = 404
    sentence = "No attachment {sha256} is here."
    next_step = "Check the digest; if the file is lost, restore the last backup beside this programme."


class SealBroken(Problem):
    """Raised when what was sealed does not open with its own key: it was changed on the disk."""

    code = "seal-broken"
    status = 409
    sentence = "{what} does not open: {why}."
    next_step = "Run 'whitestone verify'; restore the last backup beside this programme and compare."


class Erased(Problem):
    """Raised when a sealed part is asked for whose key was destroyed."""

    code = "erased"
    status = 410
    sentence = "{what} was erased on {when}; its key no longer exists."
    next_step = "Nothing: erasure is final. The statistical part of the record remains."


class ChainBroken(Problem):
    """Raised when the journal's chain does not verify."""

    code = "chain-broken"
    status = 409
    exit_code = 1
    sentence = "The journal is broken at entry {seq}: {why}."
    next_step = "Keep the file as it is, restore the last backup beside it and compare with 'whitestone reconcile'."


class Busy(Problem):
    """Raised when another process holds the journal's writing lock for too long."""

    code = "busy"
    status = 503
    sentence = "Another process has been writing to the journal for {seconds} s."
    next_step = "Wait until it has finished and call again; nothing was written by this call."


class StoreFull(Problem):
    """Raised when the disk has no room; what was acknowledged before stands."""

    code = "store-full"
    status = 507
    sentence = "The disk is full at {where}; what was acknowledged before is kept."
    next_step = "Make room and run the same command again: it goes on where it stopped."


class BackupInvalid(Problem):
    """Raised when a backup file is damaged, cut off, or opened with the wrong key."""

    code = "backup-invalid"
    status = 422
    sentence = "{path} is not a whole backup: {why}."
    next_step = "Use another copy, or the key that belongs to it; nothing was restored."


class Refused(Problem):
    """Raised when the product refuses an act on principle; the rule is named."""

    code = "refused"
    status = 403
    sentence = "{what} is refused: {rule}."
    next_step = "{remedy}"


class PeriodRefused(Problem):
    """Raised when a year cannot be closed or opened again as things stand."""

    code = "period-refused"
    status = 409
    sentence = "{year} cannot be {act}: {why}."
    next_step = "{remedy}"


class UnknownPeriod(Problem):
    """Raised when frozen figures are asked of a year that is not closed."""

    code = "unknown-period"
    status = 404
    sentence = "{year} is not a closed year of this programme."
    next_step = "See 'whitestone period list'; 'whitestone period close {year}' closes a year that is over."


class ClosingBroken(Problem):
    """Raised when the frozen figures of a closed year are not the ones that were signed."""

    code = "closing-broken"
    status = 409
    exit_code = 1
    sentence = "The closing of {year} does not hold: {why}."
    next_step = "Run 'whitestone verify', restore the last backup beside this programme and compare; close nothing now."


class GroundTooCrowded(Problem):
    """Raised when so many different shapes lie on one spot that they cannot be counted; every record is kept."""

    code = "ground-too-crowded"
    status = 422
    sentence = (
        "Too many different shapes lie on each other to be counted in reasonable time; the most crowded of them, "
        "around {x_m} m east and {y_m} m north of the centre of the programme's plane, lies under {on_it} others."
    )
    next_step = (
        "Every record is kept. Look with 'check' for repeated shapes and defaults there, take back the run that "
        "brought them ('runs take-back') or correct its shapes; then ask again."
    )


class CannotPublish(Problem):
    """Raised when a table would tell small figures together with earlier releases, whatever is left out of it."""

    code = "cannot-publish"
    status = 409
    sentence = (
        "This table cannot be published: together with {before} earlier releases it would tell of fewer than {least} "
        "persons, whatever is suppressed."
    )
    next_step = "Ask for fewer or coarser dimensions, or a longer period; '--preview' shows what may go out."


class MissingService(Problem):
    """Raised when an outside part (a database server, a browser asset) is not there."""

    code = "missing-service"
    status = 503
    sentence = "{what} is not available: {why}."
    next_step = "{fix}"


class NoWorkers(Problem):
    """Raised when ground cannot be counted by the workers named; nothing was booked."""

    code = "no-workers"
    status = 503
    sentence = "The ground cannot be counted by {workers}: {why}."
    next_step = "{fix}"


class UnknownOrdnance(Problem):
    """Raised when the catalogue of ordnance has no row of an id or spelling."""

    code = "unknown-ordnance"
    status = 404
    sentence = "No type of ordnance {asked!r} is in the catalogue."
    next_step = "Look for a part of its name with 'whitestone catalogue find', or add it with 'catalogue add'."


class TooManyPairs(Problem):
    """Raised before pairs are compared, when the rules that bring them together are too wide for the rows."""

    code = "too-many-pairs"
    status = 422
    sentence = "{pairs} pairs would have to be compared, over the limit of {limit}; '{widest}' alone brings {count}."
    next_step = "Name fewer lists with --lists, give dates and places more precisely, or raise --max-pairs."


class Unexpected(Problem):
    """Raised at the edge of a process for what nobody foresaw; nothing is shown of the data that it met."""

    code = "unexpected"
    status = 500
    sentence = "Something that was not foreseen happened ({kind}); what was acknowledged before is kept."
    next_step = "Call again with WHITESTONE_DEBUG=1 and report what it prints; it may hold data, so read it first."


class QuoteNotFound(Problem):
    """Raised when a quote does not stand in its document where it is said to stand."""

    code = "quote-not-found"
    status = 422
    sentence = "The quote does not stand in its document{where}: {quote!r}."
    next_step = "Print the text with 'whitestone claims text', copy the words from it, and give its first character."
