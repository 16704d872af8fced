"""Every pair of (where an agent stands, what happens), and what becomes of him."""

import itertools
from dataclasses import replace
from typing import get_type_hints

import pytest

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import (
    UNTIL_DONE,
    IllegalMove,
    Intent,
    Move,
    Presence,
    State,
    SubState,
    Traffic,
    state_of,
)
from ccapp.routing import acts
from ccapp.routing import presence as table
from ccapp.routing.acts import MISSED_CALLS, NO_CHANNEL
from ccapp.routing.presence import TABLE, Event, Line, Standing, Told, changed, standing

NOW = 1000.0
ANN = Agent(
    id=AgentId("ann"), name="Ann", extension="1", max_misses=2,
    reject_delay_s=10, busy_delay_s=60, no_answer_delay_s=3, technical_delay_s=5,
)  # fmt: skip
OUT = Presence(agent=ANN.id, online=True)
BANNED_S = 500.0
UNREADY = replace(OUT, intent=Intent.NOT_READY, sub_state=SubState.BREAK, reason="lunch", logged_in_at=500.0)
READY = replace(OUT, intent=Intent.READY, logged_in_at=500.0, idle_since=900.0)
RINGING = replace(READY, traffic=Traffic.OFFERED)
ON_CALL = replace(READY, traffic=Traffic.TALKING)
BANNED = replace(READY, banned_until=NOW + BANNED_S)
CALLING = replace(READY, traffic=Traffic.DIALLING)
ACW = replace(READY, wrap_up_until=1005.0, idle_since=990.0)
ON_DEMAND_ACW = replace(ACW, on_demand=True, wrap_up_until=UNTIL_DONE)


def wishes(presence: Presence) -> tuple[Presence, ...]:
    """One on the phone, with all that may come of him after it."""
    return (
        presence,
        replace(presence, online=False),
        replace(presence, after_call=Move.LOG_OUT),
        replace(presence, after_call=Move.NOT_READY, after_call_sub_state=SubState.DND),
        replace(presence, banned_until=NOW + BANNED_S),
        replace(presence, intent=Intent.NOT_READY),
        replace(presence, wrap_up_until=1005.0),
        replace(presence, on_demand=True),
    )


AT: dict[Standing, tuple[Presence, ...]] = {
    Standing.LOGOUT: (OUT,),
    Standing.UNREADY: (UNREADY, replace(UNREADY, banned_until=NOW + BANNED_S)),
    Standing.BANNED: (BANNED,),
    Standing.READY: (READY, replace(READY, misses=1), replace(READY, online=False)),
    Standing.RINGING: (RINGING, replace(RINGING, misses=1), replace(RINGING, banned_until=NOW + BANNED_S)),
    Standing.CALLING: (*wishes(CALLING), *wishes(replace(CALLING, traffic=Traffic.RUNG))),
    Standing.ANSWERED: wishes(ON_CALL),
    Standing.HOLD: wishes(replace(ON_CALL, traffic=Traffic.HOLDING)),
    Standing.TRANSFER: wishes(replace(ON_CALL, traffic=Traffic.TRANSFERRING)),
    Standing.CONFERENCE: wishes(replace(ON_CALL, traffic=Traffic.CONFERENCING)),
    Standing.ACW: (
        ACW,
        replace(ACW, intent=Intent.NOT_READY),
        replace(ACW, banned_until=NOW + BANNED_S),
        ON_DEMAND_ACW,
    ),
}
EVENTS: tuple[Event, ...] = (*Move, *Line)
TELLINGS = (
    Told(NOW, sub_state=SubState.DND, reason="quiet", wrap_up_s=10.0),
    Told(NOW, sub_state=SubState.BREAK, reason="tea", wrap_up_s=0.0, declined=DeclineReason.NO_ANSWER),
)


@pytest.mark.parametrize(("where", "event"), list(itertools.product(Standing, EVENTS)))
def test_every_pair_goes_where_the_table_says_or_is_refused(where: Standing, event: Event) -> None:
    rule = TABLE[where].get(event)
    reached = set()
    for before, told in itertools.product(AT[where], TELLINGS):
        assert standing(before) is where
        if rule is None:
            with pytest.raises(IllegalMove):
                changed(before, event, ANN, told)
        else:
            reached.add(standing(changed(before, event, ANN, told)))
    assert reached == set(rule[1] if rule else ())


def line(before: Presence, event: Event, told: Told | None = None) -> Presence:
    return changed(before, event, ANN, told or Told(NOW))


