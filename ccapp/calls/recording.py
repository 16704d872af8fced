"""Recording talks: begun with the talk and ended with it. A recording that fails is told, and harms no talk.

After a restart of the engine the same name takes up the recording that went on meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ccapp.acd import OwnCall, Talk, Visit
from ccapp.calls.floor import Floor
from ccapp.domain import events
from ccapp.domain.tape import files_of, tape_name
from ccapp.ports import Leg, Recording

UNSEEN = "it ended while the engine was away"
LOST = "it ended while there was no connection to Asterisk"


@contextmanager
def recorded(visit: Visit, talk: Talk, caller: Leg, floor: Floor) -> Iterator[None]:
    """As long as the talk lasts, if it is to be recorded."""
    if not talk.record:
        yield
        return
    name = tape_name(visit.id, visit.data, talk.segment)
    recording = caller.record(name)
    try:
        yield
    finally:
        recording.stop()
        ok, detail = _judged(recording, caller)
        _tell(visit, talk, name, floor, ok=ok, detail=detail)


def _judged(recording: Recording, leg: Leg) -> tuple[bool | None, str]:
    """Whether it is good, as far as that is known, and what is wrong with it."""
    if recording.fault:
        return False, recording.fault
    lost = leg.gone is not None and leg.gone.switch_lost
    return (None, LOST) if lost else (True, "")


def ended_unseen(visit: Visit, talk: Talk, floor: Floor) -> None:
    """The talk ended while nobody looked, and its recording with it."""
    if talk.record:
        _tell(visit, talk, tape_name(visit.id, visit.data, talk.segment), floor, ok=None, detail=UNSEEN)


@contextmanager
def forward_recorded(
    visit: Visit, caller: Leg, number: str, since: float, floor: Floor, *, record: bool
) -> Iterator[None]:
    """As long as the caller talks to a number outside, if that is to be recorded."""
    if not record:
        yield
        return
    recording = caller.record(_forward_name(visit))
    try:
        yield
    finally:
        recording.stop()
        ok, detail = _judged(recording, caller)
        _tell_forward(visit, number, since, floor, ok=ok, detail=detail)


def forward_ended_unseen(visit: Visit, number: str, since: float, floor: Floor) -> None:
    _tell_forward(visit, number, since, floor, ok=None, detail=UNSEEN)


def _forward_name(visit: Visit) -> str:
    return tape_name(visit.id, visit.data, visit.segments + 1)


def _tell_forward(
    visit: Visit, number: str, since: float, floor: Floor, *, ok: bool | None, detail: str
) -> None:
    name, now = _forward_name(visit), floor.acd.clock.now()
    floor.acd.declare(
        events.ForwardRecorded(
            at=now,
            visit=visit.id,
            data=visit.data,
            number=number,
            recording=name,
            files=files_of(name),
            seconds=now - since,
            ok=ok,
            detail=detail,
        )
    )


def _tell(visit: Visit, talk: Talk, name: str, floor: Floor, *, ok: bool | None, detail: str) -> None:
    now = floor.acd.clock.now()
    floor.acd.declare(
        events.TalkRecorded(
            at=now,
            visit=visit.id,
            data=visit.data,
            agent=talk.agent,
            segment=talk.segment,
            recording=name,
            files=files_of(name),
            seconds=now - talk.began_at,
            ok=ok,
            detail=detail,
        )
    )


@contextmanager
def own_call_recorded(call: OwnCall, other: Leg, floor: Floor) -> Iterator[None]:
    """As long as they talk, if an agent's calls outside are to be recorded. `other`: the outside party."""
    if not floor.acd.centre.own_calls.record or call.colleague is not None or call.answered_at is None:
        yield
        return
    name = tape_name(call.channel, {})
    recording = other.record(name)
    try:
        yield
    finally:
        recording.stop()
        now = floor.acd.clock.now()
        ok, detail = _judged(recording, other)
        floor.acd.declare(
            events.AgentCallRecorded(
                at=now,
                agent=call.agent,
                channel=call.channel,
                recording=name,
                files=files_of(name),
                seconds=now - call.answered_at,
                ok=ok,
                detail=detail,
            )
        )
