"""How does a page answer at once when its figures take seconds? One thread computes, the page asks again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

__all__ = ["Jobs"]

_KEPT = 48


class Jobs:
    """Computes each answer once, in a background thread, and keeps the last ones.

    >>> jobs = Jobs()
    >>> jobs.answer("sum", lambda: 1 + 1, patience_s=5)
    (True, 2)
    >>> jobs.close()
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="figures")
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[Future[Any], Callable[[], Any]]] = OrderedDict()

    def answer(self, key: Hashable, compute: Callable[[], Any], *, patience_s: float = 0.2) -> tuple[bool, Any]:
        """Return (True, value) if it is there in `patience_s`, else (False, None); what `compute` raises is raised."""
        with self._lock:
            if key not in self._answers:
                # With the answer stands what it was computed from: a key that tells it by its id() then never comes
                # to mean something else that was given the same place in memory.
                self._answers[key] = (self._pool.submit(compute), compute)
                while len(self._answers) > _KEPT:
                    self._answers.popitem(last=False)
            self._answers.move_to_end(key)
            future = self._answers[key][0]
        try:
            return True, future.result(timeout=patience_s)
        except BaseException as error:
            if isinstance(error, NotYet) and not future.done():  # what is computed may have run out of time itself
                return False, None
            # What failed once (a busy file) may succeed when it is asked again.
            with self._lock:
                self._answers.pop(key, None)
            raise

    def close(self) -> None:
        """Stop; what has not started is not started any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
