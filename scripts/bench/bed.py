"""What is measured: one Asterisk in which app_queue and ccapp take turns, and PostgreSQL.

Only one of the two is there at a time. While ccapp has its turn app_queue is unloaded, because it follows
every device's state; while app_queue has its turn the engine is stopped, because its subscription to the
phones costs Asterisk something on every call. Agents, phones and accounts stay the same throughout.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, Final, Literal, Self

from scripts.bench import peer
from scripts.bench.desks import Desks, password
from scripts.stack.asterisk import AsteriskServer
from scripts.stack.engine import Engine
from scripts.stack.ports import PortBlock
from scripts.stack.postgres import Postgres

type System = Literal["app_queue", "ccapp"]
SYSTEMS: Final[tuple[System, System]] = ("app_queue", "ccapp")

IDLE: Final = "8000"
WAITING: Final = "8002"
CALLERS: Final = "127.0.0.3"
"""Where the calls come from: the trunk `public`, of which no call data is taken."""

TRUSTED: Final = "127.0.0.2"
PORT_BLOCKS: Final = 4
"""A thousand calls with two legs each, and their media ports."""


class BedFailed(Exception):
    """Something is not as a measure needs it."""


class Bed:
    """Entered, everything is up and all agents are at their desks; `turn` says whose turn it is."""

    def __init__(self, folder: Path, agents: int) -> None:
        self.folder = folder
        self.agents = [f"a{number:03d}" for number in range(1, agents + 1)]
        self.postgres = Postgres(folder / "postgres")
        self.asterisk = AsteriskServer(folder / "asterisk", with_app_queue=True, port_blocks=PORT_BLOCKS)
        self.engine: Engine
        self._ports = PortBlock.claim()
        self._callers_ports = cycle(range(self._ports.first + 20, self._ports.first + self._ports.size, 20))
        self.desks = Desks(folder, self.agents, self.sip, self._ports.first)
        self._turn: System | None = None
        _write(self.asterisk.folder / "etc" / "queues.conf", peer.queues(self.agents))
        _write(self.asterisk.folder / "etc" / "extensions_local.conf", peer.DIALPLAN)

    @property
    def sip(self) -> tuple[str, int]:
        return self.asterisk.settings.bind, self.asterisk.sip_port

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "engine"):
            self.engine.stop()
        self.desks.close()
        self.asterisk.close()
        self.postgres.close()
        self._ports.release()

    def _open(self) -> None:
        self.postgres.start()
        self.asterisk.start()
        self.asterisk.rx("module unload app_queue.so")
        self.engine = Engine(self.folder / "ccapp", self.asterisk, self.postgres.create_database("bench"))
        self.engine.start()
        self.engine.rest("PUT", "/v1/config", centre(self.agents))
        _until(lambda: self._accounts() >= len(self.agents), "the agents' accounts")
        self.desks.open()
        for agent in self.agents:
            for move in ("log_in", "ready"):
                self.engine.rest("POST", f"/v1/agents/{agent}/state", {"move": move})
        _until(self._all_ready, "ccapp's agents")
        self._turn = "ccapp"

    # --- taking turns

    def turn(self, system: System) -> None:
        """Make it `system`'s turn, with all agents free."""
        self.desks.open()
        if system == self._turn:
            return
        self._turn = system
        if system == "ccapp":
            self.asterisk.rx("module unload app_queue.so")
            self.engine.start()
            _until(self._all_ready, "ccapp's agents")
        else:
            self.engine.stop()
            self.asterisk.rx("module load app_queue.so")
            _until(lambda: self._queue_members("Not in use") >= len(self.agents), "app_queue's agents")

    def number(self, measure: Literal["idle", "backlog", "waiting"]) -> str:
        """What callers dial for the system whose turn it is."""
        if self._turn == "ccapp":
            return WAITING if measure == "waiting" else IDLE
        return {"idle": peer.IDLE, "backlog": peer.BACKLOG, "waiting": peer.WAITING}[measure]

    @property
    def processes(self) -> dict[str, int]:
        """The processes that serve, and SIPp's agents, by name."""
        assert self.asterisk.pid is not None
        assert self.desks.sipp is not None
        found = {
            "asterisk": self.asterisk.pid,
            "postgres": int((self.postgres.folder / "cluster" / "postmaster.pid").read_text().split()[0]),
            "agents": self.desks.sipp.pid,
        }
        return found | {"engine": self.engine.pid} if self._turn == "ccapp" else found

    def callers_port(self) -> int:
        """Another one each time: what comes late for the callers before must not reach the next."""
        return next(self._callers_ports)

    def calls(self) -> int:
        """Phones and callers there are now; the source of a hall's music is a channel too, but no call."""
        return self.asterisk.rx("core show channels concise").count("PJSIP/")

    def quiet(self, within_s: float = 15) -> int:
        """Wait until the last call has gone; how many were left then, which are hung up."""
        deadline = time.monotonic() + within_s
        while (left := self.calls()) and time.monotonic() < deadline:
            time.sleep(0.1)
        if left:
            self.asterisk.rx("channel request hangup all")
            _until(lambda: self.calls() == 0, "the end of all calls", 60)
        return left

    def facts(self, kind: str) -> int:
        """How many facts of a kind the database holds."""
        return int(self.postgres.psql(f"SELECT count(*) FROM fact WHERE kind = '{kind}'", "bench"))

    def _accounts(self) -> int:
        return len(re.findall(r"Auth: +a\d{3}/", self.asterisk.rx("pjsip list auths")))

    def _all_ready(self) -> bool:
        listed = self.engine.rest("GET", "/v1/agents")["agents"]
        return sum(1 for agent in listed if agent["state"] == "READY") == len(self.agents)

    def _queue_members(self, state: str) -> int:
        return self.asterisk.rx("queue show bench").count(f"({state})")


def centre(agents: list[str]) -> Mapping[str, Any]:
    """ccapp's configuration: the same agents, queues without wrap-up."""
    queue = {"ring_s": 15, "wrap_up_s": 0}
    return {
        "name": "bench",
        "trunks": {"carrier": {"trusted": True}, "public": {}},
        "numbers": {IDLE: {"queue": "bench"}, WAITING: {"queue": "nobody"}},
        "queues": {"bench": {"name": "Bench", **queue}, "nobody": {"name": "Nobody", "agents": [], **queue}},
        "agents": {
            agent: {
                "name": f"Agent {agent}",
                "extension": str(20_000 + number),
                "password": password(agent),
                "wrap_up_s": 0,
            }
            for number, agent in enumerate(agents)
        },
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _until(holds: Callable[[], bool], what: str, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise BedFailed(f"waited {within_s:g} s in vain for {what}")
        time.sleep(0.1)
