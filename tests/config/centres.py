"""Documents of contact centres that are all right, whatever hypothesis puts into them."""

import string
from typing import Any

from hypothesis import strategies as st

from ccapp.domain.serving import Strategy

Document = dict[str, Any]

IDS = st.text("abcXYZ", min_size=1, max_size=4).map(lambda text: f"{text}-_9"[: len(text) + 2])
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
TITLES = WORDS.filter(lambda text: bool(text.strip()))
SKILLS = ("sales", "support", "english", "no", "null", "on")
LEVELS = st.integers(1, 5)
EXPRESSIONS = st.sampled_from(
    ["english>=2 and (sales or support)", "English AND NOT trainee", "not (null>9 and on!=2)", "support"]
)


def seconds(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False) | st.integers(int(low) + 1, int(high)).map(float)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """Any of these fields, or none."""
    return st.fixed_dictionaries({}, optional=fields)


TRANSLATIONS = st.dictionaries(st.sampled_from(["es", "pt-BR", "vi"]), TITLES, max_size=2)
PROMPTS = st.fixed_dictionaries(
    {"say": TITLES},
    optional={"voice": st.just("es"), "speed": st.integers(-3, 3), "translations": TRANSLATIONS},
) | st.just({"sound": "queue-thankyou"})
DATA_NAMES = IDS.map(lambda name: f"d{name}")
DATA = st.dictionaries(DATA_NAMES, TITLES, max_size=3).filter(
    lambda data: len({name.lower() for name in data}) == len(data)
)


SPARING = some(
    calls_per_hour_max=st.integers(1, 9),
    calls_per_day_max=st.integers(1, 99),
    hours=st.just("office"),
    always_ready=st.booleans(),
)

CUSTOMER_INFO = st.fixed_dictionaries(
    {"url": st.just("https://crm.example/info?key=1")},
    optional={
        "timeout_ms": st.integers(100, 30_000),
        "project": TITLES,
        "answers": st.just({"Name": "customer.names.0"}),
    },
)


CALLBACK = some(
    caller_id=st.just("+4930123"),
    rung_first=st.sampled_from(["agent", "customer"]),
    ring_s=seconds(3, 60),
    tries_max=st.integers(1, 9),
    retry_s=seconds(0, 3600),
    expires_s=seconds(1, 86_400),
    confirm=TITLES,
    taken=WORDS,
)


