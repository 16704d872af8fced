"""The part of the file that says who serves: groups, a queue's groups, tiers and relaxation."""

from typing import Any, Self

from pydantic import Field, model_validator

from ccapp.config.fields import AgentName, GroupName, Level, Part, Seconds, SkillName
from ccapp.domain import serving
from ccapp.domain.ids import AgentId, GroupId

RELAX_MAX = 20


class GroupPart(Part):
    agents: tuple[AgentName, ...] = Field(())
    at_once_max: int | None = Field(None, ge=1, le=10_000)

    def value(self, id: GroupId) -> serving.Group:
        return serving.Group(id=id, agents=frozenset(self.agents), at_once_max=self.at_once_max)

    @classmethod
    def of(cls, group: serving.Group) -> Self:
        return cls(agents=tuple(sorted(group.agents)), at_once_max=group.at_once_max)


class QueueGroupsPart(Part):
    """`{primary: [north], backup: [south], backup_after_s: 15}`."""

    primary: tuple[GroupName, ...] = Field((), max_length=100)
    backup: tuple[GroupName, ...] = Field((), max_length=100)
    backup_after_s: Seconds | None = None
    backup_above: int | None = Field(None, ge=1, le=10_000)

    @model_validator(mode="after")
    def _some_to_wait_for(self) -> Self:
        if self.backup_after_s is not None and not self.backup:
            raise ValueError("backup_after_s goes with backup groups")
        if self.backup_above is not None and not self.backup:
            raise ValueError("backup_above goes with backup groups")
        return self

    def value(self) -> serving.QueueGroups:
        return serving.QueueGroups(**dict(self))

    @classmethod
    def of(cls, groups: serving.QueueGroups) -> Self:
        return cls(**{name: getattr(groups, name) for name in cls.model_fields})


class StandingPart(Part):
    level: int = Field(1, ge=1, le=100)
    position: int = Field(1, ge=1, le=10_000)
    weight: int = Field(1, ge=1, le=1000)

    def value(self) -> serving.Standing:
        return serving.Standing(**dict(self))

    @classmethod
    def of(cls, standing: serving.Standing) -> Self:
        return cls(level=standing.level, position=standing.position, weight=standing.weight)


def standings(tiers: dict[AgentName, StandingPart]) -> dict[AgentId, serving.Standing]:
    return {agent: part.value() for agent, part in tiers.items()}


class TierRulesPart(Part):
    wait_s: Seconds = 0.0
    multiply_by_level: bool = False
    no_agent_no_wait: bool = True

    def value(self) -> serving.TierRules:
        return serving.TierRules(**dict(self))

    @classmethod
    def of(cls, rules: serving.TierRules) -> Self:
        return cls(
            wait_s=rules.wait_s,
            multiply_by_level=rules.multiply_by_level,
            no_agent_no_wait=rules.no_agent_no_wait,
        )


KINDS = ("skill", "drop", "add_group", "backup")


class RelaxPart(Part):
    """One step: `{after_s: 20, skill: spanish, level: 1}`, or with `drop`, `add_group` or `backup`."""

    after_s: Seconds
    skill: SkillName | None = None
    level: Level | None = None
    drop: SkillName | None = None
    add_group: GroupName | None = None
    backup: bool | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(KINDS)}")
        if (self.skill is None) != (self.level is None):
            raise ValueError("skill and level go together")
        if self.backup is False:
            raise ValueError("backup is true, or not written")
        return self

    def value(self) -> serving.Relaxation:
        if self.skill is not None and self.level is not None:
            return serving.AskLess(after_s=self.after_s, skill=self.skill, level=self.level)
        if self.drop is not None:
            return serving.AskLess(after_s=self.after_s, skill=self.drop)
        if self.add_group is not None:
            return serving.AddGroup(after_s=self.after_s, group=self.add_group)
        return serving.AddBackup(after_s=self.after_s)

    @classmethod
    def of(cls, step: serving.Relaxation) -> Self:
        more: dict[str, Any]
        match step:
            case serving.AskLess(skill=skill, level=0):
                more = {"drop": skill}
            case serving.AskLess(skill=skill, level=level):
                more = {"skill": skill, "level": level}
            case serving.AddGroup(group=group):
                more = {"add_group": group}
            case serving.AddBackup():
                more = {"backup": True}
        return cls(after_s=step.after_s, **more)
