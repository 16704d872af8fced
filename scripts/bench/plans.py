"""How hard and how long: what is asked of both systems, by the number of agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One number of agents."""

    agents: int
    rate: float
    """Calls a second while there is always an agent idle: about half of them talk."""
    talk_s: float
    backlog_talk_s: float
    """So long that two cores carry what comes: half as much again as the agents can serve."""
    waiting: int
    """Callers kept in line for the backlog."""
    window_s: float
    """Of the steady state; coming to it takes another talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A whole run."""

    rounds: int
    plans: tuple[Plan, ...]
    middle_agents: int
    """Of the measures that are taken with one number of agents only."""
    waiting_callers: int
    waiting_s: float
    rate_agents: int
    rate_talk_s: float
    rate_s: float
    rates: tuple[float, ...]


CLEAN_P99_S: Final = 0.1
"""A rate at which callers wait longer than this for an idle agent's phone to ring is too much."""

FULL: Final = Programme(
    rounds=2,
    plans=(
        Plan(agents=10, rate=10, talk_s=0.5, backlog_talk_s=0.5, waiting=10, window_s=10),
        Plan(agents=100, rate=40, talk_s=1, backlog_talk_s=2, waiting=30, window_s=8),
        Plan(agents=500, rate=80, talk_s=2.5, backlog_talk_s=10, waiting=50, window_s=8),
    ),
    middle_agents=100,
    waiting_callers=100,
    waiting_s=15,
    rate_agents=500,
    rate_talk_s=1,
    rate_s=6,
    rates=(40, 80, 120, 160, 200),
)
QUICK: Final = Programme(
    rounds=1,
    plans=(Plan(agents=100, rate=40, talk_s=1, backlog_talk_s=2, waiting=30, window_s=6),),
    middle_agents=100,
    waiting_callers=100,
    waiting_s=6,
    rate_agents=100,
    rate_talk_s=0.3,
    rate_s=4,
    rates=(80, 120, 160),
)
SMOKE: Final = Programme(
    rounds=1,
    plans=(Plan(agents=4, rate=4, talk_s=0.3, backlog_talk_s=0.3, waiting=2, window_s=1.5),),
    middle_agents=4,
    waiting_callers=5,
    waiting_s=1,
    rate_agents=4,
    rate_talk_s=0.1,
    rate_s=1,
    rates=(5,),
)
"""Only to see that everything works."""
