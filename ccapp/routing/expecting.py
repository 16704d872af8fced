"""The Router's line and staff as a forecast needs them: who may serve which call, now and later.

Staff are those who mean to take calls and have a phone, on a call or not; not who has asked for a break or
to log out after it. Calls of higher priority that are still to come count by how many have come of late.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ccapp.domain.centre import Queue
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Move, Traffic
from ccapp.domain.requirements import Requires, met
from ccapp.routing.decisions import WaitingCall
from ccapp.routing.experience import Experience, Habits
from ccapp.routing.forecast import Forecast, Team, Waiting, forecast, served_after
from ccapp.routing.index import Index
from ccapp.routing.precedence import precedence_of, rank
from ccapp.routing.seats import Place, Seat
from ccapp.routing.signing import is_let_in
from ccapp.routing.skills import Members

LOOK_MAX = 120
"""So many calls in line are looked at one by one; those behind them by their number."""

LOOKS_MAX = 10
"""About so many times, for the ranks that overtake each other."""

UNSEEN_PER_S = 1e-6
"""How often a queue is called that nobody has called yet: what counts is how its calls are beside others'."""

LEAVING = frozenset({Move.NOT_READY, Move.LOG_OUT})

type Order = tuple[int, float, float]


class Called(NamedTuple):
    """A call in line, or one that would be."""

    order: Order
    visit: VisitId
    queue: Queue
    waiting: Waiting
    overdue_s: float | None  # until it goes before all others; None: it does, or never


class Flow(NamedTuple):
    """Calls that are still to come."""

    rank: int
    bit: int
    queue: Queue
    per_s: float


def is_staff(seat: Seat) -> bool:
    """Takes another call after the one he may be on."""
    presence = seat.presence
    busy = presence.traffic is not Traffic.IDLE
    return seat.present and presence.after_call not in LEAVING and not (busy and presence.on_demand)


