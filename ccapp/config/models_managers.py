"""The part of the file about a caller's own manager."""

from typing import Self

from pydantic import Field, model_validator

from ccapp.config.fields import DataName, KeySeconds, Part, Seconds
from ccapp.config.models_prompts import HeardPart
from ccapp.domain.managers import ManagerRules

USUAL = ManagerRules()


class ManagerPart(Part):
    """`{wait_s: 20, absent: Your manager is away., ask: "Shall he take all your calls? Press 1 or 2."}`."""

    wait_s: Seconds = USUAL.wait_s
    data: DataName = USUAL.data
    absent: HeardPart = HeardPart.of(USUAL.absent)
    learn_last: bool = USUAL.learn_last
    ask: HeardPart = HeardPart.of(USUAL.ask)
    ask_s: KeySeconds = Field(USUAL.ask_s)

    @model_validator(mode="after")
    def _asks_or_learns(self) -> Self:
        if self.ask.prompt() is not None and self.learn_last:
            raise ValueError("has both ask and learn_last: who is taken as manager unasked need not be asked")
        return self

    def value(self) -> ManagerRules:
        return ManagerRules(**(dict(self) | {"absent": self.absent.prompt(), "ask": self.ask.prompt()}))

    @classmethod
    def of(cls, rules: ManagerRules) -> Self:
        return cls(
            wait_s=rules.wait_s,
            data=rules.data,
            absent=HeardPart.of(rules.absent),
            learn_last=rules.learn_last,
            ask=HeardPart.of(rules.ask),
            ask_s=rules.ask_s,
        )
