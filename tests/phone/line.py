"""A phone's line: its socket, its identity, its password. It registers, and answers challenges with digest.

The line carries calls but knows none of them: requests that come in go to whoever owns the line.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine

from . import digest
from .dialog import Dialog, new_tag
from .errors import SipError
from .message import Address, Request, Response
from .transaction import ServerTransaction, Transactions, new_branch


class Line:
    """Owns the transactions and all background tasks of one phone."""

    def __init__(
        self,
        user: str,
        password: str | None,
        server: Address | None,
        on_request: Callable[[ServerTransaction], None],
        t1_s: float,
    ) -> None:
        self.user, self.password, self.server = user, password, server
        self.transactions = Transactions(on_request, t1_s)
        self.faults: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._registration: Dialog | None = None
        self._renewal: asyncio.TimerHandle | None = None

    async def open(self, host: str, port: int) -> None:
        """Bind the SIP socket; raises OSError."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self.transactions.wire, local_addr=(host, port))

    @property
    def address(self) -> Address:
        return self.transactions.wire.address

    @property
    def contact(self) -> str:
        host, port = self.address
        return f"<sip:{self.user}@{host}:{port}>"

    def spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """Run in the background; a fault is kept and raised when the phone is closed."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def authorised(self, request: Request, response: Response) -> Request | None:
        """The request again with the password's proof; None when it was no challenge or did not help."""
        name = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}.get(response.code)
        if name is None or self.password is None:
            return None
        values = [value for n, value in response.headers if n.lower() == name.lower()]
        challenge = next((c for c in map(digest.parse_challenge, values) if c), None)
        proof = "Authorization" if response.code == 401 else "Proxy-Authorization"
        stale = challenge is not None and challenge.get("stale", "").lower() == "true"
        if challenge is None or (request.header(proof) and not stale):
            return None
        value = digest.authorization(
            challenge, self.user, self.password, request.method, request.uri, secrets.token_hex(8)
        )
        return _again(request, (proof, value))

    async def ask(self, dialog: Dialog, request: Request) -> Response:
        """Send a request other than INVITE's first one and give its final response, whatever it is."""
        response = await self.transactions.send(request, dialog.next_hop).final
        if again := self.authorised(request, response):
            dialog.cseq = again.cseq[0]
            response = await self.transactions.send(again, dialog.next_hop).final
        return response

    async def register(self, expires: int) -> None:
        """Register our contact and renew it half-way (0: take it away); raises SipError."""
        if self.server is None:
            raise ValueError("no server to register with")
        if self._renewal:
            self._renewal.cancel()
        dialog = self._registration or self._new_registration(self.server)
        self._registration = dialog if expires else None
        request = dialog.request("REGISTER", [("Expires", str(expires))])
        response = await self.ask(dialog, request)
        if response.code >= 300:
            self._registration = None
            seen = self.transactions.wire.story(dialog.call_id)
            raise SipError(response.code, response.reason, seen)
        if expires:
            loop = asyncio.get_running_loop()
            self._renewal = loop.call_later(
                expires / 2, lambda: self.spawn(self._renew(expires), "phone-renewal")
            )

    async def _renew(self, expires: int) -> None:
        """Once more; a server that is away then (a restart) is asked again soon."""
        try:
            await self.register(expires)
        except SipError:
            loop = asyncio.get_running_loop()
            self._renewal = loop.call_later(5, lambda: self.spawn(self._renew(expires), "phone-renewal"))

    @property
    def registered(self) -> bool:
        return self._registration is not None

    async def close(self) -> None:
        """Cancel what still runs, close the socket."""
        if self._renewal:
            self._renewal.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.transactions.close()

    def _new_registration(self, server: Address) -> Dialog:
        aor = f"<sip:{self.user}@{server[0]}:{server[1]}>"
        return Dialog(
            call_id=new_tag() + new_tag(),
            local=aor,
            remote=aor,
            target=f"sip:{server[0]}:{server[1]}",
            contact=self.contact,
            via=self.address,
            fallback=server,
        )

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if fault := task.exception():
                self.faults.append(fault)


def _again(request: Request, proof: tuple[str, str]) -> Request:
    """A copy with the next CSeq, a new branch and the proof."""
    number, method = request.cseq
    headers = []
    for name, value in request.headers:
        if name == "Via":
            value = value.replace(request.branch, new_branch())
        elif name == "CSeq":
            value = f"{number + 1} {method}"
        if name != proof[0]:
            headers.append((name, value))
    return Request(method=method, uri=request.uri, headers=[*headers, proof], body=request.body)
