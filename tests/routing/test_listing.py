"""Calls that only those may be given whom the customer's server lists, in its order."""

from ccapp.domain.causes import DeclineReason
from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import Move, State
from ccapp.domain.serving import QueueGroups, Strategy
from ccapp.routing.decisions import Decision, ListChanged, ListWanted
from tests.routing.floor import Floor, agent, group, pairs, queue

ASKED = [ListWanted(queue=QueueId("vip"))]
URL = "https://crm.example/agents"


def floor(*names: str, **more: object) -> Floor:
    """Ann, ben and cat, those named ready, the first for longest; a queue with lists, and one without."""
    vip = queue("vip", get_list_agents_url=URL, **{"retry_same_agent_s": 0.0, "wrap_up_s": 0.0, **more})
    there = Floor(agent("ann"), agent("ben"), agent("cat"), vip, queue("plain", wrap_up_s=0.0))
    there.ready(*names)
    return there


def asked(told: list[Decision]) -> list[Decision]:
    return [decision for decision in told if isinstance(decision, ListWanted)]


def test_without_a_list_nobody_is_rung_and_the_server_is_asked() -> None:
    there = floor("ann", "ben")
    assert there.join("v", "vip") == ASKED
    assert there.tick(100) == []
    assert pairs(there.server_lists("vip", v="")) == []


def test_the_first_free_of_the_list_is_rung_and_not_the_longest_idle() -> None:
    there = floor("ann", "ben", "cat")
    there.join("v", "vip")
    assert pairs(there.server_lists("vip", v="cat:20 ann")) == [("v", "cat")]
    assert there.offer("v").ring_s == 20


def test_groups_skills_levels_and_strategy_count_for_nothing() -> None:
    north = group("north", "ann")
    vip = queue(
        "vip",
        "spanish:2",
        get_list_agents_url=URL,
        groups=QueueGroups(primary=(north.id,)),
        strategy=Strategy.RING_ALL,
    )
    there = Floor(agent("ann"), agent("ben"), agent("cat"), north, vip)
    there.ready("ann", "ben", "cat")
    there.join("v", "vip")
    assert pairs(there.server_lists("vip", v="cat ben")) == [("v", "cat")]


def test_who_is_busy_or_not_there_is_skipped() -> None:
    there = floor("ann", "ben", "cat")
    there.join("before", "plain")
    there.accept("before")
    there.move("ben", Move.NOT_READY)
    there.join("v", "vip")
    assert pairs(there.server_lists("vip", v="ann ben nobody cat")) == [("v", "cat")]
    told = there.router.explain(there.offer("v"), "agents_listed", there.now)
    assert told.steps == (
        "listed 4th of 4; 1st ann: in_call; 2nd ben: not_ready; 3rd nobody: not configured",
    )


def test_after_no_answer_the_next_of_the_list_is_rung_then_the_server_is_asked_again() -> None:
    there = floor("ann", "ben")
    there.join("v", "vip")
    there.server_lists("vip", v="ann ben")
    told = there.decline("v")
    assert pairs(told) == [("v", "ben")]
    told = there.decline("v", DeclineReason.REJECTED)
    assert pairs(told) == []
    assert asked(told) == ASKED
    assert pairs(there.server_lists("vip", v="ann ben")) == [("v", "ann")]


def test_a_list_that_comes_in_the_middle_of_a_round_does_not_begin_it_anew() -> None:
    there = floor("ann", "ben", "cat")
    there.join("v", "vip")
    there.server_lists("vip", v="ann ben")
    there.decline("v")
    there.server_lists("vip", v="ann ben cat")
    assert pairs(there.decline("v")) == [("v", "cat")]


def test_busy_agents_left_aside_the_list_is_through() -> None:
    there = floor("ann", "ben")
    there.join("before", "plain")
    there.accept("before")
    there.join("v", "vip")
    there.server_lists("vip", v="ann ben")
    assert asked(there.decline("v")) == ASKED
    assert pairs(there.end_talk("ann")) == [("v", "ann")]
    there.decline("v")
    assert pairs(there.server_fails("vip")) == [("v", "ann")]


def test_who_comes_free_is_given_the_older_call_of_the_two_that_name_him() -> None:
    there = floor("ann")
    there.join("before", "plain")
    there.accept("before")
    there.join("old", "vip")
    there.join("young", "vip")
    there.server_lists("vip", young="ann", old="ann")
    assert pairs(there.end_talk("ann")) == [("old", "ann")]
    there.accept("old")
    assert pairs(there.end_talk("ann")) == [("young", "ann")]


def test_two_calls_that_name_the_same_free_agent() -> None:
    there = floor("ann", "ben")
    there.join("young", "vip")
    there.join("old", "vip", waited_s=10)
    assert pairs(there.server_lists("vip", young="ann ben", old="ann")) == [("old", "ann"), ("young", "ben")]


def test_calls_of_other_queues_go_by_their_keys_beside_listed_ones() -> None:
    there = floor("ann")
    there.join("before", "plain")
    there.accept("before")
    there.join("old", "plain")
    there.now += 1
    there.join("listed", "vip")
    there.server_lists("vip", listed="ann")
    assert pairs(there.end_talk("ann")) == [("old", "ann")]
    there.accept("old")
    there.now += 1
    there.join("young", "plain")
    assert pairs(there.end_talk("ann")) == [("listed", "ann")]


def test_an_agent_who_comes_free_has_the_server_asked() -> None:
    there = floor()
    there.join("v", "vip")
    assert asked(there.ready("ann")) == ASKED
    there.leave("v")
    assert asked(there.ready("ben")) == []


