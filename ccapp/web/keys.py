"""What the handlers find in the application."""

from aiohttp import web

from ccapp.web.desk import Desk
from ccapp.web.since import Since
from ccapp.web.views import Views

DESK = web.AppKey("desk", Desk)
SINCE = web.AppKey("since", Since)


def views(request: web.Request) -> Views:
    """The contact centre as it is at this instant."""
    return Views(request.app[DESK].acd, request.app[SINCE])
