"""A walk through an IVR tree, node by node, until it leads to a queue or to its end."""

import asyncio
import logging
import re
from typing import assert_never

from ccapp.acd import Visit
from ccapp.calls.floor import Floor
from ccapp.calls.forward import forward
from ccapp.calls.keys import key_during, keys_during
from ccapp.calls.queueing import line_for
from ccapp.calls.waypoint import InLine, InTree
from ccapp.domain import ivr
from ccapp.domain.calldata import lookup
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import NodeId
from ccapp.ports import Leg

log = logging.getLogger(__name__)

VISITS_MAX = 200
"""Nodes a call may pass: more is a graph that leads a caller in circles, whatever he keys."""


async def walk(visit: Visit, caller: Leg, at: InTree, floor: Floor) -> InLine | None:
    """Returns the line the caller goes to, None when the tree (or its end) ended the visit.

    The call finishes on the tree as it was when he entered it.
    """
    tree = floor.acd.centre.trees.get(at.tree)
    if tree is None:
        visit.ends(Outcome.REFUSED, EndedBy.SYSTEM)
        return None
    node = at.node if at.node is not None and at.node in tree.nodes else tree.start
    for _ in range(VISITS_MAX):
        floor.acd.in_node(visit, tree.id, node)
        match await _visit(tree.nodes[node], visit, caller, floor):
            case InLine() as line:
                return line
            case None:
                visit.ends(Outcome.IVR_ENDED, EndedBy.SYSTEM)
                return None
            case following:
                node = following
    log.warning("visit=%s tree=%s ended after %d nodes", visit.id, tree.id, VISITS_MAX)
    visit.ends(Outcome.IVR_ENDED, EndedBy.SYSTEM)
    return None


async def _visit(node: ivr.Node, visit: Visit, caller: Leg, floor: Floor) -> NodeId | InLine | None:
    """What one node does: the next node, a queue's line, or the end."""
    match node:
        case ivr.Play(prompt=prompt, then=then):
            await _play(caller, prompt, visit)
            return then
        case ivr.Menu():
            return await _menu(node, visit, caller)
        case ivr.Collect():
            return await _collect(node, visit, caller)
        case ivr.SetData(values=values, then=then):
            visit.learn({name: filled(value, visit) for name, value in values.items()})
            return then
        case ivr.Branch(cases=cases, otherwise=otherwise):
            return next((case.then for case in cases if holds(case, visit)), otherwise)
        case ivr.Enqueue(queue=queue, requires=requires, priority_s=priority_s, caller_priority=priority):
            return line_for(visit, queue, requires, priority_s, priority)
        case ivr.Forward():
            return await forward(visit, caller, node, floor)
        case ivr.HangUp(prompt=prompt):
            if prompt is not None:
                await _play(caller, prompt, visit)
            return None
        case _ as never:
            assert_never(never)


async def _play(caller: Leg, prompt: ivr.Prompt, visit: Visit) -> None:
    await caller.answer()
    await caller.play([spoken(prompt, visit)])


async def _menu(menu: ivr.Menu, visit: Visit, caller: Leg) -> NodeId | None:
    await caller.answer()
    prompt = spoken(menu.prompt, visit)
    for _ in range(menu.loops):
        await asyncio.sleep(menu.silence_before_s)
        key = await key_during(caller, [prompt], barge_in=menu.barge_in, then_within_s=menu.key_timeout_s)
        if key is None:
            continue
        if key in menu.branches:
            return menu.branches[key]
        if ivr.INVALID_KEY in menu.branches:
            return menu.branches[ivr.INVALID_KEY]
    return menu.branches.get(ivr.EMPTY_KEY)


async def _collect(collect: ivr.Collect, visit: Visit, caller: Leg) -> NodeId | None:
    await caller.answer()
    prompt = spoken(collect.prompt, visit)
    for _ in range(collect.tries):
        digits = await keys_during(
            caller,
            [prompt],
            most=collect.digits_max,
            terminator=collect.terminator,
            within_s=collect.key_timeout_s,
        )
        if len(digits) >= collect.digits_min:
            visit.learn({collect.into: digits})
            return collect.then
    return collect.otherwise


def holds(case: ivr.Case, visit: Visit) -> bool:
    """An order comparison with something that is not a number does not hold."""
    value = lookup(visit.data, case.data)
    match case.test:
        case "equals":
            return value == case.value
        case "not_equals":
            return value != case.value
        case "starts_with":
            return value.startswith(case.value)
        case "one_of":
            return value in {part.strip() for part in case.value.split(",")}
        case "present":
            return bool(value)
        case "at_least" | "at_most" as test:
            return _compares(value, test == "at_least", case.value)
        case _ as never:
            assert_never(never)


def _compares(value: str, at_least: bool, bound: str) -> bool:
    try:
        number, limit = float(value), float(bound)
    except ValueError:
        return False
    return number >= limit if at_least else number <= limit


_FIELD = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*)\}")


def filled(text: str, visit: Visit) -> str:
    """`{Name}` replaced by that call data; nothing in the data is looked at again."""
    return _FIELD.sub(lambda match: lookup(visit.data, match[1]), text)


def spoken(prompt: ivr.Prompt, visit: Visit) -> ivr.Prompt:
    match prompt:
        case ivr.Say(text=text, voice=voice):
            return ivr.Say(text=filled(text, visit), voice=voice)
        case ivr.Sound():
            return prompt
