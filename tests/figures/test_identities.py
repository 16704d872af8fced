"""What must add up, whatever happens: over drawn streams of facts, and over real runs of the simulator."""

import random
from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccapp.domain import events
from ccapp.domain.events import Fact
from ccapp.domain.ids import CALLBACK_PREFIX
from ccapp.domain.presence import State
from ccapp.routing.figures import (
    AGENTS,
    CALLS,
    WHOLE,
    Belongs,
    By,
    Choice,
    Dimension,
    Ending,
    Figures,
    Formula,
    Row,
    Selection,
    Tally,
    document,
    merged,
    service_level,
)
from ccapp.simulate.scenario import Fault
from ccapp.simulate.storm import storm
from ccapp.simulate.world import simulate
from tests.figures.facts import START
from tests.figures.stream import Stream
from tests.rows import rows

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"])


@st.composite
def streams(draw: st.DrawFn) -> list[Fact]:
    dice = random.Random(draw(st.integers(0, 2**32)))
    stream = Stream(dice, queues=draw(st.integers(1, 3)), agents=draw(st.integers(1, 5)))
    mean_s = draw(st.sampled_from([5.0, 60.0, 1800.0]))
    facts: list[Fact] = []
    for _ in range(draw(st.integers(1, 40))):
        facts += stream.next_call(dice.expovariate(1 / mean_s))
    return [*facts, *stream.rest()]


@pytest.fixture(scope="module", params=[1, 2, 3, 4, 5, 6])
def simulated(request: pytest.FixtureRequest) -> list[Fact]:
    faults = [
        [],
        [Fault.KILL],
        [Fault.KILL, Fault.DROP, Fault.SLOW],
        [Fault.RESTART],
        [Fault.STOP, Fault.OUTAGE],
    ]
    result = simulate(storm(request.param, faults[request.param % len(faults)]))
    assert result.violations == []
    return [item.fact for item in result.facts]


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-5)


def must_add_up(facts: list[Fact], selection: Selection) -> None:
    figures = Figures(selection).feed_all(facts)
    now = figures.last_at
    for of in Dimension:
        for row in figures.rows(of, now):
            calls_add_up(row, of)
    whole = figures.total(now)
    queues = merged(row.tally for row in figures.rows(Dimension.QUEUE, now))
    agents = merged(row.tally for row in figures.rows(Dimension.AGENT, now))
    callers = merged(row.tally for row in figures.rows(Dimension.CALLER, now))
    for tally in (queues, agents, callers):
        assert tally.talk.count == whole.talk.count
        assert tally.handling.sum == near(whole.handling.sum)
        assert (tally.offers, tally.missed) == (whole.offers, whole.missed)
    in_line = queues.offered - queues.endings[Ending.REJECTED]
    assert in_line == whole.offered - whole.endings[Ending.REJECTED]
    assert queues.endings[Ending.REJECTED] == queues.refused.total() == whole.refused.total()
    by_rule = (Ending.TIMED_OUT, Ending.OVERFLOWED, Ending.KEYED)
    assert whole.exits.total() <= sum(whole.endings[ending] for ending in by_rule)
    assert callers.endings == whole.endings
    assert agents.ring.count == whole.ring.count
    assert agents.states.keys() == whole.states.keys()


def calls_add_up(row: Row, of: Dimension) -> None:
    tally = row.tally
    assert tally.total == tally.endings[Ending.ANSWERED] + tally.unanswered + tally.endings[Ending.REJECTED]
    assert tally.total <= tally.offered
    assert tally.called_back.total() <= tally.callbacks
    assert tally.handling.sum == near(tally.talk.sum + tally.after_call.sum)
    assert tally.handling.count == tally.talk.count >= tally.after_call.count
    assert tally.offers == tally.ring.count + sum(tally.missed.values())
    assert len(tally.answered) == tally.endings[Ending.ANSWERED] or of is Dimension.AGENT
    for formula in Formula:
        level = service_level(tally, formula, 20.0, 5.0)
        assert level is None or 0.0 <= level <= 1.0
    for figures in (CALLS, AGENTS, WHOLE):
        document(tally, figures, Choice(ring_is_work=True))
    worked = document(tally, AGENTS, Choice(ring_is_work=True))["occupancy"]
    assert worked is None or -1e-9 <= worked <= 1 + 1e-9


