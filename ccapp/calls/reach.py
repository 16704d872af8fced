"""By which telephone an agent is reached, and what it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.acd import Visit
from ccapp.domain.calldata import to_headers
from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId, QueueId
from ccapp.ports import CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    endpoint: str
    caller: CallerId
    headers: Mapping[str, str] = field(default_factory=dict)


def reach(agent: AgentId, queue: QueueId, visit: Visit, centre: Centre) -> Reach:
    """His own account, where the caller is shown; or his number outside, where the queue's number is."""
    caller = CallerId(number=visit.caller_number, name=visit.caller_name)
    headers = {"X-Call-Id": visit.id, "X-Queue": queue, **to_headers(visit.data)}
    person = centre.agents.get(agent)
    if person is None or person.outside is None:
        return Reach(endpoint=agent, caller=caller, headers=headers)
    trunk = centre.trunks.get(person.outside.trunk)
    shown = centre.queues[queue].caller_id if queue in centre.queues else ""
    return Reach(
        endpoint=f"{person.outside.number}@{person.outside.trunk}",
        caller=CallerId(number=shown),
        headers=headers if trunk is not None and trunk.trusted else {},
    )
