"""Who is served first, and by whom."""

from dataclasses import replace

import pytest

from ccapp.domain.admission import ExitReason
from ccapp.domain.causes import DeclineReason
from ccapp.domain.ids import AgentId, VisitId
from ccapp.domain.presence import IllegalMove, Move, State, SubState
from ccapp.routing.decisions import Dismissed, Offer, Withdrawn, WrapUpOver
from ccapp.routing.router import UnknownAgent, UnknownOffer
from tests.routing.floor import Floor, agent, call, moves, pairs, queue


def gone(visit: str) -> Dismissed:
    return Dismissed(visit=VisitId(visit), reason=ExitReason.QUEUE_GONE)


SALES, HELP = queue("sales", wrap_up_s=0), queue("help", wrap_up_s=0)


def test_five_calls_one_agent_are_served_in_the_order_they_came() -> None:
    floor = Floor(SALES, agent("ann"))
    for number in range(1, 6):
        floor.join(f"call-{number}", "sales")
        floor.now += 1
    assert pairs(floor.ready("ann")) == [("call-1", "ann")]
    served = []
    for number in range(1, 6):
        assert floor.line("sales") == [f"call-{n}" for n in range(number, 6)]
        assert floor.router.position(VisitId("call-5")) == 6 - number
        floor.accept(f"call-{number}")
        served += pairs(floor.end_talk("ann"))
    assert served == [(f"call-{n}", "ann") for n in range(2, 6)]
    assert floor.line() == []
    assert floor.state("ann") is State.READY


def test_priority_seconds_are_seconds_of_waiting() -> None:
    floor = Floor(SALES, queue("vip", priority_s=60, wrap_up_s=0), agent("ann"))
    floor.join("long", "sales", waited_s=61)
    floor.join("vip", "vip")
    floor.join("short", "sales", waited_s=59)
    floor.join("own", "sales", waited_s=59, own_priority_s=1.5)
    assert floor.line() == ["long", "own", "vip", "short"]
    assert pairs(floor.ready("ann")) == [("long", "ann")]


def test_equal_keys_go_by_the_order_of_joining() -> None:
    floor = Floor(SALES, HELP, agent("ann"))
    floor.join("zed", "sales")
    floor.join("abe", "help")
    assert floor.line() == ["zed", "abe"]
    assert pairs(floor.ready("ann")) == [("zed", "ann")]


def test_an_agent_of_several_queues_takes_the_oldest_of_all() -> None:
    floor = Floor(
        queue("sales", "sales"), queue("help", "help"), agent("ann", "sales help"), agent("ben", "help")
    )
    floor.join("help-1", "help", waited_s=5)
    floor.join("sales-1", "sales", waited_s=9)
    floor.join("help-2", "help", waited_s=7)
    assert pairs(floor.ready("ann")) == [("sales-1", "ann")]
    assert pairs(floor.ready("ben")) == [("help-2", "ben")]
    assert floor.line("help") == ["help-2", "help-1"]


def test_a_call_nobody_may_serve_holds_up_nobody_behind_it() -> None:
    floor = Floor(queue("rare", "klingon:9"), SALES, agent("ann"))
    floor.join("stuck", "rare", waited_s=1000)
    floor.join("next", "sales")
    assert pairs(floor.ready("ann")) == [("next", "ann")]
    assert floor.line("rare") == ["stuck"]


def test_the_least_widely_skilled_is_taken_first_though_idle_shorter() -> None:
    queues = [queue("sales", "sales"), queue("help", "help"), queue("tech", "tech")]
    floor = Floor(*queues, agent("all", "sales help tech"), agent("two", "sales help"), agent("one", "sales"))
    floor.ready("all", "two", "one")
    assert [pairs(floor.join(f"v{n}", "sales")) for n in range(3)] == [
        [("v0", "one")],
        [("v1", "two")],
        [("v2", "all")],
    ]


