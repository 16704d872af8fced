"""Which phones are there, when the word of it got lost."""

from ccapp.domain.ids import AgentId
from ccapp.ports import Account, DeviceOnline
from ccapp.telephony.devices import Devices
from ccapp.telephony.events import EndpointChanged

ALICE = AgentId("alice")
HERE, GONE = EndpointChanged("alice", True), EndpointChanged("alice", False)


def devices() -> tuple[Devices, list[DeviceOnline]]:
    told: list[DeviceOnline] = []
    made = Devices(told.append)
    made.begin([Account(agent=ALICE, name="alice", extension="", realm="", digest="")], {"alice": GONE})
    told.clear()
    return made, told


def test_what_differs_at_two_looks_is_told_once() -> None:
    made, told = devices()
    assert made.compare({"alice": HERE}) == []
    assert told == [], "the word of it may be on its way"
    assert made.compare({"alice": HERE}) == ["alice"]
    assert told == [DeviceOnline(agent=ALICE, online=True)]
    assert made.compare({"alice": HERE}) == []
    assert len(told) == 1


def test_what_was_told_meanwhile_is_not_told_again() -> None:
    made, told = devices()
    made.compare({"alice": HERE})
    made.hear(HERE)
    assert made.compare({"alice": HERE}) == []
    assert told == [DeviceOnline(agent=ALICE, online=True)]
    assert made.compare({"alice": GONE}) == []
    made.hear(GONE)
    made.hear(HERE)
    assert made.compare({}) == [], "a doubt from before the last word counts no more"
    assert made.compare({}) == ["alice"], "no endpoint at all is gone, too"


def test_while_accounts_are_pushed_states_mean_nothing() -> None:
    made, told = devices()
    made.compare({"alice": HERE})
    made.rest()
    assert made.compare({"alice": HERE}) == []
    assert told == []
