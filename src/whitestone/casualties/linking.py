"""Which rows of several lists may be one person, how sure is that, and why?

Probabilistic linkage (Fellegi and Sunter, 1969) by splink on DuckDB. It proposes and explains; a person decides. The
shares of `linking_model` say how often two statements about one person meet; how often two persons do by chance is
counted from the rows themselves (`linking_chance`) where there are enough of them. The same rows give the same pairs in
the same order.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.casualties import linking_model as model
from whitestone.casualties.linking_chance import (
    chance_of_places,
    count_chance,
    count_counterparts,
    step_sql,
    with_chance,
)
from whitestone.casualties.linking_model import Background, Blocking, Comparison
from whitestone.casualties.linking_reach import bits_needed, rarest_shares, reach_sql, reachable_pairs
from whitestone.errors import TooManyPairs

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

__all__ = ["ANONYMOUS_CAP", "COLUMNS", "MAX_PAIRS", "SURE", "TOKEN_KINDS", "COUNT_ROWS", "Linkage", "Pair", "Part",
           "count_pairs", "link", "link_frame"]  # fmt: skip

COLUMNS = ("list", "day", "month", "year", "lat", "lon", "place", "cell", "sex", "age", "band", "outcome", "device")
"""Columns of the rows that are compared; a value that is not known is null."""

TOKEN_KINDS = ("full", "key", "bones", "sound")
"""The kinds of tokens of names that are compared (names.NameTokens.sealed); one word always has the same bones."""

MAX_PAIRS = 100_000_000
"""More pairs than this are not compared: the rules that bring pairs together are too wide for these rows."""

COUNT_ROWS = 5_000
"""From so many rows on it is counted from the rows how often two persons meet in a step by chance."""

ANONYMOUS_CAP = {"one list": 0.5, "two lists": 0.9}
"""Rows without a name that agree in all else are never likelier than this: two people may be hurt just alike."""

SURE = 0.95
CERTAIN = 0.9999
"""Nothing is likelier than this: the weights are an estimate."""

_NAMES_AGREE = 2
"""Steps of the comparison of names, from the first, in which whole names agree."""


class Part(msgspec.Struct, frozen=True):
    """What one attribute adds: its name, words for the step, weight in bits (0: one of the two does not say it)."""

    attribute: str
    words: str
    weight: float


class Pair(msgspec.Struct, frozen=True):
    """Two rows (their numbers), how likely they are one person, and why; `sure` only where whole names agree."""

    left: int
    right: int
    probability: float
    weight: float
    sure: bool
    anonymous_twins: bool
    parts: tuple[Part, ...]


class Linkage(msgspec.Struct, frozen=True):
    """The pairs above the threshold, likeliest first, and how they were found."""

    pairs: tuple[Pair, ...]
    prior: float
    compared: int
    blockings: tuple[dict[str, Any], ...]
    counted: bool
    """Whether chance was counted from the rows."""
    missing: tuple[str, ...]
    """Attributes that no row states, or that are sealed now."""


class _Setting(msgspec.Struct):
    """What one linkage works with."""

    connection: Any
    rules: tuple[Blocking, ...]
    compared: tuple[Comparison, ...]
    background: Background
    threshold: float
    is_named: bool

    @property
    def is_large(self) -> bool:
        """Say whether the shares by chance are counted from the rows."""
        return self.background.rows >= COUNT_ROWS


def link(rows: pd.DataFrame, tokens: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None, *,
         threshold: float = 0.5, max_pairs: int = MAX_PAIRS, memory_mib: int = 1_500) -> Linkage:  # fmt: skip
    """Propose the pairs of rows that may be one person, each with its explanation.

    Shapes: `rows` has COLUMNS and a row for each casualty; `tokens` by kind (TOKEN_KINDS) the rows' numbers and sealed
    tokens (names.NameTokens.sealed), None while locked. Refuses TooManyPairs before it compares.

    >>> import pandas as pd
    >>> link(pd.DataFrame({name: [] for name in COLUMNS})).pairs
    ()
    """
    found, setting, counted = link_frame(rows, tokens, threshold=threshold, max_pairs=max_pairs, memory_mib=memory_mib)
    pairs = tuple(_pairs(found, setting)) if setting is not None else ()
    missing = [name for name in ("date", "place", "age", "sex", "outcome", "device") if _is_unknown(rows, name)]
    return Linkage(
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.probability, -pair.weight, pair.left, pair.right))),
        prior=setting.background.prior if setting else 0.0, compared=sum(each["pairs"] for each in counted),
        blockings=tuple(counted), counted=bool(setting and setting.is_large),
        missing=(*missing, *([] if tokens is not None and len(tokens["full"][0]) else ["name"])),
    )  # fmt: skip


def link_frame(
    rows: pd.DataFrame, tokens: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None, *,
    threshold: float = 0.5, max_pairs: int = MAX_PAIRS, memory_mib: int = 1_500,
    rules: Sequence[Blocking] | None = None,
) -> tuple[pd.DataFrame, _Setting | None, list[dict[str, Any]]]:  # fmt: skip
    """Propose as a table, for millions: `row_l`, `row_r`, `match_probability`, `match_weight`, a step per comparison.

    Arguments and refusals as `link`; `rules` stand in the place of those of `linking_model`. Returns the table, what it
    was made with and the counted rules.
    """
    import pandas as pd

    if len(rows) < 2:
        return pd.DataFrame(), None, []
    with tempfile.TemporaryDirectory(prefix="whitestone-link-") as folder:
        connection = _opened(folder, memory_mib)
        try:
            is_named = tokens is not None and len(tokens["full"][0]) > 0
            _load(connection, rows, tokens if is_named else None)
            rules = tuple(rules) if rules is not None else model.blockings_for(len(rows), names=is_named)
            counted = count_pairs(connection, rules)
            if (most := sum(each["pairs"] for each in counted)) > max_pairs:
                widest = max(counted, key=lambda each: int(each["pairs"]))
                raise TooManyPairs(pairs=f"{most:,}", limit=f"{max_pairs:,}", widest=widest["rule"],
                                   count=f"{widest['pairs']:,}")  # fmt: skip
            background = _background(connection, len(rows))
            background, compared = _compared(connection, background, is_named=is_named)
            setting = _Setting(connection, rules, compared, background, threshold, is_named)
            return _predicted(setting), setting, counted
        finally:
            connection.close()


def count_pairs(connection: duckdb.DuckDBPyConnection, rules: Sequence[Blocking]) -> list[dict[str, Any]]:
    """Count the pairs that each rule brings together in the table `casualty`, and its largest block, exactly.

    A pair that two rules bring together counts for both, so the sum is a ceiling of what is compared.
    """
    counted = []
    for rule in rules:
        known = " AND ".join(f"{key} IS NOT NULL" for key in rule.keys) or "TRUE"
        grouped = f"GROUP BY {', '.join(rule.keys)}" if rule.keys else ""
        blocks = f"SELECT count(*) AS size FROM casualty WHERE {known} {grouped}"  # noqa: S608 - keys are constants
        query = f"SELECT coalesce(sum(size * (size - 1) // 2), 0), coalesce(max(size), 0) FROM ({blocks})"  # noqa: S608
        pairs, largest = _all(connection, query)[0]
        counted.append({"rule": rule.words, "pairs": int(pairs), "largest_block": int(largest)})
    return counted


def _opened(folder: str, memory_mib: int) -> duckdb.DuckDBPyConnection:
    import duckdb

    # The engine may use the disk beside its memory, and reaches for nothing outside this machine.
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": "2", "memory_limit": f"{memory_mib}MB", "temp_directory": folder,
              "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    }
    return duckdb.connect(":memory:", config=config)


_WORDS = ("place", "cell", "sex", "band", "outcome", "device")

# Points on the globe in kilometres from its centre: distances then take no angle functions, pair by pair.
_GLOBE = ("6371.0 * cos(radians(lat)) * cos(radians(lon)) AS x, 6371.0 * cos(radians(lat)) * sin(radians(lon)) AS y, "
          "6371.0 * sin(radians(lat)) AS z")  # fmt: skip


def _load(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame,
          tokens: Mapping[str, tuple[np.ndarray, np.ndarray]] | None) -> None:  # fmt: skip
    """Put rows and tokens into one table, in the order of the rows."""
    import numpy as np
    import pandas as pd

    numbered = rows.loc[:, list(COLUMNS)].reset_index(drop=True)
    numbered.insert(0, "row", np.arange(len(numbered), dtype=np.int64))
    for name in _WORDS:
        # Words are compared for being the same only, and numbers are compared and carried faster.
        codes = pd.factorize(numbered[name])[0]
        numbered[name] = pd.array(np.where(codes < 0, 0, codes), dtype="Int32")
        numbered.loc[codes < 0, name] = pd.NA
    connection.register("given", numbered)
    types = {"lat": "DOUBLE", "lon": "DOUBLE"}
    cast = ", ".join(f"CAST({name} AS {types.get(name, 'INTEGER')}) AS {name}" for name in COLUMNS)
    plain = f"{cast}, {_GLOBE}"
    if tokens is None:
        _all(connection, f"CREATE TABLE casualty AS SELECT row, {plain} FROM given ORDER BY row")  # noqa: S608
        connection.unregister("given")
        return
    joins, columns = [], ["name_full", "name_key"]
    for kind in TOKEN_KINDS:
        at, token = tokens[kind]
        connection.register(f"given_{kind}", pd.DataFrame({"row": at, "token": token}))
        if kind in model.SLOTS:
            # Half of a token is enough to tell words apart, and half as much to carry for each pair.
            half = "CAST(tokens[{at}] & 2147483647 AS INTEGER)"
            each = [f"{half.format(at=slot + 1)} AS {kind}{slot}" for slot in range(model.SLOTS[kind])]
            of = f"(SELECT row, list_sort(list(DISTINCT token)) AS tokens FROM given_{kind} GROUP BY row)"  # noqa: S608
            made = f"SELECT row, {', '.join(each)}, {model.MASK.format(slots=model.SLOTS[kind])} AS {kind} FROM {of}"  # noqa: S608
            columns += [kind, *(f"{kind}{slot}" for slot in range(len(each)))]
        else:
            made = f"SELECT row, min(token) AS name_{kind} FROM given_{kind} GROUP BY row"  # noqa: S608
        joins.append(f"LEFT JOIN ({made}) AS of_{kind} USING (row)")
    named = f"{plain}, {', '.join(columns)}"
    query = f"CREATE TABLE casualty AS SELECT row, {named} FROM given {' '.join(joins)} ORDER BY row"  # noqa: S608
    _all(connection, query)
    for kind in TOKEN_KINDS:
        connection.unregister(f"given_{kind}")
    connection.unregister("given")


def _all(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Run a query to its end: the engine takes no other work while a result is open."""
    found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return found


