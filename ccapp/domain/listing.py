"""The customer's own choice: for each waiting call the agents who may be given it, in his order."""

from dataclasses import dataclass

from ccapp.domain.centre import Outside
from ccapp.domain.ids import AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry of a call's list, the first of which are the first to be rung."""

    agent: AgentId
    ring_s: float  # unanswered for so long, the next one of the list is rung
    outside: Outside | None = None  # rung there, and not on his own phone; who is not configured always is
