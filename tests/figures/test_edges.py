"""Borders of time, calls that go on, engines that die, and beginnings nobody saw."""

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from ccapp.domain.admission import ExitReason
from ccapp.domain.events import Outcome
from ccapp.domain.ids import AgentId, QueueId
from ccapp.domain.presence import State, SubState
from ccapp.routing.figures import (
    AGENTS,
    NEEDED,
    WHOLE,
    Belongs,
    By,
    Calendar,
    Choice,
    Dimension,
    Ending,
    Figures,
    Selection,
    Tally,
    TooMany,
    document,
)
from tests.figures import facts as told
from tests.figures.facts import START

DAY = 86_400.0
BERLIN = ZoneInfo("Europe/Berlin")


def one(figures: Figures, of: Dimension, key: str = "", now: float | None = None) -> Tally:
    [row] = [row for row in figures.rows(of, figures.last_at if now is None else now) if row.key == key]
    return row.tally


# --- engines ----------------------------------------------------------------------------------------------


def test_a_wait_told_again_by_the_next_engine_is_one_call():
    figures = Figures().feed_all(
        [
            told.arrived("v", 0),
            told.waits("v", 1),
            told.waits("v", 20, since=1),
            told.waits("v", 30, since=1),
            told.served("v", 40, "ann", 39),
        ]
    )
    sales = one(figures, Dimension.QUEUE, "sales")
    assert (sales.offered, sales.total, sales.length.most) == (1, 1, 1)
    assert sales.waiting.sum == 39


def test_who_leaves_by_a_key_is_counted_apart_wherever_it_leads():
    figures = Figures().feed_all(
        [
            told.arrived("v", 0),
            told.waits("v", 1),
            told.sent_away("v", 31, 30.0, ExitReason.KEY, to="IVR mail"),
            told.ended("v", 40, Outcome.IVR_ENDED),
            told.arrived("w", 50),
            told.waits("w", 51),
            told.sent_away("w", 61, 10.0, ExitReason.KEY),
            told.ended("w", 65, Outcome.LEFT_BY_KEY),
        ]
    )
    sales = one(figures, Dimension.QUEUE, "sales")
    assert sales.endings == {Ending.KEYED: 2}
    assert sales.exits == {ExitReason.KEY: 2}
    read = document(sales, WHOLE, Choice(), codes=True)
    assert [read[code] for code in ("KC", "UAC", "ABC", "TOC", "OVC", "XR")] == [2, 2, 0, 0, 0, {"key": 2}]


def test_overflow_is_a_call_of_each_queue():
    figures = Figures().feed_all(
        [
            told.arrived("v", 0),
            told.waits("v", 0, "sales"),
            told.waits("v", 30, "support", since=0),  # keeps his clock
            told.waits("v", 40, "sales", since=0),  # and back: a new stay
            told.served("v", 45, "ann", 45, queue="sales"),
            told.talked("v", 55, "ann", 10),
            told.is_now("ann", 55, State.READY),
            told.ended("v", 55, Outcome.SERVED),
        ]
    )
    sales, support = one(figures, Dimension.QUEUE, "sales"), one(figures, Dimension.QUEUE, "support")
    assert sales.endings == {Ending.OVERFLOWED: 1, Ending.ANSWERED: 1}
    assert support.endings == {Ending.OVERFLOWED: 1}
    whole = figures.total(figures.last_at)
    assert (whole.visits, whole.total, whole.talk.count) == (1, 3, 1)


def test_back_into_the_same_line_is_a_new_call():
    figures = Figures().feed_all([told.waits("v", 0), told.waits("v", 30), told.abandoned("v", 40, 10)])
    sales = one(figures, Dimension.QUEUE, "sales")
    assert sales.endings == {Ending.OVERFLOWED: 1, Ending.ABANDONED: 1}
    assert (sales.offered, sales.waiting.sum, sales.length.most) == (2, 40, 1)


