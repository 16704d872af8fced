"""What each step of a call in a line adds to the tallies of its stay."""

from ccapp.domain import events
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import CallbackEnd
from ccapp.routing.figures.stay import Stay
from ccapp.routing.figures.tally import Ending


def offered(stay: Stay) -> None:
    for tally in stay.tallies:
        tally.offered += 1


def rejected(stay: Stay, reason: RefusalReason) -> None:
    for tally in stay.tallies:
        tally.offered += 1
        tally.endings[Ending.REJECTED] += 1
        tally.refused[reason] += 1


def exited(stay: Stay, reason: ExitReason) -> None:
    for tally in stay.tallies:
        tally.exits[reason] += 1


def asked_back(stay: Stay) -> None:
    for tally in stay.tallies:
        tally.callbacks += 1


def called_back(stay: Stay, how: CallbackEnd) -> None:
    for tally in stay.tallies:
        tally.called_back[how] += 1


def answered(stay: Stay, fact: events.CallServed) -> None:
    for tally in stay.tallies:
        tally.endings[Ending.ANSWERED] += 1
        tally.by_backup += fact.by_backup
        tally.answered.add(fact.waited_s)
        tally.waiting.add(fact.waited_s)


def unanswered(stay: Stay, ending: Ending, waited_s: float) -> None:
    for tally in stay.tallies:
        tally.endings[ending] += 1
        tally.waiting.add(waited_s)
        if ending is Ending.ABANDONED:
            tally.abandoned.add(waited_s)
            tally.abandonment.add(waited_s)
