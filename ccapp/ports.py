"""The doors that have two implementations: a real and a simulated one.

`Switch` is Asterisk (telephony/) or the fake of simulate/. `Journal` is Postgres (records/) or memory.
One suite of contract tests runs over both of each. Stories know nothing else of the world.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ccapp.domain.events import CallAbandoned, Fact, PresenceChanged, StandingOrder, VisitFact
from ccapp.domain.ids import AgentId, BridgeId, ChannelId, QueueId, VisitId
from ccapp.domain.ivr import Prompt
from ccapp.domain.voicemail import EndKey, Message

# --- what can go wrong on the switch, mapped once ---------------------------------------------------------


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


# --- the switch -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """How a leg ended. `cause` is Q.850. `ours`: we hung it up."""

    cause: int
    ours: bool = False
    switch_lost: bool = False  # it was missing when we reconnected, or the switch restarted


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    number: str = ""
    name: str = ""


class Recording(Protocol):
    """A leg's sound while it is recorded, each direction in a file of its own."""

    @property
    def files(self) -> tuple[str, str]:
        """In the switch's folder of recordings: what comes from the party, and what the party hears."""
        ...

    @property
    def begun(self) -> bool:
        """Whether the switch has said that both directions are recorded. It stays true after the end."""
        ...

    @property
    def fault(self) -> str:
        """Why it is not there, or not wholly; empty when nothing is known against it."""
        ...

    def stop(self) -> None:
        """Ends it, so that the files are whole soon. Synchronous and idempotent. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DictationRules:
    """How one party is recorded alone: from a tone on until he is silent or presses the key."""

    name: str  # may hold `/`
    seconds_max: int
    silence_s: int = 0  # 0: silence does not end it
    end_key: EndKey = "#"
    beep: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictated:
    """The end of a dictation. `fault`: why it is not there, or not wholly; empty when nothing is known."""

    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What is in the file of a dictation; not `known` where the file is there, but cannot be read."""

    seconds: float
    silent: bool  # nothing can be heard
    known: bool = True


class Dictation(Protocol):
    """A leg's party being recorded alone."""

    @property
    def file(self) -> str:
        """In the switch's folder of recordings."""
        ...

    async def over(self) -> Dictated:
        """Waits until it has ended, for whatever reason, or could not begin. Also after the leg's end, and in
        spite of lost connections: bound it."""
        ...

    def stop(self) -> None:
        """Ends it. Synchronous and idempotent. Never raises."""
        ...


