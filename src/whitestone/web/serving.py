"""How do the pages reach a browser on this machine, and on this machine only?"""

from __future__ import annotations

import ipaddress
import logging
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whitestone.errors import MissingService, Refused
from whitestone.journal.tiles import TileTable
from whitestone.programme.opening import Programme
from whitestone.web.desk import Desk, install

__all__ = ["application", "assert_loopback", "desk_of", "make_server"]

HERE = Path(__file__).resolve().parent
THREADS = 8

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def assert_loopback(host: str) -> None:
    """Refuse to listen anywhere but on loopback, with Refused: there are no accounts yet.

    >>> assert_loopback("127.0.0.1")
    >>> assert_loopback("0.0.0.0")
    Traceback (most recent call last):
    ...
    whitestone.errors.Refused: Listening on 0.0.0.0 is refused: without accounts, only this machine may look.
    """
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise Refused(
            what=f"Listening on {host}",
            rule="without accounts, only this machine may look",
            remedy="Serve on 127.0.0.1; from elsewhere, come through an SSH tunnel of your own account.",
        )


def desk_of(programme: Programme) -> Desk:
    """Make the desk of a programme; tiles are kept in `tiles.db` beside it, else in memory."""
    return Desk(programme, TileTable.in_folder(programme.journal.folder))


def application(desk: Desk) -> Wsgi:
    """Set Django up for one programme and give the WSGI application, static files included.

    Refuses with MissingService while the browser files have not been built.
    """
    import django
    from django.core.wsgi import get_wsgi_application
    from whitenoise import WhiteNoise

    from whitestone.web.guards import SECURITY_HEADERS

    if not (HERE / "static" / "vendor" / "maplibre-gl.mjs").is_file():
        raise MissingService(
            what="The map in the browser",
            why="its files have not been built",
            fix="Run: python tools/build_assets.py (make demo does it).",
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whitestone.web.settings")
    django.setup(set_prefix=False)
    install(desk)

    def add_headers(headers: Any, path: str, url: str) -> None:
        """Let files carry the same headers as pages."""
        for name, value in SECURITY_HEADERS.items():
            headers[name] = value

    return WhiteNoise(  # type: ignore[no-any-return]
        get_wsgi_application(),
        root=str(HERE / "static"),
        prefix="static/",
        max_age=60,
        add_headers_function=add_headers,
    )


def make_server(desk: Desk, port: int, host: str = "127.0.0.1") -> Any:
    """Make the server, listening but not yet answering, and start to warm up behind it; port 0 takes a free one."""
    import waitress

    assert_loopback(host)
    # A map asks for many tiles at once; that they wait their turn is no news for the person at the window.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(
        application(desk), host=host, port=port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=True
    )
    threading.Thread(target=desk.warm, name="warm", daemon=True).start()
    return server
