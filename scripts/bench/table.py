"""One table of a run: both systems beside each other, their ratio and its spread, and the aim.

A ratio is ours to theirs within one round; the one shown is that of the means over the rounds, its spread the
least and the most of the single rounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from rich.table import Table

from scripts.bench.measures import Round
from scripts.bench.programme import ANSWERED, CCAPP, RINGING, SILENCE, TRUSTED, Results, clean
from scripts.bench.traffic import percentile

CPU_AIM: Final = 0.85
BACKLOG_AIM_MS: Final = 20.0
RATE_AIM: Final = 120.0
QUANTILES: Final = (0.5, 0.95, 0.99)
HEADINGS: Final = ("measure", "app_queue", "ccapp", "ratio", "spread", "aim", "", "n")

type Figure = Callable[[Round], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    measure: str
    theirs: str = ""
    ours: str = ""
    ratio: str = ""
    spread: str = ""
    aim: str = ""
    met: bool | None = None
    n: str = ""

    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "missed", None: ""}[self.met]
        return self.measure, self.theirs, self.ours, self.ratio, self.spread, self.aim, verdict, self.n


def lines(results: Results) -> list[Line]:
    """Every line of the table, in the order of the aims."""
    return [
        *_cpu(results),
        *_first_rings(results),
        *_next_rings(results),
        *_waiting(results),
        *_rates(results),
        *_troubles(results),
    ]


def drawn(found: Sequence[Line], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in ("measure", "aim", "") else "right")
    for line in found:
        style = {True: "green", False: "red", None: ""}[line.met]
        *cells, verdict, n = line.cells()
        table.add_row(*cells, f"[{style}]{verdict}[/]" if style else verdict, n)
    return table


def markdown(found: Sequence[Line], title: str) -> str:
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(line.cells() for line in found)]
    return f"{title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


# The lines


def _cpu(results: Results) -> Iterator[Line]:
    for agents in results.sizes("idle"):
        ours = results.of("idle", agents, CCAPP)
        for peer, how in ((ANSWERED, "answered, music"), (RINGING, "unanswered, ringing")):
            theirs = results.of("idle", agents, peer)
            if not ours or not theirs:
                continue
            ratio, spread = _ratio(ours, theirs, _serving)
            aimed = peer == ANSWERED
            yield Line(
                measure=f"CPU per call, {agents:g} agents (app_queue {how})",
                theirs=f"{_mean(theirs, _serving):.2f} ms",
                ours=_shares(ours),
                ratio=f"{ratio:.2f}",
                spread=spread,
                aim=f"≤ {CPU_AIM:.2f}" if aimed else "",
                met=ratio <= CPU_AIM if aimed else None,
                n=_count(ours),
            )
        if trusted := results.of("idle", agents, TRUSTED):
            ratio, spread = _ratio(trusted, ours, _serving)
            yield Line(
                measure="the same from a trusted trunk; ratio to untrusted",
                ours=_shares(trusted),
                ratio=f"{ratio:.2f}",
                spread=spread,
                n=_count(trusted),
            )


def _first_rings(results: Results) -> Iterator[Line]:
    for agents in results.sizes("idle"):
        yield from _latency(
            f"caller's INVITE → idle agent's INVITE, {agents:g} agents",
            results.of("idle", agents, RINGING),
            results.of("idle", agents, CCAPP),
            aim="p99 not worse",
            met=lambda theirs, ours: ours <= theirs,
        )


def _next_rings(results: Results) -> Iterator[Line]:
    for agents in results.sizes("backlog"):
        yield from _latency(
            f"agent's BYE → his next INVITE, backlog, {agents:g} agents",
            results.of("backlog", agents, "app_queue"),
            results.of("backlog", agents, CCAPP),
            aim=f"p99 ≤ {BACKLOG_AIM_MS:g} ms",
            met=lambda _, ours: ours * 1000 <= BACKLOG_AIM_MS,
        )


def _waiting(results: Results) -> Iterator[Line]:
    for callers in results.sizes("waiting"):
        theirs, ours = results.of("waiting", callers, "app_queue"), results.of("waiting", callers, CCAPP)
        ratio, spread = _ratio(ours, theirs, _serving)
        yield Line(
            measure=f"CPU of a waiting caller per second, music, {callers:g} callers",
            theirs=f"{_mean(theirs, _serving):.2f} ms",
            ours=f"{_mean(ours, _serving):.2f} ms",
            ratio=f"{ratio:.2f}",
            spread=spread,
            aim=f"≤ {CPU_AIM:.2f}",
            met=ratio <= CPU_AIM,
            n=_count(ours),
        )
        if silence := results.of("waiting", callers, SILENCE):
            yield Line(
                measure="the same with neither queue nor music (control)",
                theirs=f"{_mean(silence, _serving):.2f} ms",
                n=_count(silence),
            )


def _rates(results: Results) -> Iterator[Line]:
    if not results.sizes("rate"):
        return
    best, p99 = {}, {}
    for system in ("app_queue", CCAPP):
        good = [
            (rate, rounds[-1])
            for rate in results.sizes("rate")
            if (rounds := results.of("rate", rate, system)) and clean(rounds[-1])
        ]
        best[system], last = good[-1] if good else (0.0, None)
        p99[system] = percentile(last.latencies, 0.99) * 1000 if last else math.nan
    yield Line(
        measure="highest clean rate: none failed, nothing sent again",
        theirs=f"{best['app_queue']:g}/s (p99 {p99['app_queue']:.0f} ms)",
        ours=f"{best[CCAPP]:g}/s (p99 {p99[CCAPP]:.0f} ms)",
        ratio=f"{best[CCAPP] / best['app_queue']:.2f}" if best["app_queue"] else "",
        aim=f"≥ {RATE_AIM:g}/s",
        met=best[CCAPP] >= RATE_AIM,
    )


def _troubles(results: Results) -> Iterator[Line]:
    """Calls that did not go as they should, outside the rates that were meant to be too much."""
    for name, of in (
        ("failed calls", lambda r: r.failed),
        ("SIP messages sent again", lambda r: r.repeated),
        ("agents rung while on a call", lambda r: r.double_booked),
    ):
        sums = {True: 0, False: 0}
        calls = {True: 0, False: 0}
        for (measure, _, who), rounds in results.rounds.items():
            if measure != "rate" and who != SILENCE:
                ours = who.startswith(CCAPP)
                sums[ours] += sum(map(of, rounds))
                calls[ours] += sum(round_.calls for round_ in rounds)
        if any(calls.values()):
            yield Line(
                measure=name,
                theirs=str(sums[False]),
                ours=str(sums[True]),
                aim="0",
                met=sums[True] == 0,
                n=f"{calls[False]} / {calls[True]}",
            )
    if results.recorded:
        yield Line(
            measure="visits in the journal without an end",
            ours=str(results.unended),
            aim="0",
            met=results.unended == 0,
            n=str(results.recorded),
        )


# How a line is made


def _latency(
    measure: str, theirs: list[Round], ours: list[Round], *, aim: str, met: Callable[[float, float], bool]
) -> Iterator[Line]:
    pooled = [[s for round_ in rounds for s in round_.latencies] for rounds in (theirs, ours)]
    if not all(pooled):
        return
    their_p99, our_p99 = (percentile(values, 0.99) for values in pooled)
    _, spread = _ratio(ours, theirs, lambda round_: percentile(round_.latencies, 0.99))
    yield Line(
        measure=f"{measure}: p50/p95/p99",
        theirs=_quantiles(pooled[0]),
        ours=_quantiles(pooled[1]),
        ratio=_short(our_p99 / their_p99),
        spread=spread,
        aim=aim,
        met=met(their_p99, our_p99),
        n=f"{len(pooled[0])} / {len(pooled[1])}",
    )


def _serving(round_: Round) -> float:
    return round_.serving_ms


def _mean(rounds: Sequence[Round], figure: Figure) -> float:
    return fmean(map(figure, rounds)) if rounds else math.nan


def _ratio(ours: Sequence[Round], theirs: Sequence[Round], figure: Figure) -> tuple[float, str]:
    """Of the means; and the least and most of the single rounds."""
    single = [figure(a) / figure(b) for a, b in zip(ours, theirs, strict=False) if figure(b) > 0]
    spread = f"{_short(min(single))}-{_short(max(single))}" if len(single) > 1 else ""
    their_mean = _mean(theirs, figure)
    return (_mean(ours, figure) / their_mean if their_mean > 0 else math.nan), spread


def _shares(rounds: Sequence[Round]) -> str:
    asterisk, engine, postgres = (
        _mean(rounds, lambda round_, name=name: round_.cpu_ms.get(name, 0.0))  # type: ignore[misc]
        for name in ("asterisk", "engine", "postgres")
    )
    return (
        f"{asterisk + engine:.2f} ms = {asterisk:.2f} Asterisk + {engine:.2f} engine"
        f" (beside it {postgres:.2f} PostgreSQL)"
    )


def _quantiles(values: Sequence[float]) -> str:
    return " / ".join(_short(percentile(values, share) * 1000) for share in QUANTILES) + " ms"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}"


def _count(rounds: Sequence[Round]) -> str:
    return f"{len(rounds)} × {rounds[0].calls}" if rounds else ""