class Leg(Protocol):
    """One party's channel. All methods may raise SwitchError; on a leg that is gone, LegGone."""

    @property
    def id(self) -> ChannelId: ...

    @property
    def answered(self) -> bool: ...

    @property
    def gone(self) -> Gone | None: ...

    def on_gone(self, callback: Callable[[Gone], None]) -> Callable[[], None]:
        """Calls back once, in the loop, when the leg ends (soon, if it already has). Returns the undo."""
        ...

    def on_hold(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Calls back, in the loop, when the party puts the call on hold (True) and takes it back (False).
        Who is joined with it hears music meanwhile. Returns the undo."""
        ...

    async def answer(self) -> None:
        """Idempotent."""
        ...

    async def ring(self) -> None:
        """Lets an unanswered caller hear that it rings (180)."""
        ...

    async def picked_up(self) -> None:
        """Waits until a dialled leg is answered. Raises LegGone when it ends first (`gone` says how)."""
        ...

    async def play(self, prompts: Sequence[Prompt]) -> None:
        """Plays one after the other and returns at the end of the last; cancelling stops the sound.

        A prompt that does not start within a bound, or fails, is logged and passed over.
        """
        ...

    async def replay(self, file: str) -> None:
        """As `play`, a recording in the switch's folder."""
        ...

    async def digit(self) -> str:
        """The next key pressed (buffered, bounded)."""
        ...

    def forget_digits(self) -> None: ...

    async def music(self, music: str) -> None:
        """Lets the party hear this music-on-hold class until `quiet`. A class unknown is passed over."""
        ...

    def quiet(self) -> None:
        """Ends the music, if any plays. Synchronous: for `finally` bodies. Never raises."""
        ...

    async def headers(self, wanted: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Those of the `wanted` SIP headers (any case, bare or `X-`) that the caller's INVITE carried."""
        ...

    def record(self, name: str) -> Recording:
        """Begins soon, or has a fault, without anybody waiting; ends with the leg. `name` may hold `/`.
        One that goes on under this name already (begun by an engine before us) is taken up. Never raises."""
        ...

    def dictate(self, rules: DictationRules) -> Dictation:
        """Records what the party says; begins soon, or is over with a fault, without anybody waiting. Not in
        a bridge. One that goes on under this name already (begun by an engine before us) is taken up, one
        that is over already is over. Never raises."""
        ...

    def release(self, cause: int = 16) -> None:
        """Hangs up. Synchronous and idempotent: for `finally` bodies. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A leg to be rung. The channel id is chosen by us; a repeat is refused as a repeat."""

    channel: ChannelId
    endpoint: str  # "alice" (a pushed account) or "number@trunk"
    caller: CallerId = CallerId()
    headers: Mapping[str, str] = field(default_factory=dict)  # of the INVITE
    ring_s_max: float = 60.0  # the switch's own bound, should the engine die; the story has its own
    originator: ChannelId | None = None  # whose media formats to offer


class Bridge(Protocol):
    @property
    def id(self) -> BridgeId: ...

    async def add(self, *legs: Leg) -> None:
        """Moves the legs in. LegGone if one of them is no more (none is then left in by this call)."""
        ...

    async def remove(self, leg: Leg) -> None: ...

    def close(self) -> None:
        """Ends the bridge; those in it stay alive, unjoined. Synchronous and idempotent. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A SIP account to be pushed to the switch."""

    agent: AgentId
    name: str  # of the account: the user who registers
    extension: str
    realm: str
    digest: str  # MD5(name:realm:secret)
    silent_s_max: float = 0.0  # a talk in which its phone sends nothing for so long is ended; 0: never
    display: str = ""  # the person's name


# what the switch tells, in one ordered stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A channel has entered the application, not dialled by us."""

    leg: Leg
    kind: Literal["inbound", "phone"]  # from a trunk, or from an agent's own phone
    endpoint: str  # the trunk's or the account's name
    dialled: str
    caller: CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceOnline:
    agent: AgentId
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLeg:
    """A channel in the application that a (new) connection found. Legs already known are the same objects."""

    leg: Leg
    bridge: BridgeId | None
    arrived: Arrived | None = None
    """As it would have been told on its arrival, unless we dialled it: an arrival whose event was lost with
    the connection is still an arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Connected and compared: everything that is in the application now. Known legs missing from it have
    been told gone, known dialled legs answered meanwhile have been told so, before this is delivered."""

    legs: Sequence[FoundLeg]
    bridges: Mapping[BridgeId, frozenset[ChannelId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """Another engine has taken this application: stop acting now."""


type News = Arrived | DeviceOnline | Connected | Disconnected | Replaced


class Switch(Protocol):
    def news(self) -> AsyncIterator[News]:
        """The one ordered stream, for the one reader that owns the application. Starts with Connected."""
        ...

    def dial(self, dial: Dial) -> Leg:
        """Starts ringing. The leg is registered before the command is sent; a refused dial ends the leg."""
        ...

    async def talk_bridge(self, id: BridgeId, name: str) -> Bridge:
        """A mixing bridge, made or found."""
        ...

    async def hall(self, id: BridgeId, name: str, music: str) -> Bridge:
        """A holding bridge with one music source, made or found."""
        ...

    async def lives(self, channel: ChannelId) -> bool:
        """Whether the switch has this channel now. A leg of ours that it does not have is told gone.

        Raises SwitchError when that cannot be said."""
        ...

    async def spoken(self, file: str) -> Spoken | None:
        """What is in the file of a dictation that is over; None: there is none."""
        ...

    async def discard(self, file: str) -> None:
        """Deletes the file of a dictation, if it is there. Raises SwitchError."""
        ...

    async def look_for_phones(self) -> None:
        """Compares which phones are there with what was told of them, and tells the difference: an event may
        have been lost. Raises SwitchError."""
        ...

    def tell(self, agent: AgentId, text: str) -> None:
        """Shows a text on the agent's phone (SIP MESSAGE), as far as it can. Synchronous, never raises."""
        ...

    def let_go(self) -> None:
        """From now on nothing is sent any more: what dying stories would hang up lives on for the engine
        that comes after us. For an orderly stop."""
        ...

    async def push_accounts(self, accounts: Sequence[Account]) -> None:
        """Makes the switch's accounts equal to these: adds, changes and removes."""
        ...


# --- customers' servers and databases ---------------------------------------------------------------------


class NoAnswer(Exception):
    """A customer's server or database did not answer as it should. Says why, and nothing a caller brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpQuestion:
    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: "Mapping[str, Json] | None" = None  # sent as a JSON object


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuestion:
    query: str
    values: Sequence[str] = ()  # bound to $1, $2 ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPost:
    """A message to a customer's server: `X-ACD-Signature: t=...,v1=...`, HMAC-SHA256 of `t.body`."""

    url: str
    body: str  # JSON
    secret: str = field(repr=False)
    connect_s_max: float = 2.0
    total_s_max: float = 10.0


type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCall:
    visit: VisitId
    caller: str  # number
    dialled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuestion:
    """Whom these calls, all that wait in a queue, may be given to: `get_list_agents_url`."""

    url: str
    queue: QueueId
    project: int
    calls: Sequence[ListCall]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAgent:
    """As the customer's server names him; nobody has looked yet whether we know him."""

    user: str
    ring_s: float
    by_number: bool = False  # to be rung on a number, and not at his own phone
    number: str = ""  # digits, perhaps with + before them


class Customers(Protocol):
    """Both are cancelled by whoever has waited long enough, and bounded in themselves."""

    async def http(self, question: HttpQuestion) -> Json:
        """The JSON of the answer. Raises NoAnswer."""
        ...

    async def tell(self, news: HttpQuestion) -> None:
        """As `http`, where any answer of success will do. Raises NoAnswer."""
        ...

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        """The first row by column; None when there is none. Raises NoAnswer."""
        ...

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        """Of any calls, in the order they are to be rung in. Raises NoAnswer."""
        ...

    async def post(self, message: SignedPost) -> Json:
        """What was answered; None for an answer without content. Redirects are not followed: what is signed
        is for one server. Raises NoAnswer."""
        ...


class NoCustomers:
    """Where there is nobody to ask."""

    async def http(self, question: HttpQuestion) -> Json:
        raise NoAnswer("no server can be asked here")

    async def tell(self, news: HttpQuestion) -> None:
        raise NoAnswer("no server can be told here")

    async def sql(self, question: SqlQuestion) -> Mapping[str, Json] | None:
        raise NoAnswer("no database can be asked here")

    async def list_agents(self, question: ListQuestion) -> Mapping[VisitId, Sequence[ListedAgent]]:
        raise NoAnswer("no server can be asked here")

    async def post(self, message: SignedPost) -> Json:
        raise NoAnswer("no server can be told here")


# --- messages to customers' servers -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message, the first of its stream, with what has been tried. Times in epoch seconds."""

    seq: int
    stream: str
    to: str  # as `queue sales`
    body: str
    due_at: float
    tries: int
    next_at: float


class OutboxAway(Exception):
    """It cannot be said now what is to be delivered."""


class Outbox(Protocol):
    """What is to be delivered, kept until it is. All may raise OutboxAway."""

    async def heads(self, busy: Collection[str], limit: int) -> Sequence[Delivery]:
        """The first message of each stream that is not `busy`, those that are due first."""
        ...

    async def delivered(self, seq: int) -> None: ...

    async def failed(self, seq: int, next_at: float) -> None: ...

    async def give_up(self, seq: int, why: str) -> None:
        """The next of its stream comes first then."""
        ...

    async def keep_the_last(self, most: int) -> int:
        """Gives up the oldest, so that no more than so many are left; how many those were."""
        ...


# --- prompts ----------------------------------------------------------------------------------------------


class CannotKeep(Exception):
    """A recording that does not become a prompt; says why."""


class Prompts(Protocol):
    """Those that people have brought."""

    async def keep(self, name: str, file: str) -> None:
        """The dictation in this file is the prompt of this name from now on. Raises CannotKeep."""
        ...


class NoPrompts:
    """Where none are kept."""

    async def keep(self, name: str, file: str) -> None:
        raise CannotKeep("no prompts are kept here")


# --- the journal ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A fact with its place in the order of all facts."""

    seq: int
    fact: Fact


class Journal(Protocol):
    def publish(self, fact: Fact) -> int:
        """Takes the fact, returns its sequence number. Never blocks, never fails, survives `kill -9`."""
        ...

    async def settled(self, within_s: float = 0.25) -> bool:
        """Waits until all that was published so far is committed in the database; False when that is not
        so within `within_s` (calls go on all the same, the facts are spooled)."""
        ...

    def follow(self) -> AsyncIterator[Recorded]:
        """The live stream from now on; a follower too slow for its bound is ended."""
        ...

    async def open_visits(self) -> Sequence[Sequence[VisitFact]]:
        """The facts, in order, of every visit without a CallEnded, oldest visit first."""
        ...

    async def presences(self) -> Sequence[PresenceChanged]:
        """The last PresenceChanged of every agent who has one."""
        ...

    async def abandoned(self, since: float) -> Sequence[CallAbandoned]:
        """Those who have hung up in a line since then (epoch s), in order; the last ten thousand."""
        ...

    async def standing_orders(self) -> Sequence[StandingOrder]:
        """The last one about every number and every queue, of those only that are in force."""
        ...

    async def manager(self, number: str, within_s: float = 0.25) -> AgentId | None:
        """Whom the last ManagerChosen of this number named, as far as that can be said in the time: without
        the database only what this engine knows already. Never raises."""
        ...

    async def messages(self) -> Sequence[Message]:
        """All that callers have left and nobody has deleted, the oldest first."""
        ...

    async def visit(self, visit: str) -> Sequence[Recorded]:
        """All facts of one visit, in order; empty when unknown."""
        ...
