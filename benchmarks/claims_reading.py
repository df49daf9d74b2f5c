"""How long does reading 1,000 pages of text take on one core?

Pages of about 3,000 characters, made of the marked texts of the tests in seven languages, one page one language, names
and figures varied so that no page is a copy of another. Goal: 60 s of one core. No peer reads claims by rules.
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

from common import Claim, arguments, measure, report

ROOT = Path(__file__).resolve().parent.parent
MARKED = ROOT / "tests" / "evidence" / "reading" / "marked"
PAGE = 3_000


def pages(count: int, seed: int = 1) -> list[str]:
    """Make `count` pages of about 3,000 characters; figures differ from page to page."""
    chance = random.Random(seed)
    by_language: dict[str, list[str]] = {}
    for path in sorted(MARKED.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        body = [line for line in text.split("\n\n") if line.strip() and not line.startswith("#")]
        by_language.setdefault(path.stem[:2] if path.stem[:2].islower() else "en", []).extend(body)  # KHM_…: a speech
    languages = sorted(by_language)
    made = []
    for _ in range(count):
        parts: list[str] = []
        paragraphs = by_language[chance.choice(languages)]
        while sum(map(len, parts)) < PAGE:
            parts.append(chance.choice(paragraphs))
        text = "\n\n".join(parts)
        made.append(re.sub(r"(?<![\w./-])\d{3}(?![\w/-])", lambda _: str(chance.randint(100, 999)), text))
    return made


def main() -> None:
    """Read the pages and print seconds, characters, proposals and memory."""
    asked = arguments(__doc__ or "")
    sys.path.insert(0, str(ROOT / "src"))
    from whitestone.evidence.reading import read_claims

    count = 40 if asked.quick else 1_000
    texts = pages(count)
    read_claims(texts[0])
    measured = measure(lambda: sum(len(read_claims(text).claims) for text in texts), runs=1 if asked.quick else 5)
    characters = sum(map(len, texts))
    cpu_s = measured.cpu_s * 1_000 / count
    note = f"{count} pages, {characters:,} characters, {measured.result:,} proposals, peak {measured.peak_mib:.0f} MiB"
    claim = Claim(name="1,000 pages of text read", value=cpu_s, unit="s of CPU", goal="at most 60 s", cpu_s=cpu_s,
                  peak_mib=measured.peak_mib, holds=cpu_s <= 60, note=note)  # fmt: skip
    report([claim], as_json=asked.json)


if __name__ == "__main__":
    main()
