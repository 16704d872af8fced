"""What a contract story may do to the world around a `Switch`, whichever the switch is.

A story is a coroutine function that takes a `World`. `run` of an implementation makes a fresh world (a switch
that is connected, whose first news, `Connected`, has not been read yet; accounts alice and bob pushed and
online, phones that ring for ever), runs the story in it within a bound, and takes everything down again. It
owns the event loop, so that a simulated world can bring its own.

Two implementations: `real.py` (Asterisk and SIP phones) and `fake.py` (ccapp.simulate). Nothing in here may
know which.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ccapp.domain.ivr import Prompt
from ccapp.ports import Switch

ALICE, BOB = "alice", "bob"
"""The accounts' names and agent ids."""

TRUNK = "carrier"
"""The trunk's endpoint by which `caller_calls` comes in."""


@dataclass(frozen=True, slots=True)
class Answers:
    after_s: float = 0.1


@dataclass(frozen=True, slots=True)
class Rejects:
    """603: the person does not want to."""


@dataclass(frozen=True, slots=True)
class Busy:
    """486."""


@dataclass(frozen=True, slots=True)
class Rings:
    """For ever."""


type Behaviour = Answers | Rejects | Busy | Rings


class Phone(Protocol):
    """An agent's telephone and the hand that holds it."""

    def behaves(self, behaviour: Behaviour) -> None:
        """What it does with the next calls."""
        ...

    async def rung(self) -> Mapping[str, str]:
        """Waits until a call has come to it that was not asked for before; the headers of its INVITE."""
        ...

    async def over(self) -> None:
        """Waits until the last call that rang here has ended."""
        ...

    async def hangs_up(self) -> None: ...

    async def holds(self, on: bool) -> None:
        """Puts the call on hold, or takes it back."""
        ...

    async def calls(self, number: str) -> None:
        """Dials, as a person would."""
        ...

    async def goes_offline(self) -> None: ...

    async def comes_online(self) -> None: ...


class World(Protocol):
    @property
    def switch(self) -> Switch: ...

    def phone(self, name: str) -> Phone: ...

    def sound(self, length: Literal["short", "long"]) -> Prompt:
        """A prompt of less than two seconds, or of more than eight."""
        ...

    def missing_sound(self) -> Prompt:
        """A prompt that cannot be played."""
        ...

    async def caller_calls(self, number: str, headers: Mapping[str, str] | None = None) -> None:
        """A caller (number 5551000, name Carol) dials; does not wait for anything. One caller per story."""
        ...

    async def caller_hears(self, what: Literal["ringing", "answer"]) -> None:
        """Waits for it."""
        ...

    async def caller_presses(self, keys: str) -> None: ...

    def caller_speaks(self, loud: bool) -> None:
        """Whether there is something to be heard from her from now on; at first there is."""
        ...

    async def caller_hangs_up(self) -> None: ...

    async def caller_over(self) -> None:
        """Waits until the switch has ended the caller's call."""
        ...

    async def recorders(self) -> int:
        """How many recordings the switch is at now, begun or about to begin."""
        ...

    async def has_recording(self, name: str) -> bool:
        """Whether a whole one of this name exists."""
        ...

    def may_record(self, allowed: bool) -> None:
        """Whether the switch is able to."""
        ...

    async def cut(self) -> None:
        """The connection between engine and switch breaks, and stays broken until `mend`."""
        ...

    async def mend(self) -> None:
        """The way is free again; the switch finds it by itself."""
        ...


type Story = Callable[[World], Awaitable[None]]
type Run = Callable[[Story], None]
