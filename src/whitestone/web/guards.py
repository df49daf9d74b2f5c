"""Who may ask, how, and what may the browser do with the answer?

Pages are for this machine: other host names are refused before any view runs, other methods than reading wherever a
view does not take what its own page sends, and every answer tells the browser to load nothing from elsewhere and to run
no script that is not ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from whitestone.errors import Problem, Refused
from whitestone.web.writing import came_from_here, is_writing

__all__ = ["SECURITY_HEADERS", "guard", "show_problems"]

Answer = Callable[[HttpRequest], HttpResponse]

SECURITY_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


READING = ("GET", "HEAD")


class guard:  # noqa: N801 - a middleware is named like a function
    """Refuse other hosts and other methods than a view takes; add the security headers to every answer."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = _wrong_host(request) or self._get_response(request)
        response.headers["Content-Security-Policy"] = _CSP.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]
        for name, value in SECURITY_HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Answer, positional: Sequence[Any], named: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse a method that the view does not take, and what was sent by a page that is not ours."""
        if request.method in READING:
            return None
        if request.method != "POST" or not is_writing(view):
            return HttpResponseNotAllowed([*READING, *(["POST"] if is_writing(view) else [])])
        if came_from_here(request):
            return None
        problem = Refused(what="Writing", rule="only a page of this programme may send something to it",
                          remedy="Open the page again and send it from there.")
        return JsonResponse(problem.as_dict(), status=problem.status)


def _wrong_host(request: HttpRequest) -> HttpResponse | None:
    try:
        request.get_host()
    except DisallowedHost:
        return HttpResponse("This host name is not served here.", status=421, content_type="text/plain; charset=utf-8")
    return None


class show_problems:  # noqa: N801 - a middleware is named like a function
    """Show a Problem as a page, or as its one JSON shape where JSON was asked for."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a Problem into its page; anything else is Django's to log and to answer with 500."""
        if not isinstance(error, Problem):
            return None
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse(error.as_dict(), status=error.status)
        partial = bool(request.headers.get("HX-Request"))
        template = "whitestone/_problem.html" if partial else "whitestone/problem.html"
        return render(request, template, {"problem": error, "title": "Cannot be shown"}, status=error.status)