def _background(connection: duckdb.DuckDBPyConnection, rows: int) -> Background:
    place = "SELECT count(*) AS n FROM casualty WHERE cell IS NOT NULL GROUP BY cell"
    same, every = _all(connection, f"SELECT sum(n * (n - 1)), sum(n) * (sum(n) - 1) FROM ({place})")[0]  # noqa: S608
    # A few rows say little of how places are shared in general: one pair in fifty, as if 400 more had been seen.
    share = (float(same or 0) + 8) / (float(every or 0) + 400)
    query = "SELECT max(year) - min(year), count(DISTINCT list), max(day) - min(day) FROM casualty"
    years, lists, days = _all(connection, query)[0]
    span = max(int(days or 0), 365 * int(years or 0)) + 1
    return Background(rows, span, share, int(lists or 1) > 1)


def _compared(connection: duckdb.DuckDBPyConnection, background: Background, *, is_named: bool
              ) -> tuple[Background, tuple[Comparison, ...]]:  # fmt: skip
    """Return the comparisons, with the shares by chance counted from the rows where there are enough of them."""
    started = model.comparisons(background, names=is_named)
    if background.rows < COUNT_ROWS:
        return background, started
    met = count_chance(connection, started)
    more = count_counterparts(connection, background.counterparts) if is_named else background.counterparts
    background = msgspec.structs.replace(background, apart=chance_of_places(started[0], met[0]), counterparts=more)
    started = model.comparisons(background, names=is_named)
    return background, tuple(with_chance(each, counts) for each, counts in zip(started, met, strict=True))


