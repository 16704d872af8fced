"""`ccapp explain CALL`: what happened to a call, why this agent, why not the others, why so late."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ccapp.cli import story, wording
from ccapp.cli.client import ask
from ccapp.cli.reading import AsJson
from ccapp.cli.show import caller, duration, moment, show, show_json, text
from ccapp.domain.events import Outcome, VisitFact
from ccapp.records.facts_json import decode_fact

_OUTCOME_STYLES = {"served": "green", "forwarded": "green", "abandoned": "yellow", "lost": "red"}


def explain(
    call: Annotated[str, typer.Argument(metavar="CALL", help="As `ccapp calls` shows it, live or past.")],
    as_json: AsJson = False,
) -> None:
    """The story of a call: for each offer why this agent and why not the others, and why it took so long."""
    document = ask(lambda there: there.get("calls", call))
    if as_json:
        show_json(document)
    else:
        show(explanation(document))


def explanation(document: dict[str, Any]) -> RenderableType:
    facts = decoded(document["facts"])
    live = document["live"]
    parts: list[RenderableType] = [_head(document), "", _steps(facts)]
    waits = story.waits(facts, document["at"])
    if waits:
        parts += ["", Text("Why so late", style="bold"), *(_wait(wait) for wait in waits)]
    if live and live["candidates"] and live["where"] == "waiting":
        parts += [
            "",
            Text("Who may serve it, and why not now", style="bold"),
            _candidates(live["candidates"]),
        ]
    return Group(*parts)


def decoded(facts: Sequence[dict[str, Any]]) -> list[VisitFact]:
    found = (decode_fact(item["kind"], item["fact"]) for item in facts)
    return [fact for fact in found if isinstance(fact, VisitFact)]


def _head(document: dict[str, Any]) -> Text:
    visit, live = document["visit"], document["live"]
    id = visit.get("visit") or (live["visit"] if live else "")
    line = text(f"Call {id}", "bold").append_text(text(f" · {caller(live or visit) or 'caller unknown'}"))
    arrived = visit["arrived_at"] or (live["arrived_at"] if live else None)
    line.append(f" · {moment(arrived)}")
    if live:
        where = " ".join(part for part in (live["where"], live["queue"], live["agent"]) if part)
        position = f", position {live['position']}" if live["position"] else ""
        return line.append(" · ").append_text(text(f"{where}{position} now", "yellow"))
    outcome = visit["outcome"]
    words = wording.OUTCOME[Outcome(outcome)] if outcome else "not ended"
    return line.append(" · ").append_text(text(words, _OUTCOME_STYLES.get(outcome or "", "")))


def _steps(facts: Sequence[VisitFact]) -> RenderableType:
    made = Table.grid(padding=(0, 2))
    made.add_column(justify="right", style="cyan", no_wrap=True)
    made.add_column()
    for step in story.steps(facts):
        made.add_row(after(step.after_s), Group(text(step.what), *_reasons(step)))
    return made


def _reasons(step: story.Step) -> Iterator[RenderableType]:
    if step.reasons:
        made = Table.grid(padding=(0, 2))
        made.add_column(style="dim", no_wrap=True)
        made.add_column(style="dim")
        before = ""
        for label, reason in step.reasons:
            made.add_row("" if label == before else label, text(reason))
            before = label
        yield Padding(made, (0, 0, 0, 2))


def after(seconds: float) -> str:
    """Time from the arrival: `+0:05.2`."""
    return f"+{tenths(seconds)}"


def tenths(seconds: float) -> str:
    rounded = round(max(0.0, seconds) * 10)
    return f"{duration(rounded // 10)}.{rounded % 10}"


def _wait(wait: story.Wait) -> RenderableType:
    made = Table.grid(padding=(0, 2))
    made.add_column(justify="right", no_wrap=True)
    made.add_column()
    state = "waited" if wait.ended_at is not None else "waits, so far"
    made.add_row(Text(tenths(wait.total_s), style="bold"), text(f"{state}, in the line of {wait.queue}:"))
    for part in wait.parts:
        made.add_row(tenths(part.seconds), text(part.what))
    return Padding(made, (0, 0, 0, 2))


def _candidates(rows: Sequence[dict[str, Any]]) -> RenderableType:
    made = Table.grid(padding=(0, 2))
    for row in rows:
        made.add_row(text(row["agent"]), text(row["name"], "dim"), text(row["why_not"]))
    return Padding(made, (0, 0, 0, 2))
