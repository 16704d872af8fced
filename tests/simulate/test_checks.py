"""The checks see what they are there for: each rule, broken once by hand."""

import asyncio
from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.explanation import Explanation
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, OfferId, QueueId, TrunkId, VisitId
from ccapp.domain.ivr import Say
from ccapp.domain.presence import Intent, State, SubState
from ccapp.domain.serving import Strategy
from ccapp.ports import Dial
from ccapp.simulate.channels import Party, Phone
from ccapp.simulate.checks.all import Checks
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.loop import run
from ccapp.simulate.storm import SALES, centre

ANN, BOB = AgentId("a1"), AgentId("a2")
Q = QueueId(SALES)
WHY = Explanation(trigger="call_joined", key=0.0, tier=0, idle_s=0.0)


def visit(name: str, at: float = 0.0) -> dict:
    return {"visit": VisitId(name), "at": at}


def arrives(name="v1", at=0.0):
    return events.CallArrived(
        **visit(name, at), channel=ChannelId(name), trunk=TrunkId("t"), number="1",
        caller_number="", caller_name="",
    )  # fmt: skip


def waits(name="v1", at=0.0, entered_at=None):
    entered_at = at if entered_at is None else entered_at
    return events.CallWaits(
        **visit(name, at), queue=Q, entered_at=entered_at, priority_s=0.0, requires={"talk": 1}
    )


def offered(name="v1", agent=ANN, number=1, at=0.0):
    return events.OfferMade(
        **visit(name, at), offer=OfferId(f"{name}/{number}"), agent=agent, queue=Q,
        channel=ChannelId(f"offer-{name}-{number}"), ring_s=8, waited_s=0.0, explanation=WHY,
    )  # fmt: skip


def together(agent=ANN, number=1):
    return replace(offered(agent=agent, number=number), explanation=replace(WHY, strategy=Strategy.RING_ALL))


def declined(name="v1", agent=ANN, number=1, at=0.0):
    return events.OfferDeclined(
        **visit(name, at), offer=OfferId(f"{name}/{number}"), agent=agent, queue=Q,
        reason=DeclineReason.REJECTED, cause=21, rang_s=0.0,
    )  # fmt: skip


def served(name="v1", agent=ANN, number=1, at=0.0):
    return events.CallServed(
        **visit(name, at), offer=OfferId(f"{name}/{number}"), agent=agent, queue=Q, segment=1,
        channel=ChannelId(f"offer-{name}-{number}"), bridge=BridgeId("talk"), waited_s=0.0, rang_s=0.0,
        wrap_up_s=0,
    )  # fmt: skip


def talked(name="v1", agent=ANN, at=0.0):
    return events.TalkEnded(
        **visit(name, at), agent=agent, queue=Q, segment=1, talk_s=0.0, ended_by=EndedBy.CALLER
    )


def ends(name="v1", at=0.0):
    return events.CallEnded(
        **visit(name, at), outcome=Outcome.SERVED, ended_by=EndedBy.CALLER, duration_s=0.0
    )


def presence(state, before, agent=ANN, at=0.0, sub_state=SubState.NONE, until=None):
    return events.PresenceChanged(
        at=at, agent=agent, state=state, sub_state=sub_state, reason="", before=before, intent=Intent.READY,
        unready_sub_state=SubState.WAIT, online=True, wrap_up_until=until, not_before=0.0, misses=0,
        idle_since=at, logged_in_at=0.0, why="test",
    )  # fmt: skip


WHOLE = [arrives(), waits(), offered(), served(), talked(), ends()]

BROKEN = {
    "time runs backwards": [arrives(at=5.0), waits(at=4.0)],
    "order of facts": [arrives(), served()],
    "nothing after the end": [*WHOLE, arrives()],
    "visits without an end": WHOLE[:-1],
    "offers without an outcome": [arrives(), waits(), offered(), ends()],
    "talks without an end": [*WHOLE[:4], ends()],
    "exactly one outcome per offer": [arrives(), waits(), offered(), declined(), declined()],
    "one offer at a time": [
        arrives("v1"), arrives("v2"), waits("v1"), waits("v2"), offered("v1"), offered("v2"),
    ],
    "nobody rings on for one who is served": [
        arrives(), waits(), together(), together(agent=BOB, number=2), served(),
    ],
    "too many rung at once": [arrives(), waits(), together(), together(agent=BOB, number=2)],
    "offered while talking": [*WHOLE[:4], arrives("v2"), waits("v2"), offered("v2")],
    "offer ids are never used again": [arrives(), waits(), offered(), declined(), offered()],
    "a talk ends that did not begin": [*WHOLE[:4], talked(agent=BOB)],
    "states join": [presence(State.READY, State.ACW)],
    "order of service": [
        arrives("v1"), waits("v1"), arrives("v2", 1.0), waits("v2", 1.0), offered("v2", at=1.0),
    ],
    "idle beside a caller": [presence(State.READY, State.LOGOUT, at=5.0), arrives(at=5.0), waits(at=5.0)],
    "offered to one who may not": [
        arrives(),
        events.CallWaits(**visit("v1"), queue=QueueId("gold"), entered_at=0.0, priority_s=0.0, requires={}),
        offered(agent=AgentId("a4")),
    ],
    "rings if offered": [presence(State.BUSY, State.LOGOUT, sub_state=SubState.RINGING)],
    "talks if served": [presence(State.BUSY, State.LOGOUT, sub_state=SubState.ANSWERED)],
    "wrap-up has an end": [presence(State.ACW, State.LOGOUT)],
    "stuck in wrap-up": [presence(State.ACW, State.LOGOUT, until=-10.0)],
}  # fmt: skip


