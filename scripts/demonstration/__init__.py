"""The demonstration: the sample contact centre, brought up whole, and one call through it."""
