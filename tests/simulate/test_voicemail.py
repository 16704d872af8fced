"""Messages of callers, in any weather: none is lost, none is doubled, and every caller is told the truth."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ccapp.calls.listening import NO_MORE
from ccapp.domain import events
from ccapp.domain.admission import ToTree, ToVoicemail, WhenEmpty
from ccapp.domain.callbacks import CallbackEnd, CallbackRules
from ccapp.domain.centre import Centre, Number
from ccapp.domain.events import DeliveryDue, Outcome
from ccapp.domain.ids import AgentId, NodeId, TreeId, TrunkId
from ccapp.domain.ivr import HangUp, LeaveMessage, Prompt, Say, Sound, Tree
from ccapp.domain.voicemail import NotKept
from ccapp.simulate.channels import Channel
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.loop import run
from ccapp.simulate.people import AgentPhone, Caller, CallerScript, React, Reaction, Stranger
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.storm import MAILBOX, SALES, centre, storm
from ccapp.simulate.world import Result, World, simulate

LEAVE = TreeId("leave")
NODES = {
    NodeId("message"): LeaveMessage(mailbox=MAILBOX, then=NodeId("bye")),
    NodeId("bye"): HangUp(prompt=Say(text="goodbye")),
}
WAYS = {"400": Outcome.LEFT_IN_IVR, "401": Outcome.IVR_ENDED, "300": Outcome.REFUSED}
"""Numbers that lead to the mailbox (at once, by an IVR, by a queue that nobody serves), and how the visit of
one who leaves no message ends."""


def house(**mailbox: Any) -> Centre:
    usual = centre(agents=1)
    sales = replace(usual.queues[SALES], join_when_empty=WhenEmpty.NO, overflow=ToVoicemail(mailbox=MAILBOX))
    numbers = {
        "400": Number(number="400", target=ToVoicemail(mailbox=MAILBOX)),
        "401": Number(number="401", target=ToTree(tree=LEAVE)),
    }
    return replace(
        usual,
        agents={},
        numbers={**usual.numbers, **numbers},
        queues={**usual.queues, SALES: sales},
        trees={**usual.trees, LEAVE: Tree(id=LEAVE, start=NodeId("message"), nodes=NODES)},
        mailboxes={MAILBOX: replace(usual.mailboxes[MAILBOX], **({"notify": ""} | mailbox))},
    )


def told(
    dialled: str,
    *breakages: Breakage,
    mailbox: Any = None,
    calls: int = 1,
    duration_s: float = 90.0,
    **script: Any,
) -> Result:
    """What becomes of callers who dial at 10 s, one second after the other."""

    def arrivals(chance: random.Random) -> Iterator[Call]:
        for number in range(calls):
            one = CallerScript(talk_s=1.0, **script)
            yield Call(after_s=1.0 if number else 10.0, script=one, dialled=dialled)

    result = simulate(
        Scenario(
            seed=1,
            centre=house(**(mailbox or {})),
            calls=arrivals,
            duration_s=duration_s,
            breakages=breakages,
        )
    )
    assert not result.violations
    return result


def of[F: events.Fact](result: Result, kind: type[F]) -> list[F]:
    return [item.fact for item in result.facts if isinstance(item.fact, kind)]


@pytest.mark.parametrize("dialled", WAYS)
@pytest.mark.parametrize("key", ["#", ""])
def test_a_message_is_left_by_every_way(dialled: str, key: str) -> None:
    result = told(dialled, message_s=5.0, message_key=key)
    [left], [ended] = of(result, events.MessageLeft), of(result, events.CallEnded)
    assert left.seconds == pytest.approx(4.7, abs=0.1)
    assert left.queue == (SALES if dialled == "300" else "")
    assert ended.outcome is Outcome.VOICEMAIL
    assert ended.ended_by is (events.EndedBy.SYSTEM if key else events.EndedBy.CALLER)
    assert not of(result, events.CallAbandoned)
    if dialled == "401" and key:
        assert [fact.node for fact in of(result, events.IvrVisited)] == ["message", "bye"]


@pytest.mark.parametrize("dialled", WAYS)
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ({"message_s": 0.8, "message_key": "#"}, NotKept.SHORT),
        ({"message_s": 0.8}, NotKept.SHORT),
        ({"message_s": 60.0, "message_key": "#", "mute": True}, NotKept.SILENT),
    ],
)
def test_what_holds_nothing_is_not_kept(dialled: str, script: dict[str, Any], why: NotKept) -> None:
    result = told(dialled, **script)
    [not_kept], [ended] = of(result, events.MessageNotKept), of(result, events.CallEnded)
    assert not_kept.why is why
    assert not of(result, events.MessageLeft)
    by_key = "message_key" in script
    assert ended.outcome is (WAYS[dialled] if by_key or dialled != "401" else Outcome.LEFT_IN_IVR)


def test_the_longest_message_ends_by_itself() -> None:
    [left] = of(told("400", message_s=60.0, message_key="#"), events.MessageLeft)
    assert left.seconds == pytest.approx(20.0, abs=0.1)


def test_a_caller_who_leaves_in_the_greeting_leaves_nothing() -> None:
    result = told("300", patience_s=2.0)
    assert not of(result, events.MessageBegun)
    assert [fact.outcome for fact in of(result, events.CallEnded)] == [Outcome.REFUSED]


def test_a_full_mailbox_takes_no_more() -> None:
    result = told("400", mailbox={"messages_max": 1}, calls=30, message_s=2.0, message_key="#")
    full = [fact for fact in of(result, events.MessageNotKept) if fact.why is NotKept.FULL]
    assert len(full) + len(of(result, events.MessageLeft)) == 30
    assert len(full) >= 20


@pytest.mark.parametrize("dialled", WAYS)
@pytest.mark.parametrize("key", ["#", ""])
@pytest.mark.parametrize("fault", [Fault.KILL, Fault.STOP, Fault.DROP, Fault.TAKE_OVER])
def test_whatever_breaks_the_message_is_there_once(dialled: str, key: str, fault: Fault) -> None:
    """At every moment of the call, for a moment or until it is over."""
    for at_s in (10.05, 12.0, 15.0, 16.2, 18.0, 21.0, 21.4, 24.0):
        for lasts_s in (0.5, 8.0):
            result = told(
                dialled,
                Breakage(at_s=at_s, fault=fault, lasts_s=lasts_s),
                message_s=5.0,
                message_key=key,
            )
            [ended] = of(result, events.CallEnded)
            began = of(result, events.MessageBegun)
            left = of(result, events.MessageLeft)
            assert len(left) == len(began) == (ended.outcome is Outcome.VOICEMAIL), (at_s, lasts_s)
            assert left or fault is Fault.TAKE_OVER or began == [], (at_s, lasts_s)


@pytest.mark.parametrize("faults", [[Fault.KILL, Fault.DROP], list(Fault)])
def test_storms_end_in_mailboxes_too(faults: list[Fault]) -> None:
    """Of queues that keep callers for ten seconds, with fewer agents than they need."""
    left = 0
    for seed in range(8):
        weather = storm(seed, faults, duration_s=200.0, agents=2)
        queues = {
            id: replace(queue, wait_s_max=10.0, overflow=ToVoicemail(mailbox=MAILBOX))
            for id, queue in weather.centre.queues.items()
        }
        result = simulate(replace(weather, centre=replace(weather.centre, queues=queues)))
        assert not result.violations, seed
        left += len(of(result, events.MessageLeft))
    assert left > 10


@pytest.mark.parametrize("fault", [None, Fault.KILL])
def test_its_address_is_told_of_every_message(fault: Fault | None) -> None:
    """Its news stands in the outbox; also when the engine dies while messages are being left."""
    breakages = [] if fault is None else [Breakage(at_s=24.0, fault=fault, lasts_s=1.0)]
    box = {"notify": "https://crm.example"}
    result = told("400", *breakages, mailbox=box, calls=6, duration_s=900.0, message_s=3.0, message_key="#")
    left = [fact.message for fact in of(result, events.MessageLeft)]
    due = [fact for fact in of(result, DeliveryDue) if fact.to == f"mailbox {MAILBOX}"]
    assert len(left) == 6
    assert [json.loads(fact.body)["message"] for fact in due] == left, "in their order, once"
    assert {fact.stream for fact in due} == {f"mailbox {MAILBOX}"}


class Listener(AgentPhone):
    """Presses a key some time after each prompt has begun, as long as there are some."""

    def __init__(self, exchange: Exchange, keys: str) -> None:
        super().__init__(exchange)
        self.heard: list[Prompt] = []
        self._keys = list(keys)

    def hears(self, channel: Channel, prompt: Prompt) -> None:
        self.heard.append(prompt)
        if isinstance(prompt, Sound) and self._keys:
            self._exchange.after(1.0, self._exchange.press, channel, self._keys.pop(0))


@pytest.mark.parametrize("killed_at_s", [None, 60.5, 63.0, 66.0])
def test_an_agent_hears_the_messages_of_his_mailboxes(killed_at_s: float | None) -> None:
    """Of four that are new he deletes the first; a caller who hung up in the greeting has left none."""
    agent = AgentId("a0")
    place = replace(house(agents=(agent,)), agents=centre(agents=1).agents)

    def arrivals(chance: random.Random) -> Iterator[Call]:
        for number in range(4):
            script = CallerScript(talk_s=1.0, message_s=3.0, message_key="#")
            yield Call(after_s=1.0 if number else 10.0, script=script, dialled="400")

    async def main() -> tuple[Result, Listener]:
        faults = [] if killed_at_s is None else [Breakage(at_s=killed_at_s, fault=Fault.KILL, lasts_s=1.0)]
        world = World(Scenario(seed=1, centre=place, calls=arrivals, duration_s=150.0, breakages=faults))
        listener = Listener(world.exchange, "3###")

        def dials() -> None:
            world.exchange.phones[agent].party = listener
            world.exchange.call_from_phone(agent, "*20")

        world.exchange.after(60.0, dials)
        return await world.run(), listener

    result, listener = run(main(), 1)
    assert not result.violations
    left = [fact.message for fact in of(result, events.MessageLeft)]
    assert [fact.message for fact in of(result, events.MessageHeard)] == left
    deleted = [fact.message for fact in of(result, events.MessageDeleted)]
    assert deleted == left[:1] or (killed_at_s and not deleted), "a key pressed while nobody listens is lost"
    assert listener.heard[-1] == Say(text=NO_MORE)


@pytest.mark.parametrize("key", ["1", "3"])
@pytest.mark.parametrize("killed_at_s", [None, 16.0, 22.0, 33.0])
def test_a_message_is_work_for_an_agent(key: str, killed_at_s: float | None) -> None:
    """He hears it in the place the call had; the caller is rung back only when he wants that."""
    agent = AgentId("a0")
    rules = CallbackRules(trunk=TrunkId("pstn"), numbers=("030X.",), retry_s=5.0)
    place = replace(house(deliver=True), agents=centre(agents=1).agents)
    queues = {**place.queues, SALES: replace(place.queues[SALES], callback=rules)}
    place = replace(place, queues=queues)

    faults = [] if killed_at_s is None else [Breakage(at_s=killed_at_s, fault=Fault.KILL, lasts_s=1.0)]

    def nobody_else(chance: random.Random) -> Iterator[Call]:
        yield from ()

    async def main() -> Result:
        world = World(Scenario(seed=1, centre=place, calls=nobody_else, duration_s=150.0, breakages=faults))
        exchange = world.exchange
        exchange.phones[agent].party = Listener(exchange, key * 4)
        exchange.outside = lambda number, trunk: Stranger(exchange, React(Reaction.ANSWER, 1.0), 5.0)
        [desk] = world.desks
        comes_in = desk.begin
        desk.begin = lambda after_s=0.0: comes_in(30.0)  # type: ignore[method-assign]
        caller = Caller(exchange, CallerScript(talk_s=1.0, message_s=5.0))
        exchange.after(10.0, partial(caller.calls, trunk="pstn", dialled="300", number="0301234"))
        return await world.run()

    result = run(main(), 1)
    assert not result.violations
    [left], [heard] = of(result, events.MessageLeft), of(result, events.MessageHeard)
    assert (heard.message, heard.by) == (left.message, agent)
    [asked], [ended] = of(result, events.CallbackRequested), of(result, events.CallbackEnded)
    assert ended.reason is (CallbackEnd.SERVED if key == "1" else CallbackEnd.CANCELLED)
    assert bool(of(result, events.CallbackDialled)) is (key == "1")
    assert asked.brought_s == pytest.approx(left.at - of(result, events.CallArrived)[0].at, abs=0.1)
