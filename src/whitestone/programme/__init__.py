"""Which verbs does a programme have? One module per desk; each takes who acts. Floor 4."""
