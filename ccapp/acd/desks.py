"""Who sits where: agents who choose a shared telephone at their log-in. One telephone, one agent.

Where a person sits is in his Presence; this only reads it, and decides whether he may sit there.
"""

from collections.abc import Mapping

from ccapp.domain.ids import AgentId
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence

type Presences = Mapping[AgentId, Presence]

SITTING_DOWN = frozenset({Move.LOG_IN, Move.SIGN_IN})


def sitting_at(phone: AgentId, presences: Presences) -> AgentId | None:
    """Of a shared telephone; None while it is nobody's."""
    return next((agent for agent, his in presences.items() if _sits(his) and his.phone == phone), None)


def _sits(presence: Presence) -> bool:
    return presence.intent is not Intent.LOGGED_OUT


def check(presence: Presence, phone: AgentId, presences: Presences) -> None:
    """Raises IllegalMove when he cannot log in there."""
    taken = sitting_at(phone, presences)
    if taken is not None and taken != presence.agent:
        raise IllegalMove(presence.agent, "log_in", presence.state, f"{taken} sits at {phone}")
    if _sits(presence) and presence.phone != phone:
        raise IllegalMove(presence.agent, "log_in", presence.state, "log out first, to sit elsewhere")
