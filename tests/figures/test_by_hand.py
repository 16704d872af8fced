"""Twenty calls, and what anybody with a pencil finds them to be."""

import pytest

from ccapp.domain.events import Fact, Outcome
from ccapp.domain.presence import State
from ccapp.routing.figures import (
    AGENTS,
    CALLS,
    WHOLE,
    Belongs,
    By,
    Choice,
    Dimension,
    Ending,
    Figures,
    Formula,
    Selection,
    document,
)
from tests.figures import facts as told
from tests.figures.facts import START
from tests.rows import rows

A, AB, TO, OV, LO = Ending.ANSWERED, Ending.ABANDONED, Ending.TIMED_OUT, Ending.OVERFLOWED, Ending.LOST

#  call  queue     ending wait agent ring talk wrap-up; a call begins 1,000 s after the one before
SCRIPT = [
    (1, "sales", A, 5, "ann", 3, 60, 10),
    (2, "sales", A, 10, "bob", 4, 120, None),
    (3, "sales", A, 20, "ann", 2, 30, 5),
    (4, "sales", A, 25, "bob", 5, 90, 20),
    (5, "sales", A, 40, "ann", 6, 200, 15),
    (6, "sales", AB, 2),
    (7, "sales", AB, 4),
    (8, "sales", AB, 15),
    (9, "sales", AB, 35),
    (10, "sales", TO, 120),
    (11, "sales", A, 1, "ann", 1, 10, None),
    (12, "sales", A, 20, "bob", 3, 50, 10),  # ann was rung before and did not answer
    (13, "support", A, 6, "bob", 2, 40, None),
    (14, "support", A, 30, "bob", 5, 100, 30),
    (15, "support", AB, 50),
    (16, "sales", OV, 60),  # and on:
    (16, "support", A, 10, "ann", 4, 80, 12),
    (17, "support", LO, 8),
    # 18 is refused, 19 hangs up in the IVR
    (20, "support", A, 3, "ann", 2, 20, 8),
]


def script() -> list[Fact]:
    made: list[Fact] = []
    for number in range(1, 21):
        visit, at = f"v{number}", 1000.0 * number
        made.append(told.arrived(visit, at, "100" if number <= 4 else "200"))
        rows = [row for row in SCRIPT if row[0] == number]
        outcome = Outcome.REFUSED if number == 18 else Outcome.LEFT_IN_IVR
        for row in rows:
            facts, at, outcome = stay(visit, at, *row[1:])
            made += facts
        made.append(told.ended(visit, at, outcome))
    return sorted(made, key=lambda fact: fact.at)


def stay(
    visit: str, at: float, queue: str, ending: Ending, wait: float, agent: str = "", ring: float = 0,
    talk: float = 0, wrap_up: float | None = None,
) -> tuple[list[Fact], float, Outcome]:  # fmt: skip
    made: list[Fact] = [told.waits(visit, at, queue, skills=("english",) if queue == "support" else ())]
    left = at + wait
    if visit == "v12":
        made.append(told.declined(visit, at + 15, "ann", 15.0))
    match ending:
        case Ending.ANSWERED:
            end = left + talk
            made.append(told.served(visit, left, agent, wait, ring, queue))
            made.append(told.talked(visit, end, agent, talk, queue))
            made.append(told.is_now(agent, end, State.ACW if wrap_up is not None else State.READY))
            if wrap_up is not None:
                made.append(told.is_now(agent, end + wrap_up, State.READY, before=State.ACW))
                made.append(told.wrapped_up(agent, end + wrap_up, wrap_up))
            return made, end, Outcome.SERVED
        case Ending.ABANDONED:
            return [*made, told.abandoned(visit, left, wait, queue)], left, Outcome.ABANDONED
        case Ending.TIMED_OUT:
            return made, left, Outcome.TIMED_OUT
        case Ending.LOST:
            return made, left, Outcome.LOST
        case _:
            return made, left, Outcome.SERVED


def read(figures: Figures, of: Dimension, key: str, choice: Choice = Choice()) -> dict[str, object]:  # noqa: B008
    [row] = [row for row in figures.rows(of, figures.last_at) if row.key == key]
    return document(row.tally, AGENTS if of is Dimension.AGENT else WHOLE, choice, codes=True)


def stat(count: int, sum: float, most: float, least: float) -> dict[str, object]:
    return {"avg": sum / count, "count": count, "max": most, "min": least, "sum": sum}


BOTH = pytest.mark.parametrize("belongs", list(Belongs))


@rows("VX-17")
@BOTH
def test_sales(belongs: Belongs):
    found = read(Figures(Selection(belongs=belongs)).feed_all(script()), Dimension.QUEUE, "sales")
    assert [found[code] for code in ("OC", "AC", "UAC", "RC", "TC")] == [13, 7, 6, 0, 13]
    assert [found[code] for code in ("ABC", "TOC", "OVC", "LC")] == [4, 1, 1, 0]
    assert found["WT"] == stat(13, 357, 120, 1)
    assert found["AT"] == stat(4, 56, 35, 2)
    assert found["SA"] == stat(7, 24, 6, 1)
    assert found["TT"] == stat(7, 560, 200, 10)
    assert found["ACW"] == stat(5, 60, 20, 5)
    assert found["HT"] == stat(7, 620, 215, 10)
    assert [found[code] for code in ("TST", "TWT", "TAT", "TTT", "TACW", "THT")] == [
        24,
        357,
        56,
        560,
        60,
        620,
    ]
    assert found["ASA"] == pytest.approx(121 / 7)
    assert found["AHT"] == pytest.approx(620 / 7)
    assert found["ABR"] == pytest.approx(4 / 13)
    assert (found["OF"], found["MO"]) == (8, {"no_answer": 1})


