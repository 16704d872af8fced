"""Limits, business hours and destinations as they are written, and what is said of slips in them."""

from textwrap import dedent

import pytest

from ccapp.config import ConfigError, export_yaml, from_document, read, to_document
from ccapp.domain.admission import Goodbye, ToCallback, ToQueue, ToTree, WhenEmpty
from ccapp.domain.callbacks import RungFirst
from ccapp.domain.hours import Span
from ccapp.domain.ids import HoursId, NodeId, QueueId, TreeId
from ccapp.domain.ivr import Say
from tests.rows import rows

WHOLE = """
hours:
  office:
    time_zone: Europe/Berlin
    weekly: {mon-fri: [09:00-12:00, 13:00 - 17:30], sat: [10:00-14:00]}
    exceptions: {2026-12-24: [09:00-12:00], 2026-12-25: []}
ivr:
  main: {start: a, nodes: {a: {hang_up: {}}, b: {play: {say: b, then: a}}}}
agents: {ann: {name: Ann, extension: 201, password: x}}
queues:
  sales:
    name: Sales
    ring_s: 3
    hours: office
    closed: {ivr: main, node: b}
    overflow: {queue: help}
    size_max: 5
    wait_s_max: 60
    predicted_wait_s_max: 300
    join_when_empty: no
    leave_when_empty: strict
  help: {name: Help, overflow: {hang_up: Sorry.}, join_when_empty: false}
"""


CALLED_BACK = """
trunks: {carrier: {}}
ivr:
  main: {start: a, nodes: {a: {callback: sales}}}
agents: {ann: {name: Ann, extension: 201, password: x}}
queues:
  sales:
    name: Sales
    closed: {callback: true}
    callback: {trunk: carrier, numbers: ["0ZX."], rung_first: customer, tries_max: 5}
"""


@rows("VX-13")
def test_callbacks_are_read_and_slips_in_them_told() -> None:
    centre = read(CALLED_BACK).centre
    sales = centre.queues[QueueId("sales")]
    assert sales.closed == ToCallback()
    assert sales.callback is not None
    assert (sales.callback.rung_first, sales.callback.tries_max) == (RungFirst.CUSTOMER, 5)
    assert from_document(to_document(centre, with_digests=True)) == centre
    for slip, said in (
        ("trunk: carrier, numbers", "trunk: nowhere, numbers"),
        ('numbers: ["0ZX."]', "numbers: []"),
        ('numbers: ["0ZX."]', 'numbers: ["call me"]'),
        ("{callback: true}", "{callback: true, queue: sales}"),
        ("tries_max: 5", "tries_max: 0"),
    ):
        assert slip in CALLED_BACK
        with pytest.raises(ConfigError, match=r"queues\.sales\.c"):
            read(CALLED_BACK.replace(slip, said))
    without = CALLED_BACK[: CALLED_BACK.rindex("    callback:")]
    with pytest.raises(ConfigError) as error:
        read(without)
    assert "ivr.main.nodes.a.callback.to: queue sales has no callback" in str(error.value)
    assert "queues.sales.closed.callback: the queue has no callback" in str(error.value)


@rows("ST-16", "ST-21", "ST-22")
def test_all_of_it_is_read_and_written_again() -> None:
    centre = read(WHOLE).centre
    sales, help = centre.queues[QueueId("sales")], centre.queues[QueueId("help")]
    assert (sales.ring_s, sales.size_max, sales.wait_s_max, sales.predicted_wait_s_max) == (3, 5, 60, 300)
    assert (sales.join_when_empty, sales.leave_when_empty) == (WhenEmpty.NO, WhenEmpty.STRICT)
    assert sales.closed == ToTree(tree=TreeId("main"), node=NodeId("b"))
    assert (sales.overflow, help.overflow) == (
        ToQueue(queue=QueueId("help")),
        Goodbye(say=Say(text="Sorry.")),
    )
    assert help.join_when_empty is WhenEmpty.NO
    office = centre.hours[HoursId("office")]
    assert office.weekly["fri"] == (Span(540, 720), Span(780, 1050))
    assert office.exceptions["2026-12-25"] == ()
    assert from_document(to_document(centre, with_digests=True)) == centre
    again = read(export_yaml(centre)).centre
    assert (again.queues, again.hours) == (centre.queues, centre.hours)


