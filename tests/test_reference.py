"""Are the generated pages of the reference those that the code would write now?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_pages_of_the_reference_are_current(tmp_path: Path) -> None:
    """`make docs` writes them; whoever adds a field, a rule or an error commits them."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import write_reference as made;"
        f"from pathlib import Path; made.REFERENCE = Path({str(tmp_path)!r}); made.main()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    for path in tmp_path.iterdir():
        kept = ROOT / "docs" / "reference" / path.name
        assert kept.read_text() == path.read_text(), f"docs/reference/{path.name} is old: run tools/write_reference.py"
