"""Skill levels as bits, so that "may he serve it?" is one AND.

An agent with level 3 of a skill has its bits 1, 2 and 3; a requirement of level 2 has bit 2 alone. Being one
of the agents a queue names is a bit as well. An agent may serve a requirement when he has all of its bits.
Skill names compare in lower case; a level below 1 is no skill, and no requirement.
"""

from collections.abc import Hashable, Iterable, Mapping

from ccapp.domain.centre import Agent, Skills
from ccapp.domain.ids import AgentId, SkillId

type Bit = Hashable
"""(skill, level), or the frozenset of the agents a queue names."""


def normal(skills: Skills) -> dict[SkillId, int]:
    """Lower-case names; of two spellings of one name the higher level."""
    result: dict[SkillId, int] = {}
    for name, level in skills.items():
        lower = SkillId(name.lower())
        if level > 0:
            result[lower] = max(level, result.get(lower, 0))
    return result


def merged(requires: Skills, own: Skills) -> dict[SkillId, int]:
    """A queue's requirement and a call's own in one: of each skill the higher level."""
    result = normal(requires)
    for name, level in normal(own).items():
        result[name] = max(level, result.get(name, 0))
    return result


def lacking(has: Skills, requires: Skills) -> tuple[SkillId, int, int] | None:
    """The first skill (by name) that keeps an agent from serving: (skill, his level, the level asked)."""
    own = normal(has)
    for name, level in sorted(normal(requires).items()):
        if own.get(name, 0) < level:
            return name, own.get(name, 0), level
    return None


class Bits:
    """The numbering of all bits any agent has, fixed for one configuration."""

    def __init__(self, agents: Iterable[Agent], memberships: Iterable[frozenset[AgentId]]) -> None:
        self._place: dict[Bit, int] = {}
        self.masks: dict[AgentId, int] = {}
        self.holders: dict[int, list[AgentId]] = {}
        for agent in agents:
            self.masks[agent.id] = 0
            for name, level in normal(agent.skills).items():
                for step in range(1, level + 1):
                    self._give(agent.id, (name, step))
        for team in dict.fromkeys(memberships):
            for member in sorted(team & self.masks.keys()):
                self._give(member, team)

    def _give(self, agent: AgentId, bit: Bit) -> None:
        place = self._place.setdefault(bit, len(self._place))
        self.holders.setdefault(place, []).append(agent)
        self.masks[agent] |= 1 << place

    def wanted(self, requires: Mapping[SkillId, int], members: frozenset[AgentId] | None) -> list[int] | None:
        """The places of a requirement's bits; None when no agent at all can meet one of them."""
        bits: list[Bit] = list(normal(requires).items())
        if members is not None:
            bits.append(members)
        places = [self._place[bit] for bit in bits if bit in self._place]
        return sorted(places) if len(places) == len(bits) else None
