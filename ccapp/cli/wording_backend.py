"""Sentences about calls that a customer's server directs."""

from ccapp.domain import events
from ccapp.domain.events import VisitFact


def sentence(fact: VisitFact) -> str | None:
    """None for any other fact."""
    match fact:
        case events.SessionOpened(queue=queue):
            return f"the customer's server directs the call in {queue}"
        case events.RouteAsked(attempt=attempt):
            return f"the customer's server is asked where to ({attempt}.)"
        case events.RouteAnswered(action=action, took_s=took_s, detail=detail):
            said = f"it says {action}" if action else f"no usable answer ({detail})"
            return f"{said} after {took_s:.1f} s"
        case events.CommandTaken(command=command, command_id=id):
            return f"the customer's server says {command} ({id})"
        case events.CommandFailed(command=command, why=why):
            return f"{command} cannot be done: {why}"
        case events.OperatorRung(operator=operator):
            return f"{operator} is rung"
        case events.OperatorFailed(operator=operator, reason=reason, detail=detail):
            return f"{operator} is not reached: {reason.value} ({detail})"
        case events.OperatorJoined(operator=operator, rang_s=rang_s):
            return f"{operator} answers after {rang_s:.1f} s of ringing"
        case events.OperatorLeft(operator=operator, talk_s=talk_s, by=by):
            return f"talk with {operator} ends after {talk_s:.1f} s, by the {by}"
        case events.TalkHeld(on=on):
            return "is put on hold" if on else "is taken back from hold"
        case events.ChoiceMade(choice=choice):
            return f"is asked, and chooses {choice or 'nothing'}"
        case events.Undirected(why=why, to=to):
            return f"is directed no longer, as {why}: {to or 'the agents of the queue serve'}"
        case events.DeliveryDue(to=to, number=number):
            return f"message {number or ''} to the server of {to}".replace("  ", " ")
        case _:
            return None
