"""One party's channel, and the dialling of one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ccapp.domain.ids import ChannelId
from ccapp.domain.ivr import Prompt
from ccapp.ports.recording import Dictation, DictationRules, Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """How a leg ended. `cause` is Q.850. `ours`: we hung it up."""

    cause: int
    ours: bool = False
    switch_lost: bool = False  # it was missing when we reconnected, or the switch restarted


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    number: str = ""
    name: str = ""


class Leg(Protocol):
    """One party's channel. All methods may raise SwitchError; on a leg that is gone, LegGone."""

    @property
    def id(self) -> ChannelId: ...

    @property
    def answered(self) -> bool: ...

    @property
    def gone(self) -> Gone | None: ...

    def on_gone(self, callback: Callable[[Gone], None]) -> Callable[[], None]:
        """Calls back once, in the loop, when the leg ends (soon, if it already has). Returns the undo."""
        ...

    def on_hold(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Calls back, in the loop, when the party puts the call on hold (True) and takes it back (False).
        Who is joined with it hears music meanwhile. Returns the undo."""
        ...

    async def answer(self) -> None:
        """Idempotent."""
        ...

    async def ring(self) -> None:
        """Lets an unanswered caller hear that it rings (180)."""
        ...

    async def picked_up(self) -> None:
        """Waits until a dialled leg is answered. Raises LegGone when it ends first (`gone` says how)."""
        ...

    async def play(self, prompts: Sequence[Prompt]) -> None:
        """Plays one after the other and returns at the end of the last; cancelling stops the sound.

        A prompt that does not start within a bound, or fails, is logged and passed over.
        """
        ...

    async def replay(self, file: str) -> None:
        """As `play`, a recording in the switch's folder."""
        ...

    async def digit(self) -> str:
        """The next key pressed (buffered, bounded)."""
        ...

    def forget_digits(self) -> None: ...

    async def music(self, music: str) -> None:
        """Lets the party hear this music-on-hold class until `quiet`. A class unknown is passed over."""
        ...

    def quiet(self) -> None:
        """Ends the music, if any plays. Synchronous: for `finally` bodies. Never raises."""
        ...

    async def headers(self, wanted: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Those of the `wanted` SIP headers (any case, bare or `X-`) that the caller's INVITE carried."""
        ...

    def record(self, name: str) -> Recording:
        """Begins soon, or has a fault, without anybody waiting; ends with the leg. `name` may hold `/`.
        One that goes on under this name already (begun by an engine before us) is taken up. Never raises."""
        ...

    def dictate(self, rules: DictationRules) -> Dictation:
        """Records what the party says; begins soon, or is over with a fault, without anybody waiting. Not in
        a bridge. One that goes on under this name already (begun by an engine before us) is taken up, one
        that is over already is over. Never raises."""
        ...

    def release(self, cause: int = 16) -> None:
        """Hangs up. Synchronous and idempotent: for `finally` bodies. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A leg to be rung. The channel id is chosen by us; a repeat is refused as a repeat."""

    channel: ChannelId
    endpoint: str  # "alice" (a pushed account) or "number@trunk"
    caller: CallerId = CallerId()
    headers: Mapping[str, str] = field(default_factory=dict)  # of the INVITE
    ring_s_max: float = 60.0  # the switch's own bound, should the engine die; the story has its own
    originator: ChannelId | None = None  # whose media formats to offer
