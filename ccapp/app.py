"""The only file that knows everyone: builds the engine, wires it, runs it, and ends it in order.

The order of the end matters: first nothing is decided, published or sent any more, then the stories die
(without hanging anybody up), then what was published is written, then the right to act is given back. Calls
live on in the switch for the engine that comes after.
"""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import uvloop

from ccapp.acd import Acd
from ccapp.calls.editions import Editions
from ccapp.calls.floor import Floor, Rooms
from ccapp.calls.prompts import texts
from ccapp.calls.reception import AnotherEngine, Reception
from ccapp.clock import Clock
from ccapp.config import ConfigError, Settings, api_token, read_document
from ccapp.config.token import access_token
from ccapp.domain import events
from ccapp.domain.centre import Centre
from ccapp.domain.events import DeliveryDue, Fact
from ccapp.domain.ids import MailboxId, QueueId, TreeId
from ccapp.domain.ivr import Tree
from ccapp.hooks.customers import RealCustomers
from ccapp.hooks.deliveries import Deliveries, Destination
from ccapp.hooks.http import Bounds, HttpClient
from ccapp.ports import Delivery
from ccapp.records import read
from ccapp.records.centres import Centres, Stored
from ccapp.records.database import open_pool
from ccapp.records.errors import Fenced
from ccapp.records.history import History
from ccapp.records.journal import PostgresJournal
from ccapp.records.lease import Lease, held
from ccapp.records.migrate import migrate
from ccapp.records.outbox import PostgresOutbox
from ccapp.telephony.meter import BOUNDS_S
from ccapp.telephony.prompt_files import PromptFiles, RecordedPrompts
from ccapp.telephony.settings import AsteriskSettings, SpeechSettings
from ccapp.telephony.switch import AsteriskSwitch
from ccapp.web import Desk, Health, make_app, serving

if TYPE_CHECKING:
    from ccapp.records.database import Pool

log = logging.getLogger(__name__)

GARBAGE_MIN = 20_000
"""Objects made, beyond those gone, before the collector looks: a call makes some hundreds."""


class NoDatabase(Exception):
    """No database is named."""


def main(settings: Settings, on_fact: Callable[[Fact], None] | None = None) -> None:
    """Runs the engine until SIGTERM or SIGINT (an orderly end) or until another engine takes over.

    `on_fact` is called with everything that happens. Raises NoDatabase, records.RecordsError when it cannot
    begin, AnotherEngine or Fenced when it must end.
    """
    if not settings.database_url:
        raise NoDatabase("set CCAPP_DATABASE_URL (or DATABASE_URL) to a PostgreSQL database")
    uvloop.run(_main(settings, on_fact))


async def _main(settings: Settings, on_fact: Callable[[Fact], None] | None) -> None:
    stop = asyncio.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(kind, stop.set)
    dsn = settings.database_url
    settings.state_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    applied = await migrate(dsn)
    log.info("database is up to date, migrations applied now: %d", len(applied))
    async with (
        held(dsn, settings.app, lease_s=settings.lease_s, within_s=settings.lease_s) as lease,
        PostgresJournal.open(dsn, settings.state_dir / "spool", lease.epoch) as journal,
        open_pool(dsn) as pool,
    ):
        centres = Centres(pool, dsn)
        async with Engine(settings, lease, journal, centres, pool) as engine:
            if on_fact is not None:
                engine.acd.watch(on_fact)
            await engine.run_until(stop)


