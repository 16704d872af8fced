"""How text messages are sent: a server of the customer's is asked to, with `to`, `from` and `text`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsGate:
    url: str
    sender: str = ""  # `from`, where a node says none
    headers: Mapping[str, str] = field(default_factory=dict)
    within_s: float = 3.0
