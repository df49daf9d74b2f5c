"""What do all tests stand on: real data beside the project, a server, a browser, and keys that belong to nobody?"""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
REQUIRED = os.environ.get("WHITESTONE_REQUIRE") == "1"
SERVER = os.environ.get("WHITESTONE_TEST_PG", "postgresql://whitestone:whitestone@127.0.0.1:54329/postgres")

# CI draws the same examples each time, so that whether a change lands does not hang on chance; by hand and in the soak
# tests new ones are drawn.
settings.register_profile("steady", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("steady")
_NUMBERS = itertools.count(1)


def absent(reason: str) -> None:
    """Skip with the reason on a laptop; fail where everything must be there."""
    if REQUIRED:
        pytest.fail(f"required here, but {reason}")
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def keys_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a folder of keys of its own; `mktemp` would read the names of thousands before it each time."""
    folder = tmp_path_factory.getbasetemp() / "keys" / str(next(_NUMBERS))
    folder.mkdir(mode=0o700, parents=True)
    monkeypatch.setenv("WHITESTONE_KEYS", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Find the real data beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        absent(f"real data is not at {folder}")
    return folder


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Find Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        absent("no chromium is installed")
    return str(found)


@pytest.fixture(scope="session")
def server_url() -> str:
    """Find the PostgreSQL server on loopback."""
    import psycopg

    try:
        with psycopg.connect(SERVER, connect_timeout=3):
            pass
    except psycopg.OperationalError as error:
        absent(f"no PostgreSQL server answers ({error})")
    return SERVER


@pytest.fixture(scope="session")
def postgis_template(server_url: str) -> Iterator[str]:
    """Make one database with PostGIS to copy others from: making the extension takes longer than most tests."""
    import psycopg

    name = f"ws_template_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(server_url.rsplit("/", 1)[0] + f"/{name}", autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    yield name
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def database_url(server_url: str, postgis_template: str) -> Iterator[str]:
    """Make an empty database and drop it afterwards."""
    import psycopg

    name = f"ws_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgis_template}")
    yield server_url.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a place for a programme, on each engine in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "programme")
    return str(request.getfixturevalue("database_url"))
