"""Who serves a queue: groups, tiers, what is asked less of with time, how one of the free is chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ccapp.domain.ids import AgentId, GroupId, SkillId


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Agents under one name. An agent may be in several."""

    id: GroupId
    agents: frozenset[AgentId] = frozenset()
    at_once_max: int | None = None  # so many of them are on calls at once; None: all


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGroups:
    """The groups of a queue. All primary groups are one pool, and so are all backups.

    Backups serve when no primary agent is free; with `backup_after_s` only after so long a wait, with
    `backup_above` only the first callers, as many as there are more than that; either way also while no
    primary agent who could serve is there (ready, with a phone).
    """

    primary: tuple[GroupId, ...] = ()
    backup: tuple[GroupId, ...] = ()
    backup_after_s: float | None = None
    backup_above: int | None = None


NO_GROUPS = QueueGroups()


class Strategy(StrEnum):
    """Who of the free on the lowest level is chosen when a call comes.

    An agent who comes free takes the oldest call he may serve, whatever its queue's strategy.
    """

    LONGEST_IDLE = "longest_idle"  # of the least widely skilled
    ROUND_ROBIN = "round_robin"  # whom this queue has offered a call least recently
    TOP_DOWN = "top_down"  # by position, always from the top
    FEWEST_CALLS = "fewest_calls"  # answered since he logged in, in all queues
    LEAST_TALK_TIME = "least_talk_time"  # since he logged in, in all queues
    SEQUENTIAL = "sequential"  # by position; equals in turn
    RANDOM = "random"
    WEIGHTED = "weighted"  # random, by weight
    RING_ALL = "ring_all"  # everybody at once: who answers first has the call
    RING_PROGRESSIVELY = "ring_progressively"  # one more every few seconds, while the others ring on


RINGS_SEVERAL = frozenset({Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An agent's place among those who serve one queue."""

    level: int = 1  # lower ones are chosen first
    position: int = 1  # within the level, for the strategies that go by it
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRules:
    """When the next level may serve too. Without rules all may at once, lower levels first."""

    wait_s: float = 0.0
    multiply_by_level: bool = False  # level n waits n times as long
    no_agent_no_wait: bool = True  # at once while nobody who could serve is there on the levels before


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLess:
    """No more than `level` of a skill is asked any more; 0: the skill does not matter."""

    after_s: float
    skill: SkillId
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGroup:
    after_s: float
    group: GroupId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBackup:
    after_s: float


type Relaxation = AskLess | AddGroup | AddBackup


def of_groups(groups: Mapping[GroupId, Group], names: tuple[GroupId, ...]) -> frozenset[AgentId]:
    """All agents of the groups; one that is not configured has none."""
    return frozenset().union(*(groups[name].agents for name in names if name in groups))


def added(relax: tuple[Relaxation, ...]) -> Iterator[GroupId]:
    return (step.group for step in relax if isinstance(step, AddGroup))
