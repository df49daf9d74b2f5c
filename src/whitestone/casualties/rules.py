"""By which rule is each casualty counted? One small function a rule, over whole columns, each with its source.

Sources: IMAS 13.10 and 10.60; Landmine Monitor 2018 and 2019, chapter on casualties; domain facts 5.1-5.3. A value that
is not known is the word `unknown`: a category that is counted, never a gap and never 0.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whitestone.casualties.bands import ADULT_FROM_YEARS, age_group_of_band
from whitestone.casualties.columns import NO_DAY, NOT_STATED, Coded, Int32, coded_by
from whitestone.domain.codes import CODE_LISTS, CodeList
from whitestone.domain.dates import parse_partial
from whitestone.errors import InvalidValue

__all__ = [
    "AGE_GROUPS", "DEVICES", "EPOCH_ORDINAL", "OLDEST_YEARS", "OUTCOMES", "RULES", "SEXES", "SEX_AGES", "STATUSES",
    "UNKNOWN", "YES_NO", "Dates", "activity_of", "age_group_of", "amputation_of", "dates_of", "device_of", "month_of",
    "monitor", "outcome_of", "person_status_of", "persons_of", "sex_age_of", "sex_of", "status_of", "year_of",
]  # fmt: skip

UNKNOWN = "unknown"
OUTCOMES = ("killed", "injured", UNKNOWN)
SEXES = ("female", "male", "other", UNKNOWN)
AGE_GROUPS = ("child", "adult", UNKNOWN)
SEX_AGES = ("boy", "girl", "man", "woman", UNKNOWN)
STATUSES = ("civilian", "deminer", "military", "nsag_member", "other", UNKNOWN)
DEVICES = ("ap_mine", "improvised_mine", "av_mine", "unspecified_mine", "submunition", "other_erw",
           "undifferentiated", "other_ied", UNKNOWN)  # fmt: skip
YES_NO = ("yes", "no", UNKNOWN)
OLDEST_YEARS = 120
"""An age in years beyond this is not believed: it stays as said, a finding asks about it, no group is made of it."""
EPOCH_ORDINAL = 719_163
"""The ordinal of 1970-01-01, from which days are counted."""

RULES: Mapping[str, str] = MappingProxyType({
    "outcome": "Killed, injured or unknown, as of the day of the situation. Who died later is one casualty: injured "
               "until the day of death, killed from that day on. Unknown is a category, not a gap.",
    "amputation": "An injury with amputation is an injury.",
    "sex_age": "Boy, girl: under 18. Man, woman: 18 and over. Unknown where sex or age group is not known.",
    "sex": "As stated.",
    "age_group": "Child is under 18. The age in years first, then the group as stated, then the source's own band "
                 "where it lies wholly on one side of 18.",
    "status": "Classes of the Monitor: civilian; deminer, a class of its own; military, with police and security; "
              "members of non-State armed groups apart where they are told apart.",
    "person_status": "As stated, national codes under their core code.",
    "device": "Classes of the Monitor. What the person's record does not say is taken from its accident.",
    "activity": "What the person was doing, national codes under their core code.",
    "place": "The place that the record or its accident names, at the level asked for; else the position, where it "
             "lies inside the outline of a place.",
    "month": "The month of the accident. A date known to the year only stands under its own year-unknown, and is "
             "never spread over months.",
    "year": "The year of the accident.",
    "source": "The dataset that reported the person; several, joined by +, where records were declared one person.",
    "dataset": "As source.",
})  # fmt: skip
"""What each dimension counts, in one sentence."""


class Dates(NamedTuple):
    """Days since 1970-01-01 between which something happened (NO_DAY: undated), and what its words are as dates."""

    first_day: Int32
    last_day: Int32
    month: Coded
    year: Coded


@functools.cache
def monitor() -> Mapping[str, Mapping[str, str]]:
    """Return how codes map to the classes of the Monitor: `status` and `device`, code -> class.

    >>> monitor()["device"]["booby_trap"], monitor()["status"]["police_security"]
    ('improvised_mine', 'military')
    """
    rows = tomllib.loads(resources.files("whitestone.casualties").joinpath("monitor.toml").read_text("utf-8"))
    return MappingProxyType({name: MappingProxyType(table) for name, table in rows.items()})


def outcome_of(stated: Coded, died_later_last: Int32, day: int) -> Coded:
    """Say who counts as killed, injured or of unknown outcome on a day; who died later is counted once.

    `died_later_last`: the last day of the span in which the person died later (NO_DAY: nobody says so). A date of less
    precision acts at the end of its span. Source: Monitor; domain facts 5.3.

    >>> import numpy as np
    >>> from whitestone.casualties.columns import coded
    >>> died = np.array([100, 100, NO_DAY], dtype=np.int32)
    >>> [outcome_of(coded(["injured", "killed", None]), died, day).texts() for day in (99, 100)]
    [['injured', 'injured', 'unknown'], ['killed', 'killed', 'unknown']]
    """
    said = coded_by(stated, {word: word for word in OUTCOMES}, OUTCOMES, UNKNOWN)
    died = died_later_last != NO_DAY
    if not died.any():
        return said
    then = np.where(died_later_last <= day, np.int32(0), np.int32(1))
    return Coded(np.where(died, then, said.codes).astype(np.int32), OUTCOMES)


def sex_of(stated: Coded, lists: Mapping[str, CodeList] = CODE_LISTS) -> Coded:
    """Give the sex as stated: female, male, other, unknown.

    >>> from whitestone.casualties.columns import coded
    >>> sex_of(coded(["male", None])).texts(), sex_of(coded([])).texts()
    (['male', 'unknown'], [])
    """
    return coded_by(stated, _core(stated, "sex", lists), SEXES, UNKNOWN)


def age_group_of(years: Int32, group: Coded, band: Coded, lists: Mapping[str, CodeList] = CODE_LISTS) -> Coded:
    """Say who is a child (under 18) and who an adult: by years, else by the group stated, else by the source's band.

    >>> import numpy as np
    >>> from whitestone.casualties.columns import coded
    >>> years = np.array([17, -1, -1, 140], dtype=np.int32)
    >>> age_group_of(years, coded(["adult", "adult", None, None]), coded([None, None, "5-12", None])).texts()
    ['child', 'adult', 'child', 'unknown']
    """
    stated = coded_by(group, _core(group, "age_group", lists), AGE_GROUPS, UNKNOWN).codes
    banded = coded_by(band, {word: age_group_of_band(word) for word in band.words}, AGE_GROUPS, UNKNOWN).codes
    found = np.where(stated == 2, banded, stated)
    by_years = np.where(years < ADULT_FROM_YEARS, 0, 1)
    is_known = (years != NOT_STATED) & (years <= OLDEST_YEARS)
    return Coded(np.where(is_known, by_years, found).astype(np.int32), AGE_GROUPS)


def sex_age_of(sex: Coded, age_group: Coded) -> Coded:
    """Say boy, girl, man, woman or unknown, of columns over SEXES and AGE_GROUPS.

    >>> from whitestone.casualties.columns import coded
    >>> ages = age_group_of(np.array([3, 30, -1], dtype=np.int32), coded([None] * 3), coded([None] * 3))
    >>> sex_age_of(sex_of(coded(["female", "male", "male"])), ages).texts()
    ['girl', 'man', 'unknown']
    """
    told = np.full((len(SEXES), len(AGE_GROUPS)), 4, dtype=np.int32)
    told[0, :2], told[1, :2] = (1, 3), (0, 2)
    return Coded(told[sex.codes, age_group.codes], SEX_AGES)


def person_status_of(stated: Coded, lists: Mapping[str, CodeList] = CODE_LISTS) -> Coded:
    """Give the status as stated, national codes under their core code.

    >>> from whitestone.casualties.columns import coded
    >>> person_status_of(coded(["public_force", None])).texts()
    ['military', 'unknown']
    """
    return coded_by(stated, _core(stated, "person_status", lists), _cores("person_status"), UNKNOWN)


def status_of(stated: Coded, lists: Mapping[str, CodeList] = CODE_LISTS) -> Coded:
    """Give the class of the Monitor: civilian, deminer, military, member of an armed group, other, unknown.

    >>> from whitestone.casualties.columns import coded
    >>> status_of(coded(["deminer", "police_security", None])).texts()
    ['deminer', 'military', 'unknown']
    """
    return _monitored(stated, "status", "person_status", STATUSES, lists)


def device_of(stated: Coded, lists: Mapping[str, CodeList] = CODE_LISTS) -> Coded:
    """Give the class of device of the Monitor.

    >>> from whitestone.casualties.columns import coded
    >>> device_of(coded(["mortar", "unknown_eo", None])).texts()
    ['other_erw', 'undifferentiated', 'unknown']
    """
    return _monitored(stated, "device", "eo_category", DEVICES, lists)


def activity_of(stated: Coded, lists: Mapping[str, CodeList] = CODE_LISTS) -> Coded:
    """Give what the person was doing, national codes under their core code.

    >>> from whitestone.casualties.columns import coded
    >>> activity_of(coded(["usual_route", None])).texts()
    ['passing', 'unknown']
    """
    return coded_by(stated, _core(stated, "casualty_activity", lists), _cores("casualty_activity"), UNKNOWN)


def amputation_of(flags: Int32) -> Coded:
    """Say yes, no or unknown of flags (1, 0, NOT_STATED); the injury stays an injury.

    >>> import numpy as np
    >>> amputation_of(np.array([1, 0, -1], dtype=np.int32)).texts()
    ['yes', 'no', 'unknown']
    """
    return Coded(np.where(flags == NOT_STATED, 2, np.where(flags > 0, 0, 1)).astype(np.int32), YES_NO)


def persons_of(stated: Int32) -> npt.NDArray[np.int64]:
    """Say how many persons each row stands for: one, unless it says otherwise.

    >>> import numpy as np
    >>> persons_of(np.array([-1, 3, 0], dtype=np.int32)).tolist()
    [1, 3, 0]
    """
    return np.where(stated == NOT_STATED, 1, stated).astype(np.int64)


def dates_of(stated: Coded) -> Dates:
    """Read dates of a day, a month or a year; months and years keep what is not known as words of their own.

    What no calendar has is undated. Source: law of less precision, domain facts 5.2.

    >>> from whitestone.casualties.columns import coded
    >>> found = dates_of(coded(["2014-05-03", "2014", None, "2014-02-30"]))
    >>> found.month.texts(), found.year.texts()
    (['2014-05', '2014-unknown', 'unknown', 'unknown'], ['2014', '2014', 'unknown', 'unknown'])
    >>> dates_of(coded([])).first_day.tolist()
    []
    """
    spans = [_span(word) for word in stated.words]
    first = np.array([*(span[0] for span in spans), NO_DAY], dtype=np.int32)[stated.codes]
    last = np.array([*(span[1] for span in spans), NO_DAY], dtype=np.int32)[stated.codes]
    return Dates(first, last, _named(stated, [span[2] for span in spans]), _named(stated, [span[3] for span in spans]))


def month_of(stated: Coded) -> Coded:
    """Give the month of dates as words `2014-05`; a year alone is `2014-unknown`, no date `unknown`.

    >>> from whitestone.casualties.columns import coded
    >>> month_of(coded(["2014-05"])).texts()
    ['2014-05']
    """
    return dates_of(stated).month


def year_of(stated: Coded) -> Coded:
    """Give the year of dates; no date is `unknown`.

    >>> from whitestone.casualties.columns import coded
    >>> year_of(coded(["2014-05", None])).texts()
    ['2014', 'unknown']
    """
    return dates_of(stated).year


def _span(text: str) -> tuple[int, int, str, str]:
    try:
        read = parse_partial(text)
    except InvalidValue:
        return NO_DAY, NO_DAY, UNKNOWN, UNKNOWN
    first, last = read.first_day.toordinal() - EPOCH_ORDINAL, read.last_day.toordinal() - EPOCH_ORDINAL
    month = f"{read.year:04d}-{read.month:02d}" if read.month else f"{read.year:04d}-{UNKNOWN}"
    return first, last, month, f"{read.year:04d}"


def _named(stated: Coded, names: list[str]) -> Coded:
    """Give each word a name, in the order of the names, unknown last."""
    words = (*sorted(set(names) - {UNKNOWN}), UNKNOWN)
    return coded_by(stated, dict(zip(stated.words, names, strict=True)), words, UNKNOWN)


def _monitored(stated: Coded, table: str, codes: str, words: tuple[str, ...], lists: Mapping[str, CodeList]) -> Coded:
    classes = monitor()[table]
    meaning = {word: classes.get(core, UNKNOWN) for word, core in _core(stated, codes, lists).items()}
    return coded_by(stated, meaning, words, UNKNOWN)


def _core(stated: Coded, codes: str, lists: Mapping[str, CodeList]) -> dict[str, str]:
    """Map each word that is a code of the list to its core code; others are left out: they count as unknown."""
    known = lists[codes]
    return {word: known.core(word) for word in stated.words if word in known.codes}


@functools.cache
def _cores(codes: str) -> tuple[str, ...]:
    known = CODE_LISTS[codes]
    return tuple(code for code, entry in known.codes.items() if entry.parent is None)
