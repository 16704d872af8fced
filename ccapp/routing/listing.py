"""Calls that only those may be given whom the customer's server lists for them, in its order.

A listed call is in line but in no heap, so nobody finds it but by its list. Who was rung for it in vain is
passed over until the list is through, which is when nobody of the others is free: from the next answer on, be
it a new list or the word that there is none, all of them may be rung again. Whom two calls name is given the
one that goes first. What the queue itself says of who serves it counts for nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.listing import Listed
from ccapp.domain.presence import Presence
from ccapp.domain.serving import NO_GROUPS, Strategy
from ccapp.routing.seats import OpenOffer, Place, Seat
from ccapp.routing.signing import has_desk, has_signed_in

type Lists = Mapping[VisitId, Sequence[Listed]]

TOLD_MAX = 10
"""Of those before him on the list."""

GUEST = "listed as a guest"


class Roster:
    """Of one call."""

    __slots__ = ("entries", "passed", "through")

    def __init__(self) -> None:
        self.entries: dict[AgentId, Listed] = {}  # in the order they are rung in
        self.passed: set[AgentId] = set()  # rung in vain since the list was through
        self.through = False  # whether it has come to its end since the last answer


def as_routed(centre: Centre) -> Centre:
    """The configuration as the Router takes it: of queues with lists, without what else says who serves."""
    listed = {id: _plain(queue) for id, queue in centre.queues.items() if queue.get_list_agents_url}
    return replace(centre, queues={**centre.queues, **listed}) if listed else centre


def _plain(queue: Queue) -> Queue:
    return replace(
        queue,
        requires={},
        agents=None,
        groups=NO_GROUPS,
        tiers={},
        tier_rules=None,
        relax=(),
        strategy=Strategy.LONGEST_IDLE,
        manager=None,
    )


def guest(entry: Listed) -> Seat:
    """For the one offer, and its talk: he is nobody we know."""
    person = Agent(id=entry.agent, name=entry.agent, extension="", outside=entry.outside)
    seat = Seat(person, Presence(agent=entry.agent, online=True))
    seat.removed = True
    return seat


class Rosters:
    """Those of all listed calls, by call and by agent, and the queues whose server is to be asked now."""

    def __init__(self, queues: Iterable[Queue]) -> None:
        self.queues = tuple(queue.id for queue in queues if queue.get_list_agents_url)
        self.wanted: dict[QueueId, None] = {}  # in the event being decided
        self._naming: dict[AgentId, dict[VisitId, Place]] = {}

    # --- what is listed -----------------------------------------------------------------------------------

    def enter(self, place: Place) -> None:
        """The call is in a line, perhaps under another configuration; it keeps the list it has. One that is
        for an agent by name needs none."""
        if place.queue.id not in self.queues or place.call.only_s is not None:
            place.roster = None
            return
        if place.roster is None:
            place.roster = Roster()
        self._name(place)
        self.want(place.queue.id)

    def take(self, place: Place, entries: Sequence[Listed]) -> bool:
        """The call's list from now on; whether it names somebody and did not before, or nobody any more."""
        assert place.roster is not None
        named = bool(place.roster.entries)
        self.forget(place)
        place.roster.entries = {}
        for entry in entries:
            place.roster.entries.setdefault(entry.agent, entry)
        self._name(place)
        return named is not bool(place.roster.entries)

    def forget(self, place: Place) -> None:
        """The call is out of line, or is about to have another list."""
        for agent in place.roster.entries if place.roster is not None else ():
            naming = self._naming[agent]
            del naming[place.visit]
            if not naming:
                del self._naming[agent]

    def _name(self, place: Place) -> None:
        assert place.roster is not None
        for agent in place.roster.entries:
            self._naming.setdefault(agent, {})[place.visit] = place

    @staticmethod
    def answered(place: Place) -> None:
        """A list that was through begins anew."""
        if place.roster is not None and place.roster.through:
            place.roster.through = False
            place.roster.passed.clear()

    # --- whom it names ------------------------------------------------------------------------------------

    def first_free(self, place: Place, seats: Mapping[AgentId, Seat], now: float) -> Listed | None:
        """Who is to be rung for the call; None: its list is through for now."""
        assert place.roster is not None
        for entry in place.roster.entries.values():
            seat = seats.get(entry.agent)
            free = entry.outside is not None if seat is None else seat.free
            if free and _may(entry, seat, place, now):
                return entry
        if place.roster.passed and not place.roster.through:
            place.roster.through = True
            self.want(place.queue.id)
        return None

    def first_naming(self, agent: AgentId, seat: Seat | None, now: float) -> Place | None:
        """The call that goes first of those he may be given; `seat` None: he is not configured."""
        best: Place | None = None
        for place in self._naming.get(agent, {}).values():
            assert place.roster is not None
            if place.waiting and (best is None or place.order < best.order):
                entry = place.roster.entries[agent]
                if (seat is not None or entry.outside is not None) and _may(entry, seat, place, now):
                    best = place
        return best

    # --- when the customer's server is asked --------------------------------------------------------------

    def want(self, queue: QueueId) -> None:
        self.wanted[queue] = None

    def agent_free(self, lines: Mapping[QueueId, Collection[VisitId]]) -> None:
        """Somebody is free and has been given nothing: the server may know a call for him."""
        for queue in self.queues:
            if lines.get(queue):
                self.want(queue)


def _may(entry: Listed, seat: Seat | None, place: Place, now: float) -> bool:
    """Whether he may be rung, if he is free."""
    assert place.roster is not None
    if entry.agent in place.roster.passed or place.barred(entry.agent, now):
        return False
    if seat is None:
        return True
    at_phone = entry.outside is not None or has_desk(seat.presence, place.queue)
    return at_phone and has_signed_in(seat.presence, place.queue)


def missed(opened: OpenOffer) -> None:
    """He was rung in vain: the next one of the list is."""
    if opened.place.roster is not None:
        opened.place.roster.passed.add(opened.seat.id)


def told(opened: OpenOffer, why: Mapping[AgentId, str]) -> tuple[str, ...]:
    """Where on the list he stands, and `why` it was not those before him."""
    roster = opened.place.roster
    if roster is None or opened.seat.id not in roster.entries:
        return ()
    names = list(roster.entries)
    number = names.index(opened.seat.id)
    tried = dict.fromkeys(roster.passed, "tried")
    before = [
        f"{ordinal(n + 1)} {name}: {why.get(name) or tried.get(name, 'not configured')}"
        for n, name in enumerate(names[: min(number, TOLD_MAX)])
    ]
    if number > TOLD_MAX:
        before.append(f"and {number - TOLD_MAX} more")
    return ("; ".join([f"listed {ordinal(number + 1)} of {len(names)}", *before]),)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th ... 11th."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
