"""Replays one seed and prints what happened: `python -m ccapp.simulate.seed 42 --faults kill drop`."""

import argparse
import logging
import sys

from ccapp.simulate.races import race
from ccapp.simulate.recording import Line, record, told
from ccapp.simulate.scenario import Fault, Scenario
from ccapp.simulate.storm import storm


def scenario_of(arguments: argparse.Namespace) -> Scenario:
    if arguments.race:
        return race(arguments.seed)
    return storm(arguments.seed, [Fault(fault) for fault in arguments.faults])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--race", action="store_true", help="a same-instant race instead of a storm")
    parser.add_argument("--faults", nargs="*", default=[], choices=[fault.value for fault in Fault])
    parser.add_argument("--only", default="", help="print only lines that contain this text")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("asyncio").setLevel(logging.INFO)

    def show(line: Line) -> None:
        text = told(line)
        if arguments.only in text:
            print(text)

    result = record(scenario_of(arguments), show)
    for violation in result.violations:
        print("BROKEN", violation)
    print(result.outcomes)
    return 1 if result.violations else 0


if __name__ == "__main__":
    sys.exit(main())
