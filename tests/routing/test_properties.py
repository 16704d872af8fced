"""Any order of events, against a brute-force model that scans everything.

The model knows no index: it reads skill levels, memberships and presences, and checks every single decision
at the instant it was made. A second Router hears the same and must decide the same.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ccapp.domain.admission import ExitReason, WhenEmpty
from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, BreakLimit, Centre, Outside, Queue
from ccapp.domain.expressions import Expression
from ccapp.domain.fifo import Kind
from ccapp.domain.hours import Hours, Span
from ccapp.domain.ids import AgentId, GroupId, HoursId, OfferId, QueueId, SkillId, TrunkId, VisitId
from ccapp.domain.listing import Listed
from ccapp.domain.managers import ManagerRules, Missed
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, State, SubState, Traffic
from ccapp.domain.priorities import CALLER_PRIORITY
from ccapp.domain.requirements import Requires, merged
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
from ccapp.routing.crews import is_watched
from ccapp.routing.decisions import (
    Decision,
    Dismissed,
    ListChanged,
    ListWanted,
    ManagerMissed,
    Moved,
    Offer,
    WaitingCall,
    Withdrawn,
    WrapUpOver,
)
from ccapp.routing.experience import Experience
from ccapp.routing.forecast import Forecast
from ccapp.routing.presence import TABLE, Line, standing
from ccapp.routing.router import Router, UnknownOffer
from tests.routing.model import Serving

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
OWN_LINES = (
    Line.DIALS, Line.RUNG, Line.CONNECTED, Line.NOT_REACHED, Line.OWN_TALK_ENDED, Line.HELD, Line.RESUMED,
    Line.TRANSFERS, Line.CONFERS, Line.TOGETHER_AGAIN, Line.UNPROVEN,
)  # fmt: skip
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
WIDENING = st.fixed_dictionaries(
    {
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "requires": st.sampled_from([{}, {}, {"a": 2}, "a>=2 and (b or not c)"]),
        "groups": st.sampled_from(
            [
                QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_after_s=10.0),
                QueueGroups(primary=(NORTH,), backup=(SOUTH,)),
                QueueGroups(primary=(NORTH,)),
                QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_above=1),
                QueueGroups(primary=(NORTH,), backup=(SOUTH,), backup_above=2, backup_after_s=10.0),
            ]
        ),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "tier_rules": st.sampled_from([None, *RULES]),
        "relax": st.lists(RELAX, max_size=3).map(tuple),
        "priority_s": st.sampled_from([0.0, 30.0]),
        "manager": st.sampled_from([None, None, *MANAGERS]),
        "wrap_up_s": st.just(0.0),
    }
)
"""Queues whose calls may be served by more people with time: nearly all of the widening there is."""
RINGING = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from([*[Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY] * 3, *Strategy]),
        "needs_desk": st.sampled_from([False, False, True]),
        "ring_at_once_max": st.integers(2, 3),
        "ring_next_after_s": st.sampled_from([1.0, 2.5]),
        "agents": st.sampled_from([None, None, frozenset(AGENTS[:2])]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "tier_rules": st.sampled_from([None, None, *RULES]),
        "relax": st.one_of(st.just(()), st.lists(RELAX, max_size=2).map(tuple)),
        "retry_same_agent_s": SECONDS,
        "priority_s": st.sampled_from([0.0, 30.0]),
        "wrap_up_s": st.sampled_from([0.0, 1.0]),
    }
)
"""Queues that ring several at once for one call."""
IN_ORDER = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([Kind.FIFO, Kind.FIFO, Kind.CALLCENTER]),
        "simo": st.sampled_from([None, 1, 1, 2]),
        "needs_desk": st.sampled_from([False, False, True]),
        "strategy": st.sampled_from([Strategy.LONGEST_IDLE, Strategy.TOP_DOWN, Strategy.RING_ALL]),
        "ring_at_once_max": st.integers(2, 3),
        "agents": st.sampled_from([None, None, frozenset(AGENTS[:2])]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "retry_same_agent_s": st.just(0.0),
        "overdue_s": st.just(0.0),
        "priority": st.sampled_from([0, 0, 3]),
        "wrap_up_s": st.just(0.0),
    }
).map(lambda queue: queue if queue["kind"] is Kind.FIFO else queue | {"simo": None})
"""Queues served in strict order, ringing for few calls at once."""
CHOOSING = st.fixed_dictionaries(
    {
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "tiers": st.dictionaries(st.sampled_from(AGENTS), STANDINGS),
        "strategy": st.sampled_from([*Strategy]),
        "wrap_up_s": st.just(0.0),
    }
)
"""Queues everyone may serve, so that there is much to choose from."""
LISTING = st.fixed_dictionaries(
    {
        "get_list_agents_url": st.sampled_from(["https://crm.example", "https://crm.example", ""]),
        "sign_in": st.sampled_from([False, False, True]),
        "needs_desk": st.sampled_from([False, False, True]),
        "requires": st.sampled_from([{}, {}, {"a": 2}]),
        "groups": st.sampled_from([NO_GROUPS, *GROUPED]),
        "tiers": st.one_of(st.just({}), st.dictionaries(st.sampled_from(AGENTS), STANDINGS)),
        "strategy": st.sampled_from([Strategy.LONGEST_IDLE, Strategy.RING_ALL, Strategy.TOP_DOWN]),
        "manager": st.sampled_from([None, *MANAGERS]),
        "priority": st.sampled_from([0, 0, 1]),
        "overdue_s": st.sampled_from([0.0, 25.0]),
        "wait_s_max": st.sampled_from([None, None, None, 12.0]),
        "retry_same_agent_s": SECONDS,
        "wrap_up_s": st.sampled_from([0.0, 1.0]),
    }
)
"""Queues whose calls may be given only to those the customer's server lists for them."""
GUESTS = [AgentId("guest-1"), AgentId("guest-2")]
NUMBER = Outside(number="49301", trunk=TrunkId("t"))
NAMED = st.one_of(
    st.builds(Listed, agent=st.sampled_from(AGENTS), ring_s=st.sampled_from([5.0, 9.0])),
    st.builds(
        Listed, agent=st.sampled_from([*AGENTS, *GUESTS]), ring_s=st.just(7.0), outside=st.just(NUMBER)
    ),
)
NAMES = st.lists(NAMED, max_size=5, unique_by=lambda entry: entry.agent)
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
    agents = {name: draw(AGENT_SETTINGS) for name in draw(st.sampled_from(CREWS))}
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


