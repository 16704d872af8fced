"""Who goes, dies or is called away while an agent is whispered to: each is told as what it is, and once."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from ccapp.config import read_document
from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Fact, Outcome
from ccapp.domain.ids import AgentId
from ccapp.simulate.link import Latency
from ccapp.simulate.people import ANSWERS_AT_ONCE, CallerScript, React, Reaction
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.world import simulate

WHISPER_S = 2.0  # that a sound takes on the simulated switch
COMES_S = 10.0
PAUSE_S = 2.0  # after an offer that failed so
SOON_S = 0.1


def told(
    *calls: CallerScript,
    reacts: Mapping[str, Sequence[React]] | None = None,
    breakages: Sequence[Breakage] = (),
    agents: Sequence[str] = ("ana",),
    **queue: Any,
) -> list[Fact]:
    """What is told from the first call on; the calls come 0.5 s one after the other. `reacts` says what an
    agent does each time he is rung; after that he answers at once."""
    left = {agent: list(each) for agent, each in (reacts or {}).items()}

    def come(chance: random.Random) -> Iterator[Call]:
        for number, script in enumerate(calls):
            yield Call(after_s=0.5 if number else COMES_S, script=script)

    def react(agent: AgentId, chance: random.Random) -> React:
        return left[agent].pop(0) if left.get(agent) else ANSWERS_AT_ONCE

    centre = read_document(
        {
            "trunks": {"pstn": {}},
            "numbers": {"100": {"queue": "sales"}},
            "queues": {
                "sales": {"name": "Sales", "whisper": {"sound": "who"}, "wrap_up_s": 0, "ring_s": 6, **queue}
            },
            "agents": {
                name: {"name": name, "extension": f"20{n}", "password": "x", "technical_delay_s": PAUSE_S}
                for n, name in enumerate(agents)
            },
        }
    ).centre
    result = simulate(
        Scenario(
            seed=1,
            centre=centre,
            calls=come,
            duration_s=60.0,
            reacts=react,
            breakages=breakages,
            latency=Latency(least_s=0.001, most_s=0.001),
        )
    )
    assert not result.violations
    facts = [told.fact for told in result.facts]
    arrived = next(index for index, fact in enumerate(facts) if isinstance(fact, events.CallArrived))
    return facts[arrived:]


def all_of[F: Fact](facts: Sequence[Fact], kind: type[F]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, kind)]


TALKS = CallerScript(talk_s=5.0)
GIVES_UP = CallerScript(talk_s=5.0, patience_s=1.0)


@pytest.mark.parametrize("strategy", ["longest_idle", "ring_all"])
def test_both_are_joined_when_it_is_over(strategy: str) -> None:
    facts = told(TALKS, strategy=strategy)
    [served] = all_of(facts, events.CallServed)
    assert served.waited_s == pytest.approx(WHISPER_S, abs=SOON_S)
    assert served.rang_s == pytest.approx(WHISPER_S, abs=SOON_S)
    [ended] = all_of(facts, events.TalkEnded)
    assert ended.talk_s == pytest.approx(5.0, abs=SOON_S)


@pytest.mark.parametrize("strategy", ["longest_idle", "ring_all"])
def test_a_caller_who_goes_during_it_leaves_the_agent_free_at_once(strategy: str) -> None:
    facts = told(GIVES_UP, TALKS, strategy=strategy)
    [declined] = all_of(facts, events.OfferDeclined)
    [abandoned] = all_of(facts, events.CallAbandoned)
    assert declined.reason is DeclineReason.CALLER_GONE
    assert abandoned.offered
    again = all_of(facts, events.OfferMade)[-1]
    assert (again.agent, again.visit) == ("ana", all_of(facts, events.CallArrived)[1].visit)
    assert again.at == pytest.approx(declined.at, abs=SOON_S)


@pytest.mark.parametrize("strategy", ["longest_idle", "ring_all"])
def test_an_agent_who_hangs_up_during_it_costs_the_caller_no_place(strategy: str) -> None:
    goes = React(Reaction.ANSWER_AND_VANISH, stays_s=1.0)
    facts = told(TALKS, TALKS, reacts={"ana": [goes]}, strategy=strategy, retry_same_agent_s=1)
    [declined] = all_of(facts, events.OfferDeclined)
    assert (declined.reason, declined.cause) == (DeclineReason.AGENT_GONE, 16)
    assert declined.rang_s == pytest.approx(1.0, abs=SOON_S)
    first, second = all_of(facts, events.CallServed)
    assert first.visit == declined.visit
    assert first.waited_s == pytest.approx(1.0 + PAUSE_S + WHISPER_S, abs=SOON_S)
    assert second.at > first.at
    assert {fact.outcome for fact in all_of(facts, events.CallEnded)} == {Outcome.SERVED}


def test_where_several_ring_the_others_ring_on_and_take_over_from_one_who_hangs_up() -> None:
    goes, slow = React(Reaction.ANSWER_AND_VANISH, stays_s=1.0), React(Reaction.ANSWER, 2.0)
    reacts = {"ana": [goes], "eva": [slow]}
    facts = told(TALKS, reacts=reacts, agents=("ana", "eva"), strategy="ring_all")
    [served] = all_of(facts, events.CallServed)
    assert served.agent == "eva"
    assert served.waited_s == pytest.approx(2.0 + WHISPER_S, abs=SOON_S)
    [declined] = all_of(facts, events.OfferDeclined)
    assert (declined.agent, declined.reason) == ("ana", DeclineReason.AGENT_GONE)


def test_who_picks_up_while_another_is_whispered_to_is_let_go_when_that_one_is_joined() -> None:
    facts = told(
        TALKS, reacts={"eva": [React(Reaction.ANSWER, 1.0)]}, agents=("ana", "eva"), strategy="ring_all"
    )
    [served] = all_of(facts, events.CallServed)
    assert served.agent == "ana"
    assert served.waited_s == pytest.approx(WHISPER_S, abs=SOON_S)
    [declined] = all_of(facts, events.OfferDeclined)
    assert (declined.agent, declined.reason) == ("eva", DeclineReason.ANSWERED_ELSEWHERE)


@pytest.mark.parametrize("fault", [Fault.KILL, Fault.STOP, Fault.DROP, Fault.RESTART])
@pytest.mark.parametrize("at_s", [0.5, 1.5, 1.95])
def test_whatever_breaks_during_it_every_offer_is_settled_once(fault: Fault, at_s: float) -> None:
    facts = told(TALKS, breakages=[Breakage(at_s=COMES_S + at_s, fault=fault, lasts_s=1.0)])
    offers = {fact.offer for fact in all_of(facts, events.OfferMade)}
    declined, served = all_of(facts, events.OfferDeclined), all_of(facts, events.CallServed)
    assert sorted([each.offer for each in declined] + [each.offer for each in served]) == sorted(offers)
    [ended] = all_of(facts, events.CallEnded)
    if fault is Fault.RESTART:  # Asterisk took the caller with it
        assert ended.outcome is Outcome.LOST
    else:
        assert ended.outcome is Outcome.SERVED
    if fault is Fault.KILL:
        assert declined[0].reason is DeclineReason.ENGINE_RESTART
