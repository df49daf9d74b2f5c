"""Who released what of which hazard, square metre by square metre? Floor 1: plain values in, plain values out."""
