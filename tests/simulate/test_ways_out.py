"""Callers whom a queue sends out of the house: joined, or passed on when nobody is reached."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, Goodbye, ToAgent, ToCallCenter, ToNumber, Treatment
from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue, ToTree, Trunk
from ccapp.domain.events import EndedBy, Fact, Outcome
from ccapp.domain.ids import AgentId, NodeId, QueueId, TreeId, TrunkId
from ccapp.domain.ivr import CallAgent, Forward, Say, Tree
from ccapp.simulate.people import CallerScript, React, Reaction
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.world import Result, simulate

SALES = QueueId("sales")
PSTN, BACKUP = TrunkId("pstn"), TrunkId("backup")
WAIT_S = 20.0


def centre(overflow: Treatment, *, trusted: bool = True) -> Centre:
    return Centre(
        trunks={PSTN: Trunk(id=PSTN, trusted=trusted), BACKUP: Trunk(id=BACKUP)},
        numbers={"100": Number(number="100", target=ToQueue(queue=SALES))},
        queues={SALES: Queue(id=SALES, name="Sales", wait_s_max=WAIT_S, overflow=overflow, record=True)},
    )


def scenario(
    overflow: Treatment,
    *,
    answers: str = "5",
    headers: dict[str, str] | None = None,
    trusted: bool = True,
    patience_s: float | None = None,
    breakages: tuple[Breakage, ...] = (),
) -> Scenario:
    """One caller whom nobody serves. Outside answer the numbers that begin with `answers`."""

    def one(chance: random.Random) -> Iterator[Call]:
        script = CallerScript(talk_s=30.0, patience_s=patience_s)
        yield Call(after_s=10.0, script=script, headers=headers or {})

    def outside(number: str, chance: random.Random) -> React:
        return React(Reaction.ANSWER if number.startswith(answers) else Reaction.BUSY, 3.0)

    return Scenario(
        seed=1,
        centre=centre(overflow, trusted=trusted),
        calls=one,
        duration_s=120.0,
        outside=outside,
        breakages=breakages,
    )


def told(result: Result) -> list[Fact]:
    assert not result.violations
    return [each.fact for each in result.facts]


def only[F: Fact](kind: type[F], facts: list[Fact]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, kind)]


NEXT = ToNumber(number="500", trunk=PSTN)


def test_who_waited_in_vain_talks_outside_and_is_no_abandonment() -> None:
    facts = told(simulate(scenario(NEXT)))
    [ended] = only(events.WaitEnded, facts)
    [forwarded] = only(events.CallForwarded, facts)
    [end] = only(events.CallEnded, facts)
    assert ended.to == "500 on pstn"
    assert forwarded.answered
    assert forwarded.talk_s > 20
    [tape] = only(events.ForwardRecorded, facts)
    assert (tape.number, tape.ok) == ("500", True)
    assert tape.seconds == pytest.approx(forwarded.talk_s, abs=1)
    assert end.outcome is Outcome.FORWARDED
    assert not only(events.CallAbandoned, facts)


@pytest.mark.parametrize("then", [NEXT, None])
def test_a_number_that_is_not_reached_leads_on(then: Treatment | None) -> None:
    facts = told(simulate(scenario(ToNumber(number="900", trunk=PSTN, otherwise=then))))
    [missed] = only(events.NotReached, facts)
    assert (missed.to, missed.then) == ("900 on pstn", "500 on pstn" if then else "")
    [end] = only(events.CallEnded, facts)
    assert end.outcome is (Outcome.FORWARDED if then else Outcome.TIMED_OUT)


def test_who_gives_up_while_it_rings_outside_has_timed_out() -> None:
    facts = told(simulate(scenario(NEXT, patience_s=WAIT_S + 1)))
    [end] = only(events.CallEnded, facts)
    assert (end.outcome, end.ended_by) == (Outcome.TIMED_OUT, EndedBy.CALLER)
    assert not only(events.CallAbandoned, facts)


@pytest.mark.parametrize(
    ("named", "trusted", "reached"),
    [
        ("500", True, "500 pstn"),
        ("sip:501@backup", True, "501 backup"),
        ("500@nowhere", True, None),
        ("sip:500@203.0.113.9", True, None),
        ("500", False, None),
        ("", True, None),
    ],
)
def test_the_call_centre_that_the_call_names(named: str, trusted: bool, reached: str | None) -> None:
    to_centre = ToCallCenter(trunk=PSTN, otherwise=Goodbye(say=Say(text="Sorry.")))
    facts = told(simulate(scenario(to_centre, headers={"X-CallCenter": named}, trusted=trusted)))
    talked = [f"{fact.number} {fact.trunk}" for fact in only(events.CallForwarded, facts) if fact.answered]
    assert talked == ([reached] if reached else [])
    assert len(only(events.NotReached, facts)) == (0 if reached else 1)


KILLS = [10 + WAIT_S + after_s for after_s in (-1.0, 0.5, 2.0, 3.01, 3.5, 4.5, 10.0, 30.0)]


@pytest.mark.parametrize("at_s", KILLS)
@pytest.mark.parametrize("fault", [Fault.KILL, Fault.STOP, Fault.DROP])
def test_an_engine_that_dies_on_the_way_loses_nobody(at_s: float, fault: Fault) -> None:
    """Rings a number in vain for 3 s, then another one for 3 s, then a talk of 30 s."""
    ways = ToNumber(number="900", trunk=PSTN, otherwise=NEXT)
    breakage = Breakage(at_s=at_s, fault=fault, lasts_s=1.0)
    facts = told(simulate(scenario(ways, breakages=(breakage,))))
    talks = [fact for fact in only(events.CallForwarded, facts) if fact.answered]
    assert [talk.number for talk in talks] == ["500"]
    assert len(only(events.ForwardRecorded, facts)) == 1
    [end] = only(events.CallEnded, facts)
    assert end.outcome is Outcome.FORWARDED
    assert len(only(events.NotReached, facts)) == 1


def test_who_hangs_up_outside_while_nobody_looks_was_forwarded() -> None:
    breakage = Breakage(at_s=10 + WAIT_S + 10, fault=Fault.KILL, lasts_s=60.0)
    facts = told(simulate(replace(scenario(NEXT, breakages=(breakage,)), duration_s=200.0)))
    [end] = only(events.CallEnded, facts)
    assert (end.outcome, end.ended_by) == (Outcome.FORWARDED, EndedBy.CALLER)
    assert [fact.answered for fact in only(events.CallForwarded, facts)] == [True]
    assert [fact.ok for fact in only(events.ForwardRecorded, facts)] == [None]


def test_who_hangs_up_first_while_nobody_looks_leaves_the_other_in_no_bridge() -> None:
    breakage = Breakage(at_s=10 + WAIT_S + 10, fault=Fault.KILL, lasts_s=28.0)
    facts = told(simulate(scenario(NEXT, breakages=(breakage,))))
    [end] = only(events.CallEnded, facts)
    assert (end.outcome, end.ended_by) == (Outcome.FORWARDED, EndedBy.CALLER)


# --- to one agent alone -----------------------------------------------------------------------------------

ANN, BEN = AgentId("ann"), AgentId("ben")
MAIN, ASK, NO = TreeId("main"), NodeId("ask"), NodeId("no")


def asked_for(*, reaction: Reaction, breakages: tuple[Breakage, ...] = (), by_ivr: bool = False) -> Scenario:
    """One caller for ann alone, who is not there before anybody; ben is, and idle for longer."""
    to_ann = ToAgent(agent=ANN, wait_s=20.0, otherwise=NEXT)
    alone = {
        ASK: CallAgent(agent=ANN, queue=SALES, wait_s=20.0, otherwise=NO),
        NO: Forward(number="500", trunk=PSTN),
    }
    people = {name: Agent(id=name, name=name, extension=f"20{n}") for n, name in enumerate((BEN, ANN))}
    what = scenario(to_ann, breakages=breakages)
    queue = replace(what.centre.queues[SALES], size_max=0, ring_s=8.0, wrap_up_s=0.0)
    number = Number(number="100", target=ToTree(tree=MAIN) if by_ivr else ToQueue(queue=SALES))
    return replace(
        what,
        centre=replace(
            what.centre,
            queues={SALES: queue},
            agents=people,
            numbers={"100": number},
            trees={MAIN: Tree(id=MAIN, start=ASK, nodes=alone)},
        ),
        reacts=lambda agent, chance: React(reaction, 2.0),
        duration_s=120.0,
    )


@pytest.mark.parametrize("by_ivr", [False, True])
def test_the_agent_asked_for_takes_the_call_and_nobody_else(by_ivr: bool) -> None:
    facts = told(simulate(asked_for(reaction=Reaction.ANSWER, by_ivr=by_ivr)))
    assert {offer.agent for offer in only(events.OfferMade, facts)} == {ANN}
    [served] = only(events.CallServed, facts)
    assert (served.agent, served.queue) == (ANN, SALES)
    [end] = only(events.CallEnded, facts)
    assert end.outcome is Outcome.SERVED


ANN_KILLS = [10.05, 10.5, 14.0, 17.9, 18.5, 21.5, 25.0]


@pytest.mark.parametrize("by_ivr", [False, True])
@pytest.mark.parametrize("reaction", [Reaction.SILENT, Reaction.REJECT])
@pytest.mark.parametrize("at_s", [None, *ANN_KILLS])
@pytest.mark.parametrize("fault", [Fault.KILL, Fault.DROP])
def test_who_is_not_reached_is_missed_once_and_the_caller_goes_on(
    by_ivr: bool, reaction: Reaction, at_s: float | None, fault: Fault
) -> None:
    breakages = () if at_s is None else (Breakage(at_s=at_s, fault=fault, lasts_s=1.0),)
    facts = told(simulate(asked_for(reaction=reaction, by_ivr=by_ivr, breakages=breakages)))
    assert {offer.agent for offer in only(events.OfferMade, facts)} <= {ANN}
    missed = [fact.reason for fact in only(events.WaitEnded, facts)]
    assert missed == [ExitReason.AGENT_MISSED]
    assert [talk.number for talk in only(events.CallForwarded, facts) if talk.answered] == ["500"]
    [end] = only(events.CallEnded, facts)
    assert end.outcome is Outcome.FORWARDED
    assert not only(events.CallAbandoned, facts)
