"""Golden errors: for each slip, the line it is in, the field, and words that help."""

from pathlib import Path
from textwrap import dedent

import pytest

from ccapp.config import SAMPLE, ConfigError, read, read_document, read_file
from ccapp.config.yaml_file import DEPTH_MAX, SIZE_MAX, VALUES_MAX


def told(text: str) -> list[str]:
    """What is said of `text`, errors or warnings."""
    try:
        return [str(problem) for problem in read(dedent(text).lstrip("\n"), "f.yaml").warnings]
    except ConfigError as error:
        return str(error).splitlines()


CENTRE = """
agents: {alice: {name: Alice, extension: 201, skills: {sales: 3}}}
queues:
  sales: {name: Sales}
trunks: {carrier: {}}
"""

SKILLED = "agents: {a: {name: A, extension: 1, skills: {sales: 2}}}\n"


def tree(nodes: str, start: str = "a") -> str:
    """A centre whose IVR begins in line 5; its first node stands in line 9."""
    lines = "\n".join(f"      {line}" for line in dedent(nodes).strip().splitlines())
    return f"{dedent(CENTRE).strip()}\nivr:\n  main:\n    start: {start}\n    nodes:\n{lines}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("queues: [", ["f.yaml:1: not YAML: "], id="broken"),
        pytest.param("name: a\nname: b", ["f.yaml:2: name: written twice; first in line 1"], id="twice"),
        pytest.param(
            "queues:\n  q: {name: A}\n  q: {name: B}\nname: x\nname: y",
            [
                "f.yaml:3: queues.q: written twice; first in line 2",
                "f.yaml:5: name: written twice; first in line 4",
            ],
            id="all that is written twice",
        ),
        pytest.param("1: a\n'1': b", ["f.yaml:2: 1: written twice"], id="one key in two spellings of YAML"),
        pytest.param(
            "name: &a x\nrealm: *a", ["f.yaml:1: name: anchors", "f.yaml:2: realm: aliases"], id="alias"
        ),
        pytest.param(
            "numbers:\n  *: {queue: a}",
            [
                "f.yaml:2: not YAML: while scanning an alias, did not find expected alphabetic or numeric "
                'character; the star itself needs quotes: "*"'
            ],
            id="bare star",
        ),
        pytest.param("name: !!python/name:os.system x", ["f.yaml:1: name: tags (!name)"], id="tag"),
        pytest.param("name: !x y", ["f.yaml:1: name: tags (!name)"], id="own tag"),
        pytest.param("? [a]\n: b", ["f.yaml:1: a name must be a plain text"], id="a list as key"),
        pytest.param("a: b\n---\nc: d", ["f.yaml:3: a second document"], id="two documents"),
        pytest.param("name: \x07", ["f.yaml:1: not YAML: "], id="control character"),
        pytest.param("name: a\nvoice: \ud800", ["f.yaml:2: not a Unicode character"], id="half a character"),
        pytest.param("- a", ["f.yaml:1: must be a mapping: fields with values"], id="a list"),
        pytest.param("text", ["f.yaml:1: must be a mapping: fields with values"], id="a text"),
        pytest.param("a: " + "[" * 40, ["f.yaml:1: a.0.0.0: nested deeper than 16 levels"], id="deep"),
        pytest.param(
            "a: " + "{b: " * 40, ["f.yaml:1: a.b.b.b: nested deeper than 16 levels"], id="deep mapping"
        ),
        pytest.param("? " * 40 + "a", ["f.yaml:1: ?.?.?.?: nested deeper"], id="deep keys"),
        pytest.param("a: [" + "1," * VALUES_MAX + "]", ["f.yaml:1: more than 100,000 values"], id="many"),
        pytest.param("#" * (SIZE_MAX + 1), ["f.yaml:1: larger than 1,000,000 characters"], id="large"),
    ],
)
def test_what_is_no_configuration_file(text: str, expected: list[str]) -> None:
    lines = told(text)
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)


