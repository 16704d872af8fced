"""A visit's facts come in an order that makes sense, and each thing begun is ended exactly once."""

from ccapp.domain import events
from ccapp.domain.events import Fact, VisitFact
from ccapp.domain.ids import CALLBACK_PREFIX, AgentId, OfferId, VisitId
from ccapp.domain.serving import RINGS_SEVERAL
from ccapp.simulate.checks.verdict import Verdict

_E = events
_TO_MAILBOX = (_E.MessageBegun, _E.MessageNotKept)
_WAITING = (_E.AgentsListed, _E.OfferMade, _E.CallAbandoned, _E.WaitEnded, _E.CallEnded, _E.CallerTold)

BESIDE = (_E.SessionFact, _E.TalkHeld, _E.DeliveryDue)  # told beside the rest, at any time

FORWARDING = (_E.ForwardAnswered, _E.CallForwarded)

SENT_ON = (
    _E.IvrVisited,
    _E.CallWaits,
    _E.EntryRefused,
    *FORWARDING,
    _E.NotReached,
    *_TO_MAILBOX,
    _E.CallEnded,
)

AFTER: dict[type[VisitFact] | None, tuple[type[VisitFact], ...]] = {
    None: (_E.CallArrived,),
    _E.CallArrived: (
        _E.IvrVisited,
        _E.CallWaits,
        _E.EntryRefused,
        _E.CallerBlocked,
        *_TO_MAILBOX,
        _E.CallEnded,
    ),
    _E.CallerBlocked: (_E.CallEnded,),
    _E.IvrVisited: (
        _E.IvrVisited,
        _E.IvrEventSent,
        _E.IvrAsked,
        _E.IvrSmsSent,
        _E.CallWaits,
        _E.EntryRefused,
        *FORWARDING,
        *_TO_MAILBOX,
        _E.CallEnded,
    ),
    _E.IvrEventSent: (_E.IvrVisited, _E.CallEnded),
    _E.IvrAsked: (_E.IvrVisited, _E.CallEnded),
    _E.IvrSmsSent: (_E.IvrVisited, _E.CallEnded),
    _E.ForwardAnswered: (
        _E.ForwardAnswered,
        _E.ForwardRecorded,
        _E.CallForwarded,
        _E.NotReached,
        _E.IvrVisited,
        _E.CallEnded,
    ),
    _E.ForwardRecorded: (_E.CallForwarded,),
    _E.CallForwarded: (_E.IvrVisited, _E.NotReached, _E.CallEnded),
    _E.NotReached: SENT_ON,
    _E.EntryRefused: SENT_ON,
    _E.WaitEnded: SENT_ON,
    _E.MessageBegun: (_E.MessageLeft, _E.MessageNotKept),
    _E.MessageLeft: (_E.IvrVisited, _E.CallEnded),
    _E.MessageNotKept: (_E.IvrVisited, _E.CallEnded),
    _E.CallWaits: (*_WAITING, _E.ManagerMissed),
    _E.ManagerMissed: _WAITING,
    _E.AgentsListed: _WAITING,
    _E.CallerTold: (*_WAITING, _E.ManagerMissed),
    _E.OfferMade: (),
    _E.OfferDeclined: (*_WAITING, _E.ManagerMissed),
    _E.CallServed: (_E.TalkEnded, _E.TalkRecorded),
    _E.TalkRecorded: (_E.TalkEnded, _E.CallEnded),
    _E.TalkEnded: (_E.TalkRecorded, _E.CallEnded, _E.CallWaits, _E.ManagerAsked),
    _E.ManagerAsked: (_E.CallEnded,),
    _E.CallAbandoned: (_E.CallEnded,),
    _E.CallEnded: (),
}
"""Which fact of a visit may follow which. A new engine may say again where a visit goes on (`RESUMED`).
While phones ring, only what concerns offers and lists may follow (`RINGING`). A recording is told after its
talk where the agent was set free before."""

RINGING = (_E.AgentsListed, _E.OfferMade, _E.OfferDeclined, _E.CallServed, _E.CallerTold)

