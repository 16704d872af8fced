"""The real switch: hears Asterisk, keeps legs and bridges in step with it, tells the news.

One connection's life: connect, filter, compare with what is there, `Connected`, then news as it comes.
Arrivals that come in while we compare are told after `Connected`, unless it has told them already.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from ccapp.clock import Clock
from ccapp.domain.causes import Cause
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, is_recorder
from ccapp.domain.ivr import Prompt
from ccapp.domain.tape import ENDING
from ccapp.ports import (
    Account,
    Arrived,
    Bridge,
    CallerId,
    Connected,
    Dial,
    Disconnected,
    FoundLeg,
    Leg,
    LegGone,
    News,
    Refused,
    Replaced,
    Spoken,
    SwitchError,
    SwitchUnreachable,
)
from ccapp.telephony import commands, dialling, dictation, events, sip_headers, snapshot
from ccapp.telephony.accounts import Accounts
from ccapp.telephony.bridge import AsteriskBridge, close_bridge
from ccapp.telephony.commands import Conflict
from ccapp.telephony.devices import Devices
from ccapp.telephony.events import Channel
from ccapp.telephony.leg import AsteriskLeg
from ccapp.telephony.lines import Lines
from ccapp.telephony.mailboxes import Mailboxes
from ccapp.telephony.meter import Meter
from ccapp.telephony.office import Office
from ccapp.telephony.settings import AsteriskSettings
from ccapp.telephony.snapshot import Snapshot
from ccapp.telephony.speech import Speech

log = logging.getLogger(__name__)


class AsteriskSwitch:
    """`ports.Switch` over ARI, used as `async with`. Leaving it ends the connection and no call."""

    def __init__(self, settings: AsteriskSettings, clock: Clock) -> None:
        self.meter = Meter()
        self._settings, self._clock = settings, clock
        self._lines = Lines(settings, self.meter, hear=self._hear, begin=self._begin, ended=self._ended)
        self._mailboxes = Mailboxes(settings.playback_start_s_max)
        self._speech = Speech(settings.speech)
        self._office = Office(
            lines=self._lines,
            mailboxes=self._mailboxes,
            speech=self._speech,
            recorders_app=settings.devices_app,
            recordings=settings.recordings,
        )
        self._accounts = Accounts(self._lines.send, settings.devices_app)
        self._devices = Devices(self._tell)
        self._news: asyncio.Queue[News | BaseException] = asyncio.Queue()
        self._early: list[tuple[AsteriskLeg, Arrived | None]] | None = None  # while comparing
        self._in_step = False

    async def __aenter__(self) -> Self:
        self._lines.start(self._news.put_nowait)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._lines.close()

    @property
    def healthy(self) -> bool:
        """Connected, in step with Asterisk, and commands are being answered."""
        return self._lines.healthy

    # --- the news

    async def news(self) -> AsyncIterator[News]:
        """For one reader. Raises what ended the connection's own tasks, which only a fault of ours can."""
        while True:
            news = await self._news.get()
            if isinstance(news, BaseException):
                raise news
            yield news

    def _tell(self, news: News) -> None:
        self._news.put_nowait(news)
        self.meter.news_waiting_max = max(self.meter.news_waiting_max, self._news.qsize())

    def _hear(self, raw: events.Raw) -> None:
        self.meter.events[raw["type"]] += 1
        match events.decode(raw):
            case None:
                pass
            case events.TakenOver():
                self._taken_over()
            case events.EndpointChanged() as changed:
                self._devices.hear(changed)
            case events.Entered(channel=channel, args=args) if channel.id not in self._mailboxes.legs:
                self._arrived(channel, args)
            case event:
                self._mailboxes.hear(event)

    def _arrived(self, channel: Channel, args: Sequence[str]) -> None:
        if is_recorder(channel.id):
            return  # of the other application, whose filter may not be in force yet
        if self._mailboxes.has_ended(channel.id):
            return  # a hung-up channel that the dialplan sends in once more
        leg = self._leg(channel)
        arrived = _as_arrived(leg, channel, args)
        if self._early is not None:
            self._early.append((leg, arrived))
        else:
            self._entered(leg, arrived)

    def _entered(self, leg: AsteriskLeg, arrived: Arrived | None) -> None:
        if arrived is not None:
            self._tell(arrived)
        else:  # dialled by an engine before us, after we asked what there is; or let in by a strange dialplan
            log.warning("channel=%s has entered and is nobody's: hung up", leg.id)
            leg.release()

    def _taken_over(self) -> None:
        if not self._lines.silent:
            self._tell(Replaced())
            self._lines.stop()

    # --- connecting

    async def _begin(self) -> None:
        settings, send = self._settings, self._lines.send
        known = set(self._mailboxes.legs)
        self._early = []
        await asyncio.gather(
            send(commands.hear_only(settings.app, events.OF_CALLS)),
            send(commands.hear_only(settings.devices_app, events.OF_DEVICES)),
        )
        there = await snapshot.taken(send, settings.app)
        connected = self._compared(known, there)
        early, self._early = self._early, None
        self._in_step = True
        self._tell(connected)
        told = {found.leg.id for found in connected.legs}
        for leg, arrived in early:
            if leg.id not in told and leg.gone is None:
                self._entered(leg, arrived)

    def _ended(self) -> None:
        self._early = None
        self._office.bridges.clear()
        self._accounts.forget()
        self._devices.forget()
        if self._in_step:
            self._in_step = False
            self._tell(Disconnected())

    def _compared(self, known: set[ChannelId], there: Snapshot) -> Connected:
        """Brings what we know in step with what is there. `known`: before we asked."""
        for lost in known - there.channels.keys():
            self._mailboxes.end(lost, Cause.TEMPORARY_FAILURE, switch_lost=True)
        found = [self._found(channel, there) for channel in there.channels.values()]
        self._mailboxes.end_playbacks()
        self._mailboxes.look_at_dictations()
        self._office.unwanted_bridges &= there.bridges.keys()
        for id in list(self._office.unwanted_bridges):
            close_bridge(self._office, id)
        return Connected(legs=[one for one in found if one is not None], bridges=there.bridges)

    def _found(self, channel: Channel, there: Snapshot) -> FoundLeg | None:
        if self._mailboxes.has_ended(channel.id):
            return None
        args = channel.stasis_args()
        leg = self._mailboxes.legs.get(channel.id) or self._leg(channel)
        if args and channel.up and not leg.entered:
            leg.tell_picked_up()
        leg.stop_strays()
        if leg.unwanted:  # nobody's any more: not to be taken for a caller who waits
            leg.send_release()
            return None
        arrived = _as_arrived(leg, channel, args)
        return FoundLeg(leg=leg, bridge=there.bridge_of(channel.id), arrived=arrived)

    def _leg(self, channel: Channel) -> AsteriskLeg:
        entered = bool(channel.stasis_args())
        leg = AsteriskLeg(self._office, channel.id, answered=channel.up, entered=entered)
        self._mailboxes.register(leg)
        return leg

    # --- what is wanted of it

    def dial(self, dial: Dial) -> Leg:
        leg = AsteriskLeg(self._office, dial.channel, answered=False, entered=False)
        self._mailboxes.register(leg)
        loop = asyncio.get_running_loop()
        if not self._lines.connected:
            loop.call_soon(self._end_dialled, dial, SwitchUnreachable("not connected"))
            return leg
        try:
            command = dialling.originate(dial, self._settings.app)
        except dialling.CannotDial as why:
            loop.call_soon(self._end_dialled, dial, Refused(str(why)))
        else:
            self._lines.post(command, leg.key, lambda fault: self._dialled(dial, fault))
        return leg

    def _dialled(self, dial: Dial, fault: SwitchError | None) -> None:
        match fault:
            case None | Conflict():  # a repeat: it exists
                pass
            case SwitchUnreachable():  # it may ring all the same: the next connection tells
                pass
            case _:
                self._end_dialled(dial, fault)

    def _end_dialled(self, dial: Dial, fault: SwitchError) -> None:
        log.info("channel=%s endpoint=%s cannot be dialled: %s", dial.channel, dial.endpoint, fault)
        lost = isinstance(fault, SwitchUnreachable)
        self._mailboxes.end(dial.channel, dialling.cause_of_refusal(dial, fault), switch_lost=lost)

    async def talk_bridge(self, id: BridgeId, name: str) -> Bridge:
        return await self._bridge(id, name, None)

    async def hall(self, id: BridgeId, name: str, music: str) -> Bridge:
        return await self._bridge(id, name, music)

    async def _bridge(self, id: BridgeId, name: str, music: str | None) -> Bridge:
        """Known ones cost no command; one that vanished is made again when it is used."""
        bridge = AsteriskBridge(self._office, id, name, music)
        if self._office.bridges.get(id, ...) != music:
            await bridge.make()
        return bridge

    async def lives(self, channel: ChannelId) -> bool:
        try:
            await self._lines.send(commands.look_at(channel))
        except LegGone:
            self._mailboxes.end(channel, Cause.TEMPORARY_FAILURE, switch_lost=True)
            return False
        return True

    async def spoken(self, file: str) -> Spoken | None:
        return await dictation.heard_in(self._office, file)

    async def discard(self, file: str) -> None:
        with suppress(LegGone):
            await self._lines.send(commands.discard(file.removesuffix(ENDING)))

    async def look_for_phones(self) -> None:
        states = await self._accounts.states()
        missed = self._devices.compare(states)
        if missed:
            log.warning("phones=%s have come or gone unheard", ",".join(missed))
            await self._accounts.listen_anew(missed)

    def tell(self, agent: AgentId, text: str) -> None:
        sender = f"sip:{self._settings.app}@localhost"
        command = commands.send_text(agent, sender, sip_headers.one_line(text))
        self._lines.post(command, "", lambda fault: _not_told(agent, fault))

    def let_go(self) -> None:
        self._lines.silent = True

    async def push_accounts(self, accounts: Sequence[Account]) -> None:
        self._devices.rest()
        states = await self._accounts.push(accounts)
        self._devices.begin(accounts, states)

    async def prepare(self, prompts: Sequence[Prompt]) -> None:
        """Makes the sound files of these prompts, where they are not there yet."""
        await self._speech.prepare(prompts)


def _as_arrived(leg: Leg, channel: Channel, args: Sequence[str]) -> Arrived | None:
    """By our dialplan's contract `Stasis(app,inbound|phone,endpoint)`; None for anything else."""
    match args:
        case [("inbound" | "phone") as kind, endpoint]:
            caller = CallerId(
                number=sip_headers.one_line(channel.number, 80), name=sip_headers.one_line(channel.name, 80)
            )
            dialled = sip_headers.one_line(channel.dialled, 80)
            return Arrived(leg=leg, kind=kind, endpoint=endpoint, dialled=dialled, caller=caller)
        case _:
            return None


def _not_told(agent: AgentId, fault: SwitchError | None) -> None:
    if fault:
        log.info("agent=%s could not be shown a text: %s", agent, fault)
