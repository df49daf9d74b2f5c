"""What does the simulated country look like: which districts has it, and where do its sites lie?

The country is invented and has no neighbours: districts side by side on a plane in metres, with the middle at 0, 0.
Where it is written in degrees (`paper`) it lies on inland ice on which nobody lives, as the demonstration's district.
"""

from __future__ import annotations

from typing import Any

import msgspec
import shapely

__all__ = ["SITE_M", "Country", "District", "code_of"]

SITE_M = 1_000
"""Sites lie a kilometre apart; the lattice of one is 720 m wide."""
_NAMES = ("Arvelle", "Brunfell", "Cathmor", "Dreswick", "Elvane", "Fornesk", "Galdrun", "Hestmark", "Ilvane", "Jorunde",
          "Karsholm", "Lindrave")  # fmt: skip
_ACROSS = 4


class District(msgspec.Struct, frozen=True):
    """One invented district: a square, its south-western corner and its side in metres of the plane."""

    code: str
    name: str
    west: int
    south: int
    side: int

    @property
    def outline(self) -> Any:
        """Draw the district in the plane."""
        return shapely.box(self.west, self.south, self.west + self.side, self.south + self.side)


def code_of(site: int) -> str:
    """Name the district in which a site lies: sites go round the districts, however large the country is.

    >>> code_of(0), code_of(25)
    ('ND01', 'ND02')
    """
    return f"ND{site % len(_NAMES) + 1:02d}"


class Country:
    """Twelve districts, four by three, large enough for a number of sites.

    >>> country = Country(30)
    >>> len(country.districts), country.districts[1].name, country.origin(0)
    (12, 'Brunfell', (-3860, -2860))
    """

    def __init__(self, sites: int) -> None:
        per_district = -(-max(sites, 1) // len(_NAMES))
        self.width = 1
        while self.width * self.width < per_district:
            self.width += 1
        side = self.width * SITE_M
        west, south = -_ACROSS * side // 2, -(len(_NAMES) // _ACROSS) * side // 2
        self.districts = [
            District(code_of(number), name, west + number % _ACROSS * side, south + number // _ACROSS * side, side)
            for number, name in enumerate(_NAMES)
        ]

    def origin(self, site: int) -> tuple[int, int]:
        """Return the south-western corner of a site's lattice, whole metres in the plane."""
        home, place = self.districts[site % len(self.districts)], site // len(self.districts)
        margin = (SITE_M - 720) // 2
        return home.west + place % self.width * SITE_M + margin, home.south + place // self.width * SITE_M + margin

    def outline(self) -> Any:
        """Draw the country in the plane."""
        first, last = self.districts[0], self.districts[-1]
        return shapely.box(first.west, first.south, last.west + last.side, last.south + last.side)
