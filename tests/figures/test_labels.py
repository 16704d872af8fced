"""Labels of an agent: a fold over facts."""

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Fact
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, OfferId, QueueId, VisitId
from ccapp.domain.presence import Intent, State, SubState
from ccapp.routing.figures.labels import AllLabels
from tests.rows import rows

ANN, SALES = AgentId("ann"), QueueId("sales")


def declined(at: float, reason: DeclineReason) -> Fact:
    return events.OfferDeclined(
        at=at,
        visit=VisitId("v"),
        offer=OfferId("v/1"),
        agent=ANN,
        queue=SALES,
        reason=reason,
        cause=0,
        rang_s=9,
    )


def served(at: float, rang_s: float) -> Fact:
    return events.CallServed(
        at=at, visit=VisitId("v"), offer=OfferId("v/1"), agent=ANN, queue=SALES, segment=1,
        channel=ChannelId("c"), bridge=BridgeId("b"), waited_s=1, rang_s=rang_s, wrap_up_s=0,
    )  # fmt: skip


def ended(at: float) -> Fact:
    return events.TalkEnded(
        at=at, visit=VisitId("v"), agent=ANN, queue=SALES, segment=1, talk_s=1, ended_by=EndedBy.AGENT
    )


def ready(at: float, why: str, before: State = State.READY) -> Fact:
    return events.PresenceChanged(
        at=at, agent=ANN, state=State.READY, sub_state=SubState.NONE, reason="", before=before,
        intent=Intent.READY, unready_sub_state=SubState.WAIT, online=True, wrap_up_until=None, not_before=0,
        misses=0, idle_since=at, logged_in_at=0, why=why,
    )  # fmt: skip


@rows("VB-06")
def test_how_quickly_he_answers_and_what_he_misses() -> None:
    labels = AllLabels()
    for fact in (served(1, 2.0), ended(5), served(6, 12.0), declined(20, DeclineReason.REJECTED)):
        labels.feed(fact)
    his = labels.of(ANN)
    assert his.answer_time_avg == pytest.approx(5.0)
    assert (his.offers, his.answered, his.rejected, his.missed_in_row) == (3, 2, 1, 0)
    assert his.last_call_ended_at == 5


@rows("VB-06")
def test_three_missed_in_a_row_are_a_ban_each_twice_as_long_until_he_presses_ready() -> None:
    labels = AllLabels()
    his = labels.of(ANN)
    bans = []
    for number in range(1, 19):
        labels.feed(declined(number * 10_000.0, DeclineReason.NO_ANSWER))
        if number % 3 == 0:
            assert his.banned_until is not None
            bans.append(his.banned_until - number * 10_000.0)
    assert bans == [300, 600, 1200, 2400, 3600, 3600]
    labels.feed(ready(1e6, "no_answer"))
    assert his.banned_until is not None
    labels.feed(ready(1e6, "command"))
    assert (his.banned_until, his.missed_in_row) == (None, 0)
    labels.feed(declined(2e6, DeclineReason.BUSY))
    labels.feed(declined(2e6, DeclineReason.NO_ANSWER))
    labels.feed(served(2e6, 1.0))
    assert his.missed_in_row == 0
