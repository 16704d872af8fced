"""Asking the customer's server where a caller shall go, beside his waiting: a few tries, then no more."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from ccapp.acd.reports import stamp
from ccapp.acd.session import GiveUp, Session, State
from ccapp.calls.floor import Floor
from ccapp.domain import commands, events
from ccapp.domain.backend import ROUTE_TRIES, Backend
from ccapp.domain.calldata import to_headers
from ccapp.domain.commands import BadCommand, Command
from ccapp.ports import NoAnswer, SignedPost


@contextmanager
def asked(session: Session, rules: Backend, floor: Floor) -> Iterator[None]:
    """As long as it is entered; who is directed already is not asked about."""
    if session.state is not State.ALERTING:
        yield
        return
    asking = asyncio.create_task(_ask(session, rules, floor))
    asking.add_done_callback(lambda task: _failed(task, session))
    try:
        yield
    finally:
        asking.cancel()


def _failed(asking: "asyncio.Task[None]", session: Session) -> None:
    """A fault of ours is as if the server had not answered."""
    if not asking.cancelled() and asking.exception() is not None:
        asking.get_loop().call_exception_handler(
            {"message": "the route request failed", "exception": asking.exception(), "task": asking}
        )
        session.put(GiveUp("the route request failed"))


async def _ask(session: Session, rules: Backend, floor: Floor) -> None:
    pause_s = rules.retry_s
    for last in (*[False] * (ROUTE_TRIES - 1), True):
        if await _answered(session, rules, floor) or last:
            break
        await asyncio.sleep(pause_s)
        pause_s *= 2
    if not session.heard_of:
        session.put(GiveUp("the customer's server did not answer"))


async def _answered(session: Session, rules: Backend, floor: Floor) -> bool:
    """One try. What is answered is done like a command."""
    session.attempts += 1
    clock, sessions = floor.acd.clock, floor.acd.sessions
    sessions.tell(events.RouteAsked, session, attempt=session.attempts)
    began, action, detail = clock.now(), "", ""
    command: Command | None = None
    try:
        async with asyncio.timeout(rules.total_timeout_s):
            command = commands.route(await floor.customers.post(_message(session, rules, floor)))
        action = "wait" if command is None else commands.name_of(command)
    except TimeoutError:
        detail = "no answer in time"
    except (NoAnswer, BadCommand) as why:
        detail = str(why)
    sessions.tell(
        events.RouteAnswered,
        session,
        attempt=session.attempts,
        action=action,
        took_s=clock.now() - began,
        detail=detail,
    )
    if not action:
        return False
    session.route_answered()
    if command is not None:
        _do(command, session, floor)
    return True


def _do(command: Command, session: Session, floor: Floor) -> None:
    """Unless a command on the access URL was quicker."""
    id = f"{session.id}.route{session.attempts}"
    reply = floor.acd.sessions.command(session, command, id)
    if not reply.accepted:
        floor.acd.sessions.tell(
            events.CommandFailed,
            session,
            command_id=id,
            command=commands.name_of(command),
            why=f"the call is {reply.state} already",
        )


def _message(session: Session, rules: Backend, floor: Floor) -> SignedPost:
    visit = session.visit
    access = f"{rules.access_base_url}/v1/sessions/{session.id}/access/{floor.access_token(session.id)}"
    body = {
        "type": "call.alerting",
        "session_id": session.id,
        "call_id": visit.id,
        "access_url": access,
        "from": visit.caller_number,
        "to": visit.number,
        "display_name": visit.caller_name,
        "headers": dict(to_headers(visit.data)),
        "queue": session.queue,
        "enqueued_at": stamp(session.entered_at),
        "attempt": session.attempts,
    }
    return SignedPost(
        url=rules.route_url,
        body=orjson.dumps(body).decode(),
        secret=rules.secret,
        connect_s_max=rules.connect_timeout_s,
        total_s_max=rules.total_timeout_s,
    )
