"""The story of one call out of its facts: what happened, why this agent, why not the others, why so late.

Pure. Every figure is a difference of two instants or a field of a fact; nothing is guessed. "Nobody was free"
is no guess either: the router never leaves a ready agent beside a call he may be given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ccapp.cli import wording
from ccapp.domain import events
from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import DeliveryDue, Undirected, VisitFact
from ccapp.domain.explanation import Explanation, NotChosen, WhyNot
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.serving import Strategy


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, `after_s` from the arrival; `reasons` are (label, text) below it."""

    after_s: float
    what: str
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a wait: so many seconds of this."""

    seconds: float
    what: str


@dataclass(slots=True)
class Wait:
    """One stay in a line. Its parts add up to it."""

    queue: str
    began_at: float
    parts: list[Part] = field(default_factory=list)
    ended_at: float | None = None

    @property
    def total_s(self) -> float:
        return sum(part.seconds for part in self.parts)


BEFORE_LINE = "the greeting of the queue, on the caller's clock"
BEFORE_BACK = "nobody free to take it, then no engine, until it was back"


# --- what happened ----------------------------------------------------------------------------------------


def steps(facts: Sequence[VisitFact]) -> Iterator[Step]:
    began = facts[0].at if facts else 0.0
    walked: list[events.IvrVisited] = []
    stays: set[tuple[str, float]] = set()
    for fact in facts:
        if isinstance(fact, DeliveryDue):
            continue  # says again what has happened
        if isinstance(fact, events.IvrVisited) and (not walked or walked[-1].tree == fact.tree):
            walked.append(fact)
            continue
        yield from _walk(walked, began)
        walked = [fact] if isinstance(fact, events.IvrVisited) else []
        if not walked:
            yield Step(fact.at - began, _told(fact, stays), tuple(_reasons(fact)))
    yield from _walk(walked, began)


def _walk(walked: list[events.IvrVisited], began: float) -> Iterator[Step]:
    """A way through the IVR is one step."""
    if walked:
        way = " → ".join(fact.node for fact in walked)
        yield Step(walked[0].at - began, f"IVR {walked[0].tree}: {way}")


def _told(fact: VisitFact, stays: set[tuple[str, float]]) -> str:
    """As a sentence. Only a restart puts a call into the same line again with the same clock."""
    told = wording.sentence(fact)
    if isinstance(fact, events.CallWaits):
        stay = (fact.queue, fact.entered_at)
        if stay in stays:
            return f"{told}, again after the engine's restart"
        stays.add(stay)
    return told


def _reasons(fact: VisitFact) -> Iterator[tuple[str, str]]:
    if isinstance(fact, events.OfferMade):
        yield "why", chosen(fact)
        for step in fact.explanation.steps:
            yield "wider", step
        yield from _not_chosen(fact.explanation)
        yield from _precedence(fact.explanation)
        for visit, queue in fact.explanation.calls_passed:
            yield (
                "passed",
                f"call {visit} ({queue}) was before it, but {fact.agent} had just been tried for it",
            )


def _precedence(told: Explanation) -> Iterator[tuple[str, str]]:
    """Why this call before others, where that is not only how long it has waited."""
    if told.overdue:
        yield "first", "it had waited so long that it goes before all others"
    elif told.queue_priority or told.caller_priority != CALLER_PRIORITY:
        yield "turn", f"queue priority {told.queue_priority}, caller priority {told.caller_priority}"
    for queue in told.queues_passed:
        yield "passed", f"{queue} has a higher priority, but the lot fell on this queue"


def chosen(offer: events.OfferMade) -> str:
    told = offer.explanation
    if told.not_chosen_count == 0:
        return f"{offer.agent} is the only agent; idle for {wording.seconds(told.idle_s)}"
    if told.on_line:
        return f"{offer.agent} waits on the line, idle for {wording.seconds(told.idle_s)}"
    rivals = [other for other in told.not_chosen if other.why in wording.RIVALS]
    beside = sum(other.why is WhyNot.RINGS_TOO for other in told.not_chosen)
    if beside:
        return f"{offer.agent} is rung beside {beside} more: {wording.CHOICE[told.strategy]}"
    if not rivals:
        return f"{offer.agent} alone was free for it, idle for {wording.seconds(told.idle_s)}"
    if any(rival.why in (WhyNot.NOT_HIS_MANAGER, WhyNot.NOT_NAMED) for rival in rivals):
        return f"{offer.agent} was rung before {len(rivals)} others who were free: {told.steps[0]}"
    if any(rival.why is WhyNot.LATER_LISTED for rival in rivals):
        return f"{offer.agent} was rung before {len(rivals)} others who were free: {told.steps[0]}"
    if told.strategy is not Strategy.LONGEST_IDLE or any(r.why is WhyNot.LATER_LEVEL for r in rivals):
        level = f"level {told.level}, then " if told.level > 1 else ""
        how = f"{level}{wording.CHOICE[told.strategy]}"
        return f"{offer.agent} was chosen of {len(rivals) + 1} who were free: {how}"
    return (
        f"{offer.agent} was first of {len(rivals) + 1} who were free: "
        f"least widely skilled (tier {told.tier}), then idle longest ({wording.seconds(told.idle_s)})"
    )


def _not_chosen(told: Explanation) -> Iterator[tuple[str, str]]:
    """The others, those with the same reason together, in the order of the reasons."""
    for why in reversed(WhyNot):
        same = [other for other in told.not_chosen if other.why is why]
        if same:
            yield "why not", f"{', '.join(map(_named, same))}: {wording.WHY_NOT[why]}"
    untold = told.not_chosen_count - len(told.not_chosen)
    if untold > 0:
        yield "why not", f"and {untold} more"


def _named(other: NotChosen) -> str:
    detail = f"tier {other.detail}" if other.why is WhyNot.LATER_TIER else other.detail
    return f"{other.agent} ({detail})" if detail else str(other.agent)


# --- why so late ------------------------------------------------------------------------------------------


def waits(facts: Sequence[VisitFact], now: float) -> list[Wait]:
    """Every stay in a line, cut into what was waited for. A stay that lasts is cut at `now`."""
    cutting = _Cutting()
    ringing: list[str] = []
    for fact in facts:
        if isinstance(fact, events.CallWaits):
            cutting.begins(fact)
        elif (what := _ends_part(fact, ringing)) is not None:
            cutting.cut(fact.at, *what)
    if cutting.wait is not None:
        cutting.wait.parts.append(Part(max(0.0, now - cutting.at), _still(facts)))
    return [wait for wait in cutting.found if wait.parts]


class _Cutting:
    """Cuts the stay that lasts into parts; a part too short to be noticed goes into the next."""

    def __init__(self) -> None:
        self.found: list[Wait] = []
        self.wait: Wait | None = None
        self.at = 0.0

    def begins(self, fact: events.CallWaits) -> None:
        """A stay begins, or goes on after a restart: then it has its old queue and clock."""
        wait = self.wait
        if wait is not None and (wait.queue, wait.began_at) == (fact.queue, fact.entered_at):
            self.cut(fact.at, BEFORE_BACK, is_end=False)
            return
        self.wait, self.at = Wait(fact.queue, fact.entered_at), fact.entered_at
        self.found.append(self.wait)
        self.cut(fact.at, BEFORE_LINE, is_end=False)

    def cut(self, at: float, what: str, is_end: bool) -> None:
        wait = self.wait
        if wait is None:
            return
        if at - self.at >= wording.AT_ONCE_S or (is_end and not wait.parts):
            wait.parts.append(Part(at - self.at, what))
            self.at = at
        if is_end:
            wait.ended_at, self.wait = at, None


def _ends_part(fact: VisitFact, ringing: list[str]) -> tuple[str, bool] | None:
    """What was waited for until this fact, and whether the waiting is over; None: the fact cuts nothing.

    `ringing`: the agents whose phones ring, kept here.
    """
    match fact:
        case events.OfferMade(agent=agent, explanation=told):
            ringing.append(agent)
            if len(ringing) > 1:
                return f"{ringing[0]}'s phone rang, until {agent}'s rang too", False
            if told.trigger == "named":
                return f"the customer's server was waited for, until it named {agent}", False
            return f"nobody free to take it, until {wording.chosen_because(agent, told)}", False
        case events.OfferDeclined(reason=DeclineReason.ANSWERED_ELSEWHERE, agent=agent):
            _forget(agent, ringing)
            return None
        case events.OfferDeclined(agent=agent, reason=DeclineReason.CALLER_GONE):
            _forget(agent, ringing)
            return f"{agent}'s phone rang, until the caller left", False
        case events.OfferDeclined(agent=agent, reason=reason):
            _forget(agent, ringing)
            return f"{agent}'s phone rang in vain: {agent} {wording.DECLINED[reason]}", False
        case events.CallServed(agent=agent):
            ringing.clear()
            return f"{agent}'s phone rang, until {agent} answered", True
        case events.CallAbandoned():
            return "nobody free to take it, until the caller left", True
        case events.WaitEnded(reason=ExitReason.BACKEND):
            return "the customer's server was waited for, until it was decided where to", True
        case Undirected():
            return "the customer's server was waited for, in vain", False
        case events.WaitEnded(reason=reason):
            return f"nobody free to take it, until {wording.EXIT[reason]}", True
        case events.CallEnded():
            return "nobody free to take it, until the call was over", True
        case _:
            return None


def _forget(agent: str, ringing: list[str]) -> None:
    if agent in ringing:  # the beginning may be cut off
        ringing.remove(agent)


def _still(facts: Sequence[VisitFact]) -> str:
    last = next((f for f in reversed(facts) if isinstance(f, events.OfferMade | events.OfferDeclined)), None)
    if isinstance(last, events.OfferMade):
        return f"{last.agent}'s phone rings now"
    return "nobody free to take it so far"
