"""Transactions over UDP (RFC 3261 §17): request and answer reach each other, once, in spite of loss.

A transaction knows messages and timers, never dialogs or media. The layer above sees each new request and
each final response exactly once.
"""

import asyncio
import secrets
from collections.abc import Callable

from .message import Address, Malformed, Request, Response, param
from .wire import Wire

T1_S = 0.5
"""The round trip we assume: the first retransmission comes after it."""
T2_S = 4.0
"""The longest pause between two retransmissions."""


def new_branch() -> str:
    """A branch that no other transaction has, with RFC 3261's magic cookie."""
    return "z9hG4bK" + secrets.token_hex(8)


class Resending:
    """Sends now and again after T1, 2·T1, 4·T1 … at most `ceiling_s` apart; gives up after 64·T1."""

    def __init__(
        self, send: Callable[[], None], give_up: Callable[[], None], t1_s: float, ceiling_s: float
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._send, self._pause_s, self._ceiling_s = send, t1_s, ceiling_s
        self._end = self._loop.call_later(64 * t1_s, self._over, give_up)
        self._next = self._loop.call_later(t1_s, self._again)
        send()

    def slow_down(self) -> None:
        """The other side lives: from now on the longest pause."""
        self._pause_s = self._ceiling_s

    def stop(self) -> None:
        self._next.cancel()
        self._end.cancel()

    def _again(self) -> None:
        self._send()
        self._pause_s = min(self._pause_s * 2, self._ceiling_s)
        self._next = self._loop.call_later(self._pause_s, self._again)

    def _over(self, give_up: Callable[[], None]) -> None:
        self._next.cancel()
        give_up()


class ClientTransaction:
    """Our request on its way. `final` comes true with the first final response, or with a 408 of our own."""

    def __init__(
        self,
        wire: Wire,
        request: Request,
        address: Address,
        t1_s: float,
        on_provisional: Callable[[Response], None] | None = None,
    ) -> None:
        self.request = request
        self.address = address
        self.proceeding = False
        self.final: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._wire = wire
        self._on_provisional = on_provisional
        self._ack: Request | None = None
        self._is_invite = request.method == "INVITE"
        ceiling_s = 64 * t1_s if self._is_invite else 8 * t1_s
        self._resending = Resending(lambda: wire.send(request, address), self._timed_out, t1_s, ceiling_s)

    def receive(self, response: Response) -> None:
        """Take a response from the wire: a new one, or a repeated final one that wants its ACK again."""
        if self.final.done():
            if self._ack is not None and response.code >= 200:
                self._wire.send(self._ack, self.address)
        elif response.code < 200:
            self._proceed(response)
        else:
            self._resending.stop()
            self.final.set_result(response)
            if self._is_invite and response.code >= 300:
                self.acknowledge(_ack_of_refusal(self.request, response), self.address)

    def acknowledge(self, ack: Request, address: Address) -> None:
        """Send this ACK now and whenever the final response is repeated."""
        self._ack, self.address = ack, address
        self._wire.send(ack, address)

    def stop(self) -> None:
        self._resending.stop()
        self.final.cancel()

    def _proceed(self, response: Response) -> None:
        self.proceeding = True
        if self._is_invite:
            self._resending.stop()
        else:
            self._resending.slow_down()
        if self._on_provisional:
            self._on_provisional(response)

    def _timed_out(self) -> None:
        if not self.final.done():
            self.final.set_result(self.request.reply(408, reason="No Answer From Peer"))


class ServerTransaction:
    """A request that came to us, and the answer it got, repeated for as long as the asker repeats himself."""

    def __init__(self, wire: Wire, request: Request, address: Address, t1_s: float) -> None:
        self.request = request
        self.address = address
        self.on_cancel: Callable[[Request], None] | None = None
        self.on_ack: Callable[[Request], None] | None = None
        self.on_unacknowledged: Callable[[], None] | None = None
        self._wire, self._t1_s = wire, t1_s
        self._last: Response | None = None
        self._resending: Resending | None = None

    @property
    def answered(self) -> bool:
        """Whether a final response was given."""
        return self._last is not None and self._last.code >= 200

    def respond(self, response: Response) -> None:
        """Answer; after a final response nothing more is sent but its repetitions."""
        if self.answered:
            return
        self._last = response
        if self.request.method == "INVITE" and response.code >= 200:
            self._resending = Resending(self._send_last, self._given_up, self._t1_s, 8 * self._t1_s)
        else:
            self._send_last()

    def repeated(self) -> None:
        """The request came again."""
        if self._last is not None:
            self._send_last()

    def acknowledged(self, ack: Request) -> None:
        """The ACK came; only the first one counts."""
        if self._resending is None:
            return
        self._resending.stop()
        self._resending = None
        if self.on_ack:
            self.on_ack(ack)

    def cancelled(self, cancel: Request) -> None:
        """The asker took it back; without effect once answered."""
        if self.on_cancel and not self.answered:
            self.on_cancel(cancel)

    def stop(self) -> None:
        if self._resending:
            self._resending.stop()

    def _send_last(self) -> None:
        assert self._last is not None
        self._wire.send(self._last, self.address)

    def _given_up(self) -> None:
        self._resending = None
        if self.on_unacknowledged:
            self.on_unacknowledged()


class Transactions:
    """The table of all transactions of one socket. Hands each new request to `on_request` exactly once."""

    def __init__(self, on_request: Callable[[ServerTransaction], None], t1_s: float = T1_S) -> None:
        self.wire = Wire(self._received)
        self.t1_s = t1_s
        self._on_request = on_request
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}
        self._invites: dict[tuple[str, str | None, int], ServerTransaction] = {}

    def send(
        self, request: Request, address: Address, on_provisional: Callable[[Response], None] | None = None
    ) -> ClientTransaction:
        """Start a request on its way."""
        transaction = ClientTransaction(self.wire, request, address, self.t1_s, on_provisional)
        key = request.branch, request.method
        self._clients[key] = transaction
        transaction.final.add_done_callback(lambda _: self._later(lambda: self._clients.pop(key, None)))
        return transaction

    def invite_to_cancel(self, cancel: Request) -> ServerTransaction | None:
        """The INVITE that this CANCEL means."""
        return self._servers.get((cancel.branch, "INVITE"))

    def close(self) -> None:
        """Stop all timers and close the socket."""
        for client in self._clients.values():
            client.stop()
        for server in self._servers.values():
            server.stop()
        self.wire.close()

    def _received(self, message: Request | Response, address: Address) -> None:
        try:
            if isinstance(message, Response):
                self._response(message)
            elif message.method == "ACK":
                self._ack(message)
            else:
                self._request(message, address)
        except (Malformed, IndexError, StopIteration):
            return  # noise on the wire is no reason to fall over

    def _response(self, response: Response) -> None:
        if client := self._clients.get((response.branch, response.cseq[1])):
            client.receive(response)

    def _ack(self, ack: Request) -> None:
        server = self._servers.get((ack.branch, "INVITE")) or self._invites.get(_invite_key(ack))
        if server:
            server.acknowledged(ack)

    def _request(self, request: Request, address: Address) -> None:
        key = request.branch, request.method
        if known := self._servers.get(key):
            known.repeated()
            return
        _mark_source(request, address)
        server = self._servers[key] = ServerTransaction(self.wire, request, address, self.t1_s)
        if request.method == "INVITE":
            invite_key = _invite_key(request)
            self._invites[invite_key] = server
            self._later(lambda: self._invites.pop(invite_key, None), 600)
            self._later(lambda: self._servers.pop(key, None), 600)
        else:
            self._later(lambda: self._servers.pop(key, None))
        self._on_request(server)

    def _later(self, forget: Callable[[], object], after_s: float | None = None) -> None:
        asyncio.get_running_loop().call_later(after_s or 64 * self.t1_s, forget)


def _invite_key(request: Request) -> tuple[str, str | None, int]:
    return request.call_id, param(request.need("From"), "tag"), request.cseq[0]


def _mark_source(request: Request, address: Address) -> None:
    """Write into the topmost Via where the request really came from (RFC 3581)."""
    index = next(i for i, (name, _) in enumerate(request.headers) if name.lower() == "via")
    via = request.headers[index][1]
    marked = via.replace(";rport", f";rport={address[1]};received={address[0]}", 1)
    if param(via, "rport") == "":
        request.headers[index] = ("Via", marked)


def _ack_of_refusal(invite: Request, response: Response) -> Request:
    """The ACK of a non-2xx, which belongs to the INVITE's own transaction (RFC 3261 §17.1.1.3)."""
    kept = [(n, v) for n, v in invite.headers if n.lower() in ("from", "call-id", "route", "max-forwards")]
    via = next((n, v) for n, v in invite.headers if n.lower() == "via")
    more = [("To", response.need("To")), ("CSeq", f"{invite.cseq[0]} ACK")]
    return Request(method="ACK", uri=invite.uri, headers=[via, *kept, *more])
