"""Managers: callers' own agents."""

from dataclasses import dataclass

from ccapp.domain.events.fact import Fact, VisitFact
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.managers import Chosen, Missed


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerMissed(VisitFact):
    """The caller's manager does not serve him now: from here on the call is for all of the queue."""

    queue: QueueId
    agent: AgentId
    why: Missed


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerAsked(VisitFact):
    """After the talk: whether the agent should stay the caller's manager. None: no answer came."""

    agent: AgentId
    yes: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerChosen(Fact):
    """The manager of all who call from a number; None: they have none any more."""

    number: str  # as `domain.managers.caller_key` has it
    agent: AgentId | None
    why: Chosen
