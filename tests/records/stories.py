"""Facts to publish: whole visits as an engine would tell them, and single ones."""

from dataclasses import replace

from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import AskedBy, CallbackEnd, TryResult
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import (
    CallAbandoned,
    CallArrived,
    CallbackDialled,
    CallbackEnded,
    CallbackRequested,
    CallbackTried,
    CallEnded,
    CallForwarded,
    CallServed,
    CallWaits,
    EndedBy,
    EntryRefused,
    Fact,
    IvrVisited,
    ManagerChosen,
    MessageDeleted,
    MessageHeard,
    MessageLeft,
    MessageTold,
    NumberListed,
    NumberUnlisted,
    OfferDeclined,
    OfferMade,
    Outcome,
    PresenceChanged,
    QueueClosed,
    QueueOpened,
    StandingOrder,
    TalkEnded,
    VisitFact,
    WaitEnded,
    WrapUpEnded,
)
from ccapp.domain.explanation import Explanation, NotChosen, WhyNot
from ccapp.domain.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    MailboxId,
    MessageId,
    NodeId,
    QueueId,
    SkillId,
    TreeId,
    TrunkId,
    VisitId,
    offer_id,
)
from ccapp.domain.managers import Chosen
from ccapp.domain.presence import Intent, State, SubState
from ccapp.domain.standing import Closing, Listed, Waiting

START = 1_770_000_000.0
DATA = {"Dnis": "+493012345", "Ani": "+4917612345"}
EXPLANATION = Explanation(
    trigger="agent_free",
    key=START,
    tier=0,
    idle_s=12.5,
    not_chosen=(NotChosen(agent=AgentId("bob"), why=WhyNot.SKILL_LEVEL, detail="spanish 1 < 2"),),
    not_chosen_count=1,
    calls_passed=((VisitId("earlier"), QueueId("sales")),),
)


def arrived(visit: str, at: float = START) -> CallArrived:
    return CallArrived(
        at=at, visit=VisitId(visit), data=DATA, channel=ChannelId(visit), trunk=TrunkId("carrier"),
        number="4930100", caller_number="+4917612345", caller_name="Erika Müller",
    )  # fmt: skip


def waits(visit: str, at: float, queue: str = "sales") -> list[VisitFact]:
    id, data = VisitId(visit), DATA
    return [
        IvrVisited(at=at, visit=id, data=data, tree=TreeId("main"), node=NodeId("menu")),
        CallWaits(
            at=at, visit=id, data=data, queue=QueueId(queue), entered_at=at, priority_s=0.0,
            requires={SkillId("spanish"): 2},
        ),
    ]  # fmt: skip


def offered(visit: str, number: int, at: float, agent: str = "alice", waited_s: float = 1.5) -> OfferMade:
    return OfferMade(
        at=at, visit=VisitId(visit), data=DATA, offer=offer_id(VisitId(visit), number), agent=AgentId(agent),
        queue=QueueId("sales"), channel=ChannelId(f"offer-{visit}-{number}"), ring_s=15.0, waited_s=waited_s,
        explanation=EXPLANATION,
    )  # fmt: skip


def declined(visit: str, number: int, at: float, agent: str = "alice") -> OfferDeclined:
    return OfferDeclined(
        at=at, visit=VisitId(visit), data=DATA, offer=offer_id(VisitId(visit), number), agent=AgentId(agent),
        queue=QueueId("sales"), reason=DeclineReason.REJECTED, cause=21, rang_s=1.0,
    )  # fmt: skip


def served(visit: str, number: int, at: float, agent: str = "alice", segment: int = 1) -> CallServed:
    return CallServed(
        at=at, visit=VisitId(visit), data=DATA, offer=offer_id(VisitId(visit), number), agent=AgentId(agent),
        queue=QueueId("sales"), segment=segment, channel=ChannelId(f"offer-{visit}-{number}"),
        bridge=BridgeId(f"talk-{agent}"), waited_s=2.5, rang_s=1.25, wrap_up_s=10.0,
    )  # fmt: skip


