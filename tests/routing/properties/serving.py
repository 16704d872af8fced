"""Who may serve a call and who should be chosen, said plainly: by looking at everything, every time.

Written from the specification and not from the Router: it knows neither ladders nor signatures nor benches.
"""

import math
import re
from collections.abc import Iterator, Mapping

from ccapp.domain.centre import Centre, Queue
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, GroupId
from ccapp.domain.requirements import Requires, Skills
from ccapp.domain.serving import AddBackup, AddGroup, AskLess, Standing, Strategy


class Has:
    """A level of a skill of which no more than `enough` is asked; 0: it does not matter."""

    def __init__(self, level: int, enough: int) -> None:
        self.level, self.enough = level, enough

    def __ge__(self, asked: int) -> bool:
        return self.level >= min(asked, self.enough)

    def __lt__(self, asked: int) -> bool:
        return self.enough == 0 or self.level < asked

    def __eq__(self, asked: object) -> bool:
        assert isinstance(asked, int)
        return self.enough == 0 or min(asked, self.enough) <= self.level <= asked

    __hash__ = None  # type: ignore[assignment]


def asked_for(skills: Skills, requires: Requires, enough: Mapping[str, int] | None = None) -> bool:
    """Whether an agent with these skills is asked for, an expression being read by Python itself.

    `enough` of a skill will do though more is asked; what is asked not to be there is taken as it stands.
    """
    has = {name.lower(): level for name, level in skills.items()}
    enough = enough or {}
    if not isinstance(requires, str):
        return all(has.get(n, 0) >= min(level, enough.get(n, 99)) for n, level in lowered(requires))
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", requires)
    text = re.sub(r"\b(?!and\b|or\b|not\b)([a-z]\w*)\b(?!\s*[<>=!])", r"(\1>=1)", text)
    names = {name: Has(has.get(name, 0), enough.get(name, 99)) for name in re.findall(r"[a-z]\w*", text)}
    return bool(eval(text, {name: value for name, value in names.items() if name not in WORDS}))


def lowered(requires: Skills) -> Iterator[tuple[str, int]]:
    return ((name.lower(), level) for name, level in requires.items())


WORDS = ("and", "or", "not")


class Serving:
    """Of one configuration: gates, members and levels."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre

    def _in(self, names: tuple[GroupId, ...], agent: AgentId) -> bool:
        return any(agent in self.centre.groups[name].agents for name in names if name in self.centre.groups)

    def is_primary(self, queue: Queue, agent: AgentId) -> bool:
        if queue.agents is None and not queue.groups.primary:
            return True
        return agent in (queue.agents or ()) or self._in(queue.groups.primary, agent)

    def gates(self, queue: Queue) -> Iterator[tuple[float, bool, AgentId]]:
        """(after how many seconds, or at once when nobody is there?, who comes in)."""
        rules = queue.tier_rules
        for agent in self.centre.agents:
            if self.is_primary(queue, agent):
                level = queue.tiers.get(agent, Standing()).level
                after_s = 0.0
                if rules is not None and level > 1:
                    after_s = rules.wait_s * level if rules.multiply_by_level else rules.wait_s
                yield after_s, rules is not None and rules.no_agent_no_wait, agent
            if self._in(queue.groups.backup, agent):
                yield self.backup_after_s(queue), True, agent

    def backup_after_s(self, queue: Queue) -> float:
        times = [step.after_s for step in queue.relax if isinstance(step, AddBackup)]
        if queue.groups.backup_after_s is not None:
            times.append(queue.groups.backup_after_s)
        return min(times, default=0.0 if queue.groups.backup_above is None else math.inf)

    def next_gate(self, queue: Queue, open_s: float) -> tuple[float, bool] | None:
        """The first gate still shut when those up to `open_s` are open, and whether it may open at once."""
        shut = [(after_s, at_once) for after_s, at_once, _ in self.all_gates(queue) if after_s > open_s]
        if not shut:
            return None
        first = min(after_s for after_s, _ in shut)
        return first, any(at_once for after_s, at_once in shut if after_s == first)

    def all_gates(self, queue: Queue) -> list[tuple[float, bool, AgentId]]:
        """Also those nobody comes in by: of backup groups without agents."""
        gates = list(self.gates(queue))
        if queue.groups.backup:
            gates.append((self.backup_after_s(queue), True, AgentId("")))
        return gates

    def may(self, agent: AgentId, queue: Queue, own: Requires, *, waited: float, open_s: float) -> bool:
        """Whether he may serve, after so long a wait, with the gates up to `open_s` open."""
        steps = [step for step in queue.relax if step.after_s <= waited]
        let_in = any(who == agent and after_s <= max(waited, open_s) for after_s, _, who in self.gates(queue))
        let_in = let_in or any(self._in((s.group,), agent) for s in steps if isinstance(s, AddGroup))
        enough: dict[str, int] = {}
        for step in steps:
            if isinstance(step, AskLess):
                skill = step.skill.lower()
                enough[skill] = min(step.level, enough.get(skill, 99))
        skills = self.centre.agents[agent].skills
        return let_in and asked_for(skills, queue.requires, enough) and asked_for(skills, own, enough)

    # --- the order ----------------------------------------------------------------------------------------

    def level(self, queue: Queue, agent: AgentId) -> int:
        def tier(one: AgentId) -> int:
            return queue.tiers.get(one, Standing()).level

        if queue.agents is None and not queue.groups.primary:
            return tier(agent)
        everyone = set(queue.agents or ()).union(*(group.agents for group in self.centre.groups.values()))
        primary = [one for one in everyone if self.is_primary(queue, one)]
        top = max(map(tier, primary), default=0)
        if agent in primary:
            return tier(agent)
        backup = [one for one in everyone if one not in primary and self._in(queue.groups.backup, one)]
        if agent in backup:
            return top + tier(agent)
        return max([top, *(top + tier(one) for one in backup)]) + 1

    def is_ordered(self, queue: Queue) -> bool:
        """Whether the queue chooses otherwise than by the longest idle."""
        if queue.strategy is not Strategy.LONGEST_IDLE or queue.kind is Kind.FIFO:
            return True
        if queue.agents is None and not queue.groups.primary:
            return any(standing.level != 1 for standing in queue.tiers.values())
        names = (*queue.groups.backup, *(s.group for s in queue.relax if isinstance(s, AddGroup)))
        everyone = set(queue.agents or ()).union(*(group.agents for group in self.centre.groups.values()))
        able = [one for one in everyone if self.is_primary(queue, one) or self._in(names, one)]
        return any(self.level(queue, one) != 1 for one in able)
