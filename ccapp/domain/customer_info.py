"""What the customer's own server is asked about callers: `get_customer_info_url` (spec/stringee.md §4.13)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TIMEOUT_MS = 2000
DATA_FROM_SERVER = "customDataFromYourServer"
"""What the answer is called towards agents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerInfo:
    """GET `url` with `from`, `to`, `project`; `answers` lays places of the answer over the call data."""

    url: str
    timeout_ms: int = TIMEOUT_MS
    project: str = ""  # empty: the centre's name
    answers: Mapping[str, str] = field(default_factory=dict)  # call data -> place, as `customer.names.0`
