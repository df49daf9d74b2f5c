"""What do the simulated parties say about the district, in which letters, and which of it was entered wrongly?

Two letters state two figures of mines and two of casualties; beside them lie claims with one fault each, for the rules
of quality/claim_rules.py, and the yearly report that a treaty asks for. Parties and letters are invented.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from whitestone.programme.demo.faults import Planted

__all__ = ["what_is_said"]

_DAY = "2019-06-01"
Drafting = Callable[..., uuid.UUID]


def what_is_said(draft: Drafting) -> list[Planted]:
    """Draft sources, letters, claims and a duty; returns the faults planted in them.

    `draft(kind, body, shape, date, **more)` makes the draft of a record and returns its id.

    >>> what_is_said(lambda *_, **__: uuid.UUID(int=0))[0].rule
    'symbol-duplicated'
    """
    letters = {side: _letter(draft, side, mines, hurt) for side, mines, hurt in (("A", 900.0, 20.0),
                                                                                 ("B", 2_400.0, 90.0))}  # fmt: skip
    twice = {"local_id": "SIM-D-3", "title": "Letter of simulated party A, kept a second time", "dated_on": _DAY,
             "symbols": ["SIM/A/1"]}  # fmt: skip
    draft("document", twice, None, _DAY)
    draft("obligation", {"instrument": "apmbc", "article": "7 (2)", "duty": "Report on the calendar year before.",
                         "party": "Simulated party A", "recurs_on": "04-30", "covers": "the calendar year before"})
    return [Planted("symbol-duplicated", "document", "SIM-D-3", "one letter kept as two documents"),
            *_faults(draft, letters["A"])]  # fmt: skip


def _letter(draft: Drafting, side: str, mines: float, hurt: float) -> uuid.UUID:
    source = draft("source", {"name": f"Simulated party {side}", "source_type": "state", "language": "en"})
    letter = {"source_id": str(source), "title": f"Letter of simulated party {side}", "dated_on": _DAY,
              "symbols": [f"SIM/{side}/1"]}  # fmt: skip
    document = draft("document", letter, None, _DAY)
    casualties = {"subject": "killed or injured in the district", "unit": "killed_or_injured", "population": "all",
                  "place_as_written": "the simulated district", "period_from": "2015-01-01", "period_to": "2019-05-31",
                  "quote": f"at least {hurt:.0f} people were killed or injured since 2015"}  # fmt: skip
    grades = {"claim_status": "open", "source_grade": "C", "info_grade": "3"}
    draft("claim", {**_claim(document, side, mines, "about"), **grades}, None, _DAY)
    draft("claim", {**_claim(document, side, hurt, "at_least"), **casualties, **grades}, None, _DAY)
    return document


def _claim(document: uuid.UUID, side: str, figure: float, qualifier: str) -> dict[str, Any]:
    return {
        "document_id": str(document), "locator": "p. 1", "subject": "mines laid in the district", "value": figure,
        "qualifier": qualifier, "unit": "mines", "asserted_by": f"Simulated party {side}", "as_of": _DAY,
        "quote": f"about {figure:.0f} mines",
    }  # fmt: skip


def _faults(draft: Drafting, document: uuid.UUID) -> list[Planted]:
    """Draft claims with one fault each."""
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("quote-not-in-document", {"quote_found": False}, "words that its letter does not hold"),
        ("claim-without-speaker", {"asserted_by": None}, "a figure without an author"),
        ("claim-without-unit", {"unit": None}, "a number that counts nothing"),
        ("parts-over-total", {"parts": [{"value": 65.0, "unit": "mines"}, {"value": 278.0, "unit": "mines"}],
                              "value": 340.0, "qualifier": "exact"}, "parts that come to more than their total"),
    ]  # fmt: skip
    planted = []
    for number, (rule, stated, words) in enumerate(wrong, 1):
        body = {**_claim(document, "A", 900.0, "about"), "local_id": f"SIM-C-{number}", **stated}
        draft("claim", body, None, _DAY)
        planted.append(Planted(rule, "claim", f"SIM-C-{number}", words))
    ring, other = ({**_claim(document, "A", 900.0, "about"), "local_id": f"SIM-C-{number}"} for number in (9, 10))
    other["repeats"] = [str(draft("claim", ring, None, _DAY))]
    ring["repeats"] = [str(draft("claim", other, None, _DAY))]  # the draft holds this very body
    gone, still = ({**_claim(document, "A", 900.0, "about"), "local_id": f"SIM-C-{number}"} for number in (11, 12))
    still["repeats"] = [str(draft("claim", gone | {"claim_status": "withdrawn"}, None, _DAY))]
    draft("claim", still, None, _DAY)
    planted.append(Planted("rests-on-withdrawn", "claim", "SIM-C-12", "a claim that repeats one that was taken back"))
    planted.append(Planted("claim-chain-closed", "claim", "SIM-C-9", "two claims that repeat each other"))
    return planted
