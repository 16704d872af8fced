"""The people: three agents who say by feature codes that they are ready, and one caller from the carrier.

Real SIP phones with audio; everyone says a tone of his own, so that it can be checked who hears whom.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from scripts.demonstration.stage import Stage
from tests.phone import Answers, Incoming, Phone

CALLER_HZ = 1000
TONES_HZ = {"alice": 500, "bob": 650, "carla": 800}
CARRIER = "127.0.0.2"
NUMBER = "18005550100"
CALLER = "4930555123"
TALK_S = 3.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the call showed."""

    agent: str
    caller_heard_agent: float  # share 0..1 of the energy that was the other's tone
    agent_heard_caller: float
    order_number: str  # as the agent's phone was given it
    lost_packets: int

    @property
    def good(self) -> bool:
        return (
            self.caller_heard_agent > 0.9
            and self.agent_heard_caller > 0.9
            and self.order_number == "4711"
            and self.lost_packets == 0
        )


@asynccontextmanager
async def agents_at_work(stage: Stage) -> AsyncIterator[dict[str, Phone]]:
    """Registered, logged in and ready, as an agent does it: by dialling codes on his own phone."""
    async with AsyncExitStack() as stack:
        phones = {}
        for agent, hz in TONES_HZ.items():
            phone = Phone(agent, stage.sip, password=stage.password(agent))
            phones[agent] = await stack.enter_async_context(phone)
            await phone.register()
            phone.on_invite = Answers(after_s=2.0, tone_hz=hz)
        await asyncio.gather(*(log_in(phone) for phone in phones.values()))
        yield phones


async def log_in(phone: Phone) -> None:
    for code in ("*11", "*13"):
        call = await phone.call(code)
        await call.answered()
        await call.heard.hears_sound(deadline=20)  # the spoken confirmation
        await call.ended(deadline=20)


async def one_call(stage: Stage, phones: dict[str, Phone]) -> Told:
    """English, an order number, support: the caller keys his way, waits, talks and hangs up."""
    async with Phone(CALLER, stage.sip, bind_host=CARRIER) as caller:
        call = await caller.call(NUMBER, {"X-Campaign": "demo"}, display="Dana Doe", tone_hz=CALLER_HZ)
        await call.answered(deadline=20)
        for keys in ("1", "3", "4711#"):
            await call.heard.hears_sound(deadline=20)
            await asyncio.sleep(1.0)
            await call.send_digits(keys)
        agent, answered = await first_rung(phones)
        await call.heard.hears(TONES_HZ[agent], deadline=30)
        await answered.heard.hears(CALLER_HZ, deadline=30)
        await asyncio.sleep(TALK_S)
        told = Told(
            agent=agent,
            caller_heard_agent=call.heard.share(TONES_HZ[agent]),
            agent_heard_caller=answered.heard.share(CALLER_HZ),
            order_number=answered.header("X-OrderNumber") or "",
            lost_packets=answered.heard.lost,
        )
        await call.hang_up()
        await answered.ended()
        return told


async def first_rung(phones: dict[str, Phone]) -> tuple[str, Incoming]:
    """The agent whose phone is rung first, and his call."""
    rung = {asyncio.ensure_future(phone.incoming(120)): agent for agent, phone in phones.items()}
    try:
        done, _ = await asyncio.wait(rung, return_when=asyncio.FIRST_COMPLETED)
        first = done.pop()
        return rung[first], first.result()
    finally:
        for task in rung:
            task.cancel()
        await asyncio.gather(*rung, return_exceptions=True)