def test_depth_is_bounded_where_a_reader_could_run_away() -> None:
    assert told("a: " + "[" * 400_000)[0].endswith(f"nested deeper than {DEPTH_MAX} levels")
    assert told("? " * 400_000)[0].endswith(f"nested deeper than {DEPTH_MAX} levels")
    assert told("- " * 400_000)[0].endswith(f"nested deeper than {DEPTH_MAX} levels")


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    assert told(
        """
        name:
        voice: -x
        nmae: Sample
        queues:
          sales:
            name: Sales
            ring_s: 2
            rng_s: 15
            wait_s_max: soon
          2nd: {name: Second}
          third:
        agents:
          alice: {name: Alice, extension: 2 0 1, skills: {sales: 11, 'sp anish': 1, Sales: 2}}
          bob: {extension: 202, password: x, digest: 5f4dcc3b5aa765d61d8327deb882cf99}
          carl: {name: "", extension: 203, digest: abc, max_misses: 1.5}
        numbers:
          "18005550100": {}
          18005550101: {ivr: main, queue: sales}
          1-800: {queue: sales}
        trunks: {carrier: {trusted: maybe, headers: X-Campaign}, public: yes}
        break_reasons: []
        """
    ) == [
        "f.yaml:2: voice: must be the name of a voice, such as en",
        'f.yaml:3: nmae: unknown field; did you mean "name"?',
        "f.yaml:7: queues.sales.ring_s: must be at least 3",
        'f.yaml:8: queues.sales.rng_s: unknown field; did you mean "ring_s"?',
        "f.yaml:9: queues.sales.wait_s_max: must be a number",
        "f.yaml:10: queues.2nd: must be a letter, then letters, digits, _ or -, at most 40 characters",
        "f.yaml:11: queues.third: must be a mapping: fields with values",
        "f.yaml:13: agents.alice.extension: must be digits, * or #, at most 32",
        'f.yaml:13: agents.alice.skills: "sales" and "Sales" are one name',
        "f.yaml:14: agents.bob.name: is required",
        "f.yaml:15: agents.carl.name: must not be empty",
        "f.yaml:15: agents.carl.digest: must be 32 hexadecimal digits: MD5 of user:realm:password",
        "f.yaml:15: agents.carl.max_misses: must be a whole number",
        "f.yaml:17: numbers.18005550100: needs exactly one of ivr, queue, voicemail",
        "f.yaml:18: numbers.18005550101: needs exactly one of ivr, queue, voicemail",
        "f.yaml:19: numbers.1-800: must be a phone number: digits, letters, * or #, at most 32",
        "f.yaml:20: trunks.carrier.trusted: must be true or false",
        "f.yaml:20: trunks.carrier.headers: must be a list",
        "f.yaml:20: trunks.public: must be a mapping: fields with values",
        "f.yaml:21: break_reasons: must not be empty",
    ]