def test_an_answer_that_names_others_takes_no_phone_from_who_is_rung() -> None:
    there = floor("ann", "ben")
    there.join("v", "vip")
    there.server_lists("vip", v="ann")
    assert pairs(there.server_lists("vip", v="ben")) == []
    assert there.serves("v") == "ann"
    assert pairs(there.decline("v")) == [("v", "ben")]


def test_unknown_calls_are_ignored_and_calls_not_named_keep_their_lists() -> None:
    there = floor()
    there.join("v", "vip")
    there.join("w", "vip")
    there.server_lists("vip", v="ann", w="ann")
    there.server_lists("vip", w="", unheard="ann")
    assert pairs(there.ready("ann")) == [("v", "ann")]


def test_that_somebody_is_listed_is_told_and_that_nobody_is_any_more() -> None:
    there = floor()
    there.join("v", "vip")

    def changed(told: list[Decision]) -> list[list[str]]:
        return [[e.agent for e in each.entries] for each in told if isinstance(each, ListChanged)]

    assert changed(there.server_lists("vip", v="")) == []
    assert changed(there.server_lists("vip", v="ann ben ann")) == [["ann", "ben"]]
    assert changed(there.server_lists("vip", v="ben")) == []
    assert changed(there.server_lists("vip", v="")) == [[]]


def test_who_is_not_let_in_at_the_queue_is_skipped_unless_listed_by_number() -> None:
    there = floor("ann", "ben", needs_desk=True)
    there.join("v", "vip")
    assert pairs(there.server_lists("vip", v="ann")) == []
    assert pairs(there.desk("ann")) == [("v", "ann")]
    there.decline("v")
    assert pairs(there.server_lists("vip", v="ben@49302")) == [("v", "ben")]
    outside = there.offer("v").outside
    assert outside is not None
    assert outside.number == "49302"


def test_a_guest_comes_for_his_call_and_is_gone_after_it() -> None:
    there = floor()
    there.join("v", "vip")
    assert pairs(there.server_lists("vip", v="+49301:20")) == [("v", "guest-49301")]
    assert there.state("guest-49301") is State.BUSY
    there.accept("v")
    there.end_talk("guest-49301")
    assert AgentId("guest-49301") not in there.router.presences()


def test_a_guest_named_by_two_calls_is_rung_for_one_after_the_other() -> None:
    there = floor()
    there.join("old", "vip")
    there.join("young", "vip")
    assert pairs(there.server_lists("vip", young="+49301", old="+49301")) == [("old", "guest-49301")]
    assert pairs(there.decline("old")) == [("young", "guest-49301")]
    there.accept("young")
    there.server_fails("vip")
    assert pairs(there.end_talk("guest-49301")) == [("old", "guest-49301")]
    there.leave("old")
    assert AgentId("guest-49301") not in there.router.presences()


def test_a_guest_rung_in_vain_is_rung_again_when_his_pause_is_over() -> None:
    there = floor(retry_same_agent_s=5.0)
    there.join("v", "vip")
    there.server_lists("vip", v="+49301")
    assert asked(there.decline("v")) == ASKED
    assert pairs(there.server_fails("vip")) == []
    assert pairs(there.tick(5)) == [("v", "guest-49301")]


def test_a_guest_rings_on_under_a_new_configuration_and_cannot_be_commanded() -> None:
    there = floor("ann")
    there.join("v", "vip")
    there.server_lists("vip", v="+49301")
    there.reconfigure(*there.centre.agents.values(), *there.centre.queues.values())
    assert there.serves("v") == "guest-49301"
    there.accept("v")
    there.reconfigure(*there.centre.agents.values(), *there.centre.queues.values())
    assert there.state("guest-49301") is State.BUSY
    there.end_talk("guest-49301")
    assert AgentId("guest-49301") not in there.router.presences()


def test_a_guest_who_is_configured_meanwhile_is_let_go_and_logs_in_by_himself() -> None:
    there = floor()
    there.join("v", "vip")
    there.server_lists("vip", v="+49301")
    there.reconfigure(agent("guest-49301"), *there.centre.queues.values())
    assert there.serves("v") is None
    assert there.state("guest-49301") is State.LOGOUT


def test_a_queue_that_is_given_lists_asks_at_once_and_one_that_loses_them_serves_all() -> None:
    there = floor("ann")
    there.move("ann", Move.NOT_READY)
    there.join("v", "plain")
    people = [*there.centre.agents.values()]
    told = there.reconfigure(*people, queue("plain", get_list_agents_url=URL))
    assert asked(told) == [ListWanted(queue=QueueId("plain"))]
    there.move("ann", Move.READY)
    assert there.serves("v") is None
    assert pairs(there.reconfigure(*people, queue("plain"))) == [("v", "ann")]


def test_the_others_are_told_why_they_were_not_rung() -> None:
    there = floor("ann", "ben", "cat")
    there.join("v", "vip")
    there.server_lists("vip", v="ben ann")
    told = there.router.explain(there.offer("v"), "agents_listed", there.now)
    assert told.steps == ("listed 1st of 2",)
    assert [(other.agent, other.why, other.detail) for other in told.not_chosen] == [
        ("ann", WhyNot.LATER_LISTED, "2nd"),
        ("cat", WhyNot.NOT_LISTED, ""),
    ]
    there.decline("v")
    told = there.router.explain(there.offer("v"), "declined", there.now)
    assert told.steps == ("listed 2nd of 2; 1st ben: tried",)


def test_the_limits_of_the_wait_hold_for_listed_calls() -> None:
    there = floor("ann", wait_s_max=30.0)
    there.join("v", "vip")
    there.server_lists("vip", v="ann")
    there.tick(30)
    assert there.serves("v") == "ann"
    there.decline("v")
    assert VisitId("v") not in there.line()
