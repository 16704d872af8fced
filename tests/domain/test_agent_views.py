"""One agent in five systems' words: every state there is, by table; and seconds that add up to the login."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.acd.telling import presence_changes
from ccapp.domain.agent_views import (
    AcdStatus,
    Freeswitch,
    Stringee,
    SystemStatus,
    freeswitch,
    kind_of,
    last_login,
    stringee,
    voximplant,
)
from ccapp.domain.events import PresenceChanged
from ccapp.domain.ids import AgentId
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
from ccapp.routing.decisions import Moved
from ccapp.routing.presence import Line
from tests.routing.floor import Floor, agent, queue
from tests.rows import rows

ANN = AgentId("ann")
OUT = Presence(agent=ANN)
UNREADY = replace(OUT, intent=Intent.NOT_READY, online=True)
READY = replace(OUT, intent=Intent.READY, online=True)
ACW = replace(READY, wrap_up_until=9.0)


def rests(sub_state: SubState, reason: str = "") -> Presence:
    return replace(UNREADY, sub_state=sub_state, reason=reason)


def busy(traffic: Traffic, **more: object) -> Presence:
    return replace(READY, traffic=traffic, **more)  # type: ignore[arg-type]


# presence, xswitch, stringee's manual and system status, voximplant, freeswitch's status and state
TABLE = [
    (OUT, "LOGOUT/", "NOT AVAILABLE", 1, "OFFLINE", "Logged Out", "Idle"),
    (rests(SubState.WAIT), "UNREADY/WAIT", "NOT AVAILABLE", 1, "ONLINE", "On Break", "Idle"),
    (rests(SubState.DND), "UNREADY/DND", "NOT AVAILABLE", 1, "DND", "On Break", "Idle"),
    (rests(SubState.BREAK, "lunch break"), "UNREADY/BREAK", "LUNCH BREAK", 1, "TIMEOUT", "On Break", "Idle"),
    (rests(SubState.AWAY), "UNREADY/AWAY", "NOT AVAILABLE", 1, "TIMEOUT", "On Break", "Idle"),
    (rests(SubState.CUSTOM, "available"), "UNREADY/CUSTOM", "NOT AVAILABLE", 1, "ONLINE", "On Break", "Idle"),
    (replace(READY, banned_until=9.0), "UNREADY/WAIT", "NOT AVAILABLE", 1, "BANNED", "On Break", "Idle"),
    (READY, "READY/", "AVAILABLE", 1, "READY", "Available", "Waiting"),
    (replace(READY, on_demand=True), "READY/", "AVAILABLE", 1, "READY", "Available (On Demand)", "Waiting"),
    (busy(Traffic.OFFERED), "BUSY/RINGING", "AVAILABLE", 0, "READY", "Available", "Receiving"),
    (busy(Traffic.RUNG), "BUSY/RINGING", "AVAILABLE", 0, "IN_SERVICE", "Available", "Receiving"),
    (busy(Traffic.DIALLING), "BUSY/CALLING", "AVAILABLE", 0, "IN_SERVICE", "Available", "Idle"),
    (busy(Traffic.TALKING), "BUSY/ANSWERED", "AVAILABLE", 0, "IN_SERVICE", "Available", "In a queue call"),
    (busy(Traffic.HOLDING), "BUSY/HOLD", "AVAILABLE", 0, "IN_SERVICE", "Available", "In a queue call"),
    (
        busy(Traffic.TRANSFERRING),
        "BUSY/TRANSFER", "AVAILABLE", 0, "IN_SERVICE", "Available", "In a queue call",
    ),
    (
        busy(Traffic.CONFERENCING),
        "BUSY/CONFERENCE", "AVAILABLE", 0, "IN_SERVICE", "Available", "In a queue call",
    ),
    (
        busy(Traffic.TALKING, after_call=Move.NOT_READY, after_call_reason="lunch break"),
        "BUSY/ANSWERED", "LUNCH BREAK", 0, "IN_SERVICE", "Available", "In a queue call",
    ),
    (
        busy(Traffic.TALKING, after_call=Move.LOG_OUT),
        "BUSY/ANSWERED", "NOT AVAILABLE", 0, "IN_SERVICE", "Available", "In a queue call",
    ),
    (
        replace(UNREADY, traffic=Traffic.DIALLING),
        "BUSY/CALLING", "NOT AVAILABLE", 0, "IN_SERVICE", "On Break", "Idle",
    ),
    (ACW, "ACW/", "AVAILABLE", 2, "AFTER_SERVICE", "Available", "Waiting"),
    (
        replace(ACW, on_demand=True, wrap_up_until=UNTIL_DONE),
        "ACW/", "AVAILABLE", 2, "AFTER_SERVICE", "Available (On Demand)", "Idle",
    ),
]  # fmt: skip


@rows("XS-04", "XS-19", "ST-27", "VX-09")
@pytest.mark.parametrize(("presence", "xswitch", "manual", "system", "vox", "status", "state"), TABLE)
def test_every_state_in_every_systems_words(
    presence: Presence, xswitch: str, manual: str, system: int, vox: str, status: str, state: str
) -> None:
    assert "/".join(state_of(presence)) == xswitch
    assert stringee(presence) == Stringee(manual, SystemStatus(system), presence.online)
    assert voximplant(presence) == vox
    assert freeswitch(presence) == Freeswitch(status, state)


def test_the_table_has_every_state_and_every_word() -> None:
    seen = {state_of(row[0]) for row in TABLE}
    rests = {SubState.WAIT, SubState.DND, SubState.BREAK, SubState.AWAY, SubState.CUSTOM}
    lines = {SubState.CALLING, SubState.RINGING, SubState.ANSWERED, SubState.HOLD}
    wanted = {(State.UNREADY, each) for each in rests}
    wanted |= {(State.BUSY, each) for each in lines | {SubState.TRANSFER, SubState.CONFERENCE}}
    assert seen == wanted | {(state, SubState.NONE) for state in (State.LOGOUT, State.READY, State.ACW)}
    assert {row[4] for row in TABLE} == set(AcdStatus)
    assert {row[0].traffic for row in TABLE} == set(Traffic)


@rows("ST-26")
@pytest.mark.parametrize(
    ("available", "system", "online"), list(product([True, False], SystemStatus, [True, False]))
)
def test_of_twelve_agents_one_is_routable_and_he_is_rung(
    available: bool, system: SystemStatus, online: bool
) -> None:
    floor = Floor(agent("ann"), queue("sales", wrap_up_s=100), queue("other"))
    floor.ready("ann")
    if system is not SystemStatus.FREE:
        floor.join("before", "sales")
        floor.accept("before")
        if not available and system is SystemStatus.ON_CALL:
            floor.move("ann", Move.NOT_READY)
        if system is SystemStatus.ACW:
            floor.end_talk("ann")
            if not available:  # who is not available wraps up after a call of his own
                floor.move("ann", Move.NOT_READY)
                for line in (Line.DIALS, Line.CONNECTED, Line.OWN_TALK_ENDED):
                    floor.told += floor.router.hears(ANN, line, floor.now, wrap_up_s=100)
    elif not available:
        floor.move("ann", Move.NOT_READY)
    floor.online("ann", online)
    seen = stringee(floor.presence("ann"))
    assert (seen.manual_status == "AVAILABLE", seen.system_status, seen.online) == (available, system, online)
    assert seen.routable == (available and system is SystemStatus.FREE and online)
    floor.join("now", "other")
    assert (floor.serves("now") == "ann") == seen.routable


# --- seconds ----------------------------------------------------------------------------------------------

DOINGS = st.one_of(
    st.sampled_from([*Move]), st.sampled_from([*Line]), st.sampled_from(["join", "accept", "end", "decline"])
)


def lived(doings: list[tuple[float, object]]) -> tuple[Floor, list[PresenceChanged]]:
    """An agent's day: what is not possible is left out."""
    floor = Floor(agent("ann", max_misses=2), queue("sales", wrap_up_s=5, retry_same_agent_s=0))
    facts: list[PresenceChanged] = []

    def told() -> None:
        for decision in floor.told:
            if isinstance(decision, Moved):
                facts.extend(presence_changes(decision, floor.now))
        floor.told.clear()

    floor.online("ann")
    told()
    for number, (later_s, doing) in enumerate(doings):
        while (due := floor.router.next_deadline()) is not None and due <= floor.now + later_s:
            later_s -= due - floor.now
            floor.now = due
            floor.tick()
            told()
        floor.tick(later_s)
        try:
            _do(floor, doing, number)
        except (IllegalMove, AssertionError):
            continue
        finally:
            told()
    return floor, facts


