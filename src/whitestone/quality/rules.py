"""Which rules are there?

One immutable registry, name -> Rule. To add a rule: write one small function in the topic's file, put it into that
file's RULES; it then runs with `whitestone check` and is listed on the findings page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from whitestone.errors import InvalidValue
from whitestone.quality import (
    area_rules,
    casualty_rules,
    claim_rules,
    date_rules,
    geometry_rules,
    lineage_rules,
    link_rules,
    ordnance_rules,
    overlap_rules,
    place_rules,
    screens,
    work_rules,
)
from whitestone.quality.model import Finding, Picture, Rule

__all__ = ["RULES", "examine"]

_TOPICS = (geometry_rules, overlap_rules, lineage_rules, area_rules, place_rules, date_rules, link_rules, work_rules,
           casualty_rules, claim_rules, screens, ordnance_rules)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType({each.name: each for topic in _TOPICS for each in topic.RULES})


def examine(picture: Picture, names: Iterable[str] | None = None) -> list[Finding]:
    """Run the named rules (default: all) over a picture, in the registry's order.

    Refuses a name that no rule has with InvalidValue.

    >>> examine(None, [])
    []
    >>> examine(None, ["no-such-rule"])
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: rule: 'no-such-rule' is not understood (no rule has this name).
    """
    wanted = list(RULES) if names is None else list(names)
    for name in wanted:
        if name not in RULES:
            raise InvalidValue(field="rule", value=name, why="no rule has this name")
    return [found for name in wanted for found in RULES[name].check(picture)]
