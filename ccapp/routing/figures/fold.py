"""The fold: facts in their order go in, figures can be read at any moment.

One fold makes live, historical and simulated figures alike. It knows no clock: what goes on is counted up to
the `now` it is asked with. Asking changes nothing.

How facts count
---------------
- A call of a queue is a *stay* in its line. It begins with CallWaits and ends with CallServed, CallAbandoned,
  CallEnded, or with a CallWaits of the same visit for another place: then it has overflowed, and the new
  place is a call of its own. A CallWaits repeated by an engine that took over (same queue, same
  `entered_at`, not left meanwhile) is the same stay.
- A call that was not let into a line is a rejected call of its queue; one refused before it came to any
  queue, of the whole and of its caller only.
- A callback is no call: it is counted from its asking to its end, apart from the calls that came in. Its
  offers, its talk and the wrap-up count as those of any call, for they are the agent's work. The call whose
  caller asked for it in a line has overflowed there.
- A stay ended by a rule has timed out, or overflowed when the caller was sent elsewhere.
- A talk and its wrap-up count together, once the wrap-up is over (or there is none), for the agent who talked
  and for the call he was brought to, so handling time is talk plus after-call work at every moment. A second
  agent of a visit (a transfer) is another talk of the same call: handled twice, answered once.
- A stay that was told only by its end (its beginning was lost, or lies before the first fact) is counted
  from what its end says of it.
- An offer counts when its outcome is known.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ccapp.domain import events
from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Fact, Outcome
from ccapp.domain.ids import CALLBACK_PREFIX, AgentId, QueueId, VisitId
from ccapp.domain.presence import State
from ccapp.routing.figures import counts
from ccapp.routing.figures.interval import Interval
from ccapp.routing.figures.lines import Lines
from ccapp.routing.figures.selection import Belongs, Dimension, Selection
from ccapp.routing.figures.states import Span, States
from ccapp.routing.figures.stay import Stay, Talk, Visit
from ccapp.routing.figures.store import Cells, Store
from ccapp.routing.figures.tally import Ending, Tally

EWMA_SHARE = 0.1
"""Of the newest handling time in the moving average of its queue."""

_ENDINGS = {
    Outcome.ABANDONED: Ending.ABANDONED,
    Outcome.TIMED_OUT: Ending.TIMED_OUT,
    Outcome.LEFT_BY_KEY: Ending.KEYED,
    Outcome.REFUSED: Ending.REJECTED,
    Outcome.LOST: Ending.LOST,
}
"""Of a stay that ends with the visit, without a word of its own; any other outcome: it went elsewhere."""


NEEDED = frozenset(
    kind.__name__
    for kind in (
        events.CallArrived, events.CallWaits, events.OfferDeclined, events.CallServed, events.TalkEnded,
        events.CallAbandoned, events.EntryRefused, events.WaitEnded, events.CallEnded,
        events.PresenceChanged, events.WrapUpEnded, events.CallbackRequested, events.CallbackEnded,
    )
)  # fmt: skip
"""The kinds of facts that are read; all others may be left out."""


class Row(NamedTuple):
    key: str
    interval: Interval
    tally: Tally


class Figures:
    """Feed it every fact in order; `Selection` says what is counted."""

    def __init__(self, selection: Selection | None = None) -> None:
        self.selection = selection or Selection()
        self.last_at = 0.0  # of the facts fed
        self.handling_s: dict[QueueId, float] = {}  # moving average of talk and after-call work
        self._store = Store(self.selection)
        self._lines = Lines(self._store)
        self._states = States(self._store)
        self._visits: dict[VisitId, Visit] = {}
        self._talks: dict[AgentId, Talk] = {}
        self._read: Mapping[type[Fact], Callable[[Any], None]] = {
            events.CallArrived: self._arrived,
            events.CallWaits: self._waits,
            events.OfferDeclined: self._offer_declined,
            events.CallServed: self._served,
            events.TalkEnded: self._talk_ended,
            events.CallAbandoned: self._abandoned,
            events.EntryRefused: self._entry_refused,
            events.WaitEnded: self._wait_ended,
            events.CallEnded: self._ended,
            events.PresenceChanged: self._presence,
            events.WrapUpEnded: self._wrapped_up,
            events.CallbackRequested: self._callback_asked,
            events.CallbackEnded: self._callback_ended,
        }

    def feed(self, fact: Fact) -> None:
        """Facts of kinds that no figure needs are passed over. Raises TooMany."""
        read = self._read.get(type(fact))
        if read is not None:
            self.last_at = max(self.last_at, fact.at)
            read(fact)

    def feed_all(self, facts: Iterable[Fact]) -> "Figures":
        for fact in facts:
            self.feed(fact)
        return self

    def begin_anew(self, selection: Selection) -> None:
        """Counts from nought for another time; calls, talks and states that go on are kept."""
        self.selection = selection
        self._store = Store(selection)
        self._lines.anew(self._store)
        self._states.anew(self._store)
        for stay in self._open_stays():
            if stay.belongs_at is not None:
                stay.tallies = self._store.of_call(stay.belongs_at, stay.keys)

    # --- reading ------------------------------------------------------------------------------------------

    def rows(self, of: Dimension, now: float) -> list[Row]:
        """By interval and key. Agents' time and the lines count up to `now`, or the end asked for."""
        return list(self.each(of, now))

    def each(self, of: Dimension, now: float) -> Iterator[Row]:
        """As `rows`, one copied after the other: facts may be fed between two of them."""
        recent: Cells = {}
        self._lines.so_far(of, recent, now)
        self._states.so_far(of, recent, now)
        for place in self._store.places(of, recent):
            key, interval = place
            yield Row(key, interval, merged(filter(None, (self._store.get(of, place), recent.get(place)))))

    def peek(self, of: Dimension) -> Iterator[Row]:
        """Without a copy, not to be changed; agents' time and the lines as of their last change."""
        for place in self._store.places(of):
            if tally := self._store.get(of, place):
                yield Row(*place, tally)

    def total(self, now: float) -> Tally:
        """The whole, over all intervals."""
        return merged(row.tally for row in self.rows(Dimension.WHOLE, now))

    def waiting(self) -> Counter[QueueId]:
        """In line now, those being offered too."""
        stays = (visit.stay for visit in self._visits.values())
        return Counter(stay.queue for stay in stays if stay and not stay.callback)

    def talking(self) -> Counter[QueueId]:
        return Counter(talk.queue for talk in self._talks.values() if talk.talk_s is None)

    def spans(self) -> Mapping[AgentId, Span]:
        """What each agent is doing, and since when."""
        return self._states.spans

    # --- visits -------------------------------------------------------------------------------------------

    def _arrived(self, fact: events.CallArrived) -> None:
        if fact.visit not in self._visits:
            self._visits[fact.visit] = Visit(caller=fact.caller_number, arrived_at=fact.at)
            if self.selection.belongs is Belongs.ARRIVAL:
                self._came_in(self._visits[fact.visit], fact.at)

    def _came_in(self, visit: Visit, at: float) -> None:
        for tally in self._store.of_call(at, _beside_queues(visit)):
            tally.visits += 1

    def _visit(self, id: VisitId) -> Visit:
        return self._visits.setdefault(id, Visit(callback=id.startswith(CALLBACK_PREFIX)))

    def _ended(self, fact: events.CallEnded) -> None:
        if fact.visit.startswith(CALLBACK_PREFIX):
            self._visits.pop(fact.visit, None)
            return
        visit = self._visits.pop(fact.visit, None) or Visit(arrived_at=fact.at - fact.duration_s)
        if visit.stay is not None:
            ending = _ENDINGS.get(fact.outcome, Ending.OVERFLOWED)
            self._left(visit, visit.stay.queue, ending, fact.at - visit.stay.entered_at, fact.at)
        elif fact.outcome is Outcome.REFUSED and not visit.waited:
            self._refused(visit, fact.at)
        if self.selection.belongs is Belongs.END:
            self._came_in(visit, fact.at)

    def _refused(self, visit: Visit, at: float) -> None:
        if self.selection.queue is None:
            at = visit.arrived_at if self.selection.belongs is Belongs.ARRIVAL else at
            for tally in self._store.of_call(at, _beside_queues(visit)):
                tally.offered += 1
                tally.endings[Ending.REJECTED] += 1

    # --- the line -----------------------------------------------------------------------------------------

    def _waits(self, fact: events.CallWaits) -> None:
        visit = self._visit(fact.visit)
        if visit.callback:
            return
        before = visit.stay
        if before is not None and (before.queue, before.entered_at) == (fact.queue, fact.entered_at):
            return
        self._moves_on(visit, fact.at)
        self._stands(visit, fact.queue, fact.entered_at, fact.requires, fact.at)

    def _moves_on(self, visit: Visit, at: float) -> None:
        """To another queue, out of the line he may still stand in."""
        if (before := visit.stay) is not None:
            self._left(visit, before.queue, Ending.OVERFLOWED, at - before.entered_at, at)

    def _stands(
        self, visit: Visit, queue: QueueId, entered_at: float, skills: Iterable[str], at: float
    ) -> Stay:
        """In the line of `queue`, from now on."""
        stay = visit.stay = self._enters(visit, queue, entered_at, skills)
        if self._wanted(queue):
            self._lines.changes(queue, +1, at)
        return stay

    def _enters(self, visit: Visit, queue: QueueId, entered_at: float, skills: Iterable[str] = ()) -> Stay:
        stay = Stay(queue, entered_at, list(skills), visit.caller)
        visit.waited = True
        self._count(stay, counts.offered)
        if self.selection.belongs is Belongs.ARRIVAL:
            self._belongs(stay, entered_at)
        return stay

    def _leaves(self, visit: Visit, queue: QueueId, entered_at: float, at: float) -> Stay:
        """Out of the line of `queue`; if he was never seen in it, he is seen now."""
        stay, visit.stay = visit.stay, None
        if stay is None:
            stay = self._enters(visit, queue, entered_at)
        elif self._wanted(stay.queue):
            self._lines.changes(stay.queue, -1, at)
        visit.last = stay
        return stay

    def _abandoned(self, fact: events.CallAbandoned) -> None:
        self._left(self._visit(fact.visit), fact.queue, Ending.ABANDONED, fact.waited_s, fact.at)

    def _entry_refused(self, fact: events.EntryRefused) -> None:
        """A call of this queue that never stood in its line."""
        visit = self._visit(fact.visit)
        visit.waited = True
        self._moves_on(visit, fact.at)
        stay = Stay(fact.queue, fact.at, (), visit.caller)
        self._belongs(stay, fact.at)
        self._count(stay, counts.rejected, fact.reason)

    def _wait_ended(self, fact: events.WaitEnded) -> None:
        ending = Ending.OVERFLOWED if fact.to else Ending.TIMED_OUT
        if fact.reason is ExitReason.KEY:
            ending = Ending.KEYED
        stay = self._left(self._visit(fact.visit), fact.queue, ending, fact.waited_s, fact.at)
        self._count(stay, counts.exited, fact.reason)

    def _left(self, visit: Visit, queue: QueueId, ending: Ending, waited_s: float, at: float) -> Stay:
        stay = self._leaves(visit, queue, at - waited_s, at)
        self._count(stay, counts.unanswered, ending, waited_s)
        self._belongs(stay, at)
        return stay

    # --- callbacks ----------------------------------------------------------------------------------------

    def _callback(self, visit: Visit, queue: QueueId, at: float) -> Stay:
        """What is counted of a callback is counted as of one stay, however often it is in line."""
        if visit.stay is None:
            visit.stay = Stay(queue, at, (), visit.caller, callback=True)
            if self.selection.belongs is Belongs.ARRIVAL:
                self._belongs(visit.stay, at)
        return visit.stay

    def _callback_asked(self, fact: events.CallbackRequested) -> None:
        visit = self._visit(fact.visit)
        visit.caller, visit.arrived_at = fact.caller_number, fact.at
        self._count(self._callback(visit, fact.queue, fact.at), counts.asked_back)

    def _callback_ended(self, fact: events.CallbackEnded) -> None:
        stay = self._callback(self._visit(fact.visit), fact.queue, fact.at)
        self._count(stay, counts.called_back, fact.reason)
        self._belongs(stay, fact.at)

    # --- offers and talks ---------------------------------------------------------------------------------

    def _offer_declined(self, fact: events.OfferDeclined) -> None:
        visit = self._visit(fact.visit)
        stay = visit.stay or visit.last
        if stay is None and visit.callback:
            stay = self._callback(visit, fact.queue, fact.at)
        elif stay is None:
            stay = self._stands(visit, fact.queue, fact.at - fact.rang_s, (), fact.at)
        self._count(stay, self._declined, fact.agent, fact.reason)

    def _declined(self, stay: Stay, agent: AgentId, reason: DeclineReason) -> None:
        for tally in self._with_agent(stay, agent):
            tally.offers += 1
            tally.missed[reason] += 1

    def _served(self, fact: events.CallServed) -> None:
        self._handled_by(fact.agent, None)
        visit = self._visit(fact.visit)
        if visit.callback:
            stay = self._callback(visit, fact.queue, fact.at)
        elif visit.stay is not None or visit.last is None:
            stay = self._leaves(visit, fact.queue, fact.at - fact.waited_s, fact.at)
            self._count(stay, counts.answered, fact)
        else:
            stay = visit.last
        self._count(stay, self._rang, fact.agent, fact.rang_s)
        self._talks[fact.agent] = Talk(stay, fact.agent, fact.queue)

    def _rang(self, stay: Stay, agent: AgentId, rang_s: float) -> None:
        for tally in self._with_agent(stay, agent):
            tally.offers += 1
            tally.ring.add(rang_s)

    def _talk_ended(self, fact: events.TalkEnded) -> None:
        talk = self._talks.get(fact.agent)
        if talk is None or talk.talk_s is not None:  # its beginning was not told
            self._handled_by(fact.agent, None)
            visit = self._visit(fact.visit)
            enters = self._callback if visit.callback else self._enters
            stay = visit.last or enters(visit, fact.queue, fact.at - fact.talk_s)
            talk = self._talks[fact.agent] = Talk(stay, fact.agent, fact.queue)
        talk.talk_s = fact.talk_s
        self._belongs(talk.stay, fact.at)

    def _wrapped_up(self, fact: events.WrapUpEnded) -> None:
        self._handled_by(fact.agent, fact.wrap_up_s)

    def _handled_by(self, agent: AgentId, wrap_up_s: float | None) -> None:
        """His last talk and what followed are over."""
        talk = self._talks.get(agent)
        if talk is None or talk.talk_s is None:
            return
        del self._talks[agent]
        self._count(talk.stay, self._handled, talk.queue, agent, talk.talk_s, wrap_up_s)

    def _handled(
        self, stay: Stay, queue: QueueId, agent: AgentId, talk_s: float, wrap_up_s: float | None
    ) -> None:
        handling_s = talk_s + (wrap_up_s or 0.0)
        for tally in self._with_agent(stay, agent):
            tally.talk.add(talk_s)
            if wrap_up_s is not None:
                tally.after_call.add(wrap_up_s)
            tally.handling.add(handling_s)
        before_s = self.handling_s.get(queue, handling_s)
        self.handling_s[queue] = before_s + EWMA_SHARE * (handling_s - before_s)

    # --- agents -------------------------------------------------------------------------------------------

    def _presence(self, fact: events.PresenceChanged) -> None:
        self._states.changes(fact)
        talk = self._talks.get(fact.agent)
        if talk is None or talk.talk_s is None or talk.wrapping_up:
            return
        if fact.state is State.ACW:
            talk.wrapping_up = True  # WrapUpEnded will tell how long
        else:
            self._handled_by(fact.agent, None)

    # --- counting -----------------------------------------------------------------------------------------

    def _wanted(self, queue: QueueId) -> bool:
        return self.selection.queue is None or self.selection.queue == queue

    def _count(self, stay: Stay, count: Callable[..., None], *given: Any) -> None:
        """Now, or once it is known to which interval the call belongs."""
        if stay.belongs_at is None:
            stay.held.append((count, given))
        else:
            count(stay, *given)

    def _belongs(self, stay: Stay, at: float) -> None:
        """The first word counts."""
        if stay.belongs_at is not None:
            return
        stay.belongs_at = at
        if self._wanted(stay.queue):
            stay.tallies = self._store.of_call(at, stay.keys)
        held, stay.held = stay.held, []
        for count, given in held:
            count(stay, *given)

    def _with_agent(self, stay: Stay, agent: AgentId) -> list[Tally]:
        if stay.belongs_at is None or not self._wanted(stay.queue):
            return []
        his = self._store.of_agent(agent, stay.belongs_at)
        return [*stay.tallies, his] if his is not None else [*stay.tallies]

    def _open_stays(self) -> Iterable[Stay]:
        for visit in self._visits.values():
            yield from (stay for stay in (visit.stay, visit.last) if stay is not None)
        yield from (talk.stay for talk in self._talks.values())


def merged(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.merge(tally)
    return whole


def _beside_queues(visit: Visit) -> list[tuple[Dimension, str]]:
    return [(Dimension.WHOLE, ""), (Dimension.CALLER, visit.caller)]