SELECTIONS = [
    Selection(by=by, belongs=belongs, zone=ZoneInfo("Europe/Berlin")) for by in By for belongs in Belongs
]


@rows("VX-17")
@given(facts=streams())
@settings(max_examples=60, deadline=None)
def test_drawn_calls_add_up(facts: list[Fact]):
    for selection in SELECTIONS:
        must_add_up(facts, selection)


def test_simulated_calls_add_up(simulated: list[Fact]):
    for selection in SELECTIONS:
        must_add_up(simulated, selection)


@given(facts=streams(), zone=ZONES, belongs=st.sampled_from(Belongs))
@settings(max_examples=60, deadline=None)
def test_intervals_add_up_to_the_whole(facts: list[Fact], zone: str, belongs: Belongs):
    parts_are_the_whole(facts, ZoneInfo(zone), belongs)


def test_simulated_intervals_add_up_to_the_whole(simulated: list[Fact]):
    parts_are_the_whole(simulated, ZoneInfo("UTC"), Belongs.END)


def parts_are_the_whole(facts: list[Fact], zone: ZoneInfo, belongs: Belongs) -> None:
    whole = Figures(Selection(belongs=belongs)).feed_all(facts)
    now = whole.last_at
    for by in (By.HOUR, By.DAY, By.HOUR_OF_DAY):
        parts = Figures(Selection(belongs=belongs, by=by, zone=zone)).feed_all(facts)
        for of in Dimension:
            rows: defaultdict[str, list[Tally]] = defaultdict(list)
            for row in parts.rows(of, now):
                rows[row.key].append(row.tally)
            for row in whole.rows(of, now):
                must_be_the_same(merged(rows.pop(row.key)), row.tally)
            assert not rows


