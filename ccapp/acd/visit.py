"""One caller's whole visit as it is now: who he is, what travels with him, how it would end now."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ccapp.domain.calldata import CallData, merged
from ccapp.domain.events import EndedBy, MessageBegun, Outcome
from ccapp.domain.ids import AgentId, ChannelId, QueueId, TreeId, TrunkId, VisitId
from ccapp.domain.ivr import Tree
from ccapp.domain.voicemail import Mailbox, file_of
from ccapp.ports import Dictation


@dataclass(frozen=True, slots=True)
class Edition:
    """The IVR trees of one version of the configuration: a call finishes on those it began with."""

    version: int
    trees: Mapping[TreeId, Tree]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A message that is being left; without a dictation the caller is no longer there."""

    mailbox: Mailbox
    begun: MessageBegun
    dictation: Dictation | None

    @property
    def file(self) -> str:
        return file_of(self.begun.recording)


UNSERVED: Final = frozenset({Outcome.LEFT_IN_IVR, Outcome.IVR_ENDED, Outcome.TIMED_OUT, Outcome.REFUSED})
"""Whose message is what came of their visit, if they have left one."""


class Visit:
    """Lives as long as the caller's story. `if_caller_leaves` is kept by the stage he is in."""

    def __init__(
        self,
        *,
        id: VisitId,
        channel: ChannelId,
        arrived_at: float,
        trunk: TrunkId,
        number: str,
        caller_number: str,
        caller_name: str,
        data: CallData,
    ) -> None:
        self.id = id
        self.channel = channel
        self.arrived_at = arrived_at
        self.trunk = trunk
        self.number = number
        self.caller_number = caller_number
        self.caller_name = caller_name
        self.data = data
        self.callback = False  # nobody has called: he is called back
        self.edition: Edition | None = None  # of the IVR, once he has been in one
        self.offers = 0
        self.segments = 0
        self.diversions = 0  # how often a queue has sent him elsewhere
        self.queue: QueueId | None = None
        self.agent: AgentId | None = None
        self.manager: AgentId | None = None  # the caller's own agent
        self.customer_info: str | None = None  # JSON of the customer's server; empty: none; None: not asked
        self.asking: asyncio.Task[None] | None = None  # that server
        self.messages = 0  # begun
        self.taking: Taking | None = None  # the one being left
        self.left_message = False
        self.if_caller_leaves = Outcome.LEFT_IN_IVR
        self.ending: tuple[Outcome, EndedBy] | None = None

    def learn(self, more: Mapping[str, str]) -> None:
        """Lays values over the call data; they go into every later fact and to the agent."""
        self.data = merged(self.data, more)

    def ends(self, outcome: Outcome, by: EndedBy) -> None:
        """The first word said about the end counts."""
        came_of_it = Outcome.VOICEMAIL if self.left_message and outcome in UNSERVED else outcome
        self.ending = self.ending or (came_of_it, by)
