"""How does a person look at the programme in a browser? Django pages on loopback; no rule of the field lives here."""