def _do(floor: Floor, doing: object, number: int) -> None:
    talking = floor.presence("ann").traffic in (Traffic.TALKING, Traffic.HOLDING)
    match doing:
        case Move():
            floor.told += floor.router.move(ANN, doing, floor.now, reason="x", until=floor.now + 7)
        case Line.DIALS | Line.RUNG | Line.CONNECTED | Line.NOT_REACHED | Line.HELD | Line.RESUMED:
            floor.told += floor.router.hears(ANN, doing, floor.now)
        case "join":
            floor.join(f"c{number}", "sales")
        case "accept" | "decline" if floor.line():
            floor.accept(floor.line()[0]) if doing == "accept" else floor.decline(floor.line()[0])
        case "end" if talking:
            floor.end_talk("ann")
        case _:
            pass


@rows("VE-05")
@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.5, 10.0]), DOINGS), max_size=40))
def test_the_seconds_of_a_login_add_up_to_it(doings: list[tuple[float, object]]) -> None:
    floor, facts = lived([(0.0, Move.LOG_IN), (1.0, Move.READY), *doings])
    for now in (floor.now, floor.now + 100):
        login = last_login(facts, now)
        assert login is not None
        ended = now if login.logged_out_at is None else login.logged_out_at
        whole = login.away_s + login.busy_s + login.on_phone_s + login.ready_s
        assert whole == pytest.approx(ended - login.logged_in_at)
        assert min(login.away_s, login.busy_s, login.on_phone_s, login.ready_s) >= 0
    assert (login.logged_out_at is None) == (floor.presence("ann").intent is not Intent.LOGGED_OUT)


@rows("VE-05")
def test_a_login_by_hand() -> None:
    _, facts = lived(
        [
            (0.0, Move.LOG_IN), (2.0, Move.READY), (10.0, "join"), (3.0, "accept"), (20.0, Line.HELD),
            (5.0, Line.RESUMED), (1.0, "end"), (5.0, Move.NOT_READY), (4.0, Move.LOG_OUT), (9.0, Move.LOG_IN),
        ]
    )  # fmt: skip
    first = last_login(facts[:-2], 1e9)
    assert first is not None
    assert (first.busy_s, first.ready_s, first.on_phone_s, first.away_s) == (2 + 5 + 4, 10, 3 + 20 + 5 + 1, 0)
    second = last_login(facts, 1e9)
    assert second is not None
    assert (second.logged_out_at, second.on_phone_s) == (None, 0)
    assert last_login([], 0.0) is None


def test_a_break_is_away_and_other_rests_are_busy() -> None:
    kinds = {sub_state: kind_of(State.UNREADY, sub_state) for sub_state in SubState}
    assert [each for each, kind in kinds.items() if kind == "away_s"] == [SubState.BREAK, SubState.AWAY]
