"""Which mappings are shipped, each read and corrected by hand for a published file?"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from whitestone.errors import MappingInvalid

__all__ = ["find_mapping", "shipped"]


def shipped() -> list[str]:
    """List the names of the shipped mappings.

    >>> "colombia_victims" in shipped()
    True
    """
    folder = resources.files(__name__)
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def find_mapping(name: Path | str) -> Path:
    """Find a mapping: a file of the user, or a shipped one by its name; refuses the rest with MappingInvalid.

    >>> find_mapping("colombia_victims").name
    'colombia_victims.toml'
    """
    path = Path(name)
    if path.is_file():
        return path
    kept = Path(str(resources.files(__name__))) / f"{path.name.removesuffix('.toml')}.toml"
    if kept.is_file() and len(path.parts) == 1:
        return kept
    why = f"there is no such file, and none of this name is shipped ({', '.join(shipped())})"
    raise MappingInvalid(path=str(name), count=1, faults=why)
