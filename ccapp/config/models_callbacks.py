"""The part of the file about calling the callers of a queue back."""

from typing import Self

from pydantic import Field, model_validator

from ccapp.config.fields import CallerNumber, DigitPattern, LongSeconds, Part, RingSeconds, TrunkName
from ccapp.config.models_prompts import HeardPart
from ccapp.domain.callbacks import CallbackRules, RungFirst
from ccapp.domain.ids import TrunkId

HEARD = ("confirm", "ask", "wrong", "taken", "known")
USUAL = CallbackRules(trunk=TrunkId(""), numbers=())


class CallbackPart(Part):
    """`{trunk: carrier, numbers: ["0ZX."], caller_id: "+4930123", rung_first: agent, tries_max: 3}`."""

    trunk: TrunkName
    numbers: tuple[DigitPattern, ...] = Field(min_length=1, max_length=50)
    caller_id: CallerNumber = ""
    rung_first: RungFirst = USUAL.rung_first
    ring_s: RingSeconds = USUAL.ring_s
    tries_max: int = Field(USUAL.tries_max, ge=1, le=20)
    retry_s: LongSeconds = USUAL.retry_s
    expires_s: LongSeconds = Field(USUAL.expires_s, ge=1, le=2_592_000)
    confirm: HeardPart = HeardPart.of(USUAL.confirm)
    ask: HeardPart = HeardPart.of(USUAL.ask)
    wrong: HeardPart = HeardPart.of(USUAL.wrong)
    taken: HeardPart = HeardPart.of(USUAL.taken)
    known: HeardPart = HeardPart.of(USUAL.known)

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.confirm.prompt() is None or self.ask.prompt() is None:
            raise ValueError("needs something to say for confirm and ask")
        return self

    def value(self) -> CallbackRules:
        return CallbackRules(**(dict(self) | {name: getattr(self, name).prompt() for name in HEARD}))

    @classmethod
    def of(cls, rules: CallbackRules) -> Self:
        plain = {name: getattr(rules, name) for name in cls.model_fields if name not in HEARD}
        return cls(**plain, **{name: HeardPart.of(getattr(rules, name)) for name in HEARD})
