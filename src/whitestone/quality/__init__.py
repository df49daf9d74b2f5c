"""What looks wrong in what was reported, and what can a person do about it? Floor 1."""
