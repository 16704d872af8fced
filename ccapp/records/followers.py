"""The live stream of facts: everyone who follows has a bounded line; who lets it fill is ended."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Self

from ccapp.ports import Recorded

log = logging.getLogger(__name__)

BEHIND_MAX = 10_000


class Follower(AsyncIterator[Recorded]):
    """One reader's line. Ends when the journal closes, and when the reader was too slow (`too_slow`)."""

    def __init__(self, followers: "Followers") -> None:
        self._followers = followers
        self._line: deque[Recorded] = deque()
        self._news = asyncio.Event()
        self._ended = False
        self.too_slow = False

    def put(self, recorded: Recorded) -> None:
        if len(self._line) >= self._followers.behind_max:
            log.warning("follower_too_slow behind=%d", len(self._line))
            self.too_slow = True
            self._line.clear()
            self.end()
            return
        self._line.append(recorded)
        self._news.set()

    def end(self) -> None:
        """What is in the line can still be read."""
        self._ended = True
        self._followers.forget(self)
        self._news.set()

    async def aclose(self) -> None:
        self.end()
        self._line.clear()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Recorded:
        while not self._line:
            if self._ended:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._line.popleft()


class Followers:
    """All who follow."""

    def __init__(self, behind_max: int = BEHIND_MAX) -> None:
        self.behind_max = behind_max
        self._all: list[Follower] = []

    def __len__(self) -> int:
        return len(self._all)

    def follow(self) -> Follower:
        """From now on, not from the first read."""
        follower = Follower(self)
        self._all.append(follower)
        return follower

    def publish(self, recorded: Recorded) -> None:
        for follower in tuple(self._all):
            follower.put(recorded)

    def forget(self, follower: Follower) -> None:
        if follower in self._all:
            self._all.remove(follower)

    def end(self) -> None:
        for follower in tuple(self._all):
            follower.end()
