"""Queues of a storm whose calls the customer's server directs; director.py says what it wants of them."""

import random
from collections.abc import Sequence
from dataclasses import replace

from ccapp.domain.admission import Goodbye, Treatment
from ccapp.domain.backend import Backend
from ccapp.domain.centre import Centre
from ccapp.domain.ids import QueueId, TrunkId
from ccapp.domain.ivr import Say


def with_backend(centre: Centre, queues: Sequence[QueueId], chance: random.Random) -> Centre:
    """These queues are directed, for as long as the server says something in time, unless another one lists
    their agents or they call back."""
    on_timeout: list[Treatment | None] = [None, None, Goodbye(say=Say(text="no"))]
    directed = {
        id: replace(
            centre.queues[id],
            external=Backend(
                route_url="https://crm.example/route",
                report_url=chance.choice(["", "https://crm.example/report"]),
                access_base_url="https://acd.example",
                retry_s=0.5,
                max_wait_s=chance.choice([10.0, 40.0, 600.0]),
                on_timeout=chance.choice(on_timeout),
                trunk=TrunkId("pstn"),
                say_while_waiting=chance.choice(["", "please wait"]),
            ),
        )
        for id in queues
        if not centre.queues[id].get_list_agents_url and centre.queues[id].callback is None
    }
    return replace(centre, queues={**centre.queues, **directed})