def test_who_is_widely_skilled_depends_on_who_is_on_duty() -> None:
    queues = [queue("any"), queue("help", "help"), queue("tech", "tech")]
    crew = [agent("ann", "help"), agent("ben", "tech"), *(agent(f"more-{n}", "help") for n in range(3))]
    floor = Floor(*queues, *crew)
    floor.ready("ann", "ben")
    assert pairs(floor.join("v1", "any")) == [("v1", "ann")], "alike, and idle longest"
    floor.leave("v1")
    floor.ready("more-0", "more-1", "more-2")
    floor.move("ann", Move.NOT_READY)
    assert pairs(floor.join("v2", "any"))[0][1].startswith("more"), "ben alone can serve tech: spared"


def test_who_is_widely_skilled_depends_on_the_calls_that_come() -> None:
    floor = Floor(
        queue("any"), queue("help", "help"), queue("tech", "tech"), agent("ann", "help"), agent("ben", "tech")
    )
    floor.ready("ann", "ben")
    for number in range(256):
        floor.join(f"v{number}", "help")
        floor.leave(f"v{number}")
    assert pairs(floor.join("v", "any")) == [("v", "ben")], "ann is idle longest, but help needs her"


def test_among_equals_the_longest_idle_is_taken() -> None:
    floor = Floor(SALES, *(agent(name) for name in ("ann", "ben", "cat")))
    floor.ready("cat", "ann", "ben")
    order = []
    for number in range(4):
        order += pairs(floor.join(f"v{number}", "sales"))
        floor.accept(f"v{number}")
        floor.now += 1
        floor.end_talk(order[-1][1])
    assert [name for _, name in order] == ["cat", "ann", "ben", "cat"]


def test_one_who_said_ready_again_keeps_his_place() -> None:
    floor = Floor(SALES, agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    assert floor.move("ann", Move.READY) == []
    assert pairs(floor.join("v", "sales")) == [("v", "ann")]


def test_a_phone_that_comes_back_finds_its_place_among_the_idle() -> None:
    floor = Floor(SALES, *(agent(name) for name in ("ann", "ben", "cat", "dan")))
    floor.ready("ann", "ben", "cat", "dan")
    for name in ("ben", "cat"):
        floor.online(name, False)
    for name in ("cat", "ben"):
        floor.online(name, True)
    assert [pairs(floor.join(f"v{n}", "sales"))[0][1] for n in range(4)] == ["ann", "ben", "cat", "dan"]


def test_a_queue_that_names_its_agents_is_served_by_those_alone() -> None:
    floor = Floor(
        queue("team", agents=frozenset({AgentId("ben"), AgentId("nobody")})), agent("ann"), agent("ben")
    )
    floor.ready("ann")
    assert pairs(floor.join("v", "team")) == []
    assert pairs(floor.ready("ben")) == [("v", "ben")]


def test_a_calls_own_skills_count_beside_the_queues_and_in_any_case() -> None:
    floor = Floor(queue("sales", "Sales"), agent("ann", "SALES:3"), agent("ben", "sales Spanish:2"))
    floor.ready("ann", "ben")
    assert pairs(floor.join("v1", "sales", own="spanish:2")) == [("v1", "ben")]
    assert pairs(floor.join("v2", "sales", own="spanish:3")) == []
    assert pairs(floor.join("v3", "sales", own="sales:3")) == [("v3", "ann")]


def test_requirements_only_calls_bring_are_forgotten_when_unused() -> None:
    floor = Floor(SALES, agent("ann", " ".join(f"s{n}:9" for n in range(60))))
    floor.ready("ann")
    for number in range(540):
        visit = f"v{number}"
        assert pairs(floor.join(visit, "sales", own=f"s{number % 60}:{1 + number // 60}")) == [(visit, "ann")]
        floor.leave(visit)
    assert len(floor.router._index._signatures) < 300
    assert len(floor.router._seats[AgentId("ann")].signatures) < 300
    assert pairs(floor.join("last", "sales", own="s1:9")) == [("last", "ann")]


# --- offers ----------------------------------------------------------------------------------------------


def test_an_unanswered_call_goes_on_to_the_next_and_keeps_its_place() -> None:
    floor = Floor(SALES, agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    floor.join("first", "sales")
    floor.now += 15
    assert pairs(floor.decline("first")) == [("first", "ben")]
    assert floor.offer("first").offer == "first/2"
    floor.join("second", "sales")
    assert floor.serves("second") == "ann", "tried for the first call, not for others"
    assert floor.line() == ["first", "second"]


def test_a_pair_just_tried_is_tried_again_after_a_while_and_blocks_nobody() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=5), agent("ann", max_misses=0))
    floor.ready("ann")
    floor.join("first", "sales")
    floor.join("second", "sales")
    floor.join("third", "sales")
    assert pairs(floor.decline("first")) == [("second", "ann")]
    assert pairs(floor.decline("second")) == [("third", "ann")]
    assert pairs(floor.decline("third")) == []
    assert floor.router.waiting()[0].tried == {AgentId("ann"): floor.now + 5}
    assert floor.router.next_deadline() == floor.now + 5
    assert pairs(floor.tick(4.9)) == []
    assert pairs(floor.tick(0.2)) == [("first", "ann")]
    assert floor.offer("first").offer == "first/2"


