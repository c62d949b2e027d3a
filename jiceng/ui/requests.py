"""What the edge puts on every request, for the type checker and for the reader."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity


class Request(HttpRequest):
    """A request that passed the edge."""

    now: datetime  # the one instant of this request, aware
    reference: str  # what the log and the error page call it
    htmx: HtmxDetails


class DeskRequest(Request):
    """A request of an officer whom ``for_officers`` let in."""

    user: Officer
    capacities: list[Capacity]  # the posts held at ``now``
