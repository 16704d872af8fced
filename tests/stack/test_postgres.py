"""PostgreSQL: made, asked, stopped, killed, started again."""

from pathlib import Path

import asyncpg
import pytest

from scripts.stack.postgres import TEST_SETTINGS, GivenPostgres, NoPostgres, Postgres, Server

pytestmark = pytest.mark.real


def test_what_was_committed_survives_a_stop_and_a_kill() -> None:
    with Postgres(settings=TEST_SETTINGS) as postgres:
        url = postgres.create_database("kept")
        postgres.psql("CREATE TABLE t (n int); INSERT INTO t VALUES (1)", "kept")
        postgres.stop()
        assert not postgres.running
        postgres.start()
        assert postgres.url("kept") == url
        postgres.psql("INSERT INTO t VALUES (2)", "kept")
        postgres.kill()
        postgres.start()
        assert postgres.psql("SELECT n FROM t ORDER BY n", "kept") == "1\n2"
        folder = postgres.folder
    assert not folder.exists()


async def test_both_doors_are_open_to_asyncpg_and_the_port_wants_the_password() -> None:
    with Postgres(settings=TEST_SETTINGS) as postgres:
        for url in (postgres.url(), postgres.tcp_url()):
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("SHOW timezone") == "UTC"
            await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://postgres:wrong@127.0.0.1:{postgres.port}/postgres")


def test_a_cluster_in_a_folder_is_found_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Postgres(settings=TEST_SETTINGS) as first:
        first.create_database("here")
        folder, first._temporary = first.folder, False
    try:
        with Postgres(folder, settings=TEST_SETTINGS) as second:
            assert second.psql("SELECT 1", "here") == "1"
            second._temporary = True
    finally:
        assert not Path(folder).exists()


def test_an_error_in_the_sql_is_raised(postgres: Server) -> None:
    with pytest.raises(NoPostgres, match="no_such_table"):
        postgres.psql("SELECT * FROM no_such_table")


def test_a_given_server_is_used_and_never_ended(postgres: Server) -> None:
    given = GivenPostgres(postgres.url())
    url = given.create_database("ccapp_given")
    assert url == given.url("ccapp_given") != given.url()
    given.close()
    given.drop_database("ccapp_given")
    assert not given.ours
    assert postgres.psql("SELECT 1") == "1"


async def test_each_test_has_a_database_of_its_own(database_url: str, empty_database_url: str) -> None:
    assert database_url != empty_database_url
    connection = await asyncpg.connect(empty_database_url)
    assert await connection.fetch("SELECT * FROM pg_tables WHERE schemaname = 'public'") == []
    await connection.close()
