"""Customers' servers and databases in the simulated world: some answer at once, some late, some never."""

import asyncio
import random
from collections.abc import Mapping, Sequence

from ccapp.calls.scope import forever
from ccapp.domain.ids import VisitId
from ccapp.ports import HttpQuestion, Json, ListedAgent, ListQuestion, NoAnswer, SignedPost, SqlQuestion

USERS = [f"a{number}" for number in range(6)]
"""Whom they may list for a call: the agents of storms and races, and a few others there."""


class MoodyCustomers:
    """`seed` decides the mood of every answer."""

    def __init__(self, seed: object) -> None:
        self._chance = random.Random(f"customers/{seed}")

    async def http(self, question: HttpQuestion) -> Json:
        return await self._answer()

    async def tell(self, news: HttpQuestion) -> None:
        await self._answer()

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        return await self._answer()

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        """Some of them for most of the calls; one call it has never heard of."""
        await self._answer()
        lists = {call.visit: self._list() for call in question.calls if self._chance.random() < 0.8}
        return {**lists, VisitId("unheard-of"): self._list()}

    def _list(self) -> list[ListedAgent]:
        chosen = self._chance.sample(USERS, self._chance.randint(0, len(USERS)))
        listed = [ListedAgent(user=user, ring_s=self._chance.choice([3.0, 8.0])) for user in chosen]
        if self._chance.random() < 0.3:
            listed.append(ListedAgent(user="stranger", ring_s=8.0, by_number=True, number="4930900"))
        return listed

    async def post(self, message: SignedPost) -> Json:
        await self._answer()
        user = {"type": "user", "id": f"a{self._chance.randint(0, 5)}"}
        answers: list[Json] = [
            None,
            {"action": "wait"},
            {"action": "operator", "operator": user, "timeout": 5},
            {"action": "say", "text": "please wait"},
            {"action": "queue", "queue": "support"},
            {"action": "dance"},
        ]
        return self._chance.choice(answers)

    async def _answer(self) -> dict[str, Json]:
        mood = self._chance.random()
        if mood < 0.15:
            await forever()
        await asyncio.sleep(self._chance.choice([0.0, 0.01, 0.4, 2.0, 6.0]))
        if mood < 0.4:
            raise NoAnswer("a bad day")
        return {"name": "Anna", "skills": self._chance.choice(["", "spanish:1"])}
