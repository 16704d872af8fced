"""Which story an arrival begins."""

from collections.abc import Coroutine

from ccapp.calls import listening, on_line, prompt_recording
from ccapp.calls.feature_codes import is_code, phone
from ccapp.calls.floor import Floor
from ccapp.calls.inbound import inbound
from ccapp.calls.own_call import own_call
from ccapp.ports import Arrived


def story_of(arrived: Arrived, floor: Floor) -> Coroutine[None, None, None]:
    if arrived.kind == "inbound":
        return inbound(arrived, floor)
    codes = floor.acd.centre.feature_codes
    match arrived.dialled:
        case codes.on_line:
            return on_line.wait(arrived, floor)
        case codes.messages:
            return listening.listen(arrived, floor)
        case codes.record_prompt:
            return prompt_recording.record_prompt(arrived, floor)
        case code if is_code(code, floor.acd.centre):
            return phone(arrived, floor)
        case _:
            return own_call(arrived, floor)
