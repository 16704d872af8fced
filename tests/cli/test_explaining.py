"""Stories of calls out of real facts: the real owner decides, on a virtual clock, so each figure is exact."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import orjson
import pytest
from rich.console import Console

from ccapp.acd import Acd
from ccapp.cli import story as story_of
from ccapp.cli.explaining import decoded, explanation
from ccapp.clock import Clock
from ccapp.domain.causes import DeclineReason
from ccapp.domain.events import CallWaits, Fact, Outcome
from ccapp.domain.ids import NodeId, TreeId
from ccapp.simulate.loop import run
from ccapp.simulate.memory_journal import MemoryJournal
from ccapp.web.story import recorded, segments, summary
from ccapp.web.wire import dumps
from tests.web.floor import ALICE, BOB, SUPPORT, Caller, Floor, centre

type Story = Callable[[Floor, Caller], Awaitable[None]]


async def served_after_a_miss(floor: Floor, caller: Caller) -> None:
    floor.ready(ALICE)
    floor.acd.in_node(caller.visit, TreeId("main"), NodeId("welcome"))
    await asyncio.sleep(4)
    floor.acd.in_node(caller.visit, TreeId("main"), NodeId("english"))
    await asyncio.sleep(1.25)
    other = floor.call().waits().answered()
    await asyncio.sleep(2)
    caller.waits(SUPPORT)
    await asyncio.sleep(30)
    floor.ready(BOB)
    await asyncio.sleep(15)
    caller.declined()
    await asyncio.sleep(3)
    other.hangs_up()
    await asyncio.sleep(13)
    caller.answered()
    await asyncio.sleep(61)
    caller.hangs_up()


async def served_at_once(floor: Floor, caller: Caller) -> None:
    floor.ready(ALICE)
    await asyncio.sleep(5)
    floor.ready(BOB)
    await asyncio.sleep(60)
    caller.waits(SUPPORT)
    await asyncio.sleep(2.5)
    caller.answered()
    await asyncio.sleep(10)
    caller.hangs_up()


async def abandoned_while_it_rang(floor: Floor, caller: Caller) -> None:
    floor.ready(BOB)
    caller.waits(SUPPORT)
    await asyncio.sleep(3)
    caller.declined(DeclineReason.REJECTED)
    await asyncio.sleep(14)
    caller.hangs_up(Outcome.ABANDONED)


async def greeted_and_taken_over(floor: Floor, caller: Caller) -> None:
    """The queue's greeting runs on the caller's clock; an engine dies and the next one goes on."""
    entered_at = floor.acd.clock.now()
    await asyncio.sleep(2)
    caller.waits(SUPPORT, entered_at=entered_at)
    await asyncio.sleep(20)
    floor.acd.declare(replace(first(floor, CallWaits), at=floor.acd.clock.now()))
    await asyncio.sleep(5)
    floor.ready(BOB)
    await asyncio.sleep(1)
    caller.answered().hangs_up()


async def given_up_without_an_offer(floor: Floor, caller: Caller) -> None:
    caller.waits(SUPPORT)
    await asyncio.sleep(42)
    caller.hangs_up(Outcome.ABANDONED)


STORIES = {
    served_after_a_miss: """\
Call 1700000000.1 · 18005550199 Carol Caller · 2023-11-14 22:13:20 · served

+0:00.0  arrives from carrier, dialled 100
+0:00.0  IVR main: welcome → english
+0:07.2  is in the line of support (needs support 1)
+0:37.2  bob's phone rings: bob became ready
           why      bob alone was free for it, idle for 0.0 s
           why not  alice (talking): in a call
+0:52.2  bob does not answer (rang 15.0 s)
+0:57.2  bob's phone rings: a pause of bob's was over
           why      bob alone was free for it, idle for 20.0 s
           why not  alice (8.0 s left): in wrap-up
+1:08.2  bob answers after 11.0 s of ringing; the caller waited 1:01
+2:09.2  talk with bob ends after 1:01: the caller hung up
+2:09.2  is over after 2:09: served, the caller hung up

Why so late
  1:01.0  waited, in the line of support:
  0:30.0  nobody free to take it, until bob became ready
  0:15.0  bob's phone rang in vain: bob does not answer
  0:05.0  nobody free to take it, until a pause of bob's was over
  0:11.0  bob's phone rang, until bob answered
""",
    served_at_once: """\
Call 1700000000.1 · 18005550199 Carol Caller · 2023-11-14 22:13:20 · served

+0:00.0  arrives from carrier, dialled 100
+1:05.0  is in the line of support (needs support 1)
+1:05.0  bob's phone rings: bob was free when the call came
           why      bob was first of 2 who were free: least widely skilled (tier 0), then idle
                    longest (1:00)
           why not  alice (tier 3 > 0): free, but more widely skilled
