"""Graph checks: a table of small trees, and the property that a silent caller comes to an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccapp.domain.ids import NodeId, QueueId, TreeId
from ccapp.domain.ivr import (
    Branch,
    Case,
    Collect,
    Enqueue,
    Forward,
    HangUp,
    Menu,
    Node,
    Play,
    Say,
    SetData,
    Tree,
)
from ccapp.domain.ivr_check import problems, silent_exits
from tests.domain.steady import STEADY

HI = Say(text="Hi")
END = HangUp()


def n(name: str) -> NodeId:
    return NodeId(name)


def play(then: str) -> Play:
    return Play(prompt=HI, then=n(then))


def put(then: str) -> SetData:
    return SetData(values={"A": "1"}, then=n(then))


def menu(**branches: str) -> Menu:
    """`k1="b"` is key 1."""
    return Menu(prompt=HI, branches={key.removeprefix("k"): n(to) for key, to in branches.items()})


def collect(then: str, otherwise: str | None = None, digits_min: int = 1) -> Collect:
    return Collect(
        prompt=HI,
        into="A",
        then=n(then),
        otherwise=n(otherwise) if otherwise else None,
        digits_min=digits_min,
    )


def branch(*then: str, otherwise: str) -> Branch:
    return Branch(
        cases=tuple(Case(data="A", test="present", then=n(to)) for to in then), otherwise=n(otherwise)
    )


def forward(otherwise: str) -> Forward:
    return Forward(number="1", trunk="t", otherwise=n(otherwise))


def tree(start: str = "a", **nodes: Node) -> Tree:
    return Tree(id=TreeId("t"), start=n(start), nodes={n(name): node for name, node in nodes.items()})


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        pytest.param(tree(a=END), [], id="the least there is"),
        pytest.param(tree("x", a=END), [("x", "start", 'no node "x"')], id="no start"),
        pytest.param(tree(a=play("b")), [("a", "then", 'no node "b"')], id="play leads nowhere"),
        pytest.param(tree(a=menu(k1="b")), [("a", "branches.1", 'no node "b"')], id="key leads nowhere"),
        pytest.param(
            tree(a=branch("b", "a2", otherwise="c"), a2=END),
            [("a", "cases.0.then", 'no node "b"'), ("a", "otherwise", 'no node "c"')],
            id="cases lead nowhere",
        ),
        pytest.param(tree(a=forward("b")), [("a", "otherwise", 'no node "b"')], id="forward leads nowhere"),
        pytest.param(tree(a=menu()), [("a", "branches", "no key leads anywhere")], id="menu without branch"),
        pytest.param(
            tree(a=menu(EMPTY_KEY="b"), b=END),
            [("a", "branches", "no key leads anywhere")],
            id="menu of silence",
        ),
        pytest.param(tree(a=menu(INVALID_KEY="b"), b=END), [], id="any key is a branch"),
        pytest.param(
            tree(a=menu(k12="b", k1="b"), b=END), [("a", "branches.12", "not a key")], id="two keys"
        ),
        pytest.param(
            tree(a=END, b=play("c"), c=END),
            [
                ("b", "", "no way leads here from the start"),
                ("c", "", "no way leads here from the start"),
            ],
            id="unreachable",
        ),
    ],
)
def test_what_is_told(graph: Tree, expected: list[tuple[str, str, str]]) -> None:
    assert [(problem.node, problem.field, problem.message) for problem in problems(graph)] == expected


def test_only_the_unreachable_is_harmless() -> None:
    found = problems(tree(a=play("x"), b=END, c=menu()))
    assert [(problem.node, problem.harmless) for problem in found] == [
        ("a", False),
        ("c", False),
        ("b", True),
        ("c", True),
    ]


@pytest.mark.parametrize(
    ("graph", "cycles"),
    [
        pytest.param(tree(a=play("a")), ["a → a"], id="play to itself"),
        pytest.param(tree(a=play("b"), b=put("a")), ["a → b → a"], id="play and set"),
        pytest.param(tree(a=play("b"), b=put("c"), c=play("b")), ["b → c → b"], id="only the round is named"),
        pytest.param(tree(a=menu(k1="b", EMPTY_KEY="a"), b=END), ["a → a"], id="silence asks again"),
        pytest.param(tree(a=menu(k1="a", INVALID_KEY="a")), [], id="keys ask again"),
        pytest.param(tree(a=menu(k1="b"), b=play("a")), [], id="a key is needed"),
        pytest.param(
            tree(a=menu(k1="e", EMPTY_KEY="b"), b=menu(k1="e", EMPTY_KEY="a"), e=END),
            ["a → b → a"],
            id="two menus in silence",
        ),
        pytest.param(
            tree(a=menu(k1="e", EMPTY_KEY="b"), b=menu(k1="a", EMPTY_KEY="e"), e=END), [], id="silence ends"
        ),
        pytest.param(tree(a=branch("e", otherwise="a"), e=END), ["a → a"], id="otherwise to itself"),
        pytest.param(tree(a=branch("a", otherwise="e"), e=END), ["a → a"], id="case to itself"),
        pytest.param(
            tree(a=put("b"), b=branch("e", otherwise="a"), e=END),
            ["a → b → a"],
            id="a case may leave the round",
        ),
        pytest.param(tree(a=collect("a")), [], id="digits are keys"),
        pytest.param(tree(a=collect("a", digits_min=0)), ["a → a"], id="no digit is needed"),
        pytest.param(tree(a=collect("e", "a"), e=END), ["a → a"], id="no digits, again"),
        pytest.param(tree(a=forward("a")), ["a → a"], id="busy, again"),
        pytest.param(tree(a=menu(k1="b"), b=forward("a")), [], id="busy, back to the menu"),
        pytest.param(
            tree(a=menu(k1="b", k2="c"), b=play("b"), c=play("d"), d=play("c")),
            ["b → b", "c → d → c"],
            id="two rounds",
        ),
        pytest.param(tree(a=Enqueue(queue=QueueId("q"))), [], id="a queue is an end"),
        pytest.param(tree(a=END, b=play("b")), ["b → b"], id="also where nobody comes"),
    ],
)
def test_endless_rounds(graph: Tree, cycles: list[str]) -> None:
    marker = "goes round for ever without a key being pressed: "
    told = [problem.message for problem in problems(graph)]
    assert [message.removeprefix(marker) for message in told if message.startswith(marker)] == cycles


NAMES = [f"n{index}" for index in range(6)]
TO = st.sampled_from(NAMES)
NODES: st.SearchStrategy[Node] = st.one_of(
    st.builds(play, TO),
    st.builds(put, TO),
    st.builds(lambda one, none: menu(k1=one, EMPTY_KEY=none), TO, TO),
    st.builds(lambda one: menu(k1=one), TO),
    st.builds(collect, TO, TO),
    st.builds(lambda case, otherwise: branch(case, otherwise=otherwise), TO, TO),
    st.just(END),
)


def walks_round(graph: Tree) -> bool:
    """Whether some silent walk is longer than there are nodes: found by walking, not by peeling."""
    reached = set(graph.nodes)
    for _ in range(len(graph.nodes)):
        reached = {to for name in reached for to in silent_exits(graph.nodes[name])}
    return bool(reached)


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, NODES)))
@STEADY
def test_endless_is_told_exactly_when_a_silent_walk_can_go_on_for_ever(nodes: dict[str, Node]) -> None:
    graph = tree("n0", **nodes)
    assert any("goes round" in problem.message for problem in problems(graph)) == walks_round(graph)


def test_a_large_graph_is_checked_quickly() -> None:
    nodes: dict[str, Node] = {f"n{index}": play(f"n{index + 1}") for index in range(499)}
    nodes["n499"] = play("n0")
    [problem] = problems(tree("n0", **nodes))
    assert problem.message.endswith("n0 → n1 → n2 → n3 → n4 → n5 → n6 → n7 → n8 → n9 → ... → n0")