def test_no_message_repeats_a_secret() -> None:
    lines = told(
        "agents: {a: {name: A, extension: 1, password: [hunter2], digest: hunter2, pasword: hunter2}}"
    )
    assert len(lines) == 3
    assert "hunter2" not in "".join(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "numbers: {1: {ivr: mian}, 2: {queue: slaes}}\n" + tree("a: hang_up"),
            [
                'f.yaml:1: numbers.1.ivr: no IVR "mian"; did you mean "main"?',
                'f.yaml:1: numbers.2.queue: no queue "slaes"; did you mean "sales"?',
            ],
            id="targets of numbers",
        ),
        pytest.param(
            CENTRE + "numbers:\n  1: {queue: x}\n  2:\n    queue: y\n",
            ['f.yaml:6: numbers.1.queue: no queue "x"', 'f.yaml:8: numbers.2.queue: no queue "y"'],
            id="nothing alike",
        ),
        pytest.param(
            "agents:\n  a: {name: A, extension: 1, skills: {sales: 2}}\n"
            "queues:\n  q:\n    name: Q\n    requires:\n      sales: 1\n      slaes: 1\n",
            ['f.yaml:8: queues.q.requires.slaes: no agent has the skill "slaes"; did you mean "sales"?'],
            id="unknown skill",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    requires: sales >= 2 and (help or\n",
            ['f.yaml:5: queues.q.requires: column 24: expected a skill, "not" or "(", found the end'],
            id="half an expression",
        ),
        pytest.param(
            SKILLED + "groups:\n  north:\n    agents: [a, bob]\n"
            "queues:\n  q:\n    name: Q\n    groups:\n      primary: [nroth]\n      backup: [north]\n",
            [
                'f.yaml:4: groups.north.agents.bob: no agent "bob"',
                'f.yaml:9: queues.q.groups.primary.0: no group "nroth"; did you mean "north"?',
            ],
            id="unknown agents and groups",
        ),
        pytest.param(
            SKILLED + "groups: {n: {agents: [a]}}\nqueues:\n  q:\n    name: Q\n    groups:\n"
            "      backup: [n]\n      backup_after_s: -1\n",
            ["f.yaml:8: queues.q.groups.backup_after_s: must be at least 0"],
            id="backups before the call",
        ),
        pytest.param(
            SKILLED + "groups: {n: {agents: [a]}}\nqueues: {q: {name: Q, groups: {backup: [n]}}}\n",
            [
                "f.yaml:3: queues.q.groups.backup: backs nobody up: "
                "there is neither a primary group nor agents"
            ],
            id="backups of everyone",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    relax:\n      - {after_s: 5, skill: sales}\n"
            "      - {after_s: 5, drop: x, backup: true}\n      - {after_s: 5, drop: x}\n",
            [
                "f.yaml:6: queues.q.relax.0: skill and level go together",
                "f.yaml:7: queues.q.relax.1: needs exactly one of skill, drop, add_group, backup",
            ],
            id="steps that are none",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    relax:\n      - {after_s: 5, add_group: x}\n"
            "      - {after_s: 5, drop: slaes}\n      - {after_s: 5, backup: true}\n",
            [
                'f.yaml:6: queues.q.relax.0.add_group: no group "x"',
                "f.yaml:6: warning: queues.q.relax.0.add_group: changes nothing: "
                "everyone with the skills serves",
                'f.yaml:7: queues.q.relax.1.drop: no agent has the skill "slaes"; did you mean "sales"?',
                "f.yaml:8: queues.q.relax.2.backup: there are no backup groups",
            ],
            id="steps that lead nowhere",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    requires: {sales: 5}\n"
            "    relax: [{after_s: 9, skill: sales, level: 2}]\n",
            [
                "f.yaml:5: warning: queues.q.requires: no agent can serve it before it is relaxed "
                "(skills asked: sales 5)"
            ],
            id="a queue that must be relaxed",
        ),
        pytest.param(
            SKILLED + "queues:\n"
            "  q:\n    name: Q\n    get_list_agents_url: crm\n    list_agents_within_s: 60\n"
            "  s:\n    name: S\n    get_list_agents_url: https://crm\n    kind: fifo\n",
            [
                "f.yaml:5: queues.q.get_list_agents_url: must be a web address, such as "
                "https://crm.example/customers?phone={CallerNumber}",
                "f.yaml:6: queues.q.list_agents_within_s: must be at most 30",
                "f.yaml:7: queues.s: a fifo queue is served in strict order: it has no get_list_agents_url",
            ],
            id="not how a server is asked for agents",
        ),
        pytest.param(
            SKILLED + "trunks: {t: {}}\nqueues:\n"
            "  q:\n    name: Q\n    get_list_agents_url: https://crm\n    list_agents_trunk: t\n"
            "  r:\n    name: R\n    get_list_agents_url: https://crm\n"
            '    list_agents_trunk: x\n    caller_id: "1"\n',
            [
                "f.yaml:4: queues.q.caller_id: is needed: phone numbers may be listed for it",
                'f.yaml:11: queues.r.list_agents_trunk: no trunk "x"',
            ],
            id="phone numbers that are listed",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    agents: [a]\n    kind: fifo\n    priority_s: 5\n"
            "  r:\n    name: R\n    agents: [a]\n    simo: 2\n"
            "  s:\n    name: S\n    agents: [a]\n    kind: fifo\n    strategy: random\n",
            [
                "f.yaml:3: queues.q: a fifo queue is served in strict order: it has no priority_s",
                "f.yaml:8: queues.r: simo goes with kind: fifo",
                "f.yaml:12: queues.s: a fifo queue knows no strategy random",
            ],
            id="what does not go with a strict order",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    agents: []\n    strategy: round-robin\n"
            "    tiers: {a: {level: 0}, b: {level: 2}}\n",
            [
                "f.yaml:6: queues.q.strategy: must be 'longest_idle', 'round_robin', 'top_down', "
                "'fewest_calls', 'least_talk_time', 'sequential', 'random', 'weighted', 'ring_all' or "
                "'ring_progressively'",
                "f.yaml:7: queues.q.tiers.a.level: must be at least 1",
            ],
            id="a strategy and a level there are not",
        ),
        pytest.param(
            SKILLED + "queues:\n  q:\n    name: Q\n    agents: [a]\n    tiers: {b: {level: 2}}\n",
            ['f.yaml:6: queues.q.tiers.b: no agent "b"'],
            id="a tier of nobody",
        ),
        pytest.param(
            SKILLED + "queues: {q: {name: Q, requires: sales>11}}\n",
            ["f.yaml:2: queues.q.requires: column 7: a level is 0 to 10"],
            id="an expression with a level there is not",
        ),
        pytest.param(
            SKILLED + "queues: {q: {name: Q, requires: sales>=2 and not sales}}\n",
            ["f.yaml:2: queues.q.requires: nobody can ever meet it: it contradicts itself"],
            id="an expression nobody can meet",
        ),
        pytest.param(
            SKILLED + "queues: {q: {name: Q, requires: slaes and not trainee}}\n",
            ['f.yaml:2: queues.q.requires.slaes: no agent has the skill "slaes"; did you mean "sales"?'],
            id="an expression with a skill misspelt",
        ),
        pytest.param(
            SKILLED + "queues: {q: {name: Q, requires: sales=3 or sales>4}}\n",
            [
                "f.yaml:2: warning: queues.q.requires: no agent can serve it "
                "(skills asked: sales=3 or sales>4)"
            ],
            id="an expression nobody meets",
        ),
        pytest.param(
            SKILLED
            + "queues: {q: {name: Q, requires: sales}}\nivr:\n  main:\n    start: a\n    nodes:\n"
            + "      a: {queue: {to: q, requires: not sales}}\n",
            ["f.yaml:7: ivr.main.nodes.a.queue.requires: nobody can ever meet it: it contradicts itself"],
            id="an expression that contradicts its queue",
        ),
        pytest.param(
            "agents: {a: {name: A, extension: 1}}"
            "\n\nqueues:\n  q:\n    name: Q\n    agents:\n      - a\n      - bob\n      - a\n",
            ['f.yaml:8: queues.q.agents.bob: no agent "bob"'],
            id="unknown agent of a queue",
        ),
        pytest.param(
            "agents:\n  a: {name: A, extension: 1, skills: {s: 1}}\n  b: {name: B, extension: 2}\n"
            "queues:\n  q:\n    name: Q\n    agents: [b]\n    requires: {s: 1}\n",
            ["f.yaml:8: warning: queues.q.requires: no agent can serve it (skills asked: s 1)"],
            id="a queue no member can serve",
        ),
        pytest.param(
            "queues:\n  q: {name: Q}",
            ["f.yaml:2: warning: queues.q.requires: no agent can serve it (skills asked: none)"],
            id="a queue without anybody",
        ),
        pytest.param(
            'agents:\n  a: {name: A, extension: 7}\n  b: {name: B, extension: "7"}',
            ["f.yaml:3: agents.b.extension: 7 is a's already"],
            id="one extension twice",
        ),
        pytest.param(
            'agents:\n  a: {name: A, extension: "*11"}\n  b: {name: B, extension: "*143"}',
            [
                "f.yaml:2: agents.a.extension: *11 is the feature code log_in",
                "f.yaml:3: agents.b.extension: *143 is the feature code not_ready with a reason",
            ],
            id="an extension that is a feature code",
        ),
        pytest.param(
            'feature_codes:\n  log_in: "*1"\n  ready: "*1"\n  not_ready: "*4"\n  wrap_up_done: "*42"',
            [
                "f.yaml:3: feature_codes.ready: *1 is log_in already",
                "f.yaml:5: feature_codes.wrap_up_done: *42 would be taken for not_ready with a reason",
            ],
            id="feature codes in each other's way",
        ),
        pytest.param(
            "trunks: {gate: {}}\nagents:\n  gate: {name: A, extension: 1}",
            ["f.yaml:3: agents.gate: a trunk has the same name; accounts and trunks share their names"],
            id="an agent called like a trunk",
        ),
    ],
)
def test_what_does_not_fit_together(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        pytest.param(
            "a: {menue: {say: Hi}}\nb: {}\nc: {play: {say: Hi, then: a}, hang_up: }\nd:",
            [
                'f.yaml:9: ivr.main.nodes.a.menue: unknown field; did you mean "menu"?',
                "f.yaml:10: ivr.main.nodes.b: needs exactly one kind: play, menu, collect, set, branch, "
                "tree, back, event, http, sql, sms, queue, agent, forward, voicemail, callback, hang_up",
                "f.yaml:12: ivr.main.nodes.d: must be a mapping: fields with values",
            ],
            id="kinds",
        ),
        pytest.param(
            "a: {play: {then: b}}\nb: {play: {say: Hi, sound: hi, then: b}}\n"
            "c: {play: {sound: ../x, then: b}}",
            [
                "f.yaml:9: ivr.main.nodes.a.play: needs say (a text) or sound (a file)",
                "f.yaml:10: ivr.main.nodes.b.play: has both say and sound; one is played",
                "f.yaml:11: ivr.main.nodes.c.play.sound: must be an absolute path or the name of an Asterisk "
                "sound, without extension",
            ],
            id="prompts",
        ),
        pytest.param(
            "a:\n  menu:\n    say: Hi\n    keys:\n      1: b\n      12: b\n      empty_key: b\n    loops: 0",
            [
                "f.yaml:14: ivr.main.nodes.a.menu.keys.12: must be one of 0 to 9, *, #, EMPTY_KEY (none) or "
                "INVALID_KEY (any other)",
                "f.yaml:15: ivr.main.nodes.a.menu.keys.empty_key: must be one of 0 to 9, *, #, EMPTY_KEY "
                "(none) or INVALID_KEY (any other)",
                "f.yaml:16: ivr.main.nodes.a.menu.loops: must be at least 1",
            ],
            id="menu",
        ),
        pytest.param(
            "a:\n  branch:\n    cases:\n    - {data: X, equals: 1, at_least: 2, then: b}\n"
            "    - {data: 1, then: b}\n"
            "    otherwise: b",
            [
                "f.yaml:12: ivr.main.nodes.a.branch.cases.0: needs exactly one of when, equals, "
                "not_equals, starts_with, one_of, present, at_least, at_most",
                "f.yaml:13: ivr.main.nodes.a.branch.cases.1.data: must be a letter, then letters, digits, "
                "_ or -, at most 64 characters",
            ],
            id="branch",
        ),
        pytest.param(
            "a:\n  menu:\n    say: Hi\n    keys:\n      1: b\n      2: c\nb:\n  queue: slaes\n"
            "c:\n  forward: {number: 1, trunk: carier}",
            [
                'f.yaml:16: ivr.main.nodes.b.queue.to: no queue "slaes"; did you mean "sales"?',
                'f.yaml:18: ivr.main.nodes.c.forward.trunk: no trunk "carier"; did you mean "carrier"?',
            ],
            id="unknown queue and trunk",
        ),
        pytest.param(
            "a:\n  menu:\n    say: Hi\n    keys:\n      1: b\n      2: x",
            [
                'f.yaml:13: ivr.main.nodes.a.menu.keys.1: no node "b"',
                'f.yaml:14: ivr.main.nodes.a.menu.keys.2: no node "x"',
            ],
            id="unknown nodes",
        ),
        pytest.param(
            "a: {branch: {cases: [{data: X, present: true, then: x}], otherwise: b}}\nb: hang_up",
            ['f.yaml:9: ivr.main.nodes.a.branch.cases.0.then: no node "x"'],
            id="unknown node of a case",
        ),
        pytest.param(
            "a: {play: {say: Hi, then: b}}\nb: {play: {say: Ho, then: a}}",
            ["f.yaml:9: ivr.main.nodes.a.play: goes round for ever without a key being pressed: a → b → a"],
            id="endless",
        ),
        pytest.param(
            "a: {branch: {cases: [{when: Vip and, then: b}], otherwise: b}}\nb: hang_up",
            [
                "f.yaml:9: ivr.main.nodes.a.branch.cases.0.when: column 8: expected call data, a number or a "
                "text in quotes, found the end"
            ],
            id="condition",
        ),
        pytest.param(
            "a: {branch: {cases: [{when: not open(night), then: b}], otherwise: b}}\nb: hang_up",
            ['f.yaml:9: ivr.main.nodes.a.branch.cases.0.when: no hours "night"'],
            id="hours of a condition",
        ),
        pytest.param(
            "a: {tree: {to: mian, then: b}}\nb: {tree: {to: main, at: x}}",
            [
                'f.yaml:9: ivr.main.nodes.a.tree.to: no IVR "mian"; did you mean "main"?',
                'f.yaml:10: ivr.main.nodes.b.tree.at: no node "x"',
            ],
            id="another tree",
        ),
        pytest.param(
            "a: {tree: {to: main, at: b}}\nb: {event: {name: hi, then: a}}",
            [
                "f.yaml:9: ivr.main.nodes.a.tree: goes round for ever without a key being pressed: "
                "main/a → main/b → main/a"
            ],
            id="endless over trees",
        ),
        pytest.param(
            "a: {http: {url: 'https://{Host}/x', then: b, otherwise: b}}\n"
            "b: {sql: {query: 'select {Name}', then: c, otherwise: c}}\n"
            "c: {http: {url: 'http://a/', body: {A: b}, then: c, otherwise: c}}",
            [
                "f.yaml:9: ivr.main.nodes.a.http.url: must be a web address, such as "
                "https://crm.example/customers?phone={CallerNumber}",
                "f.yaml:10: ivr.main.nodes.b.sql: query cannot hold call data: write $1 there and the data "
                "into values",
                "f.yaml:11: ivr.main.nodes.c.http: body goes with method POST",
            ],
            id="asking",
        ),
        pytest.param(
            "a: {menu: {say: Hi, keys: {1: b}}}\nb: hang_up",
            ["f.yaml:9: warning: ivr.main.nodes.a.menu: who keys nothing is hung up on: no EMPTY_KEY"],
            id="dead end",
        ),
        pytest.param(
            "a: hang_up\nb: hang_up",
            ["f.yaml:10: warning: ivr.main.nodes.b.hang_up: no way leads here from the start"],
            id="unreachable",
        ),
        pytest.param(
            "a: {queue: {to: sales, requires: {sales: 5}}}",
            [
                "f.yaml:9: warning: ivr.main.nodes.a.queue.requires: no agent can serve it "
                "(skills asked: sales 5)"
            ],
            id="asks for more than anybody has",
        ),
    ],
)
def test_what_is_wrong_with_an_ivr(nodes: str, expected: list[str]) -> None:
    assert told(tree(nodes)) == expected


