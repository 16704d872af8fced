"""When the customer's server is slow, broken or right: what becomes of the call, by the clock."""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import Any, cast

import pytest

from ccapp.calls.scope import forever
from ccapp.config import read_document
from ccapp.domain import events
from ccapp.domain.centre import Centre
from ccapp.domain.events import Asked, EndedBy, Outcome, VisitFact
from ccapp.ports import HttpQuestion, Json, NoAnswer, SqlQuestion
from ccapp.simulate.link import Latency
from ccapp.simulate.people import CallerScript
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.world import simulate

TIMEOUT_S = 2.0
LATENCY = Latency(least_s=0.001, most_s=0.001)
ANNA: Json = {"name": "Anna", "skills": "spanish", "orders": [1, 2]}
DEEP = reduce(lambda inner, _: [inner], range(40), cast(Json, []))


class Server:
    """Answers after so long; None: never. `questions` are its memory, across the engines that ask it."""

    def __init__(
        self, answer: Json | Exception, after_s: float | None, questions: list[str], seed: object
    ) -> None:
        self._answer = answer
        self._after_s = after_s
        self._questions = questions

    async def http(self, question: HttpQuestion) -> Json:
        self._questions.append(question.url)
        if self._after_s is None:
            await forever()
            raise AssertionError
        await asyncio.sleep(self._after_s)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        raise AssertionError


def centre(**queue: Any) -> Centre:
    """ana is chosen before eva; only eva speaks Spanish."""
    return read_document(
        {
            "name": "Test",
            "trunks": {"pstn": {"trusted": True}},
            "numbers": {"100": {"queue": "sales"}, "200": {"ivr": "main"}},
            "queues": {"sales": {"name": "Sales", "tiers": {"eva": {"level": 2}}, "wrap_up_s": 0, **queue}},
            "agents": {
                "ana": {"name": "Ana", "extension": "201", "password": "x"},
                "eva": {"name": "Eva", "extension": "202", "password": "x", "skills": {"spanish": 1}},
            },
            "ivr": {
                "main": {
                    "start": "menu",
                    "nodes": {
                        "menu": {"menu": {"say": "one", "keys": {"1": "known"}, "key_timeout_s": 9}},
                        "known": {
                            "branch": {"cases": [{"data": "Name", "equals": "Anna", "then": "in"}],
                                       "otherwise": "out"}
                        },
                        "in": {"queue": "sales"},
                        "out": {"hang_up": {}},
                    },
                }
            },
            "customer_info": {
                "url": "http://crm.example/who?key=7",
                "timeout_ms": 1000 * TIMEOUT_S,
                "answers": {"Name": "name", "Skills": "skills"},
            },
        }
    ).centre  # fmt: skip


def story(
    answer: Json | Exception = ANNA,
    after_s: float | None = 0.0,
    *,
    dialled: str = "100",
    breakages: Sequence[Breakage] = (),
    questions: list[str] | None = None,
    patience_s: float | None = None,
    **queue: Any,
) -> list[VisitFact]:
    """The facts of one call, that comes 10 s after the beginning."""

    def calls(chance: random.Random) -> Iterator[Call]:
        script = CallerScript(talk_s=5.0, keys=["1"], key_after_s=1.0, patience_s=patience_s)
        yield Call(after_s=10.0, script=script, dialled=dialled)

    result = simulate(
        Scenario(
            seed=1,
            centre=centre(**queue),
            calls=calls,
            duration_s=40.0,
            customers=partial(Server, answer, after_s, [] if questions is None else questions),
            latency=LATENCY,
            breakages=breakages,
        )
    )
    assert not result.violations
    return [told.fact for told in result.facts if isinstance(told.fact, VisitFact)]


def one[F: VisitFact](facts: Sequence[VisitFact], kind: type[F]) -> F:
    [found] = [fact for fact in facts if isinstance(fact, kind)]
    return found


@pytest.mark.parametrize(
    ("answer", "after_s", "result", "waits_s", "agent"),
    [
        (ANNA, 0.0, Asked.ANSWERED, 0.0, "eva"),
        (ANNA, 1.2, Asked.ANSWERED, 1.2, "eva"),
        (ANNA, 1.99, Asked.ANSWERED, 1.99, "eva"),
        (ANNA, 2.01, Asked.TIMED_OUT, 2.0, "ana"),
        (ANNA, None, Asked.TIMED_OUT, 2.0, "ana"),
        (NoAnswer("status 500"), 0.7, Asked.FAILED, 0.7, "ana"),
        ([[]], 0.5, Asked.ANSWERED, 0.5, "ana"),
        (DEEP, 0.5, Asked.FAILED, 0.5, "ana"),
    ],
)
def test_an_offer_waits_for_the_answer_and_never_beyond_the_time_out(
    answer: Any, after_s: float | None, result: Asked, waits_s: float, agent: str
) -> None:
    questions: list[str] = []
    facts = story(answer, after_s, questions=questions)
    told, offer = one(facts, events.CustomerInfoAsked), one(facts, events.OfferMade)
    assert told.result is result
    assert offer.at - one(facts, events.CallArrived).at == pytest.approx(waits_s, abs=0.05)
    assert offer.agent == agent
    assert one(facts, events.CallWaits).entered_at - one(facts, events.CallArrived).at < 0.05
    assert ("Name" in offer.data) is (agent == "eva")
    assert (told.info != "") is (result is Asked.ANSWERED)
    number = one(facts, events.CallArrived).caller_number
    assert questions == [f"http://crm.example/who?key=7&from={number}&to=100&project=Test"]
    assert one(facts, events.CallEnded).outcome is Outcome.SERVED


def test_the_ivr_goes_on_meanwhile_and_branches_by_what_is_known_then() -> None:
    early, late = story(after_s=0.5, dialled="200"), story(after_s=1.8, dialled="200")
    assert one(early, events.OfferMade).agent == "eva"
    assert one(early, events.OfferMade).at - one(early, events.CallArrived).at < 1.5  # a key after a second
    assert one(late, events.CallEnded).outcome is Outcome.IVR_ENDED  # nobody knew her name yet


def test_greeting_and_question_go_side_by_side() -> None:
    facts = story(after_s=1.5, greeting="Welcome to all of us who are here.")
    greeted = story(greeting="Welcome to all of us who are here.")
    waits = [one(each, events.OfferMade).at - one(each, events.CallArrived).at for each in (facts, greeted)]
    assert waits[1] > 0.5
    assert waits[0] == pytest.approx(max(1.5, waits[1]), abs=0.1)


def test_who_hangs_up_meanwhile_is_gone_and_nothing_is_said_after_his_end() -> None:
    facts = story(after_s=None, patience_s=1.0)
    assert isinstance(facts[-1], events.CallEnded)
    assert facts[-1].ended_by is EndedBy.CALLER
    assert not [fact for fact in facts if isinstance(fact, events.CustomerInfoAsked | events.OfferMade)]


@pytest.mark.parametrize("at_s", [10.2, 11.0, 12.5, 13.0])
def test_an_engine_that_dies_while_it_asks_asks_again_and_tells_once(at_s: float) -> None:
    facts = story(after_s=1.0, breakages=[Breakage(at_s=at_s, fault=Fault.KILL, lasts_s=1.0)])
    told = one(facts, events.CustomerInfoAsked)
    served = one(facts, events.CallServed)
    assert told.result is Asked.ANSWERED
    assert served.agent == "eva"
    assert served.data["Name"] == "Anna"
    assert one(facts, events.CallEnded).outcome is Outcome.SERVED
