"""What can go wrong on the switch, mapped once."""


class SwitchError(Exception):
    """A command the switch did not do."""


class LegGone(SwitchError):
    """The channel, bridge or playback is no more (404, or 409/412 on a channel being torn down)."""


class Refused(SwitchError):
    """The switch understood and said no (other 4xx): a fault of ours or of the configuration."""


class SwitchBusy(SwitchError):
    """The switch cannot now (5xx)."""


class SwitchUnreachable(SwitchError):
    """No answer within the command's bound, or no connection."""
