"""A customer's server in the simulated world: it says all kinds of things about its calls, at any time.

It knows a call by its session alone, and finds the engine that lives now.
"""

import random
from collections.abc import Callable, Sequence

from ccapp.domain.commands import (
    Ask,
    Cancel,
    Command,
    Connect,
    HangUp,
    Operator,
    PhoneNumber,
    PlayFile,
    SayText,
    SendTo,
    SipUri,
    Status,
    Stop,
    Transfer,
    User,
)
from ccapp.domain.events import Fact, SessionOpened
from ccapp.domain.ids import AgentId, QueueId, SessionId
from ccapp.simulate.engine import Engine
from ccapp.simulate.exchange import Exchange


class Director:
    """`engine` gives the living engine, or None while there is none."""

    def __init__(
        self,
        exchange: Exchange,
        engine: Callable[[], Engine | None],
        agents: Sequence[AgentId],
        queues: Sequence[QueueId],
        chance: random.Random,
    ) -> None:
        self._exchange, self._engine, self._chance = exchange, engine, chance
        self._agents, self._queues = agents, queues

    def heard(self, fact: Fact) -> None:
        if isinstance(fact, SessionOpened):
            self._later(fact.session)

    def _later(self, session: SessionId) -> None:
        self._exchange.after(self._chance.expovariate(1 / 5.0), self._say, session)

    def _say(self, id: SessionId) -> None:
        engine = self._engine()
        if engine is not None:
            session = engine.acd.sessions.with_id(id)
            if session is None:
                return  # gone
            engine.do(lambda: engine.acd.sessions.command(session, self._command(), self._command_id()))
        self._later(id)

    def _command_id(self) -> str:
        return self._chance.choice(["", "", f"c{self._chance.randint(0, 20)}"])

    def _command(self) -> Command:
        chance = self._chance
        dice = chance.random()
        if dice < 0.6:
            return self._connect()
        others: list[Command] = [
            Transfer(to=self._connect()),
            SayText(text="one moment"),
            PlayFile(file="queue-thankyou"),
            Stop(),
            Cancel(),
            Ask(text="yes or no", keys={"1": "yes", "2": "no"}, within_s=2.0),
            HangUp(reason="enough"),
            SendTo(queue=chance.choice(self._queues)),
            Status(),
        ]
        return chance.choice(others)

    def _connect(self) -> Connect:
        chance = self._chance
        user = User(chance.choice([*self._agents, AgentId("nobody")]))
        others: list[Operator] = [PhoneNumber("+49170123"), SipUri("sip:bob@example.org")]
        return Connect(
            operator=user if chance.random() < 0.7 else chance.choice(others),
            ring_s=chance.uniform(1, 10),
            spare=chance.random() < 0.1,
        )
