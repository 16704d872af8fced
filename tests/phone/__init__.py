"""A telephone for tests and demos: SIP over UDP, G.711, and an ear that can tell what it heard.

    async with Phone("alice", server, bind_host="127.0.0.2") as alice:
        call = await alice.call("1000", display="Alice", tone_hz=1000)
        await call.answered()
        await call.heard.hears(700)
        assert call.heard.share(1000) < 0.01
        await call.send_digits("12#")
        await call.hang_up()

It is a user agent of its own, knows nothing of ccapp and imports nothing but the standard library.

SIP from bytes to calls: message, wire, transaction, digest, dialog, line.  Sound: codec, voice, sdp, media.
What was heard: spectrum, likeness, heard.  The telephone: call, outgoing, incoming, phone.
"""

from .call import Call, CallerId, End, Timings
from .codec import read_sound, write_wav
from .errors import CallOver, Deadline, SipError
from .heard import Heard
from .incoming import Answers, Behaviour, Incoming, Rejects, Rings, Silent
from .outgoing import Outgoing
from .phone import Phone

__all__ = [
    "Answers",
    "Behaviour",
    "Call",
    "CallOver",
    "CallerId",
    "Deadline",
    "End",
    "Heard",
    "Incoming",
    "Outgoing",
    "Phone",
    "Rejects",
    "Rings",
    "Silent",
    "SipError",
    "Timings",
    "read_sound",
    "write_wav",
]
