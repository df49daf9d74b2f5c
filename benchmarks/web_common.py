"""How does a benchmark get the Bosnian programme served in a process of its own?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "bosnia_mine_map"
LAYERS = {
    "suspect_areas_simplyfied.geojson": "bosnia_suspected",
    "cleared_areas_simplyfied.geojson": "bosnia_cleared",
    "incidents.geojson": "bosnia_incidents",
    "lifted_minefields.geojson": "bosnia_lifted",
    "cantons.geojson": "geoboundaries",
}
"""File -> shipped mapping."""
WHITESTONE = [sys.executable, "-m", "whitestone.cli"]


def is_there() -> bool:
    """Say whether the real layers lie beside the project."""
    return DATA.is_dir()


@contextmanager
def served(layers: Iterable[str] = LAYERS) -> Iterator[str]:
    """Import the layers into a fresh programme, serve it, wait until its figures are warm; give the address."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "WHITESTONE_KEYS": f"{folder}/keys"}
        command = [*WHITESTONE, "-C", f"{folder}/programme"]
        _run([*command, "init", "--name", "Bosnia and Herzegovina"], environment)
        for name in layers:
            _run([*command, "import", str(DATA / name), "--mapping", LAYERS[name]], environment)
        server = subprocess.Popen(
            [*command, "serve", "--port", "0", "--json"], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            address = json.loads(server.stdout.readline())["address"].rstrip("/")
            _warm(address)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def fetch(address: str) -> tuple[int, bytes]:
    """Ask for a page; return status and body."""
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _warm(address: str) -> None:
    """Wait until the findings and the ledger have been computed in the background."""
    deadline = time.monotonic() + 300
    for page in ("/map", "/findings", "/ledger", "/ledger?by=place"):
        while fetch(address + page)[0] == 202:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{page} was never ready")
            time.sleep(0.5)


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run([*command, "--json"], env=environment, check=True, stdout=subprocess.DEVNULL)
