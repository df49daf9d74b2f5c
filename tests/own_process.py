"""How does a test call the command line in a process of its own without waiting each time for libraries to load?

One server for each worker has loaded what commands import, and forks for each call: the child has its own streams,
environment and folder, runs the same `main` that a person's call runs, and ends as a process ends. What a call imports,
and how long that takes, is tested elsewhere, in processes that begin with nothing.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = ["whitestone"]
"""How the program is called: what stands first of the words."""


def run_whitestone(
    *words: object, cwd: Path | str | None = None, timeout_s: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run the command line with these words; returns its exit code and what it wrote, as subprocess.run does."""
    argv = [str(word) for word in words]
    with tempfile.TemporaryDirectory() as folder:
        streams = [str(Path(folder, name)) for name in ("out", "err")]
        asked = {"argv": argv, "env": dict(os.environ), "cwd": str(cwd or Path.cwd()), "streams": streams,
                 "limit_s": timeout_s}  # fmt: skip
        server = _server()
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = json.loads(server.stdout.readline())
        if code is None:
            raise subprocess.TimeoutExpired([*NAME, *argv], timeout_s)
        out, err = (Path(stream).read_text(encoding="utf-8") for stream in streams)
    return subprocess.CompletedProcess([*NAME, *argv], code, out, err)


@functools.cache
def _server() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve() -> None:
    """Fork for each line on standard input until it ends; only the child returns, as the process that was called."""
    import importlib
    import pkgutil

    import whitestone

    for room in ("cli", "programme", "reports"):
        at = importlib.import_module(f"{whitestone.__name__}.{room}")
        for each in pkgutil.iter_modules(at.__path__, f"{at.__name__}."):
            if not each.name.endswith("__main__"):
                importlib.import_module(each.name)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _become(asked)
            return
        print(json.dumps(_ended(child, asked["limit_s"])), flush=True)
    os._exit(0)


def _ended(child: int, limit_s: float) -> int | None:
    """Wait for the child and return its exit code, None where it had to be ended."""
    import signal
    import threading

    over = threading.Event()
    alarm = threading.Timer(limit_s, lambda: (over.set(), os.kill(child, signal.SIGKILL)))
    alarm.start()
    _, status = os.waitpid(child, 0)
    alarm.cancel()
    return None if over.is_set() else os.waitstatus_to_exitcode(status)


def _become(asked: dict[str, object]) -> None:
    """Take on the streams, environment, folder and words of the call."""
    os.chdir(str(asked["cwd"]))
    os.environ.clear()
    os.environ.update(asked["env"])  # type: ignore[call-overload]
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number, stream in zip((1, 2), asked["streams"], strict=True):  # type: ignore[call-overload]
        os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.argv = [*NAME, *asked["argv"]]  # type: ignore[misc]


def _call() -> int:
    """Run what a person's call runs, to the exit code."""
    from whitestone.cli import main

    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    _serve()
    code = _call()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # to take all apart that is loaded would take longer than the call
