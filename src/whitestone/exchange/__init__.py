"""How does what others wrote come in, and how does ours go out, with nothing lost? Floor 3."""
