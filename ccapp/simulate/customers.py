"""Customers' servers and databases in the simulated world: some answer at once, some late, some never."""

import asyncio
import random
from collections.abc import Mapping

from ccapp.calls.scope import forever
from ccapp.ports import HttpQuestion, Json, NoAnswer, SqlQuestion


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

    async def _answer(self) -> dict[str, Json]:
        mood = self._chance.random()
        if mood < 0.15:
            await forever()
        await asyncio.sleep(self._chance.choice([0.0, 0.01, 0.4, 2.0, 6.0]))
        if mood < 0.4:
            raise NoAnswer("a bad day")
        return {"name": "Anna", "skills": self._chance.choice(["", "spanish:1"])}
