"""Which programme do these pages show, and what stands on every one of them?"""

from __future__ import annotations

import threading
from typing import Any

from django.http import HttpRequest

from whitestone.journal.tiles import TileTable
from whitestone.programme.looking import Looker
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.tiling import Tiler
from whitestone.web.jobs import Jobs

__all__ = ["Desk", "clocks_of", "current", "install", "on_every_page"]


class Desk:
    """An open programme with what the pages keep warm: pictures, tiles, tables and computed figures."""

    def __init__(self, programme: Programme, tiles: TileTable | None = None) -> None:
        self.programme = programme
        self.tiler = Tiler(programme, tiles or TileTable(":memory:"))
        self.looker = Looker(programme, self.tiler)
        self.jobs = Jobs()
        self.stop = threading.Event()

    def warm(self) -> None:
        """Prepare what most people ask first: the map of today, the tables, the ledger and the findings."""
        from whitestone.web.views import findings, ledger

        clocks = self.programme.clocks()
        self.tiler.picture(clocks)
        for kind in self.looker.counts(clocks):
            if self.stop.is_set():
                return
            self.looker.table(kind, clocks)
        self.tiler.prebuild(clocks, self.stop)
        if not self.stop.is_set():
            findings.start(self, clocks)
            ledger.start(self, clocks)

    def close(self) -> None:
        """Stop the background work."""
        self.stop.set()
        self.jobs.close()


_installed: list[Desk] = []


def install(desk: Desk) -> None:
    """Choose the programme that this process shows; one process shows one."""
    _installed[:] = [desk]


def current() -> Desk:
    """Return the desk of this process."""
    return _installed[0]


def clocks_of(request: HttpRequest) -> Clocks:
    """Read both clocks of a page from its address; refuses what is not a date with InvalidValue."""
    current().programme.refresh()
    return current().programme.clocks(request.GET.get("on") or None, request.GET.get("known") or None)


def on_every_page(request: HttpRequest) -> dict[str, Any]:
    """Give every template the programme's name, both clocks, the direction of writing, and if data are simulated."""
    settings = current().programme.settings
    asked = {name: request.GET[name] for name in ("on", "known") if request.GET.get(name)}
    return {
        "programme_name": settings.name,
        "simulated": settings.simulated,
        "asked": asked,
        "today": current().programme.today(),
        "direction": "rtl" if request.GET.get("dir") == "rtl" else None,
        "nonce": getattr(request, "csp_nonce", ""),
    }
