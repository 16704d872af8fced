"""An event loop whose time is a number: it jumps to the next deadline the moment nothing else can run.

Owned by whoever calls `run`. It opens no socket, starts no thread, reads no clock. Callbacks that are ready
keep asyncio's order, which asyncio's own primitives rely on; timers due at the same instant have no order in
asyncio either, and `shuffle` makes the seed choose it.

A *process* is a set of tasks that can be killed as `kill -9` would: nothing of it ever runs again, not even a
`finally`. Membership is a context variable, so that every task and timer a process starts belongs to it.
"""

import asyncio
import heapq
import math
import random
from asyncio import base_events, events
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, cast

RESOLUTION_S = 1e-9
"""Timers closer together than this are due at the same instant. (With 1e-12 a float clock stops moving after
16,384 seconds: `when + 1e-12 == when`, and a loop that compares so spins for ever.)"""

TURNS_MAX = 100_000
"""Turns of the loop at one instant before it is called a livelock."""

PROCESS: ContextVar["Process | None"] = ContextVar("PROCESS", default=None)


class Deadlock(Exception):
    """Nothing can run and no timer is set: what is awaited will never happen."""


class Livelock(Exception):
    """The same instant never ends."""


class Process:
    """The tasks and timers started in `context`, to be killed together."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.context: Context = copy_context()
        self.context.run(PROCESS.set, self)


class _NoFiles:
    """Stands where BaseEventLoop keeps its selector; there is nothing to select."""

    def close(self) -> None:
        pass


class VirtualLoop(base_events.BaseEventLoop):
    _ready: Any
    _scheduled: list[Any]
    _timer_cancelled_count: int

    def __init__(self, seed: int | str | None = None, *, shuffle: bool = True) -> None:
        super().__init__()
        self._selector = _NoFiles()
        self._clock_resolution = RESOLUTION_S
        self._now = 0.0
        self.on_quiet: Callable[[], None] = lambda: None
        """Called when everything that can happen at this instant has happened."""
        self._turns = 0
        self._order = random.Random(f"order/{seed}") if shuffle and seed is not None else None
        self._killed: list[Process] = []
        self._kept: list[object] = []  # what the dead would have run; to collect it would run their `finally`

    def time(self) -> float:
        return self._now

    def kill(self, process: Process) -> None:
        """Nothing of the process runs from now on. The caller must not be part of it."""
        process.alive = False
        self._killed.append(process)
        self._kept += [task for task in asyncio.all_tasks(self) if process_of(task) is process]

    def bury(self) -> None:
        """When nobody looks any more the dead may run on, to be cancelled and collected in order."""
        for process in self._killed:
            process.alive = True
        self._killed.clear()
        self._ready.extend(handle for handle in self._kept if isinstance(handle, asyncio.Handle))
        self._kept.clear()

    # --- one turn

    def _run_once(self) -> None:
        if not self._ready and not self._stopping:  # type: ignore[attr-defined]
            self._jump()
        self._take_due()
        self._count_turn()
        ready = self._ready
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle._cancelled:
                continue
            if self._killed and _is_dead(handle):
                self._kept.append(handle)
            else:
                handle._run()

    def _jump(self) -> None:
        self._drop_cancelled()
        scheduled = self._scheduled
        while scheduled and scheduled[0]._cancelled:
            self._pop()
        if not scheduled:
            raise Deadlock(_report(self))
        if scheduled[0]._when > self._now:
            self.on_quiet()
            self._now = scheduled[0]._when
            self._turns = 0

    def _take_due(self) -> None:
        scheduled = self._scheduled
        end = max(self._now + RESOLUTION_S, math.nextafter(self._now, math.inf))
        due = []
        while scheduled and scheduled[0]._when < end:
            timer = self._pop()
            if not timer._cancelled:
                due.append(timer)
                self._now = max(self._now, timer._when)  # nobody is woken early
        if self._order is not None and len(due) > 1:
            self._order.shuffle(due)
        self._ready.extend(due)

    def _pop(self) -> Any:
        timer = heapq.heappop(self._scheduled)
        timer._scheduled = False
        if timer._cancelled:
            self._timer_cancelled_count -= 1
        return timer

    def _drop_cancelled(self) -> None:
        if self._timer_cancelled_count > 500 and self._timer_cancelled_count * 2 > len(self._scheduled):
            for timer in self._scheduled:
                timer._scheduled = not timer._cancelled
            self._scheduled = [timer for timer in self._scheduled if timer._scheduled]
            heapq.heapify(self._scheduled)
            self._timer_cancelled_count = 0

    def _count_turn(self) -> None:
        self._turns += 1
        if self._turns > TURNS_MAX:
            raise Livelock(f"{TURNS_MAX} turns at {self._now} s\n{_report(self)}")

    # --- what a virtual loop does not have

    def _process_events(self, event_list: object) -> None:
        raise NotImplementedError("no sockets in virtual time")

    def _write_to_self(self) -> None:
        pass  # call_soon_threadsafe from a signal handler: the next turn comes anyway

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        raise RuntimeError("no threads in virtual time")


def _is_dead(handle: Any) -> bool:
    process = handle._context.get(PROCESS)
    return process is not None and not process.alive


def process_of(task: asyncio.Task[Any]) -> Process | None:
    return task.get_context().get(PROCESS)


def _report(loop: VirtualLoop) -> str:
    """Who waits, and where."""
    lines = [f"at {loop.time():.9f} s nothing can run and no timer is set; waiting:"]
    for task in asyncio.all_tasks(loop):
        process = process_of(task)
        if process is None or process.alive:
            lines.append(f"  {task.get_name()}: {_where(task)}")
    return "\n".join(lines)


def _where(task: asyncio.Task[Any]) -> str:
    frames, awaited = [], cast(Any, task.get_coro())
    while awaited is not None and (frame := getattr(awaited, "cr_frame", None)) is not None:
        frames.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
        awaited = awaited.cr_await
    return " > ".join(frames)


def run[T](main: Coroutine[Any, Any, T], seed: int | str | None = None, *, shuffle: bool = True) -> T:
    """Runs `main` to its end on a fresh virtual loop; tasks still alive then are cancelled."""
    loop = VirtualLoop(seed, shuffle=shuffle)
    events.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        try:
            loop.bury()
            _cancel_all(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            events.set_event_loop(None)
            loop.close()


def _cancel_all(loop: VirtualLoop) -> None:
    alive = asyncio.all_tasks(loop)
    for task in alive:
        task.cancel()
    if alive:
        loop.run_until_complete(asyncio.gather(*alive, return_exceptions=True))
