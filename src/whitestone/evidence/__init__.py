"""Who claims what, since when, on which evidence? Floor 1."""
