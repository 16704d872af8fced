"""What was recorded: talks, and prompts."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact, VisitFact
from ccapp.domain.ids import AgentId, ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFact(VisitFact):
    """A talk was to be recorded, and is over. `ok` None: nobody looked when it ended."""

    recording: str  # its name, as one asks for it
    files: tuple[str, ...]  # in Asterisk's folder of recordings: the caller's side, the agent's
    seconds: float
    ok: bool | None
    detail: str = ""  # what is wrong with it


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRecorded(RecordingFact):
    agent: AgentId
    segment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardRecorded(RecordingFact):
    """As TalkRecorded, of a talk with a number outside; its side is in the agent's file."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCallRecorded(Fact):
    """A talk of an agent's own call with somebody outside; the `caller` of the files is the other side."""

    agent: AgentId
    channel: ChannelId
    recording: str
    files: tuple[str, ...]
    seconds: float
    ok: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRecorded(Fact):
    """By an agent, on his phone: callers hear it from now on."""

    agent: AgentId
    prompt: str
