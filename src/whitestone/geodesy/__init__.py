"""Where on the Earth is it, how sure is that, and how large is it? Floor 0: numbers in, numbers out, no I/O."""
