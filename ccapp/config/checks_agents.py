"""What is said of agents' own phone numbers must hold: a trunk, and a number that each queue shows there."""

from collections.abc import Iterator

from ccapp.config.problem import Finding, unknown
from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.requirements import met


def outside(centre: Centre) -> Iterator[Finding]:
    reached = [agent for agent in centre.agents.values() if agent.outside is not None]
    for agent in reached:
        assert agent.outside is not None
        yield from unknown(
            ("agents", agent.id, "outside", "trunk"), "trunk", agent.outside.trunk, centre.trunks
        )
        if (hours := agent.outside.hours) is not None:
            yield from unknown(("agents", agent.id, "outside", "hours"), "hours", hours, centre.hours)
    for queue in centre.queues.values():
        trunk = queue.list_agents_trunk
        if trunk is not None:
            yield from unknown(("queues", queue.id, "list_agents_trunk"), "trunk", trunk, centre.trunks)
        if queue.get_list_agents_url and trunk is not None and not queue.caller_id:
            yield Finding(("queues", queue.id, "caller_id"), "is needed: phone numbers may be listed for it")
            continue
        served = [agent.id for agent in reached if _may_serve(agent, queue, centre)]
        if served and not queue.caller_id:
            told = f"is needed: {served[0]} is called on a number outside"
            yield Finding(("queues", queue.id, "caller_id"), told)


def _may_serve(agent: Agent, queue: Queue, centre: Centre) -> bool:
    if queue.get_list_agents_url:
        return True
    members = centre.members(queue)
    return (members is None or agent.id in members) and met(agent.skills, queue.requires)
