"""The one owner of "now": who waits, who is free, and who is offered to whom.

Pure and single-writer. Events and `now` go in; decisions come out in the order they were made;
`next_deadline` says when to call `tick` although nothing happened. No event leaves a ready agent beside a
call he may serve: whatever comes free (an agent, a call, a pair that may be tried again) is matched in the
same step.

What it must never do: look at a clock, wait, scan all agents or all calls for a match, offer an agent two
calls, or a caller two agents whose queue does not ring several at once.
"""

from math import inf

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.ids import NO_QUEUE, AgentId, OfferId, QueueId, VisitId
from ccapp.domain.presence import Move, Presence, SubState
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.routing import listing
from ccapp.routing import presence as table
from ccapp.routing.books import UnknownAgent, UnknownOffer, unserved, wrap_up_s_of
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ListChanged,
    Moved,
    WaitingCall,
)
from ccapp.routing.directing import Directing
from ccapp.routing.listing import Lists
from ccapp.routing.presence import Line, Told
from ccapp.routing.reading import Reading
from ccapp.routing.rebuilding import Rebuilding
from ccapp.routing.seats import Place, Seat

__all__ = ["Router", "UnknownAgent", "UnknownOffer"]


class Router(Reading, Rebuilding, Directing):
    # --- the line ------------------------------------------------------------------------------------------

    def join(self, call: WaitingCall, now: float) -> list[Decision]:
        """A call enters a queue's line. A queue that is not (or no longer) configured sends it away."""
        if call.visit in self._places:
            raise ValueError(f"visit {call.visit} is in line already")
        queue = self._centre.queues.get(call.queue)
        if queue is None:
            return [Dismissed(visit=call.visit, reason=ExitReason.QUEUE_GONE)]
        if call.caller_priority != CALLER_PRIORITY:
            self._begin_ranking()
        out = self._begin(now)
        if self._shifts.next_at <= now:
            self._change_shifts(now, out)
        self._serve_call(self._admit(call, queue, now), now, out)
        return self._after(now, out)

    def leave(self, visit: VisitId, now: float) -> list[Decision]:
        """The caller is gone, or goes elsewhere. Open offers are settled without cost to the agents."""
        place = self._places.get(visit)
        if place is None:
            return []
        out = self._begin(now)
        ringing = list(place.ringing)
        self._drop(place)
        for opened in ringing:
            self._settle(opened, DeclineReason.CALLER_GONE, now, out)
        for opened in ringing:
            self._refresh(opened.seat, now, out)
        return self._after(now, out)

    def listed(self, queue: QueueId, lists: Lists | None, now: float) -> list[Decision]:
        """The customer's server has answered: whom these calls may be given to, in this order. Calls not
        named keep the lists they have, and so do all when `lists` is None: no (good) answer came. A phone
        that rings, rings on."""
        out = self._begin(now)
        waiting: list[Place] = []
        for visit, place in self._lines.get(queue, {}).items():
            if place.roster is None:
                continue
            entries = None if lists is None else lists.get(visit)
            if entries is not None and self._rosters.take(place, entries):
                out.append(ListChanged(visit=visit, entries=tuple(place.roster.entries.values())))
            if lists is None or entries is not None:
                self._rosters.answered(place)
            if place.waiting:
                self._unqueue(place)
                waiting.append(place)
        self._serve_calls(waiting, now, out)
        return self._after(now, out)

    # --- an offer's one outcome ----------------------------------------------------------------------------

    def accepted(self, offer: OfferId, wrap_up_s: float | None, now: float) -> list[Decision]:
        """Both are joined; the others who were rung for the call are let go. `wrap_up_s` None: the agent's
        own, else the queue's."""
        opened = self._offers.get(offer)
        if opened is None:
            raise UnknownOffer(offer)
        out = self._begin(now)
        seat, place = opened.seat, opened.place
        self._close(opened)
        self._drop(place)
        seat.calls += 1
        seat.talk_began = now
        seat.wrap_up_s = wrap_up_s_of(wrap_up_s, seat.agent, place.queue)
        self._change(seat, Line.ACCEPTED, Told(now), "answered", out)
        if seat.removed:
            self._change(seat, Move.LOG_OUT, Told(now), listing.GUEST, out)
        if place.ringing:
            self._let_others_go(place, now, out)
        return self._after(now, out)

    def declined(self, offer: OfferId, reason: DeclineReason, now: float) -> list[Decision]:
        """The offer came to nothing: the call is back at its old place, but not for this agent for a while.

        When the caller is gone, so is the call. An offer already settled or withdrawn changes nothing.
        """
        opened = self._offers.get(offer)
        if opened is None:
            return []
        if reason is DeclineReason.CALLER_GONE:
            return self.leave(opened.place.visit, now)
        out = self._begin(now)
        place = opened.place
        listing.missed(opened)
        retry_s = place.queue.retry_same_agent_s
        if retry_s > 0:
            self._deadlines.pair(opened.seat, place, now + retry_s)
        self._settle(opened, reason, now, out)
        self._resettle(opened.seat, unserved(place), now, out)
        return self._after(now, out)

    # --- agents --------------------------------------------------------------------------------------------

    def talk_ended(self, agent: AgentId, now: float) -> list[Decision]:
        """Into wrap-up, or what was asked for during the call."""
        seat = self._seat(agent)
        out = self._begin(now)
        seat.talk_s += now - seat.talk_began
        self._change(seat, Line.TALK_ENDED, Told(now, wrap_up_s=seat.wrap_up_s), "call ended", out)
        self._off_the_phone(seat, now, out)
        return self._after(now, out)

    def hears(
        self, agent: AgentId, line: Line, now: float, *, wrap_up_s: float = 0.0, why: str = ""
    ) -> list[Decision]:
        """What the lines say beside offers and their talks. Raises IllegalMove, UnknownAgent: nothing has
        changed."""
        seat = self._seat(agent)
        told = Told(now, wrap_up_s=wrap_up_s)
        table.changed(seat.presence, line, seat.agent, told)  # may be refused
        out = self._begin(now)
        begun = len(out)
        self._change(seat, line, told, why or line.value, out)
        limbo = self._taken_back(seat, begun, out)
        if limbo:
            self._serve_calls(limbo, now, out)
        self._off_the_phone(seat, now, out)
        return self._after(now, out)

    def move(
        self,
        agent: AgentId,
        move: Move,
        now: float,
        *,
        sub_state: SubState = SubState.WAIT,
        reason: str = "",
        until: float | None = None,
        queue: QueueId = NO_QUEUE,
        phone: str = "",
        why: str = "command",
    ) -> list[Decision]:
        """What an agent or supervisor asks for. Raises IllegalMove, UnknownAgent: nothing has changed."""
        seat = self._seat(agent)
        if seat.removed:
            raise UnknownAgent(agent)
        told = Told(
            now,
            sub_state=sub_state,
            reason=reason,
            until=until,
            queue=queue,
            phone=phone,
            others=self._centre.signed_in_to if move is Move.SIGN_OUT else (),
        )
        self._shifts.check(seat, move, now)
        table.changed(seat.presence, move, seat.agent, told)  # may be refused, while nothing has been decided
        out = self._begin(now)
        begun = len(out)
        self._change(seat, move, told, why, out)
        self._resettle(seat, self._taken_back(seat, begun, out), now, out)
        return self._after(now, out)

    def online(self, agent: AgentId, online: bool, now: float) -> list[Decision]:
        """A phone that can ring has come or gone. Of an agent not configured: nothing."""
        seat = self._seats.get(agent)
        if seat is None:
            return []
        out = self._begin(now)  # a step due by now may ring him: what he is, he is after it
        after = table.connected(seat.presence, online)
        return self._is_now(seat, after, "online" if online else "offline", now, out)

    def desk(self, agent: AgentId, connected: bool, now: float) -> list[Decision]:
        """His desk has been connected or is not any more; a phone that rings, rings on. Of an agent not
        configured: nothing."""
        seat = self._seats.get(agent)
        if seat is None:
            return []
        out = self._begin(now)
        after = table.at_desk(seat.presence, connected)
        return self._is_now(seat, after, "desk connected" if connected else "desk disconnected", now, out)

    def _is_now(
        self, seat: Seat, after: Presence, why: str, now: float, out: list[Decision]
    ) -> list[Decision]:
        before = seat.presence
        if after is not before:
            self._put(seat, after)
            out.append(Moved(before=before, after=after, why=why))
        self._resettle(seat, [], now, out)
        return self._after(now, out)

    def on_line(self, agent: AgentId, on_line: bool, now: float) -> list[Decision]:
        """He waits off-hook from now on, or no longer. Of an agent not configured: nothing."""
        seat = self._seats.get(agent)
        if seat is None or seat.on_line is on_line:
            return []
        out = self._begin(now)
        if seat.free:
            self._index.remove(seat)
        seat.on_line = on_line
        self._refresh(seat, now, out)
        return self._after(now, out)

    # --- time ----------------------------------------------------------------------------------------------

    def tick(self, now: float) -> list[Decision]:
        out = self._begin(now)
        if self._shifts.next_at <= now:
            self._change_shifts(now, out)
        return self._after(now, out)

    def next_deadline(self) -> float | None:
        """When `tick` is due at the latest, should nothing happen before."""
        first = inf
        for times in (self._deadlines, self._steps, self._limits, self._keeping, self._shifts):
            if times.next_at < first and (at := times.earliest()) is not None and at < first:
                first = at
        return None if first == inf else first
