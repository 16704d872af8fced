"""Checks of an IVR graph as a whole: every way leads somewhere, and none leads round for ever.

**Endless.** A step is *silent* when it can happen without the caller pressing a key: out of a Play, a SetData
or a Branch always; out of a Menu by EMPTY_KEY; out of a Collect by `otherwise` (and by `then` if no digit is
needed); out of a Forward by `otherwise` (a busy number costs no time). A cycle of silent steps only can be
walked for ever by a caller who does nothing, or by a line nobody listens to. It is refused, also where a
Branch would leave it sooner or later: what data a call brings is not known here. To say something several
times there is `loops`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ccapp.domain.ids import NodeId
from ccapp.domain.ivr import EMPTY_KEY, INVALID_KEY, KEYS, Collect, Menu, Node, Tree, exits

NAMED_MAX = 10
"""Nodes of a round that are named."""


class GraphProblem(NamedTuple):
    node: NodeId
    field: str  # as `exits` names it, e.g. "branches.1"; empty: the node as a whole
    message: str
    harmless: bool = False  # nothing a caller could notice


def problems(tree: Tree) -> list[GraphProblem]:
    """All that is wrong with the graph, the worst first."""
    if tree.start not in tree.nodes:
        return [
            GraphProblem(tree.start, "start", f'no node "{tree.start}"'),
            *_unknown_targets(tree),
            *_menus(tree),
        ]
    return [*_unknown_targets(tree), *_menus(tree), *_endless(tree), *_unreachable(tree)]


def _unknown_targets(tree: Tree) -> Iterator[GraphProblem]:
    for name, node in tree.nodes.items():
        for field, to in exits(node):
            if to not in tree.nodes:
                yield GraphProblem(name, field, f'no node "{to}"')


def _menus(tree: Tree) -> Iterator[GraphProblem]:
    for name, node in tree.nodes.items():
        if not isinstance(node, Menu):
            continue
        for key in node.branches:
            if key not in KEYS and key not in (EMPTY_KEY, INVALID_KEY):
                yield GraphProblem(name, f"branches.{key}", "not a key")
        if not any(key in KEYS or key == INVALID_KEY for key in node.branches):
            yield GraphProblem(name, "branches", "no key leads anywhere")


def _unreachable(tree: Tree) -> Iterator[GraphProblem]:
    reached: set[NodeId] = set()
    ahead = [tree.start]
    while ahead:
        name = ahead.pop()
        if name in tree.nodes and name not in reached:
            reached.add(name)
            ahead.extend(to for _, to in exits(tree.nodes[name]))
    for name in tree.nodes:
        if name not in reached:
            yield GraphProblem(name, "", "no way leads here from the start", harmless=True)


def _endless(tree: Tree) -> Iterator[GraphProblem]:
    """One problem for each of a set of disjoint cycles that breaks every endless walk."""
    steps = {name: [to for to in silent_exits(node) if to in tree.nodes] for name, node in tree.nodes.items()}
    while _peel(steps):
        cycle = _a_cycle(steps)
        between = [] if len(cycle) <= NAMED_MAX else ["..."]
        way = " → ".join([*cycle[:NAMED_MAX], *between, cycle[0]])
        yield GraphProblem(cycle[0], "", f"goes round for ever without a key being pressed: {way}")
        for name in cycle:
            del steps[name]


def silent_exits(node: Node) -> Iterator[NodeId]:
    """Where the walk can go from `node` while the caller does nothing."""
    for field, to in exits(node):
        match node:
            case Menu() if field != f"branches.{EMPTY_KEY}":
                continue
            case Collect(digits_min=digits_min) if field == "then" and digits_min > 0:
                continue
        yield to


def _peel(steps: dict[NodeId, list[NodeId]]) -> bool:
    """Takes out, again and again, what leads nowhere; True while something is left: then a cycle is in it."""
    while ends := [name for name, to in steps.items() if not any(next_ in steps for next_ in to)]:
        for name in ends:
            del steps[name]
    return bool(steps)


def _a_cycle(steps: dict[NodeId, list[NodeId]]) -> list[NodeId]:
    """A cycle in a graph in which every node leads on."""
    walk: list[NodeId] = []
    name = next(iter(steps))
    while name not in walk:
        walk.append(name)
        name = next(to for to in steps[name] if to in steps)
    return walk[walk.index(name) :]
