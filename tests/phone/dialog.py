"""A dialog (RFC 3261 §12): who the two are to each other, and how a request within it looks."""

import re
import secrets
from dataclasses import dataclass, field

from .message import Address, Headers, Message, NameAddress, Request, Response, address_of, param
from .transaction import new_branch


def new_tag() -> str:
    return secrets.token_hex(6)


@dataclass(kw_only=True)
class Dialog:
    """The state that both sides share about one call. `fallback`: where to send instead of to a host name."""

    call_id: str
    local: str
    """Our From or To value, without tag."""
    remote: str
    target: str
    """The URI of the other side's Contact (at first, the one we dialled)."""
    contact: str
    via: Address
    fallback: Address
    local_tag: str = field(default_factory=new_tag)
    remote_tag: str = ""
    cseq: int = 0
    routes: list[str] = field(default_factory=list)

    @property
    def next_hop(self) -> Address:
        """Where the next request goes: the first route, else the target."""
        uri = NameAddress(self.routes[0]).uri if self.routes else self.target
        return address_of(uri) or self.fallback

    def request(
        self, method: str, headers: Headers | None = None, body: str = "", cseq: int | None = None
    ) -> Request:
        """A request within the dialog; without `cseq` it takes the next number."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        to_tag = f";tag={self.remote_tag}" if self.remote_tag else ""
        own: Headers = [
            ("Via", f"SIP/2.0/UDP {self.via[0]}:{self.via[1]};rport;branch={new_branch()}"),
            *(("Route", route) for route in self.routes),
            ("Max-Forwards", "70"),
            ("From", f"{self.local};tag={self.local_tag}"),
            ("To", self.remote + to_tag),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", self.contact),
            ("User-Agent", "ccapp-phone"),
        ]
        return Request(method=method, uri=self.target, headers=own + (headers or []), body=body)

    def learn(self, message: Message) -> None:
        """Take the other side's tag and Contact from his answer or his request."""
        if isinstance(message, Response):
            self.remote_tag = param(message.need("To"), "tag") or self.remote_tag
        if contacts := message.all("Contact"):
            self.target = NameAddress(contacts[0]).uri

    def established(self, response: Response) -> None:
        """Our INVITE was answered: the route is now settled."""
        self.learn(response)
        self.routes = list(reversed(response.all("Record-Route")))


def without_params(value: str) -> str:
    """A From or To value without its tag, always with brackets."""
    name = NameAddress(value)
    return named(name.display, name.uri)


def named(display: str, uri: str) -> str:
    """A From or To value, the display name quoted as RFC 3261 wants it."""
    quoted = re.sub(r'(["\\])', r"\\\1", display)
    return f'"{quoted}" <{uri}>' if display else f"<{uri}>"