@pytest.mark.parametrize(
    ("queue", "problem"),
    [
        ("ring_s: 2", "queues.q.ring_s: must be at least 3"),
        ("hours: offise", 'queues.q.hours: no hours "offise"; did you mean "office"?'),
        ("overflow: {queue: q}", "queues.q.overflow.queue: leads back into the same queue"),
        ("overflow: {queue: nobody}", 'queues.q.overflow.queue: no queue "nobody"'),
        ("overflow: {ivr: main, hang_up: x}", "queues.q.overflow: needs exactly one of queue, ivr, "),
        ("overflow: {number: {to: '1', trunk: x}}", 'queues.q.overflow.number.trunk: no trunk "x"'),
        ("closed: {call_center: {trunk: x}}", 'queues.q.closed.call_center.trunk: no trunk "x"'),
        (
            "overflow: " + "{call_center: {trunk: t, otherwise: " * 5 + "{hang_up: x}" + "}}" * 5,
            "queues.q.overflow: leads over more than 5 ways",
        ),
        ("overflow: {queue: r, node: x}", "queues.q.overflow: node goes with ivr"),
        ("closed: {ivr: main}", 'queues.q.closed.ivr: no IVR "main"'),
        ("join_when_empty: maybe", "queues.q.join_when_empty: must be 'yes', 'no' or 'strict'"),
        ("greeting: {say: Hi, sound: hi}", "queues.q.greeting: has both say and sound; one is played"),
        ("greeting: {say: Hi, voise: es}", "queues.q.greeting.voise: unknown field; did you mean"),
        ("sorry: [Hi]", "queues.q.sorry: must be a text, or a mapping with say or sound"),
        (
            "closed: {hang_up: {translations: {es: Hola}}}",
            "queues.q.closed.hang_up: translations go with say",
        ),
        ("keys: {12: {queue: r}}", "queues.q.keys.12: must be one of 0 to 9, * and #"),
        ("keys: {1: {queue: nobody}}", 'queues.q.keys.1.queue: no queue "nobody"'),
        ("keys: {1: {queue: q}}", "queues.q.keys.1.queue: leads back into the same queue"),
        ("announce: {every_s: 30}", "queues.q.announce: every_s goes with position or wait"),
        ("announce: {prompts: ['']}", "queues.q.announce: a prompt must not be empty"),
        ("announce: {sentences: {wait: {sound: x}}}", "queues.q.announce.sentences: wait must be a text"),
        ("size_max: -1", "queues.q.size_max: must be at least 0"),
        ("priority: 101", "queues.q.priority: must be at most 100"),
        ("service_probability: 0.4", "queues.q.service_probability: must be at least 0.5"),
    ],
)
@rows("ST-16")
def test_slips_in_a_queue(queue: str, problem: str) -> None:
    text = f"hours: {{office: {{}}}}\nqueues:\n  r: {{name: R}}\n  q: {{name: Q, {queue}}}\n"
    with pytest.raises(ConfigError) as refused:
        read(text, "f.yaml")
    assert f"f.yaml:4: {problem}" in str(refused.value)


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ("time_zone: Berlin", "hours.h.time_zone: must be a time zone, such as Europe/Berlin"),
        ("weekly: {mon: [9-17]}", "hours.h.weekly.mon.0: must be two times of a day, such as 09:00-17:30"),
        ("weekly: {mon: [17:00-09:00]}", "hours.h.weekly.mon.0: must begin before it ends"),
        ("weekly: {mon: [17:00-24:30]}", "hours.h.weekly.mon.0: must begin before it ends"),
        ("weekly: {mon-fri: [], wed: []}", "hours.h.weekly: wed is said twice"),
        ("weekly: {someday: []}", "hours.h.weekly.someday: must be 'mon', 'tue'"),
        ("weekly: {fri-mon: []}", "hours.h.weekly"),
        ("exceptions: {2026-02-29: []}", "hours.h.exceptions.2026-02-29: must be a date, such as 2026-12-24"),
    ],
)
def test_slips_in_hours(hours: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(dedent(f"hours:\n  h:\n    {hours}\n"), "f.yaml")
    assert problem in str(refused.value)
