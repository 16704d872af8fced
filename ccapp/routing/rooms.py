"""How many agents of a group may be on calls at once; who is free beyond that is given none meanwhile.

On a call is who is on the phone at all, from the first ring on. The free of a full group sit in no tier, so
that nobody finds them. When there is room again, all of them come in at the end of the event, longest idle
first, he too who has just hung up.
"""

from collections.abc import Iterable, Mapping

from ccapp.domain.centre import Centre
from ccapp.domain.ids import AgentId, GroupId
from ccapp.domain.presence import Traffic
from ccapp.routing.seats import Seat


class Room:
    """That of one group."""

    __slots__ = ("at_once_max", "busy", "group", "reopened", "seats")

    def __init__(self, group: GroupId, at_once_max: int, seats: Iterable[Seat]) -> None:
        self.group = group
        self.at_once_max = at_once_max
        self.seats = tuple(seats)
        self.busy = {seat.id for seat in self.seats if seat.presence.traffic is not Traffic.IDLE}
        self.reopened = False  # in this event: its agents are about to come in

    @property
    def full(self) -> bool:
        return len(self.busy) >= self.at_once_max

    def count(self, seat: Seat) -> None:
        (self.busy.discard if seat.presence.traffic is Traffic.IDLE else self.busy.add)(seat.id)


class Rooms:
    """Those of all groups with a limit."""

    def __init__(self, centre: Centre, seats: Mapping[AgentId, Seat]) -> None:
        for seat in seats.values():
            seat.rooms = ()
        for group in centre.groups.values():
            if group.at_once_max is not None:
                members = sorted(group.agents & centre.agents.keys())
                room = Room(group.id, group.at_once_max, (seats[agent] for agent in members))
                for seat in room.seats:
                    seat.rooms = (*seat.rooms, room)
        self.reopened: list[Room] = []  # in the event being decided

    def moved(self, seat: Seat) -> list[Seat]:
        """His presence has changed. Returns the others in the tiers for whom there is no room any more."""
        out: list[Seat] = []
        for room in seat.rooms:
            was_full = room.full
            room.count(seat)
            if room.full and not was_full:
                out += (each for each in room.seats if each.free and each is not seat and each not in out)
            elif was_full and not room.full and not room.reopened:
                room.reopened = True
                self.reopened.append(room)
        return out

    def let_in(self) -> list[Seat]:
        """Those for whom there may be room again, longest idle first."""
        seats = {seat: None for room in self.reopened for seat in room.seats}
        for room in self.reopened:
            room.reopened = False
        self.reopened.clear()
        return sorted((seat for seat in seats if seat.waits_for_call()), key=lambda seat: seat.idle_key)