+1:07.5  bob answers after 2.5 s of ringing; the caller waited 2.5 s
+1:17.5  talk with bob ends after 10.0 s: the caller hung up
+1:17.5  is over after 1:17: served, the caller hung up

Why so late
  0:02.5  waited, in the line of support:
  0:02.5  bob's phone rang, until bob answered
""",
    abandoned_while_it_rang: """\
Call 1700000000.1 · 18005550199 Carol Caller · 2023-11-14 22:13:20 · abandoned

+0:00.0  arrives from carrier, dialled 100
+0:00.0  is in the line of support (needs support 1)
+0:00.0  bob's phone rings: bob was free when the call came
           why      bob alone was free for it, idle for 0.0 s
           why not  alice: logged out
+0:03.0  bob rejects the call (rang 3.0 s)
+0:13.0  bob's phone rings: a pause of bob's was over
           why      bob alone was free for it, idle for 13.0 s
           why not  alice: logged out
+0:17.0  bob is let go: the caller left (rang 4.0 s)
+0:17.0  leaves the line of support after 17.0 s, while a phone rang
+0:17.0  is over after 17.0 s: abandoned, the caller hung up

Why so late
  0:17.0  waited, in the line of support:
  0:03.0  bob's phone rang in vain: bob rejects the call
  0:10.0  nobody free to take it, until a pause of bob's was over
  0:04.0  bob's phone rang, until the caller left
""",
    greeted_and_taken_over: """\
Call 1700000000.1 · 18005550199 Carol Caller · 2023-11-14 22:13:20 · served

+0:00.0  arrives from carrier, dialled 100
+0:02.0  is in the line of support (needs support 1; waiting for 2.0 s already)
+0:22.0  is in the line of support (needs support 1; waiting for 22.0 s already), again after the
         engine's restart
+0:27.0  bob's phone rings: bob became ready
           why      bob alone was free for it, idle for 0.0 s
           why not  alice: logged out
+0:28.0  bob answers after 1.0 s of ringing; the caller waited 28.0 s
+0:28.0  talk with bob ends after 0.0 s: the caller hung up
+0:28.0  is over after 28.0 s: served, the caller hung up

Why so late
  0:28.0  waited, in the line of support:
  0:02.0  the greeting of the queue, on the caller's clock
  0:20.0  nobody free to take it, then no engine, until it was back
  0:05.0  nobody free to take it, until bob became ready
  0:01.0  bob's phone rang, until bob answered
""",
    given_up_without_an_offer: """\
Call 1700000000.1 · 18005550199 Carol Caller · 2023-11-14 22:13:20 · abandoned

+0:00.0  arrives from carrier, dialled 100
+0:00.0  is in the line of support (needs support 1)
+0:42.0  leaves the line of support after 42.0 s
+0:42.0  is over after 42.0 s: abandoned, the caller hung up

Why so late
  0:42.0  waited, in the line of support:
  0:42.0  nobody free to take it, until the caller left
""",
}


def first[F: Fact](floor: Floor, kind: type[F]) -> F:
    return next(item.fact for item in floor.journal.store.facts if isinstance(item.fact, kind))


def document_of(story: Story) -> bytes:
    """What the web edge says of the call after the story."""

    async def main() -> bytes:
        clock, journal = Clock(epoch=1_700_000_000.0), MemoryJournal()
        floor = Floor(acd=Acd(centre(), clock, journal), journal=journal)
        caller = floor.call()
        await story(floor, caller)
        facts = await journal.visit(caller.visit.id)
        return dumps(
            {
                "visit": summary(facts),
                "segments": segments(facts),
                "live": None,
                "at": clock.now(),
                "facts": [recorded(item) for item in facts],
            }
        )

    return run(main(), shuffle=False)


def told(story: Story) -> str:
    document = orjson.loads(document_of(story))
    console = Console(width=100, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(explanation(document))
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())


@pytest.mark.parametrize(("story", "golden"), STORIES.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_stories(story: Story, golden: str):
    assert told(story) == golden


@pytest.mark.parametrize("story", STORIES)
def test_the_parts_of_a_wait_add_up(story: Story):
    document = orjson.loads(document_of(story))
    facts = decoded(document["facts"])
    waits = story_of.waits(facts, document["at"])
    assert waits
    for wait in waits:
        assert wait.ended_at is not None
        assert wait.total_s == pytest.approx(wait.ended_at - wait.began_at)
    assert sum(wait.total_s for wait in waits) == pytest.approx(document["visit"]["waited_s"])
