"""Which page answers which question? One module per page."""
