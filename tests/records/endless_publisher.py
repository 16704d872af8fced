"""A process that publishes without end and says each number once `publish` has returned; to be killed.

Arguments: database URL, spool folder, epoch.
"""

import asyncio
import os
import sys
from pathlib import Path

from ccapp.records.journal import PostgresJournal
from tests.records.stories import arrived


async def main(url: str, spool: str, epoch: str) -> None:
    async with PostgresJournal.open(url, Path(spool), int(epoch)) as journal:
        while True:
            for _ in range(20):
                seq = journal.publish(arrived(f"{epoch}-{os.getpid()}"))
                os.write(1, b"%d\n" % seq)
            await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
