"""The kinds of values in a configuration: what each may look like, and what is said when it does not."""

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from ccapp.domain import calldata, conditions
from ccapp.domain.expressions import expression
from ccapp.domain.ids import (
    AgentId,
    GroupId,
    HoursId,
    MailboxId,
    NodeId,
    QueueId,
    SkillId,
    TreeId,
    TrunkId,
)
from ccapp.domain.ivr import EMPTY_KEY, INVALID_KEY, KEYS
from ccapp.domain.presence import UNTIL_DONE
from ccapp.domain.priorities import CALLER_PRIORITY_MAX, QUEUE_PRIORITY_MAX


class Part(BaseModel):
    """A mapping of the file. Unknown fields are refused; a field without a value counts as not written."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, given: object) -> object:
        return {k: v for k, v in given.items() if v is not None} if isinstance(given, dict) else given


def shaped(pattern: str, message: str) -> AfterValidator:
    """A text that matches `pattern` whole."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(message)
        return value

    return AfterValidator(check)


def _one_line(value: str) -> str:
    """`value` with white space as single spaces; control characters and half characters are refused."""
    line = " ".join(value.split())
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in line):
        raise ValueError("must not contain control characters")
    return line


def _without_twins(spelled: Callable[[str], str]) -> BeforeValidator:
    """A mapping in which no two names are one name in different spellings."""

    def check(given: Any) -> Any:
        seen: dict[str, str] = {}
        for name in given if isinstance(given, dict) else ():
            if isinstance(name, str) and (other := seen.setdefault(spelled(name), name)) != name:
                raise ValueError(f'"{other[:40]}" and "{name[:40]}" are one name')
        return given

    return BeforeValidator(check)


def _data_name(value: str) -> str:
    name = calldata.spelled(value)
    if name is None:
        raise ValueError(
            f"must be a letter, then letters, digits, _ or -, at most {calldata.NAME_LENGTH_MAX} characters"
        )
    return name


def _data_value(value: str) -> str:
    if len(value) > calldata.VALUE_LENGTH_MAX:
        raise ValueError(f"must have at most {calldata.VALUE_LENGTH_MAX} characters")
    return calldata.clean(value)


def _key(value: str) -> str:
    if value not in KEYS and value not in (EMPTY_KEY, INVALID_KEY):
        raise ValueError(f"must be one of 0 to 9, *, #, {EMPTY_KEY} (none) or {INVALID_KEY} (any other)")
    return value


def _condition(value: str) -> str:
    line = _one_line(value)
    conditions.parse(line)
    return line


def _levels_or_expression(given: Any, levels: ValidatorFunctionWrapHandler) -> Any:
    return expression(given) if isinstance(given, str) else levels(given)


def _seconds_or_until_done(given: Any, seconds: ValidatorFunctionWrapHandler) -> Any:
    return UNTIL_DONE if given in ("until_done", UNTIL_DONE) else seconds(given)


ID = shaped(
    r"[A-Za-z][A-Za-z0-9_-]{0,39}", "must be a letter, then letters, digits, _ or -, at most 40 characters"
)

AgentName = Annotated[AgentId, ID]
QueueName = Annotated[QueueId, ID]
GroupName = Annotated[GroupId, ID]
HoursName = Annotated[HoursId, ID]
TrunkName = Annotated[TrunkId, ID]
TreeName = Annotated[TreeId, ID]
NodeName = Annotated[NodeId, ID]
MailboxName = Annotated[MailboxId, ID]
SkillName = Annotated[SkillId, ID, AfterValidator(lambda name: SkillId(name.lower()))]

Dialled = Annotated[
    str,
    shaped(r"[+]?[0-9*#A-Za-z]{1,32}", "must be a phone number: digits, letters, * or #, at most 32"),
]
CallerNumber = Annotated[
    str, shaped(r"([+]?[0-9*#A-Za-z]{1,32})?", "must be a phone number: digits, letters, * or #, at most 32")
]
OutsideNumber = Annotated[
    str, shaped(r"[+]?[0-9]{2,32}", "must be a phone number: digits, 2 to 32, perhaps with + before them")
]
Extension = Annotated[str, shaped(r"[0-9*#]{1,32}", "must be digits, * or #, at most 32")]
Code = Annotated[str, shaped(r"[0-9*#]{1,16}", "must be digits, * or #, at most 16")]

Text = Annotated[str, AfterValidator(_one_line), Field(max_length=2000)]
"""Something spoken; may be empty."""

Spoken = Annotated[Text, Field(min_length=1)]

Title = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=80)]
"""A name for people to read."""

Voice = Annotated[
    str, shaped(r"([A-Za-z0-9][A-Za-z0-9_+.-]{0,39})?", "must be the name of a voice, such as en")
]
Music = Annotated[str, shaped(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", "must be the name of a music-on-hold class")]
Realm = Annotated[str, shaped(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "must be letters, digits, . _ or -")]
SoundName = Annotated[
    str,
    shaped(
        r"(?!.*\.\.)/?[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}",
        "must be an absolute path or the name of an Asterisk sound, without extension",
    ),
]
Digest = Annotated[str, shaped(r"[0-9a-f]{32}", "must be 32 hexadecimal digits: MD5 of user:realm:password")]

DataName = Annotated[str, AfterValidator(_data_name)]
DataValue = Annotated[str, AfterValidator(_data_value)]
CallData = Annotated[
    dict[DataName, DataValue],
    _without_twins(lambda name: (calldata.spelled(name) or name).lower()),
    Field(max_length=calldata.ENTRIES_MAX),
]
Key = Annotated[str, AfterValidator(_key)]
ConditionText = Annotated[str, AfterValidator(_condition), Field(min_length=1)]
DigitPattern = Annotated[
    str,
    shaped(
        r"[0-9*#XZN]{0,64}[0-9*#XZN.!]",
        "must be digits, *, #, X (0-9), Z (1-9), N (2-9), at the end also . (one or more) or ! (any number)",
    ),
]
EventName = Annotated[str, ID]
Language = Annotated[
    str, shaped(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?", "must be a language, such as en or pt-BR")
]

Level = Annotated[int, Field(ge=1, le=10)]
SkillLevels = Annotated[dict[SkillName, Level], _without_twins(str.lower)]
Asked = Annotated[SkillLevels, WrapValidator(_levels_or_expression), PlainSerializer(lambda asked: asked)]
"""Skills and least levels, or an expression over them; what comes out is a `Requires`."""

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
LongSeconds = Annotated[float, Field(ge=0, le=31_536_000, allow_inf_nan=False)]
WrapUpSeconds = Annotated[
    Seconds,
    WrapValidator(_seconds_or_until_done),
    PlainSerializer(lambda seconds: "until_done" if seconds == UNTIL_DONE else seconds),
]
"""Seconds, or `until_done`: until the agent says so."""

RingSeconds = Annotated[float, Field(ge=3, le=300, allow_inf_nan=False)]
ListSeconds = Annotated[float, Field(ge=0.5, le=300, allow_inf_nan=False)]
RingNextSeconds = Annotated[float, Field(ge=0.5, le=300, allow_inf_nan=False)]
KeySeconds = Annotated[float, Field(ge=0.5, le=60, allow_inf_nan=False)]
PrioritySeconds = Annotated[float, Field(ge=-86_400, le=86_400, allow_inf_nan=False)]
QueuePriority = Annotated[int, Field(ge=0, le=QUEUE_PRIORITY_MAX)]
CallerPriority = Annotated[int, Field(ge=1, le=CALLER_PRIORITY_MAX)]
