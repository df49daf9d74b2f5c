"""A national programme that never was: what would every operator report, and what is true?"""

from whitestone.programme.national.world import World, imagine

__all__ = ["World", "imagine"]
