"""How many casualties are missing from the lists of a programme, or from counts that a file brings?

Lists are datasets or sources; who stands in two of them is what people decided (sameness), never likeness. Every answer
carries its rule, its assumptions, when not to use it, its numbers and its two clocks.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from whitestone.casualties.recapture import (
    ASSUMPTIONS,
    WHEN_NOT,
    Estimate,
    Histories,
    chapman,
    fold_histories,
    refusal,
    warnings_of,
)
from whitestone.casualties.recapture_errors import correct_histories, ding_fienberg, sensitivity
from whitestone.casualties.recapture_models import Models, fit_models
from whitestone.errors import InvalidValue, WrongCall
from whitestone.programme.casualties_rows import CasualtyRow, read_casualties, within
from whitestone.programme.importing_links import dataset_id
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["estimate_histories", "estimate_missing", "plain", "split_lists"]

TWO_LISTS = (
    "Two lists: (n1 + 1)(n2 + 1)/(m + 1) - 1 persons, where n1 and n2 stand in the lists and m in both (Chapman 1951); "
    "interval by transformed logit (Sadinle 2009)."
)
MORE_LISTS = (
    "Three lists or more: log-linear Poisson models of the capture histories with every set of dependent pairs, mean "
    "by weight of {criterion}, log-normal interval with the variance between models (Buckland and others 1997). "
    "The chosen model's own interval, by profile likelihood, leaves the doubt of choosing out."
)
_MOST_TABLED = 4
LINKAGE_RULE = (
    "missed_links: share of true pairs that were not joined; false_links: share of joined persons that are two. The "
    "counts are put right in expectation (two lists: Ding and Fienberg 1994), rounded, and estimated again."
)


def split_lists(text: str) -> list[str]:
    """Split names at commas; refuses none, one only, and a name given twice, with WrongCall.

    >>> split_lists("police, hospital")
    ['police', 'hospital']
    """
    names = [each.strip() for each in text.split(",") if each.strip()]
    if len(names) < 2:
        raise WrongCall(why="Capture-recapture needs two lists or more: one list tells nothing of how complete it is.",
                        fix="Give --lists A,B[,C]: names of datasets or sources ('whitestone runs list' shows them).")
    if len(set(names)) != len(names):
        raise WrongCall(why="A list is named twice.", fix="Name each list once.")
    return names


def estimate_missing(programme: Programme, clocks: Clocks, lists: Sequence[str], *, start: dt.date | None = None,
                     end: dt.date | None = None, refer: Sequence[tuple[str, str]] = (), **asked: Any) -> dict[str, Any]:
    """Estimate how many casualties stand in none of the lists, from records that people declared the same.

    Rows that stand for several persons, or that only an accident states, cannot be matched and are left out and
    counted. Refuses a name that is neither a dataset nor a source with InvalidValue, and what `estimate_histories`
    refuses.
    """
    rows, undated, outside = within(read_casualties(programme, clocks), start, end)
    single = {row.record: row for row in rows if row.persons == 1 and not row.from_accident}
    members, records = _members(programme, clocks, lists, single)
    named = [{"name": name, "persons": sum(name in found for found in members.values()), "records": records[name]}
             for name in lists]  # fmt: skip
    answer = estimate_histories(fold_histories(lists, members), refer=refer, **asked)
    return {
        **clocks.as_dict(), **_span(start, end), "lists": named, **answer,
        "left_out": {
            "undated": undated, "outside_the_period": outside,
            "in_rows_of_several_persons": sum(row.persons for row in rows if row.persons > 1 and not row.from_accident),
            "stated_by_an_accident_only": sum(row.persons for row in rows if row.from_accident),
            "in_no_list_asked": sum(record not in members for record in single),
        },
        "linked_by": "decisions of people that two records are one person (sameness); likeness alone joins nobody",
    }  # fmt: skip


def estimate_histories(histories: Histories, *, refer: Sequence[tuple[str, str]] = (), level: float = 0.95,
                       criterion: str = "aic", missed: float | None = None,
                       false: float | None = None) -> dict[str, Any]:
    """Estimate from counts by history: the figure with its interval, or null with the reason; and what linkage does.

    `missed`, `false`: rates of slips that were measured, for one corrected figure beside the table. Refuses rates,
    levels and criteria that cannot be with InvalidValue.

    >>> from whitestone.casualties.recapture import read_histories
    >>> told = estimate_histories(read_histories(["A", "B"], {"11": 5, "10": 5, "01": 10}))
    >>> told["seen"], round(told["estimate"]["persons"], 1), round(told["missing"]["persons"], 1)
    (20, 28.3, 8.3)
    >>> estimate_histories(read_histories(["A", "B"], {"10": 5, "01": 10}))["estimate"] is None
    True
    """
    if not 0 < level < 1:
        raise InvalidValue(field="level", value=level, why="above 0 and below 1, such as 0.95")
    if criterion not in ("aic", "bic"):
        raise InvalidValue(field="criterion", value=criterion, why="aic or bic")
    for drawn in {name for pair in refer for name in pair} - set(histories.lists):
        raise InvalidValue(field="refer", value=drawn, why=f"one of the lists: {', '.join(histories.lists)}")
    why_not = refusal(histories, refer)
    figure, models = (None, None) if why_not else _figure(histories, level, criterion)
    if why_not is None and figure is None:
        why_not = "No model can be estimated: too few persons stand in two lists or more."
    rule = TWO_LISTS if len(histories.lists) == 2 else MORE_LISTS.format(criterion=criterion.upper())
    return {
        "n": histories.seen, "seen": histories.seen, "histories": histories.counts,
        "estimate": None if figure is None else plain(figure), "why_not": why_not,
        "missing": None if figure is None else _missing(figure, histories.seen),
        "warnings": [] if why_not else warnings_of(histories),
        **({} if models is None else _models(models)),
        "linkage": _linkage(histories, criterion, missed, false, is_refused=why_not is not None),
        "rule": rule, "assumptions": ASSUMPTIONS, "when_not": WHEN_NOT, "level": level, "seed": None,
        "denominators": {"persons_in_any_list": histories.seen,
                         **{f"persons_in_{name}": histories.in_all(at) for at, name in enumerate(histories.lists)}},
    }  # fmt: skip


def plain(value: Any) -> Any:
    """Turn a value into plain JSON: structs into objects, numbers that are not finite into null.

    >>> plain([1.0, float("inf")]), plain({})
    ([1.0, None], {})
    """
    if isinstance(value, msgspec.Struct):
        return plain(msgspec.structs.asdict(value))
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _figure(histories: Histories, level: float, criterion: str) -> tuple[Estimate | None, Models | None]:
    if len(histories.lists) == 2:
        return chapman(histories.in_all(0), histories.in_all(1), histories.in_all(0, 1), level), None
    models = fit_models(histories, level, criterion)
    return models.averaged, models


def _models(models: Models) -> dict[str, Any]:
    usable = [each for each in models.models if each.why_not is None]
    return {
        "criterion": models.criterion,
        "chosen_model": usable[0].name if usable else None,
        "chosen": None if models.chosen is None else plain(models.chosen),
        "models": [plain({name: getattr(each, name) for name in each.__struct_fields__ if name != "pairs"})
                   for each in models.models[:64]],
        "models_shown": min(64, len(models.models)), "models_fitted": len(models.models),
    }  # fmt: skip


def _missing(figure: Estimate, seen: int) -> dict[str, Any]:
    told: dict[str, Any] = plain({"persons": figure.persons - seen, "low": figure.low - seen,
                                  "high": figure.high - seen, "share_seen": seen / figure.persons})
    return told


def _linkage(histories: Histories, criterion: str, missed: float | None, false: float | None, *,
             is_refused: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"rule": LINKAGE_RULE, "table": [], "table_why_not": None}
    if is_refused:
        told["table_why_not"] = "there is no figure to change"
    elif len(histories.lists) > _MOST_TABLED:
        told["table_why_not"] = f"with more than {_MOST_TABLED} lists it takes minutes: ask for one pair of rates"
    else:
        told["table"] = plain(sensitivity(histories, criterion))
    if missed is not None or false is not None:
        one, other = missed or 0.0, false or 0.0
        correct_histories(histories, one, other)  # refuses rates that cannot be, whatever the lists
        if not is_refused:
            told["stated"] = plain(sensitivity(histories, criterion, missed=(one,), false=(other,))[0])
            told["stated"] |= _two_lists(histories, one, other)
    return told


def _two_lists(histories: Histories, missed: float, false: float) -> dict[str, Any]:
    """Give Ding and Fienberg's own figure for two lists, their chance of a false link taken from the share of links."""
    if len(histories.lists) != 2:
        return {}
    first, second, linked = histories.in_all(0), histories.in_all(1), histories.in_all(0, 1)
    pairs = linked * (1 - false) / (1 - missed)
    alone = first - pairs
    chance = linked * false / alone if alone > 0 else 1.0
    if not 0 <= chance < 1 - missed:
        return {"ding_fienberg": None}
    return {"ding_fienberg": ding_fienberg(first, second, linked, missed, chance)}


