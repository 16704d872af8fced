"""A caller's own manager: who he is, and whether he should stay it, asked when the talk is over."""

from ccapp.acd import Visit
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import heard
from ccapp.calls.keys import key_during
from ccapp.domain import calldata
from ccapp.domain.centre import Queue
from ccapp.domain.ids import AgentId
from ccapp.domain.managers import Chosen, ManagerRules, caller_key
from ccapp.ports import Leg

ANSWERS = {"1": True, "2": False}


async def manager_of(visit: Visit, queue: Queue, floor: Floor) -> AgentId | None:
    """Named by the call data, else known by the caller's number; looked up for a bounded time."""
    rules = queue.manager
    if rules is None:
        return None
    named = calldata.lookup(visit.data, rules.data)
    return AgentId(named) if named else await floor.acd.manager_of(visit.caller_number)


def is_to_be_asked(visit: Visit, queue: Queue) -> bool:
    """Whether the caller has no manager yet and can be given one."""
    asks = queue.manager is not None and queue.manager.ask is not None
    return asks and visit.manager is None and bool(caller_key(visit.caller_number))


async def ask(visit: Visit, caller: Leg, rules: ManagerRules, agent: AgentId, floor: Floor) -> None:
    """Shall this agent always take the caller's calls? 1 is yes, 2 is no; else it is asked once again."""
    caller.forget_digits()
    question = heard(rules.ask, visit, floor.acd.centre)
    for _ in range(2):
        key = await key_during(caller, question, barge_in=True, then_within_s=rules.ask_s)
        if key in ANSWERS:
            floor.acd.manager_asked(visit, agent, yes=ANSWERS[key])
            if ANSWERS[key]:
                floor.acd.choose_manager(visit.caller_number, agent, Chosen.ANSWER)
            return
    floor.acd.manager_asked(visit, agent, yes=None)


def learn(visit: Visit, queue: Queue, agent: AgentId, floor: Floor) -> None:
    """Where it is so configured, whoever talked with the caller last is his manager."""
    if queue.manager is not None and queue.manager.learn_last and visit.manager != agent:
        floor.acd.choose_manager(visit.caller_number, agent, Chosen.LAST_TALK)
