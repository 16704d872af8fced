"""A call that we make: INVITE, the wait, the answer, or the way back by CANCEL."""

import asyncio

from . import sdp
from .call import Call, End, Side, cause_of
from .codec import Codec
from .dialog import Dialog
from .line import Line
from .message import Headers, Request, Response
from .transaction import ClientTransaction


class Outgoing(Call):
    """Begins to ring as soon as it is made; the dialling goes on in the background."""

    def __init__(self, line: Line, dialog: Dialog, codecs: tuple[Codec, ...], headers: Headers) -> None:
        super().__init__(line, dialog, codecs, asyncio.get_running_loop().time())
        self.provisional: list[tuple[int, float]] = []
        """Each provisional response: its code and its loop time."""
        self._transaction: ClientTransaction | None = None
        self._withdrawn = False
        self._cancelled = ""
        self._mine = self._offer()
        self._first = self._invite(self._mine, headers)
        line.spawn(self._dial(), f"phone-dial-{dialog.target}")

    async def _dial(self) -> None:
        request = self._first
        response = await self._try(request)
        while (again := self._line.authorised(request, response)) and not self._withdrawn:
            self._dialog.cseq, request = again.cseq[0], again
            response = await self._try(request)
        self.messages.append(response)
        self.headers = response.headers
        if response.code < 300:
            await self._connect(request, response)
        else:
            by: Side = "local" if self._withdrawn else "remote"
            self._finish(End(by, response.code, response.reason, cause_of(response)))

    async def _try(self, request: Request) -> Response:
        transactions = self._line.transactions
        self._transaction = transactions.send(request, self._dialog.next_hop, self._provisional)
        return await self._transaction.final

    def _provisional(self, response: Response) -> None:
        self.messages.append(response)
        self.provisional.append((response.code, asyncio.get_running_loop().time()))
        if response.code > 100:
            self._dialog.learn(response)
            self.timings.ringing_at = self.timings.ringing_at or self.provisional[-1][1]
            self.state = "ringing"
        self._agree(response)
        if self._withdrawn:
            self._cancel()
        self._pulse.beat()

    async def _connect(self, request: Request, response: Response) -> None:
        """Acknowledge the 200; when we had given up meanwhile, hang up at once."""
        assert self._transaction is not None
        self._dialog.established(response)
        ack = self._dialog.request("ACK", cseq=request.cseq[0])
        self._transaction.acknowledge(ack, self._dialog.next_hop)
        self._agree(response)
        self.timings.answered_at = asyncio.get_running_loop().time()
        self.state = "talking"
        self._pulse.beat()
        if self._withdrawn:
            await self.hang_up()

    def _agree(self, response: Response) -> None:
        """Talk as the answer says; when it is of no use to us, give the call up."""
        try:
            if response.body:
                self.media.agree(self._mine, sdp.read(response.body))
        except ValueError:
            self._withdrawn = True

    async def _withdraw(self) -> None:
        """CANCEL, at once or as soon as the first provisional response allows it (RFC 3261 §9.1)."""
        if not self._withdrawn:
            self._withdrawn = True
            if self._transaction and self._transaction.proceeding:
                self._cancel()
        await self.ended(70 * self._line.transactions.t1_s)

    def _cancel(self) -> None:
        assert self._transaction is not None
        invite = self._transaction.request
        if self._cancelled == invite.branch:
            return
        self._cancelled = invite.branch
        kept = ("via", "route", "from", "to", "call-id", "max-forwards")
        headers = [(name, value) for name, value in invite.headers if name.lower() in kept]
        cancel = Request(
            method="CANCEL", uri=invite.uri, headers=[*headers, ("CSeq", f"{invite.cseq[0]} CANCEL")]
        )
        self._line.transactions.send(cancel, self._transaction.address)
