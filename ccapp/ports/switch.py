"""The switch itself: Asterisk, or the fake of simulate/."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.ports.bridge import Bridge
from ccapp.ports.leg import Dial, Leg
from ccapp.ports.news import News
from ccapp.ports.recording import Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A SIP account to be pushed to the switch."""

    agent: AgentId
    name: str  # of the account: the user who registers
    extension: str
    realm: str
    digest: str  # MD5(name:realm:secret)
    silent_s_max: float = 0.0  # a talk in which its phone sends nothing for so long is ended; 0: never
    display: str = ""  # the person's name


class Switch(Protocol):
    def news(self) -> AsyncIterator[News]:
        """The one ordered stream, for the one reader that owns the application. Starts with Connected."""
        ...

    def dial(self, dial: Dial) -> Leg:
        """Starts ringing. The leg is registered before the command is sent; a refused dial ends the leg."""
        ...

    async def talk_bridge(self, id: BridgeId, name: str) -> Bridge:
        """A mixing bridge, made or found."""
        ...

    async def hall(self, id: BridgeId, name: str, music: str) -> Bridge:
        """A holding bridge with one music source, made or found."""
        ...

    async def lives(self, channel: ChannelId) -> bool:
        """Whether the switch has this channel now. A leg of ours that it does not have is told gone.

        Raises SwitchError when that cannot be said."""
        ...

    async def spoken(self, file: str) -> Spoken | None:
        """What is in the file of a dictation that is over; None: there is none."""
        ...

    async def discard(self, file: str) -> None:
        """Deletes the file of a dictation, if it is there. Raises SwitchError."""
        ...

    async def look_for_phones(self) -> None:
        """Compares which phones are there with what was told of them, and tells the difference: an event may
        have been lost. Raises SwitchError."""
        ...

    def tell(self, agent: AgentId, text: str) -> None:
        """Shows a text on the agent's phone (SIP MESSAGE), as far as it can. Synchronous, never raises."""
        ...

    def let_go(self) -> None:
        """From now on nothing is sent any more: what dying stories would hang up lives on for the engine
        that comes after us. For an orderly stop."""
        ...

    async def push_accounts(self, accounts: Sequence[Account]) -> None:
        """Makes the switch's accounts equal to these: adds, changes and removes."""
        ...
