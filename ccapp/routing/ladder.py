"""How those who may serve a call become more while it waits: what is asked less of, and who is let in.

A call climbs both, each by its own times since it entered the queue; it never climbs down. A rung may also be
climbed at once, while nobody is there of those who may serve so far. Which step a call stands on decides its
requirement, and so its Signature; nothing else of routing knows about groups, tiers or relaxation.
"""

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from ccapp.domain.centre import Centre, Queue
from ccapp.domain.ids import AgentId, SkillId
from ccapp.domain.requirements import Requires, widened
from ccapp.domain.serving import AddBackup, AddGroup, AskLess, Standing, of_groups
from ccapp.routing.skills import Members

STANDING = Standing()
NEVER_S = inf
"""Of a rung that time alone does not open."""


class Ease(NamedTuple):
    """From `after_s` on less of a skill is asked (level 0: nothing), or `add` may serve too."""

    after_s: float
    told: str
    skill: SkillId | None = None
    level: int = 0
    add: frozenset[AgentId] = frozenset()


class Rung(NamedTuple):
    """From `after_s` on `members` may serve; `at_once`: or while nobody of those before is there."""

    after_s: float
    told: str
    at_once: bool
    members: Members


class Crowd(NamedTuple):
    """While more than `above` wait, the first of them stand on `rung`."""

    above: int
    rung: int


class Ladder:
    """The steps of one queue. Immutable."""

    __slots__ = ("_members", "crowd", "eases", "rungs")

    def __init__(self, eases: tuple[Ease, ...], rungs: tuple[Rung, ...], crowd: Crowd | None = None) -> None:
        self.crowd = crowd
        self.eases = eases
        self.rungs = rungs
        self._members = [
            [_with_added(rung.members, eases[:n]) for rung in rungs] for n in range(len(eases) + 1)
        ]

    def members(self, eased: int, rung: int) -> Members:
        return self._members[eased][rung]

    def is_plain(self, queue: Queue) -> bool:
        """Whether it says no more than the queue by itself."""
        return not self.eases and len(self.rungs) == 1 and self.rungs[0].members == queue.agents

    def memberships(self) -> Iterator[frozenset[AgentId]]:
        return (members for row in self._members for members in row if members is not None)

    def asks(self, requires: Requires, eased: int) -> Requires:
        """What is asked after so many eases."""
        for ease in self.eases[:eased]:
            if ease.skill is not None:
                requires = widened(requires, ease.skill, ease.level)
        return requires

    def eased(self, entered_at: float, eased: int, now: float) -> int:
        while eased < len(self.eases) and entered_at + self.eases[eased].after_s <= now:
            eased += 1
        return eased

    def rung(self, entered_at: float, rung: int, now: float, *, crowded: bool = False) -> int:
        if crowded and self.crowd is not None:
            rung = max(rung, self.crowd.rung)
        while rung + 1 < len(self.rungs) and entered_at + self.rungs[rung + 1].after_s <= now:
            rung += 1
        return rung

    def may_climb_at_once(self, rung: int) -> bool:
        return rung + 1 < len(self.rungs) and self.rungs[rung + 1].at_once

    def next_at(self, entered_at: float, eased: int, rung: int) -> float | None:
        """When the clock alone takes the call a step further."""
        times = [step.after_s for step in self.eases[eased : eased + 1]]
        times += [step.after_s for step in self.rungs[rung + 1 : rung + 2] if step.after_s < NEVER_S]
        return entered_at + min(times) if times else None

    def told(
        self, entered_at: float, eased: int, rung: int, now: float, *, crowded: bool = False
    ) -> tuple[str, ...]:
        """The steps taken, in words."""
        eases = tuple(f"after {ease.after_s:g} s: {ease.told}" for ease in self.eases[:eased])
        early = "nobody else is there"
        if crowded and self.crowd is not None:
            early = f"more than {self.crowd.above} wait"
        return eases + tuple(
            f"after {step.after_s:g} s: {step.told}"
            if entered_at + step.after_s <= now
            else f"{early}: {step.told}"
            for step in self.rungs[1 : rung + 1]
        )


def _with_added(members: Members, eases: tuple[Ease, ...]) -> Members:
    return None if members is None else members.union(*(ease.add for ease in eases))


