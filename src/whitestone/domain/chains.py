"""Do links between records come back to where they began?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["cycles"]


def cycles(links: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """List the rings among links, each once, sorted; one that links to itself is a ring of one.

    >>> cycles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"], "e": ["e"]}), cycles({})
    ([('a', 'b', 'c'), ('e',)], [])
    """
    state: dict[str, int] = {}
    found: set[tuple[str, ...]] = set()
    for start in sorted(links):
        path: list[str] = []
        stack = [(start, iter(links.get(start, ())))] if start not in state else []
        if stack:
            state[start] = 1
            path.append(start)
        while stack:
            node, left = stack[-1]
            following = next(left, None)
            if following is None:
                stack.pop()
                path.pop()
                state[node] = 2
            elif state.get(following) == 1:
                found.add(tuple(sorted(path[path.index(following):])))
            elif following not in state:
                state[following] = 1
                path.append(following)
                stack.append((following, iter(links.get(following, ()))))
    return sorted(found)
