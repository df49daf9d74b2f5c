"""Where exactly is it, in which reference system, and how large is it? Floor 0: no I/O."""
