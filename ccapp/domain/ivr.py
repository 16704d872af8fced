"""The IVR as a graph of nodes: what is said, what is asked, where each answer leads.

A node is a value; walking it is a story (`calls/ivr.py`). Checks of the whole graph: `ivr_check`.
Branch keys `EMPTY_KEY` and `INVALID_KEY` and the timing fields follow spec/stringee.md §4.3-4.4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ccapp.domain.ids import AgentId, MailboxId, NodeId, QueueId, TreeId
from ccapp.domain.priorities import Priority
from ccapp.domain.requirements import Requires

EMPTY_KEY = "EMPTY_KEY"
INVALID_KEY = "INVALID_KEY"
KEYS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A text for the speech command. `{Name}` in it is replaced by that call data's value."""

    text: str
    voice: str = ""  # empty: that of the call's language, else the centre's
    speed: int = 0  # of speaking: -3 slowest, 3 fastest
    translations: tuple[tuple[str, str], ...] = ()  # language -> the text in its place

    def in_language(self, language: str) -> str:
        """The text for a call in this language; `pt-BR` is served by `pt`, too."""
        known = {name.lower(): text for name, text in self.translations}
        wanted = language.lower()
        return known.get(wanted) or known.get(wanted.partition("-")[0]) or self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A prompt file: an absolute path or the name of an Asterisk sound, without extension."""

    name: str


type Prompt = Say | Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    prompt: Prompt
    then: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Says the prompt up to `loops` times and takes one key.

    No key after the last loop takes EMPTY_KEY, a key without a branch INVALID_KEY; where that branch is
    missing, an unknown key costs a loop, and no key at all ends the visit.
    """

    prompt: Prompt
    branches: Mapping[str, NodeId]  # key of KEYS, EMPTY_KEY or INVALID_KEY -> node
    barge_in: bool = True  # a key cuts the prompt; otherwise keys before its end are dropped
    loops: int = 1
    silence_before_s: float = 0.0
    key_timeout_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Says the prompt and collects digits into the call data."""

    prompt: Prompt
    into: str
    then: NodeId
    digits_min: int = 1
    digits_max: int = 32
    terminator: str = "#"
    key_timeout_s: float = 5.0  # to the first digit, and between digits
    tries: int = 3
    patterns: tuple[str, ...] = ()  # one of which the digits must fit, see `fits`; none: anything does
    wrong: Prompt | None = None  # heard after a try that did not fit, before the next
    otherwise: NodeId | None = None  # after the last try; None: the visit ends

    def accepts(self, digits: str) -> bool:
        fit = not self.patterns or any(fits(digits, pattern) for pattern in self.patterns)
        return len(digits) >= self.digits_min and fit


@dataclass(frozen=True, slots=True, kw_only=True)
class SetData:
    """Lays values over the call data. `{Name}` in a value is replaced by that data's value."""

    values: Mapping[str, str]
    then: NodeId


