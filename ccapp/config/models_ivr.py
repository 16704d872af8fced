"""The IVR part of the file. A node is a mapping with one key that names its kind:

welcome: {menu: {say: Press 1 for sales., keys: {1: sales}}}
"""

from typing import Any, ClassVar, Literal, Self, assert_never

from pydantic import Field, model_validator

from ccapp.config.fields import (
    AgentName,
    Asked,
    CallData,
    CallerNumber,
    CallerPriority,
    DataName,
    Dialled,
    DigitPattern,
    EventName,
    Key,
    KeySeconds,
    Language,
    NodeName,
    Part,
    PrioritySeconds,
    QueueName,
    RingSeconds,
    Seconds,
    SkillLevels,
    TreeName,
    TrunkName,
)
from ccapp.config.models_asking import HttpPart, SqlPart
from ccapp.config.models_branch import BranchPart, CasePart
from ccapp.config.models_fifo import Slot
from ccapp.config.models_prompts import PromptPart, prompt_fields
from ccapp.config.models_sms import SmsPart
from ccapp.config.models_voicemail import LeaveMessagePart
from ccapp.domain import ivr
from ccapp.domain.fifo import in_slot
from ccapp.domain.ids import TreeId

NODES_MAX = 500


class PlayPart(PromptPart):
    then: NodeName

    def node(self) -> ivr.Play:
        return ivr.Play(prompt=self.heard(), then=self.then)


class MenuPart(PromptPart):
    keys: dict[Key, NodeName]
    barge_in: bool = True
    loops: int = Field(1, ge=1, le=20)
    silence_before_s: Seconds = Field(0.0, le=60)
    key_timeout_s: KeySeconds = 5.0

    def node(self) -> ivr.Menu:
        return ivr.Menu(
            prompt=self.heard(),
            branches=self.keys,
            barge_in=self.barge_in,
            loops=self.loops,
            silence_before_s=self.silence_before_s,
            key_timeout_s=self.key_timeout_s,
        )


class CollectPart(PromptPart):
    into: DataName
    then: NodeName
    digits_min: int = Field(1, ge=1, le=64)
    digits_max: int = Field(32, ge=1, le=64)
    terminator: Literal["#", "*", ""] = "#"
    key_timeout_s: KeySeconds = 5.0
    tries: int = Field(3, ge=1, le=20)
    patterns: tuple[DigitPattern, ...] = Field((), max_length=50)
    wrong: PromptPart | None = None
    otherwise: NodeName | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.digits_min > self.digits_max:
            raise ValueError("digits_min is larger than digits_max")
        return self

    def node(self) -> ivr.Collect:
        return ivr.Collect(
            prompt=self.heard(),
            into=self.into,
            then=self.then,
            digits_min=self.digits_min,
            digits_max=self.digits_max,
            terminator=self.terminator,
            key_timeout_s=self.key_timeout_s,
            tries=self.tries,
            patterns=self.patterns,
            wrong=None if self.wrong is None else self.wrong.prompt(),
            otherwise=self.otherwise,
        )


class SetPart(Part):
    """Call data; what of it decides how the call is served has words of its own, and is kept as call data."""

    values: CallData = Field({})
    then: NodeName
    skills: SkillLevels = Field({}, exclude=True)
    priority_s: int | None = Field(None, ge=0, le=3600, exclude=True)
    caller_priority: CallerPriority | None = Field(None, exclude=True)
    language: Language | None = Field(None, exclude=True)
    record: bool | None = Field(None, exclude=True)

    @model_validator(mode="after")
    def _something(self) -> Self:
        said = self._said()
        if not said and not self.values:
            raise ValueError("sets nothing")
        if twice := {name.lower() for name in said} & {name.lower() for name in self.values}:
            raise ValueError(f"{min(twice)} is set twice")
        return self

    def _said(self) -> dict[str, str]:
        skills = ", ".join(f"{skill}:{level}" for skill, level in self.skills.items())
        said = {
            "Skills": skills or None,
            "Priority": self.priority_s,
            "CallerPriority": self.caller_priority,
            "Language": self.language,
            "Record": None if self.record is None else int(self.record),
        }
        return {name: str(value) for name, value in said.items() if value is not None}

    def node(self) -> ivr.SetData:
        return ivr.SetData(values={**self.values, **self._said()}, then=self.then)


class EnterPart(Part):
    """`tree: payments` goes there for good; `tree: {to: payments, then: thanks}` comes back to `thanks`."""

    to: TreeName
    at: NodeName | None = None
    then: NodeName | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: object) -> object:
        return {"to": given} if isinstance(given, str) else given

    def node(self) -> ivr.Enter:
        return ivr.Enter(tree=self.to, at=self.at, then=self.then)


class BackPart(Part):
    def node(self) -> ivr.Return:
        return ivr.Return()


class EventPart(Part):
    name: EventName
    values: CallData = Field({})
    then: NodeName

    def node(self) -> ivr.SendEvent:
        return ivr.SendEvent(name=self.name, values=self.values, then=self.then)


