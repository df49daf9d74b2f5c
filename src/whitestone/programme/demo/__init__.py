"""What does a whole programme look like, with ten years in it and known faults?

A simulated district (invented, flagged on every page) and open data of Colombia beside it. `running.run_demo` makes
the programme, loads both through the same desks that users have, and says what came out.
"""
