"""Which words may templates use?"""
