"""The models of `thin` through the whole stories: a switch without delay, no IVR, answered at once."""

import random
from collections.abc import Iterator
from dataclasses import replace

from ccapp.domain import events
from ccapp.domain.centre import Number, ToQueue
from ccapp.domain.events import Fact
from ccapp.domain.ids import QueueId, VisitId
from ccapp.simulate.link import AT_ONCE
from ccapp.simulate.loop import run
from ccapp.simulate.people import CallerScript
from ccapp.simulate.scenario import Call, Scenario
from ccapp.simulate.thin import Model, Sample, centre_of
from ccapp.simulate.world import World


class Waits:
    """What became of each call, from the facts."""

    def __init__(self) -> None:
        self.samples: dict[VisitId, Sample] = {}

    def fact(self, fact: Fact) -> None:
        match fact:
            case events.CallWaits(visit=visit, queue=queue):
                self.samples[visit] = Sample(int(queue.removeprefix("q")), 0.0)
            case events.CallServed(visit=visit, waited_s=waited_s):
                self.samples[visit].waited_s = waited_s
            case events.CallAbandoned(visit=visit, waited_s=waited_s):
                self.samples[visit] = Sample(self.samples[visit].kind, waited_s, abandoned=True)


def scenario(model: Model, calls: int, seed: int) -> Scenario:
    centre = centre_of(model)
    numbers = {str(queue): Number(number=queue, target=ToQueue(queue=queue)) for queue in centre.queues}

    def arrivals(chance: random.Random) -> Iterator[Call]:
        for _ in range(calls):
            kind = chance.choices(range(len(model.rates)), model.rates)[0]
            patience_s = chance.expovariate(1 / model.patience_s) if model.patience_s else None
            script = CallerScript(talk_s=chance.expovariate(1 / model.talk_s), patience_s=patience_s)
            after_s = chance.expovariate(sum(model.rates))
            yield Call(after_s=after_s, script=script, dialled=QueueId(f"q{kind}"))

    return Scenario(
        seed=seed,
        centre=replace(centre, numbers=numbers),
        calls=arrivals,
        duration_s=2 * calls / sum(model.rates),
        latency=AT_ONCE,
        commit_s=0.0,
        tiers=1,
        arrive_s=0.0,
        checked=False,
        recorded=False,
    )


def lean(model: Model, calls: int, warm_up: int, seed: int) -> list[Sample]:
    """The samples after the first `warm_up`, in the order of arrival."""
    waits = Waits()

    async def main() -> None:
        world = World(scenario(model, calls + warm_up, seed))
        world.read.append(waits.fact)
        await world.run()

    run(main(), seed)
    return list(waits.samples.values())[warm_up:]
