"""What many days say together: a mean, and how far from the truth it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_Z = 1.959964


def student_t(freedom: int) -> float:
    """The 97.5 % point of Student's t; from 31 on by its expansion, which is right to three digits there."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    return _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over days and half the width of its 95 % confidence interval; None: of a single day."""

    mean: float
    half: float | None

    @property
    def low(self) -> float:
        return self.mean - (self.half or 0.0)

    @property
    def high(self) -> float:
        return self.mean + (self.half or 0.0)

    @property
    def sure(self) -> bool:
        """Whether it is not nought, by its interval."""
        return self.half is not None and not self.low <= 0.0 <= self.high


def estimate(values: Sequence[float | None]) -> Estimate | None:
    """Of the days on which there was something to measure; None: of none."""
    some = [value for value in values if value is not None]
    if not some:
        return None
    mean = sum(some) / len(some)
    if len(some) == 1:
        return Estimate(mean, None)
    spread = sqrt(sum((value - mean) ** 2 for value in some) / (len(some) - 1))
    return Estimate(mean, student_t(len(some) - 1) * spread / sqrt(len(some)))


def difference(of: Sequence[float | None], to: Sequence[float | None]) -> Estimate | None:
    """Of pairs of days with the same people; what both have in common falls out."""
    pairs = zip(of, to, strict=True)
    return estimate([None if one is None or other is None else other - one for one, other in pairs])
