"""Why this agent and not the others: the first reason, in WhyNot's order, for each of the others.

Read right after the decision. An agent who was given another call in the same breath, after this one, counts
as what he was when this one was decided: free.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from ccapp.domain.explanation import EXPLAINED_MAX, Explanation, NotChosen, WhyNot
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import UNTIL_DONE, Intent, Traffic
from ccapp.domain.requirements import lacking, unmet
from ccapp.domain.serving import Strategy
from ccapp.routing import keeping, listing
from ccapp.routing.index import Index
from ccapp.routing.precedence import OVERDUE
from ccapp.routing.seats import OpenOffer, Place, Seat
from ccapp.routing.signing import has_desk, has_signed_in


def explanation(
    opened: OpenOffer,
    trigger: str,
    now: float,
    index: Index,
    places: Mapping[VisitId, Place],
    seats: Mapping[AgentId, Seat],
) -> Explanation:
    others = [_reason(seat, opened, now) for seat in _worth_telling(opened, now, index, seats)]
    return Explanation(
        trigger=trigger,
        key=opened.place.key,
        tier=opened.tier,
        idle_s=opened.offer.made_at - opened.idle_key[0],
        not_chosen=tuple(others),
        not_chosen_count=len(index.agents) - (opened.seat.id in index.agents),
        steps=listing.told(opened, {other.agent: other.why for other in others}) + _steps(opened),
        level=_level(opened.place, opened.seat),
        strategy=opened.place.queue.strategy,
        on_line=opened.offer.on_line,
        calls_passed=tuple(_passed(opened, now, places)),
        caller_priority=opened.place.call.caller_priority,
        queue_priority=opened.place.queue.priority,
        overdue=opened.place.precedence is OVERDUE,
        queues_passed=opened.passed,
    )


def _worth_telling(opened: OpenOffer, now: float, index: Index, seats: Mapping[AgentId, Seat]) -> list[Seat]:
    """At most EXPLAINED_MAX: those listed, rung too, free for the call, able to serve it, and the rest."""
    chosen: dict[AgentId, Seat] = {}
    roster = opened.place.roster
    named = [seats[agent] for agent in roster.entries if agent in seats] if roster is not None else []
    for seat in chain(named, _by_interest(opened, now, index)):
        if seat is not opened.seat:
            chosen[seat.id] = seat
        if len(chosen) == EXPLAINED_MAX:
            break
    return [chosen[agent] for agent in sorted(chosen)]


def _by_interest(opened: OpenOffer, now: float, index: Index) -> Iterator[Seat]:
    yield from (beside.seat for beside in opened.place.ringing)
    yield from index.agents_for(opened.place, now)
    yield from opened.place.signature.capable
    yield from index.agents.values()


def _reason(seat: Seat, opened: OpenOffer, now: float) -> NotChosen:
    why, detail = (
        _absence(seat)
        or _inability(seat, opened.place)
        or _occupation(seat, opened, now)
        or _later_listed(seat, opened)
        or _order(seat, opened)
    )
    return NotChosen(agent=seat.id, why=why, detail=detail)


type Reason = tuple[WhyNot, str]


def _absence(seat: Seat) -> Reason | None:
    if seat.out_of_hours:
        return WhyNot.OUT_OF_HOURS, ""
    if seat.presence.intent is Intent.LOGGED_OUT:
        return WhyNot.LOGGED_OUT, ""
    return None if seat.presence.online else (WhyNot.OFFLINE, "")


def _inability(seat: Seat, place: Place) -> Reason | None:
    if place.roster is not None and seat.id not in place.roster.entries:
        return WhyNot.NOT_LISTED, ""
    members = place.members
    if members is not None and seat.id not in members:
        return WhyNot.NOT_A_MEMBER, place.queue.id
    if not has_signed_in(seat.presence, place.queue):
        return WhyNot.NOT_SIGNED_IN, place.queue.id
    if not has_desk(seat.presence, place.queue):
        return WhyNot.NO_DESK, place.queue.id
    if place.roster is not None:
        return None
    requires = place.asks
    if isinstance(requires, str):
        part = unmet(seat.agent.skills, requires)
        return None if part is None else (WhyNot.REQUIREMENT, part)
    lack = lacking(seat.agent.skills, requires)
    if lack is None:
        return None
    skill, has, wanted = lack
    return (WhyNot.SKILL_LEVEL, f"{skill} {has} < {wanted}") if has else (WhyNot.SKILL_MISSING, skill)


def _occupation(seat: Seat, opened: OpenOffer, now: float) -> Reason | None:
    presence = seat.presence
    if presence.intent is not Intent.READY:
        return WhyNot.NOT_READY, presence.sub_state.value
    if seat.offer is not None and seat.offer.place is opened.place:
        return WhyNot.RINGS_TOO, ""
    if presence.traffic is not Traffic.IDLE and not _given_later(seat, opened):
        return WhyNot.IN_CALL, presence.traffic.value
    if presence.wrap_up_until is not None:
        return WhyNot.WRAP_UP, _left(presence.wrap_up_until, now)
    if presence.banned_until is not None:
        return WhyNot.BANNED, _left(presence.banned_until, now)
    if presence.not_before > now:
        return WhyNot.NOT_BEFORE, f"{presence.not_before - now:.1f} s left"
    if (full := _full(seat, opened)) is not None:
        return full
    roster = opened.place.roster
    if roster is not None and seat.id in roster.passed:
        return WhyNot.TRIED, "rung in vain since the list was through"
    if opened.place.barred(seat.id, now):
        return WhyNot.TRIED, f"{opened.place.tried[seat.id] - now:.1f} s left"
    return None


def _full(seat: Seat, opened: OpenOffer) -> Reason | None:
    """A group of his that had no room, the offer itself aside."""
    for room in seat.rooms:
        before = [
            each
            for each in room.seats
            if each.id in room.busy and each is not opened.seat and not _given_later(each, opened)
        ]
        if len(before) >= room.at_once_max:
            return WhyNot.GROUP_FULL, f"{room.group}: {len(before)} of {room.at_once_max} on calls"
    return None


def _left(until: float, now: float) -> str:
    return "until he says so" if until == UNTIL_DONE else f"{until - now:.1f} s left"


def _given_later(seat: Seat, opened: OpenOffer) -> bool:
    theirs = seat.offer
    return (
        theirs is not None and theirs.number > opened.number and theirs.offer.made_at == opened.offer.made_at
    )


def _steps(opened: OpenOffer) -> tuple[str, ...]:
    place = opened.place
    if place.call.directed:
        return ("the customer's server named him",)
    manager = keeping.told(place, opened.seat)
    if place.ladder is None:
        return manager
    return manager + place.ladder.told(
        place.call.entered_at, place.eased, place.rung, opened.offer.made_at, crowded=place.crowded
    )


def _level(place: Place, seat: Seat) -> int:
    bench = place.signature.bench
    return 1 if bench is None else bench.order.level(seat)


def _later_listed(seat: Seat, opened: OpenOffer) -> Reason | None:
    roster = opened.place.roster
    if roster is None:
        return None
    return WhyNot.LATER_LISTED, listing.ordinal(1 + list(roster.entries).index(seat.id))


def _order(seat: Seat, opened: OpenOffer) -> Reason:
    if opened.place.call.directed:
        return WhyNot.NOT_NAMED, ""
    if keeping.is_for_manager(opened.place, opened.seat):
        return WhyNot.NOT_HIS_MANAGER, opened.seat.id
    if opened.offer.on_line and not seat.on_line and opened.place.queue.kind is Kind.FIFO:
        return WhyNot.NOT_ON_LINE, ""
    mine, his = _level(opened.place, seat), _level(opened.place, opened.seat)
    if mine != his:
        return WhyNot.LATER_LEVEL, f"{mine} > {his}"
    if opened.place.queue.strategy is not Strategy.LONGEST_IDLE:
        return WhyNot.STRATEGY, opened.place.queue.strategy.value
    if seat.tier != opened.tier:
        return WhyNot.LATER_TIER, f"{seat.tier} > {opened.tier}"
    return WhyNot.IDLE_LESS, f"{opened.offer.made_at - seat.presence.idle_since:.1f} s"


def _passed(
    opened: OpenOffer, now: float, places: Mapping[VisitId, Place]
) -> Iterator[tuple[VisitId, QueueId]]:
    """Waiting calls with a smaller key that this agent may serve, but was tried for a moment ago."""
    for visit, until in opened.seat.excluded.items():
        place = places.get(visit)
        if place and place.waiting and until > now and place.order < opened.place.order:
            yield visit, place.queue.id
