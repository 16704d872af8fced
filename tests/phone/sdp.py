"""The little SDP a phone needs: my offer, the other side's wishes, the answer (RFC 4566, RFC 3264)."""

import re
from dataclasses import dataclass
from typing import Literal

from .codec import CODECS, Codec
from .message import Address

type Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

DTMF_TYPE = 101
"""The payload type that we propose for telephone-event."""
_MIRROR: dict[Direction, Direction] = {
    "sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive",
}  # fmt: skip


class NoCommonCodec(ValueError):
    """The other side speaks none of our codecs (488)."""


@dataclass(frozen=True, slots=True)
class Session:
    """One side's audio: where it listens, what it speaks in order of preference, which way sound flows."""

    address: Address
    codecs: tuple[Codec, ...]
    dtmf_type: int | None = DTMF_TYPE
    direction: Direction = "sendrecv"

    @property
    def may_send(self) -> bool:
        """Whether the side that wrote this sends."""
        return self.direction in ("sendrecv", "sendonly")

    @property
    def may_receive(self) -> bool:
        """Whether the side that wrote this wants to receive."""
        return self.direction in ("sendrecv", "recvonly") and self.address[1] != 0

    def write(self, version: int) -> str:
        """As SDP text; `version` must grow with each change."""
        host, port = self.address
        types = [codec.payload_type for codec in self.codecs] + ([self.dtmf_type] if self.dtmf_type else [])
        lines = ["v=0", f"o=- 1 {version} IN IP4 {host}", "s=phone", f"c=IN IP4 {host}", "t=0 0"]
        lines.append(f"m=audio {port} RTP/AVP {' '.join(map(str, types))}")
        lines += [f"a=rtpmap:{codec.rtpmap}" for codec in self.codecs]
        if self.dtmf_type:
            lines += [f"a=rtpmap:{self.dtmf_type} telephone-event/8000", f"a=fmtp:{self.dtmf_type} 0-16"]
        return "\r\n".join([*lines, "a=ptime:20", f"a={self.direction}", ""])


def read(text: str) -> Session:
    """The other side's audio; raises NoCommonCodec or, when it is no SDP with audio, ValueError."""
    audio = re.search(r"^m=audio (\d+) \S+ ([\d ]+)", text, re.M)
    if not audio:
        raise ValueError(f"no audio in {text!r}")
    types = [int(t) for t in audio[2].split()]
    hosts = re.findall(r"^c=IN IP4 ([\d.]+)", text, re.M)
    codecs = tuple(c for t in types for c in CODECS.values() if c.payload_type == t)
    if not codecs:
        raise NoCommonCodec(audio[0])
    dtmf = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", text, re.M | re.I)
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", text, re.M)
    return Session(
        address=(hosts[-1], int(audio[1])),
        codecs=codecs,
        dtmf_type=int(dtmf[1]) if dtmf else None,
        direction=direction[1] if direction else "sendrecv",  # type: ignore[arg-type]
    )


def answer(offer: Session, mine: Session) -> Session:
    """My answer: the first codec of the offer that I speak, his number for DTMF, the mirrored direction.

    `mine.direction` narrows the flow: who holds (sendonly) stays so. Raises NoCommonCodec.
    """
    direction = _narrow(_MIRROR[offer.direction], mine.direction)
    return Session(mine.address, (common_codec(offer, mine),), offer.dtmf_type, direction)


def common_codec(preferring: Session, other: Session) -> Codec:
    """The first codec of one side that the other has too; raises NoCommonCodec."""
    for codec in preferring.codecs:
        if codec in other.codecs:
            return codec
    raise NoCommonCodec(", ".join(codec.name for codec in preferring.codecs))


def _narrow(allowed: Direction, wanted: Direction) -> Direction:
    sends = "send" in allowed and "send" in wanted
    receives = "recv" in allowed and "recv" in wanted
    if sends and receives:
        return "sendrecv"
    return "sendonly" if sends else "recvonly" if receives else "inactive"
