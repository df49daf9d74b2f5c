"""What are the nouns of mine action, as typed values, with their code lists and lifecycles? Floor 0: no I/O."""
