"""The one owner of the Router: visits, and all that concerns more than a line or an agent.

Commands and events come in as plain calls and are put to the Router with the time of the one clock. Below it,
from the ground up: `carrying` (what the Router decides is done), `people` (agents), `lines` (callers in line,
offers, talks), `restoring` (after a crash). Nothing in here waits.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ccapp.acd import telling
from ccapp.acd.callbacks import Callbacks
from ccapp.acd.directing import Directing
from ccapp.acd.messages import MessageBook
from ccapp.acd.own_calls import OwnCalls
from ccapp.acd.restoring import Restoring
from ccapp.acd.sessions import Sessions
from ccapp.acd.visit import Edition, Visit
from ccapp.clock import Clock
from ccapp.domain import events
from ccapp.domain.admission import Treatment
from ccapp.domain.centre import Centre
from ccapp.domain.events import EndedBy, Outcome
from ccapp.domain.ids import (
    AgentId,
    NodeId,
    QueueId,
    TreeId,
    TrunkId,
    VisitId,
)
from ccapp.domain.managers import Chosen, caller_key
from ccapp.domain.standing import Listed
from ccapp.ports import Arrived, Journal
from ccapp.routing.index import TIERS


class Acd(Restoring, Directing):
    """Automatic call distribution: who waits, who serves, and the telling of it."""

    def __init__(
        self,
        centre: Centre,
        clock: Clock,
        journal: Journal,
        *,
        version: int = 0,
        tiers: int = TIERS,
        seed: int = 0,
    ) -> None:
        super().__init__(centre, clock, journal, version=version, tiers=tiers, seed=seed)
        self.own_calls = OwnCalls(self)
        self.messages = MessageBook(self.declare, clock)
        self.watch(self.messages.hear)
        self.callbacks = Callbacks(self)
        self.watch(self.callbacks.hear)
        self.sessions = Sessions(self)

    # --- visits --------------------------------------------------------------------------------------------

    def arrive(self, arrived: Arrived, data: Mapping[str, str]) -> Visit:
        """A new visit, from an arrival at a trunk."""
        visit = Visit(
            id=VisitId(arrived.leg.id),
            channel=arrived.leg.id,
            arrived_at=self.clock.now(),
            trunk=TrunkId(arrived.endpoint),
            number=arrived.dialled,
            caller_number=arrived.caller.number,
            caller_name=arrived.caller.name,
            data=data,
        )
        self._publish(telling.arrived(visit))
        return visit

    @contextmanager
    def visiting(self, visit: Visit) -> Iterator[Visit]:
        """As long as the visit lasts; leaving writes its one ending."""
        self.visits[visit.id] = visit
        try:
            yield visit
        except BaseException:
            visit.ends(Outcome.LOST, EndedBy.SYSTEM)
            raise
        finally:
            del self.visits[visit.id]
            ended = telling.ended(visit, self.clock.now())
            self.sessions.end(visit, ended)
            self._publish(ended)

    def in_node(
        self, visit: Visit, tree: TreeId, node: NodeId, back: Sequence[tuple[TreeId, NodeId]] = ()
    ) -> None:
        visit.if_caller_leaves = Outcome.LEFT_IN_IVR
        self._publish(telling.in_node(visit, tree, node, back, self.clock.now()))

    def send_event(
        self, visit: Visit, tree: TreeId, node: NodeId, name: str, values: Mapping[str, str]
    ) -> None:
        now = self.clock.now()
        self._publish(
            events.IvrEventSent(
                at=now, visit=visit.id, data=visit.data, tree=tree, node=node, name=name, values=values
            )
        )

    def asked(
        self,
        visit: Visit,
        tree: TreeId,
        node: NodeId,
        *,
        of: str,
        result: events.Asked,
        took_s: float,
        detail: str,
    ) -> None:
        self._publish(
            events.IvrAsked(
                at=self.clock.now(),
                visit=visit.id,
                data=visit.data,
                tree=tree,
                node=node,
                of=of,
                result=result,
                took_s=took_s,
                detail=detail,
            )
        )

    def forward_answered(self, visit: Visit, number: str, trunk: TrunkId, *, record: bool) -> None:
        now = self.clock.now()
        self._publish(
            events.ForwardAnswered(
                at=now, visit=visit.id, data=visit.data, number=number, trunk=trunk, record=record
            )
        )

    def not_reached(self, visit: Visit, queue: QueueId, to: Treatment, why: str, then: Treatment) -> None:
        now = self.clock.now()
        self._publish(telling.not_reached(visit, queue, to, why, then, now))

    def forwarded(self, visit: Visit, number: str, trunk: str, *, answered: bool, talk_s: float) -> None:
        self._publish(
            events.CallForwarded(
                at=self.clock.now(),
                visit=visit.id,
                data=visit.data,
                number=number,
                trunk=TrunkId(trunk),
                answered=answered,
                talk_s=talk_s,
            )
        )

    # --- managers ------------------------------------------------------------------------------------------

    async def manager_of(self, number: str) -> AgentId | None:
        """Of all who call from this number, as far as it can be said at once."""
        key = caller_key(number)
        return await self._journal.manager(key) if key else None

    def choose_manager(self, number: str, agent: AgentId | None, why: Chosen) -> None:
        """From the next call on. Who calls without a number has none."""
        if key := caller_key(number):
            self._publish(events.ManagerChosen(at=self.clock.now(), number=key, agent=agent, why=why))

    def manager_asked(self, visit: Visit, agent: AgentId, *, yes: bool | None) -> None:
        self._publish(
            events.ManagerAsked(at=self.clock.now(), visit=visit.id, data=visit.data, agent=agent, yes=yes)
        )

    # --- standing orders -----------------------------------------------------------------------------------

    def list_number(self, listed: Listed, by: str) -> Listed:
        """In place of what was said of the number before, however it was written. Returns what is kept."""
        kept = replace(listed, number=self.centre.numbering.e164(listed.number))
        before = self.orders.listed(kept.number)
        if before is not None and before.number != kept.number:
            self.unlist_number(before, by)
        self._publish(events.NumberListed(at=self.clock.now(), listed=kept, by=by))
        return kept

    def unlist_number(self, listed: Listed, by: str) -> None:
        self._publish(events.NumberUnlisted(at=self.clock.now(), number=listed.number, by=by))

    def open_queue(self, queue: QueueId, by: str) -> None:
        self._publish(events.QueueOpened(at=self.clock.now(), queue=queue, by=by))

    def caller_blocked(self, visit: Visit, listed: Listed) -> None:
        now = self.clock.now()
        self._publish(
            events.CallerBlocked(
                at=now, visit=visit.id, data=visit.data, number=listed.number, detail=listed.note
            )
        )

    # --- configuration -------------------------------------------------------------------------------------

    def reconfigure(self, centre: Centre, version: int = 0) -> None:
        """Takes effect at once, also on the calls that wait; those in an IVR finish on its trees as they
        were."""
        before, self.centre = self.centre, centre
        self.edition = Edition(version, centre.trees)
        self.orders.renumber(centre.numbering)
        now = self.clock.now()
        self._carry_out("reconfigured", lambda: self._router.reconfigure(centre, now))
        self._outside(before)
        self._new_at_desk(before)
        self.callbacks.look_again()
        for place in self._places.values():
            place.rules_changed()
        self.sessions.reconfigured()
