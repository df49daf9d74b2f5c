"""Who was hurt, counted by which rule? Floor 1."""
