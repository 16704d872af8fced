"""What is done about messages when the call is over: they are brought to agents, deleted files go."""

from ccapp.calls import delivering
from ccapp.calls.floor import Floor
from ccapp.calls.voicemail import discard
from ccapp.domain import events
from ccapp.domain.events import Fact


def take_care(fact: Fact, floor: Floor) -> None:
    match fact:
        case events.MessageLeft():
            delivering.bring(fact, floor)
        case events.MessageDeleted(file=file):
            floor.errands.soon(discard(file, floor))
        case _:
            pass
