"""What may go wrong on a call, as three named endings; anything else is a programming error."""


class SipError(Exception):
    """The other side said no: `code` (300..699) and its reason phrase."""

    def __init__(self, code: int, reason: str, seen: str = "") -> None:
        super().__init__(f"{code} {reason}" + (f"\n{seen}" if seen else ""))
        self.code = code
        self.reason = reason


class CallOver(Exception):
    """The call had already ended when something was asked of it."""


class Deadline(AssertionError):
    """What was waited for did not happen in time; the text says what was seen instead."""
