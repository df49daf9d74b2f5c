"""What does a whole programme look like, with ten years in it and known faults?

A simulated district (invented, flagged on every page) and open data of Colombia beside it; and, as a programme of its
own, a simulated country of twenty years with closed years. `running.run_demo` makes them through the same desks that
users have, and says what came out.
"""
