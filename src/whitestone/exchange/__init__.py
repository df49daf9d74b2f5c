"""How do files of other systems come in, and how do ours go out, with nothing lost on the way?"""
