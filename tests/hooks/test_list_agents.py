"""The protocol of `get_list_agents_url`, version 2: its exact bytes, and servers that do not keep to it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccapp.domain.ids import QueueId, VisitId
from ccapp.hooks import list_agents
from ccapp.hooks.customers import LIST_BYTES_MAX, RealCustomers
from ccapp.ports import Json, ListCall, ListedAgent, ListQuestion, NoAnswer
from tests.hooks.customer_server import CustomerServer, customer_server
from tests.rows import rows

CALLS = [
    ListCall(visit=VisitId("call-1"), caller="84909123456", dialled="842873000000"),
    ListCall(visit=VisitId("call-2"), caller="84909654321", dialled="842873000000"),
]

ANSWER = {
    "version": 2,
    "calls": [
        {
            "callId": "call-1",
            "agents": [
                {
                    "stringee_user_id": "agent_1",
                    "phone_number": "84909992666",
                    "routing_type": 2,
                    "answer_timeout": 15,
                },
                {"stringee_user_id": "agent_2", "routing_type": 1, "answer_timeout": 10},
            ],
        },
        {
            "callId": "call-2",
            "agents": [{"stringee_user_id": "agent_1", "routing_type": 1, "answer_timeout": 15}],
        },
    ],
}


def question(url: str = "", calls: Sequence[ListCall] = CALLS) -> ListQuestion:
    return ListQuestion(url=url, queue=QueueId("support"), project=1234, calls=calls)


async def ask(
    server: CustomerServer, path: str = "/agents", calls: Sequence[ListCall] = CALLS
) -> Mapping[VisitId, Sequence[ListedAgent]]:
    async with RealCustomers([ip_network("127.0.0.1")], "") as customers:
        return await customers.list_agents(question(f"{server.url}{path}", calls))


@rows("ST-32")
async def test_all_calls_go_out_in_one_request_and_their_lists_come_back_in_order() -> None:
    async with customer_server() as server:
        server.says = lambda asked: ANSWER
        lists = await ask(server)
        assert server.asked == [
            (
                "POST",
                "/agents",
                {
                    "queueId": "support",
                    "projectId": 1234,
                    "calls": [
                        {"callId": "call-1", "from": "84909123456", "to": "842873000000"},
                        {"callId": "call-2", "from": "84909654321", "to": "842873000000"},
                    ],
                },
            )
        ]
        assert server.headers[0]["Content-Type"].startswith("application/json")
        assert lists == {
            "call-1": [
                ListedAgent(user="agent_1", ring_s=15, by_number=True, number="84909992666"),
                ListedAgent(user="agent_2", ring_s=10),
            ],
            "call-2": [ListedAgent(user="agent_1", ring_s=15)],
        }


async def test_a_thousand_waiting_calls_fit_into_one_answer() -> None:
    calls = [ListCall(visit=VisitId(f"call-{n}"), caller="1", dialled="2") for n in range(1000)]
    agents = ANSWER["calls"][0]["agents"]  # type: ignore[index]
    async with customer_server() as server:
        server.says = lambda asked: {
            "version": 2,
            "calls": [{"callId": call["callId"], "agents": agents * 5} for call in asked["calls"]],
        }
        assert len(await ask(server, calls=calls)) == 1000


@rows("ST-34")
@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("/broken", "status 500"),
        ("/bad-json", "no JSON"),
        ("/no-object", "neither a JSON object nor a list|version"),
        ("/huge", f"more than {LIST_BYTES_MAX} bytes"),
        ("/bomb", "a compressed answer"),
        ("/round", "more than 3 redirects"),
        ("/redirect", "a private address, which is not allowed"),
    ],
)
async def test_a_server_that_misbehaves_is_no_answer_that_says_why(mood: str, why: str) -> None:
    async with customer_server() as server:
        server.redirect_to = "http://10.0.0.1/agents"
        with pytest.raises(NoAnswer, match=why):
            await ask(server, mood)


@rows("ST-34")
async def test_a_hanging_server_is_given_up_by_who_asks() -> None:
    async with customer_server() as server:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await ask(server, "/hang")
        assert len(server.asked) == 1


def changed(**parts: Any) -> dict[str, Any]:
    """An answer with one agent, who is `parts` otherwise than right."""
    agent = {"stringee_user_id": "agent_1", "routing_type": 1, "answer_timeout": 15, **parts}
    agent = {name: value for name, value in agent.items() if value is not ...}
    return {"version": 2, "calls": [{"callId": "call-1", "agents": [agent]}]}


@rows("ST-34")
@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({**ANSWER, "version": 1}, "version"),
        ({**ANSWER, "version": "2"}, "version"),
        ({"calls": []}, "version"),
        ({"version": 2}, "calls"),
        ([], "answer"),
        ({"version": 2, "calls": {"call-1": []}}, "calls"),
        ({"version": 2, "calls": [{"agents": []}]}, "calls.0.callId"),
        ({"version": 2, "calls": [{"callId": "call-1"}]}, "calls.0.agents"),
        (changed(stringee_user_id=...), "calls.0.agents.0.stringee_user_id"),
        (changed(routing_type=...), "calls.0.agents.0.routing_type"),
        (changed(routing_type=3), "calls.0.agents.0.routing_type"),
        (changed(answer_timeout=...), "calls.0.agents.0.answer_timeout"),
        (changed(answer_timeout=0), "calls.0.agents.0.answer_timeout"),
        (changed(answer_timeout=1e9), "calls.0.agents.0.answer_timeout"),
        (changed(phone_number="555@elsewhere"), "calls.0.agents.0.phone_number"),
        (changed(phone_number="49301\n"), "calls.0.agents.0.phone_number"),
    ],
)
def test_an_answer_that_is_not_as_it_should_be_names_the_place(answer: Json, place: str) -> None:
    with pytest.raises(NoAnswer, match=f"^{re.escape(place)}: "):
        list_agents.lists(answer)


def test_what_an_answer_has_beyond_the_protocol_is_not_looked_at() -> None:
    assert list_agents.lists({**changed(phone_number=None, nickname="Al"), "took_ms": 3}) == {
        "call-1": [ListedAgent(user="agent_1", ring_s=15)]
    }


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from([1, 2, "call-1", "8490"])
)
NAMES = st.sampled_from(
    [
        "version",
        "calls",
        "callId",
        "agents",
        "stringee_user_id",
        "phone_number",
        "routing_type",
        "answer_timeout",
    ]
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=5),
    max_leaves=30,
)
NEARLY = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 2, 2, 2]) | ANY_JSON},
    optional={
        "calls": ANY_JSON
        | st.lists(
            st.fixed_dictionaries(
                {"callId": st.text() | ANY_JSON},
                optional={
                    "agents": ANY_JSON
                    | st.lists(
                        st.fixed_dictionaries(
                            {},
                            optional={
                                "stringee_user_id": st.text() | ANY_JSON,
                                "phone_number": st.from_regex(r"[+]?[0-9]{1,40}") | ANY_JSON,
                                "routing_type": st.sampled_from([1, 2]) | ANY_JSON,
                                "answer_timeout": st.integers(0, 700) | ANY_JSON,
                            },
                        )
                    )
                },
            )
        )
    },
)


@rows("ST-34")
@given(ANY_JSON | NEARLY)
@settings(max_examples=600, deadline=None)
def test_whatever_the_answer_is_it_is_lists_or_no_answer(answer: Any) -> None:
    why, lists = outcome(answer)
    assert why == "" or re.match(r"(answer|version|calls)[^:]*: .", why)
    for agents in lists.values():
        for agent in agents:
            assert 1 <= agent.ring_s <= list_agents.RING_S_MAX
            assert re.fullmatch(r"([+]?[0-9]{2,32})?", agent.number)


def outcome(answer: Json) -> tuple[str, Mapping[VisitId, Sequence[ListedAgent]]]:
    """Why it is no answer, or its lists."""
    try:
        return "", list_agents.lists(answer)
    except NoAnswer as why:
        return str(why), {}
