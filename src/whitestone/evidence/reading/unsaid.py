"""Is what a number counts negated, denied, supposed or planned? Then it is no claim."""

from __future__ import annotations

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.things import Counted

__all__ = ["is_unsaid"]

_SIGNS = {",", ";", ":", "(", ")", "—", "–"}


def is_unsaid(sentence: Sentence, made: Counted) -> bool:
    """Say whether a claim is negated, denied, supposed or planned: then it is not one."""
    if sentence.of("no", "denied", "if"):
        return True
    number, anchor = made.number, made.anchor
    if anchor is not None and anchor.code == "cleared" and _is_future(sentence, anchor):
        return True
    points = [(number.begin, number.end)] + ([(anchor.first, anchor.last)] if anchor else [])
    words = sentence.words
    for mark in sentence.of("no", "not", "maybe", "must"):
        if anchor is not None and mark.first == anchor.first and mark.last > anchor.last and mark.code == "not":
            return True  # "lost their jobs"
        if any(first <= mark.first < last for first, last in points) or sentence.covers("before", mark.first):
            continue
        if sentence.name_at(mark.first) is not None and sentence.tokens[mark.first].is_name and mark.first:
            continue
        for first, last in points:
            apart = (mark.last, first) if mark.last <= first else (last, mark.first)
            opens = words.clauses_behind if mark.first >= last else words.clause_words
            thats = {other.first - 1 for other in sentence.of("say", "that")} if mark.code == "must" else set()
            clause = any((sentence.tokens[at].text in _SIGNS or sentence.low(at) in opens) and at not in thats
                         for at in range(*apart))  # fmt: skip
            if not clause or (mark.code != "not" and mark.last <= first and _is_infinitive(sentence, anchor)):
                return True
    return False


def _is_future(sentence: Sentence, anchor: Mark) -> bool:
    """Say whether clearing lies ahead by the form of its verb: "despejará 45 hectáreas"."""
    endings = sentence.words.future_endings
    named = any(mark.first == anchor.first for mark in sentence.of("no", "maybe", "must"))
    return named or (bool(endings) and sentence.low(anchor.first).endswith(endings))


def _is_infinitive(sentence: Sentence, anchor: Mark | None) -> bool:
    """Say whether what happened is only named: "plans to invest 2 million and clear 45 hectares"."""
    endings = sentence.words.infinitives
    return anchor is not None and bool(endings) and sentence.low(anchor.first).endswith(endings)
