"""Golden errors of parts that are right each by itself, and do not fit together."""

import pytest

from tests.config.slips import CENTRE, SKILLED, told, tree


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
