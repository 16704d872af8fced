"""The Router's own records: a seat per agent, a place per call in line. Mutable, and seen by nobody else.

A Seat's presence and a Place's call are the frozen values that go out; what surrounds them is the index's.
"""

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from ccapp.domain.admission import ExitReason
from ccapp.domain.centre import Agent, Queue
from ccapp.domain.ids import AgentId, OfferId, QueueId, VisitId
from ccapp.domain.managers import Missed
from ccapp.domain.presence import Intent, Presence, Traffic
from ccapp.domain.requirements import Requires, merged
from ccapp.domain.serving import Strategy
from ccapp.routing.decisions import Offer, WaitingCall
from ccapp.routing.precedence import Precedence
from ccapp.routing.skills import Members

if TYPE_CHECKING:
    from ccapp.routing.ladder import Ladder
    from ccapp.routing.listing import Roster
    from ccapp.routing.order import Order
    from ccapp.routing.rooms import Room
    from ccapp.routing.signatures import Signature


class Seat:
    """An agent as the Router holds him."""

    __slots__ = (
        "agent", "calls", "due_at", "due_number", "excluded", "flex", "free", "idle_number", "offer",
        "on_line", "ordered", "out_of_hours", "own", "presence", "removed", "rooms", "rung_at",
        "signatures", "talk_began", "talk_s", "tier", "turns", "wrap_up_s",
    )  # fmt: skip

    def __init__(self, agent: Agent, presence: Presence) -> None:
        self.agent = agent
        self.presence = presence
        self.signatures: list[Signature] = []  # those he may serve, of queues that take the longest idle
        self.ordered: list[Signature] = []  # those he may serve, of queues with an order of their own
        self.calls = 0  # answered since he logged in
        self.talk_s = 0.0  # talked since he logged in
        self.talk_began = 0.0  # of the talk he is in
        self.turns: dict[QueueId, int] = {}  # number of the last offer, of queues that go by it
        self.flex = 0.0  # how widely skilled: see rating.py
        self.tier = 0
        self.free = False  # sits in his signatures' tiers
        self.idle_number = 0  # orders those idle since the same instant
        self.offer: OpenOffer | None = None
        self.on_line = False  # waits off-hook: he is joined without ringing
        self.wrap_up_s = 0.0  # of the talk he is in
        self.due_at: float | None = None  # when the clock alone changes something for him
        self.due_number = 0  # orders those due at the same instant
        self.excluded: dict[VisitId, float] = {}  # calls he was tried for -> until
        self.rung_at: deque[float] = deque()  # of late, where that is limited: see sparing.py
        self.own: dict[VisitId, Place] = {}  # calls kept for him: see keeping.py
        self.out_of_hours = False  # of his phone outside: see shifts.py
        self.rooms: tuple[Room, ...] = ()  # of his groups with a limit: see rooms.py
        self.removed = False  # no longer configured; goes when his talk ends

    @property
    def id(self) -> AgentId:
        return self.agent.id

    @property
    def on_duty(self) -> bool:
        return self.presence.intent is not Intent.LOGGED_OUT

    @property
    def present(self) -> bool:
        """Means to take calls and has a phone, though he may be talking now."""
        presence = self.presence
        return presence.intent is Intent.READY and presence.online and presence.banned_until is None

    @property
    def idle_key(self) -> tuple[float, int]:
        return self.presence.idle_since, self.idle_number

    @property
    def has_room(self) -> bool:
        """Whether one more of each of his groups may be on a call."""
        return not self.rooms or not any(room.full or room.reopened for room in self.rooms)

    def waits_for_call(self) -> bool:
        """Ready, idle and reachable; only his pause may still hold him back."""
        presence = self.presence
        return (
            presence.intent is Intent.READY
            and presence.traffic is Traffic.IDLE
            and presence.online
            and presence.wrap_up_until is None
            and presence.banned_until is None
        )


