"""Names of things. All are short printable strings; NewTypes keep them from being mixed up."""

from typing import NewType

VisitId = NewType("VisitId", str)
"""One caller's whole visit. Equal to the id of the caller's first channel, so that the Asterisk CLI,
ARI and our records speak of the same thing."""

AgentId = NewType("AgentId", str)
"""A person who takes calls; also the name of his SIP account."""

QueueId = NewType("QueueId", str)
SkillId = NewType("SkillId", str)
GroupId = NewType("GroupId", str)
HoursId = NewType("HoursId", str)
TrunkId = NewType("TrunkId", str)
"""A trunk's PJSIP endpoint name in Asterisk."""

TreeId = NewType("TreeId", str)
NodeId = NewType("NodeId", str)
OfferId = NewType("OfferId", str)
"""`<visit>/<n>`: the n-th offer of a visit, counted from 1, never reused."""

MailboxId = NewType("MailboxId", str)
MessageId = NewType("MessageId", str)
"""`<visit>-<n>`: the n-th message of a visit, counted from 1."""

ChannelId = NewType("ChannelId", str)
BridgeId = NewType("BridgeId", str)
SessionId = NewType("SessionId", str)
"""`s-<visit>-<n>`: the n-th time that a customer's server directs this call."""


NO_QUEUE = QueueId("")


def offer_id(visit: VisitId, number: int) -> OfferId:
    return OfferId(f"{visit}/{number}")


def agent_channel(offer: OfferId) -> ChannelId:
    """An offer's agent leg: derived, so that a repeated originate is refused as a repeat."""
    return ChannelId(f"offer-{offer.replace('/', '-')}")


def offer_of(channel: ChannelId) -> OfferId | None:
    """The offer a channel was dialled for, if it was."""
    if not channel.startswith("offer-"):
        return None
    visit, _, number = channel.removeprefix("offer-").rpartition("-")
    return offer_id(VisitId(visit), int(number)) if visit and number.isdigit() else None


def talk_bridge(agent: AgentId) -> BridgeId:
    return BridgeId(f"talk-{agent}")


def hall_bridge(queue: QueueId) -> BridgeId:
    return BridgeId(f"hall-{queue}")


def agent_of(bridge: BridgeId) -> AgentId | None:
    """Whose talk bridge it is, if it is one."""
    return AgentId(bridge.removeprefix("talk-")) if bridge.startswith("talk-") else None


def queue_of(bridge: BridgeId) -> QueueId | None:
    """Whose hall it is, if it is one."""
    return QueueId(bridge.removeprefix("hall-")) if bridge.startswith("hall-") else None


OWN_PREFIX = "own-"


def own_leg(phone: ChannelId) -> ChannelId:
    """The other party's leg of a call that an agent dialled on his own phone."""
    return ChannelId(f"{OWN_PREFIX}{phone}")


def own_bridge(phone: ChannelId) -> BridgeId:
    return BridgeId(f"{OWN_PREFIX}{phone}")


def dialler_of(bridge: BridgeId) -> ChannelId | None:
    """The phone's leg of an agent's own call, if it is the bridge of one."""
    return ChannelId(bridge.removeprefix(OWN_PREFIX)) if bridge.startswith(OWN_PREFIX) else None


CALLBACK_PREFIX = "callback-"


def customer_channel(callback: VisitId, number: int) -> ChannelId:
    """The customer's leg of the n-th try to call back; derived, so that no try is dialled twice."""
    return ChannelId(f"{callback}-{number}")


RECORDER_PREFIX = "record-"


def recorder(recording: str, side: str) -> ChannelId:
    """The channel that listens in for one side of a recording."""
    return ChannelId(f"{RECORDER_PREFIX}{recording.replace('/', '-')}-{side}")


def is_recorder(channel: ChannelId) -> bool:
    return channel.startswith(RECORDER_PREFIX)


def is_dialled(channel: ChannelId) -> bool:
    """Whether it is a leg that an engine rang for an agent's sake, or a customer called back."""
    return channel.startswith((OWN_PREFIX, CALLBACK_PREFIX)) or offer_of(channel) is not None


def is_room(bridge: BridgeId) -> bool:
    """Whether a bridge is one of ours: a hall, a talk, or that of a forwarded or an agent's own call."""
    return bridge.startswith(("talk-", "hall-", "forward-", OWN_PREFIX))
