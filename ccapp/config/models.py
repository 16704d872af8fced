"""The file as it is written, and its way to and from a `domain.centre.Centre`.

One model per mapping of the file; each knows the value it stands for (`value`, `of`). What a single field may
be is checked here, what fields say about each other in `checks`.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ccapp.config.fields import (
    AgentName,
    Asked,
    CallData,
    CallerNumber,
    Code,
    DataName,
    Dialled,
    Extension,
    GroupName,
    HoursName,
    Language,
    ListSeconds,
    LongSeconds,
    MailboxName,
    Music,
    Part,
    PrioritySeconds,
    QueueName,
    QueuePriority,
    Realm,
    RingNextSeconds,
    RingSeconds,
    Seconds,
    SkillLevels,
    Text,
    Title,
    TreeName,
    TrunkName,
    Voice,
    WrapUpSeconds,
)
from ccapp.config.models_admission import HoursPart, TreatmentPart, WhenEmptyName
from ccapp.config.models_agents import BreakLimitPart, OutsidePart, OwnCallsPart, PhonePart, SecretPart
from ccapp.config.models_announcing import AnnouncePart, WaitingKey
from ccapp.config.models_asking import UrlIfAny, Within
from ccapp.config.models_backend import ExternalPart
from ccapp.config.models_callbacks import CallbackPart
from ccapp.config.models_customer_info import CustomerInfoPart
from ccapp.config.models_fifo import Simo, check, with_defaults
from ccapp.config.models_ivr import TreePart
from ccapp.config.models_managers import ManagerPart
from ccapp.config.models_numbering import NumberingPart
from ccapp.config.models_prompts import HeardPart
from ccapp.config.models_record_prompts import RecordPromptsPart
from ccapp.config.models_serving import (
    RELAX_MAX,
    GroupPart,
    QueueGroupsPart,
    RelaxPart,
    StandingPart,
    TierRulesPart,
    standings,
)
from ccapp.config.models_sms import SmsGatePart
from ccapp.config.models_voicemail import MailboxPart
from ccapp.config.models_whisper import WhisperPart
from ccapp.domain.admission import WhenEmpty
from ccapp.domain.centre import (
    CLOSED,
    RESUME_S_MAX,
    SORRY,
    Agent,
    Centre,
    FeatureCodes,
    Number,
    Queue,
    ToQueue,
    ToTree,
    ToVoicemail,
    Trunk,
)
from ccapp.domain.fifo import Kind
from ccapp.domain.ids import AgentId, QueueId, TrunkId
from ccapp.domain.priorities import OVERDUE_S, TimeBase
from ccapp.domain.serving import Strategy


def _like(value: object, names: Iterable[str]) -> dict[str, Any]:
    """The fields of `value` that are called the same in the file."""
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


class TrunkPart(Part):
    trusted: bool = False
    headers: tuple[DataName, ...] = Field((), max_length=64)

    def value(self, id: TrunkId) -> Trunk:
        return Trunk(id=id, **dict(self))

    @classmethod
    def of(cls, trunk: Trunk) -> Self:
        return cls(**_like(trunk, cls.model_fields))


class NumberPart(Part):
    """Where a dialled number leads: `{ivr: main}`, `{queue: sales}` or `{voicemail: sales}`."""

    ivr: TreeName | None = None
    queue: QueueName | None = None
    voicemail: MailboxName | None = None
    data: CallData = Field({})

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if sum(target is not None for target in (self.ivr, self.queue, self.voicemail)) != 1:
            raise ValueError("needs exactly one of ivr, queue, voicemail")
        return self

    def value(self, number: str) -> Number:
        if self.ivr is not None:
            return Number(number=number, target=ToTree(tree=self.ivr), data=self.data)
        if self.voicemail is not None:
            return Number(number=number, target=ToVoicemail(mailbox=self.voicemail), data=self.data)
        assert self.queue is not None, "validated"
        return Number(number=number, target=ToQueue(queue=self.queue), data=self.data)

    @classmethod
    def of(cls, number: Number) -> Self:
        match number.target:
            case ToTree(tree=tree):
                return cls(ivr=tree, data=dict(number.data))
            case ToQueue(queue=queue):
                return cls(queue=queue, data=dict(number.data))
            case ToVoicemail(mailbox=mailbox):
                return cls(voicemail=mailbox, data=dict(number.data))


class QueuePart(Part):
    name: Title
    kind: Kind = Kind.CALLCENTER
    simo: Simo | None = None
    requires: Asked = Field({})
    agents: tuple[AgentName, ...] | None = None
    sign_in: bool = False
    needs_desk: bool = False
    groups: QueueGroupsPart = QueueGroupsPart()
    tiers: dict[AgentName, StandingPart] = Field({})
    tier_rules: TierRulesPart | None = None
    get_list_agents_url: UrlIfAny = ""
    list_agents_within_s: Within = 5.0
    list_agents_every_s: ListSeconds = 5.0
    list_agents_project: int = Field(1, ge=0)
    list_agents_trunk: TrunkName | None = None
    relax: tuple[RelaxPart, ...] = Field((), max_length=RELAX_MAX)
    strategy: Strategy = Strategy.LONGEST_IDLE
    priority: QueuePriority = 0
    service_probability: float = Field(1.0, ge=0.5, le=1)
    overdue_s: Seconds = OVERDUE_S
    priority_s: PrioritySeconds = 0.0
    ring_s: RingSeconds = 15.0
    ring_at_once_max: int = Field(20, ge=2, le=100)
    ring_next_after_s: RingNextSeconds = 5.0
    retry_same_agent_s: Seconds = 5.0
    wrap_up_s: WrapUpSeconds = 10.0
    hours: HoursName | None = None
    closed: TreatmentPart = TreatmentPart.of(CLOSED)
    size_max: int | None = Field(None, ge=0, le=100_000)
    predicted_wait_s_max: Seconds | None = None
    handling_s: Seconds = Field(180.0, ge=1)
    join_when_empty: WhenEmptyName = "yes"
    leave_when_empty: WhenEmptyName = "no"
    wait_s_max: Seconds | None = Field(None, ge=1)
    no_agent_wait_s_max: Seconds | None = None
    no_agent_grace_s: Seconds = 5.0
    resume_within_s: float = Field(0.0, ge=0, le=RESUME_S_MAX)
    overflow: TreatmentPart | None = None
    manager: ManagerPart | None = None
    whisper: WhisperPart | None = None
    callback: CallbackPart | None = None
    external: ExternalPart | None = None
    music: Music = "default"
    caller_id: CallerNumber = ""
    caller_id_name: Text = Field("", max_length=80)
    record: bool = False
    time_base: TimeBase = TimeBase.QUEUE
    greeting: HeardPart = HeardPart.of(None)
    sorry: HeardPart = HeardPart.of(SORRY)
    announce: AnnouncePart = AnnouncePart()
    keys: dict[WaitingKey, TreatmentPart] = Field({})

    @model_validator(mode="before")
    @classmethod
    def _of_its_kind(cls, given: object) -> object:
        return with_defaults(given)

    @model_validator(mode="after")
    def _strictly_in_order(self) -> Self:
        check(self.kind, self.simo, self)
        return self

    def value(self, id: QueueId) -> Queue:
        parts = {
            "agents": None if self.agents is None else frozenset(self.agents),
            "groups": self.groups.value(),
            "tiers": standings(self.tiers),
            "tier_rules": None if self.tier_rules is None else self.tier_rules.value(),
            "relax": tuple(step.value() for step in self.relax),
            "closed": self.closed.value(),
            "overflow": None if self.overflow is None else self.overflow.value(),
            "join_when_empty": WhenEmpty(self.join_when_empty),
            "leave_when_empty": WhenEmpty(self.leave_when_empty),
            "manager": None if self.manager is None else self.manager.value(),
            "whisper": None if self.whisper is None else self.whisper.heard(),
            "greeting": self.greeting.prompt(),
            "sorry": self.sorry.prompt(),
            "callback": None if self.callback is None else self.callback.value(),
            "announce": self.announce.value(),
            "keys": {key: part.value() for key, part in self.keys.items()},
            "external": None if self.external is None else self.external.value(),
        }
        return Queue(id=id, **(_like(self, QueuePart.model_fields) | parts))

    @classmethod
    def of(cls, queue: Queue) -> Self:
        parts = {
            "agents": None if queue.agents is None else tuple(sorted(queue.agents)),
            "groups": QueueGroupsPart.of(queue.groups),
            "tiers": {agent: StandingPart.of(standing) for agent, standing in queue.tiers.items()},
            "tier_rules": None if queue.tier_rules is None else TierRulesPart.of(queue.tier_rules),
            "relax": tuple(RelaxPart.of(step) for step in queue.relax),
            "closed": TreatmentPart.of(queue.closed),
            "overflow": None if queue.overflow is None else TreatmentPart.of(queue.overflow),
            "manager": None if queue.manager is None else ManagerPart.of(queue.manager),
            "whisper": None if queue.whisper is None else WhisperPart.of(queue.whisper),
            "greeting": HeardPart.of(queue.greeting),
            "sorry": HeardPart.of(queue.sorry),
            "callback": None if queue.callback is None else CallbackPart.of(queue.callback),
            "announce": AnnouncePart.of(queue.announce),
            "keys": {key: TreatmentPart.of(to) for key, to in queue.keys.items()},
            "external": None if queue.external is None else ExternalPart.of(queue.external),
        }
        return cls(**(_like(queue, cls.model_fields) | parts))


class AgentPart(SecretPart):
    name: Title
    extension: Extension
    language: Language | Literal[""] = ""
    skills: SkillLevels = Field({})
    max_misses: int = Field(3, ge=0, le=1000)
    reject_delay_s: Seconds = 10.0
    busy_delay_s: Seconds = 60.0
    no_answer_delay_s: Seconds = 0.0
    technical_delay_s: Seconds = 5.0
    lag_s: Seconds = 0.0
    ban_s: LongSeconds = 0.0
    wrap_up_s: WrapUpSeconds | None = None
    outside: OutsidePart | None = None

    def value(self, id: AgentId, realm: str) -> Agent:
        digest = self.digest_in(realm, id)
        fields = {name: value for name, value in dict(self).items() if name != "password"}
        outside = None if self.outside is None else self.outside.value()
        return Agent(id=id, **(fields | {"digest": digest, "outside": outside}))

    @classmethod
    def of(cls, agent: Agent) -> Self:
        outside = None if agent.outside is None else OutsidePart.of(agent.outside)
        parts = {"digest": agent.digest or None, "outside": outside}
        return cls(**(_like(agent, cls.model_fields) | parts))


class FeatureCodesPart(Part):
    log_in: Code = "*11"
    log_out: Code = "*12"
    ready: Code = "*13"
    not_ready: Code = "*14"
    wrap_up_done: Code = "*15"
    extend_wrap_up: Code = "*10"
    ready_once: Code = "*16"
    sign_in: Code = "*17"
    sign_out: Code = "*18"
    on_line: Code = "*19"
    messages: Code = "*20"
    record_prompt: Code = "*21"

    def value(self) -> FeatureCodes:
        return FeatureCodes(**dict(self))

    @classmethod
    def of(cls, codes: FeatureCodes) -> Self:
        return cls(**_like(codes, cls.model_fields))


class CentrePart(Part):
    """The whole file."""

    name: Title = "ccapp"
    realm: Realm = "ccapp"
    voice: Voice = Field("en", min_length=1)
    voices: dict[Language, Annotated[Voice, Field(min_length=1)]] = Field({}, max_length=50)
    wrap_up_extension_s: Seconds = Field(60.0, ge=1)
    offline_grace_s: Seconds = 7.0
    dead_phone_s: Seconds = 60.0
    break_reasons: tuple[Title, ...] = Field(("break", "lunch", "training"), min_length=1, max_length=20)
    break_limits: dict[Title, BreakLimitPart] = Field({})
    feature_codes: FeatureCodesPart = FeatureCodesPart()
    own_calls: OwnCallsPart = OwnCallsPart()
    customer_info: CustomerInfoPart | None = None
    record_prompts: RecordPromptsPart = RecordPromptsPart()
    numbering: NumberingPart = NumberingPart()
    sms: SmsGatePart | None = None
    trunks: dict[TrunkName, TrunkPart] = Field({})
    numbers: dict[Dialled, NumberPart] = Field({})
    queues: dict[QueueName, QueuePart] = Field({})
    agents: dict[AgentName, AgentPart] = Field({})
    phones: dict[AgentName, PhonePart] = Field({})
    groups: dict[GroupName, GroupPart] = Field({})
    hours: dict[HoursName, HoursPart] = Field({})
    ivr: dict[TreeName, TreePart] = Field({})
    mailboxes: dict[MailboxName, MailboxPart] = Field({})

    def value(self) -> Centre:
        return Centre(
            name=self.name,
            realm=self.realm,
            voice=self.voice,
            voices=self.voices,
            wrap_up_extension_s=self.wrap_up_extension_s,
            offline_grace_s=self.offline_grace_s,
            dead_phone_s=self.dead_phone_s,
            break_reasons=self.break_reasons,
            break_limits={reason: part.value() for reason, part in self.break_limits.items()},
            feature_codes=self.feature_codes.value(),
            own_calls=self.own_calls.value(),
            customer_info=None if self.customer_info is None else self.customer_info.value(),
            record_prompts=self.record_prompts.value(),
            numbering=self.numbering.value(),
            sms=None if self.sms is None else self.sms.value(),
            trunks={id: part.value(id) for id, part in self.trunks.items()},
            numbers={number: part.value(number) for number, part in self.numbers.items()},
            queues={id: part.value(id) for id, part in self.queues.items()},
            agents={id: part.value(id, self.realm) for id, part in self.agents.items()},
            phones={id: part.value(id, self.realm) for id, part in self.phones.items()},
            groups={id: part.value(id) for id, part in self.groups.items()},
            hours={id: part.value(id) for id, part in self.hours.items()},
            trees={id: part.tree(id) for id, part in self.ivr.items()},
            mailboxes={id: part.value(id) for id, part in self.mailboxes.items()},
        )

    @classmethod
    def of(cls, centre: Centre) -> Self:
        return cls(
            name=centre.name,
            realm=centre.realm,
            voice=centre.voice,
            voices=dict(centre.voices),
            wrap_up_extension_s=centre.wrap_up_extension_s,
            offline_grace_s=centre.offline_grace_s,
            dead_phone_s=centre.dead_phone_s,
            break_reasons=centre.break_reasons,
            break_limits={reason: BreakLimitPart.of(it) for reason, it in centre.break_limits.items()},
            feature_codes=FeatureCodesPart.of(centre.feature_codes),
            own_calls=OwnCallsPart.of(centre.own_calls),
            customer_info=centre.customer_info and CustomerInfoPart.of(centre.customer_info),
            record_prompts=RecordPromptsPart.of(centre.record_prompts),
            numbering=NumberingPart.of(centre.numbering),
            sms=centre.sms and SmsGatePart.of(centre.sms),
            trunks={id: TrunkPart.of(trunk) for id, trunk in centre.trunks.items()},
            numbers={number: NumberPart.of(entry) for number, entry in centre.numbers.items()},
            queues={id: QueuePart.of(queue) for id, queue in centre.queues.items()},
            agents={id: AgentPart.of(agent) for id, agent in centre.agents.items()},
            phones={id: PhonePart.of(phone) for id, phone in centre.phones.items()},
            groups={id: GroupPart.of(group) for id, group in centre.groups.items()},
            hours={id: HoursPart.of(each) for id, each in centre.hours.items()},
            ivr={id: TreePart.of(tree) for id, tree in centre.trees.items()},
            mailboxes={id: MailboxPart.of(mailbox) for id, mailbox in centre.mailboxes.items()},
        )
