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
TrunkId = NewType("TrunkId", str)
"""A trunk's PJSIP endpoint name in Asterisk."""

TreeId = NewType("TreeId", str)
NodeId = NewType("NodeId", str)
OfferId = NewType("OfferId", str)
"""`<visit>/<n>`: the n-th offer of a visit, counted from 1, never reused."""

ChannelId = NewType("ChannelId", str)
BridgeId = NewType("BridgeId", str)


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


def is_room(bridge: BridgeId) -> bool:
    """Whether a bridge is one of ours: a hall, a talk, or the bridge of a forwarded call."""
    return bridge.startswith(("talk-", "hall-", "forward-"))
