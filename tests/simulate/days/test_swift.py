"""The Router alone tells the same day as the whole stories: who was served by whom, when, and what became of
all others; and agents' states to the second."""

from collections import Counter

import pytest

from ccapp.domain import events
from ccapp.domain.events import Fact, Outcome
from ccapp.domain.serving import Strategy
from ccapp.domain.traffic import Through
from ccapp.simulate.days.measures import CALLS, Counting, DayFigures
from ccapp.simulate.days.replications import run_day
from ccapp.simulate.days.swift import KNOWN, unknown_settings
from tests.simulate.days.plans import AGENTS, HOUR_S, plan


def facts(
    through: Through, seed: int, scale: float = 1.0, strategy: Strategy = Strategy.FEWEST_CALLS
) -> list[Fact]:
    told: list[Fact] = []
    run_day(plan(scale=scale, strategy=strategy).day(seed), through, told.append)
    return told


def fates(told: list[Fact]) -> list[tuple[object, ...]]:
    """Of each call in the order of coming: its queue, wait, agent, and how it ended."""
    fates: dict[str, list[object]] = {}
    for fact in told:
        match fact:
            case events.CallArrived(visit=visit):
                fates[visit] = [round(fact.at, 3)]
            case events.CallWaits(visit=visit, queue=queue, priority_s=priority_s):
                fates[visit] += [queue, priority_s]
            case events.OfferDeclined(visit=visit, agent=agent, reason=reason):
                fates[visit] += [agent, reason, round(fact.at, 3)]
            case events.CallServed(visit=visit, agent=agent, waited_s=waited_s, rang_s=rang_s):
                fates[visit] += [agent, round(waited_s, 3), round(rang_s, 3)]
            case events.CallAbandoned(visit=visit, waited_s=waited_s, offered=offered):
                fates[visit] += [round(waited_s, 3), offered]
            case events.CallEnded(visit=visit, outcome=outcome):
                fates[visit] += [outcome]
    return [tuple(each) for each in fates.values()]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_call_has_the_same_fate_through_the_router_and_the_stories(seed):
    router, stories = (fates(facts(through, seed)) for through in Through)
    assert router == stories
    outcomes = Counter(fate[-1] for fate in router)
    assert outcomes[Outcome.SERVED] > 200
    assert {Outcome.ABANDONED, Outcome.TIMED_OUT} <= outcomes.keys()


def without_names(fate: tuple[object, ...]) -> list[str]:
    return sorted(str(each) for each in fate if each not in AGENTS)


@pytest.mark.parametrize("strategy", [Strategy.LONGEST_IDLE, Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY])
def test_it_is_so_with_several_phones_ringing_at_once(strategy):
    """But for who is first of those whose phones cease to ring in one instant."""
    router, stories = (fates(facts(through, 3, strategy=strategy)) for through in Through)
    assert list(map(without_names, router)) == list(map(without_names, stories))


def test_the_figures_are_the_same_too():
    day, counting = plan().day(3), Counting(interval_s=HOUR_S)
    both = []
    for through in Through:
        figures = DayFigures(day, counting)
        run_day(day, through, figures.feed)
        both.append(figures.measured())
    router, stories = both
    assert router.keys() == stories.keys()
    for key, measures in router.items():
        assert stories[key] == pytest.approx(measures, rel=1e-6, abs=1e-6), key
    assert set(router["queue", "sales"]) == set(CALLS)


def test_a_day_ends_although_hardly_anybody_is_served():
    """All get an ending but those of endless patience whom nobody was left to serve."""
    told = facts(Through.ROUTER, 1, scale=30.0)
    ended = {fact.visit for fact in told if isinstance(fact, events.CallEnded)}
    waits = {fact.visit: fact for fact in told if isinstance(fact, events.CallWaits)}
    assert len(waits) > 5_000
    left = waits.keys() - ended
    assert left
    assert all(waits[visit].own_priority_s == 60.0 for visit in left)


def test_settings_that_only_the_stories_know_are_named():
    centre = plan().centre
    assert unknown_settings(centre) == []
    for kind, known in KNOWN.items():
        assert known <= set(kind.__dataclass_fields__)
