"""A small floor to test on: agents and queues in a line each, and a Router that keeps what it decided."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ccapp.domain.causes import DeclineReason
from ccapp.domain.centre import Agent, Centre, Outside, Queue
from ccapp.domain.hours import Hours
from ccapp.domain.ids import AgentId, GroupId, QueueId, SkillId, TrunkId, VisitId
from ccapp.domain.listing import Listed
from ccapp.domain.presence import Move, Presence, State, SubState
from ccapp.domain.requirements import merged
from ccapp.domain.serving import Group
from ccapp.routing.decisions import Decision, Moved, Offer, WaitingCall
from ccapp.routing.router import Router

START = 1000.0


def levels(text: str) -> dict[SkillId, int]:
    """`sales:2 spanish` -> {sales: 2, spanish: 1}."""
    parts = (part.partition(":") for part in text.split())
    return {SkillId(name): int(level or 1) for name, _, level in parts}


def agent(name: str, skills: str = "", **more: Any) -> Agent:
    return Agent(id=AgentId(name), name=name, extension=name, skills=levels(skills), **more)


def queue(name: str, requires: str = "", **more: Any) -> Queue:
    return Queue(id=QueueId(name), name=name, requires=levels(requires), **more)


def group(name: str, *agents: str, **more: Any) -> Group:
    return Group(id=GroupId(name), agents=frozenset(map(AgentId, agents)), **more)


def listed(word: str) -> Listed:
    """`ann`, `ben:20`; `+49301` is a guest's number, `ann@49302` an agent at another one."""
    name, _, ring_s = word.partition(":")
    agent, _, number = name.partition("@")
    if agent.startswith("+"):
        agent, number = f"guest-{agent[1:]}", agent
    outside = Outside(number=number, trunk=TrunkId("carrier")) if number else None
    return Listed(agent=AgentId(agent), ring_s=float(ring_s or 15), outside=outside)


type Thing = Agent | Queue | Hours | Group


def centre(*things: Thing) -> Centre:
    return Centre(
        groups={thing.id: thing for thing in things if isinstance(thing, Group)},
        hours={thing.id: thing for thing in things if isinstance(thing, Hours)},
        agents={thing.id: thing for thing in things if isinstance(thing, Agent)},
        queues={thing.id: thing for thing in things if isinstance(thing, Queue)},
    )


def call(
    visit: str,
    at: Queue,
    entered_at: float = START,
    *,
    own: str = "",
    own_priority_s: float = 0.0,
    tried: Mapping[AgentId, float] | None = None,
    **more: Any,
) -> WaitingCall:
    return WaitingCall(
        visit=VisitId(visit),
        queue=at.id,
        entered_at=entered_at,
        priority_s=at.priority_s + own_priority_s,
        own_priority_s=own_priority_s,
        requires=merged(at.requires, levels(own)),
        own_requires=levels(own),
        tried=tried or {},
        **more,
    )


class Floor:
    """A Router with a clock in its hand, told in the words of the trade by plain strings."""

    def __init__(self, *things: Thing, now: float = START, tiers: int = 8) -> None:
        self.centre = centre(*things)
        self.now = now
        self.router = Router(self.centre, now, tiers=tiers)
        self.told: list[Decision] = []

    def _hear(self, decisions: list[Decision]) -> list[Decision]:
        self.told += decisions
        return decisions

    def ready(self, *names: str) -> list[Decision]:
        """Logged in, with a phone, and ready; a second apart, so that the first is idle longest."""
        told: list[Decision] = []
        for name in names:
            told += self.online(name)
            told += self.move(name, Move.LOG_IN)
            told += self.move(name, Move.READY)
            self.now += 1
        return told

    def move(
        self, name: str, move: Move, sub_state: SubState = SubState.WAIT, reason: str = "", queue: str = ""
    ) -> list[Decision]:
        return self._hear(
            self.router.move(
                AgentId(name), move, self.now, sub_state=sub_state, reason=reason, queue=QueueId(queue)
            )
        )

    def online(self, name: str, online: bool = True) -> list[Decision]:
        return self._hear(self.router.online(AgentId(name), online, self.now))

    def desk(self, name: str, connected: bool = True) -> list[Decision]:
        return self._hear(self.router.desk(AgentId(name), connected, self.now))

    def join(
        self,
        visit: str,
        at: str,
        *,
        waited_s: float = 0.0,
        own: str = "",
        own_priority_s: float = 0.0,
        tried: Mapping[AgentId, float] | None = None,
        manager: str | None = None,
        only_s: float | None = None,
        **more: Any,
    ) -> list[Decision]:
        where = self.centre.queues[QueueId(at)]
        entering = call(
            visit, where, self.now - waited_s, own=own, own_priority_s=own_priority_s, tried=tried, **more
        )
        entering = replace(entering, manager=AgentId(manager) if manager else None, only_s=only_s)
        return self._hear(self.router.join(entering, self.now))

    def server_lists(self, queue: str, **lists: str) -> list[Decision]:
        """What the customer's server says of calls: `v1="ann ben:20 +49301"`, seconds after the colon."""
        told = {VisitId(visit): [listed(word) for word in words.split()] for visit, words in lists.items()}
        return self._hear(self.router.listed(QueueId(queue), told, self.now))

    def server_fails(self, queue: str) -> list[Decision]:
        return self._hear(self.router.listed(QueueId(queue), None, self.now))

    def leave(self, visit: str) -> list[Decision]:
        return self._hear(self.router.leave(VisitId(visit), self.now))

    def offer(self, visit: str, name: str = "") -> Offer:
        """The open offer of this call, to this agent if several are rung."""
        found = [o for o in self.router.open_offers(VisitId(visit)) if name in ("", o.agent)]
        assert len(found) == 1, f"{len(found)} phones ring for {visit}"
        return found[0]

    def accept(self, visit: str, wrap_up_s: float | None = None, by: str = "") -> list[Decision]:
        return self._hear(self.router.accepted(self.offer(visit, by).offer, wrap_up_s, self.now))

    def decline(
        self, visit: str, reason: DeclineReason = DeclineReason.NO_ANSWER, by: str = ""
    ) -> list[Decision]:
        return self._hear(self.router.declined(self.offer(visit, by).offer, reason, self.now))

    def end_talk(self, name: str) -> list[Decision]:
        return self._hear(self.router.talk_ended(AgentId(name), self.now))

    def tick(self, later_s: float = 0.0) -> list[Decision]:
        self.now += later_s
        return self._hear(self.router.tick(self.now))

    def reconfigure(self, *things: Thing) -> list[Decision]:
        self.centre = centre(*things)
        return self._hear(self.router.reconfigure(self.centre, self.now))

    def presence(self, name: str) -> Presence:
        return self.router.presence(AgentId(name))

    def state(self, name: str) -> State:
        return self.presence(name).state

    def serves(self, visit: str) -> str | None:
        """Whose phone rings for the call."""
        return " ".join(offer.agent for offer in self.router.open_offers(VisitId(visit))) or None

    def line(self, at: str | None = None) -> list[str]:
        return [waiting.visit for waiting in self.router.waiting(QueueId(at) if at else None)]


def pairs(decisions: list[Decision]) -> list[tuple[str, str]]:
    """(visit, agent) of each offer, in order."""
    return [(decision.visit, decision.agent) for decision in decisions if isinstance(decision, Offer)]


def moves(decisions: list[Decision]) -> list[str]:
    """`ann READY>BUSY offered` of each change of presence, in order."""
    told = (decision for decision in decisions if isinstance(decision, Moved))
    return [f"{one.after.agent} {one.before.state}>{one.after.state} {one.why}" for one in told]
