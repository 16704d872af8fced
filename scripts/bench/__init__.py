"""The benchmark: ccapp beside app_queue on the same Asterisk, with the same callers and the same agents.

`scripts/bench/run` is the command. Every figure of a comparison comes from one run in which both take turns,
so that what the machine does besides falls on both; the table says how busy it was.
"""
