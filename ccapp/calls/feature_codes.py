"""What an agent says by dialling a code on his own phone, and the spoken answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ccapp.calls.floor import Floor
from ccapp.calls.scope import until_gone
from ccapp.domain.centre import Centre
from ccapp.domain.ids import NO_QUEUE, AgentId, QueueId
from ccapp.domain.ivr import Say
from ccapp.domain.presence import IllegalMove, Intent, Move, Presence, State, SubState, Traffic, state_of
from ccapp.ports import Arrived

SPOKEN = {
    State.LOGOUT: "You are logged out.",
    State.LOGIN: "You are logged in.",
    State.READY: "You are ready.",
    State.ACW: "You are in after call work.",
    State.BUSY: "You are on a call.",
}
READY_ONCE = "You are ready for one call."
BANNED = "You are banned."
AFTER_CALL = "This will be done after your call."
NOT_KNOWN = "This code is not known."
NOT_POSSIBLE = "This is not possible now. {now}"


@dataclass(frozen=True, slots=True)
class Wish:
    move: Move
    sub_state: SubState = SubState.WAIT
    reason: str = ""
    queue: QueueId = NO_QUEUE
    extension: str = ""  # of who logs in at a shared phone


async def phone(arrived: Arrived, floor: Floor) -> None:
    """A call from an agent's own phone; what it makes possible (a call, when he is ready) rings after it."""
    leg, at = arrived.leg, AgentId(arrived.endpoint)
    floor.phones.dials(floor.acd.person_at(at) or at, leg)
    try:
        async with until_gone(leg):
            text = obey(at, arrived.dialled, floor)
            await leg.answer()
            await leg.play([Say(text=text)])
    finally:
        leg.release()


def obey(at: AgentId, dialled: str, floor: Floor) -> str:
    """Does what the code asks, dialled on the phone `at`; the sentence that confirms or refuses it."""
    acd = floor.acd
    wish, agent = read(dialled, acd.centre), acd.person_at(at)
    phone = None
    if wish is not None and at in acd.centre.phones and wish.extension:
        if not acd.centre.phones[at].log_in_by_code:
            return NOT_KNOWN
        newcomer, phone = acd.centre.with_extension(wish.extension), at
        agent = newcomer.id if newcomer else None
    elif wish is not None and wish.extension:
        wish = None
    if wish is None or agent is None or agent not in acd.centre.agents:
        return NOT_KNOWN
    extends = wish.move is Move.EXTEND_WRAP_UP
    try:
        now = acd.move(
            agent,
            wish.move,
            until=acd.wrap_up_end(agent, acd.centre.wrap_up_extension_s) if extends else None,
            sub_state=wish.sub_state,
            reason=wish.reason,
            queue=wish.queue,
            phone=phone,
            why="feature code",
        )
    except IllegalMove:
        return NOT_POSSIBLE.format(now=spoken(acd.presence(agent)))
    if now.traffic is Traffic.OFFERED:  # a call that waited for just this: it rings when this one is over
        now = replace(now, traffic=Traffic.IDLE)
    return AFTER_CALL if now.state is State.BUSY else spoken(now)


def is_code(dialled: str, centre: Centre) -> bool:
    codes = centre.feature_codes
    return (
        dialled in (codes.on_line, codes.messages, codes.record_prompt) or read(dialled, centre) is not None
    )


def read(dialled: str, centre: Centre) -> Wish | None:
    """The wish behind a code; `*142` is the second break reason when `*14` is the not-ready code."""
    codes = centre.feature_codes
    plain = {
        codes.log_in: Wish(Move.LOG_IN),
        codes.log_out: Wish(Move.LOG_OUT),
        codes.ready: Wish(Move.READY),
        codes.ready_once: Wish(Move.READY_ONCE),
        codes.wrap_up_done: Wish(Move.WRAP_UP_DONE),
        codes.extend_wrap_up: Wish(Move.EXTEND_WRAP_UP),
    }
    if dialled in plain:
        return plain[dialled]
    if dialled.startswith(codes.log_in) and centre.phones:
        return Wish(Move.LOG_IN, extension=dialled.removeprefix(codes.log_in))
    for code, move in ((codes.sign_in, Move.SIGN_IN), (codes.sign_out, Move.SIGN_OUT)):
        if dialled.startswith(code):
            queue = _numbered(dialled.removeprefix(code), centre.signed_in_to)
            return None if queue is None else Wish(move, queue=queue)
    if not dialled.startswith(codes.not_ready):
        return None
    reason = _numbered(dialled.removeprefix(codes.not_ready), centre.break_reasons)
    return None if reason is None else Wish(Move.NOT_READY, SubState.BREAK, reason)


def _numbered[T](number: str, among: Sequence[T]) -> T | None:
    """The one of this number, counted from 1; without a number the first."""
    number = number or "1"
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(among)):
        return None
    return among[int(number) - 1]


def spoken(presence: Presence) -> str:
    state, _ = state_of(presence)
    if state is not State.UNREADY:
        return READY_ONCE if state is State.READY and presence.on_demand else SPOKEN[state]
    return BANNED if presence.intent is Intent.READY else not_ready(presence.reason)


def not_ready(reason: str) -> str:
    return f"You are not ready: {reason}." if reason else "You are not ready."


def sentences(centre: Centre) -> list[str]:
    """All that is commonly said here."""
    states = [*SPOKEN.values(), *(not_ready(reason) for reason in ("", *centre.break_reasons))]
    return [*states, READY_ONCE, BANNED, AFTER_CALL, NOT_KNOWN]