def test_a_missing_start_is_told_where_it_is_named() -> None:
    assert told(tree("a: hang_up", start="x")) == ['f.yaml:7: ivr.main.start: no node "x"']


def test_yaml_1_1_changes_no_name_and_no_number() -> None:
    centre = read(
        dedent(
            """
            name: no
            voice: no
            break_reasons: [yes, 12:30, 1e3, 2024-01-01, 0x1F, Null]
            trunks: {on: {trusted: yes}, off: {trusted: off}}
            agents:
              no: {name: 0o17, extension: 0201, skills: {no: 1, on: 2}}
              y: {name: "null", extension: 201, password: 0017, wrap_up_s: 010, max_misses: "4"}
            queues: {n: {name: 1_000, requires: {on: 1}, wait_s_max: null}}
            numbers: {010: {queue: n}, +49: {queue: n}, 1_8: {queue: n}}
            """
        ).replace(", 1_8: {queue: n}", "")
    ).centre
    assert (centre.name, centre.voice) == ("no", "no")
    assert centre.break_reasons == ("yes", "12:30", "1e3", "2024-01-01", "0x1F", "Null")
    assert {name: trunk.trusted for name, trunk in centre.trunks.items()} == {"on": True, "off": False}
    assert [agent.name for agent in centre.agents.values()] == ["0o17", "null"]
    assert [agent.extension for agent in centre.agents.values()] == ["0201", "201"]
    assert [dict(agent.skills) for agent in centre.agents.values()] == [{"no": 1, "on": 2}, {}]
    assert [agent.wrap_up_s for agent in centre.agents.values()] == [None, 10]
    assert [queue.name for queue in centre.queues.values()] == ["1_000"]
    assert list(centre.numbers) == ["010", "+49"]


