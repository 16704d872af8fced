"""Callers whom a queue sends out of the house: joined, or passed on when nobody is reached."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ccapp.domain import events
from ccapp.domain.admission import Goodbye, ToCallCenter, ToNumber, Treatment
from ccapp.domain.centre import Centre, Number, Queue, ToQueue, Trunk
from ccapp.domain.events import EndedBy, Fact, Outcome
from ccapp.domain.ids import QueueId, TrunkId
from ccapp.domain.ivr import Say
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
        queues={SALES: Queue(id=SALES, name="Sales", wait_s_max=WAIT_S, overflow=overflow)},
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
    [end] = only(events.CallEnded, facts)
    assert end.outcome is Outcome.FORWARDED
    assert len(only(events.NotReached, facts)) == 1


def test_who_hangs_up_outside_while_nobody_looks_was_forwarded() -> None:
    breakage = Breakage(at_s=10 + WAIT_S + 10, fault=Fault.KILL, lasts_s=60.0)
    facts = told(simulate(replace(scenario(NEXT, breakages=(breakage,)), duration_s=200.0)))
    [end] = only(events.CallEnded, facts)
    assert (end.outcome, end.ended_by) == (Outcome.FORWARDED, EndedBy.CALLER)
    assert [fact.answered for fact in only(events.CallForwarded, facts)] == [True]
