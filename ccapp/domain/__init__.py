"""Values: what the trade talks about. Frozen, no I/O, no clock, no loop."""
