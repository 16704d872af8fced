"""One WebSocket connection, open: whole messages in, whole messages out, and its end."""

from base64 import b64encode
from collections.abc import Callable
from typing import Final, Self, override
from urllib.parse import quote, urlsplit

import picows
from picows import WSFrame, WSListener, WSMsgType, WSTransport

from ccapp.telephony.settings import AsteriskSettings

HEARTBEAT_S: Final = 20.0
MESSAGE_BYTES_MAX: Final = 256 * 1024 * 1024
"""`GET /channels` tells of all of them in one message."""

CannotConnect: Final = (picows.WSError, OSError, TimeoutError)


class Wire(WSListener):
    """`hear` is called with every message, in the reader: it must not wait."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self._hear = hear
        self._begun: list[bytes] = []
        self._transport: WSTransport | None = None

    @classmethod
    async def connect(cls, settings: AsteriskSettings, apps: str, hear: Callable[[bytes], None]) -> Self:
        """Raises one of CannotConnect."""
        parts = urlsplit(settings.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        secret = b64encode(f"{settings.user}:{settings.password}".encode()).decode()
        wire = cls(hear)
        await picows.ws_connect(
            lambda: wire,
            f"{scheme}://{parts.netloc}{parts.path}/ari/events?app={quote(apps)}&subscribeAll=false",
            # not as a query parameter: addresses are logged
            extra_headers={"Authorization": f"Basic {secret}"},
            enable_auto_ping=True,
            auto_ping_idle_timeout=HEARTBEAT_S,
            auto_ping_reply_timeout=HEARTBEAT_S / 2,
            max_frame_size=MESSAGE_BYTES_MAX,
            websocket_handshake_timeout=None,  # the caller's own bound holds for all of it
        )
        if wire._transport is None:  # picows says nothing of a connection that ends in the handshake
            raise ConnectionError("cut off in the handshake")
        return wire

    @property
    def _open(self) -> WSTransport:
        assert self._transport is not None, "connected"
        return self._transport

    def send(self, message: bytes) -> None:
        self._open.send(WSMsgType.TEXT, message)

    def close(self) -> None:
        """Harmless when it has ended already."""
        if not self._open.is_disconnected:
            self._open.send_close(picows.WSCloseCode.OK)
            self._open.disconnect()

    async def ended(self) -> None:
        await self._open.wait_disconnected()

    @override
    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    @override
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            part = frame.get_payload_as_bytes()
            if frame.fin and not self._begun:
                self._hear(part)
                return
            self._begun.append(part)
            if frame.fin:
                whole, self._begun = b"".join(self._begun), []
                self._hear(whole)
