"""What the parts of a configuration must be to each other: names that exist, numbers that mean one thing."""

from collections.abc import Iterator
from dataclasses import fields

from ccapp.config import checks_admission, checks_agents, checks_serving, checks_voicemail
from ccapp.config.models_ivr import kind
from ccapp.config.problem import Finding, Path, unknown
from ccapp.domain.centre import Centre, ToQueue, ToTree
from ccapp.domain.conditions import hours_named, parse
from ccapp.domain.ids import NodeId
from ccapp.domain.ivr import AskCallback, Branch, CallAgent, Enqueue, Enter, Forward, Node, SendSms, Tree
from ccapp.domain.ivr_check import GraphProblem, dead_ends, rounds
from ccapp.domain.ivr_check import problems as graph_problems
from ccapp.domain.requirements import merged


def findings(centre: Centre) -> Iterator[Finding]:
    """All that is wrong or doubtful in `centre`, in the order of the file."""
    yield from _codes(centre)
    yield from _break_limits(centre)
    if (trunk := centre.own_calls.outbound_trunk) is not None:
        yield from unknown(("own_calls", "outbound_trunk"), "trunk", trunk, centre.trunks)
    yield from _numbers(centre)
    yield from checks_serving.groups(centre)
    yield from checks_serving.queues(centre)
    yield from checks_admission.queues(centre)
    yield from _agents(centre)
    yield from checks_agents.outside(centre)
    yield from checks_voicemail.mailboxes(centre)
    for tree in centre.trees.values():
        yield from _tree(centre, tree)
    for (id, name), message in rounds(centre.trees):
        yield Finding(("ivr", id, "nodes", name, kind(centre.trees[id].nodes[name])), message)


def _codes(centre: Centre) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name, code in _code_table(centre).items():
        other = seen.setdefault(code, name)
        if other != name:
            yield Finding(("feature_codes", name), f"{code} is {other} already")
        elif name != "not_ready" and _is_not_ready(centre, code):
            yield Finding(("feature_codes", name), f"{code} would be taken for not_ready with a reason")


def _break_limits(centre: Centre) -> Iterator[Finding]:
    for reason in centre.break_limits:
        yield from unknown(("break_limits", reason), "reason", reason, centre.break_reasons)


def _code_table(centre: Centre) -> dict[str, str]:
    return {each.name: getattr(centre.feature_codes, each.name) for each in fields(centre.feature_codes)}


def _is_not_ready(centre: Centre, dialled: str) -> bool:
    """Whether `dialled` is the code for "not ready" followed by the number of a reason."""
    code = centre.feature_codes.not_ready
    return dialled.startswith(code) and dialled[len(code) :].isdigit()


def _numbers(centre: Centre) -> Iterator[Finding]:
    for number, entry in centre.numbers.items():
        match entry.target:
            case ToTree(tree=tree):
                yield from unknown(("numbers", number, "ivr"), "IVR", tree, centre.trees)
            case ToQueue(queue=queue):
                yield from unknown(("numbers", number, "queue"), "queue", queue, centre.queues)


def _agents(centre: Centre) -> Iterator[Finding]:
    trunks = {str(trunk) for trunk in centre.trunks}
    codes = {code: name for name, code in _code_table(centre).items()}
    seen: dict[str, str] = {}
    for id in centre.phones:
        if id in centre.agents or id in trunks:
            yield Finding(("phones", id), "an agent or a trunk has the same name; accounts share their names")
    for id, agent in centre.agents.items():
        extension: Path = ("agents", id, "extension")
        if seen.setdefault(agent.extension, id) != id:
            yield Finding(extension, f"{agent.extension} is {seen[agent.extension]}'s already")
        if agent.extension in codes:
            yield Finding(extension, f"{agent.extension} is the feature code {codes[agent.extension]}")
        elif _is_not_ready(centre, agent.extension):
            yield Finding(extension, f"{agent.extension} is the feature code not_ready with a reason")
        if id in trunks:
            yield Finding(("agents", id), "a trunk has the same name; accounts and trunks share their names")


def _tree(centre: Centre, tree: Tree) -> Iterator[Finding]:
    path: Path = ("ivr", tree.id)
    found = [_graph_finding(path, tree, problem) for problem in graph_problems(tree, _entered(centre, tree))]
    for name, node in tree.nodes.items():
        found += _references(centre, (*path, "nodes", name, kind(node)), node)
    if all(finding.severity == "warning" for finding in found):
        found += [_graph_finding(path, tree, problem) for problem in dead_ends(tree)]
    yield from found


def _entered(centre: Centre, tree: Tree) -> list[NodeId]:
    """Its nodes that something else leads to."""
    nodes = (node for other in centre.trees.values() for node in other.nodes.values())
    by_trees = [(node.tree, node.at) for node in nodes if isinstance(node, Enter)]
    treatments = (each for queue in centre.queues.values() for _, each in queue.treatments)
    by_queues = [(each.tree, each.node) for each in treatments if isinstance(each, ToTree)]
    return [node for to, node in by_trees + by_queues if to == tree.id and node is not None]


def _graph_finding(path: Path, tree: Tree, problem: GraphProblem) -> Finding:
    inside = _field(path, problem.node, tree.nodes.get(problem.node), problem.field)
    return Finding(inside, problem.message, "warning" if problem.harmless else "error")


def _field(path: Path, name: NodeId, node: Node | None, field: str) -> Path:
    """Where the file has what the graph check calls `field` of a node."""
    if node is None:
        return (*path, "start")
    parts = ["keys" if part == "branches" else part for part in field.split(".") if part]
    written = tuple(int(part) if parts[0] == "cases" and part.isdigit() else part for part in parts)
    return (*path, "nodes", name, kind(node), *written)


def _references(centre: Centre, path: Path, node: Node) -> Iterator[Finding]:
    match node:
        case Enqueue(queue=queue, requires=requires):
            yield from unknown((*path, "to"), "queue", queue, centre.queues)
            if queue in centre.queues and requires:
                both = merged(centre.queues[queue].requires, requires)
                yield from checks_serving.requirement((*path, "requires"), both, centre, centre.queues[queue])
        case AskCallback(queue=queue):
            yield from unknown((*path, "to"), "queue", queue, centre.queues)
            if queue in centre.queues and centre.queues[queue].callback is None:
                yield Finding((*path, "to"), f"queue {queue} has no callback")
        case Branch(cases=cases):
            for index, case in enumerate(cases):
                for hours in hours_named(parse(case.value)) if case.test == "when" else ():
                    yield from unknown((*path, "cases", index, "when"), "hours", hours, centre.hours)
        case Enter(tree=to, at=at):
            yield from unknown((*path, "to"), "IVR", to, centre.trees)
            if at is not None and to in centre.trees:
                yield from unknown((*path, "at"), "node", at, centre.trees[to].nodes)
        case CallAgent(agent=agent, queue=queue):
            yield from checks_admission.to_agent(path, agent, queue, centre)
        case SendSms() if centre.sms is None:
            yield Finding(path, "needs sms, which says who sends text messages")
        case Forward(trunk=trunk):
            yield from unknown((*path, "trunk"), "trunk", trunk, centre.trunks)