def talked(visit: str, at: float, agent: str = "alice", segment: int = 1) -> TalkEnded:
    return TalkEnded(
        at=at, visit=VisitId(visit), data=DATA, agent=AgentId(agent), queue=QueueId("sales"),
        segment=segment, talk_s=60.5, ended_by=EndedBy.CALLER,
    )  # fmt: skip


def ended(visit: str, at: float, outcome: Outcome = Outcome.SERVED) -> CallEnded:
    return CallEnded(
        at=at,
        visit=VisitId(visit),
        data=DATA,
        outcome=outcome,
        ended_by=EndedBy.CALLER,
        duration_s=at - START,
    )


def wrapped_up(agent: str, at: float, wrap_up_s: float = 7.5) -> WrapUpEnded:
    return WrapUpEnded(at=at, agent=AgentId(agent), wrap_up_s=wrap_up_s)


def presence(agent: str, state: State = State.READY, at: float = START) -> PresenceChanged:
    return PresenceChanged(
        at=at, agent=AgentId(agent), state=state, sub_state=SubState.NONE, reason="", before=State.LOGIN,
        intent=Intent.READY, unready_sub_state=SubState.WAIT, online=True, wrap_up_until=None, not_before=0.0,
        misses=0, idle_since=at, logged_in_at=START, why="ready",
    )  # fmt: skip


def chosen(number: str, agent: str | None, at: float = START) -> ManagerChosen:
    who = AgentId(agent) if agent else None
    return ManagerChosen(at=at, number=number, agent=who, why=Chosen.COMMAND)


def message_left(visit: str, number: int = 1, at: float = START) -> MessageLeft:
    return MessageLeft(
        at=at,
        visit=VisitId(visit),
        data={"Ani": "+4917612345"},
        message=MessageId(f"{visit}-{number}"),
        mailbox=MailboxId("sales"),
        queue=QueueId("sales"),
        caller_number="4917612345",
        caller_name="Erika Müller",
        seconds=12.25,
        file=f"{visit}/message-{number}.wav",
    )


def message_heard(left: MessageLeft, by: str = "alice", at: float = START) -> MessageHeard:
    return MessageHeard(at=at, message=left.message, mailbox=left.mailbox, by=by)


def message_told(left: MessageLeft, at: float = START) -> MessageTold:
    return MessageTold(at=at, message=left.message, mailbox=left.mailbox, of="crm.example", ok=True)


def message_deleted(left: MessageLeft, at: float = START) -> MessageDeleted:
    return MessageDeleted(at=at, message=left.message, mailbox=left.mailbox, file=left.file, by="api")


def standing_orders(at: float = START) -> list[StandingOrder]:
    """In force at their end: 49302 blocked by bob, sales closed until noon."""
    blocked = Listed(number="49301", ivr_blocked=True, note="rude")
    vip = Listed(number="49302", caller_priority=10, gives={"Tier": "gold"})
    sales, support = QueueId("sales"), QueueId("support")
    return [
        NumberListed(at=at, listed=blocked, by="alice"),
        NumberListed(at=at, listed=vip, by="alice"),
        QueueClosed(at=at, closing=Closing(queue=sales, by="alice")),
        QueueClosed(at=at, closing=Closing(queue=support, by="alice")),
        NumberUnlisted(at=at, number="49301", by="bob"),
        NumberListed(at=at, listed=replace(vip, queue_blocked=True), by="bob"),
        QueueOpened(at=at, queue=support, by="bob"),
        QueueClosed(at=at, closing=Closing(queue=sales, until=at + 60, waiting=Waiting.TREAT, by="bob")),
    ]


