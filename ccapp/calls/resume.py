"""Taking over the calls of an engine that died (or stopped): each goes on where the facts and the lines say.

What the facts say is folded by `acd/recovery.py`; what the lines say is the switch's survey. Where the two
differ, the lines are right and the facts that are missing are written now.
"""

from collections.abc import Coroutine, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ccapp.acd import Callback, Talk, Visit, telling
from ccapp.acd.callbacks import Ending
from ccapp.acd.entering import outcome_of
from ccapp.acd.recovery import OpenVisit, offer_from, open_visit
from ccapp.calls import (
    backend,
    customer_info,
    forward,
    on_line,
    outside_operator,
    own_call,
    recording,
    voicemail,
)
from ccapp.calls.arrival import story_of
from ccapp.calls.callback import callback_found, ring_back
from ccapp.calls.floor import Floor
from ccapp.calls.inbound import journey, note_hang_up
from ccapp.calls.last_waypoint import last_waypoint
from ccapp.calls.offering import Served
from ccapp.calls.scope import until_gone
from ccapp.domain import events
from ccapp.domain.callbacks import CallbackEnd
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Queue
from ccapp.domain.events import EndedBy, Outcome, VisitFact
from ccapp.domain.ids import ChannelId, QueueId, offer_of
from ccapp.ports import Connected, FoundLeg, Leg
from ccapp.routing.precedence import ranks_at

type Story = Coroutine[None, None, None]


@dataclass(frozen=True, slots=True)
class Found:
    """A caller who is still there, and what he was doing."""

    open: OpenVisit
    caller: FoundLeg
    served: Served | None


def take_over(visits: Sequence[Sequence[VisitFact]], survey: Connected, floor: Floor) -> list[Story]:
    """Settles what ended meanwhile, releases what nobody owns, and returns the stories that go on.

    Agents must have been restored before. Those who wait come back in the order they will be served, so
    that nobody is overtaken by coming back first.
    """
    legs = {found.leg.id: found for found in survey.legs}
    on_line.found_again(legs, floor)
    opened = _by_turn([found for facts in visits if facts and (found := open_visit(facts))], floor)
    of_visit = {facts[0].visit: facts for facts in visits if facts}
    for found in opened:
        floor.acd.sessions.restore(found.visit, of_visit[found.visit.id])
    owned: set[ChannelId] = set()
    stories: list[Story] = []
    for found in opened:
        caller = legs.get(found.visit.channel)
        served = _settle(found, caller, legs, floor)
        if served is not None and offer_of(served.leg.id) is not None:
            owned.add(served.leg.id)
        if found.callback is not None:
            stories += callback_again(found, found.callback, caller, served, floor)
            owned |= {caller.leg.id} if caller is not None else set()
        elif caller is None and found.message is not None:
            stories.append(voicemail.settle_left(found.visit, found.message, floor))
        elif caller is None:
            _close(found, served, floor)
        else:
            owned.add(caller.leg.id)
            if caller.bridge is not None and forward.is_forward(caller.bridge):
                owned |= survey.bridges[caller.bridge]
            stories.append(_resumed(Found(found, caller, served), legs, floor))
    his_own, going_on = own_call.take_over(survey, legs, floor)
    stories += forward.close_left(survey, owned, floor)
    return stories + going_on + list(unowned(survey, owned | his_own, floor))


def _by_turn(opened: Sequence[OpenVisit], floor: Floor) -> list[OpenVisit]:
    queues, nowhere = floor.acd.centre.queues, Queue(id=QueueId(""), name="")
    waiting = [(found, found.waits) for found in opened if found.waits is not None]
    calls = [
        (queues.get(waits.queue, nowhere), waits.caller_priority, waits.entered_at - waits.brought_s)
        for _, waits in waiting
    ]
    ranks = ranks_at(floor.acd.clock.now(), calls)
    turns = {
        found.visit.id: (rank, since - waits.priority_s)
        for (found, waits), (_, _, since), rank in zip(waiting, calls, ranks, strict=True)
    }
    return sorted(opened, key=lambda found: turns.get(found.visit.id, (0, found.visit.arrived_at)))


