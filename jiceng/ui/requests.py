"""What the edge puts on every request, for the type checker and for the reader."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request that passed the edge."""

    now: datetime  # the one instant of this request, aware
    reference: str  # what the log and the error page call it
    htmx: HtmxDetails
