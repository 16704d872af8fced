"""The only SQL speaker: facts, their projections, the engine's lease and the configuration, in PostgreSQL.

`journal` takes facts and never makes a call wait for a disk or a database; `read` answers questions about
what happened; `lease` says who may act; `centres` keeps the configuration; `migrate` brings a database up
to this code. The SQL is in db/.
"""
