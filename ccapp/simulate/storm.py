"""A small contact centre in bad weather: every kind of caller, agent and fault, drawn from one seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ccapp.domain.admission import Goodbye, ToCallback, ToNumber, ToVoicemail, Treatment, WhenEmpty
from ccapp.domain.announcing import Announcements
from ccapp.domain.callbacks import CallbackRules, RungFirst
from ccapp.domain.centre import Agent, Centre, Number, OwnCalls, Queue, ToQueue, ToTree, Trunk
from ccapp.domain.customer_info import CustomerInfo
from ccapp.domain.ids import AgentId, MailboxId, NodeId, QueueId, SkillId, TreeId, TrunkId
from ccapp.domain.ivr import (
    EMPTY_KEY,
    AskCallback,
    AskHttp,
    Collect,
    Enqueue,
    Enter,
    HangUp,
    Menu,
    Play,
    Return,
    Say,
    SendEvent,
    Tree,
)
from ccapp.domain.managers import ManagerRules
from ccapp.domain.serving import RINGS_SEVERAL, Strategy
from ccapp.domain.voicemail import Mailbox
from ccapp.simulate.desk import Moods
from ccapp.simulate.directed import with_backend
from ccapp.simulate.people import CallerScript, React, Reaction
from ccapp.simulate.scenario import Breakage, Call, Fault, Scenario

SALES, SUPPORT, GOLD = QueueId("sales"), QueueId("support"), QueueId("gold")
TALK, SPANISH = SkillId("talk"), SkillId("spanish")
MAILBOX = MailboxId("mailbox")
MENU, KNOWN = TreeId("menu"), TreeId("known")
RINGS_SEVERAL_SORTED = sorted(RINGS_SEVERAL)

_WELCOME = Menu(
    prompt=Say(text="sales one support two"),
    branches={
        "1": NodeId("sales"),
        "2": NodeId("number"),
        "7": NodeId("who"),
        "9": NodeId("bye"),
        EMPTY_KEY: NodeId("sales"),
    },
    loops=2,
    key_timeout_s=3.0,
)

_MENU = Tree(
    id=MENU,
    start=NodeId("welcome"),
    nodes={
        NodeId("welcome"): _WELCOME,
        NodeId("number"): Collect(
            prompt=Say(text="your number please"), into="Customer", then=NodeId("support"), digits_max=4
        ),
        NodeId("who"): AskHttp(
            url="https://crm.example/{CallerNumber}",
            answers={"Name": "name", "Skills": "skills"},
            within_s=4.0,
            then=NodeId("greet"),
            otherwise=NodeId("sales"),
        ),
        NodeId("greet"): Enter(tree=KNOWN, then=NodeId("number")),
        NodeId("sales"): Enqueue(queue=SALES),
        NodeId("support"): Enqueue(queue=SUPPORT, requires={SPANISH: 1}, priority_s=10.0),
        NodeId("bye"): HangUp(prompt=Say(text="goodbye")),
    },
)

_KNOWN = Tree(
    id=KNOWN,
    start=NodeId("told"),
    nodes={
        NodeId("told"): SendEvent(name="known", values={"Name": "{Name}"}, then=NodeId("hello")),
        NodeId("hello"): Play(prompt=Say(text="hello {Name}"), then=NodeId("done")),
        NodeId("done"): Return(),
    },
)


_MANAGER = ManagerRules(
    wait_s=15.0, absent=Say(text="your manager is away"), ask=Say(text="one yes two no"), ask_s=2.0
)
_CUSTOMER_INFO = CustomerInfo(url="http://crm.example/callers", answers={"Skills": "skills"})


def centre(agents: int = 5, sales: Strategy = Strategy.LONGEST_IDLE) -> Centre:
    """Three queues that share agents; every third of them speaks Spanish, the first two serve gold."""
    names = [AgentId(f"a{n}") for n in range(agents)]
    return Centre(
        trunks={TrunkId("pstn"): Trunk(id=TrunkId("pstn"), trusted=True, headers=("Manager",))},
        numbers={
            "100": Number(number="100", target=ToTree(tree=MENU)),
            "200": Number(number="200", target=ToQueue(queue=GOLD)),
            "300": Number(number="300", target=ToQueue(queue=SALES)),
        },
        queues={
            SALES: Queue(
                id=SALES,
                name="Sales",
                requires={TALK: 1},
                strategy=sales,
                ring_s=8,
                ring_at_once_max=4,
                ring_next_after_s=2,
                wrap_up_s=5,
                wait_s_max=120,
                record=True,
            ),
            SUPPORT: Queue(
                id=SUPPORT, name="Support", requires={TALK: 1}, ring_s=10, wrap_up_s=0, manager=_MANAGER
            ),
            GOLD: Queue(
                id=GOLD, name="Gold", agents=frozenset(names[:2]), ring_s=5, priority_s=60, wrap_up_s=3
            ),
        },
        agents={
            name: Agent(
                id=name,
                name=name,
                extension=str(200 + n),
                skills={TALK: 1 + n % 2, SPANISH: 2} if n % 3 == 0 else {TALK: 1},
                reject_delay_s=4.0,
                busy_delay_s=8.0,
                ban_s=30.0 if n == 1 else 0.0,
                lag_s=2.0 if n == 2 else 0.0,
            )
            for n, name in enumerate(names)
        },
        trees={MENU: _MENU, KNOWN: _KNOWN},
        mailboxes={
            MAILBOX: Mailbox(id=MAILBOX, name="Mailbox", seconds_max=20, notify="https://crm.example")
        },
        own_calls=OwnCalls(outbound_trunk=TrunkId("pstn"), ring_s=8, wrap_up_s=3, record=True),
    )


def strategy(seed: int) -> Strategy:
    """Of the busiest queue: in half of the worlds one that rings several at once."""
    chance = random.Random(f"strategy/{seed}")
    return chance.choice([Strategy.LONGEST_IDLE, *RINGS_SEVERAL_SORTED, chance.choice(list(Strategy))])


def calls(mean_s: float, talk_s: float = 40.0, *, keys: bool = False) -> "Calls":
    return Calls(mean_s, talk_s, keys=keys)


class Calls:
    """Poisson arrivals of callers of every kind."""

    def __init__(self, mean_s: float, talk_s: float, *, keys: bool = False) -> None:
        """`keys`: they press some while they wait."""
        self._keys = keys
        self._mean_s = mean_s
        self._talk_s = talk_s

    def __call__(self, chance: random.Random) -> Iterator[Call]:
        while True:
            yield Call(
                after_s=chance.expovariate(1 / self._mean_s),
                script=self._script(chance),
                dialled=chance.choice(["100", "100", "200", "300", "300", "999"]),
                headers=self._headers(chance),
            )

    def _headers(self, chance: random.Random) -> dict[str, str]:
        headers = {"X-Skills": "spanish"} if chance.random() < 0.1 else {}
        if chance.random() < 0.3:
            headers["X-Manager"] = f"a{chance.randint(0, 5)}"
        return headers

    def _script(self, chance: random.Random) -> CallerScript:
        script = self._usual(chance)
        key = "#" if script.agent_ends else ""
        return replace(script, message_s=script.talk_s / 4, message_key=key, mute=script.key_after_s < 0.3)

    def _usual(self, chance: random.Random) -> CallerScript:
        return CallerScript(
            talk_s=chance.expovariate(1 / self._talk_s),
            patience_s=chance.choice([None, chance.expovariate(1 / 60), chance.uniform(0, 5)]),
            agent_ends=chance.random() < 0.4,
            keys=[chance.choice(["1", "2", "9", "7", ""]), chance.choice(["1234", "12#", "", "2"])],
            key_after_s=chance.uniform(0.1, 2.0),
            forsaken_s=chance.uniform(0, 20),
            waiting_keys=chance.choice(["", "5", "1", "#*", "2"]) if self._keys else "",
            waiting_key_after_s=chance.uniform(0, 15) if self._keys else 0.0,
        )


class Numbered(Calls):
    """Callers who can be called back: from a few numbers, and they agree to what they are asked."""

    def __call__(self, chance: random.Random) -> Iterator[Call]:
        for call in super().__call__(chance):
            script = replace(call.script, keys=(*call.script.keys, "1", "1"))
            yield replace(call, number=f"030{chance.randint(10, 40)}", script=script)


def reacts(agent: AgentId, chance: random.Random) -> React:
    """Mostly they answer."""
    dice = chance.random()
    if dice < 0.75:
        return React(Reaction.ANSWER, chance.uniform(0.0, 6.0))
    stays_s = chance.choice([0.0, 0.0, 1.0])
    return React(chance.choice(list(Reaction)[1:]), chance.uniform(0.0, 6.0), stays_s)


def outside(number: str, chance: random.Random) -> React:
    """What becomes of a call that an agent makes to the world."""
    return React(
        chance.choice([Reaction.ANSWER, Reaction.ANSWER, Reaction.REJECT, Reaction.SILENT]),
        chance.uniform(0, 6),
    )


def breakages(chance: random.Random, faults: Sequence[Fault], duration_s: float) -> list[Breakage]:
    return [
        Breakage(
            at_s=chance.uniform(10, duration_s),
            fault=chance.choice(faults),
            lasts_s=chance.choice([0.01, 0.5, 2.0, 10.0]),
        )
        for _ in range(chance.randint(1, 4) if faults else 0)
    ]


def with_limits(centre: Centre, chance: random.Random) -> Centre:
    """Queues that let in so many, for so long, by priority, and send the others to each other or away."""
    treatments: list[Treatment | None] = [
        None,
        ToQueue(queue=SALES),
        ToTree(tree=MENU),
        ToNumber(number="4930", trunk=TrunkId("pstn"), ring_s=4, otherwise=ToTree(tree=MENU)),
        ToVoicemail(mailbox=MAILBOX),
        Goodbye(say=Say(text="no")),
    ]
    queues = {
        id: replace(
            queue,
            priority=chance.choice([0, 0, 1, 2]),
            service_probability=chance.choice([1.0, 1.0, 0.7]),
            overdue_s=chance.choice([30.0, 600.0]),
            size_max=chance.choice([None, 2, 5]),
            predicted_wait_s_max=chance.choice([None, 60.0]),
            handling_s=40.0,
            wait_s_max=chance.choice([None, 20.0, 120.0]),
            no_agent_wait_s_max=chance.choice([None, 5.0]),
            join_when_empty=chance.choice(list(WhenEmpty)),
            leave_when_empty=chance.choice([WhenEmpty.NO, WhenEmpty.NO, *WhenEmpty]),
            overflow=chance.choice([one for one in treatments if one != ToQueue(queue=id)]),
        )
        for id, queue in centre.queues.items()
    }
    return replace(centre, queues=queues)


def with_callbacks(centre: Centre, chance: random.Random) -> Centre:
    """The busiest queue calls back who asks for it, or who waits there for too long."""
    rules = CallbackRules(
        trunk=TrunkId("pstn"),
        numbers=("030X.",),
        rung_first=chance.choice(list(RungFirst)),
        ring_s=chance.choice([4.0, 10.0]),
        tries_max=chance.choice([1, 2, 5]),
        retry_s=chance.choice([0.0, 5.0, 30.0]),
        expires_s=chance.choice([20.0, 120.0]),
        confirm=Say(text="yes one other two"),
        ask=Say(text="your number"),
        taken=Say(text="thanks"),
        known=Say(text="again"),
    )
    sales = replace(centre.queues[SALES], callback=rules, overflow=ToCallback())
    nodes = {
        **_MENU.nodes,
        NodeId("welcome"): replace(_WELCOME, branches={**_WELCOME.branches, "9": NodeId("back")}),
        NodeId("back"): AskCallback(queue=SALES, otherwise=NodeId("bye")),
    }
    trees = {**centre.trees, MENU: replace(_MENU, nodes=nodes)}
    return replace(centre, queues={**centre.queues, SALES: sales}, trees=trees)


def _announces(seed: int) -> bool:
    return seed % 5 == 4


def with_announcements(centre: Centre) -> Centre:
    """Those who wait are told something all the time, and may go elsewhere by a key."""
    announce = Announcements(
        position=True,
        wait=True,
        every_s=7.0,
        changed_only=True,
        prompts=(Say(text="one sales two menu hash bye"), Say(text="five nothing")),
        prompts_every_s=9.0,
        pause_s=1.0,
    )
    keys: dict[str, Treatment] = {
        "1": ToQueue(queue=SALES), "2": ToTree(tree=MENU), "#": Goodbye(say=Say(text="bye")),
    }  # fmt: skip
    queues = {
        id: replace(
            queue,
            announce=announce,
            keys={key: to for key, to in keys.items() if to != ToQueue(queue=id)},
        )
        for id, queue in centre.queues.items()
    }
    return replace(centre, queues=queues)


def with_lists(centre: Centre) -> Centre:
    """A queue whose agents the customer's server lists, guests among them."""
    listed = replace(
        centre.queues[GOLD],
        get_list_agents_url="https://crm.example/agents",
        list_agents_trunk=TrunkId("pstn"),
        caller_id="100",
    )
    return replace(centre, queues={**centre.queues, GOLD: listed})