@BOTH
def test_support(belongs: Belongs):
    figures = Figures(Selection(belongs=belongs)).feed_all(script())
    found = read(figures, Dimension.QUEUE, "support")
    assert [found[code] for code in ("OC", "AC", "UAC", "RC", "TC")] == [6, 4, 2, 0, 6]
    assert (found["LC"], found["TWT"], found["TTT"], found["TACW"]) == (1, 107, 240, 50)
    assert read(figures, Dimension.SKILL, "english")["TTT"] == 240


@BOTH
def test_the_whole(belongs: Belongs):
    figures = Figures(Selection(belongs=belongs)).feed_all(script())
    found = read(figures, Dimension.WHOLE, "")
    assert [found[code] for code in ("VC", "OC", "AC", "UAC", "RC", "TC")] == [20, 20, 11, 8, 1, 20]
    assert (found["TTT"], found["TACW"], found["THT"]) == (800, 110, 910)
    assert read(figures, Dimension.CALLER, "100")["AC"] == 4
    assert [read(figures, Dimension.CALLER, "200")[code] for code in ("VC", "AC", "RC")] == [16, 7, 1]


@rows("VX-16")
@BOTH
def test_agents(belongs: Belongs):
    figures = Figures(Selection(belongs=belongs)).feed_all(script())
    ann, bob = (read(figures, Dimension.AGENT, agent) for agent in ("ann", "bob"))
    codes = ("TC", "AC", "UAC", "TDT", "TTT", "TACW", "THT")
    assert [ann[code] for code in codes] == [7, 6, 1, 18, 400, 50, 450]
    assert [bob[code] for code in codes] == [5, 5, 0, 19, 400, 60, 460]
    assert ann["MO"] == {"no_answer": 1}


@rows("VX-17")
@pytest.mark.parametrize(
    ("formula", "short_s", "level"),
    [
        (Formula.F1, 0, 8 / 13),
        (Formula.F2, 0, 5 / 7),
        (Formula.F3, 0, 5 / 13),
        (Formula.F4, 0, 5 / 10),
        (Formula.F5, 0, 5 / 13),
        (Formula.F5, 5, 7 / 13),
        (Formula.F5, 4, 6 / 13),  # who waited the 4 s is not shorter than they
        (Formula.F1, 5, 8 / 13),  # only F5 looks at short abandons
    ],
)
def test_service_level(formula: Formula, short_s: float, level: float):
    """All from the same fold: the formula is chosen afterwards."""
    figures = Figures().feed_all(script())
    [found] = read(figures, Dimension.QUEUE, "sales", Choice(formula=formula, short_s=short_s))["SL"]  # type: ignore[misc]
    assert found == {"acceptable_waiting_time": 20.0, "call_count": 5, "service_level": pytest.approx(level)}


def test_any_thresholds_afterwards():
    figures = Figures().feed_all(script())
    choice = Choice(thresholds_s=(0.5, 1, 24.9, 25, 1000), short_s=5)
    found = read(figures, Dimension.QUEUE, "sales", choice)
    assert [each["call_count"] for each in found["SL"]] == [0, 1, 5, 6, 7]  # type: ignore[attr-defined]
    assert (found["SAC"], found["ABC"]) == (2, 4)
    assert found["ABR"] == pytest.approx(2 / 11)


def test_by_the_hour_of_the_arrival_and_of_the_end():
    hours = Figures(Selection(by=By.HOUR)).feed_all(script()).rows(Dimension.WHOLE, START)
    assert [(row.interval.label, row.tally.offered) for row in hours] == [
        ("2026-02-03T00:00+00:00", 3),
        ("2026-02-03T01:00+00:00", 4),
        ("2026-02-03T02:00+00:00", 3),
        ("2026-02-03T03:00+00:00", 4),
        ("2026-02-03T04:00+00:00", 4),
        ("2026-02-03T05:00+00:00", 2),
    ]


def test_only_one_queue():
    figures = Figures(Selection(queue="support")).feed_all(script())  # type: ignore[arg-type]
    assert [row.key for row in figures.rows(Dimension.QUEUE, START)] == ["support"]
    assert document(figures.total(START), CALLS, Choice(), codes=True)["TC"] == 6
    assert read(figures, Dimension.AGENT, "ann")["TTT"] == 100


def test_what_the_backups_took_is_counted_apart():
    facts = [
        told.waits("a", 0), told.served("a", 5, "ann", 5.0), told.talked("a", 20, "ann", 15.0),
        told.waits("b", 1), told.served("b", 61, "spare", 60.0, by_backup=True),
        told.talked("b", 70, "spare", 9.0),
        told.served("b", 71, "ann", 0.0, segment=2, number=2), told.talked("b", 80, "ann", 9.0, segment=2),
    ]  # fmt: skip
    found = read(Figures(Selection()).feed_all(facts), Dimension.QUEUE, "sales")
    assert (found["AC"], found["BKC"]) == (2, 1)


def test_names_and_codes_are_unique():
    for figures in (WHOLE, AGENTS):
        assert len({each.code for each in figures}) == len({each.name for each in figures}) == len(figures)
        assert all(each.definition.endswith(".") for each in figures)