async def rules_broken(facts, act=None):
    exchange = Exchange()
    checks = Checks(centre(), exchange, lambda: max(fact.at for fact in facts) if facts else 0.0)
    exchange.on_mixed, exchange.on_rung = checks.lines.mixed, checks.lines.rung
    for fact in facts:
        checks.fact(fact)
    if act:
        act(exchange, checks)
    checks.quiet()
    checks.inspect()
    checks.inspect()
    checks.at_the_end()
    return {violation.rule for violation in checks.verdict.violations}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_seen(rule):
    assert rule in run(rules_broken(BROKEN[rule]))


def test_a_whole_visit_breaks_none():
    assert run(rules_broken(WHOLE)) == set()


def test_the_lines_are_watched():
    class Ear:
        def hear(self, event): ...

    def two_callers_and_two_rings(exchange, checks):
        exchange.connect(Ear())
        callers = [exchange.call(Party(), trunk="t", dialled="1") for _ in "12"]
        exchange.bridge(BridgeId("talk-a1"), "", None)
        exchange.add(BridgeId("talk-a1"), [caller.id for caller in callers])
        phone = Party()
        exchange.outside = lambda number, trunk: phone
        for number in "12":
            exchange.originate(Dial(channel=ChannelId(f"offer-v{number}-1"), endpoint="1@t"))

    found = run(rules_broken([], two_callers_and_two_rings))
    assert found >= {
        "two callers on one agent",
        "a phone is rung twice at once",
        "nobody cares",
        "channels are left",
        "bridges are left",
    }


@pytest.mark.parametrize("engine_died", [False, True])
def test_who_is_joined_is_told_nothing(engine_died):
    class Ear:
        def hear(self, event): ...

    def told_before_and_in_the_talk(exchange, checks):
        exchange.connect(Ear())
        exchange.on_heard = checks.lines.heard
        caller, agent = (exchange.call(Party(), trunk="t", dialled="1") for _ in "12")
        exchange.play(caller.id, "one", Say(text="You are number two in line."))
        if engine_died:
            checks.engine_died()  # what it began, nobody can stop
        exchange.bridge(BridgeId("talk-a1"), "", None)
        exchange.add(BridgeId("talk-a1"), [caller.id, agent.id])
        exchange.play(agent.id, "two", Say(text="You are the next."))

    found = run(rules_broken([], told_before_and_in_the_talk))
    assert "nobody is told anything in a talk" in found
    assert ("who is joined is told nothing more" in found) is not engine_died


def test_a_phone_that_waits_on_the_line_is_not_rung():
    class Ear:
        def hear(self, event): ...

    def rung_beside(exchange, checks):
        exchange.connect(Ear())
        party = Party()
        exchange.phones[ANN] = Phone(name=ANN, party=party)
        exchange.outside = lambda number, trunk: party
        own = exchange.call_from_phone(ANN, "*19")
        checks.fact(replace(offered(), channel=own.id))
        checks.fact(replace(offered(), offer=OfferId("v2/1"), channel=ChannelId("offer-v2-1")))
        exchange.originate(Dial(channel=ChannelId("offer-v2-1"), endpoint="1@t"))

    found = run(rules_broken([arrives(), waits()], rung_beside))
    assert "a phone is rung that waits on the line" in found


def test_state_seconds_must_add_up():
    async def main():
        facts = [
            presence(State.READY, State.LOGOUT, at=0.0),
            presence(State.LOGOUT, State.READY, at=10.0),
        ]
        checks = Checks(centre(), Exchange(), lambda: 10.0)
        for fact in facts:
            checks.fact(fact)
        await asyncio.sleep(0)
        return checks.agents.seconds, checks.verdict.violations

    assert run(main()) == ({State.READY: 10.0}, [])
