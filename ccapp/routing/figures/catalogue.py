"""Every figure with its definition beside it. Codes are those of spec/voximplant_acd.md §7, or our own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import CallbackEnd
from ccapp.domain.causes import DeclineReason
from ccapp.domain.presence import State, SubState
from ccapp.routing.figures.level import Formula, service_level
from ccapp.routing.figures.tally import Ending, Tally

type Read = Callable[[Tally, Choice], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen at the reading, also for times long past."""

    formula: Formula = Formula.F3
    thresholds_s: tuple[float, ...] = (20.0,)  # acceptable waiting times
    short_s: float = 0.0  # who gives up earlier counts as a short abandon; 0: nobody does
    ring_is_work: bool = False  # whether an agent whose phone rings is occupied


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "s"
    STAT = "s, each"  # as {avg, count, max, min, sum}
    RATIO = "0..1"
    OTHER = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    code: str
    name: str
    unit: Unit
    definition: str
    read: Read


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _short(tally: Tally, choice: Choice) -> int:
    return tally.abandoned.below(choice.short_s)


def _abandonment_rate(tally: Tally, choice: Choice) -> float | None:
    short = _short(tally, choice)
    return _ratio(tally.endings[Ending.ABANDONED] - short, tally.total - short)


def _levels(tally: Tally, choice: Choice) -> list[dict[str, Any]]:
    return [
        {
            "acceptable_waiting_time": threshold_s,
            "call_count": tally.answered.within(threshold_s),
            "service_level": service_level(tally, choice.formula, threshold_s, choice.short_s),
        }
        for threshold_s in choice.thresholds_s
    ]


_ON_THE_PHONE = frozenset({SubState.ANSWERED, SubState.HOLD, SubState.TRANSFER, SubState.CONFERENCE})
_RINGING = frozenset({SubState.RINGING, SubState.CALLING})
_LOGGED_IN = tuple(state for state in State if state is not State.LOGOUT)


def logged_in_s(tally: Tally, choice: Choice) -> float:
    return tally.seconds(*_LOGGED_IN)


def occupancy(tally: Tally, choice: Choice) -> float | None:
    busy_s = tally.seconds(State.BUSY, sub_states=_ON_THE_PHONE) + tally.seconds(State.ACW)
    if choice.ring_is_work:
        busy_s += tally.seconds(State.BUSY, sub_states=_RINGING)
    return _ratio(busy_s, logged_in_s(tally, choice) - tally.seconds(State.UNREADY))


def _states(tally: Tally, choice: Choice) -> dict[str, Any]:
    told = {
        f"{state}/{sub_state}" if sub_state else str(state): stat.told
        for (state, sub_state), stat in tally.states.items()
    }
    return dict(sorted(told.items()))


def _idle(tally: Tally, choice: Choice) -> Any:
    stat = tally.states.get((State.READY, SubState.NONE))
    return stat.told if stat is not None else None


def _called_back(tally: Tally, choice: Choice) -> dict[str, int]:
    return {how: tally.called_back[how] for how in CallbackEnd if tally.called_back[how]}


def _missed(tally: Tally, choice: Choice) -> dict[str, int]:
    return {reason: tally.missed[reason] for reason in DeclineReason if tally.missed[reason]}


def _refused(tally: Tally, choice: Choice) -> dict[str, int]:
    return {reason: tally.refused[reason] for reason in RefusalReason if tally.refused[reason]}


def _exits(tally: Tally, choice: Choice) -> dict[str, int]:
    return {reason: tally.exits[reason] for reason in ExitReason if tally.exits[reason]}


def _figure(
    code: str, name: str, unit: Unit, definition: str, read: Callable[[Tally, Choice], Any]
) -> Figure:
    return Figure(code=code, name=name, unit=unit, definition=definition, read=read)


_C, _S, _T, _R, _O = Unit.COUNT, Unit.SECONDS, Unit.STAT, Unit.RATIO, Unit.OTHER

