"""Which story an arrival begins."""

from collections.abc import Coroutine

from ccapp.calls import on_line
from ccapp.calls.feature_codes import is_code, phone
from ccapp.calls.floor import Floor
from ccapp.calls.inbound import inbound
from ccapp.calls.own_call import own_call
from ccapp.ports import Arrived


def story_of(arrived: Arrived, floor: Floor) -> Coroutine[None, None, None]:
    if arrived.kind == "inbound":
        return inbound(arrived, floor)
    if arrived.dialled == floor.acd.centre.feature_codes.on_line:
        return on_line.wait(arrived, floor)
    if is_code(arrived.dialled, floor.acd.centre):
        return phone(arrived, floor)
    return own_call(arrived, floor)
