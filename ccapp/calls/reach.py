"""By which telephone an agent is reached, and what it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.acd import Acd, Visit
from ccapp.domain.calldata import to_headers
from ccapp.domain.ids import AgentId, QueueId
from ccapp.ports import CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    endpoint: str
    caller: CallerId
    headers: Mapping[str, str] = field(default_factory=dict)


def reach(agent: AgentId, queue: QueueId, visit: Visit, acd: Acd) -> Reach:
    """The phone at which he sits, which shows the caller; or his number outside, which shows the queue's."""
    caller = CallerId(number=visit.caller_number, name=visit.caller_name)
    headers = {"X-Call-Id": visit.id, "X-Queue": queue, **to_headers(visit.data)}
    centre = acd.centre
    person = centre.agents.get(agent)
    if person is None or person.outside is None:
        return Reach(endpoint=acd.presence(agent).phone or agent, caller=caller, headers=headers)
    trunk = centre.trunks.get(person.outside.trunk)
    shown = centre.queues[queue].caller_id if queue in centre.queues else ""
    return Reach(
        endpoint=f"{person.outside.number}@{person.outside.trunk}",
        caller=CallerId(number=shown),
        headers=headers if trunk is not None and trunk.trusted else {},
    )
