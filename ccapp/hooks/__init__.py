"""Customers' servers and databases: the only HTTP client to those, the only speaker of SQL to these."""
