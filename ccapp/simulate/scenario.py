"""A scenario: a centre, who calls, how agents behave, what breaks. With its seed it is the whole story."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId
from ccapp.ports import Customers
from ccapp.routing.index import TIERS
from ccapp.simulate.customers import MoodyCustomers
from ccapp.simulate.desk import Moods
from ccapp.simulate.link import USUAL, Latency
from ccapp.simulate.people import ANSWERS_AT_ONCE, CallerScript, React


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody calls `after_s` after the call before."""

    after_s: float
    script: CallerScript
    dialled: str = "100"
    trunk: str = "pstn"
    number: str = ""  # the caller's
    headers: Mapping[str, str] = field(default_factory=dict)


class Fault(StrEnum):
    DROP = "drop"  # the connection to the switch breaks for `lasts_s`
    RESTART = "restart"  # Asterisk dies and comes back
    KILL = "kill"  # the engine is killed, and started again after `lasts_s`
    STOP = "stop"  # the engine is stopped in order, and started again after `lasts_s`
    TAKE_OVER = "take_over"  # a second engine starts while the first still runs
    OUTAGE = "outage"  # the database is away for `lasts_s`
    SLOW = "slow"  # commands are slow, refused or lost for `lasts_s`


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    at_s: float
    fault: Fault
    lasts_s: float = 1.0


type Reacts = Callable[[AgentId, random.Random], React]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    seed: int
    centre: Centre
    calls: Callable[[random.Random], Iterator[Call]]
    duration_s: float  # no call comes after it
    reacts: Reacts = lambda agent, chance: ANSWERS_AT_ONCE
    outside: Callable[[str, random.Random], React] | None = None  # who agents reach outside; None: nobody
    customers: Callable[[object], Customers] = MoodyCustomers  # of a seed
    moods: Moods = Moods()  # noqa: RUF009 - frozen
    breakages: Sequence[Breakage] = ()
    latency: Latency = USUAL
    commit_s: float = 0.0005
    tiers: int = TIERS  # of the router
    arrive_s: float = 5.0  # agents log in within it
    inspect_s: float = 20.0
    drain_s: float = 600.0  # for those still there at the end; then they give up
    close_s: float = 60.0  # from the agents' leaving to the last look
    checked: bool = True
    recorded: bool = True  # facts are kept