def test_calls_the_agent_was_tried_for_are_passed_over_however_many() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=50), agent("ann", max_misses=0), agent("ben"))
    floor.ready("ann")
    for number in range(10):
        floor.join(f"v{number}", "sales")
    for number in range(5):
        assert floor.serves(f"v{number}") == "ann"
        floor.decline(f"v{number}")
    assert floor.serves("v5") == "ann"
    floor.leave("v5")
    assert floor.serves("v6") == "ann"
    assert pairs(floor.ready("ben")) == [("v0", "ben")]


def test_a_pause_holds_an_agent_back_and_ends_by_the_clock() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=0), agent("ann", reject_delay_s=10))
    floor.ready("ann")
    floor.join("v", "sales")
    assert pairs(floor.decline("v", DeclineReason.REJECTED)) == []
    assert floor.state("ann") is State.READY
    assert floor.router.next_deadline() == floor.now + 10
    assert pairs(floor.tick(9.99)) == []
    assert pairs(floor.tick(0.02)) == [("v", "ann")]


def test_any_event_does_what_has_come_due() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=0), HELP, agent("ann", reject_delay_s=10))
    floor.ready("ann")
    floor.join("v", "sales")
    floor.decline("v", DeclineReason.REJECTED)
    floor.now += 11
    assert pairs(floor.join("w", "help")) == [("v", "ann")]


def test_an_offer_has_one_outcome() -> None:
    floor = Floor(SALES, agent("ann"))
    floor.ready("ann")
    floor.join("v", "sales")
    offer = floor.offer("v").offer
    floor.accept("v")
    assert floor.router.declined(offer, DeclineReason.TECHNICAL, floor.now) == []
    with pytest.raises(UnknownOffer):
        floor.router.accepted(offer, None, floor.now)
    assert floor.state("ann") is State.BUSY


def test_a_caller_who_leaves_costs_the_agent_nothing() -> None:
    floor = Floor(SALES, agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    assert moves(floor.leave("v")) == ["ann BUSY>READY caller_gone"]
    assert floor.leave("v") == []
    assert pairs(floor.join("w", "sales")) == [("w", "ann")], "idle longest, as before"


def test_declined_because_the_caller_is_gone_takes_the_call_out_of_line() -> None:
    floor = Floor(SALES, agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    assert pairs(floor.decline("v", DeclineReason.CALLER_GONE)) == []
    assert floor.line() == []


@pytest.mark.parametrize(("move", "state"), [(Move.LOG_OUT, State.LOGOUT), (Move.NOT_READY, State.UNREADY)])
def test_leaving_while_the_phone_rings_withdraws_the_offer(move: Move, state: State) -> None:
    floor = Floor(SALES, agent("ann"), agent("ben"))
    floor.ready("ann", "ben")
    floor.join("v", "sales")
    offer = floor.offer("v").offer
    told = floor.move("ann", move)
    assert isinstance(told[0], Withdrawn)
    assert (told[0].offer, told[0].reason) == (offer, DeclineReason.WITHDRAWN)
    assert pairs(told) == [("v", "ben")]
    assert floor.state("ann") is state
    assert floor.router.declined(offer, DeclineReason.WITHDRAWN, floor.now) == []


def test_misses_in_a_row_end_in_unready_and_the_call_goes_on_waiting() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=0), agent("ann", max_misses=3))
    floor.ready("ann")
    floor.join("v", "sales")
    assert pairs(floor.decline("v")) == [("v", "ann")]
    assert pairs(floor.decline("v")) == [("v", "ann")]
    assert moves(floor.decline("v")) == ["ann BUSY>UNREADY missed 3 calls in a row"]
    assert floor.line() == ["v"]
    assert pairs(floor.move("ann", Move.READY)) == [("v", "ann")]


