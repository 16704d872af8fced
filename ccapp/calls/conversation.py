"""Caller and agent talk until one of them hangs up."""

from collections.abc import Callable

from ccapp.acd import Visit
from ccapp.calls import recording
from ccapp.calls.floor import Floor
from ccapp.calls.offering import Served
from ccapp.calls.scope import forever, until_gone
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import offer_of
from ccapp.ports import Gone, Leg


async def between(
    visit: Visit,
    caller: Leg,
    served: Served,
    floor: Floor,
    *,
    caller_stays: Callable[[], bool] = lambda: False,
) -> None:
    """Leaving it hangs the agent up, unless he stays on the line, and starts his wrap-up.

    A caller who stays after the agent has hung up is taken out of the agent's room before that.
    """
    stays = offer_of(served.leg.id) is None  # a leg we did not dial
    floor.phones.took(served.talk.agent, *(() if stays else (served.leg,)), caller)
    with floor.acd.talking(visit, served.talk) as talk, recording.recorded(visit, talk, caller, floor):
        deaf = served.leg.on_hold(lambda on: floor.acd.held(visit, talk, on))
        try:
            async with until_gone(served.leg):
                await forever()
            visit.ends(Outcome.SERVED, _who(served.leg.gone, EndedBy.AGENT))
            if caller_stays():
                await floor.rooms.leave_talk(talk.agent, caller)
                floor.phones.took(talk.agent, *(() if stays else (served.leg,)))
        finally:
            deaf()
            agent_went = served.leg.gone is not None
            talk.ended_by = (
                _who(served.leg.gone, EndedBy.AGENT) if agent_went else _who(caller.gone, EndedBy.CALLER)
            )
            if not stays:
                served.leg.release()


def _who(gone: Gone | None, party: EndedBy) -> EndedBy:
    if gone is None or gone.ours:
        return EndedBy.SYSTEM
    return EndedBy.SWITCH if gone.switch_lost else party
