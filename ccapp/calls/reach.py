"""By which telephone an agent is reached, and what it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.acd import Acd, Visit
from ccapp.calls.ivr_values import filled
from ccapp.domain.calldata import clean, to_headers
from ccapp.domain.centre import Outside, Queue
from ccapp.domain.customer_info import DATA_FROM_SERVER
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.recording import RECORD, recorded
from ccapp.ports import CallerId

HEADER_LENGTH_MAX = 1000
"""A longer answer of the customer's server is in the agent's live state only: half of it is worth nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    endpoint: str
    caller: CallerId
    headers: Mapping[str, str] = field(default_factory=dict)


def reach(agent: AgentId, queue: QueueId, visit: Visit, acd: Acd, listed_at: Outside | None = None) -> Reach:
    """The phone at which he sits, which shows the caller; or his number outside, which shows the queue's:
    the one he is listed at counts before his own."""
    centre = acd.centre
    line = centre.queues.get(queue)
    caller = CallerId(number=visit.caller_number, name=_name(visit, line))
    headers = {"X-Call-Id": visit.id, "X-Queue": queue}
    if visit.customer_info and len(visit.customer_info) <= HEADER_LENGTH_MAX:
        headers[f"X-{DATA_FROM_SERVER}"] = visit.customer_info
    headers |= to_headers(visit.data)
    if recorded(visit.data, line):
        headers[f"X-{RECORD}"] = "Y"
    person = centre.agents.get(agent)
    outside = listed_at or (person.outside if person is not None else None)
    if outside is None:
        return Reach(endpoint=acd.presence(agent).phone or agent, caller=caller, headers=headers)
    trunk = centre.trunks.get(outside.trunk)
    shown = line.caller_id if line is not None else ""
    return Reach(
        endpoint=f"{outside.number}@{outside.trunk}",
        caller=CallerId(number=shown, name=_name(visit, line) if line and line.caller_id_name else ""),
        headers=headers if trunk is not None and trunk.trusted else {},
    )


def _name(visit: Visit, queue: Queue | None) -> str:
    """What an agent's phone shows as the name of who calls."""
    if queue is None or not queue.caller_id_name:
        return visit.caller_name
    return clean(filled(queue.caller_id_name.replace("{Queue}", queue.name), visit))
