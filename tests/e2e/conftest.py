"""A whole contact centre: one per test (`open_house`), or one for all tests of a module (`house`).

A module whose tests share a house says so by `pytestmark = SHARED` and has a fixture `configuration` (scope
"module"). Between its tests everybody goes home.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from scripts.stack.asterisk import AsteriskServer
from scripts.stack.postgres import Server
from tests.e2e.house import House


class OpenHouse(Protocol):
    def __call__(self, centre: dict[str, Any], **settings: str) -> AbstractAsyncContextManager[House]: ...


async def quiet(asterisk: AsteriskServer) -> None:
    """A house is judged by what it leaves in Asterisk: what others left there goes first."""
    await asyncio.to_thread(lambda: (asterisk.start(), asterisk.rx("channel request hangup all")))
    login = aiohttp.encode_basic_auth(asterisk.ari_user, asterisk.ari_password)
    async with aiohttp.ClientSession(asterisk.ari_url, headers={"Authorization": login}) as ari:
        bridges = await (await ari.get("/ari/bridges")).json()
        for bridge in bridges:
            await ari.delete(f"/ari/bridges/{bridge['id']}")


@pytest.fixture
def open_house(asterisk: AsteriskServer, database_url: str, tmp_path: Path) -> OpenHouse:
    """Opens the house with a configuration (the YAML file's content)."""
    tmp_path.chmod(0o755)

    @asynccontextmanager
    async def opened(centre: dict[str, Any], **settings: str) -> AsyncIterator[House]:
        await quiet(asterisk)
        async with House(tmp_path / "engine", asterisk, database_url, centre, **settings) as house:
            yield house

    return opened


SHARED = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(
    asterisk: AsteriskServer,
    postgres: Server,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    configuration: dict[str, Any],
) -> AsyncIterator[House]:
    await quiet(asterisk)
    await asyncio.to_thread(postgres.start)
    name = f"ccapp_test_{uuid4().hex[:8]}"
    database_url = await asyncio.to_thread(postgres.create_database, name, template_database)
    folder = tmp_path_factory.mktemp("house")
    folder.chmod(0o755)
    try:
        async with House(folder / "engine", asterisk, database_url, configuration) as house:
            yield house
    finally:
        await asyncio.to_thread(postgres.drop_database, name)


@pytest_asyncio.fixture(loop_scope="module")
async def house(shared_house: House) -> AsyncIterator[House]:
    """The module's house, with nobody in it yet."""
    yield shared_house
    print(f"--- engine ---\n{shared_house.engine.last_words()}")
    await shared_house.clear()
