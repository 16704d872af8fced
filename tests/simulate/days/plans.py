"""Small plans to simulate: two queues that share agents, with all that can happen in a day."""

from ccapp.domain.centre import Agent, Centre, Queue
from ccapp.domain.ids import AgentId, GroupId, QueueId, SkillId
from ccapp.domain.ivr import Say
from ccapp.domain.serving import AskLess, Group, Standing, Strategy
from ccapp.domain.traffic import Answering, Break, Duration, Law, Shift, Stream, Traffic
from ccapp.simulate.days.day import Plan

SALES, SUPPORT = QueueId("sales"), QueueId("support")
SPANISH, TALK = SkillId("spanish"), SkillId("talk")
HOUR_S = 3600.0
AGENTS = [AgentId(f"a{n}") for n in range(8)]
EARLY, LATE = frozenset(AGENTS[:5]), frozenset(AGENTS[3:])


def agent(id: AgentId, number: int) -> Agent:
    skills = {TALK: 1, SPANISH: 2} if number % 3 == 0 else {TALK: 1}
    return Agent(id=id, name=id, extension=f"2{number}", skills=skills, max_misses=2)


def centre(strategy: Strategy = Strategy.FEWEST_CALLS) -> Centre:
    return Centre(
        agents={id: agent(id, number) for number, id in enumerate(AGENTS)},
        groups={GroupId("early"): Group(id=GroupId("early"), agents=EARLY)},
        queues={
            SALES: Queue(
                id=SALES,
                name="Sales",
                requires={TALK: 1},
                ring_s=8,
                wrap_up_s=20,
                wait_s_max=90,
                greeting=Say(text="Please hold for sales."),
                tiers={AGENTS[0]: Standing(level=2), AGENTS[5]: Standing(position=3)},
                strategy=strategy,
                sign_in=True,
            ),
            SUPPORT: Queue(
                id=SUPPORT,
                name="Support",
                requires={TALK: 1, SPANISH: 2},
                relax=(AskLess(after_s=30.0, skill=SPANISH),),
                priority=1,
                overdue_s=120.0,
                priority_s=15,
                wrap_up_s=0,
            ),
        },
    )


def traffic(*, scale: float = 1.0) -> Traffic:
    talk = Duration(mean_s=180, law=Law.LOGNORMAL)
    patience = Duration(mean_s=100)
    rates = [40, 90, 120, 60]
    return Traffic(
        begin_s=9 * HOUR_S,
        end_s=13 * HOUR_S,
        interval_s=HOUR_S,
        streams=(
            Stream(name="sales", queue=SALES, per_hour=tuple(scale * each for each in rates), talk=talk,
                   patience=patience),
            Stream(name="spanish", queue=SUPPORT, per_hour=(scale * 20,) * 4, talk=talk, patience=patience,
                   priority_s=5.0),
            Stream(name="urgent", queue=SUPPORT, per_hour=(scale * 5,) * 4, talk=Duration(mean_s=60),
                   requires={SPANISH: 1}, priority_s=60.0, caller_priority=20),
        ),
        shifts=(
            Shift(agents=EARLY - LATE, begin_s=9 * HOUR_S, end_s=12 * HOUR_S,
                  breaks=(Break(at_s=10.5 * HOUR_S, lasts_s=900),)),
            Shift(agents=LATE, begin_s=9.5 * HOUR_S, end_s=13 * HOUR_S,
                  breaks=(Break(at_s=11 * HOUR_S, lasts_s=1800),)),
        ),
        answering=Answering(after=Duration(mean_s=4), missed=0.1),
    )  # fmt: skip


def plan(*, scale: float = 1.0, strategy: Strategy = Strategy.FEWEST_CALLS) -> Plan:
    return Plan(centre=centre(strategy), traffic=traffic(scale=scale))
