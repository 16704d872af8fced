"""Calls made one after the other in lanes beside each other, written down as the phones saw them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.e2e.house import House
from tests.phone import Incoming, Outgoing, Phone, Rejects, Rings

TALK_S, PATIENCE_S = 0.6, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call as it was made, in seconds by the phones; `talk_s` is None for who reached nobody."""

    number: str  # the caller's
    queue: str
    outcome: str
    ended_by: str
    wait_s: float = 0.0
    ring_s: float = 0.0
    talk_s: float | None = None
    missed: int = 0  # phones that rang for it in vain


class Lane:
    """One queue, its one agent, and the calls made there, one after the other."""

    def __init__(self, house: House, queue: str, dialled: str, agent: str, phone: Phone) -> None:
        self.house, self.queue, self.dialled, self.agent, self.phone = house, queue, dialled, agent, phone
        self.made: list[Made] = []

    def _note(self, call: Outgoing, outcome: str, ended_by: str, **more: Any) -> None:
        number = self.house.number_of(call)
        self.made.append(Made(number=number, queue=self.queue, outcome=outcome, ended_by=ended_by, **more))

    async def _call(self) -> Outgoing:
        return await self.house.call(self.dialled)

    async def served(self, *, after_s: float = 0.0, by: str = "caller", refuses: bool = False) -> None:
        """`after_s`: only then the agent is ready."""
        if after_s:
            await self._move("not_ready")
        self.phone.on_invite = Rejects(486) if refuses else Rings()
        call = await self._call()
        if after_s:
            await asyncio.sleep(after_s)
            await self._move("ready")
        if refuses:
            await self.phone.incoming()
            self.phone.on_invite = Rings()
        rung = await self.phone.incoming()
        await rung.answer()
        await call.answered()
        await self.house.in_state(self.agent, "BUSY/ANSWERED")
        await asyncio.sleep(TALK_S)
        ends, other = (call, rung) if by == "caller" else (rung, call)
        await ends.hang_up()
        await other.ended()
        self._note(call, "served", by, missed=int(refuses), **durations(call, rung))
        await self.house.in_state(self.agent, "READY")  # the wrap-up is over

    async def given_up(self, *, ringing: bool = False) -> None:
        if not ringing:
            await self._move("not_ready")
        call = await self._call()
        if ringing:
            rung = await self.phone.incoming()
            await call.ringing()
        else:
            await self._waits(call)
        await asyncio.sleep(PATIENCE_S)
        await call.hang_up()
        self._note(call, "abandoned", "caller", wait_s=lasted(call), missed=int(ringing))
        if ringing:
            await rung.ended()
        await self._nobody_waits()
        await self._move("ready")
        await self.house.in_state(self.agent, "READY")

    async def given_up_and_refused(self) -> None:
        """Two calls: one waits and gives up, the other finds the line full."""
        await self._move("not_ready")
        call = await self._call()
        await self._waits(call)
        other = await self._call()
        await other.ended()
        self._note(other, "refused", "system")
        await call.hang_up()
        self._note(call, "abandoned", "caller", wait_s=lasted(call))
        await self._nobody_waits()
        await self._move("ready")

    async def timed_out(self, wait_s: float) -> None:
        """Waits until the queue's limit is up."""
        await self._move("not_ready")
        call = await self._call()
        await call.ended(deadline=20)
        self._note(call, "timed_out", "system", wait_s=wait_s)

    async def _move(self, move: str) -> None:
        await self.house.move(self.agent, move)

    async def _waits(self, call: Outgoing) -> None:
        number = self.house.number_of(call)

        async def found() -> bool:
            return number in await self._line()

        await self.house.until(found, f"{number} in line")

    async def _nobody_waits(self) -> None:
        """So that an agent who gets ready is not rung for a caller who has just gone."""

        async def found() -> bool:
            return not await self._line()

        await self.house.until(found, f"nobody in the line of {self.queue}")

    async def _line(self) -> list[str]:
        queue = await self.house.rest("GET", f"/v1/queues/{self.queue}")
        return [call["caller_number"] for call in queue["calls"]]


def durations(call: Outgoing, rung: Incoming) -> dict[str, float]:
    ringing_at, answered_at, ended_at = (
        rung.timings.ringing_at, rung.timings.answered_at, rung.timings.ended_at,
    )  # fmt: skip
    assert ringing_at is not None
    assert answered_at is not None
    assert ended_at is not None
    return {
        "wait_s": answered_at - call.timings.invite_at,
        "ring_s": answered_at - ringing_at,
        "talk_s": ended_at - answered_at,
    }


def lasted(call: Outgoing) -> float:
    ended_at = call.timings.ended_at
    assert ended_at is not None
    return ended_at - call.timings.invite_at


class Day:
    """What was done, and what is told of it."""

    def __init__(self, house: House, since: datetime, until: datetime, lanes: Sequence[Lane]) -> None:
        self.house, self.since, self.until = house, since, until
        self.made = [made for lane in lanes for made in lane.made]

    def of(self, queue: str = "", **wanted: Any) -> list[Made]:
        def fits(made: Made) -> bool:
            return all(getattr(made, name) == value for name, value in wanted.items())

        return [made for made in self.made if queue in ("", made.queue) and fits(made)]

    def served(self, queue: str = "") -> list[Made]:
        return self.of(queue, outcome="served")

    async def report(self, of: str, **asked: str) -> list[dict[str, Any]]:
        """Its rows, with the codes for names."""
        words = {"of": of, "abbreviation": "true", "tz": "UTC", **self.times, **asked}
        query = "&".join(f"{name}={value}" for name, value in words.items())
        document = await self.house.rest("GET", f"/v1/report?{query}")
        return list(document["rows"])

    @property
    def times(self) -> dict[str, str]:
        return {"since": stamp(self.since), "until": stamp(self.until)}

    async def calls(self, **asked: str) -> list[dict[str, Any]]:
        """All pages of the history."""
        found: list[dict[str, Any]] = []
        words = {**self.times, "limit": "7", **asked}
        while True:
            query = "&".join(f"{name}={value}" for name, value in words.items())
            page = await self.house.rest("GET", f"/v1/calls?{query}")
            found += page["calls"]
            if page["next"] is None:
                return found
            words["after"] = page["next"]


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
