"""What is so, by what was told: presences, calls in line and the phones that ring for them."""

from dataclasses import replace

from ccapp.domain.centre import Centre, Queue
from ccapp.domain.ids import AgentId, OfferId, QueueId, VisitId
from ccapp.domain.listing import Listed
from ccapp.domain.presence import Intent, Presence, Traffic
from ccapp.domain.serving import Group, Strategy
from ccapp.routing.decisions import Offer, WaitingCall
from tests.routing.properties.centres import MINUTES
from tests.routing.properties.serving import Serving

type Turn = tuple[int, int, float]
"""Priority of the queue (-1: overdue), of the caller, key: smallest first."""


def without_groups(centre: Centre) -> Centre:
    """Queues with lists have nothing else that says who serves them."""
    return replace(
        centre,
        queues={
            name: Queue(
                id=name,
                name=name,
                get_list_agents_url=queue.get_list_agents_url,
                sign_in=queue.sign_in,
                needs_desk=queue.needs_desk,
                priority=queue.priority,
                overdue_s=queue.overdue_s,
                wait_s_max=queue.wait_s_max,
                retry_same_agent_s=queue.retry_same_agent_s,
                wrap_up_s=queue.wrap_up_s,
            )
            if queue.get_list_agents_url
            else queue
            for name, queue in centre.queues.items()
        },
    )


class Books:
    def __init__(self, centre: Centre) -> None:
        self.centre = centre = without_groups(centre)
        self.now = 0.0
        self.presences = {agent: Presence(agent=agent) for agent in centre.agents}
        self.calls: dict[VisitId, tuple[Turn, int, WaitingCall]] = {}  # in line: turn, order of joining
        self.mixed = False  # not all priorities are alike
        self.offers: dict[OfferId, Offer] = {}
        self.phones_max: dict[VisitId, int] = {}  # of calls that ring
        self.next_at: dict[VisitId, float] = {}  # when a further phone may ring
        self.made: set[OfferId] = set()
        self.barred: dict[tuple[VisitId, AgentId], float] = {}
        self.talks: set[AgentId] = set()
        self.on_line: set[AgentId] = set()
        self.joined = 0
        self.serving = Serving(centre)
        self.absent_since: dict[QueueId, float] = {}
        self.open_s: dict[VisitId, float] = {}  # gates that opened early, nobody being there
        self.answered: dict[AgentId, int] = {}
        self.talked_s: dict[AgentId, float] = {}
        self.began: dict[AgentId, float] = {}
        self.turns: dict[tuple[QueueId, AgentId], int] = {}
        self.missed: set[VisitId] = set()  # calls no longer kept for their manager
        self.rang: set[VisitId] = set()  # whose manager was rung
        self.lists: dict[VisitId, list[Listed]] = {}
        self.passed: dict[VisitId, set[AgentId]] = {}  # rung in vain since the list was through
        self.through: set[VisitId] = set()  # whose list was, since the last answer
        self.here: set[AgentId] = set()  # guests
        self.directing = True  # whether the customer's server directs the calls that come
        self.named: tuple[VisitId, AgentId, float] | None = None  # by it, in this event: to be rung so long
        self.in_list_order = False  # nothing but lists decides who is rung in this event

    def free(self) -> list[AgentId]:
        return [agent for agent, presence in self.presences.items() if self.is_free(presence)]

    def is_free(self, presence: Presence) -> bool:
        has_room = not self.has_no_room(presence.agent)
        return self.is_ready(presence) and has_room and presence.not_before <= self.now

    def is_ready(self, presence: Presence) -> bool:
        return (
            (presence.agent in self.centre.agents or presence.agent in self.here)
            and presence.intent is Intent.READY
            and presence.traffic is Traffic.IDLE
            and presence.online
            and presence.wrap_up_until is None
            and presence.banned_until is None
        )

    def has_no_room(self, agent: AgentId) -> bool:
        return any(self.is_full(group) for group in self.centre.groups.values() if agent in group.agents)

    def is_out_of_hours(self, agent: AgentId) -> bool:
        outside = self.centre.agents[agent].outside
        limited = outside is not None and outside.hours is not None
        return limited and not MINUTES.open_at(self.now)

    def is_full(self, group: Group) -> bool:
        members = group.agents & self.centre.agents.keys()
        busy = [agent for agent in members if self.presences[agent].traffic is not Traffic.IDLE]
        return group.at_once_max is not None and len(busy) >= group.at_once_max

    def waiting(self) -> list[VisitId]:
        """Those for whom an agent may be rung now."""
        ranked = sorted(self.calls, key=lambda visit: self.calls[visit][:2])
        return [visit for visit in ranked if self.wants_agent(visit)]

    def rung(self, visit: VisitId) -> list[Offer]:
        return [offer for offer in self.offers.values() if offer.visit == visit]

    def wants_agent(self, visit: VisitId) -> bool:
        if self.calls[visit][2].directed:
            return False
        ringing = len(self.rung(visit))
        if not ringing:
            return True
        return ringing < self.phones_max[visit] and self.next_at.get(visit, self.now) <= self.now

    def ring_as_configured(self) -> None:
        """A round of ringing goes on as it began, but for fewer at once, or for no more pauses."""
        for visit in {offer.visit for offer in self.offers.values()}:
            queue = self.centre.queues.get(self.calls[visit][2].queue)
            several = queue is not None and queue.strategy in (
                Strategy.RING_ALL,
                Strategy.RING_PROGRESSIVELY,
            )
            at_once = queue.ring_at_once_max if queue is not None and several else 1
            self.phones_max[visit] = min(self.phones_max[visit], at_once)
            if queue is None or queue.strategy is not Strategy.RING_PROGRESSIVELY:
                self.next_at.pop(visit, None)

    def settle(self, offer: OfferId) -> Offer:
        settled = self.offers.pop(offer)
        if not self.rung(settled.visit):
            self.next_at.pop(settled.visit, None)
        return settled
