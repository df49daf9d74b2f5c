"""How do tests ask the pages: with Django's client, or with a real browser on loopback?"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from web_district import seed

from whitestone.programme.opening import Programme, open_programme

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whitestone.web.settings")


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Open the district for reading."""
    folder = tmp_path_factory.mktemp("district")
    before = os.environ.get("WHITESTONE_KEYS")
    os.environ["WHITESTONE_KEYS"] = str(tmp_path_factory.mktemp("district-keys"))
    seed(folder)
    with open_programme(str(folder), "tester", readonly=True) as programme:
        yield programme
    if before is not None:
        os.environ["WHITESTONE_KEYS"] = before


@contextlib.contextmanager
def desk_of(programme: Programme) -> Iterator[Any]:
    """Install a desk of a programme for the pages, and close it afterwards."""
    import django

    from whitestone.web.desk import Desk, install

    django.setup(set_prefix=False)
    desk = Desk(programme)
    install(desk)
    try:
        yield desk
    finally:
        desk.close()


@pytest.fixture(scope="session")
def at_desk() -> Any:
    """Give what installs a desk of another programme."""
    return desk_of


@pytest.fixture(scope="session")
def desk(district: Programme) -> Iterator[Any]:
    """Install the desk that the pages read."""
    with desk_of(district) as desk:
        yield desk


@pytest.fixture
def client(desk: Any) -> Any:
    """Ask for pages as a browser on this machine does."""
    from django.test import Client

    from whitestone.web.desk import install

    install(desk)
    return Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


@pytest.fixture(scope="session")
def address(desk: Any) -> Iterator[str]:
    """Serve the district on a free port of loopback."""
    with on_loopback(desk) as where:
        yield where


@contextlib.contextmanager
def on_loopback(desk: Any) -> Iterator[str]:
    """Serve a desk on a free port of loopback; where the browser files were not built, no test of a browser can run."""
    from whitestone.errors import MissingService
    from whitestone.web.serving import make_server

    try:
        server = make_server(desk, 0)
    except MissingService as error:
        if os.environ.get("WHITESTONE_REQUIRE") == "1":
            raise
        pytest.skip(str(error))
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture
def serve() -> Any:
    """Give what serves a desk of a test's own."""
    return on_loopback


@pytest.fixture(scope="session")
def chromium(browser_path: str) -> Iterator[Any]:
    """Start Debian's Chromium with software drawing and nothing in the background."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=browser_path,
            args=[
                "--headless=new",
                "--no-sandbox",
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()
