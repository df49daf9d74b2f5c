"""Which letter do the tests of claims read?"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from whitestone.programme.opening import Programme, init_programme

TEXT = (
    "A/78/999-S/2024/111\n\nOver the past two years, more than 260 civilians and\nmilitary personnel were killed or "
    "injured by mines. Of these 65 were killed and 278 were injured, 345 in all.\nAnn Example was among them.\n"
)
SAID: dict[str, Any] = {"asserted_by": "Office A", "as_of": "2023-12-03", "period_from": "2021-12-03",
                        "period_to": "2023-12-03", "place_name": "North"}  # fmt: skip
VALUES = {"title": "Letter", "dated_on": "2023-12-03", "symbols": "A/78/999–S/2024/111"}


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    """Make a programme of its own."""
    with init_programme(str(tmp_path / "p"), name="North district", who="clerk") as made:
        yield made


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """Write the letter as somebody sends it."""
    path = tmp_path / "letter.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


class _Found(msgspec.Struct, kw_only=True):
    subject: str = "casualties"
    value: float | None = None
    value_max: float | None = None
    qualifier: str | None = None
    unit: str | None = None
    population: str | None = None
    place: str | None = None
    period_from: str | None = None
    period_to: str | None = None
    speaker: str = "document"
    about: str | None = None
    quote: str = ""
    start: int = 0
    end: int = 0
    instruments: tuple[str, ...] = ()


def _read(text: str, dated_on: str | None = None, title: str | None = None) -> Any:
    """Read as a reader of documents does: spans into the text; one proposal has a wrong span and one no speaker."""

    def at(words: str, **more: Any) -> _Found:
        start = text.find(words)
        return _Found(quote=words, start=start, end=start + len(words), **more)

    claims = [at("65 were killed", value=65, unit="killed"), at("278 were injured", value=278, unit="injured"),
              at("Ann Example was among them", speaker="a person"), at("345 in all", speaker=""),
              _Found(quote="345 in all", start=1, end=11)]  # fmt: skip
    facts = types.SimpleNamespace(title="Read title", dates=("2023-12-03",), symbols=("A/78/999", "S/2024/111"))
    return types.SimpleNamespace(language="en", document=facts, claims=claims if "65" in text else [])


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a reader of ours in the place of the one that is installed, so that the register is tested by itself."""
    monkeypatch.setitem(sys.modules, "whitestone.evidence.reading", types.ModuleType("whitestone.evidence.reading"))
    sys.modules["whitestone.evidence.reading"].read_claims = _read  # type: ignore[attr-defined]
    sys.modules["whitestone.evidence.reading"].why_not_read = lambda _language: None  # type: ignore[attr-defined]