class QueuePart(Part):
    """`queue: sales`, or `queue: {to: sales, requires: {spanish: 2}}`; `requires` may be an expression."""

    to: QueueName
    requires: Asked = Field({})
    priority_s: PrioritySeconds = 0.0
    caller_priority: CallerPriority | None = None
    slot: Slot | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: object) -> object:
        return {"to": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_priority(self) -> Self:
        if self.slot is not None and self.caller_priority is not None:
            raise ValueError("a slot is a caller priority: only one of them can be given")
        return self

    def node(self) -> ivr.Enqueue:
        return ivr.Enqueue(
            queue=self.to,
            requires=self.requires,
            priority_s=self.priority_s,
            caller_priority=self.caller_priority if self.slot is None else in_slot(self.slot),
        )


class AgentPart(Part):
    """`agent: {to: alice, queue: sales, otherwise: menu}`."""

    to: AgentName
    queue: QueueName
    wait_s: Seconds = 30.0
    otherwise: NodeName

    def node(self) -> ivr.CallAgent:
        return ivr.CallAgent(agent=self.to, queue=self.queue, wait_s=self.wait_s, otherwise=self.otherwise)


class CallbackPart(Part):
    """`callback: sales`, or `callback: {to: sales, requires: {spanish: 2}, otherwise: sorry}`."""

    to: QueueName
    requires: Asked = Field({})
    priority_s: PrioritySeconds = 0.0
    otherwise: NodeName | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: object) -> object:
        return {"to": given} if isinstance(given, str) else given

    def node(self) -> ivr.AskCallback:
        return ivr.AskCallback(
            queue=self.to, requires=self.requires, priority_s=self.priority_s, otherwise=self.otherwise
        )


class ForwardPart(Part):
    number: Dialled
    trunk: TrunkName
    caller_id: CallerNumber = ""
    ring_s: RingSeconds = 30.0
    otherwise: NodeName | None = None

    def node(self) -> ivr.Forward:
        return ivr.Forward(
            number=self.number,
            trunk=self.trunk,
            caller_id=self.caller_id,
            ring_s=self.ring_s,
            otherwise=self.otherwise,
        )


class HangUpPart(PromptPart):
    silent_allowed: ClassVar[bool] = True

    def node(self) -> ivr.HangUp:
        return ivr.HangUp(prompt=self.prompt())


class NodePart(Part):
    """Exactly one of its fields is given: the node's kind."""

    play: PlayPart | None = None
    menu: MenuPart | None = None
    collect: CollectPart | None = None
    set: SetPart | None = None
    branch: BranchPart | None = None
    tree: EnterPart | None = None
    back: BackPart | None = None
    event: EventPart | None = None
    http: HttpPart | None = None
    sql: SqlPart | None = None
    sms: SmsPart | None = None
    queue: QueuePart | None = None
    agent: AgentPart | None = None
    forward: ForwardPart | None = None
    voicemail: LeaveMessagePart | None = None
    callback: CallbackPart | None = None
    hang_up: HangUpPart | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: object) -> object:
        """`bye: hang_up` and `bye: {hang_up: }` say all there is to say; `back` likewise."""
        for kind in ("hang_up", "back"):
            if given == kind or given == {kind: None}:
                return {kind: {}}
        return given

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len(self._given()) != 1:
            raise ValueError(f"needs exactly one kind: {', '.join(NodePart.model_fields)}")
        return self

    def _given(self) -> list[Any]:
        return [part for name in NodePart.model_fields if (part := getattr(self, name)) is not None]

    def node(self) -> ivr.Node:
        [part] = self._given()
        node: ivr.Node = part.node()
        return node

    @classmethod
    def of(cls, node: ivr.Node) -> Self:
        return cls.model_validate({kind(node): _fields(node)})


def kind(node: ivr.Node) -> str:
    """The file's word for the node's kind."""
    match node:
        case ivr.Play():
            return "play"
        case ivr.Menu():
            return "menu"
        case ivr.Collect():
            return "collect"
        case ivr.SetData():
            return "set"
        case ivr.Branch():
            return "branch"
        case ivr.Enter():
            return "tree"
        case ivr.Return():
            return "back"
        case ivr.SendEvent():
            return "event"
        case ivr.AskHttp():
            return "http"
        case ivr.AskSql():
            return "sql"
        case ivr.SendSms():
            return "sms"
        case ivr.Enqueue():
            return "queue"
        case ivr.CallAgent():
            return "agent"
        case ivr.Forward():
            return "forward"
        case ivr.LeaveMessage():
            return "voicemail"
        case ivr.AskCallback():
            return "callback"
        case ivr.HangUp():
            return "hang_up"
        case _:
            assert_never(node)


_RENAMED = {"branches": "keys", "queue": "to", "tree": "to", "mailbox": "to"}


def _fields(node: ivr.Node) -> dict[str, Any]:
    given = {name: getattr(node, name) for name in node.__dataclass_fields__}
    if "prompt" in given:
        given |= prompt_fields(given.pop("prompt"))
    if given.get("wrong") is not None:
        given["wrong"] = prompt_fields(given["wrong"])
    if isinstance(node, ivr.Branch):
        given["cases"] = tuple(CasePart.of(case) for case in node.cases)
    renamed = {"agent": "to"} if isinstance(node, ivr.CallAgent) else _RENAMED
    return {renamed.get(name, name): value for name, value in given.items()}


class TreePart(Part):
    start: NodeName
    nodes: dict[NodeName, NodePart] = Field(min_length=1, max_length=NODES_MAX)

    def tree(self, id: TreeId) -> ivr.Tree:
        return ivr.Tree(
            id=id, start=self.start, nodes={name: part.node() for name, part in self.nodes.items()}
        )

    @classmethod
    def of(cls, tree: ivr.Tree) -> Self:
        return cls(start=tree.start, nodes={name: NodePart.of(node) for name, node in tree.nodes.items()})
