"""Where the facts of a visit say that its caller is, who waited for one agent alone."""

from collections.abc import Sequence

import pytest

from ccapp.acd.recovery import OpenVisit, open_visit
from ccapp.domain.admission import ExitReason, RefusalReason
from ccapp.domain.events import CallWaits, EntryRefused, IvrVisited, VisitFact, WaitEnded
from ccapp.domain.ids import AgentId, NodeId, QueueId, TreeId, VisitId
from tests.records.stories import START, arrived

V, SALES, ANN = VisitId("v"), QueueId("sales"), AgentId("ann")

NODE = IvrVisited(at=START, visit=V, tree=TreeId("main"), node=NodeId("ask"))
REFUSED = EntryRefused(at=START, visit=V, queue=SALES, reason=RefusalReason.FULL, detail="", to="agent ann")
ALONE = CallWaits(
    at=START, visit=V, queue=SALES, entered_at=START, priority_s=0.0, requires={}, manager=ANN, only_s=20.0
)
MISSED = WaitEnded(at=START + 9, visit=V, queue=SALES, reason=ExitReason.AGENT_MISSED, waited_s=9.0)
BY_KEY = WaitEnded(at=START + 9, visit=V, queue=SALES, reason=ExitReason.KEY, waited_s=9.0, key="1")


def found(*facts: VisitFact) -> OpenVisit:
    told: Sequence[VisitFact] = (arrived("v"), *facts)
    opened = open_visit(told)
    assert opened is not None
    return opened


def test_missed_he_goes_on_behind_the_node_that_asked() -> None:
    there = found(NODE, ALONE, MISSED)
    assert (there.waits, there.away, there.agent_missed) == (None, None, True)


@pytest.mark.parametrize("again", [1, 2], ids=["once", "taken up by another engine"])
def test_missed_he_goes_on_the_next_way_of_the_queue_that_had_sent_him(again: int) -> None:
    there = found(NODE, REFUSED, *[ALONE] * again, MISSED)
    assert (there.waits, there.away, there.vain, there.agent_missed) == (None, REFUSED, 1, False)


@pytest.mark.parametrize("before", [NODE, REFUSED])
def test_by_a_key_he_goes_where_the_key_leads(before: VisitFact) -> None:
    there = found(before, ALONE, BY_KEY)
    assert (there.waits, there.away, there.vain, there.agent_missed) == (None, BY_KEY, 0, False)
