"""Whose manager an agent is: the table `manager`, and what of it is known without asking.

Asked once per call, on the caller's time: so never for longer than said, and not at all while the database is
away. What this engine has published counts before what the table says, until it is written there.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from ccapp.domain.events import ManagerChosen
from ccapp.domain.ids import AgentId
from ccapp.records.database import available
from ccapp.records.errors import DatabaseUnavailable
from ccapp.records.sql import query

if TYPE_CHECKING:
    from ccapp.records.database import Pool

log = logging.getLogger(__name__)

KNOWN_MAX = 10_000


class KnownManagers:
    """The numbers last chosen for or asked about."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, AgentId | None]] = OrderedDict()

    def chosen(self, seq: int, fact: ManagerChosen) -> None:
        self._put(fact.number, seq, fact.agent)

    def learnt(self, number: str, agent: AgentId | None) -> None:
        """What the table says; but not over what was chosen while it was asked."""
        if self.seq(number) == 0:
            self._put(number, 0, agent)

    def _put(self, number: str, seq: int, agent: AgentId | None) -> None:
        self._known[number] = (seq, agent)
        self._known.move_to_end(number)
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    def recorded(self, number: str, through: int) -> None:
        """A choice the table has by now need not be known better."""
        if 0 < self.seq(number) <= through:
            self._put(number, 0, self.of(number))

    def seq(self, number: str) -> int:
        """The choice's number while it may not be in the table yet, else 0."""
        return self._known.get(number, (0, None))[0]

    def of(self, number: str) -> AgentId | None:
        return self._known.get(number, (0, None))[1]


async def ask(pool: "Pool", number: str, within_s: float) -> tuple[bool, AgentId | None]:
    """Whether the table answered, and what."""
    try:
        async with available(), asyncio.timeout(within_s):
            return True, await pool.fetchval(query("manager"), number)
    except DatabaseUnavailable as error:
        log.warning("manager_unknown error=%r", error)
        return False, None
