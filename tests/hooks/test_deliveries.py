"""Messages to a real web server that misbehaves: in order, at least once, none waiting for another server."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from ccapp.hooks.deliveries import Deliveries, Destination, Limits
from ccapp.hooks.http import HttpClient
from ccapp.ports import Delivery, OutboxAway
from tests.hooks.backend_server import SECRET, BackendServer, backend_server

QUICK = Limits(pause_s=0.02, pause_s_max=0.05, away_s=0.05, answer_s_max=1.0)
DEADLINE_S = 30.0


@dataclass
class MemoryOutbox:
    """ports.Outbox in a list."""

    waiting: dict[int, Delivery] = field(default_factory=dict)
    given_up: dict[int, str] = field(default_factory=dict)
    away: bool = False
    over: list[tuple[str, str]] = field(default_factory=list)  # stream, why not delivered

    def ended(self, message: Delivery, why_not: str) -> None:
        self.over.append((message.stream, why_not))

    def put(self, stream: str, to: str = "here", due_at: float = 0.0) -> None:
        seq = len(self.waiting) + len(self.given_up) + 1
        body = f'{{"session_id": "{stream}", "seq": {seq}, "type": "x"}}'
        self.waiting[seq] = Delivery(
            seq=seq, stream=stream, to=to, body=body, due_at=due_at, tries=0, next_at=0.0
        )

    async def heads(self, busy: Collection[str], limit: int) -> Sequence[Delivery]:
        if self.away:
            raise OutboxAway
        first: dict[str, Delivery] = {}
        for message in sorted(self.waiting.values(), key=lambda message: message.seq):
            first.setdefault(message.stream, message)
        heads = [message for message in first.values() if message.stream not in busy]
        return sorted(heads, key=lambda message: message.next_at)[:limit]

    async def delivered(self, seq: int) -> None:
        if self.away:
            raise OutboxAway
        del self.waiting[seq]

    async def failed(self, seq: int, next_at: float) -> None:
        message = self.waiting[seq]
        self.waiting[seq] = replace(message, tries=message.tries + 1, next_at=next_at)

    async def give_up(self, seq: int, why: str) -> None:
        del self.waiting[seq]
        self.given_up[seq] = why

    async def keep_the_last(self, most: int) -> int:
        oldest = sorted(self.waiting)[: max(0, len(self.waiting) - most)]
        for seq in oldest:
            await self.give_up(seq, "too many")
        return len(oldest)


@asynccontextmanager
async def delivering(
    outbox: MemoryOutbox, server: BackendServer, limits: Limits = QUICK, **others: str
) -> AsyncIterator[Deliveries]:
    places = {"here": f"{server.url}/report"} | others

    def find(name: str) -> Destination | None:
        return Destination(url=places[name], secret=SECRET) if name in places else None

    async def settled() -> bool:
        return True

    async with HttpClient([ip_network("127.0.0.1")]) as client:
        deliveries = Deliveries(outbox, client.tell, find, settled, outbox.ended, limits)
        running = asyncio.create_task(deliveries.run())
        yield deliveries
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def all_gone(outbox: MemoryOutbox) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while outbox.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def order(server: BackendServer) -> dict[str, list[int]]:
    found = defaultdict(list)
    for report in server.reports:
        found[report["session_id"]].append(report["seq"])
    return found


async def test_a_server_that_fails_for_a_while_gets_all_in_order() -> None:
    outbox = MemoryOutbox()
    for index in range(30):
        outbox.put(f"s{index % 3}", due_at=4e9)
    async with backend_server() as server:
        server.refused_reports = 7
        async with delivering(outbox, server):
            await all_gone(outbox)
        assert {stream: seqs == sorted(seqs) for stream, seqs in order(server).items()} == {
            "s0": True, "s1": True, "s2": True,
        }  # fmt: skip
        assert len(server.reports) == 30
        assert sorted(outbox.over) == sorted((f"s{index % 3}", "") for index in range(30))


async def test_a_server_that_hangs_or_leads_inside_holds_up_nobody_else() -> None:
    outbox = MemoryOutbox()
    for _ in range(3):
        outbox.put("inside", to="inside", due_at=4e9)
        outbox.put("silent", to="silent", due_at=4e9)
        outbox.put("nowhere", to="nowhere")
        outbox.put("well", due_at=4e9)

    async def swallows(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with backend_server() as server, await asyncio.start_server(swallows, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        inside, hangs = "http://127.0.0.9:9/", f"http://127.0.0.1:{port}/"
        async with delivering(outbox, server, inside=inside, silent=hangs):
            async with asyncio.timeout(DEADLINE_S):
                while len(server.reports) < 3 or len(outbox.given_up) < 3:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        assert {message.stream for message in outbox.waiting.values()} == {"inside", "silent"}
        assert len(outbox.waiting) == 6
        assert set(outbox.given_up.values()) == {"its destination is not configured any more"}
        assert {stream for stream, why in outbox.over if why} == {"nowhere"}


async def test_what_is_too_old_or_too_many_is_given_up() -> None:
    outbox = MemoryOutbox()
    for _ in range(5):
        outbox.put("old")
    async with backend_server() as server:
        server.refused_reports = 2
        async with delivering(outbox, server, replace(QUICK, kept_max=4)):
            await all_gone(outbox)
        assert outbox.given_up[1] == "too many"
        assert [outbox.given_up[seq] for seq in (2, 3)] == ["status 500", "status 500"]
        assert order(server) == {"old": [4, 5]}


async def test_an_outbox_that_is_away_comes_back() -> None:
    outbox = MemoryOutbox(away=True)
    outbox.put("s", due_at=4e9)
    async with backend_server() as server, delivering(outbox, server):
        await asyncio.sleep(0.1)
        assert not server.reports
        outbox.away = False
        await all_gone(outbox)
        assert order(server) == {"s": [1]}
