"""Exact results of queueing theory, and what a sample must do to agree with them."""

import math
from collections.abc import Callable, Sequence
from itertools import permutations

# --- one skill


def erlang_b(a: float, n: int) -> float:
    b = 1.0
    for k in range(1, n + 1):
        b = a * b / (k + a * b)
    return b


def erlang_c(a: float, n: int) -> float:
    b = erlang_b(a, n)
    return b / (1 - (a / n) * (1 - b))


def erlang_a(rate: float, aht: float, patience: float, n: int, within: float) -> dict[str, float]:
    """P(wait), P(abandon), E[W] of all, P(served within), occupancy; by integration."""
    mu, theta = 1 / aht, 1 / patience

    def f(x: float) -> float:
        return math.exp(rate * (1 - math.exp(-theta * x)) / theta - n * mu * x)

    e = 1 / erlang_b(rate * aht, n - 1)
    d = e + rate * _integral(f, 0, _far(f))
    served = [e / d + rate / d * _integral(lambda x: f(x) * math.exp(-theta * x), 0, until)
              for until in (within, _far(f))]  # fmt: skip
    abandoned = 1 - served[1]
    return {
        "wait": 1 - e / d,
        "abandon": abandoned,
        "mean": abandoned / theta,
        "within": served[0],
        "occupancy": rate * (1 - abandoned) * aht / n,
    }


def _far(f: Callable[[float], float]) -> float:
    x = 1.0
    while f(x) > 1e-14:
        x *= 1.5
    return x


def _integral(f: Callable[[float], float], a: float, b: float, steps: int = 20_000) -> float:
    """Simpson's rule."""
    h = (b - a) / steps
    odd = sum(f(a + i * h) for i in range(1, steps, 2))
    even = sum(f(a + i * h) for i in range(2, steps, 2))
    return h / 3 * (f(a) + 4 * odd + 2 * even + f(b))


# --- several skills: first come first served to the longest idle compatible agent (Adan & Weiss 2014)


def product_form(rates: Sequence[float], serves: Sequence[frozenset[int]]) -> tuple[list[float], list[float]]:
    """P(wait) by class and busy share by agent, of agents who serve at rate 1 each."""
    agents = range(len(serves))
    waits, busy, total = [0.0] * len(rates), [0.0] * len(serves), 0.0
    for order in permutations(agents):
        for count in range(len(serves) + 1):
            weight = _weight(rates, serves, order, count)
            total += weight
            for agent in order[:count]:
                busy[agent] += weight
            idle = set().union(*(serves[agent] for agent in order[count:]))
            for kind in range(len(rates)):
                waits[kind] += 0 if kind in idle else weight
    return [wait / total for wait in waits], [share / total for share in busy]


def _weight(
    rates: Sequence[float], serves: Sequence[frozenset[int]], order: Sequence[int], count: int
) -> float:
    """Of the busy agents order[:count] and the idle ones behind, over all numbers of waiting calls."""
    weight = 1.0
    for j in range(1, count + 1):
        others = set().union(*(serves[agent] for agent in order[j:]))
        only = sum(rate for kind, rate in enumerate(rates) if kind not in others)
        weight /= j * (1 - only / j)
    for j in range(count, len(order)):
        able = set().union(*(serves[agent] for agent in order[j:]))
        weight /= sum(rates[kind] for kind in able)
    return weight


# --- does a sample agree?

T_19 = 2.093  # Student's t, 19 degrees of freedom, 95 %
BATCHES = 20


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % confidence interval of the mean, by batch means. As many values as make BATCHES equal batches."""
    size = len(values) // BATCHES
    means = [sum(values[i * size : (i + 1) * size]) / size for i in range(BATCHES)]
    mean = sum(means) / BATCHES
    spread = math.sqrt(sum((each - mean) ** 2 for each in means) / (BATCHES - 1))
    half = T_19 * spread / math.sqrt(BATCHES)
    return mean - half, mean + half


def agrees(values: Sequence[float], exact: float) -> bool:
    low, high = interval(values)
    return low <= exact <= high
