"""A leg's sound being recorded: all of a talk, or one party alone."""

from dataclasses import dataclass
from typing import Protocol

from ccapp.domain.voicemail import EndKey


class Recording(Protocol):
    """A leg's sound while it is recorded, each direction in a file of its own."""

    @property
    def files(self) -> tuple[str, str]:
        """In the switch's folder of recordings: what comes from the party, and what the party hears."""
        ...

    @property
    def begun(self) -> bool:
        """Whether the switch has said that both directions are recorded. It stays true after the end."""
        ...

    @property
    def fault(self) -> str:
        """Why it is not there, or not wholly; empty when nothing is known against it."""
        ...

    def stop(self) -> None:
        """Ends it, so that the files are whole soon. Synchronous and idempotent. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DictationRules:
    """How one party is recorded alone: from a tone on until he is silent or presses the key."""

    name: str  # may hold `/`
    seconds_max: int
    silence_s: int = 0  # 0: silence does not end it
    end_key: EndKey = "#"
    beep: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictated:
    """The end of a dictation. `fault`: why it is not there, or not wholly; empty when nothing is known."""

    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What is in the file of a dictation; not `known` where the file is there, but cannot be read."""

    seconds: float
    silent: bool  # nothing can be heard
    known: bool = True


class Dictation(Protocol):
    """A leg's party being recorded alone."""

    @property
    def file(self) -> str:
        """In the switch's folder of recordings."""
        ...

    async def over(self) -> Dictated:
        """Waits until it has ended, for whatever reason, or could not begin. Also after the leg's end, and in
        spite of lost connections: bound it."""
        ...

    def stop(self) -> None:
        """Ends it. Synchronous and idempotent. Never raises."""
        ...
