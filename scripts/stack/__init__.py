"""The test bed: a real Asterisk, a real PostgreSQL and the tools around them, without installing anything.

Tests, demo and benchmark start their own instances from here, as many at once as there are port blocks.
Nothing of ccapp itself is imported; a bed must not depend on what lies in it.
"""
