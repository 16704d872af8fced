"""The overflow call centre that a call names in its data, as its SIP header `CallCenter`.

Source: spec/call_center_phone.md §3, which gives no shape for it. Taken are `5000`, `+4930123`, `5000@trunk`
and `sip:5000@trunk` with the name of a configured trunk; anything else is none, so that no header can make
us call an arbitrary host. Only a call that came by a trusted trunk may name one.
"""

import re
from collections.abc import Mapping

from ccapp.domain.calldata import CallData, lookup
from ccapp.domain.centre import Trunk
from ccapp.domain.ids import TrunkId

CALL_CENTER = "CallCenter"
_TARGET = re.compile(r"(?:sips?:)?([+]?[0-9A-Za-z*#]{1,32})(?:@([A-Za-z][A-Za-z0-9_-]{0,39}))?", re.ASCII)


def named_by(
    data: CallData, came_by: TrunkId, trunk: TrunkId, trunks: Mapping[TrunkId, Trunk]
) -> tuple[str, TrunkId] | None:
    """The number and the trunk to dial it on (`trunk`, where none is named); None: there is none to dial."""
    source = trunks.get(came_by)
    found = _TARGET.fullmatch(lookup(data, CALL_CENTER).strip().strip("<>"))
    if source is None or not source.trusted or found is None:
        return None
    on = TrunkId(found[2] or trunk)
    return (found[1], on) if on in trunks else None
