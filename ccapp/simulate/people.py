"""Simulated people: callers who lose patience, agents who answer, reject, fall silent or walk away.

A person knows only what he hears on his own line, and acts on the exchange, never on the engine.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from ccapp.domain.ivr import Prompt
from ccapp.ports import CallerId
from ccapp.simulate.channels import Channel, Party
from ccapp.simulate.exchange import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerScript:
    """One caller's intentions, drawn before he calls."""

    talk_s: float
    patience_s: float | None = None  # from arrival to the talk; None: waits for ever
    agent_ends: bool = False  # the agent says goodbye first
    keys: Sequence[str] = ()  # one string for each prompt heard, keyed digit by digit
    key_after_s: float = 1.0  # from the prompt's start, and between digits
    message_s: float = 5.0  # how long he speaks into a mailbox
    message_key: str = ""  # that ends it; without one he hangs up
    mute: bool = False  # says nothing into a mailbox
    waiting_keys: str = ""  # keyed in a hall, one each `waiting_key_after_s`
    waiting_key_after_s: float = 5.0
    forsaken_s: float | None = 20.0  # how long he stays after his talk partner is gone


class Caller(Party):
    def __init__(self, exchange: Exchange, script: CallerScript) -> None:
        self._exchange = exchange
        self.script = script
        self.silent = script.mute
        self.channel: Channel | None = None
        self.talked = 0  # how often he came to talk
        self.cause: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._prompts = 0
        self._in_hall = False

    def calls(
        self, *, trunk: str, dialled: str, number: str = "", headers: Mapping[str, str] | None = None
    ) -> Channel:
        caller = CallerId(number=number)
        self.channel = self._exchange.call(self, trunk=trunk, dialled=dialled, caller=caller, headers=headers)
        self._leaves_after(self.script.patience_s)
        return self.channel

    def hang_up(self) -> None:
        if self.channel:
            self._exchange.hang_up(self.channel)

    def _leaves_after(self, delay_s: float | None) -> None:
        self._stays()
        if delay_s is not None and self.cause is None:
            self._timer = self._exchange.after(delay_s, self.hang_up)

    def _stays(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def hears(self, channel: Channel, prompt: Prompt) -> None:
        keys = self.script.keys[self._prompts] if self._prompts < len(self.script.keys) else ""
        self._prompts += 1
        for index, key in enumerate(keys, 1):
            self._exchange.after(index * self.script.key_after_s, self._exchange.press, channel, key)

    def speaks(self, channel: Channel) -> None:
        self._stays()
        if self.script.message_key:
            self._exchange.after(
                self.script.message_s, self._exchange.press, channel, self.script.message_key
            )
        else:
            self._timer = self._exchange.after(self.script.message_s, self.hang_up)

    def queued(self, channel: Channel) -> None:
        """For the first time: he begins to key."""
        if not self._in_hall:
            self._in_hall = True
            for index, key in enumerate(self.script.waiting_keys, 1):
                self._exchange.after(
                    index * self.script.waiting_key_after_s, self._exchange.press, channel, key
                )

    def joined(self, channel: Channel, others: Sequence[Channel]) -> None:
        self._stays()
        self.talked += 1
        ends = others[0] if self.script.agent_ends else channel
        self._timer = self._exchange.after(self.script.talk_s, self._exchange.hang_up, ends)

    def parted(self, channel: Channel) -> None:
        self._leaves_after(self.script.forsaken_s)

    def ended(self, channel: Channel, cause: int) -> None:
        self.channel = channel
        self.cause = cause
        self._stays()


class Reaction(Enum):
    ANSWER = "answer"
    REJECT = "reject"
    BUSY = "busy"
    SILENT = "silent"
    FAIL = "fail"  # the network's or the phone's fault
    ANSWER_AND_VANISH = "answer_and_vanish"  # hangs up `stays_s` after the answer: in its very instant


@dataclass(frozen=True, slots=True)
class React:
    reaction: Reaction
    after_s: float = 0.0
    stays_s: float = 0.0


ANSWERS_AT_ONCE = React(Reaction.ANSWER)
_CAUSES = {Reaction.REJECT: 21, Reaction.BUSY: 17, Reaction.FAIL: 38}


class AgentPhone(Party):
    """`react` decides, each time it rings, what its owner does."""

    def __init__(self, exchange: Exchange, react: Callable[[], React] = lambda: ANSWERS_AT_ONCE) -> None:
        self._exchange = exchange
        self._react = react
        self.lines: dict[str, Channel] = {}  # ringing or up
        self.times_rung = 0

    def rings(self, channel: Channel) -> None:
        self.times_rung += 1
        self.lines[channel.id] = channel
        self._do(channel, self._react())

    def _do(self, channel: Channel, react: React) -> None:
        match react.reaction:
            case Reaction.SILENT:
                pass
            case Reaction.ANSWER if react.after_s == 0:
                self._exchange.pick_up(channel)
            case Reaction.ANSWER:
                self._exchange.after(react.after_s, self._exchange.pick_up, channel)
            case Reaction.ANSWER_AND_VANISH:
                self._exchange.after(react.after_s, self._exchange.pick_up, channel)
                self._exchange.after(react.after_s + react.stays_s, self._exchange.hang_up, channel)
            case Reaction.REJECT | Reaction.BUSY | Reaction.FAIL:
                cause = _CAUSES[react.reaction]
                self._exchange.after(react.after_s, self._decline, channel, cause)
            case _:
                assert_never(react.reaction)

    def _decline(self, channel: Channel, cause: int) -> None:
        if not channel.up:
            self._exchange.hang_up(channel, cause)

    def hang_up(self) -> None:
        for channel in list(self.lines.values()):
            self._exchange.hang_up(channel)

    def ended(self, channel: Channel, cause: int) -> None:
        self.lines.pop(channel.id, None)


class Stranger(AgentPhone):
    """Somebody outside, called once; he talks for so long and hangs up, unless the other did."""

    def __init__(self, exchange: Exchange, react: React, talk_s: float) -> None:
        super().__init__(exchange, lambda: react)
        self._talk_s = talk_s

    def joined(self, channel: Channel, others: Sequence[Channel]) -> None:
        self._exchange.after(self._talk_s, self._exchange.hang_up, channel)
