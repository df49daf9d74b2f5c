"""How do tests say what was said, and count it again without any of our columns?"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.casualties.columns import CasualtyTable, Said
from whitestone.casualties.packing import Collector
from whitestone.casualties.tabling import ACCIDENT_NUMBERS, ACCIDENT_TEXTS, CASUALTY_NUMBERS, CASUALTY_TEXTS, tabled

NOWHERE = (float("nan"), float("nan"))
DAY = 20_000
"""The day of the situation in most tests: 2024-10-04."""


def record_id(number: int) -> bytes:
    """Give a record id of 16 bytes that begins with no zero and ends with some."""
    return bytes([1 + number // 200, number % 200]) + bytes(14)


def said(kind: str, bodies: dict[int, dict[str, Any]]) -> Said:
    """Make columns of bodies by record number; each is true since ever and known until now."""
    texts, numbers = (CASUALTY_TEXTS, CASUALTY_NUMBERS) if kind == "casualty" else (ACCIDENT_TEXTS, ACCIDENT_NUMBERS)
    collector = Collector(texts, numbers)
    for number, body in sorted(bodies.items()):
        collector.add(record_id(number), None, None, 0, None, [body.get(name) for name in texts],
                      [body.get(name) for name in numbers], body.get("spot", NOWHERE))
    return collector.done()


def table_of(casualties: list[dict[str, Any]], accidents: list[dict[str, Any]] | None = None, day: int = DAY,
             same: dict[int, int] | None = None) -> CasualtyTable:
    """Make the table of some casualties (numbers from 0) and accidents (numbers from 100)."""
    groups = {record_id(absorbed): record_id(kept) for absorbed, kept in (same or {}).items()}
    people, events = dict(enumerate(casualties)), dict(enumerate(accidents or [], 100))
    return tabled(said("casualty", people), said("accident", events), day, None, groups)


def accident_link(number: int) -> str:
    """Write the id of an accident as a body states it."""
    text = record_id(number).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def plain_group(casualty: dict[str, Any]) -> str:
    """Say child, adult or unknown the slow way."""
    years = casualty.get("age_years")
    if years is not None and years <= 120:
        return "child" if years < 18 else "adult"
    return casualty.get("age_group") or "unknown"


def plain_sex_age(casualty: dict[str, Any]) -> str:
    """Say boy, girl, man, woman or unknown the slow way."""
    words = {("male", "child"): "boy", ("female", "child"): "girl", ("male", "adult"): "man",
             ("female", "adult"): "woman"}  # fmt: skip
    return words.get((casualty.get("sex"), plain_group(casualty)), "unknown")


def total(table: CasualtyTable) -> int:
    """Add all persons up."""
    return int(np.sum(table.persons))