# --- the talk and after it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told_s", "of_agent_s", "of_queue_s", "lasts_s"),
    [(None, None, 7.0, 7.0), (None, 3.0, 7.0, 3.0), (1.0, 3.0, 7.0, 1.0), (None, 0.0, 7.0, 0.0)],
)
def test_wrap_up_is_the_calls_else_the_agents_else_the_queues(
    told_s: float | None, of_agent_s: float | None, of_queue_s: float, lasts_s: float
) -> None:
    floor = Floor(queue("sales", wrap_up_s=of_queue_s), agent("ann", wrap_up_s=of_agent_s))
    floor.ready("ann")
    floor.join("v", "sales")
    floor.accept("v", told_s)
    floor.now += 100
    floor.end_talk("ann")
    assert floor.presence("ann").wrap_up_until == (floor.now + lasts_s if lasts_s else None)
    floor.join("w", "sales")
    assert (floor.serves("w") == "ann") is (lasts_s == 0)
    if lasts_s:
        told = floor.tick(lasts_s)
        assert WrapUpOver(agent=AgentId("ann"), wrap_up_s=lasts_s) in told
        assert pairs(told) == [("w", "ann")]


def test_wrap_up_done_by_hand_says_how_long_it_was() -> None:
    floor = Floor(queue("sales", wrap_up_s=60), agent("ann"))
    floor.ready("ann")
    floor.join("v", "sales")
    floor.accept("v")
    floor.end_talk("ann")
    floor.now += 12
    assert WrapUpOver(agent=AgentId("ann"), wrap_up_s=12.0) in floor.move("ann", Move.WRAP_UP_DONE)
    assert floor.router.next_deadline() is None


def test_a_break_asked_for_during_the_talk_is_taken_after_it_and_gets_no_call() -> None:
    floor = Floor(SALES, agent("ann"))
    floor.ready("ann")
    floor.join("v", "sales")
    floor.accept("v")
    floor.join("w", "sales")
    floor.move("ann", Move.NOT_READY, SubState.BREAK, "tea")
    assert moves(floor.end_talk("ann")) == ["ann BUSY>UNREADY asked for during the call"]
    assert floor.serves("w") is None


def test_what_is_refused_changes_nothing() -> None:
    floor = Floor(SALES, agent("ann"))
    before = floor.router.presences()
    with pytest.raises(IllegalMove):
        floor.move("ann", Move.READY)
    with pytest.raises(IllegalMove):
        floor.end_talk("ann")
    with pytest.raises(UnknownAgent):
        floor.move("zoe", Move.LOG_IN)
    assert floor.router.presences() == before


def test_logging_in_is_told_with_the_state_it_passes_through() -> None:
    floor = Floor(SALES, agent("ann"))
    (moved,) = floor.move("ann", Move.LOG_IN)
    assert getattr(moved, "through", None) == (State.LOGIN,)


# --- configuration ---------------------------------------------------------------------------------------


def test_new_configuration_is_matched_at_once_oldest_first() -> None:
    floor = Floor(queue("sales", "sales"), agent("ann"))
    floor.ready("ann")
    floor.join("second", "sales")
    floor.join("first", "sales", waited_s=9)
    assert pairs(floor.reconfigure(queue("sales", "sales"), agent("ann", "sales"))) == [("first", "ann")]


def test_a_calls_own_requirement_and_priority_outlive_its_queues() -> None:
    floor = Floor(queue("sales", "sales", priority_s=5), agent("ann", "spanish"), agent("ben", "help"))
    floor.ready("ann", "ben")
    floor.join("v", "sales", own="spanish", own_priority_s=7)
    assert pairs(floor.reconfigure(queue("sales", priority_s=50), *floor.centre.agents.values())) == [
        ("v", "ann")
    ]
    (waiting,) = floor.router.waiting()
    assert (dict(waiting.requires), waiting.priority_s) == ({"spanish": 1}, 57)


