"""The stage: database, Asterisk and engine, up and configured with the sample."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from ccapp.config import SAMPLE
from scripts.stack.asterisk import AsteriskServer, find_asterisk
from scripts.stack.engine import Engine
from scripts.stack.postgres import postgres_from_environment
from scripts.stack.progress import step
from scripts.stack.tools import espeak_ng, sox


@dataclass(frozen=True, slots=True)
class Stage:
    asterisk: AsteriskServer
    engine: Engine
    database_url: str

    @property
    def sip(self) -> tuple[str, int]:
        return self.asterisk.settings.bind, self.asterisk.sip_port

    def password(self, agent: str) -> str:
        """The sample's passwords stand in its file: the engine itself keeps only digests."""
        document = yaml.safe_load(SAMPLE.read_text())
        return str(document["agents"][agent]["password"])


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Everything of it ends with the block, in a folder that is removed."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ccapp-demo-")))
        with step("Finding Asterisk, espeak-ng and sox"):
            await asyncio.to_thread(lambda: (find_asterisk(), espeak_ng(), sox()))
        with step("Starting PostgreSQL"):
            postgres = await asyncio.to_thread(lambda: postgres_from_environment().start())
            stack.callback(postgres.close)
        name = f"ccapp_demo_{folder.name.rpartition('-')[2].lower()}"
        database_url = await asyncio.to_thread(postgres.create_database, name)
        stack.callback(postgres.drop_database, name)
        with step("Starting Asterisk"):
            asterisk = AsteriskServer(folder / "asterisk")
            await asyncio.to_thread(stack.enter_context, asterisk)
        with step("Starting ccapp and loading the sample contact centre"):
            engine = Engine(folder / "ccapp", asterisk, database_url)
            await asyncio.to_thread(stack.enter_context, engine)
            await asyncio.to_thread(engine.cli, "config", "apply", str(SAMPLE))
        yield Stage(asterisk, engine, database_url)
