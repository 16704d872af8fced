"""What is told of the present, in each situation of one real call: all documents say the same."""

from typing import Any

import pytest

from ccapp.domain import events
from tests.e2e.centres import agent, centre, queue
from tests.e2e.conftest import OpenHouse
from tests.e2e.house import House
from tests.phone import Rings
from tests.rows import rows

pytestmark = pytest.mark.real

COUNTS = ("waiting", "ringing", "talking")


class Snapshot:
    """Everything a supervisor can see, once it has come to rest."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.status, self.queue, self.figures = (documents[name] for name in ("status", "queue", "figures"))
        self.calls: list[Any] = documents["calls"]["calls"]
        self.agents = {row["id"]: row for row in documents["agents"]["agents"]}
        self.states = {row["key"]: row for row in documents["of_agents"]["rows"]}
        self.alice = self.agents["alice"]
        [self.listed] = documents["queues"]["queues"]

    @classmethod
    async def of(cls, house: House) -> "Snapshot":
        paths = {
            "status": "status", "queues": "queues", "queue": "queues/sales", "agents": "agents",
            "calls": "calls", "figures": "figures", "of_agents": "figures?of=agents",
        }  # fmt: skip
        found = cls({name: await house.rest("GET", f"/v1/{path}") for name, path in paths.items()})
        found.agrees()
        return found

    def agrees(self) -> None:
        """The lists, their lengths and the figures of the day."""
        counts = [self.listed[name] for name in COUNTS]
        assert [self.status["calls"][name] for name in COUNTS] == counts
        assert [self.queue[name] for name in COUNTS] == counts
        assert [sum(call["where"] == name for call in self.calls) for name in COUNTS] == counts
        assert len(self.queue["calls"]) == counts[0] + counts[1]
        assert len(self.queue["talks"]) == counts[2]
        assert [call["position"] for call in self.queue["calls"]] == list(range(1, counts[0] + counts[1] + 1))
        for row in self.figures["rows"]:
            assert (row["waiting_now"], row["talking_now"]) == (counts[0] + counts[1], counts[2])
        for states in (self.status["agents"], self.listed["agents"]):
            for state, number in states.items():
                assert number == sum(row["state"] == state for row in self.agents.values())
        members = {row["id"]: row["state"] for row in self.queue["members"]}
        assert members == {id: row["state"] for id, row in self.agents.items()}
        for id, row in self.states.items():
            assert row["state"] == self.agents[id]["state"]


@rows("VX-15")
async def test_five_situations_of_a_call(open_house: OpenHouse) -> None:
    sales = queue(wrap_up_s=30, handling_s=60)
    async with open_house(centre({"alice": agent(201), "bob": agent(202)}, {"sales": sales})) as house:
        alice = await house.agent("alice", Rings(), ready=False)

        nobody = await Snapshot.of(house)
        assert (nobody.calls, nobody.queue["calls"], nobody.queue["talks"]) == ([], [], [])
        assert nobody.queue["longest_wait_s"] is None
        assert (nobody.alice["state"], nobody.alice["call"]) == ("UNREADY", None)
        assert await acd_status(house) == "ONLINE"

        call = await house.call("100", name="4917612345")
        [waits] = await house.until_fact(events.CallWaits)
        await call.heard.hears_sound()
        waiting = await Snapshot.of(house)
        [first] = waiting.queue["calls"]
        assert (first["position"], first["caller_number"], first["offered_to"]) == (1, "4917612345", None)
        assert first["entered_at"] == pytest.approx(waits.entered_at, abs=0.001)
        assert 0 < first["wait_s"] == waiting.queue["longest_wait_s"]
        assert first["expected_wait_s"] is None  # nobody takes calls
        [where] = waiting.calls
        assert (where["where"], where["queue"], where["position"]) == ("waiting", "sales", 1)
        assert waiting.figures["total"]["offered_calls"] == 1

        await house.move("alice", "ready")
        rung = await alice.incoming()
        await house.in_state("alice", "BUSY/RINGING")
        ringing = await Snapshot.of(house)
        [first] = ringing.queue["calls"]
        assert (first["offered_to"], first["position"], first["expected_wait_s"]) == ("alice", 1, 0)
        assert first["visit"] == where["visit"] == ringing.alice["call"]["visit"]
        assert (ringing.alice["sub_state"], ringing.alice["call"]["answered"]) == ("RINGING", False)
        second = await house.call("100")
        await house.until_fact(events.CallWaits, count=2)
        behind = (await Snapshot.of(house)).queue["calls"][1]
        assert (behind["position"], behind["expected_wait_s"]) == (2, 60)  # after the one who is rung for
        await second.hang_up()
        await house.until_fact(events.CallEnded)

        await rung.answer(tone_hz=700)
        await call.heard.hears(700)
        await house.in_state("alice", "BUSY/ANSWERED")
        talking = await Snapshot.of(house)
        [talk] = talking.queue["talks"]
        assert (talk["visit"], talk["agent"], talk["caller_number"]) == (
            where["visit"],
            "alice",
            "4917612345",
        )
        assert talk["talk_s"] > 0
        assert talking.alice["call"]["answered"]
        assert [(row["where"], row["agent"], row["position"]) for row in talking.calls] == [
            ("talking", "alice", None)
        ]
        assert await acd_status(house) == "IN_SERVICE"

        await call.hang_up()
        await house.in_state("alice", "ACW")
        await house.until_fact(events.CallEnded, count=2)
        after = await Snapshot.of(house)
        assert (after.calls, after.queue["talks"]) == ([], [])
        assert after.alice["wrap_up_until"] - after.alice["since"] == pytest.approx(30, abs=1)
        assert after.figures["total"]["answered_calls"] == 1
        assert after.figures["total"]["abandoned_calls"] == 1
        assert await acd_status(house) == "AFTER_SERVICE"

        await house.move("alice", "wrap_up_done")
        idle = await Snapshot.of(house)
        assert (idle.alice["state"], idle.alice["idle_since"] > after.alice["since"]) == ("READY", True)
        assert idle.states["alice"]["idle_s"] is not None


async def acd_status(house: House) -> str:
    """Alice's, in the words of the system this comes from."""
    return str((await house.rest("GET", "/v1/agents/alice?view=voximplant"))["acd_status"])
