"""The IVR part of the file. A node is a mapping with one key that names its kind:

welcome: {menu: {say: Press 1 for sales., keys: {1: sales}}}
"""

from typing import Any, ClassVar, Literal, Self, assert_never, get_args

from pydantic import Field, model_validator

from ccapp.config.fields import (
    Asked,
    CallData,
    CallerNumber,
    CallerPriority,
    DataName,
    DataValue,
    Dialled,
    Key,
    KeySeconds,
    NodeName,
    Part,
    PrioritySeconds,
    QueueName,
    RingSeconds,
    Seconds,
    SoundName,
    Text,
    TrunkName,
    Voice,
)
from ccapp.config.models_fifo import Slot
from ccapp.domain import ivr
from ccapp.domain.fifo import in_slot
from ccapp.domain.ids import TreeId

NODES_MAX = 500


class PromptPart(Part):
    """What a node lets the caller hear: a text to speak (`say`) or a sound file (`sound`)."""

    silent_allowed: ClassVar[bool] = False

    say: Text | None = Field(None, min_length=1)
    voice: Voice = ""
    sound: SoundName | None = None

    @model_validator(mode="after")
    def _one_prompt(self) -> Self:
        if self.say is not None and self.sound is not None:
            raise ValueError("has both say and sound; one is played")
        if self.prompt() is None and not self.silent_allowed:
            raise ValueError("needs say (a text) or sound (a file)")
        if self.voice and self.say is None:
            raise ValueError("voice goes with say")
        return self

    def prompt(self) -> ivr.Prompt | None:
        if self.say is not None:
            return ivr.Say(text=self.say, voice=self.voice)
        return None if self.sound is None else ivr.Sound(name=self.sound)

    def heard(self) -> ivr.Prompt:
        prompt = self.prompt()
        assert prompt is not None, "validated"
        return prompt


def _prompt_fields(prompt: ivr.Prompt | None) -> dict[str, Any]:
    match prompt:
        case ivr.Say(text=text, voice=voice):
            return {"say": text, "voice": voice}
        case ivr.Sound(name=name):
            return {"sound": name}
        case None:
            return {}
        case _:
            assert_never(prompt)


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
            otherwise=self.otherwise,
        )


class SetPart(Part):
    values: CallData = Field(min_length=1)
    then: NodeName

    def node(self) -> ivr.SetData:
        return ivr.SetData(values=self.values, then=self.then)


TESTS: tuple[ivr.Test, ...] = get_args(ivr.Test.__value__)


class CasePart(Part):
    """One comparison: `{data: Campaign, equals: spring, then: sales}`."""

    data: DataName
    then: NodeName
    equals: DataValue | None = None
    not_equals: DataValue | None = None
    starts_with: DataValue | None = None
    one_of: tuple[DataValue, ...] | None = Field(None, min_length=1, max_length=50)
    present: Literal[True] | None = None
    at_least: float | None = Field(None, allow_inf_nan=False)
    at_most: float | None = Field(None, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _true_as_written(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("present") == "true":
            return {**given, "present": True}
        return given

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests = self._tests()
        if len(tests) != 1:
            raise ValueError(f"needs exactly one of {', '.join(TESTS)}")
        if self.one_of and any("," in value or not value for value in self.one_of):
            raise ValueError("a value of one_of must not be empty nor contain a comma")
        return self

    def _tests(self) -> list[ivr.Test]:
        return [test for test in TESTS if getattr(self, test) is not None]

    def case(self) -> ivr.Case:
        [test] = self._tests()
        return ivr.Case(data=self.data, test=test, value=_case_value(getattr(self, test)), then=self.then)

    @classmethod
    def of(cls, case: ivr.Case) -> Self:
        given: Any = case.value
        if case.test == "present":
            given = True
        elif case.test == "one_of":
            given = case.value.split(",")
        return cls.model_validate({"data": case.data, "then": case.then, case.test: given})


def _case_value(given: object) -> str:
    match given:
        case bool():
            return ""
        case float():
            return str(int(given)) if given.is_integer() else str(given)
        case tuple():
            return ",".join(given)
        case _:
            return str(given)


class BranchPart(Part):
    cases: tuple[CasePart, ...] = Field(min_length=1, max_length=50)
    otherwise: NodeName

    def node(self) -> ivr.Branch:
        return ivr.Branch(cases=tuple(case.case() for case in self.cases), otherwise=self.otherwise)


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
    queue: QueuePart | None = None
    forward: ForwardPart | None = None
    hang_up: HangUpPart | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_hang_up(cls, given: object) -> object:
        """`bye: hang_up` and `bye: {hang_up: }` say all there is to say."""
        if given == "hang_up" or given == {"hang_up": None}:
            return {"hang_up": {}}
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
        case ivr.Enqueue():
            return "queue"
        case ivr.Forward():
            return "forward"
        case ivr.HangUp():
            return "hang_up"
        case _:
            assert_never(node)


_RENAMED = {"branches": "keys", "queue": "to"}


def _fields(node: ivr.Node) -> dict[str, Any]:
    given = {name: getattr(node, name) for name in node.__dataclass_fields__}
    if "prompt" in given:
        given |= _prompt_fields(given.pop("prompt"))
    if isinstance(node, ivr.Branch):
        given["cases"] = tuple(CasePart.of(case) for case in node.cases)
    return {_RENAMED.get(name, name): value for name, value in given.items()}


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
