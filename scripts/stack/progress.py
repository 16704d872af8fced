"""What is being done and how long it took, on standard error, for all that takes longer than a blink."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(stderr=True, highlight=False)


@contextmanager
def step(what: str) -> Iterator[None]:
    """A spinner on a terminal while the block runs; one plain line with its seconds when it ended well."""
    began = time.monotonic()
    with console.status(what):
        yield
    console.print(f"{what} ({time.monotonic() - began:.1f} s)", soft_wrap=True)
