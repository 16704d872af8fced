"""Facts made of what the live owner knows: the wording of the journal, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ccapp.acd.place import Place
from ccapp.acd.talk import Talk
from ccapp.acd.visit import Visit
from ccapp.domain import events
from ccapp.domain.admission import ExitReason, Goodbye, Treatment, told
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import ChannelId, NodeId, QueueId, TreeId
from ccapp.domain.presence import Move, Presence, SubState, state_of
from ccapp.routing.admission import Refusal
from ccapp.routing.decisions import ListChanged, ManagerMissed, Moved, Offer, WaitingCall

SIGNING: Mapping[Move, type[events.AgentSignedIn] | type[events.AgentSignedOut]] = {
    Move.SIGN_IN: events.AgentSignedIn,
    Move.SIGN_OUT: events.AgentSignedOut,
}


def in_node(
    visit: Visit, tree: TreeId, node: NodeId, back: Sequence[tuple[TreeId, NodeId]], now: float
) -> events.IvrVisited:
    return events.IvrVisited(
        at=now,
        visit=visit.id,
        data=visit.data,
        tree=tree,
        node=node,
        back=tuple((of, then) for of, then in back),
        version=0 if visit.edition is None else visit.edition.version,
    )


def arrived(visit: Visit) -> events.CallArrived:
    return events.CallArrived(
        at=visit.arrived_at,
        visit=visit.id,
        data=visit.data,
        channel=visit.channel,
        trunk=visit.trunk,
        number=visit.number,
        caller_number=visit.caller_number,
        caller_name=visit.caller_name,
    )


def ended(visit: Visit, now: float) -> events.CallEnded:
    """A visit that was left without a word about its end was lost."""
    outcome, by = visit.ending or (Outcome.LOST, EndedBy.SYSTEM)
    return events.CallEnded(
        at=now,
        visit=visit.id,
        data=visit.data,
        outcome=outcome,
        ended_by=by,
        duration_s=now - visit.arrived_at,
    )


def waits(visit: Visit, call: WaitingCall, now: float) -> events.CallWaits:
    return events.CallWaits(
        at=now,
        visit=visit.id,
        data=visit.data,
        queue=call.queue,
        entered_at=call.entered_at,
        priority_s=call.priority_s,
        own_priority_s=call.own_priority_s,
        requires=call.requires,
        own_requires=call.own_requires,
        caller_priority=call.caller_priority,
        brought_s=call.brought_s,
        manager=call.manager,
        only_s=call.only_s,
    )


def manager_missed(visit: Visit, queue: QueueId, missed: ManagerMissed, now: float) -> events.ManagerMissed:
    return events.ManagerMissed(
        at=now, visit=visit.id, data=visit.data, queue=queue, agent=missed.agent, why=missed.why
    )


def agents_listed(place: Place, changed: ListChanged, now: float) -> events.AgentsListed:
    return events.AgentsListed(
        at=now,
        visit=place.visit.id,
        data=place.visit.data,
        queue=place.queue,
        agents=tuple(entry.agent for entry in changed.entries),
    )


def entry_refused(
    visit: Visit, queue: QueueId, refusal: Refusal, to: Treatment, now: float
) -> events.EntryRefused:
    return events.EntryRefused(
        at=now,
        visit=visit.id,
        data=visit.data,
        queue=queue,
        reason=refusal.reason,
        detail=refusal.detail,
        to=told(to),
    )


def wait_ended(
    place: Place, reason: ExitReason, to: Treatment, now: float, key: str = ""
) -> events.WaitEnded:
    return events.WaitEnded(
        at=now,
        visit=place.visit.id,
        data=place.visit.data,
        queue=place.queue,
        reason=reason,
        waited_s=now - place.entered_at,
        to=told(to),
        key=key,
    )


def caller_told(
    place: Place,
    now: float,
    *,
    prompt: int | None = None,
    position: int | None = None,
    expected_wait_s: float | None = None,
) -> events.CallerTold:
    return events.CallerTold(
        at=now,
        visit=place.visit.id,
        data=place.visit.data,
        queue=place.queue,
        prompt=prompt,
        position=position,
        expected_wait_s=expected_wait_s,
    )


def not_reached(
    visit: Visit, queue: QueueId, to: Treatment, why: str, then: Treatment, now: float
) -> events.NotReached:
    return events.NotReached(
        at=now, visit=visit.id, data=visit.data, queue=queue, to=told(to), why=why, then=told(then)
    )


def taken_outside(place: Place, operator: str, now: float) -> events.WaitEnded:
    ended = wait_ended(place, ExitReason.BACKEND, Goodbye(say=None), now)
    return replace(ended, to=operator)


def abandoned(
    visit: Visit, queue: QueueId, entered_at: float, *, offered: bool, now: float, brought_s: float = 0.0
) -> events.CallAbandoned:
    return events.CallAbandoned(
        at=now,
        visit=visit.id,
        data=visit.data,
        queue=queue,
        waited_s=now - entered_at,
        offered=offered,
        caller_number=visit.caller_number,
        brought_s=brought_s,
    )


def offer_made(visit: Visit, offer: Offer, channel: ChannelId, explanation: Explanation) -> events.OfferMade:
    return events.OfferMade(
        at=offer.made_at,
        visit=visit.id,
        data=visit.data,
        offer=offer.offer,
        agent=offer.agent,
        queue=offer.queue,
        channel=channel,
        ring_s=offer.ring_s,
        waited_s=offer.waited_s,
        explanation=explanation,
    )


def offer_declined(
    visit: Visit, offer: Offer, reason: DeclineReason, now: float, cause: int = 0
) -> events.OfferDeclined:
    return events.OfferDeclined(
        at=now,
        visit=visit.id,
        data=visit.data,
        offer=offer.offer,
        agent=offer.agent,
        queue=offer.queue,
        reason=reason,
        cause=cause,
        rang_s=now - offer.made_at,
    )


def served(visit: Visit, offer: Offer, talk: Talk, waited_s: float, wrap_up_s: float) -> events.CallServed:
    return events.CallServed(
        at=talk.began_at,
        visit=visit.id,
        data=visit.data,
        offer=offer.offer,
        agent=talk.agent,
        queue=talk.queue,
        segment=talk.segment,
        channel=talk.channel,
        bridge=talk.bridge,
        waited_s=waited_s,
        rang_s=talk.began_at - offer.made_at,
        wrap_up_s=wrap_up_s,
        record=talk.record,
        by_backup=talk.by_backup,
    )


def talk_ended(visit: Visit, talk: Talk, now: float) -> events.TalkEnded:
    return events.TalkEnded(
        at=now,
        visit=visit.id,
        data=visit.data,
        agent=talk.agent,
        queue=talk.queue,
        segment=talk.segment,
        talk_s=now - talk.began_at,
        hold_s=talk.held_s,
        ended_by=talk.ended_by,
    )


def presence_changes(moved: Moved, now: float) -> list[events.PresenceChanged]:
    """A change of presence, after the states passed on the way."""
    told = []
    fact = presence_changed(moved, now)
    for state in moved.through:
        told.append(replace(fact, state=state, sub_state=SubState.NONE))
        fact = replace(fact, before=state)
    return [*told, fact]


def presence_changed(moved: Moved, now: float) -> events.PresenceChanged:
    after = moved.after
    state, sub_state = state_of(after)
    return events.PresenceChanged(
        at=now,
        agent=after.agent,
        state=state,
        sub_state=sub_state,
        reason=after.reason,
        before=state_of(moved.before)[0],
        intent=after.intent,
        unready_sub_state=after.sub_state,
        online=after.online,
        wrap_up_until=after.wrap_up_until,
        not_before=after.not_before,
        misses=after.misses,
        idle_since=after.idle_since,
        logged_in_at=after.logged_in_at,
        why=moved.why,
        after_call=after.after_call,
        after_call_sub_state=after.after_call_sub_state,
        after_call_reason=after.after_call_reason,
        on_demand=after.on_demand,
        rest_since=after.rest_since,
        overdue=after.overdue,
        banned_until=after.banned_until,
        queues=after.queues,
        phone=after.phone,
        at_desk=after.at_desk,
    )


def presence_from(fact: events.PresenceChanged) -> Presence:
    """The presence a fact tells of, without its traffic: that is proven by the lines alone."""
    return Presence(
        agent=fact.agent,
        intent=fact.intent,
        sub_state=fact.unready_sub_state,
        reason=fact.reason,
        online=fact.online,
        wrap_up_until=fact.wrap_up_until,
        not_before=fact.not_before,
        misses=fact.misses,
        idle_since=fact.idle_since,
        logged_in_at=fact.logged_in_at,
        after_call=fact.after_call,
        after_call_sub_state=fact.after_call_sub_state,
        after_call_reason=fact.after_call_reason,
        on_demand=fact.on_demand,
        rest_since=fact.rest_since,
        overdue=fact.overdue,
        banned_until=fact.banned_until,
        queues=fact.queues,
        phone=fact.phone,
        at_desk=fact.at_desk,
    )
