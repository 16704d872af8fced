"""A report as tables: the figures people look at first; `--csv` and `--json` have them all."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ccapp.cli.show import add, duration, number, table, text
from ccapp.routing.figures import AGENTS, CALLERS, CALLS, WHOLE, Figure

type Row = dict[str, Any]
type Column = tuple[str, Callable[[Row], object]]


def table_of(document: Row) -> RenderableType:
    heading = text(f"{document['since']} to {document['until']}, calls by their {document['belongs']}", "dim")
    if not document["rows"]:
        return Group(heading, "", Text("Nothing happened.", style="dim"))
    of_agents = document["of"] in ("agents", "groups")
    columns = [*_AGENT_COLUMNS] if of_agents else [*_call_columns(document), *_levels(document)]
    keys = _keys(document)
    made = table(*keys, *(title for title, _ in columns), right=[title for title, _ in columns])
    for row in document["rows"]:
        add(made, *(row[keys[title]] for title in keys), *(show(row) for _, show in columns))
    made.add_section()
    blanks = [text("All", "bold"), *([""] * (len(keys) - 1))]
    add(made, *blanks, *(show(document["total"]) for _, show in columns))
    return Group(heading, "", made)


def _keys(document: Row) -> dict[str, str]:
    """Titles of the columns that say what a row is about, and where that stands."""
    title = {"queues": "Queue", "agents": "Agent", "groups": "Group", "skills": "Skill", "callers": "Caller"}
    keys = {} if document["by"] == "whole" else {"Interval": "interval"}
    if document["of"] in title:
        keys[title[document["of"]]] = "key"
    return keys or {"": "key"}


def _call_columns(document: Row) -> Sequence[Column]:
    """What the backups took is shown where they took any."""
    if not document["total"]["backup_calls"]:
        return _CALL_COLUMNS
    offered, answered, *others = _CALL_COLUMNS
    return offered, answered, ("By backup", _count("backup_calls")), *others


def _levels(document: Row) -> list[Column]:
    def level(index: int) -> Callable[[Row], object]:
        return lambda row: percent(row["service_level"][index]["service_level"])

    formula, waits = document["formula"], document["acceptable_waiting_times"]
    return [(f"{formula} {wait_s:g} s", level(index)) for index, wait_s in enumerate(waits)]


def percent(ratio: float | None) -> str:
    return "" if ratio is None else f"{100 * ratio:.1f}%"


def _count(name: str) -> Callable[[Row], object]:
    return lambda row: number(row[name])


def _seconds(name: str) -> Callable[[Row], object]:
    return lambda row: duration(row[name])


def _of_stat(name: str, part: str) -> Callable[[Row], object]:
    return lambda row: duration((row[name] or {}).get(part))


_CALL_COLUMNS: Sequence[Column] = (
    ("Offered", _count("offered_calls")),
    ("Answered", _count("answered_calls")),
    ("Gave up", _count("abandoned_calls")),
    ("Share", lambda row: percent(row["abandonment_rate"])),
    ("Refused", _count("rejected_calls")),
    ("ASA", _seconds("average_speed_of_answer")),
    ("Longest", _of_stat("waiting_time", "max")),
    ("AHT", _seconds("average_handling_time")),
    ("Line", lambda row: row["queue_length"]["max"]),
)
_AGENT_COLUMNS: Sequence[Column] = (
    ("Offers", _count("total_calls")),
    ("Answered", _count("answered_calls")),
    ("Missed", _count("unanswered_calls")),
    ("Rings", _of_stat("speed_of_answer", "avg")),
    ("Talk", _seconds("total_talk_time")),
    ("Wrap-up", _seconds("total_after_call_work")),
    ("AHT", _seconds("average_handling_time")),
    ("Logged in", _seconds("logged_in_time")),
    ("Idle", _of_stat("idle_time", "sum")),
    ("Occupied", lambda row: percent(row["occupancy"])),
)


def definitions(of: str) -> RenderableType:
    made = table("Code", "Figure", "Unit", "Definition", wide="Definition")
    for figure in _figures(of):
        made.add_row(figure.code, figure.name, figure.unit.value, text(figure.definition))
    return made


def _figures(of: str) -> Sequence[Figure]:
    return {"agents": AGENTS, "groups": AGENTS, "callers": CALLERS, "intervals": WHOLE}.get(of, CALLS)
