"""The real world: Asterisk, SIP phones, and a pair of scissors on the way from the switch to Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, assert_never

import aiohttp

from ccapp.clock import Clock
from ccapp.domain.ids import AgentId
from ccapp.domain.ivr import Prompt, Sound
from ccapp.domain.tape import ENDING, files_of
from ccapp.ports import Account
from ccapp.telephony.settings import AsteriskSettings, SpeechSettings
from ccapp.telephony.switch import AsteriskSwitch
from scripts.stack.asterisk import AsteriskServer
from tests import phone as sip
from tests.contract.scissors import Scissors
from tests.contract.world import ALICE, BOB, TRUNK, Answers, Behaviour, Busy, Rejects, Rings, Run, Story

STORY_S_MAX = 45
PASSWORD = "a secret of the tests"


def runner(asterisk: AsteriskServer) -> Run:
    def run(story: Story) -> None:
        asyncio.run(_told(asterisk, story))

    return run


async def _told(asterisk: AsteriskServer, story: Story) -> None:
    async with asyncio.timeout(STORY_S_MAX), world(asterisk) as here:
        await story(here)


@asynccontextmanager
async def world(asterisk: AsteriskServer, **choices: Any) -> AsyncIterator["RealWorld"]:
    """A world as `world.py` promises it; `choices` are fields of AsteriskSettings."""
    async with AsyncExitStack() as stack:
        ari = await stack.enter_async_context(_Ari(asterisk))
        await ari.sweep()
        stack.push_async_callback(ari.sweep)
        way = await stack.enter_async_context(Scissors(asterisk.settings.bind, asterisk.settings.http_port))
        settings = settings_of(asterisk, Path(stack.enter_context(TemporaryDirectory())), way.url, **choices)
        switch = await stack.enter_async_context(AsteriskSwitch(settings, Clock()))
        await until(lambda: switch.healthy)
        await switch.push_accounts([account(asterisk, ALICE), account(asterisk, BOB)])
        phones = {}
        for name in (ALICE, BOB):
            phone = sip.Phone(name, ("127.0.0.1", asterisk.sip_port), password=PASSWORD)
            phones[name] = RealPhone(await stack.enter_async_context(phone))
            await phone.register()
            await ari.online(name)
        server = ("127.0.0.1", asterisk.sip_port)
        caller = sip.Phone("carol", server, bind_host=asterisk.trunk(TRUNK).match)
        yield RealWorld(
            switch, phones, await stack.enter_async_context(caller), way, ari, asterisk.recordings
        )


def settings_of(asterisk: AsteriskServer, folder: Path, url: str = "", **choices: Any) -> AsteriskSettings:
    values: dict[str, Any] = {
        "url": url or asterisk.ari_url,
        "user": asterisk.ari_user,
        "password": asterisk.ari_password,
        "speech": SpeechSettings(folder=folder),
        "recordings": asterisk.recordings,
    }
    return AsteriskSettings(**(values | choices))


def account(asterisk: AsteriskServer, name: str) -> Account:
    realm = asterisk.settings.realm
    digest = md5(f"{name}:{realm}:{PASSWORD}".encode()).hexdigest()
    return Account(agent=AgentId(name), name=name, extension="100", realm=realm, digest=digest)


async def until(true: Callable[[], object], within_s: float = 10) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class RealPhone:
    def __init__(self, phone: sip.Phone) -> None:
        self.sip = phone
        self._last: sip.Call | None = None

    def behaves(self, behaviour: Behaviour) -> None:
        match behaviour:
            case Answers(after_s):
                self.sip.on_invite = sip.Answers(after_s, tone_hz=700)
            case Rejects():
                self.sip.on_invite = sip.Rejects(603)
            case Busy():
                self.sip.on_invite = sip.Rejects(486)
            case Rings():
                self.sip.on_invite = sip.Rings()
            case _:
                assert_never(behaviour)

    @property
    def call(self) -> sip.Call:
        if self._last is None:
            self._last = self.sip.calls[-1]
        return self._last

    async def rung(self) -> Mapping[str, str]:
        incoming = await self.sip.incoming()
        self._last = incoming
        return dict(incoming.headers)

    async def over(self) -> None:
        await self.call.ended()

    async def hangs_up(self) -> None:
        await self.call.hang_up()

    async def holds(self, on: bool) -> None:
        await (self.call.hold() if on else self.call.resume())

    async def calls(self, number: str) -> None:
        self._last = await self.sip.call(number, tone_hz=700)

    async def goes_offline(self) -> None:
        await self.sip.unregister()

    async def comes_online(self) -> None:
        await self.sip.register()


class RealWorld:
    def __init__(
        self,
        switch: AsteriskSwitch,
        phones: Mapping[str, RealPhone],
        caller: sip.Phone,
        way: Scissors,
        ari: "_Ari",
        recordings: Path,
    ) -> None:
        self.switch = switch
        self._ari, self._recordings = ari, recordings
        self._phones, self._caller, self._way = phones, caller, way

    @property
    def call(self) -> sip.Call:
        return self._caller.calls[-1]

    def phone(self, name: str) -> RealPhone:
        return self._phones[name]

    def sound(self, length: Literal["short", "long"]) -> Prompt:
        return Sound(name="beep" if length == "short" else "tt-monkeys")

    def missing_sound(self) -> Prompt:
        return Sound(name="nobody-recorded-this")

    async def caller_calls(self, number: str, headers: Mapping[str, str] | None = None) -> None:
        await self._caller.call(
            number, dict(headers or {}), from_user="5551000", display="Carol", tone_hz=1000
        )

    async def caller_hears(self, what: Literal["ringing", "answer"]) -> None:
        await (self.call.ringing() if what == "ringing" else self.call.answered())

    async def caller_presses(self, keys: str) -> None:
        await self.call.send_digits(keys)

    def caller_speaks(self, loud: bool) -> None:
        self.call.tone(1000 if loud else None)

    async def caller_hangs_up(self) -> None:
        await self.call.hang_up()

    async def caller_over(self) -> None:
        await self.call.ended()

    async def recorders(self) -> int:
        """One listens to each side."""
        channels = await self._ari.get("channels")
        return -(-sum(channel["name"].startswith("Snoop/") for channel in channels) // 2)

    async def has_recording(self, name: str) -> bool:
        stored = {one["name"] for one in await self._ari.get("recordings/stored")}
        sides = {file.removesuffix(ENDING) for file in files_of(name)}
        return sides <= stored and not await self.recorders()

    def may_record(self, allowed: bool) -> None:
        """Asterisk makes folders below its own, but not its own."""
        away = self._recordings.with_name("away")
        if allowed:
            away.rename(self._recordings)
        else:
            self._recordings.rename(away)

    async def cut(self) -> None:
        await self._way.cut()

    async def mend(self) -> None:
        await self._way.mend()


class _Ari:
    """ARI by plain HTTP, for what must not depend on the code under test."""

    def __init__(self, asterisk: AsteriskServer) -> None:
        headers = {"Authorization": aiohttp.encode_basic_auth(asterisk.ari_user, asterisk.ari_password)}
        self._client = aiohttp.ClientSession(f"{asterisk.ari_url}/ari/", headers=headers)

    async def __aenter__(self) -> "_Ari":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def get(self, what: str) -> Any:
        async with self._client.get(what) as response:
            return await response.json()

    async def sweep(self) -> None:
        """Leaves no channel and no bridge behind."""
        for what in ("channels", "bridges"):
            async with asyncio.timeout(20):
                while left := await self.get(what):
                    for one in left:
                        (await self._client.delete(f"{what}/{one['id']}")).release()
                    await asyncio.sleep(0.02)

    async def online(self, name: str) -> None:
        async with asyncio.timeout(20):
            while (await self.get(f"endpoints/PJSIP/{name}")).get("state") != "online":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
