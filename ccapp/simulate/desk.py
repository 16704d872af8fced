"""What agents do beside answering: log in, take breaks, walk off, unplug their phones, go home."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from ccapp.domain.centre import FeatureCodes
from ccapp.domain.ids import AgentId
from ccapp.domain.presence import IllegalMove, Move, State, SubState
from ccapp.simulate.engine import Engine
from ccapp.simulate.exchange import Exchange

TRY_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moods:
    """How restless agents are. `every_s`: mean seconds between two acts; 0: they sit still."""

    every_s: float = 0.0
    log_out: float = 0.1
    rest: float = 0.3
    wrap_up_done: float = 0.2
    unplug: float = 0.1
    by_phone: float = 0.1  # of the acts, dialled as feature codes
    dial: float = 0.0  # calls of their own
    once: float = 0.0  # of the times they are ready: for one call
    on_line: float = 0.0  # off-hook, to wait for callers
    pause_s_max: float = 30.0
    step_s: float = 0.0  # acts fall on multiples of it


class Desk:
    """One agent's. `engine` gives the living engine, or None while there is none."""

    def __init__(
        self,
        exchange: Exchange,
        engine: Callable[[], Engine | None],
        agent: AgentId,
        moods: Moods,
        chance: random.Random,
    ) -> None:
        self._exchange = exchange
        self._engine = engine
        self.agent = agent
        self._moods = moods
        self._chance = chance
        self._home = False

    def begin(self, after_s: float = 0.0) -> None:
        self._later(after_s, self._comes_in)
        if self._moods.every_s:
            self._next()

    def go_home(self) -> None:
        self._home = True
        self._exchange.register(self.agent, True)
        self._leave()

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        step_s = self._moods.step_s
        self._exchange.after(round(delay_s / step_s) * step_s if step_s else delay_s, act)

    def ask(self, move: Move, sub_state: SubState = SubState.WAIT) -> bool:
        """False when it was not possible now."""
        engine = self._engine()
        if engine is None:
            return False
        try:
            engine.do(lambda: engine.acd.move(self.agent, move, sub_state=sub_state))
        except IllegalMove:
            return False
        return True

    def _comes_in(self) -> None:
        if self._home:
            return
        if not (self.ask(Move.LOG_IN) and self.ask(Move.READY)):
            self._later(TRY_AGAIN_S, self._comes_in)

    def _leave(self, looks: int = 10) -> None:
        """A call on its way may log him in once more: he looks again."""
        engine = self._engine()
        if engine is None or engine.acd.presence(self.agent).state is not State.LOGOUT:
            self.ask(Move.LOG_OUT)
            self._later(TRY_AGAIN_S, self._leave)
        elif looks:
            self._later(TRY_AGAIN_S, lambda: self._leave(looks - 1))

    def _next(self) -> None:
        self._later(self._chance.expovariate(1 / self._moods.every_s), self._act)

    def _act(self) -> None:
        if self._home:
            return
        moods, dice = self._moods, self._chance.random()
        back_s = self._chance.uniform(0, moods.pause_s_max)
        for share, act in (
            (moods.log_out, self._log_out),
            (moods.rest, self._rest),
            (moods.wrap_up_done, self._wrap_up_done),
            (moods.unplug, self._unplug),
            (moods.dial, self._dial),
            (moods.on_line, self._wait_on_line),
        ):
            if dice < share:
                act()
                break
            dice -= share
        self._later(back_s, self._back)
        self._next()

    def _log_out(self) -> None:
        self._by_phone_or(FeatureCodes().log_out, lambda: self.ask(Move.LOG_OUT))

    def _rest(self) -> None:
        sub_state = self._chance.choice([SubState.BREAK, SubState.AWAY, SubState.DND])
        self._by_phone_or(FeatureCodes().not_ready, lambda: self.ask(Move.NOT_READY, sub_state))

    def _wrap_up_done(self) -> None:
        self._by_phone_or(FeatureCodes().wrap_up_done, lambda: self.ask(Move.WRAP_UP_DONE))

    def _by_phone_or(self, code: str, act: Callable[[], object]) -> None:
        if self._chance.random() < self._moods.by_phone:
            self._exchange.call_from_phone(self.agent, code)
        else:
            act()

    def _dial(self) -> None:
        """A colleague, a number outside, or one that leads nowhere; for a while, with a hold perhaps."""
        number = self._chance.choice(["200", "201", "202", "0301234", "77", "9"])
        phone = self._exchange.call_from_phone(self.agent, number)
        lasts_s = self._chance.uniform(0, 60)
        self._later(lasts_s / 3, lambda: self._exchange.hold(phone, True))
        self._later(lasts_s / 2, lambda: self._exchange.hold(phone, False))
        self._later(lasts_s, lambda: self._exchange.hang_up(phone))

    def _wait_on_line(self) -> None:
        """For a while, unless he is there already or his phone rings."""
        if not self._exchange.uses_phone(self.agent):
            phone = self._exchange.call_from_phone(self.agent, FeatureCodes().on_line)
            lasts_s = self._chance.uniform(0, 4 * self._moods.pause_s_max)
            self._later(lasts_s, lambda: self._exchange.hang_up(phone))

    def _unplug(self) -> None:
        self._exchange.register(self.agent, False)
        self._later(self._chance.uniform(0, self._moods.pause_s_max), self._plug)

    def _plug(self) -> None:
        self._exchange.register(self.agent, True)

    def _back(self) -> None:
        if not self._home:
            self.ask(Move.LOG_IN)
            once = self._moods.once > 0 and self._chance.random() < self._moods.once
            self.ask(Move.READY_ONCE if once else Move.READY)
