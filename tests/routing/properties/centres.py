"""Centres of all kinds, as the machines begin and reconfigure: who is there, what the queues are like."""

from typing import Any

from hypothesis import strategies as st

from ccapp.domain.admission import WhenEmpty
from ccapp.domain.centre import Agent, BreakLimit, Centre, Outside, Queue
from ccapp.domain.expressions import Expression
from ccapp.domain.hours import Hours, Span
from ccapp.domain.ids import AgentId, GroupId, HoursId, QueueId, SkillId, TrunkId
from ccapp.domain.managers import ManagerRules
from ccapp.domain.serving import (
    NO_GROUPS,
    AddBackup,
    AddGroup,
    AskLess,
    Group,
    QueueGroups,
    Relaxation,
    Standing,
    Strategy,
    TierRules,
)

AGENTS = [AgentId(name) for name in ("ann", "ben", "cat", "dan")]
QUEUES = [QueueId(name) for name in ("sales", "help", "vip")]
LONG = Expression(" and ".join(["(a or b or x>=1)", *(f"(x{n} or a or b or not y{n})" for n in range(9))]))
"""Of more ways than are listed: asked of each agent."""
SKILLS = st.sampled_from(
    [{}, {"a": 1}, {"B": 1}, {"A": 2}, {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 3, "c": 1}]
)
ASKED = st.sampled_from(
    [
        {},
        {},
        {},
        {"a": 1},
        {"A": 2},
        {"b": 1},
        {"c": 1},
        "a=1 or (b and not c)",
        "not c",
        "c<1 and b>=0",
        LONG,
    ]
)
CREWS = [AGENTS, AGENTS, AGENTS[:3], AGENTS[1:], AGENTS[:2]]
LINES = [QUEUES, QUEUES, QUEUES[:2], QUEUES[1:]]
SECONDS = st.sampled_from([0.0, 1.0, 2.5, 10.0])

NORTH, SOUTH = GroupId("north"), GroupId("south")
GROUPED = [
    QueueGroups(primary=(NORTH,)),
    QueueGroups(primary=(NORTH,), backup=(SOUTH,)),
    QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_after_s=2.5),
    QueueGroups(backup=(SOUTH, NORTH), backup_after_s=5.0),
    QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_above=1),
]
STANDINGS = st.builds(Standing, level=st.integers(1, 3), position=st.integers(1, 2), weight=st.integers(1, 3))
RULES = [
    TierRules(wait_s=2.5, multiply_by_level=multiply, no_agent_no_wait=at_once)
    for multiply in (False, True)
    for at_once in (False, True)
]
AFTER_S = st.sampled_from([0.0, 1.0, 2.5, 10.0])
RELAX: st.SearchStrategy[Relaxation] = st.one_of(
    st.builds(
        AskLess, after_s=AFTER_S, skill=st.sampled_from([SkillId("a"), SkillId("B")]), level=st.integers(0, 1)
    ),
    st.builds(AddGroup, after_s=AFTER_S, group=st.sampled_from([NORTH, SOUTH])),
    st.builds(AddBackup, after_s=AFTER_S),
)
MANAGERS = [ManagerRules(wait_s=wait_s) for wait_s in (0.0, 2.5, 10.0)]
QUEUE_SETTINGS = st.fixed_dictionaries(
    {
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "requires": ASKED,
        "agents": st.sampled_from([None, None, None, frozenset(AGENTS[:2]), frozenset(AGENTS[1:])]),
        "groups": st.sampled_from([NO_GROUPS, NO_GROUPS, *GROUPED]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "tier_rules": st.sampled_from([None, None, *RULES]),
        "relax": st.one_of(st.just(()), st.lists(RELAX, max_size=3).map(tuple)),
        "strategy": st.sampled_from([*[Strategy.LONGEST_IDLE] * 6, *Strategy]),
        "priority_s": st.sampled_from([0.0, 0.0, 30.0]),
        "priority": st.sampled_from([0, 0, 0, 1, 2]),
        "service_probability": st.sampled_from([1.0, 1.0, 0.5]),
        "overdue_s": st.sampled_from([0.0, 2.5, 25.0]),
        "wait_s_max": st.sampled_from([None, None, None, 12.0]),
        "no_agent_wait_s_max": st.sampled_from([None, None, 5.0]),
        "no_agent_grace_s": st.just(2.0),
        "leave_when_empty": st.sampled_from([*[WhenEmpty.NO] * 4, WhenEmpty.YES, WhenEmpty.STRICT]),
        "retry_same_agent_s": SECONDS,
        "wrap_up_s": SECONDS,
        "manager": st.sampled_from([None, *MANAGERS]),
    }
)
MINUTES = Hours(id=HoursId("minutes"), weekly={"thu": (Span(0, 1), Span(2, 3), Span(4, 1440))})
"""Of 1970-01-01, when these tests begin."""
AGENT_SETTINGS = st.fixed_dictionaries(
    {
        "outside": st.sampled_from(
            [None, None, None]
            + [
                Outside(number="1", trunk=TrunkId("t"), hours=hours, always_ready=ready)
                for hours in (None, MINUTES.id)
                for ready in (False, True)
            ]
        ),
        "skills": SKILLS,
        "max_misses": st.integers(0, 2),
        "reject_delay_s": SECONDS,
        "no_answer_delay_s": SECONDS,
        "lag_s": st.sampled_from([0.0, 0.0, 7.0]),
        "ban_s": st.sampled_from([0.0, 0.0, 30.0]),
        "wrap_up_s": st.one_of(st.none(), SECONDS),
    }
)
AT_ONCE = st.sampled_from([None, None, 1, 2])
LIMITS = st.dictionaries(
    st.just("lunch"), st.builds(BreakLimit, limit_s=st.sampled_from([5.0, 50.0]), then_away=st.booleans())
)


@st.composite
def centres(draw: st.DrawFn, settings: st.SearchStrategy[dict[str, Any]] = QUEUE_SETTINGS) -> Centre:
    agents: dict[AgentId, dict[str, Any]] = {
        name: draw(AGENT_SETTINGS) for name in draw(st.sampled_from(CREWS))
    }
    queues = {name: draw(settings) for name in draw(st.sampled_from(LINES))}
    members = st.frozensets(st.sampled_from(sorted(agents)))
    return Centre(
        groups={
            name: Group(id=name, agents=draw(members), at_once_max=draw(AT_ONCE)) for name in (NORTH, SOUTH)
        },
        agents={name: Agent(id=name, name=name, extension=name, **more) for name, more in agents.items()},
        queues={name: Queue(id=name, name=name, **more) for name, more in queues.items()},
        break_limits=draw(LIMITS),
        hours={MINUTES.id: MINUTES},
    )
