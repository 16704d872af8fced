"""What happened in a world, line by line: to be read, kept as a file, and compared with another run.

A line is a JSON object: `at` (virtual seconds), `what` (fact, event, command, fault) and what belongs to it.
Two runs of one seed give the same lines; the recording of a bug that was found is its regression test.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from itertools import zip_longest

from ccapp.domain.events import Fact
from ccapp.simulate.channels import Census, Channel, Event
from ccapp.simulate.exchange import Exchange
from ccapp.simulate.loop import run
from ccapp.simulate.scenario import Breakage, Scenario
from ccapp.simulate.world import Result, World

type Line = Mapping[str, object]


class Recorder:
    def __init__(self, world: World, write: Callable[[Line], None]) -> None:
        self._loop = world.loop
        self._write = write
        world.read.append(self._fact)
        world.on_broken = self._fault
        self._listen(world.exchange)

    def _listen(self, exchange: Exchange) -> None:
        exchange.on_event = self._event
        exchange.on_command = self._command

    def _line(self, what: str, name: str, more: Mapping[str, object]) -> None:
        self._write({"at": round(self._loop.time(), 9), "what": what, "name": name, **more})

    def _fact(self, fact: Fact) -> None:
        fields = {key: value for key, value in plain_fields(fact).items() if key not in ("at", "explanation")}
        self._line("fact", type(fact).__name__, fields)

    def _event(self, event: Event) -> None:
        fields = {} if isinstance(event, Census) else plain_fields(event)
        self._line("event", type(event).__name__, fields)

    def _command(self, act: Callable[[], object], outcome: str) -> None:
        if isinstance(act, partial):
            args = [plain(arg) for arg in act.args]
            self._line("command", act.func.__name__, {"args": args, "outcome": outcome})

    def _fault(self, breakage: Breakage) -> None:
        self._line("fault", breakage.fault.value, {"lasts_s": breakage.lasts_s})


def plain_fields(value: object) -> dict[str, object]:
    assert dataclasses.is_dataclass(value)
    return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}


def plain(value: object) -> object:
    """Something JSON can hold, without addresses or anything else that differs from run to run."""
    match value:
        case Enum():
            return value.value
        case str() | int() | float() | bool() | None:
            return value
        case Channel():
            return value.id
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case set() | frozenset():
            return sorted(str(plain(each)) for each in value)
        case list() | tuple():
            return [plain(each) for each in value]
        case _ if dataclasses.is_dataclass(value):
            return plain_fields(value)
    return type(value).__name__


def record(scenario: Scenario, write: Callable[[Line], None]) -> Result:
    async def main() -> Result:
        world = World(scenario)
        Recorder(world, write)
        return await world.run()

    return run(main(), scenario.seed)


def recorded(scenario: Scenario) -> list[str]:
    """The lines of a run."""
    lines: list[str] = []
    record(scenario, lambda line: lines.append(json.dumps(line, sort_keys=True)))
    return lines


def first_difference(one: Iterable[str], other: Iterable[str]) -> tuple[int, str | None, str | None] | None:
    """(Line number from 1, one's, the other's); None when they agree."""
    for number, (left, right) in enumerate(zip_longest(one, other), 1):
        if left != right:
            return number, left, right
    return None


def told(line: Line) -> str:
    """A line for people."""
    rest = " ".join(_pairs(line))
    return f"{line['at']:>12} {line['what']:<8} {line['name']:<16} {rest}"


def _pairs(line: Line) -> Iterator[str]:
    for key, value in line.items():
        if key not in ("at", "what", "name") and value not in ("", {}, [], None):
            yield f"{key}={value}"