def test_only_who_never_stood_in_a_line_is_refused_before_it():
    figures = Figures().feed_all(
        [
            told.arrived("in", 0),
            told.waits("in", 0),
            told.ended("in", 5, Outcome.REFUSED),  # not let stay
            told.arrived("left", 10),
            told.waits("left", 10),
            told.abandoned("left", 20, 10),
            told.ended("left", 20, Outcome.REFUSED),
            told.arrived("never", 30),
            told.ended("never", 30, Outcome.REFUSED),
        ]
    )
    assert one(figures, Dimension.QUEUE, "sales").endings == {Ending.REJECTED: 1, Ending.ABANDONED: 1}
    whole = figures.total(figures.last_at)
    assert (whole.endings[Ending.REJECTED], whole.total, whole.offered) == (2, 3, 3)


def test_a_talk_whose_wrap_up_was_never_told_counts_with_the_next_one():
    figures = Figures().feed_all(
        [
            told.waits("v", 0),
            told.served("v", 5, "ann", 5),
            told.talked("v", 65, "ann", 60),
            told.waits("w", 70),
            told.served("w", 75, "ann", 5),
            told.talked("w", 85, "ann", 10),
            told.talked("x", 99, "ann", 7),
        ]
    )
    assert one(figures, Dimension.AGENT, "ann").talk.sum == 70


def test_a_line_is_empty_before_its_first_caller():
    figures = Figures(Selection(since=START, until=START + 100)).feed_all(
        [told.waits("v", 50), told.waits("w", 60), told.abandoned("v", 70, 20)]
    )
    length = one(figures, Dimension.QUEUE, "sales", START + 500).length
    assert (length.area, length.seconds) == (pytest.approx(10 + 2 * 10 + 30), pytest.approx(100))
    assert length.told == {"avg": pytest.approx(0.6), "max": 2, "min": 0}


def test_a_clock_that_was_put_back_makes_no_time():
    figures = Figures().feed_all(
        [
            told.is_now("ann", 100, State.READY),
            told.is_now("ann", 90, State.UNREADY, SubState.BREAK, before=State.READY),
            told.waits("v", 100),
            told.waits("w", 90),
            told.abandoned("v", 95, 0),
            told.abandoned("w", 110, 20),
        ]
    )
    ann = one(figures, Dimension.AGENT, "ann")
    assert (ann.seconds(State.READY), ann.seconds(State.UNREADY)) == (0, 10)
    assert one(figures, Dimension.QUEUE, "sales").length.area == 10


def test_a_transfer_is_handled_twice_and_answered_once():
    figures = Figures().feed_all(
        [
            told.arrived("v", 0),
            told.waits("v", 0),
            told.served("v", 5, "ann", 5),
            told.served("v", 65, "bob", 0, segment=2),
            told.talked("v", 65, "ann", 60),
            told.is_now("ann", 65, State.READY),
            told.talked("v", 165, "bob", 100, segment=2),
            told.is_now("bob", 165, State.READY),
            told.ended("v", 165, Outcome.SERVED),
        ]
    )
    sales = one(figures, Dimension.QUEUE, "sales")
    assert (sales.endings[Ending.ANSWERED], sales.talk.count, sales.talk.sum) == (1, 2, 160)
    assert [one(figures, Dimension.AGENT, name).talk.sum for name in ("ann", "bob")] == [60, 100]


def test_calls_whose_beginning_nobody_saw():
    figures = Figures().feed_all(
        [
            told.abandoned("a", 100, 40),
            told.ended("a", 100, Outcome.ABANDONED),
            told.served("b", 110, "ann", 50),
            told.talked("b", 170, "ann", 60),
            told.talked("c", 200, "bob", 90),
            told.declined("d", 210, "cid", 5),
            told.ended("d", 220, Outcome.ABANDONED),
        ]
    )
    sales = one(figures, Dimension.QUEUE, "sales")
    assert sales.offered == 4
    assert sales.endings == {Ending.ABANDONED: 2, Ending.ANSWERED: 1}
    assert sales.waiting.sum == 40 + 50 + 15
    assert figures.waiting() == {}


# --- what goes on -----------------------------------------------------------------------------------------


def test_a_talk_counts_when_its_wrap_up_is_over():
    figures = Figures().feed_all([told.arrived("v", 0), told.waits("v", 0), told.served("v", 5, "ann", 5)])
    sales = QueueId("sales")
    assert (figures.talking()[sales], figures.waiting()[sales]) == (1, 0)
    assert one(figures, Dimension.QUEUE, "sales").endings[Ending.ANSWERED] == 1
    figures.feed_all([told.talked("v", 65, "ann", 60), told.is_now("ann", 65, State.ACW)])
    assert figures.talking()[sales] == 0
    assert one(figures, Dimension.QUEUE, "sales").talk.count == 0
    figures.feed_all([told.is_now("ann", 75, State.READY), told.wrapped_up("ann", 75, 10)])
    tally = one(figures, Dimension.QUEUE, "sales")
    assert (tally.talk.sum, tally.after_call.sum, tally.handling.sum) == (60, 10, 70)
    assert figures.handling_s == {sales: 70}


