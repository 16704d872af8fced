"""One checkout's side of `beside`: its own bed, with its own engine, and a round whenever it is asked for.

Run as a file, with the checkout to be measured as PYTHONPATH: all but this file is that checkout's. A line
comes in for every round, `idle` or `backlog`, and one of JSON goes out.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from scripts.bench.bed import Bed
from scripts.bench.measures import Bench
from scripts.bench.plans import QUICK, SMOKE
from scripts.bench.traffic import percentile


def main(*, eyes: bool, smoke: bool) -> None:
    [plan] = (SMOKE if smoke else QUICK).plans
    with tempfile.TemporaryDirectory(prefix="ccapp-beside-") as folder:
        os.chmod(folder, 0o755)  # Asterisk may run as another user
        with Bed(Path(folder), plan.agents) as bed:
            bench = Bench(bed, eyes=eyes)
            bench.warm_up()
            print("ready", flush=True)
            for asked in sys.stdin:
                found = bench.idle(plan) if asked.strip() == "idle" else bench.backlog(plan)
                p50, p99 = ([percentile(found.latencies, q) for q in (0.5, 0.99)]) if eyes else (0, 0)
                figures = {**found.cpu_ms, "p50_s": p50, "p99_s": p99, "failed": found.failed}
                print("round", json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(eyes="eyes" in sys.argv, smoke="smoke" in sys.argv)
