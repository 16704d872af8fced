"""Agents: what they ask, what their lines and phones say."""

from contextlib import suppress
from functools import partial

from ccapp.acd import desks, telling
from ccapp.acd.carrying import Carrying
from ccapp.domain import events
from ccapp.domain.centre import Centre
from ccapp.domain.ids import (
    NO_QUEUE,
    AgentId,
    ChannelId,
    QueueId,
)
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, SubState
from ccapp.routing.presence import Line
from ccapp.routing.router import UnknownAgent


class People(Carrying):
    # --- agents --------------------------------------------------------------------------------------------

    def move(
        self,
        agent: AgentId,
        move: Move,
        *,
        sub_state: SubState = SubState.WAIT,
        reason: str = "",
        until: float | None = None,
        queue: QueueId = NO_QUEUE,
        phone: str | None = None,
        why: str = "command",
    ) -> Presence:
        """What an agent, or somebody for him, asks of his presence. Raises IllegalMove, UnknownAgent."""
        now, before = self._on_time(), self._router.presence(agent)
        if phone is not None:
            desks.check(before, AgentId(phone), self.presences())
        self._carry_out(
            "agent_free",
            lambda: self._router.move(
                agent,
                move,
                now,
                sub_state=sub_state,
                reason=reason,
                until=until,
                queue=queue,
                phone=phone or "",
                why=why,
            ),
        )
        if move in desks.SITTING_DOWN and before.intent is Intent.LOGGED_OUT:
            self._device(AgentId(phone or agent), self._stations.has(AgentId(phone or agent)))
        if move in telling.SIGNING and self._router.presence(agent).queues != before.queues:
            self._publish(telling.SIGNING[move](at=now, agent=agent, queue=queue))
        return self._router.presence(agent)

    def wrap_up_end(self, agent: AgentId, more_s: float) -> float:
        """When his wrap-up ends if it lasts so much longer."""
        until = self._router.presence(agent).wrap_up_until
        return (self.clock.now() if until is None else until) + more_s

    def hears(self, agent: AgentId, line: Line, *, wrap_up_s: float = 0.0, why: str = "") -> None:
        """What an agent's lines say beside offers and talks. Raises IllegalMove, UnknownAgent."""
        now = self._on_time()
        self._carry_out(
            "agent_free", lambda: self._router.hears(agent, line, now, wrap_up_s=wrap_up_s, why=why)
        )

    def device(self, agent: AgentId, online: bool) -> None:
        """What the switch says of an agent's phone."""
        if agent in self.centre.agents or agent in self.centre.phones:
            self._stations.heard(agent, online, self.centre.offline_grace_s)

    def desk(self, agent: AgentId, connected: bool) -> None:
        """The first live connection in an agent's name has come, or the last one has gone."""
        self._desks.heard(agent, connected, self.centre.offline_grace_s)

    def person_at(self, phone: AgentId) -> AgentId | None:
        """Whose telephone this account is now."""
        if phone in self.centre.phones:
            return desks.sitting_at(phone, self.presences())
        if phone not in self.centre.agents or self._router.presence(phone).phone:
            return None
        return phone

    def _device(self, phone: AgentId, online: bool) -> None:
        agent = self.person_at(phone)
        if agent is None:
            return
        person = self.centre.agents.get(agent)
        online = online or (person is not None and person.outside is not None)
        if agent not in self.centre.agents or self._router.presence(agent).online == online:
            return
        now = self.clock.now()
        self._publish(events.DeviceChanged(at=now, agent=agent, online=online))
        self._carry_out("agent_free", lambda: self._router.online(agent, online, now))

    def _at_desk(self, agent: AgentId, connected: bool) -> None:
        now = self.clock.now()
        self._carry_out("agent_free", lambda: self._router.desk(agent, connected, now))

    def _new_at_desk(self, before: Centre) -> None:
        """Who is configured again while his desk is connected is at it."""
        for agent in self.centre.agents.keys() - before.agents.keys():
            if self._desks.has(agent):
                self._at_desk(agent, True)

    def on_line(self, agent: AgentId, channel: ChannelId) -> None:
        """He waits off-hook on this channel: callers are joined to him without ringing."""
        self._on_line[agent] = channel
        now = self._on_time()
        self._carry_out("agent_free", lambda: self._router.on_line(agent, True, now))

    def off_line(self, agent: AgentId) -> None:
        """He has hung up, and takes no calls until he says so again."""
        with suppress(IllegalMove, UnknownAgent):
            if self.presence(agent).intent is Intent.READY:
                self.move(agent, Move.NOT_READY, why="left the line")
        now = self._on_time()
        self._carry_out("agent_free", lambda: self._router.on_line(agent, False, now))
        del self._on_line[agent]

    # --- their phones outside ------------------------------------------------------------------------------

    def _outside(self, before: Centre) -> None:
        """Who is reached outside is there always; who is not any more, as his phone says."""
        for agent in self.centre.agents.values():
            was = before.agents.get(agent.id)
            if agent.outside is not None or (was is not None and was.outside is not None):
                self._device(agent.id, self._stations.has(agent.id))
        for phone in before.phones.keys() - self.centre.phones.keys():
            if (sitting := desks.sitting_at(phone, self.presences())) is not None:
                now = self.clock.now()
                self._carry_out("agent_free", partial(self._router.online, sitting, False, now))
