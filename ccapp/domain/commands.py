"""What a customer's server may say of a caller: a command on his access URL, or an answer to where he goes.

Read strictly from JSON; what does not fit says where.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccapp.domain.ids import AgentId, QueueId

TEXT_LENGTH_MAX = 2000
RING_S, RING_S_MAX = 20.0, 300.0
ASK_S, ASK_S_MAX = 8.0, 60.0
CHOICES_MAX = 12

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
SIP_URI = re.compile(
    r"sips?:[A-Za-z0-9_.+~*-]{1,64}@[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?"
)
_FILE = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_./-]{0,127}")
_COMMAND_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_KEY = re.compile(r"[0-9*#]")


class BadCommand(Exception):
    """It cannot be understood. `field` names the place in the JSON."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.field = field


@dataclass(frozen=True, slots=True)
class User:
    """One of our agents."""

    id: AgentId

    def __str__(self) -> str:
        return f"user {self.id}"


@dataclass(frozen=True, slots=True)
class SipUri:
    uri: str

    def __str__(self) -> str:
        return f"sip {self.uri}"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    number: str

    def __str__(self) -> str:
        return f"phone {self.number}"


type Operator = User | SipUri | PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Ring the operator, and join him with the caller. `caller_id` empty: the caller's number."""

    operator: Operator
    ring_s: float = RING_S
    caller_id: str = ""
    spare: bool = False  # a colleague's own telephone: only who presses 1 takes the caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Take the caller from who talks with him, and ring another."""

    to: Connect


@dataclass(frozen=True, slots=True, kw_only=True)
class SayText:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayFile:
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """No more of what is said or played: music again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Stop ringing the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """`keys`: key -> choice. While two talk it is asked when the operator has hung up."""

    text: str
    keys: Mapping[str, str] = field(default_factory=dict)
    within_s: float = ASK_S


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTo:
    """Into the line of another queue."""

    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Nothing but how it stands."""


type Command = Connect | Transfer | SayText | PlayFile | Stop | Cancel | Ask | HangUp | SendTo | Status

NAMES: Mapping[type, str] = {
    Connect: "connect",
    Transfer: "transfer",
    SayText: "say",
    PlayFile: "play",
    Stop: "stop",
    Cancel: "cancel",
    Ask: "ask",
    HangUp: "hangup",
    SendTo: "queue",
    Status: "status",
}


def name_of(command: Command) -> str:
    return NAMES[type(command)]


def written(command: Command) -> Mapping[str, object]:
    """As JSON that `command` reads."""
    match command:
        case Connect():
            return {"command": "connect", **_connect_written(command)}
        case Transfer(to=to):
            return {"command": "transfer", **_connect_written(to)}
        case SayText(text=text):
            return {"command": "say", "text": text}
        case PlayFile(file=file):
            return {"command": "play", "file": file}
        case Ask(text=text, keys=keys, within_s=within_s):
            return {"command": "ask", "text": text, "dtmf": dict(keys), "timeout": within_s}
        case HangUp(reason=reason):
            return {"command": "hangup", "reason": reason}
        case SendTo(queue=queue):
            return {"command": "queue", "queue": queue}
        case Stop() | Cancel() | Status():
            return {"command": name_of(command)}


def _connect_written(connect: Connect) -> Mapping[str, object]:
    kind, _, name = str(connect.operator).partition(" ")
    return {
        "operator": {"type": kind, {"user": "id", "sip": "uri", "phone": "number"}[kind]: name},
        "timeout": connect.ring_s,
        "caller_id": connect.caller_id,
        "spare": connect.spare,
    }


def command_id(document: Mapping[str, object]) -> str:
    """The customer's own name for the command; empty where it has none. Raises BadCommand."""
    given = document.get("command_id", "")
    if given == "":
        return ""
    return _shaped(given, "command_id", _COMMAND_ID, "must be at most 64 letters, digits, _ . : or -")


def command(document: object) -> Command:
    """Raises BadCommand."""
    fields = _object(document, "")
    return _command(_text(fields, "command", 40), fields)


