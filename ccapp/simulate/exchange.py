"""The exchange: the truth about channels, bridges, phones and trunks, as Asterisk holds it.

It outlives every engine and every connection, and knows nothing of them but the one link that hears its
events. All its methods are synchronous and act at once; the way there and back is the link's business. What
people do at the ends of the lines is theirs (`Party`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from typing import Literal

from ccapp.domain.ids import AgentId, BridgeId, ChannelId
from ccapp.domain.ivr import Prompt, Say, Sound
from ccapp.ports import Account, CallerId, Dial
from ccapp.simulate.channels import (
    Census,
    Channel,
    Ear,
    Ended,
    Entered,
    Event,
    Held,
    Mix,
    NoSuch,
    NotNow,
    Party,
    Phone,
    PhoneChanged,
    PickedUp,
    Played,
    Pressed,
    Tape,
)
from ccapp.simulate.dictation import Dictations

SAY_S_PER_CHARACTER = 0.06
SOUND_S = 2.0


def length_s(prompt: Prompt) -> float:
    return len(prompt.text) * SAY_S_PER_CHARACTER if isinstance(prompt, Say) else SOUND_S


class Exchange:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.channels: dict[ChannelId, Channel] = {}
        self.bridges: dict[BridgeId, Mix] = {}
        self.phones: dict[str, Phone] = {}
        self.accounts: dict[str, Account] = {}
        self.outside: Callable[[str, str], Party | None] = lambda number, trunk: None
        self.ear: Ear | None = None
        self.told: list[tuple[AgentId, str]] = []
        self.missing_sounds: set[str] = set()
        self.tapes: dict[str, Tape] = {}  # by name, whole ones too
        self.dictations = Dictations(self)
        self.cannot_record = False
        self.turned_away = 0  # calls that came while no engine was connected
        self.answered_while_deaf: Literal["dies", "lives"] = "dies"
        """What becomes of a dialled channel answered with no engine connected: `Stasis()` fails, or the
        channel was created inside the application and stays."""
        self.on_mixed: Callable[[Mix], None] = lambda mix: None  # for checks: a bridge has changed
        self.on_command: Callable[[Callable[[], object], str], None] | None = None  # done, and how it went
        self.on_event: Callable[[Event], None] | None = None
        self.on_heard: Callable[[Channel, Prompt], None] = lambda channel, prompt: None  # a prompt begins
        self.on_rung: Callable[[Channel], None] = lambda channel: None  # a phone begins to ring
        self._context = copy_context()
        self._count = 0

    def after(self, delay_s: float, act: Callable[..., None], *args: object) -> asyncio.TimerHandle:
        """In the world's own context, so that an engine's death does not stop the world."""
        return self.loop.call_later(delay_s, act, *args, context=self._context)

    # --- from outside

    def call(
        self,
        party: Party,
        *,
        trunk: str,
        dialled: str,
        caller: CallerId | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Channel:
        """Somebody calls in over a trunk."""
        return self._enter(party, "inbound", trunk, dialled, caller or CallerId(), headers or {})

    def uses_phone(self, name: str) -> bool:
        """Whether anything rings or talks on this agent's phone."""
        party = self.phones[name].party
        return any(channel.party is party for channel in self.channels.values())

    def call_from_phone(self, name: str, dialled: str) -> Channel:
        """An agent dials on his own phone."""
        return self._enter(self.phones[name].party, "phone", name, dialled, CallerId(number=name), {})

    def _enter(
        self,
        party: Party,
        kind: Literal["inbound", "phone"],
        endpoint: str,
        dialled: str,
        caller: CallerId,
        headers: Mapping[str, str],
    ) -> Channel:
        self._count += 1
        channel = Channel(
            id=ChannelId(f"{kind[0]}{self._count}"),
            kind=kind,
            endpoint=endpoint,
            dialled=dialled,
            caller=caller,
            party=party,
            headers=headers,
        )
        if self.ear is None:
            self.turned_away += 1
            channel.cause = 34
            party.ended(channel, 34)
            return channel
        self.channels[channel.id] = channel
        self.say(Entered(channel))
        return channel

    def pick_up(self, channel: Channel) -> None:
        """The rung party answers."""
        if channel.cause is not None or channel.up:
            return
        if self.ear is None and self.answered_while_deaf == "dies":
            self.hang_up(channel, 16)
            return
        if channel.ring_limit:
            channel.ring_limit.cancel()
        channel.up = True
        self.say(PickedUp(channel.id))

    def press(self, channel: Channel, key: str) -> None:
        if channel.cause is None:
            self.say(Pressed(channel.id, key))
            self.dictations.pressed(channel, key)

    def hold(self, channel: Channel, on: bool) -> None:
        """The party puts the call on hold, or takes it back."""
        if channel.cause is None and channel.up:
            self.say(Held(channel.id, on))

    def hang_up(self, channel: Channel, cause: int = 16) -> None:
        """The channel ends, whoever wanted it."""
        if channel.cause is not None:
            return
        channel.cause = cause
        del self.channels[channel.id]
        for timer in (channel.ring_limit, channel.sound):
            if timer:
                timer.cancel()
        channel.playbacks.clear()
        for tape in channel.tapes:
            tape.runs = False
        self.dictations.hung_up(channel)
        self._leave(channel)
        channel.party.ended(channel, cause)
        self.say(Ended(channel.id, cause))

    def register(self, name: str, registered: bool) -> None:
        """A phone comes or goes."""
        phone = self.phones[name]
        if phone.registered != registered:
            phone.registered = registered
            if account := self.accounts.get(name):
                self.say(PhoneChanged(account.agent, registered))

    def restart(self) -> None:
        """Asterisk dies and is back: no channel, bridge or account is left; who was connected is cut off."""
        ear, self.ear = self.ear, None
        for channel in list(self.channels.values()):
            self.hang_up(channel, 38)
        self.bridges.clear()
        self.accounts.clear()
        if ear:
            ear.replaced()

    # --- from the engine

    def connect(self, ear: Ear) -> None:
        before, self.ear = self.ear, ear
        if before and before is not ear:
            before.replaced()
        self.say(self._census())

    def cut_off(self) -> None:
        """The connected engine has died: nobody listens any more, and its last commands are lost."""
        ear, self.ear = self.ear, None
        if ear:
            ear.dead()

    def disconnect(self, ear: Ear) -> None:
        if self.ear is ear:
            self.ear = None

    def _census(self) -> Census:
        return Census(
            channels=[(channel, channel.up, channel.bridge) for channel in self.channels.values()],
            bridges={mix.id: frozenset(mix.members) for mix in self.bridges.values()},
            online=[account.agent for account in self.accounts.values() if self._online(account.name)],
        )

    def _online(self, name: str) -> bool:
        phone = self.phones.get(name)
        return phone is not None and phone.registered

    def find(self, id: ChannelId) -> Channel:
        channel = self.channels.get(id)
        if channel is None:
            raise NoSuch(f"channel {id}")
        return channel

    def answer(self, id: ChannelId) -> None:
        channel = self.find(id)
        if not channel.up:
            channel.up = True
            channel.party.answered(channel)

    def ring(self, id: ChannelId) -> None:
        channel = self.find(id)
        if not channel.up:
            channel.party.hears_ringing(channel)

    def end(self, id: ChannelId, cause: int) -> None:
        self.hang_up(self.find(id), cause)

    def originate(self, dial: Dial) -> None:
        if dial.channel in self.channels:
            raise NotNow(f"channel {dial.channel} is there already")
        party = self._reached(dial.endpoint)
        channel = Channel(
            id=dial.channel,
            kind="dialled",
            endpoint=dial.endpoint,
            dialled=dial.endpoint,
            caller=dial.caller,
            party=party,
            headers={name: " ".join(value.splitlines()) for name, value in dial.headers.items()},
        )
        self.channels[channel.id] = channel
        channel.ring_limit = self.after(dial.ring_s_max, self.hang_up, channel, 19)
        self.on_rung(channel)
        party.rings(channel)

    def _reached(self, endpoint: str) -> Party:
        number, at, trunk = endpoint.partition("@")
        if at:
            if party := self.outside(number, trunk):
                return party
            raise NotNow(f"{endpoint} cannot be reached", cause=34)
        if endpoint in self.accounts and self._online(endpoint):
            return self.phones[endpoint].party
        raise NotNow(f"{endpoint} is not registered", cause=20)

    def push(self, accounts: Sequence[Account]) -> None:
        before, self.accounts = self.accounts, {str(account.agent): account for account in accounts}
        for name, account in before.items():
            if name not in self.accounts and self._online(name):
                self.say(PhoneChanged(account.agent, False))
        for name, account in self.accounts.items():
            if name not in before and self._online(name):
                self.say(PhoneChanged(account.agent, True))

    # --- sounds

    def play(self, id: ChannelId, playback: str, prompt: Prompt) -> None:
        channel = self.find(id)
        if isinstance(prompt, Sound) and prompt.name in self.missing_sounds:
            raise NotNow(f"no sound {prompt.name}")
        channel.playbacks.append((playback, prompt))
        if len(channel.playbacks) == 1:
            self._sound(channel)

    def stop(self, id: ChannelId, playback: str) -> None:
        channel = self.find(id)
        for index, (each, _) in enumerate(channel.playbacks):
            if each == playback:
                del channel.playbacks[index]
                if index == 0:
                    self._silence(channel)
                self.say(Played(id, playback))
                return
        raise NoSuch(f"playback {playback}")

    def music(self, id: ChannelId, music: str) -> None:
        """Empty: none any more."""
        self.find(id).music = music

    def _silence(self, channel: Channel) -> None:
        if channel.sound:
            channel.sound.cancel()
        if channel.playbacks:
            self._sound(channel)

    def _sound(self, channel: Channel) -> None:
        playback, prompt = channel.playbacks[0]
        channel.sound = self.after(length_s(prompt), self._sounded, channel, playback)
        self.on_heard(channel, prompt)
        channel.party.hears(channel, prompt)

    def _sounded(self, channel: Channel, playback: str) -> None:
        channel.playbacks.popleft()
        self.say(Played(channel.id, playback))
        if channel.playbacks:
            self._sound(channel)

    # --- recordings

    def record(self, id: ChannelId, name: str) -> None:
        """Also where it is being recorded under this name already."""
        channel = self.find(id)
        if self.cannot_record:
            raise NotNow("no folder for recordings")
        tape = self.tapes.get(name)
        if tape is None:
            tape = self.tapes[name] = Tape()
            channel.tapes.append(tape)
        if not tape.runs:
            raise NotNow(f"recording {name} exists")

    def end_recording(self, name: str) -> None:
        if name not in self.tapes or not self.tapes[name].runs:
            raise NoSuch(f"recording {name}")
        self.tapes[name].runs = False

    # --- bridges

    def bridge(self, id: BridgeId, name: str, music: str | None) -> None:
        if id not in self.bridges:
            self.bridges[id] = Mix(id=id, name=name, music=music)

    def add(self, id: BridgeId, ids: Sequence[ChannelId]) -> bool:
        """False when there is no such bridge."""
        mix = self.bridges.get(id)
        if mix is None:
            return False
        channels = [self.find(each) for each in ids]
        for channel in channels:
            if channel.kind == "dialled" and not channel.up:
                raise NotNow(f"channel {channel.id} is not in the application")
        for channel in channels:
            if channel.bridge != id:
                self._leave(channel)
                channel.bridge = id
                mix.members[channel.id] = channel
        self._settle(mix)
        return True

    def remove(self, id: BridgeId, member: ChannelId) -> None:
        channel = self.find(member)
        if channel.bridge != id:
            raise NotNow(f"channel {member} is not in bridge {id}")
        self._leave(channel)
        channel.party.parted(channel)

    def destroy(self, id: BridgeId) -> None:
        mix = self.bridges.pop(id, None)
        if mix is None:
            raise NoSuch(f"bridge {id}")
        for channel in list(mix.members.values()):
            channel.bridge = None
            channel.party.parted(channel)

    def _leave(self, channel: Channel) -> None:
        mix = self.bridges.get(channel.bridge) if channel.bridge else None
        channel.bridge = None
        if mix:
            del mix.members[channel.id]
            self._settle(mix)

    def _settle(self, mix: Mix) -> None:
        """Tells the members whether they can talk."""
        self.on_mixed(mix)
        members = list(mix.members.values())
        if mix.music is not None:
            for channel in members:
                channel.party.queued(channel)
            return
        talking = len(members) > 1
        for channel in members:
            if talking:
                channel.party.joined(channel, [other for other in members if other is not channel])
            elif mix.talking:
                channel.party.parted(channel)
        mix.talking = talking

    def say(self, event: Event) -> None:
        if self.on_event:
            self.on_event(event)
        if self.ear is not None:
            self.ear.hear(event)
