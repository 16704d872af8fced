"""Decisions. Pure: events and `now` go in, decisions and the next deadline come out."""
