"""What is shown of the live centre: documents of the REST surface in, tables out."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ccapp.cli.show import add, caller, duration, listed, moment, number, state_text, table, text
from ccapp.cli.wording import closed_until
from ccapp.domain.requirements import Requires, wording

type Document = dict[str, Any]

_ENGINE_STYLES = {"ok": "green", "degraded": "yellow", "starting": "yellow", "down": "bold red"}
_AGENT_WORDS = (
    ("READY", "ready"),
    ("BUSY", "busy"),
    ("ACW", "in wrap-up"),
    ("UNREADY", "not ready"),
    ("LOGOUT", "logged out"),
)
_WHERE_STYLES = {"waiting": "yellow", "ringing": "cyan", "talking": "green"}


# --- status and queues ------------------------------------------------------------------------------------


def status(document: Document) -> RenderableType:
    return Group(_head(document), "", _queue_table(document["queues"]))


def _head(document: Document) -> Table:
    head = Table.grid(padding=(0, 2))
    head.add_column(style="bold", no_wrap=True)
    head.add_column()
    head.add_row(text(document["name"]), _engine(document["engine"]))
    head.add_row("Calls", _calls_sentence(document))
    counts = document["agents"]
    agents = [f"{counts[state]} {word}" for state, word in _AGENT_WORDS if counts[state]]
    head.add_row("Agents", text(listed(agents)))
    if document["mailboxes"]:
        new = [f"{each['new']} new in {each['id']}" for each in document["mailboxes"] if each["new"]]
        head.add_row("Messages", text(listed(new, "none new")))
    return head


def _engine(engine: Document) -> Text:
    line = Text(engine["status"], style=_ENGINE_STYLES.get(engine["status"], ""))
    if not engine["switch"]:
        line.append(" · no connection to Asterisk", style="bold red")
    if not engine["lease"]:
        line.append(" · not the acting engine", style="bold red")
    if not engine["database"]:
        line.append(" · database away", style="bold red")
    if engine["journal_backlog"] > 1000 or not engine["database"]:
        line.append(f" · {engine['journal_backlog']} facts not yet recorded", style="yellow")
    line.append(f" · up {duration(engine['uptime_s'])} · configuration {engine['centre_version']}")
    return line.append(f" · ccapp {engine['version']}")


def _calls_sentence(document: Document) -> Text:
    calls = document["calls"]
    parts = [f"{calls[where]} {words}" for where, words in (
        ("in_ivr", "in the IVR"), ("waiting", "waiting"), ("ringing", "ringing"), ("talking", "talking")
    ) if calls[where]]  # fmt: skip
    line = text(f"{calls['live']} live" + (f": {', '.join(parts)}" if parts else ""))
    if document["longest_wait_s"] is not None:
        line.append(f" · longest wait {duration(document['longest_wait_s'])}", style="yellow")
    return line


def queues(document: Document) -> RenderableType:
    return _queue_table(document["queues"])


def _queue_table(rows: list[Document]) -> RenderableType:
    if not rows:
        return Text("No queues are configured. `ccapp config apply FILE` brings them.", style="dim")
    figures = ("Waiting", "Ringing", "Talking", "Longest", "Ready", "Busy", "Wrap-up", "Not ready")
    made = table("Queue", "Name", *figures, right=figures, wide="Name")
    for row in rows:
        agents = row["agents"]
        starved = row["waiting"] > 0 and not row["ready_online"]
        add(
            made,
            row["id"],
            row["name"],
            number(row["waiting"], "bold yellow" if starved else "yellow"),
            number(row["ringing"], "cyan"),
            number(row["talking"], "green"),
            duration(row["longest_wait_s"]),
            number(row["ready_online"], "green"),
            number(agents["BUSY"]),
            number(agents["ACW"]),
            number(agents["UNREADY"]),
        )
    closed = [f"{row['id']} is {closed_until(row['closed'])}" for row in rows if row["closed"]]
    return Group(made, *(text(line, "yellow") for line in closed)) if closed else made


def queue(document: Document) -> RenderableType:
    """One queue, its line in the order of service, and its talks."""
    parts: list[RenderableType] = [_queue_table([document]), "", _line(document["calls"])]
    if document["talks"]:
        parts += ["", _talks(document["talks"])]
    return Group(*parts)


def _line(calls: list[Document]) -> RenderableType:
    if not calls:
        return Text("Nobody is waiting.", style="dim")
    made = table(
        "#", "Caller", "Waits", "Expects", "Needs", "Priority", "Offers", "Offered to", "Call",
        right=("#", "Waits", "Expects", "Priority", "Offers"), wide="Caller",
    )  # fmt: skip
    for call in calls:
        add(
            made,
            call["position"],
            caller(call),
            duration(call["wait_s"]),
            duration(call["expected_wait_s"]),
            needs(call["requires"]),
            f"{call['priority_s']:+g} s" if call["priority_s"] else "",
            number(call["offers"]),
            _offered(call),
            call["visit"],
        )
    return made


def _talks(talks: list[Document]) -> RenderableType:
    """Oldest first."""
    made = table("Agent", "Talks to", "For", "Call", right=("For",), wide="Talks to")
    for talk in talks:
        add(made, talk["agent"], caller(talk), duration(talk["talk_s"]), talk["visit"])
    return made


def _offered(call: Document) -> Text:
    if not call["offered_to"]:
        return Text("")
    others = f" +{len(call['also_offered_to'])}" if call["also_offered_to"] else ""
    return text(f"{call['offered_to']}{others} {duration(call['rings_s'])}", "cyan")


def needs(requires: Requires) -> str:
    return wording(requires)


# --- agents -----------------------------------------------------------------------------------------------


def agents(document: Document) -> RenderableType:
    if not document["agents"]:
        return Text("No agents are configured. `ccapp config apply FILE` brings them.", style="dim")
    made = table("Agent", "Name", "Ext", "State", "For", "Phone", "With", "Note", right=("For",), wide="Name")
    for row in document["agents"]:
        add(
            made,
            row["id"],
            row["name"],
            row["extension"],
            state_text(row["state"], row["sub_state"]),
            duration(row["for_s"]),
            Text("online")
            if row["online"]
            else Text("offline", style="dim" if row["state"] == "LOGOUT" else "red"),
            _with(row),
            note(row),
        )
    return made


def _with(agent: Document) -> str:
    call, own = agent["call"], agent.get("own_call")
    if own:
        other = own["agent"] if own["colleague"] == agent["id"] else own["colleague"] or own["number"]
        return f"{other} (own call)"
    return f"{caller(call) or call['visit']} ({call['queue']})" if call else ""


def note(agent: Document) -> str:
    """What else there is to know of him now."""
    parts = [agent["reason"]] if agent["reason"] else []
    for flag, words in (("on_demand", "on demand"), ("overdue", "over its time"), ("banned", "banned")):
        if agent.get(flag):
            parts.append(words)
    if agent["after_call"]:
        wish = agent["after_call_reason"] or agent["after_call_sub_state"].lower()
        then = "log-out" if agent["after_call"] == "log_out" else f"not ready {wish}".strip()
        parts.append(f"then {then}")
    if agent["misses"]:
        parts.append(f"{agent['misses']} missed")
    if agent["not_before"]:
        parts.append("paused")
    return ", ".join(parts)


def agent(row: Document) -> RenderableType:
    """Everything of one agent."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="bold", no_wrap=True)
    made.add_column()
    made.add_row(text(row["id"]), text(f"{row['name']} · extension {row['extension']}"))
    state = state_text(row["state"], row["sub_state"])
    made.add_row("State", state.append(f"  for {duration(row['for_s'])}" if row["for_s"] is not None else ""))
    made.add_row("Phone", "online" if row["online"] else Text("offline", style="red"))
    made.add_row("Skills", text(needs(row["skills"]) or "none"))
    for title, value in (
        ("Sits at", row.get("phone") or ""),
        ("Desk", "connected" if row.get("at_desk") else ""),
        ("Signed in to", listed(row["queues"]) if row.get("queues") is not None else ""),
        ("With", _with(row)),
        ("Note", note(row)),
        ("Logged in", moment(row["logged_in_at"])),
        ("Wrap-up until", moment(row["wrap_up_until"])),
        ("Paused until", moment(row["not_before"])),
        ("Banned until", moment(row.get("banned_until"))),
    ):
        if value:
            made.add_row(title, text(value))
    return made