def rests(**told: object) -> Told:
    return Told(NOW, **told)  # type: ignore[arg-type]


def test_logging_in_passes_through_login_and_rests_in_unready_wait() -> None:
    after = line(OUT, Move.LOG_IN)
    assert (after.state, after.sub_state, after.logged_in_at) == (State.UNREADY, SubState.WAIT, NOW)
    assert table.passed_through(OUT, Move.LOG_IN) == (State.LOGIN,)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (OUT, Move.LOG_OUT),
        (UNREADY, Move.LOG_IN),
        (READY, Move.LOG_IN),
        (READY, Move.READY),
        (RINGING, Move.READY),
        (ON_CALL, Move.LOG_IN),
        (ON_CALL, Move.READY),
        (ACW, Move.LOG_IN),
    ],
)
def test_what_is_so_already_changes_nothing(before: Presence, event: Event) -> None:
    assert line(before, event) is before


def test_the_same_rest_again_changes_nothing() -> None:
    assert line(UNREADY, Move.NOT_READY, rests(sub_state=SubState.BREAK, reason="lunch")) is UNREADY


@pytest.mark.parametrize("sub_state", [SubState.NONE, SubState.RINGING, SubState.HOLD])
def test_a_rest_that_is_none_is_refused(sub_state: SubState) -> None:
    with pytest.raises(IllegalMove, match="no such rest"):
        line(READY, Move.NOT_READY, rests(sub_state=sub_state))


@pytest.mark.parametrize("sub_state", sorted(table.REST_SUB_STATES))
@pytest.mark.parametrize("before", [UNREADY, READY, RINGING, ACW])
def test_every_rest_is_taken_at_once_outside_a_talk(before: Presence, sub_state: SubState) -> None:
    after = line(before, Move.NOT_READY, rests(sub_state=sub_state, reason="why"))
    assert (after.state, after.sub_state, after.reason) == (State.UNREADY, sub_state, "why")
    assert after.wrap_up_until is None


@pytest.mark.parametrize(
    ("asked", "state", "sub_state", "reason"),
    [
        (
            [(Move.NOT_READY, rests(sub_state=SubState.BREAK, reason="tea"))],
            State.UNREADY, SubState.BREAK, "tea",
        ),
        ([(Move.LOG_OUT, None)], State.LOGOUT, SubState.NONE, ""),
        ([(Move.LOG_OUT, None), (Move.READY, None)], State.ACW, SubState.NONE, ""),
        (
            [(Move.LOG_OUT, None), (Move.NOT_READY, rests(sub_state=SubState.DND))],
            State.UNREADY, SubState.DND, "",
        ),
    ],
)  # fmt: skip
def test_what_was_asked_for_during_the_call_is_done_in_place_of_wrap_up(
    asked: list[tuple[Event, Told | None]], state: State, sub_state: SubState, reason: str
) -> None:
    presence = ON_CALL
    for event, told in asked:
        presence = line(presence, event, told)
        assert presence.state is State.BUSY
    after = line(presence, Line.TALK_ENDED, rests(wrap_up_s=10.0))
    assert (after.state, table.standing(after) is Standing.ACW) == (state, state is State.ACW)
    assert after.after_call is None
    if state is State.UNREADY:
        assert (after.sub_state, after.reason) == (sub_state, reason)


@pytest.mark.parametrize(
    ("wrap_up_s", "state", "until"), [(10.0, State.ACW, NOW + 10), (0.0, State.READY, None)]
)
def test_a_talk_ends_in_wrap_up_if_there_is_one(wrap_up_s: float, state: State, until: float | None) -> None:
    after = line(ON_CALL, Line.TALK_ENDED, rests(wrap_up_s=wrap_up_s))
    assert (after.state, after.wrap_up_until, after.idle_since) == (state, until, NOW)


def test_a_phone_gone_while_talking_is_away_when_the_talk_ends_and_not_before() -> None:
    gone = table.connected(ON_CALL, False)
    assert gone.state is State.BUSY
    after = line(gone, Line.TALK_ENDED, rests(wrap_up_s=10.0))
    assert (after.state, after.sub_state) == (State.UNREADY, SubState.AWAY)
    assert table.why(gone, after, Line.TALK_ENDED, "") == "phone gone"


def test_a_phone_gone_while_idle_leaves_the_wish() -> None:
    gone = table.connected(READY, False)
    assert (gone.intent, gone.state, gone.online) == (Intent.READY, State.READY, False)
    assert table.connected(gone, False) is gone


