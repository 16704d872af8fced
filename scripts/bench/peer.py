"""app_queue as one would run it for speed: what it is told, and how it is put in and out of Asterisk.

Its choices are those most to its favour: `autofill`, `ringinuse=no` (as ccapp: nobody is rung twice),
`retry=1` (the least), no wrap-up, no announcements, no log, no CDR. Where an agent is free its caller hears
ringing and nothing is answered before the agent does (`Queue(bench,r)`, as ccapp does it); where callers wait
they are answered and hear music. Both systems never do more for a caller than the other in the same measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

IDLE: Final = "7000"
BACKLOG: Final = "7001"
WAITING: Final = "7002"
SILENCE: Final = "7003"
"""The control: answered, then nothing at all."""

DIALPLAN: Final = f"""
[from-trunk](+)
exten => {IDLE},1,Queue(bench,r)
 same => n,Hangup()
exten => {BACKLOG},1,Answer()
 same => n,Queue(bench)
 same => n,Hangup()
exten => {WAITING},1,Answer()
 same => n,Queue(nobody)
 same => n,Hangup()
exten => {SILENCE},1,Answer()
 same => n,Wait(3600)
 same => n,Hangup()
"""

_QUEUE: Final = """
[{name}]
musicclass = default
strategy = leastrecent
timeout = 15
retry = 1
wrapuptime = 0
autofill = yes
ringinuse = no
joinempty = yes
leavewhenempty = no
"""


def queues(agents: Sequence[str]) -> str:
    """queues.conf: `bench` with these agents, and `nobody` with the same on a break."""
    general = "[general]\npersistentmembers = no\nautofill = yes\nlog_membername_as_agent = no\n"
    return general + _queue("bench", agents, paused="no") + _queue("nobody", agents, paused="yes")


def _queue(name: str, agents: Sequence[str], paused: str) -> str:
    # interface, penalty, name, state interface, ringinuse, wrap-up, paused
    members = "".join(f"member => PJSIP/{agent},0,{agent},PJSIP/{agent},no,0,{paused}\n" for agent in agents)
    return _QUEUE.format(name=name) + members
