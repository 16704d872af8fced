"""Stories: one file per story, each a coroutine that reads top to bottom.

`reception.py` starts them. They know the switch and the journal only through `ports`, and the line only
through `acd`; so the same code runs live and simulated.
"""
