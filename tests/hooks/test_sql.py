"""Questions to a real database: bound values, reading only, bounded."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from ccapp.hooks.sql import SqlClient
from ccapp.ports import NoAnswer, SqlQuestion

pytestmark = pytest.mark.real

BY_PHONE = "select name, balance, vip, since from customer where phone = $1"


@pytest_asyncio.fixture
async def client(empty_database_url: str) -> AsyncIterator[SqlClient]:
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute(
        "create table customer (phone text, name text, balance numeric, vip boolean, since date, orders int);"
        "insert into customer values ('1', 'Anna', 12.50, true, '2026-01-05', 3);"
        "insert into customer values ('2', null, 0, false, null, 0)"
    )
    await connection.close()
    async with SqlClient(empty_database_url) as client:
        yield client


async def ask(client: SqlClient, query: str, *values: str) -> object:
    return await client.ask(SqlQuestion(query=query, values=values))


async def test_the_first_row_is_the_answer(client: SqlClient) -> None:
    found = {"name": "Anna", "balance": "12.50", "vip": True, "since": "2026-01-05"}
    assert await ask(client, BY_PHONE, "1") == found
    assert await ask(client, f"{BY_PHONE} or true order by phone desc", "1") == {
        "name": None, "balance": "0", "vip": False, "since": None,
    }  # fmt: skip
    assert await ask(client, BY_PHONE, "3") is None


@pytest.mark.parametrize("value", ["' or true --", "1'; drop table customer; --", "$1", "\\", "%"])
async def test_a_value_is_never_more_than_a_value(client: SqlClient, value: str) -> None:
    assert await ask(client, BY_PHONE, value) is None
    assert await ask(client, "select count(*) as n from customer") == {"n": 2}


async def test_values_become_what_the_statement_wants(client: SqlClient) -> None:
    query = "select name from customer where orders >= $1 and vip = $2 and balance > $3"
    assert await ask(client, query, "3", "true", "12.4") == {"name": "Anna"}


@pytest.mark.parametrize(
    ("query", "values", "why"),
    [
        ("select name from customer where orders = $1", ["three"], "a value is no int4"),
        ("select $1::text", [], "1 values are wanted, 0 are given"),
        ("selct 1", [], "the database refused it (PostgresSyntaxError)"),
        ("select 1; select 2", [], "the database refused it (PostgresSyntaxError)"),
        ("delete from customer", [], "the database refused it (ReadOnlySQLTransactionError)"),
        ("select 1 / (orders - orders) from customer", [], "the database refused it (DivisionByZeroError)"),
    ],
)
async def test_what_cannot_be_answered_says_why(
    client: SqlClient, query: str, values: list[str], why: str
) -> None:
    with pytest.raises(NoAnswer) as refused:
        await ask(client, query, *values)
    assert str(refused.value) == why
    assert await ask(client, "select count(*) as n from customer") == {"n": 2}


async def test_a_database_that_is_not_there_or_not_set() -> None:
    for dsn in ("", "postgresql://nobody@127.0.0.1:1/none"):
        async with SqlClient(dsn) as client:
            with pytest.raises(NoAnswer):
                await ask(client, "select 1")
