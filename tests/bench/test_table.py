"""From rounds to lines: ratios, aims and what is said when something is missing."""

from scripts.bench.measures import Round
from scripts.bench.programme import ANSWERED, CCAPP, RINGING, Results
from scripts.bench.table import Line, lines, markdown


def round_(asterisk: float, engine: float = 0.0, *, ms: float = 5.0, failed: int = 0) -> Round:
    cpu = {"asterisk": asterisk, "engine": engine} if engine else {"asterisk": asterisk}
    return Round(calls=100, cpu_ms=cpu, latencies=[ms / 1000] * 100, failed=failed)


def a_run() -> Results:
    results = Results()
    for asterisk in (9.0, 11.0):
        results.add("idle", 10, ANSWERED, round_(asterisk))
        results.add("idle", 10, RINGING, round_(asterisk - 1, ms=4))
        results.add("idle", 10, CCAPP, round_(asterisk - 3, 1.0, ms=4))
        results.add("backlog", 10, "app_queue", round_(0.0, ms=500))
        results.add("backlog", 10, CCAPP, round_(0.0, ms=25))
        results.add("waiting", 100, "app_queue", round_(2.0))
        results.add("waiting", 100, CCAPP, round_(1.5, 0.1))
    for rate in (40, 80):
        results.add("rate", rate, "app_queue", round_(1.0))
    results.add("rate", 40, CCAPP, round_(1.0))
    results.add("rate", 80, CCAPP, round_(1.0, failed=1))
    return results


def the(found: list[Line], start: str) -> Line:
    return next(line for line in found if line.measure.startswith(start))


def test_the_ratio_is_of_the_means_and_its_spread_of_the_rounds() -> None:
    line = the(lines(a_run()), "CPU per call, 10 agents (app_queue answered")
    assert (line.theirs, line.ratio, line.spread) == ("10.00 ms", "0.80", "0.78-0.82")
    assert line.ours.startswith("8.00 ms = 7.00 Asterisk + 1.00 engine")
    assert line.met is True


def test_aims_are_met_or_missed() -> None:
    found = lines(a_run())
    assert the(found, "caller's INVITE").met is True
    assert the(found, "agent's BYE").met is False
    assert the(found, "CPU of a waiting caller").met is True
    assert the(found, "failed calls").met is True


def test_the_highest_clean_rate_stops_at_the_first_trouble() -> None:
    line = the(lines(a_run()), "highest clean rate")
    assert line.theirs.startswith("80/s")
    assert line.ours.startswith("40/s")
    assert line.met is False


def test_nothing_measured_gives_no_lines() -> None:
    assert lines(Results()) == []


def test_markdown_has_a_row_for_each_line() -> None:
    text = markdown(lines(a_run()), "Measured somewhere")
    rows = [row for row in text.splitlines() if row.startswith("|")]
    assert len(rows) == 2 + len(lines(a_run()))
    assert {row.count("|") for row in rows} == {9}
