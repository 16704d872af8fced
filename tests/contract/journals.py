"""Both journals, each over a store that outlives the journal object as a disk and a database would."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from ccapp.ports import Journal
from ccapp.records.journal import PostgresJournal
from ccapp.simulate.memory_journal import MemoryJournal, MemoryStore

type Opening = Callable[[], AbstractAsyncContextManager[Journal]]
"""Each call is one engine's life."""


@pytest.fixture(params=["memory", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    if request.param == "memory":
        return _in_memory(MemoryStore())
    return _on_postgres(request.getfixturevalue("database_url"), tmp_path / "spool")


def _in_memory(store: MemoryStore) -> Opening:
    @asynccontextmanager
    async def open() -> AsyncIterator[Journal]:
        journal = MemoryJournal(store, behind_max=100)
        try:
            yield journal
        finally:
            journal.close()

    return open


def _on_postgres(url: str, spool: Path) -> Opening:
    return lambda: PostgresJournal.open(url, spool, epoch=1, behind_max=100)
