"""The least staff of a day: what Erlang's formulas say, and what days confirm."""

from collections import Counter
from dataclasses import replace

import pytest

from ccapp.domain.ivr import Say
from ccapp.domain.traffic import Duration, Shift
from ccapp.simulate.days.measures import WHOLE, Counting
from ccapp.simulate.days.staffing import (
    NeverMet,
    Offered,
    Search,
    Target,
    by_formula,
    in_mix,
    shifts_of,
    with_more,
)
from tests.simulate.days.plans import AGENTS, HOUR_S, SALES, SUPPORT, centre, traffic
from tests.simulate.days.test_replications import one_queue


@pytest.mark.parametrize(
    ("offered", "agents"),
    [
        (Offered(200 / 3600, 180, 120), 12),  # .8256 with 12 agents
        (Offered(50 / 300, 300, None), 57),  # Erlang C
        (Offered(0.0, 0.0, None), 0),
    ],
)
def test_the_formulas_give_the_fewest_agents(offered, agents):
    assert by_formula(offered, Target(share=0.8), 20) == agents


def test_few_may_give_up_too():
    offered = Offered(200 / 3600, 180, 120)  # .0616 give up with 12 agents
    assert by_formula(offered, Target(share=0.5, abandonment=0.07), 20) == 12
    assert by_formula(offered, Target(share=0.5, abandonment=0.05), 20) == 13


def test_any_number_of_agents_is_a_fair_sample_of_the_mix():
    mix = in_mix(centre(), [SALES, SUPPORT])
    assert sorted(mix) == AGENTS
    spanish = [int(agent[1:]) % 3 == 0 for agent in mix]  # three of eight
    assert [sum(spanish[:count]) for count in (3, 6, 8)] == [1, 2, 3]


def test_more_agents_are_like_those_there_are():
    mix = in_mix(centre(), [SALES, SUPPORT])
    wide, order = with_more(centre(), mix, 20)
    assert len(order) == len(set(order)) == len(wide.agents) == 20
    skills = Counter(tuple(wide.agents[agent].skills) for agent in order[8:16])
    assert skills == Counter(tuple(agent.skills) for agent in centre().agents.values())
    like = next(agent for agent in order if agent.startswith("a0-"))
    assert like in wide.groups["early"].agents
    assert wide.queues[SALES].tiers[like] == wide.queues[SALES].tiers[AGENTS[0]]


def test_staff_becomes_shifts_of_neighbouring_intervals():
    one, two, three = AGENTS[:3]
    at = [9 * HOUR_S, 10 * HOUR_S, 11 * HOUR_S, 12 * HOUR_S, 13 * HOUR_S]
    assert shifts_of([1, 2, 0, 3], traffic(), [one, two, three]) == (
        Shift(agents=frozenset([one]), begin_s=at[0], end_s=at[2]),
        Shift(agents=frozenset([one]), begin_s=at[3], end_s=at[4]),
        Shift(agents=frozenset([two]), begin_s=at[1], end_s=at[2]),
        Shift(agents=frozenset([two]), begin_s=at[3], end_s=at[4]),
        Shift(agents=frozenset([three]), begin_s=at[3], end_s=at[4]),
    )


def search(**more) -> Search:
    plan = one_queue(3, 0, 180, 120)
    stream = replace(plan.traffic.streams[0], per_hour=(60.0, 200.0, 100.0))
    day = replace(
        plan.traffic, begin_s=0, end_s=3 * HOUR_S, interval_s=HOUR_S, streams=(stream,), warm_up_s=0
    )
    plan = replace(plan, traffic=day)
    return Search(plan=plan, target=Target(), counting=Counting(interval_s=HOUR_S), days=15, **more)


def test_every_interval_meets_the_target_and_none_could_spare_an_agent():
    looking = search()
    found = looking.run()
    staff = [need.agents for need in found.needs]
    assert staff[1] > staff[2] > staff[0]
    for need in found.needs:
        assert abs(need.agents - need.formula) <= 1
        assert need.level.high >= 0.8
    for number, key in enumerate([("interval", "00:00"), ("interval", "01:00"), ("interval", "02:00")]):
        fewer = [count - (number == n) for n, count in enumerate(staff)]
        assert looking.measured(fewer, looking.seed).estimate(key, "service_level").mean < 0.8
    assert found.hours == sum(staff)
    assert found.days.estimate(WHOLE, "service_level").mean > 0.8


def test_what_the_present_shifts_have_is_told():
    looking = search()
    agent = next(iter(looking.plan.centre.agents))
    half = Shift(agents=frozenset([agent]), begin_s=0.5 * HOUR_S, end_s=2 * HOUR_S)
    looking.plan = replace(looking.plan, traffic=replace(looking.plan.traffic, shifts=(half,)))
    assert [need.planned for need in looking.run().needs] == pytest.approx([0.5, 1, 0], abs=0.001)


def test_a_target_nobody_can_meet_is_told():
    looking = search()
    queue = next(iter(looking.plan.centre.queues.values()))
    slow = replace(queue, greeting=Say(text="x" * 500))  # thirty seconds of it: nobody is answered in time
    looking.plan = replace(looking.plan, centre=replace(looking.plan.centre, queues={queue.id: slow}))
    looking.days = 2
    with pytest.raises(NeverMet):
        looking.run()


def test_without_anybody_who_serves_there_is_no_staff():
    looking = search()
    looking.plan = replace(looking.plan, centre=replace(looking.plan.centre, agents={}))
    with pytest.raises(NeverMet):
        looking.run()


def test_patient_callers_need_erlang_c():
    looking = search()
    stream = replace(looking.plan.traffic.streams[0], patience=None, talk=Duration(mean_s=120))
    looking.plan = replace(looking.plan, traffic=replace(looking.plan.traffic, streams=(stream,)))
    assert all(abs(need.agents - need.formula) <= 2 for need in looking.run().needs)
