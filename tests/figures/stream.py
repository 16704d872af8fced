"""Legal streams of facts, drawn from dice: as an engine would tell them, every way a call can go."""

import heapq
import random
from collections.abc import Iterator
from itertools import count

from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.callbacks import CallbackEnd
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import Fact, Outcome
from ccapp.domain.ids import CALLBACK_PREFIX
from ccapp.domain.presence import State, SubState
from tests.figures import facts as told


class Stream:
    """Calls overlap; each agent has one call at a time. `next_call` gives what happens until it comes."""

    def __init__(self, dice: random.Random, queues: int = 3, agents: int = 4) -> None:
        self._dice = dice
        self._queues = [f"q{n}" for n in range(queues)]
        self._free = [f"a{n}" for n in range(agents)]
        self._state: dict[str, State] = dict.fromkeys(self._free, State.LOGOUT)
        self._coming: list[tuple[float, int, Fact, str]] = []  # with the agent who is free after it
        self._order = count()
        self._calls = count(1)
        self.now = 0.0

    def next_call(self, after_s: float) -> Iterator[Fact]:
        self.now += after_s
        yield from self._due(self.now)
        self._call(f"v{next(self._calls)}")

    def rest(self) -> Iterator[Fact]:
        yield from self._due(float("inf"))

    def _due(self, until: float) -> Iterator[Fact]:
        while self._coming and self._coming[0][0] <= until:
            _, _, fact, freed = heapq.heappop(self._coming)
            if freed:
                self._free.append(freed)
            yield fact

    def _at(self, at: float, fact: Fact, frees: str = "") -> None:
        heapq.heappush(self._coming, (at, next(self._order), fact, frees))

    # --- one call -----------------------------------------------------------------------------------------

    def _call(self, visit: str) -> None:
        dice, at = self._dice, self.now
        if dice.random() < 0.1:
            return self._called_back(f"{CALLBACK_PREFIX}{visit}", dice.choice(self._queues), at)
        self._at(at, told.arrived(visit, at, str(dice.randint(1, 9))))
        kind = dice.random()
        if kind < 0.05:
            self._at(at, told.ended(visit, at, Outcome.REFUSED))
        elif kind < 0.1:
            self._at(at + 5, told.ended(visit, at + 5, Outcome.LEFT_IN_IVR))
        else:
            self._waits(visit, dice.choice(self._queues), at + dice.choice([0.0, 1.5]))
        return None

    def _called_back(self, visit: str, queue: str, at: float) -> None:
        dice, asked = self._dice, at
        self._at(at, told.asked_back(visit, at, str(dice.randint(1, 9)), queue))
        for _ in range(dice.randint(0, 2)):  # in line, out of it, and in again
            self._at(at, told.waits(visit, at, queue, since=asked))
            at += dice.expovariate(1 / 30)
        if self._free and dice.random() < 0.7:
            return self._served(visit, queue, asked, at, CallbackEnd.SERVED)
        how = dice.choice([end for end in CallbackEnd if end is not CallbackEnd.SERVED])
        self._at(at, told.called_back(visit, at, how, queue))
        return self._at(at, told.ended(visit, at, Outcome.NOT_CALLED_BACK))

    def _waits(self, visit: str, queue: str, at: float, overflows: int = 0) -> None:
        dice = self._dice
        if dice.random() < 0.1:
            return self._refused(visit, queue, at, overflows)
        skills = tuple(sorted(dice.sample(["english", "spanish", "sales"], dice.randint(0, 2))))
        entered = at
        self._at(at, told.waits(visit, at, queue, skills=skills))
        at += dice.expovariate(1 / 10)
        if dice.random() < 0.1:  # an engine took over
            self._at(at, told.waits(visit, at, queue, since=entered, skills=skills))
        if overflows < 2 and dice.random() < 0.1:
            if dice.random() < 0.5:  # what an engine of old did not tell
                reason = dice.choice(list(ExitReason))
                self._at(at, told.sent_away(visit, at, at - entered, reason, queue, "queue q0"))
            return self._waits(visit, dice.choice(self._queues), at + 1.0, overflows + 1)
        kind = dice.random()
        if kind < 0.15 or not self._free:
            self._at(at, told.abandoned(visit, at, at - entered, queue))
            return self._at(at, told.ended(visit, at, Outcome.ABANDONED))
        if kind < 0.25:
            outcome = dice.choice([Outcome.TIMED_OUT, Outcome.LOST, Outcome.LEFT_BY_KEY])
            if outcome is Outcome.LEFT_BY_KEY:
                self._at(at, told.sent_away(visit, at, at - entered, ExitReason.KEY, queue))
            elif outcome is Outcome.TIMED_OUT and dice.random() < 0.5:
                self._at(at, told.sent_away(visit, at, at - entered, ExitReason.TIMEOUT, queue))
            return self._at(at, told.ended(visit, at, outcome))
        return self._served(visit, queue, entered, at)

    def _refused(self, visit: str, queue: str, at: float, overflows: int) -> None:
        reason, goes_on = self._dice.choice(list(RefusalReason)), overflows < 2 and self._dice.random() < 0.5
        self._at(at, told.refused(visit, at, reason, queue, "queue q0" if goes_on else ""))
        if goes_on:
            return self._waits(visit, self._dice.choice(self._queues), at, overflows + 1)
        return self._at(at, told.ended(visit, at, Outcome.REFUSED))

    def _served(
        self, visit: str, queue: str, entered: float, at: float, callback: CallbackEnd | None = None
    ) -> None:
        dice, agent = self._dice, self._free.pop(self._dice.randrange(len(self._free)))
        self._logs_in(agent)
        number = 1
        while dice.random() < 0.2:
            reason = dice.choice(list(DeclineReason))
            self._rings(visit, queue, agent, at, number)
            self._at(at + 3, told.declined(visit, at + 3, agent, 3.0, reason, queue, number))
            self._is(agent, at + 3, State.READY)
            at, number = at + 3, number + 1
        ring_s, talk_s = dice.uniform(0, 8), dice.expovariate(1 / 60)
        self._rings(visit, queue, agent, at, number)
        at += ring_s
        self._is(agent, at, State.BUSY, SubState.ANSWERED)
        self._at(at, told.served(visit, at, agent, at - entered, ring_s, queue, 1, number))
        at += talk_s
        self._at(at, told.talked(visit, at, agent, talk_s, queue))
        if callback is not None:
            self._at(at, told.called_back(visit, at, callback, queue))
        self._afterwards(agent, at)
        self._at(at, told.ended(visit, at, Outcome.SERVED))

    def _rings(self, visit: str, queue: str, agent: str, at: float, number: int) -> None:
        self._at(at, told.offered(visit, at, agent, number, queue))
        self._is(agent, at, State.BUSY, SubState.RINGING)

    def _logs_in(self, agent: str) -> None:
        if self._state[agent] is State.LOGOUT:
            self._is(agent, self.now, State.LOGIN)
            self._is(agent, self.now, State.UNREADY, SubState.WAIT)
            self._is(agent, self.now, State.READY)

    def _afterwards(self, agent: str, at: float) -> None:
        """Wrap-up, or none; then free again, on a break, or gone home."""
        dice, rest = self._dice, self._dice.random()
        after = State.LOGOUT if rest < 0.1 else State.READY
        if dice.random() < 0.3:
            return self._is(agent, at, after, frees=agent)
        self._is(agent, at, State.ACW)
        wrap_up_s = dice.uniform(0, 20)
        self._is(agent, at + wrap_up_s, after)
        return self._at(at + wrap_up_s, told.wrapped_up(agent, at + wrap_up_s, wrap_up_s), frees=agent)

    def _is(
        self, agent: str, at: float, state: State, sub_state: SubState = SubState.NONE, frees: str = ""
    ) -> None:
        self._at(at, told.is_now(agent, at, state, sub_state, self._state[agent]), frees)
        self._state[agent] = state
