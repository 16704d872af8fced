"""Hypothesis without stop-watch: a busy machine is no failure."""

from hypothesis import HealthCheck, settings

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
