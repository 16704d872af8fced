"""A node of the IVR has a text message sent; the call goes on, whatever comes of it."""

import asyncio
from urllib.parse import urlsplit

from ccapp.acd import Visit
from ccapp.calls.floor import Floor
from ccapp.calls.ivr_values import filled
from ccapp.domain import events, ivr
from ccapp.domain.events import Asked
from ccapp.domain.ids import NodeId, TreeId
from ccapp.domain.sms import SmsGate
from ccapp.ports import HttpQuestion, NoAnswer

NO_GATE = "no SMS server is configured"


async def send(node: ivr.SendSms, tree: TreeId, name: NodeId, visit: Visit, floor: Floor) -> NodeId:
    """Returns the node to go on with."""
    acd, gate = floor.acd, floor.acd.centre.sms
    began, to = acd.clock.now(), filled(node.to, visit).strip()
    result, detail = Asked.FAILED, NO_GATE
    if gate is not None and not to:
        detail = "nobody to send it to"
    elif gate is not None:
        result, detail = await _asked(gate, _question(gate, node, to, name, visit), floor)
    acd.declare(
        events.IvrSmsSent(
            at=acd.clock.now(),
            visit=visit.id,
            data=visit.data,
            tree=tree,
            node=name,
            number=to,
            of="" if gate is None else urlsplit(gate.url).hostname or "",
            result=result,
            took_s=acd.clock.now() - began,
            detail=detail,
        )
    )
    return node.then if result is Asked.ANSWERED else node.otherwise


async def _asked(gate: SmsGate, question: HttpQuestion, floor: Floor) -> tuple[Asked, str]:
    try:
        async with asyncio.timeout(gate.within_s):
            await floor.customers.tell(question)
    except TimeoutError:
        return Asked.TIMED_OUT, ""
    except NoAnswer as why:
        return Asked.FAILED, str(why)
    return Asked.ANSWERED, ""


def _question(gate: SmsGate, node: ivr.SendSms, to: str, name: NodeId, visit: Visit) -> HttpQuestion:
    """One that is asked again after a restart of ours says so by its key."""
    text, sender = filled(node.text, visit), filled(node.sender, visit) or gate.sender
    return HttpQuestion(
        method="POST",
        url=gate.url,
        headers={"Idempotency-Key": f"{visit.id}/{name}", **gate.headers},
        body={"to": to, "from": sender, "text": text},
    )
