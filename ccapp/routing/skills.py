"""Skill levels as bits, so that "may he serve it?" is one AND.

An agent with level 3 of a skill has its bits 1, 2 and 3; a requirement of level 2 has bit 2 alone. Being one
of the agents a queue names is a bit as well. A requirement is one or more Ways, each a set of bits an agent
must have and a set of which he must have none; he may serve when he fits one of them.

An expression with too many ways is asked of each agent, once; nothing of this is done when a call comes.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from ccapp.domain.centre import Agent
from ccapp.domain.expressions import Alternative, Expression, Node, alternatives, holds, parse
from ccapp.domain.ids import AgentId
from ccapp.domain.requirements import Requires, Skills, normal

type Bit = Hashable
"""(skill, level), or the frozenset of the agents a queue names."""

type Members = frozenset[AgentId] | None


class Way(NamedTuple):
    """One way to meet a requirement: bits he must have, bits he must have none of."""

    have: int
    none_of: int = 0

    def covers(self, other: "Way") -> bool:
        """Whether everyone who fits `other` fits this one too."""
        return other.have & self.have == self.have and other.none_of & self.none_of == self.none_of


class Unlisted(NamedTuple):
    """An expression of too many ways: it is its own name."""

    text: Expression
    members: Members


type Key = frozenset[Way] | Unlisted
"""What makes two requirements the same one. No ways at all: nobody can meet it."""


class Bits:
    """The numbering of all bits any agent has, fixed for one configuration."""

    def __init__(self, agents: Iterable[Agent], memberships: Iterable[frozenset[AgentId]]) -> None:
        self._place: dict[Bit, int] = {}
        self.masks: dict[AgentId, int] = {}
        self._holders: dict[int, list[AgentId]] = {}
        self._skills: dict[AgentId, Skills] = {}
        for agent in agents:
            self.masks[agent.id] = 0
            self._skills[agent.id] = normal(agent.skills)
            for name, level in self._skills[agent.id].items():
                for step in range(1, level + 1):
                    self._give(agent.id, (name, step))
        for team in dict.fromkeys(memberships):
            for member in sorted(team & self.masks.keys()):
                self._give(member, team)

    def _give(self, agent: AgentId, bit: Bit) -> None:
        place = self._place.setdefault(bit, len(self._place))
        self._holders.setdefault(place, []).append(agent)
        self.masks[agent] |= 1 << place

    # --- requirements -------------------------------------------------------------------------------------

    def key(self, requires: Requires, members: Members) -> Key:
        if not isinstance(requires, str):
            way = self._of_bits([*normal(requires).items()], [], members)
            return frozenset(() if way is None else (way,))
        listed = alternatives(parse(requires))
        if listed is None:
            return Unlisted(requires, members)
        ways = [way for each in listed if (way := self._of_ranges(each, members)) is not None]
        return frozenset(_widest(ways))

    def _of_ranges(self, ranges: Alternative, members: Members) -> Way | None:
        have: list[Bit] = [(skill, low) for skill, (low, _) in ranges.items() if low > 0]
        none_of: list[Bit] = [(skill, high + 1) for skill, (_, high) in ranges.items() if high is not None]
        return self._of_bits(have, none_of, members)

    def _of_bits(self, have: list[Bit], none_of: list[Bit], members: Members) -> Way | None:
        """None when no agent at all has one of the bits that are needed."""
        if members is not None:
            have = [*have, members]
        places = [self._place[bit] for bit in have if bit in self._place]
        if len(places) < len(have):
            return None
        return Way(_mask(places), _mask(self._place[bit] for bit in none_of if bit in self._place))

    # --- who meets them -----------------------------------------------------------------------------------

    def capable(self, key: Key) -> list[AgentId]:
        """All who meet it, by id."""
        if isinstance(key, Unlisted):
            node = parse(key.text)
            return [agent for agent in self._team(key.members) if self._meets(agent, node)]
        each = [self._fitting(way) for way in key]
        return each[0] if len(each) == 1 else sorted(set().union(*each))

    def _fitting(self, way: Way) -> list[AgentId]:
        fewest = min((self._holders[place] for place in _places(way.have)), key=len, default=None)
        needed: Iterable[AgentId] = self.masks if fewest is None else fewest
        masks, have, none_of = self.masks, way.have, way.none_of
        return [agent for agent in needed if masks[agent] & have == have and not masks[agent] & none_of]

    def _team(self, members: Members) -> Iterable[AgentId]:
        return self.masks if members is None else sorted(members & self.masks.keys())

    def _meets(self, agent: AgentId, node: Node) -> bool:
        return holds(node, self._skills[agent])


def _widest(ways: list[Way]) -> list[Way]:
    """Without those that another one covers."""
    distinct = list(dict.fromkeys(ways))
    return [way for way in distinct if not any(other is not way and other.covers(way) for other in distinct)]


def _mask(places: Iterable[int]) -> int:
    mask = 0
    for place in places:
        mask |= 1 << place
    return mask


def _places(mask: int) -> Iterable[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
