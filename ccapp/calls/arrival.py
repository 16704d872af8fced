"""Which story an arrival begins."""

from collections.abc import Coroutine

from ccapp.calls.feature_codes import phone
from ccapp.calls.floor import Floor
from ccapp.calls.inbound import inbound
from ccapp.ports import Arrived


def story_of(arrived: Arrived, floor: Floor) -> Coroutine[None, None, None]:
    return inbound(arrived, floor) if arrived.kind == "inbound" else phone(arrived, floor)
