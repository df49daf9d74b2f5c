"""Where does a claim lie, and which party is it about, as written?"""

from __future__ import annotations

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.sentence import Sentence

__all__ = ["agent_of", "name_after", "name_before", "place_near", "written"]


_SHORTEST_BASE, _LONGEST_ENDING = 4, 3


def written(text: str, sentence: Sentence, first: int, last: int) -> str:
    """Give words as written, white space evened out."""
    return " ".join(text[sentence.tokens[first].start : sentence.tokens[last - 1].end].split())


def place_near(text: str, sentence: Sentence, first: int, last: int) -> str | None:
    """Name the place nearest to the tokens of a number: after it before before it; None where no place is named.

    A place is a name after a word of place, with the words that belong to it ("Kherson region"), or, where a language
    marks place by an ending, a name with that ending.
    """
    spans = _places(sentence)
    after = [span for span in spans if span[0] >= last
             and not any(last <= verb.first < span[0] for verb in sentence.of("say", "verb"))]  # fmt: skip
    before = [span for span in spans if span[1] <= first]
    chosen = after[0] if after else before[-1] if before else None
    return written(text, sentence, *chosen) if chosen else None


def _places(sentence: Sentence) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for mark in sentence.of("place", "in", "of"):
        start = at = mark.last
        noun = False
        while at < len(sentence.tokens) and at - start < 7 and sentence.name_at(at) is None:
            if sentence.covers("filler", at) is None:
                break
            noun = noun or sentence.covers("place_noun", at) is not None
            at += 1
        run = sentence.name_at(at) if at < len(sentence.tokens) else None
        if run is None or run[0] != at:
            continue
        last = _with_nouns(sentence, run[1])
        if any(verb.first == last for verb in sentence.of("say", "verb")):
            continue  # "у ДСНС зазначають": who speaks is no place
        if mark.code == "of" and not noun and last == run[1]:
            continue
        if found and found[-1][1] > mark.first:
            continue
        begin = start
        while begin < run[0] and sentence.low(begin) in sentence.words.common:
            begin += 1
        found.append((begin if noun else run[0], last))
    found += [run for run in _endings(sentence) if not any(a <= run[0] < b for a, b in found)]
    return sorted(found)


def _with_nouns(sentence: Sentence, last: int) -> int:
    step = last
    if sentence.low(step) == "'" and sentence.low(step + 1) == "s":
        step += 2
    for back in (0, 1):
        noun = sentence.at("place_noun", step + back)
        if noun is not None and (back == 0 or sentence.covers("filler", step) is not None):
            return noun.last
    return last


def _endings(sentence: Sentence) -> list[tuple[int, int]]:
    endings = sentence.words.place_endings
    found = []
    for first, last in sentence.names if endings else ():
        noun = sentence.at("place_noun", last)
        if sentence.at("say", last) is not None or (noun is None and sentence.is_doubtful((first, last))):
            continue  # a person who speaks, whose name happens to end so
        if noun is not None:
            found.append((first, noun.last))
        elif sentence.tokens[last - 1].low.endswith(endings) or (
            sentence.low(last) == "-" and sentence.low(last + 1) in endings
        ):
            found.append((first, last))
    return found


def agent_of(text: str, sentence: Sentence, action: Mark, number_first: int | None) -> str | None:
    """Name who did it: "laid by X" after the action, or the name that the active verb belongs to before it.

    `number_first` is where the counted number stands; before the action it makes the verb passive, so that a name
    before it is a place and not a doer, except where the language puts its verbs last.
    """
    for behind in sentence.of("agent", "after"):  # "X tərəfindən", "X-ի կողմից"
        named = sentence.name_at(behind.first - 1)
        if named is not None and behind.last <= action.first and sentence.gap(behind.last, action.first) <= 8:
            return written(text, sentence, *named)
    by = next((mark for mark in sentence.of("agent", "by") if action.last <= mark.first <= action.last + 4 and not any(
        sentence.covers("statement", at) is not None for at in range(action.last, mark.first))), None)  # fmt: skip
    if by is not None:
        after = name_after(sentence, by.last, 3)
        if after is not None:
            return written(text, sentence, *after)
    if sentence.covers("receives", action.first) is not None:  # who received has not given
        givers = [name_after(sentence, mark.last, 1) for mark in sentence.of("giver") if mark.first >= action.last]
        giver = next((run for run in givers if run is not None), None)
        return written(text, sentence, *giver) if giver is not None else None
    if number_first is not None and number_first < action.first and not sentence.words.verb_final:
        return None
    if sentence.words.verb_final:
        places = {at for first, last in _places(sentence) for at in range(first, last)}
        reported = _reported_from(sentence, action.first)
        doers = [run for run in sentence.names if reported <= run[0] and run[1] <= action.first
                 and run[0] not in places]  # fmt: skip
        doers = _without_receivers(sentence, doers)
        doer = next((run for run in doers if not sentence.is_doubtful(run)), doers[0] if doers else None)
        return written(text, sentence, *doer) if doer else None
    before = name_before(sentence, action.first, 5)
    is_speaker = before is not None and before[0] < _reported_from(sentence, action.first)
    return written(text, sentence, before[0], _with_body(sentence, before[1])) if before and not is_speaker else None


def _with_body(sentence: Sentence, last: int) -> int:
    """Take in what a name is only the adjective of: "Ardanian armed forces" laid the mines, not "Ardanian"."""
    body = sentence.at("body", last)
    return body.last if body is not None else last


def _without_receivers(sentence: Sentence, runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out to whom something was given: a name with the ending of a receiver whose bare form the text has too.

    "Սարվանը Կալիային հանձնել է": two names that touch, and the first has given. Where nobody else is left, all stay.
    """
    found = []
    for first, last in runs:
        stop = last
        while stop > first and _is_receiver(sentence, stop - 1):
            stop -= 1
        if stop > first:
            found.append((first, stop))
    return found or runs


def _is_receiver(sentence: Sentence, at: int) -> bool:
    low = sentence.tokens[at].low
    ending = max((end for end in sentence.words.dative_endings if low.endswith(end)), key=len, default="")
    base = low.removesuffix(ending)
    others = sentence.known_lows - {low}
    if not ending or len(base) < _SHORTEST_BASE or any(other.startswith(low) for other in others):
        return False
    return any(other.startswith(base) and len(other) - len(base) <= _LONGEST_ENDING for other in others)


def _reported_from(sentence: Sentence, at: int) -> int:
    """Find where reported words begin ("X said that …"): who stands before it reports and has not done it."""
    verbs = {mark.last for mark in sentence.of("say", "verb", "weak")}
    return max((mark.last for mark in sentence.of("say", "that") if mark.last <= at
                and any(mark.first - step in verbs for step in (0, 1))), default=0)  # fmt: skip


def name_after(sentence: Sentence, at: int, within: int) -> tuple[int, int] | None:
    """Find the first name within some steps after a token, in its clause."""
    for run in sentence.names:
        if run[0] >= at:
            stops = any(sentence.tokens[step].text in ",;:()" for step in range(at, run[0]))
            return run if sentence.gap(at, run[0]) <= within and not stops else None
    return None


def name_before(sentence: Sentence, at: int, within: int) -> tuple[int, int] | None:
    """Find the last name within some steps before a token, not one that a word of place leads in."""
    for run in reversed(sentence.names):
        if run[1] > at:
            continue
        if sentence.gap(run[1], at) > within:
            return None
        led = any(mark.last in (run[0], run[0] - 1) for mark in sentence.of("place", "in", "of")) and run[0] > 0
        if not led:
            return run
    return None