def _predicted(setting: _Setting) -> pd.DataFrame:
    """Score the pairs with splink."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection=setting.connection)
    table = api.register("casualty")
    linker = Linker(table, _settings(setting), log_level=None, validate_settings=False)
    reachable_pairs(setting.connection, setting.rules, _reach(setting), "reachable")
    linker.table_management.register_blocked_pairs_for_predict(api.register("reachable"))
    found = linker.inference.predict(threshold_match_probability=_least(setting.threshold), warning_mode="never")
    steps = ", ".join(f"{step_sql(each)} AS step_{each.name}" for each in setting.compared)
    columns = [each[0] for each in _all(setting.connection, "DESCRIBE casualty") if each[0] != "row"]
    sides = " ".join(
        f"JOIN (SELECT row AS row_{side}, {', '.join(f'{name} AS {name}_{side}' for name in columns)} FROM casualty) "  # noqa: S608
        f"AS side_{side} USING (row_{side})" for side in ("l", "r"))
    rarity = ", ".join(f"{f'pair.mw_tf_adj_{each.name}' if setting.is_large else '0.0'} AS rarity_{each.name}"
                       for each in setting.compared if _has_rare(each))  # fmt: skip
    query = (f"SELECT row_l, row_r, match_probability, match_weight, {rarity}, {steps} "  # noqa: S608
             f"FROM {found.physical_name} AS pair {sides} ORDER BY row_l, row_r")
    made: pd.DataFrame = setting.connection.execute(query).df()
    return made


def _reach(setting: _Setting) -> str:
    """Write what a pair must meet to be scored: below the threshold nothing is told, whatever it weighs."""
    rarest = rarest_shares(setting.connection, setting.compared) if setting.is_large else {}
    return reach_sql(setting.compared, bits_needed(_least(setting.threshold), setting.background.prior), rarest)


def _least(threshold: float) -> float:
    return min(max(threshold, 1e-9), 1 - 1e-12)


def _settings(setting: _Setting) -> Any:
    from splink import SettingsCreator

    rules: list[Any] = [_rule(rule) for rule in setting.rules]
    compared: list[Any] = [_splink(each, setting.is_large) for each in setting.compared]
    return SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="row", comparisons=compared,
        blocking_rules_to_generate_predictions=rules, probability_two_random_records_match=setting.background.prior,
        retain_matching_columns=False, retain_intermediate_calculation_columns=True, linker_uid="whitestone",
    )  # fmt: skip


def _has_rare(compared: Comparison) -> bool:
    return any(level.rare for level in compared.levels)


def _rule(rule: Blocking) -> dict[str, Any]:
    # Splink wants an equality to join by; every pair is one block of all rows.
    on = " AND ".join(f"l.{key} = r.{key}" for key in rule.keys) or "1 = 1"
    return {"blocking_rule": on, "sql_dialect": "duckdb"}


def _splink(compared: Comparison, is_large: bool) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": compared.missing, "label_for_charts": "not stated", "is_null_level": True}]
    for number, level in enumerate(compared.levels):
        last = number == len(compared.levels) - 1
        made = {"sql_condition": "ELSE" if last else level.sql, "label_for_charts": level.words,
                "m_probability": level.m, "u_probability": level.u}
        if level.rare and is_large:
            # A rare value says more than a common one; in a few rows every value is rare.
            made |= {"tf_adjustment_column": level.rare[0], "tf_minimum_u_value": level.rare[1]}
        levels.append(made)
    return {"output_column_name": compared.name, "comparison_levels": levels}


def _pairs(found: pd.DataFrame, setting: _Setting) -> list[Pair]:
    made = []
    for row in found.to_dict("records"):
        pair = _pair(row, setting)
        if pair.probability >= setting.threshold:
            made.append(pair)
    return made


def _pair(row: Mapping[Any, Any], setting: _Setting) -> Pair:
    steps = {each.name: int(row[f"step_{each.name}"]) for each in setting.compared}
    parts = [part for each in setting.compared
             for part in _parts(each, steps[each.name], float(row.get(f"rarity_{each.name}") or 0))]  # fmt: skip
    named = steps.get("name", -1) >= 0
    said = [each.levels[steps[each.name]] for each in setting.compared if each.name != "list" and steps[each.name] >= 0]
    twins = not named and all(level.agrees for level in said)
    two_lists = setting.background.several and steps.get("list") == 0
    probability = min(round(float(row["match_probability"]), 6), CERTAIN)
    if twins:
        probability = min(probability, ANONYMOUS_CAP["two lists" if two_lists else "one list"])
    agree = named and steps["name"] < _NAMES_AGREE
    if not agree:
        probability = min(probability, 0.999)
    return Pair(int(row["row_l"]), int(row["row_r"]), probability, round(float(row["match_weight"]), 3),
                agree and probability >= SURE, twins, tuple(parts))  # fmt: skip


def _parts(compared: Comparison, step: int, rarity: float) -> list[Part]:
    if compared.name == "accident":
        level = compared.levels[step]
        date = model.date_weight(compared.levels, level)
        return [Part("date", level.date or "", round(date, 3)),
                Part("place", level.words, round(model.weight(level) - date, 3))]
    if step < 0:
        return [Part(compared.name, "one of the two does not say it", 0.0)]
    level = compared.levels[step]
    # What splink adds for a rare value stands in the weight of its attribute.
    more = rarity if level.rare and math.isfinite(rarity) else 0.0
    return [Part(compared.name, level.words, round(model.weight(level) + more, 3))]


def _is_unknown(rows: pd.DataFrame, name: str) -> bool:
    columns = {"date": ["year"], "place": ["lat", "place"], "age": ["age", "band"]}.get(name, [name])
    return bool(len(rows)) and bool(rows[columns].isna().all(axis=None))

