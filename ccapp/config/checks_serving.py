"""What is said of who serves must hold: groups and agents that exist, steps that matter, somebody who can."""

from collections.abc import Iterator

from ccapp.config.problem import Finding, Path, did_you_mean, unknown
from ccapp.domain.centre import Centre, Queue
from ccapp.domain.expressions import alternatives, parse, ranges
from ccapp.domain.ids import AgentId, SkillId
from ccapp.domain.requirements import Requires, met, widened, wording
from ccapp.domain.serving import AddBackup, AddGroup, AskLess, Relaxation


def groups(centre: Centre) -> Iterator[Finding]:
    for id, group in centre.groups.items():
        for agent in sorted(group.agents):
            yield from unknown(("groups", id, "agents", agent), "agent", agent, centre.agents)


def queues(centre: Centre) -> Iterator[Finding]:
    for id, queue in centre.queues.items():
        path: Path = ("queues", id)
        for agent in sorted(queue.agents or ()):
            yield from unknown((*path, "agents", agent), "agent", agent, centre.agents)
        yield from _groups_of(path, queue, centre)
        yield from _tiers_of(path, queue, centre)
        for number, step in enumerate(queue.relax):
            yield from _step(((*path, "relax", number)), step, queue, centre)
        yield from requirement((*path, "requires"), queue.requires, centre, queue)


def _groups_of(path: Path, queue: Queue, centre: Centre) -> Iterator[Finding]:
    for kind, names in (("primary", queue.groups.primary), ("backup", queue.groups.backup)):
        for number, name in enumerate(names):
            yield from unknown((*path, "groups", kind, number), "group", name, centre.groups)
    if queue.groups.backup and centre.primary(queue) is None:
        yield Finding(
            (*path, "groups", "backup"), "backs nobody up: there is neither a primary group nor agents"
        )


def _tiers_of(path: Path, queue: Queue, centre: Centre) -> Iterator[Finding]:
    members = centre.members(queue)
    for agent in queue.tiers:
        inside = (*path, "tiers", agent)
        yield from unknown(inside, "agent", agent, centre.agents)
        if agent in centre.agents and members is not None and agent not in members:
            yield Finding(inside, f"{agent} does not serve this queue", "warning")


def _step(path: Path, step: Relaxation, queue: Queue, centre: Centre) -> Iterator[Finding]:
    match step:
        case AskLess(skill=skill, level=level):
            known = {skill for agent in centre.agents.values() for skill in agent.skills}
            asked = needed(queue.requires)
            if skill not in known and skill not in asked:
                field = "skill" if level else "drop"
                yield Finding((*path, field), f'no agent has the skill "{skill}"{did_you_mean(skill, known)}')
        case AddGroup(group=group):
            yield from unknown((*path, "add_group"), "group", group, centre.groups)
            if centre.primary(queue) is None:
                yield Finding(
                    (*path, "add_group"), "changes nothing: everyone with the skills serves", "warning"
                )
        case AddBackup():
            if not queue.groups.backup:
                yield Finding((*path, "backup"), "there are no backup groups")


def requirement(path: Path, requires: Requires, centre: Centre, queue: Queue) -> Iterator[Finding]:
    """Unknown skills, and a warning when no agent has all that is asked."""
    members = centre.members(queue)
    if _somebody(requires, centre, members):
        return
    if _somebody(_at_last(requires, queue), centre, members):
        yield Finding(
            path, f"no agent can serve it before it is relaxed (skills asked: {wording(requires)})", "warning"
        )
        return
    if isinstance(requires, str) and alternatives(parse(requires)) == []:
        yield Finding(path, "nobody can ever meet it: it contradicts itself")
        return
    known = {skill for agent in centre.agents.values() for skill in agent.skills}
    strange = [skill for skill in needed(requires) if skill not in known]
    for skill in strange:
        yield Finding((*path, skill), f'no agent has the skill "{skill}"{did_you_mean(skill, known)}')
    if not strange:
        yield Finding(path, f"no agent can serve it (skills asked: {_listed(requires) or 'none'})", "warning")


def _somebody(requires: Requires, centre: Centre, members: frozenset[AgentId] | None) -> bool:
    agents = (agent for agent in centre.agents.values() if members is None or agent.id in members)
    return any(met(agent.skills, requires) for agent in agents)


def _at_last(requires: Requires, queue: Queue) -> Requires:
    """What is still asked when a call has waited long."""
    for step in queue.relax:
        if isinstance(step, AskLess):
            requires = widened(requires, step.skill, step.level)
    return requires


def needed(requires: Requires) -> list[SkillId]:
    """The skills of which a level is asked, not only the lack."""
    if isinstance(requires, str):
        return list(dict.fromkeys(each.skill for each in ranges(parse(requires)) if each.low > 0))
    return list(requires)


def _listed(requires: Requires) -> str:
    if isinstance(requires, str):
        return requires
    return ", ".join(f"{skill} {level}" for skill, level in requires.items())
