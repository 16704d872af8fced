"""Every state of an agent follows from the one before, has something that proves it, and is counted once."""

from ccapp.domain import events
from ccapp.domain.events import Fact, PresenceChanged
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import State, SubState
from ccapp.simulate.checks.verdict import Verdict
from ccapp.simulate.checks.visits import LATE_S, Visits

TALKING = (SubState.ANSWERED, SubState.HOLD)


class Own:
    """The calls that agents make themselves, as told."""

    def __init__(self) -> None:
        self._calls: dict[AgentId, events.AgentDialled] = {}  # of both
        self._answered: set[AgentId] = set()
        self._survivors: set[AgentId] = set()  # in such a call when an engine died; it may go on, or not

    def fact(self, fact: Fact) -> list[AgentId]:
        """Whom it is about; nobody, when it is about something else."""
        match fact:
            case events.AgentDialled():
                parties = [fact.agent, *((fact.colleague,) if fact.colleague else ())]
                self._calls |= dict.fromkeys(parties, fact)
            case events.AgentCallAnswered(agent=agent):
                parties = self._parties(agent)
                self._answered.update(parties)
            case events.AgentCallEnded(agent=agent):
                parties = self._parties(agent)
                for party in parties:
                    self._calls.pop(party, None)
                    self._answered.discard(party)
                    self._survivors.discard(party)
            case _:
                return []
        return parties

    def _parties(self, agent: AgentId) -> list[AgentId]:
        call = self._calls.get(agent)
        return [agent] if call is None else [party for party, his in self._calls.items() if his is call]

    def engine_died(self) -> None:
        self._survivors |= self._answered
        self._calls.clear()
        self._answered.clear()

    def began(self, agent: AgentId) -> bool:
        return agent in self._calls

    def dials(self, agent: AgentId) -> bool:
        return agent in self._calls and self._calls[agent].agent == agent and agent not in self._answered

    def rung(self, agent: AgentId) -> bool:
        return agent in self._calls and self._calls[agent].agent != agent and agent not in self._answered

    def talks(self, agent: AgentId, sub_state: SubState) -> bool:
        if sub_state not in TALKING:
            self._survivors.discard(agent)
        return agent in self._answered or agent in self._survivors


class Agents:
    def __init__(self, verdict: Verdict, visits: Visits) -> None:
        self._verdict = verdict
        self._visits = visits
        self.now: dict[AgentId, PresenceChanged] = {}
        self._began: dict[AgentId, float] = {}  # of the state he is in
        self._seconds: dict[AgentId, dict[State, float]] = {}  # of this login
        self._logged_in_at: dict[AgentId, float] = {}
        self._changed: set[AgentId] = set()
        self._own = Own()
        self.seconds: dict[State, float] = {}  # of all logins

    def fact(self, fact: Fact) -> None:
        if isinstance(fact, PresenceChanged):
            self._count(fact)
            self.now[fact.agent] = fact
            self._changed.add(fact.agent)
        elif own := self._own.fact(fact):
            self._changed.update(own)
        elif isinstance(fact, events.OfferMade | events.OfferDeclined | events.CallServed | events.TalkEnded):
            self._changed.add(fact.agent)

    def engine_died(self) -> None:
        self._own.engine_died()

    def _count(self, fact: PresenceChanged) -> None:
        agent = fact.agent
        before = self.now.get(agent)
        state = before.state if before else State.LOGOUT
        if fact.state is not State.LOGIN and state is not State.LOGIN:
            self._verdict.must(fact.before is state, "states join", "was", state, fact)
        if state is not State.LOGOUT:
            spent = self._seconds.setdefault(agent, {})
            spent[state] = spent.get(state, 0.0) + fact.at - self._began[agent]
        elif fact.state is not State.LOGOUT:
            self._logged_in_at[agent] = fact.at
        self._began[agent] = fact.at
        if fact.state is State.LOGOUT and state is not State.LOGOUT:
            self._add_up(fact)

    def _add_up(self, fact: PresenceChanged) -> None:
        seconds = self._seconds.pop(fact.agent, {})
        login_s = fact.at - self._logged_in_at[fact.agent]
        self._verdict.must(
            abs(sum(seconds.values()) - login_s) < 1e-3,
            "state seconds add up",
            f"{fact.agent}: {seconds} in a login of {login_s} s",
        )
        for state, spent in seconds.items():
            self.seconds[state] = self.seconds.get(state, 0.0) + spent

    def quiet(self) -> None:
        """Nothing more happens at this instant: what was said of the agents must be so."""
        changed, self._changed = self._changed, set()
        for agent in changed:
            if presence := self.now.get(agent):
                self._prove(presence)

    def _prove(self, presence: PresenceChanged) -> None:
        agent = presence.agent
        ringing = any(offer.agent == agent for offer in self._visits.offers.values())
        talking = agent in self._visits.talks
        sub_state = presence.sub_state if presence.state is State.BUSY else SubState.NONE
        must, own = self._verdict.must, self._own
        must(not (own.began(agent) and (ringing or talking)), "offered while in a call of his own", presence)
        must(
            (sub_state is SubState.RINGING) == (ringing or own.rung(agent)),
            "rings if offered", ringing, presence,
        )  # fmt: skip
        must(
            (sub_state in TALKING) == (talking or own.talks(agent, sub_state)),
            "talks if served", talking, presence,
        )  # fmt: skip
        must((sub_state is SubState.CALLING) == own.dials(agent), "calls if he dialled", presence)
        if presence.state is State.ACW:
            until = presence.wrap_up_until
            must(
                until is not None and until >= self._verdict.now() - LATE_S,
                "wrap-up has an end",
                presence,
            )

    def overdue(self) -> None:
        """Nobody stays in wrap-up longer than he was given."""
        for presence in self.now.values():
            if presence.state is State.ACW and presence.wrap_up_until is not None:
                late_s = self._verdict.now() - presence.wrap_up_until
                self._verdict.must(late_s < 1.0, "stuck in wrap-up", late_s, "s late", presence)
