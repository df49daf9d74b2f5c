"""What would three overlapping lists of one country's casualties look like, when the truth is known?

For measuring linkage: people are hurt in accidents, alone or together; each list knows some of them and errs as lists
do. Dates are off or known to the month, places are rounded, ages are rounded or left out, names stand in three scripts
with slips of the pen, and much is missing. The same seed gives the same lists. Everybody in them is invented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["KNOWN_TO", "SimulatedLists", "simulate_lists", "true_pairs"]

KNOWN_TO = (0.62, 0.5, 0.38)
"""Share of the people that each list knows, independently of the others."""

FIRST_DAY = 730_120  # 2000-01-01 as an ordinal
SPAN_DAYS = 7_305

_CYRILLIC = str.maketrans(dict(zip("abdefgijklmnoprstuvz", "абдефгийклмнопрстувз", strict=True)))
_ARMENIAN = str.maketrans(dict(zip("abdefgijklmnoprstuvz", "աբդեֆգիյկլմնոպրստուվզ"[:18] + "վզ", strict=True)))
_SYLLABLES = ("ba", "ra", "mi", "ko", "lu", "se", "na", "to", "vi", "da", "ri", "za", "pe", "mo", "ta", "li", "ga",
              "no", "su", "ve", "ka", "do", "me", "ru", "fa", "ni")  # fmt: skip
_DEVICES = ("ap_mine", "erw", "ied", "submunition", "fuze")


class SimulatedLists(msgspec.Struct):
    """The rows of all lists (linking.COLUMNS), who each row is in truth, and the names as written (None: not known)."""

    frame: Any
    person: Any
    names: list[str | None]


def simulate_lists(rows: int, seed: int = 1) -> SimulatedLists:
    """Make about `rows` rows in three lists; the same seed gives the same rows.

    >>> made = simulate_lists(300, seed=1)
    >>> 200 < len(made.frame) < 400, sorted(made.frame["list"].unique().tolist())
    (True, [0, 1, 2])
    >>> len(simulate_lists(0).frame)
    0
    """
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    truth = _people(round(rows / sum(KNOWN_TO)), rng)
    parts, persons, names = [], [], []
    for number, share in enumerate(KNOWN_TO):
        known = np.flatnonzero(rng.random(len(truth["day"])) < share)
        parts.append(_listed(truth, known, number, rng))
        persons.append(known)
        names += _written(truth, known, number, rng)
    return SimulatedLists(pd.concat(parts, ignore_index=True), np.concatenate(persons), names)


def true_pairs(person: np.ndarray) -> int:
    """Count the pairs of rows that are one person.

    >>> import numpy as np
    >>> true_pairs(np.array([1, 1, 1, 2])), true_pairs(np.array([], dtype=int))
    (3, 0)
    """
    import numpy as np

    counts = np.bincount(person) if len(person) else np.zeros(0, dtype=int)
    return int((counts * (counts - 1) // 2).sum())


def _people(count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Hurt people in accidents of one to a dozen, on days and at places that they share."""
    import numpy as np

    accident = np.repeat(np.arange(count), np.minimum(rng.geometric(0.55, count), 12))[:count]
    day = FIRST_DAY + rng.integers(0, SPAN_DAYS, count)
    towns = max(count // 400, 8)
    town = np.minimum(rng.zipf(1.4, count), towns) - 1
    lat = 38.0 + rng.random(towns)[town] * 4 + rng.normal(0, 0.06, count)
    lon = 44.0 + rng.random(towns)[town] * 6 + rng.normal(0, 0.06, count)
    return {
        "day": day[accident], "lat": lat[accident], "lon": lon[accident],
        "sex": (rng.random(count) < 0.16).astype(int), "age": np.clip(rng.gamma(4, 8, count), 1, 90).astype(int),
        "killed": (rng.random(count) < 0.36).astype(int), "device": rng.integers(0, 5, count)[accident],
        "given": (500 * rng.random(count) ** 2.5).astype(int),
        "family": (20_000 * rng.random(count) ** 2.5).astype(int),
    }  # fmt: skip


def _listed(
    truth: dict[str, np.ndarray], known: np.ndarray, number: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Write down what one list says of the people that it knows, with the errors that lists make."""
    import numpy as np
    import pandas as pd

    size = len(known)
    slip = rng.random(size)
    day = truth["day"][known] + np.where(slip < 0.1, rng.integers(-3, 4, size), 0)
    day = day + np.where((slip >= 0.1) & (slip < 0.13), rng.integers(-31, 32, size), 0)
    date = pd.to_datetime(day - 719_163, unit="D")
    has_day, has_month = slip < 0.93, slip < 0.985
    far = np.where(rng.random(size) < 0.75, 0.003, 0.05)
    lat, lon = (truth[name][known] + rng.normal(0, 1, size) * far for name in ("lat", "lon"))
    has_place = rng.random(size) < 0.94
    age, aged = truth["age"][known], rng.random(size)
    age = np.where(aged < 0.15, np.round(age / 5) * 5, np.where(aged < 0.3, age + rng.integers(-2, 3, size), age))
    age = np.maximum(age, 0)
    sex = np.where(rng.random(size) < 0.005, 1 - truth["sex"][known], truth["sex"][known])
    killed = np.where(rng.random(size) < 0.05, 1 - truth["killed"][known], truth["killed"][known])
    device = np.where(rng.random(size) < 0.08, rng.integers(0, 5, size), truth["device"][known])
    cells = [f"{a}/{b}" for a, b in zip(np.round(lat / 0.2).astype(int), np.round(lon / 0.2).astype(int), strict=True)]
    return pd.DataFrame({
        "list": np.full(size, number),
        "day": _some(day, has_day), "month": _some(date.year * 100 + date.month, has_month), "year": date.year,
        "lat": np.where(has_place, lat, np.nan), "lon": np.where(has_place, lon, np.nan), "place": None,
        "cell": pd.Series(cells, dtype=object).where(has_place, None),
        "sex": pd.Series(np.array(["male", "female"], dtype=object)[sex]).where(rng.random(size) < 0.96, None),
        "age": _some(age.astype(int), aged < 0.88), "band": np.where(age < 18, "child", "adult"),
        "outcome": np.array(["injured", "killed"], dtype=object)[killed],
        "device": pd.Series(np.array(_DEVICES, dtype=object)[device]).where(rng.random(size) < 0.7, None),
    })  # fmt: skip


def _some(values: Any, known: np.ndarray) -> pd.Series:
    import pandas as pd

    return pd.Series(values).astype("Int64").where(pd.Series(known), pd.NA)


def _written(
    truth: dict[str, np.ndarray], known: np.ndarray, number: int, rng: np.random.Generator
) -> list[str | None]:
    """Write the names as one list does: in its script and order, with slips, and often not at all."""
    given, family = _pool(500, 2, 3), _pool(20_000, 3, 11)
    chance = rng.random((len(known), 3))
    written: list[str | None] = []
    for at, person in enumerate(known.tolist()):
        if chance[at, 0] < 0.12:
            written.append(None)
            continue
        words = [given[truth["given"][person]], family[truth["family"][person]] + "ov"]
        if chance[at, 1] < 0.05:
            # A letter too few, as in a copy by hand.
            cut = 2 + int(chance[at, 2] * (len(words[1]) - 3))
            words[1] = words[1][:cut] + words[1][cut + 1 :]
        if number == 1:
            words = words[::-1]
        name = " ".join(words)
        written.append(name.title() if number == 0 else name.translate(_CYRILLIC if number == 1 else _ARMENIAN))
    return written


def _pool(size: int, syllables: int, step: int) -> list[str]:
    """Make different words out of syllables: invented names, each pronounceable in every script used here."""
    base = len(_SYLLABLES)
    words = []
    for number in range(size):
        value, word = number * step + 7, ""
        for _ in range(syllables):
            value, rest = divmod(value, base)
            word += _SYLLABLES[(rest * 7 + len(word) * 3) % base]
        words.append(word + ("" if value == 0 else _SYLLABLES[value % base]))
    return words
