"""Facts in words: one short sentence each, the same in a call's story and in the live stream."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ccapp.cli import wording_backend
from ccapp.cli.show import duration, moment
from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import AskedBy, CallbackEnd, TryResult
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Asked, EndedBy, Fact, Outcome
from ccapp.domain.explanation import Explanation, WhyNot
from ccapp.domain.managers import Chosen, Missed
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.requirements import wording
from ccapp.domain.serving import Strategy
from ccapp.domain.standing import Listed, Waiting
from ccapp.domain.voicemail import NotKept

DECLINED = {
    DeclineReason.NO_ANSWER: "does not answer",
    DeclineReason.NOT_CONFIRMED: "answers, but does not press 1",
    DeclineReason.BUSY: "is busy",
    DeclineReason.REJECTED: "rejects the call",
    DeclineReason.UNREGISTERED: "has no phone that can ring",
    DeclineReason.TECHNICAL: "cannot be rung: trouble in the network or the switch",
    DeclineReason.CALLER_GONE: "is let go: the caller left",
    DeclineReason.AGENT_GONE: "answers, and is gone before both are joined",
    DeclineReason.ANSWERED_ELSEWHERE: "is let go: another was quicker",
    DeclineReason.WITHDRAWN: "is not rung any more: the offer is taken back",
    DeclineReason.ENGINE_RESTART: "was rung while the engine restarted: the offer is void",
}
WHY_NOT = {
    WhyNot.OUT_OF_HOURS: "outside his hours",
    WhyNot.LOGGED_OUT: "logged out",
    WhyNot.OFFLINE: "phone offline",
    WhyNot.NOT_A_MEMBER: "not in the queue",
    WhyNot.NOT_LISTED: "not listed by the customer's server",
    WhyNot.NOT_SIGNED_IN: "not signed in to the queue",
    WhyNot.NO_DESK: "desk not connected",
    WhyNot.SKILL_MISSING: "skill missing",
    WhyNot.SKILL_LEVEL: "skill too low",
    WhyNot.REQUIREMENT: "not who is asked for",
    WhyNot.NOT_READY: "not ready",
    WhyNot.IN_CALL: "in a call",
    WhyNot.WRAP_UP: "in wrap-up",
    WhyNot.BANNED: "banned",
    WhyNot.NOT_BEFORE: "paused",
    WhyNot.GROUP_FULL: "enough of his group on calls",
    WhyNot.TRIED: "just tried for this call",
    WhyNot.RINGS_TOO: "rings too",
    WhyNot.NOT_HIS_MANAGER: "free, but the caller has a manager",
    WhyNot.LATER_LISTED: "free, but listed later",
    WhyNot.NOT_NAMED: "free, but the customer's server named another",
    WhyNot.LATER_LEVEL: "free, but on a later level",
    WhyNot.STRATEGY: "free, but not in turn",
    WhyNot.NOT_ON_LINE: "free, but not on the line",
    WhyNot.LATER_TIER: "free, but more widely skilled",
    WhyNot.IDLE_LESS: "free, but idle for less",
}
RIVALS = frozenset(
    {
        WhyNot.NOT_HIS_MANAGER,
        WhyNot.NOT_NAMED,
        WhyNot.NOT_ON_LINE,
        WhyNot.LATER_LISTED,
        WhyNot.LATER_LEVEL,
        WhyNot.STRATEGY,
        WhyNot.LATER_TIER,
        WhyNot.IDLE_LESS,
    }
)
MISSED = {
    Missed.ABSENT: "is not there",
    Missed.UNABLE: "does not serve such calls",
    Missed.NOT_REACHED: "was rung in vain",
    Missed.WAITED: "was busy for too long",
}
CHOSEN = {
    Chosen.COMMAND: "by command",
    Chosen.LAST_TALK: "talked with him last",
    Chosen.ANSWER: "the caller said so",
}
OUTCOME = {
    Outcome.SERVED: "served",
    Outcome.FORWARDED: "forwarded",
    Outcome.VOICEMAIL: "left a message",
    Outcome.ABANDONED: "abandoned",
    Outcome.LEFT_IN_IVR: "left in the IVR",
    Outcome.IVR_ENDED: "ended by the IVR",
    Outcome.TIMED_OUT: "waited in vain",
    Outcome.LEFT_BY_KEY: "left the line by a key",
    Outcome.REFUSED: "refused",
    Outcome.LOST: "lost",
    Outcome.CALLBACK: "to be called back",
    Outcome.NOT_CALLED_BACK: "not called back",
}
TRIED = {
    TryResult.BUSY: "is busy",
    TryResult.NO_ANSWER: "does not answer",
    TryResult.REJECTED: "rejects the call",
    TryResult.FAILED: "cannot be reached",
    TryResult.HUNG_UP: "answers, and hangs up before an agent is there",
    TryResult.AGENT_GONE: "was rung in vain: the agent was gone before the answer",
    TryResult.NOT_DIALLED: "is not dialled: the agent was gone before",
    TryResult.ENGINE_RESTART: "was rung while the engine restarted: that try is void",
}
CALLED_BACK = {
    CallbackEnd.SERVED: "served",
    CallbackEnd.NOT_REACHED: "all tries were in vain",
    CallbackEnd.EXPIRED: "it took too long",
    CallbackEnd.CANCELLED: "cancelled",
    CallbackEnd.CALLED_IN: "the customer called himself, and took his place",
    CallbackEnd.NOT_ALLOWED: "such numbers are not called any more",
    CallbackEnd.QUEUE_GONE: "there is no such queue any more",
    CallbackEnd.LOST: "lost by a failure",
}
REFUSAL = {
    RefusalReason.CLOSED: "which is closed",
    RefusalReason.FULL: "which is full",
    RefusalReason.WAIT_TOO_LONG: "where the wait would be too long",
    RefusalReason.OFFLINE: "where nobody is logged in",
    RefusalReason.NOBODY_READY: "where nobody takes calls",
    RefusalReason.BLOCKED: "as his number is blocked there",
}
EXIT = {
    ExitReason.TIMEOUT: "the queue's wait limit was reached",
    ExitReason.NO_AGENT_TIMEOUT: "nobody had been logged in for too long",
    ExitReason.EMPTY: "nobody was there any more",
    ExitReason.QUEUE_GONE: "there was no such queue any more",
    ExitReason.CLOSED: "the queue was closed by hand",
    ExitReason.AGENT_MISSED: "the one agent waited for was not to be had",
    ExitReason.KEY: "the caller pressed a key",
    ExitReason.BACKEND: "the customer's server decided it, or did not decide",
}
ASKED = {
    Asked.ANSWERED: "answered",
    Asked.NO_ROW: "nothing found",
    Asked.TIMED_OUT: "no answer in time",
    Asked.FAILED: "failed",
}
NOT_KEPT = {
    NotKept.SHORT: "too short",
    NotKept.SILENT: "nothing was said",
    NotKept.FULL: "the mailbox is full",
    NotKept.FAILED: "it could not be recorded",
}
BY = {
    EndedBy.CALLER: "the caller hung up",
    EndedBy.AGENT: "the agent hung up",
    EndedBy.SYSTEM: "ended by a rule of ours",
    EndedBy.SWITCH: "Asterisk lost it",
}
CHOICE = {
    Strategy.LONGEST_IDLE: "least widely skilled",
    Strategy.ROUND_ROBIN: "longest since the last offer",
    Strategy.TOP_DOWN: "first by position",
    Strategy.FEWEST_CALLS: "fewest calls",
    Strategy.LEAST_TALK_TIME: "least talk time",
    Strategy.SEQUENTIAL: "first by position, in turn",
    Strategy.RANDOM: "by lot",
    Strategy.WEIGHTED: "by weighted lot",
    Strategy.RING_ALL: "all at once, as many as may ring",
    Strategy.RING_PROGRESSIVELY: "one after the other, while the others ring on",
}
AT_ONCE_S = 0.05
"""A wait so short that nobody noticed."""


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 60 else duration(value)


def chosen_because(agent: str, told: Explanation) -> str:
    """What brought the offer about, as far as the trigger and the agent's idle time prove it."""
    came_free = told.idle_s < AT_ONCE_S
    match told.trigger:
        case "named":
            return f"the customer's server named {agent}"
        case "call_joined":
            return f"{agent} was free when the call came"
        case "agent_free":
            return (
                f"{agent} became ready"
                if came_free
                else f"{agent} could be rung after another agent's change"
            )
        case _ if told.steps and not came_free:
            return f"{agent} could be rung by then ({told.steps[-1]})"
        case "deadline":
            return f"{agent} came out of wrap-up" if came_free else f"a pause of {agent}'s was over"
        case "declined":
            return f"{agent} was next, or free for it after another offer failed"
        case "reconfigured":
            return f"the configuration changed, and {agent} could take it"
        case "restarted":
            return f"the engine was back, and {agent} was free"
        case _:
            return f"{agent} was free for it"


