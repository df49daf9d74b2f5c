"""Where does a handed-over record say that a field is, and with what doubt? Floor 1."""
