"""What the list of numbers says of a caller: refused before he hears anything, or known by call data."""

from ccapp.acd import Visit
from ccapp.calls.floor import Floor
from ccapp.domain.events import EndedBy, Outcome
from ccapp.ports import Leg

REJECTED = 21  # Q.850, becomes SIP 403


def let_in(visit: Visit, caller: Leg, floor: Floor) -> bool:
    """False: he is refused, and the visit is over."""
    listed = floor.acd.orders.listed(visit.caller_number)
    if listed is None:
        return True
    if listed.ivr_blocked:
        floor.acd.caller_blocked(visit, listed)
        visit.ends(Outcome.REFUSED, EndedBy.SYSTEM)
        caller.release(REJECTED)
        return False
    if listed.data:
        visit.learn(listed.data)
    return True
