"""Facts in few words. Times are seconds after `START`, which is a midnight in UTC."""

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import AskedBy, CallbackEnd
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, QueueId, SkillId, TrunkId, VisitId, offer_id
from ccapp.domain.presence import Intent, State, SubState

START = 1_770_076_800.0  # 2026-02-03 00:00:00 UTC
WHY = Explanation(trigger="call_joined", key=0.0, tier=0, idle_s=0.0)


def arrived(visit: str, at: float, number: str = "1") -> events.CallArrived:
    return events.CallArrived(
        at=START + at, visit=VisitId(visit), channel=ChannelId(visit), trunk=TrunkId("t"), number="100",
        caller_number=number, caller_name="",
    )  # fmt: skip


def waits(
    visit: str, at: float, queue: str = "sales", *, since: float | None = None, skills: tuple[str, ...] = ()
) -> events.CallWaits:
    return events.CallWaits(
        at=START + at, visit=VisitId(visit), queue=QueueId(queue),
        entered_at=START + (at if since is None else since), priority_s=0.0,
        requires={SkillId(skill): 1 for skill in skills},
    )  # fmt: skip


def offered(visit: str, at: float, agent: str, number: int = 1, queue: str = "sales") -> events.OfferMade:
    return events.OfferMade(
        at=START + at, visit=VisitId(visit), offer=offer_id(VisitId(visit), number), agent=AgentId(agent),
        queue=QueueId(queue), channel=ChannelId("c"), ring_s=15.0, waited_s=0.0, explanation=WHY,
    )  # fmt: skip


def declined(
    visit: str, at: float, agent: str, rang_s: float, reason: DeclineReason = DeclineReason.NO_ANSWER,
    queue: str = "sales", number: int = 1,
) -> events.OfferDeclined:  # fmt: skip
    return events.OfferDeclined(
        at=START + at, visit=VisitId(visit), offer=offer_id(VisitId(visit), number), agent=AgentId(agent),
        queue=QueueId(queue), reason=reason, cause=0, rang_s=rang_s,
    )  # fmt: skip


def served(
    visit: str, at: float, agent: str, waited_s: float, rang_s: float = 2.0, queue: str = "sales",
    segment: int = 1, number: int = 1, *, by_backup: bool = False,
) -> events.CallServed:  # fmt: skip
    return events.CallServed(
        at=START + at, visit=VisitId(visit), offer=offer_id(VisitId(visit), number), agent=AgentId(agent),
        queue=QueueId(queue), segment=segment, channel=ChannelId("c"), bridge=BridgeId("b"),
        waited_s=waited_s, rang_s=rang_s, wrap_up_s=10.0, by_backup=by_backup,
    )  # fmt: skip


def talked(
    visit: str, at: float, agent: str, talk_s: float, queue: str = "sales", segment: int = 1
) -> events.TalkEnded:
    return events.TalkEnded(
        at=START + at, visit=VisitId(visit), agent=AgentId(agent), queue=QueueId(queue), segment=segment,
        talk_s=talk_s, ended_by=EndedBy.CALLER,
    )  # fmt: skip


def abandoned(visit: str, at: float, waited_s: float, queue: str = "sales") -> events.CallAbandoned:
    return events.CallAbandoned(
        at=START + at, visit=VisitId(visit), queue=QueueId(queue), waited_s=waited_s, offered=False
    )


def refused(
    visit: str, at: float, reason: RefusalReason, queue: str = "sales", to: str = ""
) -> events.EntryRefused:
    return events.EntryRefused(
        at=START + at, visit=VisitId(visit), queue=QueueId(queue), reason=reason, detail="", to=to
    )


def sent_away(
    visit: str, at: float, waited_s: float, reason: ExitReason, queue: str = "sales", to: str = ""
) -> events.WaitEnded:
    return events.WaitEnded(
        at=START + at, visit=VisitId(visit), queue=QueueId(queue), reason=reason, waited_s=waited_s, to=to
    )


def ended(visit: str, at: float, outcome: Outcome, duration_s: float = 0.0) -> events.CallEnded:
    return events.CallEnded(
        at=START + at,
        visit=VisitId(visit),
        outcome=outcome,
        ended_by=EndedBy.CALLER,
        duration_s=duration_s,
    )


def asked_back(visit: str, at: float, number: str = "1", queue: str = "sales") -> events.CallbackRequested:
    return events.CallbackRequested(
        at=START + at, visit=VisitId(visit), queue=QueueId(queue), trunk=TrunkId("t"), number="100",
        caller_number=number, caller_name="", asked_by=AskedBy.CALLER, expires_at=START + at + 1e6,
    )  # fmt: skip


def called_back(visit: str, at: float, how: CallbackEnd, queue: str = "sales") -> events.CallbackEnded:
    return events.CallbackEnded(
        at=START + at, visit=VisitId(visit), queue=QueueId(queue), reason=how, tries=1
    )


def wrapped_up(agent: str, at: float, wrap_up_s: float) -> events.WrapUpEnded:
    return events.WrapUpEnded(at=START + at, agent=AgentId(agent), wrap_up_s=wrap_up_s)


def is_now(
    agent: str, at: float, state: State, sub_state: SubState = SubState.NONE, before: State = State.LOGOUT
) -> events.PresenceChanged:
    return events.PresenceChanged(
        at=START + at, agent=AgentId(agent), state=state, sub_state=sub_state, reason="", before=before,
        intent=Intent.READY, unready_sub_state=SubState.WAIT, online=True, wrap_up_until=None, not_before=0.0,
        misses=0, idle_since=START + at, logged_in_at=START, why="",
    )  # fmt: skip
