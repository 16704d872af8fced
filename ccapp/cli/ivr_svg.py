"""An IVR tree as an SVG picture, laid out in layers: callers go down, and what leads back goes up again.

The usual four steps: turn what leads back around, put each box below all that lead to it, sort each layer by
where its neighbours are, and draw. Arrows over several layers get a bend in each, so that they pass between
the boxes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple

from ccapp.cli.ivr_drawing import Arrow, Box, Shape, arrows, boxes
from ccapp.domain.ids import NodeId
from ccapp.domain.ivr import Tree

BOX_WIDTH, LINE_HEIGHT, GAP_X, GAP_Y, MARGIN, BEND_WIDTH = 190, 15, 26, 64, 24, 18
LETTERS_PER_LINE, LINES_MAX, LABEL_LETTERS_MAX = 30, 3, 26
SWEEPS = 12

COLOURS: dict[Shape, tuple[str, str]] = {
    "step": ("#eef3fb", "#4a6fa5"),
    "ask": ("#fdf4e3", "#b07d1e"),
    "end": ("#e9f6ec", "#3b8a57"),
}


@dataclass(slots=True, eq=False)
class Place:
    """A box, or a bend (`box` None) of an arrow that passes a layer."""

    layer: int
    box: Box | None = None
    lines: list[str] = field(default_factory=list)
    x: float = 0.0  # of the middle
    y: float = 0.0  # of the top
    passing: float = 0.0  # of a bend: the height of its layer, which is passed straight
    above: "list[Place]" = field(default_factory=list)
    below: "list[Place]" = field(default_factory=list)

    @property
    def width(self) -> int:
        return BEND_WIDTH if self.box is None else BOX_WIDTH

    @property
    def height(self) -> int:
        return 0 if self.box is None else LINE_HEIGHT * (1 + len(self.lines)) + 14


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow from place to place, downwards; `turned`: it leads back, up."""

    arrow: Arrow
    places: list[Place]
    turned: bool

    @property
    def itself(self) -> bool:
        """It leads back to where it begins."""
        return len(self.places) == 1


def svg(tree: Tree) -> str:
    ways, layers = _layered(boxes(tree), arrows(tree))
    _sort(layers)
    _put(layers)
    right = [place.x + place.width / 2 for layer in layers for place in layer]
    right += [_itself(way.places[0])[1][0] + 2 * _half(_short(way.arrow.text)) for way in ways if way.itself]
    width = max(right) + MARGIN
    height = max(place.y + place.height for layer in layers for place in layer) + MARGIN
    inside = [*_drawn_ways(ways), *(drawn for layer in layers for place in layer for drawn in _drawn(place))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="11">\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#667"/></marker></defs>\n'
        '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(inside) + "\n</svg>\n"
    )


# --- layers -----------------------------------------------------------------------------------------------


