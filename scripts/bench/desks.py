"""The agents' phones: registered from the very port on which SIPp then plays all of them.

A registration lasts for minutes only, and SIPp has the port: so they are registered anew before each turn.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from scripts.bench.sipp import LOOPBACK, Sipp
from tests.phone.digest import authorization, parse_challenge

EXPIRES_S: Final = 3600
AT_ONCE: Final = 20
TRIES_MAX: Final = 4
"""A challenge may be stale by the time it is answered."""

_STATUS: Final = re.compile(r"SIP/2\.0 (\d{3})")


class NotRegistered(Exception):
    """A phone was refused, or Asterisk did not answer."""


def password(agent: str) -> str:
    return f"secret of {agent}"


class Desks:
    """`agents` on one port. Asterisk writes down where a REGISTER came from, so it must come from there."""

    def __init__(self, folder: Path, agents: Sequence[str], asterisk: tuple[str, int], port: int) -> None:
        self._folder, self._agents, self._asterisk = folder, agents, asterisk
        self.port = port
        self.sipp: Sipp | None = None

    def open(self) -> None:
        """Register all, anew if they were, and begin to answer."""
        if self.sipp is not None:
            self.sipp.end()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.bind((LOOPBACK, self.port))
            line.settimeout(0.5)
            for start in range(0, len(self._agents), AT_ONCE):
                _register(line, self._asterisk, self._agents[start : start + AT_ONCE])
        self.sipp = Sipp(self._folder, "agent", port=self.port, remote=self._asterisk)

    def close(self) -> None:
        if self.sipp is not None:
            self.sipp.end()


def _register(line: socket.socket, asterisk: tuple[str, int], agents: Sequence[str]) -> None:
    """All of these at once: a request each, the answer to the challenge, and so on until all are in."""
    waiting = {f"{uuid4().hex}@bench": agent for agent in agents}
    for call, agent in waiting.items():
        line.sendto(_request(line, asterisk, agent, call, 1, ""), asterisk)
    deadline = time.monotonic() + 20
    while waiting:
        if time.monotonic() > deadline:
            raise NotRegistered(f"no answer for {', '.join(waiting.values())}")
        try:
            text = line.recv(65_535).decode()
        except TimeoutError:
            continue
        call = _header(text, "Call-ID")
        if text.startswith("OPTIONS"):
            line.sendto(_fine(text), asterisk)
        elif call in waiting:
            _next(line, asterisk, text, call, waiting)


def _next(
    line: socket.socket, asterisk: tuple[str, int], text: str, call: str, waiting: dict[str, str]
) -> None:
    agent, status = waiting[call], _STATUS.match(text)
    if status is None or status[1] == "100":
        return
    if status[1] == "200":
        del waiting[call]
    elif status[1] == "401" and (tried := int(_header(text, "CSeq").split()[0])) < TRIES_MAX:
        challenge = parse_challenge(_header(text, "WWW-Authenticate"))
        assert challenge is not None
        answer = authorization(
            challenge, agent, password(agent), "REGISTER", _uri(asterisk), cnonce=uuid4().hex
        )
        line.sendto(
            _request(line, asterisk, agent, call, tried + 1, f"Authorization: {answer}\r\n"), asterisk
        )
    else:
        raise NotRegistered(f"{agent}: {text.splitlines()[0]}")


def _uri(asterisk: tuple[str, int]) -> str:
    return f"sip:{asterisk[0]}:{asterisk[1]}"


def _request(
    line: socket.socket, asterisk: tuple[str, int], agent: str, call: str, number: int, more: str
) -> bytes:
    host, port = line.getsockname()
    return (
        f"REGISTER {_uri(asterisk)} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid4().hex};rport\r\n"
        f"From: <sip:{agent}@{asterisk[0]}>;tag={call[:8]}\r\n"
        f"To: <sip:{agent}@{asterisk[0]}>\r\n"
        f"Call-ID: {call}\r\nCSeq: {number} REGISTER\r\n"
        f"Contact: <sip:{agent}@{host}:{port}>\r\nExpires: {EXPIRES_S}\r\n"
        f"Max-Forwards: 70\r\n{more}Content-Length: 0\r\n\r\n"
    ).encode()


def _fine(request: str) -> bytes:
    """200 to a question whether the phone is there."""
    wanted = ("via:", "from:", "to:", "call-id:", "cseq:")
    headers = [header for header in request.split("\r\n") if header.lower().startswith(wanted)]
    return "\r\n".join(["SIP/2.0 200 OK", *headers, "Content-Length: 0", "", ""]).encode()


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r$", text, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""
