"""The part of the file that says who is let into a queue and where the others go; and business hours."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, assert_never
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ccapp.config.fields import (
    AgentName,
    CallerNumber,
    Dialled,
    MailboxName,
    NodeName,
    Part,
    QueueName,
    RingSeconds,
    Seconds,
    TreeName,
    TrunkName,
)
from ccapp.config.models_prompts import HeardPart
from ccapp.domain import hours
from ccapp.domain.admission import (
    Goodbye,
    ToAgent,
    ToCallback,
    ToCallCenter,
    ToNumber,
    ToQueue,
    ToTree,
    ToVoicemail,
    Treatment,
    ways,
)
from ccapp.domain.hours import DAYS
from ccapp.domain.ids import HoursId

# --- where callers go -------------------------------------------------------------------------------------


def _must_be_true(given: bool) -> bool:
    if not given:
        raise ValueError("must be true, or left out")
    return given


Yes = Annotated[bool, AfterValidator(_must_be_true)]

WAYS_MAX = 5
"""One after the other, each because nobody was reached by the one before."""


class TreatmentPart(Part):
    """`{queue: sales}`, `{ivr: main}`, `{ivr: main, node: closed}`, `{voicemail: sales}`, `{callback: true}`,
    `{hang_up: a sentence}`, `{number: {to: "+4930123", trunk: carrier}}` or
    `{call_center: {trunk: carrier}}`."""

    queue: QueueName | None = None
    ivr: TreeName | None = None
    node: NodeName | None = None
    number: "NumberWayPart | None" = None
    call_center: "CallCenterWayPart | None" = None
    voicemail: MailboxName | None = None
    agent: "AgentWayPart | None" = None
    hang_up: HeardPart | None = None
    callback: Yes | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [name for name in type(self).model_fields if name != "node"]
        if sum(getattr(self, name) is not None for name in kinds) != 1:
            raise ValueError(f"needs exactly one of {', '.join(kinds)}")
        if self.node is not None and self.ivr is None:
            raise ValueError("node goes with ivr")
        if len([*ways(self.value())]) > WAYS_MAX:
            raise ValueError(f"leads over more than {WAYS_MAX} ways")
        return self

    def value(self) -> Treatment:
        if self.queue is not None:
            return ToQueue(queue=self.queue)
        if self.ivr is not None:
            return ToTree(tree=self.ivr, node=self.node)
        if (onward := self.number or self.call_center or self.agent) is not None:
            return onward.way()
        if self.voicemail is not None:
            return ToVoicemail(mailbox=self.voicemail)
        if self.callback is not None:
            return ToCallback()
        return Goodbye(say=None if self.hang_up is None else self.hang_up.prompt())

    @classmethod
    def of(cls, treatment: Treatment) -> Self:
        match treatment:
            case ToQueue(queue=queue):
                return cls(queue=queue)
            case ToTree(tree=tree, node=node):
                return cls(ivr=tree, node=node)
            case ToNumber():
                return cls(number=NumberWayPart.of(treatment))
            case ToCallCenter():
                return cls(call_center=CallCenterWayPart.of(treatment))
            case ToVoicemail(mailbox=mailbox):
                return cls(voicemail=mailbox)
            case ToAgent():
                return cls(agent=AgentWayPart.of(treatment))
            case Goodbye(say=last_word):
                return cls(hang_up=HeardPart.of(last_word))
            case ToCallback():
                return cls(callback=True)
            case _ as never:
                assert_never(never)


class CallCenterWayPart(Part):
    """Where a call is dialled on to, and what follows when nobody is reached."""

    trunk: TrunkName
    caller_id: CallerNumber = ""
    ring_s: RingSeconds = 30.0
    otherwise: TreatmentPart | None = None

    def way(self) -> ToCallCenter:
        return ToCallCenter(
            trunk=self.trunk, caller_id=self.caller_id, ring_s=self.ring_s, otherwise=treated(self.otherwise)
        )

    @classmethod
    def of(cls, way: ToCallCenter) -> Self:
        return cls(
            trunk=way.trunk, caller_id=way.caller_id, ring_s=way.ring_s, otherwise=written(way.otherwise)
        )


class AgentWayPart(Part):
    """`{to: alice}`, in the line of the queue that sends the caller, or of another one."""

    to: AgentName
    queue: QueueName | None = None
    wait_s: Seconds = 30.0
    otherwise: TreatmentPart | None = None

    def way(self) -> ToAgent:
        return ToAgent(agent=self.to, queue=self.queue, wait_s=self.wait_s, otherwise=treated(self.otherwise))

    @classmethod
    def of(cls, way: ToAgent) -> Self:
        return cls(to=way.agent, queue=way.queue, wait_s=way.wait_s, otherwise=written(way.otherwise))


class NumberWayPart(Part):
    to: Dialled
    trunk: TrunkName
    caller_id: CallerNumber = ""
    ring_s: RingSeconds = 30.0
    otherwise: TreatmentPart | None = None

    def way(self) -> ToNumber:
        return ToNumber(
            number=self.to,
            trunk=self.trunk,
            caller_id=self.caller_id,
            ring_s=self.ring_s,
            otherwise=treated(self.otherwise),
        )

    @classmethod
    def of(cls, way: ToNumber) -> Self:
        return cls(
            to=way.number,
            trunk=way.trunk,
            caller_id=way.caller_id,
            ring_s=way.ring_s,
            otherwise=written(way.otherwise),
        )


def treated(part: TreatmentPart | None) -> Treatment | None:
    return None if part is None else part.value()


def written(treatment: Treatment | None) -> TreatmentPart | None:
    return None if treatment is None else TreatmentPart.of(treatment)


def _when_empty(given: object) -> object:
    """YAML and JSON have truth values of their own for it."""
    match given:
        case bool():
            return "yes" if given else "no"
        case "true" | "false":
            return "yes" if given == "true" else "no"
        case _:
            return given


WhenEmptyName = Annotated[Literal["yes", "no", "strict"], BeforeValidator(_when_empty)]

# --- business hours ---------------------------------------------------------------------------------------

SPANS_MAX = 12
EXCEPTIONS_MAX = 1000
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)


def _span(text: str) -> str:
    found = _SPAN.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError("must be two times of a day, such as 09:00-17:30")
    begin, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if not begin < end <= 1440:
        raise ValueError("must begin before it ends, and end at 24:00 at the latest")
    return found[0]


def _minutes(hour: str, minute: str) -> int:
    return 60 * int(hour) + int(minute)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be a time zone, such as Europe/Berlin")
    return name


def _date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError("must be a date, such as 2026-12-24")


def _days(given: object) -> object:
    """`mon-fri` and `sat, sun` as the days they mean."""
    if not isinstance(given, Mapping):
        return given
    days: dict[Any, Any] = {}
    for names, spans in given.items():
        for day in _named(names) if isinstance(names, str) else [names]:
            if day in days:
                raise ValueError(f"{day} is said twice")
            days[day] = spans
    return days


def _named(names: str) -> list[str]:
    found: list[str] = []
    for part in names.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if last and first in DAYS and last in DAYS and DAYS.index(first) < DAYS.index(last):
            found += DAYS[DAYS.index(first) : DAYS.index(last) + 1]
        else:
            found.append(part)
    return found


SpanText = Annotated[str, AfterValidator(_span)]
SpanTexts = Annotated[tuple[SpanText, ...], Field(max_length=SPANS_MAX)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Date = Annotated[str, AfterValidator(_date)]


class HoursPart(Part):
    """`{time_zone: Europe/Berlin, weekly: {mon-fri: ["09:00-17:30"]}, exceptions: {"2026-12-24": []}}`."""

    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    weekly: Annotated[dict[Day, SpanTexts], BeforeValidator(_days)] = Field({})
    exceptions: dict[Date, SpanTexts] = Field({}, max_length=EXCEPTIONS_MAX)

    def value(self, id: HoursId) -> hours.Hours:
        return hours.Hours(
            id=id,
            time_zone=self.time_zone,
            weekly={day: _spans(texts) for day, texts in self.weekly.items()},
            exceptions={day: _spans(texts) for day, texts in self.exceptions.items()},
        )

    @classmethod
    def of(cls, value: hours.Hours) -> Self:
        return cls.model_validate(
            {
                "time_zone": value.time_zone,
                "weekly": {day: _texts(spans) for day, spans in value.weekly.items()},
                "exceptions": {day: _texts(spans) for day, spans in value.exceptions.items()},
            }
        )


def _spans(texts: tuple[str, ...]) -> hours.Spans:
    return tuple(
        hours.Span(_minutes(text[0:2], text[3:5]), _minutes(text[6:8], text[9:11])) for text in texts
    )


def _texts(spans: hours.Spans) -> tuple[str, ...]:
    return tuple(f"{_clock(span.begin)}-{_clock(span.end)}" for span in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