def served_visit(visit: str, at: float = START, agent: str = "alice") -> list[Fact]:
    """Declined once by bob, then served, with wrap-up."""
    return [
        arrived(visit, at),
        *waits(visit, at + 1),
        offered(visit, 1, at + 2, "bob"),
        declined(visit, 1, at + 3, "bob"),
        offered(visit, 2, at + 3, agent),
        served(visit, 2, at + 4, agent),
        talked(visit, at + 64.5, agent),
        ended(visit, at + 64.5),
        wrapped_up(agent, at + 72),
    ]


def called_back_visit(visit: str, at: float = START) -> list[Fact]:
    """Asked for, tried in vain, and reached then."""
    id, queue = VisitId(visit), QueueId("sales")
    again = waits(visit, at)[-1]
    dialled = CallbackDialled(
        at=at + 1, visit=id, queue=queue, tries=1, channel=ChannelId(f"{visit}-1"), trunk=TrunkId("carrier"),
        agent=AgentId("alice"),
    )  # fmt: skip
    return [
        CallbackRequested(
            at=at, visit=id, data=DATA, queue=queue, trunk=TrunkId("carrier"), number="4930100",
            caller_number="+4917612345", caller_name="Erika Müller", asked_by=AskedBy.CALLER,
            expires_at=at + 3600.0, brought_s=60.0,
        ),
        again,
        offered(visit, 1, at + 1),
        dialled,
        declined(visit, 1, at + 5),
        CallbackTried(
            at=at + 5, visit=id, queue=queue, tries=1, result=TryResult.BUSY, cause=17, again_at=at + 30
        ),
        replace(again, at=at + 30),
        offered(visit, 2, at + 31),
        replace(dialled, at=at + 32, tries=2),
        served(visit, 2, at + 35),
        talked(visit, at + 60),
        CallbackEnded(at=at + 60, visit=id, queue=queue, reason=CallbackEnd.SERVED, tries=2),
        ended(visit, at + 60),
    ]  # fmt: skip


def abandoned_visit(visit: str, at: float = START) -> list[Fact]:
    id, queue = VisitId(visit), QueueId("sales")
    return [
        arrived(visit, at),
        *waits(visit, at + 1),
        CallAbandoned(at=at + 31, visit=id, data=DATA, queue=queue, waited_s=30.0, offered=True),
        ended(visit, at + 31, Outcome.ABANDONED),
    ]


def timed_out_visit(visit: str, at: float = START) -> list[Fact]:
    return [arrived(visit, at), *waits(visit, at + 1), ended(visit, at + 61, Outcome.TIMED_OUT)]


def overflowed_visit(visit: str, at: float = START) -> list[Fact]:
    """Refused by one queue, waited in vain in the next, given up in the last."""
    id = VisitId(visit)
    refused = EntryRefused(
        at=at + 1, visit=id, data=DATA, queue=QueueId("gold"), reason=RefusalReason.FULL,
        detail="5 wait, 5 may", to="queue sales",
    )  # fmt: skip
    in_vain = WaitEnded(
        at=at + 21, visit=id, data=DATA, queue=QueueId("sales"), reason=ExitReason.TIMEOUT, waited_s=20.0,
        to="queue help",
    )  # fmt: skip
    given_up = CallAbandoned(
        at=at + 31, visit=id, data=DATA, queue=QueueId("help"), waited_s=10.0, offered=False
    )
    return [
        arrived(visit, at),
        refused,
        *waits(visit, at + 1),
        in_vain,
        *waits(visit, at + 21, "help"),
        given_up,
        ended(visit, at + 31, Outcome.ABANDONED),
    ]


def forwarded_visit(visit: str, at: float = START) -> list[Fact]:
    forwarded = CallForwarded(
        at=at + 10, visit=VisitId(visit), data=DATA, number="0301", trunk=TrunkId("carrier"), answered=True,
        talk_s=8.0,
    )  # fmt: skip
    return [arrived(visit, at), forwarded, ended(visit, at + 10, Outcome.FORWARDED)]
