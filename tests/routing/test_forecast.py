"""How long calls will wait: the arithmetic, what the Router makes of line and staff, what is learnt."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain import events
from ccapp.domain.events import EndedBy
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, OfferId, QueueId, VisitId
from ccapp.domain.managers import ManagerRules
from ccapp.domain.presence import Move, SubState
from ccapp.domain.serving import AskLess, QueueGroups
from ccapp.routing.experience import Experience, Habits
from ccapp.routing.forecast import Forecast, Team, Waiting, forecast, served_after
from tests.domain.steady import STEADY
from tests.routing.floor import START, Floor, agent, call, group, queue

HANDLING_S = 180.0  # a queue's by default


def alone(bits: int, giving_up: float = 0.0) -> Waiting:
    return Waiting(((0.0, bits),), giving_up)


def team(may: int, rate: float, free: int = 0) -> Team:
    return Team(may=may, agents=1, free=free, rate=rate)


# --- the arithmetic ---------------------------------------------------------------------------------------


def test_in_a_line_of_its_own_each_waits_for_one_end_more() -> None:
    assert served_after([alone(1)] * 4, [team(1, 0.05), team(1, 0.05)]) == pytest.approx([10, 20, 30, 40])
    assert served_after([alone(1)] * 3, [team(1, 0.1, free=2)]) == pytest.approx([0, 0, 10])


def test_those_ahead_who_give_up_make_it_shorter() -> None:
    """Of one that waits for ever behind `n` who do not: the sum of 1 / (rate + n times giving up)."""
    found = served_after([alone(1, 0.01)] * 30, [team(1, 0.1)])
    for number, after_s in enumerate(found):
        exact = sum(1 / (0.1 + 0.01 * ahead) for ahead in range(number + 1))
        assert after_s == pytest.approx(exact, rel=0.04)


def test_nobody_for_it_is_not_known_and_delays_nobody() -> None:
    assert served_after([alone(2), alone(1)], [team(1, 0.1)]) == [None, pytest.approx(10)]
    assert served_after([alone(1)], []) == [None]


def test_agents_of_their_own_go_on_serving_when_the_others_help_elsewhere() -> None:
    """The first two by those who may serve only them; then the third by both."""
    line = [alone(1), alone(1), alone(2)]
    both, one = team(3, 0.1), team(1, 0.1)
    assert served_after(line, [one, both]) == pytest.approx([5, 10, 20])
    assert served_after(line, [one, team(2, 0.1)]) == pytest.approx([10, 20, 10])


def test_who_may_serve_later_serves_later() -> None:
    line = [Waiting(((0.0, 1), (15.0, 2)), 0.0)]
    assert served_after(line, [team(2, 0.1)]) == pytest.approx([25])
    assert served_after(line, [team(3, 0.1)]) == pytest.approx([10])


WHO = st.lists(
    st.tuples(st.sampled_from([0.0, 5.0, 60.0]), st.sampled_from([1, 2, 4])),
    max_size=2,
    unique_by=lambda w: w[0],
).map(lambda more: ((0.0, 1), *sorted(step for step in more if step[0] > 0)))
LINE = st.lists(st.builds(Waiting, WHO, st.sampled_from([0.0, 0.001, 0.1])), max_size=12)
TEAMS = st.lists(
    st.builds(
        Team,
        may=st.integers(1, 7),
        agents=st.integers(1, 9),
        free=st.integers(0, 2),
        rate=st.sampled_from([0.0, 1e-6, 0.01, 3.0, 1e9]),
    ),
    max_size=5,
)


@STEADY
@given(LINE, TEAMS)
def test_whatever_the_line_and_staff_no_wait_is_negative_or_no_number(
    line: list[Waiting], teams: list[Team]
) -> None:
    found = served_after(line, teams)
    for after_s in found:
        assert after_s is None or (math.isfinite(after_s) and after_s >= 0)
    for alike in set(line):
        own = [math.inf if s is None else s for s, each in zip(found, line, strict=True) if each == alike]
        assert own == sorted(own), "who stands before another of his kind is served before him"
    if not teams:
        assert set(found) <= {None}


@STEADY
@given(
    st.floats(0, 1e6),
    st.builds(
        Habits,
        handling_s=st.floats(1, 1e4),
        spread=st.floats(0, 50),
        ring_s=st.floats(0, 60),
        giving_up=st.floats(0, 1),
    ),
    st.integers(0, 500),
    st.floats(0, 100),
    st.floats(0, 1),
)
def test_a_forecast_is_never_negative_nor_beyond_its_bound(
    after_s: float, habits: Habits, agents: int, rate: float, overtaken: float
) -> None:
    found = forecast(after_s, habits, agents, rate, overtaken=overtaken)
    assert 0 <= found.expected_s <= found.bound_s < math.inf
    assert (
        forecast(2 * after_s, habits, agents, rate, overtaken=overtaken).expected_s >= found.expected_s - 1e-6
    )


@pytest.mark.parametrize(("ends", "exact"), [(1, 2.3026), (3, 5.3223), (10, 14.206), (40, 48.36)])
def test_nine_in_ten_wait_no_longer_than_the_bound(ends: int, exact: float) -> None:
    """Exact: the 90 % point of Erlang's law of so many ends; ours is longer by some doubt."""
    bound_s = forecast(ends, Habits(handling_s=5.0), 5, 1.0).bound_s
    assert exact * 0.99 < bound_s < exact * 1.2


