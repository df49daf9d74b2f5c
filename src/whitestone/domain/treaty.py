"""Under which treaty does contamination fall, derived from what was found and never typed?

The mapping is versioned data (`treaty.toml`): any anti-personnel mine, also an improvised one that a person sets off,
falls under the Anti-Personnel Mine Ban Convention; any submunition under the Convention on Cluster Munitions; other
remnants under Protocol V; anti-vehicle mines under Amended Protocol II.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

from whitestone.domain.codes import CODE_LISTS, CodeList
from whitestone.errors import InvalidValue

__all__ = ["FLAGS", "MAPPING_VERSION", "TREATIES", "mapping_version", "treaties", "treaty_flags", "undetermined"]

FLAGS = ("ap", "improvised_ap", "av", "cmr", "uxo", "axo")
"""Treaty categories, in the order in which they are printed."""

TREATIES: Mapping[str, str] = MappingProxyType({
    "apmbc": "Anti-Personnel Mine Ban Convention", "ccm": "Convention on Cluster Munitions",
    "ccw_ap2": "CCW Amended Protocol II", "ccw_p5": "CCW Protocol V",
})

MAPPING_VERSION = "2025-1"
"""Version of `treaty.toml`, printed with every figure that it shaped; a test keeps the two alike."""


def mapping_version() -> str:
    """Return the version that the data file states.

    >>> mapping_version() == MAPPING_VERSION
    True
    """
    return str(_mapping()["version"])


def treaty_flags(
    categories: Iterable[str], state: str | None = None, lists: Mapping[str, CodeList] = CODE_LISTS
) -> tuple[str, ...]:
    """Derive the treaty categories of ordnance categories (eo_category), of a find or of a hazard.

    `state` is the eo_state of a find: a stored shell, or a piece of one, is no remnant. National codes, which `lists`
    must have (domain.extensions.lists), count as the core code they belong to. The order and repetition of
    `categories` never matter. What cannot be determined yields no flag; see `undetermined`. Refuses a code that is
    not of the list with InvalidValue.

    >>> treaty_flags(["submunition", "ap_mine"]), treaty_flags(["projectile"], "abandoned"), treaty_flags([])
    (('ap', 'cmr'), ('axo',), ())
    """
    found = {_flag(category, state, lists) for category in categories}
    return tuple(flag for flag in FLAGS if flag in found)


def undetermined(categories: Iterable[str], lists: Mapping[str, CodeList] = CODE_LISTS) -> tuple[str, ...]:
    """Return the categories, sorted, whose treaty cannot be derived: reports print them as a line of their own.

    >>> undetermined(["ap_mine", "unknown_mine"]), undetermined([])
    (('unknown_mine',), ())
    """
    unclear = set(_mapping()["undetermined"]["categories"])
    return tuple(sorted(category for category in set(categories) if _core(category, lists) in unclear))


def treaties(flags: Iterable[str]) -> tuple[str, ...]:
    """Return the treaties (keys of TREATIES) under which treaty categories are reported, sorted.

    Refuses a flag that does not exist with InvalidValue.

    >>> treaties(("ap", "improvised_ap", "uxo")), treaties(())
    (('apmbc', 'ccw_p5'), ())
    """
    table = _mapping()["treaties"]
    try:
        return tuple(sorted({table[flag] for flag in flags}))
    except KeyError as error:
        raise InvalidValue(field="treaty category", value=error.args[0], why=f"one of {', '.join(FLAGS)}") from None


def _flag(category: str, state: str | None, lists: Mapping[str, CodeList]) -> str | None:
    if state == "component_or_scrap":
        return None
    core = _core(category, lists)
    always: str | None = _mapping()["always"].get(core)
    if always is not None:
        return always
    by_state = _mapping()["by_state"]
    if core not in by_state["categories"]:
        return None
    flag: str | None = by_state.get(state or "unstated")
    return flag


def _core(category: str, lists: Mapping[str, CodeList]) -> str:
    codes = lists["eo_category"]
    if category not in codes.codes:
        raise InvalidValue(field="eo_category", value=category, why="it is not a code of the list")
    return codes.core(category)


@functools.cache
def _mapping() -> Mapping[str, Any]:
    text = (resources.files("whitestone.domain") / "treaty.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))