@pytest.mark.parametrize(
    ("reason", "not_before", "misses"),
    [
        (DeclineReason.REJECTED, NOW + 10, 0),
        (DeclineReason.BUSY, NOW + 60, 0),
        (DeclineReason.NO_ANSWER, NOW + 3, 1),
        (DeclineReason.NOT_CONFIRMED, NOW + 3, 1),
        (DeclineReason.UNREGISTERED, NOW + 5, 0),
        (DeclineReason.TECHNICAL, NOW + 5, 0),
        (DeclineReason.AGENT_GONE, NOW + 5, 0),
        (DeclineReason.CALLER_GONE, 0.0, 0),
        (DeclineReason.WITHDRAWN, 0.0, 0),
        (DeclineReason.ENGINE_RESTART, 0.0, 0),
    ],
)
def test_each_reason_has_its_pause(reason: DeclineReason, not_before: float, misses: int) -> None:
    after = line(RINGING, Line.DECLINED, rests(declined=reason))
    assert (after.state, after.not_before, after.misses) == (State.READY, not_before, misses)
    assert after.idle_since == READY.idle_since, (
        "an offer that came to nothing keeps his place among the idle"
    )


def test_so_many_misses_in_a_row_take_him_out_of_ready_and_he_is_told() -> None:
    missed = rests(declined=DeclineReason.NO_ANSWER)
    once = line(RINGING, Line.DECLINED, missed)
    ringing = line(once, Line.OFFERED)
    twice = line(ringing, Line.DECLINED, missed)
    assert (twice.state, twice.sub_state, twice.reason) == (State.UNREADY, SubState.WAIT, MISSED_CALLS)
    assert table.why(ringing, twice, Line.DECLINED, "no_answer") == "missed 2 calls in a row"
    assert line(twice, Move.READY).misses == 0


def test_an_answer_counts_misses_from_nought() -> None:
    assert line(replace(RINGING, misses=1), Line.ACCEPTED).misses == 0


def test_max_misses_of_nought_never_takes_him_out() -> None:
    patient = replace(ANN, max_misses=0)
    told = rests(declined=DeclineReason.NO_ANSWER)
    assert changed(replace(RINGING, misses=99), Line.DECLINED, patient, told).state is State.READY


def test_a_longer_pause_is_not_cut_short() -> None:
    later = replace(RINGING, not_before=NOW + 100)
    assert line(later, Line.DECLINED, rests(declined=DeclineReason.TECHNICAL)).not_before == NOW + 100


def test_a_changed_presence_is_as_frozen_as_any() -> None:
    after = line(READY, Line.OFFERED)
    assert type(after) is Presence
    assert {name: getattr(after, name) for name in get_type_hints(Presence) if name != "traffic"} == {
        name: getattr(READY, name) for name in get_type_hints(Presence) if name != "traffic"
    }
    with pytest.raises(AttributeError):
        after.misses = 1  # type: ignore[misc]


def test_the_diagram_shows_every_arrow_of_the_table_once() -> None:
    drawn = table.diagram().splitlines()
    assert drawn[:2] == ["stateDiagram-v2", "    [*] --> LOGOUT"]
    assert len(drawn) == len(set(drawn))
    for where, row in TABLE.items():
        for event, (action, targets) in row.items():
            for target in targets:
                shown = [
                    row for row in drawn if row.startswith(f"    {where} --> {target}: ") and event in row
                ]
                assert bool(shown) == (action is not acts.stay)


# --- on demand --------------------------------------------------------------------------------------------


def test_on_demand_is_ready_for_one_call_and_then_in_wrap_up_until_he_says() -> None:
    once = line(UNREADY, Move.READY_ONCE)
    assert (once.state, once.on_demand) == (State.READY, True)
    over = line(line(line(once, Line.OFFERED), Line.ACCEPTED), Line.TALK_ENDED, rests(wrap_up_s=0.0))
    assert (over.state, over.wrap_up_until, over.on_demand) == (State.ACW, UNTIL_DONE, True)
    assert line(over, Move.WRAP_UP_DONE).state is State.UNREADY
    again = line(over, Move.READY_ONCE)
    assert (again.state, again.on_demand) == (State.READY, True)
    usual = line(over, Move.READY)
    assert (usual.state, usual.on_demand) == (State.READY, False)


