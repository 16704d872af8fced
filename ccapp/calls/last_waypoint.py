"""Where on his way the facts have a caller whose engine died: his journey goes on from there."""

from dataclasses import replace
from itertools import islice

from ccapp.acd import TurnedAway
from ccapp.acd.recovery import Away, OpenVisit
from ccapp.calls import backend, listed, queueing, voicemail
from ccapp.calls.floor import Floor
from ccapp.calls.inbound import learn_from_headers, start
from ccapp.calls.waypoint import InLine, InMailbox, InTree, Waypoint
from ccapp.domain import events
from ccapp.domain.admission import ExitReason, Goodbye, ToAgent, ToTree, Treatment, ways
from ccapp.domain.centre import Queue
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import NodeId, TreeId
from ccapp.domain.ivr import CallAgent, LeaveMessage, Node, SendEvent, SendSms
from ccapp.ports import Leg


async def last_waypoint(open: OpenVisit, caller: Leg, floor: Floor) -> Waypoint | None:
    """None: his journey is over."""
    if open.message is not None or open.after_message is not None:
        return _at_mailbox(open, floor)
    if (waits := open.waits) is not None:
        retry_s = queue.retry_same_agent_s if (queue := floor.acd.centre.queues.get(waits.queue)) else 0.0
        return InLine(
            queue=waits.queue,
            requires=waits.own_requires,
            priority_s=waits.own_priority_s,
            caller_priority=waits.caller_priority,
            brought_s=waits.brought_s,
            entered_at=waits.entered_at,
            manager=None if open.manager_missed else waits.manager,
            only=_only(open, waits, floor),
            back=_back(open, waits),
            tried={agent: at + retry_s for agent, at in open.tried.items()},
            told=open.told,
        )
    if (away := open.away) is not None:
        return await _sent_on(open, away, caller, floor)
    if open.node is not None:
        caller.quiet()  # of a node that asked when the engine died
        return _in_tree(open, open.node, floor)
    await learn_from_headers(open.visit, caller, floor)
    number = floor.acd.centre.number(open.visit.number)
    if number is None or not listed.let_in(open.visit, caller, floor):
        return None
    return start(number, open.visit)


def _at_mailbox(open: OpenVisit, floor: Floor) -> Waypoint | None:
    """His message goes on; behind it when it is over."""
    then, at = None, open.node
    tree = (open.visit.edition or floor.acd.edition).trees.get(at.tree) if at is not None else None
    node = tree.nodes.get(at.node) if at is not None and tree is not None else None
    if at is not None and isinstance(node, LeaveMessage) and open.away is None:
        then = voicemail.from_node(node, InTree(tree=at.tree, back=at.back)).then
    if (begun := open.message) is not None:
        return InMailbox(
            mailbox=begun.mailbox, queue=begun.queue, otherwise=begun.otherwise, then=then, begun=begun
        )
    if then is None:
        open.visit.ends(open.after_message or Outcome.IVR_ENDED, EndedBy.SYSTEM)
    return then


def _in_tree(open: OpenVisit, at: events.IvrVisited, floor: Floor) -> InTree:
    """At his last node again; behind it when that has sent what it sends, which is sent once."""
    node = _node(open, at, floor)
    return InTree(tree=at.tree, node=_behind(open, node) or at.node, back=at.back)


def _node(open: OpenVisit, at: events.IvrVisited, floor: Floor) -> Node | None:
    tree = (open.visit.edition or floor.acd.edition).trees.get(at.tree)
    return tree.nodes.get(at.node) if tree is not None else None


def _only(open: OpenVisit, waits: events.CallWaits, floor: Floor) -> ToAgent | None:
    """The one agent he waits for, and where he goes on to without him: as it is set now."""
    if waits.only_s is None or waits.manager is None:
        return None
    then: Treatment | None = None
    if open.sent is not None:
        then = _ways_left(open.sent, open.sent_vain + 1, floor)[0]
    elif (at := open.node) is not None and isinstance(node := _node(open, at, floor), CallAgent):
        then = ToTree(tree=at.tree, node=node.otherwise)
    return ToAgent(agent=waits.manager, wait_s=waits.only_s, otherwise=then)


def _back(open: OpenVisit, waits: events.CallWaits) -> tuple[tuple[TreeId, NodeId], ...]:
    """Of the tree whose node has sent him to one agent alone."""
    by_node = waits.only_s is not None and open.sent is None
    return open.node.back if by_node and open.node is not None else ()


def _ways_left(away: Away, vain: int, floor: Floor) -> list[Treatment]:
    """Where a queue sends him, without what came to nothing already."""
    queue = floor.acd.centre.queues.get(away.queue, Queue(id=away.queue, name=""))
    key = away.key if isinstance(away, events.WaitEnded) else ""
    first = queue.keys[key] if key in queue.keys else floor.acd.treatment(queue, away.reason)
    return [*islice(ways(first), vain, None), Goodbye(say=queue.sorry)]


def _behind(open: OpenVisit, node: Node | None) -> NodeId | None:
    """Where a node leads whose work is done already."""
    match node:
        case SendEvent(then=then) if open.event_sent:
            return then
        case SendSms(then=then, otherwise=otherwise) if open.sms_sent is not None:
            return then if open.sms_sent else otherwise
        case CallAgent(otherwise=otherwise) if open.agent_missed:
            return otherwise
        case _:
            return None


async def _sent_on(open: OpenVisit, away: Away, caller: Leg, floor: Floor) -> Waypoint | None:
    """On to where the queue had sent him; what it is now, should that have changed."""
    line = queueing.line_for(open.visit, away.queue, {}, 0.0)
    if (waited := open.line) is not None:
        line = replace(
            line,
            requires=waited.own_requires,
            priority_s=waited.own_priority_s,
            caller_priority=waited.caller_priority,
            brought_s=floor.acd.clock.now() - waited.entered_at + waited.brought_s,
        )
    if away.reason is ExitReason.BACKEND and (at := backend.sent_on(line, away.to)) is not None:
        return at
    to = _ways_left(away, open.vain, floor)[0]
    return await queueing.elsewhere(open.visit, caller, line, TurnedAway(away.reason, to), floor)