type Turn = tuple[int, int, float]
"""Priority of the queue (-1: overdue), of the caller, key: smallest first."""


def without_groups(centre: Centre) -> Centre:
    """Queues with lists have nothing else that says who serves them."""
    return replace(
        centre,
        queues={
            name: Queue(
                id=name,
                name=name,
                get_list_agents_url=queue.get_list_agents_url,
                sign_in=queue.sign_in,
                needs_desk=queue.needs_desk,
                priority=queue.priority,
                overdue_s=queue.overdue_s,
                wait_s_max=queue.wait_s_max,
                retry_same_agent_s=queue.retry_same_agent_s,
                wrap_up_s=queue.wrap_up_s,
            )
            if queue.get_list_agents_url
            else queue
            for name, queue in centre.queues.items()
        },
    )


class Model:
    """What is so, by what was told; and what must be so, by looking at everything."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre = without_groups(centre)
        self.now = 0.0
        self.presences = {agent: Presence(agent=agent) for agent in centre.agents}
        self.calls: dict[VisitId, tuple[Turn, int, WaitingCall]] = {}  # in line: turn, order of joining
        self.mixed = False  # not all priorities are alike
        self.offers: dict[OfferId, Offer] = {}
        self.phones_max: dict[VisitId, int] = {}  # of calls that ring
        self.next_at: dict[VisitId, float] = {}  # when a further phone may ring
        self.made: set[OfferId] = set()
        self.barred: dict[tuple[VisitId, AgentId], float] = {}
        self.talks: set[AgentId] = set()
        self.on_line: set[AgentId] = set()
        self.joined = 0
        self.serving = Serving(centre)
        self.absent_since: dict[QueueId, float] = {}
        self.open_s: dict[VisitId, float] = {}  # gates that opened early, nobody being there
        self.answered: dict[AgentId, int] = {}
        self.talked_s: dict[AgentId, float] = {}
        self.began: dict[AgentId, float] = {}
        self.turns: dict[tuple[QueueId, AgentId], int] = {}
        self.missed: set[VisitId] = set()  # calls no longer kept for their manager
        self.rang: set[VisitId] = set()  # whose manager was rung
        self.lists: dict[VisitId, list[Listed]] = {}
        self.passed: dict[VisitId, set[AgentId]] = {}  # rung in vain since the list was through
        self.through: set[VisitId] = set()  # whose list was, since the last answer
        self.here: set[AgentId] = set()  # guests
        self.in_list_order = False  # nothing but lists decides who is rung in this event

    # --- lists --------------------------------------------------------------------------------------------

    def is_listed(self, visit: VisitId) -> bool:
        call = self.calls[visit][2]
        queue = self.centre.queues.get(call.queue)
        return call.only_s is None and queue is not None and bool(queue.get_list_agents_url)

    def entry(self, agent: AgentId, visit: VisitId) -> Listed | None:
        return next((entry for entry in self.lists.get(visit, ()) if entry.agent == agent), None)

    def may_be_listed(self, agent: AgentId, visit: VisitId) -> bool:
        entry, presence = self.entry(agent, visit), self.presences.get(agent)
        if entry is None or agent in self.passed.get(visit, ()):
            return False
        if self.barred.get((visit, agent), self.now) > self.now:
            return False
        if agent not in self.centre.agents:
            return entry.outside is not None
        assert presence is not None
        queue = self.centre.queues[self.calls[visit][2].queue]
        signed_in = not queue.sign_in or presence.queues is None or queue.id in presence.queues
        return signed_in and (entry.outside is not None or presence.at_desk or not queue.needs_desk)

    def guests(self) -> list[AgentId]:
        """Who would come if he were called now."""
        named = {entry.agent for visit in self.calls for entry in self.lists.get(visit, ())}
        return sorted(named - self.centre.agents.keys() - self.presences.keys())

    def note_through(self) -> None:
        self.through |= {v for v in self.waiting() if self.is_listed(v) and self.passed.get(v)}

    def forget_lists(self) -> None:
        """Of calls whose queue has none any more."""
        for visit in self.calls:
            if not self.is_listed(visit):
                self.lists.pop(visit, None)
                self.passed.pop(visit, None)
                self.through.discard(visit)

    # --- managers -----------------------------------------------------------------------------------------

    def manager(self, visit: VisitId) -> AgentId | None:
        """Whose alone the call is."""
        return self.manager_of(self.calls[visit][2])

    def manager_of(self, call: WaitingCall) -> AgentId | None:
        queue = self.centre.queues.get(call.queue)
        if queue is not None and call.only_s is not None:
            return call.manager
        if queue is None or queue.manager is None or queue.kind is Kind.FIFO or call.visit in self.missed:
            return None
        return call.manager

    def kept_s(self, call: WaitingCall) -> float:
        """How long it is kept for him."""
        rules = self.centre.queues[call.queue].manager
        if call.only_s is not None:
            return call.only_s
        assert rules is not None
        return rules.wait_s

    def why_not_his(self, visit: VisitId, manager: AgentId) -> set[Missed]:
        """All that speaks against keeping the call for him."""
        call, presence = self.calls[visit][2], self.presences.get(manager)
        queue = self.centre.queues[call.queue]
        found = {Missed.UNABLE} if queue.kind is Kind.FIFO else set()
        if manager not in self.centre.agents or presence is None or not self.is_there(presence, queue):
            return {Missed.ABSENT}
        if not self.serving.may(manager, queue, call.own_requires, waited=math.inf, open_s=math.inf):
            found.add(Missed.UNABLE)
        if visit in self.rang or self.barred.get((visit, manager), self.now) > self.now:
            found.add(Missed.NOT_REACHED)
        if call.entered_at + self.kept_s(call) <= self.now:
            found.add(Missed.WAITED)
        return found

    def is_there(self, presence: Presence, queue: Queue) -> bool:
        if queue.sign_in and presence.queues is not None and queue.id not in presence.queues:
            return False
        if queue.needs_desk and not presence.at_desk:
            return False
        ready = presence.intent is Intent.READY and presence.online and presence.banned_until is None
        return ready and presence.after_call is None

    def order(self, visit: VisitId, agent: AgentId) -> tuple[Turn, int]:
        """Where a call stands in an agent's order of service: his own callers wait longer, as it were."""
        (queue, caller, key), joined, call = self.calls[visit]
        bonus_s = self.kept_s(call) if self.manager(visit) == agent else 0.0
        return (queue, caller, key - bonus_s), joined

    # --- who may serve ------------------------------------------------------------------------------------

    def crew(self, queue: Queue) -> list[Presence]:
        """Of all who may ever serve it."""
        ever = {"waited": math.inf, "open_s": math.inf}
        able = [agent for agent in self.centre.agents if self.serving.may(agent, queue, {}, **ever)]
        here = [self.presences[agent] for agent in able]
        return [one for one in here if not queue.sign_in or one.queues is None or queue.id in one.queues]

    def is_deserted(self, queue: Queue) -> bool:
        return all(presence.intent is Intent.LOGGED_OUT for presence in self.crew(queue))

    def note_absence(self) -> None:
        """Since when nobody is logged in, of queues that ask."""
        for queue in self.centre.queues.values():
            if not is_watched(queue) or not self.is_deserted(queue):
                self.absent_since.pop(queue.id, None)
            else:
                self.absent_since.setdefault(queue.id, self.now)

    def limits(self, visit: VisitId) -> list[tuple[float, ExitReason]]:
        """When and why it must leave its line."""
        call = self.calls[visit][2]
        queue, entered_at = self.centre.queues[call.queue], call.entered_at
        if call.callback or call.only_s is not None:
            return []
        found = []
        if queue.wait_s_max is not None:
            found.append((entered_at + queue.wait_s_max, ExitReason.TIMEOUT))
        if queue.no_agent_wait_s_max is not None and self.is_deserted(queue):
            at = max(self.absent_since[queue.id] + queue.no_agent_wait_s_max, entered_at + 2.0)
            found.append((at, ExitReason.NO_AGENT_TIMEOUT))
        strict = queue.leave_when_empty is WhenEmpty.STRICT
        there = [self.takes_calls(one, queue) for one in self.crew(queue)] if strict else []
        empty = not any(there) if strict else self.is_deserted(queue)
        if queue.leave_when_empty is not WhenEmpty.NO and empty:
            found.append((entered_at, ExitReason.EMPTY))
        return found

    @staticmethod
    def takes_calls(presence: Presence, queue: Queue) -> bool:
        reachable = presence.online and (presence.at_desk or not queue.needs_desk)
        return presence.intent is Intent.READY and reachable and presence.banned_until is None

    def is_let_in(self, agent: AgentId, visit: VisitId) -> bool:
        """Whether he may serve the call as it stands, whether or not he was tried."""
        call = self.calls[visit][2]
        queue = self.centre.queues[call.queue]
        his = self.presences[agent].queues
        if queue.sign_in and his is not None and queue.id not in his:
            return False
        if queue.needs_desk and not self.presences[agent].at_desk:
            return False
        steps = [step.after_s for step in queue.relax if call.entered_at + step.after_s <= self.now]
        gates = [at for at, _, _ in self.serving.all_gates(queue) if call.entered_at + at <= self.now]
        waited = max([0.0, *steps, *gates])
        return self.serving.may(
            agent, queue, call.own_requires, waited=waited, open_s=self.open_s.get(visit, 0.0)
        )

    def open_gates(self) -> None:
        """For waiting calls that nobody is there for, those that need not wait."""
        there = [
            agent
            for agent, presence in self.presences.items()
            if agent in self.centre.agents
            and presence.intent is Intent.READY
            and presence.online
            and presence.banned_until is None
        ]
        for visit in self.waiting():
            if self.manager(visit) is not None:
                continue
            call = self.calls[visit][2]
            queue = self.centre.queues.get(call.queue)
            while queue is not None and not any(self.is_let_in(agent, visit) for agent in there):
                gates = [at for at, _, _ in self.serving.all_gates(queue) if call.entered_at + at <= self.now]
                following = self.serving.next_gate(queue, max([0.0, *gates, self.open_s.get(visit, 0.0)]))
                if following is None or not following[1]:
                    break
                self.open_s[visit] = following[0]

    def open_to_backups(self) -> None:
        """Of the calls no phone rings for: the first ones, as many as there are too many."""
        for queue in self.centre.queues.values():
            above, at = queue.groups.backup_above, self.serving.backup_after_s(queue)
            if above is None or not queue.groups.backup:
                continue
            here = [v for v in self.waiting() if self.calls[v][2].queue == queue.id and not self.rung(v)]
            here = [v for v in here if self.manager(v) is None and not self.is_open(v, at)]
            for visit in here[: max(0, len(here) - above)]:
                self.open_s[visit] = at

    def is_open(self, visit: VisitId, at: float) -> bool:
        return self.open_s.get(visit, 0.0) >= at or self.calls[visit][2].entered_at + at <= self.now

    def turn(self, call: WaitingCall) -> Turn:
        queue = self.centre.queues.get(call.queue, Queue(id=call.queue, name=""))
        since = call.entered_at - call.brought_s
        key = since - queue.priority_s - call.own_priority_s
        kept = self.manager_of(call) is not None
        if self.mixed and not kept and queue.overdue_s and since + queue.overdue_s <= self.now:
            return -1, 0, key
        return queue.priority, call.caller_priority, key

    def take_turns(self) -> None:
        """Those who wait and are overdue by now go before the others."""
        priorities = {queue.priority for queue in self.centre.queues.values()}
        callers = {
            call.caller_priority
            for visit, (_, _, call) in self.calls.items()
            if call.queue in self.centre.queues or self.rung(visit)
        }
        self.mixed = self.mixed or len(priorities) > 1 or bool(callers - {CALLER_PRIORITY})
        for visit in self.waiting():
            _, order, call = self.calls[visit]
            if call.queue in self.centre.queues:
                self.calls[visit] = (self.turn(call), order, call)
        for visit, (_, _, call) in self.calls.items():
            ringing = call.queue in self.centre.queues and self.rung(visit)
            if ringing and any(at <= self.now for at, _ in self.limits(visit)):
                self.phones_max[visit] = 0  # those that ring are the last

    def is_passed_over(self, other: VisitId, taken: VisitId, agent: AgentId) -> bool:
        """Whether the lot may have preferred `taken` to a call that goes first: of each priority the first
        call stands for all."""
        theirs, own = self.calls[other][0][0], self.calls[taken][0][0]
        alike = [one for one in self.waiting() if self.calls[one][0][0] == theirs]
        first = next(one for one in alike if self.may_serve(agent, one))
        queue = self.centre.queues[self.calls[first][2].queue]
        return 0 <= theirs < own and queue.service_probability < 1

    def choice(self, able: list[AgentId], queue: Queue, idle: Callable[[AgentId], Any]) -> list[AgentId]:
        """Whom the queue may choose from those able: one, but by chance."""
        if queue.kind is Kind.FIFO:
            able = [agent for agent in able if agent in self.on_line] or able
        level = min((self.serving.level(queue, agent) for agent in able), default=1)
        able = [agent for agent in able if self.serving.level(queue, agent) == level]
        if not able or queue.strategy in (Strategy.RANDOM, Strategy.WEIGHTED):
            return able

        def rank(agent: AgentId) -> tuple[Any, ...]:
            position = queue.tiers.get(agent, Standing()).position
            turn = self.turns.get((queue.id, agent), 0)
            match queue.strategy:
                case Strategy.ROUND_ROBIN:
                    return turn, position, agent
                case Strategy.TOP_DOWN:
                    return position, agent
                case Strategy.SEQUENTIAL:
                    return position, turn, agent
                case Strategy.RING_PROGRESSIVELY:
                    return position, idle(agent)[1:], agent
                case Strategy.FEWEST_CALLS:
                    return self.answered.get(agent, 0), idle(agent)[1:], agent
                case Strategy.LEAST_TALK_TIME:
                    return self.talked_s.get(agent, 0.0), idle(agent)[1:], agent
                case _:
                    return (idle(agent),)

        return [min(able, key=rank)]

    def may_serve(self, agent: AgentId, visit: VisitId) -> bool:
        if self.is_listed(visit):
            return self.may_be_listed(agent, visit)
        if agent not in self.centre.agents:
            return False
        if (manager := self.manager(visit)) is not None:
            return manager == agent and not self.why_not_his(visit, agent) - {Missed.WAITED}
        queue = self.calls[visit][2].queue
        if self.is_let_in(agent, visit) and self.barred.get((visit, agent), self.now) <= self.now:
            return agent in self.on_line or bool(self.rung(visit)) or not self.rings_enough(queue)
        return False

    def rings_enough(self, queue: QueueId) -> bool:
        """Whether phones ring for as many calls of a fifo queue as may."""
        simo = self.centre.queues[queue].simo
        ringing = {o.visit for o in self.offers.values() if o.queue == queue and not o.on_line}
        return simo is not None and len(ringing) >= simo

    def free(self) -> list[AgentId]:
        return [agent for agent, presence in self.presences.items() if self.is_free(presence)]

    def is_free(self, presence: Presence) -> bool:
        return (
            (presence.agent in self.centre.agents or presence.agent in self.here)
            and presence.intent is Intent.READY
            and presence.traffic is Traffic.IDLE
            and presence.online
            and presence.wrap_up_until is None
            and presence.banned_until is None
            and presence.not_before <= self.now
            and not any(
                self.is_full(group) for group in self.centre.groups.values() if presence.agent in group.agents
            )
        )

    def is_out_of_hours(self, agent: AgentId) -> bool:
        outside = self.centre.agents[agent].outside
        limited = outside is not None and outside.hours is not None
        return limited and not MINUTES.open_at(self.now)

    def is_full(self, group: Group) -> bool:
        members = group.agents & self.centre.agents.keys()
        busy = [agent for agent in members if self.presences[agent].traffic is not Traffic.IDLE]
        return group.at_once_max is not None and len(busy) >= group.at_once_max

    def waiting(self) -> list[VisitId]:
        """Those for whom an agent may be rung now."""
        ranked = sorted(self.calls, key=lambda visit: self.calls[visit][:2])
        return [visit for visit in ranked if self.wants_agent(visit)]

    def rung(self, visit: VisitId) -> list[Offer]:
        return [offer for offer in self.offers.values() if offer.visit == visit]

    def wants_agent(self, visit: VisitId) -> bool:
        ringing = len(self.rung(visit))
        if not ringing:
            return True
        return ringing < self.phones_max[visit] and self.next_at.get(visit, self.now) <= self.now

    def ring_as_configured(self) -> None:
        """A round of ringing goes on as it began, but for fewer at once, or for no more pauses."""
        for visit in {offer.visit for offer in self.offers.values()}:
            queue = self.centre.queues.get(self.calls[visit][2].queue)
            several = queue is not None and queue.strategy in (
                Strategy.RING_ALL,
                Strategy.RING_PROGRESSIVELY,
            )
            at_once = queue.ring_at_once_max if queue is not None and several else 1
            self.phones_max[visit] = min(self.phones_max[visit], at_once)
            if queue is None or queue.strategy is not Strategy.RING_PROGRESSIVELY:
                self.next_at.pop(visit, None)

    def settle(self, offer: OfferId) -> Offer:
        settled = self.offers.pop(offer)
        if not self.rung(settled.visit):
            self.next_at.pop(settled.visit, None)
        return settled

    def hear(self, decision: Decision) -> None:
        match decision:
            case Offer():
                self._offered(decision)
            case Moved(before=before, after=after):
                if before.agent not in self.presences:
                    assert before.agent not in self.centre.agents
                    assert before == Presence(agent=before.agent, online=True)
                    self.here.add(before.agent)
                    self.presences[before.agent] = before
                assert self.presences[before.agent] == before, "a change of presence was kept quiet"
                assert before != after, "no change was told as one"
                self.presences[after.agent] = after
                if (before.intent is Intent.LOGGED_OUT) != (after.intent is Intent.LOGGED_OUT):
                    self.answered[after.agent], self.talked_s[after.agent] = 0, 0.0
                if after.agent in self.here and after.state is State.LOGOUT:
                    self.here.remove(after.agent)
                    del self.presences[after.agent]
                self.open_gates()
                self.note_absence()
            case ListChanged(visit=visit, entries=entries):
                assert list(entries) == self.lists[visit]
            case ListWanted(queue=queue_id):
                assert self.centre.queues[queue_id].get_list_agents_url
            case Withdrawn(visit=visit, offer=offer, reason=reason):
                assert offer in self.offers, "withdrawn, but not open"
                self.settle(offer)
                assert (reason is DeclineReason.ANSWERED_ELSEWHERE) == (visit not in self.calls)
                self.take_turns()
            case Dismissed(visit=visit, reason=ExitReason.AGENT_MISSED):
                assert not self.rung(visit), "sent away while a phone rings"
                call = self.calls[visit][2]
                assert call.only_s is not None, "he waited for others, too"
                assert call.manager is not None
                assert self.why_not_his(visit, call.manager), "sent away, for no reason"
                del self.calls[visit]
            case Dismissed(visit=visit, reason=reason):
                assert not self.rung(visit), "sent away while a phone rings"
                queue = self.centre.queues.get(self.calls[visit][2].queue)
                limits = [(0.0, ExitReason.QUEUE_GONE)] if queue is None else self.limits(visit)
                at, why = min(limits)
                assert at <= self.now
                assert why is reason
                del self.calls[visit]
            case ManagerMissed(visit=visit, agent=agent, why=why):
                assert self.manager(visit) == agent, "missed a manager it was not kept for"
                assert self.calls[visit][2].only_s is None, "for him alone, and now for all"
                assert why in self.why_not_his(visit, agent), "kept no longer, for no reason"
                self.missed.add(visit)
                self.take_turns()
                self.open_gates()
            case WrapUpOver(wrap_up_s=wrap_up_s):
                assert wrap_up_s >= 0

    def _offered(self, offer: Offer) -> None:
        visit, agent = offer.visit, offer.agent
        assert offer.offer not in self.made, "an offer's name was used twice"
        queue = self.centre.queues[offer.queue]
        assert self.wants_agent(visit), "a caller was offered to more agents than his queue rings at once"
        assert agent not in {open.agent for open in self.offers.values()}, "an agent was offered two calls"
        assert agent in self.free(), "an agent was offered a call who is not free"
        if not self.may_serve(agent, visit):
            self.open_to_backups()
        assert self.may_serve(agent, visit), "an agent was offered a call he may not serve"
        mine = self.order(visit, agent)
        older = [other for other in self.waiting() if self.order(other, agent) < mine]
        older = [other for other in older if self.may_serve(agent, other)]
        passed = [other for other in older if not self.is_passed_over(other, visit, agent)]
        assert not passed, "an older call was passed over"
        if self.is_listed(visit):
            self._listed(offer)
        self.made.add(offer.offer)
        if self.manager(visit) == agent:
            self.rang.add(visit)
        if self.serving.is_ordered(queue):
            self.turns[offer.queue, agent] = len(self.made)
        several = queue.strategy in (Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY)
        if not self.rung(visit):
            managers = self.manager(visit) == agent
            alone = managers or self.calls[visit][2].callback
            self.phones_max[visit] = queue.ring_at_once_max if several and not alone else 1
            if not managers:
                self.missed.add(visit)  # offered to all, it has no manager any more
        if queue.strategy is Strategy.RING_PROGRESSIVELY:
            self.next_at[visit] = self.now + queue.ring_next_after_s
        self.offers[offer.offer] = offer

    def _listed(self, offer: Offer) -> None:
        entry = self.entry(offer.agent, offer.visit)
        assert entry is not None, "an agent was offered a call he is not listed for"
        assert (offer.ring_s, offer.outside) == (entry.ring_s, entry.outside)
        if self.in_list_order:
            names = [entry.agent for entry in self.lists[offer.visit]]
            before = names[: names.index(offer.agent)]
            free = {*self.free(), *self.guests()}
            assert not [one for one in before if one in free and self.may_be_listed(one, offer.visit)]

    def unmatched(self) -> list[tuple[VisitId, AgentId]]:
        return [
            (visit, agent)
            for visit in self.waiting()
            for agent in [*self.free(), *self.guests()]
            if self.may_serve(agent, visit)
        ]