def test_names_of_skills_and_data_have_one_spelling() -> None:
    centre = read(
        "agents: {a: {name: A, extension: 1, skills: {Sales: 1}}}\n"
        "queues: {q: {name: Q, requires: {SALES: 1}}}\n"
        "numbers: {1: {queue: q, data: {x-dnis: 5, Own: b}}}"
    ).centre
    assert [dict(agent.skills) for agent in centre.agents.values()] == [{"sales": 1}]
    assert centre.numbers["1"].data == {"Dnis": "5", "Own": "b"}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        read_file(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: a\nvoice: \xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml:2: not UTF-8"):
        read_file(tmp_path / "latin.yaml")
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfname: a\r\n")
    assert read_file(tmp_path / "bom.yaml").centre.name == "a"


def test_a_document_has_no_lines() -> None:
    with pytest.raises(ConfigError) as error:
        read_document({"queues": {"q": {"name": 5, 6: 7}}}, "PUT /centre")
    assert str(error.value).splitlines() == [
        "PUT /centre: queues.q.name: must be a text",
        "PUT /centre: queues.q.6: names must be texts",
    ]


def test_many_problems_are_counted_not_all_shown() -> None:
    lines = told("\n".join(f"unknown{index}: x" for index in range(120)))
    assert len(lines) == 51
    assert lines[-1] == "... and 70 more"


def test_the_sample_with_a_slip_points_at_it() -> None:
    text = SAMPLE.read_text().replace("ring_s: 20", "ring_s: 2O")
    line = text[: text.index("2O")].count("\n") + 1
    with pytest.raises(ConfigError) as error:
        read(text, "sample.yaml")
    assert str(error.value) == f"sample.yaml:{line}: queues.support.ring_s: must be a number"
