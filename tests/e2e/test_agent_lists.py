"""The customer's server says who may be given each call that waits: `get_list_agents_url`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.presence import State
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import DEADLINE_S, House
from tests.e2e.test_outside import handset
from tests.hooks.customer_server import CustomerServer, customer_server
from tests.phone import Answers, Outgoing, Rings
from tests.rows import rows

pytestmark = pytest.mark.real

OUR_NUMBER = "4930777"
AGENTS = {"alice": agent(201), "bob": agent(202), "carl": agent(203)}


@pytest_asyncio.fixture
async def server() -> AsyncIterator[CustomerServer]:
    async with customer_server() as server:
        server.says = lists()
        yield server


def settings(server: CustomerServer, **more: Any) -> dict[str, Any]:
    """A queue that only carl's group would serve, did not the customer's server choose."""
    vip = queue(
        groups={"primary": ["third"]},
        get_list_agents_url=f"{server.url}/agents",
        list_agents_every_s=0.5,
        list_agents_within_s=1,
        **more,
    )
    lines = {"vip": vip, "plain": queue(agents=["bob"])}
    return centre(AGENTS, lines, groups={"third": {"agents": ["carl"]}})


def listed(user: str, timeout: int = 20, **more: Any) -> dict[str, Any]:
    return {"stringee_user_id": user, "routing_type": 1, "answer_timeout": timeout, **more}


def lists(**by_caller: list[dict[str, Any]]) -> Callable[[Any], object]:
    """A good answer: the same lists for as long as these callers wait; nobody for others, and a stranger."""

    def says(asked: Any) -> object:
        calls = [
            {"callId": call["callId"], "agents": by_caller[f"c{call['from']}"]}
            for call in asked["calls"]
            if f"c{call['from']}" in by_caller
        ]
        return {"version": 2, "calls": [{"callId": "unheard-of", "agents": [listed("carl")]}, *calls]}

    return says


async def asked_again(house: House, server: CustomerServer, times: int = 1) -> None:
    """Returns once it has been asked so often from now on."""
    before = len(server.asked)

    async def enough() -> bool:
        return len(server.asked) >= before + times

    await house.until(enough, f"asked {times} times")


async def offered(house: House, call: Outgoing) -> list[str]:
    return [fact.agent for fact in await house.told(call) if isinstance(fact, events.OfferMade)]


@rows("ST-32")
async def test_all_who_wait_are_asked_for_at_once_and_only_those_listed_ring_in_order(
    open_house: OpenHouse, server: CustomerServer
) -> None:
    async with open_house(settings(server), http_allow="127.0.0.1") as house:
        alice, bob = await house.agent("alice", Rings()), await house.agent("bob", Rings())
        carl = await house.agent("carl", Answers())
        old = await house.call("101", name="4917001")
        await house.until_fact(events.CallWaits)
        young = await house.call("101", name="4917002")
        waits = await house.until_fact(events.CallWaits, count=2)
        await asked_again(house, server, 2)
        method, _, body = server.asked[-1]
        assert method == "POST"
        assert body == {
            "queueId": "vip",
            "projectId": 1,
            "calls": [
                {"callId": waits[0].visit, "from": "4917001", "to": "101"},
                {"callId": waits[1].visit, "from": "4917002", "to": "101"},
            ],
        }
        assert await house.facts(events.OfferMade) == []
        both = [listed("bob"), listed("alice")]
        server.says = lists(c4917001=both, c4917002=both)
        await (await bob.incoming(DEADLINE_S)).answer(tone_hz=700)
        await old.heard.hears(700)
        await (await alice.incoming(DEADLINE_S)).answer(tone_hz=600)
        await young.heard.hears(600)
        assert not carl.calls
        assert (await offered(house, old), await offered(house, young)) == (["bob"], ["alice"])
        [offer] = [fact for fact in await house.told(young) if isinstance(fact, events.OfferMade)]
        assert offer.explanation.steps == ("listed 2nd of 2; 1st bob: in_call",)


@rows("ST-33")
async def test_who_is_busy_is_skipped_and_after_no_answer_the_next_of_the_list_rings(
    open_house: OpenHouse, server: CustomerServer
) -> None:
    server.says = lists(c4917001=[listed("alice", 2), listed("bob"), listed("carl", 9)])
    async with open_house(settings(server), http_allow="127.0.0.1") as house:
        await house.agent("alice", Rings())
        await house.agent("bob", Answers(tone_hz=700))
        before = await house.call("102")
        await before.heard.hears(700)
        await house.agent("carl", Answers(tone_hz=800))
        call = await house.call("101", name="4917001")
        await call.heard.hears(800, DEADLINE_S)
        offers = [fact for fact in await house.told(call) if isinstance(fact, events.OfferMade)]
        assert [(fact.agent, fact.ring_s) for fact in offers] == [("alice", 2), ("carl", 9)]
        [missed] = [fact for fact in await house.told(call) if isinstance(fact, events.OfferDeclined)]
        assert missed.reason is DeclineReason.NO_ANSWER
        assert 2 <= missed.rang_s < 9
        assert offers[1].explanation.steps == ("listed 3rd of 3; 1st alice: tried; 2nd bob: in_call",)


@rows("ST-34")
async def test_while_the_server_fails_callers_wait_with_the_lists_they_have(
    open_house: OpenHouse, server: CustomerServer
) -> None:
    server.says = lists(c4917001=[listed("alice")])
    async with (
        customer_server("127.0.0.2") as private,
        open_house(settings(server), http_allow="127.0.0.1") as house,
    ):
        server.redirect_to = f"{private.url}/agents"
        alice = await house.agent("alice", ready=False)
        await house.agent("carl", Answers())
        old = await house.call("101", name="4917001")
        await house.until_fact(events.AgentsListed)
        for mood in ("/hang", "/broken", "/bad-json", "/huge", "/redirect"):
            server.mood = mood
            await asked_again(house, server, 2)
        server.mood, server.says = "", lambda asked: {**lists()(asked), "version": 1}  # type: ignore[dict-item]
        young = await house.call("101", name="4917002")
        await house.until_fact(events.CallWaits, count=2)
        await asked_again(house, server, 2)
        assert not private.asked
        assert await house.facts(events.OfferMade) == []
        alice.on_invite = Answers(tone_hz=600)
        await house.move("alice", "ready")
        await old.heard.hears(600)
        [lost] = await house.facts(events.ListServerLost)
        assert lost.why == "no answer within 1 s"
        assert await house.facts(events.ListServerFound) == []
        assert await offered(house, young) == []
        await house.agent("bob", Answers(tone_hz=700))
        server.says = lists(c4917002=[listed("bob")])
        await young.heard.hears(700, DEADLINE_S)
        [found] = await house.facts(events.ListServerFound)
        assert found.away_s > 3


@rows("ST-29", "ST-32")
async def test_a_listed_number_rings_with_the_queues_also_for_an_engine_that_comes_after(
    open_house: OpenHouse, server: CustomerServer
) -> None:
    configuration = settings(server, caller_id=OUR_NUMBER, list_agents_trunk="carrier")
    async with open_house(configuration, http_allow="127.0.0.1") as house, handset(house, Rings()) as phone:
        carl = await house.agent("carl", Answers())
        call = await house.call("101", name="4917001", tone_hz=1000)
        await asked_again(house, server)
        await house.kill_engine()
        await house.start_engine()
        await asked_again(house, server, 2)
        outside = listed("stranger", routing_type=2, phone_number="0301234")
        server.says = lists(c4917001=[listed("nobody"), outside])
        rung = await phone.incoming(DEADLINE_S)
        assert rung.invite.uri.startswith("sip:0301234@")
        assert rung.caller_id.number == OUR_NUMBER
        await house.kill_engine()
        await house.start_engine()
        await rung.ended()
        again = await phone.incoming(DEADLINE_S)
        await again.answer(tone_hz=900)
        await call.heard.hears(900)
        await again.heard.hears(1000)
        await house.until_fact(events.CallServed)
        await house.kill_engine()
        await house.start_engine()
        await asyncio.gather(call.heard.hears(900), again.heard.hears(1000))
        await again.hang_up()
        story = await house.story(call)
        assert story.one(events.CallServed).agent == "guest-stranger"
        assert len(story.all(events.TalkEnded)) == 1
        assert len(phone.calls) == 2
        changes = [
            fact for fact in await house.facts(events.PresenceChanged) if fact.agent == "guest-stranger"
        ]
        restarted = [(fact.before, fact.state) for fact in changes if fact.why == "the engine was restarted"]
        assert restarted == [(State.BUSY, State.LOGOUT)]  # who was rung; who talked, talked on
        assert changes[-1].state is State.LOGOUT
        assert not carl.calls
