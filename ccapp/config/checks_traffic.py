"""What traffic and centre must be to each other: callers come to queues there are, agents work one shift."""

from collections.abc import Iterator

from ccapp.config import checks_serving
from ccapp.config.models_traffic import ShiftPart, StreamPart, TrafficPart
from ccapp.config.problem import Finding, Path, unknown
from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId
from ccapp.domain.requirements import merged
from ccapp.domain.traffic import clock


def findings(traffic: TrafficPart, centre: Centre) -> Iterator[Finding]:
    if traffic.intervals != round(traffic.intervals):
        yield Finding(("interval_min",), "must divide the time from open.from to open.until")
        return
    for name, stream in traffic.streams.items():
        yield from _stream(("streams", name), stream, traffic, centre)
    on_duty: dict[AgentId, list[tuple[float, float]]] = {}
    for number, shift in enumerate(traffic.shifts):
        yield from _shift(("shifts", number), shift, centre, on_duty)


def _stream(path: Path, stream: StreamPart, traffic: TrafficPart, centre: Centre) -> Iterator[Finding]:
    intervals = round(traffic.intervals)
    if stream.calls is not None and len(stream.calls) != intervals:
        yield Finding(
            (*path, "calls"), f"has {len(stream.calls)} numbers, but the day has {intervals} intervals"
        )
    if stream.queue is not None:
        yield from unknown((*path, "queue"), "queue", stream.queue, centre.queues)
    elif stream.goes_to(centre) is None:
        known = centre.number(str(stream.number)) is not None
        why = "leads into an IVR: say the queue its callers come to" if known else "no such number"
        yield Finding((*path, "number"), why)
    queue = centre.queues.get(stream.goes_to(centre) or stream.queue)  # type: ignore[arg-type]
    if queue is not None and stream.requires:
        both = merged(queue.requires, stream.requires)
        yield from checks_serving.requirement((*path, "requires"), both, centre, queue)


def _shift(
    path: Path, shift: ShiftPart, centre: Centre, on_duty: dict[AgentId, list[tuple[float, float]]]
) -> Iterator[Finding]:
    for agent in shift.agents:
        yield from unknown((*path, "agents", agent), "agent", agent, centre.agents)
    for group in shift.groups:
        yield from unknown((*path, "groups", group), "group", group, centre.groups)
    for agent in sorted(shift.value(centre).agents):
        for begin, end in on_duty.setdefault(agent, []):
            if shift.begin < end and begin < shift.until:
                yield Finding(path, f"{agent} has a shift from {clock(begin)} to {clock(end)} already")
        on_duty[agent].append((shift.begin, shift.until))
