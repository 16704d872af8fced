"""Nobody waits in silence: when a hall's music is to be started again."""

from ccapp.domain.ids import BridgeId, ChannelId
from ccapp.telephony.halls import DOUBT_S, Halls

HALL, OTHER = BridgeId("hall-a"), BridgeId("hall-b")
ANNA, BERT, CARL = ChannelId("anna"), ChannelId("bert"), ChannelId("carl")


def test_a_new_halls_music_plays_until_its_last_guest_has_left() -> None:
    halls = Halls()
    assert halls.enter(HALL, [ANNA], 10) == "plays"
    assert halls.enter(HALL, [BERT], 20) == "plays"
    assert halls.leave(ANNA, 30) is None
    assert halls.leave(BERT, 40) is None
    assert halls.enter(HALL, [CARL], 50) == "start"
    assert halls.enter(HALL, [ANNA], 60) == "plays"


def test_music_that_may_still_be_ending_is_started_in_doubt() -> None:
    halls = Halls()
    halls.enter(HALL, [ANNA], 10)
    halls.leave(ANNA, 20)
    assert halls.enter(HALL, [BERT], 20 + DOUBT_S / 2) == "start in doubt"


def test_a_leaver_may_have_been_the_last_before_those_who_have_just_come() -> None:
    halls = Halls()
    halls.enter(HALL, [ANNA], 10)
    assert halls.enter(HALL, [BERT], 20) == "plays"
    assert halls.leave(ANNA, 20.1) == HALL
    halls.enter(HALL, [CARL], 30)
    assert halls.leave(CARL, 30.1) is None  # bert was there all the time


def test_each_hall_has_its_own_guests() -> None:
    halls = Halls()
    halls.enter(HALL, [ANNA], 10)
    assert halls.enter(OTHER, [BERT], 10) == "plays"
    assert halls.leave(BERT, 11) is None
    assert halls.leave(BERT, 12) is None
    assert halls.enter(HALL, [BERT], 13) == "plays"


def test_a_closed_hall_is_a_new_one_when_it_is_opened_again() -> None:
    halls = Halls()
    halls.enter(HALL, [ANNA], 10)
    halls.closed(HALL)
    assert halls.leave(ANNA, 11) is None
    assert halls.enter(HALL, [BERT], 12) == "plays"


def test_the_music_of_a_hall_that_was_found_is_in_doubt_until_somebody_has_come_in() -> None:
    halls = Halls()
    halls.found(HALL)
    assert halls.enter(HALL, [ANNA], 100) == "start in doubt"
    assert halls.enter(HALL, [BERT], 101) == "plays"
    halls.found(HALL)
    assert halls.enter(HALL, [CARL], 102) == "plays", "we know who is in it"
