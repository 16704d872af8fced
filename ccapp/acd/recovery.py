"""What the facts say of a visit that was open when the engine died: a fold, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ccapp.acd.callbacks import Callback, visit_of
from ccapp.acd.visit import Visit
from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import VisitFact
from ccapp.domain.ids import AgentId, OfferId
from ccapp.routing.decisions import Offer

type Away = events.EntryRefused | events.WaitEnded


@dataclass(slots=True)
class OpenVisit:
    """Where a visit stood. At most one of `served`, `waits` and `node` is where the caller is now; `offers`
    are the phones that may still ring for him."""

    visit: Visit
    node: events.IvrVisited | None = None
    event_sent: bool = False  # by this node, whose work is done then
    sms_sent: bool | None = None  # by this node; False: in vain
    waits: events.CallWaits | None = None
    offers: dict[OfferId, events.OfferMade] = field(default_factory=dict)
    served: events.CallServed | None = None
    away: Away | None = None  # on his way to where a queue has sent him
    vain: int = 0  # ways from there that came to nothing
    sent: Away | None = None  # from where he was sent to the one agent he waits for
    sent_vain: int = 0
    agent_missed: bool = False  # whom this node had sent him to
    forward: events.ForwardAnswered | None = None  # outside, where he may still be talking
    line: events.CallWaits | None = None  # the last he waited in
    tried: dict[AgentId, float] = field(default_factory=dict)  # agent -> when he declined
    recorded: bool = False  # the talk is over, and its recording told
    message: events.MessageBegun | None = None  # he was leaving one
    after_message: events.Outcome | None = None  # it is over, and so is the visit, unless he is sent on
    manager_missed: bool = False  # the call is no longer kept for its manager
    callback: Callback | None = None  # nobody called: he is called back
    told: list[events.CallerTold] = field(default_factory=list)  # in the line he waits in


def open_visit(facts: Sequence[VisitFact]) -> OpenVisit | None:
    """None when the facts do not begin with an arrival, or the asking for a callback (they were lost with
    their disk). The `channel` of a callback's visit is that of the customer, while he is dialled or talks."""
    match facts[0]:
        case events.CallArrived() as first:
            found = OpenVisit(visit=_arrived(first))
        case events.CallbackRequested() as asked:
            visit = visit_of(asked)
            found = OpenVisit(visit=visit, callback=Callback(visit, asked))
        case _:
            return None
    for fact in facts:
        found.visit.data = fact.data
        _fold(found, fact)
        if found.callback is not None:
            _fold_callback(found.callback, fact)
    return found


def _fold_callback(callback: Callback, fact: VisitFact) -> None:
    match fact:
        case events.CallbackDialled(tries=tries, channel=channel):
            callback.tries, callback.trying, callback.visit.channel = tries, fact, channel
        case events.CallbackTried():
            callback.in_vain(fact)
        case events.CallServed():
            callback.trying = None
        case events.CallbackEnded():
            callback.told_end = True
            callback.visit.ends(events.Outcome.NOT_CALLED_BACK, events.EndedBy.SYSTEM)
        case _:
            pass


def _arrived(fact: events.CallArrived) -> Visit:
    return Visit(
        id=fact.visit,
        channel=fact.channel,
        arrived_at=fact.at,
        trunk=fact.trunk,
        number=fact.number,
        caller_number=fact.caller_number,
        caller_name=fact.caller_name,
        data=fact.data,
    )


def _fold(found: OpenVisit, fact: VisitFact) -> None:
    match fact:
        case events.IvrVisited():
            found.node, found.away, found.event_sent = fact, None, False
            found.forward = found.after_message = None
            found.sms_sent = None
            found.sent, found.agent_missed = None, False
        case events.IvrEventSent():
            found.event_sent = True
        case events.IvrSmsSent(result=result):
            found.sms_sent = result is events.Asked.ANSWERED
        case events.CustomerInfoAsked(info=info):
            found.visit.customer_info = info
        case events.CallWaits():
            if found.waits is None or found.waits.queue != fact.queue:
                found.told = []
            if found.away is not None or fact.only_s is None:
                found.sent, found.sent_vain = found.away if fact.only_s is not None else None, found.vain
            found.waits, found.tried, found.away = fact, {}, None
            found.after_message = None
            found.line, found.manager_missed = fact, False
            found.visit.manager = fact.manager
        case events.CallerTold():
            found.told.append(fact)
        case events.ManagerMissed():
            found.manager_missed = True
        case events.OfferMade(offer=offer):
            found.offers[offer] = fact
            found.visit.offers = _number(offer)
        case events.OfferDeclined(offer=offer, agent=agent, at=at, reason=reason):
            found.offers.pop(offer, None)
            if reason is not DeclineReason.ANSWERED_ELSEWHERE:
                found.tried[agent] = at
        case events.CallServed(offer=offer, segment=segment):
            found.offers.pop(offer, None)
            found.waits, found.served, found.recorded = None, fact, False
            found.visit.segments = segment
        case events.TalkRecorded():
            found.recorded = True
        case events.TalkEnded(ended_by=ended_by):
            found.served = None
            found.visit.ends(events.Outcome.SERVED, ended_by)
        case events.WaitEnded(key="") if found.waits is not None and found.waits.only_s is not None:
            found.waits, found.away, found.vain = None, found.sent, found.sent_vain + 1
            found.agent_missed = found.sent is None
        case events.EntryRefused() | events.WaitEnded():
            found.waits, found.away, found.vain = None, fact, 0
            found.forward = found.after_message = None
        case events.NotReached():
            found.vain, found.forward = found.vain + 1, None
        case events.ForwardAnswered():
            found.forward = fact
        case events.MessageBegun():
            found.message = fact
            found.visit.messages += 1
        case events.MessageLeft():
            found.visit.left_message = True
            _message_over(found)
        case events.MessageNotKept():
            found.visit.messages += found.message is None
            _message_over(found)
        case events.CallerBlocked():
            found.visit.ends(events.Outcome.REFUSED, events.EndedBy.SYSTEM)
        case events.CallForwarded(answered=True):
            found.forward = None
            found.visit.ends(events.Outcome.FORWARDED, events.EndedBy.CALLER)
        case events.CallAbandoned():
            found.waits = None
            found.visit.ends(events.Outcome.ABANDONED, events.EndedBy.CALLER)
        case _:
            pass


def _message_over(found: OpenVisit) -> None:
    begun, found.message = found.message, None
    found.after_message = events.Outcome.IVR_ENDED if begun is None else begun.otherwise


def _number(offer: OfferId) -> int:
    return int(offer.rpartition("/")[2])


def offer_from(fact: events.OfferMade) -> Offer:
    return Offer(
        offer=fact.offer,
        visit=fact.visit,
        agent=fact.agent,
        queue=fact.queue,
        ring_s=fact.ring_s,
        made_at=fact.at,
        waited_s=fact.waited_s,
    )