type Test = Literal["when", "equals", "not_equals", "starts_with", "one_of", "present", "at_least", "at_most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Holds when the data's value compares so. Both sides of an order comparison must be numbers."""

    data: str  # of when: empty
    test: Test
    value: str = ""  # of one_of: the values with commas between them, no spaces; of when: a condition
    then: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The first case that holds."""

    cases: tuple[Case, ...]
    otherwise: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """Into another tree, at its start or at a node of it. With `then` he comes back there from its Return."""

    tree: TreeId
    at: NodeId | None = None
    then: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Back to where this tree was entered from; the visit ends when nothing is to come back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendEvent:
    """Tells the world something, as a fact of its own. `{Name}` in a value is that data's value."""

    name: str
    then: NodeId
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHttp:
    """Asks a customer's server and lays values out of its JSON answer over the call data.

    `{Name}` in the address, the headers and the body is that call data; in the address it is quoted.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)  # of a POST: a JSON object of texts
    answers: Mapping[str, str] = field(default_factory=dict)  # call data -> its place, as customer.name
    within_s: float = 3.0
    music: str = "default"  # heard when it takes longer than a moment; empty: none
    then: NodeId
    otherwise: NodeId
    timed_out: NodeId | None = None  # None: otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSql:
    """Asks a customer's database, and lays the columns of the first row over the call data.

    The values are bound to $1, $2 and so on, whatever is in them; `{Name}` in them is that call data.
    """

    query: str
    values: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)  # call data -> column
    within_s: float = 3.0
    music: str = "default"
    then: NodeId
    otherwise: NodeId
    no_row: NodeId | None = None  # None: otherwise
    timed_out: NodeId | None = None


type Ask = AskHttp | AskSql


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSms:
    """Has a text message sent by the server that is configured for it. `{Name}` is that call data."""

    text: str
    to: str = "{CallerNumber}"
    sender: str = ""  # empty: the server's configured one
    then: NodeId
    otherwise: NodeId  # it was not taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    queue: QueueId
    requires: Requires = field(default_factory=dict)
    priority_s: float = 0.0
    caller_priority: Priority | None = None  # None: as the call data says


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAgent:
    """This agent alone, in the line of a queue he serves."""

    agent: AgentId
    queue: QueueId
    wait_s: float = 30.0  # while he is there but busy
    otherwise: NodeId  # he is not there, busy for too long, or not reached


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCallback:
    """Asks for the number at which he is called back by `queue` when it is his turn; then the visit ends."""

    queue: QueueId
    requires: Requires = field(default_factory=dict)
    priority_s: float = 0.0
    otherwise: NodeId | None = None  # he gave no number that can be called; None: the visit ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Dials a number on a trunk and joins it with the caller."""

    number: str
    trunk: str
    caller_id: str = ""
    ring_s: float = 30.0
    otherwise: NodeId | None = None  # not reached; None: the visit ends


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveMessage:
    """Has the caller leave a message; `then` None: the visit ends."""

    mailbox: MailboxId
    then: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    prompt: Prompt | None = None


type Step = (
    Play | Menu | Collect | SetData | Branch | SendEvent | Ask | SendSms | Forward | AskCallback | HangUp
)
"""A node after which the walk goes on in the same tree, or ends."""

type Node = Step | Enter | Return | Enqueue | CallAgent | LeaveMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    id: TreeId
    start: NodeId
    nodes: Mapping[NodeId, Node]


_CLASSES = {"X": "0123456789", "Z": "123456789", "N": "23456789"}


def fits(digits: str, pattern: str) -> bool:
    """As in a dialplan: `X` is 0-9, `Z` 1-9, `N` 2-9; `.` at the end one or more keys, `!` there any number.

    49XXXXXX. is 49 and seven digits or more.
    """
    rest = pattern[-1:] if pattern[-1:] in (".", "!") else ""
    fixed = pattern[: len(pattern) - len(rest)]
    more = len(digits) - len(fixed)
    if more < (rest == ".") or (more and not rest):
        return False
    return all(key in _CLASSES.get(wanted, wanted) for key, wanted in zip(digits, fixed, strict=False))


def exits(node: Node) -> Iterator[tuple[str, NodeId]]:
    """Where a node leads: (the field that says so, the node's name)."""
    match node:
        case Play(then=then) | SetData(then=then) | SendEvent(then=then):
            yield "then", then
        case AskHttp(then=then) | AskSql(then=then):
            yield "then", then
            yield "otherwise", node.otherwise
            if node.timed_out is not None:
                yield "timed_out", node.timed_out
            if isinstance(node, AskSql) and node.no_row is not None:
                yield "no_row", node.no_row
        case SendSms(then=then):
            yield "then", then
            yield "otherwise", node.otherwise
        case Enter(then=then) | LeaveMessage(then=then) if then is not None:
            yield "then", then
        case Menu(branches=branches):
            for key, to in branches.items():
                yield f"branches.{key}", to
        case Collect(then=then, otherwise=otherwise):
            yield "then", then
            if otherwise is not None:
                yield "otherwise", otherwise
        case Branch(cases=cases, otherwise=to):
            for index, case in enumerate(cases):
                yield f"cases.{index}.then", case.then
            yield "otherwise", to
        case CallAgent(otherwise=otherwise):
            yield "otherwise", otherwise
        case Forward(otherwise=otherwise) | AskCallback(otherwise=otherwise) if otherwise is not None:
            yield "otherwise", otherwise
        case _:
            return