def test_a_call_over_the_border_belongs_to_its_arrival_or_its_end():
    facts = [
        told.arrived("v", DAY - 30),
        told.waits("v", DAY - 20),
        told.served("v", DAY - 10, "ann", 10),
        told.talked("v", DAY + 50, "ann", 60),
        told.is_now("ann", DAY + 50, State.ACW),
        told.is_now("ann", DAY + 60, State.READY),
        told.wrapped_up("ann", DAY + 60, 10),
        told.ended("v", DAY + 50, Outcome.SERVED),
    ]
    for belongs, day in ((Belongs.ARRIVAL, "2026-02-03"), (Belongs.END, "2026-02-04")):
        figures = Figures(Selection(by=By.DAY, belongs=belongs)).feed_all(facts)
        for of in (Dimension.QUEUE, Dimension.WHOLE, Dimension.CALLER):
            counted = [row for row in figures.rows(of, figures.last_at) if row.tally.total]
            assert [(row.interval.label, row.tally.handling.sum) for row in counted] == [(day, 70)]
        [ann] = [row for row in figures.rows(Dimension.AGENT, figures.last_at) if row.tally.offers]
        assert (ann.interval.label, ann.tally.handling.sum) == (day, 70)
    first = Figures(Selection(since=START, until=START + DAY)).feed_all(facts)
    assert (
        first.total(START + DAY).handling.sum == 70
    )  # what comes after the time asked for still completes it
    second = Figures(Selection(since=START + DAY, until=START + 2 * DAY)).feed_all(facts)
    assert (second.total(START + 2 * DAY).total, second.total(START + 2 * DAY).visits) == (0, 0)


def test_the_next_day_goes_on_with_what_is_open():
    figures = Figures(Selection(since=START, until=START + DAY)).feed_all(
        [
            told.is_now("ann", 10, State.READY),
            told.arrived("old", DAY - 20),
            told.waits("old", DAY - 20),
        ]
    )
    figures.begin_anew(Selection(since=START + DAY, until=START + 2 * DAY))
    figures.feed_all(
        [
            told.served("old", DAY + 10, "ann", 30),
            told.arrived("new", DAY + 20),
            told.waits("new", DAY + 20),
        ]
    )
    sales = one(figures, Dimension.QUEUE, "sales", START + DAY + 40)
    assert (sales.offered, sales.total) == (1, 0)  # the old one belongs to yesterday
    assert sales.length.area == pytest.approx(10 + 20)
    ann = one(figures, Dimension.AGENT, "ann", START + DAY + 40)
    assert ann.states[State.READY, SubState.NONE].sum == pytest.approx(40)


# --- agents' time -----------------------------------------------------------------------------------------


def test_an_agent_logged_in_before_the_time_asked_for():
    asked = Selection(since=START + 100, until=START + 200)
    known = Figures(asked).feed_all(
        [
            told.is_now("ann", 10, State.UNREADY, SubState.BREAK),
            told.is_now("ann", 150, State.READY, before=State.UNREADY),
            told.is_now("ann", 300, State.LOGOUT, before=State.READY),
        ]
    )
    states = one(known, Dimension.AGENT, "ann").states
    assert {state: stat.sum for state, stat in states.items()} == {
        (State.UNREADY, SubState.BREAK): 50,
        (State.READY, SubState.NONE): 50,
    }
    unseen = Figures(asked).feed_all([told.is_now("ann", 150, State.READY, before=State.UNREADY)])
    states = one(unseen, Dimension.AGENT, "ann", START + 180).states
    assert {state: stat.sum for state, stat in states.items()} == {
        (State.UNREADY, SubState.NONE): 50,  # as the first fact says he was before
        (State.READY, SubState.NONE): 30,
    }