def sentence(fact: Fact) -> str:
    """What happened, without when and to whom."""
    match fact:
        case events.VisitFact():
            return _of_visit(fact)
        case events.PresenceChanged(agent=agent, state=state, sub_state=sub_state, reason=reason, why=why):
            now = f"{state}/{sub_state}" if sub_state else str(state)
            return f"{agent} is {now}{f' ({reason})' if reason else ''}: {why}"
        case events.WrapUpEnded(agent=agent, wrap_up_s=wrap_up_s):
            return f"{agent} ends the wrap-up after {seconds(wrap_up_s)}"
        case events.AgentSignedIn(agent=agent, queue=queue):
            return f"{agent} signs in to {queue}"
        case events.AgentSignedOut(agent=agent, queue=queue):
            return f"{agent} signs out of {queue}"
        case events.AgentDialled(agent=agent, number=number, colleague=colleague):
            return f"{agent} calls {colleague or number}"
        case events.AgentCallAnswered(agent=agent, rang_s=rang_s):
            return f"{agent}'s own call is answered after {seconds(rang_s)}"
        case events.AgentCallEnded(agent=agent, answered=answered, talk_s=talk_s):
            said = f"after {seconds(talk_s)}" if answered else "without an answer"
            return f"{agent}'s own call ends {said}"
        case events.AgentCallRecorded(agent=agent, recording=name, seconds=length, ok=ok, detail=detail):
            return f"{agent}'s own call: {_recorded(name, length, ok, detail)}"
        case events.PromptRecorded(agent=agent, prompt=prompt):
            return f"{agent} has recorded the prompt {prompt}"
        case events.DeviceChanged(agent=agent, online=online):
            return f"{agent}'s phone is {'online' if online else 'offline'}"
        case events.CentreApplied(version=version, by=by):
            return f"configuration {version} is in effect, applied by {by}"
        case events.EngineStarted(epoch=epoch):
            return f"the engine starts (epoch {epoch})"
        case events.EngineStopped(epoch=epoch):
            return f"the engine stops (epoch {epoch})"
        case events.SwitchLost():
            return "the connection to Asterisk is lost; calls may well go on"
        case events.SwitchFound(alive=alive, gone=gone):
            return f"connected to Asterisk: {alive} calls go on, {gone} are gone"
        case events.MessageHeard(message=message, by=by):
            return f"message {message} is heard by {by}"
        case events.MessageDeleted(message=message, by=by):
            return f"message {message} is deleted by {by}"
        case events.MessageTold(message=message, of=of, ok=ok, detail=detail):
            said = "is told of" if ok else f"could not be told of ({detail})"
            return f"{of} {said} message {message}"
        case events.NumberListed(listed=listed, by=by):
            return f"{listed.number} is {_what_of(listed)} now, says {by or 'somebody'}"
        case events.NumberUnlisted(number=number, by=by):
            return f"{number} is a number as others now, says {by or 'somebody'}"
        case events.QueueClosed(closing=closing):
            return f"{closing.queue} is {closed_until(asdict(closing))}"
        case events.QueueOpened(queue=queue, by=by):
            return f"{queue} is closed by hand no more, says {by or 'somebody'}"
        case events.ListServerLost(queue=queue, why=why):
            return f"the customer's server lists no agents for {queue}: {why}"
        case events.ListServerFound(queue=queue, away_s=away_s):
            return f"the customer's server lists agents for {queue} again, after {seconds(away_s)}"
        case events.ManagerChosen(number=number, agent=agent, why=why):
            return f"{agent or 'nobody'} is the manager of {number} now ({CHOSEN.get(why, why)})"
        case _:
            return type(fact).__name__


