"""How much land is left, and what took the rest? (Pure: shapes in an equal-area plane and dates in, figures out.)"""
