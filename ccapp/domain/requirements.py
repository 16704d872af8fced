"""What an agent can, and what is asked of him: levels of skills, or an expression over them.

Skill names compare in lower case; a level below 1 is no skill, and no requirement.
"""

from collections.abc import Mapping

from ccapp.domain import expressions
from ccapp.domain.expressions import AllOf, Expression, Node, Range
from ccapp.domain.ids import SkillId

type Skills = Mapping[SkillId, int]
"""Skill -> level, 1 to 10. For an agent what he has, for a call or queue the least that is asked."""

type Requires = Mapping[SkillId, int] | Expression
"""What a queue or call asks: the least level of each skill, or an expression."""


def normal(skills: Skills) -> dict[SkillId, int]:
    """Lower-case names; of two spellings of one name the higher level."""
    result: dict[SkillId, int] = {}
    for name, level in skills.items():
        lower = SkillId(name.lower())
        if level > 0:
            result[lower] = max(level, result.get(lower, 0))
    return result


def merged(requires: Requires, own: Requires) -> Requires:
    """A queue's requirement and a call's own in one: both must be met."""
    if isinstance(requires, str) or isinstance(own, str):
        return _both(requires, own)
    result = normal(requires)
    for name, level in normal(own).items():
        result[name] = max(level, result.get(name, 0))
    return result


def _both(requires: Requires, own: Requires) -> Requires:
    if not requires or not own:
        return requires or own
    return Expression(expressions.told(expressions.all_of((tree(requires), tree(own)))))


def tree(requires: Requires) -> Node:
    """A requirement of either form as an expression's tree."""
    if isinstance(requires, str):
        return expressions.parse(requires)
    return expressions.all_of(Range(skill, level) for skill, level in sorted(normal(requires).items()))


def met(has: Skills, requires: Requires) -> bool:
    if isinstance(requires, str):
        return expressions.holds(expressions.parse(requires), normal(has))
    return lacking(has, requires) is None


def lacking(has: Skills, requires: Skills) -> tuple[SkillId, int, int] | None:
    """The first skill (by name) that keeps an agent from serving: (skill, his level, the level asked)."""
    own = normal(has)
    for name, level in sorted(normal(requires).items()):
        if own.get(name, 0) < level:
            return name, own.get(name, 0), level
    return None


def unmet(has: Skills, requires: Requires) -> str | None:
    """What keeps an agent from serving, in words."""
    if isinstance(requires, str):
        part = expressions.failing(expressions.parse(requires), normal(has))
        return None if part is None else expressions.told(part)
    lack = lacking(has, requires)
    return None if lack is None else f"{lack[0]} {lack[2]}"


def widened(requires: Requires, skill: SkillId, level: int) -> Requires:
    """No more than `level` asked of a skill; 0: nothing. Whoever met it before still does."""
    skill = SkillId(skill.lower())
    if not isinstance(requires, str):
        asked = normal(requires)
        if skill in asked:
            asked[skill] = min(level, asked[skill])
        return normal(asked)
    node = expressions.widened(expressions.parse(requires), skill, level)
    return {} if node == AllOf() else Expression(expressions.told(node))


def wording(requires: Requires) -> str:
    """`spanish 2, support 1`, or the expression as it is; empty when nothing is asked."""
    if isinstance(requires, str):
        return requires
    return ", ".join(f"{skill} {level}" for skill, level in sorted(requires.items()))