def test_an_offer_he_did_not_take_leaves_him_on_demand() -> None:
    ringing = line(line(UNREADY, Move.READY_ONCE), Line.OFFERED)
    after = line(ringing, Line.DECLINED, rests(declined=DeclineReason.REJECTED))
    assert (after.state, after.on_demand) == (State.READY, True)


def test_a_call_of_his_own_is_not_the_one_he_was_ready_for() -> None:
    talking = line(line(line(UNREADY, Move.READY_ONCE), Line.DIALS), Line.CONNECTED)
    over = line(talking, Line.OWN_TALK_ENDED, rests(wrap_up_s=5.0))
    assert (over.state, over.wrap_up_until) == (State.ACW, NOW + 5)
    assert line(over, Line.WRAP_UP_OVER).state is State.READY


@pytest.mark.parametrize(("move", "on_demand"), [(Move.READY, False), (Move.READY_ONCE, True)])
def test_during_a_call_the_kind_of_being_ready_may_change(move: Move, on_demand: bool) -> None:
    assert line(replace(ON_CALL, on_demand=not on_demand), move).on_demand is on_demand


# --- single queues ----------------------------------------------------------------------------------------

SALES, HELP = QueueId("sales"), QueueId("help")


def test_signing_in_to_one_queue_logs_in_and_a_second_one_is_added() -> None:
    first = line(OUT, Move.SIGN_IN, Told(NOW, queue=SALES))
    assert (state_of(first), first.queues) == ((State.UNREADY, SubState.WAIT), (SALES,))
    assert table.passed_through(OUT, Move.SIGN_IN) == (State.LOGIN,)
    assert table.passed_through(UNREADY, Move.SIGN_IN) == ()
    both = line(line(first, Move.READY), Move.SIGN_IN, Told(NOW, queue=HELP))
    assert (both.state, both.queues) == (State.READY, (HELP, SALES))
    assert line(both, Move.SIGN_IN, Told(NOW, queue=HELP)) is both
    assert line(both, Move.SIGN_OUT, Told(NOW, queue=HELP)).queues == (SALES,)
    assert line(line(both, Move.LOG_OUT), Move.LOG_IN).queues is None


def test_who_logged_in_to_all_signs_out_of_one() -> None:
    assert line(READY, Move.SIGN_IN, Told(NOW, queue=SALES)) is READY
    after = line(READY, Move.SIGN_OUT, Told(NOW, queue=SALES, others=(HELP, SALES)))
    assert (after.state, after.queues) == (State.READY, (HELP,))


# --- bans -------------------------------------------------------------------------------------------------

STRICT = replace(ANN, ban_s=BANNED_S, max_misses=3)


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_only_an_unanswered_offer_bans(reason: DeclineReason) -> None:
    after = changed(RINGING, Line.DECLINED, STRICT, rests(declined=reason))
    banned = reason in (DeclineReason.NO_ANSWER, DeclineReason.NOT_CONFIRMED)
    assert after.banned_until == (NOW + BANNED_S if banned else None)
    assert (after.state is State.UNREADY) == banned


def test_a_ban_is_told_and_so_many_misses_come_before_it() -> None:
    after = changed(RINGING, Line.DECLINED, STRICT, rests(declined=DeclineReason.NO_ANSWER))
    assert table.why(RINGING, after, Line.DECLINED, "") == "banned: did not answer"
    third = replace(RINGING, misses=2)
    out = changed(third, Line.DECLINED, STRICT, rests(declined=DeclineReason.NO_ANSWER))
    assert (out.reason, out.banned_until) == (MISSED_CALLS, None)
    assert changed(out, Move.READY, STRICT, Told(NOW)).state is State.READY


def test_a_banned_agent_is_not_ready_by_saying_so_again() -> None:
    with pytest.raises(IllegalMove, match="banned"):
        line(BANNED, Move.READY)


@pytest.mark.parametrize("leaving", [Move.NOT_READY, Move.LOG_OUT])
def test_leaving_and_coming_back_lifts_a_ban(leaving: Move) -> None:
    gone = line(BANNED, leaving)
    back = line(line(gone, Move.LOG_IN), Move.READY)
    assert (gone.banned_until, back.state) == (None, State.READY)


@pytest.mark.parametrize("event", [Move.LIFT_BAN, Line.BAN_OVER])
def test_a_ban_ends_by_word_or_by_time_and_his_idle_time_begins(event: Event) -> None:
    after = line(BANNED, event)
    assert (after.state, after.banned_until, after.idle_since) == (State.READY, None, NOW)


