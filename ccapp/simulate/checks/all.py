"""All checks of a world, as one."""

from collections.abc import Callable

from ccapp.domain.centre import Centre
from ccapp.domain.events import Fact
from ccapp.simulate.checks.agents import Agents
from ccapp.simulate.checks.lines import Lines
from ccapp.simulate.checks.order import Order
from ccapp.simulate.checks.verdict import Verdict
from ccapp.simulate.checks.visits import Visits
from ccapp.simulate.exchange import Exchange


class Checks:
    def __init__(self, centre: Centre, exchange: Exchange, now: Callable[[], float]) -> None:
        self.verdict = Verdict(now)
        self.visits = Visits(self.verdict)
        self.agents = Agents(self.verdict, self.visits)
        self.order = Order(self.verdict, centre)
        self.lines = Lines(self.verdict, self.visits, exchange)

    @property
    def violated(self) -> bool:
        return bool(self.verdict.violations)

    def fact(self, fact: Fact) -> None:
        self.visits.fact(fact)
        self.agents.fact(fact)
        self.order.fact(fact)

    def quiet(self) -> None:
        self.agents.quiet()
        self.order.quiet()

    def inspect(self) -> None:
        self.lines.inspect()
        self.agents.overdue()

    def engine_died(self) -> None:
        self.visits.engine_died()
        self.agents.engine_died()
        self.order.engine_died()
        self.lines.engine_died()

    def at_the_end(self) -> None:
        self.visits.at_the_end()
        self.order.at_the_end()
        self.lines.at_the_end()
