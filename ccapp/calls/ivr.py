"""A walk through IVR trees, node by node, until it leads to a queue or to its end."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, assert_never

from ccapp.acd import Visit
from ccapp.calls import callback_number, texting
from ccapp.calls.asking import ask
from ccapp.calls.floor import Floor
from ccapp.calls.forward import Outside, forward
from ccapp.calls.ivr_values import filled, holds, spoken
from ccapp.calls.keys import key_during, keys_during
from ccapp.calls.outages import endured
from ccapp.calls.queueing import line_for
from ccapp.calls.voicemail import from_node
from ccapp.calls.waypoint import InLine, InMailbox, InTree
from ccapp.domain import ivr
from ccapp.domain.admission import ToAgent, ToTree
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import HoursId, NodeId, TreeId, TrunkId
from ccapp.domain.recording import recorded
from ccapp.ports import Leg

log = logging.getLogger(__name__)

VISITS_MAX = 200
"""Nodes a call may pass: more is a graph that leads a caller in circles, whatever he keys."""

BACK_MAX = 16
"""Trees a call may be in, one inside the other, and come back to; of more the outermost are forgotten."""


class Spot(NamedTuple):
    tree: TreeId
    node: NodeId


async def walk(visit: Visit, caller: Leg, at: InTree, floor: Floor) -> InLine | InMailbox | None:
    """Returns the line or the mailbox the caller goes to, None when the tree (or its end) ended the visit.

    The call finishes on the trees as they were when it entered the first of them.
    """
    spot, back = _entry(at.tree, at.node, visit, floor), list(at.back)
    if spot is None:
        visit.ends(Outcome.REFUSED, EndedBy.SYSTEM)
        return None
    for _ in range(VISITS_MAX):
        tree = _tree(spot.tree, visit, floor)
        assert tree is not None, "entered"
        floor.acd.in_node(visit, spot.tree, spot.node, back)
        match tree.nodes[spot.node]:
            case ivr.Enqueue(queue=queue, requires=requires, priority_s=priority_s, caller_priority=priority):
                return line_for(visit, queue, requires, priority_s, priority)
            case ivr.LeaveMessage() as node:
                return from_node(node, InTree(tree=spot.tree, back=tuple(back)))
            case ivr.CallAgent() as asked:
                return _to_agent(asked, spot.tree, back, visit)
            case ivr.Enter() as enter:
                if enter.then is not None:
                    back = [*back, Spot(spot.tree, enter.then)][-BACK_MAX:]
                spot = _entry(enter.tree, enter.at, visit, floor)
            case ivr.Return():
                spot = Spot(*back.pop()) if back else None
            case node:
                following = await endured(partial(_visit, node, spot, visit, caller, floor), visit, floor)
                spot = None if following is None else Spot(spot.tree, following)
        if spot is None:
            visit.ends(Outcome.IVR_ENDED, EndedBy.SYSTEM)
            return None
    log.warning("visit=%s tree=%s ended after %d nodes", visit.id, spot.tree, VISITS_MAX)
    visit.ends(Outcome.IVR_ENDED, EndedBy.SYSTEM)
    return None


def _tree(id: TreeId, visit: Visit, floor: Floor) -> ivr.Tree | None:
    """As it was when the call began to walk; one that is newer than that as it is now."""
    acd = floor.acd
    edition = visit.edition = visit.edition or acd.edition
    return edition.trees.get(id) or acd.edition.trees.get(id)


def _entry(id: TreeId, node: NodeId | None, visit: Visit, floor: Floor) -> Spot | None:
    tree = _tree(id, visit, floor)
    if tree is None:
        return None
    return Spot(id, node if node is not None and node in tree.nodes else tree.start)


async def _visit(node: ivr.Step, spot: Spot, visit: Visit, caller: Leg, floor: Floor) -> NodeId | None:
    """What one node does: the next node, or the end."""
    match node:
        case ivr.Play(prompt=prompt, then=then):
            await _play(caller, prompt, visit, floor)
            return then
        case ivr.Menu():
            return await _menu(node, visit, caller, floor)
        case ivr.Collect():
            return await _collect(node, visit, caller, floor)
        case ivr.SetData(values=values, then=then):
            visit.learn({name: filled(value, visit) for name, value in values.items()})
            return then
        case ivr.Branch(cases=cases, otherwise=otherwise):
            held = (case.then for case in cases if holds(case, visit, partial(_is_open, floor)))
            return next(held, otherwise)
        case ivr.SendEvent(name=name, values=values, then=then):
            told = {name: filled(value, visit) for name, value in values.items()}
            floor.acd.send_event(visit, spot.tree, spot.node, name, told)
            return then
        case ivr.AskHttp() | ivr.AskSql():
            return await ask(node, spot.tree, spot.node, visit, caller, floor)
        case ivr.SendSms():
            return await texting.send(node, spot.tree, spot.node, visit, floor)
        case ivr.Forward():
            reached = await forward(visit, caller, _outside(node, visit), floor)
            return None if reached else node.otherwise
        case ivr.AskCallback(queue=queue, requires=requires, priority_s=priority_s, otherwise=otherwise):
            line = line_for(visit, queue, requires, priority_s)
            return None if await callback_number.left(visit, caller, line, floor) else otherwise
        case ivr.HangUp(prompt=prompt):
            if prompt is not None:
                await _play(caller, prompt, visit, floor)
            return None
        case _ as never:
            assert_never(never)


def _to_agent(
    node: ivr.CallAgent, tree: TreeId, back: Sequence[tuple[TreeId, NodeId]], visit: Visit
) -> InLine:
    """In the line for him; should he be missed, on in this tree."""
    only = ToAgent(agent=node.agent, wait_s=node.wait_s, otherwise=ToTree(tree=tree, node=node.otherwise))
    return replace(line_for(visit, node.queue, {}, 0.0), only=only, back=tuple(back))


def _outside(node: ivr.Forward, visit: Visit) -> Outside:
    return Outside(
        number=node.number,
        trunk=TrunkId(node.trunk),
        caller_id=node.caller_id,
        ring_s=node.ring_s,
        record=recorded(visit.data, None),
    )


def _is_open(floor: Floor, hours: str) -> bool:
    """As they are set now. Hours that are set no more are always open, as for a queue."""
    found = floor.acd.centre.hours.get(HoursId(hours))
    return found is None or found.open_at(floor.acd.clock.now())


async def _play(caller: Leg, prompt: ivr.Prompt, visit: Visit, floor: Floor) -> None:
    await caller.answer()
    await caller.play([spoken(prompt, visit, floor.acd.centre)])


async def _menu(menu: ivr.Menu, visit: Visit, caller: Leg, floor: Floor) -> NodeId | None:
    await caller.answer()
    prompt = spoken(menu.prompt, visit, floor.acd.centre)
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


async def _collect(collect: ivr.Collect, visit: Visit, caller: Leg, floor: Floor) -> NodeId | None:
    await caller.answer()
    asked = spoken(collect.prompt, visit, floor.acd.centre)
    prompts = [asked]
    for _ in range(collect.tries):
        digits = await keys_during(
            caller,
            prompts,
            most=collect.digits_max,
            terminator=collect.terminator,
            within_s=collect.key_timeout_s,
        )
        if collect.accepts(digits):
            visit.learn({collect.into: digits})
            return collect.then
        if collect.wrong is not None:
            prompts = [spoken(collect.wrong, visit, floor.acd.centre), asked]
    return collect.otherwise
