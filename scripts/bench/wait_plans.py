"""The kinds of days on which waits are foretold: their centres and their traffic."""

from collections.abc import Callable, Mapping
from typing import Any

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, QueueId, SkillId
from ccapp.domain.requirements import Requires
from ccapp.domain.serving import AskLess
from ccapp.domain.traffic import Answering, Break, Duration, Law, Shift, Stream, Traffic
from ccapp.simulate.days.day import Plan

HOUR_S = 3600.0
OPEN, CLOSE = 8 * HOUR_S, 18 * HOUR_S
TALK = Duration(mean_s=230, law=Law.LOGNORMAL)
PATIENCE = Duration(mean_s=400)
ANSWERING = Answering(after=Duration(mean_s=4), missed=0.02)
FLAT = (1.0,) * 20
MONDAY = (0.55, 0.7, 0.9, 1.1, 1.25, 1.3, 1.25, 1.15, 1.0, 0.9,
          0.95, 1.05, 1.15, 1.2, 1.1, 1.0, 0.9, 0.8, 0.65, 0.5)  # fmt: skip
"""Of each half-hour, beside the mean."""


def queue(id: str, **more: Any) -> Queue:
    return Queue(id=QueueId(id), name=id, wrap_up_s=20.0, handling_s=200.0, **more)


def agents(count: int, skills: Callable[[int], Mapping[SkillId, int]] = lambda n: {}) -> dict[AgentId, Agent]:
    """As configured: two agents have the same skills where `skills` says so."""
    names = [AgentId(f"a{n:02}") for n in range(count)]
    return {id: Agent(id=id, name=id, extension=f"2{n:02}", skills=skills(n)) for n, id in enumerate(names)}


def stream(of: Queue, per_hour: float, shape: tuple[float, ...] = FLAT, **more: Any) -> Stream:
    rates = tuple(per_hour * each for each in shape)
    drawn = {"talk": TALK, "patience": PATIENCE} | more
    return Stream(name=of.id, queue=of.id, per_hour=rates, **drawn)


def made(staff: dict[AgentId, Agent], queues: list[Queue], streams: list[Stream], **more: Any) -> Plan:
    traffic = Traffic(
        begin_s=OPEN,
        end_s=CLOSE,
        interval_s=HOUR_S / 2,
        streams=tuple(streams),
        answering=ANSWERING,
        **more,
    )
    return Plan(centre=Centre(agents=staff, queues={each.id: each for each in queues}), traffic=traffic)


def load(staff: int, share: float) -> float:
    """Calls an hour that so many agents would be busy with for this share of their time."""
    return share * staff * HOUR_S / 254


def one_queue() -> Plan:
    sales = queue("sales")
    return made(agents(12), [sales], [stream(sales, load(12, 1.05))])


def small_queue() -> Plan:
    """Three agents, and talks of the same length, nearly."""
    sales = queue("sales")
    talk = Duration(mean_s=230, law=Law.LOGNORMAL, spread=0.3)
    return made(agents(3), [sales], [stream(sales, load(3, 0.95), talk=talk)])


def skills() -> Plan:
    """Half know one thing, a third two, the others all; some calls ask for less when they have waited."""
    names = [SkillId("sales"), SkillId("support"), SkillId("spanish")]
    known = [(0,), (1,), (0,), (1,), (0, 1), (1,), (0, 1), (0, 2), (0,), (1, 2), (1,), (0, 1, 2)]

    def of(n: int) -> Mapping[SkillId, int]:
        return {names[each]: 1 for each in known[n % len(known)]}

    def asks(*which: int) -> Requires:
        return {names[each]: 1 for each in which}

    sales, support = queue("sales", requires=asks(0)), queue("support", requires=asks(1))
    spanish = queue("spanish", requires=asks(2), relax=(AskLess(after_s=120.0, skill=names[2]),))
    streams = [
        stream(sales, load(24, 0.46)),
        stream(support, load(24, 0.46)),
        stream(spanish, load(24, 0.13)),
    ]
    short = Duration(mean_s=150, law=Law.LOGNORMAL)
    streams[0] = stream(sales, load(24, 0.5), talk=short)
    return made(agents(24, of), [sales, support, spanish], streams)


def changing() -> Plan:
    """A day with its hours of rush, shifts and lunches."""
    sales, support = queue("sales"), queue("support")
    staff = agents(16)
    early, late = frozenset(list(staff)[:9]), frozenset(list(staff)[7:])
    shifts = (
        Shift(
            agents=early - late,
            begin_s=OPEN,
            end_s=16 * HOUR_S,
            breaks=(Break(at_s=11.5 * HOUR_S, lasts_s=1800.0),),
        ),
        Shift(
            agents=early & late,
            begin_s=9 * HOUR_S,
            end_s=CLOSE,
            breaks=(Break(at_s=12.5 * HOUR_S, lasts_s=1800.0),),
        ),
        Shift(
            agents=late - early,
            begin_s=10 * HOUR_S,
            end_s=CLOSE,
            breaks=(Break(at_s=13.5 * HOUR_S, lasts_s=1800.0),),
        ),
    )
    streams = [stream(sales, load(12, 0.6), MONDAY), stream(support, load(12, 0.4), MONDAY)]
    return made(staff, [sales, support], streams, shifts=shifts)


def priorities() -> Plan:
    """Gold goes before silver, silver before the others; and nobody waits more than ten minutes for that."""
    gold, silver, plain = queue("gold", priority=0), queue("silver", priority=1), queue("plain", priority=2)
    streams = [stream(gold, load(15, 0.2)), stream(silver, load(15, 0.35)), stream(plain, load(15, 0.5))]
    return made(agents(15), [gold, silver, plain], streams)


KINDS: Mapping[str, Callable[[], Plan]] = {
    "one queue": one_queue,
    "small queue": small_queue,
    "skills": skills,
    "changing load": changing,
    "priorities": priorities,
}