def _layered(all_boxes: Sequence[Box], all_arrows: Sequence[Arrow]) -> tuple[list[Way], list[list[Place]]]:
    following: dict[NodeId, list[NodeId]] = {box.name: [] for box in all_boxes}
    for arrow in all_arrows:
        following[arrow.begin].append(arrow.end)
    order = _order(following)
    depth = _depths(order, following)
    places = {box.name: Place(depth[box.name], box, _text(box)) for box in all_boxes}
    layers: list[list[Place]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in order:
        layers[depth[name]].append(places[name])
    ways = [_way(arrow, places, layers, order) for arrow in all_arrows if arrow.begin != arrow.end]
    ways += [Way(arrow, [places[arrow.begin]], False) for arrow in all_arrows if arrow.begin == arrow.end]
    return ways, layers


def _order(following: dict[NodeId, list[NodeId]]) -> dict[NodeId, int]:
    """Name -> rank, such that only what leads back goes from a higher to a lower one."""
    done: list[NodeId] = []
    seen: set[NodeId] = set()
    for first in following:
        ahead = [(first, iter(following[first]))] if first not in seen else []
        seen.add(first)
        while ahead:
            name, rest = ahead[-1]
            deeper = next((to for to in rest if to not in seen), None)
            if deeper is None:
                done.append(name)
                ahead.pop()
            else:
                seen.add(deeper)
                ahead.append((deeper, iter(following[deeper])))
    return {name: rank for rank, name in enumerate(reversed(done))}


def _depths(order: dict[NodeId, int], following: dict[NodeId, list[NodeId]]) -> dict[NodeId, int]:
    """Name -> layer: below everything that leads to it and does not lead back."""
    depth = dict.fromkeys(order, 0)
    for name in order:
        for to in following[name]:
            if order[to] > order[name]:
                depth[to] = max(depth[to], depth[name] + 1)
    return depth


def _way(
    arrow: Arrow, places: dict[NodeId, Place], layers: list[list[Place]], order: dict[NodeId, int]
) -> Way:
    turned = order[arrow.begin] > order[arrow.end]
    top, bottom = (arrow.end, arrow.begin) if turned else (arrow.begin, arrow.end)
    way = [places[top]]
    for layer in range(places[top].layer + 1, places[bottom].layer):
        bend = Place(layer)
        layers[layer].append(bend)
        way.append(bend)
    way.append(places[bottom])
    for upper, lower in pairwise(way):
        upper.below.append(lower)
        lower.above.append(upper)
    return Way(arrow, way, turned)


def _text(box: Box) -> list[str]:
    text = f"{box.kind}: {box.text}" if box.text else box.kind
    lines = wrap(text, LETTERS_PER_LINE, break_long_words=True) or [""]
    return lines if len(lines) <= LINES_MAX else [*lines[: LINES_MAX - 1], lines[LINES_MAX - 1][:-1] + "…"]


def _sort(layers: list[list[Place]]) -> None:
    """Each to the mean of its neighbours' places, down and up again."""
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            turn = {id(place): index for other in layers for index, place in enumerate(other)}

            def mean(place: Place, turn: dict[int, int] = turn, down: bool = down) -> float:
                near = place.above if down else place.below
                if not near:
                    return turn[id(place)]
                return sum(turn[id(other)] for other in near) / len(near)

            layer.sort(key=mean)


def _put(layers: list[list[Place]]) -> None:
    y = float(MARGIN)
    for layer in layers:
        x = float(MARGIN)
        height = max(place.height for place in layer)
        for place in layer:
            place.x, place.y, place.passing = x + place.width / 2, y, height
            x += place.width + GAP_X
        y += height + GAP_Y
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _pull(layer, down=sweep % 2 == 0)
    left = min(place.x - place.width / 2 for layer in layers for place in layer)
    for layer in layers:
        for place in layer:
            place.x += MARGIN - left


def _pull(layer: list[Place], *, down: bool) -> None:
    """Each towards its neighbours, as far as the others leave room."""
    wanted = []
    for place in layer:
        near = (place.above if down else place.below) or [*place.above, *place.below]
        wanted.append(sum(other.x for other in near) / len(near) if near else place.x)
    from_left, from_right = list(wanted), list(wanted)
    for index in range(1, len(layer)):
        room = (layer[index - 1].width + layer[index].width) / 2 + GAP_X
        from_left[index] = max(wanted[index], from_left[index - 1] + room)
    for index in range(len(layer) - 2, -1, -1):
        room = (layer[index].width + layer[index + 1].width) / 2 + GAP_X
        from_right[index] = min(wanted[index], from_right[index + 1] - room)
    for place, one, other in zip(layer, from_left, from_right, strict=True):
        place.x = (one + other) / 2


# --- drawing ----------------------------------------------------------------------------------------------


def _drawn(place: Place) -> Iterator[str]:
    if place.box is None:
        return
    fill, line = COLOURS[place.box.shape]
    left, round_by = place.x - BOX_WIDTH / 2, 16 if place.box.shape == "end" else 5
    yield (
        f'<rect x="{left:.1f}" y="{place.y:.1f}" width="{BOX_WIDTH}" height="{place.height}" '
        f'rx="{round_by}" fill="{fill}" stroke="{line}"/>'
    )
    yield _line(place.x, place.y + 17, place.box.name, ' font-weight="bold"')
    for index, text in enumerate(place.lines, 1):
        yield _line(place.x, place.y + 17 + index * LINE_HEIGHT, text, ' fill="#445"')


def _line(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle"{style}>{escape(text)}</text>'


def _drawn_ways(ways: Sequence[Way]) -> Iterator[str]:
    labels: list[Label] = []
    for way in ways:
        points = _itself(way.places[0]) if way.itself else _points(way, ways)
        tip = "marker-start" if way.turned else "marker-end"
        dash = ' stroke-dasharray="5 3"' if way.turned or way.itself else ""
        yield f'<path d="{_curve(points)}" fill="none" stroke="#667"{dash} {tip}="url(#tip)"/>'
        if way.arrow.text and way.itself:
            half = _half(_short(way.arrow.text))
            (x, y) = points[1]
            labels.append(Label(x + half, y, half, _short(way.arrow.text), way.arrow.text))
        elif way.arrow.text:
            ends = (points[-1], points[-2]) if way.turned else (points[0], points[1])
            labels.append(_label(way.arrow.text, *ends, labels))
    for label in labels:
        yield (
            f'<rect x="{label.x - label.half:.1f}" y="{label.y - 8:.1f}" width="{2 * label.half:.1f}" '
            f'height="15" fill="white" fill-opacity="0.9"><title>{escape(label.whole)}</title></rect>'
        )
        yield _line(label.x, label.y + 3.5, label.text, ' fill="#223"')


class Label(NamedTuple):
    x: float
    y: float
    half: float  # of its width
    text: str
    whole: str

    def meets(self, other: "Label") -> bool:
        return abs(self.x - other.x) < self.half + other.half and abs(self.y - other.y) < LINE_HEIGHT


SHARES = (0.45, 0.3, 0.6, 0.2, 0.72)
"""Where on an arrow's first piece its label may stand, the best first."""


def _label(text: str, begin: tuple[float, float], end: tuple[float, float], others: Sequence[Label]) -> Label:
    short = _short(text)
    tried = [Label(*_on_curve(begin, end, share), _half(short), short, text) for share in SHARES]
    free = (label for label in tried if not any(label.meets(other) for other in others))
    return next(free, tried[0])


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LETTERS_MAX else f"{text[: LABEL_LETTERS_MAX - 1]}…"


def _half(text: str) -> float:
    return 3.1 * len(text) + 4


def _on_curve(begin: tuple[float, float], end: tuple[float, float], t: float) -> tuple[float, float]:
    """The point of the piece that `_curve` draws."""
    (x, y), (to_x, to_y) = begin, end
    sideways = 3 * t**2 - 2 * t**3
    down = 1.5 * t * (1 - t) ** 2 + 1.5 * t**2 * (1 - t) + t**3
    return x + (to_x - x) * sideways, y + (to_y - y) * down


def _points(way: Way, ways: Sequence[Way]) -> list[tuple[float, float]]:
    """From the lower edge of the upper box, by all bends, to the upper edge of the lower one."""
    first, *between, last = way.places
    begin = _port(first, way, [each for each in ways if each.places[0] is first and not each.itself], 1)
    end = _port(last, way, [each for each in ways if each.places[-1] is last and not each.itself], -2)
    bends = [(place.x, y) for place in between for y in (place.y, place.y + place.passing)]
    return [(begin, first.y + first.height), *bends, (end, last.y)]


def _port(place: Place, way: Way, same: Sequence[Way], neighbour: int) -> float:
    """Arrows leave and reach a box side by side, in the order of where they lead."""
    ordered = sorted(same, key=lambda each: each.places[neighbour].x)
    share = (ordered.index(way) + 1) / (len(ordered) + 1)
    return place.x + (share - 0.5) * BOX_WIDTH * 0.8


def _itself(place: Place) -> list[tuple[float, float]]:
    right = place.x + BOX_WIDTH / 2
    middle = place.y + place.height / 2
    return [(right, middle - 8), (right + 22, middle), (right, middle + 8)]


def _curve(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    path = f"M{x:.1f} {y:.1f}"
    for to_x, to_y in rest:
        half = (to_y - y) / 2
        path += f" C{x:.1f} {y + half:.1f} {to_x:.1f} {to_y - half:.1f} {to_x:.1f} {to_y:.1f}"
        x, y = to_x, to_y
    return path
