"""An agent who may dials a code, keys which prompt it is, speaks it, hears it, and keeps it.

Until he has kept it callers hear the one before. While he records nothing is offered to him.
"""

import asyncio
import logging

from ccapp.calls.feature_codes import NOT_KNOWN
from ccapp.calls.floor import Floor
from ccapp.calls.keys import interrupted, key_within, keys_during
from ccapp.calls.listening import begun_call, who_dials
from ccapp.calls.scope import until_gone
from ccapp.calls.voicemail import discard
from ccapp.domain import events
from ccapp.domain.ids import AgentId
from ccapp.domain.ivr import Say
from ccapp.domain.tape import fit
from ccapp.ports import Arrived, CannotKeep, DictationRules, Leg

log = logging.getLogger(__name__)

WHICH = "Please key the number of the prompt, then hash."
UNKNOWN = "There is no such prompt."
SPEAK = "Speak after the tone. When you have finished, press hash."
NOTHING = "Nothing was recorded."
KEEP = "To keep it, press 1. To record it again, press 2."
KEPT = "The prompt is kept."
NOT_KEPT = "The prompt cannot be kept now."
SENTENCES = (WHICH, UNKNOWN, SPEAK, NOTHING, KEEP, KEPT, NOT_KEPT)

SECONDS_MAX, SECONDS_MIN = 300, 0.5
KEY_S, TRIES_MAX = 8.0, 5
OVER_S_MAX = SECONDS_MAX + 20.0


async def record_prompt(arrived: Arrived, floor: Floor) -> None:
    """From his dialling to the prompt that is kept, or his hanging up."""
    leg, agent = arrived.leg, who_dials(arrived, floor)
    try:
        async with until_gone(leg):
            await leg.answer()
            if agent not in floor.acd.centre.record_prompts.agents:
                await _say(leg, NOT_KNOWN)
                return
            call = await begun_call(agent, arrived, floor)
            if call is None:
                return
            with floor.acd.own_calls.going_on(call):
                name = await _which(leg, floor)
                if name is not None:
                    await _takes(name, agent, leg, floor)
    finally:
        leg.release()


async def _which(leg: Leg, floor: Floor) -> str | None:
    for _ in range(TRIES_MAX):
        keyed = await keys_during(leg, [Say(text=WHICH)], most=4, terminator="#", within_s=KEY_S)
        name = floor.acd.centre.record_prompts.prompts.get(keyed)
        if name is not None:
            return name
        await _say(leg, UNKNOWN)
    return None


async def _takes(name: str, agent: AgentId, leg: Leg, floor: Floor) -> None:
    """One after the other until he keeps one."""
    for _ in range(TRIES_MAX):
        await _say(leg, SPEAK)
        recording = f"{fit(leg.id)}/prompt-{floor.acd.clock.now():.3f}"
        dictation = leg.dictate(DictationRules(name=recording, seconds_max=SECONDS_MAX))
        try:
            async with asyncio.timeout(OVER_S_MAX):
                over = await dictation.over()
            found = await floor.switch.spoken(dictation.file)
            leg.forget_digits()
            if over.fault or found is None or (found.known and found.seconds < SECONDS_MIN):
                await _say(leg, NOTHING)
            elif await _wanted(dictation.file, leg):
                await _keep(name, dictation.file, agent, leg, floor)
                return
        finally:
            floor.errands.soon(discard(dictation.file, floor))


async def _wanted(file: str, leg: Leg) -> bool:
    """Having heard it; who presses nothing does not want it."""
    key = await interrupted(leg.replay(file), leg.digit())
    for _ in range(TRIES_MAX):
        if key in ("1", "2"):
            break
        key = await interrupted(leg.play([Say(text=KEEP)]), leg.digit()) or await key_within(leg, KEY_S)
    return key == "1"


async def _keep(name: str, file: str, agent: AgentId, leg: Leg, floor: Floor) -> None:
    try:
        await floor.prompts.keep(name, file)
    except CannotKeep as why:
        log.error("agent=%s prompt=%s is not kept: %s", agent, name, why)
        await _say(leg, NOT_KEPT)
        return
    floor.acd.declare(events.PromptRecorded(at=floor.acd.clock.now(), agent=agent, prompt=name))
    await _say(leg, KEPT)


async def _say(leg: Leg, text: str) -> None:
    await leg.play([Say(text=text)])
