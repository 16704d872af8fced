"""The staff of a day as a picture: agents and load above, what callers get below. Plain SVG, no script."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from ccapp.domain.traffic import clock
from ccapp.simulate.days.staffing import Need, Staffing, Target

WIDTH, HEIGHT = 1000, 604
LEFT, RIGHT = 64, 972
AGENTS_TOP, AGENTS_BOTTOM = 118, 400
LEVEL_TOP, LEVEL_BOTTOM = 462, 566
LABELS_MAX = 16

FONTS = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
INK, FAINT, GRID = "#1f2937", "#6b7280", "#e5e7eb"
STAFF, STAFF_FILL, LOAD, PLANNED = "#2563eb", "#dbeafe", "#ea580c", "#6b7280"
GOOD, TARGET = "#059669", "#b91c1c"

type Y = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Axis:
    """Of time: where each interval begins and ends."""

    needs: Sequence[Need]

    @property
    def step(self) -> float:
        return (RIGHT - LEFT) / len(self.needs)

    def at(self, number: float) -> float:
        return LEFT + number * self.step


def picture(found: Staffing, target: Target, within_s: float, name: str) -> str:
    parts = [
        *_head(found, target, within_s, name),
        *_agents(found),
        *_level(found, target, within_s),
        *_times(found),
    ]
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONTS}" font-size="13" fill="{INK}">'
    )
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    return "\n".join([begin, paper, *parts, "</svg>", ""])


# --- strokes ----------------------------------------------------------------------------------------------


def _text(x: float, y: float, words: str, **more: object) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}"{_attributes(more)}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, **more: object) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{_attributes(more)}/>'


def _path(points: Sequence[tuple[float, float]], **more: object) -> str:
    d = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="{d}"{_attributes(more)}/>'


def _dot(x: float, y: float, radius: float, **more: object) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"{_attributes(more)}/>'


def _attributes(more: dict[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}="{escape(str(value))}"' for name, value in more.items())


def _steps(axis: Axis, values: Sequence[float], y: Y) -> list[tuple[float, float]]:
    return [(axis.at(number + side), y(value)) for number, value in enumerate(values) for side in (0, 1)]


# --- what is drawn ----------------------------------------------------------------------------------------


def _head(found: Staffing, target: Target, within_s: float, name: str) -> Iterator[str]:
    yield _text(LEFT, 38, f"{name}: the least staff of a day", font_size=22, font_weight=600)
    aim = f"{100 * target.share:g} % answered within {within_s:g} s in every interval"
    if target.abandonment is not None:
        aim += f", at most {100 * target.abandonment:g} % give up"
    hours = f"{found.hours:.1f} hours of agents, the present shifts have {found.hours_planned:.1f}"
    yield _text(LEFT, 62, f"{aim}; {hours}", fill=FAINT)
    x = float(LEFT)
    for words, mark in (
        ("agents needed", _line(0, 0, 22, 0, stroke=STAFF, stroke_width=3)),
        ("load in erlangs", _line(0, 0, 22, 0, stroke=LOAD, stroke_width=2) + _dot(11, 0, 3, fill=LOAD)),
        ("present shifts", _line(0, 0, 22, 0, stroke=PLANNED, stroke_width=2, stroke_dasharray="6 4")),
        ("by Erlang's formula", _line(2, 0, 20, 0, stroke=STAFF, stroke_width=1.5, stroke_dasharray="2 3")),
    ):
        yield f'<g transform="translate({x:.1f} 86)">{mark}{_text(29, 4.5, words)}</g>'
        x += 54 + 7.4 * len(words)


def _agents(found: Staffing) -> Iterator[str]:
    needs, axis = found.needs, Axis(found.needs)
    most = max(1.0, *(max(need.agents, need.load, need.planned) for need in needs))
    step = _round_step(most)
    top = step * (int(most / step) + 1)

    def y(value: float) -> float:
        return AGENTS_BOTTOM - (AGENTS_BOTTOM - AGENTS_TOP) * value / top

    yield from _grid(y, [n * step for n in range(int(top / step) + 1)], "{:g}")
    yield _text(LEFT, AGENTS_TOP - 6, "agents", fill=FAINT, font_size=12)
    staff = _steps(axis, [need.agents for need in needs], y)
    area = [(LEFT, AGENTS_BOTTOM), *staff, (RIGHT, AGENTS_BOTTOM)]
    yield _path(area, fill=STAFF_FILL, stroke="none")
    planned = _steps(axis, [need.planned for need in needs], y)
    yield _path(planned, fill="none", stroke=PLANNED, stroke_width=2, stroke_dasharray="6 4")
    yield _path(staff, fill="none", stroke=STAFF, stroke_width=3, stroke_linejoin="round")
    for number, need in enumerate(needs):
        if need.formula != need.agents:
            x, at = axis.at(number), y(need.formula)
            yield _line(
                x + 3, at, x + axis.step - 3, at, stroke=STAFF, stroke_width=1.5, stroke_dasharray="2 3"
            )
    middles = [(axis.at(number + 0.5), y(need.load)) for number, need in enumerate(needs)]
    yield _path(middles, fill="none", stroke=LOAD, stroke_width=2, stroke_linejoin="round")
    for x, at in middles:
        yield _dot(x, at, 3, fill=LOAD)
    if len(needs) <= 2 * LABELS_MAX:
        for number, need in enumerate(needs):
            yield _text(axis.at(number + 0.5), y(need.agents) + 17, str(need.agents), text_anchor="middle",
                        font_weight=600, fill=STAFF)  # fmt: skip


def _level(found: Staffing, target: Target, within_s: float) -> Iterator[str]:
    axis, levels = Axis(found.needs), [need.level for need in found.needs]
    least = min([target.share, *(level.low for level in levels if level is not None)])
    bottom = max(0.0, int(least * 10 - 0.5) / 10)

    def y(share: float) -> float:
        inside = min(1.0, max(bottom, share))
        return LEVEL_BOTTOM - (LEVEL_BOTTOM - LEVEL_TOP) * (inside - bottom) / (1 - bottom)

    ticks = [bottom + (1 - bottom) * n / 4 for n in (0, 2, 4)]
    yield from _grid(y, ticks, "{:.0%}")
    title = f"answered within {within_s:g} s, mean and 95 % confidence interval over the days"
    yield _text(LEFT, LEVEL_TOP - 12, title, fill=FAINT, font_size=12)
    at = y(target.share)
    yield _line(LEFT, at, RIGHT, at, stroke=TARGET, stroke_width=1.5, stroke_dasharray="5 4")
    yield _text(
        RIGHT,
        LEVEL_TOP - 12,
        f"target {100 * target.share:g} %",
        text_anchor="end",
        fill=TARGET,
        font_size=12,
    )
    for number, level in enumerate(levels):
        if level is not None:
            x = axis.at(number + 0.5)
            met = GOOD if level.high >= target.share else TARGET
            yield _line(x, y(level.low), x, y(level.high), stroke=met, stroke_width=2)
            yield _dot(x, y(level.mean), 4.5, fill=met, stroke="#ffffff", stroke_width=1.5)


def _times(found: Staffing) -> Iterator[str]:
    axis, needs = Axis(found.needs), found.needs
    every = -(-len(needs) // LABELS_MAX)
    for number in range(0, len(needs) + 1, every):
        x = axis.at(number)
        begin_s = needs[0].begin_s + number * found.interval_s
        for at in (AGENTS_BOTTOM, LEVEL_BOTTOM):
            yield _line(x, at, x, at + 5, stroke=FAINT)
            yield _text(x, at + 20, clock(begin_s), text_anchor="middle", fill=FAINT, font_size=12)


def _grid(y: Y, ticks: Sequence[float], form: str) -> Iterator[str]:
    for tick in ticks:
        yield _line(LEFT, y(tick), RIGHT, y(tick), stroke=GRID)
        yield _text(LEFT - 10, y(tick) + 4, form.format(tick), text_anchor="end", fill=FAINT, font_size=12)


def _round_step(most: float) -> float:
    """Some five steps of 1, 2 or 5 times a power of ten."""
    steps = (part * 10.0**scale for scale in range(6) for part in (1, 2, 5))
    return next(step for step in steps if step * 6 >= most)
