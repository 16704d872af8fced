"""One caller's whole visit as it is now: who he is, what travels with him, how it would end now."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ccapp.domain.calldata import CallData, merged
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import AgentId, ChannelId, QueueId, TreeId, TrunkId, VisitId
from ccapp.domain.ivr import Tree


@dataclass(frozen=True, slots=True)
class Edition:
    """The IVR trees of one version of the configuration: a call finishes on those it began with."""

    version: int
    trees: Mapping[TreeId, Tree]


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
        self.edition: Edition | None = None  # of the IVR, once he has been in one
        self.offers = 0
        self.segments = 0
        self.diversions = 0  # how often a queue has sent him elsewhere
        self.queue: QueueId | None = None
        self.agent: AgentId | None = None
        self.manager: AgentId | None = None  # the caller's own agent
        self.customer_info: str | None = None  # JSON of the customer's server; empty: none; None: not asked
        self.asking: asyncio.Task[None] | None = None  # that server
        self.if_caller_leaves = Outcome.LEFT_IN_IVR
        self.ending: tuple[Outcome, EndedBy] | None = None

    def learn(self, more: Mapping[str, str]) -> None:
        """Lays values over the call data; they go into every later fact and to the agent."""
        self.data = merged(self.data, more)

    def ends(self, outcome: Outcome, by: EndedBy) -> None:
        """The first word said about the end counts."""
        self.ending = self.ending or (outcome, by)
