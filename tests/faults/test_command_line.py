"""Does any call of the command line, however wrong its words and files, end with a code and a next step?"""

from __future__ import annotations

import functools
import io
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from whitestone.cli import app, collect, main
from whitestone.programme.opening import init_programme

CALLS = int(os.environ.get("WHITESTONE_FUZZ_CALLS", "160"))
NEVER = {"demo", "serve"}
"""They go on until somebody ends them; their words are tried elsewhere."""
WORDS = ["", " ", "x", "2024", "2024-13", "2024-02-30", "-1", "0", "nan", "1e400", "99999999999999999999", "é" * 300,
         "a,b", "hazard", "casualty", "csv", "xlsx", "all", "place", "class", "'; DROP TABLE x; --", "../../etc/passwd",
         "00000000-0000-0000-0000-000000000000", "status=closed", "name=", "=", "%s%n", "\udcff", "😀", "EPSG:0",
         "time_zone=Mars/Olympus", "{}", "[", "approved", "withdrawn", "1:zz", "postgresql://nobody@127.0.0.1:9/none"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a programme, and files beside it of which few are what a command wants."""
    folder = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITESTONE_KEYS", str(folder / "keys"))
        init_programme(str(folder / "p"), name="Fuzz", who="anna").__exit__(None, None, None)
    (folder / "table.csv").write_text("id,type,status,lat,lon\n1,SHA,open,44.1,17.2\n2,CHA,x,99,200\n3\n")
    (folder / "map.toml").write_text(
        '[dataset]\nname = "t"\nedition = "increment"\n[[record]]\nkind = "hazard"\n[record.fields]\nlocal_id = "id"\n'
        'classification = "type"\nstatus = "status"\n')
    (folder / "bad.toml").write_text("[dataset\nname = 3")
    (folder / "odd.toml").write_text('[dataset]\nname = 3\nedition = "sometimes"\n[[record]]\nkind = "ghost"\n')
    (folder / "empty.csv").write_bytes(b"")
    (folder / "junk.xlsx").write_bytes(random.Random(1).randbytes(3_000))
    (folder / "junk.geojson").write_text('{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {')
    (folder / "junk.wsb").write_bytes(b"WSB1" + random.Random(2).randbytes(500))
    (folder / "folder").mkdir()
    return folder


@functools.cache
def commands() -> list[tuple[list[str], Any]]:
    """List every command with the words that call it."""
    if not app.registered_commands:
        collect()
    found: list[tuple[list[str], Any]] = []

    def walk(words: list[str], command: Any) -> None:
        for name, each in getattr(command, "commands", {}).items():
            walk([*words, name], each)
        if not hasattr(command, "commands"):
            found.append((words, command))

    walk([], typer.main.get_command(app))
    return [each for each in found if each[0][0] not in NEVER]


def called(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Run the edge of the process with the streams that a process has."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors) for errors in ("strict", "backslashreplace"))
    monkeypatch.setattr(sys, "argv", ["whitestone", *argv])
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        monkeypatch.undo()
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8", "replace"))  # type: ignore[attr-defined]
    return int(code or 0) if isinstance(code, int) or code is None else 99, texts[0], texts[1]


def made_call(rng: random.Random, files: Path) -> list[str]:
    """Choose a command and fill it with words and files that fit sometimes."""
    words, command = rng.choice(commands())
    paths = [str(each) for each in sorted(files.iterdir())] + [str(files / "none.csv"), "/dev/null", "/proc/self/mem"]
    any_word = lambda: rng.choice(WORDS if rng.random() < 0.5 else paths)  # noqa: E731
    argv = ["-C", rng.choice([str(files / "p")] * 6 + [str(files / "folder"), str(files / "none"), WORDS[-1]]), *words]
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"  # typer has its own copy of the classes
        if is_option and ("--help" in parameter.opts or rng.random() < 0.6):
            continue
        if is_option:
            argv.append(parameter.opts[0])
            if parameter.is_flag:
                continue
        argv.append(any_word() if rng.random() < 0.8 else str(files / f"new-{rng.random()}"))
    return argv + (["--json"] if rng.random() < 0.3 and "--json" not in argv else [])


SEEDS = [*range(CALLS), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(CALLS, 3_000))]
"""Some calls each time, thousands in `make soak`."""


@pytest.mark.parametrize("seed", SEEDS)
def test_no_call_ends_without_code_and_next_step(seed: int, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 0, 1 or 2; what is refused says which code and what to do next; nothing is unexpected."""
    argv = made_call(random.Random(seed), files)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITESTONE_KEYS", str(files / "keys"))
        patch.chdir(files)
        code, out, err = called(argv, monkeypatch)
    told = f"{argv}\n{out[-500:]}\n{err[-500:]}"
    assert code in (0, 1, 2), told
    assert "Traceback" not in out + err, told
    assert "unexpected:" not in err, told
    assert '"unexpected"' not in err, told
    if code == 2 and "Usage:" not in err:
        if "--json" in argv:
            said = json.loads(err.splitlines()[-1])["error"]
            assert said["code"], told
            assert said["next"], told
        else:
            assert "Next:" in err, told
