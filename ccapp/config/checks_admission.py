"""Where queues send those they do not serve: to places that exist, and not round for ever."""

from collections.abc import Iterator

from ccapp.config.problem import Finding, Path, unknown
from ccapp.domain.admission import (
    Goodbye,
    ToAgent,
    ToCallback,
    ToCallCenter,
    ToNumber,
    ToQueue,
    ToTree,
    ToVoicemail,
    Treatment,
)
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, QueueId


def queues(centre: Centre) -> Iterator[Finding]:
    for id, queue in centre.queues.items():
        path: Path = ("queues", id)
        if queue.hours is not None:
            yield from unknown((*path, "hours"), "hours", queue.hours, centre.hours)
        if queue.callback is not None:
            yield from unknown((*path, "callback", "trunk"), "trunk", queue.callback.trunk, centre.trunks)
        for field, treatment in queue.treatments:
            yield from _treatment((*path, *field), treatment, id, centre)
        if queue.external is not None:
            yield from _external((*path, "external"), queue, centre)


def _external(path: Path, queue: Queue, centre: Centre) -> Iterator[Finding]:
    rules = queue.external
    assert rules is not None
    if queue.kind is Kind.FIFO:
        yield Finding(path, "goes with kind callcenter: who is served is then not decided by order")
    if queue.get_list_agents_url:
        yield Finding(path, "goes without get_list_agents_url: one server says who serves")
    if queue.callback is not None:
        yield Finding(path, "goes without callback: its server is asked about callers, not about callbacks")
    if rules.on_timeout is not None:
        yield from _treatment((*path, "on_timeout"), rules.on_timeout, queue.id, centre)
    if rules.trunk is not None:
        yield from unknown((*path, "trunk"), "trunk", rules.trunk, centre.trunks)


def _treatment(path: Path, treatment: Treatment, queue: QueueId, centre: Centre) -> Iterator[Finding]:
    match treatment:
        case ToQueue(queue=other) if other == queue:
            yield Finding((*path, "queue"), "leads back into the same queue")
        case ToQueue(queue=other):
            yield from unknown((*path, "queue"), "queue", other, centre.queues)
        case ToTree(tree=tree, node=node):
            yield from unknown((*path, "ivr"), "IVR", tree, centre.trees)
            if node is not None and tree in centre.trees:
                yield from unknown((*path, "node"), "node", node, centre.trees[tree].nodes)
        case ToNumber(trunk=trunk, otherwise=then) | ToCallCenter(trunk=trunk, otherwise=then):
            inside = (*path, "number" if isinstance(treatment, ToNumber) else "call_center")
            yield from unknown((*inside, "trunk"), "trunk", trunk, centre.trunks)
            if then is not None:
                yield from _treatment((*inside, "otherwise"), then, queue, centre)
        case ToVoicemail(mailbox=mailbox):
            yield from unknown((*path, "voicemail"), "mailbox", mailbox, centre.mailboxes)
        case ToAgent(agent=agent, queue=of, otherwise=then):
            yield from to_agent((*path, "agent"), agent, of or queue, centre)
            if then is not None:
                yield from _treatment((*path, "agent", "otherwise"), then, queue, centre)
        case ToCallback():
            if centre.queues[queue].callback is None:
                yield Finding((*path, "callback"), "the queue has no callback")
        case Goodbye():
            pass


def to_agent(path: Path, agent: AgentId, queue: QueueId, centre: Centre) -> Iterator[Finding]:
    """He must be able to serve callers of that queue, and to be asked for."""
    yield from unknown((*path, "to"), "agent", agent, centre.agents)
    yield from unknown((*path, "queue"), "queue", queue, centre.queues)
    line = centre.queues.get(queue)
    if line is None or agent not in centre.agents:
        return
    members = centre.members(line)
    if members is not None and agent not in members:
        yield Finding((*path, "to"), f"{agent} does not serve {queue}")
    if line.kind is Kind.FIFO:
        yield Finding((*path, "queue"), f"{queue} is served strictly in order: nobody can be asked for there")