def _of_visit(fact: events.VisitFact) -> str:
    match fact:
        case events.CallArrived(trunk=trunk, number=number):
            return f"arrives from {trunk}, dialled {number}"
        case events.IvrVisited(tree=tree, node=node):
            return f"hears {node} of the IVR {tree}"
        case events.IvrEventSent(name=name):
            return f"the IVR tells the world: {name}"
        case events.IvrAsked(of=of, result=result, took_s=took_s, detail=detail):
            why = f" ({detail})" if detail else ""
            return f"the IVR asked {of or 'the database'}: {ASKED[result]} after {seconds(took_s)}{why}"
        case events.CustomerInfoAsked(of=of, result=result, took_s=took_s, detail=detail):
            why = f" ({detail})" if detail else ""
            return f"{of} was asked about the caller: {ASKED[result]} after {seconds(took_s)}{why}"
        case events.IvrSmsSent(number=number, result=result, took_s=took_s, detail=detail):
            why = f" ({detail})" if detail else ""
            return f"text message to {number or 'nobody'}: {ASKED[result]} after {seconds(took_s)}{why}"
        case events.CallWaits():
            return _waits(fact)
        case events.ManagerMissed(agent=agent, why=why):
            return f"the manager {agent} {MISSED.get(why, why)}: the call is for all now"
        case events.ManagerAsked(agent=agent, yes=yes):
            said = "no answer" if yes is None else "yes" if yes else "no"
            return f"is asked whether {agent} should stay the manager: {said}"
        case events.AgentsListed(agents=agents):
            return f"may be given to {', '.join(agents) or 'nobody yet'}, says the customer's server"
        case events.OfferMade(agent=agent, explanation=explanation):
            return f"{agent}'s phone rings: {chosen_because(agent, explanation)}"
        case events.OfferDeclined(agent=agent, reason=reason, rang_s=rang_s):
            return f"{agent} {DECLINED[reason]} (rang {seconds(rang_s)})"
        case events.CallServed(agent=agent, rang_s=rang_s, waited_s=waited_s):
            return (
                f"{agent} answers after {seconds(rang_s)} of ringing; the caller waited {seconds(waited_s)}"
            )
        case events.TalkEnded(agent=agent, talk_s=talk_s, ended_by=by):
            return f"talk with {agent} ends after {seconds(talk_s)}: {BY[by]}"
        case events.TalkRecorded(agent=agent, recording=name, seconds=length, ok=ok, detail=detail):
            return f"talk with {agent}: {_recorded(name, length, ok, detail)}"
        case events.CallerBlocked(detail=detail):
            return f"is refused, as the number is blocked{f' ({detail})' if detail else ''}"
        case events.ForwardRecorded(recording=name, seconds=length, ok=ok, detail=detail):
            return f"talk outside: {_recorded(name, length, ok, detail)}"
        case events.ForwardAnswered(number=number):
            return f"{number} answers outside"
        case events.NotReached(to=to, why=why, then=then):
            return f"{to}: {why}; the caller {_goes(then)}"
        case events.MessageBegun(mailbox=mailbox):
            return f"begins to leave a message for {mailbox}"
        case events.MessageLeft(mailbox=mailbox, seconds=length):
            return f"has left a message for {mailbox}, {seconds(length)}"
        case events.MessageNotKept(mailbox=mailbox, why=why, detail=detail):
            return f"leaves no message for {mailbox}: {NOT_KEPT[why]}{f' ({detail})' if detail else ''}"
        case events.CallForwarded(number=number, answered=answered, talk_s=talk_s):
            said = f"answered, {seconds(talk_s)}" if answered else "not answered"
            return f"forwarded to {number}: {said}"
        case events.CallbackRequested(queue=queue, asked_by=by, brought_s=brought_s):
            who = "the caller asks" if by is AskedBy.CALLER else "it is asked for him"
            place = f", with {seconds(brought_s)} of waiting" if brought_s else ""
            return f"is to be called back for {queue}{place}: {who}"
        case events.CallbackDialled(tries=tries, trunk=trunk):
            return f"is called back on {trunk}, try {tries}"
        case events.CallbackTried(result=tried, again_at=again_at, at=at):
            again = f"; back in line in {seconds(again_at - at)}" if again_at > at else ""
            return f"the customer {TRIED[tried]}{again}"
        case events.CallbackPutOff(until=until, at=at):
            return f"nobody is called back now, perhaps in {seconds(until - at)}"
        case events.CallbackEnded(reason=ended, tries=tries):
            return f"the callback is over after {tries} tries: {CALLED_BACK[ended]}"
        case events.CallAbandoned(queue=queue, waited_s=waited_s, offered=offered):
            ringing = ", while a phone rang" if offered else ""
            return f"leaves the line of {queue} after {seconds(waited_s)}{ringing}"
        case events.EntryRefused(queue=queue, reason=reason, detail=detail, to=to):
            return f"is not let into {queue}, {REFUSAL[reason]} ({detail}): {_goes(to)}"
        case events.WaitEnded(queue=queue, reason=why, waited_s=waited_s, to=to):
            return f"leaves the line of {queue} after {seconds(waited_s)}, as {EXIT[why]}: {_goes(to)}"
        case events.CallerTold():
            return _told(fact)
        case events.CallEnded(outcome=outcome, ended_by=by, duration_s=duration_s):
            return f"is over after {seconds(duration_s)}: {OUTCOME[outcome]}, {BY[by]}"
        case _:
            return wording_backend.sentence(fact) or type(fact).__name__


