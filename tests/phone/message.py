"""SIP messages as values: parse, look up, write, and a request's own reply (RFC 3261 §7, §8, §20)."""

import re
from dataclasses import dataclass, field
from functools import cached_property

type Headers = list[tuple[str, str]]
type Address = tuple[str, int]

_SHORT = {
    "v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact", "l": "Content-Length",
    "c": "Content-Type", "k": "Supported", "s": "Subject", "r": "Refer-To", "b": "Referred-By", "o": "Event",
}  # fmt: skip
REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 400: "Bad Request",
    403: "Forbidden", 404: "Not Found", 408: "Request Timeout", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented",
    503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
}  # fmt: skip


class Malformed(ValueError):
    """Bytes that are not a SIP message."""


@dataclass(kw_only=True)
class Message:
    """What requests and responses share."""

    headers: Headers = field(default_factory=list)
    body: str = ""

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; None without one."""
        return next((value for n, value in self.headers if n.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        """All values of that name in order, comma-joined ones taken apart (Via, Route, Contact …)."""
        return [part for n, v in self.headers if n.lower() == name.lower() for part in split_commas(v)]

    def need(self, name: str) -> str:
        """The header, or Malformed without it."""
        value = self.header(name)
        if value is None:
            raise Malformed(f"{self.first_line}: no {name}")
        return value

    @property
    def first_line(self) -> str:
        raise NotImplementedError

    @property
    def call_id(self) -> str:
        return self.need("Call-ID")

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method."""
        number, _, method = self.need("CSeq").partition(" ")
        return int(number), method.strip()

    @property
    def branch(self) -> str:
        """The branch of the topmost Via."""
        return param(self.all("Via")[0], "branch") or ""

    def encode(self) -> bytes:
        """As it goes over the wire."""
        lines = [self.first_line, *(f"{name}: {value}" for name, value in self.headers)]
        body = self.body.encode()
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        return head.encode(errors="surrogateescape") + body


@dataclass(kw_only=True)
class Request(Message):
    method: str
    uri: str

    @property
    def first_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"

    def reply(
        self, code: int, *, to_tag: str = "", reason: str = "", headers: Headers | None = None, body: str = ""
    ) -> "Response":
        """The response that belongs to this request; `to_tag` is added unless To has one."""
        copied = ("via", "from", "call-id", "cseq", "record-route")
        kept = [(name, value) for name, value in self.headers if name.lower() in copied]
        to = self.need("To")
        if to_tag and code > 100 and not param(to, "tag"):
            to += f";tag={to_tag}"
        return Response(
            code=code,
            reason=reason or REASONS.get(code, "Unknown"),
            headers=[*kept, ("To", to), *(headers or [])],
            body=body,
        )


@dataclass(kw_only=True)
class Response(Message):
    code: int
    reason: str

    @property
    def first_line(self) -> str:
        return f"SIP/2.0 {self.code} {self.reason}"


@dataclass(frozen=True)
class NameAddress:
    """A From, To, Contact or P-Asserted-Identity value."""

    text: str

    @cached_property
    def uri(self) -> str:
        """What stands between < and >, or all up to the first parameter."""
        inside = re.search(r"<([^>]*)>", self.text)
        return inside[1] if inside else self.text.partition(";")[0].strip()

    @property
    def display(self) -> str:
        """The display name without quotes, empty without one."""
        before, bracket, _ = self.text.partition("<")
        name = before.strip().removeprefix('"').removesuffix('"')
        return re.sub(r"\\(.)", r"\1", name) if bracket else ""

    @property
    def user(self) -> str:
        """The user part of the URI, empty without one."""
        found = re.match(r"(?:sips?|tel):([^@;]*)(@?)", self.uri)
        if not found or (self.uri.startswith("sip") and not found[2]):
            return ""
        return found[1].partition(":")[0]


def address_of(uri: str) -> Address | None:
    """Where to send for this URI: (IPv4, port), or None when its host is a name we would have to look up."""
    host = re.match(r"sips?:(?:[^@]*@)?([^;?:>]+)(?::(\d+))?", uri)
    if not host or not re.fullmatch(r"[\d.]+", host[1]):
        return None
    return host[1], int(host[2] or 5060)


def param(value: str, name: str) -> str | None:
    """A header parameter (those after the closing bracket), None without it, empty when it has no value."""
    found = re.search(
        rf";\s*{re.escape(name)}(?:\s*=\s*([^;,\s]*))?(?=[;,\s]|$)", value.rpartition(">")[2], re.I
    )
    return (found[1] or "") if found else None


def split_commas(value: str) -> list[str]:
    """Split at commas that stand neither in quotes nor in brackets."""
    parts = re.findall(r'(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+', value)
    return [part.strip() for part in parts if part.strip()]


def parse(data: bytes) -> Request | Response:
    """One datagram as a message; raises Malformed."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    headers = [_header(line) for line in lines if line]
    start = first.split(" ", 2)
    if len(start) != 3:
        raise Malformed(f"not SIP: {first[:80]!r}")
    if start[0] == "SIP/2.0":
        return Response(code=int(start[1]), reason=start[2], headers=headers, body=body)
    if start[2] != "SIP/2.0":
        raise Malformed(f"not SIP: {first[:80]!r}")
    return Request(method=start[0], uri=start[1], headers=headers, body=body)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise Malformed(f"not a header: {line[:80]!r}")
    name = name.strip()
    return _SHORT.get(name.lower(), name), value.strip()