class Place:
    """A call in line. It keeps its place while it is offered."""

    __slots__ = (
        "call", "crowded", "eased", "in_heap", "kept_for", "kept_until", "key", "ladder", "limit", "missed",
        "next_ring_at", "offers", "overdue_at", "phones_max", "precedence", "queue", "rang_manager", "rank",
        "ringing", "roster", "rung", "seq", "signature", "step_at", "tried", "waiting",
    )  # fmt: skip

    def __init__(self, call: WaitingCall, queue: Queue, seq: int) -> None:
        self.call = call
        self.queue = queue
        self.key = call.key
        self.seq = seq  # orders those with the same key
        self.precedence: Precedence
        self.rank = 0  # by precedence and the caller's priority; those of the same rank go by their keys
        self.overdue_at: float | None = None  # when it will go before all others; None: it does, or never
        self.offers = call.offers
        self.tried: dict[AgentId, float] = dict(call.tried)
        self.limit: tuple[float, ExitReason] | None = None  # when it must leave the line, and why
        self.signature: Signature
        self.waiting = False  # in line, and a (further) agent may be rung for it
        self.in_heap = False
        self.ringing: list[OpenOffer] = []  # in the order they were made
        self.phones_max = 1  # how many may ring, once the first does
        self.next_ring_at: float | None = None  # when a further phone may ring; None: now
        self.ladder: Ladder | None = None  # None: who may serve it does not change
        self.eased = self.rung = 0  # where on the ladder it stands
        self.crowded = False  # open to the backups since too many waited: see crowds.py
        self.step_at: float | None = None  # when the clock alone takes it further
        self.roster: Roster | None = None  # who alone may be given it: see listing.py
        self.kept_for: Seat | None = None  # its manager, while it waits for him alone: see keeping.py
        self.kept_until = 0.0
        self.rang_manager = False
        self.missed: Missed | None = None  # why it is not, or no longer, kept

    @property
    def asks(self) -> Requires:
        """What is asked for it now."""
        return self.call.requires if self.ladder is None else self.ladder.asks(self.call.requires, self.eased)

    @property
    def members(self) -> Members:
        """Who may serve it now, skills aside; None: everyone."""
        return self.queue.agents if self.ladder is None else self.ladder.members(self.eased, self.rung)

    @property
    def wants_agent(self) -> bool:
        """Whether an agent may be rung for it now, or one more beside those who are."""
        if self.call.directed:
            return False
        ringing = self.ringing
        return not ringing or (self.next_ring_at is None and len(ringing) < self.phones_max)

    @property
    def visit(self) -> VisitId:
        return self.call.visit

    @property
    def order(self) -> tuple[int, float, int]:
        return self.rank, self.key, self.seq

    def direct(self, directed: bool) -> None:
        """Whether only the customer's server says who is rung for it, from now on."""
        if self.call.directed is not directed:
            self.call = replace(self.call, directed=directed)

    def barred(self, agent: AgentId, now: float) -> bool:
        return self.tried.get(agent, now) > now

    def requeue(self, queue: Queue) -> None:
        """Under the queue as it is configured now; the clock goes on."""
        if queue == self.queue:
            return
        call = self.call
        self.queue = queue
        self.call = replace(
            call,
            requires=merged(queue.requires, call.own_requires),
            priority_s=queue.priority_s + call.own_priority_s,
        )
        self.key = self.call.key

    def ring_as(self, queue: Queue | None, now: float) -> None:
        """Phones that ring already ring on; where one rings alone, it does so to its end."""
        self.phones_max = min(self.phones_max, 1 if queue is None else queue.phones_max)
        progressively = queue is not None and queue.strategy is Strategy.RING_PROGRESSIVELY
        if not progressively or (self.next_ring_at is not None and self.next_ring_at <= now):
            self.next_ring_at = None

    def as_call(self) -> WaitingCall:
        if self.offers == self.call.offers and self.tried == self.call.tried:
            return self.call
        self.call = replace(self.call, offers=self.offers, tried=dict(self.tried))
        return self.call


class OpenOffer:
    """An offer not yet settled, with what explains it."""

    __slots__ = ("idle_key", "limits", "number", "offer", "passed", "place", "seat", "tier")

    def __init__(
        self, offer: Offer, seat: Seat, place: Place, number: int, passed: tuple[QueueId, ...]
    ) -> None:
        self.offer = offer
        self.seat = seat
        self.place = place
        self.number = number  # of all offers ever made
        self.passed = passed  # queues the lot passed over
        self.tier = seat.tier
        self.idle_key = seat.idle_key
        self.limits: Order | None = None  # of a queue for which only so many may ring, if he does

    @property
    def id(self) -> OfferId:
        return self.offer.offer