def route(document: object) -> Command | None:
    """The answer to a route request; None: wait. Raises BadCommand."""
    if document is None:
        return None
    fields = _object(document, "")
    action = _text(fields, "action", 40, "wait")
    match action:
        case "wait":
            return None
        case "operator":
            return _command("connect", fields)
        case "say" | "hangup" | "queue":
            return _command(action, fields)
    raise BadCommand("action", f"{action!r} is none")


def _command(name: str, fields: Mapping[str, object]) -> Command:
    match name:
        case "connect":
            return _connect(fields)
        case "transfer":
            return Transfer(to=_connect(fields))
        case "say" if "file" not in fields:
            return SayText(text=_text(fields, "text", TEXT_LENGTH_MAX))
        case "say" | "play":
            return PlayFile(file=_shaped(fields.get("file"), "file", _FILE, "must be the name of a prompt"))
        case "stop":
            return Stop()
        case "cancel":
            return Cancel()
        case "ask":
            return _ask(fields)
        case "hangup":
            return HangUp(reason=_text(fields, "reason", 200, ""))
        case "queue":
            queue = _shaped(fields.get("queue"), "queue", _ID, "must be the name of a queue")
            return SendTo(queue=QueueId(queue))
        case "status":
            return Status()
    raise BadCommand("command", f"{name!r} is none")


def _connect(fields: Mapping[str, object]) -> Connect:
    number = fields.get("caller_id") or ""
    if number:
        number = _shaped(number, "caller_id", _NUMBER, "must be a telephone number")
    spare = fields.get("spare", False)
    if not isinstance(spare, bool):
        raise BadCommand("spare", "must be true or false")
    return Connect(
        operator=_operator(_object(fields.get("operator"), "operator")),
        ring_s=_seconds(fields, "timeout", RING_S, RING_S_MAX),
        caller_id=str(number),
        spare=spare,
    )


def _operator(fields: Mapping[str, object]) -> Operator:
    match fields.get("type"):
        case "user":
            return User(AgentId(_shaped(fields.get("id"), "operator.id", _ID, "must be an agent's name")))
        case "sip":
            return SipUri(_shaped(fields.get("uri"), "operator.uri", SIP_URI, "must be as sip:user@host"))
        case "phone":
            number = _shaped(fields.get("number"), "operator.number", _NUMBER, "must be a telephone number")
            return PhoneNumber(number)
    raise BadCommand("operator.type", "must be user, sip or phone")


def _ask(fields: Mapping[str, object]) -> Ask:
    given = fields.get("choices", [])
    if not isinstance(given, list) or not all(isinstance(choice, str) for choice in given):
        raise BadCommand("choices", "must be a list of texts")
    keys = _object(fields.get("dtmf"), "dtmf")
    if not 1 <= len(keys) <= CHOICES_MAX:
        raise BadCommand("dtmf", f"must have 1 to {CHOICES_MAX} keys")
    for key, choice in keys.items():
        _shaped(key, "dtmf", _KEY, "keys are 0 to 9, * and #")
        if not isinstance(choice, str) or not choice or len(choice) > 80 or (given and choice not in given):
            raise BadCommand(f"dtmf.{key}", "must be one of the choices")
    return Ask(
        text=_text(fields, "text", TEXT_LENGTH_MAX),
        keys={key: str(choice) for key, choice in keys.items()},
        within_s=_seconds(fields, "timeout", ASK_S, ASK_S_MAX),
    )


def _object(given: object, field: str) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise BadCommand(field, "must be a JSON object")
    return given


def _text(fields: Mapping[str, object], name: str, most: int, otherwise: str | None = None) -> str:
    given = fields.get(name, otherwise)
    if not isinstance(given, str) or (not given.strip() and otherwise is None):
        raise BadCommand(name, "must be a text")
    if len(given) > most:
        raise BadCommand(name, f"must have at most {most} characters")
    return "".join(character if character.isprintable() else " " for character in given)


def _seconds(fields: Mapping[str, object], name: str, otherwise: float, most: float) -> float:
    given = fields.get(name, otherwise)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= most:
        raise BadCommand(name, f"must be 1 to {most:g} seconds")
    return float(given)


def _shaped(given: object, field: str, pattern: re.Pattern[str], why: str) -> str:
    if not isinstance(given, str) or not pattern.fullmatch(given) or not given.isascii():
        raise BadCommand(field, why)
    return given
