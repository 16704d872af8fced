"""A customer's own server that directs the callers of a queue: where it is, and how long it is waited for."""

from dataclasses import dataclass, field
from enum import StrEnum

from ccapp.domain.admission import Treatment
from ccapp.domain.ids import TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The rules of a queue in the mode `external`. Times in seconds."""

    route_url: str  # asked once for every caller: who shall take him?
    access_base_url: str  # of our own REST surface, as the server reaches it
    secret: str = field(default="", repr=False)  # signs all that is sent to it
    report_url: str = ""  # told all that happens to the caller; empty: nothing is
    connect_timeout_s: float = 2.0
    total_timeout_s: float = 10.0
    retry_s: float = 1.0  # before the second request; twice as long before the third
    max_wait_s: float = 600.0  # then, without an operator, the caller is treated as `on_timeout` says
    on_timeout: Treatment | None = None  # None: the queue's own agents serve
    trunk: TrunkId | None = None  # by which numbers and SIP addresses are rung
    say_while_waiting: str = ""  # spoken once, when the wait begins


ROUTE_TRIES = 3


class Failed(StrEnum):
    """Why an operator was not reached."""

    BUSY = "busy"
    REJECTED = "rejected"
    NO_ANSWER = "noanswer"
    UNAVAILABLE = "unavailable"
    CANCELLED = "cancelled"
    ERROR = "error"
