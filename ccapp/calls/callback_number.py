"""A caller is asked for the number at which he is to be called back, and his place is noted."""

from ccapp.acd import AskedAlready, NoCallback, Standing, Visit
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import heard, spoken
from ccapp.calls.keys import key_during, keys_during
from ccapp.calls.waypoint import InLine
from ccapp.domain.callbacks import AskedBy, CallbackRules, naming
from ccapp.domain.centre import Centre
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.managers import caller_key
from ccapp.domain.priorities import TimeBase
from ccapp.ports import Leg

QUESTIONS_MAX = 4
KEY_S, DIGIT_S, DIGITS_MAX = 8.0, 5.0, 32


async def left(visit: Visit, caller: Leg, line: InLine, floor: Floor) -> bool:
    """Whether he will be called back: then his visit is over. He hangs up before that: nothing is noted."""
    queue = floor.acd.centre.queues.get(line.queue)
    rules = queue.callback if queue is not None else None
    if rules is None:
        return False
    since = floor.acd.clock.now()
    await caller.answer()
    known = floor.acd.callbacks.of(line.queue, visit.caller_number) is not None
    number = visit.caller_number if known else await _number(visit, caller, rules, floor.acd.centre)
    if number is None:
        return False
    said = rules.taken
    try:
        place = standing(visit, line, since, floor)
        floor.acd.callbacks.ask(place, number, by=AskedBy.CALLER, origin=visit)
    except AskedAlready:
        said = rules.known
    except NoCallback:
        return False
    visit.ends(Outcome.CALLBACK, EndedBy.SYSTEM)
    await caller.play(heard(said, visit, floor.acd.centre))
    return True


def standing(visit: Visit, line: InLine, since: float, floor: Floor) -> Standing:
    """The place he had in the line `since` he was asked (epoch s), or would have had."""
    queue, now = floor.acd.centre.queues.get(line.queue), floor.acd.clock.now()
    brought_s = line.brought_s + now - since
    if queue is not None and queue.time_base is TimeBase.CALL:
        brought_s = max(brought_s, now - visit.arrived_at)
    return Standing(
        queue=line.queue,
        requires=line.requires,
        priority_s=line.priority_s,
        caller_priority=line.caller_priority,
        brought_s=brought_s,
    )


async def _number(visit: Visit, caller: Leg, rules: CallbackRules, centre: Centre) -> str | None:
    """His own, when he agrees to it, or one he keys and agrees to."""
    number, wrong = _allowed(visit.caller_number, rules), False
    for _ in range(QUESTIONS_MAX):
        if number is None:
            asked = heard(rules.wrong if wrong else None, visit, centre) + heard(rules.ask, visit, centre)
            keyed = await keys_during(caller, asked, most=DIGITS_MAX, terminator="#", within_s=DIGIT_S)
            number, wrong = _allowed(keyed, rules), bool(keyed)
            continue
        confirm = [spoken(prompt, visit, centre) for prompt in naming(number, rules.confirm)]
        match await key_during(caller, confirm, barge_in=True, then_within_s=KEY_S):
            case "1":
                return number
            case "2":
                number = None
    return None


def _allowed(number: str, rules: CallbackRules) -> str | None:
    number = caller_key(number)
    return number if rules.allows(number) else None
