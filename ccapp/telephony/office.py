"""What every leg and bridge shares: the lines to Asterisk, the mailboxes, the voice."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ccapp.domain.ids import BridgeId
from ccapp.telephony.halls import Halls
from ccapp.telephony.lines import Lines
from ccapp.telephony.speech import Speech

if TYPE_CHECKING:
    from ccapp.telephony.mailboxes import Mailboxes


@dataclass(slots=True, kw_only=True, eq=False)
class Office:
    lines: Lines
    mailboxes: "Mailboxes"
    speech: Speech
    recorders_app: str
    """The application of the channels that listen in for recordings."""
    recordings: Path
    """Asterisk's folder of recordings, as it is read here."""
    bridges: dict[BridgeId, str | None] = field(default_factory=dict)
    """Those made or found in this connection's life, with their music."""
    halls: Halls = field(default_factory=Halls)
    unwanted_bridges: set[BridgeId] = field(default_factory=set)
    """Closed, and not known to be gone."""
