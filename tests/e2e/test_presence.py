"""What an agent may be, seen in every system's words, while real calls come: who is rung, and when again."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import aiohttp
import pytest

from ccapp.domain import events
from ccapp.domain.causes import DeclineReason
from ccapp.domain.presence import State
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import SHARED
from tests.e2e.house import PASSWORD, House
from tests.phone import Answers, Phone, Rejects, Rings, SipError
from tests.rows import rows

pytestmark = SHARED

TOLERANCE_S = 0.5
REFUSED = r"401|403"


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    crowd = {f"a{number}": agent(300 + number, {"crowd": 1}) for number in range(12)}
    alone = {"retry_same_agent_s": 0, "ring_s": 3}
    return centre(
        {
            "alice": agent(
                201, {"alone": 1}, max_misses=3,
                reject_delay_s=1, busy_delay_s=2, no_answer_delay_s=1.5, lag_s=0.5, wrap_up_s=1,
            ),
            "bob": agent(202, {"banned": 1}, ban_s=3600, max_misses=0),
            "carla": agent(203, {"strict": 1}, max_misses=2),
            "dora": agent(204, {"signs": 1}),
            **crowd,
        },
        {
            "sales": queue(requires={"alone": 1}, **alone),
            "papers": queue(requires={"alone": 1}, **alone),
            "strict": queue(requires={"strict": 1}, **alone),
            "banned": queue(requires={"banned": 1}, **alone),
            "one": queue(requires={"signs": 1}, sign_in=True),
            "two": queue(requires={"signs": 1}, sign_in=True),
            "crowd": queue(requires={"crowd": 1}, wrap_up_s=0),
            "crowd_papers": queue(requires={"crowd": 1}, wrap_up_s=600),
        },
        own_calls={"outbound_trunk": "carrier", "wrap_up_s": 600},
        break_limits={"lunch": {"limit_s": 1, "then_away": True}},
    )  # fmt: skip


async def view(house: House, name: str, words: str) -> dict[str, Any]:
    seen: dict[str, Any] = await house.rest("GET", f"/v1/agents/{name}?view={words}")
    return seen


async def in_words(house: House, name: str, words: str, **wanted: object) -> None:
    async def so() -> bool:
        seen = await view(house, name, words)
        return all(seen[key] == value for key, value in wanted.items())

    await house.until(so, f"{name} {wanted} in {words}")


async def rung_again_after(house: House, name: str, reason: DeclineReason) -> float:
    """From his last decline for this reason to his next ring."""
    declines = await house.until_fact(
        events.OfferDeclined, lambda fact: fact.agent == name and fact.reason is reason
    )
    declined = declines[-1]
    rung = await house.until_fact(events.OfferMade, lambda f: f.agent == name and f.at > declined.at)
    return rung[0].at - declined.at


@rows("XS-12", "XS-11")
@pytest.mark.parametrize(
    ("behaviour", "reason", "delay_s"),
    [
        (Rejects(603), DeclineReason.REJECTED, 1.0),
        (Rejects(486), DeclineReason.BUSY, 2.0),
        (Rings(), DeclineReason.NO_ANSWER, 1.5),
    ],
    ids=["reject", "busy", "silence"],
)
async def test_each_way_to_miss_a_call_has_its_pause(
    house: House, behaviour: Rejects | Rings, reason: DeclineReason, delay_s: float
) -> None:
    alice = await house.agent("alice", behaviour)
    call = await house.call("101")
    assert await rung_again_after(house, "alice", reason) == pytest.approx(delay_s, abs=TOLERANCE_S)
    misses = (await house.presence("alice"))["misses"]
    assert misses == (1 if reason is DeclineReason.NO_ANSWER else 0)
    alice.on_invite = Answers(tone_hz=700)
    await call.heard.hears(700, deadline=20)
    await call.hang_up()


@rows("XS-12", "XS-07")
async def test_wrap_up_and_lag_after_a_call_are_his_own(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    first, second = await house.call("101"), await house.call("101")
    await asyncio.wait([asyncio.ensure_future(call.heard.hears(700)) for call in (first, second)],
                       return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
    await first.hang_up()
    ended = (await house.until_fact(events.TalkEnded, lambda f: f.agent == "alice"))[-1]
    rung = await house.until_fact(events.OfferMade, lambda f: f.agent == "alice" and f.at > ended.at)
    assert rung[0].at - ended.at == pytest.approx(1.0, abs=TOLERANCE_S)
    await second.heard.hears(700)
    await second.hang_up()


@rows("XS-11")
async def test_silent_rings_in_a_row_take_her_out_and_her_phone_says_so(house: House) -> None:
    carla = await house.agent("carla", Rings())
    call = await house.call("103")
    await house.in_state("carla", "UNREADY/WAIT")
    assert (await house.presence("carla"))["reason"] == "missed calls"
    assert len(carla.calls) == 2
    await house.until(lambda: _shown(carla, "missed 2 calls"), "a text on her display")
    carla.on_invite = Answers(tone_hz=700)
    await house.move("carla", "ready")
    assert (await house.presence("carla"))["misses"] == 0
    await call.heard.hears(700)
    await call.hang_up()


async def _shown(phone: Phone, text: str) -> bool:
    return any(text in each for each in phone.texts)


@rows("VX-10")
async def test_who_does_not_answer_is_banned_until_he_leaves_and_comes_back(house: House) -> None:
    bob = await house.agent("bob", Rejects(603))
    call = await house.call("104")
    await house.until_fact(events.OfferDeclined, lambda f: f.agent == "bob" and f.reason == "rejected")
    await in_words(house, "bob", "voximplant", acd_status="READY")
    await call.hang_up()
    await house.move("bob", "not_ready")
    await house.apply(
        {**house.centre, "agents": {**house.centre["agents"], "bob": agent(
            202, {"banned": 1}, ban_s=3600, max_misses=0, reject_delay_s=0)}}
    )  # fmt: skip
    bob.on_invite = Rings()
    await house.move("bob", "log_out")
    await house.move("bob", "log_in")
    await house.until(lambda: _unpaused(house, "bob"), "the pause after the reject is over", deadline_s=15)
    await house.move("bob", "ready")
    call = await house.call("104")
    await in_words(house, "bob", "voximplant", acd_status="BANNED")
    presence = await house.presence("bob")
    assert presence["banned_until"] == pytest.approx(house.now() + 3600, abs=30)
    rung = len(bob.calls)
    refused = await house.rest("POST", "/v1/agents/bob/state", {"move": "ready"}, ok=False)
    assert refused["error"]["code"] == "illegal_move"
    await call.heard.hears_sound()
    assert len(bob.calls) == rung
    bob.on_invite = Answers(tone_hz=700)
    await house.move("bob", "not_ready")
    await in_words(house, "bob", "voximplant", acd_status="ONLINE")
    await house.move("bob", "ready")
    await call.heard.hears(700)
    await call.hang_up()


async def _unpaused(house: House, name: str) -> bool:
    return (await house.presence(name))["not_before"] is None


@rows("VX-10")
async def test_a_ban_by_word_ends_in_time_or_by_word(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    await asyncio.to_thread(house.engine.cli, "agent", "ban", "alice", "--hours", "1")
    await in_words(house, "alice", "voximplant", acd_status="BANNED")
    call = await house.call("101")
    await call.heard.hears_sound()
    await asyncio.to_thread(house.engine.cli, "agent", "lift-ban", "alice")
    await call.heard.hears(700)
    await call.hang_up()
    await house.in_state("alice", "READY")
    began = house.now()
    await house.rest("POST", "/v1/agents/alice/state", {"move": "ban", "for_s": 1})
    await in_words(house, "alice", "voximplant", acd_status="BANNED")
    await house.in_state("alice", "READY")
    back = await house.until_fact(
        events.PresenceChanged, lambda f: f.agent == "alice" and f.why == "ban over" and f.at > began
    )
    assert back[0].at - began == pytest.approx(1.0, abs=TOLERANCE_S)


@rows("XS-07", "XS-19")
async def test_on_demand_is_for_one_call_and_then_nothing_until_he_says(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700), ready=False)
    await asyncio.to_thread(house.engine.cli, "agent", "ready", "alice", "--once")
    assert await view(house, "alice", "freeswitch") == {
        "id": "alice", "view": "freeswitch", "status": "Available (On Demand)", "state": "Waiting",
    }  # fmt: skip
    call = await house.call("101")
    await call.heard.hears(700)
    await in_words(house, "alice", "freeswitch", status="Available (On Demand)", state="In a queue call")
    await call.hang_up()
    await in_words(house, "alice", "freeswitch", status="Available (On Demand)", state="Idle")
    waiting = await house.call("101")
    await waiting.heard.hears_sound()
    await asyncio.sleep(1.5)  # longer than her wrap-up
    assert (await house.presence("alice"))["state"] == "ACW"
    assert len(alice.calls) == 1
    await house.move("alice", "ready_once")
    await waiting.heard.hears(700)
    await waiting.hang_up()
    await house.in_state("alice", "ACW")
    await house.move("alice", "ready")
    await in_words(house, "alice", "freeswitch", status="Available", state="Waiting")


@rows("XS-10")
async def test_two_queues_twenty_callers_and_one_agent_who_never_has_two(house: House) -> None:
    alice = await house.agent("alice", Answers(tone_hz=700))
    most = 0

    async def served(number: str) -> None:
        nonlocal most
        call = await house.call(number)
        await call.heard.hears(700, deadline=120)
        most = max(most, sum(each.end is None for each in alice.calls))
        await call.hang_up()

    await asyncio.gather(*(served("101" if number % 2 else "102") for number in range(20)))
    assert most == 1
    assert len(alice.calls) == 20
    talks = [f for f in await house.until_fact(events.TalkEnded, count=20) if f.agent == "alice"][-20:]
    assert {talk.queue for talk in talks} == {"sales", "papers"}
    ends = [(talk.at - talk.talk_s, talk.at) for talk in talks]
    assert all(end <= begin for (_, end), (begin, _) in pairwise(ends))


@rows("XS-04", "XS-09")
async def test_a_break_over_its_limit_is_seen_and_told(house: House) -> None:
    alice = await house.agent("alice")
    await house.move("alice", "not_ready", reason="lunch")
    await house.in_state("alice", "UNREADY/BREAK")
    await house.in_state("alice", "UNREADY/AWAY")
    presence = await house.presence("alice")
    assert (presence["overdue"], presence["reason"]) == (True, "lunch")
    await house.until(lambda: _shown(alice, "break longer than 1 s"), "a text on her display")
    refused = await house.rest("POST", "/v1/agents/alice/state", {"move": "wrap_up_done"}, ok=False)
    assert refused["error"]["code"] == "illegal_move"


@rows("ST-26")
async def test_of_twelve_agents_only_the_one_who_is_all_three_is_rung(house: House) -> None:
    """Available or not, free or on a call or in wrap-up, with a phone or without."""
    phones = {}
    for number in range(12):
        name = f"a{number}"
        phones[name] = await house.agent(name, Answers(tone_hz=700), ready=False)
    calls = []
    for number in (0, 1, 2, 3, 4, 5, 6, 7):  # four stay on a call, four wrap up
        name = f"a{number}"
        await house.move(name, "ready")
        call = await house.call("107" if number < 4 else "108")
        await call.heard.hears(700)
        await house.in_state(name, "BUSY/ANSWERED")
        if number < 4:
            calls.append(call)
        else:
            await call.hang_up()
            await house.in_state(name, "ACW")
    for name in ("a2", "a3"):
        await house.move(name, "not_ready")
    for name in ("a6", "a7"):
        await house.move(name, "not_ready")
        await wraps_up_a_call_of_his_own(house, name, phones[name])
    for name in ("a8", "a9"):
        await house.move(name, "ready")
    for name in ("a1", "a3", "a5", "a7", "a9", "a11"):
        await phones[name].unregister()
    for name in ("a1", "a3", "a5", "a7", "a9", "a11"):
        await house.until(lambda name=name: _offline(house, name), f"{name} offline")
    seen = {name: await view(house, name, "stringee") for name in phones}
    assert [name for name, it in seen.items() if it["routable"]] == ["a8"]
    cases = {(it["manual_status"] == "AVAILABLE", it["system_status"], it["online"]) for it in seen.values()}
    assert len(cases) == 12
    before = {name: len(phone.calls) for name, phone in phones.items()}
    call = await house.call("107")
    await call.heard.hears(700)
    rung = [name for name, phone in phones.items() if len(phone.calls) > before[name]]
    assert rung == ["a8"]
    assert (await view(house, "a8", "stringee"))["system_status"] == 0
    second = await house.call("107")
    await second.heard.hears_sound()
    assert sum(len(phone.calls) for phone in phones.values()) == sum(before.values()) + 1
    for each in (*calls, call, second):
        await each.hang_up()


async def wraps_up_a_call_of_his_own(house: House, name: str, phone: Phone) -> None:
    host, port = house.asterisk.trunk("carrier").contact_address
    async with Phone("0305550", bind_host=host, port=port) as customer:
        customer.on_invite = Answers(tone_hz=900)
        mine = await phone.call("0305550")
        await mine.heard.hears(900)
        await mine.hang_up()
        await house.in_state(name, "ACW")


async def _offline(house: House, name: str) -> bool:
    return not (await house.presence(name))["online"]


@rows("ST-27", "VX-12")
async def test_a_manual_status_by_agent_and_by_admin_is_heard_by_every_client(house: House) -> None:
    alice = await house.agent("alice", Rings())
    headers = {"Authorization": f"Bearer {house.engine.token}"}
    async with (
        aiohttp.ClientSession(house.engine.url, headers=headers) as client,
        client.ws_connect("/v1/live") as one,
        client.ws_connect("/v1/live") as two,
    ):
        await house.rest("POST", "/v1/agents/alice/state", {"manual_status": "LUNCH BREAK"})
        for socket in (one, two):
            fact = await heard(socket, "PresenceChanged")
            assert (fact["agent"], fact["state"], fact["reason"]) == ("alice", "UNREADY", "LUNCH BREAK")
    await in_words(house, "alice", "stringee", manual_status="LUNCH BREAK", system_status=1)
    call = await house.call("101")
    await call.heard.hears_sound()
    assert not alice.calls
    await house.rest("POST", "/v1/agents/alice/state", {"manual_status": "AVAILABLE"})
    talk = await alice.incoming()
    await talk.answer(tone_hz=700)
    await call.heard.hears(700)
    await in_words(house, "alice", "stringee", manual_status="AVAILABLE", system_status=0)
    await call.hang_up()
    await in_words(house, "alice", "stringee", system_status=2)
    await in_words(house, "alice", "stringee", system_status=1)


async def heard(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            told = json.loads(await socket.receive_str())
            if told.get("kind") == kind:
                fact: dict[str, Any] = told["fact"]
                return fact


@rows("VE-05")
async def test_the_seconds_of_a_login_add_up_as_recorded(house: House) -> None:
    await house.agent("alice", Answers(tone_hz=700))
    call = await house.call("101")
    await call.heard.hears(700)
    await call.hang_up()
    await house.in_state("alice", "READY")
    await house.move("alice", "not_ready", reason="training")
    await asyncio.sleep(0.3)  # of training
    await house.move("alice", "log_out")
    await house.until_fact(events.PresenceChanged, lambda f: f.agent == "alice" and f.state is State.LOGOUT)

    async def out() -> bool:
        return (await view(house, "alice", "phone"))["logged_out_at"] is not None

    await house.until(out, "the log-out is recorded")
    login = await view(house, "alice", "phone")
    whole = sum(login[kind] for kind in ("away_s", "busy_s", "on_phone_s", "ready_s"))
    assert whole == pytest.approx(login["logged_out_at"] - login["logged_in_at"], abs=1e-3)
    assert login["away_s"] >= 0.3
    assert login["busy_s"] >= 0.9
    assert login["on_phone_s"] > 0


@rows("ST-30")
async def test_an_account_that_is_configured_registers_and_one_that_is_not_does_not(
    house: House,
) -> None:
    server, whole = (house.asterisk.settings.bind, house.asterisk.sip_port), house.centre
    async with Phone("newcomer", server, password=PASSWORD) as phone:
        with pytest.raises(SipError, match=REFUSED):
            await phone.register()
        agents = {**whole["agents"], "newcomer": agent(250)}
        await house.apply({**whole, "agents": agents})
        await phone.register()
        shown = json.dumps(await house.rest("GET", "/v1/config"))
        assert '"newcomer"' in shown
        assert PASSWORD not in shown.replace("Test", "")
        agents["newcomer"] = {**agents["newcomer"], "password": "another"}
        await phone.unregister()
        await house.apply({**whole, "agents": agents})
        with pytest.raises(SipError, match=REFUSED):
            await phone.register()
        await house.apply(whole)
        with pytest.raises(SipError, match=REFUSED):
            await phone.register()


@rows("XS-03", "XS-10")
async def test_signing_in_to_single_queues_by_rest_by_command_and_on_the_phone(house: House) -> None:
    server = (house.asterisk.settings.bind, house.asterisk.sip_port)
    async with Phone("dora", server, password=PASSWORD) as dora:
        dora.on_invite = Answers(tone_hz=700)
        await dora.register()
        await house.rest("POST", "/v1/agents/dora/state", {"move": "sign_in", "queue": "one"})
        assert (await house.presence("dora"))["queues"] == ["one"]
        await house.move("dora", "ready")
        other = await house.call("106")
        await other.heard.hears_sound()
        first = await house.call("105")
        await first.heard.hears(700)
        await first.hang_up()
        await house.in_state("dora", "READY")
        assert len(dora.calls) == 1
        await asyncio.to_thread(house.engine.cli, "agent", "sign-in", "dora", "two")
        await other.heard.hears(700)
        await other.hang_up()
        await house.in_state("dora", "READY")
        code = await dora.call("*181")  # out of the first of the two
        await code.answered()
        await code.hang_up()
        await house.until(lambda: _signed_in(house, "dora", ["two"]), "out of one, in two")
        await house.move("dora", "log_out")
    told = [fact.state for fact in await house.facts(events.PresenceChanged) if fact.agent == "dora"]
    begin = told.index(State.LOGIN)
    assert (told.count(State.LOGIN), told[begin + 1]) == (1, State.UNREADY)
    signed = await house.until_fact(events.AgentSignedIn, lambda fact: fact.agent == "dora", count=2)
    assert [fact.queue for fact in signed] == ["one", "two"]
    [out] = await house.until_fact(events.AgentSignedOut, lambda fact: fact.agent == "dora")
    assert out.queue == "one"


async def _signed_in(house: House, name: str, queues: list[str]) -> bool:
    return bool((await house.presence(name))["queues"] == queues)
