"""A bad Asterisk for each test that asks for one, and a switch connected to it."""

from collections.abc import AsyncIterator

import pytest

from ccapp.ports import Connected
from tests.telephony.bad_asterisk import BadAsterisk
from tests.telephony.bed import Bed, opened


@pytest.fixture
async def bad() -> AsyncIterator[BadAsterisk]:
    async with BadAsterisk() as bad:
        yield bad


@pytest.fixture
async def bed(bad: BadAsterisk) -> AsyncIterator[Bed]:
    async with opened(bad) as switch:
        bed = Bed(bad, switch)
        await bed.next(Connected)
        yield bed