_OUT_OF_LINE = (_E.CallWaits, _E.CallbackPutOff, _E.CallbackEnded)
CALLED_BACK: dict[type[VisitFact] | None, tuple[type[VisitFact], ...]] = {
    None: (_E.CallbackRequested,),
    _E.CallbackRequested: _OUT_OF_LINE,
    _E.CallbackPutOff: _OUT_OF_LINE,
    _E.CallbackTried: _OUT_OF_LINE,
    _E.CallWaits: (_E.OfferMade, _E.AgentsListed, _E.CallbackTried, *_OUT_OF_LINE),
    _E.AgentsListed: (_E.OfferMade, _E.AgentsListed, _E.CallbackTried, *_OUT_OF_LINE),
    _E.OfferMade: (_E.CallbackDialled,),
    _E.CallbackDialled: (_E.CallbackTried, _E.CallbackEnded, _E.CallWaits),
    _E.OfferDeclined: (_E.OfferMade, _E.AgentsListed, _E.CallbackTried, *_OUT_OF_LINE),
    _E.CallServed: (_E.TalkEnded, _E.TalkRecorded),
    _E.TalkRecorded: (_E.TalkEnded, _E.CallbackEnded),
    _E.TalkEnded: (_E.TalkRecorded, _E.ManagerAsked, _E.CallbackEnded),
    _E.ManagerAsked: (_E.CallbackEnded,),
    _E.CallbackEnded: (_E.CallEnded,),
    _E.CallEnded: (),
}
"""The same of a visit that nobody has called for."""

CALLED_BACK_RINGING = (*RINGING, _E.CallbackDialled)

RESUMED: dict[type[VisitFact], tuple[type[VisitFact], ...]] = {
    _E.CallArrived: (),
    _E.IvrVisited: (),
    _E.IvrEventSent: (),
    _E.IvrAsked: (),
    _E.IvrSmsSent: (),
    _E.CallWaits: (_E.CallWaits,),
    _E.AgentsListed: (_E.CallWaits,),
    _E.OfferDeclined: (_E.CallWaits,),
    _E.ManagerMissed: (_E.CallWaits,),
    _E.CallerTold: (_E.CallWaits,),
    _E.AgentsListed: (_E.CallWaits,),
}
LATE_S = 1e-6  # what epoch seconds in a float cannot tell apart


def is_callback(visit: str) -> bool:
    return visit.startswith(CALLBACK_PREFIX)


