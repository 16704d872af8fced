"""An IVR tree as a picture: what stands in each box and on each arrow, and the text Mermaid draws it from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from ccapp.domain import ivr
from ccapp.domain.ids import NodeId
from ccapp.domain.requirements import wording

TEXT_LENGTH_MAX = 60

type Shape = Literal["step", "ask", "end"]


@dataclass(frozen=True, slots=True)
class Box:
    name: NodeId
    kind: str
    text: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Arrow:
    begin: NodeId
    end: NodeId
    text: str


def boxes(tree: ivr.Tree) -> list[Box]:
    """The start first."""
    names = [tree.start, *(name for name in tree.nodes if name != tree.start)]
    return [_box(name, tree.nodes[name]) for name in names]


def _box(name: NodeId, node: ivr.Node) -> Box:
    kind, text, shape = _told(node)
    short = text if len(text) <= TEXT_LENGTH_MAX else f"{text[: TEXT_LENGTH_MAX - 1].rstrip()}…"
    return Box(name, kind, short, shape)


def _told(node: ivr.Node) -> tuple[str, str, Shape]:
    match node:
        case ivr.Play(prompt=prompt):
            return "play", _heard(prompt), "step"
        case ivr.Menu(prompt=prompt):
            return "menu", _heard(prompt), "ask"
        case ivr.Collect(prompt=prompt, into=into):
            return "collect", f"{into}: {_heard(prompt)}", "ask"
        case ivr.SetData(values=values):
            return "set", _listed(values), "step"
        case ivr.Branch():
            return "branch", "", "ask"
        case ivr.AskHttp(url=url, method=method):
            return "http", f"{method} {url}", "ask"
        case ivr.AskSql(query=query):
            return "sql", query, "ask"
        case ivr.SendSms(text=text, to=to):
            return "sms", f"to {to}: {text}", "step"
        case ivr.SendEvent(name=name, values=values):
            return "event", f"{name} {_listed(values)}".strip(), "step"
        case ivr.Enter(tree=tree, at=at):
            return "tree", f"{tree}/{at}" if at else str(tree), "step"
        case ivr.Return():
            return "back", "", "end"
        case ivr.Enqueue(queue=queue, requires=requires):
            asked = wording(requires)
            return "queue", f"{queue}, needs {asked}" if asked else str(queue), "end"
        case ivr.CallAgent(agent=agent, queue=queue, wait_s=wait_s):
            return "agent", f"{agent} for {queue}, {wait_s:g} s", "ask"
        case ivr.Forward(number=number, trunk=trunk):
            return "forward", f"{number} on {trunk}", "end"
        case ivr.LeaveMessage(mailbox=mailbox):
            return "voicemail", str(mailbox), "end"
        case ivr.AskCallback(queue=queue, requires=requires):
            asked = wording(requires)
            return "callback", f"{queue}, needs {asked}" if asked else str(queue), "end"
        case ivr.HangUp(prompt=prompt):
            return "hang up", "" if prompt is None else _heard(prompt), "end"
        case _:
            assert_never(node)


def _heard(prompt: ivr.Prompt) -> str:
    return prompt.text if isinstance(prompt, ivr.Say) else f"sound {prompt.name}"


def _listed(values: object) -> str:
    assert isinstance(values, dict)
    return ", ".join(f"{name}={value}" for name, value in values.items())


def arrows(tree: ivr.Tree) -> list[Arrow]:
    """One for each pair of nodes, with all that leads from one to the other."""
    texts: dict[tuple[NodeId, NodeId], list[str]] = {}
    for name, node in tree.nodes.items():
        for field, to in ivr.exits(node):
            if to in tree.nodes:
                texts.setdefault((name, to), []).append(_exit(node, field))
    return [
        Arrow(begin, end, ", ".join(text for text in told if text)) for (begin, end), told in texts.items()
    ]


_KEYS = {ivr.EMPTY_KEY: "no key", ivr.INVALID_KEY: "any other"}


def _exit(node: ivr.Node, field: str) -> str:
    first, _, rest = field.partition(".")
    match node:
        case ivr.Menu():
            return _KEYS.get(rest, rest)
        case ivr.Branch(cases=cases) if first == "cases":
            return _case(cases[int(rest.partition(".")[0])])
        case ivr.Collect() | ivr.AskHttp() | ivr.AskSql() | ivr.SendSms() if first == "then":
            return "ok"
        case ivr.Enter():
            return "back"
        case _:
            return "" if first == "then" else first.replace("_", " ")


def _case(case: ivr.Case) -> str:
    if case.test == "when":
        return case.value
    return f"{case.data} {case.test.replace('_', ' ')} {case.value}".strip()


# --- Mermaid ----------------------------------------------------------------------------------------------

_SHAPES: dict[Shape, tuple[str, str]] = {"step": ("[", "]"), "ask": ("{{", "}}"), "end": ("([", "])")}


def mermaid(tree: ivr.Tree) -> str:
    """A Mermaid flowchart; GitHub and most wikis show it as a picture."""
    return "\n".join(_lines(tree)) + "\n"


def _lines(tree: ivr.Tree) -> Iterator[str]:
    yield "flowchart TB"
    names = {box.name: f"n{index}" for index, box in enumerate(boxes(tree))}
    for box in boxes(tree):
        opening, closing = _SHAPES[box.shape]
        text = f"{box.kind}: {box.text}" if box.text else box.kind
        label = f"<b>{_escaped(box.name)}</b><br/>{_escaped(text)}"
        yield f'    {names[box.name]}{opening}"{label}"{closing}'
    for arrow in arrows(tree):
        line = f'-- "{_escaped(arrow.text)}" -->' if arrow.text else "-->"
        yield f"    {names[arrow.begin]} {line} {names[arrow.end]}"


def _escaped(text: str) -> str:
    """Mermaid's own way to say what would end a label, or be taken for HTML."""
    return "".join(f"#{ord(sign)};" if sign in '"<>&#`{}|\\' else sign for sign in text)
