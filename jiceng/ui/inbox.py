"""What systems bring to the inbox of the desk: the cases an officer watches, and where several
cases are moved together. Whoever owns them registers in ``ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from jiceng.kernel.base.registry import Registry


@dataclass(frozen=True)
class Together:
    """Where the cases of a system are moved together: the name of the page, which takes the open
    steps as ``?step=…&step=…``, and the moves that it knows."""

    url_name: str
    moves: frozenset[str]


# By the code of the system: what takes an officer and returns a query of the keys of the cases that
# they watch. Systems register before there are models, so none is named here.
WATCHED: Registry[Callable[[Any], QuerySet]] = Registry("list of watched cases")
TOGETHER: Registry[Together] = Registry("page of moving together")