def _members(programme: Programme, clocks: Clocks, lists: Sequence[str],
             single: Mapping[uuid.UUID, CasualtyRow]) -> tuple[dict[uuid.UUID, set[str]], dict[str, int]]:
    """Find for each counted person the lists that speak of her, through the records declared the same.

    A record that its source took back speaks for no list, and another record of its person counts in its place.
    """
    journal = programme.journal
    same = same_groups(journal, clocks.on, clocks.known)
    counts = set(journal.columns("casualty", (), on=clocks.on, known=clocks.known)["record_id"])
    row_of = {same.get(record, record): record for record in single}
    datasets = {state.record_id: str(state.body.get("local_id") or state.body.get("name") or "")
                for state in journal.states("dataset", geometry=False)}  # fmt: skip
    by_dataset = {name: dataset_id(journal.programme_id, name) for name in lists}
    by_dataset |= {name: record for name in lists for record, own in datasets.items() if own == name}
    said: dict[str, set[uuid.UUID]] = {name: set() for name in lists}
    unfound = []
    for name in lists:
        revisions = journal.revisions(dataset=by_dataset[name], kind="casualty")
        said[name] = {each.record_id for each in revisions if _is_known(each.recorded_at, clocks)}
        if not said[name] and by_dataset[name] not in datasets:
            unfound.append(name)
    if unfound:
        sources: set[str] = set()
        held: set[str] = set()
        for each in journal.revisions(kind="casualty"):
            sources |= {each.source} if each.source else set()
            held |= {datasets[each.dataset]} if each.dataset in datasets else set()
            if each.source in unfound and _is_known(each.recorded_at, clocks):
                said[each.source].add(each.record_id)
        for name in unfound:
            if name not in sources:
                known = ", ".join(sorted({*filter(None, held), *sources})) or "none"
                raise InvalidValue(field="lists", value=name, why=f"a dataset or source with casualties: {known}")
    members: dict[uuid.UUID, set[str]] = {}
    records = dict.fromkeys(lists, 0)
    for name, found in said.items():
        for record in found:
            row = row_of.get(same.get(record, record))
            if row is not None and record in counts:
                members.setdefault(row, set()).add(name)
                records[name] += 1
    return members, records


def _is_known(recorded_at: dt.datetime, clocks: Clocks) -> bool:
    return clocks.known is None or recorded_at <= clocks.known


def _span(start: dt.date | None, end: dt.date | None) -> dict[str, str | None]:
    return {"from": start.isoformat() if start else None, "to": end.isoformat() if end else None}
