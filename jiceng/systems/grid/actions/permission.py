"""Who sets up the grid."""

from typing import Any

from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.orgs.terms import ORG_ADMIN


def may_set_up(*, by: Actor, **given: Any) -> None:
    """Cells and the standard are drawn up by who administers the organisation, or at set-up."""
    if not (by in (SYSTEM, OPERATOR) or (isinstance(by, Capacity) and by.role == ORG_ADMIN.code)):
        raise NotAllowed()
