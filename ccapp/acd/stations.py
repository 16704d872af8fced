"""Agents' phones and desks, with a grace for those that come back at once, as after a page reload."""

import asyncio
from collections.abc import Callable

from ccapp.domain.ids import AgentId


class Stations:
    """Who has one, a phone that can ring or a desk that is connected. `told` hears of every change, after the
    grace."""

    def __init__(self, told: Callable[[AgentId, bool], None]) -> None:
        self._told = told
        self._online: set[AgentId] = set()
        self._leaving: dict[AgentId, asyncio.TimerHandle] = {}

    def heard(self, agent: AgentId, online: bool, grace_s: float) -> None:
        """It is there, or not. Online counts at once, offline after `grace_s` without it."""
        leaving = self._leaving.pop(agent, None)
        if leaving is not None:
            leaving.cancel()
        if online:
            self._online.add(agent)
            self._told(agent, True)
        elif agent in self._online:
            loop = asyncio.get_running_loop()
            self._leaving[agent] = loop.call_later(grace_s, self._left, agent)
        else:
            self._told(agent, False)

    def was_there(self, agent: AgentId, grace_s: float) -> None:
        """Before the engine was restarted; still is, unless nothing is heard of it within `grace_s`."""
        if agent not in self._online:
            self._online.add(agent)
            self.heard(agent, False, grace_s)

    def has(self, agent: AgentId) -> bool:
        return agent in self._online

    def _left(self, agent: AgentId) -> None:
        del self._leaving[agent]
        self._online.discard(agent)
        self._told(agent, False)

    def close(self) -> None:
        for handle in self._leaving.values():
            handle.cancel()
        self._leaving.clear()