_HANDLING = (
    _figure("SA", "speed_of_answer", _T, "From the beginning of an agent's ringing to his answer, of "
            "answered offers.", lambda t, c: t.ring.told),
    _figure("TT", "talk_time", _T, "From the answer to the end of the talk, counted for the agent who "
            "talked, once his wrap-up is over too.", lambda t, c: t.talk.told),
    _figure("ACW", "after_call_work", _T, "From the end of the talk to the end of the wrap-up; of talks that "
            "had one.", lambda t, c: t.after_call.told),
    _figure("HT", "handling_time", _T, "TT + ACW, of each talk that is over with its wrap-up. Its average is "
            "the AHT.", lambda t, c: t.handling.told),
    _figure("AHT", "average_handling_time", _S, "THT / talks handled.", lambda t, c: t.handling.avg),
    _figure("TTT", "total_talk_time", _S, "The sum of TT.", lambda t, c: t.talk.sum),
    _figure("TACW", "total_after_call_work", _S, "The sum of ACW.", lambda t, c: t.after_call.sum),
    _figure("THT", "total_handling_time", _S, "The sum of HT: TTT + TACW.", lambda t, c: t.handling.sum),
)  # fmt: skip

_TIME = (
    _figure("LT", "logged_in_time", _S, "All time in a state other than LOGOUT.", logged_in_s),
    _figure("OCC", "occupancy", _R, "(BUSY on the phone + ACW) / (logged in - UNREADY), by the clock of the "
            "interval. Ringing counts as work when that is chosen.", occupancy),
    _figure("IT", "idle_time", _T, "READY without a call, each time.", _idle),
    _figure("ST", "states", _O, "Each state and sub-state: how often and how long. Over all of them, LOGOUT "
            "too, the sums make the interval.", _states),
)  # fmt: skip

