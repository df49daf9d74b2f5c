"""How do figures become documents that can be checked? Floor 3."""
