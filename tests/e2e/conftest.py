"""One whole contact centre per test."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from scripts.stack.asterisk import AsteriskServer
from tests.e2e.house import House


class OpenHouse(Protocol):
    def __call__(self, centre: dict[str, Any]) -> AbstractAsyncContextManager[House]: ...


@pytest.fixture
def open_house(asterisk: AsteriskServer, database_url: str, tmp_path: Path) -> OpenHouse:
    """Opens the house with a configuration (the YAML file's content)."""
    asterisk.start()
    tmp_path.chmod(0o755)

    @asynccontextmanager
    async def opened(centre: dict[str, Any]) -> AsyncIterator[House]:
        async with House(tmp_path / "engine", asterisk, database_url, centre) as house:
            yield house

    return opened