@given(facts=streams(), cut=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_times_side_by_side_add_up(facts: list[Fact], cut: float):
    """Two reports, each over its own time, are the report over both."""
    begin, end = facts[0].at, facts[-1].at + 1
    middle = begin + cut * (end - begin)
    halves = [
        Figures(Selection(since=since, until=until)).feed_all(facts)
        for since, until in ((begin, middle), (middle, end))
    ]
    whole = Figures(Selection(since=begin, until=end)).feed_all(facts)
    must_be_the_same(merged(half.total(end) for half in halves), whole.total(end))


def must_be_the_same(one: Tally, other: Tally) -> None:
    """But for how often a state began: one that is cut counts in both parts."""
    assert (one.visits, one.offered, one.offers) == (other.visits, other.offered, other.offers)
    assert (one.endings, one.missed) == (other.endings, other.missed)
    assert (one.callbacks, one.called_back) == (other.callbacks, other.called_back)
    assert (one.answered, one.abandoned) == (other.answered, other.abandoned)
    for name in ("waiting", "abandonment", "ring", "talk", "after_call", "handling"):
        mine, its = getattr(one, name), getattr(other, name)
        assert (mine.count, mine.least, mine.most) == (its.count, its.least, its.most)
        assert mine.sum == near(its.sum)
    assert one.length.area == near(other.length.area)
    assert one.length.most == other.length.most
    for state in one.states.keys() | other.states.keys():
        assert one.seconds(state[0]) == near(other.seconds(state[0]))


@given(facts=streams(), cut=st.floats(0, 1), belongs=st.sampled_from(Belongs))
@settings(max_examples=60, deadline=None)
def test_in_two_halves_as_at_once(facts: list[Fact], cut: float, belongs: Belongs):
    selection = Selection(by=By.HOUR, belongs=belongs)
    half = int(cut * len(facts))
    parted = Figures(selection).feed_all(facts[:half])
    for of in Dimension:
        parted.rows(of, parted.last_at + 100)
    parted.feed_all(facts[half:])
    at_once = Figures(selection).feed_all(facts)
    for of in Dimension:
        assert parted.rows(of, parted.last_at) == at_once.rows(of, at_once.last_at)


# --- agents' time -----------------------------------------------------------------------------------------


def every_second_is_in_a_state(facts: list[Fact]) -> None:
    since, until = facts[0].at - 10, facts[-1].at + 10
    figures = Figures(Selection(since=since, until=until)).feed_all(facts)
    rows = figures.rows(Dimension.AGENT, until)
    for row in rows:
        assert row.tally.seconds(*State) == near(until - since)
        assert document(row.tally, AGENTS, Choice())["logged_in_time"] == near(
            logged_in_s(facts, row.key, until)
        )


def logged_in_s(facts: list[Fact], agent: str, until: float) -> float:
    """By the logins themselves: from each LOGIN to its LOGOUT."""
    total, since = 0.0, None
    for fact in facts:
        if isinstance(fact, events.PresenceChanged) and fact.agent == agent:
            if fact.state is State.LOGOUT and since is not None:
                total, since = total + fact.at - since, None
            elif fact.state is not State.LOGOUT and since is None:
                since = fact.at
    return total + (until - since if since is not None else 0.0)


@rows("VX-16")
@given(facts=streams())
@settings(max_examples=60, deadline=None)
def test_the_states_of_an_agent_make_the_interval_and_his_logins(facts: list[Fact]):
    if any(isinstance(fact, events.PresenceChanged) for fact in facts):
        every_second_is_in_a_state(facts)


def test_the_states_of_a_simulated_agent_make_the_interval_and_his_logins(simulated: list[Fact]):
    every_second_is_in_a_state(simulated)


# --- against another count of the same facts --------------------------------------------------------------


def wrap_ups_after_calls(facts: list[Fact]) -> list[Fact]:
    """Without those after calls that agents made themselves."""
    last: dict[str, Fact] = {}
    found: list[Fact] = []
    for fact in facts:
        if isinstance(fact, events.TalkEnded | events.AgentCallEnded):
            last[fact.agent] = fact
        elif isinstance(fact, events.WrapUpEnded) and isinstance(last[fact.agent], events.TalkEnded):
            found.append(fact)
    return found


def test_simulated_figures_counted_otherwise(simulated: list[Fact]):
    figures = Figures().feed_all(simulated)
    now = figures.last_at
    whole = figures.total(now)

    def all_of[F: Fact](kind: type[F]) -> list[F]:
        return [fact for fact in simulated if isinstance(fact, kind)]

    def of_calls[F: events.VisitFact](kind: type[F]) -> list[F]:
        return [fact for fact in all_of(kind) if not fact.visit.startswith(CALLBACK_PREFIX)]

    assert whole.callbacks == len(all_of(events.CallbackRequested))
    assert whole.called_back == Counter(fact.reason for fact in all_of(events.CallbackEnded))
    assert whole.callbacks == whole.called_back.total()
    assert whole.visits == len(all_of(events.CallArrived))
    assert whole.offers == len(all_of(events.OfferMade))
    assert whole.endings[Ending.ANSWERED] == len(of_calls(events.CallServed))
    assert whole.endings[Ending.ABANDONED] == len(all_of(events.CallAbandoned))
    assert whole.talk.count == len(all_of(events.TalkEnded))
    assert whole.after_call.count == len(wrap_ups_after_calls(simulated))
    entries = {(fact.visit, fact.queue, fact.entered_at) for fact in of_calls(events.CallWaits)}
    assert whole.offered == len(entries) + whole.endings[Ending.REJECTED]
    assert whole.total == whole.offered  # nobody is left
    assert not figures.waiting() + figures.talking()
    for row in figures.rows(Dimension.AGENT, now):
        his = [fact.talk_s for fact in all_of(events.TalkEnded) if fact.agent == row.key]
        assert row.tally.talk.sum == near(sum(his))


def test_the_simulated_agents_spent_what_the_checker_counted():
    result = simulate(storm(11))
    figures = Figures().feed_all(item.fact for item in result.facts)
    whole = figures.total(START)
    for state, seconds in result.state_s.items():
        assert whole.seconds(state) == pytest.approx(seconds, abs=1e-3)