def test_talks_of_one_length_are_nearer_their_end() -> None:
    """One agent whose talks all last 100 s: he is in the midst of one."""
    assert forecast(100.0, Habits(handling_s=100.0, spread=0.0), 1, 0.01).expected_s == pytest.approx(50)
    assert forecast(300.0, Habits(handling_s=100.0, spread=0.0), 1, 0.01).expected_s == pytest.approx(250)
    assert forecast(100.0, Habits(handling_s=100.0), 1, 0.01).expected_s == pytest.approx(100)


# --- the Router -------------------------------------------------------------------------------------------


def expected(floor: Floor, experience: Experience | None = None) -> dict[str, float | None]:
    found = floor.router.forecasts(experience or Experience(), floor.now)
    return {visit: None if each is None else each.expected_s for visit, each in found.items()}


def busy(floor: Floor, *names: str, at: str = "sales") -> Floor:
    """All of them are there, and talk."""
    floor.ready(*names)
    for name in names:
        floor.join(f"with {name}", at)
        floor.accept(f"with {name}")
    return floor


def test_without_anybody_it_is_unknown_and_on_the_phone_they_count() -> None:
    floor = Floor(queue("sales"), agent("ann"), agent("ben"), agent("cat"))
    floor.join("one", "sales")
    assert expected(floor) == {"one": None}
    floor.leave("one")
    busy(floor, "ann", "ben")
    floor.join("one", "sales")
    floor.join("two", "sales")
    assert expected(floor) == {"one": HANDLING_S / 2, "two": HANDLING_S}
    assert (
        floor.router.forecast(VisitId("two"), Experience(), floor.now)
        == floor.router.forecasts(Experience(), floor.now)[VisitId("two")]
    )
    assert floor.router.forecast(VisitId("nobody"), Experience(), floor.now) is None


def test_who_will_not_take_another_call_does_not_count() -> None:
    floor = busy(Floor(queue("sales"), agent("ann"), agent("ben"), agent("cat")), "ann", "ben", "cat")
    floor.join("one", "sales")
    assert expected(floor) == {"one": HANDLING_S / 3}
    floor.move("ann", Move.NOT_READY, SubState.BREAK)  # after this call
    assert expected(floor) == {"one": HANDLING_S / 2}
    floor.online("ben", False)
    assert expected(floor) == {"one": HANDLING_S}
    floor.move("cat", Move.LOG_OUT)
    assert expected(floor) == {"one": None}


def test_one_who_is_rung_for_waits_no_more_and_is_not_counted() -> None:
    floor = Floor(queue("sales"), agent("ann"))
    floor.join("one", "sales")
    floor.join("two", "sales")
    floor.ready("ann")
    assert expected(floor) == {"one": 0, "two": HANDLING_S}


def test_calls_of_other_queues_that_the_same_agents_take_before_count() -> None:
    """Ann serves both, Ben sales only."""
    agents = agent("ann", "a b"), agent("ben", "a")
    floor = busy(Floor(queue("sales", "a"), queue("help", "b"), *agents), "ann", "ben")
    floor.join("first", "sales")
    floor.now += 1
    floor.join("second", "help")
    waits = expected(floor)
    assert waits["first"] == HANDLING_S / 2
    assert waits["second"] == HANDLING_S / 2 + HANDLING_S  # Ann alone, once the first is served
    floor.leave("first")
    assert expected(floor) == {"second": HANDLING_S}


def test_a_higher_priority_goes_before_and_so_do_those_of_it_who_are_still_to_come() -> None:
    floor = busy(Floor(queue("sales", priority=1), queue("gold"), agent("ann"), agent("ben")), "ann", "ben")
    floor.join("plain", "sales")
    floor.join("golden", "gold")
    assert expected(floor) == {"golden": HANDLING_S / 2, "plain": HANDLING_S}
    experience = Experience()
    for n in range(60):  # a call of gold in 15 s, for a quarter of an hour
        waits = events.CallWaits(
            at=floor.now - 900 + 15 * n, visit=VisitId(f"g{n}"), queue=QueueId("gold"),
            entered_at=0, priority_s=0, requires={},
        )  # fmt: skip
        experience.hear(waits, floor.centre.queues)
    later = expected(floor, experience)
    assert later["golden"] == HANDLING_S / 2
    assert later["plain"] is not None
    assert 600 <= later["plain"] < 1200  # more come than both can serve; after ten minutes nobody overtakes


