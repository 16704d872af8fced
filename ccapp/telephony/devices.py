"""Which agents' phones are there. News only of changes: Asterisk repeats a phone's state with each call."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ccapp.domain.ids import AgentId
from ccapp.ports import Account, DeviceOnline
from ccapp.telephony.events import EndpointChanged


class Devices:
    def __init__(self, tell: Callable[[DeviceOnline], None]) -> None:
        self._tell = tell
        self._agents: dict[str, AgentId] = {}
        self._told: dict[AgentId, bool] = {}
        self._resting = True
        self._doubts: dict[str, bool] = {}  # what differed at the last look

    def forget(self) -> None:
        """Another connection: all are told anew."""
        self._resting = True
        self._told.clear()

    def rest(self) -> None:
        """From here to the next `begin` states come and go because of us: they mean nothing."""
        self._resting = True

    def begin(self, accounts: Iterable[Account], states: Mapping[str, EndpointChanged]) -> None:
        """These are the agents' phones, and so they are now."""
        self._resting = False
        self._agents = {account.name: account.agent for account in accounts}
        known = set(self._agents.values())
        self._told = {agent: online for agent, online in self._told.items() if agent in known}
        for name, agent in self._agents.items():
            state = states.get(name)
            self._be(agent, state is not None and state.online)

    def compare(self, states: Mapping[str, EndpointChanged]) -> list[str]:
        """So they are now. What differs from what was told, and did so at the last look, is told; whose.

        Once is no proof: the word of it may be on its way."""
        doubts = {} if self._resting else dict(self._differing(states))
        missed = [name for name, online in doubts.items() if self._doubts.get(name) is online]
        self._doubts = doubts
        for name in missed:
            self._be(self._agents[name], doubts[name])
        return missed

    def _differing(self, states: Mapping[str, EndpointChanged]) -> Iterator[tuple[str, bool]]:
        for name, agent in self._agents.items():
            state = states.get(name)
            online = state is not None and state.online
            if self._told.get(agent) is not online:
                yield name, online

    def hear(self, changed: EndpointChanged) -> None:
        agent = self._agents.get(changed.endpoint)
        if agent is not None and not self._resting:
            self._doubts.pop(changed.endpoint, None)
            self._be(agent, changed.online)

    def _be(self, agent: AgentId, online: bool) -> None:
        if self._told.get(agent) != online:
            self._told[agent] = online
            self._tell(DeviceOnline(agent=agent, online=online))
