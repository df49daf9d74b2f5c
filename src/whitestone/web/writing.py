"""How does a page write: in whose name, from which page only, and into what?

The desk reads; what a page writes goes through a second opening of the same programme that ends with the request. A
browser may only send from a page that this process made: the page carries a word that changes with every start, and
the browser says where the request came from.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse

from whitestone.errors import Refused
from whitestone.programme.opening import Programme, open_programme
from whitestone.web.desk import current

__all__ = ["TOKEN", "came_from_here", "is_writing", "on_every_form", "writer", "writes"]

TOKEN = secrets.token_urlsafe(32)
"""Stands in every form of this process; other sites cannot read it, since no answer of ours is readable for them."""

Answer = Callable[..., HttpResponse]


def writes(view: Answer) -> Answer:
    """Mark a view as one that also takes what a page sends (POST)."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def is_writing(view: Answer) -> bool:
    """Say whether a view takes what a page sends.

    >>> is_writing(lambda request: HttpResponse()), is_writing(writes(lambda request: HttpResponse()))
    (False, True)
    """
    return bool(getattr(view, "writes", False))


def came_from_here(request: HttpRequest) -> bool:
    """Say whether a request was sent by a page that this process made."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    given = request.headers.get("X-Whitestone-Token") or request.POST.get("token") or ""
    is_same = origin in (None, f"{request.scheme}://{request.get_host()}")
    # Our pages send no referrer, and then a browser hides the origin of a form too: what it says of the site remains.
    is_hidden = origin == "null" and site == "same-origin"
    is_ours = (is_same or is_hidden) and site in (None, "same-origin")
    return is_ours and secrets.compare_digest(given.encode(), TOKEN.encode())


def on_every_form(request: HttpRequest) -> dict[str, str]:
    """Give templates the word that a form of ours carries."""
    return {"token": TOKEN}


@contextlib.contextmanager
def writer() -> Iterator[Programme]:
    """Open the programme of this desk for writing, as the person who started the pages, for one request.

    Refuses with Refused a programme whose address is not known (one that was opened by other code).
    """
    reading = current().programme
    if reading.target is None:
        raise Refused(what="Writing from a page", rule="the programme was not opened by its address",
                      remedy="Start the pages with: whitestone -C PROGRAMME serve")
    with open_programme(reading.target, reading.who) as programme:
        yield programme
