"""Calls that agents make themselves: who is in one, and the telling of it.

A call of an agent's own keeps him, and the colleague he calls, from offers. It is no visit: nobody waits in a
line for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccapp.domain import events
from ccapp.domain.events import EndedBy
from ccapp.domain.ids import AgentId, ChannelId, TrunkId
from ccapp.domain.presence import IllegalMove
from ccapp.routing.presence import Line
from ccapp.routing.router import UnknownAgent

if TYPE_CHECKING:
    from ccapp.acd.owner import Acd


@dataclass(slots=True, kw_only=True)
class OwnCall:
    channel: ChannelId  # of the dialling agent's phone
    agent: AgentId
    number: str
    trunk: TrunkId | None
    colleague: AgentId | None
    began_at: float
    answered_at: float | None = None
    held_since: float | None = None
    held_s: float = 0.0
    ended_by: EndedBy = EndedBy.SYSTEM

    @property
    def parties(self) -> tuple[AgentId, ...]:
        """The agents in it: the one who dialled first."""
        return (self.agent,) if self.colleague is None else (self.agent, self.colleague)


class OwnCalls:
    """All that are going on."""

    def __init__(self, acd: Acd) -> None:
        self._acd = acd
        self._calls: dict[AgentId, OwnCall] = {}

    def of(self, agent: AgentId) -> OwnCall | None:
        """The call of his own, or of a colleague's, that he is in."""
        return self._calls.get(agent)

    def begin(
        self,
        agent: AgentId,
        channel: ChannelId,
        number: str,
        trunk: TrunkId | None,
        colleague: AgentId | None,
    ) -> OwnCall:
        """He dials. Raises IllegalMove when one of the two cannot be in a call now: nothing has changed."""
        acd, now = self._acd, self._acd.clock.now()
        acd.hears(agent, Line.DIALS)
        if colleague is not None:
            try:
                acd.hears(colleague, Line.RUNG)
            except (IllegalMove, UnknownAgent):
                acd.hears(agent, Line.NOT_REACHED)
                raise
        call = OwnCall(
            channel=channel, agent=agent, number=number, trunk=trunk, colleague=colleague, began_at=now
        )
        self._enter(call)
        acd.declare(
            events.AgentDialled(
                at=now, agent=agent, channel=channel, number=number, trunk=trunk, colleague=colleague
            )
        )
        return call

    def _enter(self, call: OwnCall) -> None:
        for party in call.parties:
            self._calls[party] = call

    @contextmanager
    def going_on(self, call: OwnCall) -> Iterator[OwnCall]:
        """As long as it lasts; leaving it sets both free."""
        try:
            yield call
        finally:
            self._end(call)

    def answered(self, call: OwnCall) -> None:
        now = self._acd.clock.now()
        call.answered_at = now
        self._acd.declare(
            events.AgentCallAnswered(
                at=now, agent=call.agent, channel=call.channel, rang_s=now - call.began_at
            )
        )
        for party in call.parties:
            self._hears(party, Line.CONNECTED)

    def held(self, call: OwnCall, party: AgentId, on: bool) -> None:
        """The party's phone says so; only the dialling agent's holds are counted."""
        now = self._acd.clock.now()
        if party == call.agent:
            call.held_s += 0.0 if call.held_since is None else now - call.held_since
            call.held_since = now if on else None
        self._hears(party, Line.HELD if on else Line.RESUMED)

    def give_up(self, agent: AgentId) -> None:
        """Nothing proves the call he is said to be in."""
        if (call := self._calls.get(agent)) is not None:
            self._end(call)

    def _end(self, call: OwnCall) -> None:
        if self._calls.get(call.agent) is not call:
            return  # it was given up
        acd, now = self._acd, self._acd.clock.now()
        if call.held_since is not None:
            call.held_s += now - call.held_since
        answered_at = call.answered_at
        acd.declare(
            events.AgentCallEnded(
                at=now,
                agent=call.agent,
                channel=call.channel,
                answered=answered_at is not None,
                talk_s=0.0 if answered_at is None else now - answered_at,
                hold_s=call.held_s,
                ended_by=call.ended_by,
            )
        )
        wrap_up_s = acd.centre.own_calls.wrap_up_s if call.colleague is None else 0.0
        for party in call.parties:
            del self._calls[party]
            self._hears(
                party, Line.NOT_REACHED if answered_at is None else Line.OWN_TALK_ENDED, wrap_up_s=wrap_up_s
            )

    def _hears(self, party: AgentId, line: Line, wrap_up_s: float = 0.0) -> None:
        """An agent who was set free meanwhile (nothing proved his call any more) hears nothing of it."""
        with suppress(IllegalMove, UnknownAgent):
            self._acd.hears(party, line, wrap_up_s=wrap_up_s)

    def found(self, call: OwnCall) -> None:
        """A call that went on while the engine was away. Before anybody is offered anything."""
        self._enter(call)
        for party in call.parties:
            self._acd.restore_own_talk(party)