def group(agents: list[str]) -> st.SearchStrategy[Document]:
    return some(agents=st.lists(st.sampled_from(agents)), at_once_max=st.integers(1, 9))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A whole, valid configuration with digests."""
    agents = draw(st.lists(IDS, min_size=1, max_size=5, unique=True))
    queues = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    trunks = [
        f"t-{name}" for name in draw(st.lists(IDS, max_size=3, unique=True)) if f"t-{name}" not in agents
    ]
    trees = draw(st.lists(IDS, max_size=2, unique=True))
    document: Document = {
        "name": draw(TITLES),
        "voices": draw(st.dictionaries(st.sampled_from(["es", "vi"]), st.just("voice"))),
        "agents": {name: draw(agent(index)) for index, name in enumerate(agents)},
        "groups": {name: draw(group(agents)) for name in ("north", "south")},
        "hours": {"office": draw(HOURS)},
        "queues": {name: draw(queue(agents, trunks)) for name in queues},
        "trunks": {
            name: draw(some(trusted=st.booleans(), headers=st.just(["X-Campaign"]))) for name in trunks
        },
        "sms": {"url": "https://sms.example/send"}
        | draw(some(headers=st.just({"X-Key": "k"}), within_s=seconds(0.1, 30), sender=TITLES)),
        "ivr": {name: draw(tree(queues, trunks)) for name in trees},
        "mailboxes": {"box": draw(mailbox(agents))},
    }
    if draw(st.booleans()):
        limit = some(then_away=st.booleans()).map(lambda more: {"limit_s": 60.0} | more)
        document["break_limits"] = {"lunch": draw(limit)}
    somebody_is_asked_for(draw, document)
    if draw(st.booleans()):
        dialled = some(country_code=st.sampled_from(["49", "84"]), national_prefix=st.just("0"))
        document["numbering"] = draw(dialled)
    if trunks and draw(st.booleans()):
        reached = draw(st.sampled_from(agents))
        document["agents"][reached]["outside"] = {"number": "+49170123", "trunk": trunks[0]} | draw(SPARING)
        for each in document["queues"].values():
            each["caller_id"] = "+4930123"
            each["list_agents_trunk"] = trunks[0]
    if trunks and draw(st.booleans()):
        more = some(
            ring_s=seconds(3, 60),
            wrap_up_s=seconds(0, 60),
            caller_id=st.just("+4930123"),
            record=st.booleans(),
        )
        document["own_calls"] = {"outbound_trunk": trunks[0]} | draw(more)
    if trunks and draw(st.booleans()):
        called_back = draw(st.sampled_from(queues))
        document["queues"][called_back]["callback"] = {
            "trunk": trunks[0],
            "numbers": ["0ZX."],
        } | draw(CALLBACK)
        document["queues"][called_back]["overflow"] = {"callback": True}
        document["ivr"]["asking"] = {
            "start": "ask",
            "nodes": {
                "ask": {"callback": {"to": called_back} | draw(some(otherwise=st.just("bye")))},
                "bye": "hang_up",
            },
        }
    if not any("callback" in each for each in document["queues"].values()):
        document["mailboxes"]["box"].pop("deliver", None)
    for each in document["queues"].values():
        if each.get("get_list_agents_url") or "callback" in each:
            each.pop("external", None)
    if draw(st.booleans()):
        document["customer_info"] = draw(CUSTOMER_INFO)
    if draw(st.booleans()):
        digest = st.text("0123456789abcdef", min_size=32, max_size=32)
        desk = st.fixed_dictionaries({"digest": digest}, optional={"log_in_by_code": st.booleans()})
        document["phones"] = {"desk-1": draw(desk)}
    targets = [{"queue": name} for name in queues] + [{"ivr": name} for name in trees]
    targets.append({"voicemail": "box"})
    numbers = st.dictionaries(st.text("0123456789*#AZ", min_size=1, max_size=9), st.sampled_from(targets))
    document["numbers"] = {number: target | draw(some(data=DATA)) for number, target in draw(numbers).items()}
    return document


def somebody_is_asked_for(draw: st.DrawFn, document: Document) -> None:
    """Somewhere, of those who serve a queue that is not served strictly in order."""
    queues: Document = document["queues"]
    usual = [name for name, queue in queues.items() if queue.get("kind") != "fifo"]
    if not usual or not draw(st.booleans()):
        return
    name = draw(st.sampled_from(usual))
    serves = [each for each in document["agents"] if "groups" not in queues[name]]
    serves = [each for each in serves if each in queues[name].get("agents", serves)]
    if serves:
        asked = {"to": serves[0], "wait_s": draw(seconds(0, 60)), "queue": name}
        queues[name]["overflow"] = {"agent": asked | draw(some(otherwise=GOODBYES))}
        for tree in document["ivr"].values():
            for node in list(tree["nodes"])[:-1]:
                if draw(st.booleans()):
                    last = list(tree["nodes"])[-1]
                    tree["nodes"][node] = {"agent": asked | {"otherwise": last}}


def agent(index: int) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {
            "name": TITLES,
            "extension": st.just(f"2{index:02}"),
            "digest": st.text("0123456789abcdef", min_size=32, max_size=32),
            "skills": st.fixed_dictionaries(dict.fromkeys(SKILLS, LEVELS)),
        },
        optional={
            "language": st.sampled_from(["es", "pt-BR"]),
            "wrap_up_s": seconds(0, 600),
            "max_misses": st.integers(0, 9),
            "lag_s": seconds(0, 60),
            "ban_s": seconds(0, 43_200),
        },
    )


GROUPS = st.lists(st.sampled_from(["north", "south"]), min_size=1, unique=True)
RELAX = st.builds(
    lambda after_s, step: {"after_s": after_s} | step,
    seconds(0, 600),
    st.sampled_from([{"drop": "sales"}, {"skill": "english", "level": 1}, {"add_group": "south"}]),
)


def _with_backup(groups: Document) -> Document:
    return {"primary": ["north"], **groups, "backup": ["south"]}


STRICT = ("priority_s", "overdue_s", "service_probability", "relax", "get_list_agents_url", "external")


def mailbox(agents: list[str]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"name": TITLES},
        optional={
            "agents": st.lists(st.sampled_from(agents), max_size=2),
            "greeting": PROMPTS,
            "thanks": PROMPTS,
            "empty": PROMPTS,
            "sorry": PROMPTS,
            "beep": st.booleans(),
            "end_key": st.sampled_from(["#", "*", "any", "none"]),
            "seconds_max": st.integers(61, 3600),
            "seconds_min": seconds(0, 60),
            "silence_s": st.integers(0, 60),
            "messages_max": st.integers(1, 10_000),
            "deliver": st.booleans(),
            "notify": st.sampled_from(["", "https://crm.example/voicemail"]),
        },
    )


def fifo(queue: Document) -> Document:
    order = {"strategy": "top_down"} if queue.get("strategy") in ("random", "weighted") else {}
    return {name: value for name, value in queue.items() if name not in STRICT} | order | {"kind": "fifo"}


GOODBYES = st.builds(lambda text: {"hang_up": text}, WORDS | PROMPTS) | st.just({"voicemail": "box"})


def elsewhere(trunks: list[str]) -> st.SearchStrategy[Document]:
    """Where a queue may send callers. Those that may come to nothing lead on."""
    return st.recursive(GOODBYES, lambda then: outward(trunks, then), max_leaves=3) if trunks else GOODBYES


def outward(trunks: list[str], then: st.SearchStrategy[Document]) -> st.SearchStrategy[Document]:
    way = both(
        some(caller_id=st.just("+4930123"), ring_s=seconds(3, 60), otherwise=then),
        trunk=st.sampled_from(trunks),
    )
    return st.fixed_dictionaries({"call_center": way}) | st.fixed_dictionaries(
        {"number": both(way, to=st.just("+1800"))}
    )


SPANS = st.lists(st.sampled_from(["09:00-12:00", "13:00-17:30", "00:00-24:00"]), max_size=2)
HOURS = some(
    time_zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    weekly=st.dictionaries(st.sampled_from(["mon", "mon-fri", "sat, sun"]), SPANS, max_size=1),
    exceptions=st.dictionaries(st.sampled_from(["2026-12-24", "2028-02-29"]), SPANS),
)


EXTERNAL = st.fixed_dictionaries(
    {
        "route_url": st.just("https://crm.example/route"),
        "access_base_url": st.just("https://acd.example"),
        "secret": st.just("a secret of two"),
    },
    optional={
        "report_url": st.just("https://crm.example/report"),
        "connect_timeout_s": seconds(1, 10),
        "total_timeout_s": seconds(1, 30),
        "retry_s": seconds(0, 60),
        "max_wait_s": seconds(1, 600),
        "on_timeout": st.builds(lambda text: {"hang_up": text}, WORDS),
        "say_while_waiting": WORDS,
    },
)


def queue(agents: list[str], trunks: list[str]) -> st.SearchStrategy[Document]:
    usual = callcenter(agents, trunks)
    return usual | usual.map(fifo) | usual.map(lambda queue: fifo(queue) | {"simo": 2})


def callcenter(agents: list[str], trunks: list[str]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"name": TITLES},
        optional={
            "requires": st.dictionaries(st.sampled_from(SKILLS), LEVELS) | EXPRESSIONS,
            "agents": st.lists(st.sampled_from(agents)),
            "ring_s": seconds(3, 60),
            "get_list_agents_url": st.sampled_from(["", "https://crm.example:8443/agents?key=a%20b"]),
            "list_agents_within_s": seconds(1, 30),
            "list_agents_every_s": seconds(1, 60),
            "list_agents_project": st.integers(0, 2**40),
            "sign_in": st.booleans(),
            "needs_desk": st.booleans(),
            "ring_at_once_max": st.integers(2, 100),
            "ring_next_after_s": seconds(1, 60),
            "wait_s_max": seconds(1, 600),
            "priority": st.integers(0, 100),
            "service_probability": st.floats(0.5, 1),
            "overdue_s": seconds(0, 3600),
            "hours": st.just("office"),
            "wrap_up_s": seconds(0, 600) | st.just("until_done"),
            "record": st.booleans(),
            "caller_id_name": st.sampled_from(["", "{Queue}: {CallerName}"]),
            "time_base": st.sampled_from(["queue", "call"]),
            "closed": elsewhere(trunks),
            "overflow": elsewhere(trunks),
            "size_max": st.integers(0, 100),
            "predicted_wait_s_max": seconds(0, 600),
            "handling_s": seconds(1, 600),
            "join_when_empty": st.sampled_from(["yes", "no", "strict", False, True]),
            "leave_when_empty": st.sampled_from(["yes", "no", "strict", False, True]),
            "no_agent_wait_s_max": seconds(0, 600),
            "no_agent_grace_s": seconds(0, 60),
            "greeting": WORDS | PROMPTS,
            "sorry": WORDS | PROMPTS | st.just(""),
            "announce": announce(),
            "keys": st.dictionaries(
                st.sampled_from([*string.digits, "*", "#"]), elsewhere(trunks), max_size=3
            ),
            "whisper": TITLES | PROMPTS,
            "tiers": st.dictionaries(
                st.sampled_from(agents), some(level=st.integers(1, 9), weight=st.integers(1, 9))
            ),
            "tier_rules": some(wait_s=seconds(0, 60), multiply_by_level=st.booleans()),
            "strategy": st.sampled_from(sorted(Strategy)),
            "groups": some(primary=GROUPS, backup_after_s=seconds(0, 60), backup_above=st.integers(1, 9)).map(
                _with_backup
            ),
            "relax": st.lists(RELAX, max_size=3),
            "external": EXTERNAL,
            "manager": some(
                wait_s=seconds(0, 60), data=DATA_NAMES, absent=WORDS | PROMPTS, learn_last=st.booleans()
            ),
        },
    )


@st.composite
def tree(draw: st.DrawFn, queues: list[str], trunks: list[str]) -> Document:
    """Every node leads to later ones only: no walk goes round."""
    names = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    nodes = {name: draw(node(names[index + 1 :], queues, trunks)) for index, name in enumerate(names[:-1])}
    nodes[names[-1]] = {"hang_up": draw(st.just({}) | PROMPTS)}
    return {"start": names[0], "nodes": nodes}


def node(later: list[str], queues: list[str], trunks: list[str]) -> st.SearchStrategy[Document]:
    to = st.sampled_from(later)
    queue_name = st.sampled_from(queues)
    keys = st.dictionaries(st.sampled_from([*string.digits, "*", "#", "INVALID_KEY"]), to, min_size=1)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "play": both(PROMPTS, then=to),
        "menu": both(PROMPTS, keys=keys, loops=st.integers(1, 3)),
        "collect": both(PROMPTS, into=DATA_NAMES, then=to, otherwise=to, tries=st.integers(1, 3))
        | both(
            PROMPTS, into=DATA_NAMES, then=to, otherwise=to, patterns=st.just(["49X.", "Z!"]), wrong=PROMPTS
        ),
        "set": both(st.just({}), values=DATA.filter(bool), then=to)
        | both(
            some(skills=st.just({"english": 2}), language=st.just("pt-BR")), record=st.booleans(), then=to
        ),
        "http": both(
            some(headers=st.just({"X-Key": "k"}), body=DATA).map(lambda more: {"method": "POST", **more}),
            url=st.sampled_from(["https://crm.example/a?n={CallerNumber}", "http://[::1]:80/x"]),
            answers=st.just({"Name": "customer.names.0"}),
            within_s=seconds(0.1, 30),
            then=to,
            otherwise=to,
        ),
        "sql": both(
            some(no_row=to, timed_out=to, music=st.sampled_from(["", "jazz"])),
            query=st.just("select name from customers where phone = $1"),
            values=st.lists(TITLES, max_size=2),
            answers=st.just({"Name": "name"}),
            then=to,
            otherwise=to,
        ),
        "voicemail": st.just("box") | both(some(then=to), to=st.just("box")),
        "sms": both(
            st.just({}) | DATA_NAMES.map(lambda name: {"sender": name}), text=TITLES, then=to, otherwise=to
        ),
        "event": both(some(values=DATA), name=IDS, then=to),
        "branch": both(st.just({}), cases=st.lists(case(to), min_size=1, max_size=3), otherwise=to),
        "queue": queue_name
        | both(st.just({}), to=queue_name, priority_s=seconds(-60, 60))
        | both(st.just({}), to=queue_name, caller_priority=st.integers(1, 100))
        | both(st.just({}), to=queue_name, slot=st.integers(0, 9))
        | both(st.just({}), to=queue_name, requires=EXPRESSIONS),
    }
    if trunks:
        kinds["forward"] = both(st.just({}), number=st.just("+1800"), trunk=st.sampled_from(trunks))
    return st.one_of([st.fixed_dictionaries({kind: part}) for kind, part in kinds.items()])


def case(to: st.SearchStrategy[str]) -> st.SearchStrategy[Document]:
    tests: list[st.SearchStrategy[Document]] = [
        st.fixed_dictionaries({"equals": TITLES}),
        st.fixed_dictionaries({"one_of": st.lists(IDS, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"at_least": st.floats(-1e6, 1e6)}),
        st.just({"present": True}),
    ]
    compared = st.builds(
        lambda test, then, data: {**test, "then": then, "data": data}, st.one_of(tests), to, DATA_NAMES
    )
    when = st.sampled_from(["Balance >= 100", "not (Vip or Name contains 'x')"])
    return compared | st.fixed_dictionaries({"when": when, "then": to})


def announce() -> st.SearchStrategy[Document]:
    return both(
        some(
            at_entry=st.booleans(),
            every_s=seconds(1, 60),
            changed_only=st.booleans(),
            prompts=st.lists(TITLES | PROMPTS, max_size=2),
            prompts_every_s=seconds(1, 60),
            pause_s=seconds(0, 60),
            sentences=some(next=TITLES, wait=st.just({"say": "{wait}!", "translations": {"es": "¡{wait}!"}})),
        ),
        position=st.booleans(),
        wait=st.just(True),
    )


def both(first: st.SearchStrategy[Document], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    return st.builds(lambda a, b: {**a, **b}, first, st.fixed_dictionaries(fields))
