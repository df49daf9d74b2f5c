"""What does a person read when a page is not there, or when the program fails?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

__all__ = ["broken", "missing", "wrong"]


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 and say where to go on."""
    return _page(
        request,
        404,
        _("There is no page at this address."),
        _("Start from the map or the records; an id may have been cut off."),
    )


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400 without repeating what was sent."""
    return _page(request, 400, _("The address cannot be understood."), _("Go back and follow the link again."))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500: it is our failure; nothing was changed, as these pages only read."""
    return _page(
        request,
        500,
        _("The program failed while it made this page."),
        _("Nothing was changed: these pages only read. The cause stands in the window where “serve” runs."),
    )


def _page(request: HttpRequest, status: int, sentence: str, following: str) -> HttpResponse:
    context = {"title": sentence, "sentence": sentence, "following": following}
    return render(request, "whitestone/error.html", context, status=status)
