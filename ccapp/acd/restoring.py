"""Putting back, before the first story runs, what there was when the engine before died."""

from dataclasses import replace

from ccapp.acd import telling
from ccapp.acd.lines import Lines
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Visit
from ccapp.domain import events
from ccapp.domain.ids import (
    AgentId,
    BridgeId,
    ChannelId,
)
from ccapp.domain.presence import Presence, State, state_of
from ccapp.routing.decisions import (
    Moved,
    Offer,
)


class Restoring(Lines):
    def restore(self, fact: events.PresenceChanged) -> None:
        """An agent as he was before the engine died; only before the first story runs. Of those not
        configured, as the guests of lists, what was told last must have its end."""
        if fact.agent in self.centre.agents:
            self._router.restore(telling.presence_from(fact))
        if fact.agent in self.centre.agents or fact.state is not State.LOGOUT:
            self._restoring[fact.agent] = fact

    def restore_talk(self, visit: Visit, talk: Talk, wrap_up_s: float) -> None:
        """A talk that went on while the engine was away."""
        visit.segments = talk.segment
        self._router.restore_talking(talk.agent, visit.id, talk.queue, wrap_up_s, self.clock.now())

    def restore_own_talk(self, agent: AgentId) -> None:
        """A call of his own that went on while the engine was away."""
        self._router.restore_own_talk(agent, self.clock.now())

    def last_told_at(self, agent: AgentId) -> float:
        """While restoring: when his present state was told. Nothing told: now."""
        fact = self._restoring.get(agent)
        return self.clock.now() if fact is None else fact.at

    def found_joined(self, visit: Visit, offer: Offer, channel: ChannelId, bridge: BridgeId) -> Talk:
        """The engine died between the join and the telling of it: tell it now."""
        wrap_up_s = self.wrap_up_s(offer.agent, offer.queue)
        talk = self._talk_begins(visit, offer, channel, bridge, waited_s=offer.waited_s, wrap_up_s=wrap_up_s)
        self.restore_talk(visit, talk, wrap_up_s)
        return talk

    def restored(self) -> None:
        """All is put back: whatever is due by now, is done now, and what is no longer so is said."""
        now = self.clock.now()
        self._carry_out("restarted", lambda: self._router.tick(now))
        self._outside(self.centre)
        for agent, presence in self.presences().items():
            if presence.at_desk:
                self._desks.was_there(agent, self.centre.offline_grace_s)
        restoring, self._restoring = self._restoring, {}
        presences = self.presences()
        for agent, fact in restoring.items():
            was, now_is = telling.presence_from(fact), presences.get(agent) or Presence(agent=agent)
            if state_of(now_is) != (fact.state, fact.sub_state):
                moved = Moved(before=was, after=now_is, why="the engine was restarted")
                self._publish(replace(telling.presence_changed(moved, now), before=fact.state))
