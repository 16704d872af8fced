"""How many facts the figures fold in a second.

    python -m scripts.bench.figures [--calls 90000] [--by hour]

The facts are made up beforehand: calls to some queues that are offered, declined, answered, abandoned, with
the agents' presences and wrap-ups. Only the fold is timed, in CPU seconds, then one reading of everything.
"""

import argparse
import random
import resource
import time
from collections.abc import Iterator

from ccapp.domain.events import Fact
from ccapp.routing.figures import By, Dimension, Figures, Selection
from tests.figures.stream import Stream


def facts(calls: int, seed: int = 1) -> Iterator[Fact]:
    """Poisson arrivals over a day, to 20 queues with 500 agents."""
    dice = random.Random(seed)
    stream = Stream(dice, queues=20, agents=500)
    for _ in range(calls):
        yield from stream.next_call(dice.expovariate(calls / 86_400))


def main() -> None:
    given = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    given.add_argument("--calls", type=int, default=90_000)
    given.add_argument("--by", type=By, default=By.HOUR)
    asked = given.parse_args()
    made = list(facts(asked.calls))
    dimensions = frozenset(Dimension) - {Dimension.CALLER}
    figures = Figures(Selection(by=asked.by, dimensions=dimensions))
    began = time.process_time()
    figures.feed_all(made)
    fold_s = time.process_time() - began
    began = time.process_time()
    rows = sum(len(figures.rows(each, figures.last_at)) for each in dimensions)
    read_s = time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(made):,} facts of {asked.calls:,} calls folded in {fold_s:.2f} s: {len(made) / fold_s:,.0f}/s"
    )
    print(f"{rows:,} rows read in {read_s * 1000:.0f} ms; {peak_mb:.0f} MB at most, the facts included")


if __name__ == "__main__":
    main()
