"""HTTP and WebSocket: the REST surface, health, metrics and the live stream.

Reads the live owner, the journal and the records; sends commands to the live owner, never to the switch.
Nothing a client writes reaches a log line or a header as it is.
"""

from ccapp.web.application import make_app, serving
from ccapp.web.desk import Desk, Health, SwitchMeter

__all__ = ["Desk", "Health", "SwitchMeter", "make_app", "serving"]
