"""How does the picture look on a page? Floor 5: no rule of the field lives here."""