def agent_view(document: Document) -> RenderableType:
    """An agent in another system's words, as they are."""
    made = Table.grid(padding=(0, 2))
    for name, value in document.items():
        made.add_row(text(name, "bold"), text("" if value is None else value))
    return made


# --- calls ------------------------------------------------------------------------------------------------


def calls(document: Document) -> RenderableType:
    return (
        _live_calls(document["calls"])
        if document["live"]
        else _past_calls(document["calls"], document["next"])
    )


def _live_calls(rows: list[Document]) -> RenderableType:
    if not rows:
        return Text("No calls.", style="dim")
    made = table(
        "Call", "Caller", "Where", "Since", "Queue", "#", "Agent", "Offers", "In all",
        right=("Since", "#", "Offers", "In all"), wide="Caller",
    )  # fmt: skip
    for row in rows:
        add(
            made,
            row["visit"],
            caller(row),
            text(row["node"] or row["where"], _WHERE_STYLES.get(row["where"], "")),
            duration(row["since_s"]),
            row["queue"],
            row["position"],
            row["agent"],
            number(row["offers"]),
            duration(row["for_s"]),
        )
    return made


def _past_calls(rows: list[Document], following: str | None) -> RenderableType:
    if not rows:
        return Text("No such calls in the records.", style="dim")
    made = table(
        "Arrived", "Caller", "Queue", "Waited", "Agent", "Talked", "Outcome", "Call",
        right=("Waited", "Talked"), wide="Caller",
    )  # fmt: skip
    for row in rows:
        outcome = row["outcome"] or "live"
        style = {"served": "green", "abandoned": "yellow", "lost": "red"}.get(outcome, "")
        add(
            made,
            moment(row["arrived_at"]),
            caller(row),
            row["queue"],
            duration(row["waited_s"]),
            row["agent"],
            duration(row["talk_s"]) if row["segments"] else "",
            text(outcome, style),
            row["visit"],
        )
    if following is not None:
        return Group(made, text(f"more: --after {following}", "dim"))
    return made
