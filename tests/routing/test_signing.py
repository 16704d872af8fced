"""Agents who sign in to single queues: who is offered what, at the instant he signs in or out."""

from ccapp.domain.explanation import WhyNot
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import Move, State
from ccapp.routing.decisions import Moved
from tests.routing.floor import Floor, agent, queue


def floor() -> Floor:
    made = Floor(
        agent("ann"), agent("bob"), queue("sales", sign_in=True), queue("help", sign_in=True), queue("open")
    )
    made.online("ann")
    made.online("bob")
    return made


def signed_in(made: Floor, name: str, *queues: str) -> None:
    for each in queues:
        made.move(name, Move.SIGN_IN, queue=each)
    made.move(name, Move.READY)


def test_only_who_has_signed_in_is_rung_and_open_queues_are_everybodys() -> None:
    made = floor()
    signed_in(made, "ann", "sales")
    for visit, line, serves in (("s", "sales", "ann"), ("h", "help", None), ("o", "open", None)):
        made.join(visit, line)
        assert made.serves(visit) == serves
    signed_in(made, "bob", "help")
    assert (made.serves("h"), made.serves("o")) == ("bob", None)
    made.accept("h")
    made.end_talk("bob")
    made.tick(10)
    assert made.serves("o") == "bob"


def test_signing_in_to_a_second_queue_gives_him_the_call_that_waits_there() -> None:
    made = floor()
    signed_in(made, "ann", "sales")
    made.join("h", "help")
    assert made.serves("h") is None
    made.move("ann", Move.SIGN_IN, queue="help")
    assert made.serves("h") == "ann"


def test_signing_out_keeps_the_call_that_rings_and_gets_no_other() -> None:
    made = floor()
    signed_in(made, "ann", "sales", "help")
    made.join("s1", "sales")
    made.move("ann", Move.SIGN_OUT, queue="sales")
    assert made.serves("s1") == "ann"
    made.accept("s1", wrap_up_s=0)
    made.end_talk("ann")
    made.join("s2", "sales")
    made.join("h", "help")
    assert (made.serves("s2"), made.serves("h")) == (None, "ann")


def test_a_plain_log_in_is_to_all_and_from_all_he_may_sign_out_of_one() -> None:
    made = floor()
    made.ready("ann")
    made.move("ann", Move.SIGN_OUT, queue="help")
    assert made.presence("ann").queues == ("sales",)
    made.join("h", "help")
    made.join("s", "sales")
    assert (made.serves("h"), made.serves("s")) == (None, "ann")


def test_the_explanation_says_who_has_not_signed_in() -> None:
    made = floor()
    signed_in(made, "ann", "sales")
    signed_in(made, "bob", "help")
    made.join("s", "sales")
    told = made.router.explain(made.offer("s"), "call_joined", made.now)
    [other] = told.not_chosen
    assert (other.agent, other.why) == ("bob", WhyNot.NOT_SIGNED_IN)


def test_two_queues_are_two_log_ins_that_pass_through_login_once() -> None:
    made = floor()
    signed_in(made, "ann", "sales", "help")
    moved = [told for told in made.told if isinstance(told, Moved) and told.before.agent == "ann"]
    assert [told.through for told in moved] == [(), (State.LOGIN,), (), ()]


def test_a_queue_that_asks_for_it_from_now_on_is_left_to_who_is_in_it() -> None:
    made = floor()
    signed_in(made, "ann", "sales")
    made.join("o", "open")
    made.leave("o")
    made.reconfigure(agent("ann"), agent("bob"), queue("sales", sign_in=True), queue("open", sign_in=True))
    made.join("o2", "open")
    assert made.serves("o2") is None
    made.reconfigure(agent("ann"), agent("bob"), queue("sales"), queue("open"))
    assert made.serves("o2") == "ann"
    assert made.router.presence(AgentId("ann")).queues == (QueueId("sales"),)
