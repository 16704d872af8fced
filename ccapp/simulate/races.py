"""Everything at once: a tiny centre in which all that can happen falls on the same few instants.

A caller hangs up in the instant an agent answers, or rejects, or hangs up, or logs out, or in which the ring
times out, the wrap-up ends or the wait limit is reached. Each way of a command takes nought or a whole number
of the same steps, so that replies and events meet them too; the seed orders what meets.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ccapp.domain.admission import Goodbye, ToCallback
from ccapp.domain.announcing import Announcements
from ccapp.domain.callbacks import CallbackRules, RungFirst
from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue, Trunk
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, QueueId, TrunkId
from ccapp.domain.ivr import Say
from ccapp.domain.managers import ManagerRules
from ccapp.domain.serving import RINGS_SEVERAL, Strategy
from ccapp.simulate.desk import Moods
from ccapp.simulate.link import AT_ONCE, Latency
from ccapp.simulate.people import CallerScript, React, Reaction
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario

type Calls = Callable[[random.Random], Iterator[Call]]

STEP_S = 0.5
LATENCIES = (
    AT_ONCE,
    Latency(step_s=STEP_S, least_s=0.0, most_s=2 * STEP_S, slow_share=0.0),
    Latency(step_s=2.0**-10, slow_share=0.0),
)
QUEUE, PSTN = QueueId("q"), TrunkId("pstn")
_MANAGER = ManagerRules(wait_s=3 * STEP_S, absent=Say(text="away"), ask=Say(text="yes?"), ask_s=2 * STEP_S)

_ANNOUNCE = Announcements(position=True, every_s=2 * STEP_S, pause_s=0.0)


def race(seed: int) -> Scenario:
    chance = random.Random(f"race/{seed}")
    strategy = _strategy(seed)
    agents = chance.choice([1, 1, 2])
    if strategy in RINGS_SEVERAL:
        agents += 1
    callers = chance.choice([1, 2, 2, 3])
    scenario = Scenario(
        seed=seed,
        centre=_centre(chance, agents, strategy, seed),
        calls=lambda chance: _calls(chance, callers, keys=_announces(seed)),
        duration_s=8.0,
        reacts=_reacts,
        moods=Moods(
            every_s=chance.choice([0.0, 2.0, 4.0]),
            step_s=STEP_S,
            pause_s_max=3.0,
            log_out=0.3,
            unplug=0.1,
            by_phone=0.0,
            on_line=0.1,
        ),
        breakages=_breakages(chance),
        latency=chance.choice(LATENCIES),
        commit_s=chance.choice([0.0, 0.0, STEP_S]),
        arrive_s=0.0,
        inspect_s=10.0,
        drain_s=10.0,
        close_s=12.0,
    )
    back = random.Random(f"callbacks/{seed}")
    return _calling_back(scenario, back) if back.random() < 0.25 else scenario


def _calling_back(scenario: Scenario, chance: random.Random) -> Scenario:
    """In some worlds who has waited for a while is asked, agrees, and is called back at once or soon."""
    rules = CallbackRules(
        trunk=PSTN,
        numbers=("030X.",),
        rung_first=chance.choice(list(RungFirst)),
        ring_s=3 * STEP_S,
        tries_max=chance.choice([1, 2, 3]),
        retry_s=chance.choice([0.0, 2 * STEP_S]),
        expires_s=chance.choice([4 * STEP_S, 16 * STEP_S]),
        confirm=Say(text="yes?"),
        taken=Say(text="yes!"),
        known=Say(text="yes."),
    )
    queue = replace(
        scenario.centre.queues[QUEUE],
        callback=rules,
        overflow=ToCallback(),
        wait_s_max=chance.choice([2, 4]) * STEP_S,
    )
    centre = replace(scenario.centre, queues={QUEUE: queue}, trunks={PSTN: Trunk(id=PSTN)})
    return replace(scenario, centre=centre, calls=_agreeing(scenario.calls), outside=_answers)


def _agreeing(calls: Calls) -> Calls:
    """Callers with numbers, two of them with the same one, who key 1 to whatever they hear."""

    def agreeing(chance: random.Random) -> Iterator[Call]:
        for call in calls(chance):
            script = replace(call.script, keys=("1", "1", "1"), key_after_s=chance.choice([1, 2]) * STEP_S)
            yield replace(call, number=chance.choice(["03011", "03022"]), script=script)

    return agreeing


def _answers(number: str, chance: random.Random) -> React:
    return _reacts(AgentId(number), chance)


def _announces(seed: int) -> bool:
    """In some worlds callers are told something all the time, and press a key."""
    return seed % 5 == 1


def _kind(seed: int) -> dict[str, Any]:
    """In a few worlds the order is strict, and phones ring for one caller at a time; in others the customer's
    server says who is rung."""
    if seed % 13 == 12:
        return {
            "get_list_agents_url": "https://crm.example/agents",
            "list_agents_within_s": 2 * STEP_S,
            "list_agents_every_s": 2 * STEP_S,
        }
    chance = random.Random(f"kind/{seed}")
    return {"kind": Kind.FIFO, "simo": 1, "overdue_s": 0.0} if chance.random() < 0.2 else {}


def _strategy(seed: int) -> Strategy:
    chance = random.Random(f"strategy/{seed}")
    return chance.choice([Strategy.LONGEST_IDLE, Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY])


def _centre(chance: random.Random, agents: int, strategy: Strategy, seed: int) -> Centre:
    names = [AgentId(f"a{n}") for n in range(agents)]
    queue = Queue(
        id=QUEUE,
        name="Q",
        ring_s=4 * STEP_S,
        strategy=strategy,
        **_kind(seed),
        ring_next_after_s=STEP_S,
        wrap_up_s=chance.choice([0.0, 2 * STEP_S]),
        wait_s_max=chance.choice([None, 6 * STEP_S]),
        retry_same_agent_s=chance.choice([0.0, 2 * STEP_S]),
        sorry=Say(text="sorry!!!"),
        manager=chance.choice([None, None, _MANAGER]),
    )
    if _announces(seed):
        queue = replace(queue, announce=_ANNOUNCE, keys={"1": Goodbye(say=Say(text="bye"))})
    people = {
        name: Agent(
            id=name,
            name=name,
            extension="1",
            reject_delay_s=2 * STEP_S,
            busy_delay_s=2 * STEP_S,
            technical_delay_s=2 * STEP_S,
            max_misses=2,
        )
        for name in names
    }
    data = {"Manager": "a0"}
    number = Number(number="100", target=ToQueue(queue=QUEUE), data=data if chance.random() < 0.7 else {})
    return Centre(numbers={"100": number}, queues={QUEUE: queue}, agents=people, offline_grace_s=2 * STEP_S)


def _calls(chance: random.Random, callers: int, *, keys: bool) -> Iterator[Call]:
    for _ in range(callers):
        yield Call(
            after_s=chance.choice([0, 1, 2]) * STEP_S,
            script=CallerScript(
                talk_s=chance.randint(0, 4) * STEP_S,
                patience_s=chance.choice([None, chance.randint(0, 10) * STEP_S]),
                agent_ends=chance.random() < 0.5,
                forsaken_s=chance.randint(0, 4) * STEP_S,
                waiting_keys=chance.choice(["1", "21"]) if keys else "",
                waiting_key_after_s=chance.randint(0, 6) * STEP_S if keys else 0.0,
            ),
        )


def _reacts(agent: AgentId, chance: random.Random) -> React:
    after_s = chance.randint(0, 4) * STEP_S
    if chance.random() < 0.6:
        return React(Reaction.ANSWER, after_s)
    return React(chance.choice(list(Reaction)), after_s)


def _breakages(chance: random.Random) -> list[Breakage]:
    if chance.random() < 0.7:
        return []
    fault = chance.choice([Fault.DROP, Fault.KILL, Fault.STOP, Fault.RESTART])
    return [Breakage(at_s=chance.randint(1, 14) * STEP_S, fault=fault, lasts_s=chance.randint(1, 4) * STEP_S)]
