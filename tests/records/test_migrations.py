"""The migrations end where db/schema.sql begins; an unknown future is refused."""

import asyncio

import asyncpg
import pytest

from ccapp.records.errors import DatabaseNewer
from ccapp.records.migrate import check, migrate, migrations

CATALOGUE = """
select 'column', table_name || '.' || column_name,
       concat_ws(' ', ordinal_position, data_type, is_nullable, column_default)
  from information_schema.columns where table_schema = 'public'
union all
select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all
select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'function', oid::regprocedure::text, pg_get_functiondef(oid)
  from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
  from pg_trigger where not tgisinternal
union all
select 'view', viewname, definition from pg_views where schemaname = 'public'
union all
select 'sequence', sequencename, data_type::text from pg_sequences where schemaname = 'public'
union all
select 'migration', version::text, name from schema_migration
order by 1, 2, 3
"""


async def test_the_migrations_make_the_schema(database_url: str, empty_database_url: str) -> None:
    assert await migrate(empty_database_url) == list(migrations())
    assert await _catalogue(empty_database_url) == await _catalogue(database_url)


async def test_a_present_database_is_left_alone(database_url: str) -> None:
    assert await migrate(database_url) == []


async def test_many_may_migrate_at_once(empty_database_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))
    assert sorted(each.version for one in applied for each in one) == [each.version for each in migrations()]


async def test_a_newer_database_is_refused(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("insert into schema_migration values (99, 'of the future')")
    await connection.close()
    for refused in migrate, check:
        with pytest.raises(DatabaseNewer, match="version 99"):
            await refused(database_url)


async def _catalogue(url: str) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(CATALOGUE)]
    finally:
        await connection.close()
