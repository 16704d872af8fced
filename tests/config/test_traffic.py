"""Traffic as it is written: golden errors with their lines, and what comes out."""

from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.config import SAMPLE, ConfigError, Problem, read_offered, read_traffic
from ccapp.domain.traffic import Break, Duration, Law
from tests.domain.steady import STEADY

CENTRE = """
queues:
  sales: {name: Sales}
  support: {name: Support, requires: {spanish: 1}}
agents:
  alice: {name: Alice, extension: 201, skills: {spanish: 2}}
  bob: {name: Bob, extension: 202}
groups: {late: {agents: [bob]}}
numbers: {"100": {queue: sales}, "200": {ivr: main}}
ivr: {main: {start: a, nodes: {a: {hang_up: }}}}
"""


def read(path: Path, traffic: str) -> list[str]:
    """What is said of a file with this section, which begins in its line 12."""
    section = "\n".join(f"  {line}" for line in dedent(traffic).strip("\n").splitlines())
    file = path / "f.yaml"
    file.write_text(f"{CENTRE}traffic:\n{section}\n")
    try:
        return [str(warning).removeprefix(f"{path}/") for warning in read_offered(file).warnings]
    except ConfigError as error:
        return [line.removeprefix(f"{path}/") for line in str(error).splitlines()]


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        ("interval_min: 30", ["f.yaml:11: traffic.streams: is required"]),
        ("streams: {a: {queue: sales}}",
         ["f.yaml:12: traffic.streams.a: needs exactly one of per_hour, calls"]),
        ("streams: {a: {per_hour: 3}}", ["f.yaml:12: traffic.streams.a: needs exactly one of queue, number"]),
        ("streams: {a: {queue: slaes, per_hour: 3}}",
         ['f.yaml:12: traffic.streams.a.queue: no queue "slaes"; did you mean "sales"?']),
        ("streams: {a: {queue: sales, per_huor: 3}}",
         ['f.yaml:12: traffic.streams.a.per_huor: unknown field; did you mean "per_hour"?']),
        ("streams: {a: {queue: sales, per_hour: -1}}",
         ["f.yaml:12: traffic.streams.a.per_hour: must be at least 0"]),
        ("streams: {a: {number: 200, per_hour: 3}}",
         ["f.yaml:12: traffic.streams.a.number: leads into an IVR: say the queue its callers come to"]),
        ("streams: {a: {number: 300, per_hour: 3}}", ["f.yaml:12: traffic.streams.a.number: no such number"]),
        ("open: {from: '8:00', until: '9:00'}\nstreams:\n  a: {queue: sales, calls: [1, 2, 3]}",
         ["f.yaml:14: traffic.streams.a.calls: has 3 numbers, but the day has 2 intervals"]),
        ("open: {from: '8:00', until: '8:00'}\nstreams: {a: {queue: sales, per_hour: 1}}",
         ["f.yaml:12: traffic.open: until must be later than from"]),
        ("open: {from: 8, until: '9:60'}\nstreams: {a: {queue: sales, per_hour: 1}}",
         ["f.yaml:12: traffic.open.from: must be a time of day, such as 08:30",
          "f.yaml:12: traffic.open.until: must be a time from 00:00 to 24:00"]),
        ("interval_min: 7\nstreams: {a: {queue: sales, per_hour: 1}}",
         ["f.yaml:12: traffic.interval_min: must divide the time from open.from to open.until"]),
        ("talk: {mean_s: 0}\nstreams: {a: {queue: sales, per_hour: 1, patience: {mean_s: 9, spread: 2}}}",
         ["f.yaml:12: traffic.talk.mean_s: must be more than 0",
          "f.yaml:13: traffic.streams.a.patience: spread goes with law: lognormal"]),
        ("streams: {a: {queue: sales, per_hour: 1}}\nshifts:\n- {from: '8:00', until: '9:00'}",
         ["f.yaml:14: traffic.shifts.0: needs agents or groups"]),
        ("streams: {a: {queue: sales, per_hour: 1}}\nshifts:\n"
         "- {agents: [alcie], groups: [later], from: '8:00', until: '9:00'}",
         ['f.yaml:14: traffic.shifts.0.agents.alcie: no agent "alcie"; did you mean "alice"?',
          'f.yaml:14: traffic.shifts.0.groups.later: no group "later"; did you mean "late"?']),
        ("streams: {a: {queue: sales, per_hour: 1}}\nshifts:\n"
         "- {agents: [bob], from: '8:00', until: '9:00'}\n- {groups: [late], from: '8:30', until: '10:00'}",
         ["f.yaml:15: traffic.shifts.1: bob has a shift from 08:00 to 09:00 already"]),
        ("streams: {a: {queue: sales, per_hour: 1}}\nshifts:\n"
         "- {agents: [bob], from: '8:00', until: '9:00', breaks: [{at: '9:00', minutes: 5}]}",
         ["f.yaml:14: traffic.shifts.0: a break begins outside the shift"]),
        ("streams: {a: {queue: support, per_hour: 1, requires: {spanish: 3}}}",
         ["f.yaml:12: warning: traffic.streams.a.requires: no agent can serve it "
          "(skills asked: spanish 3)"]),
        ("streams: [1]", ["f.yaml:12: traffic.streams: must be a mapping: names with values"]),
    ],
)  # fmt: skip
def test_each_slip_is_told_with_its_line(tmp_path, traffic, expected):
    assert read(tmp_path, traffic) == expected


