"""A really running server in a thread of its own, for commands that bring their own event loop."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ccapp.cli import app
from tests.web.floor import TOKEN, Floor, open_floor


class Office:
    """The floor and the command line beside it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.floor: Floor
        self._up = threading.Event()
        self._down: asyncio.Event
        self._thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),))

    async def _serve(self) -> None:
        self._down = asyncio.Event()
        async with open_floor() as self.floor:
            self._up.set()
            await self._down.wait()

    def open(self) -> None:
        self._thread.start()
        assert self._up.wait(10)

    def close(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._down.set)
            self._thread.join(10)
            self.loop.close()

    def do[T](self, act: Callable[[Floor], T]) -> T:
        """`act` in the loop of the floor."""

        async def acted() -> T:
            return act(self.floor)

        return asyncio.run_coroutine_threadsafe(acted(), self.loop).result(10)

    def ccapp(self, *words: str, text: str | None = None) -> Result:
        return CliRunner().invoke(app, words, input=text)

    def says(self, *words: str, text: str | None = None) -> str:
        result = self.ccapp(*words, text=text)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own settings; UTC, one hundred columns, no colours."""
    import os
    import time

    for name in list(os.environ):
        if name.startswith("CCAPP_") or name in ("DATABASE_URL", "COLUMNS", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CCAPP_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    office = Office()
    office.open()
    monkeypatch.setenv("CCAPP_URL", office.floor.url)
    monkeypatch.setenv("CCAPP_API_TOKEN", TOKEN)
    yield office
    office.close()