class Expecting:
    """What one moment lets expect."""

    def __init__(
        self, index: Index, queues: Mapping[QueueId, Queue], experience: Experience, now: float
    ) -> None:
        self._index = index
        self._queues = queues
        self._now = now
        self._experience = experience
        self._coming = experience.coming(now)
        self._staff = [seat for seat in index.agents.values() if is_staff(seat)]
        self._may: dict[AgentId, int] = {seat.id: 0 for seat in self._staff}
        self._bits: dict[Hashable, int] = {}
        self._habits = {id: experience.habits(queue) for id, queue in queues.items()}

    # --- the questions ------------------------------------------------------------------------------------

    def of_line(self, places: Iterable[Place], only: VisitId | None = None) -> dict[VisitId, Forecast | None]:
        """Of all the calls, or of one and those before it. An agent's phone rings already: at once."""
        in_order = sorted(places, key=lambda place: place.order)
        ringing: dict[VisitId, Forecast | None] = {
            place.visit: Forecast(0.0, 0.0) for place in in_order if place.ringing
        }
        line = [self._called(place) for place in in_order if not place.ringing]
        if only is not None:
            ends = next((n for n, call in enumerate(line, 1) if call.visit == only), 0)
            line = line[:ends]
        return ringing | self._forecasts(line)

    def of_new(self, call: WaitingCall, places: Iterable[Place]) -> Forecast | None:
        """Of one who is not in line yet."""
        queue = self._queues[call.queue]
        turn = rank(precedence_of(queue), call.caller_priority), call.key
        before = [place for place in places if place.order[:2] <= turn and not place.ringing]
        line = [self._called(place) for place in sorted(before, key=lambda place: place.order)]
        line.append(self._would_be(call, queue, (*turn, float("inf"))))
        return self._forecasts(line)[call.visit]

    # --- calls --------------------------------------------------------------------------------------------

    def _called(self, place: Place) -> Called:
        signature = place.signature
        bit = self._bit(id(signature), signature.capable)
        who = self._climbing(place.call, place.queue, bit, place.eased, place.rung, id(signature))
        if place.kept_for is not None:
            his = place.kept_for
            alone_s = place.kept_until - self._now
            who = [
                (0.0, self._bit(("kept", his.id), [his])),
                *((max(from_s, alone_s), each) for from_s, each in who),
            ]
        return self._as_called(place.order, place.call, place.queue, who, place.overdue_at)

    def _would_be(self, call: WaitingCall, queue: Queue, order: Order) -> Called:
        plain = not call.requires or call.requires == queue.requires
        signature = self._index.of_queue(queue.id)
        name: Hashable = id(signature) if plain else ("new", call.visit)
        asked = queue.requires if plain else call.requires
        able = (seat for seat in signature.capable if plain or met(seat.agent.skills, asked))
        bit = self._bit(name, able)
        who = self._climbing(call, queue, bit, 0, 0, name)
        overdue_at = self._now - call.brought_s + queue.overdue_s if queue.overdue_s else None
        return self._as_called(order, call, queue, who, overdue_at if self._index.ranked else None)

    def _as_called(
        self,
        order: Order,
        call: WaitingCall,
        queue: Queue,
        who: Sequence[tuple[float, int]],
        overdue_at: float | None,
    ) -> Called:
        giving_up = self._habits[queue.id].giving_up if queue.id in self._habits else 0.0
        overdue_s = None if overdue_at is None else max(0.0, overdue_at - self._now)
        return Called(order, call.visit, queue, Waiting(tuple(who), giving_up), overdue_s)

    def _climbing(
        self, call: WaitingCall, queue: Queue, bit: int, eased: int, rung: int, name: Hashable
    ) -> list[tuple[float, int]]:
        """Those who may serve it now, and those who may as it waits longer."""
        who = [(0.0, bit)]
        ladder = self._index.ladder(queue.id)
        at = None if ladder is None else ladder.next_at(call.entered_at, eased, rung)
        while ladder is not None and at is not None:
            eased, rung = ladder.eased(call.entered_at, eased, at), ladder.rung(call.entered_at, rung, at)
            able = self._able(queue, ladder.members(eased, rung), ladder.asks(call.requires, eased))
            who.append((max(0.0, at - self._now), self._bit((name, eased, rung), able)))
            at = ladder.next_at(call.entered_at, eased, rung)
        return who

    # --- staff --------------------------------------------------------------------------------------------

    def _able(self, queue: Queue, members: Members, asks: Requires) -> Iterator[Seat]:
        for seat in self._staff:
            let_in = (members is None or seat.id in members) and is_let_in(seat.presence, queue)
            if let_in and met(seat.agent.skills, asks):
                yield seat

    def _bit(self, name: Hashable, seats: Iterable[Seat]) -> int:
        """Of a set of agents; the same one for the same name, and then `seats` are not looked at."""
        bit = self._bits.get(name)
        if bit is None:
            bit = self._bits[name] = 1 << len(self._bits)
            for seat in seats:
                if seat.id in self._may:
                    self._may[seat.id] |= bit
        return bit

    def _flows(self) -> list[Flow]:
        """All that comes, those first who overtake most."""
        flows = []
        for (name, priority), per_s in self._coming.items():
            if (queue := self._queues.get(name)) is not None:
                signature = self._index.of_queue(name)
                bit = self._bit(id(signature), signature.capable)
                flows.append(Flow(rank(precedence_of(queue), priority), bit, queue, per_s))
        return sorted(flows, key=lambda flow: flow.rank)

    def _occupied_s(self, may: int, flows: Sequence[Flow], queues: Iterable[Queue]) -> float:
        """How long one call after the other keeps agents who may serve these."""
        shares: dict[QueueId, float] = defaultdict(float)
        for flow in flows:
            if flow.bit & may:
                shares[flow.queue.id] += flow.per_s
        for queue in queues:
            shares[queue.id] += UNSEEN_PER_S
        whole = sum(shares.values())
        return sum(self._habits[id].occupied_s * share for id, share in shares.items()) / whole

    # --- looking ahead ------------------------------------------------------------------------------------

    def _forecasts(self, line: Sequence[Called]) -> dict[VisitId, Forecast | None]:
        known = [call for call in line if call.queue.id in self._habits]
        if not known:
            return dict.fromkeys((call.visit for call in line), None)
        look = _Look(known[:LOOK_MAX], self._flows(), self._habits, self._teams_of)
        found: dict[VisitId, Forecast | None] = dict.fromkeys((call.visit for call in line), None)
        for number, call in enumerate(known):
            found[call.visit] = look.forecast(number, call)
        return found

    def _teams_of(self, line: Sequence[Called], flows: Sequence[Flow]) -> list[Team]:
        """The staff, by whom they may serve."""
        alike: dict[int, list[Seat]] = defaultdict(list)
        for seat in self._staff:
            if may := self._may[seat.id]:
                alike[may].append(seat)
        queues = {call.queue.id: call.queue for call in line}.values()
        return [
            Team(
                may=may,
                agents=len(seats),
                free=sum(self._is_free(seat) for seat in seats),
                rate=len(seats) / self._occupied_s(may, flows, queues),
            )
            for may, seats in alike.items()
        ]

    def _is_free(self, seat: Seat) -> bool:
        return seat.waits_for_call() and seat.has_room and seat.presence.not_before <= self._now