def unowned(survey: Connected, owned: AbstractSet[ChannelId], floor: Floor) -> Sequence[Story]:
    """Legs no story has: arrivals whose event was lost are arrivals, the rest is hung up."""
    stories = []
    for found in survey.legs:
        if found.leg.id in owned or found.leg.gone is not None:
            continue
        if found.arrived is not None:
            stories.append(story_of(found.arrived, floor))
        else:
            floor.phones.stray(found.leg)
            found.leg.release()
    return stories


def _settle(
    found: OpenVisit, caller: FoundLeg | None, legs: Mapping[ChannelId, FoundLeg], floor: Floor
) -> Served | None:
    """Phones that rang get their one outcome; a talk is found again when both are still joined."""
    visit, served = found.visit, found.served
    joined = _joined(found, caller, legs)
    was_answered = joined is not None or served is not None
    for offer in found.offers.values():
        if offer is not joined:
            _let_go(visit, offer, legs, floor, was_answered=was_answered)
    if joined is not None:
        found_leg = legs[joined.channel]
        assert found_leg.bridge is not None, "joined"
        talk = floor.acd.found_joined(visit, offer_from(joined), found_leg.leg.id, found_leg.bridge)
        return Served(found_leg.leg, talk)
    if served is None:
        return None
    talk = _talk(served, recorded=found.recorded)
    floor.acd.restore_talk(visit, talk, served.wrap_up_s)
    agent = legs.get(served.channel)
    if agent is None:
        # the agent hung up while nobody looked: his wrap-up begins now, the caller is released
        _end_talk(visit, talk, EndedBy.AGENT, floor)
        visit.ends(Outcome.SERVED, EndedBy.AGENT)
        return None
    return Served(agent.leg, talk)


def _joined(
    found: OpenVisit, caller: FoundLeg | None, legs: Mapping[ChannelId, FoundLeg]
) -> events.OfferMade | None:
    """The offer whose agent was joined with the caller, and that was not told any more."""
    if caller is None or caller.bridge is None or found.served is not None:
        return None
    there = (offer for offer in found.offers.values() if offer.channel in legs)
    return next((offer for offer in there if legs[offer.channel].bridge == caller.bridge), None)


def _let_go(
    visit: Visit,
    offer: events.OfferMade,
    legs: Mapping[ChannelId, FoundLeg],
    floor: Floor,
    *,
    was_answered: bool,
) -> None:
    """A phone that rang, or still does."""
    if (agent := legs.get(offer.channel)) is not None and offer_of(offer.channel) is not None:
        floor.phones.took(offer.agent, agent.leg)
        agent.leg.release()
    reason = DeclineReason.ANSWERED_ELSEWHERE if was_answered else DeclineReason.ENGINE_RESTART
    now = floor.acd.clock.now()
    floor.acd.declare(telling.offer_declined(visit, offer_from(offer), reason, now))


def callback_again(
    found: OpenVisit, callback: Callback, customer: FoundLeg | None, served: Served | None, floor: Floor
) -> list[Story]:
    """His turn, or the try at it, or the talk goes on; a talk that is over by now is told to be."""
    floor.acd.callbacks.adopt(callback)
    if customer is None and served is not None:
        _hung_up(found.visit, served, floor)
    if found.visit.ending is not None:
        if customer is not None:
            customer.leg.release()
        with floor.acd.visiting(found.visit), floor.acd.callbacks.open(callback):
            if not callback.told_end:
                floor.acd.callbacks.ends(callback, Ending(CallbackEnd.SERVED))
        return []
    return [ring_back(callback, floor, callback_found(callback, customer, served, floor))]


def _talk(served: events.CallServed, *, recorded: bool) -> Talk:
    """`recorded`: that is over and told already."""
    return Talk(
        visit=served.visit,
        agent=served.agent,
        queue=served.queue,
        segment=served.segment,
        channel=served.channel,
        bridge=served.bridge,
        began_at=served.at,
        record=served.record and not recorded,
    )


def _end_talk(visit: Visit, talk: Talk, by: EndedBy, floor: Floor) -> None:
    recording.ended_unseen(visit, talk, floor)
    with floor.acd.talking(visit, talk):
        talk.ended_by = by