def test_traffic_means_what_it_says(tmp_path):
    file = tmp_path / "traffic.yaml"
    file.write_text(
        dedent("""
        open: {from: "8:00", until: "9:00"}
        talk: {mean_s: 100, law: lognormal, spread: 0.5}
        answer: {mean_s: 3, missed: 0.1}
        streams:
          a: {number: 100, calls: [10, 20], patience: {mean_s: 60}}
          b: {queue: support, per_hour: 30, requires: "spanish>=2", priority_s: 5, talk: {mean_s: 9}}
        shifts:
          - {groups: [late], agents: [alice], from: "8:00", until: "8:30", breaks: [{at: "8:10", minutes: 5}]}
        """)
    )
    (tmp_path / "centre.yaml").write_text(CENTRE)
    centre = read_offered(tmp_path / "centre.yaml").centre
    traffic = read_traffic(file, centre).traffic
    one, two = traffic.streams
    assert (one.queue, one.per_hour, one.patience) == ("sales", (20, 40), Duration(mean_s=60))
    assert one.talk == Duration(mean_s=100, law=Law.LOGNORMAL, spread=0.5)
    assert (two.per_hour, two.requires, two.priority_s) == ((30, 30), "spanish>=2", 5)
    assert (two.talk, two.patience) == (Duration(mean_s=9), None)
    assert traffic.answering.missed == 0.1
    [shift] = traffic.shifts
    assert shift.agents == {"alice", "bob"}
    assert shift.breaks == (Break(at_s=8 * 3600 + 600, lasts_s=300),)


def test_fields_are_changed_for_a_what_if():
    sample = SAMPLE.parent / "travel_desk.yaml"
    changes = [
        ("agents.ben.skills.spanish", "2"),
        ("traffic.shifts.1.until", "17:00"),
        ("traffic.patience", ""),
        ("queues.english.wait_s_max", "30"),
    ]
    before, after = read_offered(sample), read_offered(sample, changes)
    assert "spanish" not in before.centre.agents["ben"].skills
    assert after.centre.agents["ben"].skills == {"english": 2, "spanish": 2}
    assert after.traffic.shifts[1].end_s == 17 * 3600
    assert before.traffic.streams[0].patience is not None
    assert after.traffic.streams[0].patience is None
    assert after.centre.queues["english"].wait_s_max == 30


@pytest.mark.parametrize("where", ["name.more", "traffic.shifts.9.until", "traffic.shifts.x", "agents."])
def test_a_what_if_of_nothing_is_told(where):
    with pytest.raises(ConfigError, match=r"no such place in the file|names|must be"):
        read_offered(SAMPLE.parent / "travel_desk.yaml", [(where, "1")])


def test_the_samples_need_no_traffic_and_have_it():
    assert read_offered(SAMPLE).traffic is None
    assert read_offered(SAMPLE.parent / "travel_desk.yaml").warnings == ()


DESK_LINES = (SAMPLE.parent / "travel_desk.yaml").read_text().splitlines()
WORDS = [
    "open", "from", "until", "interval_min", "streams", "calls", "per_hour", "talk", "patience", "answer",
    "shifts", "breaks", "minutes", "08:00", "24:00", "-1", "0", "1e400", ".nan", "1e-9", "null", "[]", "{}",
    "99999999999999999999", "not (", "english", "ana", "law: fixed", "at: '08:00'",
]  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, len(DESK_LINES) - 1), st.integers(0, 6), st.sampled_from(WORDS) | st.text()),
        min_size=1,
        max_size=4,
    )
)
@STEADY
def test_whatever_is_written_as_traffic_is_read_or_refused_with_its_line(slips):
    lines = list(DESK_LINES)
    for number, word, instead in slips:
        words = lines[number].split(" ")
        words[word % len(words)] = instead
        lines[number] = " ".join(words)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "f.yaml"
        file.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        problems: tuple[Problem, ...] = ()
        try:
            traffic = read_offered(file).traffic
        except ConfigError as error:
            traffic, problems = None, error.problems
    assert all(problem.file == str(file) and problem.line <= len(lines) + 5 for problem in problems)
    assert traffic is None or traffic.streams
