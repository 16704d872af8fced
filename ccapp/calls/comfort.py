"""What a waiting caller hears: music and what he is told; or, not yet answered while a phone rings, ringing.

What he is told is told in the hall itself: the switch plays it to him alone, and the music goes on behind it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from ccapp.acd import Attempt, Place
from ccapp.acd.signal import Signal
from ccapp.calls import announcing, ringing, waiting_keys
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import heard
from ccapp.calls.offering import Served
from ccapp.calls.scope import Undo, until
from ccapp.domain.announcing import Said
from ccapp.domain.centre import Queue
from ccapp.domain.ids import ChannelId
from ccapp.domain.ivr import Prompt
from ccapp.ports import Leg, LegGone, SwitchError

log = logging.getLogger(__name__)


class Comfort:
    """A `Party` of `offering`: the caller of a place in the line. Leaving it ends all that he is told."""

    def __init__(
        self, place: Place, caller: Leg, queue: Queue, floor: Floor, said: Said | None = None
    ) -> None:
        """`said`: by the queue so far; None: it tells him nothing, nor do its keys concern him."""
        self.floor = floor
        self.joining = False  # an agent has answered: whatever he would hear or key comes too late
        self._place = place
        self._caller = caller
        self._queue = queue
        self._said = said
        self._hall = floor.rooms.hall(place.queue)
        self._inside = False
        self._turn = asyncio.Lock()  # what he hears changes, or something is told
        self._cut: Signal[str] | None = None  # of what is told now
        self._stays = asyncio.Event()  # he is not being joined
        self._stays.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._announcing = False
        self._unwatch: Undo = lambda: None

    def __enter__(self) -> Self:
        self._unwatch = self._place.manager_missed.on(lambda _: self._tell_absence())
        if self._said is not None:
            self._begin(lambda: waiting_keys.listen(self._place, self._caller, self, self.floor.acd))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unwatch()
        for task in self._tasks:
            task.cancel()
        self._hall.left(self._caller)

    def _begin(self, doing: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(_until_gone(doing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until_served(self) -> Served:
        """Raises TurnedAway when a rule, or a key of his, ends the wait."""
        async with until(self._place.left_by_key.on):
            return await ringing.first_to_answer(self._place, self)
        assert self._place.away is not None, "a key has led him away"
        raise self._place.away

    # --- Party

    @property
    def channel(self) -> ChannelId:
        return self._caller.id

    async def music(self) -> None:
        """From the first music on the queue's announcements are made, too."""
        self._waits_on()
        if (said := self._said) is not None and not self._announcing:
            self._announcing = True
            self._begin(lambda: announcing.announce(self._place, self, said, self.floor.acd))
        if self._cut is None:
            await self._enter()

    async def while_ringing(self) -> None:
        self._waits_on()
        if self._caller.answered:
            await self.music()
        else:
            await self._tried(self._caller.ring())

    async def comes(self, attempt: Attempt, agent: Leg) -> Leg:
        await self.taken_out()
        return self._caller

    async def taken_out(self) -> None:
        """He is moved to be joined: should that fail, the next music brings him back."""
        self.joining = True
        self._stays.clear()
        if self._cut is not None:
            self._cut.fire("joined")
        async with self._turn:
            self._inside = False

    def _waits_on(self) -> None:
        self.joining = False
        self._stays.set()

    # --- music

    async def _enter(self) -> None:
        async with self._turn:
            if not self._inside and not self.joining:
                self._inside = True
                self._inside = await self._tried(self._into_the_hall())

    async def _into_the_hall(self) -> None:
        await self._caller.answer()
        await self._hall.enter(self._caller, self._queue.music)

    async def _tried(self, comfort: Coroutine[None, None, None]) -> bool:
        """From a failed command the caller suffers silence, nothing worse: he keeps waiting."""
        try:
            await comfort
        except LegGone:
            raise
        except SwitchError:
            log.exception("leg=%s waits in silence", self._caller.id)
            return False
        return True

    # --- what he is told

    async def tell(self, words: Callable[[], Sequence[Prompt]]) -> None:
        """One thing after the other; `words` are asked for in the instant they are begun. Joining him cuts
        them, and he is told nothing while he is being joined."""
        cut = None
        while cut is None:
            await self._stays.wait()
            async with self._turn:
                if not self.joining:
                    cut = self._cut = Signal()
                    try:
                        async with until(cut.on):
                            await self._tried(self._say(words()))
                    finally:
                        self._cut = None
        if cut.fired is None:
            await self._enter()

    async def _say(self, prompts: Sequence[Prompt]) -> None:
        if prompts:
            await self._caller.answer()
            await self._caller.play(prompts)

    def _tell_absence(self) -> None:
        if self._queue.manager is not None and self._queue.manager.absent is not None:
            absent = heard(self._queue.manager.absent, self._place.visit, self.floor.acd.centre)
            self._begin(lambda: self.tell(lambda: absent))


async def _until_gone(doing: Callable[[], Coroutine[None, None, None]]) -> None:
    with suppress(LegGone):  # his own story hears of that
        await doing()