def test_a_ban_said_while_he_rests_or_talks_waits_for_him() -> None:
    told = rests(until=NOW + 9)
    for before in (UNREADY, ACW, ON_CALL, OUT):
        after = line(before, Move.BAN, told)
        assert (after.state, after.banned_until) == (before.state, NOW + 9)
    assert standing(line(line(UNREADY, Move.BAN, told), Move.READY)) is Standing.BANNED
    assert line(line(UNREADY, Move.BAN), Move.LIFT_BAN).banned_until is None
    assert line(READY, Move.BAN).banned_until == UNTIL_DONE


# --- calls of his own, and what he does with a talk -------------------------------------------------------


@pytest.mark.parametrize("before", [UNREADY, READY, BANNED, ACW])
@pytest.mark.parametrize(
    ("begins", "sub_state"), [(Line.DIALS, SubState.CALLING), (Line.RUNG, SubState.RINGING)]
)
def test_a_call_that_is_not_answered_leaves_him_as_he_was(
    before: Presence, begins: Line, sub_state: SubState
) -> None:
    calling = line(before, begins)
    assert state_of(calling) == (State.BUSY, sub_state)
    assert line(calling, Line.NOT_REACHED) == before


def test_a_call_of_his_own_ends_in_wrap_up_and_then_he_is_what_he_was() -> None:
    talking = line(line(UNREADY, Line.DIALS), Line.CONNECTED)
    assert state_of(talking) == (State.BUSY, SubState.ANSWERED)
    over = line(talking, Line.OWN_TALK_ENDED, rests(wrap_up_s=10.0))
    assert over.state is State.ACW
    after = line(over, Line.WRAP_UP_OVER)
    assert (after.state, after.sub_state, after.reason) == (State.UNREADY, SubState.BREAK, "lunch")
    assert line(talking, Line.OWN_TALK_ENDED, rests(wrap_up_s=0.0)).state is State.UNREADY


@pytest.mark.parametrize("over", [Line.NOT_REACHED, Line.OWN_TALK_ENDED])
def test_a_log_out_during_a_call_of_his_own_is_done_when_it_ends(over: Line) -> None:
    calling = line(line(READY, Line.DIALS), Move.LOG_OUT)
    assert calling.state is State.BUSY
    if over is Line.OWN_TALK_ENDED:
        calling = line(calling, Line.CONNECTED)
    assert line(calling, over).state is State.LOGOUT


def test_hold_transfer_and_conference_in_their_order() -> None:
    held = line(ON_CALL, Line.HELD)
    assert state_of(held) == (State.BUSY, SubState.HOLD)
    assert state_of(line(held, Line.RESUMED)) == (State.BUSY, SubState.ANSWERED)
    for before in (ON_CALL, held):
        transferring = line(before, Line.TRANSFERS)
        assert state_of(transferring) == (State.BUSY, SubState.TRANSFER)
        assert line(transferring, Line.TOGETHER_AGAIN).traffic is Traffic.TALKING
        assert line(transferring, Line.TALK_ENDED, rests(wrap_up_s=5.0)).state is State.ACW
    conference = line(ON_CALL, Line.CONFERS)
    assert state_of(conference) == (State.BUSY, SubState.CONFERENCE)
    assert line(conference, Line.TALK_ENDED, rests(wrap_up_s=5.0)).state is State.ACW
    with pytest.raises(IllegalMove):
        line(held, Line.CONFERS)


def test_without_a_channel_he_is_away_and_says_why() -> None:
    for before in (RINGING, CALLING, ON_CALL, replace(ON_CALL, traffic=Traffic.HOLDING)):
        after = line(before, Line.UNPROVEN)
        assert (after.state, after.sub_state, after.reason) == (State.UNREADY, SubState.AWAY, NO_CHANNEL)
    assert line(line(ON_CALL, Move.LOG_OUT), Line.UNPROVEN).state is State.LOGOUT


def test_lag_counts_after_calls_and_after_those_that_failed_by_him() -> None:
    slow = replace(ANN, lag_s=30)
    assert changed(ON_CALL, Line.TALK_ENDED, slow, rests(wrap_up_s=10.0)).not_before == NOW + 30
    for reason, not_before in (
        (DeclineReason.REJECTED, NOW + 30),
        (DeclineReason.BUSY, NOW + 60),
        (DeclineReason.CALLER_GONE, 0.0),
    ):
        after = changed(RINGING, Line.DECLINED, slow, rests(declined=reason))
        assert after.not_before == not_before
