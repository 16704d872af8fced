from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.web.floor import Client, Floor, open_floor


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with open_floor() as floor:
        yield floor


@pytest.fixture
async def client(floor: Floor) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(floor, session)