class Engine:
    """Everything that acts, from the first connection to the letting go."""

    def __init__(
        self, settings: Settings, lease: Lease, journal: PostgresJournal, centres: Centres, pool: "Pool"
    ) -> None:
        self.settings = settings
        self.lease = lease
        self.journal = journal
        self.centres = centres
        self.pool = pool
        self.version = 0  # of the configuration in force
        self.clock = Clock()
        self.switch: AsteriskSwitch
        self.acd: Acd
        self.reception: Reception
        self.prompts: PromptFiles
        self.deliveries: Deliveries
        self._changing = asyncio.Lock()
        self._speaking: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        stored = await self.centres.current()
        centre = _centre(stored) if stored else Centre()
        self.version = stored.version if stored else 0
        self.switch = await self._stack.enter_async_context(
            AsteriskSwitch(asterisk_settings(self.settings, centre), self.clock)
        )
        self.acd = Acd(centre, self.clock, self.journal, version=self.version)
        customers = await self._stack.enter_async_context(
            RealCustomers(self.settings.http_allow, self.settings.lookup_database_url, self._http_secret)
        )
        editions = Editions(self._past_trees)
        self.prompts = PromptFiles(
            self.settings.state_dir / "prompts",
            convert=self.settings.prompt_convert,
            mp3=self.settings.prompt_mp3,
        )
        floor = Floor(
            self.acd,
            self.switch,
            Rooms(self.switch),
            customers=customers,
            editions=editions,
            prompts=RecordedPrompts(self.prompts, self.settings.recordings_dir),
            access_token=partial(access_token, api_token(self.settings)),
        )
        self.reception = Reception(floor, self.journal)
        client = await self._stack.enter_async_context(
            HttpClient(self.settings.http_allow, Bounds(at_once_max=64, at_once_per_host_max=64))
        )
        self.deliveries = Deliveries(
            PostgresOutbox(self.pool), client.tell, self._destination, self.journal.settled, self._delivered
        )
        self.acd.watch(self._due)
        return self

    def _due(self, fact: Fact) -> None:
        if isinstance(fact, DeliveryDue):
            self.deliveries.news()

    def _destination(self, name: str) -> Destination | None:
        """Of a message, as the configuration has it now."""
        kind, _, id = name.partition(" ")
        if kind == "mailbox":
            mailbox = self.acd.centre.mailboxes.get(MailboxId(id))
            return Destination(mailbox.notify, self._http_secret) if mailbox and mailbox.notify else None
        queue = self.acd.centre.queues.get(QueueId(id))
        if queue is None or queue.external is None or not queue.external.report_url:
            return None
        return Destination(queue.external.report_url, queue.external.secret)

    def _delivered(self, message: Delivery, why_not: str) -> None:
        if message.to.startswith("mailbox "):
            to = self._destination(message.to)
            self.acd.messages.told(urlsplit(to.url).hostname or "" if to else "", message.body, why_not)

    @property
    def _http_secret(self) -> str:
        given = self.settings.http_secret
        return given.get_secret_value() if given else ""

    async def __aexit__(self, *exc: object) -> None:
        self.reception.let_go()
        if self._speaking is not None:
            self._speaking.cancel()
        await self._stack.aclose()

    async def run_until(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. Raises Fenced or AnotherEngine when this engine must not act any more."""
        self.acd.declare(events.EngineStarted(at=self.clock.now(), epoch=self.lease.epoch))
        settings = self.settings
        try:
            async with (
                serving(make_app(self._desk()), settings.listen_host, settings.listen_port) as url,
                asyncio.TaskGroup() as work,
            ):
                log.info("serving url=%s epoch=%d", url, self.lease.epoch)
                tasks = [
                    work.create_task(self.reception.run(), name="reception"),
                    work.create_task(self.lease.renew(), name="lease"),
                    work.create_task(self.journal.watch(), name="journal"),
                    work.create_task(self._follow_configuration(), name="configuration"),
                    work.create_task(self.deliveries.run(), name="deliveries"),
                ]
                self._settle_down()
                await stop.wait()
                self.acd.declare(events.EngineStopped(at=self.clock.now(), epoch=self.lease.epoch))
                self.reception.let_go()
                for task in tasks:
                    task.cancel()
        except* (Fenced, AnotherEngine) as group:
            raise group.exceptions[0] from None

    def _settle_down(self) -> None:
        """What is there now stays: the collector need not look at it again and again while phones ring."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_MIN, 20, 50)

    # --- configuration ------------------------------------------------------------------------------------

    async def apply(self, document: Mapping[str, Any], by: str) -> int:
        """A configuration, digests and all, for everybody; in force when this returns. Its version."""
        centre = read_document(document).centre
        version = await self.centres.apply(document, by)
        await self._use(centre, version, by)
        return version

    async def _follow_configuration(self) -> None:
        """What the database holds counts, whoever wrote it."""
        self._prepare(self.acd.centre)
        async for stored in self.centres.listen(self.version):
            if stored.version > self.version:
                try:
                    await self._use(_centre(stored), stored.version, stored.by)
                except ConfigError:
                    log.exception("version %d of the configuration cannot be used", stored.version)

    async def _use(self, centre: Centre, version: int, by: str) -> None:
        """Once per version; whoever comes second waits until it is in force."""
        async with self._changing:
            if version <= self.version:
                return
            await self.reception.reconfigure(centre, version)
            self.version = version
            self.acd.declare(events.CentreApplied(at=self.clock.now(), version=version, by=by))
            self._prepare(centre)

    async def _past_trees(self, version: int) -> Mapping[TreeId, Tree] | None:
        stored = await self.centres.version(version)
        return None if stored is None else _centre(stored).trees

    def _prepare(self, centre: Centre) -> None:
        """Has the texts spoken that are known before anybody has to wait for them; meanwhile life goes on."""
        self._speaking = asyncio.create_task(self.switch.prepare(texts(centre)), name="speech")

    # --- what the web edge is told ------------------------------------------------------------------------

    def _desk(self) -> Desk:
        return Desk(
            acd=self.acd,
            journal=self.journal,
            figures=self.journal.figures,
            visits=partial(read.visits, self.pool),
            apply=self.apply,
            centre_version=lambda: self.version,
            health=self._health,
            token=api_token(self.settings),
            started_at=self.clock.now(),
            recordings=self.settings.recordings_dir,
            switch_meter=self.switch.meter,
            past=History(self.pool),
            past_centres=self.centres,
            prompts=self.prompts,
            round_trip_bounds_s=BOUNDS_S,
        )

    def _health(self) -> Health:
        return Health(
            started=self.reception.recovered,
            switch=self.switch.healthy,
            lease=True,  # without it this process is no more
            database=self.journal.figures().away_s == 0,
        )


def _centre(stored: Stored) -> Centre:
    return read_document(stored.document, f"version {stored.version}").centre


def asterisk_settings(settings: Settings, centre: Centre) -> AsteriskSettings:
    return AsteriskSettings(
        url=settings.asterisk_url,
        user=settings.asterisk_user,
        password=settings.asterisk_password.get_secret_value(),
        app=settings.app,
        command_sockets=settings.command_sockets,
        recordings=settings.recordings_dir,
        speech=SpeechSettings(
            synthesise=settings.speech_command,
            convert=settings.speech_convert,
            voice=centre.voice,
            folder=settings.state_dir / "speech",
            uploads=settings.state_dir / "prompts",
        ),
    )
