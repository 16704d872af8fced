"""The folder outside the checkout that keeps what is costly to fetch, and the rule by which it is filled.

Several runs may want the same thing at once, and any of them may be killed half way: so a thing is built in a
folder of its own under a file lock and appears under its final name by one rename, complete or not at all.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """`$CCAPP_CACHE`, else `~/.cache/ccapp`; made when missing."""
    folder = Path(os.environ.get("CCAPP_CACHE") or Path.home() / ".cache" / "ccapp")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on `path` against other processes (and other threads, each opens its own)."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def built_once(name: str, build: Callable[[Path], None], within: Path | None = None) -> Path:
    """The folder `name` of the cache (or of `within`), filled by `build(empty folder)` the first time."""
    parent = within or cache_folder()
    final = parent / name
    if final.is_dir():
        return final
    with locked(parent / f"{name}.lock"):
        if final.is_dir():
            return final
        work = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=parent))
        try:
            work.chmod(0o755)
            build(work)
            work.rename(final)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    return final
