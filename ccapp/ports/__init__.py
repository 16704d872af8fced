"""The doors that have two implementations: a real and a simulated one.

`Switch` is Asterisk (telephony/) or the fake of simulate/. `Journal` is Postgres (records/) or memory.
One suite of contract tests runs over both of each. Stories know nothing else of the world.
"""

from ccapp.ports.bridge import Bridge
from ccapp.ports.customers import (
    Customers,
    HttpQuestion,
    Json,
    ListCall,
    ListedAgent,
    ListQuestion,
    NoAnswer,
    NoCustomers,
    SignedPost,
    SqlQuestion,
)
from ccapp.ports.journal import Journal, Recorded
from ccapp.ports.leg import CallerId, Dial, Gone, Leg
from ccapp.ports.news import Arrived, Connected, DeviceOnline, Disconnected, FoundLeg, News, Replaced
from ccapp.ports.outbox import Delivery, Outbox, OutboxAway
from ccapp.ports.prompts import CannotKeep, NoPrompts, Prompts
from ccapp.ports.recording import Dictated, Dictation, DictationRules, Recording, Spoken
from ccapp.ports.switch import Account, Switch
from ccapp.ports.switch_errors import LegGone, Refused, SwitchBusy, SwitchError, SwitchUnreachable

__all__ = [
    "Account", "Arrived", "Bridge", "CallerId", "CannotKeep", "Connected", "Customers", "Delivery",
    "DeviceOnline", "Dial", "Dictated", "Dictation", "DictationRules", "Disconnected", "FoundLeg", "Gone",
    "HttpQuestion", "Journal", "Json", "Leg", "LegGone", "ListCall", "ListQuestion", "ListedAgent", "News",
    "NoAnswer", "NoCustomers", "NoPrompts", "Outbox", "OutboxAway", "Prompts", "Recorded", "Recording",
    "Refused", "Replaced", "SignedPost", "Spoken", "SqlQuestion", "Switch", "SwitchBusy", "SwitchError",
    "SwitchUnreachable",
]  # fmt: skip