def test_a_call_that_will_ask_for_less_will_have_more_agents() -> None:
    wide = queue("sales", "a:2", relax=(AskLess(after_s=30.0, skill="a", level=1),))  # type: ignore[arg-type]
    floor = busy(
        Floor(wide, queue("other"), agent("ann", "a:2"), agent("ben", "a:1")), "ann", "ben", at="other"
    )
    floor.join("one", "sales")
    assert expected(floor) == {"one": pytest.approx(30 + (HANDLING_S - 30) / 2)}
    floor.tick(30)
    assert expected(floor) == {"one": HANDLING_S / 2}


def test_backups_count_from_when_they_help() -> None:
    backed = queue(
        "sales",
        groups=QueueGroups(primary=("desk",), backup=("spare",), backup_after_s=60.0),  # type: ignore[arg-type]
    )
    agents = agent("ann"), agent("ben"), group("desk", "ann"), group("spare", "ben")
    floor = busy(Floor(backed, queue("other"), *agents), "ann", "ben", at="other")
    floor.join("one", "sales")
    assert expected(floor) == {"one": pytest.approx(60 + (HANDLING_S - 60) / 2)}


def test_one_kept_for_his_manager_counts_for_him_alone_at_first() -> None:
    floor = busy(
        Floor(queue("sales", manager=ManagerRules(wait_s=50.0)), agent("ann"), agent("ben")), "ann", "ben"
    )
    floor.join("one", "sales", manager="ann")
    assert expected(floor) == {"one": pytest.approx(50 + (HANDLING_S - 50) / 2)}


def test_behind_very_many_it_goes_on_by_number() -> None:
    floor = busy(Floor(queue("sales"), agent("ann")), "ann")
    for n in range(300):
        floor.join(f"c{n:03}", "sales")
    waits = expected(floor)
    assert waits["c299"] == pytest.approx(300 * HANDLING_S)
    newcomer = call("new", floor.centre.queues[QueueId("sales")], floor.now)
    assert floor.router.refusal(newcomer, Experience(), floor.now) is None


# --- experience -------------------------------------------------------------------------------------------

SALES = queue("sales", handling_s=100.0)
QUEUES = {SALES.id: SALES}


def served(at: float, waited_s: float = 10.0, rang_s: float = 4.0) -> events.CallServed:
    return events.CallServed(
        at=at, visit=VisitId("v"), offer=OfferId("v/1"), agent=AgentId("ann"), queue=SALES.id, segment=1,
        channel=ChannelId("c"), bridge=BridgeId("b"), waited_s=waited_s, rang_s=rang_s, wrap_up_s=0.0,
    )  # fmt: skip


def talked(experience: Experience, talk_s: float, wrap_up_s: float = 0.0) -> None:
    ended = events.TalkEnded(
        at=START, visit=VisitId("v"), agent=AgentId("ann"), queue=SALES.id, segment=1, talk_s=talk_s,
        ended_by=EndedBy.CALLER,
    )  # fmt: skip
    experience.hear(ended, QUEUES)
    experience.hear(events.WrapUpEnded(at=START, agent=AgentId("ann"), wrap_up_s=wrap_up_s), QUEUES)


def test_until_calls_are_handled_what_is_configured_counts_and_then_it_fades() -> None:
    experience = Experience()
    assert experience.habits(SALES) == Habits(handling_s=100.0)
    talked(experience, 180.0, 20.0)
    assert experience.habits(SALES).handling_s == pytest.approx(120.0)  # as if it were four calls of 100 s
    for _ in range(300):
        talked(experience, 180.0, 20.0)
    habits = experience.habits(SALES)
    assert habits.handling_s == pytest.approx(200.0, abs=0.5)
    assert habits.spread == pytest.approx(0.0, abs=0.01)


def test_the_time_a_phone_rings_keeps_an_agent_too() -> None:
    experience = Experience()
    for _ in range(50):
        experience.hear(served(START, rang_s=6.0), QUEUES)
    assert experience.habits(SALES).occupied_s == pytest.approx(106.0)


def test_patience_is_time_waited_by_hang_up() -> None:
    experience = Experience()
    gone = events.CallAbandoned(at=START, visit=VisitId("v"), queue=SALES.id, waited_s=30.0, offered=False)
    for _ in range(2000):
        experience.hear(served(START, waited_s=10.0), QUEUES)
        experience.hear(replace(gone), QUEUES)
    assert experience.habits(SALES).giving_up == pytest.approx(1 / 40, rel=0.05)


def test_a_queue_that_is_no_more_teaches_nothing() -> None:
    experience = Experience()
    ended = events.TalkEnded(
        at=START, visit=VisitId("v"), agent=AgentId("ann"), queue=QueueId("old"), segment=1, talk_s=5.0,
        ended_by=EndedBy.CALLER,
    )  # fmt: skip
    experience.hear(ended, QUEUES)
    experience.hear(events.WrapUpEnded(at=START, agent=AgentId("ann"), wrap_up_s=0.0), QUEUES)
    assert experience.habits(SALES) == Habits(handling_s=100.0)


def test_nothing_to_wait_for_is_no_wait() -> None:
    assert forecast(0.0, Habits(handling_s=100.0), 3, 0.1) == Forecast(0.0, 0.0)