class _Look:
    """One look at a line; once more for every rank that others overtake."""

    def __init__(
        self,
        line: Sequence[Called],
        flows: Sequence[Flow],
        habits: Mapping[QueueId, Habits],
        crews: Callable[[Sequence[Called], Sequence[Flow]], list[Team]],
    ) -> None:
        self._line = line
        self._flows = flows
        self._habits = habits
        self._crews = crews(line, flows)
        self._seen: dict[int, list[float | None]] = {}  # by how many flows overtake

    def forecast(self, number: int, call: Called) -> Forecast | None:
        overtaking = self._overtaking(call.order[0])
        after_s = self._after_s(number, overtaking)
        if overtaking and call.overdue_s is not None and (after_s is None or after_s > call.overdue_s):
            after_s = self._when_overdue(number, call.overdue_s, after_s)
        if after_s is None:
            return None
        bits = call.waiting.bits_at(after_s)
        his = [crew for crew in self._crews if crew.may & bits]
        rate = sum(crew.rate for crew in his)
        lost = sum(crew.rate * self._lost(crew, overtaking) for crew in his)
        habits = self._habits[call.queue.id]
        agents = sum(crew.agents for crew in his)
        return forecast(after_s, habits, agents, rate, overtaken=lost / rate if rate else 0.0)

    def _overtaking(self, rank: int) -> Sequence[Flow]:
        """Of very many ranks some share a look."""
        count = sum(flow.rank < rank for flow in self._flows)
        return self._flows[: count - count % (1 + len(self._flows) // LOOKS_MAX)]

    def _after_s(self, number: int, overtaking: Sequence[Flow]) -> float | None:
        if len(overtaking) not in self._seen:
            teams = [
                crew._replace(rate=crew.rate * (1 - self._lost(crew, overtaking))) for crew in self._crews
            ]
            self._seen[len(overtaking)] = served_after([call.waiting for call in self._line], teams)
        seen = self._seen[len(overtaking)]
        if number < len(seen):
            return seen[number]
        last = seen[-1]
        return None if last is None else last * (number + 1) / len(seen)

    def _when_overdue(self, number: int, overdue_s: float, after_s: float | None) -> float | None:
        """From then on nobody overtakes him."""
        full_s = self._after_s(number, ())
        left = 1.0 if after_s is None else 1 - overdue_s / after_s
        return None if full_s is None else overdue_s + left * full_s

    def _lost(self, crew: Team, overtaking: Sequence[Flow]) -> float:
        """The share of these agents' time that goes to calls still to come."""
        share = 0.0
        for flow in overtaking:
            if flow.bit & crew.may:
                agents = sum(each.agents for each in self._crews if each.may & flow.bit)
                share += flow.per_s * self._habits[flow.queue.id].occupied_s / agents
        return min(share, 1.0)
