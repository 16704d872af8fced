"""What a caller keys: one key, or several, with or without a prompt that a key cuts."""

import asyncio
from collections.abc import Coroutine, Sequence

from ccapp.domain.ivr import Prompt
from ccapp.ports import Leg


async def interrupted[T](doing: Coroutine[None, None, None], by: Coroutine[None, None, T]) -> T | None:
    """Does `doing` to its end (None), unless `by` comes with a value first, which cuts it short."""
    act, cut = asyncio.ensure_future(doing), asyncio.ensure_future(by)
    try:
        await asyncio.wait((act, cut), return_when=asyncio.FIRST_COMPLETED)
        if cut.done():
            return cut.result()
        act.result()
        return None
    finally:
        for task in (act, cut):
            task.cancel()
        await asyncio.gather(act, cut, return_exceptions=True)


async def key_within(leg: Leg, seconds: float) -> str | None:
    try:
        async with asyncio.timeout(seconds):
            return await leg.digit()
    except TimeoutError:
        return None


async def key_during(
    leg: Leg, prompts: Sequence[Prompt], *, barge_in: bool, then_within_s: float
) -> str | None:
    """Plays, and takes one key: during the play when `barge_in`, else only after it. None: no key came."""
    if barge_in:
        key = await interrupted(leg.play(prompts), leg.digit())
        return key or await key_within(leg, then_within_s)
    await leg.play(prompts)
    leg.forget_digits()
    return await key_within(leg, then_within_s)


async def keys_during(
    leg: Leg, prompts: Sequence[Prompt], *, most: int, terminator: str, within_s: float
) -> str:
    """Plays until the first key and collects up to `most` digits; the terminator or a pause ends it."""
    digits = ""
    key = await key_during(leg, prompts, barge_in=True, then_within_s=within_s)
    while key is not None and key != terminator:
        digits += key
        if len(digits) >= most:
            break
        key = await key_within(leg, within_s)
    return digits
