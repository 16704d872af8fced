"""The real world of the tests: one Asterisk and one PostgreSQL per pytest worker, started at first use.

Each worker has its own ports and folders, so several runs may go on at once. Both servers end with the
worker, even a killed one. A test that stops one of them starts it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from scripts.stack.asterisk import AsteriskServer
from scripts.stack.postgres import TEST_SETTINGS, Server, postgres_from_environment

SCHEMA = Path(__file__).parents[1] / "db" / "schema.sql"


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskServer]:
    """A running Asterisk, shared by all tests of this worker."""
    with AsteriskServer(tmp_path_factory.mktemp("asterisk")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running PostgreSQL, shared by all tests of this worker; that of `DATABASE_URL` if it is set."""
    server = postgres_from_environment(settings=TEST_SETTINGS)
    yield server
    server.close()


@pytest.fixture(scope="session")
def template_database(postgres: Server) -> Iterator[str]:
    """The name of a database with the present schema and nothing in it, to be copied."""
    name = f"ccapp_template_{uuid4().hex[:8]}"
    postgres.create_database(name)
    if SCHEMA.exists():
        postgres.psql(SCHEMA.read_text(), name)
    yield name
    postgres.start().drop_database(name)


@pytest.fixture
def empty_database_url(postgres: Server) -> Iterator[str]:
    """The URL of a database without any schema, the test's own."""
    yield from _database(postgres.start(), "template1")


@pytest.fixture
def database_url(postgres: Server, template_database: str) -> Iterator[str]:
    """The URL of a database with the present schema, the test's own."""
    yield from _database(postgres.start(), template_database)


def _database(postgres: Server, template: str) -> Iterator[str]:
    name = f"ccapp_test_{uuid4().hex[:8]}"
    yield postgres.create_database(name, template)
    postgres.start().drop_database(name)


# Tests that reckon all the time; most others wait for people, and leave the cores to these.
RECKONING = ("simulate", "routing", "figures", "config", "domain")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that reckon are spread evenly among those that wait, the longest first."""
    folder = Path(__file__).parent
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    reckoning = [path for path in files if path.relative_to(folder).parts[0] in RECKONING]
    reckoning.sort(key=lambda path: path.name != "test_exact.py")
    waiting = [path for path in files if path not in reckoning]
    placed = [
        (index / len(group), path) for group in (reckoning, waiting) for index, path in enumerate(group)
    ]
    items[:] = [item for _, path in sorted(placed) for item in files[path]]
