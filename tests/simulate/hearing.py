"""A small queue on the fake switch, and what each of its callers hears there."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccapp.domain.centre import Agent, Centre, Number, Queue, ToQueue, Trunk
from ccapp.domain.events import Fact
from ccapp.domain.ids import AgentId, QueueId, TrunkId
from ccapp.domain.ivr import Prompt, Say
from ccapp.simulate.channels import Channel
from ccapp.simulate.loop import run
from ccapp.simulate.people import CallerScript, React, Reaction
from ccapp.simulate.scenario import Call, Scenario
from ccapp.simulate.world import World

ANN = AgentId("ann")
SALES, OTHER = QueueId("sales"), QueueId("other")
LONG_S = 10_000.0


def centre(queue: Mapping[str, Any] | None = None, **more: Any) -> Centre:
    """Number 100 leads to the queue sales, 200 to other; Ann serves both."""
    settings: dict[str, Any] = {"name": "Sales", "ring_s": 10.0, "wrap_up_s": 0.0, **(queue or {})}
    return Centre(
        trunks={TrunkId("pstn"): Trunk(id=TrunkId("pstn"), trusted=True, headers=("Language", "Manager"))},
        numbers={
            "100": Number(number="100", target=ToQueue(queue=SALES)),
            "200": Number(number="200", target=ToQueue(queue=OTHER)),
        },
        queues={SALES: Queue(id=SALES, **settings), OTHER: Queue(id=OTHER, name="Other", wrap_up_s=0.0)},
        agents={ANN: Agent(id=ANN, name="Ann", extension="201", max_misses=0)},
        **more,
    )


def scenario(
    configured: Centre, calls: Sequence[Call] = (), *, reaction: Reaction = Reaction.ANSWER
) -> Scenario:
    return Scenario(
        seed=1,
        centre=configured,
        calls=lambda chance: iter(calls),
        duration_s=LONG_S,
        reacts=lambda agent, chance: React(reaction, 2.0),
    )


def caller(after_s: float = 10.0, *, language: str = "", manager: str = "", **script: Any) -> Call:
    headers = {"X-Language": language, "X-Manager": manager}
    return Call(after_s=after_s, script=CallerScript(**{"talk_s": 5.0, **script}), headers=headers)


@dataclass
class Ears:
    """What was heard, by channel: (seconds of the world's time, text)."""

    world: World
    by_channel: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, channel: Channel, prompt: Prompt) -> None:
        self.world.checks.lines.heard(channel, prompt)
        text = prompt.text if isinstance(prompt, Say) else f"sound {prompt.name}"
        self.by_channel[channel.id].append((round(self.world.loop.time(), 1), text))

    def texts(self, number: int = 1) -> list[str]:
        """What the caller heard who came as this number."""
        return [text for _, text in self.by_channel[f"i{number}"]]

    def times(self, number: int = 1) -> list[float]:
        return [at for at, _ in self.by_channel[f"i{number}"]]

    def facts[F: Fact](self, *kinds: type[F]) -> list[F]:
        return [told.fact for told in self.world._store.facts if isinstance(told.fact, kinds)]

    async def until(self, kind: type[Fact]) -> None:
        while not self.facts(kind):  # noqa: ASYNC110
            await asyncio.sleep(0.001)


type Lived = Callable[[Ears], Awaitable[None]]


def lived(what: Scenario, story: Lived, *, on_duty: bool = True) -> Ears:
    """Runs the story in the world; every rule of the checkers holds meanwhile."""

    async def main() -> Ears:
        world = World(what)
        ears = Ears(world)
        world._watch()
        world.exchange.on_heard = ears.hear
        world.start_engine()
        if on_duty:
            for desk in world.desks:
                desk.begin()
        world._calls()
        await story(ears)
        assert world.checks.verdict.violations == []
        return ears

    return run(main(), what.seed)
