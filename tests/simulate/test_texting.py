"""A node that has a text message sent: taken or not, on time or not, it is told once and the call goes on."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from ccapp.config import ConfigError, read_document
from ccapp.domain import events
from ccapp.domain.centre import Centre
from ccapp.domain.events import Asked, Fact, Outcome
from ccapp.domain.ids import TreeId
from ccapp.simulate.ivr_walk import Walk, try_walk
from ccapp.simulate.people import CallerScript
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario
from ccapp.simulate.world import simulate

NODES = {
    "sms": {"sms": {"text": "Thank you, {Name}.", "then": "sent", "otherwise": "failed"}},
    "sent": "hang_up",
    "failed": "hang_up",
}


def centre(**more: Any) -> Centre:
    document = {
        "trunks": {"pstn": {}},
        "numbers": {"100": {"ivr": "main"}},
        "sms": {"url": "https://sms.example/send", "sender": "Shop", "within_s": 2},
        "ivr": {"main": {"start": "sms", "nodes": NODES}},
    }
    return read_document(document | more).centre


@pytest.mark.parametrize(("caller", "way"), [("4930123", "sent"), ("", "failed")])
def test_what_is_taken_goes_one_way_and_what_is_not_the_other(caller: str, way: str) -> None:
    told = try_walk(centre(), TreeId("main"), Walk(caller_number=caller))
    assert [heard.text for heard in told if heard.what == "node"] == ["main/sms", f"main/{way}"]


def test_without_a_server_a_node_is_refused_by_its_line() -> None:
    with pytest.raises(ConfigError, match=r"ivr\.main\.nodes\.sms\.sms: needs sms"):
        centre(sms=None)


@pytest.mark.parametrize("fault", [None, Fault.KILL, Fault.STOP, Fault.DROP])
@pytest.mark.parametrize("seed", range(6))
def test_each_caller_has_one_way_and_one_message_whatever_breaks(seed: int, fault: Fault | None) -> None:
    def many(chance: random.Random) -> Iterator[Call]:
        for _ in range(20):
            yield Call(after_s=0.9, script=CallerScript(talk_s=1))

    breakages = [Breakage(at_s=at_s, fault=fault, lasts_s=1.0) for at_s in (5.3, 11.7)] if fault else []
    what = Scenario(seed=seed, centre=centre(), calls=many, duration_s=60.0, breakages=breakages)
    result = simulate(what)
    assert not result.violations
    facts: list[Fact] = [told.fact for told in result.facts]
    sent = [fact for fact in facts if isinstance(fact, events.IvrSmsSent)]
    assert len({fact.visit for fact in sent}) == len(sent) > 10
    ways = {fact.visit: fact.node for fact in facts if isinstance(fact, events.IvrVisited)}
    ended = [fact for fact in facts if isinstance(fact, events.CallEnded)]
    assert all(fact.outcome in (Outcome.IVR_ENDED, Outcome.LOST) for fact in ended)
    for fact in sent:
        assert ways[fact.visit] == ("sent" if fact.result is Asked.ANSWERED else "failed")
        assert fact.took_s <= 2.0 + 1e-6
