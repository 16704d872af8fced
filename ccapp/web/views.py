"""The live contact centre as JSON documents: pure readings of the live owner, nothing is changed here.

Instants are epoch seconds (`..._at`), durations seconds (`..._s`).
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ccapp.acd import Acd, Visit
from ccapp.domain.centre import Agent, Queue
from ccapp.domain.customer_info import DATA_FROM_SERVER
from ccapp.domain.ids import AgentId, QueueId, VisitId
from ccapp.domain.presence import UNTIL_DONE, Presence, State, state_of
from ccapp.routing.decisions import Offer, WaitingCall
from ccapp.routing.forecast import Forecast
from ccapp.routing.signing import has_desk
from ccapp.web.candidates import Candidates
from ccapp.web.since import Since

type Document = dict[str, Any]


class Views:
    """One reading: everything in it is of the same instant."""

    def __init__(self, acd: Acd, since: Since) -> None:
        self._acd = acd
        self._since = since
        self.now = acd.clock.now()
        self._presences = acd.presences()
        self._waits: Mapping[VisitId, Forecast | None] | None = None  # None: not asked for yet
        self._ringing: dict[AgentId, Offer] = {}
        for call in acd.line():
            for offer in self._offers(call.visit):
                self._ringing[offer.agent] = offer
        self.candidates = Candidates(acd, self._presences, self._ringing, self.now)

    # --- the whole ----------------------------------------------------------------------------------------

    def status(self) -> Document:
        line, callbacks = self._acd.line(), self._acd.callbacks.all()
        absent = sum(self._acd.place(each.visit.id) is None and not each.talking for each in callbacks)
        visits, talks = len(self._acd.visits) - absent, len(self._acd.talks())
        ringing = len({offer.visit for offer in self._ringing.values()})
        return {
            "name": self._acd.centre.name,
            "at": self.now,
            "calls": {
                "live": visits,
                "in_ivr": max(0, visits - talks - len(line)),
                "waiting": len(line) - ringing,
                "ringing": ringing,
                "talking": talks,
                "callbacks": len(callbacks),
            },
            "longest_wait_s": self._longest_wait_s(line),
            "agents": self._states(self._presences.values()),
            "queues": self.queues(),
            "mailboxes": self.mailboxes(),
        }

    def mailboxes(self) -> list[Document]:
        """With how many messages."""
        told = []
        for mailbox in self._acd.centre.mailboxes.values():
            count = self._acd.messages.count(mailbox.id)
            told.append({"id": mailbox.id, "name": mailbox.name, "new": count.new, "heard": count.heard})
        return told

    @staticmethod
    def _states(presences: Any) -> dict[str, int]:
        counted = Counter(state_of(presence)[0] for presence in presences)
        return {state.value: counted[state] for state in State if state is not State.LOGIN}

    def _longest_wait_s(self, line: Any) -> float | None:
        entered = min((call.entered_at for call in line), default=None)
        return None if entered is None else self._s(self.now - entered)

    @staticmethod
    def _s(seconds: float) -> float:
        return round(max(0.0, seconds), 3)

    # --- queues -------------------------------------------------------------------------------------------

    def queues(self) -> list[Document]:
        return [self.queue(queue) for queue in self._acd.centre.queues.values()]

    def queue(self, queue: Queue) -> Document:
        line = self._acd.line(queue.id)
        presences = [self._presences[a.id] for a in self._members(queue) if a.id in self._presences]
        ringing = sum(bool(self._offers(call.visit)) for call in line)
        return {
            "id": queue.id,
            "name": queue.name,
            "waiting": len(line) - ringing,
            "ringing": ringing,
            "talking": sum(talk.queue == queue.id for talk in self._acd.talks().values()),
            "longest_wait_s": self._longest_wait_s(line),
            "requires": queue.requires,
            "closed": self._closed(queue.id),
            "agents": self._states(presences),
            "ready_online": sum(
                p.state is State.READY and p.online and has_desk(p, queue) for p in presences
            ),
        }

    def _closed(self, queue: QueueId) -> Document | None:
        """By hand; None: its business hours count."""
        closing = self._acd.orders.closing(queue, self.now)
        return None if closing is None else asdict(closing)

    def _members(self, queue: Queue) -> list[Agent]:
        """Who may serve all of its calls that ask for nothing more."""
        agents = self._acd.centre.agents.values()
        return [agent for agent in agents if self.candidates.why_never(agent, queue, queue.requires) is None]

    def queue_with_calls(self, queue: Queue) -> Document:
        """With everybody: who waits, who talks, and the agents, those idle longest first of each state."""
        line = self._acd.line(queue.id)
        calls = [self.waiting(call, position) for position, call in enumerate(line, 1)]
        return {
            **self.queue(queue),
            "calls": calls,
            "talks": self._talks(queue),
            "members": self._staff(queue),
        }

    def _talks(self, queue: Queue) -> list[Document]:
        """Oldest first."""
        talks = sorted(self._acd.talks().values(), key=lambda talk: talk.began_at)
        return [
            {
                **self._caller(talk.visit),
                "agent": talk.agent,
                "began_at": talk.began_at,
                "talk_s": self._s(self.now - talk.began_at),
            }
            for talk in talks
            if talk.queue == queue.id
        ]

    def _staff(self, queue: Queue) -> list[Document]:
        told = [self.agent(agent) for agent in self._members(queue)]
        told.sort(key=lambda agent: (agent["state"], agent["since"] or self.now))
        names = ("id", "name", "state", "sub_state", "reason", "since", "for_s", "online", "banned", "call")
        return [{name: agent[name] for name in names} for agent in told]

    def _wait(self, visit: VisitId) -> Document:
        """How long a call in line will have to wait from now on; of who is rung for: not at all. None: nobody
        is there for it."""
        if self._waits is None:
            self._waits = self._acd.expected_waits()
        wait = self._waits.get(visit)
        return {
            "expected_wait_s": None if wait is None else round(wait.expected_s, 1),
            "wait_s_bound": None if wait is None else round(wait.bound_s, 1),
        }

    def waiting(self, call: WaitingCall, position: int) -> Document:
        """A call in line, as it will be served."""
        visit = self._acd.visits.get(call.visit)
        offers = self._offers(call.visit)
        return {
            "visit": call.visit,
            "position": position,
            "caller_number": visit.caller_number if visit else "",
            "caller_name": visit.caller_name if visit else "",
            "entered_at": call.entered_at,
            "wait_s": self._s(self.now - call.entered_at),
            **self._wait(call.visit),
            "priority_s": call.priority_s,
            "requires": call.requires,
            "offers": call.offers,
            "offered_to": offers[0].agent if offers else None,
            "also_offered_to": [offer.agent for offer in offers[1:]],
            "rings_s": self._s(self.now - offers[0].made_at) if offers else None,
        }

    def _offers(self, visit: VisitId) -> list[Offer]:
        """Those that are open, in the order they were made."""
        place = self._acd.place(visit)
        return [attempt.offer for attempt in place.ringing.values()] if place else []

    # --- agents -------------------------------------------------------------------------------------------

    def agents(self) -> list[Document]:
        return [self.agent(agent) for agent in self._acd.centre.agents.values()]

    def agent(self, agent: Agent) -> Document:
        presence = self._presences.get(agent.id) or Presence(agent=agent.id)
        state, sub_state = state_of(presence)
        since = self._since.agent(agent.id, state, sub_state)
        return {
            "id": agent.id,
            "name": agent.name,
            "extension": agent.extension,
            "state": state,
            "sub_state": sub_state,
            "reason": presence.reason,
            "since": since,
            "for_s": None if since is None else self._s(self.now - since),
            "online": presence.online,
            "skills": agent.skills,
            "call": self._agents_call(agent.id),
            "own_call": self._own_call(agent.id),
            "wrap_up_until": _time(presence.wrap_up_until),
            "queues": presence.queues,
            "phone": presence.phone or None,
            "at_desk": presence.at_desk,
            "on_demand": presence.on_demand,
            "overdue": presence.overdue,
            "banned": presence.banned_until is not None,
            "banned_until": _time(presence.banned_until),
            "not_before": presence.not_before if presence.not_before > self.now else None,
            "misses": presence.misses,
            "idle_since": presence.idle_since or None,
            "logged_in_at": presence.logged_in_at,
            "after_call": presence.after_call,
            "after_call_sub_state": presence.after_call_sub_state,
            "after_call_reason": presence.after_call_reason,
        }

    def _agents_call(self, agent: AgentId) -> Document | None:
        """Whom he talks to, or is rung for."""
        talk, offer = self._acd.talk(agent), self._ringing.get(agent)
        if talk is not None:
            return {
                **self._caller(talk.visit),
                DATA_FROM_SERVER: self._customer_info(talk.visit),
                "queue": talk.queue,
                "began_at": talk.began_at,
                "answered": True,
            }
        if offer is not None:
            return {
                **self._caller(offer.visit),
                DATA_FROM_SERVER: self._customer_info(offer.visit),
                "queue": offer.queue,
                "began_at": offer.made_at,
                "answered": False,
            }
        return None

    def _customer_info(self, id: VisitId) -> Any:
        """What the customer's server says of the caller; None: nothing."""
        visit = self._acd.visits.get(id)
        return json.loads(visit.customer_info) if visit is not None and visit.customer_info else None

    def _own_call(self, agent: AgentId) -> Document | None:
        """The call that he, or the colleague who called him, has dialled."""
        call = self._acd.own_calls.of(agent)
        if call is None:
            return None
        return {
            "agent": call.agent,
            "number": call.number,
            "colleague": call.colleague,
            "trunk": call.trunk,
            "began_at": call.began_at,
            "answered": call.answered_at is not None,
        }

    def _caller(self, id: VisitId) -> Document:
        visit = self._acd.visits.get(id)
        return {
            "visit": id,
            "caller_number": visit.caller_number if visit else "",
            "caller_name": visit.caller_name if visit else "",
        }

    # --- calls --------------------------------------------------------------------------------------------

    def calls(self) -> list[Document]:
        """Oldest first."""
        visits = sorted(self._acd.visits.values(), key=lambda visit: visit.arrived_at)
        positions = self._positions()
        return [self.call(visit, positions) for visit in visits]

    def _positions(self) -> dict[VisitId, int]:
        """1-based, each in its own queue's line."""
        passed: Counter[QueueId] = Counter()
        positions = {}
        for call in self._acd.line():
            passed[call.queue] += 1
            positions[call.visit] = passed[call.queue]
        return positions

    def call(self, visit: Visit, positions: dict[VisitId, int] | None = None) -> Document:
        where = self._where(visit, self._positions() if positions is None else positions)
        return {
            "visit": visit.id,
            "arrived_at": visit.arrived_at,
            "for_s": self._s(self.now - visit.arrived_at),
            "trunk": visit.trunk,
            "number": visit.number,
            "caller_number": visit.caller_number,
            "caller_name": visit.caller_name,
            DATA_FROM_SERVER: self._customer_info(visit.id),
            "callback": visit.callback,
            "offers": visit.offers,
            **where,
            "since_s": self._s(self.now - where["since"]),
        }

    def _where(self, visit: Visit, positions: dict[VisitId, int]) -> Document:
        """Where he is, since when, and with whom."""
        nowhere: Document = {
            "queue": visit.queue, "agent": None, "node": None, "position": None, "expected_wait_s": None,
            "wait_s_bound": None,
        }  # fmt: skip
        place = self._acd.place(visit.id)
        if place is not None and not place.served:
            offers = self._offers(visit.id)
            position = positions.get(visit.id)
            line = {**nowhere, "queue": place.queue, "position": position, **self._wait(visit.id)}
            if offers:
                return {**line, "where": "ringing", "since": offers[0].made_at, "agent": offers[0].agent}
            return {**line, "where": "waiting", "since": place.entered_at}
        talk = self._acd.talk(visit.agent) if visit.agent else None
        if talk is not None and talk.visit == visit.id:
            return {
                **nowhere,
                "where": "talking",
                "since": talk.began_at,
                "queue": talk.queue,
                "agent": talk.agent,
            }
        if visit.callback:
            return {**nowhere, "where": "to be called back", "since": visit.arrived_at}
        node = self._since.nodes.get(visit.id)
        if node is not None and visit.queue is None:
            return {**nowhere, "where": "ivr", "since": node.at, "node": f"{node.tree}/{node.node}"}
        return {**nowhere, "where": "arriving", "since": visit.arrived_at}


def _time(until: float | None) -> float | None:
    """None also for what lasts until somebody ends it."""
    return None if until == UNTIL_DONE else until
