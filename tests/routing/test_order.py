"""Who is served first, and by whom."""

from ccapp.domain.presence import State
from tests.routing.floor import Floor, agent, pairs, queue

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
        assert floor.router.position(floor.router.waiting()[-1].visit) == 6 - number
        floor.accept(f"call-{number}")
        served += pairs(floor.end_talk("ann"))
    assert served == [(f"call-{n}", "ann") for n in range(2, 6)]
    assert floor.line() == []
    assert floor.state("ann") is State.READY
