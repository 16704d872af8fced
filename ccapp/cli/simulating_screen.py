"""Simulated days as people read them: figures with what they may be off by, and differences that are sure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ccapp.cli.show import add, table, text
from ccapp.domain.traffic import Through, Traffic, clock
from ccapp.simulate.days.estimate import Estimate
from ccapp.simulate.days.measures import HIGHER_IS_BETTER, LOWER_IS_BETTER, WHOLE, Counting, Key
from ccapp.simulate.days.replications import Days


class About(Protocol):
    """What the figures are of."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def counting(self) -> Counting: ...
    @property
    def traffic(self) -> Traffic: ...
    @property
    def count(self) -> int: ...
    @property
    def through(self) -> Through: ...
    @property
    def took_s(self) -> float: ...


type Say = Callable[[float], str]


def percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _seconds(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 99.5 else f"{value:.1f}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 99.5 or value == round(value) else f"{value:.1f}"


def shown(estimate: Estimate | None, say: Say) -> Text:
    """`81.2 ±1.1`."""
    if estimate is None:
        return Text("-", style="dim")
    told = Text(say(estimate.mean))
    if estimate.half is not None:
        told.append(f" ±{say(estimate.half)}", style="dim")
    return told


def _figures(counting: Counting) -> Sequence[tuple[str, str, Say]]:
    """Titles of columns, names of measures."""
    return (
        (f"% in {counting.within_s:g} s", "service_level", percent),
        ("% gave up", "abandonment", percent),
        ("ASA s", "asa_s", _seconds),
        ("p50 s", "wait_p50_s", _seconds),
        ("p90 s", "wait_p90_s", _seconds),
        ("p95 s", "wait_p95_s", _seconds),
        ("p99 s", "wait_p99_s", _seconds),
    )


def heading(about: About) -> Text:
    from_, until = clock(about.traffic.begin_s), clock(about.traffic.end_s)
    by = "the Router alone" if about.through is Through.ROUTER else "the whole stories"
    days = "1 day" if about.count == 1 else f"{about.count} days"
    return text(
        f"{days} from {from_} to {until} through {by}, in {about.took_s:.1f} s; ±: 95 % confidence", "dim"
    )


def simulated(days: Days, about: About) -> RenderableType:
    return Group(heading(about), "", queues(days, about.counting), *_groups(days))


_WAITS = ("wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_p99_s")


def queues(days: Days, counting: Counting) -> Table:
    level, waits = f"% in {counting.within_s:g} s", ("p50", "p90", "p95", "p99 s")
    titles = ["Calls", level, "% gave up", "ASA s", *waits, "Agents", "% busy"]
    made = table("Queue", *titles, right=titles)
    each: list[Key] = [key for key in days.subjects() if key[0] == "queue"]
    for key in each if len(each) > 1 else []:
        add(made, key[1], *_row(days, key))
    if len(each) > 1:
        made.add_section()
    add(made, text("All" if len(each) != 1 else each[0][1], "bold"), *_row(days, WHOLE))
    return made


def _row(days: Days, key: Key) -> Iterator[Text]:
    yield shown(_mean_only(days.estimate(key, "offered")), _number)
    yield shown(days.estimate(key, "service_level"), percent)
    yield shown(days.estimate(key, "abandonment"), percent)
    yield shown(days.estimate(key, "asa_s"), _seconds)
    for name in _WAITS:
        yield shown(_mean_only(days.estimate(key, name)), _seconds)
    yield shown(_mean_only(days.estimate(key, "agents")), _number)
    yield shown(days.estimate(key, "occupancy"), percent)


def _mean_only(estimate: Estimate | None) -> Estimate | None:
    return None if estimate is None else Estimate(estimate.mean, None)


def _groups(days: Days) -> Iterator[RenderableType]:
    groups = [key for key in days.subjects() if key[0] == "group"]
    if not groups:
        return
    made = table("Group", "Agents", "% busy", right=["Agents", "% busy"])
    for key in groups:
        agents = shown(_mean_only(days.estimate(key, "agents")), _number)
        add(made, key[1], agents, shown(days.estimate(key, "occupancy"), percent))
    yield ""
    yield made


# --- two of them ------------------------------------------------------------------------------------------


def compared(days: Days, other: Days, about: About) -> RenderableType:
    """Green: surely better; red: surely worse; the others could as well be chance."""
    first, second = _short(about.names)
    made = table("Queue", "Figure", first, second, "Difference", "", right=[first, second, "Difference"])
    figures = (*_figures(about.counting), ("% busy", "occupancy", percent))
    each = [key for key in days.subjects() if key[0] == "queue"]
    for key in (*(each if len(each) > 1 else ()), WHOLE):
        for number, (title, name, say) in enumerate(figures):
            label = text(key[1] or "All", "bold") if number == 0 else ""
            here, there = days.estimate(key, name), other.estimate(key, name)
            gain = days.difference(other, key, name)
            cells = shown(here, say), shown(there, say), _difference(gain, say), _verdict(gain, name)
            add(made, label, title, *cells)
        made.add_section()
    return Group(heading(about), text("Both met the same callers.", "dim"), "", made)


NAME_LENGTH_MAX = 24


def _short(names: Sequence[str]) -> list[str]:
    """Files by their last names where these differ."""
    last = [name.rpartition("/")[2] for name in names]
    told = last if len(set(last)) == len(last) else names
    return [name[-NAME_LENGTH_MAX:] for name in told]


def _difference(estimate: Estimate | None, say: Say) -> Text:
    if estimate is None:
        return Text("-", style="dim")
    told = shown(estimate, say)
    return Text("+").append_text(told) if estimate.mean > 0 else told


def _verdict(difference: Estimate | None, name: str) -> Text:
    if difference is None or not difference.sure:
        return text("may be chance", "dim")
    if name in LOWER_IS_BETTER or name in HIGHER_IS_BETTER:
        better = (difference.mean < 0) == (name in LOWER_IS_BETTER)
        return text("better", "green") if better else text("worse", "red")
    return text("more" if difference.mean > 0 else "less")


def intervals(days: Days, other: Days | None, about: About) -> RenderableType:
    """Over the day, of all queues; what is starred is of the second."""
    title = f"% in {about.counting.within_s:g} s"
    sides = [days] if other is None else [days, other]
    columns = [f"{each}{mark}" for mark in ("", "*")[: len(sides)] for each in (title, "% gave up", "ASA s")]
    made = table("From", "Calls", *columns, right=["Calls", *columns])
    for key in (key for key in days.subjects() if key[0] == "interval"):
        cells = [shown(_mean_only(days.estimate(key, "offered")), _number)]
        for each in sides:
            cells.append(shown(each.estimate(key, "service_level"), percent))
            cells.append(shown(each.estimate(key, "abandonment"), percent))
            cells.append(shown(each.estimate(key, "asa_s"), _seconds))
        add(made, key[1], *cells)
    return made