def test_a_removed_queue_strands_its_calls_once_no_phone_rings() -> None:
    floor = Floor(SALES, HELP, agent("ann"))
    floor.ready("ann")
    floor.join("ringing", "sales")
    floor.join("waiting", "sales")
    assert floor.reconfigure(HELP, agent("ann")) == [gone("waiting")]
    assert floor.serves("ringing") == "ann"
    assert gone("ringing") in floor.decline("ringing")
    assert floor.line() == []
    assert floor.router.join(call("late", SALES), floor.now) == [gone("late")]


def test_removed_agents_go_each_as_he_can() -> None:
    floor = Floor(SALES, *(agent(name) for name in ("idle", "ringing", "talking", "stays")))
    floor.ready("talking", "ringing", "idle")
    floor.join("talk", "sales")
    floor.accept("talk")
    floor.join("ring", "sales")
    floor.join("own", "sales")
    floor.leave("own")
    told = floor.reconfigure(SALES, agent("stays"))
    assert [d.agent for d in told if isinstance(d, Withdrawn)] == ["ringing"]
    assert moves(told) == [
        "idle READY>LOGOUT removed",
        "ringing BUSY>LOGOUT removed",
        "talking BUSY>BUSY removed",
    ]
    assert floor.line() == ["ring"]
    assert set(floor.router.presences()) == {"talking", "stays"}
    with pytest.raises(UnknownAgent):
        floor.move("talking", Move.READY)
    assert moves(floor.end_talk("talking")) == ["talking BUSY>LOGOUT asked for during the call"]
    assert set(floor.router.presences()) == {"stays"}
    assert pairs(floor.ready("stays")) == [("ring", "stays")]


def test_an_agent_removed_and_brought_back_is_still_not_rung_for_the_same_call() -> None:
    floor = Floor(queue("sales", retry_same_agent_s=30), agent("ann"))
    floor.ready("ann")
    floor.join("v", "sales")
    floor.decline("v")
    floor.reconfigure(queue("sales", retry_same_agent_s=30))
    floor.reconfigure(queue("sales", retry_same_agent_s=30), agent("ann"))
    assert pairs(floor.ready("ann")) == []
    assert pairs(floor.tick(30)) == [("v", "ann")]


# --- recovery --------------------------------------------------------------------------------------------


def test_a_restored_floor_goes_on_where_it_was() -> None:
    floor = Floor(queue("sales", wrap_up_s=10), agent("ann"), agent("ben"), agent("cat"), agent("dan"))
    floor.ready("ann", "ben", "cat", "dan")
    floor.join("talk", "sales")
    floor.accept("talk")
    floor.join("over", "sales")
    floor.accept("over")
    floor.end_talk("ben")
    again = Floor(*floor.centre.queues.values(), *floor.centre.agents.values(), now=floor.now)
    for presence in reversed(list(floor.router.presences().values())):
        again.router.restore(presence)
    again.router.restore_talking(
        AgentId("ann"), VisitId("talk"), floor.centre.queues["sales"].id, None, again.now
    )
    assert again.tick() == []
    assert again.router.presences() == floor.router.presences()
    assert pairs(again.join("v", "sales")) == [("v", "cat")], "idle longer than dan, ben wraps up"
    assert pairs(again.join("w", "sales", tried={AgentId("dan"): again.now + 5})) == []
    assert pairs(again.tick(5)) == [("w", "dan")]
    again.end_talk("ann")
    assert again.state("ann") is State.ACW


def test_a_surviving_talk_of_one_no_longer_configured_ends_him_with_it() -> None:
    floor = Floor(SALES)
    floor.router.restore_talking(AgentId("old"), VisitId("v"), SALES.id, 5.0, floor.now)
    assert floor.state("old") is State.BUSY
    floor.end_talk("old")
    assert floor.router.presences() == {}


def test_offers_go_on_counting_after_a_restart() -> None:
    floor = Floor(SALES, agent("ann"))
    floor.ready("ann")
    told = floor.router.join(replace(call("v", SALES), offers=4), floor.now)
    assert [d.offer for d in told if isinstance(d, Offer)] == ["v/5"]