# --- of a queue -------------------------------------------------------------------------------------------


def ladder_of(queue: Queue, centre: Centre) -> Ladder:
    rungs = tuple(_rungs(queue, centre))
    return Ladder(tuple(_eases(queue, centre)), rungs, _crowd(queue, centre, rungs))


def _crowd(queue: Queue, centre: Centre, rungs: tuple[Rung, ...]) -> Crowd | None:
    above = queue.groups.backup_above
    if above is None or not queue.groups.backup:
        return None
    [gate] = _backup_gate(queue, centre)
    rung = next(number for number, rung in enumerate(rungs) if rung.after_s == gate.after_s)
    return Crowd(above, rung) if rung else None


def _eases(queue: Queue, centre: Centre) -> Iterator[Ease]:
    for step in sorted(queue.relax, key=lambda step: step.after_s):
        match step:
            case AskLess(after_s=after_s, skill=skill, level=level):
                yield Ease(after_s, f"{skill} {level}" if level else f"without {skill}", skill, level)
            case AddGroup(after_s=after_s, group=group):
                yield Ease(after_s, f"group {group}", add=of_groups(centre.groups, (group,)))
            case AddBackup():
                pass  # a rung


def _rungs(queue: Queue, centre: Centre) -> Iterator[Rung]:
    """Those let in at the same time are one rung; the first is there from the start."""
    primary = centre.primary(queue)
    gates = [*_backup_gate(queue, centre)]
    if queue.tier_rules is None and not any(gate.after_s for gate in gates):
        everyone = None if primary is None else primary.union(*(gate.members or () for gate in gates))
        yield Rung(0.0, "", False, everyone)
        return
    gates = [*_level_gates(queue, frozenset(centre.agents) if primary is None else primary), *gates]
    members: frozenset[AgentId] = frozenset()
    for after_s in sorted({0.0, *(gate.after_s for gate in gates)}):
        opening = [gate for gate in gates if gate.after_s == after_s]
        members = members.union(*(gate.members or () for gate in opening))
        told = " and ".join(gate.told for gate in opening)
        yield Rung(after_s, told, any(gate.at_once for gate in opening), members)


def _level_gates(queue: Queue, primary: frozenset[AgentId]) -> Iterator[Rung]:
    rules = queue.tier_rules
    levels: dict[int, set[AgentId]] = {}
    for agent in primary:
        levels.setdefault(queue.tiers.get(agent, STANDING).level, set()).add(agent)
    for level in sorted(levels):
        after_s = 0.0
        if rules is not None and level > 1:
            after_s = rules.wait_s * (level if rules.multiply_by_level else 1)
        at_once = rules is not None and rules.no_agent_no_wait
        yield Rung(after_s, f"level {level}", at_once, frozenset(levels[level]))


def _backup_gate(queue: Queue, centre: Centre) -> Iterator[Rung]:
    if not queue.groups.backup:
        return
    times = [step.after_s for step in queue.relax if isinstance(step, AddBackup)]
    if queue.groups.backup_after_s is not None:
        times.append(queue.groups.backup_after_s)
    members = of_groups(centre.groups, queue.groups.backup)
    otherwise_s = 0.0 if queue.groups.backup_above is None else NEVER_S
    yield Rung(min(times, default=otherwise_s), "backup groups", True, members)


def levels_of(queue: Queue, centre: Centre) -> dict[AgentId, int]:
    """The levels of those who are not on the first: tiers, then the backups, then those added with time."""
    primary = centre.primary(queue)
    levels = {agent: standing.level for agent, standing in queue.tiers.items()}
    everyone = centre.members(queue)
    if primary is None or everyone is None:
        return {agent: level for agent, level in levels.items() if level != 1}
    top = max((levels.get(agent, 1) for agent in primary), default=0)
    ranked = {agent: levels.get(agent, 1) for agent in primary}
    backup = of_groups(centre.groups, queue.groups.backup) - primary
    ranked |= {agent: top + levels.get(agent, 1) for agent in backup}
    last = max(ranked.values(), default=0) + 1
    ranked |= dict.fromkeys(everyone - ranked.keys(), last)
    return {agent: level for agent, level in ranked.items() if level != 1}
