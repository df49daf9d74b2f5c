"""How well would a place be found again? A made-up world whose truth is known: batch in one file, truth in another.

It imports neither the estimator nor the reader of sheets (a test keeps that), so that neither can mark its own work.
"""