def test_a_state_over_midnight_in_berlin():
    figures = Figures(Selection(by=By.DAY, zone=BERLIN)).feed_all(
        [told.is_now("ann", -7200, State.READY), told.is_now("ann", 0, State.LOGOUT, before=State.READY)]
    )
    days = figures.rows(Dimension.AGENT, figures.last_at)
    assert [(row.interval.label, row.tally.seconds(State.READY)) for row in days] == [
        ("2026-02-02", 3600),  # midnight is at 23:00 UTC
        ("2026-02-03", 3600),
    ]


@pytest.mark.parametrize(("ring_is_work", "occupied"), [(False, 50 / 80), (True, 60 / 80)])
def test_occupancy(ring_is_work: bool, occupied: float):
    figures = Figures().feed_all(
        [
            told.is_now("ann", 0, State.UNREADY, SubState.BREAK),
            told.is_now("ann", 20, State.READY),
            told.is_now("ann", 40, State.BUSY, SubState.RINGING),
            told.is_now("ann", 50, State.BUSY, SubState.ANSWERED),
            told.is_now("ann", 80, State.BUSY, SubState.HOLD),
            told.is_now("ann", 90, State.ACW),
            told.is_now("ann", 100, State.LOGOUT),
            told.is_now("ann", 900, State.LOGOUT),
        ]
    )
    [row] = figures.rows(Dimension.AGENT, START + 1000)
    read = document(row.tally, AGENTS, Choice(ring_is_work=ring_is_work))
    assert read["occupancy"] == pytest.approx(occupied)
    assert read["logged_in_time"] == 100
    assert read["idle_time"]["sum"] == 20


def test_asking_changes_nothing():
    figures = Figures(Selection(by=By.HOUR)).feed_all(
        [told.is_now("ann", 0, State.READY), told.arrived("v", 5), told.waits("v", 5)]
    )
    for _ in range(3):
        figures.rows(Dimension.AGENT, START + 9_000)
        figures.total(START + 9_000)
    [ann] = figures.rows(Dimension.AGENT, START + 60)
    assert ann.tally.states[State.READY, SubState.NONE].told["count"] == 1
    assert ann.tally.seconds(State.READY) == 60


# --- the calendar -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)],
)
def test_days_have_as_many_hours_as_they_have(day: str, hours: int):
    calendar = Calendar(By.DAY, BERLIN)
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=BERLIN).timestamp()
    whole = [piece for piece in calendar.pieces(noon - DAY, noon + DAY) if piece.interval.label == day]
    assert sum(piece.end - piece.begin for piece in whole) == hours * 3600
    by_hour = [*Calendar(By.HOUR, BERLIN).pieces(whole[0].begin, whole[-1].end)]
    assert len({piece.interval for piece in by_hour}) == hours
    assert sorted(piece.interval for piece in by_hour) == [piece.interval for piece in by_hour]
    assert {piece.end - piece.begin for piece in by_hour} == {3600}


@pytest.mark.parametrize(
    "zone", ["Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo"]
)
@pytest.mark.parametrize("by", list(By))
def test_pieces_are_the_whole_in_every_zone(zone: str, by: By):
    calendar = Calendar(by, ZoneInfo(zone))
    begin, end = START + 1.5, START + 400 * DAY + 0.25
    pieces = [*calendar.pieces(begin, end)]
    assert pieces[0].begin == begin
    assert pieces[-1].end == end
    assert all(one.end == two.begin for one, two in itertools.pairwise(pieces))
    assert all(calendar.at(piece.begin) == piece.interval for piece in pieces)


def test_too_many_rows_are_refused():
    figures = Figures(Selection(cells_max=20))
    with pytest.raises(TooMany):
        figures.feed_all(told.arrived(f"v{n}", n, str(n)) for n in range(100))


def test_only_one_agent():
    figures = Figures(Selection(agent=AgentId("bob"))).feed_all(
        [
            told.is_now("ann", 0, State.READY),
            told.is_now("bob", 0, State.READY),
            told.waits("v", 0),
            told.declined("v", 9, "ann", 9),
            told.declined("v", 18, "bob", 9),
        ]
    )
    assert [(row.key, row.tally.offers) for row in figures.rows(Dimension.AGENT, START + 20)] == [("bob", 1)]


def test_the_kinds_needed_are_the_kinds_read():
    assert {kind.__name__ for kind in Figures()._read} == NEEDED
