"""Checks of an IVR graph as a whole: every way leads somewhere, and none leads round for ever.

**Endless.** A step is *silent* when it can happen without the caller pressing a key: out of a Play, a SetData
or a Branch always; out of a Menu by EMPTY_KEY; out of a Collect by `otherwise` (and by `then` if no digit is
needed); out of a Forward (a busy number costs no time) or an AskCallback by `otherwise`. A cycle of silent
steps only can be walked for ever by a caller who does nothing, or by a line nobody listens to. It is refused,
also where a Branch would leave it sooner or later: what data a call brings is not known here. To say
something several times there is `loops`.
"""

from collections.abc import Collection, Iterator, Mapping, Set
from typing import NamedTuple

from ccapp.domain.ids import NodeId, TreeId
from ccapp.domain.ivr import (
    EMPTY_KEY,
    INVALID_KEY,
    KEYS,
    AskCallback,
    Collect,
    Enter,
    Forward,
    Menu,
    Node,
    Return,
    Tree,
    exits,
)

NAMED_MAX = 10
"""Nodes of a round that are named."""


class GraphProblem(NamedTuple):
    node: NodeId
    field: str  # as `exits` names it, e.g. "branches.1"; empty: the node as a whole
    message: str
    harmless: bool = False  # nothing a caller could notice


def problems(tree: Tree, entered: Collection[NodeId] = ()) -> list[GraphProblem]:
    """All that is wrong with the graph, the worst first. `entered` are nodes that other trees lead to."""
    if tree.start not in tree.nodes:
        return [
            GraphProblem(tree.start, "start", f'no node "{tree.start}"'),
            *_unknown_targets(tree),
            *_menus(tree),
        ]
    return [*_unknown_targets(tree), *_menus(tree), *_endless(tree), *_unreachable(tree, entered)]


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


def _unreachable(tree: Tree, entered: Collection[NodeId]) -> Iterator[GraphProblem]:
    reached: set[NodeId] = set()
    ahead = [tree.start, *entered]
    while ahead:
        name = ahead.pop()
        if name in tree.nodes and name not in reached:
            reached.add(name)
            ahead.extend(to for _, to in exits(tree.nodes[name]))
    for name in tree.nodes:
        if name not in reached:
            yield GraphProblem(name, "", "no way leads here from the start", harmless=True)


def dead_ends(tree: Tree) -> Iterator[GraphProblem]:
    """Of a tree without errors: where a call ends and nobody has said so."""
    for name, node in tree.nodes.items():
        match node:
            case Menu(branches=branches) if EMPTY_KEY not in branches:
                yield GraphProblem(name, "", "who keys nothing is hung up on: no EMPTY_KEY", harmless=True)
            case Collect(otherwise=None):
                yield GraphProblem(name, "", "who fails is hung up on: no otherwise", harmless=True)
            case AskCallback(otherwise=None):
                yield GraphProblem(name, "", "who gives no number is hung up on: no otherwise", harmless=True)
            case Forward(otherwise=None):
                yield GraphProblem(name, "", "not reached is hung up on: no otherwise", harmless=True)


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
    """Where the walk can go, in the same tree, from `node` while the caller does nothing."""
    for field, to in exits(node):
        match node:
            case Enter():  # it depends on the other tree: `rounds`
                continue
            case Menu() if field != f"branches.{EMPTY_KEY}":
                continue
            case Collect(digits_min=digits_min) if field == "then" and digits_min > 0:
                continue
        yield to


type Spot = tuple[TreeId, NodeId]


def rounds(trees: Mapping[TreeId, Tree]) -> Iterator[tuple[Spot, str]]:
    """Endless rounds that lead through several trees: a node of the round, and the problem."""
    spots = {(tree.id, name): node for tree in trees.values() for name, node in tree.nodes.items()}
    back = _silently_back(spots, trees)
    steps = {spot: list(_silent_steps(spot, node, trees, back)) for spot, node in spots.items()}
    while _peel(steps):
        cycle = _a_cycle(steps)
        if any(isinstance(spots[spot], Enter) for spot in cycle):
            way = " → ".join(f"{tree}/{node}" for tree, node in [*cycle[:NAMED_MAX], cycle[0]])
            yield cycle[0], f"goes round for ever without a key being pressed: {way}"
        for spot in cycle:
            del steps[spot]


def _entry(node: Enter, trees: Mapping[TreeId, Tree]) -> Spot | None:
    tree = trees.get(node.tree)
    return None if tree is None else (tree.id, node.at or tree.start)


def _silent_steps(spot: Spot, node: Node, trees: Mapping[TreeId, Tree], back: Set[Spot]) -> Iterator[Spot]:
    for to in silent_exits(node):
        yield (spot[0], to)
    if isinstance(node, Enter) and (entry := _entry(node, trees)) is not None:
        yield entry
        if node.then is not None and entry in back:
            yield (spot[0], node.then)


def _silently_back(spots: Mapping[Spot, Node], trees: Mapping[TreeId, Tree]) -> Set[Spot]:
    """From where a caller who does nothing can come to the Return that ends his stay in the tree."""
    back: set[Spot] = set()

    def leads_back(spot: Spot, node: Node) -> bool:
        if isinstance(node, Return):
            return True
        if not isinstance(node, Enter):
            return any((spot[0], to) in back for to in silent_exits(node))
        entered = _entry(node, trees) in back
        return entered and (node.then is None or (spot[0], node.then) in back)

    while more := {spot for spot, node in spots.items() if spot not in back and leads_back(spot, node)}:
        back |= more
    return back


def _peel[Name](steps: dict[Name, list[Name]]) -> bool:
    """Takes out, again and again, what leads nowhere; True while something is left: then a cycle is in it."""
    while ends := [name for name, to in steps.items() if not any(next_ in steps for next_ in to)]:
        for name in ends:
            del steps[name]
    return bool(steps)


def _a_cycle[Name](steps: dict[Name, list[Name]]) -> list[Name]:
    """A cycle in a graph in which every node leads on."""
    walk: list[Name] = []
    name = next(iter(steps))
    while name not in walk:
        walk.append(name)
        name = next(to for to in steps[name] if to in steps)
    return walk[walk.index(name) :]