def _close(found: OpenVisit, served: Served | None, floor: Floor) -> None:
    """The caller hung up while nobody looked: the facts that are missing, with the truth."""
    visit, acd = found.visit, floor.acd
    if served is not None:
        _hung_up(visit, served, floor)
    elif (session := floor.acd.sessions.talking_outside(visit)) is not None:
        outside_operator.left(session, outside_operator.found(session, None), EndedBy.CALLER, floor)
        visit.ends(Outcome.FORWARDED, EndedBy.CALLER)
    elif (outside := found.forward) is not None and visit.ending is None:
        forward.ended_unseen(visit, forward.outside_of(outside), outside.at, floor)
        visit.ends(Outcome.FORWARDED, EndedBy.CALLER)
    elif found.away is not None:
        visit.ends(outcome_of(found.away.reason), EndedBy.CALLER)
    elif found.waits is not None and visit.ending is None:
        waits = found.waits
        offered, now = bool(found.offers), acd.clock.now()
        acd.declare(
            telling.abandoned(
                visit,
                waits.queue,
                waits.entered_at,
                offered=offered,
                now=now,
                brought_s=waits.brought_s,
            )
        )
        visit.ends(Outcome.ABANDONED, EndedBy.CALLER)
    visit.ends(Outcome.LEFT_IN_IVR, EndedBy.CALLER)
    with acd.visiting(visit):
        pass


def _hung_up(visit: Visit, served: Served, floor: Floor) -> None:
    _end_talk(visit, served.talk, EndedBy.CALLER, floor)
    if offer_of(served.leg.id) is not None:
        floor.phones.took(served.talk.agent, served.leg)
        served.leg.release()
    visit.ends(Outcome.SERVED, EndedBy.CALLER)


async def _resumed(found: Found, legs: Mapping[ChannelId, FoundLeg], floor: Floor) -> None:
    """The story of `inbound`, from where it was."""
    visit, caller = found.open.visit, found.caller.leg
    try:
        with floor.acd.visiting(visit), customer_info.asked_while_here(visit):
            async with until_gone(caller) as scope:
                await _go_on(found, visit, caller, legs, floor)
            await voicemail.settle(visit, floor, gone=True)
            note_hang_up(visit, scope.happened)
    finally:
        caller.release()


async def _go_on(
    found: Found, visit: Visit, caller: Leg, legs: Mapping[ChannelId, FoundLeg], floor: Floor
) -> None:
    await _edition_again(found.open, floor)
    if found.served is not None:
        at = await backend.go_on(visit, caller, found.served.talk.queue, found.served, floor)
        await journey(visit, caller, at, floor)
    elif (session := floor.acd.sessions.talking_outside(visit)) is not None:
        leg = _other_leg(found, caller, legs)
        reached = outside_operator.found(session, leg)
        at = await backend.go_on(visit, caller, session.queue, reached, floor)
        await journey(visit, caller, at, floor)
    elif visit.ending is not None:
        return  # it was over; only the hang-up was missing
    elif found.caller.bridge is not None and forward.is_forward(found.caller.bridge):
        await _forward_on(found, visit, caller, legs, floor)
    else:
        await journey(visit, caller, await last_waypoint(found.open, caller, floor), floor)


async def _edition_again(open: OpenVisit, floor: Floor) -> None:
    """He finishes on the IVR trees he began with, also after a restart."""
    if (at := open.node) is not None and at.version not in (0, floor.acd.edition.version):
        open.visit.edition = await floor.editions.of(at.version)


def _other_leg(found: Found, caller: Leg, legs: Mapping[ChannelId, FoundLeg]) -> Leg | None:
    bridge = found.caller.bridge
    if bridge is None:
        return None
    return next((leg.leg for leg in legs.values() if leg.bridge == bridge and leg.leg is not caller), None)


async def _forward_on(
    found: Found, visit: Visit, caller: Leg, legs: Mapping[ChannelId, FoundLeg], floor: Floor
) -> None:
    answered, other = found.open.forward, _other_leg(found, caller, legs)
    if answered is None:  # an engine before us did not tell of it
        await forward.go_on(visit, caller, other, forward.UNTOLD, visit.arrived_at, floor)
    else:
        await forward.go_on(visit, caller, other, forward.outside_of(answered), answered.at, floor)
