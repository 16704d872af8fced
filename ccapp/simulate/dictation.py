"""Parties who are recorded alone: the exchange's side of it, and the engine's."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ccapp.domain.ids import ChannelId
from ccapp.domain.voicemail import file_of
from ccapp.ports import (
    Dictated,
    DictationRules,
    Gone,
    LegGone,
    Refused,
    Spoken,
    SwitchError,
    SwitchUnreachable,
)
from ccapp.simulate.channels import Channel, DictationOver, NoSuch, NotNow

if TYPE_CHECKING:
    from ccapp.simulate.exchange import Exchange
    from ccapp.simulate.link import Link

TONE_S = 0.3


@dataclass(slots=True, kw_only=True, eq=False)
class Take:
    """A recording of one party; whole when it does not run any more."""

    rules: DictationRules
    channel: Channel
    began_at: float
    runs: bool = True
    seconds: float = 0.0
    silent: bool = False
    limit: asyncio.TimerHandle | None = None


class Dictations:
    """The truth about them. It outlives engines and connections."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self.takes: dict[str, Take] = {}  # by file, whole ones too

    def begin(self, id: ChannelId, rules: DictationRules) -> None:
        channel = self._exchange.find(id)
        if self._exchange.cannot_record:
            raise NotNow("no folder for recordings")
        if file_of(rules.name) in self.takes:
            raise NotNow(f"recording {rules.name} exists")
        began_at = self._exchange.loop.time() + (TONE_S if rules.beep else 0.0)
        take = Take(rules=rules, channel=channel, began_at=began_at)
        self.takes[file_of(rules.name)] = take
        quiet = channel.party.silent and rules.silence_s > 0
        lasts_s = min(rules.silence_s, rules.seconds_max) if quiet else rules.seconds_max
        take.limit = self._exchange.after(began_at - self._exchange.loop.time() + lasts_s, self.end, take)
        channel.party.speaks(channel)

    def end(self, take: Take) -> None:
        if not take.runs:
            return
        if take.limit is not None:
            take.limit.cancel()
        take.runs, take.silent = False, take.channel.party.silent
        take.seconds = max(0.0, self._exchange.loop.time() - take.began_at)
        self._exchange.say(DictationOver(take.channel.id, take.rules.name))

    def pressed(self, channel: Channel, key: str) -> None:
        for take in self._of(channel):
            if take.rules.end_key in (key, "any"):
                self.end(take)

    def hung_up(self, channel: Channel) -> None:
        for take in self._of(channel):
            self.end(take)

    def _of(self, channel: Channel) -> list[Take]:
        return [take for take in self.takes.values() if take.channel is channel and take.runs]

    def running(self, name: str) -> bool:
        take = self.takes.get(file_of(name))
        return take is not None and take.runs

    def stop(self, name: str) -> None:
        if not self.running(name):
            raise NoSuch(f"recording {name}")
        self.end(self.takes[file_of(name)])

    def spoken(self, file: str) -> Spoken | None:
        take = self.takes.get(file)
        return None if take is None else Spoken(seconds=take.seconds, silent=take.silent)

    def discard(self, file: str) -> None:
        if self.takes.pop(file, None) is None:
            raise NoSuch(f"recording {file}")


class FakeDictation:
    """What an engine knows of one."""

    def __init__(self, link: "Link", leg: ChannelId, key: str, rules: DictationRules) -> None:
        self._link, self._leg, self._key, self._rules = link, leg, key, rules
        self._over: asyncio.Future[Dictated] = asyncio.get_running_loop().create_future()

    @property
    def file(self) -> str:
        return file_of(self._rules.name)

    def start(self, gone: Gone | None) -> None:
        if gone is not None:
            self._end(f"{self._leg} is gone")
            return
        begin = partial(self._link.exchange.dictations.begin, self._leg, self._rules)
        self._link.send(begin, self._started, self._key)

    def _started(self, result: object, error: SwitchError | None) -> None:
        match error:
            case None:
                pass
            case Refused() if file_of(self._rules.name) in self._link.exchange.dictations.takes:
                self.look_again()
            case LegGone():
                self.told_over()
            case SwitchUnreachable():
                if self._link.up:
                    self.look_again()
            case _:
                self._end(str(error))

    def look_again(self) -> None:
        running = partial(self._link.exchange.dictations.running, self._rules.name)
        self._link.send(running, self._looked, self._key)

    def _looked(self, running: bool | None, error: SwitchError | None) -> None:
        if error is None and not running:
            self.told_over()

    def told_over(self) -> None:
        self._end("")

    def _end(self, fault: str) -> None:
        if not self._over.done():
            self._over.set_result(Dictated(fault=fault))

    async def over(self) -> Dictated:
        return await asyncio.shield(self._over)

    def stop(self) -> None:
        if not self._over.done():
            stop = partial(self._link.exchange.dictations.stop, self._rules.name)
            self._link.send(stop, _ignore, self._key)


def _ignore(result: object, error: SwitchError | None) -> None:
    pass