class Visits:
    """Also the place where others look up what is open now."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self.open: dict[VisitId, VisitFact] = {}  # and what was said last of it
        self._over: set[VisitId] = set()
        self.offers: dict[OfferId, events.OfferMade] = {}  # open
        self.talks: dict[AgentId, events.CallServed] = {}  # open
        self._settled: set[OfferId] = set()
        self.dialled: dict[VisitId, events.CallbackDialled] = {}  # customers, until served or given up
        self._untold: set[tuple[VisitId, int]] = set()  # talks whose recording is still to be told
        self._told_of: set[VisitId] = set()  # by a customer's server
        self._at = 0.0
        self.outcomes: dict[events.Outcome, int] = {}
        self.arrived = 0
        self.resumed: set[VisitId] = set()  # open when an engine died

    def fact(self, fact: Fact) -> None:
        self._verdict.must(fact.at >= self._at - LATE_S, "time runs backwards", self._at, fact)
        self._at = max(self._at, fact.at)
        if isinstance(fact, VisitFact):
            self._succeeds(fact)
            self._settles(fact)

    def engine_died(self) -> None:
        self.resumed |= self.open.keys()

    def _succeeds(self, fact: VisitFact) -> None:
        before = self.open.get(fact.visit)
        self._verdict.must(fact.visit not in self._over, "nothing after the end", fact)
        if isinstance(fact, events.CustomerInfoAsked):
            self._asked(fact)  # beside the call, whatever comes before and after
            return
        if isinstance(fact, BESIDE):
            return
        kind, back = type(before) if before else None, is_callback(fact.visit)
        rung_for = any(offer.visit == fact.visit for offer in self.offers.values())
        if rung_for:
            allowed: tuple[type[VisitFact], ...] = CALLED_BACK_RINGING if back else RINGING
        elif back:
            allowed = CALLED_BACK.get(kind, ())
        else:
            allowed = AFTER[kind] + (RESUMED.get(kind, ()) if kind and fact.visit in self.resumed else ())
        self._verdict.must(
            isinstance(fact, allowed),
            "order of facts",
            "after",
            kind,
            fact,
        )
        self.open[fact.visit] = fact
        if isinstance(fact, events.CallArrived):
            self.arrived += 1
        if isinstance(fact, events.CallEnded):
            self._over.add(fact.visit)
            del self.open[fact.visit]
            self.outcomes[fact.outcome] = self.outcomes.get(fact.outcome, 0) + 1

    def _asked(self, fact: events.CustomerInfoAsked) -> None:
        rule = "a customer's server is asked once about a caller who is there"
        self._verdict.must(fact.visit in self.open and fact.visit not in self._told_of, rule, fact)
        self._told_of.add(fact.visit)

    def _settles(self, fact: VisitFact) -> None:
        match fact:
            case events.OfferMade():
                self._offered(fact)
            case events.OfferDeclined(offer=offer):
                self._settle(offer, fact)
            case events.CallServed(offer=offer, agent=agent):
                self._settle(offer, fact)
                others = [o for o in self.offers.values() if o.visit == fact.visit]
                self._verdict.must(not others, "nobody rings on for one who is served", fact, others)
                self._verdict.must(agent not in self.talks, "one talk per agent", fact)
                self.talks[agent] = fact
                if fact.record:
                    self._untold.add((fact.visit, fact.segment))
            case events.CallbackDialled(visit=visit):
                rule = "an agent is there for each who is called back"
                self._verdict.must(any(offer.visit == visit for offer in self.offers.values()), rule, fact)
                self._verdict.must(visit not in self.dialled, "called back once at a time", fact)
                self.dialled[visit] = fact
            case events.CallbackTried(visit=visit) | events.CallbackEnded(visit=visit):
                self.dialled.pop(visit, None)
            case events.TalkRecorded(visit=visit, segment=segment):
                rule = "a recording is told once, and only where one was wanted"
                self._verdict.must((visit, segment) in self._untold, rule, fact)
                self._untold.discard((visit, segment))
            case events.TalkEnded(agent=agent, visit=visit):
                talk = self.talks.pop(agent, None)
                self._verdict.must(
                    talk is not None and talk.visit == visit, "a talk ends that did not begin", fact
                )

    def _offered(self, fact: events.OfferMade) -> None:
        rule, beside = "one offer at a time", 0
        for other in self.offers.values():
            self._verdict.must(other.agent != fact.agent, rule, fact, "while", other)
            beside += other.visit == fact.visit
        several = fact.explanation.strategy in RINGS_SEVERAL and not is_callback(fact.visit)
        self._verdict.must(not beside or several, rule, fact, "beside", beside)
        self._verdict.must(fact.agent not in self.talks, "offered while talking", fact)
        self._verdict.must(
            fact.offer not in self._settled and fact.offer not in self.offers,
            "offer ids are never used again",
            fact,
        )
        self.offers[fact.offer] = fact

    def _settle(self, offer: OfferId, fact: VisitFact) -> None:
        made = self.offers.pop(offer, None)
        self._verdict.must(made is not None, "exactly one outcome per offer", fact)
        self._settled.add(offer)

    def at_the_end(self) -> None:
        self._verdict.must(not self.offers, "offers without an outcome", list(self.offers))
        self._verdict.must(not self.talks, "talks without an end", list(self.talks))
        self._verdict.must(not self.open, "visits without an end", list(self.open.values()))
        self._verdict.must(not self._untold, "recordings that are never told", list(self._untold))