CALLS: tuple[Figure, ...] = (
    _figure("OC", "offered_calls", _C, "Calls that came into the line: one for each stay in a line. Those "
            "still waiting are in.", lambda t, c: t.offered),
    _figure("AC", "answered_calls", _C, "Joined to an agent.", lambda t, c: t.endings[Ending.ANSWERED]),
    _figure("BKC", "backup_calls", _C, "Of these, by agents who serve the queue by its backup groups only.",
            lambda t, c: t.by_backup),
    _figure("UAC", "unanswered_calls", _C, "Left the line without an agent: abandoned, timed out, overflowed "
            "or lost, or by a key.", lambda t, c: t.unanswered),
    _figure("RC", "rejected_calls", _C, "Refused: never let into the line.",
            lambda t, c: t.endings[Ending.REJECTED]),
    _figure("RR", "rejections", _O, "RC by reason: closed, full, too long a wait predicted, nobody logged in "
            "or ready. Refused numbers are in RC without one.", _refused),
    _figure("XR", "exits", _O, "Stays ended by a rule of the queue's, by reason: in TOC, or in OVC when the "
            "caller was sent elsewhere; by one of its keys: in KC.", _exits),
    _figure("TC", "total_calls", _C, "AC + UAC + RC: all whose end in the line is known.",
            lambda t, c: t.total),
    _figure("ABC", "abandoned_calls", _C, "Hung up in the line, short abandons too.",
            lambda t, c: t.endings[Ending.ABANDONED]),
    _figure("SAC", "short_abandoned_calls", _C, "Of these, who waited less than the short-abandon threshold; "
            "none when it is 0.", _short),
    _figure("TOC", "timed_out_calls", _C, "Released by us at the queue's limit.",
            lambda t, c: t.endings[Ending.TIMED_OUT]),
    _figure("KC", "keyed_calls", _C, "Left the line by one of the queue's keys, wherever it leads.",
            lambda t, c: t.endings[Ending.KEYED]),
    _figure("OVC", "overflowed_calls", _C, "Went on to another line or elsewhere.",
            lambda t, c: t.endings[Ending.OVERFLOWED]),
    _figure("LC", "lost_calls", _C, "Taken by a failure.", lambda t, c: t.endings[Ending.LOST]),
    _figure("ABR", "abandonment_rate", _R, "(ABC - SAC) / (TC - SAC).", _abandonment_rate),
    _figure("SL", "service_level", _O, "For each acceptable waiting time, the calls answered within it and "
            "the level by the chosen formula: F1 (ans_in+ab_in)/(ans+ab), F2 ans_in/ans, F3 ans_in/(ans+ab), "
            "F4 ans_in/(ans+ab-ab_in), F5 (ans_in+short_ab)/(ans+ab). ans: AC, ab: UAC; ab_in and short_ab: "
            "of ABC within the time, and SAC.", _levels),
    _figure("WT", "waiting_time", _T, "From the entry into the line to the answer or the leaving, of all "
            "calls that stood in it.", lambda t, c: t.waiting.told),
    _figure("ASA", "average_speed_of_answer", _S, "The caller's: his mean wait for the answer, of answered "
            "calls.", lambda t, c: _ratio(t.answered.sum_s, len(t.answered))),
    _figure("AT", "abandonment_time", _T, "From the entry into the line to the hanging up, of abandoned "
            "calls.", lambda t, c: t.abandonment.told),
    _figure("QL", "queue_length", _O, "Callers in line, those being offered too: mean over time, greatest, "
            "least.", lambda t, c: t.length.told),
    *_HANDLING,
    _figure("TST", "total_submission_time", _S, "The sum of SA.", lambda t, c: t.ring.sum),
    _figure("TWT", "total_waiting_time", _S, "The sum of WT.", lambda t, c: t.waiting.sum),
    _figure("TAT", "total_abandonment_time", _S, "The sum of AT.", lambda t, c: t.abandonment.sum),
    _figure("CB", "callbacks", _C, "Callbacks asked for. They are in none of the figures of calls, but in "
            "those of offers, talks and handling.", lambda t, c: t.callbacks),
    _figure("CBE", "called_back", _O, "Callbacks that are over, by reason: served, not_reached, expired, "
            "cancelled, called_in and others.", _called_back),
    _figure("OF", "offers", _C, "Phones of agents rung for these calls, with their outcome known.",
            lambda t, c: t.offers),
    _figure("MO", "missed_offers", _O, "Offers that became no talk, by reason.", _missed),
)  # fmt: skip
"""Of a queue, a skill, a caller, or the whole."""

WHOLE: tuple[Figure, ...] = (
    _figure("VC", "visits", _C, "Calls that came into the centre, into a line or not.",
            lambda t, c: t.visits),
    *CALLS,
    *_TIME,
)  # fmt: skip
"""Of everything together: also of an interval."""

CALLERS: tuple[Figure, ...] = (WHOLE[0], *CALLS)

AGENTS: tuple[Figure, ...] = (
    _figure("TC", "total_calls", _C, "Offers to him whose outcome is known: AC + UAC.",
            lambda t, c: t.offers),
    _figure("AC", "answered_calls", _C, "Offers he answered and was joined for.", lambda t, c: t.ring.count),
    _figure("UAC", "unanswered_calls", _C, "Offers that became no talk, whoever's doing it was.",
            lambda t, c: t.offers - t.ring.count),
    _figure("MO", "missed_offers", _O, "UAC by reason.", _missed),
    *_HANDLING,
    _figure("TDT", "total_dialing_time", _S, "The sum of SA.", lambda t, c: t.ring.sum),
    *_TIME,
)  # fmt: skip
"""Of an agent. A call counts in the interval it belongs to, as everywhere; states go by the clock."""


def document(
    tally: Tally, figures: Iterable[Figure], choice: Choice, *, codes: bool = False
) -> dict[str, Any]:
    """The figures by name, or by code."""
    return {figure.code if codes else figure.name: figure.read(tally, choice) for figure in figures}
