"""Who may serve a waiting call, and why he is not rung for it now."""

from collections.abc import Mapping
from typing import Any

from ccapp.acd import Acd
from ccapp.domain.centre import Agent, Queue
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import UNTIL_DONE, Intent, Presence, State, SubState, state_of
from ccapp.domain.requirements import Requires, unmet
from ccapp.routing.decisions import Offer, WaitingCall
from ccapp.routing.signing import has_desk, has_signed_in


class Candidates:
    """Of one instant, as `Views`; `ringing`: for whom each agent is rung."""

    def __init__(
        self,
        acd: Acd,
        presences: Mapping[AgentId, Presence],
        ringing: Mapping[AgentId, Offer],
        now: float,
    ) -> None:
        self._acd = acd
        self._presences = presences
        self._ringing = ringing
        self._now = now

    def of(self, visit: VisitId) -> list[dict[str, Any]]:
        """Of a waiting call: everyone who may serve it, and why he is not rung for it now."""
        call = next((call for call in self._acd.line() if call.visit == visit), None)
        queue = self._acd.centre.queues.get(call.queue) if call else None
        if call is None or queue is None:
            return []
        agents = self._acd.centre.agents.values()
        able = (agent for agent in agents if self.why_never(agent, queue, call.requires) is None)
        return [
            {"agent": agent.id, "name": agent.name, "why_not": self._why_not_now(agent, call)}
            for agent in able
        ]

    def why_never(self, agent: Agent, queue: Queue, requires: Requires) -> str | None:
        members = self._acd.centre.members(queue)
        if members is not None and agent.id not in members:
            return "not a member of the queue"
        if not has_signed_in(self._presences.get(agent.id) or Presence(agent=agent.id), queue):
            return "not signed in to the queue"
        lack = unmet(agent.skills, requires)
        return f"lacks {lack}" if lack else None

    def _why_not_now(self, agent: Agent, call: WaitingCall) -> str:
        presence = self._presences.get(agent.id) or Presence(agent=agent.id)
        state, sub_state = state_of(presence)
        rung = self._ringing.get(agent.id)
        if rung is not None and rung.visit == call.visit:
            return ""
        if state is State.LOGOUT:
            return "logged out"
        if not presence.online:
            return "his phone is offline"
        queue = self._acd.centre.queues.get(call.queue)
        if queue is not None and not has_desk(presence, queue):
            return "his desk is not connected"
        if state is not State.READY:
            return _in_words(state, sub_state, presence, self._now)
        if presence.not_before > self._now:
            return f"paused for {presence.not_before - self._now:.0f} s more"
        if call.tried.get(agent.id, 0.0) > self._now:
            return f"was tried, again in {call.tried[agent.id] - self._now:.0f} s"
        if self._rings_enough(call.queue) and not self._acd.waits_on_line(agent.id):
            return "ready, but phones ring for as many callers as may"
        return "ready"

    def _rings_enough(self, queue: QueueId) -> bool:
        """Of a fifo queue that rings for few callers at once."""
        settings = self._acd.centre.queues.get(queue)
        if settings is None or settings.simo is None:
            return False
        offers = (offer for offer in self._ringing.values() if offer.queue == queue and not offer.on_line)
        return len({offer.visit for offer in offers}) >= settings.simo


def _in_words(state: State, sub_state: SubState, presence: Presence, now: float) -> str:
    match state, sub_state:
        case State.BUSY, SubState.RINGING:
            return "rung for another call"
        case State.BUSY, _:
            return "in a call"
        case State.ACW, _ if presence.wrap_up_until == UNTIL_DONE:
            return "in wrap-up until he says so"
        case State.ACW, _:
            return f"in wrap-up, {max(0.0, (presence.wrap_up_until or now) - now):.0f} s left"
        case _ if presence.intent is Intent.READY:
            return "banned"
        case _:
            return f"not ready: {presence.reason}" if presence.reason else "not ready"