class AnyOrder(RuleBasedStateMachine):
    @initialize(centre=centres(), seed=st.integers(0, 2**64))
    def opens(self, centre: Centre, seed: int) -> None:
        self.model = Model(centre)
        self.model.note_absence()
        self.router, self.twin = Router(centre, 0.0, seed=seed), Router(centre, 0.0, seed=seed)
        for agent in centre.agents:
            self.tell("online", agent, True, self.model.now)
            if not self.model.is_out_of_hours(agent):
                self.tell("move", agent, Move.LOG_IN, self.model.now)
                self.tell("move", agent, Move.READY, self.model.now)

    def tell(self, event: str, *args: Any, **more: Any) -> list[Decision]:
        self.model.open_gates()
        self.model.take_turns()
        decisions: list[Decision] = getattr(self.router, event)(*args, **more)
        assert getattr(self.twin, event)(*args, **more) == decisions, "the same events, other decisions"
        for decision in decisions:
            self.model.hear(decision)
        self.model.open_gates()
        self.model.open_to_backups()
        self.model.note_through()
        self.model.in_list_order = False
        return decisions

    # --- callers ------------------------------------------------------------------------------------------

    @rule(
        queue=st.sampled_from(QUEUES),
        own=ASKED,
        own_s=st.sampled_from([0.0, 20.0]),
        waited=SECONDS,
        caller=st.sampled_from([*[CALLER_PRIORITY] * 4, 1, 100]),
        brought_s=st.sampled_from([0.0, 0.0, 5.0]),
        manager=st.sampled_from([None, *AGENTS]),
        callback=st.sampled_from([False, False, True]),
        only_s=st.sampled_from([None, None, None, 0.0, 5.0]),
    )
    def a_call_joins(
        self,
        queue: QueueId,
        own: Requires,
        own_s: float,
        waited: float,
        caller: int = CALLER_PRIORITY,
        brought_s: float = 0.0,
        manager: AgentId | None = None,
        callback: bool = False,
        only_s: float | None = None,
    ) -> None:
        model = self.model
        model.joined += 1
        settings = model.centre.queues.get(queue, Queue(id=queue, name=queue))
        call = WaitingCall(
            visit=VisitId(f"v{model.joined}"),
            queue=queue,
            entered_at=model.now - waited,
            priority_s=settings.priority_s + own_s,
            own_priority_s=own_s,
            requires=merged(settings.requires, own),
            own_requires=own,
            caller_priority=caller,
            brought_s=brought_s,
            manager=manager,
            callback=callback,
            only_s=only_s if manager is not None and not callback else None,
        )
        model.calls[call.visit] = (model.turn(call), model.joined, call)
        calm = (self.router.next_deadline() or model.now + 1) > model.now
        model.open_gates()
        plain = calm and queue in model.centre.queues and model.manager(call.visit) is None
        first = self.first_choices(call.visit) if plain else []
        decisions = self.tell("join", call, model.now)
        if first:
            chosen = [d.agent for d in decisions if isinstance(d, Offer)]
            assert chosen[0] in first
            assert len(chosen) == 1 or model.phones_max[call.visit] > 1

    def first_choices(self, visit: VisitId) -> list[AgentId]:
        model, seats = self.model, self.router._seats
        able = [agent for agent in model.free() if model.may_serve(agent, visit)]
        queue = model.centre.queues[model.calls[visit][2].queue]
        return model.choice(able, queue, lambda agent: (seats[agent].tier, seats[agent].idle_key))

    @precondition(lambda self: self.model.calls)
    @rule(data=st.data())
    def a_caller_leaves(self, data: st.DataObject) -> None:
        visit = data.draw(st.sampled_from(sorted(self.model.calls)))
        del self.model.calls[visit]
        for offer in self.model.rung(visit):
            self.model.settle(offer.offer)
        self.tell("leave", visit, self.model.now)
        assert self.router.leave(visit, self.model.now) == []

    # --- offers -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.offers)
    @rule(data=st.data())
    def an_agent_answers(self, data: st.DataObject) -> None:
        offer = self.model.settle(data.draw(st.sampled_from(sorted(self.model.offers))))
        del self.model.calls[offer.visit]
        self.model.talks.add(offer.agent)
        self.model.answered[offer.agent] = self.model.answered.get(offer.agent, 0) + 1
        self.model.began[offer.agent] = self.model.now
        self.tell("accepted", offer.offer, None, self.model.now)
        assert not self.model.rung(offer.visit), "a phone rings on for a caller who talks"
        self.settled_for_good(offer)

    @precondition(lambda self: self.model.offers)
    @rule(data=st.data(), reason=st.sampled_from(sorted(set(DeclineReason) - {DeclineReason.CALLER_GONE})))
    def an_offer_fails(self, data: st.DataObject, reason: DeclineReason) -> None:
        model = self.model
        offer = model.settle(data.draw(st.sampled_from(sorted(model.offers))))
        queue = model.centre.queues.get(offer.queue)
        if queue is not None:
            model.barred[offer.visit, offer.agent] = model.now + queue.retry_same_agent_s
        if model.is_listed(offer.visit):
            model.passed.setdefault(offer.visit, set()).add(offer.agent)
        self.tell("declined", offer.offer, reason, model.now)
        self.settled_for_good(offer)

    def settled_for_good(self, offer: Offer) -> None:
        assert self.router.declined(offer.offer, DeclineReason.TECHNICAL, self.model.now) == []
        try:
            self.router.accepted(offer.offer, None, self.model.now)
        except UnknownOffer:
            return
        raise AssertionError("an offer was settled twice")

    # --- agents -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.talks)
    @rule(data=st.data())
    def a_talk_ends(self, data: st.DataObject) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.talks)))
        self.model.talks.remove(agent)
        talked_s = self.model.now - self.model.began[agent]
        self.model.talked_s[agent] = self.model.talked_s.get(agent, 0.0) + talked_s
        self.tell("talk_ended", agent, self.model.now)
        if agent not in self.model.centre.agents:
            self.model.presences.pop(agent, None)

    @rule(data=st.data(), move=st.sampled_from([*Move, Move.LOG_IN, *[Move.READY] * 6]))
    def an_agent_asks(self, data: st.DataObject, move: Move) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        before = self.router.presences()
        allowed = move in TABLE[standing(before[agent])]
        if move not in (Move.LOG_OUT, Move.SIGN_OUT, Move.BAN, Move.LIFT_BAN):
            allowed = allowed and not self.model.is_out_of_hours(agent)
        try:
            self.tell(
                "move",
                agent,
                move,
                self.model.now,
                sub_state=SubState.BREAK,
                reason="lunch",
                until=self.model.now + 20,
                queue=data.draw(st.sampled_from(QUEUES)),
            )
            assert allowed
        except IllegalMove:
            assert not allowed
            assert self.router.presences() == before

    @rule(data=st.data(), line=st.sampled_from([*OWN_LINES, Line.DIALS, Line.CONNECTED]))
    def an_agent_s_own_line_speaks(self, data: st.DataObject, line: Line) -> None:
        """A call of his own, hold, a transfer; and what nothing proves, but for a talk the model has."""
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        if agent in self.model.talks and line in (Line.OWN_TALK_ENDED, Line.UNPROVEN):
            return
        before = self.router.presences()
        allowed = line in TABLE[standing(before[agent])]
        try:
            self.tell("hears", agent, line, self.model.now, wrap_up_s=5.0)
            assert allowed
        except IllegalMove:
            assert not allowed
            assert self.router.presences() == before

    @rule(data=st.data(), on_line=st.booleans())
    def an_agent_waits_on_the_line(self, data: st.DataObject, on_line: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        (self.model.on_line.add if on_line else self.model.on_line.discard)(agent)
        self.tell("on_line", agent, on_line, self.model.now)

    @rule(data=st.data(), online=st.sampled_from([True, True, False]))
    def a_phone_comes_or_goes(self, data: st.DataObject, online: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        self.tell("online", agent, online, self.model.now)

    @rule(data=st.data(), connected=st.sampled_from([True, True, False]))
    def a_desk_comes_or_goes(self, data: st.DataObject, connected: bool) -> None:
        agent = data.draw(st.sampled_from(sorted(self.model.centre.agents)))
        ringing = dict(self.model.offers)
        self.tell("desk", agent, connected, self.model.now)
        assert ringing.items() <= self.model.offers.items(), "a phone that rang fell silent"
        assert self.router.presence(agent).at_desk is connected

    # --- time and configuration ---------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.model.now += seconds
        self.tell("tick", self.model.now)
        at = self.router.next_deadline()
        assert at is None or at > self.model.now

    @precondition(lambda self: self.router.next_deadline() is not None)
    @rule()
    def the_deadline_comes(self) -> None:
        self.model.now = max(self.model.now, self.router.next_deadline() or 0.0)
        self.tell("tick", self.model.now)

    @rule(centre=centres())
    def the_configuration_changes(self, centre: Centre) -> None:
        model = self.model
        model.mixed = False
        model.centre = without_groups(centre)
        model.serving, model.open_s = Serving(model.centre), {}
        model.forget_lists()
        model.here -= centre.agents.keys()
        model.ring_as_configured()
        for visit, (turn, order, call) in model.calls.items():
            known = call.queue in centre.queues
            model.calls[visit] = (model.turn(call) if known else turn, order, call)
        for agent in centre.agents:
            model.presences.setdefault(agent, Presence(agent=agent))
        model.note_absence()
        self.tell("reconfigure", centre, model.now)
        model.mixed = False  # those who have left with their queue do not count
        model.take_turns()
        on_the_phone = {agent for agent, one in self.router.presences().items() if one.state is State.BUSY}
        gone = model.presences.keys() - centre.agents.keys() - on_the_phone
        assert all(model.presences[agent].intent is Intent.LOGGED_OUT for agent in gone)
        for agent in gone:
            del model.presences[agent]

    # --- always -------------------------------------------------------------------------------------------

    @invariant()
    def nobody_who_could_serve_stands_beside_one_who_waits(self) -> None:
        if hasattr(self, "model"):
            assert not self.model.unmatched()

    @invariant()
    def nobody_is_there_outside_his_hours_unless_he_talks_on(self) -> None:
        for agent, presence in self.router.presences().items() if hasattr(self, "model") else ():
            if agent in self.model.centre.agents and self.model.is_out_of_hours(agent):
                talks = presence.traffic not in (Traffic.IDLE, Traffic.OFFERED)
                assert talks or presence.intent is Intent.LOGGED_OUT

    @invariant()
    def nobody_waits_longer_than_he_may(self) -> None:
        if hasattr(self, "model"):
            model = self.model
            for visit in model.waiting():
                assert all(at > model.now for at, _ in model.limits(visit))

    @invariant()
    def the_router_says_what_is_so(self) -> None:
        if not hasattr(self, "model"):
            return
        model, router = self.model, self.router
        for visit in model.waiting():
            if (manager := model.manager(visit)) is not None:
                assert not model.why_not_his(visit, manager), "kept for one who will not come"
        assert router.presences() == model.presences
        assert [call.visit for call in router.waiting()] == sorted(
            model.calls, key=lambda v: model.calls[v][:2]
        )
        for visit in model.calls:
            assert router.open_offers(visit) == model.rung(visit)
            assert router.waiting(model.calls[visit][2].queue)[router.position(visit) - 1].visit == visit

    @rule()
    def foretells_waits(self) -> None:
        found = self.router.forecasts(Experience(), self.model.now)
        assert found.keys() == set(self.model.calls)
        for visit, told in found.items():
            assert told is None or 0 <= told.expected_s <= told.bound_s < math.inf
            assert not self.model.rung(visit) or told == Forecast(0.0, 0.0)

    @invariant()
    def the_index_holds_the_free_and_no_others(self) -> None:
        if not hasattr(self, "model"):
            return
        index = self.router._index
        assert {a for a, seat in self.router._seats.items() if seat.free} == set(self.model.free())
        for signature in index._signatures.values():
            if signature.bench is not None:
                assert set(signature.bench) == {seat for seat in signature.capable if seat.free}
            idle = [seat for tier in index._rows(signature) for seat in tier]
            assert set(idle) == {seat for seat in signature.capable if seat.free}
            for tier in signature.tiers:
                assert list(tier) == sorted(tier, key=lambda seat: seat.idle_key)
            assert signature.staff == sum(seat.on_duty for seat in signature.capable)
            assert signature.live == len(signature.waiting())
            if index.counts_present:
                assert signature.present == sum(seat.present for seat in signature.capable)

    def teardown(self) -> None:
        """When all have gone, nothing is left."""
        if not hasattr(self, "model"):
            return
        for visit in list(self.model.calls):
            self.router.leave(visit, self.model.now)
        for agent in list(self.model.talks):
            self.router.talk_ended(agent, self.model.now)
        self.router.tick(self.model.now + 1e6)
        for due in (self.router._deadlines, self.router._steps, self.router._limits, self.router._keeping):
            assert due.earliest() is None
        assert not self.router._places
        assert not self.router._offers
        assert not any(self.router._lines.values())
        assert not any(seat.excluded or seat.offer or seat.own for seat in self.router._seats.values())
        assert not any(self.router._crowds._closed.values())
        assert not any(s.live or s.calls for s in self.router._index._signatures.values())


class Widening(AnyOrder):
    @initialize(centre=centres(WIDENING), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @rule(centre=centres(WIDENING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)

    @rule(online=st.sampled_from([False, False, True]))
    def the_primary_group_goes_or_comes(self, online: bool) -> None:
        for agent in sorted(self.model.centre.groups[NORTH].agents & self.model.centre.agents.keys()):
            self.tell("online", agent, online, self.model.now)

    @rule(queue=st.sampled_from(QUEUES), waited=SECONDS)
    def several_join(self, queue: QueueId, waited: float) -> None:
        for own_s in (0.0, 20.0, 0.0):
            self.a_call_joins(queue, {}, own_s, waited)


class Choosing(AnyOrder):
    @initialize(centre=centres(CHOOSING), seed=st.integers(0, 2**64))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 5 == 4)
    @rule(centre=centres(CHOOSING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)


class Ringing(AnyOrder):
    @initialize(centre=centres(RINGING), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(RINGING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)


class InOrder(AnyOrder):
    @initialize(centre=centres(IN_ORDER), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(IN_ORDER))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)


class ByList(AnyOrder):
    @initialize(centre=centres(LISTING), seed=st.just(0))
    def opens(self, centre: Centre, seed: int) -> None:
        super().opens(centre, seed)

    @precondition(lambda self: self.model.joined % 4 == 3)
    @rule(centre=centres(LISTING))
    def the_configuration_changes(self, centre: Centre) -> None:
        super().the_configuration_changes(centre)

    @precondition(lambda self: self.model.calls)
    @rule(data=st.data(), good=st.sampled_from([True, True, True, False]))
    def the_customer_s_server_answers(self, data: st.DataObject, good: bool) -> None:
        """Of some calls in one queue, perhaps of strangers; or not, or badly."""
        model, queue = self.model, data.draw(st.sampled_from(QUEUES))
        here = [v for v, (_, _, call) in model.calls.items() if call.queue == queue and model.is_listed(v)]
        named = data.draw(st.lists(st.sampled_from(here), unique=True)) if here else []
        lists: dict[VisitId, list[Listed]] = {visit: data.draw(NAMES) for visit in named}
        for visit in named if good else here:
            if visit in model.through:
                model.through.discard(visit)
                model.passed[visit].clear()
        if good:
            model.lists.update(lists)
        model.in_list_order = (self.router.next_deadline() or model.now + 1) > model.now
        stranger = {VisitId("stranger"): [Listed(agent=AGENTS[0], ring_s=5.0)]}
        self.tell("listed", queue, {**lists, **stranger} if good else None, model.now)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "model"):
            assert not self.router._rosters._naming
            assert not self.router._seats.keys() & set(GUESTS)


TestAnyOrder, TestWidening, TestChoosing, TestRinging, TestInOrder, TestByList = (
    machine.TestCase for machine in (AnyOrder, Widening, Choosing, Ringing, InOrder, ByList)
)
for each in (TestAnyOrder, TestWidening, TestChoosing, TestRinging, TestInOrder, TestByList):
    each.settings = settings(
        max_examples=200,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # Shrinking takes longer than a test may, and what was found would not be told: it is, with its blob.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        print_blob=True,
    )
del each
