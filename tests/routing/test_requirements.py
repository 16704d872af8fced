"""Who may serve what, when it is said by an expression."""

from ccapp.domain.centre import Queue
from ccapp.domain.explanation import WhyNot
from ccapp.domain.expressions import ALTERNATIVES_MAX, expression
from ccapp.domain.ids import QueueId, SkillId
from tests.routing.floor import Floor, agent, call, pairs, queue

EITHER = expression("english>=3 and (sales or billing) and not trainee")


def asking(name: str, text: str) -> Queue:
    return Queue(id=QueueId(name), name=name, requires=expression(text))


def test_an_expression_says_who_may_serve() -> None:
    crew = [
        agent("poor", "english:2 sales"),
        agent("neither", "english:5"),
        agent("learns", "english:3 billing trainee"),
        agent("seller", "english:3 sales"),
        agent("biller", "English:4 Billing"),
    ]
    floor = Floor(asking("any", EITHER), *crew)
    floor.ready("poor", "neither", "learns", "seller", "biller")
    assert pairs(floor.join("v1", "any")) == [("v1", "seller")]
    assert pairs(floor.join("v2", "any")) == [("v2", "biller")]
    assert pairs(floor.join("v3", "any")) == []
    told = floor.router.explain(floor.offer("v2"), "call_joined", floor.now)
    why = {other.agent: (other.why, other.detail) for other in told.not_chosen}
    assert why["poor"] == (WhyNot.REQUIREMENT, "english>=3")
    assert why["neither"] == (WhyNot.REQUIREMENT, "sales or billing")
    assert why["learns"] == (WhyNot.REQUIREMENT, "not trainee")


def test_what_means_the_same_is_one_requirement() -> None:
    same = [
        queue("one", "a:2 b"),
        asking("two", "b and a>=2"),
        asking("three", "(a>1 and b) or (a>=2 and b and c)"),
    ]
    floor = Floor(*same, agent("ann", "a:3 b c"))
    assert len(floor.router._index._signatures) == 1


def test_the_calls_own_and_the_queues_are_both_asked() -> None:
    floor = Floor(asking("any", "sales or billing"), agent("ann", "sales"), agent("ben", "billing spanish:2"))
    floor.ready("ann", "ben")
    assert pairs(floor.join("v", "any", own="spanish:2")) == [("v", "ben")]


def test_too_many_ways_are_asked_of_each_agent_and_but_once() -> None:
    text = " and ".join(f"(a{n} or b{n})" for n in range(ALTERNATIVES_MAX.bit_length()))
    everything = {SkillId(f"a{n}"): 1 for n in range(8)}
    floor = Floor(asking("many", text), agent("ann"), agent("ben", " ".join(everything)))
    floor.ready("ann", "ben")
    assert pairs(floor.join("v", "many")) == [("v", "ben")]
    index = floor.router._index
    index._bits._skills.clear()  # nobody is asked again
    floor.join("w", "many")
    floor.accept("v", 0)
    assert pairs(floor.end_talk("ben")) == [("w", "ben")]
    own = call("x", queue("many")).own_requires
    assert own == {}
