"""Golden errors of IVR trees."""

import pytest

from tests.config.slips import told, tree


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