def _storm_centre(seed: int, agents: int) -> Centre:
    chosen = centre(agents, strategy(seed))
    if seed % 3 == 0:
        whispers = replace(chosen.queues[SALES], whisper=Say(text="Sales, {CallerNumber}"))
        chosen = replace(chosen, queues={**chosen.queues, SALES: whispers})
    if seed % 4 < 2:
        chosen = replace(chosen, customer_info=_CUSTOMER_INFO)
    if _announces(seed):
        chosen = with_announcements(chosen)
    if seed % 7 == 6:
        chosen = with_lists(chosen)
    if seed % 2:
        chosen = with_limits(chosen, random.Random(f"limits/{seed}"))
    chance = random.Random(f"callbacks/{seed}")
    if chance.random() < 0.4:
        chosen = with_callbacks(chosen, chance)
    chance = random.Random(f"calls directed/{seed}")
    if chance.random() < 0.4:
        chosen = with_backend(chosen, chance.choice([[SALES], [GOLD], [SALES, GOLD]]), chance)
    return chosen


def storm(seed: int, faults: Sequence[Fault] = (), duration_s: float = 300.0, agents: int = 5) -> Scenario:
    chance = random.Random(f"storm/{seed}")
    centre = _storm_centre(seed, agents)
    kind = Calls if centre.queues[SALES].callback is None else Numbered
    return Scenario(
        seed=seed,
        centre=centre,
        calls=kind(chance.choice([3.0, 8.0, 20.0]), talk_s=40.0, keys=_announces(seed)),
        duration_s=duration_s,
        reacts=reacts,
        moods=Moods(every_s=60.0, once=0.2, dial=0.15, on_line=0.1),
        outside=outside,
        breakages=breakages(chance, faults, duration_s),
        commit_s=chance.choice([0.0, 0.0005, 0.1, 1.0]),
    )
