"""Where checks say what they found."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    at: float
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:.6f} {self.rule}: {self.what}"


class Verdict:
    """The violations so far. `now` is epoch seconds of the world."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.violations: list[Violation] = []
        self.now = now

    def broken(self, rule: str, *what: object) -> None:
        self.violations.append(Violation(self.now(), rule, " ".join(map(str, what))))

    def must(self, holds: bool, rule: str, *what: object) -> None:
        """`what` is made text only when it does not hold."""
        if not holds:
            self.broken(rule, *what)
