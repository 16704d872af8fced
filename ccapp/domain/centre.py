"""A whole contact centre's configuration as values: who calls in where, who waits where, who serves what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ccapp.domain.admission import (
    CLOSED_REASONS,
    ExitReason,
    Goodbye,
    RefusalReason,
    ToQueue,
    ToTree,
    ToVoicemail,
    Treatment,
    WhenEmpty,
)
from ccapp.domain.announcing import NOTHING, Announcements
from ccapp.domain.backend import Backend
from ccapp.domain.callbacks import CallbackRules
from ccapp.domain.customer_info import CustomerInfo
from ccapp.domain.fifo import Kind
from ccapp.domain.hours import Hours
from ccapp.domain.ids import AgentId, GroupId, HoursId, MailboxId, NodeId, QueueId, TreeId, TrunkId
from ccapp.domain.ivr import Prompt, Say, Tree
from ccapp.domain.managers import ManagerRules
from ccapp.domain.numbering import PLAIN, Numbering
from ccapp.domain.priorities import OVERDUE_S, Priority, TimeBase
from ccapp.domain.requirements import Requires, Skills
from ccapp.domain.serving import (
    NO_GROUPS,
    RINGS_SEVERAL,
    Group,
    QueueGroups,
    Relaxation,
    Standing,
    Strategy,
    TierRules,
    added,
    of_groups,
)
from ccapp.domain.sms import SmsGate
from ccapp.domain.voicemail import Mailbox

__all__ = [
    "Agent",
    "BreakLimit",
    "Centre",
    "FeatureCodes",
    "Number",
    "Queue",
    "ToQueue",
    "ToTree",
    "ToVoicemail",
    "Trunk",
]

RESUME_S_MAX = 3600.0
CLOSED = Goodbye(say=Say(text="We are closed now. Please call again during our business hours."))
SORRY = Say(text="We are sorry, nobody can take your call now. Please call again later.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A way in from the outside. Only a trusted one may bring call data in SIP headers."""

    id: TrunkId
    trusted: bool = False
    headers: tuple[str, ...] = ()  # further header names to read, beside the transferred ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    id: QueueId
    name: str
    requires: Requires = field(default_factory=dict)
    agents: frozenset[AgentId] | None = None  # only these and the groups serve; None: see `Centre.members`
    sign_in: bool = False  # of those only who have signed in to it
    needs_desk: bool = False  # of those only whose desk is connected
    groups: QueueGroups = NO_GROUPS
    tiers: Mapping[AgentId, Standing] = field(default_factory=dict)
    tier_rules: TierRules | None = None
    get_list_agents_url: str = ""  # asked who may be given each of its calls: nothing above says it then
    list_agents_within_s: float = 5.0  # an answer that comes later is none
    list_agents_every_s: float = 5.0  # asked again so often while anybody waits
    list_agents_project: int = 1  # what the customer's server knows this centre by
    list_agents_trunk: TrunkId | None = None  # for the phone numbers it lists; None: they cannot be rung
    relax: tuple[Relaxation, ...] = ()
    strategy: Strategy = Strategy.LONGEST_IDLE
    kind: Kind = Kind.CALLCENTER
    simo: int | None = None  # of kind fifo: for so many calls at once may phones ring; None: for all
    priority: Priority = 0  # between queues, 0 highest
    service_probability: float = 1.0  # that an agent goes to this queue and not to one of lower priority
    overdue_s: float = OVERDUE_S  # from then on a call goes before all that are not overdue; 0: never
    priority_s: float = 0.0  # seconds a call of this queue is treated as having waited already
    ring_s: float = 15.0  # how long one agent's phone rings
    ring_at_once_max: int = 20  # phones that ring for one call, where a strategy rings several
    ring_next_after_s: float = 5.0  # until the next one rings too, where they ring progressively
    retry_same_agent_s: float = 5.0  # not offered to the same agent again for so long
    wrap_up_s: float = 10.0  # 0: none; UNTIL_DONE: until the agent says so
    hours: HoursId | None = None  # None: always open
    closed: Treatment = CLOSED
    size_max: int | None = None  # calls in line
    predicted_wait_s_max: float | None = None  # whose wait will be longer is not let in
    handling_s: float = 180.0  # how long a call keeps an agent, to predict by until it is known
    join_when_empty: WhenEmpty = WhenEmpty.YES
    leave_when_empty: WhenEmpty = WhenEmpty.NO
    wait_s_max: float | None = None
    no_agent_wait_s_max: float | None = None  # with nobody logged in
    no_agent_grace_s: float = 5.0  # of this, for those who come when it is over already
    resume_within_s: float = 0.0  # who hung up and calls again so soon has his old place; 0: never
    overflow: Treatment | None = None  # for who is not let in or has waited in vain; None: hears `sorry`
    manager: ManagerRules | None = None  # None: callers have none here
    whisper: Prompt | None = None  # said to the agent who has answered, before both are joined
    callback: CallbackRules | None = None  # None: nobody is called back
    external: Backend | None = None  # the customer's server says who serves; None: we do
    music: str = "default"  # music-on-hold class
    caller_id: str = ""  # shown to agents who are rung outside
    caller_id_name: str = ""  # shown to all its agents, with call data filled in; empty: the caller's
    record: bool = False  # where the call data do not say it
    time_base: TimeBase = TimeBase.QUEUE  # from when on a call's waiting counts for its place
    greeting: Prompt | None = None  # heard on entering the queue
    sorry: Prompt | None = SORRY
    announce: Announcements = NOTHING  # to those who wait
    keys: Mapping[str, Treatment] = field(default_factory=dict)  # where a key leads who waits

    @property
    def phones_max(self) -> int:
        """How many agents' phones may ring for one call at the same time."""
        return self.ring_at_once_max if self.strategy in RINGS_SEVERAL else 1

    @property
    def treatments(self) -> Iterator[tuple[tuple[str, ...], Treatment]]:
        """All that are configured, each with the field that says it."""
        yield ("closed",), self.closed
        if self.overflow is not None:
            yield ("overflow",), self.overflow
        yield from ((("keys", key), to) for key, to in self.keys.items())

    def treatment(self, reason: RefusalReason | ExitReason) -> Treatment:
        """Where a caller goes who is not served here, for this reason."""
        if reason in CLOSED_REASONS:
            return self.closed
        if (
            reason is ExitReason.BACKEND
            and self.external is not None
            and self.external.on_timeout is not None
        ):
            return self.external.on_timeout
        if reason in (ExitReason.QUEUE_GONE, RefusalReason.BLOCKED) or self.overflow is None:
            return Goodbye(say=self.sorry)
        return self.overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone of nobody's own: who logs in there is rung there. Its id is its SIP account's name."""

    id: AgentId
    digest: str = ""
    log_in_by_code: bool = False  # whoever stands there may log in, by the code and his extension


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A telephone in the public network, reached over a trunk."""

    number: str
    trunk: TrunkId
    confirm: Prompt | None = None  # heard by who answers there; only 1 takes the caller. None: answering does
    confirm_s: float = 15.0  # how long the key is waited for, from the answer
    calls_per_hour_max: int | None = None  # how often it is rung in any hour
    calls_per_day_max: int | None = None  # and in any 24 hours
    hours: HoursId | None = None  # rung only within them; None: at any time
    always_ready: bool = False  # within his hours, without logging in


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person who takes calls. The digest is MD5(user:realm:secret), never the secret."""

    id: AgentId
    name: str
    extension: str
    language: str = ""  # in which he is whispered to; empty: the text's own
    skills: Skills = field(default_factory=dict)
    digest: str = ""
    max_misses: int = 3  # misses in a row that take him out of READY; 0: never
    reject_delay_s: float = 10.0
    busy_delay_s: float = 60.0
    no_answer_delay_s: float = 0.0
    technical_delay_s: float = 5.0
    lag_s: float = 0.0  # not offered a call for so long after a call of his, and after one that failed by him
    ban_s: float = 0.0  # no calls for so long after one he did not answer; 0: no ban
    wrap_up_s: float | None = None  # None: the queue's
    outside: Outside | None = None  # rung there, and not on an account's phone: he needs no registration


type Target = ToTree | ToQueue | ToVoicemail


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A dialled number and where its calls go. `*` as number: every number not listed."""

    number: str
    target: Target
    data: Mapping[str, str] = field(default_factory=dict)  # call data every call to it starts with


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakLimit:
    """How long a break for one reason may be. A longer one is marked, or makes the agent AWAY."""

    limit_s: float
    then_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCalls:
    """What agents may dial on their own phones: each other's extensions, and with a trunk any number."""

    outbound_trunk: TrunkId | None = None  # None: no number outside
    caller_id: str = ""  # shown outside; empty: the agent's extension
    ring_s: float = 60.0
    wrap_up_s: float = 0.0  # after a talk with somebody outside
    record: bool = False  # talks with somebody outside


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPrompts:
    """Prompts that may be recorded over the phone, by the number that is keyed, and who may do it."""

    agents: tuple[AgentId, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCodes:
    """What an agent dials on his own phone to say what he wants."""

    log_in: str = "*11"
    log_out: str = "*12"
    ready: str = "*13"
    not_ready: str = "*14"  # followed by the number of a reason, counted from 1; without: the first
    wrap_up_done: str = "*15"
    extend_wrap_up: str = "*10"
    ready_once: str = "*16"
    sign_in: str = "*17"  # followed by the number of a queue with sign_in, counted from 1
    sign_out: str = "*18"
    on_line: str = "*19"  # he stays on the phone, and waits there for callers
    messages: str = "*20"  # he hears the new messages of his mailboxes
    record_prompt: str = "*21"


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The configuration as one value; replaced whole, never changed in place."""

    name: str = "ccapp"
    realm: str = "ccapp"
    voice: str = "en"
    voices: Mapping[str, str] = field(default_factory=dict)  # by the language of the call
    trunks: Mapping[TrunkId, Trunk] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)
    queues: Mapping[QueueId, Queue] = field(default_factory=dict)
    agents: Mapping[AgentId, Agent] = field(default_factory=dict)
    phones: Mapping[AgentId, Phone] = field(default_factory=dict)
    groups: Mapping[GroupId, Group] = field(default_factory=dict)
    hours: Mapping[HoursId, Hours] = field(default_factory=dict)
    trees: Mapping[TreeId, Tree] = field(default_factory=dict)
    mailboxes: Mapping[MailboxId, Mailbox] = field(default_factory=dict)
    break_reasons: tuple[str, ...] = ("break", "lunch", "training")
    break_limits: Mapping[str, BreakLimit] = field(default_factory=dict)  # by reason
    feature_codes: FeatureCodes = FeatureCodes()
    own_calls: OwnCalls = OwnCalls()
    customer_info: CustomerInfo | None = None  # None: nobody is asked about callers
    record_prompts: RecordPrompts = RecordPrompts()
    numbering: Numbering = PLAIN
    sms: SmsGate | None = None  # None: no text messages are sent
    dead_phone_s: float = 60.0  # an agent's phone that is silent so long in a talk is dead; 0: never
    wrap_up_extension_s: float = 60.0  # what the feature code adds
    offline_grace_s: float = 7.0  # a phone gone for less is a page reload or a re-registration

    @property
    def signed_in_to(self) -> tuple[QueueId, ...]:
        """The queues that agents sign in to one by one."""
        return tuple(queue.id for queue in self.queues.values() if queue.sign_in)

    def voice_of(self, language: str) -> str:
        """The voice for calls in this language; empty: none of its own."""
        known = {name.lower(): voice for name, voice in self.voices.items()}
        wanted = language.lower()
        return known.get(wanted) or known.get(wanted.partition("-")[0]) or ""

    def with_extension(self, extension: str) -> Agent | None:
        return next((agent for agent in self.agents.values() if agent.extension == extension), None)

    def number(self, dialled: str) -> Number | None:
        return self.numbers.get(dialled) or self.numbers.get("*")

    def primary(self, queue: Queue) -> frozenset[AgentId] | None:
        """Who serves a queue from the first; None: everyone with the skills."""
        if queue.agents is None and not queue.groups.primary:
            return None
        return (queue.agents or frozenset()) | of_groups(self.groups, queue.groups.primary)

    def members(self, queue: Queue) -> frozenset[AgentId] | None:
        """Everyone who may ever serve a queue; None: everyone with the skills."""
        primary = self.primary(queue)
        if primary is None:
            return None
        return primary | of_groups(self.groups, (*queue.groups.backup, *added(queue.relax)))

    def is_backup(self, queue: QueueId, agent: AgentId) -> bool:
        """Whether he serves the queue by its backup groups only."""
        line = self.queues.get(queue)
        if line is None or not line.groups.backup or line.get_list_agents_url:
            return False
        primary = self.primary(line)
        return (
            primary is not None
            and agent not in primary
            and agent in of_groups(self.groups, line.groups.backup)
        )

    def start(self, tree: TreeId) -> NodeId:
        return self.trees[tree].start