def closed_until(closing: Mapping[str, Any]) -> str:
    """How a queue is closed by hand, from what the engine says of it."""
    until = "" if closing["until"] is None else f" until {moment(closing['until'])}"
    stay = "stay" if closing["waiting"] == Waiting.STAY else "are sent on"
    return f"closed{until} by {closing['by'] or 'hand'}; those who wait {stay}"


def _what_of(listed: Listed) -> str:
    parts = ["blocked"] if listed.ivr_blocked else []
    parts += ["blocked in queues"] if listed.queue_blocked else []
    parts += [f"{name} {value}" for name, value in listed.data.items()]
    return ", ".join(parts) or "listed"


def _recorded(name: str, length_s: float, ok: bool | None, detail: str) -> str:
    if ok is False:
        return f"not (wholly) recorded as {name}: {detail}"
    unseen = "" if ok else f" ({detail})"
    return f"recorded as {name}, {seconds(length_s)}{unseen}"


def _told(fact: events.CallerTold) -> str:
    if fact.prompt is not None:
        return f"is told prompt {fact.prompt + 1} of {fact.queue}"
    said = [f"position {fact.position}"] if fact.position is not None else []
    if fact.expected_wait_s is not None:
        said.append(f"{seconds(fact.expected_wait_s)} to wait")
    return f"is told: {', '.join(said)}"


def _goes(to: str) -> str:
    return f"goes to {to}" if to else "is told so"


def _waits(fact: events.CallWaits) -> str:
    asks = wording(fact.requires)
    parts = [f"needs {asks}"] if asks else []
    if fact.caller_priority != CALLER_PRIORITY:
        parts.append(f"caller priority {fact.caller_priority}")
    if fact.brought_s:
        parts.append(f"brings {seconds(fact.brought_s)} of waiting")
    if fact.priority_s:
        parts.append(f"counts {fact.priority_s:+g} s")
    if fact.only_s is not None:
        parts.append(f"for {fact.manager} alone, {seconds(fact.only_s)} at most")
    elif fact.manager is not None:
        parts.append(f"the manager is {fact.manager}")
    if fact.at - fact.entered_at >= AT_ONCE_S:
        parts.append(f"waiting for {seconds(fact.at - fact.entered_at)} already")
    told = f" ({'; '.join(parts)})" if parts else ""
    return f"is in the line of {fact.queue}{told}"
